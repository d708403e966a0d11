"""Scopes and reservations: what dnsmasq makes of a section, what odhcpd makes of it, and which of them serves."""

from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

import pytest

from auditor.capture import Gap
from auditor.model import Assumed, Device, DhcpScope, Stated, Unknown
from auditor.platforms.openwrt.lease_times import lease_time, odhcpd_lease_time
from tests.platforms.openwrt.captures import NETWORK, ZONES, line, model

LAN = "config dhcp 'lan'\n\toption interface 'lan'\n"
DNSMASQ = "config dnsmasq 'main'\n"
ODHCPD = "config odhcpd 'odhcpd'\n\toption maindhcp '1'\n"
FILE = "/etc/config/dhcp"


def device(text: str, **files: str) -> Device:
    return model({"dhcp": text, **files})


def scope(text: str, key: str = "lan", **files: str) -> DhcpScope:
    return next(one for one in device(text, **files).dhcp_scopes if one.key == key)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10", 120), ("2h", 7200), ("2H", 7200), ("1d", 86400), ("1w", 604800), ("3600s", 3600), ("90m", 5400)],
)
def test_dnsmasq_reads_whole_numbers_in_either_case_and_gives_two_minutes_at_least(text: str, seconds: int) -> None:
    assert lease_time(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "seconds"), [("1.5h", 5400), ("10", 60), ("2h", 7200), ("12hours", 43200), (".5d", 43200)]
)
def test_odhcpd_reads_fractions_and_gives_one_minute_at_least(text: str, seconds: int) -> None:
    assert odhcpd_lease_time(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("read", "text"), [(lease_time, "1.5h"), (odhcpd_lease_time, "2H"), (odhcpd_lease_time, "x")])
