"""Networks of the shop that policy routing passes by: another table knows no route to them, but a default one.

Connected networks stand in the main table alone, so that packets between networks of the shop leave by the default
route of the other table, unless a rule before lets them be, or the rule itself leaves them out.
Source: MikroTik's manual, "Policy Routing", "Routing decision"; its wiki, "Manual:PCC" (accept rules for
local networks).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

from auditor.model import Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network import Network
from auditor.platforms.routeros.network_routes import EVERYWHERE, MAIN

_LISTS = "ip firewall address-list"
_BARE = frozenset({"chain", "action", "table", "dst-address", "dst-address-list", "comment", "disabled", "passthrough"})
"""A rule that says no more than this is about all packets to its destinations."""


@dataclass(frozen=True, slots=True)
class Inner:
    """Networks that only the main table knows, in the order of rules: each rule may spare some of them."""

    config: Config
    network: Network
    left: tuple[IPv4Network, ...]

    @classmethod
    def of(cls, config: Config, network: Network) -> "Inner":
        """Networks of interfaces that are no uplinks, and those of static routes behind neighbours."""
        found: dict[IPv4Network, None] = {}
        for interface in network.interfaces:
            outside = isinstance(interface.uplink, Unknown) or interface.uplink.value
            if not isinstance(interface.addresses, Unknown) and not outside:
                found |= dict.fromkeys(address.network for address in interface.addresses.value)
        for route in network.routes.routes:
            if route.table == MAIN and route.network is not None and not route.refuses:
                found[route.network] = None
        return cls(config, network, tuple(each for each in found if each.is_private and each != EVERYWHERE))

    def sparing(self, item: Item) -> "Inner":
        """What is left behind a rule by which packets keep to the main table."""
        if not _BARE.issuperset(item.properties):
            return self
        to = tuple(_named(self.config, item, negated=False))
        return Inner(self.config, self.network, tuple(each for each in self.left if not _within(each, to)))

    def passed_by(self, item: Item, table: str) -> tuple[IPv4Network, ...]:
        """The networks to which a rule, which has packets looked up in another table, may send none."""
        own = [route.network for route in self.network.routes.routes if route.table == table]
        if table == MAIN or not any(network in (EVERYWHERE, None) for network in own):
            return ()
        known = tuple(network for network in own if network is not None and network != EVERYWHERE)
        spared = (*known, *_named(self.config, item, negated=True))
        only = tuple(_named(self.config, item, negated=False))
        left = (each for each in self.left if not _within(each, spared))
        return tuple(each for each in left if not only or any(each.overlaps(other) for other in only))


def _within(network: IPv4Network, others: tuple[IPv4Network, ...]) -> bool:
    return any(network.subnet_of(other) for other in others)


def _named(config: Config, item: Item, *, negated: bool) -> Iterator[IPv4Network]:
    """The destinations that a rule names, or leaves out."""
    address, name = item.text("dst-address") or "", item.text("dst-address-list") or ""
    if address.startswith("!") is negated:
        yield from _network(address.removeprefix("!"))
    if name and name.startswith("!") is negated:
        for entry in config.items(_LISTS):
            on = config.enabled(entry)
            if entry.text("list") == name.removeprefix("!") and not isinstance(on, Unknown) and on.value:
                yield from _network(entry.text("address") or "")


def _network(text: str) -> Iterator[IPv4Network]:
    try:
        found = ip_network(text, strict=False)
    except ValueError:
        return
    if isinstance(found, IPv4Network):
        yield found
