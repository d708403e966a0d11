"""Which interfaces lead a router's clients to the internet.

Default routes come from DHCP clients (`add-default-route`), PPP clients and LTE modems, or stand in `/ip route`. An
access point or a switch has one too, for itself: a device that has an address in one network only leads nobody
anywhere, and neither does a network that its radios are in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.model import Fact, Span, Stated, Unknown, known_like
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.network_addresses import Addressing
from auditor.platforms.routeros.network_links import Kind, Links, enabled
from auditor.platforms.routeros.network_routes import Routes
from auditor.services.reading import printable

_LEARNED = (
    "routing ospf network", "routing ospf interface-template", "routing ospf interface", "routing bgp peer",
    "routing bgp connection", "routing rip network", "routing rip interface-template",
    "routing isis interface-template",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Uplinks:
    """What the default routes of the main table say, by interface."""

    takes: Mapping[str, Fact[bool]]
    gateways: Mapping[str, Fact[str | None]]
    addressed: frozenset[str]
    lost: Unknown | None

    def uplink(self, name: str, with_radios: tuple[Span, ...], near: tuple[Span, ...]) -> Fact[bool]:
        """Whether an interface leads to the internet; `with_radios` are lines by which radios are in its network."""
        takes = self.takes.get(name)
        if takes is None or (not isinstance(takes, Unknown) and not takes.value):
            return takes if takes is not None else Stated(False, near)
        if not self.addressed - {name}:
            return Stated(False, takes.spans)
        if with_radios:
            return Stated(False, (*takes.spans, *with_radios))
        return takes

    def gateway(self, name: str, near: tuple[Span, ...]) -> Fact[str | None]:
        """The gateway of the default route by an interface, None if it needs none or a server names it."""
        return self.gateways.get(name, Stated(None, near))


def read(config: Config, links: Links, addressing: Addressing, routes: Routes) -> Uplinks:
    """Find the default routes of the main table."""
    takes: dict[str, Fact[bool]] = {}
    gateways: dict[str, Fact[str | None]] = {}
    unresolved = [way for way in routes.defaults() if way.interface is None]
    for way in routes.defaults():
        if way.interface is not None and way.interface not in takes:
            takes[way.interface] = Stated(True, way.route.spans)
            gateways[way.interface] = Stated(way.gateway, way.route.spans)
    for name, client in addressing.clients.items():
        if name in takes:
            continue
        route = client.route
        if not isinstance(route, Unknown) and not route.value and unresolved and client.told is None:
            route = _perhaps(unresolved[0].gateway or "", unresolved[0].route.spans)
        both = client.enabled if isinstance(client.enabled, Unknown) else route
        takes[name] = (
            both if isinstance(both, Unknown) else known_like(both.value, both, Stated(None, (client.item.header,)))
        )
        if client.told is not None:
            gateways[name] = Stated(client.told.gateway, client.told.spans)
    for name, fact in _ppp(config, links):
        takes.setdefault(name, fact)
    addressed = {name for name, fact in addressing.static.items() if isinstance(fact, Unknown) or fact.value}
    addressed |= {
        *addressing.clients,
        *(link.name for link in links.of(Kind.PPP, Kind.LTE) if _on(config, link.name, links)),
    }
    return Uplinks(takes, gateways, frozenset(addressed), _lost(config, routes))


def _perhaps(gateway: str, spans: tuple[Span, ...]) -> Unknown:
    why = f"the default route leads to {printable(gateway)}, which is in no known subnet and may be behind this one"
    return Unknown(
        why, spans, "add the output of `/ip dhcp-client print detail` as commands/dhcp-clients.txt", (True, False)
    )


def _on(config: Config, name: str, links: Links) -> bool:
    on = enabled(config, links.by_name.get(name))
    return isinstance(on, Unknown) or on.value


def _ppp(config: Config, links: Links) -> Iterator[tuple[str, Fact[bool]]]:
    """PPP clients by their own line, LTE modems by the profile of their access point (APN)."""
    for link in links.of(Kind.PPP):
        if link.item is not None:
            entry = "ppp.add-default-route"
            yield link.name, config.fact(link.item, "add-default-route", yes_no, default=entry)
    profiles = {item.name or "default": item for item in config.items("interface lte apn")}
    for link in links.of(Kind.LTE):
        names = (config.text(link.item, "apn-profiles") if link.item is not None else None) or "default"
        item = profiles.get(names.partition(",")[0]) or next(
            (each for each in profiles.values() if each.text("default") in ("yes", "true")), None
        )
        if item is None:
            near = (link.item.header,) if link.item is not None else ()
            yield link.name, config.default("interface lte apn.add-default-route", yes_no, *near)
        else:
            yield link.name, config.fact(item, "add-default-route", yes_no)


def _lost(config: Config, routes: Routes) -> Unknown | None:
    """Routes that neighbours tell are in no export, and a line that cannot be read may be a default route."""
    for route in routes.routes:
        if route.item.damaged:
            why = f"{route.item.title}: {route.item.damaged}"
            return Unknown(why, (route.item.header,), f"correct the line in {route.item.file}")
    return next(learned(config), None)


def learned(config: Config) -> Iterator[Unknown]:
    """Lines by which routing protocols run."""
    for menu in _LEARNED:
        for item in config.items(menu):
            on = config.enabled(item)
            if isinstance(on, Unknown) or on.value:
                why = f"{item.title}: routes come from neighbours, and are in no export"
                yield Unknown(why, (item.header,), "look at `/ip route print` for the default route")
