"""Values that a later command needs, read from the output of an earlier one. All of them are hostile text.

Nothing here decides what may be sent: the read-only gate checks every value again.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.profiles import Command

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


def extract(command: Command, outputs: Mapping[str, str]) -> tuple[str, ...]:
    """Return what may fill the hole of a command: file names of a listing, or Wi-Fi interfaces of ubus.

    `outputs` are the texts, by path, of the command that it is taken from.
    """
    text = "\n".join(outputs.values())
    if "wireless-status" in command.taken_from:
        return tuple(dict.fromkeys(_interface_names(text)))
    names = (line.strip().rpartition("/")[2] for line in text.splitlines())
    return tuple(dict.fromkeys(name for name in names if _NAME.fullmatch(name)))


def _interface_names(text: str) -> Iterator[str]:
    """The `ifname` of each interface of each radio."""
    try:
        radios: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    if not isinstance(radios, dict):
        return
    for radio in radios.values():
        interfaces = radio.get("interfaces") if isinstance(radio, dict) else None
        for interface in interfaces if isinstance(interfaces, list) else ():
            name = interface.get("ifname") if isinstance(interface, dict) else None
            if isinstance(name, str) and _NAME.fullmatch(name):
                yield name
