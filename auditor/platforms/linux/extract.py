"""Values that a later command needs, read from what the host showed before. All of it is hostile text.

Nothing here decides what may be sent: the read-only gate checks every value again.
"""

import re
from collections.abc import Iterator, Mapping

from auditor.platforms.linux.discovery_files import wanted
from auditor.platforms.linux.outputs import ADDRESSES
from auditor.platforms.linux.services import SERVICES
from auditor.profiles import Command
from auditor.services import Rereads
from auditor.syntax.json_text import JsonError, parse

_INTERFACE = re.compile(r"^[ \t]*(?:interface|bss)[ \t]*=[ \t]*(\S+)[ \t]*$", re.MULTILINE)
_NOTHING = "/dev/null"


def extract(command: Command, outputs: Mapping[str, str]) -> tuple[str, ...]:
    """Return what may fill the hole of a command.

    `outputs` are the texts, by path, of the commands that it is taken from.
    """
    match command.id:
        case "ethtool":
            found: Iterator[str] = _ports(outputs.get(ADDRESSES, ""))
        case "stations":
            found = _radio_interfaces(outputs)
        case _:
            found = (path for path in _paths(command.id, outputs) if path != _NOTHING)
    return tuple(dict.fromkeys(found))


def _paths(command: str, outputs: Mapping[str, str]) -> Iterator[str]:
    files = wanted(outputs, SERVICES)
    match command:
        case "configuration":
            yield from (path for path in files.required if not path.startswith("commands/"))
        case "configuration-optional":
            yield from (path for path in files.optional if not path.startswith("commands/"))
        case "listing":
            yield from files.folders
        case "state-files":
            yield from files.states
        case "changed":
            rereading = (path for path, owner in files.owners.items() if owner.rereads is not Rereads.BY_ITSELF)
            yield from (path for path in rereading if path in files.required and path in outputs)
        case _:
            pass


def _radio_interfaces(outputs: Mapping[str, str]) -> Iterator[str]:
    """Interfaces that configurations of hostapd name."""
    for path, service in wanted(outputs, SERVICES).owners.items():
        if service.name == "hostapd" and path in outputs:
            yield from _INTERFACE.findall(outputs[path])


def _ports(text: str) -> Iterator[str]:
    """Links of hardware: they have no kind, which only made-up links have (ip-link(8))."""
    try:
        links = parse(text)
    except JsonError:
        return
    for link in links.items:
        name, kind, medium = link.get("ifname"), link.get("linkinfo", "info_kind"), link.get("link_type")
        hardware = kind is None and medium is not None and medium.value == "ether"
        if hardware and name is not None and isinstance(name.value, str) and not name.value.startswith(("wl", "ath")):
            yield name.value
