"""MAC addresses are found wherever devices saw them; what finds no network, or several, gets proposals in order."""

from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from auditor.inventory import Selector, SiteEntry, loads
from auditor.model import (
    Device,
    Fact,
    Learned,
    Lease,
    Listed,
    Neighbour,
    Port,
    Reservation,
    Span,
    Stated,
    StationState,
    Unknown,
)
from auditor.policies import load_policy
from auditor.site import Attachment
from auditor.site.attachment import attach
from auditor.site.candidates import candidates, speaks_for_it, ssids_by_trust, subnets_by_trust
from auditor.site.segments import segments_of
from auditor.site.stations import pos_of, readers_of
from tests.site.built import bss, device, interface, said, scope, uplink

MAC = "02:00:5e:10:00:01"


def _entry(readers: str, pos: str = "vlan: 99") -> SiteEntry:
    text = f"sites: {{s: {{readers: {{tills: {{{readers}}}}}, pos: {{tablets: {{{pos}}}}}}}}}"
    return loads(text.encode(), Path("inventory.yaml")).sites[0]


def _selector(words: str) -> Selector:
    return _entry(words).readers[0].entries[0].selector


def _line(file: str, number: int) -> tuple[Span, ...]:
    return (Span("gw", file, number, number),)


def lease(address: str) -> Lease:
    return Lease("gw", address, MAC, Stated(IPv4Address(address), _line("leases", 1)))


def neighbour(address: str, *, reachable: bool) -> Neighbour:
    link = Stated("br", _line("neighbours", 2))
    return Neighbour("gw", address, MAC, IPv4Address(address), link, said(reachable))


def reservation(address: str) -> Reservation:
    fact: Fact[IPv4Address | None] = Stated(IPv4Address(address), _line("dhcp", 3))
    return Reservation("gw", address, said((MAC,)), fact, said(None))


def station(key: str) -> StationState:
    return StationState("gw", key, MAC, Stated(key, _line("stations", 4)), said(-60), said(30))


def learned(port: str) -> Learned:
    return Learned("gw", port, MAC, Stated(port, _line("table", 5)))


def port(key: str, *links: str) -> Port:
    return Port("gw", key, said(links), said(False), said(None))


def shop(**more: Any) -> tuple[Device, ...]:
    """A router with a network for tills, one for guests and one without a name that speaks."""
    inside = (
        interface("tills", "192.168.30.1/24", vlan=30),
        interface("guest", "192.168.50.1/24", vlan=50),
        interface("lan", "192.168.1.1/24"),
    )
    bsses = Listed((bss("b0", "tills", ssid="SHOP-POS"), bss("b1", "guest", ssid="SHOP-GUEST")))
    ports = Listed((port("lan1", "br.30"), port("lan2", "br.30", "br.50")))
    return (device("gw", *inside, bsses=bsses, ports=ports, **more),)


def place(words: str, devices: tuple[Device, ...]) -> Fact[Attachment]:
    return attach(_selector(words), segments_of(devices), devices, ())


@pytest.mark.parametrize(
    ("more", "file"),
    [
        ({"leases": Listed((lease("192.168.30.9"),))}, "leases"),
        ({"neighbours": Listed((neighbour("192.168.30.9", reachable=True),))}, "neighbours"),
        ({"neighbours": Listed((neighbour("192.168.30.9", reachable=False),))}, "neighbours"),
        ({"reservations": Listed((reservation("192.168.30.9"),))}, "dhcp"),
        ({"stations": Listed((station("b0"),))}, "stations"),
        ({"learned": Listed((learned("lan1"),))}, "table"),
    ],
)
def test_a_mac_address_is_where_it_was_seen(more: dict[str, Any], file: str) -> None:
    found = place(f"mac: '{MAC}'", shop(**more))
    assert not isinstance(found, Unknown)
    assert found.value.segment.name == "192.168.30.0/24"
    assert [span.file for span in found.spans] == [file]


def test_behind_a_port_of_several_networks_it_may_be_in_any() -> None:
    assert isinstance(place(f"mac: '{MAC}'", shop(learned=Listed((learned("lan2"),)))), Unknown)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"leases": Listed((lease("192.168.30.9"),)), "stations": Listed((station("b1"),))},
            ("lease of 192.168.30.9 on gw", "station of 'SHOP-GUEST' on gw"),
        ),
        (
            {"learned": Listed((learned("lan1"),)), "reservations": Listed((reservation("192.168.1.9"),))},
            ("learned behind port lan1", "reservation of 192.168.1.9 on gw"),
        ),
    ],
)
def test_contradicting_signs_are_unknown_with_the_lines_of_both(more: dict[str, Any], words: tuple[str, str]) -> None:
    found = place(f"mac: '{MAC}'", shop(**more))
    assert isinstance(found, Unknown)
    assert all(each in found.why for each in words)
    assert len(found.near) == 2
    assert "vlan: 30" in found.settle


def test_an_old_entry_does_not_contradict_what_is_there_now() -> None:
    stale = Listed((neighbour("192.168.50.9", reachable=False),))
    found = place(f"mac: '{MAC}'", shop(neighbours=stale, stations=Listed((station("b0"),))))
    assert not isinstance(found, Unknown)
    assert found.value.segment.name == "192.168.30.0/24"


