"""Whether a host offers IPv6 on a link, by router advertisements or DHCPv6.

Programs made for it may do so on any link. Those that can do it among other things need an address of the link to
take the prefix from: dnsmasq(8), `--enable-ra` and `--dhcp-range`; systemd.network(5), `IPv6SendRA`.
"""

from auditor.model import Fact, Stated, Unknown
from auditor.platforms.linux.discovery_processes import asking, elsewhere, is_whole, processes
from auditor.platforms.linux.network_links import Link, ipv6
from auditor.platforms.linux.outputs import ADDRESSES, PROCESSES, at
from auditor.services.reading import Reading, printable

_MADE_FOR_IT = frozenset({"radvd", "kea-dhcp6", "dhcp6s", "dibbler-server", "odhcpd", "corerad"})
_CAN_DO_IT = frozenset({"dnsmasq", "pihole-FTL", "systemd-networkd", "dhcpd", "bird", "zebra"})
_SETTLE = "see whether a device on this network has an IPv6 address that begins with 2 or f"


def offered(reading: Reading, link: Link) -> Fact[bool]:
    """Return that no IPv6 is offered where nothing runs that could do it; what a program does on a link is not read."""
    file = reading.file(PROCESSES)
    found = tuple(processes(file.text)) if file is not None else ()
    own = ipv6(link)
    near = at(reading, ADDRESSES, link.named, *own)
    if not is_whole(found):
        why = f"which programs could offer IPv6 on {printable(link.name)} was not captured"
        return Unknown(why, near, _SETTLE)
    suspects = _MADE_FOR_IT | (_CAN_DO_IT if own else frozenset())
    for process in found:
        if process.program in suspects and not elsewhere(process, asking(found)):
            spans = reading.understood(reading.span(PROCESSES, process.line))
            why = f"{process.program} runs, and whether it offers IPv6 on {printable(link.name)} is not read"
            return Unknown(why, (*near, *spans), _SETTLE)
    return Stated(False, (*near, reading.span(PROCESSES, 1, max(len(reading.lines(PROCESSES)), 1))))
