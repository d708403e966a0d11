"""The zone-based firewall and classic inspection: what passes, what is remembered, and for how long."""

from datetime import timedelta

import pytest

from auditor.model import Assumed, Stated
from tests.platforms.cisco_ios.firewall_shop import LAN, POS, WAN, firewall_of, forward, inward, router

ZONES = "zone security POS\nzone security LAN\nzone security WAN\n"
MEMBERS = {"wan": "zone-member security WAN", "pos": "zone-member security POS", "lan": "zone-member security LAN"}


def zoned(
    classes: str, actions: str, *, more: str = "", source: str = "POS", target: str = "WAN", **members: str
) -> str:
    """One pair with one policy; further lines of the top level."""
    text = f"{classes}policy-map type inspect P\n{actions}{ZONES}"
    text += f"zone-pair security PW source {source} destination {target}\n service-policy type inspect P\n{more}"
    return router(text, **{**MEMBERS, **members})


WEB = "class-map type inspect match-any WEB\n match protocol https\n match protocol dns\n"
INSPECT = " class type inspect WEB\n  inspect\n class class-default\n  drop\n"


@pytest.mark.parametrize(
    ("classes", "protocol", "port", "said"),
    [
        (WEB, "tcp", 443, "pass"),
        (WEB, "udp", 53, "pass"),
        (WEB, "tcp", 80, "stop"),
        ("class-map type inspect match-any WEB\n match protocol tcp\n", "tcp", 8443, "pass"),
        ("class-map type inspect match-all WEB\n match protocol tcp\n match access-group 101\n", "tcp", 443, "pass"),
        ("class-map type inspect WEB\n match protocol udp\n match access-group 101\n", "tcp", 443, "stop"),
        ("class-map type inspect match-any WEB\n match access-group name HTTPS\n", "tcp", 443, "pass"),
        ("class-map type inspect match-any WEB\n match access-group name HTTPS\n", "tcp", 80, "stop"),
        ("class-map type inspect match-any WEB\n match class-map INNER\n", "tcp", 443, "pass"),
        ("class-map type inspect match-any WEB\n match class-map WEB\n", "tcp", 443, "unknown"),
        ("class-map type inspect match-any WEB\n match protocol bittorrent\n", "tcp", 443, "unknown"),
        ("class-map type inspect match-any WEB\n match protocol http\n", "tcp", 8080, "pass"),
        ("", "tcp", 443, "unknown"),
    ],
)
def test_classes(classes: str, protocol: str, port: int, said: str) -> None:
    more = "class-map type inspect match-any INNER\n match protocol https\naccess-list 101 permit tcp any any eq 443\n"
    more += "ip access-list extended HTTPS\n 10 deny tcp any host 192.0.2.9\n 20 permit tcp any any eq 443\n"
    more += "ip port-map http port tcp 8080\n"
    assert forward(zoned(classes, INSPECT, more=more), POS, WAN, protocol, port) == said


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        ("  inspect\n", "pass"),
        ("  pass\n", "stop"),  # nothing lets replies back
        ("  drop log\n", "stop"),
        ("  inspect\n  service-policy http DEEP\n", "unknown"),
        ("", "unknown"),
    ],
)
def test_what_a_policy_does_with_a_class(actions: str, said: str) -> None:
    assert forward(zoned(WEB, f" class type inspect WEB\n{actions}"), POS, WAN) == said


def test_what_is_let_pass_needs_a_pair_for_the_way_back() -> None:
    back = "policy-map type inspect B\n class class-default\n  pass\n"
    back += "zone-pair security WP source WAN destination POS\n service-policy type inspect B\n"
    assert forward(zoned(WEB, " class type inspect WEB\n  pass\n", more=back), POS, WAN) == "pass"


@pytest.mark.parametrize(
    ("members", "way", "said"),
    [
        ({}, (POS, LAN), "stop"),
        ({"lan": "zone-member security POS"}, (POS, LAN), "pass"),
        ({"lan": ""}, (POS, LAN), "stop"),
        ({"lan": "", "pos": ""}, (POS, LAN), "pass"),
        ({"lan": "", "pos": ""}, (POS, WAN), "stop"),
    ],
)
def test_between_zones_nothing_passes_by_itself(members: dict[str, str], way: tuple[str, str], said: str) -> None:
    assert forward(zoned(WEB, INSPECT, **members), *way) == said


