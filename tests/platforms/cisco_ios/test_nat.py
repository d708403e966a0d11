"""Address translation: what it changes, what it forgets, and how lists see translated addresses."""

from datetime import timedelta

import pytest

from auditor.model import INFINITE, Assumed, Stated, Unknown
from tests.platforms.cisco_ios.firewall_shop import LAN, POS, WAN, firewall_of, forward, router


def test_what_comes_in_inside_and_leaves_outside_is_translated() -> None:
    (found,) = firewall_of(router(nat=True)).source_nats
    assert isinstance(found.leaving, Stated)
    assert found.leaving.value == {WAN}
    assert forward(router(nat=True), POS, WAN) == "pass"


@pytest.mark.parametrize(
    ("text", "way", "said"),
    [
        (router(nat=True).replace("permit 192.168.0.0 0.0.255.255", "permit 192.168.1.0 0.0.0.255"), POS, "unknown"),
        (router(nat=True).replace("permit 192.168.0.0 0.0.255.255", "permit 192.168.1.0 0.0.0.255"), LAN, "pass"),
        (router(nat=True, pos="no ip nat inside").replace(" ip nat inside\n no ip nat inside\n", ""), POS, "unknown"),
        (router(nat=True, pos="no ip nat inside").replace(" ip nat inside\n no ip nat inside\n", ""), LAN, "pass"),
        (router(nat=True).replace("list INSIDE", "list NOBODY"), POS, "unknown"),
        (router(nat=True).replace("list INSIDE", "route-map CHOSEN"), POS, "unknown"),
    ],
)
def test_a_network_that_no_translation_selects_leaves_as_it_is(text: str, way: str, said: str) -> None:
    assert forward(text, way, WAN) == said


def test_a_route_map_selects_packets() -> None:
    chosen = "route-map CHOSEN permit 10\n match ip address INSIDE\n match interface GigabitEthernet0/0/0\n"
    text = router(chosen, nat=True).replace("source list INSIDE", "source route-map CHOSEN")
    (found,) = firewall_of(text).source_nats
    assert found.key == "ip nat route-map CHOSEN"
    assert isinstance(found.leaving, Stated)
    assert forward(text, POS, WAN) == "pass"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("permit tcp any host 192.0.2.2 established", "pass"),  # the address that all get
        ("permit tcp any 192.0.2.0 0.0.0.255 established", "pass"),
        ("permit tcp any host 192.0.2.3 established", "stop"),
        ("permit tcp any 192.168.30.0 0.0.0.255 established", "stop"),  # nobody is seen under it there
        ("permit tcp any any established", "pass"),
    ],
)
def test_a_list_on_the_outside_sees_global_addresses(entry: str, said: str) -> None:
    text = router(f"ip access-list extended WAN-IN\n 10 {entry}", wan="ip access-group WAN-IN in", nat=True)
    assert forward(text, POS, WAN) == said


def test_an_output_list_on_the_outside_sees_global_addresses() -> None:
    text = router("access-list 101 permit ip host 192.0.2.2 any", wan="ip access-group 101 out", nat=True)
    assert forward(text, POS, WAN) == "pass"
    text = router("access-list 101 permit ip 192.168.30.0 0.0.0.255 any", wan="ip access-group 101 out", nat=True)
    assert forward(text, POS, WAN) == "stop"


def test_an_address_that_is_not_known_leaves_it_open() -> None:
    text = router("access-list 101 permit tcp any host 192.0.2.2 established", wan="ip access-group 101 in", nat=True)
    text = text.replace("ip address 192.0.2.2 255.255.255.252", "ip address dhcp")
    assert forward(text, POS, WAN) == "unknown"


