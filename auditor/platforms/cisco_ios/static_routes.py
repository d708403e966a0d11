"""Static routes of the global table: for which networks the device has neighbours, and what may be known besides.

A route by an interface that is shut is not in the table, unless it is permanent; one that depends on a tracked object
is there only while that is up, which matters where another route takes its place. Gateways are looked up in connected
subnets and in other routes. A device that does not route (`no ip routing`) has none for others. Policy routing, tunnels
and VRFs are rules of filters, which doubt the packets concerned and no others.
Source: Cisco, "IP Routing: Protocol-Independent Configuration Guide" (static routes); IOS command reference,
`ip route`; "Reliable Static Routing Backup Using Object Tracking".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from auditor.model import AddressSource, Fact, Interface, Listed, Route, Span, Stated, Unknown
from auditor.platforms.cisco_ios import network_routes
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.network import Network
from auditor.platforms.cisco_ios.network_routes import EVERYWHERE
from auditor.platforms.cisco_ios.network_routes import Route as Written
from auditor.services.reading import printable

_SETTLE = "look at `show ip route` on the device"
_NEVER = 255
"""A route with this distance is never used."""
_MOST = 64
"""Steps from route to route until a gateway is behind an interface."""


def read(config: Config, network: Network) -> Listed[Route]:
    """Return the routes of the global table as they are written; holes where routes are learned."""
    line = config.top.said("ip routing")
    if line is not None and line.no:
        return Listed()
    written = [route for route in network.routes.routes if not route.vrf]
    builder = _Builder.of(config, network, written)
    found = [each for route in written if (each := builder.route(route)) is not None]
    return Listed(tuple(found), (*config.holes(), *_holes(config, written)))


def _holes(config: Config, routes: list[Written]) -> Iterator[Unknown]:
    for route in routes:
        if route.network is None:
            yield Unknown("a static route cannot be read", route.spans, _SETTLE)
    for head, line in network_routes.protocols(config):
        yield Unknown(f"routes come from neighbours ({printable(head)})", (line.span,), _SETTLE)
    network = network_routes.default_network(config, _SETTLE)
    if network is not None:
        yield network


@dataclass(frozen=True, slots=True)
class _Builder:
    """Makes the routes of the model out of those of the global table, which are known by their networks."""

    config: Config
    network: Network
    by_network: Mapping[IPv4Network, list[Written]]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, config: Config, network: Network, written: list[Written]) -> "_Builder":
        by_network: dict[IPv4Network, list[Written]] = {}
        for route in written:
            if route.network is not None:
                by_network.setdefault(route.network, []).append(route)
        lengths = sorted({each.prefixlen for each in by_network}, reverse=True)
        return cls(config, network, by_network, tuple(lengths))

    def route(self, route: Written) -> Route | None:
        """One route of the model; None for one that is not in force, or that interfaces tell of themselves."""
        target = route.network
        if target is None or route.distance == _NEVER or (route.by_dhcp and target == EVERYWHERE):
            return None
        if route.refuses:
            return self._route(route, target, Stated(None, route.spans), Stated(None, route.spans), discards=True)
        if route.by_dhcp:
            doubt = Unknown(f"a DHCP server names the gateway of the route to {target}", route.spans, _SETTLE)
            return self._route(route, target, doubt, doubt)
        leaving = self._leaving(route)
        if leaving is None and target == EVERYWHERE and (told := self._told()) is not None:
            return self._route(route, target, Stated(route.gateway, route.spans), told)
        on = self._on(leaving) if leaving is not None else None
        if leaving is None or isinstance(on, Unknown):
            why = f"the gateway of the route to {target} is in no subnet that the configuration shows"
            doubt = on if isinstance(on, Unknown) else Unknown(why, route.spans, _SETTLE)
            return self._route(route, target, doubt, doubt)
        if on is not None and not on.value and not route.permanent:
            return None
        doubted = self._tracked(route, target, leaving)
        if doubted is not None:
            return self._route(route, target, doubted, doubted)
        return self._route(route, target, Stated(route.gateway, route.spans), self._interface(route, target))

    def _route(
        self,
        route: Written,
        target: IPv4Network,
        gateway: Fact[IPv4Address | None],
        interface: Fact[str | None],
        *,
        discards: bool = False,
    ) -> Route:
        by = " ".join(filter(None, (printable(route.interface), str(route.gateway or ""))))
        return Route(
            device=self.config.device,
            key=f"{target} discarded" if discards else f"{target} via {by}",
            destination=Stated(target, route.spans),
            gateway=gateway,
            interface=interface,
            discards=Stated(discards, route.spans),
            distance=Stated(route.distance, route.spans),
        )

    def _told(self) -> Stated[str | None] | None:
        """The one uplink whose address comes from outside: a gateway that is in no known subnet is behind it."""
        found = [each for each in self.network.interfaces if _is_certain_uplink(each) and _from_outside(each)]
        return Stated(found[0].key, found[0].uplink.spans) if len(found) == 1 else None

    def _interface(self, route: Written, target: IPv4Network) -> Fact[str | None]:
        if not route.interface:
            return Stated(None, route.spans)
        if self.network.known(route.interface) is not None:
            return Stated(route.interface, route.spans)
        why = f"the route to {target} leads to {printable(route.interface)}, and what is behind it is not known"
        return Unknown(why, route.spans, "audit the device at its other end as well")

    def _on(self, name: str) -> Fact[bool]:
        """Whether the interface by which a route leaves is on."""
        interface = self.network.known(name)
        if interface is not None:
            return interface.enabled
        if name in self.network.links.by_name:
            return self.network.links.enabled(name)
        return Unknown(f"no line defines interface {printable(name)}", (), _SETTLE)

    def _leaving(self, route: Written) -> str | None:
        """The interface by which a route leaves in the end; None if no line tells."""
        for _ in range(_MOST):
            if route.interface:
                return route.interface
            if route.gateway is None:
                return None
            own = _behind(self.network, route.gateway)
            if own is not None:
                return own.key
            via = self._via(route.gateway)
            if via is None:
                return None
            route = via
        return None

    def _via(self, gateway: IPv4Address) -> Written | None:
        """The route to a gateway that is no neighbour; the default route is not meant."""
        networks = (IPv4Network((gateway, length), strict=False) for length in self.lengths if length)
        return next((self.by_network[each][0] for each in networks if each in self.by_network), None)

    def _tracked(self, route: Written, target: IPv4Network, leaving: str) -> Unknown | None:
        if not route.track or (target == EVERYWHERE and _is_uplink(self.network.known(leaving))):
            return None
        if not any(_is_uplink(each) for each in self.network.interfaces) and not self._replaced(route, target):
            return None
        why = f"the route to {target} counts only while object {printable(route.track)} is up"
        return Unknown(why, (*route.spans, *self._object(route.track)), "look at `show track` on the device")

    def _replaced(self, route: Written, target: IPv4Network) -> bool:
        """Whether packets go another static way while a route is out of force."""
        wider = (target.supernet(new_prefix=length) for length in self.lengths if length <= target.prefixlen)
        return any(each is not route for network in wider for each in self.by_network.get(network, ()))

    def _object(self, number: str) -> tuple[Span, ...]:
        return tuple(line.span for line in self.config.top.each("track") if line.words[:1] == (number,))[:1]


def _behind(network: Network, address: IPv4Address) -> Interface | None:
    """The interface of the global table in whose subnet an address is; one that is on comes first."""
    found = [
        interface
        for interface in network.interfaces
        if not isinstance(interface.addresses, Unknown)
        and not _vrf(network, interface.key)
        and any(address in each.network for each in interface.addresses.value)
    ]
    return min(found, key=lambda each: not isinstance(each.enabled, Unknown) and not each.enabled.value, default=None)


def _vrf(network: Network, name: str) -> str:
    known = network.addressing.get(name)
    return known.vrf if known is not None else ""


def _is_uplink(interface: Interface | None) -> bool:
    return interface is not None and (isinstance(interface.uplink, Unknown) or interface.uplink.value)


def _is_certain_uplink(interface: Interface) -> bool:
    return not isinstance(interface.uplink, Unknown) and interface.uplink.value


def _from_outside(interface: Interface) -> bool:
    source = interface.address_source
    return not isinstance(source, Unknown) and source.value in (AddressSource.DHCP, AddressSource.PPP)
