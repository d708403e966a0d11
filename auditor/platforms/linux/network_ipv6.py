"""Whether a host offers IPv6 on a link, by router advertisements or DHCPv6, and what is not known of what it tells.

Programs made for it may do so on any link. Those that can do it among other things need an address of the link to
take the prefix from: dnsmasq(8), `--enable-ra` and `--dhcp-range`; systemd.network(5), `IPv6SendRA`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv6Address

from auditor.model import Fact, Interface, Ipv6Resolver, Listed, Stated, Unknown
from auditor.platforms.linux import network_links as links_of
from auditor.platforms.linux.discovery_processes import Process, asking, elsewhere, is_whole, processes
from auditor.platforms.linux.network_links import Link, ipv6
from auditor.platforms.linux.outputs import ADDRESSES, PROCESSES, at, text
from auditor.services import Instance
from auditor.services.reading import Reading, printable

_MADE_FOR_IT = frozenset({"radvd", "kea-dhcp6", "dhcp6s", "dibbler-server", "odhcpd", "corerad"})
_CAN_DO_IT = frozenset({"dnsmasq", "pihole-FTL", "systemd-networkd", "dhcpd", "bird", "zebra"})
PROGRAMS = _MADE_FOR_IT | _CAN_DO_IT
"""What is looked for in the list of processes."""
_READ = {"dnsmasq": "dnsmasq", "pihole": "pihole-FTL"}
"""Services of which it is read which name servers they tell, with their programs."""
_SETTLE = "see whether a device on this network has an IPv6 address that begins with 2 or f"
_NAME_SERVERS = "see which name servers with IPv6 addresses a client there got; or declare dns"


def addresses(reading: Reading) -> dict[str, tuple[IPv6Address, ...]]:
    """The IPv6 addresses of each link that has some besides its link-local one."""
    links = links_of.read(reading)
    found = {} if isinstance(links, Unknown) else {link.name: tuple(_addresses(link)) for link in links}
    return {name: own for name, own in found.items() if own}


def _addresses(link: Link) -> Iterator[IPv6Address]:
    for node in ipv6(link):
        try:
            yield IPv6Address(text(node, "local"))
        except ValueError:
            continue  # of an address that cannot be read, no range takes its prefix


def offered(reading: Reading, link: Link, read: frozenset[str] = frozenset()) -> Fact[bool]:
    """Return that no IPv6 is offered where nothing runs that could do it, besides the programs that are read."""
    found = _running(reading)
    own = ipv6(link)
    near = at(reading, ADDRESSES, link.named, *own)
    if not is_whole(found):
        why = f"which programs could offer IPv6 on {printable(link.name)} was not captured"
        return Unknown(why, near, _SETTLE)
    for process in (each for each in _suspects(found, link) if each.program not in read):
        spans = reading.understood(reading.span(PROCESSES, process.line))
        why = f"{process.program} runs, and whether it offers IPv6 on {printable(link.name)} is not read"
        return Unknown(why, (*near, *spans), _SETTLE)
    return Stated(False, (*near, reading.span(PROCESSES, 1, max(len(reading.lines(PROCESSES)), 1))))


def with_offers(
    reading: Reading, interfaces: Listed[Interface], instances: Iterable[Instance], offers: Listed[Fact[str]]
) -> Listed[Interface]:
    """Return the interfaces with what services that are read offer there."""
    links, read = links_of.read(reading), _read(instances)
    if isinstance(links, Unknown) or not read:
        return interfaces
    by_link = {fact.value: fact for fact in offers if not isinstance(fact, Unknown)}

    def settled(interface: Interface) -> Interface:
        if not isinstance(interface.ipv6_offered, Unknown) or interface.key not in links.by_name:
            return interface
        others = offered(reading, links.by_name[interface.key], read)
        if interface.key in by_link:
            others = Stated(True, by_link[interface.key].spans)
        elif offers.holes and not isinstance(others, Unknown):
            others = offers.holes[0]
        return replace(interface, ipv6_offered=others)

    return Listed(tuple(map(settled, interfaces)), interfaces.holes)


def _read(instances: Iterable[Instance]) -> frozenset[str]:
    """Programs whose settings are read."""
    return frozenset(_READ[instance.service] for instance in instances if instance.service in _READ)


def unread_resolvers(reading: Reading, instances: Iterable[Instance]) -> Listed[Ipv6Resolver]:
    """Return a resolver of which nothing is known for each program that may tell clients of a link some."""
    links = links_of.read(reading)
    if isinstance(links, Unknown):
        return Listed((), (links,))
    read = _read(instances)
    found = _running(reading)
    told: dict[str, Ipv6Resolver] = {}
    for link in links_of.routed(links):
        near = at(reading, ADDRESSES, link.named, *ipv6(link))
        if not is_whole(found) and ipv6(link):
            why = f"which programs could tell clients of {printable(link.name)} name servers was not captured"
            _add(told, reading, link, "", Unknown(why, near, _NAME_SERVERS))
        for process in _suspects(found, link):
            if process.program in read:
                continue
            spans = reading.understood(reading.span(PROCESSES, process.line))
            name = printable(link.name)
            why = f"{process.program} runs, and which name servers it tells clients of {name}, if any, is not read"
            _add(told, reading, link, process.program, Unknown(why, (*near, *spans), _NAME_SERVERS))
    return Listed(tuple(told.values()))


def _add(told: dict[str, Ipv6Resolver], reading: Reading, link: Link, program: str, why: Unknown) -> None:
    key = f"{link.name} {program}".rstrip()
    told.setdefault(key, Ipv6Resolver(reading.device, key, Stated(link.name, why.near[:1]), why))


def _running(reading: Reading) -> tuple[Process, ...]:
    file = reading.file(PROCESSES)
    return tuple(processes(file.text)) if file is not None else ()


def _suspects(found: tuple[Process, ...], link: Link) -> Iterator[Process]:
    """Processes of the host itself that may offer IPv6 on a link."""
    suspects = PROGRAMS if ipv6(link) else _MADE_FOR_IT
    here = asking(found)
    return (process for process in found if process.program in suspects and not elsewhere(process, here))
