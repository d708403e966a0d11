"""After which silence the device forgets a TCP connection: address translation, inspection of zones and of interfaces.

Sources of the defaults: the profile. A connection passes all of them, and the first that forgets it ends it.
"""

from collections.abc import Iterator
from datetime import timedelta

from auditor.model import INFINITE, ConnectionTracking, Fact, Stated
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.filters_scene import Scene
from auditor.platforms.cisco_ios.inspection import Session
from auditor.platforms.cisco_ios.nat import KEY, Translation
from auditor.platforms.cisco_ios.zone_classes import Treatment
from auditor.platforms.cisco_ios.zones import SELF, Pair, Zones
from auditor.services.reading import printable

_MOST = 10**9
"""No timer is longer than these seconds."""
_TCP_MATTERS = (443, 80)


def connection_tracking(
    scene: Scene, translation: Translation, zones: Zones, sessions: tuple[Session, ...]
) -> Iterator[ConnectionTracking]:
    """One timer for each thing that remembers connections to the internet."""
    if translation.dynamic and (translation.virtual or (translation.inside and translation.outside)):
        yield from _translations(scene)
    yield from _zones(scene, zones)
    if sessions:
        yield from _inspection(scene, sessions)


def _translations(scene: Scene) -> Iterator[ConnectionTracking]:
    top = scene.config.top
    timer = top.fact("ip nat translation tcp-timeout", seconds, "ip nat translation.tcp-timeout")
    yield ConnectionTracking(scene.device, KEY, timer)
    for line in top.lines("ip nat translation port-timeout tcp"):
        words = line.words
        if len(words) == 2 and words[0].isdecimal() and int(words[0][:6]) in _TCP_MATTERS:
            fact = scene.config.converted(words[1], seconds, line.span, what="port-timeout")
            yield ConnectionTracking(scene.device, f"{KEY} port {int(words[0][:6])}", fact)


def _zones(scene: Scene, zones: Zones) -> Iterator[ConnectionTracking]:
    """The parameter maps of what is inspected on its way to the internet."""
    maps = {block.name: block for block in scene.config.blocks("parameter-map type inspect")}
    used: dict[str, list[Pair]] = {}
    for pair in zones.pairs if zones.used else ():
        if pair.source == SELF or not zones.members.get(pair.destination, frozenset()) & scene.uplinks:
            continue
        for each in pair.classes or ():
            if each.treatment is Treatment.INSPECT:
                used.setdefault(each.parameters, []).append(pair)
    for name, pairs in used.items():
        key = f"parameter-map {printable(name)}" if name else "inspect"
        block = maps.get(name) or maps.get("default")
        yield ConnectionTracking(scene.device, key, _idle(scene, block, zones), _entering(zones, pairs))


def _entering(zones: Zones, pairs: list[Pair]) -> Fact[frozenset[str] | None]:
    """The interfaces of the zones that the connections come from; None if a zone is not known, so that all may be."""
    spans = tuple(dict.fromkeys(span for pair in pairs for span in pair.spans))
    members = [zones.members.get(pair.source) for pair in pairs]
    known = [names for names in members if names is not None]
    return Stated(frozenset[str]().union(*known) if len(known) == len(members) else None, spans)


def _idle(scene: Scene, block: Block | None, zones: Zones) -> Fact[timedelta]:
    """`tcp idle-time 3600` of a parameter map; one that lacks it, or no map, has the default."""
    entry = "parameter-map type inspect.tcp idle-time"
    if block is not None:
        line = block.said("tcp idle-time")
        if line is not None and not line.no and line.words:
            return scene.config.converted(line.words[0], seconds, line.span, what="tcp idle-time")
        return block.unsaid("tcp idle-time") or scene.config.default(entry, seconds, block.header)
    near = next((pair.spans for pair in zones.pairs if pair.classes), zones.lines)
    return scene.config.default(entry, seconds, *near[:1])


def _inspection(scene: Scene, sessions: tuple[Session, ...]) -> Iterator[ConnectionTracking]:
    """`ip inspect tcp idle-time`, or the timeout that a rule names for TCP."""
    top = scene.config.top
    general = top.fact("ip inspect tcp idle-time", seconds, "ip inspect.tcp idle-time")
    rules = dict.fromkeys(session.rule for session in sessions)
    for rule in rules:
        found: list[Fact[timedelta]] = []
        for line in top.lines("ip inspect name"):
            words = line.words
            if words[:1] != (rule,) or words[1:2] not in (("tcp",), ("https",)):
                continue
            if "timeout" in words[:-1]:
                after = words[words.index("timeout") + 1]
                found.append(scene.config.converted(after, seconds, line.span, what="timeout"))
            else:
                found.append(general)
        for number, fact in enumerate(found):
            key = f"ip inspect {printable(rule)}"
            yield ConnectionTracking(scene.device, key if number == 0 else f"{key} #{number + 1}", fact)


def seconds(text: str) -> timedelta:
    """A time in seconds, or `never`."""
    word = text.split(maxsplit=1)[0] if text.split() else ""
    if word == "never":
        return INFINITE
    if not word.isascii() or not word.isdecimal() or len(word) > len(str(_MOST)):
        raise ValueError("no number of seconds")
    return timedelta(seconds=int(word))
