"""What `show interfaces` tells of one Ethernet port: link, speed, duplex and receive errors.

Where only `show interfaces status` was captured, that tells all but the errors, with short names.
"""

import re

from auditor.model import Fact, PortState, Span, Stated, Unknown
from auditor.platforms.cisco_ios.interface_names import canonical
from auditor.platforms.cisco_ios.outputs import INTERFACES, INTERFACES_STATUS, at
from auditor.services.reading import Reading, printable
from auditor.syntax.textfsm_tables import Row

# A port, no sub-interface (`GigabitEthernet0/0/1.30`) and no virtual interface.
_PORT = re.compile(r"[A-Z][A-Za-z]{0,20}(?:Ethernet|GigE)\d{1,3}(?:/\d{1,3}){0,4}")
# `100Mb/s`, `1Gbps`, `10000Mbps`, `2.5Gb/s`.
_RATE = re.compile(r"(\d{1,6}(?:\.\d)?)\s?([MG])b(?:ps|/s|it)")
# `a-1000` was negotiated, `1000` set; `a-2.5G`, `10G`.
_STATUS_RATE = re.compile(r"(?:a-)?(\d{1,5}(?:\.\d)?)(G?)")
_LINKS = {"up": True, "down": False, "administratively down": False}
_DUPLEX = {"Full": True, "Half": False}
_LOOK = "look at the port on the device"


def is_port(name: str) -> bool:
    """Whether an interface is a physical Ethernet port, by its name."""
    return _PORT.fullmatch(name) is not None


def port_of(reading: Reading, row: Row) -> PortState | None:
    """Read one record; None if the interface is no Ethernet port."""
    name = row.text("NAME")
    if not is_port(name):
        return None
    spans = at(reading, INTERFACES, row, "NAME")
    up: Fact[bool] = Unknown(f"port {printable(name)} does not report its link", spans, _LOOK)
    if row.text("LINK") in _LINKS:
        up = Stated(_LINKS[row.text("LINK")], spans)
    down = isinstance(up, Stated) and not up.value
    return PortState(
        device=reading.device,
        key=name,
        up=up,
        speed=Stated(None, spans) if down else _speed(reading, row, spans),
        full_duplex=Stated(None, spans) if down else _duplex(reading, row, spans),
        advertised=Unknown(f"port {printable(name)} does not report the speeds that it offers", spans, _LOOK),
        receive_errors=_errors(reading, row, spans),
    )


def _speed(reading: Reading, row: Row, near: tuple[Span, ...]) -> Fact[int | None]:
    match = _RATE.fullmatch(row.text("SPEED"))
    if match is None:
        return Unknown(f"port {printable(row.text('NAME'))} does not report its speed", near, _LOOK)
    megabits = round(float(match[1]) * (1000 if match[2] == "G" else 1))
    return Stated(megabits, at(reading, INTERFACES, row, "SPEED"))


def _duplex(reading: Reading, row: Row, near: tuple[Span, ...]) -> Fact[bool | None]:
    full = _DUPLEX.get(row.text("DUPLEX"))
    if full is None:
        return Unknown(f"port {printable(row.text('NAME'))} does not report its duplex mode", near, _LOOK)
    return Stated(full, at(reading, INTERFACES, row, "DUPLEX"))


def _errors(reading: Reading, row: Row, near: tuple[Span, ...]) -> Fact[int]:
    if not row.text("INPUT_ERRORS"):
        return Unknown(f"port {printable(row.text('NAME'))} does not report receive errors", near, _LOOK)
    return Stated(int(row.text("INPUT_ERRORS")), at(reading, INTERFACES, row, "INPUT_ERRORS"))


def port_of_status(reading: Reading, row: Row) -> PortState | None:
    """Read one record of `show interfaces status`; None if the interface is no Ethernet port."""
    name = canonical(row.text("PORT"))
    if not is_port(name):
        return None
    spans = at(reading, INTERFACES_STATUS, row)
    up = row.text("STATUS") == "connected"
    rate = _STATUS_RATE.fullmatch(row.text("SPEED"))
    duplex = row.text("DUPLEX").removeprefix("a-")
    speed: Fact[int | None] = Stated(None, spans)
    full: Fact[bool | None] = Stated(None, spans)
    if up:
        unknown = Unknown(f"port {printable(name)} does not report its speed and duplex mode", spans, _LOOK)
        speed = Stated(round(float(rate[1]) * (1000 if rate[2] else 1)), spans) if rate is not None else unknown
        full = Stated(duplex == "full", spans) if duplex in ("full", "half") else unknown
    return PortState(
        device=reading.device,
        key=name,
        up=Stated(up, spans),
        speed=speed,
        full_duplex=full,
        advertised=Unknown(f"port {printable(name)} does not report the speeds that it offers", spans, _LOOK),
        receive_errors=Unknown(f"{INTERFACES_STATUS} does not tell receive errors", spans, "add `show interfaces`"),
    )
