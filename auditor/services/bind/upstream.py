"""Whom a BIND asks: `forwarders`, and zones that are asked for elsewhere."""

from collections.abc import Iterator
from ipaddress import ip_address

from auditor.model import Forwarder, Listed, Stated, Unknown
from auditor.services.bind.answers import type_of, zone_name
from auditor.services.bind.settings import Item, Settings
from auditor.services.bind.views import View
from auditor.services.reading import printable

_TEST = "look the test name up from a POS"


def forwarders(settings: Settings, view: View) -> Listed[Forwarder]:
    """The servers that are asked, by domain."""
    found: list[Forwarder] = []
    holes = list(settings.holes)
    own = view.last("forwarders")
    for read in _servers(own, None) if own is not None else ():
        if isinstance(read, Unknown):
            holes.append(read)
        else:
            found.append(read)
    for zone in view.zones:
        found += _of_zone(zone)
    for server in (*view.all("server"), *settings.all("server")):
        bogus = server.last("bogus")
        if bogus is not None and bogus.argument.lower() in ("yes", "true", "1"):
            holes.append(Unknown("BIND does not ask some servers (bogus)", (server.span,), _TEST))
    return Listed(tuple(found), tuple(holes))


def _of_zone(zone: Item) -> Iterator[Forwarder]:
    name, kind = zone_name(zone), type_of(zone)
    domain = None if name == "." else name
    keyword = {"forward": "forwarders", "static-stub": "server-addresses"}.get(kind)
    listed = zone.last(keyword) if keyword is not None else None
    if listed is not None:
        for read in _servers(listed, domain):
            yield _doubtful(zone, name, domain) if isinstance(read, Unknown) else read
    elif kind in ("stub", "static-stub"):
        yield _doubtful(zone, name, domain)


def _doubtful(zone: Item, name: str, domain: str | None) -> Forwarder:
    why = f"BIND asks servers for {printable(name)} whose addresses are not in the configuration"
    return Forwarder(f"zone {printable(name)}", domain or ".", None, 53, Unknown(why, (zone.span,), _TEST))


def _servers(listed: Item, domain: str | None) -> Iterator[Forwarder | Unknown]:
    """Read `forwarders [port 53] { 192.0.2.53 [port 5353] [tls name]; … };`."""
    usual = listed.behind("port")
    for element in listed.block:
        words = element.words
        port = element.behind("port") or usual or "53"
        try:
            address = ip_address(words[0] if words else "")
            number = int(port) if isinstance(port, str) and port.isdecimal() and len(port) < 6 else 0
            if not 0 < number < 65536:
                raise ValueError("not a port number")
        except ValueError:
            yield Unknown(f"cannot read {listed.keyword} '{printable(' '.join(words))}'", (element.span,))
            continue
        word = printable(" ".join(words))
        yield Forwarder(f"{word} for {domain or '.'}", domain, address, number, Stated(word, (element.span,)))
