"""`dhcp-host` and `/etc/ethers`: addresses that are kept for one client; and the leases that were given out."""

from collections import Counter
from datetime import timedelta
from ipaddress import IPv4Address

from auditor.model import Fact, Lease, Listed, Reservation, Span, Stated, Unknown
from auditor.services.base import Host, Instance
from auditor.services.dnsmasq.files import LEASES, Holds
from auditor.services.dnsmasq.settings import Setting, Settings
from auditor.services.dnsmasq.values import HostEntry, dhcp_host, lease_time, mac_address
from auditor.services.reading import lines_of, printable


def reservations(host: Host, settings: Settings) -> Listed[Reservation]:
    """Read every reservation of certain MAC addresses; those by name or pattern concern scopes as a whole."""
    found: list[Reservation] = []
    holes = list(settings.all_holes(Holds.HOSTS, Holds.ETHERS))
    for setting in settings.of("dhcp-host"):
        try:
            entry = dhcp_host(setting.value)
        except ValueError as error:
            why = f"cannot read dhcp-host '{printable(setting.text)}': {error}"
            holes.append(Unknown(why, setting.spans, "correct dhcp-host"))
            continue
        if entry.macs:
            found.append(_reservation(host, setting, entry))
    for names in settings.ethers:
        found += _ethers(host, names.path)
    return Listed(tuple(_named_apart(found)), tuple(holes))


def _reservation(host: Host, setting: Setting, entry: HostEntry) -> Reservation:
    address: Fact[IPv4Address | None] = Stated(entry.address, setting.spans)
    if entry.ignore:
        why = "no address for this client, which gets no answer at all (ignore)"
        address = Unknown(why, setting.spans, "remove ignore, or the whole line")
    elif entry.tags:
        why = f"the reservation holds only while the client has a tag ({printable(', '.join(entry.tags))})"
        address = Unknown(why, setting.spans, "look at the lease that the client got")
    lease: Fact[timedelta | None] = Stated(None, setting.spans)
    if entry.lease:
        lease = host.reading.stated(entry.lease, lease_time, *setting.spans, what="dhcp-host")
    return Reservation(host.name, key_of(entry), Stated(entry.macs, setting.spans), address, lease)


def key_of(entry: HostEntry) -> str:
    """The name of a reservation: the client's, else its address, else its first MAC address."""
    return printable(entry.name) or (str(entry.address) if entry.address is not None else entry.macs[0])


def _named_apart(found: list[Reservation]) -> list[Reservation]:
    """Two reservations of one name go by their MAC addresses as well."""
    names = Counter(each.key for each in found)
    made: list[Reservation] = []
    for each in found:
        key = each.key
        if names[key] > 1 and not isinstance(each.macs, Unknown):
            key = f"{key} {each.macs.value[0]}"
        made.append(Reservation(each.device, key, each.macs, each.address, each.lease_time))
    return made


def _ethers(host: Host, path: str) -> list[Reservation]:
    """`MAC address`, one a line; with a name instead of an address nothing is reserved."""
    found: list[Reservation] = []
    for number, line in enumerate(host.reading.lines(path), start=1):
        words = line.partition("#")[0].split()
        mac = mac_address(words[0]) if len(words) > 1 else ""
        try:
            address = IPv4Address(words[1]) if mac else None
        except ValueError:
            continue
        if address is not None:
            spans = host.reading.understood(host.reading.span(path, number))
            found.append(
                Reservation(host.name, str(address), Stated((mac,), spans), Stated(address, spans), Stated(None, spans))
            )
    return found


def lease_path(settings: Settings) -> str:
    """Where leases are kept."""
    written = settings.last("dhcp-leasefile")
    return written.text if written is not None and written.text else LEASES


def leases(host: Host, instance: Instance, settings: Settings) -> Listed[Lease]:
    """Read the file of leases: `expiry MAC address name client-id` a line; lines of DHCPv6 follow `duid`."""
    path = lease_path(settings)
    file = host.reading.file(path)
    if file is None:
        asked = any(gap.path == path for gap in host.reading.capture.gaps)
        return Listed((), (host.reading.missing(path),) if asked and settings.of("dhcp-range") else ())
    found: list[Lease] = []
    for number, line in enumerate(lines_of(file.text), start=1):
        words = line.split(" ")
        mac = mac_address(words[1]) if len(words) >= 5 else ""
        try:
            address = IPv4Address(words[2]) if mac else None
        except ValueError:
            address = None
        if address is None:
            host.reading.irrelevant(path, (number,))
            continue
        spans: tuple[Span, ...] = host.reading.understood(host.reading.span(path, number))
        found.append(Lease(host.name, f"{instance.key}/{address}", mac, Stated(address, spans)))
    return Listed(tuple(found))
