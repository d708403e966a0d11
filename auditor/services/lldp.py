"""What the other ends of cables told of themselves: `lldpcli -f json show neighbors`, and the same with `-f json0`.

`json0` writes all that can stand more than once as an array. The shorter form leaves out arrays and objects of one
member, and takes the name of a thing for its key: the two are told apart at each place.
Source: lldpd src/client/json_writer.c (json_element_cleanup), src/client/display.c; lldpcli(8), -f.
"""

import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address

from auditor.model import Fact, LinkNeighbour, Span, Stated, Unknown
from auditor.services.reading import printable
from auditor.syntax.json_text import Node

OUTPUT = "commands/lldp.json"
Lines = Callable[..., tuple[Span, ...]]
"""Notes the lines that a fact rests on and returns them as spans."""

_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_NO_NAMES = ("mac", "ip", "")
"""Kinds of port ids that are no names; the port's description is one then (IEEE 802.1AB, section 8.5.3)."""
_LONGEST = 120


def link_neighbours(root: Node, device: str, lines: Lines) -> tuple[LinkNeighbour, ...]:
    """Read all neighbours; one that is heard by two protocols at one port is named once."""
    found: dict[str, LinkNeighbour] = {}
    for port, heard in _heard(root):
        for chassis, name in _chassis(heard):
            each = _neighbour(device, port, heard, chassis, name, lines)
            found.setdefault(each.key, each)
    return tuple(found.values())


def _each(node: Node | None) -> tuple[Node, ...]:
    """The members of an array; what is no array stands for its only member."""
    if node is None:
        return ()
    return node.items if isinstance(node.value, tuple) else (node,)


def _heard(root: Node) -> Iterator[tuple[str, Node]]:
    """What was heard, with the port that it was heard at: a member `name`, or the key."""
    for lldp in _each(root.get("lldp")):
        for entry in _each(lldp.get("interface")):
            name = entry.get("name")
            if name is not None and isinstance(name.value, str):
                yield name.value, entry
                continue
            for port, heard in entry.members.items():
                for each in _each(heard):
                    yield port, each


def _chassis(heard: Node) -> Iterator[tuple[Node, str]]:
    """The device at the other end with its name, '' if it told none. The id of a chassis has a type, a name has not."""
    for entry in _each(heard.get("chassis")):
        if any(each.get("type") is not None for each in _each(entry.get("id"))):
            yield entry, next((text for text, _ in _texts(entry.get("name"))), "")
            continue
        for name, chassis in entry.members.items():
            yield chassis, name


def _texts(node: Node | None) -> Iterator[tuple[str, int]]:
    """Texts with their lines: `"x"`, `{"value": "x"}`, or several of them."""
    for each in _each(node):
        text = each.get("value") or each
        if isinstance(text.value, str):
            yield text.value, text.first


def _id(node: Node | None) -> tuple[str, str, int]:
    """Kind, value and line of an id."""
    for each in _each(node.get("id") if node is not None else None):
        kind, value = each.get("type"), each.get("value")
        if kind is not None and value is not None and isinstance(kind.value, str) and isinstance(value.value, str):
            return kind.value, value.value, value.first
    return "", "", node.first if node is not None else 1


def _neighbour(device: str, port: str, heard: Node, chassis: Node, name: str, lines: Lines) -> LinkNeighbour:
    other = next(iter(_each(heard.get("port"))), None)
    own, theirs = _id(chassis), _id(other)
    told = tuple(_texts(other.get("descr") if other is not None else None)) if theirs[0] in _NO_NAMES else (theirs[1:],)
    remote, at = next(((text, line) for text, line in told if text), ("", theirs[2]))
    macs = tuple(dict.fromkeys(value.lower() for kind, value, _ in (own, theirs) if kind == "mac"))
    macs = tuple(mac for mac in macs if _MAC.fullmatch(mac))
    near = lines(heard.first, chassis.first, own[2])
    system: Fact[str] = Stated(printable(name, _LONGEST), near)
    if not name:
        why = f"what is at the other end of port {printable(port)} tells no name of its own"
        system = Unknown(why, near, f"look where the cable in port {printable(port)} leads")
    where, remote = printable(port), printable(remote, _LONGEST)
    who = macs[0] if macs else printable(name or own[1])
    return LinkNeighbour(
        device=device,
        key=f"{where} {who} {printable(remote)}".rstrip(),
        port=Stated(where, lines(heard.first)),
        system=system,
        remote_port=Stated(remote or None, lines(heard.first, at)),
        addresses=tuple(dict.fromkeys(_addresses(chassis))),
        macs=macs,
    )


def _addresses(chassis: Node) -> Iterator[IPv4Address]:
    for text, _ in _texts(chassis.get("mgmt-ip")):
        try:
            yield IPv4Address(text)
        except ValueError:
            continue  # an IPv6 address
