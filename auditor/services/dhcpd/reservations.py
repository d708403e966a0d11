"""`host` entries: addresses that are kept for one client, wherever in the file they stand."""

from datetime import timedelta
from ipaddress import IPv4Address

from auditor.model import Fact, Listed, Reservation, Stated, Unknown
from auditor.services.dhcpd.config import SETTLE, Config, HostEntry
from auditor.services.dhcpd.lifetimes import KEYS, for_scopes
from auditor.services.dhcpd.settings import possible
from auditor.services.reading import printable
from auditor.syntax.dhcpd_conf import Statement


def reservations(config: Config) -> Listed[Reservation]:
    """All host entries; those of one name count once, as dhcpd keeps the last."""
    found: dict[str, Reservation] = {}
    for host in config.hosts:
        name = name_of(host)
        found[name] = _reservation(config, host, name)
    return Listed(tuple(found.values()))


def name_of(host: HostEntry) -> str:
    """The name behind `host`."""
    return " ".join(host.statement.arguments)


def _reservation(config: Config, host: HostEntry, name: str) -> Reservation:
    block = host.statement.block or ()
    head = config.span(host.statement)
    hardware = [each for each in block if each.keyword == "hardware"]
    addresses = [each for each in block if each.keyword == "fixed-address"]
    denied = [each for each in block if each.keyword in ("deny", "ignore") and "booting" in each.arguments]
    config.span(*hardware, *addresses)
    fixed = _address(config, addresses, head)
    if denied:
        why = f"host {printable(name)} gets no answer (booting)"
        fixed = Unknown(why, config.span(*denied), "take the line out")
    conditional = [each for each in block if each.keyword == "if"]
    if conditional and not addresses:
        fixed = Unknown("the entry depends on a condition", config.span(*conditional), "write it without the condition")
    return Reservation(
        device=config.reading.device,
        key=name,
        macs=_macs(config, hardware, head, name),
        address=fixed,
        lease_time=_lease_time(config, host, fixed),
    )


def _macs(config: Config, hardware: list[Statement], head: tuple[object, ...], name: str) -> Fact[tuple[str, ...]]:
    if not hardware:
        why = f"host {printable(name)} is known by something else than its MAC address"
        return Unknown(why, tuple(s for s in config.span() if s in head), "add hardware ethernet")
    spans = config.span(hardware[-1])
    words = hardware[-1].arguments
    mac = mac_of(words[1]) if len(words) == 2 and words[0].lower() == "ethernet" else None
    return Unknown("cannot read the hardware address", spans, SETTLE) if mac is None else Stated((mac,), spans)


def mac_of(text: str) -> str | None:
    """A MAC address as the model writes it; dhcpd takes octets of one digit too."""
    octets = text.lower().split(":")
    if len(octets) != 6 or any(not 1 <= len(o) <= 2 or any(c not in "0123456789abcdef" for c in o) for o in octets):
        return None
    return ":".join(octet.zfill(2) for octet in octets)


def _address(config: Config, statements: list[Statement], head: tuple[object, ...]) -> Fact[IPv4Address | None]:
    if not statements:
        return Stated(None, ())
    spans = config.span(statements[-1])
    words = [word for word in statements[-1].arguments if word != ","]
    try:
        found = tuple(IPv4Address(word) for word in words)
    except ValueError:
        return Unknown("a name stands for the address, which dhcpd looks up", spans, "write the address with dots")
    if len(found) != 1:
        return Unknown("of several addresses the one counts that fits the client's network", spans, "split the entry")
    return Stated(found[0], spans)


def _lease_time(config: Config, host: HostEntry, address: Fact[IPv4Address | None]) -> Fact[timedelta | None]:
    """Statements of the entry, and of groups around it, count before those of the pool; None if there are none."""
    own = tuple(each for each in (host.statement, *host.scopes) if each.keyword in ("host", "group"))
    if not any(possible(each.block or (), frozenset({key})) != (None,) for each in own for key in KEYS):
        return Stated(None, config.span(host.statement))
    if isinstance(address, Unknown):
        return address
    subnet = next((s for s in config.subnets if address.value is not None and address.value in s.network), None)
    around = subnet.scopes if subnet is not None else ()
    return for_scopes(config, (*own, *(each for each in around if each not in own)))
