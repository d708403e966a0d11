"""Clients that are told something else than the rest of their network: by a matcher, a static lease, or RADIUS.

Which client a matcher means is not known, so what it changes is in doubt for all of them; what a lease or the entry
of a part of the network changes is in doubt unless it says the same.
Source: MikroTik's manual, "DHCP": Option matcher, Leases (dhcp-option), use-radius, precedence of options.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TypeVar

from auditor.model import Fact, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.dhcp_networks import Network, Networks
from auditor.platforms.routeros.dhcp_options import Given, Options
from auditor.platforms.routeros.items import Item

LEASE = "ip dhcp-server lease"
_MATCHERS = ("ip dhcp-server matcher", "ip dhcp-server vendor-class-id")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What of a server's scope does not hold for all clients.

    `everything`: why nothing is the same for all. `pool`: why some get addresses from elsewhere.
    """

    options: Options
    matchers: tuple[Item, ...]
    leases: tuple[Item, ...]
    parts: tuple[Network, ...]
    entry: Network | Unknown
    everything: Unknown | None
    pool: Unknown | None

    def told(self, code: int, said: Callable[[Network], Fact[T]]) -> Fact[T]:
        """What clients are told of a code, by what an entry says of it; `Unknown` if not all are told the same."""
        if self.everything is not None:
            return self.everything
        if isinstance(self.entry, Unknown):
            return self.entry
        usual = said(self.entry)
        if isinstance(usual, Unknown):
            return usual
        for part in self.parts:
            other = said(part)
            if isinstance(other, Unknown) or other.value != usual.value:
                why = f"clients in {part.address} are told something else than the rest of {self.entry.address}"
                return Unknown(why, (*usual.spans, *other.spans), "look at what a client was told")
        return self.others(code, usual) or usual

    def others(self, code: int, usual: Fact[object] | None = None) -> Unknown | None:
        """Why a code is not the same for all clients, None if it is, or if all that is known says what is usual."""
        for item, names, set_ in (
            *((each, "", "option-set") for each in self.matchers),
            *((each, "dhcp-option", "dhcp-option-set") for each in self.leases),
        ):
            option = self.options.given(item, code, names=names, set_=set_)
            if isinstance(option, Unknown):
                return option
            if option is not None and not _same(option, usual):
                why = f"some clients get an option {code} of their own, by {item.title}"
                return Unknown(why, option.spans, "look at the option that the client got")
        return None


def _same(option: Given, usual: Fact[object] | None) -> bool:
    told = option.addresses()
    return (
        usual is not None
        and not isinstance(usual, Unknown)
        and not isinstance(told, Unknown)
        and told.value == usual.value
    )


@dataclass(frozen=True, slots=True)
class Odd:
    """Matchers, and leases with options of their own, that are in force on a device."""

    options: Options
    matchers: tuple[Item, ...]
    leases: tuple[Item, ...]

    @classmethod
    def of(cls, config: Config, options: Options) -> "Odd":
        matchers = tuple(each for menu in _MATCHERS for each in config.items(menu) if _is_on(config, each))
        config.understood(*matchers)
        leases = tuple(each for each in config.items(LEASE) if _has_options(each) and _is_on(config, each))
        return cls(options, matchers, leases)

    def of_server(
        self,
        config: Config,
        server: Item,
        listed: Networks,
        entry: Network | Unknown,
        subnets: tuple[IPv4Network, ...] | None,
    ) -> Exceptions:
        """Gather what may be told to some clients of a server; `subnets` are those of its interface, if known."""
        by_radius = config.stated(server, "use-radius", _use_radius)
        everything: Unknown | None = None
        if by_radius is not None and (isinstance(by_radius, Unknown) or by_radius.value):
            why = f"a RADIUS server says what clients of {server.title} get (use-radius)"
            everything = Unknown(why, by_radius.spans, "look at the lease that a client got, or at the RADIUS server")
        matchers = tuple(each for each in self.matchers if each.text("server") in (None, "all", server.name))
        pool = everything
        for each in matchers[:1]:
            why = f"clients that {each.title} matches get addresses from elsewhere"
            pool = pool or Unknown(why, (each.header,), "look at the lease that the client got")
        leases: tuple[Item, ...] = ()
        parts: tuple[Network, ...] = ()
        if not isinstance(entry, Unknown):
            leases = tuple(each for each in self.leases if _within(each, entry, server))
            parts = tuple(
                part
                for part in listed.within(entry)
                if subnets is None or any(part.address.overlaps(subnet) for subnet in subnets)
            )
        return Exceptions(self.options, matchers, leases, parts, entry, everything, pool)


def _use_radius(text: str) -> bool:
    if text in ("no", "accounting"):
        return False
    if text == "yes":
        return True
    raise ValueError("neither yes, no nor accounting")


def _is_on(config: Config, item: Item) -> bool:
    enabled = config.enabled(item)
    return isinstance(enabled, Unknown) or enabled.value


def _has_options(lease: Item) -> bool:
    return bool(lease.text("dhcp-option")) or lease.text("dhcp-option-set") not in (None, "", "none")


def _within(lease: Item, network: Network, server: Item) -> bool:
    """Whether a static lease with options of its own may be for a client of this network."""
    if lease.text("server") not in (None, "all", server.name):
        return False
    try:
        return IPv4Address(lease.text("address") or "") in network.address
    except ValueError:
        return True
