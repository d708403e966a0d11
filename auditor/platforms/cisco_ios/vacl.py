"""VLAN maps (`vlan access-map`, `vlan filter`) and lists on ports of a switch: what stops frames within a VLAN.

A VLAN map is asked about all frames of its VLANs, those that are routed too. Sources: Cisco, Catalyst 3750-X and 4500
"Configuring Network Security with ACLs", "VLAN Map Configuration Guidelines": entries are asked in order; a packet
that matches none of a map with a match of its kind is dropped, others are forwarded; the action is forward unless said;
ARP is not filtered. MAC lists are asked about what is not IP.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.model import Action, Fact, Span, Stated, Unknown
from auditor.platforms.cisco_ios.acl_matches import steps_of
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.filters import Applied
from auditor.platforms.cisco_ios.filters_scene import Scene
from auditor.services.netfilter.boxes import Box
from auditor.services.netfilter.conditions import ARP, Clause, Context, doubted, ipv4
from auditor.services.netfilter.filters import Base
from auditor.services.netfilter.program import Chains, Does, Jump, Return, Source, Step, Steps
from auditor.services.reading import printable

NetworksOfVlan = Callable[[int], Fact[tuple[str, ...]]]
"""The interfaces of the model whose segment is a VLAN of this device."""

KEY = "vlan access-map "
_LAST_VLAN = 4094
_MOST = 512


@dataclass(frozen=True, slots=True, eq=False)
class _Map:
    name: str
    entries: tuple[Block, ...]
    networks: frozenset[str] | None  # None: which ones is not known
    spans: tuple[Span, ...]


def maps(scene: Scene, networks_of: NetworksOfVlan) -> tuple[_Map, ...]:
    """The VLAN maps that are applied to some VLANs."""
    entries: dict[str, list[tuple[int, Block]]] = {}
    for block in scene.config.blocks("vlan access-map"):
        words = block.name.split()
        number = int(words[1][:6]) if len(words) > 1 and words[1].isdecimal() else 10
        entries.setdefault(words[0] if words else "", []).append((number, block))
    found: dict[str, tuple[set[str], list[Span], bool]] = {}
    for line in scene.config.top.lines("vlan filter"):
        name, _, rest = line.rest.partition(" ")
        names, spans, known = found.setdefault(name, (set(), [], True))
        spans.append(line.span)
        for vlan in _vlans(rest.removeprefix("vlan-list").strip()):
            networks = networks_of(vlan) if vlan else Unknown("which VLANs are meant")
            if isinstance(networks, Unknown):
                known = False
            else:
                names.update(networks.value)
        found[name] = (names, spans, known)
    return tuple(
        _Map(
            name,
            tuple(block for _, block in sorted(entries.get(name, []), key=lambda pair: pair[0])),
            frozenset(names) if known else None,
            tuple(spans),
        )
        for name, (names, spans, known) in found.items()
    )


def _vlans(text: str) -> Iterator[int]:
    """`10,20-30`; 0 for what is not understood."""
    count = 0
    for part in text.replace(" ", "").split(","):
        low, dash, high = part.partition("-")
        high = high if dash else low
        if not (low.isascii() and low.isdecimal() and high.isascii() and high.isdecimal()) or len(low + high) > 8:
            yield 0
            continue
        for vlan in range(int(low), min(int(high), _LAST_VLAN) + 1):
            count += 1
            yield vlan
            if count >= _MOST:
                yield 0
                return


def bases(scene: Scene, found: tuple[_Map, ...], hook: str, *, bridged: bool) -> Iterator[Base]:
    """One chain for each VLAN map."""
    for each in found:
        key = f"{KEY}{printable(each.name, 80)}"
        compiler = _Compiler(scene, each, key)
        policy = Stated(Action.ACCEPT, each.spans)
        yield Base(key, key, "bridge" if bridged else "ip", "filter", hook, 10, policy, each.spans, compiler.build)


@dataclass(frozen=True, slots=True, eq=False)
class _Compiler:
    scene: Scene
    map: _Map
    key: str

    def build(self, context: Context) -> Chains:
        chains: dict[str, Steps] = {}
        source = Source(self.key, "vlan filter", f"vlan filter {printable(self.map.name, 80)}", self.map.spans)
        inner = f"{self.key} entries"
        chains[self.key] = Steps([Step(tuple(self._ends(context)), Jump(inner, back=True), source)])
        chains[inner] = Steps(list(self._entries(context, chains)))
        return chains

    def _ends(self, context: Context) -> Iterator[Clause]:
        """Frames of the VLANs, and packets that are routed into or out of them."""
        if self.map.networks is None:
            yield Clause(doubt="which VLANs it is applied to is not known")
        elif self.map.networks:
            yield Clause(Box(entering=self.map.networks))
            if context.hook == "forward" and not context.bridged:
                yield Clause(Box(leaving=self.map.networks))

    def _entries(self, context: Context, chains: dict[str, Steps]) -> Iterator[Step]:
        asks_ip = False
        for number, block in enumerate(self.map.entries):
            action = block.said("action")
            drops = action is not None and not action.no and action.rest.startswith("drop")
            does = Action.DROP if drops else Action.ACCEPT
            source = Source(self.key, printable(block.name, 40), printable(block.head, 80), (block.header,))
            matches = block.lines("match")
            if not matches:
                yield Step(ipv4(context), does, source)
            for line in matches:
                words = line.words
                if words[:2] == ("ip", "address"):
                    asks_ip = True
                    for name in words[2:]:
                        yield self._list(name, does, source, context, chains, f"{self.key} {number} {name}")
                elif words[:1] != ("mac",) and words[:1] != ("ipv6",):
                    yield Step(doubted(f"'{printable(line.text, 40)}' is not followed"), does, source)
        if not self.map.entries:
            missing = Source(self.key, "map", f"vlan access-map {printable(self.map.name, 80)}", self.map.spans)
            yield Step(doubted("the map is not there"), Action.DROP, missing)
        elif asks_ip:
            last = Source(self.key, "implicit drop", f"implicit drop of {printable(self.map.name, 80)}", self.map.spans)
            yield Step(ipv4(context), Action.DROP, last)

    def _list(
        self, name: str, does: Does, source: Source, context: Context, chains: dict[str, Steps], inner: str
    ) -> Step:
        """Packets that a list permits get the action; one that is not there, or is empty, selects all."""
        acl = self.scene.lists.get(name)
        if acl is None or not acl.entries:
            return Step(ipv4(context), does, source)
        chains[inner] = Steps(steps_of(acl, context, self.key, permit=does, deny=Return()))
        return Step(ipv4(context), Jump(inner, back=True), source)


# -- ports -----------------------------------------------------------------------------------------------------


def mac_lists(scene: Scene, ports: frozenset[str]) -> Iterator[Step]:
    """`mac access-group NAME in` on a port may stop ARP, without which nothing begins."""
    for name, span in scene.saying("mac access-group"):
        if name in ports and not _permits_all(scene, name):
            box = Box(entering=frozenset({name}), protocols=frozenset({ARP}))
            title = f"mac access-group of {name}"
            yield Step(
                (Clause(box, "what a MAC list says is not followed"),),
                Action.DROP,
                Source("mac", title, title, (span,)),
            )


def _permits_all(scene: Scene, port: str) -> bool:
    """Whether the list begins with `permit any any`."""
    line = scene.blocks[port].said("mac access-group")
    words = line.words if line is not None else ()
    block = scene.config.top.block("mac access-list extended", words[0]) if words else None
    first = next(iter(block.children()), None) if block is not None else None
    if block is not None:
        scene.config.taken(block)
    return first is not None and first.text.split()[-3:] == ["permit", "any", "any"]


def behind_ports(place: Applied, networks: Fact[tuple[str, ...]]) -> Iterator[Applied]:
    """A list on a port of a switch is asked about what comes in there to be routed: from some of the clients."""
    for name in () if isinstance(networks, Unknown) else networks.value:
        doubt = f"it is asked about packets by {place.interface} alone"
        yield Applied(place.acl, name, place.direction, place.span, doubt)
