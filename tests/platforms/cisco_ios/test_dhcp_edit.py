"""Intents about DHCP and names as edits: they do what they say, once, nothing else, and back."""

from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from auditor import intents
from auditor.capture import Capture
from auditor.intents import Intent
from auditor.model import INFINITE, Listed
from auditor.platforms.cisco_ios.changes import apply
from auditor.services.base import NotPossible
from tests.platforms.cisco_ios.dhcp_shop import (
    EXCLUDED,
    POOL,
    SHOP,
    Networks,
    Read,
    applied,
    edit,
    interface,
    read,
    value,
)

MAC = "02:00:5e:00:53:01"
PRINTER = "ip dhcp pool PRINTER\n host 192.168.30.50 255.255.255.0\n client-identifier 0102.005e.0001.50\n"
TAIL = "ip dhcp excluded-address 192.168.30.150 192.168.30.254\n"
NINES = IPv4Address("9.9.9.9")
RESERVE = intents.AddReservation("POS", "reader_1", MAC, IPv4Address("192.168.30.200"))


def entered(found: Read, intent: Intent) -> list[str]:
    """All commands of an edit, with the heads that they stand below."""
    steps = edit(found, intent).context["steps"]
    return [line for step in steps for line in (*step.heads, *step.lines)]


def changed(found: Read, intent: Intent) -> Read:
    """The model after an edit: only its footprint moved, twice is once, and the way back restores all."""
    made = edit(found, intent)
    after = applied(found, made.operations)
    before, now = found.said, after.said
    moved = {key for key in before.keys() | now.keys() if before.get(key, ...) != now.get(key, ...)}
    assert moved
    assert all(key.startswith(intent.footprint) for key in moved), moved
    assert applied(after, made.operations).said == now
    assert applied(after, made.undo).said == before
    assert _text(apply(apply(found.capture, made.operations), made.undo)) == _text(found.capture)
    return after


def _text(capture: Capture) -> list[str]:
    """The lines without the blanks that IOS leaves behind some."""
    return [line.rstrip() for line in capture.files[0].text.split("\n")]


# -- lease -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lease", "line"),
    [
        (timedelta(hours=24), "lease 1"),
        (timedelta(hours=26), "lease 1 2"),
        (timedelta(days=7), "lease 7"),
        (timedelta(minutes=90), "lease 0 1 30"),
        (timedelta(hours=8, minutes=5), "lease 0 8 5"),
        (INFINITE, "lease infinite"),
    ],
)
def test_a_lease_is_set(lease: timedelta, line: str) -> None:
    found = read(SHOP + " lease 0 2\n")
    intent = intents.SetLeaseTime("POS", lease)
    assert entered(found, intent) == ["ip dhcp pool POS", line]
    assert value(changed(found, intent).scope.lease_time) == lease


def test_the_default_lease_leaves_no_line() -> None:
    found = read(SHOP + " lease 0 2\n")
    made = edit(found, intents.SetLeaseTime("POS", timedelta(days=1)))
    assert "lease" not in applied(found, made.operations).capture.files[0].text


@pytest.mark.parametrize(
    ("text", "intent", "why"),
    [
        (SHOP, intents.SetLeaseTime("POS", timedelta(seconds=90)), "whole minutes"),
        (SHOP, intents.SetLeaseTime("POS", timedelta(days=400)), "365 days"),
        (SHOP, intents.SetLeaseTime("NONE", timedelta(days=1)), "no DHCP scope"),
        (
            "interface Vlan30\n ip helper-address 10.0.0.9\n",
            intents.SetLeaseTime("relay Vlan30", timedelta(days=1)),
            "no pool of this device",
        ),
        (
            "ip dhcp excluded-address 192.168.30.100\n" + POOL,
            intents.SetLeaseTime("POS/192.168.30.2", timedelta(days=2)),
            "also gives out",
        ),
        (SHOP + " option 51 hex 0000.0e10\n", intents.SetLeaseTime("POS", timedelta(days=2)), "option 51"),
        (SHOP + PRINTER, intents.AddReservation("POS", "r", MAC, IPv4Address("192.168.30.50")), "another client"),
        (SHOP + PRINTER, intents.AddReservation("POS", "r", "02:00:5e:00:01:50", RESERVE.address), "has an address"),
        (SHOP + PRINTER, intents.AddReservation("POS", "PRINTER", MAC, RESERVE.address), "already"),
        (SHOP, intents.AddReservation("POS", "r", MAC, IPv4Address("10.0.0.1")), "is not in"),
        (SHOP + TAIL, intents.EnlargePool("POS", 200), "no room"),
        (SHOP + TAIL, intents.EnlargePool("POS", 20), "large enough"),
        (SHOP, intents.EnlargePool("POS", 155 + 1), "no room"),
        (SHOP + " option 6 ip 1.1.1.1 1.0.0.1\n", intents.SetDomainNameServers("POS", (NINES,)), "option 6"),
        (SHOP, intents.StopPreferringIpv6Only("POS"), "option 108"),
    ],
)  # fmt: skip
def test_what_is_left_to_people(text: str, intent: Intent, why: str) -> None:
    with pytest.raises(NotPossible, match=why):
        edit(read(text), intent)