def test_reservations_in_several_networks_say_nothing_against_the_one_it_is_in() -> None:
    both = Listed((reservation("192.168.30.9"), reservation("192.168.50.9")))
    assert isinstance(place(f"mac: '{MAC}'", shop(reservations=both)), Unknown)
    assert not isinstance(
        place(f"mac: '{MAC}'", shop(reservations=both, leases=Listed((lease("192.168.30.9"),)))), Unknown
    )


def test_candidates_come_in_order_of_trust_each_network_once() -> None:
    devices = shop(
        reservations=Listed((reservation("192.168.1.9"),)),
        stations=Listed((station("b1"),)),
        dhcp_scopes=Listed((scope("lan"),)),
    )
    segments = segments_of(devices)
    selector = _selector(f"ssid: SHOP-POSS, mac: '{MAC}'")
    found = candidates(selector, segments, devices, beside=(segments[0],))
    assert [each.selector for each in found] == [
        "vlan: 50",
        "subnet: 192.168.1.0/24",
        "ssid: SHOP-POS",
        "vlan: 30",
    ]
    assert "station of 'SHOP-GUEST'" in str(found[0])
    assert "gw:stations:4" in str(found[0])


def test_where_readers_are_declared_points_of_sale_are_proposed() -> None:
    devices = shop()
    segments = segments_of(devices)
    entry = _entry("ssid: SHOP-POS", "subnet: 192.168.77.0/24")
    (pos,) = pos_of(entry, segments, devices, ())
    assert isinstance(pos.place, Unknown)
    assert "candidates, likeliest first: vlan: 30 (other clients are declared there" in pos.place.settle
    (readers,) = readers_of(entry, load_policy("stripe-terminal"), segments, devices, ())
    assert not isinstance(readers.place, Unknown)


def test_the_only_network_is_proposed_although_its_name_says_nothing() -> None:
    devices = (device("gw", interface("lan", "192.168.1.1/24"), bsses=Listed((bss("b", "lan", ssid="HOME"),))),)
    found = place("ssid: SHOP", devices)
    assert isinstance(found, Unknown)
    assert "ssid: HOME (the only network with Wi-Fi; on gw, 192.168.1.0/24" in found.settle


def test_nothing_is_proposed_where_nothing_speaks_for_a_network() -> None:
    devices = (device("gw", interface("lan", "192.168.1.1/24"), interface("office", "192.168.2.1/24")),)
    found = place("ssid: SHOP", devices)
    assert isinstance(found, Unknown)
    assert "candidates" not in found.settle


def test_an_ssid_in_two_networks_names_who_puts_it_where() -> None:
    gw = device("gw", interface("tills", "192.168.30.1/24", vlan=30), interface("lan", "192.168.1.1/24"))
    ap1 = device(
        "ap1",
        interface("pos", device="ap1", vlan=30),
        bsses=Listed((bss("b", "pos", device="ap1"),)),
    )
    ap2 = device(
        "ap2",
        interface("lan", "192.168.1.2/24", device="ap2"),
        bsses=Listed((bss("b", "lan", device="ap2"),)),
    )
    found = place("ssid: SHOP", (gw, ap1, ap2))
    assert isinstance(found, Unknown)
    assert "192.168.30.0/24 (gw/br.30) on ap1; 192.168.1.0/24 (gw/br-lan) on ap2" in found.why
    assert "ssid: SHOP, vlan: 30 (named 'tills'" in found.settle


def test_a_subnet_on_two_networks_names_the_devices() -> None:
    devices = (device("gw", interface("a", "192.168.30.1/24", vlan=30), interface("b", "192.168.30.2/24", vlan=31)),)
    found = place("subnet: 192.168.30.0/24", devices)
    assert isinstance(found, Unknown)
    assert "(gw/br.30) on gw; 192.168.30.0/24 (gw/br.31) on gw" in found.why


@pytest.mark.parametrize(
    ("name", "speaks"),
    [
        ("SHOP-POS", True),
        ("pos2", True),
        ("kassen-wlan", True),
        ("Card_Readers", True),
        ("post", False),
        ("position", False),
        ("SHOP-GUEST", False),
    ],
)
def test_names_speak_by_whole_words(name: str, *, speaks: bool) -> None:
    assert speaks_for_it(name) is speaks


def test_a_hostile_ssid_is_proposed_as_one_quoted_scalar() -> None:
    name = "pos\x1b[31m\n: evil"
    devices = (device("gw", interface("lan", "192.168.1.1/24"), bsses=Listed((bss("b", "lan", ssid=name),))),)
    found = place("ssid: SHOP", devices)
    assert isinstance(found, Unknown)
    proposal = found.settle.partition("candidates")[2]
    assert 'ssid: "pos\\x1b[31m\\x0a: evil"' in proposal
    assert "\x1b" not in proposal


def test_what_is_proposed_for_a_new_inventory_begins_with_names_that_speak() -> None:
    off = bss("b2", "lan", ssid="OLD-POS", enabled=said(False))
    lan, pos, wan = interface("lan", "192.168.1.1/24"), interface("pos", "192.168.30.1/24"), uplink()
    gw = device(
        "gw", lan, pos, wan, bsses=Listed((bss("b0", "lan", ssid="OFFICE"), off, bss("b1", "pos", ssid="SHOP-POS")))
    )
    assert ssids_by_trust(gw) == ("SHOP-POS", "OFFICE", "OLD-POS")
    assert subnets_by_trust(gw) == ("192.168.30.0/24", "192.168.1.0/24")
