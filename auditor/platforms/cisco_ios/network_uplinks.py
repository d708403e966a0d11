"""Which interfaces lead a device's clients to the internet.

A switch or an access point has a default route too, for itself: a device with an address in one network only leads
nobody anywhere, and neither does one that does not route (`no ip routing`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.model import AddressSource, Fact, Span, Stated, Unknown
from auditor.platforms.cisco_ios import network_routes
from auditor.platforms.cisco_ios.blocks import true_false
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.interface_names import Kind
from auditor.platforms.cisco_ios.network_addresses import Addressing
from auditor.platforms.cisco_ios.network_links import Links
from auditor.platforms.cisco_ios.network_routes import Routes
from auditor.services.reading import printable

_DEFAULT = "declare egress, or add the output of `show ip route` to the capture"


@dataclass(frozen=True, slots=True)
class Uplinks:
    """What the default routes say, by interface. `routing` is None where no line needs to say it."""

    takes: Mapping[str, Fact[bool]]
    gateways: Mapping[str, Fact[str | None]]
    leads: frozenset[str]
    routing: Fact[bool] | None
    lost: Unknown | None

    def uplink(self, name: str, near: tuple[Span, ...]) -> Fact[bool]:
        """Whether an interface leads others to the internet."""
        takes = self.takes.get(name)
        if takes is None or (not isinstance(takes, Unknown) and not takes.value):
            return takes if takes is not None else Stated(False, near)
        if name not in self.leads:
            return Stated(False, takes.spans)
        if self.routing is not None and not isinstance(self.routing, Unknown) and not self.routing.value:
            return Stated(False, (*takes.spans, *self.routing.spans))
        return takes

    def gateway(self, name: str, near: tuple[Span, ...]) -> Fact[str | None]:
        """The gateway of the default route by an interface, None if it needs none or a server names it."""
        return self.gateways.get(name, Stated(None, near))


def read(config: Config, links: Links, addressing: Mapping[str, Addressing], routes: Routes) -> Uplinks:
    """Find the default routes, and whom they serve."""
    takes: dict[str, Fact[bool]] = {}
    gateways: dict[str, Fact[str | None]] = {}
    tables: dict[str, set[str]] = {}
    for way in routes.ways:
        name = way.interface
        if name is None or name not in links.by_name:
            continue
        tables.setdefault(name, set()).add(way.route.vrf)
        if name not in takes:
            takes[name] = Stated(True, way.route.spans)
            gateway = way.route.gateway
            gateways[name] = Stated(str(gateway) if gateway is not None else None, way.route.spans)
    for name, fact in _told(links, addressing):
        takes.setdefault(name, fact)
    lost = routes.lost or _unresolved(links, addressing, routes, takes)
    addressed = {name: each for name, each in addressing.items() if each.is_addressed and _counts(links, name)}
    several = len(addressed) > 1
    _for_itself(config, links, addressing, gateways)
    count: dict[str, int] = {}
    for each in addressed.values():
        count[each.vrf] = count.get(each.vrf, 0) + 1
    leads = set()
    for name in takes:
        own = addressing[name].vrf
        reached = {own, *tables.get(name, ())}
        others = sum(count.get(table, 0) for table in reached) - (1 if name in addressed else 0)
        if others > 0:
            leads.add(name)
    return Uplinks(takes, gateways, frozenset(leads), _routing(config, links) if several else None, lost)


def _counts(links: Links, name: str) -> bool:
    """Whether an address is one of a network: not a loopback, and not certainly off."""
    on = links.enabled(name)
    return links.by_name[name].kind is not Kind.LOOPBACK and (isinstance(on, Unknown) or on.value)


def _told(links: Links, addressing: Mapping[str, Addressing]) -> Iterator[tuple[str, Fact[bool]]]:
    """Default routes that a DHCP or PPP server tells."""
    for name, each in addressing.items():
        settings = links.by_name[name].settings
        if isinstance(each.source, Unknown):
            continue
        if each.source.value is AddressSource.DHCP:
            asks = settings.said("ip dhcp client request router")
            spans = (asks.span,) if asks is not None else each.source.spans
            yield name, Stated(asks is None or not asks.no, spans)
        route = settings.said("ppp ipcp route default")
        if route is not None and not route.no:
            yield name, Stated(True, (route.span,))


def _unresolved(
    links: Links, addressing: Mapping[str, Addressing], routes: Routes, takes: dict[str, Fact[bool]]
) -> Unknown | None:
    """A default route whose gateway is in no known subnet: it may be behind an interface that learns its address."""
    for way in routes.ways:
        if way.interface is not None and way.interface in links.by_name:
            continue
        gateway = way.route.gateway or printable(way.interface or "")
        learned = [
            name
            for name, each in addressing.items()
            if isinstance(each.addresses, Unknown)
            or (not isinstance(each.source, Unknown) and each.source.value in (AddressSource.DHCP, AddressSource.PPP))
        ]
        why = f"the default route leads to {gateway}, which is in no subnet that the configuration shows"
        doubt = Unknown(why, way.route.spans, _DEFAULT, (True, False))
        if not learned:
            return doubt
        for name in learned:
            takes.setdefault(name, doubt)
    return None


def _for_itself(
    config: Config, links: Links, addressing: Mapping[str, Addressing], gateways: dict[str, Fact[str | None]]
) -> None:
    """`ip default-gateway` of a device that does not route."""
    own = network_routes.default_gateway(config)
    if own is None or isinstance(own, Unknown):
        return
    for name, each in addressing.items():
        if isinstance(each.addresses, Unknown) or name in gateways:
            continue
        if any(own.value in address.network for address in each.addresses.value):
            gateways[name] = Stated(str(own.value), own.spans)


def _routing(config: Config, links: Links) -> Fact[bool]:
    """Whether the device hands packets on: routers do unless told otherwise, switches show `ip routing` if they do."""
    line = config.top.said("ip routing")
    if line is not None:
        return Stated(not line.no, (line.span,))
    silent = config.top.unsaid("ip routing")
    if silent is not None:
        return silent
    if links.traces.switch:
        why = f"no line says whether {config.device}, a switch or a controller, routes between its networks"
        settle = f"look at `show ip protocols summary` and `show ip route` on {config.device}, or write `no ip routing`"
        return Unknown(why, links.traces.switch[:1], settle, (True, False))
    return config.default("ip routing", true_false, config.whole)
