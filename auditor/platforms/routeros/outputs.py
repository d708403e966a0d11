"""Outputs of print commands: where they are captured, and their rows with what became of the lines."""

from auditor.model import Coverage, Fact, Listed, Span, Stated, Unknown
from auditor.services.reading import Reading
from auditor.syntax.routeros_print import Printed, Row, parse_pairs, parse_print

RESOURCE = "commands/resource.txt"
DHCP_SERVERS = "commands/dhcp-servers.txt"
LEASES = "commands/dhcp-leases.txt"
ARP = "commands/arp.txt"
ADDRESSES = "commands/addresses.txt"
DHCP_CLIENTS = "commands/dhcp-clients.txt"
DNS = "commands/dns.txt"
TRACKING = "commands/connection-tracking.txt"
CLOCK = "commands/clock.txt"
DEVICE_MODE = "commands/device-mode.txt"
PACKAGES = "commands/packages.txt"
BRIDGE_PORTS = "commands/bridge-ports.txt"
WIFI = "commands/wifi.txt"
WIFI_RADIOS = "commands/wifi-radios.txt"
WIFIWAVE2 = "commands/wifiwave2.txt"
WIFIWAVE2_RADIOS = "commands/wifiwave2-radios.txt"
WIRELESS = "commands/wireless.txt"
CAPSMAN = "commands/capsman.txt"
WIFI_STATIONS = "commands/wifi-stations.txt"
WIFIWAVE2_STATIONS = "commands/wifiwave2-stations.txt"
WIRELESS_STATIONS = "commands/wireless-stations.txt"
CAPSMAN_STATIONS = "commands/capsman-stations.txt"
ETHERNET = "commands/ethernet.txt"
COUNTERS = "commands/interface-counters.txt"
FILTER_COUNT = "commands/filter-count.txt"
NAT_COUNT = "commands/nat-count.txt"
NEIGHBOURS = "commands/neighbours.txt"
IPV6_ND = "commands/ipv6-nd.txt"


def link_path(port: str) -> str:
    """Where the state of an Ethernet port is captured."""
    return f"commands/link-{port}.txt"


def rows(reading: Reading, path: str) -> Listed[Row]:
    """The rows of an output. Holes: it was not captured, or a line belongs to no row."""
    if reading.file(path) is None:
        return Listed((), (reading.missing(path),))
    printed: Printed = reading.once(parse_print, path)
    return Listed(printed.rows, tuple(reading.unreadable(path, line) for line in printed.loose))


def at(reading: Reading, path: str, row: Row, *names: str) -> tuple[Span, ...]:
    """Mark the lines of some properties of a row as understood and return them, each once."""
    lines = dict.fromkeys(row.line(name) for name in names)
    return reading.understood(*(reading.span(path, line) for line in lines))


def version(reading: Reading) -> Fact[str]:
    """The release that `/system resource print` names: `7.16.1` of `7.16.1 (stable)`."""
    if reading.file(RESOURCE) is None:
        return reading.missing(RESOURCE)
    pairs = reading.once(parse_pairs, RESOURCE)
    text, line = pairs.get("version", ("", 1))
    word = text.partition(" ")[0]
    if not word[:1].isdigit() or not word.isascii() or not word.isprintable():
        return Unknown(f"{RESOURCE} names no version", (reading.span(RESOURCE, line),), "collect the device again")
    return Stated(word, reading.understood(reading.span(RESOURCE, line)))


def coverage(reading: Reading) -> tuple[Coverage, ...]:
    """Count the lines of each output: those that facts rest on, unreadable ones, and the rest, which no fact needs."""
    outputs = {file.path for file in reading.capture.files if file.is_output}
    for path in outputs:
        reading.irrelevant(path, range(1, len(reading.lines(path)) + 1))
    return tuple(each for each in reading.coverage() if each.file in outputs)
