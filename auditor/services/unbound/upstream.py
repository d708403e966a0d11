"""Whom an Unbound asks: `forward-zone` and `stub-zone`. Without one it asks the internet's name servers itself."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network

from auditor.model import Forwarder, Listed, LocalAnswer, Span, Stated, Unknown
from auditor.services.reading import printable
from auditor.services.unbound.listening import number
from auditor.services.unbound.settings import Clause, Setting, Settings

_TEST = "look the test name up from a POS"


def forwarders(settings: Settings) -> Listed[Forwarder]:
    """The servers that are asked, by domain; one that is named by a host name is not known."""
    found: list[Forwarder] = []
    holes = list(settings.holes)
    for zone in settings.of("forward-zone", "stub-zone"):
        domain = None if zone.name == "." else zone.name
        for setting in zone.all("forward-addr", "stub-addr"):
            read = _forwarder(setting, domain)
            if isinstance(read, Unknown):
                holes.append(read)
            else:
                found.append(read)
        for setting in zone.all("forward-host", "stub-host"):
            word = printable(setting.value)
            why = f"Unbound asks {word} for {printable(zone.name)}, whose address is not in the configuration"
            unknown = Unknown(why, (setting.span,), _TEST)
            if domain is None:
                holes.append(unknown)
            elif not zone.all("forward-addr", "stub-addr"):
                found.append(Forwarder(f"{word} for {domain}", domain, None, 53, unknown))
    return Listed(tuple(found), tuple(holes))


def _forwarder(setting: Setting, domain: str | None) -> Forwarder | Unknown:
    """`192.0.2.53`, `192.0.2.53@5353`, `192.0.2.53@853#name`; with a name and no port: 853."""
    word = printable(setting.value)
    where = _address(setting)
    if where is None:
        return Unknown(f"cannot read {setting.keyword} '{word}'", (setting.span,), f"correct {setting.keyword}")
    address, port = where
    return Forwarder(f"{word} for {domain or '.'}", domain, address, port, Stated(word, (setting.span,)))


def _address(setting: Setting) -> tuple[IPv4Address | IPv6Address, int] | None:
    address, hash_, _ = setting.value.partition("#")
    address, at, port = address.partition("@")
    try:
        return ip_address(address), number(port) if at else 853 if hash_ else 53
    except ValueError:
        return None


def failing(settings: Settings) -> Iterator[LocalAnswer]:
    """Zones whose servers may not be asked: localhost may only with `do-not-query-localhost: no`.

    Unbound then answers SERVFAIL.
    """
    for zone in settings.of("forward-zone", "stub-zone"):
        servers = zone.all("forward-addr", "stub-addr")
        barred = [line for setting in servers if (line := _barred(setting, settings.server)) is not None]
        if servers and len(barred) == len(servers) and not zone.all("forward-host", "stub-host"):
            spans = tuple(dict.fromkeys((*(s.span for s in servers), *(span for line in barred for span in line))))
            what = f"{zone.kind} {printable(zone.name)}: its servers may not be asked"
            key = f"{zone.kind} {printable(zone.name)}"
            yield LocalAnswer(key, zone.name, None, Stated(what, spans))


def _barred(setting: Setting, server: Clause) -> tuple[Span, ...] | None:
    """The lines that keep a server from being asked, None if nothing does."""
    where = _address(setting)
    if where is None:
        return None
    switch = server.last("do-not-query-localhost")
    if where[0].is_loopback and (switch is None or switch.value == "yes"):
        return () if switch is None else (switch.span,)
    for line in server.all("do-not-query-address"):
        try:
            network = ip_network(line.value, strict=False)
        except ValueError:
            continue
        if isinstance(network, IPv4Network) and isinstance(where[0], IPv4Address) and where[0] in network:
            return (line.span,)
    return None
