"""Outputs of show commands: where they are captured, and their rows with what became of the lines.

Tables are read by TextFSM templates: ours, or those of ntc-templates where they keep every field that is needed and
know every line. Theirs is taken for ARP. Of the others, `show ip dhcp binding` knows no date as end of a lease and no
columns of IOS-XE, `show mac address-table` leaves the heading of a Catalyst unread, `show interfaces` most lines,
`show ip interface brief` its heading, those of CDP and LLDP let what neighbours say of themselves pass for lines of
the device, and there are none for WLANs, clients and associations.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from auditor import resources
from auditor.model import Coverage, Listed, Span, Stated, Unknown
from auditor.services.reading import Reading
from auditor.syntax.textfsm_tables import Row, Table, read_table

VERSION = "commands/version.txt"
DHCP_BINDINGS = "commands/dhcp-bindings.txt"
ARP = "commands/arp.txt"
MAC_TABLE = "commands/mac-address-table.txt"
INTERFACES = "commands/interfaces.txt"
INTERFACES_STATUS = "commands/interfaces-status.txt"
IP_INTERFACES = "commands/ip-interface-brief.txt"
VLANS = "commands/vlan-brief.txt"
WLANS = "commands/wlan-summary.txt"
AP_TAGS = "commands/ap-tags.txt"
CLIENTS = "commands/wireless-clients.txt"
ASSOCIATIONS = "commands/dot11-associations.txt"
CDP = "commands/cdp-neighbours.txt"
LLDP = "commands/lldp-neighbours.txt"
NAPALM_ARP = "commands/napalm-arp.json"
NAPALM_MAC_TABLE = "commands/napalm-mac-address-table.json"
NAPALM_INTERFACES = "commands/napalm-interfaces.json"
NAPALM_IP_INTERFACES = "commands/napalm-interfaces-ip.json"

_POLICY_PROFILE = "commands/policy-profile-"
_CLIENT = "commands/wireless-client-"
_OF_NTC = {"arp": "cisco_ios_show_ip_arp"}
_FAMILIES = {_POLICY_PROFILE: "policy-profile", _CLIENT: "wireless-client"}
"""Commands that are asked once for each name."""

# `Version 17.09.04a`, `Version 15.7(3)M3, RELEASE SOFTWARE`: the numbers that releases are compared by.
_RELEASE = re.compile(r"^Cisco IOS\b.{0,200}?\bVersion (\d{1,3}(?:\.\d{1,3}){1,2})", re.MULTILINE)


def client_path(mac: str) -> str:
    """Where the details of a wireless client are captured; `mac` as the controller writes it."""
    return f"{_CLIENT}{mac}.txt"


def table(reading: Reading, path: str) -> Table:
    """The rows of an output that was captured; one that was not has none."""
    return reading.once(_reader(_name(path)), path)


def rows(reading: Reading, path: str) -> Listed[Row]:
    """The rows of an output. Holes: it was not captured, or a line is none of the table."""
    if reading.file(path) is None:
        return Listed((), (reading.missing(path),))
    read = table(reading, path)
    return Listed(read.rows, tuple(reading.unreadable(path, line) for line in read.loose))


def at(reading: Reading, path: str, row: Row, *names: str) -> tuple[Span, ...]:
    """Mark the lines of some values of a row as understood and return them, each once; no names: its first line."""
    lines = dict.fromkeys([row.line(name) for name in names] or [row.first])
    return reading.understood(*(reading.span(path, line) for line in lines))


def version(reading: Reading) -> Stated[str] | Unknown | None:
    """The release by `show version`: `17.9.4` of `17.09.04a`, `15.7` of `15.7(3)M3`; None: it was not captured."""
    file = reading.file(VERSION)
    if file is None:
        return None
    found = _RELEASE.search(file.text)
    if found is None:
        return Unknown(f"{VERSION} names no release", (reading.span(VERSION, 1),), "collect the device again")
    line = file.text.count("\n", 0, found.start(1)) + 1
    release = ".".join(str(int(number)) for number in found[1].split("."))
    return Stated(release, reading.understood(reading.span(VERSION, line)))


def coverage(reading: Reading) -> tuple[Coverage, ...]:
    """Count the lines of each output: those that facts rest on, unreadable ones, and the rest, which no fact needs."""
    outputs = {file.path for file in reading.capture.files if file.is_output}
    for path in outputs:
        reading.irrelevant(path, range(1, len(reading.lines(path)) + 1))
    return tuple(each for each in reading.coverage() if each.file in outputs)


def _name(path: str) -> str:
    """The template of an output: that of its family, or its own."""
    family = next((family for prefix, family in _FAMILIES.items() if path.startswith(prefix)), None)
    return family or path.removeprefix("commands/").removesuffix(".txt")


@cache
def _reader(name: str) -> Callable[[str], Table]:
    """The reader of an output by its template; always the same one, so that a text is read once."""
    if name in _OF_NTC:
        folder = files("ntc_templates").joinpath("templates")
        template = folder.joinpath(f"{_OF_NTC[name]}.textfsm").read_text(encoding="utf-8")
    else:
        template = (resources.templates() / "textfsm" / f"cisco_ios_{name}.textfsm").read_text(encoding="utf-8")
    return lambda text: read_table(template, text)
