"""Whether hosts on an interface are offered IPv6: by router advertisements.

An interface with an IPv6 prefix sends them once `ipv6 unicast-routing` is on, unless they are suppressed.
Source: Cisco, "IPv6 Addressing and Basic Connectivity Configuration Guide", "IPv6 Unicast Routing".
"""

from dataclasses import dataclass

from auditor.model import Fact, Stated, Unknown, combine
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.templates import Settings

_WITHOUT_PREFIX = ("dhcp", "autoconf")
_SUPPRESS = ("ipv6 nd ra suppress", "ipv6 nd suppress-ra")


@dataclass(frozen=True, slots=True)
class Ipv6:
    """`routing` is what holds for the whole device."""

    routing: Fact[bool]

    def offered(self, settings: Settings) -> Fact[bool]:
        """Whether hosts get an IPv6 prefix here."""
        lines = [
            line
            for line in settings.each("ipv6 address")
            if not line.no and line.rest not in _WITHOUT_PREFIX and not line.rest.startswith("autoconf")
            and "link-local" not in line.words
        ]  # fmt: skip
        if not lines:
            return settings.unsaid("ipv6 address") or Stated(False, (settings.header,))
        near = tuple(line.span for line in lines)
        for words in _SUPPRESS:
            line = settings.said(words)
            if line is not None and not line.no:
                return Stated(False, (*near, line.span))
        silent = settings.unsaid("ipv6 nd ra suppress")
        if silent is not None:
            return silent
        if isinstance(self.routing, Unknown):
            return self.routing
        return combine(lambda on, _: on, self.routing, Stated(None, near))


def read(config: Config) -> Ipv6:
    """Read whether the device routes IPv6 at all."""
    return Ipv6(config.top.flag("ipv6 unicast-routing", "ipv6 unicast-routing"))
