"""Zone-based firewall: `zone security`, `zone-member security`, `zone-pair security` with its policy.

Between two zones passes only what the policy of their pair lets pass; within one zone, and between interfaces that are
in none, everything passes unless a pair says otherwise; between a zone and an interface without one nothing does. The
device itself is zone `self`, which everything reaches unless a pair says otherwise. `inspect` remembers the session,
`pass` is for one direction alone. Addresses are those of the inside. Source: Cisco, "Zone-Based Policy Firewall Design
and Application Guide" (document 98628), "Zone-Based Policy Firewall General Rules"; "Security Configuration Guide:
Zone-Based Policy Firewall" (zone `default` takes interfaces without a zone).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.model import Action, Span, Stated, Unknown
from auditor.platforms.cisco_ios.filters_scene import Scene
from auditor.platforms.cisco_ios.zone_classes import ClassChains, PolicyClass, Treatment, classes_of
from auditor.services.netfilter.boxes import Box
from auditor.services.netfilter.conditions import ALWAYS, Clause, Context, View, doubted
from auditor.services.netfilter.filters import Base, flat_of
from auditor.services.netfilter.program import Chains, Does, Jump, Source, Step, Steps
from auditor.services.reading import printable

KEY = "zones"
SELF = "self"
DEFAULT = "default"
"""The zone of interfaces that are in none, where it is made."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One pair of zones with the classes of its policy, None: it has no policy, or one that is not there."""

    name: str
    source: str
    destination: str
    classes: tuple[PolicyClass, ...] | None
    doubt: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """The zones of a device: which interfaces are in them, and all pairs."""

    scene: Scene
    members: dict[str, frozenset[str]]
    lines: tuple[Span, ...]
    pairs: tuple[Pair, ...]

    @property
    def used(self) -> bool:
        """Whether any interface is in a zone."""
        return any(self.members.values())

    def bases(self) -> Iterator[Base]:
        """The firewall as a chain for packets that are routed, and one for those to the device itself."""
        if not self.used:
            return
        for hook in ("forward", "input"):
            if hook == "forward" or any(SELF in (pair.source, pair.destination) for pair in self.pairs):
                policy = Stated(Action.ACCEPT, self.lines)
                yield Base(KEY, KEY, "ip", "filter", hook, 20, policy, self.lines, _Compiler(self).build)

    def own_questions(self) -> Iterator[Unknown]:
        """Pairs from the device itself whose policy may stop the questions of its resolver."""
        for pair in self.pairs:
            if pair.source == SELF and self.members.get(pair.destination, frozenset()) & self.scene.uplinks:
                classes = pair.classes or ()
                if pair.classes is None or any(each.treatment is not Treatment.INSPECT for each in classes):
                    why = f"zone pair {printable(pair.name, 80)} may stop questions of the device's own resolver"
                    yield Unknown(why, pair.spans, f"look a name up from a POS that asks {self.scene.device}")


def zones_of(scene: Scene) -> Zones:
    """Read all zones and pairs."""
    config = scene.config
    members: dict[str, set[str]] = {block.name: set() for block in config.blocks("zone security")}
    lines: list[Span] = []
    for name, block in scene.blocks.items():
        line = block.said("zone-member security")
        if line is not None and not line.no and line.rest:
            members.setdefault(line.rest, set()).add(name)
            lines.append(line.span)
    if DEFAULT in members:
        taken = {name for some in members.values() for name in some}
        members[DEFAULT] |= scene.links.routed - taken
    return Zones(scene, {name: frozenset(some) for name, some in members.items()}, tuple(lines), tuple(_pairs(scene)))


def _pairs(scene: Scene) -> Iterator[Pair]:
    for block in scene.config.blocks("zone-pair security"):
        words = block.name.split()
        spans = [block.header]
        ends = dict(zip(words[1::2], words[2::2], strict=False))
        if set(ends) != {"source", "destination"}:
            yield Pair(
                printable(block.name), "", "", None, f"'{printable(block.head)}' is not understood", tuple(spans)
            )
            continue
        line = block.said("service-policy type inspect")
        classes: tuple[PolicyClass, ...] | None = None
        doubt = ""
        if line is not None and not line.no:
            spans.append(line.span)
            classes = classes_of(scene, line.rest)
            doubt = "" if classes is not None else f"policy map {printable(line.rest)} is not there"
        yield Pair(words[0], ends["source"], ends["destination"], classes, doubt, tuple(spans))


