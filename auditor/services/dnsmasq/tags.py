"""Which tags clients have: those of their interface and range always, others only if something sets them.

Source: dnsmasq 2.90 src/dhcp-common.c, match_netid and option_filter; man page, --dhcp-option, --tag-if.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from auditor.services.dnsmasq.settings import Setting, Settings
from auditor.services.dnsmasq.values import HostEntry, dhcp_host
from auditor.syntax.dnsmasq_conf import fields, shown

_SETTERS = (
    "dhcp-mac",
    "dhcp-vendorclass",
    "dhcp-userclass",
    "dhcp-match",
    "dhcp-name-match",
    "dhcp-circuitid",
    "dhcp-remoteid",
    "dhcp-subscrid",
)


@dataclass(frozen=True, slots=True)
class Tags:
    """`certain` tags every client of a range has; `possible` ones some may have."""

    certain: frozenset[str]
    possible: frozenset[str]

    def holds(self, wanted: Iterable[str]) -> bool | None:
        """Whether clients have all of these tags (`!tag`: not this one); None: some may have them."""
        each = [self._has(tag) for tag in wanted]
        if False in each:
            return False
        return None if None in each else True

    def _has(self, tag: str) -> bool | None:
        negated = tag.startswith(("!", "#"))
        name = tag[1:] if negated else tag
        if name in self.certain:
            return not negated
        return None if name in self.possible else negated


def tags_of(settings: Settings, interface: str, sets: str, subnet: IPv4Network | None) -> Tags:
    """The tags of clients of one range; reservations in other subnets do not concern them."""
    certain = {interface, sets} - {""}
    possible = {"bootp", "known-othernet"}
    for setting in settings.of(*_SETTERS):
        possible.add(shown(fields(setting.value)[0]).removeprefix("set:").removeprefix("net:"))
    hosts = [host for _, host in entries(settings)]
    if hosts or settings.of("read-ethers"):
        possible.add("known")
    for host in hosts:
        if subnet is None or host.address is None or host.address in subnet:
            possible.update(host.sets)
    for setting in settings.of("tag-if"):
        possible.update(part[4:] for part in map(shown, fields(setting.value)) if part.startswith("set:"))
    return Tags(frozenset(certain), frozenset(possible) - certain)


def entries(settings: Settings) -> list[tuple[Setting, HostEntry]]:
    """All reservations that can be read."""
    return settings.once("entries", lambda: list(_entries(settings)))


def _entries(settings: Settings) -> Iterator[tuple[Setting, HostEntry]]:
    for setting in settings.of("dhcp-host"):
        try:
            yield setting, dhcp_host(setting.value)
        except ValueError:
            continue
