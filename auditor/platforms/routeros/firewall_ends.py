"""From where to where: interfaces, addresses and lists of them as clauses, for rules of `/ip firewall`.

Source: MikroTik's manual, "Filter" and the command reference of /ip/firewall/filter.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from auditor.model import Unknown
from auditor.platforms.routeros.address_lists import AddressList, interval
from auditor.platforms.routeros.firewall_scene import Scene
from auditor.platforms.routeros.items import Item
from auditor.services.netfilter import conditions
from auditor.services.netfilter.boxes import ADDRESSES, Box, inverted, merged
from auditor.services.netfilter.conditions import ALWAYS, NEVER, Clause, Context, View, doubted, outside
from auditor.services.reading import printable

Answer: TypeAlias = Callable[[Item, str, Context, Scene], tuple[Clause, ...]]
"""What the value of a matcher means at a hook, for one kind of packets."""

Among: TypeAlias = Callable[[frozenset[str], bool, bool, Context, Scene], tuple[Clause, ...]]
"""Packets that enter (or leave) by interfaces of these names, or by any but them: names, negated, leaving."""

_BROADCAST = (2**32 - 1, 2**32 - 1)
_MULTICAST = conditions.address("224.0.0.0/4")
_NOBODY = conditions.address("0.0.0.0/8")


def negatable(text: str) -> tuple[bool, str]:
    """Whether a value is negated as a whole, and the value."""
    return text.startswith("!"), text.removeprefix("!")


# -- interfaces ------------------------------------------------------------------------------------------------


def _interface(leaving: bool) -> Answer:
    def answer(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
        negated, word = negatable(text)
        names = scene.named(word)
        if names is None:
            return doubted(f"which interfaces {printable(word)} stands for is not known")
        if negated and (word.startswith("*") or names & scene.links.ports):
            return doubted("the rule names an interface that is gone, or a port of a bridge")
        return _interfaces(names, negated, leaving, context, scene)

    return answer


def interface_list(leaving: bool, among: Among) -> Answer:
    """An interface list; what its members are to a packet is for `among` to say."""

    def answer(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
        negated, word = negatable(text)
        if word == "all":
            return NEVER if negated else ALWAYS
        members = scene.members(word)
        if isinstance(members, Unknown):
            return doubted(members.why)
        return among(members.value, negated, leaving, context, scene)

    return answer


def _interfaces(
    names: frozenset[str], negated: bool, leaving: bool, context: Context, scene: Scene
) -> tuple[Clause, ...]:
    """Packets by the interface that they are routed by: that of a bridge, never its port.

    Of an interface in a routing table of its own (VRF), and with `use-ip-firewall-for-vlan` before routing, rules see
    another interface than the one that packets come in by.
    """
    if (leaving and context.hook in ("input", "prerouting")) or (not leaving and context.hook == "output"):
        return ALWAYS if negated else NEVER
    if not leaving and context.hook == "postrouting":
        return doubted("the incoming interface is not known behind routing")
    # Interfaces that are not known are in no question, so that those that are known do for "all but".
    chosen = context.universe.interfaces - names if negated else names
    if not leaving and context.hook == "prerouting" and not _false(scene.bridge_vlans):
        return doubted("rules before routing see the bridge in place of its VLANs")
    unsure = (scene.vrf & context.universe.interfaces) if scene.vrf else frozenset()
    sides = ((chosen - unsure, ""), (unsure, "the interface is in a routing table of its own"))
    return tuple(Clause(Box(leaving=some) if leaving else Box(entering=some), doubt) for some, doubt in sides if some)


def _false(fact: object) -> bool:
    return not isinstance(fact, Unknown) and getattr(fact, "value", None) is False


def _bridge_port(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    """`in-bridge-port` works only with `use-ip-firewall=yes`."""
    if _false(scene.bridge_asks) and not text.startswith("!"):
        return NEVER
    return doubted("the port of a bridge that a packet comes by")


# -- addresses -------------------------------------------------------------------------------------------------


def _address(destination: bool) -> Answer:
    def answer(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
        negated, word = negatable(text)
        try:
            return conditions.addresses([interval(word)], negated, destination=destination, context=context)
        except ValueError:
            return doubted("an address that was not understood")

    return answer


def _address_list(destination: bool) -> Answer:
    def answer(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
        negated, word = negatable(text)
        listed = scene.lists.get(word, AddressList())
        found: tuple[Clause, ...] = ()
        if listed.sure:
            found = conditions.addresses(listed.sure, False, destination=destination, context=context)
        for intervals, why in listed.maybe:
            held = conditions.addresses(intervals, False, destination=destination, context=context)
            found += tuple(replace(clause, doubt=f"address list '{printable(word)}': {why}") for clause in held)
        if listed.names:
            found += (_by_name(listed.names, word, context, destination=destination),)
        return outside(found, context) if negated else found

    return answer


def _by_name(names: tuple[str, ...], word: str, context: Context, *, destination: bool) -> Clause:
    """Packets to or from the hosts that a list names; which other hosts have the same addresses is not known."""
    shown = " and ".join(printable(name) for name in names[:2]) + (" and more" if len(names) > 2 else "")
    doubt = f"address list '{printable(word)}' holds {shown} by name, whose addresses are looked up"
    serving = destination != (context.view is View.REPLY)
    return Clause(doubt=doubt, hosts=frozenset(names) if serving else frozenset())


def _address_type(destination: bool) -> Answer:
    """Local, broadcast, multicast and unicast addresses; those of the router count as local alone."""

    def answer(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
        negated, word = negatable(text)
        words = frozenset(word.split(","))
        if destination and words == {"local"}:
            found = conditions.local(context)
            return outside(found, context) if negated else found
        if words == {"multicast"}:
            return conditions.addresses([_MULTICAST], negated, destination=destination, context=context)
        if context.own is None or not words <= {"local", "unicast", "broadcast", "multicast"}:
            return doubted("the type of an address")
        # Clients send neither from the broadcast address of their subnet nor from the router's own.
        broadcast = merged((_BROADCAST, *(_broadcasts(scene) if destination else (_NOBODY,))))
        other = merged((*broadcast, _MULTICAST, *(context.own if destination else ())))
        kinds = {"local": context.own, "broadcast": broadcast, "multicast": (_MULTICAST,)}
        kinds["unicast"] = inverted(other, ADDRESSES)
        wanted = [each for one in words for each in kinds[one]]
        return conditions.addresses(wanted, negated, destination=destination, context=context)

    return answer


def _broadcasts(scene: Scene) -> Iterable[tuple[int, int]]:
    for interface in scene.host.interfaces:
        if not isinstance(interface.addresses, Unknown):
            for each in interface.addresses.value:
                if each.network.prefixlen < 31:
                    yield (int(each.network.broadcast_address),) * 2


ENDS: dict[str, Answer] = {
    "in-interface": _interface(False), "out-interface": _interface(True),
    "in-interface-list": interface_list(False, _interfaces), "out-interface-list": interface_list(True, _interfaces),
    "in-bridge-port": _bridge_port, "out-bridge-port": _bridge_port,
    "in-bridge-port-list": _bridge_port, "out-bridge-port-list": _bridge_port,
    "src-address": _address(False), "dst-address": _address(True),
    "src-address-list": _address_list(False), "dst-address-list": _address_list(True),
    "src-address-type": _address_type(False), "dst-address-type": _address_type(True),
}  # fmt: skip
