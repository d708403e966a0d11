"""Access lists on interfaces as packet filters: `ip access-group NAME in|out`.

One list is one filter, wherever it is applied: a packet that meets it twice gets the same answer twice. Lists know no
connections, so replies are asked about as well; a list that is not there lets everything pass. Output lists are not
asked about packets of the device itself. Source: Cisco, "Security Configuration Guide: Access Control Lists", "IP
Access List Overview"; "IOS Security Command Reference", `ip access-group`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from auditor.model import Action, Filter, Span, Stated, Unknown
from auditor.platforms.cisco_ios.acl import AccessList
from auditor.platforms.cisco_ios.acl_matches import Seen, clauses_of, steps_of
from auditor.platforms.cisco_ios.filters_scene import Scene
from auditor.platforms.cisco_ios.inspection import Session, passing
from auditor.platforms.cisco_ios.nat import Translation
from auditor.services.netfilter.boxes import Box, both
from auditor.services.netfilter.conditions import Clause, Context, View, narrowed
from auditor.services.netfilter.filters import Base, filters_of, flat_of
from auditor.services.netfilter.program import Chains, Jump, Source, Step, Steps
from auditor.services.reading import printable

KEY = "access-list "
"""How the key of the filter of an access list begins; its name follows."""

_DIRECTIONS = ("in", "out")
_TCP = Box(protocols=frozenset({"tcp"}))


@dataclass(frozen=True, slots=True)
class Applied:
    """An access list on an interface, in one direction. `doubt`: why packets may pass by it."""

    acl: str
    interface: str
    direction: str
    span: Span
    doubt: str = ""

    @property
    def box(self) -> Box:
        names = frozenset({self.interface})
        return Box(entering=names) if self.direction == "in" else Box(leaving=names)


def applied(scene: Scene) -> Iterator[Applied]:
    """All access lists on interfaces, routed ones and ports of a switch."""
    for name, block in scene.blocks.items():
        for line in block.lines("ip access-group"):
            words = line.words
            # Where no direction is said, it is out.
            direction = words[1] if len(words) > 1 else "out"
            if words and direction in _DIRECTIONS:
                yield Applied(words[0], name, direction, line.span)


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """All that the filters of access lists are made of."""

    scene: Scene
    translation: Translation
    sessions: tuple[Session, ...]
    applied: tuple[Applied, ...]
    _steps: dict[tuple[object, ...], Steps] = field(default_factory=dict, repr=False)

    def steps(self, acl: AccessList, context: Context, seen: Seen | None) -> Steps:
        """A list as steps, made once for each kind of packets: where they are asked is no matter."""
        key = (acl.name, context.view, context.bridged, seen)
        if key not in self._steps:
            chain = f"{KEY}{printable(acl.name, 80)}"
            asks = any(entry.match.evaluate for entry in acl.entries)
            remembered = tuple(self.remembered(context)) if asks else ()
            self._steps[key] = Steps(steps_of(acl, context, chain, seen=seen, remembered=remembered))
        return self._steps[key]

    def bases(self, hook: str, places: Iterable[Applied], *, bridged: bool = False) -> Iterator[Base]:
        """One chain for each list that is applied at these places."""
        by_name: dict[str, list[Applied]] = {}
        for place in places:
            by_name.setdefault(place.acl, []).append(place)
        for name, some in by_name.items():
            acl = self.scene.lists.get(name)
            if acl is None:
                continue
            key, near = f"{KEY}{printable(name, 80)}", tuple(place.span for place in some)
            compiler = _Compiler(self, acl, tuple(some), bridged)
            holes = () if acl.entries else (_empty(acl, near),)
            yield Base(
                key, key, "bridge" if bridged else "ip", "filter", hook, 0, Stated(Action.ACCEPT, near), near,
                compiler.build, holes, stateless=self._stateless(acl, bridged=bridged),
            )  # fmt: skip

    def _stateless(self, acl: AccessList, *, bridged: bool) -> bool:
        """Only TCP flags and inspected sessions tell later packets of the same direction from the first one."""
        return (bridged or not self.sessions) and all(entry.match.flags is None for entry in acl.entries)

    def absent(self) -> tuple[Span, ...]:
        """Lines that apply lists which are not there."""
        return tuple(place.span for place in self.applied if self.scene.lists.get(place.acl) is None)

    def remembered(self, context: Context) -> Iterator[tuple[str, Clause]]:
        """Replies that reflexive entries (`reflect NAME`) let pass where `evaluate NAME` stands."""
        if context.view is not View.REPLY:
            return
        first = replace(context, view=View.FIRST)
        for place in self.applied:
            acl = self.scene.lists.get(place.acl)
            for entry in acl.entries if acl is not None else ():
                if not entry.match.reflect:
                    continue
                seen = self.translation.seen(place.interface, destination=place.direction == "in")
                for clause in narrowed(clauses_of(entry.match, first, seen), (Clause(place.box),)):
                    yield entry.match.reflect, Clause(clause.box.mirrored(), clause.doubt)


def _empty(acl: AccessList, near: tuple[Span, ...]) -> Unknown:
    why = f"access list {printable(acl.name, 80)} has no entries"
    return Unknown(why, (acl.header, *near), "see whether packets pass, or remove it from the interface")


@dataclass(frozen=True, slots=True, eq=False)
class _Compiler:
    lists: Lists
    acl: AccessList
    places: tuple[Applied, ...]
    bridged: bool

    def build(self, context: Context) -> Chains:
        """The chain leads into the list from each place where it is applied, as packets are seen there."""
        key = f"{KEY}{printable(self.acl.name, 80)}"
        chains: dict[str, Steps] = {}
        main: list[Step] = []
        if context.view is View.ONWARD:
            others = Clause(Box(protocols=context.universe.protocols - {"tcp"}))
            title = "a question and one reply do without later packets"
            main.append(Step((others,), Action.ACCEPT, Source(key, title, title, ())))
        for session, clauses in () if self.bridged else passing(self.lists.sessions, context.view):
            source = Source(key, f"ip inspect {session.rule}", f"ip inspect {session.rule}", session.spans)
            main.append(Step(clauses, Action.ACCEPT, source))
        groups: dict[tuple[str, str, Seen | None], list[Applied]] = {}
        for place in self.places:
            seen = None
            if not self.bridged:
                seen = self.lists.translation.seen(place.interface, destination=place.direction == "in")
            if place.direction == "in" or context.hook != "input":
                groups.setdefault((place.direction, place.doubt, seen), []).append(place)
        for number, ((direction, doubt, seen), places) in enumerate(groups.items()):
            inner = f"{key} at {number}"
            chains[inner] = self.lists.steps(self.acl, context, seen)
            names = frozenset(place.interface for place in places)
            box = Box(entering=names) if direction == "in" else Box(leaving=names)
            name = f"ip access-group {printable(self.acl.name, 80)} {direction}"
            source = Source(key, name, name, tuple(place.span for place in places))
            main.append(Step((Clause(box, doubt),), Jump(inner, back=True), source))
        chains[key] = Steps(main)
        return chains


def filters(device: str, bases: Iterable[Base], context: Context) -> Iterator[Filter]:
    """The filters of chains, for first packets and for all others that may fare otherwise."""
    for base in bases:
        at = replace(context, hook=base.hook)
        views = [] if base.hook == "input" else [View.REPLY]
        if not base.stateless and _meaning(base, at, View.ONWARD) != _meaning(base, at, View.FIRST):
            views.append(View.ONWARD)
        yield from filters_of(device, base, at, tuple(views))


def _meaning(base: Base, context: Context, view: View) -> list[tuple[object, ...]]:
    """What becomes of TCP: only there do later packets matter."""
    flat = flat_of(base, replace(context, view=view))
    inside = ((both(entry.clause.box, _TCP), entry) for entry in flat.entries)
    return [(box, entry.clause.doubt, entry.does, entry.source.key) for box, entry in inside if box is not None]
