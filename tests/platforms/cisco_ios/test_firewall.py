"""All of a device's packet filters: any text is read, keys are unique, healthy configurations leave nothing open."""

from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import NO_ROUTER, Unknown
from auditor.platforms.cisco_ios.firewall import Firewall
from tests.platforms.cisco_ios.firewall_shop import POS, WAN, firewall_of, forward, router

SHOPS = Path(__file__).parents[2] / "shops" / "cisco_ios"
_words = st.sampled_from(
    [
        "access-list",
        "ip",
        "access-group",
        "extended",
        "standard",
        "permit",
        "deny",
        "tcp",
        "udp",
        "icmp",
        "any",
        "host",
        "eq",
        "range",
        "gt",
        "neq",
        "established",
        "log",
        "remark",
        "evaluate",
        "reflect",
        "dynamic",
        "object-group",
        "network",
        "service",
        "group-object",
        "101",
        "10",
        "99999999999999999999",
        "A",
        "B",
        "in",
        "out",
        "192.168.30.0",
        "0.0.0.255",
        "255.255.255.255",
        "nat",
        "inside",
        "outside",
        "source",
        "static",
        "list",
        "interface",
        "pool",
        "overload",
        "route-map",
        "zone",
        "security",
        "zone-pair",
        "destination",
        "self",
        "policy-map",
        "class-map",
        "type",
        "inspect",
        "match",
        "protocol",
        "class",
        "class-default",
        "pass",
        "drop",
        "service-policy",
        "vlan",
        "access-map",
        "filter",
        "vlan-list",
        "action",
        "forward",
        "mac",
        "crypto",
        "map",
        "policy",
        "wccp",
        "redirect",
        "control-plane",
        "input",
        "parameter-map",
        "idle-time",
        "name",
        "timeout",
        "translation",
        "tcp-timeout",
        "never",
        "time-range",
        "4294967295",
        "-1",
        "x\x00",
        "é",
        "no",
        "|",
        "GigabitEthernet0/0/0",
        "zone-member",
        "set",
        "next-hop",
        "port-map",
        "port",
        "address",
        "30-4094",
        "1-999999",
    ]
)
_line = st.builds(
    lambda indent, words: " " * indent + " ".join(words), st.integers(0, 2), st.lists(_words, min_size=1, max_size=9)
)
_heads = st.sampled_from(
    [
        "ip access-list extended A",
        "ip access-list standard B",
        "object-group network A",
        "object-group service B",
        "interface GigabitEthernet0/0/0",
        "interface Vlan30",
        "policy-map type inspect A",
        " class type inspect B",
        "class-map type inspect match-any B",
        "class-map type inspect match-all A",
        "zone security A",
        "zone security B",
        "zone-pair security X source A destination B",
        "zone-pair security Y source B destination self",
        "vlan access-map A 10",
        "route-map A permit 10",
        "parameter-map type inspect A",
        "crypto map A 10 ipsec-isakmp",
    ]
)
_plain = st.sampled_from(
    [
        " ip access-group A in",
        " ip access-group B out",
        " zone-member security A",
        " ip nat inside",
        " ip nat outside",
        " match access-group name A",
        " match class-map A",
        " match class-map B",
        " group-object A",
        " group-object B",
        "vlan filter A vlan-list 1-4094",
        " ip policy route-map A",
        " permit object-group B any any",
        "  inspect A",
        "ip nat inside source list A interface GigabitEthernet0/0/0 overload",
        " service-policy type inspect A",
        " ip inspect A in",
        "ip inspect name A tcp",
        " permit tcp any any reflect A",
        " evaluate A",
        " match ip address A",
    ]
)


def _keys(found: Firewall) -> list[list[str]]:
    listed = (found.forward_filters, found.input_filters, found.bridge_filters, found.source_nats, found.port_forwards)
    keys = [[each.key for each in some] for some in (*listed, found.dns_redirects, found.connection_tracking)]
    return keys + [[rule.key for rule in each.rules] for some in listed[:3] for each in some]


@given(st.lists(st.one_of(_line, _heads, _heads, _plain, _plain), max_size=30))
def test_any_text_is_read_and_no_two_things_share_a_key(lines: list[str]) -> None:
    found = firewall_of("\n".join(("version 15.7", *lines, "end")))
    for keys in _keys(found):
        assert len(keys) == len(set(keys)), keys


