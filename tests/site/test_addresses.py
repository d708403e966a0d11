"""Which addresses clients may have: a filter that stops a part of a network stops them only if it is theirs."""

from ipaddress import IPv4Address, IPv4Network

from auditor.model import Action, AddressRange, Device, DhcpScope, Lease, Listed, Reservation
from auditor.site.addresses import Addresses, by_dhcp, whole
from auditor.site.filters import Question, concern, evaluate, interval, shut_in
from auditor.site.segments import Segment, segments_of
from tests.site.built import UNKNOWN, device, filtered, interface, networks, rule, said, scope

POS = interface("pos", "192.168.30.1/24")
READER, PRINTER = "02:00:5e:10:00:01", "02:00:5e:00:01:50"
POOL = AddressRange(IPv4Address("192.168.30.100"), IPv4Address("192.168.30.149"))


def pool(**more: object) -> DhcpScope:
    return scope("pos", **({"pool": said(POOL)} | more))  # type: ignore[arg-type]


def reserved(mac: str, address: str) -> Reservation:
    return Reservation("gw", mac, said((mac,)), said(IPv4Address(address)), said(None))


def found(
    *scopes: DhcpScope, macs: tuple[str, ...] = (), holes: tuple[object, ...] = (), **more: object
) -> tuple[Addresses, Segment]:
    gw: Device = device("gw", POS, **more)
    (segment,) = segments_of((gw,))
    return by_dhcp(segment, Listed(scopes, holes), (gw,), macs, ()), segment  # type: ignore[arg-type]


def test_the_pool_and_reserved_addresses_are_possible() -> None:
    addresses, _ = found(pool(), reservations=Listed((reserved(PRINTER, "192.168.30.50"),)))
    printer = int(IPv4Address("192.168.30.50"))
    assert addresses.possible == ((int(POOL.first), int(POOL.last)), (printer, printer))
    assert addresses.certain == ()


def test_leases_and_reservations_of_known_clients_are_certain() -> None:
    lease = Lease("gw", "1", READER, said(IPv4Address("192.168.30.101")))
    elsewhere = Lease("gw", "2", READER, said(IPv4Address("192.168.1.101")))
    addresses, _ = found(pool(), macs=(READER,), leases=Listed((lease, elsewhere)))
    assert addresses.certain == (IPv4Address("192.168.30.101"),)
    addresses, _ = found(pool(), macs=(READER,), reservations=Listed((reserved(READER, "192.168.30.20"),)))
    assert addresses.certain == (IPv4Address("192.168.30.20"),)


def test_a_doubt_leaves_the_whole_network() -> None:
    for scopes, holes in (
        ((), ()),
        ((pool(), pool(pool=UNKNOWN)), ()),
        ((pool(),), (UNKNOWN,)),
        ((pool(pool=said(None)),), ()),
    ):
        addresses, segment = found(*scopes, holes=holes)
        assert addresses.possible == whole(segment).possible == (interval(IPv4Network("192.168.30.0/24")),)


def ask(blocked: str, *certain: str, to: str = "0.0.0.0/0") -> tuple[bool, bool]:
    """Whether a rule that blocks these sources concerns the clients, and keeps one of them from everything."""
    question = Question(
        "pos", "wan", (interval(IPv4Network("192.168.30.0/24")),), (interval(IPv4Network("0.0.0.0/0")),), "tcp", 443,
        tuple(map(IPv4Address, certain)),
    )  # fmt: skip
    drop = rule("no", Action.DROP, sources=networks(blocked), destinations=networks(to))
    boxes = evaluate(filtered(drop), question).blocked()
    return concern(boxes, question), shut_in(boxes, question)


def test_a_block_concerns_all_or_a_known_client() -> None:
    assert ask("192.168.30.0/24") == (True, False)
    assert ask("192.168.30.128/25") == (False, False)
    assert ask("192.168.30.128/25", "192.168.30.7") == (False, False)
    assert ask("192.168.30.128/25", "192.168.30.7", "192.168.30.200") == (True, True)
    assert ask("192.168.30.128/25", "192.168.30.200", to="198.51.100.0/24") == (True, False)
