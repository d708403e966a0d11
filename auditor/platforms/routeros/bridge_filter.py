"""`/interface bridge filter`: frames between ports of a bridge, which no router ever sees.

Its matchers name ports (`in-interface`) or whole bridges (`in-bridge`); ARP passes it too. Frames that a switch chip
hands on between its own ports come by no filter. With `use-ip-firewall=yes` IPv4 within a bridge passes `/ip firewall`
as well.

Source: MikroTik's manual, "Bridging and Switching" (bridge firewall, bridge settings, bridge hardware offloading),
"Switch Chip Features" (rule table), "CRS1xx/2xx series switches" (access control list).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.model import Action, Fact, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.firewall_chains import PASSING, Rule, build, rules_of, step_of
from auditor.platforms.routeros.firewall_ends import Answer, interface_list, negatable
from auditor.platforms.routeros.firewall_matches import OPTIONS, matched, maybe, ports
from auditor.platforms.routeros.firewall_scene import Scene
from auditor.platforms.routeros.items import Item
from auditor.services.netfilter import conditions
from auditor.services.netfilter.boxes import ADDRESSES, Box, inverted
from auditor.services.netfilter.conditions import ARP, NEVER, Clause, Context, doubted, narrowed, outside
from auditor.services.netfilter.filters import Base
from auditor.services.netfilter.program import Chains, Does, Jump, Return, Source, Step, Steps, Undecided
from auditor.services.reading import printable

FILTER = "interface bridge filter"
NAT = "interface bridge nat"

_CHAINS: Mapping[str, Mapping[str, str]] = {
    FILTER: {"input": "input", "forward": "forward", "output": "output"},
    NAT: {"dstnat": "prerouting", "srcnat": "postrouting"},
}
_DECIDING = {"accept": Action.ACCEPT, "drop": Action.DROP}
_OPTIONS = OPTIONS | {"to-arp-reply-mac-address", "to-dst-mac-address", "to-src-mac-address"}
_MULTICAST = conditions.address("224.0.0.0/4")
_EVERYONE = (2**32 - 1, 2**32 - 1)
_SWITCHED = "frames between ports of one switch chip"


def bases(scene: Scene) -> tuple[Base, ...]:
    """The built-in chains, if there are rules, or may be."""
    found: list[Base] = []
    for menu, chains in _CHAINS.items():
        rules = rules_of(scene.config, menu, (*_MATCHERS, *_OPTIONS))
        holes = scene.config.holes(menu)
        if not rules and not holes:
            continue
        compiler = _Compiler(scene, menu, rules)
        near = tuple(rule.item.header for rule in rules[:1])
        policy: Fact[Action] = scene.config.default(f"{FILTER}.default-policy", Action, *near)
        found += (
            Base(f"{menu} {chain}", chain, "bridge", "filter", hook, 0, policy, near, compiler.build, holes)
            for chain, hook in chains.items()
        )
    return tuple(found)


def asked(scene: Scene) -> Fact[bool]:
    """Whether frames within a bridge pass `/ip firewall` too: tagged ones only if that is said as well."""
    asks, tagged = scene.bridge_asks, scene.bridge_vlans
    if isinstance(asks, Unknown) or not asks.value:
        return asks
    if isinstance(tagged, Unknown) or tagged.value:
        return tagged if isinstance(tagged, Unknown) else asks
    filtering = [item for item in scene.config.items("interface bridge") if item.text("vlan-filtering") == "yes"]
    if not filtering:
        return asks
    why = "use-ip-firewall is on and use-ip-firewall-for-vlan is not: which frames of VLANs it is about is not followed"
    near = (*asks.spans, filtering[0].header)
    return Unknown(why, near, "set use-ip-firewall=no, or use-ip-firewall-for-vlan=yes too")


def switch_rules(config: Config) -> tuple[Unknown, ...]:
    """Rules of a switch chip that send frames to other ports, or nowhere (`new-dst-ports=""`)."""
    return tuple(dict.fromkeys(_switch_rules(config)))


def _switch_rules(config: Config) -> Iterator[Unknown]:
    settle = "see which frames it stops, or switch it off and audit again"
    yield from (
        config.holes("interface ethernet switch rule", "interface ethernet switch acl")
        if (config.items("interface ethernet switch rule") or config.items("interface ethernet switch acl"))
        else ()
    )
    for item in (*config.items("interface ethernet switch rule"), *config.items("interface ethernet switch acl")):
        config.understood(item)
        enabled = config.enabled(item)
        if not isinstance(enabled, Unknown) and not enabled.value:
            continue
        if item.text("new-dst-ports") is not None or item.text("action") not in (None, "forward", "copy-to-cpu"):
            yield Unknown(
                "a rule of the switch chip stops some frames, or sends them elsewhere", (item.header,), settle
            )
        elif item.damaged or item.text("redirect-to-cpu") == "yes":
            yield Unknown("a rule of the switch chip is not followed", (item.header,), settle)


@dataclass(frozen=True, slots=True, eq=False)
class _Compiler:
    scene: Scene
    menu: str
    rules: tuple[Rule, ...]

    def build(self, context: Context) -> Chains:
        chains = dict(build(self.rules, _CHAINS[self.menu], lambda rule: self._step(rule, context)))
        if context.hook == "forward" and "forward" in chains:
            chains["forward"] = Steps((*self._switched(context), *chains["forward"]))
        return chains

    def _switched(self, context: Context) -> Iterator[Step]:
        """Two Ethernet ports may be on one switch chip, which then asks no filter."""
        config = self.scene.config
        items = [i for i in config.items("interface bridge port") if i.text("hw") not in ("no", "false")]
        wired = {port.key for port in self.scene.host.ports}
        names = frozenset(name for i in items if (name := i.text("interface") or "") in wired)
        if len(names) > 1:
            clause = Clause(Box(entering=names, leaving=names), "a switch chip may hand such frames on by itself")
            spans = tuple(item.header for item in items)[:1]
            yield Step((clause,), Action.ACCEPT, Source("forward", "hardware offload", _SWITCHED, spans))

    def _step(self, rule: Rule, context: Context) -> Step | None:
        does = _does(rule.item)
        if does is None:
            return None
        if rule.item.damaged:
            return step_of(rule, does, doubted("the rule cannot be read"))
        return step_of(rule, does, matched(rule.item, context, self.scene, _MATCHERS, _OPTIONS))


def _does(item: Item) -> Does | None:
    action = item.text("action") or "accept"
    if action in PASSING:
        return None
    if action == "jump":
        return Jump(item.text("jump-target") or "", back=True)
    if action == "return":
        return Return()
    return _DECIDING.get(action, Undecided())


# -- matchers --------------------------------------------------------------------------------------------------


def _port(leaving: bool) -> Answer:
    """`in-interface` is a port of a bridge, never the bridge itself."""

    def answer(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
        negated, word = negatable(text)
        names = scene.named(word)
        if names is None or (not negated and word in names and not word.startswith("*") and not scene.written(word)):
            return doubted(f"which port {printable(word)} is, the device alone knows")
        return _among(names, negated, leaving, context, scene)

    return answer


def _among(names: frozenset[str], negated: bool, leaving: bool, context: Context, scene: Scene) -> tuple[Clause, ...]:
    if negated and (scene.provisioned or not context.complete):
        return doubted("which ports there are is not known")
    # The name of a bridge stands for all of its ports in a question.
    chosen = (context.universe.interfaces - names if negated else names) - scene.bridges
    if not chosen:
        return NEVER
    return (Clause(Box(leaving=chosen) if leaving else Box(entering=chosen)),)


def _bridge(leaving: bool) -> Answer:
    def answer(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
        negated, word = negatable(text)
        chosen = scene.bridges - {word} if negated else frozenset({word})
        if not chosen:
            return NEVER
        return (Clause(Box(leaving=chosen) if leaving else Box(entering=chosen)),)

    return answer


def _frames(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    """`mac-protocol`: what a frame carries; IPv4 and ARP in a tag are `vlan`, with `vlan-encap` for what is in it.

    A bridge that filters VLANs takes the tag off for ports that want none, and so does not for the others.
    """
    negated, word = negatable(text)
    if _tagged(scene) and word.lower() in _TAGGED_OR_NOT:
        return doubted("which frames have a VLAN tag here, and so another mac-protocol")
    match word.lower():
        case "ip" | "0x800" | "0x0800" | "2048":
            found = conditions.ipv4(context)
        case "arp" | "0x806" | "0x0806" | "2054":
            found = (Clause(Box(protocols=frozenset({ARP}))),)
        case "ipv6" | "rarp" | "ipx" | "pppoe" | "pppoe-discovery" | "mpls-unicast" | "mpls-multicast" | "length":
            found = NEVER
        case "802.2" | "loop-protect" | "lldp" | "homeplug-av" | "packing-simple" | "packing-compr" | "capsman":
            found = NEVER
        case _:
            return doubted("what a frame carries")
    return outside(found, context) if negated else found


_TAGGED_OR_NOT = ("ip", "0x800", "0x0800", "2048", "arp", "0x806", "0x0806", "2054")


def _tagged(scene: Scene) -> bool:
    """Whether frames in a bridge may have VLAN tags: it filters VLANs, or a VLAN interface lies on it."""
    config = scene.config
    filtering = any(item.text("vlan-filtering") not in (None, "no") for item in config.items("interface bridge"))
    return filtering or any((item.text("interface") or "") in scene.bridges for item in config.items("interface vlan"))


def _address(destination: bool) -> Answer:
    def answer(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
        negated, word = negatable(text)
        try:
            return conditions.addresses([conditions.address(word)], negated, destination=destination, context=context)
        except ValueError:
            return doubted("an address that was not understood")

    return answer


def _protocol(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    negated, word = negatable(text)
    return conditions.protocols([word], negated, context)


def _kind(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    """`packet-type`: IPv4 multicast goes to 224.0.0.0/4, a broadcast to everybody; ARP asks by broadcast."""
    negated, word = negatable(text)
    if word == "multicast":
        found = conditions.addresses([_MULTICAST], False, destination=True, context=context)
    elif word == "broadcast":
        found = conditions.addresses([_EVERYONE], False, destination=True, context=context)
        found += doubted("ARP asks everybody, and answers one", Box(protocols=frozenset({ARP})))
        found += tuple(_subnet_broadcasts(context, scene))
    else:
        return doubted("the kind of a frame")
    return outside(found, context) if negated else found


def _subnet_broadcasts(context: Context, scene: Scene) -> Iterator[Clause]:
    for interface in scene.host.interfaces:
        for each in () if isinstance(interface.addresses, Unknown) else interface.addresses.value:
            last = (int(each.network.broadcast_address),) * 2
            yield from conditions.addresses([last], False, destination=True, context=context)


def _arp_address(destination: bool) -> Answer:
    """Who asks by ARP, and for whom; in the answer it is the other way round."""

    def answer(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
        negated, word = negatable(text)
        try:
            network = (conditions.address(word),)
        except ValueError:
            return doubted("an address that was not understood", _ARP_ONLY)
        wanted = inverted(network, ADDRESSES) if negated else network
        if not wanted:
            return NEVER
        box = Box(destinations=wanted) if destination else Box(sources=wanted)
        return narrowed((Clause(box),), (Clause(_ARP_ONLY),))

    return answer


_ARP_ONLY = Box(protocols=frozenset({ARP}))
_MATCHERS: dict[str, Answer] = {
    "in-interface": _port(False), "out-interface": _port(True),
    "in-interface-list": interface_list(False, _among), "out-interface-list": interface_list(True, _among),
    "in-bridge": _bridge(False), "out-bridge": _bridge(True),
    "mac-protocol": _frames, "src-address": _address(False), "dst-address": _address(True),
    "ip-protocol": _protocol, "src-port": ports(True, "ip-protocol"), "dst-port": ports(False, "ip-protocol"),
    "packet-type": _kind,
    "src-mac-address": maybe("a MAC address"), "dst-mac-address": maybe("a MAC address"),
    "in-bridge-list": maybe("a list of bridges"), "out-bridge-list": maybe("a list of bridges"),
    "vlan-id": maybe("the VLAN of a frame"), "vlan-priority": maybe("a priority"),
    "vlan-encap": maybe("what a tagged frame carries"), "packet-mark": maybe("a packet mark"),
    "limit": maybe("a rate"), "ingress-priority": maybe("a priority"), "tls-host": maybe("the name asked for by TLS"),
    "src-address6": lambda *_: NEVER, "dst-address6": lambda *_: NEVER,
    **{f"arp-{name}": maybe("what ARP asks", _ARP_ONLY) for name in (
        "opcode", "hardware-type", "packet-type", "src-mac-address", "dst-mac-address", "gratuitous",
    )},
    "arp-src-address": _arp_address(False), "arp-dst-address": _arp_address(True),
    **{name: lambda *_: NEVER for name in (
        "stp-type", "stp-flags", "stp-root-priority", "stp-root-address", "stp-root-cost", "stp-sender-priority",
        "stp-sender-address", "stp-port", "stp-msg-age", "stp-max-age", "stp-hello-time", "stp-forward-delay",
        "802.3-sap", "802.3-type",
    )},
}  # fmt: skip
