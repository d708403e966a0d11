"""Intents about DHCP: what they change, that they come back, and what is left to people."""

from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from auditor import intents
from auditor.intents import Intent
from auditor.model import INFINITE
from auditor.services.base import NotPossible
from tests.platforms.routeros.dhcp_shop import NETWORK, POOL, SERVER, SHOP, V6, Read, applied, edit, read

_OTHER = "/ip dhcp-server add address-pool=pool-pos interface=bridge name=lan\n"
_TWO = SHOP.replace("192.168.30.149", "192.168.30.149,192.168.30.200-192.168.30.219")
_108 = "/ip dhcp-server option add code=108 name=v6only value=0x00000708\n"
_66 = "/ip dhcp-server option add code=66 name=tftp value=\"'192.168.30.9'\"\n"
_SETS = "/ip dhcp-server option sets add name=s options=v6only\n"
_RESERVE = intents.AddReservation("pos", "reader_0200", "02:00:5e:00:00:01", IPv4Address("192.168.30.100"))


def change(found: Read, intent: Intent) -> Read:
    """Apply an intent; prove that a second time changes nothing and that the way back leads back."""
    made = edit(found, intent)
    changed = applied(found, made.operations)
    assert applied(changed, made.operations).capture == changed.capture
    assert applied(changed, made.undo).said == found.said
    moved = {key for key in found.said | changed.said if found.said.get(key) != changed.said.get(key)}
    assert moved
    assert all(key.startswith(intent.footprint) for key in moved)
    assert made.services == ("dhcp",)
    return changed


@pytest.mark.parametrize("written", ["lease-time=1h ", ""])
@pytest.mark.parametrize("header", ["", V6])
def test_a_longer_lease(written: str, header: str) -> None:
    export = SHOP.replace("lease-time=1d ", written).replace("name=pos", "disabled=no name=pos")
    found = read(export, header=header) if header else read(export)
    changed = change(found, intents.SetLeaseTime("pos", timedelta(hours=36)))
    assert changed.scope.lease_time.value == timedelta(hours=36)  # type: ignore[union-attr]
    assert "lease-time=1d12h" in changed.capture.files[0].text


def test_all_ranges_of_a_server_follow() -> None:
    first, second = "pos/192.168.30.100", "pos/192.168.30.200"
    change(read(_TWO), intents.SetLeaseTime(first, timedelta(days=2), (second,)))
    with pytest.raises(NotPossible, match=second):
        edit(read(_TWO), intents.SetLeaseTime(first, timedelta(days=2)))


@pytest.mark.parametrize(
    ("export", "intent"),
    [
        (SHOP, intents.SetLeaseTime("guest", timedelta(days=2))),
        (SHOP, intents.SetLeaseTime("pos", INFINITE)),
        (SHOP.replace("lease-time=1d", "lease-time=soon"), intents.SetLeaseTime("pos", timedelta(days=2))),
        (SHOP + SERVER, intents.SetLeaseTime("pos", timedelta(days=2))),
    ],
)
def test_leases_that_are_left_to_people(export: str, intent: intents.SetLeaseTime) -> None:
    with pytest.raises(NotPossible):
        edit(read(export), intent)


def test_a_reservation_is_a_static_lease() -> None:
    changed = change(read(SHOP), _RESERVE)
    (found,) = changed.reservations
    assert (found.key, found.macs.value) == ("reader_0200", ("02:00:5e:00:00:01",))  # type: ignore[union-attr]
    assert "mac-address=02:00:5E:00:00:01 server=pos" in changed.capture.files[0].text


@pytest.mark.parametrize(
    "lease",
    [
        "address=192.168.30.7 mac-address=02:00:5E:00:00:01",
        "address=192.168.30.100 mac-address=02:00:5E:00:00:09",
        "address=192.168.30.9 comment=reader_0200 mac-address=02:00:5E:00:00:09",
    ],
)
def test_reservations_that_collide(lease: str) -> None:
    with pytest.raises(NotPossible):
        edit(read(SHOP + f"/ip dhcp-server lease add {lease}\n"), _RESERVE)


