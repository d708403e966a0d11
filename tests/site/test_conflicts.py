"""Conflicts between devices about one network, and what only looks like one."""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from auditor.model import AddressSource, Device, Filter, Listed, Unknown
from auditor.model.firewall import NO_ROUTER, Action
from auditor.site.conflicts import relay_beside, same_address, stand_in, two_masks, unread_address, ways_out
from auditor.site.segments import Segment, segments_of
from tests.site.built import UNKNOWN, device, interface, nat, said, scope, uplink

STATIC = AddressSource.STATIC


def _two(one: tuple[str, ...], other: tuple[str, ...], **more: Any) -> tuple[Device, Device]:
    first = device("gw", interface("pos", *one, vlan=30))
    return first, device("ap", interface("pos", *other, device="ap", vlan=30, **more))


def _segment(devices: tuple[Device, ...]) -> Segment:
    return next(segment for segment in segments_of(devices) if not segment.is_uplink)


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (("192.168.30.1/24",), ("192.168.30.2/24",), []),
        (("192.168.30.1/24",), ("192.168.30.1/24",), ["192.168.30.1"]),
        (("192.168.30.2/24", "192.168.30.1/24"), ("192.168.30.3/24", "192.168.30.1/24"), []),  # they stand in
        (("192.168.30.1/24",), ("192.168.30.3/24", "192.168.30.1/24"), ["192.168.30.1"]),
        (("192.168.30.1/24", "10.0.0.1/8"), ("192.168.30.1/24", "10.0.0.2/8"), ["192.168.30.1"]),
    ],
)
def test_one_address_on_two_devices(one: tuple[str, ...], other: tuple[str, ...], found: list[str]) -> None:
    assert [each.words[0] for each in same_address(_segment(_two(one, other)))] == found


def test_an_interface_that_is_off_has_no_address() -> None:
    devices = _two(("192.168.30.1/24",), ("192.168.30.1/24",), enabled=said(False))
    assert list(same_address(_segment(devices))) == []


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ("192.168.30.2/24", []),
        ("192.168.30.2/16", [("192.168.30.0/24", "192.168.0.0/16")]),
        ("192.168.31.2/24", []),  # another network on the same wire
        ("192.168.30.9/32", []),  # an address alone, as a virtual one is written
    ],
)
def test_two_masks(other: str, found: list[tuple[str, str]]) -> None:
    assert [each.words for each in two_masks(_segment(_two(("192.168.30.1/24",), (other,))))] == found


@pytest.mark.parametrize(
    ("source", "doubt"), [(STATIC, True), (AddressSource.DHCP, False), (AddressSource.NONE, False)]
)
def test_an_address_that_was_not_read(source: AddressSource, doubt: bool) -> None:
    unread = Unknown("cannot be read")
    devices = _two(("192.168.30.1/24",), (), addresses=unread, address_source=said(source))
    assert unread_address(_segment(devices)) == (unread if doubt else None)


def _router(name: str, *addresses: str, **more: Any) -> Device:
    return device(name, interface("pos", *addresses, device=name, vlan=30), uplink(device=name), **more)


def _forwards_nothing() -> Listed[Filter]:
    return Listed((Filter("ap", NO_ROUTER, Listed(), said(Action.DROP)),))


@pytest.mark.parametrize(
    ("other", "names"),
    [
        (_router("ap", "192.168.30.2/24"), ["gw", "ap"]),
        (_router("ap"), ["gw"]),  # a bridge without an address
        (_router("ap", "192.168.30.2/24", forward_filters=_forwards_nothing()), ["gw"]),
        (device("ap", interface("pos", "192.168.30.2/24", device="ap", vlan=30)), ["gw"]),
        (
            device(
                "ap",
                interface("pos", "192.168.30.2/24", device="ap", vlan=30),
                replace(uplink(device="ap"), enabled=said(False)),
            ),
            ["gw"],
        ),
    ],
)
def test_who_leads_out(other: Device, names: list[str]) -> None:
    devices = (_router("gw", "192.168.30.1/24"), other)
    assert [way.device for way in ways_out(_segment(devices), devices)] == names


def test_translation_on_the_way_out_is_named() -> None:
    devices = (_router("gw", "192.168.30.1/24", source_nats=Listed((nat("wan"),))), _router("ap", "192.168.30.2/24"))
    ways = ways_out(_segment(devices), devices)
    assert [way.translates is not None for way in ways] == [True, False]
    assert not stand_in(*ways)


def test_routers_that_share_an_address_stand_in_for_one_another() -> None:
    devices = (_router("gw", "192.168.30.2/24", "192.168.30.1/24"), _router("ap", "192.168.30.3/24", "192.168.30.1/24"))
    assert stand_in(*ways_out(_segment(devices), devices))


@pytest.mark.parametrize(
    ("server", "asks", "found"),
    [
        ("ap", "198.51.100.67", True),
        ("ap", "192.168.30.2", False),  # the relay asks that very server
        ("gw", "198.51.100.67", False),  # a device that serves and relays knows which of the two it does
    ],
)
def test_a_relay_beside_a_server(server: str, asks: str, found: bool) -> None:
    relay = scope("relay", interface=said("pos"), serving=UNKNOWN, relays_to=(IPv4Address(asks),))
    pool = scope("pos", device=server)
    gw, ap = _two(("192.168.30.1/24",), ("192.168.30.2/24",))
    gw = replace(gw, dhcp_scopes=Listed((relay, *([pool] if server == "gw" else []))))
    ap = replace(ap, dhcp_scopes=Listed((pool,) if server == "ap" else ()))
    pairs = list(relay_beside(_segment((gw, ap)), (gw, ap)))
    assert pairs == ([(relay, pool)] if found else [])