def test_interfaces_without_a_zone_are_in_the_default_zone_where_there_is_one() -> None:
    more = (
        "zone security default\nzone-pair security DW source default destination WAN\n service-policy type inspect P\n"
    )
    assert forward(zoned(WEB, INSPECT, more=more, pos=""), POS, WAN) == "pass"


@pytest.mark.parametrize(
    ("policy", "said"),
    [("missing", "unknown"), ("", "stop")],
)
def test_a_pair_without_a_policy_drops(policy: str, said: str) -> None:
    line = f" service-policy type inspect {policy}\n" if policy else ""
    text = router(f"{ZONES}zone-pair security PW source POS destination WAN\n{line}", **MEMBERS)
    assert forward(text, POS, WAN) == said


@pytest.mark.parametrize(
    ("actions", "port", "said"),
    [
        (" class type inspect WEB\n  inspect\n", 53, "pass"),
        (" class type inspect WEB\n  pass\n", 53, "pass"),
        (" class type inspect WEB\n  inspect\n", 67, "stop"),
    ],
)
def test_the_device_itself_is_a_zone(actions: str, port: int, said: str) -> None:
    assert inward(zoned(WEB, actions, target="self"), POS, "udp", port) == said
    assert inward(zoned(WEB, actions), POS, "udp", port) == "pass"


def test_answers_of_the_device_must_pass_a_pair_from_itself() -> None:
    text = zoned(WEB, INSPECT, source="self", target="POS")
    assert inward(text, POS) == "unknown"


@pytest.mark.parametrize(
    ("lines", "seconds", "kind"),
    [
        ("", 3600, Assumed),
        ("parameter-map type inspect SLOW\n tcp idle-time 90000\n", 90000, Stated),
        ("parameter-map type inspect SLOW\n udp idle-time 90\n", 3600, Assumed),
    ],
)
def test_inspection_forgets_silent_connections(lines: str, seconds: int, kind: type) -> None:
    text = zoned(WEB, f" class type inspect WEB\n  inspect {'SLOW' if lines else ''}\n", more=lines)
    (timer,) = firewall_of(text).connection_tracking
    assert isinstance(timer.tcp_established, kind)
    assert timer.tcp_established.value == timedelta(seconds=seconds)  # type: ignore[union-attr]


def test_a_timer_is_for_the_zones_whose_connections_are_inspected_with_it() -> None:
    text = zoned(WEB, " class type inspect WEB\n  inspect\n")
    (timer,) = firewall_of(text).connection_tracking
    assert timer.entering.value == frozenset({POS})  # type: ignore[union-attr]


# -- classic inspection ----------------------------------------------------------------------------------------

CLOSED = "access-list 101 deny ip any any\n"


@pytest.mark.parametrize(
    ("rules", "protocol", "port", "said"),
    [
        ("ip inspect name FW tcp\n", "tcp", 443, "pass"),
        ("ip inspect name FW https\n", "tcp", 443, "pass"),
        ("ip inspect name FW https\n", "tcp", 80, "stop"),
        ("ip inspect name FW tcp\n", "udp", 53, "stop"),
        ("ip inspect name FW udp timeout 30\n", "udp", 53, "pass"),
        ("ip inspect name OTHER tcp\n", "tcp", 443, "stop"),
    ],
)
@pytest.mark.parametrize("sides", [{"wan": "ip inspect FW out"}, {"pos": "ip inspect FW in"}])
def test_inspected_sessions_pass_by_lists(
    rules: str, protocol: str, port: int, said: str, sides: dict[str, str]
) -> None:
    lines = {**sides, "wan": f"ip access-group 101 in|{sides.get('wan', '')}"}
    assert forward(router(f"{rules}{CLOSED}", **lines), POS, WAN, protocol, port) == said


@pytest.mark.parametrize(
    ("rules", "seconds"),
    [
        ("ip inspect name FW tcp\n", 3600),
        ("ip inspect tcp idle-time 7200\nip inspect name FW tcp\n", 7200),
        ("ip inspect tcp idle-time 7200\nip inspect name FW tcp timeout 50000\n", 50000),
    ],
)
def test_classic_inspection_forgets_too(rules: str, seconds: int) -> None:
    (timer,) = firewall_of(router(rules, wan="ip inspect FW out")).connection_tracking
    assert timer.tcp_established.value == timedelta(seconds=seconds)  # type: ignore[union-attr]
