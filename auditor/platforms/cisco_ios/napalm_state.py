"""The same facts from what napalm's getters give: JSON of a fixed shape.

Duplex modes and errors are in no getter that is used. Its `speed` is the configured bandwidth of an interface, which is
not what the port negotiated. Source: napalm's documentation, `get_arp_table`, `get_interfaces`; its driver `ios`.
"""

from ipaddress import IPv4Address

from auditor.model import Fact, Listed, Neighbour, PortState, Span, Stated, Unknown
from auditor.platforms.cisco_ios.hardware import dotted
from auditor.platforms.cisco_ios.outputs import NAPALM_ARP, NAPALM_INTERFACES
from auditor.platforms.cisco_ios.port_states import is_port
from auditor.services.reading import Reading, printable
from auditor.syntax.json_text import JsonError, Node, parse


def not_told(near: tuple[Span, ...]) -> Fact[bool]:
    """Whether a neighbour answered just now: IOS keeps ARP entries for hours (4 by default)."""
    return Unknown("this device does not tell whether an ARP entry answered just now", near, "ping the address")


def neighbours(reading: Reading) -> Listed[Neighbour]:
    """`get_arp_table`; entries with a negative age are the device's own."""
    root = _root(reading, NAPALM_ARP)
    if isinstance(root, Unknown):
        return Listed((), (root,))
    found: dict[str, Neighbour] = {}
    holes: list[Unknown] = []
    for node in root.items:
        age, link = _value(node, "age"), _value(node, "interface")
        if isinstance(age, int | float) and age < 0:
            continue
        mac, address = dotted(str(_value(node, "mac"))), _ipv4(_value(node, "ip"))
        spans = reading.understood(reading.span(NAPALM_ARP, node.first, node.last))
        key = f"{address} on {printable(str(link))}"
        if mac is None or address is None or not isinstance(link, str) or key in found:
            holes.append(_unreadable(NAPALM_ARP, spans))
        else:
            found[key] = Neighbour(reading.device, key, mac, address, Stated(link, spans), not_told(spans))
    return Listed(tuple(found.values()), tuple(holes))


def port_states(reading: Reading) -> Listed[PortState]:
    """`get_interfaces`: whether the ports have a link."""
    root = _root(reading, NAPALM_INTERFACES)
    if isinstance(root, Unknown):
        return Listed((), (root,))
    found: list[PortState] = []
    holes: list[Unknown] = []
    for name, node in root.members.items():
        if not is_port(name):
            continue
        spans = reading.understood(reading.span(NAPALM_INTERFACES, node.first, node.last))
        up = _value(node, "is_up")
        if isinstance(up, bool):
            found.append(_port(reading.device, name, up, spans))
        else:
            holes.append(_unreadable(NAPALM_INTERFACES, spans))
    return Listed(tuple(found), tuple(holes))


def _port(device: str, name: str, up: bool, spans: tuple[Span, ...]) -> PortState:
    hidden = Unknown("napalm does not tell speed, duplex mode and errors of a port", spans, "collect over ssh")
    return PortState(
        device=device,
        key=name,
        up=Stated(up, spans),
        speed=hidden if up else Stated(None, spans),
        full_duplex=hidden if up else Stated(None, spans),
        advertised=hidden,
        receive_errors=hidden,
    )


def _root(reading: Reading, path: str) -> Node | Unknown:
    try:
        return reading.once(parse, path)
    except JsonError:
        return _unreadable(path, (reading.span(path, 1),))


def _unreadable(path: str, spans: tuple[Span, ...]) -> Unknown:
    return Unknown(f"{path} cannot be read", spans, "collect the device again")


def _value(node: Node, name: str) -> object:
    found = node.get(name)
    return found.value if found is not None else None


def _ipv4(text: object) -> IPv4Address | None:
    try:
        return IPv4Address(text) if isinstance(text, str) else None
    except ValueError:
        return None
