"""Static translations: ports of the outside that lead to hosts inside, and questions that end at another resolver.

`ip nat inside source static tcp A 443 interface X 443` is for what comes in outside. `ip nat outside source static
udp A 53 B 53` makes an outside host appear under another address: what inside hosts send to B goes to A. Source:
Cisco, "IOS IP Addressing Services Command Reference", `ip nat inside source`, `ip nat outside source`.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from auditor.model import DnsRedirect, Fact, PortForward, PortRange, Span, Stated, Unknown
from auditor.platforms.cisco_ios.acl_words import PORTS
from auditor.platforms.cisco_ios.blocks import Line
from auditor.platforms.cisco_ios.filters_scene import Scene
from auditor.platforms.cisco_ios.nat import Translation
from auditor.platforms.cisco_ios.objects import number, port
from auditor.services.reading import printable

INSIDE, OUTSIDE, VIRTUAL = "ip nat inside source static", "ip nat outside source static", "ip nat source static"
DESTINATION = "ip nat inside destination"
_DNS = 53
_ASK = "ask another resolver from a POS and see who answers"


def port_forwards(scene: Scene, translation: Translation) -> Iterator[PortForward]:
    """Static translations as what they do to packets from the other side."""
    for line, key in _lines(scene, (INSIDE, VIRTUAL)):
        names = _entering(translation, virtual=line.text.startswith(VIRTUAL))
        if names:
            yield _inward(scene, line, key, names)
    for line, key in _lines(scene, (OUTSIDE,)):
        names = frozenset(translation.inside)
        if names and translation.outside:
            yield _outward(scene, line, key, names)
    for line, key in _lines(scene, (DESTINATION,)):
        if translation.outside and translation.inside:
            spans = (line.span,)
            why = "which inside host gets such packets changes"
            entering: Fact[frozenset[str]] = Stated(frozenset(translation.outside), spans)
            target = Unknown(why, spans, "see which host answers")
            yield PortForward(scene.device, key, entering, Stated(None, spans), Stated(None, spans), target)


def dns_redirects(scene: Scene, translation: Translation) -> Iterator[DnsRedirect]:
    """Translations that catch questions of inside hosts: those to one address, and so only some of them."""
    for line, key in _lines(scene, (OUTSIDE, VIRTUAL)):
        caught = _caught(line)
        if caught is None or not (translation.inside if line.text.startswith(OUTSIDE) else translation.virtual):
            continue
        spans = (line.span,)
        why = f"'{key}' redirects only questions to {caught[0]}"
        yield DnsRedirect(
            scene.device, key, Unknown(why, spans, _ASK), Stated(IPv4Address(caught[1]), spans), Stated(_DNS, spans)
        )


def _lines(scene: Scene, prefixes: tuple[str, ...]) -> Iterator[tuple[Line, str]]:
    """The lines with a key of their own each: what the line says."""
    seen: dict[str, int] = {}
    for prefix in prefixes:
        for line in scene.config.top.lines(prefix):
            key = printable(" ".join(line.text.split()), 120)
            seen[key] = count = seen.get(key, 0) + 1
            yield line, key if count == 1 else f"{key} #{count}"


def _caught(line: Line) -> tuple[IPv4Address, IPv4Address] | None:
    """The address that is asked, and the one that answers, of a translation of port 53."""
    words = line.words
    try:
        if words[0] in ("tcp", "udp"):
            table = PORTS[words[0]]
            if port(words[2], table) != _DNS or port(words[4], table) != _DNS:
                return None
            answers, asked = IPv4Address(number(words[1])), IPv4Address(number(words[3]))
        else:
            answers, asked = IPv4Address(number(words[0])), IPv4Address(number(words[1]))
    except (ValueError, IndexError):
        return None
    # A private address that stands for a public one is no resolver that clients are told.
    return None if asked.is_private and words[0] not in ("tcp", "udp") else (asked, answers)


def _entering(translation: Translation, *, virtual: bool) -> frozenset[str]:
    if virtual:
        return frozenset(translation.virtual)
    return frozenset(translation.outside) if translation.inside else frozenset()


def _inward(scene: Scene, line: Line, key: str, names: frozenset[str]) -> PortForward:
    spans, words = (line.span,), line.words
    entering: Fact[frozenset[str]] = Stated(names, spans)
    try:
        if words[0] in ("tcp", "udp"):
            table = PORTS[words[0]]
            # `A p G P` or `A p interface X P`.
            outside = words[5] if words[3] == "interface" else words[4]
            inside = IPv4Network(number(words[1]))
            ports: Fact[PortRange | None] = Stated(PortRange(port(outside, table), port(outside, table)), spans)
            return PortForward(
                scene.device, key, entering, Stated(frozenset({words[0]}), spans), ports, Stated(inside, spans)
            )
        inside = IPv4Network(number(words[1] if words[0] == "network" else words[0]))
        return PortForward(scene.device, key, entering, Stated(None, spans), Stated(None, spans), Stated(inside, spans))
    except (ValueError, IndexError):
        return _unclear(scene, line, key, entering)


def _outward(scene: Scene, line: Line, key: str, names: frozenset[str]) -> PortForward:
    """Inside hosts that send to one address reach another one: only packets to that one address."""
    spans = (line.span,)
    why = f"'{printable(line.text, 80)}' changes where packets to one address go"
    entering: Fact[frozenset[str]] = Unknown(why, spans, "see who answers at that address")
    return _unclear(scene, line, key, entering)


def _unclear(scene: Scene, line: Line, key: str, entering: Fact[frozenset[str]]) -> PortForward:
    spans: tuple[Span, ...] = (line.span,)
    unknown = Unknown(f"'{printable(line.text, 80)}' is not followed", spans, "see where such packets go")
    return PortForward(scene.device, key, entering, unknown, unknown, unknown)
