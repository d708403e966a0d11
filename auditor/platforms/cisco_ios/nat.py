"""`ip nat`: which packets get other addresses on their way between inside and outside interfaces.

What comes in by an inside interface and leaves by an outside one gets another source if a list or route map selects
it, whatever interface or pool gives the address. `ip nat enable` (a virtual interface for NAT) knows no sides. Source:
Cisco, "IP Addressing: NAT Configuration Guide", "Configuring NAT for IP Address Conservation".
"""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model import Action, SourceNat, Span, Stated, Unknown
from auditor.platforms.cisco_ios.acl_matches import Seen, Translated, permitted
from auditor.platforms.cisco_ios.blocks import Line
from auditor.platforms.cisco_ios.filters_scene import Scene
from auditor.platforms.cisco_ios.objects import number
from auditor.platforms.cisco_ios.route_maps import clauses_of, entries_of
from auditor.services.netfilter.boxes import ADDRESSES, Box, clipped, inverted, merged
from auditor.services.netfilter.conditions import Clause, doubted
from auditor.services.netfilter.program import Source, Step
from auditor.services.reading import printable

KEY = "ip nat"
UNTRANSLATED = "ip nat: untranslated"
"""The filter that says which networks leave by an outside interface with their own, private addresses."""

_PRIVATE = merged(
    (int(low), int(high))
    for low, high in (
        (10 << 24, (11 << 24) - 1),
        ((172 << 24) + (16 << 16), (172 << 24) + (32 << 16) - 1),
        ((192 << 24) + (168 << 16), (192 << 24) + (169 << 16) - 1),
        ((100 << 24) + (64 << 16), (100 << 24) + (128 << 16) - 1),
    )
)
_ASK = "see which address the other side gets"


@dataclass(frozen=True, slots=True)
class Dynamic:
    """One `ip nat inside source list|route-map …`: what it selects, and from which addresses it gives."""

    key: str
    clauses: tuple[Clause, ...]
    outside: tuple[tuple[int, int], ...] | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Translation:
    """Both sides with their lines, and all translations of inside sources."""

    inside: dict[str, Span]
    outside: dict[str, Span]
    virtual: dict[str, Span]
    dynamic: tuple[Dynamic, ...]
    static: tuple[Translated, ...]
    certain: bool

    def seen(self, name: str, *, destination: bool) -> Seen | None:
        """How a list on an interface sees the inside end of packets; None: as it is."""
        if name in self.virtual:
            return Seen(destination, (), certain=False)
        if name not in self.outside or not self.inside:
            return None
        simple = all(_by_source(clause) for each in self.dynamic for clause in each.clauses)
        maps = [
            Translated(merged(i for clause in each.clauses for i in clause.box.sources or ADDRESSES), each.outside)
            for each in self.dynamic
            if each.clauses
        ]
        return Seen(destination, (*self.static, *maps), self.certain and simple)


def _by_source(clause: Clause) -> bool:
    box = clause.box
    return not clause.doubt and box == Box(sources=box.sources)


def translation_of(scene: Scene) -> Translation:
    """Read who is inside and outside, and what is translated between them."""
    inside, outside = dict(scene.saying("ip nat inside")), dict(scene.saying("ip nat outside"))
    virtual = dict(scene.saying("ip nat enable"))
    dynamic: list[Dynamic] = []
    static: list[Translated] = []
    certain = True
    seen: dict[str, int] = {}
    for line in scene.config.top.lines("ip nat inside source"):
        words = line.words
        if words[:1] == ("static",):
            found = _static(words[1:])
            certain = certain and found is not None
            static += () if found is None else found
        else:
            key = f"{KEY} {printable(' '.join(words[:2]), 80)}"
            seen[key] = count = seen.get(key, 0) + 1
            dynamic.append(_dynamic(scene, line, key if count == 1 else f"{key} #{count}"))
    certain = certain and not scene.config.top.lines("ip nat outside source")
    return Translation(inside, outside, virtual, tuple(dynamic), tuple(static), certain)


def _static(words: tuple[str, ...]) -> tuple[Translated, ...] | None:
    """`A G`: one address is another; ports of one are no matter of what begins inside. None: not understood."""
    if words[:1] in (("tcp",), ("udp",), ("esp",)):
        return ()
    try:
        return (Translated(((number(words[0]),) * 2,), ((number(words[1]),) * 2,)),)
    except (ValueError, IndexError):
        return None


