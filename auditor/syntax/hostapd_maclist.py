"""hostapd's lists of MAC addresses (`accept_mac_file`, `deny_mac_file`), one a line, and the change of one of them.

A minus takes an address off the list again, a number behind it is a VLAN, anything else behind it is ignored.
Source: hostap 2.10 hostapd/config_file.c, hostapd_config_read_maclist.
"""

import re
from dataclasses import dataclass

MAC = "mac"

_ENTRY = re.compile(r"(-?)([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5})(.*)", re.DOTALL)
_LONGEST = 126  # octets of a line


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: an address in lower case, whether it is taken off the list, and its VLAN (0: none)."""

    line: int
    mac: str
    removes: bool
    vlan: int


@dataclass(frozen=True, slots=True)
class MacList:
    """A whole file. hostapd does not start with `unreadable` lines."""

    entries: tuple[Entry, ...]
    ignored: tuple[int, ...]
    unreadable: tuple[int, ...]

    @property
    def macs(self) -> tuple[str, ...]:
        """The addresses that are on the list in the end."""
        listed: dict[str, None] = {}
        for entry in self.entries:
            if entry.removes:
                listed.pop(entry.mac, None)
            else:
                listed[entry.mac] = None
        return tuple(listed)


def parse(text: str) -> MacList:
    """Read any text; every line is an entry, ignored or unreadable."""
    entries: list[Entry] = []
    ignored: list[int] = []
    unreadable: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        found = _ENTRY.fullmatch(line)
        if not line or line.startswith("#"):
            ignored.append(number)
        elif found is None or len(line.encode("utf-8", "surrogatepass")) > _LONGEST or "\0" in line:
            unreadable.append(number)
        else:
            vlan = re.match(r"[ \t]+(\d{1,9})", found[3])
            entries.append(Entry(number, found[2].lower(), bool(found[1]), int(vlan[1]) if vlan else 0))
    return MacList(tuple(entries), tuple(ignored), tuple(unreadable))


def get(text: str, place: tuple[str, ...]) -> str | None:
    """Return what stands on the list for `("mac", address)`: the address; None if it is not listed."""
    mac = _mac(place)
    return mac if mac in parse(text).macs else None


def put(text: str, place: tuple[str, ...], value: str | None) -> str:
    """Put an address on the list, behind the last one, or take its lines off it."""
    mac = _mac(place)
    listed = parse(text)
    if (mac in listed.macs) == (value is not None):
        return text
    lines = text.split("\n")
    if value is None:
        gone = {entry.line for entry in listed.entries if entry.mac == mac}
        return "\n".join(line for number, line in enumerate(lines, start=1) if number not in gone)
    if value != mac:
        raise ValueError("an address on the list is written as itself")
    before = listed.entries[-1].line if listed.entries else max((n for n in listed.ignored if lines[n - 1]), default=0)
    lines.insert(before, mac)
    return "\n".join(lines)


def _mac(place: tuple[str, ...]) -> str:
    if len(place) == 2 and place[0] == MAC and re.fullmatch(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}", place[1]):
        return place[1]
    raise ValueError(f"not a place in a list of MAC addresses: {place}")