def test_a_lease_of_several_scopes_moves_all_of_them() -> None:
    found = read("ip dhcp excluded-address 192.168.30.100\n" + POOL + " lease 0 2\n")
    first, second = (scope.key for scope in found.scopes)
    changed(found, intents.SetLeaseTime(first, timedelta(days=2), (second,)))


# -- reservations, addresses, what clients are told ------------------------------------------------------------


def test_a_reservation_is_a_pool_of_its_own() -> None:
    found = read(SHOP)
    assert entered(found, RESERVE) == [
        "ip dhcp pool reader_1",
        "host 192.168.30.200 255.255.255.0",
        "client-identifier 0102.005e.0053.01",
        "exit",
    ]
    (kept,) = changed(found, RESERVE).reservations
    assert (kept.key, value(kept.macs), value(kept.address)) == ("reader_1", (MAC,), RESERVE.address)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (100, ["ip dhcp excluded-address 192.168.30.200 192.168.30.254"]),
        (154, ["ip dhcp excluded-address 192.168.30.254"]),
        (155, []),
    ],
)
def test_a_pool_grows_over_what_was_excluded(size: int, expected: list[str]) -> None:
    found = read(EXCLUDED + TAIL + POOL)
    intent = intents.EnlargePool("POS", size)
    assert entered(found, intent) == [f"no {TAIL.strip()}", *expected]
    assert len(value(changed(found, intent).scope.pool)) == size


def test_a_pool_does_not_grow_into_another_range() -> None:
    found = read(EXCLUDED + "ip dhcp excluded-address 192.168.30.150 192.168.30.199\n" + POOL)
    with pytest.raises(NotPossible):
        edit(found, intents.EnlargePool("POS/192.168.30.100", 80))


def test_the_devices_own_address_at_the_end_bounds_the_pool() -> None:
    networks = Networks(Listed((interface("Vlan30", "192.168.30.254/24"),)))
    found = read(EXCLUDED + "ip dhcp excluded-address 192.168.30.150 192.168.30.253\n" + POOL, networks)
    assert len(value(changed(found, intents.EnlargePool("POS", 154)).scope.pool)) == 154
    with pytest.raises(NotPossible, match="of the device itself"):
        edit(found, intents.EnlargePool("POS", 155))


def test_resolvers_of_a_pool_are_set() -> None:
    intent = intents.SetDomainNameServers("POS", (NINES, IPv4Address("1.1.1.1")))
    assert entered(read(SHOP), intent) == ["ip dhcp pool POS", "dns-server 9.9.9.9 1.1.1.1"]
    changed(read(SHOP), intent)
    changed(read(SHOP.replace(" dns-server 1.1.1.1 1.0.0.1 \n", "")), intent)


def test_option_108_goes() -> None:
    found = read(SHOP + " option 108 hex 0000.0708\n")
    intent = intents.StopPreferringIpv6Only("POS")
    assert entered(found, intent) == ["ip dhcp pool POS", "no option 108"]
    assert not value(changed(found, intent).scope.ipv6_only_preferred)


# -- names -----------------------------------------------------------------------------------------------------

DNS = SHOP + "ip name-server 1.1.1.1\nip dns server\n"


def test_a_name_is_no_longer_answered() -> None:
    found = read(DNS + "ip host till.example.net 192.168.30.8\nip host till.example.net 192.168.30.9 192.168.30.7\n")
    intent = intents.RemoveLocalAnswer("dns", "till.example.net (2)", "till.example.net")
    assert entered(found, intent) == [
        "no ip host till.example.net 192.168.30.9 192.168.30.7",
        "no ip host till.example.net 192.168.30.8",
    ]
    assert not changed(found, intent).resolver.local_answers.items


def test_zones_and_umbrella_are_left_to_people() -> None:
    found = read(
        DNS + "ip dns primary example.net soa ns.example.net a.example.net\ninterface Vlan30\n umbrella in X\n"
    )
    for intent in (
        intents.RemoveLocalAnswer("dns", "zone example.net", "example.net"),
        intents.RemoveLocalAnswer("dns", "other", "example.net"),
        intents.StopDnsRedirect("umbrella"),
    ):
        with pytest.raises(NotPossible):
            edit(found, intent)


@pytest.mark.parametrize("name", ["a\nreload", "a?", "a\x03", "rêader", "x" * 300])
def test_names_that_would_be_more_than_a_name_are_refused(name: str) -> None:
    with pytest.raises(NotPossible):
        edit(read(SHOP), intents.AddReservation("POS", name, MAC, RESERVE.address))