@pytest.mark.parametrize(
    ("line", "protocols", "port", "target"),
    [
        (
            "ip nat inside source static tcp 192.168.1.9 443 interface GigabitEthernet0/0/0 8443",
            {"tcp"},
            8443,
            "192.168.1.9/32",
        ),
        ("ip nat inside source static udp 192.168.1.9 53 192.0.2.2 53 extendable", {"udp"}, 53, "192.168.1.9/32"),
        ("ip nat inside source static tcp 192.168.1.9 www 192.0.2.2 www", {"tcp"}, 80, "192.168.1.9/32"),
        ("ip nat inside source static 192.168.1.9 192.0.2.2", None, None, "192.168.1.9/32"),
    ],
)
def test_static_translations_are_for_what_comes_in_outside(
    line: str, protocols: set[str] | None, port: int | None, target: str
) -> None:
    found = firewall_of(router(line, nat=True)).port_forwards.items[0]
    assert found.entering == Stated(frozenset({WAN}), found.entering.spans)
    assert not isinstance(found.port, Unknown)
    assert not isinstance(found.protocols, Unknown)
    assert not isinstance(found.to_address, Unknown)
    assert found.protocols.value == protocols
    assert (found.port.value.first if found.port.value else None) == port
    assert str(found.to_address.value) == target


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("ip nat outside source static udp 192.168.1.9 53 8.8.8.8 53", "192.168.1.9"),
        ("ip nat outside source static 192.168.1.9 8.8.8.8", "192.168.1.9"),
        ("ip nat outside source static tcp 192.168.1.9 443 8.8.8.8 443", ""),
        ("ip nat outside source static udp 192.168.1.9", ""),
    ],
)
def test_questions_to_one_address_end_at_another(line: str, answers: str) -> None:
    found = firewall_of(router(line, nat=True))
    assert [str(each.to_address.value) for each in found.dns_redirects] == ([answers] if answers else [])  # type: ignore[union-attr]
    assert all(isinstance(each.interfaces, Unknown) for each in found.dns_redirects)
    assert len(found.port_forwards) == 1


@pytest.mark.parametrize(
    ("lines", "seconds", "kind"),
    [
        ("", timedelta(days=1), Assumed),
        ("ip nat translation tcp-timeout 3600", timedelta(hours=1), Stated),
        ("ip nat translation tcp-timeout never", INFINITE, Stated),
        ("ip nat translation udp-timeout 60", timedelta(days=1), Assumed),
        ("no ip nat translation tcp-timeout", timedelta(days=1), Assumed),
    ],
)
def test_translations_are_forgotten(lines: str, seconds: timedelta, kind: type) -> None:
    (timer,) = firewall_of(router(lines, nat=True)).connection_tracking
    assert isinstance(timer.tcp_established, kind)
    assert timer.tcp_established.value == seconds  # type: ignore[union-attr]


def test_a_port_may_have_a_timer_of_its_own() -> None:
    found = firewall_of(router("ip nat translation port-timeout tcp 443 900", nat=True)).connection_tracking
    assert [each.key for each in found] == ["ip nat", "ip nat port 443"]


def test_without_translation_nothing_is_forgotten() -> None:
    assert firewall_of(router()).connection_tracking.items == ()


def test_a_virtual_interface_for_translation_has_no_sides() -> None:
    lines = "ip nat source list INSIDE interface GigabitEthernet0/0/0 overload"
    text = router(lines, wan="ip nat enable", pos="ip nat enable")
    (found,) = firewall_of(text).source_nats
    assert isinstance(found.leaving, Unknown)


# -- packets that go another way -------------------------------------------------------------------------------


ROUTED = {"pos": "ip policy route-map OUT"}
CHOSEN = "route-map OUT permit 10\n match ip address 101\n"


@pytest.mark.parametrize(
    ("lines", "sides", "said"),
    [
        (f"{CHOSEN} set ip next-hop 10.9.9.9\n", ROUTED, "unknown"),
        (f"{CHOSEN} set ip dscp ef\n", ROUTED, "pass"),
        (f"{CHOSEN} set interface Null0\n", ROUTED, "stop"),
        (
            "route-map OUT deny 5\n match ip address 101\nroute-map OUT permit 10\n set ip next-hop 10.9.9.9\n",
            ROUTED,
            "pass",
        ),
        ("", {"pos": "ip policy route-map GONE"}, "unknown"),
        (
            "crypto map VPN 10 ipsec-isakmp\n set peer 192.0.2.77\n match address 101\n",
            {"wan": "crypto map VPN"},
            "unknown",
        ),
        ("crypto map VPN 10 ipsec-isakmp\n match address 102\n", {"wan": "crypto map VPN"}, "pass"),
        ("crypto map VPN 10 ipsec-isakmp\n match address GONE\n", {"wan": "crypto map VPN"}, "unknown"),
        ("", {"pos": "ip wccp web-cache redirect in"}, "pass"),
        ("", {"pos": "ip wccp 61 redirect in"}, "unknown"),
        ("", {"wan": "utd enable"}, "unknown"),
        ("", {"wan": "content-scan out"}, "unknown"),
    ],
)
def test_only_the_packets_concerned_are_in_doubt(lines: str, sides: dict[str, str], said: str) -> None:
    lists = (
        "access-list 101 permit ip 192.168.30.0 0.0.0.255 any\naccess-list 102 permit ip any 10.0.0.0 0.255.255.255\n"
    )
    assert forward(router(f"{lists}{lines}", **sides), POS, WAN) == said
    assert forward(router(f"{lists}{lines}", **sides), LAN, WAN) in ("pass", "unknown" if "wan" in sides else "pass")