@dataclass(frozen=True, slots=True, eq=False)
class _Compiler:
    zones: Zones

    def build(self, context: Context) -> Chains:
        """The chain for one kind of packets.

        Later packets and replies belong to sessions if the first packet was inspected; so the first packet's way is
        asked again, and where it was only let pass, the pair of this direction is asked about them.
        """
        made = ClassChains(self.zones.scene, replace(context, view=View.FIRST), KEY)
        if context.view is View.FIRST:
            made.chains[KEY] = Steps(list(self._first(made, context)))
            return made.chains
        first = Base(KEY, KEY, "ip", "filter", context.hook, 20, Stated(Action.ACCEPT, ()), (), self._sessions)
        flat = flat_of(first, replace(context, view=View.FIRST))
        mirrored = context.view is View.REPLY
        steps = []
        again = ClassChains(self.zones.scene, context, KEY)
        for entry in flat.entries:
            box = entry.clause.box.mirrored() if mirrored else entry.clause.box
            does: Does = Action.ACCEPT
            if isinstance(entry.does, Action) and entry.does is Action.NEXT:
                does = Jump("back", back=False)
            steps.append(Step((Clause(box, entry.clause.doubt),), does, entry.source))
        again.chains["back"] = Steps(list(self._first(again, context)))
        again.chains[KEY] = Steps(steps)
        return again.chains

    def _sessions(self, context: Context) -> Chains:
        """The first packet's way: what is inspected or dropped is decided, what is only let pass is not (NEXT)."""
        made = ClassChains(self.zones.scene, context, KEY)
        made.chains[KEY] = Steps(list(self._first(made, context, passed=Action.NEXT)))
        return made.chains

    def _first(self, made: ClassChains, context: Context, passed: Action = Action.ACCEPT) -> Iterator[Step]:
        zones = self.zones
        later = context.view is not View.FIRST
        for pair in zones.pairs:
            ends = _ends(zones, pair, context.hook)
            if ends is None:
                continue
            name = f"zone-pair {printable(pair.name, 80)}"
            source = Source(KEY, name, name, pair.spans)
            made.chains[name] = Steps(list(_pair(made, pair, name, passed, later=later)))
            yield Step((Clause(ends),), Jump(name, back=True), source)
        if context.hook == "input":
            yield from _answers(zones)
            return
        for zone, members in zones.members.items():
            if members:
                within = Source(KEY, f"within zone {zone}", f"within zone {printable(zone, 80)}", zones.lines)
                # Nothing remembers such packets, and nothing stops those that follow.
                yield Step((Clause(Box(members, members)),), Action.ACCEPT, within)
        for zone, members in zones.members.items():
            if members:
                title = f"zone {printable(zone, 80)}: no pair"
                drop = Source(KEY, title, title, zones.lines)
                yield Step((Clause(Box(entering=members)), Clause(Box(leaving=members))), Action.DROP, drop)


def _answers(zones: Zones) -> Iterator[Step]:
    """What the device answers passes where it was inspected on its way in; else a pair from `self` may stop it."""
    for pair in zones.pairs:
        members = zones.members.get(pair.destination, frozenset())
        if pair.source != SELF or not members or _lets_all(pair):
            continue
        back = [each for each in zones.pairs if each.source == pair.destination and each.destination == SELF]
        classes = [each for one in back for each in one.classes or ()]
        if back and all(each.treatment in (Treatment.INSPECT, Treatment.DROP) for each in classes):
            continue
        name = f"zone-pair {printable(pair.name, 80)}: answers"
        clause = Clause(Box(entering=members), "answers of the device itself must pass this pair")
        yield Step((clause,), Action.DROP, Source(KEY, name, name, pair.spans))


def _lets_all(pair: Pair) -> bool:
    classes = pair.classes or ()
    return bool(classes) and all(each.treatment in (Treatment.PASS, Treatment.INSPECT) for each in classes)


def _ends(zones: Zones, pair: Pair, hook: str) -> Box | None:
    """The packets that a pair of zones is about at a hook; None if there are none."""
    if not pair.source:
        return Box()
    source, destination = zones.members.get(pair.source, frozenset()), zones.members.get(pair.destination, frozenset())
    if hook == "input":
        return Box(entering=source) if pair.destination == SELF and source else None
    return Box(source, destination) if source and destination else None


def _pair(made: ClassChains, pair: Pair, name: str, passed: Action, *, later: bool) -> Iterator[Step]:
    """The policy of a pair; `later`: packets of connections that nobody remembers."""
    if pair.classes is None:
        title = f"{name}: no policy"
        source = Source(KEY, title, title, pair.spans)
        if pair.doubt:
            yield Step(doubted(pair.doubt), Action.ACCEPT, source)
        if not pair.doubt or pair.source:
            yield Step(ALWAYS, Action.DROP, source)
        else:
            yield Step(doubted(pair.doubt), Action.DROP, source)
        return
    for each in pair.classes:
        title = f"{name} class {printable(each.name, 80)}"
        match each.treatment:
            case Treatment.PASS:
                yield made.step(each, passed, title)
            case Treatment.INSPECT:
                yield from _inspected(made, each, title, pair, later=later)
            case Treatment.DROP:
                yield made.step(each, Action.DROP, title)
            case Treatment.UNKNOWN:
                why = doubted("what the policy does with some connections is not followed")
                made.chains[f"{title} doubt"] = Steps(
                    [
                        Step(why, Action.DROP, Source(KEY, title, title, each.spans)),
                        Step(ALWAYS, passed, Source(KEY, title, title, each.spans)),
                    ]
                )
                yield made.step(each, Jump(f"{title} doubt", back=False), title)


def _inspected(made: ClassChains, each: PolicyClass, title: str, pair: Pair, *, later: bool) -> Iterator[Step]:
    """A session begins with its first packet: what comes later and belongs to none is dropped, if it is TCP."""
    source = Source(KEY, title, title, each.spans)
    inner = f"{title} inspect"
    steps: list[Step] = []
    if later:
        others = Box(protocols=made.context.universe.protocols - {"tcp"})
        steps.append(Step((Clause(Box(protocols=frozenset({"tcp"}))),), Action.DROP, source))
        steps.append(Step((Clause(others, "a reply may begin a session of its own"),), Action.DROP, source))
    if pair.destination == SELF:
        dhcp = Box(protocols=frozenset({"udp"}), ports=((67, 67),))
        steps.append(Step((Clause(dhcp, "inspection of DHCP broadcasts to the device itself"),), Action.DROP, source))
    steps.append(Step(ALWAYS, Action.ACCEPT, source))
    made.chains[inner] = Steps(steps)
    yield made.step(each, Jump(inner, back=False), title)
