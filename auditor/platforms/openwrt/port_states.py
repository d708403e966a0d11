"""`ubus call network.device status`: what the Ethernet ports report.

Source: openwrt/netifd device.c (device_dump_status) and system-linux.c (system_if_dump_info): `speed` is
`1000F` or `100H`, and `link-advertising` a list of words such as `1000baseT-F`.
"""

import re
from collections.abc import Callable, Iterator

from auditor.model import Fact, PortState, Span, Stated, Unknown
from auditor.syntax.json_text import Node

_SPEED = re.compile(r"(-?[0-9]{1,7})([FH])")
_MODE = re.compile(r"([0-9]{1,7})base.*")
_PORT_TYPES = ("ethernet", "dsa")

Lines = Callable[..., tuple[Span, ...]]
"""Notes the lines that a fact rests on and returns them as spans."""


def port_states(devices: Node, device: str, lines: Lines) -> Iterator[PortState]:
    """Read every Ethernet port; bridges, VLANs, radios and tunnels report no speed of their own."""
    for name, node in devices.members.items():
        if not _is_port(node):
            continue
        if node.get("speed") is None and node.get("link-advertising") is None:
            continue
        yield PortState(
            device=device,
            key=name,
            up=_up(name, node, lines),
            speed=_speed(name, node, lines),
            full_duplex=_full_duplex(name, node, lines),
            advertised=_advertised(name, node, lines),
            receive_errors=_receive_errors(name, node, lines),
        )


def _is_port(node: Node) -> bool:
    """Newer releases name the type of device, older ones only whether netifd made it (`type`)."""
    kind, made = node.get("devtype"), node.get("type")
    if kind is not None:
        return kind.value in _PORT_TYPES
    return made is None or made.value == "Network device"


def _silent(name: str, node: Node, what: str, lines: Lines) -> Unknown:
    return Unknown(f"port {name} does not report {what}", lines(node.first), "look at the port on the device")


def _up(name: str, node: Node, lines: Lines) -> Fact[bool]:
    """Whether there is a link: `carrier`, which only a port that is up reports."""
    for key in ("carrier", "up"):
        found = node.get(key)
        if found is not None and isinstance(found.value, bool):
            return Stated(found.value, lines(found.first))
    return _silent(name, node, "its link", lines)


def _reported(node: Node) -> tuple[re.Match[str], int] | None:
    found = node.get("speed")
    match = _SPEED.fullmatch(found.value) if found is not None and isinstance(found.value, str) else None
    return None if found is None or match is None else (match, found.first)


def _speed(name: str, node: Node, lines: Lines) -> Fact[int | None]:
    """Negotiated speed in Mbit/s; `-1F` is a port without link."""
    reported = _reported(node)
    if reported is None:
        return _silent(name, node, "its speed", lines)
    speed = int(reported[0][1])
    return Stated(speed if speed > 0 else None, lines(reported[1]))


def _full_duplex(name: str, node: Node, lines: Lines) -> Fact[bool | None]:
    reported = _reported(node)
    if reported is None:
        return _silent(name, node, "its duplex mode", lines)
    return Stated(reported[0][2] == "F" if int(reported[0][1]) > 0 else None, lines(reported[1]))


def _advertised(name: str, node: Node, lines: Lines) -> Fact[frozenset[int]]:
    found = node.get("link-advertising")
    if found is None:
        return _silent(name, node, "the speeds that it offers", lines)
    modes = [_MODE.fullmatch(item.value) for item in found.items if isinstance(item.value, str)]
    speeds = frozenset(int(mode[1]) for mode in modes if mode is not None)
    return Stated(speeds, lines(found.first, *(item.first for item in found.items)))


def _receive_errors(name: str, node: Node, lines: Lines) -> Fact[int]:
    found = node.get("statistics", "rx_errors")
    if found is None or not isinstance(found.value, int) or isinstance(found.value, bool):
        return _silent(name, node, "receive errors", lines)
    return Stated(found.value, lines(found.first))
