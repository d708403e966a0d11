"""What sends packets another way, or looks into them: policy routing, tunnels, web caches, intrusion prevention.

None of it is followed to its end. Each becomes a filter of rules that may stop exactly the packets concerned, so that
questions about others keep their answers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.model import Action, Span, Stated
from auditor.platforms.cisco_ios.acl_matches import permitted
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.filters_scene import Scene
from auditor.platforms.cisco_ios.nat import UNTRANSLATED, Translation, untranslated
from auditor.platforms.cisco_ios.policing import dropping
from auditor.platforms.cisco_ios.route_maps import clauses_of, entries_of
from auditor.services.netfilter.boxes import Box
from auditor.services.netfilter.conditions import Clause, Context, doubted, narrowed
from auditor.services.netfilter.filters import Base
from auditor.services.netfilter.program import Chains, Does, Return, Source, Step, Steps
from auditor.services.reading import printable

_WEB = Box(protocols=frozenset({"tcp"}), ports=((80, 80), (443, 443)))
_TCP = Box(protocols=frozenset({"tcp"}))
_QOS = "quality of service"
_DROPS = "it drops some packets, whatever their rate"
_ROUTES = ("ip next-hop", "ip default next-hop", "interface", "default interface", "vrf", "ip vrf", "global")


def bases(scene: Scene, translation: Translation) -> Iterator[Base]:
    """One chain for each kind of thing that is in use."""
    kinds: tuple[tuple[str, Callable[[Context], Iterator[Step]]], ...] = (
        (UNTRANSLATED, lambda _: untranslated(scene, translation)),
        ("policy routing", lambda context: _routed(scene, context)),
        ("crypto map", lambda context: _tunnels(scene, context)),
        ("ip wccp", lambda _: _caches(scene)),
        ("inspection of content", lambda _: _content(scene)),
        (_QOS, lambda _: _policed(scene)),
    )
    for key, make in kinds:
        if any(True for _ in make(scene.context("forward"))):
            spans = tuple(next(iter(make(scene.context("forward")))).source.spans)
            yield Base(
                key, key, "ip", "filter", "forward", 30, Stated(Action.ACCEPT, spans), spans, _Compiler(key, make).build
            )


@dataclass(frozen=True, slots=True, eq=False)
class _Compiler:
    key: str
    make: Callable[[Context], Iterator[Step]]

    def build(self, context: Context) -> Chains:
        return {self.key: Steps(self.make(context))}


def _maybe(key: str, name: str, clauses: tuple[Clause, ...], why: str, spans: tuple[Span, ...]) -> Step:
    """Packets that may not arrive."""
    return Step(narrowed(clauses, doubted(why)), Action.DROP, Source(key, name, name, spans))


# -- policy routing --------------------------------------------------------------------------------------------


def _routed(scene: Scene, context: Context) -> Iterator[Step]:
    """`ip policy route-map NAME`: an entry that permits sends its packets elsewhere, one that denies lets them be."""
    key = "policy routing"
    for name, span in scene.saying("ip policy route-map"):
        line = scene.blocks[name].said("ip policy route-map")
        entries = entries_of(scene.config, line.rest) if line is not None else ()
        here = (Clause(Box(entering=frozenset({name}))),)
        if not entries:
            why = "its route map is not there"
            yield _maybe(key, f"ip policy of {name}", here, why, (span,))
        for entry in entries:
            clauses = narrowed(here, clauses_of(entry, scene.lists, context))
            title = f"{printable(entry.block.head, 60)} on {name}"
            spans = (span, *entry.spans)
            does: Does = Return()
            if not clauses:
                continue
            if not entry.permits or not any(each.startswith(_ROUTES) for each in entry.sets()):
                yield Step(clauses, does, Source(key, title, title, spans))
            elif entry.sets() == ("interface Null0",):
                yield Step(clauses, Action.DROP, Source(key, title, title, spans))
            else:
                yield _maybe(key, title, clauses, "it sends packets another way", spans)


# -- tunnels ---------------------------------------------------------------------------------------------------


def _tunnels(scene: Scene, context: Context) -> Iterator[Step]:
    """`crypto map NAME` on an interface: what its lists select leaves through a tunnel to the other side's network."""
    for name, span in scene.saying("crypto map"):
        line = scene.blocks[name].said("crypto map")
        for block in _entries(scene, line.words[0] if line is not None and line.words else ""):
            address = block.said("match address")
            leaving = (Clause(Box(leaving=frozenset({name}))),)
            title = f"{printable(block.head, 60)} on {name}"
            spans = (span, block.header)
            acl = scene.lists.get(address.rest) if address is not None else None
            if acl is None:
                if "dynamic" not in block.name.split():
                    why = "which packets it takes is not known"
                    yield _maybe("crypto map", title, leaving, why, spans)
                continue
            clauses = narrowed(leaving, permitted(acl, context))
            if clauses:
                why = "it takes packets through a tunnel, and what the other side does with them is not known"
                yield _maybe("crypto map", title, clauses, why, spans)


