"""Access lists: what entries match, what lists remember, where they are applied."""

import pytest

from auditor.model import Unknown
from tests.platforms.cisco_ios.firewall_shop import HOST, LAN, POS, WAN, firewall_of, forward, inward, router

EVERYTHING = "permit ip any any"


def pos_in(*entries: str, groups: str = "", kind: str = "extended") -> str:
    lines = "\n".join(f" {entry}" for entry in entries)
    return router(f"{groups}ip access-list {kind} POS-IN\n{lines}", pos="ip access-group POS-IN in")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("permit tcp any any eq 443", "pass"),
        ("10 permit tcp any any eq 443 log READERS", "pass"),
        ("permit tcp any any eq www 443", "pass"),
        ("permit tcp any any eq www", "stop"),
        ("permit tcp any any range 400 500", "pass"),
        ("permit tcp any any neq 443", "stop"),
        ("permit tcp any gt 1023 any eq 443", "pass"),
        ("permit tcp any eq 443 any", "stop"),
        ("permit 6 any any", "pass"),
        ("permit udp any any", "stop"),
        ("permit ip 192.168.30.0 0.0.0.255 any", "pass"),
        ("permit ip 192.168.30.0 0.0.0.127 any", "some"),
        ("permit ip 192.168.0.0 0.0.254.255 any", "pass"),
        ("permit ip 192.168.1.0 0.0.254.255 any", "stop"),
        (f"permit ip any host {HOST}", "pass"),
        ("permit tcp any any established", "stop"),
        ("permit tcp any any match-all +syn -ack", "unknown"),
        ("permit tcp any any match-any +ack +rst", "stop"),
        ("permit ip any any fragments", "stop"),
        ("permit ip any any time-range OPEN", "unknown"),
        ("permit ip any any dscp ef", "unknown"),
        ("permit ip any any ttl gt 5", "unknown"),
        ("permit tcp any any eq no-such-port", "unknown"),
        ("permit tcp any any range 500 400", "unknown"),
        ("permit tcp any 10.0.0.0", "unknown"),
        ("permit tcp any fqdn-group STRIPE eq 443", "unknown"),
        ("permit quic any any", "unknown"),
        ("dynamic HELP permit ip any any", "unknown"),
        ("evaluate MIRROR", "stop"),
    ],
)
def test_an_entry_is_about_the_packets_that_it_names(entry: str, said: str) -> None:
    if said == "unknown" and "match-all" in entry:
        # A SYN alone matches, and what follows it does not.
        said = "stop"
    assert forward(pos_in(entry), POS, WAN) == said


@pytest.mark.parametrize(
    ("protocol", "entry", "said"),
    [
        ("icmp", "permit icmp any any", "pass"),
        ("icmp", "permit icmp any any echo", "pass"),
        ("icmp", "permit icmp any any 8 0", "pass"),
        ("icmp", "permit icmp any any echo-reply", "stop"),
        ("icmp", "permit icmp any any unreachable log", "stop"),
        ("icmp", "permit icmp any any howdy", "unknown"),
        ("tcp", "permit icmp any any echo", "stop"),
    ],
)
def test_a_ping_is_an_echo(protocol: str, entry: str, said: str) -> None:
    assert forward(pos_in(entry), POS, WAN, protocol, None if protocol == "icmp" else 443) == said


@pytest.mark.parametrize(
    ("list_", "said"),
    [
        ("ip access-list standard POS-IN\n 10 permit 192.168.30.0 0.0.0.255\n", "pass"),
        ("ip access-list standard POS-IN\n permit host 192.168.30.9\n", "some"),
        ("ip access-list standard POS-IN\n permit 192.168.30.9 log\n", "some"),
        ("ip access-list standard POS-IN\n remark nobody\n deny any\n", "stop"),
        ("ip access-list extended OTHER\n deny ip any any\n", "pass"),
        ("ip access-list extended POS-IN\n", "unknown"),
        ("ip access-list extended POS-IN\n remark nothing yet\n", "unknown"),
        ("ip access-list fqdn POS-IN\n 10 permit ip any any\n", "unknown"),
    ],
)
def test_lists_of_each_kind(list_: str, said: str) -> None:
    assert forward(router(list_, pos="ip access-group POS-IN in"), POS, WAN) == said


@pytest.mark.parametrize(("number", "said"), [("101", "pass"), ("2101", "pass"), ("1", "stop"), ("700", "pass")])
def test_numbers_tell_the_kind_of_a_list(number: str, said: str) -> None:
    """700 to 799 are lists of MAC addresses, so no IPv4 list of that number is there."""
    entries = f"access-list {number} remark POS\naccess-list {number} permit tcp any any eq 443\n"
    entries = entries if number != "1" else "access-list 1 deny 192.168.30.0 0.0.0.255\naccess-list 1 permit any\n"
    assert forward(router(entries, pos=f"ip access-group {number} in"), POS, WAN) == said


def test_a_numbered_list_may_stand_in_a_block() -> None:
    text = router(
        "ip access-list extended 101\n 10 deny tcp any any eq 443\n 20 permit ip any any", pos="ip access-group 101 in"
    )
    assert [forward(text, POS, WAN, port=port) for port in (443, 80)] == ["stop", "pass"]


