"""Ports of a Linux host as the kernel has them: port isolation of bridges, and negotiated speed.

They are state of the kernel and no file, so a change is a command. Where a host keeps it for the next start differs
(systemd-networkd, ifupdown, NetworkManager), so that part stays with whoever maintains the host, and the commands say
so.
Source: bridge(8), `isolated`; ethtool(8), `autoneg`.
"""

import re
from collections.abc import Iterator

from auditor.intents import DisablePortIsolation, Intent, NegotiateSpeed
from auditor.model import Unknown
from auditor.secrets import Redactor
from auditor.services.base import Host, Instance, NotPossible, Part, Place, Put, Service
from auditor.syntax.json_text import JsonError, Node, parse
from auditor.syntax.text_redact import redact_text

ADDRESSES = "commands/ip-addr.json"
_ETHTOOL = re.compile(r"commands/ethtool-(.+)\.txt")
_ISOLATED = re.compile(r'("isolated":\s*)(true|false)')
_NEGOTIATES = re.compile(r"^(\s*Auto-negotiation: )(on|off)", re.MULTILINE)
_SETTINGS = re.compile(r"Settings for ([A-Za-z0-9][A-Za-z0-9_.@-]{0,14}):")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,14}")


def edit(host: Host, instance: Instance, intent: Intent) -> tuple[Put, ...] | None:
    """Port isolation and speed of the host's own ports; a BSS is a port of its bridge by its own name."""
    match intent:
        case DisablePortIsolation():
            name = intent.port or intent.bss
            port = next((port for port in host.ports if port.key == name), None)
            if port is None or isinstance(port.isolated, Unknown) or not port.isolated.value:
                raise NotPossible(f"{name} is not an isolated port of this host", "look at `bridge -d link`")
            return (Put(instance.service, ADDRESSES, ("isolated", name), "false"),)
        case NegotiateSpeed():
            path = f"commands/ethtool-{intent.port}.txt"
            if host.reading.file(path) is None:
                raise NotPossible(f"{path} was not captured", f"run `ethtool {intent.port}`")
            return (Put(instance.service, path, ("autoneg", intent.port), "on"),)
        case _:
            return None


def get(text: str, place: Place) -> str | None:
    """The word that stands at a place; `ValueError` if the place is not in the text."""
    start, end = _where(text, place)
    return text[start:end]


def put(text: str, place: Place, value: str | None) -> str:
    """Write another word at a place that is there."""
    if value not in ("true", "false", "on", "off"):
        raise ValueError(f"{value} is no state of a port")
    start, end = _where(text, place)
    return text[:start] + value + text[end:]


def _where(text: str, place: Place) -> tuple[int, int]:
    match place:
        case ("autoneg", _):
            found = list(_NEGOTIATES.finditer(text))
        case ("isolated", name):
            line = _line_of(text, name)
            start = sum(len(each) + 1 for each in text.split("\n")[: line - 1])
            stop = text.find("\n", start)
            found = list(_ISOLATED.finditer(text, start, len(text) if stop < 0 else stop))
        case _:
            found = []
    if len(found) != 1:
        raise ValueError(f"{' '.join(place)} is not shown once")
    return found[0].span(2)


def _line_of(text: str, name: str) -> int:
    try:
        links = parse(text).items
    except JsonError as error:
        raise ValueError(str(error)) from None
    found = [node for link in links if _text(link.get("ifname")) == name and (node := _isolated(link)) is not None]
    if len(found) != 1:
        raise ValueError(f"port {name} is not shown once")
    return found[0].first


def _isolated(link: Node) -> Node | None:
    return link.get("linkinfo", "info_slave_data", "isolated")


def _text(node: Node | None) -> str:
    return node.value if node is not None and isinstance(node.value, str) else ""


def commands(before: str, after: str) -> tuple[str, ...]:
    """The commands that make one state of the other."""
    return tuple(_commands(before, after))


def _commands(before: str, after: str) -> Iterator[str]:
    named = _SETTINGS.search(before)
    if named is not None:
        words = (_NEGOTIATES.search(text) for text in (before, after))
        old, new = (found[2] if found else "" for found in words)
        if old != new:
            yield "# lasts until the host starts again; write it where this host sets up its links, too"
            yield f"ethtool -s {named[1]} autoneg {new}"
        return
    try:
        links = [(parse(text).items) for text in (before, after)]
    except JsonError:
        return
    states = [{_text(each.get("ifname")): node.value for each in one if (node := _isolated(each))} for one in links]
    for name, isolated in states[1].items():
        if states[0].get(name) != isolated and _NAME.fullmatch(name):
            yield "# lasts until the bridge is set up again; write it where this host sets up its bridge, too"
            yield "# (systemd-networkd: `Isolated=` below [Bridge]; ifupdown: a `post-up` line with this command)"
            yield f"bridge link set dev {name} isolated {'on' if isolated else 'off'}"


def _owns(name: str, _text: str) -> str | None:
    return name if name == ADDRESSES or _ETHTOOL.fullmatch(name) else None


def _redact(text: str, redactor: Redactor) -> str:
    return redact_text(text, redactor)


SERVICE = Service(
    name="links",
    programs=(),
    files=(ADDRESSES,),
    main_file=lambda _: None,
    owns=_owns,
    includes=lambda _path, _text, _arguments: (),
    state_files=lambda _texts, _arguments: (),
    redact=_redact,
    read=lambda _host, _instance: Part(),
    edit=edit,
    get=get,
    put=put,
    commands=commands,
)