def test_an_address_outside_the_subnet_is_not_reserved() -> None:
    with pytest.raises(NotPossible, match="is not in"):
        edit(read(SHOP), intents.AddReservation("pos", "r", "02:00:5e:00:00:01", IPv4Address("10.0.0.1")))


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ("192.168.30.100-192.168.30.149", "192.168.30.100-192.168.30.199"),
        ("192.168.30.100-192.168.30.120,192.168.30.121-192.168.30.149", "192.168.30.100-192.168.30.199"),
        ("192.168.30.100/27", "192.168.30.96-192.168.30.195"),
    ],
)
def test_a_pool_grows_at_its_end(ranges: str, expected: str) -> None:
    changed = change(read(SHOP.replace("192.168.30.100-192.168.30.149", ranges)), intents.EnlargePool("pos", 100))
    assert f"ranges={expected}" in changed.capture.files[0].text


def test_one_range_of_several_grows() -> None:
    changed = change(read(_TWO), intents.EnlargePool("pos/192.168.30.100", 60))
    assert "ranges=192.168.30.100-192.168.30.159,192.168.30.200-192.168.30.219" in changed.capture.files[0].text
    with pytest.raises(NotPossible, match="is in the way"):
        edit(read(_TWO), intents.EnlargePool("pos/192.168.30.100", 100))


@pytest.mark.parametrize(
    ("export", "size", "why"),
    [
        (SHOP, 200, "no room"),
        (SHOP + _OTHER, 60, "share the pool"),
        (SHOP.replace("address-pool=pool-pos ", ""), 60, "no pool"),
        (SHOP + POOL.replace("pool-pos", "vpn").replace("30.100-192.168.30.149", "30.150-192.168.30.160"), 60, "way"),
    ],
)
def test_pools_that_are_left_to_people(export: str, size: int, why: str) -> None:
    with pytest.raises(NotPossible, match=why):
        edit(read(export), intents.EnlargePool("pos", size))


@pytest.mark.parametrize("written", ["dns-server=192.168.30.1 ", "", "dns-none=yes "])
def test_other_resolvers(written: str) -> None:
    found = read(SHOP.replace("dns-server=192.168.30.1 ", written))
    servers = (IPv4Address("1.1.1.1"), IPv4Address("1.0.0.1"))
    changed = change(found, intents.SetDomainNameServers("pos", servers))
    assert changed.scope.domain_name_servers.value == servers  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "export",
    [
        _TWO.replace("name=pos", "name=pos/192.168.30.100", 0),
        SHOP + _OTHER,
        SHOP.replace("gateway=", "dhcp-option=o gateway=").replace("dns-server=192.168.30.1 ", "")
        + "/ip dhcp-server option add code=6 name=o value=\"'9.9.9.9'\"\n",
        SHOP + NETWORK,
    ],
)
def test_resolvers_that_are_left_to_people(export: str) -> None:
    found = read(export)
    with pytest.raises(NotPossible):
        edit(found, intents.SetDomainNameServers(found.scopes.items[0].key, (IPv4Address("1.1.1.1"),)))


@pytest.mark.parametrize(
    "export",
    [
        SHOP.replace("gateway=", "dhcp-option=tftp,v6only gateway=") + _108 + _66,
        SHOP.replace("gateway=", "dhcp-option=v6only gateway=") + _108,
        SHOP.replace("gateway=", "dhcp-option-set=s gateway=") + _108 + _SETS,
        SHOP.replace("interface=", "dhcp-option-set=s interface=") + _108 + _SETS,
    ],
)
def test_option_108_goes_and_other_options_stay(export: str) -> None:
    changed = change(read(export), intents.StopPreferringIpv6Only("pos"))
    assert changed.scope.ipv6_only_preferred.value is False  # type: ignore[union-attr]
    assert ("tftp" in export) is ("dhcp-option=tftp" in changed.capture.files[0].text)


def test_a_set_with_other_options_is_left_to_people() -> None:
    export = SHOP.replace("gateway=", "dhcp-option-set=s gateway=") + _108 + _66 + _SETS.replace("=v6", "=tftp,v6")
    with pytest.raises(NotPossible, match="holds others too"):
        edit(read(export), intents.StopPreferringIpv6Only("pos"))
    with pytest.raises(NotPossible, match="no line"):
        edit(read(SHOP), intents.StopPreferringIpv6Only("pos"))
