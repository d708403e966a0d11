"""Paths between two groups: isolation within a segment, routers, filters and NAT between segments."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from typing import Any

import pytest

from auditor.model import NO_ROUTER, Action, Bss, Device, Filter, IsolationScope, Listed, Unknown
from auditor.site import HopKind, Passage, Path
from auditor.site.addresses import Addresses
from auditor.site.attachment import Attachment, Media
from auditor.site.filters import interval
from auditor.site.paths import path
from auditor.site.segments import Segment, segments_of
from tests.site.built import UNKNOWN, bss, device, filtered, interface, nat, networks, ports, rule, said

WIFI, CABLE = Media(wireless=True, wired=False), Media(wireless=False, wired=True)
POS, LAN = interface("pos", "192.168.30.1/24"), interface("lan", "192.168.20.1/24")


def same(
    readers: tuple[Bss, ...], tills: tuple[Bss, ...], *, tills_by: Media = WIFI, devices: tuple[Device, ...] = ()
) -> Path:
    """From tills to readers in one segment."""
    gw = device("gw", POS, bsses=Listed(tuple(dict.fromkeys(readers + tills))))
    all_devices = (gw, *devices)
    (segment,) = [s for s in segments_of(all_devices) if "gw" in s.devices]
    return path(
        Attachment(segment, tills), Attachment(segment, readers), all_devices,
        source_media=tills_by, target_media=WIFI, protocol="tcp", port=4443,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "own", "same_ssid", "other_ssid", "other_ap", "cable"),
    [
        (IsolationScope.NONE, False, False, False, False, False),
        (IsolationScope.SAME_BSS, True, False, False, False, False),
        (IsolationScope.SAME_SSID, True, True, False, False, False),
        (IsolationScope.SAME_AP, True, True, True, False, False),
        (IsolationScope.ALL_WIRELESS, True, True, True, True, False),
        (IsolationScope.ALL_LAN_EXCEPT_GATEWAY, True, True, True, True, True),
    ],
)
def test_each_scope_of_isolation_reaches_as_far_as_it_says(
    scope: IsolationScope, own: bool, same_ssid: bool, other_ssid: bool, other_ap: bool, cable: bool
) -> None:
    mine = bss("mine", "pos", isolation=said(scope))
    second = bss("second", "pos")
    foreign = bss("foreign", "pos", ssid="OFFICE")
    far = bss("far", "pos", device="ap", ssid="OFFICE")

    def blocked(tills: tuple[Bss, ...], by: Media = WIFI) -> bool:
        return same((mine,), tills, tills_by=by).passage is Passage.BLOCKED

    assert [blocked((mine,)), blocked((second,)), blocked((foreign,)), blocked((far,)), blocked((), CABLE)] == [
        own, same_ssid, other_ssid, other_ap, cable,
    ]  # fmt: skip


def test_isolation_counts_on_the_side_of_the_tills_too() -> None:
    isolating = bss("tills", "pos", isolation=said(IsolationScope.SAME_AP))
    found = same((bss("readers", "pos"),), (isolating,))
    assert found.passage is Passage.BLOCKED
    assert found.decisive is not None
    assert found.decisive.item == "tills"


def test_unknown_isolation_is_unknown_and_a_block_behind_it_wins() -> None:
    doubtful = bss("doubtful", "pos", isolation=UNKNOWN)
    assert same((doubtful,), (doubtful,)).passage is Passage.UNKNOWN
    shut = bss("shut", "pos", isolation=said(IsolationScope.SAME_AP))
    found = same((shut,), (doubtful,))
    assert found.passage is Passage.BLOCKED
    assert found.decisive is not None
    assert found.decisive.item == "shut"


@pytest.mark.parametrize(
    ("first", "second", "blocked"), [(True, True, True), (True, False, False), (False, False, False)]
)
def test_two_isolated_ports_of_a_bridge_do_not_meet(first: bool, second: bool, blocked: bool) -> None:
    one = bss("one", "pos", port_isolated=said(first))
    two = bss("two", "pos", port_isolated=said(second))
    found = same((one,), (two,))
    assert (found.passage is Passage.BLOCKED) == blocked
    assert not blocked or found.decisive is not None
    assert not blocked or {hop.kind for hop in found.hops if hop.passage is Passage.BLOCKED} == {HopKind.PORT_ISOLATION}


def test_one_isolated_port_keeps_its_own_stations_apart() -> None:
    one = bss("one", "pos", port_isolated=said(True))
    assert same((one,), (one,)).passage is Passage.BLOCKED


def test_unless_the_radio_relays_for_them_itself() -> None:
    one = bss("one", "pos", port_isolated=said(True), relays_itself=True)
    two = bss("two", "pos", port_isolated=said(True), relays_itself=True)
    assert same((one,), (one,)).passage is Passage.OPEN
    assert same((one,), (two,)).passage is Passage.BLOCKED


# -- between segments -----------------------------------------------------------------------------------------


LAN_NET = tuple(map(interval, networks("192.168.20.0/24")))


def routed(router: Device, *others: Device, port: int = 4443, **more: Any) -> Path:
    devices = (router, *others)
    found: dict[str, Segment] = {i.key: s for s in segments_of(devices) for i in s.interfaces}
    return path(
        Attachment(found["lan"], ()), Attachment(found["pos"], ()), devices,
        source_media=CABLE, target_media=WIFI, protocol="tcp", port=port, **more,
    )  # fmt: skip


def gateway(*rules: Any, default: Action = Action.DROP, **more: Any) -> Device:
    return device("gw", POS, LAN, **({"forward_filters": Listed((filtered(*rules, default=default),))} | more))


def test_a_router_with_an_open_filter() -> None:
    found = routed(gateway(rule("yes", Action.ACCEPT, destination_ports=ports(4443))))
    assert (found.passage, found.same_segment, found.translated) == (Passage.OPEN, False, False)
    assert [hop.kind for hop in found.hops] == [HopKind.ROUTER, HopKind.FILTER]


def test_the_rule_that_blocks_is_named_with_its_direction() -> None:
    found = routed(gateway(rule("no", Action.DROP, entering=frozenset({"lan"}), leaving=frozenset({"pos"}))))
    assert found.decisive is not None
    assert (found.decisive.rule, found.decisive.entering, found.decisive.leaving) == ("no", "lan", "pos")


def test_a_block_for_a_part_of_the_tills_names_the_part() -> None:
    gw = gateway(rule("some", Action.DROP, sources=networks("192.168.20.128/25")), default=Action.ACCEPT)
    assert routed(gw).passage is Passage.UNKNOWN
    assert routed(gw, sources=Addresses(LAN_NET, (IPv4Address("192.168.20.9"),))).passage is Passage.UNKNOWN
    found = routed(gw, sources=Addresses(LAN_NET, (IPv4Address("192.168.20.200"),)))
    assert found.passage is Passage.BLOCKED
    assert found.decisive is not None
    assert found.decisive.subset == "192.168.20.128/25 to 192.168.30.0/24"
    assert found.decisive.share == 0.5


def test_nat_between_is_noticed() -> None:
    assert routed(gateway(default=Action.ACCEPT, source_nats=Listed((nat("pos"),)))).translated
    assert not routed(gateway(default=Action.ACCEPT, source_nats=Listed((nat("wan"),)))).translated


def test_filters_that_were_not_read_are_unknown() -> None:
    assert routed(gateway(forward_filters=Listed((), (UNKNOWN,)))).passage is Passage.UNKNOWN


def test_a_server_in_both_networks_is_not_their_router() -> None:
    """One that hands no packets on is asked only if it is the router that clients are told, or the only one."""
    closed = Filter("server", NO_ROUTER, Listed(), said(Action.DROP))
    legs = [replace(leg, device="server", addresses=said((IPv4Interface(a),))) for leg, a in (
        (POS, "192.168.30.2/24"), (LAN, "192.168.20.2/24")
    )]  # fmt: skip
    server = device("server", *legs, forward_filters=Listed((closed,)))
    assert routed(server).passage is Passage.BLOCKED
    assert routed(server, gateway(default=Action.ACCEPT)).passage is Passage.OPEN
    told = frozenset({IPv4Address("192.168.20.2")})
    assert routed(server, gateway(default=Action.ACCEPT), routers=told).passage is Passage.BLOCKED


def test_without_a_router_between_the_path_is_unknown() -> None:
    one = device("one", interface("pos", "192.168.30.1/24", device="one"))
    two = device("two", interface("lan", "192.168.20.1/24", device="two"))
    found = routed(one, two)
    assert found.passage is Passage.UNKNOWN
    assert found.decisive is not None
    assert isinstance(found.decisive.fact, Unknown)
