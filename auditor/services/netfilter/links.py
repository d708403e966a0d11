"""The names of a host's links: those that packets are routed by, and those behind its bridges."""

import re
from dataclasses import dataclass

from auditor.model import Unknown
from auditor.services.base import Host
from auditor.syntax.json_text import JsonError, Node, parse

_ADDRESSES = "commands/ip-addr.json"
_HOSTAPD = re.compile(r"^(?:interface|bss)=([^\s/]{1,15})\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Links:
    """`routed` have interfaces of the model; `behind` are bridges, their ports and BSSs.

    Complete: there are no others. `masters` are pairs of a port and its bridge.
    """

    routed: frozenset[str]
    routed_complete: bool
    behind: frozenset[str]
    behind_complete: bool
    masters: tuple[tuple[str, str], ...] = ()

    @property
    def ports(self) -> frozenset[str]:
        """Links that are ports of some bridge."""
        return frozenset(port for port, _ in self.masters)


def links_of(host: Host) -> Links:
    """Read all names of links that the capture shows."""
    routed = frozenset(interface.key for interface in host.interfaces) | {"lo"}
    shown, masters = _shown(host)
    stations = frozenset(
        name for file in host.reading.capture.files if "hostapd" in file.path for name in _HOSTAPD.findall(file.text)
    )
    ports = frozenset(port.key for port in host.ports)
    for port in host.ports:
        if not isinstance(port.links, Unknown):
            masters.update((port.key, link) for link in port.links.value if link != port.key)
    return Links(
        routed=routed | shown,
        routed_complete=not host.interfaces.holes,
        behind=routed | shown | stations | ports,
        behind_complete=bool(shown) and not host.ports.holes and not host.interfaces.holes,
        masters=tuple(sorted(masters.items())),
    )


def _shown(host: Host) -> tuple[frozenset[str], dict[str, str]]:
    """Names in the output of `ip -j addr`, and what each is a port of."""
    file = host.reading.file(_ADDRESSES)
    if file is None:
        return frozenset(), {}
    try:
        root = host.reading.once(parse, _ADDRESSES)
    except JsonError:
        return frozenset(), {}
    names = [(_word(item.get("ifname")), _word(item.get("master"))) for item in root.items]
    return frozenset(name for name, _ in names if name), {name: master for name, master in names if name and master}


def _word(node: Node | None) -> str:
    return node.value if node is not None and isinstance(node.value, str) else ""