def _entries(scene: Scene, name: str) -> Iterator[Block]:
    """The entries of a crypto map by their order in the text; `crypto map NAME local-address …` is none."""
    for block in scene.config.blocks("crypto map"):
        words = block.name.split()
        if words[:1] == [name] and len(words) > 1 and words[1].isdecimal():
            yield block


# -- quality of service ----------------------------------------------------------------------------------------


def _policed(scene: Scene) -> Iterator[Step]:
    """Policies on an interface that drop packets of a class whatever their rate."""
    for direction in ("input", "output"):
        for name, block in scene.blocks.items():
            names = frozenset({name})
            here = (Clause(Box(entering=names) if direction == "input" else Box(leaving=names)),)
            for line in block.lines(f"service-policy {direction}"):
                spans = dropping(scene.config, line.rest)
                if spans:
                    yield _maybe(_QOS, f"service-policy {direction} of {name}", here, _DROPS, (line.span, *spans))
            for line in block.lines(f"rate-limit {direction}"):
                if "conform-action drop" in line.rest:
                    yield _maybe(_QOS, f"rate-limit {direction} of {name}", here, _DROPS, (line.span,))


# -- content ---------------------------------------------------------------------------------------------------


def _caches(scene: Scene) -> Iterator[Step]:
    """`ip wccp SERVICE redirect in|out`: a cache or an optimiser answers in place of the host that was asked."""
    for name, block in scene.blocks.items():
        for line in block.lines("ip wccp"):
            words = line.words
            if "redirect" not in words or "exclude" in words:
                continue
            end = Box(leaving=frozenset({name})) if words[-1] == "out" else Box(entering=frozenset({name}))
            what = Box(protocols=_TCP.protocols, ports=((80, 80),)) if words[0] == "web-cache" else _TCP
            title = f"ip wccp {printable(words[0])} of {name}"
            clauses = narrowed((Clause(end),), (Clause(what),))
            yield _maybe("ip wccp", title, clauses, "packets are sent to a cache", (line.span,))


def _content(scene: Scene) -> Iterator[Step]:
    """What looks into connections on an interface and may end them, or answers in their place."""
    kinds = (("ip ips", _TCP), ("content-scan out", _WEB), ("utd enable", _TCP), ("waas enable", _TCP))
    for prefix, what in (*kinds, ("service-policy type waas", _TCP)):
        for name, span in scene.saying(prefix):
            title = f"{prefix} of {name}"
            ends = (Clause(Box(entering=frozenset({name}))), Clause(Box(leaving=frozenset({name}))))
            clauses = narrowed(ends, (Clause(what),))
            yield _maybe("inspection of content", title, clauses, "it looks into connections", (span,))
    for block in scene.config.blocks("utd"):
        line = block.said("all-interfaces")
        if line is not None and not line.no:
            title = "utd on all interfaces"
            yield _maybe("inspection of content", title, (Clause(_TCP),), "it looks into connections", (line.span,))