def test_what_a_daemon_does_not_take_is_no_lease(read: type, text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        read(text)


def test_without_interface_dnsmasq_does_not_serve_and_odhcpd_takes_the_name() -> None:
    found = scope(DNSMASQ + "config dhcp 'lan'\n")
    assert isinstance(found.serving, Assumed)
    assert found.serving.value is False
    assert found.serving.because.entry == "dhcp.interface"
    assert scope(DNSMASQ + ODHCPD + "config dhcp 'lan'\n\toption dhcpv4 server\n").serving.value is True  # type: ignore[union-attr]


def test_odhcpd_serves_only_where_it_is_told_to() -> None:
    assert scope(DNSMASQ + LAN).serving.value is True  # type: ignore[union-attr]
    silent = scope(DNSMASQ + ODHCPD + LAN)
    assert isinstance(silent.serving, Assumed)
    assert silent.serving.value is False
    assert silent.serving.because.entry == "odhcpd.dhcpv4"
    for word, serves in (("server", True), ("disabled", False), ("relay", False)):
        assert scope(DNSMASQ + ODHCPD + LAN + f"\toption dhcpv4 {word}\n").serving.value is serves  # type: ignore[union-attr]
    assert isinstance(scope(DNSMASQ + ODHCPD + LAN + "\toption dhcpv4 hybrid\n").serving, Unknown)
    legacy = ODHCPD + "\toption legacy 1\n"
    assert scope(DNSMASQ + legacy + LAN + "\toption start 100\n").serving.value is True  # type: ignore[union-attr]


def test_the_lease_is_that_of_the_daemon_that_serves() -> None:
    half = LAN + "\toption leasetime '1.5h'\n\toption dhcpv4 server\n"
    assert isinstance(scope(DNSMASQ + half).lease_time, Unknown)
    assert scope(DNSMASQ + ODHCPD + half).lease_time.value == timedelta(minutes=90)  # type: ignore[union-attr]
    unsure = ODHCPD.replace("'1'", "perhaps")
    assert isinstance(scope(DNSMASQ + unsure + half).lease_time, Unknown)
    day = half.replace("1.5h", "24h")
    assert scope(DNSMASQ + unsure + day).lease_time.value == timedelta(days=1)  # type: ignore[union-attr]


def test_each_daemon_has_its_own_lease_file() -> None:
    flash = DNSMASQ + "\toption leasefile /etc/dhcp.leases\n"
    assert scope(flash + LAN).lease_store_persistent.value is True  # type: ignore[union-attr]
    odhcpd = scope(flash + ODHCPD + LAN)
    assert isinstance(odhcpd.lease_store_persistent, Assumed)
    assert odhcpd.lease_store_persistent.value is False
    ram = ODHCPD + "\toption leasefile /tmp/hosts/odhcpd\n"
    assert scope(flash + ram + LAN).lease_store_persistent.value is False  # type: ignore[union-attr]
    assert isinstance(scope(flash + ram.replace("/tmp", "/etc") + LAN).lease_store_persistent, Unknown)


def test_odhcpd_has_keys_of_its_own_for_resolvers_and_gateway() -> None:
    text = (
        LAN + "\tlist dns 192.168.30.9\n\tlist dns fd00::1\n\tlist router 192.168.30.8\n\tlist dhcp_option 6,1.1.1.1\n"
    )
    by_odhcpd, by_dnsmasq = scope(DNSMASQ + ODHCPD + text), scope(DNSMASQ + text)
    assert by_odhcpd.domain_name_servers.value == (IPv4Address("192.168.30.9"),)  # type: ignore[union-attr]
    assert by_odhcpd.routers.value == (IPv4Address("192.168.30.8"),)  # type: ignore[union-attr]
    assert by_dnsmasq.domain_name_servers.value == (IPv4Address("1.1.1.1"),)  # type: ignore[union-attr]


def test_a_disabled_instance_serves_neither_addresses_nor_names() -> None:
    off = "config dnsmasq 'main'\n\toption disabled '1'\n"
    found = device(off + LAN)
    (only,) = found.resolvers.items
    expected = Stated(False, (line(off, "disabled", FILE),))
    assert only.serving == expected
    assert found.dhcp_scopes.items[0].serving == expected


def test_a_scope_belongs_to_the_instance_that_it_names() -> None:
    two = "config dnsmasq 'a'\n\nconfig dnsmasq 'b'\n\toption disabled 1\n\n"
    assert scope(two + LAN).serving.value is True  # type: ignore[union-attr]
    assert scope(two + LAN + "\toption instance a\n").serving.value is True  # type: ignore[union-attr]
    assert scope(two + LAN + "\toption instance b\n").serving.value is False  # type: ignore[union-attr]
    assert isinstance(scope(two + LAN + "\toption instance c\n").serving, Unknown)


@pytest.mark.parametrize(
    ("options", "serves"),
    [
        ("\tlist interface lan\n", True),
        ("\tlist interface br-lan\n", True),
        ("\tlist interface guest\n", False),
        ("\tlist notinterface lan\n", False),
        ("\tlist notinterface guest\n", True),
        ("\tlist listen_address 192.168.30.1\n", None),
    ],
)
def test_dnsmasq_gives_out_addresses_on_its_interfaces_alone(options: str, serves: bool | None) -> None:
    found = scope(DNSMASQ + options + LAN).serving
    assert isinstance(found, Unknown) if serves is None else found.value is serves  # type: ignore[union-attr]


def test_dynamicdhcpv4_wins_over_dynamicdhcp() -> None:
    assert scope(DNSMASQ + LAN + "\toption dynamicdhcp 0\n").pool.value is None  # type: ignore[union-attr]
    assert scope(DNSMASQ + LAN + "\toption dynamicdhcp 1\n\toption dynamicdhcpv4 0\n").pool.value is None  # type: ignore[union-attr]
    kept = scope(DNSMASQ + LAN + "\toption dynamicdhcp 0\n\toption dynamicdhcpv4 1\n").pool
    assert len(kept.value) == 150  # type: ignore[union-attr,arg-type]


def test_a_netmask_of_the_scope_counts() -> None:
    narrow = scope(DNSMASQ + LAN + "\toption netmask 255.255.255.128\n")
    assert narrow.subnet.value == IPv4Network("192.168.30.0/25")  # type: ignore[union-attr]
    assert str(narrow.pool.value) == "192.168.30.100-192.168.30.126"  # type: ignore[union-attr]
    assert isinstance(scope(DNSMASQ + LAN + "\toption netmask many\n").pool, Unknown)


def test_words_behind_the_range_hide_lease_and_pool() -> None:
    found = scope(DNSMASQ + LAN + "\toption options 'infinite'\n")
    assert isinstance(found.lease_time, Unknown)
    assert isinstance(found.pool, Unknown)


def test_the_limit_of_all_leases_hides_a_larger_pool() -> None:
    assert isinstance(scope(DNSMASQ + "\toption dhcpleasemax 50\n" + LAN).pool, Unknown)
    assert not isinstance(scope(DNSMASQ + "\toption dhcpleasemax 500\n" + LAN).pool, Unknown)


def test_a_scope_for_clients_with_a_tag_may_serve() -> None:
    assert isinstance(scope(DNSMASQ + LAN + "\tlist tag printers\n").serving, Unknown)


def test_options_of_the_instance_hold_where_the_scope_has_none() -> None:
    both = "config dnsmasq 'main'\n\tlist dhcp_option '6,192.0.2.9'\n"
    assert scope(both + LAN).domain_name_servers.value == (IPv4Address("192.0.2.9"),)  # type: ignore[union-attr]
    own = scope(both + LAN + "\tlist dhcp_option '6,192.0.2.8'\n")
    assert own.domain_name_servers.value == (IPv4Address("192.0.2.8"),)  # type: ignore[union-attr]


TAG = "config tag 'pos'\n\tlist dhcp_option 'option:dns-server,192.0.2.9'\n"
HOST = "config host\n\toption mac 02:00:5e:10:00:01\n\toption ip {}\n\toption tag pos\n"


@pytest.mark.parametrize(
    ("more", "spoiled"),
    [
        (TAG, False),
        (TAG + HOST.format("192.168.30.10"), True),
        (TAG + HOST.format("192.168.40.10"), False),
        (TAG + "config mac\n\toption networkid pos\n\toption mac 02:*:*:*:*:*\n", True),
        ("config vendorclass\n\toption networkid x\n\toption vendorclass y\n\tlist dhcp_option 6,192.0.2.9\n", True),
        ("config vendorclass\n\toption networkid x\n\toption vendorclass y\n\tlist dhcp_option 42,192.0.2.9\n", False),
        ("\toption networkid pos\n" + TAG, True),
    ],
)
def test_clients_with_a_tag_may_be_told_other_resolvers(more: str, spoiled: bool) -> None:
    found = scope(DNSMASQ + LAN + more)
    assert isinstance(found.domain_name_servers, Unknown) is spoiled
    assert not isinstance(found.lease_time, Unknown)


def test_a_word_in_front_of_an_option_is_a_tag() -> None:
    found = scope(DNSMASQ + LAN + "\tlist dhcp_option 'pos,6,192.0.2.9'\n")
    assert isinstance(found.domain_name_servers, Unknown)


def test_a_reservation_can_be_switched_off_or_hold_for_a_tag() -> None:
    host = "config host 'reader'\n\toption mac 02:00:5e:10:00:01\n\toption ip 192.168.30.10\n"
    (kept,) = device(DNSMASQ + LAN + host).reservations.items
    assert kept.address.value == IPv4Address("192.168.30.10")  # type: ignore[union-attr]
    off = device(DNSMASQ + LAN + host + "\toption enable 0\n")
    assert not off.reservations.items
    assert not [each for file in off.coverage for each in file.unknown]
    (tagged,) = device(DNSMASQ + LAN + host + "\tlist match_tag known\n").reservations.items
    assert isinstance(tagged.address, Unknown)
    two = "config dnsmasq 'b'\n\toption disabled 1\n"
    assert not device(DNSMASQ + two + LAN + host + "\toption instance b\n").reservations.items


def test_files_of_reservations_are_holes() -> None:
    found = device(DNSMASQ + "\toption dhcphostsfile /etc/hosts.dhcp\n" + LAN)
    assert len(found.reservations.holes) == 1


def test_a_relay_leaves_the_lease_to_a_server_elsewhere() -> None:
    relay = "config relay 'away'\n\toption local_addr 192.168.40.1\n\toption server_addr 192.0.2.67\n"
    found = scope(DNSMASQ + LAN + relay, "away")
    assert found.interface.value == "guest"  # type: ignore[union-attr]
    assert isinstance(found.serving, Unknown)
    assert "192.0.2.67" in found.serving.why
    assert found.relays_to == (IPv4Address("192.0.2.67"),)
    # `interface` is where the server's answers come in.
    named = relay + "\toption interface lan\n"
    assert scope(DNSMASQ + LAN + named, "away").interface.value == "guest"  # type: ignore[union-attr]
    assert scope(DNSMASQ + LAN + relay.replace("192.0.2.67", "'192.0.2.67#6767'"), "away").relays_to == ()


def test_isc_dhcpd_takes_the_place_of_dnsmasq() -> None:
    found = device(DNSMASQ + LAN, **{"commands/enabled-services.txt": "S19dnsmasq\nS60dhcpd\n"})
    assert found.dhcp_scopes.items[0].serving.value is False  # type: ignore[union-attr]
    assert len(found.dhcp_scopes.holes) == 1


def test_without_odhcpd_running_the_main_server_is_not_known() -> None:
    stopped = {"commands/enabled-services.txt": "S19dnsmasq\n"}
    text = DNSMASQ + ODHCPD + LAN + "\toption dhcpv4 server\n"
    assert isinstance(scope(text, **stopped).serving, Unknown)


def test_if_it_is_not_known_what_runs_nothing_is_said_to_serve() -> None:
    gap = Gap("commands/enabled-services.txt", "refused", "collect again")
    found = model({"dhcp": DNSMASQ + LAN, "firewall": ZONES}, gaps=(gap,))
    assert isinstance(found.dhcp_scopes.items[0].serving, Unknown)
    assert isinstance(found.resolvers.items[0].serving, Unknown)
    assert found.forward_filters.items[0].rules.holes
    off = model({"dhcp": DNSMASQ + LAN + "\toption ignore 1\n"}, gaps=(gap,))
    assert off.dhcp_scopes.items[0].serving.value is False  # type: ignore[union-attr]


CHILLI = "config chilli 'portal'\n\toption network 'guest'\n\toption net '10.1.0.0/24'\n\toption uamlisten 10.1.0.1\n"


def test_coova_chilli_gives_out_addresses_for_ten_minutes() -> None:
    assert "guest" in NETWORK
    found = scope(DNSMASQ, "chilli.portal", chilli=CHILLI)
    assert isinstance(found.lease_time, Assumed)
    assert found.lease_time.value == timedelta(minutes=10)
    assert found.interface.value == "guest"  # type: ignore[union-attr]
    assert found.subnet.value == IPv4Network("10.1.0.0/24")  # type: ignore[union-attr]
    assert found.routers.value == (IPv4Address("10.1.0.1"),)  # type: ignore[union-attr]
    assert isinstance(found.domain_name_servers, Unknown)
    assert found.serving.value is True  # type: ignore[union-attr]
    more = CHILLI + "\toption lease 86400\n\toption dns1 192.0.2.9\n\toption dns2 192.0.2.8\n"
    written = scope(DNSMASQ, "chilli.portal", chilli=more)
    assert written.lease_time.value == timedelta(days=1)  # type: ignore[union-attr]
    assert written.domain_name_servers.value == (IPv4Address("192.0.2.9"), IPv4Address("192.0.2.8"))  # type: ignore[union-attr]


def test_a_coova_chilli_that_does_not_run_gives_out_nothing() -> None:
    off = device(DNSMASQ, chilli=CHILLI + "\toption disabled 0\n")
    assert not off.dhcp_scopes.items
    assert isinstance(scope(DNSMASQ, "chilli.portal", chilli=CHILLI + "\toption nodynip 1\n").serving, Unknown)


def test_what_merely_permits_is_no_evidence_of_what_lines_state() -> None:
    text = (
        "config dnsmasq\n\nconfig odhcpd 'odhcpd'\n\toption maindhcp '0'\n\n"
        "config dhcp 'lan'\n\toption interface 'lan'\n\toption start '100'\n\toption limit '50'\n"
        "\toption leasetime '24h'\n"
    )
    (found,) = model({"dhcp": text}).dhcp_scopes.items
    assert isinstance(found.lease_time, Stated)
    assert [span.first for span in found.lease_time.spans] == [10]
    assert isinstance(found.pool, Stated)
    assert {span.first for span in found.pool.spans if span.file == "/etc/config/dhcp"} == {8, 9}
    assert isinstance(found.serving, Stated)


def test_that_no_dynamic_leases_are_given_decides_and_says_so() -> None:
    text = "config dnsmasq\n\nconfig dhcp 'lan'\n\toption interface 'lan'\n\toption dynamicdhcp '0'\n"
    (found,) = model({"dhcp": text}).dhcp_scopes.items
    assert isinstance(found.pool, Stated)
    assert found.pool.value is None
    assert [span.first for span in found.pool.spans] == [5]


def test_an_unknown_subnet_says_what_settles_it() -> None:
    for name in ("nobody", "wan6"):
        (found,) = model(
            {"dhcp": f"config dnsmasq\n\nconfig dhcp 'x'\n\toption interface '{name}'\n"}
        ).dhcp_scopes.items
        assert isinstance(found.subnet, Unknown)
        assert found.subnet.settle
