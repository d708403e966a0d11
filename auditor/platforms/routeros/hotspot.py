"""HotSpots, RouterOS' captive portals: `/ip hotspot` with its profiles, users and bindings.

A server stands on one interface. Its profile says how clients log in, the profile of a user how long a session lasts.
`/ip hotspot ip-binding` lets clients pass without login and without timers; the walled garden, login by MAC address
and RADIUS may let others in without being asked. Timers of the server itself hold for clients that did not log in.
Source: MikroTik's manual, "HotSpot - Captive portal".
"""

from collections.abc import Iterator

from auditor.model import Fact, Listed, Portal, Stated, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.hotspot_access import bypassed, let_in
from auditor.platforms.routeros.hotspot_logins import Logins, logins
from auditor.platforms.routeros.hotspot_timers import idle_timeout, session_timeout
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network import Network
from auditor.platforms.routeros.wifi_menus import WIFI
from auditor.services.reading import printable

SERVERS = "ip hotspot"
_MOST = 64
"""How many servers are read: each stands on an interface of its own, and every binding and user may concern it."""
_MENUS = (SERVERS, "ip hotspot profile", "ip hotspot user", "ip hotspot user profile", "ip hotspot ip-binding")


def read(config: Config, network: Network) -> Listed[Portal]:
    """Read every HotSpot server, be it switched on or not."""
    servers = config.items(SERVERS)
    holes = config.holes(SERVERS)
    if len(servers) > _MOST:
        why = f"there are more than {_MOST} HotSpot servers, of which only the first are read"
        holes += (Unknown(why, (servers[_MOST].header,), "look at `/ip hotspot print`"),)
    return Listed(tuple(_portals(config, network, servers[:_MOST])), holes)


def _portals(config: Config, network: Network, servers: tuple[Item, ...]) -> Iterator[Portal]:
    if servers:
        _mark(config)
    for server in servers:
        found = logins(config, server)
        yield Portal(
            device=config.device,
            key=server.key,
            software="HotSpot",
            enabled=config.enabled(server),
            interfaces=_interfaces(config, network, server),
            session_timeout=_damaged(server) or session_timeout(config, found),
            idle_timeout=_damaged(server) or idle_timeout(config, found),
            bypass_macs=bypassed(config, server),
            others=_others(config, server, found),
        )


def _mark(config: Config) -> None:
    """All that the menus of a HotSpot say was read, that it is irrelevant included."""
    for menu in _MENUS:
        config.understood(*config.items(menu))


def _damaged(server: Item) -> Unknown | None:
    if not server.damaged:
        return None
    return Unknown(f"{server.title}: {server.damaged}", (server.header,), f"correct the line in {server.file}")


def _interfaces(config: Config, network: Network, server: Item) -> Fact[tuple[str, ...]]:
    """The networks behind the server's interface: itself if it has an address, else what it is a port of."""
    lines = config.span(server, "interface") or (server.header,)
    name = server.text("interface")
    if not name or name.startswith("*"):
        return Unknown(f"{server.title} names no interface that is there", lines, "see `/ip hotspot print`")
    routed = network.known(name)
    if routed is not None:
        return Stated((routed.key,), lines)
    if config.named(WIFI, name) is not None:
        why = f"the HotSpot stands on {printable(name)}, which may be a port of a bridge, where RouterOS lets none run"
        return Unknown(why, lines, "see whether `/ip hotspot print` flags it as invalid (I)")
    joined = network.networks_of(name)
    if isinstance(joined, Unknown) or joined.value:
        return joined
    why = f"the HotSpot's interface '{printable(name)}' is not in the captured configuration"
    return Unknown(why, lines, "see `/ip hotspot print`")


def _others(config: Config, server: Item, found: Logins) -> Fact[bool]:
    """Whether clients that no binding names may get in without being asked."""
    doubts = (*config.holes(*_MENUS), *let_in(config, server, found))
    return doubts[0] if doubts else Stated(False, (server.header,))