@pytest.mark.parametrize(
    "lines",
    [
        "ip access-list extended A\n"
        + "".join(f" permit tcp host 10.0.{n >> 8}.{n & 255} any eq 443\n" for n in range(2000)),
        "ip access-list extended A\n" + " deny ip any any fragments\n" * 2000,
        "ip access-list extended A\n" + " permit ip 0.0.0.1 255.255.255.254 0.0.0.1 255.255.255.254\n" * 300,
        "object-group network G\n"
        + "".join(f" host 10.{n >> 8}.{n & 255}.1\n" for n in range(0, 600, 2))
        + "ip access-list extended A\n"
        + " permit ip object-group G object-group G\n" * 5,
        "".join(f"object-group network G{n}\n group-object G{n + 1}\n group-object G{n - 1}\n" for n in range(1000))
        + "ip access-list extended A\n permit ip object-group G1 any\n",
        "class-map type inspect match-any C\n match class-map C\n" * 50
        + "".join(
            f"class-map type inspect match-any C{n}\n match class-map C{n + 1}\n match class-map C{n + 2}\n"
            for n in range(60)
        )
        + "policy-map type inspect P\n class type inspect C0\n  inspect\nzone security W\nzone security L\n"
        "zone-pair security Z source L destination W\n service-policy type inspect P\n",
    ],
    ids=["long", "fragments", "wildcards", "groups", "loops", "classes"],
)
def test_hostile_lists_take_no_long_time(lines: str) -> None:
    text = router(lines, pos="ip access-group A in|zone-member security L", wan="zone-member security W")
    began = perf_counter()
    firewall_of(text)
    assert perf_counter() - began < 60


@pytest.mark.parametrize(
    "shop", ["healthy/gw", "healthy/sw", "healthy/wlc", "router/gw", "autonomous/gw", "autonomous/ap"]
)
def test_healthy_devices_leave_nothing_open(shop: str) -> None:
    found = firewall_of((SHOPS / shop / "running-config.txt").read_text())
    unknown = [
        fact.why
        for part in (found.forward_filters, found.input_filters, found.bridge_filters, found.connection_tracking)
        for fact in (*part.holes, *(each for item in part for each in _facts(item)))
        if isinstance(fact, Unknown)
    ]
    assert unknown == []
    assert [each.why for each in found.output_doubts] == []


def _facts(item: object) -> list[object]:
    from auditor.model.device import _leaves

    return [fact for _, fact in _leaves(item, "")]


def test_a_device_that_is_no_router_hands_nothing_on() -> None:
    text = router("no ip routing")
    assert firewall_of(text).forward_filters.items[0].key == NO_ROUTER
    assert forward(text, POS, WAN) == "stop"


@pytest.mark.parametrize(("policy", "said"), [("system-cpp-policy", 0), ("MINE", 1)])
def test_policing_of_the_control_plane_is_no_list(policy: str, said: int) -> None:
    found = firewall_of(router(f"control-plane\n service-policy input {policy}"))
    assert len([each for each in found.input_filters if each.key == "control-plane"]) == said


@pytest.mark.parametrize(
    ("entries", "doubts"),
    [
        (("permit udp any eq domain any", "permit tcp any any established"), 0),
        (("permit tcp any any established",), 1),
        (("permit udp host 1.1.1.1 eq domain any",), 1),
    ],
)
def test_answers_to_the_resolver_of_the_router_come_in_by_the_uplink(entries: tuple[str, ...], doubts: int) -> None:
    lines = "\n".join(f" {entry}" for entry in entries)
    text = router(f"ip access-list extended WAN-IN\n{lines}", wan="ip access-group WAN-IN in")
    assert len(firewall_of(text).output_doubts) == doubts


def test_a_text_that_may_be_cut_is_a_hole_of_every_list() -> None:
    found = firewall_of(router().removesuffix("end\n"))
    parts = (found.forward_filters, found.input_filters, found.bridge_filters, found.source_nats, found.port_forwards)
    assert all(part.holes for part in (*parts, found.dns_redirects, found.connection_tracking))