def _dynamic(scene: Scene, line: Line, key: str) -> Dynamic:
    words, context = line.words, scene.context("postrouting")
    clauses: tuple[Clause, ...] = doubted(f"'{printable(line.text, 60)}' is not understood")
    spans = [line.span]
    if words[:1] == ("list",) and len(words) > 2:
        acl = scene.lists.get(words[1])
        if acl is None or not acl.entries:
            clauses = doubted(f"access list {printable(words[1])} is not there")
        else:
            clauses = permitted(acl, context)
            spans += (entry.spans[0] for entry in acl.entries)
    elif words[:1] == ("route-map",) and len(words) > 2:
        entries = entries_of(scene.config, words[1])
        spans += (span for entry in entries for span in entry.spans)
        simple = len(entries) == 1 and entries[0].permits
        if simple:
            clauses = clauses_of(entries[0], scene.lists, context)
        else:
            clauses = doubted(f"route map {printable(words[1])} has {len(entries)} entries")
    if "vrf" in words:
        clauses = doubted("it is about one VRF")
    return Dynamic(key, clauses, _given(scene, words[2:]), tuple(spans))


def _given(scene: Scene, words: tuple[str, ...]) -> tuple[tuple[int, int], ...] | None:
    """The addresses that sources become; None if they are not known."""
    if words[:1] == ("interface",) and len(words) > 1:
        interface = scene.interface(words[1])
        if interface is None or isinstance(interface.addresses, Unknown) or not interface.addresses.value:
            return None
        return ((int(interface.addresses.value[0].ip),) * 2,)
    if words[:1] == ("pool",) and len(words) > 1:
        for line in scene.config.top.lines("ip nat pool"):
            try:
                if line.words[0] == words[1]:
                    return ((number(line.words[1]), number(line.words[2])),)
            except (ValueError, IndexError):
                return None
    return None


# -- the model -------------------------------------------------------------------------------------------------


def source_nats(scene: Scene, translation: Translation) -> Iterator[SourceNat]:
    """Translations of sources by the interfaces that packets leave by; what is left out shows in a filter."""
    if translation.inside and translation.outside:
        names = frozenset(translation.outside)
        for each in translation.dynamic:
            if not each.clauses:
                continue
            limits = [clause.box.leaving for clause in each.clauses]
            leaving = names if None in limits else names & frozenset(x for one in limits if one for x in one)
            spans = (*each.spans, *(translation.outside[name] for name in sorted(leaving)))
            if leaving:
                yield SourceNat(scene.device, each.key, Stated(leaving, spans))
    for line in scene.config.top.lines("ip nat source"):
        key, near = f"{KEY} {printable(' '.join(line.words[:2]), 80)}", (line.span, *translation.virtual.values())
        if not translation.virtual or line.words[:1] == ("static",):
            continue
        if frozenset(translation.virtual) <= scene.uplinks:
            yield SourceNat(scene.device, key, Stated(frozenset(translation.virtual), near))
        else:
            why = "which packets between interfaces with `ip nat enable` are translated is not followed"
            yield SourceNat(scene.device, key, Unknown(why, near, _ASK))


def untranslated(scene: Scene, translation: Translation) -> Iterator[Step]:
    """Private networks whose packets leave by an outside interface as they are, though others are translated."""
    uplinks = scene.uplinks
    outside = frozenset(translation.outside) & uplinks
    if not outside or not translation.inside or not translation.dynamic:
        return
    statics = merged(i for each in translation.static for i in each.inside)
    # What certainly is translated, by source alone: a list that spares a VPN still translates the rest.
    covered = merged(
        i
        for each in translation.dynamic
        for clause in each.clauses
        if not clause.doubt and clause.box.protocols is None and clause.box.ports is None
        for i in clause.box.sources or ADDRESSES
    )
    unsure = any(clause.doubt for each in translation.dynamic for clause in each.clauses)
    for interface in scene.interfaces:
        if interface.key in translation.outside or interface.key in uplinks:
            continue
        if isinstance(interface.addresses, Unknown):
            continue
        own = merged(
            (int(each.network.network_address), int(each.network.broadcast_address))
            for each in interface.addresses.value
        )
        near = interface.addresses.spans
        if interface.key not in translation.inside:
            left, why = clipped(own, _PRIVATE), f"{interface.key} lacks `ip nat inside`"
        else:
            rest = clipped(own, inverted(merged((*covered, *statics)), ADDRESSES))
            left, why = clipped(rest, _PRIVATE), "no translation selects these addresses"
            near = (*near, *(span for each in translation.dynamic for span in each.spans[:1]))
            why = "whether a translation selects these addresses is not known" if unsure else why
        if left:
            clause = Clause(Box(frozenset({interface.key}), outside, left), why)
            key = f"untranslated from {interface.key}"
            yield Step((clause,), Action.DROP, Source(UNTRANSLATED, key, key, near))
