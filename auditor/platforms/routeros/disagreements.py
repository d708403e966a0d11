"""Where a RouterOS device itself says that something configured does not work: flag I, invalid.

Source: MikroTik's manual, "DHCP": a server on an interface that is a port of a bridge is invalid and answers nobody.
"""

from collections.abc import Iterator

from auditor.model import Disagreement, Listed, Stated
from auditor.platforms.routeros.outputs import ADDRESSES, DHCP_SERVERS, at, rows
from auditor.services.reading import Reading, printable

_MENUS = ((DHCP_SERVERS, "DHCP server", "name"), (ADDRESSES, "address", "address"))


def read(reading: Reading) -> Listed[Disagreement]:
    """Read which items the device flags as invalid; holes: outputs that were not captured."""
    holes = tuple(hole for path, _, _ in _MENUS for hole in rows(reading, path).holes)
    return Listed(tuple(_invalid(reading)), holes)


def _invalid(reading: Reading) -> Iterator[Disagreement]:
    for path, what, name in _MENUS:
        for row in rows(reading, path):
            if "I" in row.flags and "X" not in row.flags:
                shown = printable(row.text(name) or f"number {row.number}")
                spans = at(reading, path, row, name, "interface")
                said = f"{what} {shown} is configured, and the device shows it as invalid"
                yield Disagreement(reading.device, f"{what} {shown}", Stated(said, spans))
