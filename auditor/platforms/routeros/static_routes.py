"""Static routes of the main table: for which networks the device has neighbours, and what may be known besides.

A route whose gateway is in no subnet, or behind an interface that is off, is not active. One whose gateway is watched
(`check-gateway`) is out of force while that does not answer; this matters where another route takes its place.
Policy routing and VRFs are rules of the filter `routing`, which doubts the packets concerned and no others.
Source: MikroTik's manual, "IP Routing", "Routing decision", and its properties of `/ip route`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from auditor.model import Fact, Interface, Listed, Route, Stated, Unknown
from auditor.platforms.routeros import network_uplinks
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.network import Network
from auditor.platforms.routeros.network_routes import EVERYWHERE, MAIN, Way
from auditor.platforms.routeros.network_routes import Route as Written
from auditor.services.reading import printable

_REFUSING = ("blackhole", "unreachable", "prohibit")
_SETTLE = "look at `/ip route print` on the device"
_UNWATCHED = ("", "none")


def read(config: Config, network: Network) -> Listed[Route]:
    """Return the routes of the main table as they are written; holes where routes are learned."""
    written = [route for route in network.routes.routes if route.table == MAIN]
    ways: dict[int, list[Way]] = {}
    for way in network.routes.ways:
        ways.setdefault(id(way.route), []).append(way)
    by_network: dict[IPv4Network, list[Written]] = {}
    for route in written:
        if route.network is not None:
            by_network.setdefault(route.network, []).append(route)
    builder = _Builder(config, network, by_network)
    found = [each for route in written for each in builder.routes(route, ways.get(id(route), []))]
    holes = (*config.holes("ip route"), *_unread(written), *network_uplinks.learned(config))
    return Listed(tuple(found), holes)


def _unread(routes: Iterable[Written]) -> Iterator[Unknown]:
    for route in routes:
        item = route.item
        if item.damaged:
            why = f"a route in {item.file} cannot be read: {item.damaged}"
            yield Unknown(why, (item.header,), f"correct the line in {item.file}")
        elif route.network is None and ":" not in (item.text("dst-address") or ""):
            target = printable(item.text("dst-address") or "")
            yield Unknown(f"a route has the target '{target}', which cannot be read", route.spans, _SETTLE)


@dataclass(frozen=True, slots=True)
class _Builder:
    """Makes the routes of the model; `by_network` are those of the main table whose targets are known."""

    config: Config
    network: Network
    by_network: Mapping[IPv4Network, list[Written]]

    def routes(self, route: Written, ways: list[Way]) -> Iterator[Route]:
        """One route for each gateway, as packets may take any of them."""
        network = route.network
        if network is None:
            return
        nothing = Stated(None, route.spans)
        if route.refuses:
            why = f"the route to {route.network} is of a type that is not known: {printable(route.refuses)}"
            known = route.refuses in _REFUSING
            discards: Fact[bool] = Stated(True, route.spans) if known else Unknown(why, route.spans, _SETTLE)
            yield self._route(route, network, f"{network} discarded", nothing, nothing, discards)
            return
        if not ways:
            doubt = Unknown(f"the route to {route.network} names no gateway", route.spans, _SETTLE)
            yield self._route(route, network, f"{network}", doubt, doubt, Stated(False, route.spans))
        for written, way in zip(route.gateways, ways, strict=True):
            found = self._way(route, written, way)
            if found is not None:
                key = f"{network} via {printable(written)}"
                yield self._route(route, network, key, *found, Stated(False, route.spans))

    def _route(
        self,
        route: Written,
        network: IPv4Network,
        key: str,
        gateway: Fact[IPv4Address | None],
        interface: Fact[str | None],
        discards: Fact[bool],
    ) -> Route:
        return Route(
            device=self.config.device,
            key=key,
            destination=Stated(network, route.spans),
            gateway=gateway,
            interface=interface,
            discards=discards,
            distance=self.config.fact(route.item, "distance", _distance),
        )

    def _way(self, route: Written, written: str, way: Way) -> tuple[Fact[IPv4Address | None], Fact[str | None]] | None:
        """Gateway and interface as the line names them; None if the route is certainly not active."""
        plain, _, table = written.partition("@")
        plain, _, named = plain.partition("%")
        address = _address(plain)
        if way.interface is None:
            return self._lost(route, written)
        doubt = self._doubt(route, way.interface, table)
        if doubt is not None:
            return (doubt, doubt) if isinstance(doubt, Unknown) else None
        gateway: Fact[IPv4Address | None] = Stated(address, route.spans)
        if address is not None and not named:
            return gateway, Stated(None, route.spans)
        if self.network.known(way.interface) is None:
            why = (
                f"the route to {route.network} leads to {printable(way.interface)}, and what is behind it is not known"
            )
            return gateway, Unknown(why, route.spans, "audit the device at its other end as well")
        return gateway, Stated(way.interface, route.spans)

    def _lost(self, route: Written, written: str) -> tuple[Fact[IPv4Address | None], Fact[str | None]] | None:
        """A gateway in no subnet; those of an interface that gets its address from outside may be anything.

        Where that is the one uplink, the gateway of a default route is behind it.
        """
        found = [each for each in self.network.interfaces if isinstance(each.addresses, Unknown)]
        if not found:
            return None
        outside, address = found[0], _address(written)
        certain = not isinstance(outside.uplink, Unknown) and outside.uplink.value
        if route.network == EVERYWHERE and len(found) == 1 and certain and address is not None:
            return Stated(address, route.spans), Stated(outside.key, outside.uplink.spans)
        why = f"the route to {route.network} leads to {printable(written)}, which is in no known subnet"
        doubt = Unknown(f"{why} and may be behind {printable(outside.key)}", route.spans, _SETTLE)
        return doubt, doubt

    def _doubt(self, route: Written, interface: str, table: str) -> Unknown | Stated[bool] | None:
        """Why a route may not be in force; a known fact: it is not."""
        if table not in ("", MAIN):
            why = f"the gateway of the route to {route.network} is looked up in table {printable(table)}"
            return Unknown(why, route.spans, _SETTLE)
        on = self.config.enabled(route.item)
        if isinstance(on, Unknown):
            return on
        known = self.network.known(interface)
        if known is not None and isinstance(known.enabled, Unknown):
            return known.enabled
        if known is not None and not isinstance(known.enabled, Unknown) and not known.enabled.value:
            return Stated(False, known.enabled.spans)
        watched = route.item.text("check-gateway") or ""
        if watched in _UNWATCHED or (route.network == EVERYWHERE and _is_uplink(known)) or not self._replaced(route):
            return None
        why = f"the route to {route.network} counts only while its gateway answers (check-gateway={printable(watched)})"
        return Unknown(why, self.config.span(route.item, "check-gateway"), _SETTLE)

    def _replaced(self, route: Written) -> bool:
        """Whether packets go another way while a route is out of force."""
        if any(_is_uplink(interface) for interface in self.network.interfaces):
            return True
        target = route.network or EVERYWHERE
        wider = (target.supernet(new_prefix=length) for length in range(target.prefixlen + 1))
        others = (other for network in wider for other in self.by_network.get(network, ()))
        return any(other is not route and other.gateways != route.gateways for other in others)


def _is_uplink(interface: Interface | None) -> bool:
    return interface is not None and (isinstance(interface.uplink, Unknown) or interface.uplink.value)


def _address(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None


def _distance(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 3:
        raise ValueError("not a distance from 0 to 255")
    return int(text)