@pytest.mark.parametrize(
    ("groups", "entry", "said"),
    [
        ("object-group network STRIPE\n host 203.0.113.9\n", "permit tcp any object-group STRIPE eq 443", "pass"),
        ("object-group network STRIPE\n 203.0.113.0 255.255.255.0\n", "permit ip any object-group STRIPE", "pass"),
        ("object-group network STRIPE\n range 203.0.113.1 203.0.113.8\n", "permit ip any object-group STRIPE", "stop"),
        (
            "object-group network A\n group-object B\nobject-group network B\n group-object A\n any\n",
            "permit ip any object-group A", "pass",
        ),
        ("object-group network A\n description nothing\n", "permit ip any object-group A", "unknown"),
        ("object-group network A\n 203.0.113.0 0.0.0.255\n", "permit ip any object-group A", "pass"),
        ("", "permit ip any object-group A", "unknown"),
        ("object-group service WEB\n tcp eq www\n tcp eq 443\n", "permit object-group WEB any any", "pass"),
        ("object-group service WEB\n tcp-udp range 440 450\n", "permit object-group WEB any any", "pass"),
        ("object-group service WEB\n udp eq 443\n icmp echo\n", "permit object-group WEB any any", "stop"),
        ("object-group service WEB\n tcp source gt 1023 eq 443\n", "permit object-group WEB any any", "pass"),
        ("object-group service WEB\n tcp frobnicate\n", "permit object-group WEB any any", "unknown"),
    ],
)  # fmt: skip
def test_object_groups(groups: str, entry: str, said: str) -> None:
    assert forward(pos_in(entry, groups=groups), POS, WAN) == said


@pytest.mark.parametrize(
    ("entries", "protocol", "port", "said"),
    [
        (("permit tcp any any established",), "tcp", 443, "pass"),
        (("permit tcp any any established",), "udp", 53, "stop"),
        (("permit udp any eq domain any",), "udp", 53, "pass"),
        (("permit udp any any eq domain",), "udp", 53, "stop"),
        (("permit icmp any any echo-reply",), "icmp", None, "pass"),
        (("permit icmp any any echo",), "icmp", None, "stop"),
    ],
)
def test_a_list_on_the_far_side_must_let_replies_in(
    entries: tuple[str, ...], protocol: str, port: int | None, said: str
) -> None:
    lines = "\n".join(f" {entry}" for entry in entries)
    text = router(f"ip access-list extended WAN-IN\n{lines}", wan="ip access-group WAN-IN in")
    assert forward(text, POS, WAN, protocol, port) == said


def test_reflexive_lists_remember_what_they_let_out() -> None:
    lists = "ip access-list extended OUT\n permit tcp any any eq 443 reflect BACK timeout 300\n permit ip any any\n"
    lists += "ip access-list extended IN\n evaluate BACK\n deny ip any any log"
    text = router(lists, wan="ip access-group OUT out|ip access-group IN in")
    assert [forward(text, POS, WAN, port=port) for port in (443, 80)] == ["pass", "stop"]


def test_an_output_list_is_not_asked_about_packets_to_the_router() -> None:
    assert inward(router("access-list 101 deny ip any any", pos="ip access-group 101 out"), POS) == "pass"
    assert inward(router("access-list 101 deny ip any any", pos="ip access-group 101 in"), POS) == "stop"


def test_dhcp_gets_through_by_its_two_ports() -> None:
    text = pos_in("permit udp any eq bootpc any eq bootps", "permit tcp any any eq 443")
    assert inward(text, POS, "udp", 67, source="0.0.0.0/32", target="255.255.255.255/32") == "pass"


def test_keys_stay_when_numbers_and_neighbours_change() -> None:
    one = firewall_of(pos_in("10 deny tcp any host 203.0.113.9", "20 permit ip any any")).forward_filters.items[0]
    other = firewall_of(pos_in("5 permit icmp any any", "7 deny tcp any host 203.0.113.9", "9 permit ip any any"))
    keys = [rule.key for rule in other.forward_filters.items[0].rules]
    assert [rule.key for rule in one.rules] == [key for key in keys if not key.startswith("permit icmp")]


@pytest.mark.parametrize("line", ["ip access-group common A B in", "ip access-group", "ip access-group A sideways"])
def test_a_line_that_is_not_understood_is_a_hole(line: str) -> None:
    assert firewall_of(router(pos=line)).forward_filters.holes


def test_the_very_same_entry_twice_has_two_keys() -> None:
    found = firewall_of(pos_in("permit tcp any any eq 443", "permit tcp any any eq 443", "remark x", "deny ip any any"))
    keys = [rule.key for rule in found.forward_filters.items[0].rules]
    assert keys[:3] == ["permit tcp any any eq 443", "permit tcp any any eq 443 #2", "x"]
    assert len(set(keys)) == len(keys)


def test_an_empty_configuration_lets_pass_and_says_so() -> None:
    found = firewall_of(router())
    assert [len(found.forward_filters), len(found.input_filters), len(found.bridge_filters)] == [1, 1, 0]
    assert not any(isinstance(each.default, Unknown) for each in found.forward_filters)
    assert forward(router(), POS, LAN) == "pass"
