"""Ports behind which wired clients are known to be, and what isolation of these ports keeps apart."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from auditor.model import Device, Learned, Listed, Neighbour, Port
from auditor.site import HopKind, Passage
from auditor.site.addresses import whole
from auditor.site.attachment import Attachment, Media
from auditor.site.bridge_filters import Sides
from auditor.site.cut_off import cut_off
from auditor.site.paths import path
from auditor.site.plugs import Plug, by_access_points, plugs
from auditor.site.segments import Segment, segments_of
from tests.site.built import bss, device, interface, said

CABLE = Media(wireless=False, wired=True)
TILL, READER, OTHER = "02:00:5e:20:00:05", "02:00:5e:10:00:06", "02:00:5e:10:00:07"


def port(key: str, *, isolated: bool, link: str = "vlan.30", name: str = "sw") -> Port:
    return Port(name, key, said((link,)), said(isolated), said(None))


def switch(*ports: Port, seen: dict[str, str] | None = None, name: str = "sw") -> Device:
    rows = tuple(Learned(name, f"{mac} {where}", mac, said(where)) for mac, where in (seen or {}).items())
    network = interface("Vlan30", "192.168.30.2/24", device=name, link="vlan.30")
    return device(name, network, ports=Listed(ports), learned=Listed(rows))


def segment(*devices: Device) -> Segment:
    (found,) = segments_of(devices)
    return found


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        ({TILL: "5"}, ()),
        ({READER: "6"}, ("6",)),
        ({READER: "9"}, ()),
        ({READER: "6", OTHER: "6"}, ("6",)),
    ],
)
def test_a_switch_that_has_learned_an_address_knows_its_port(seen: dict[str, str], found: tuple[str, ...]) -> None:
    sw = switch(port("5", isolated=True), port("6", isolated=True), port("9", isolated=True, link="vlan.10"), seen=seen)
    assert tuple(plug.port for plug in plugs((READER,), segment(sw), (sw,))) == found


def test_all_addresses_must_be_learned() -> None:
    sw = switch(port("5", isolated=True), port("6", isolated=True), seen={READER: "6", OTHER: "5"})
    assert {plug.port for plug in plugs((READER, OTHER), segment(sw), (sw,))} == {"5", "6"}
    assert plugs((READER, TILL), segment(sw), (sw,)) == ()


@pytest.mark.parametrize(
    ("isolated", "till", "reader", "passage"),
    [
        ((True, True, False), "5", "6", Passage.BLOCKED),
        ((True, False, True), "5", "6", Passage.OPEN),
        ((False, True, True), "5", "6", Passage.OPEN),
        ((True, True, False), "5", "5", Passage.OPEN),
        ((True, True, False), "5", None, Passage.UNKNOWN),
        ((True, True, True), "5", None, Passage.BLOCKED),
        ((False, True, True), "5", None, Passage.OPEN),
        ((True, True, False), None, None, Passage.UNKNOWN),
    ],
)
def test_isolated_ports_that_are_known(
    isolated: tuple[bool, bool, bool], till: str | None, reader: str | None, passage: Passage
) -> None:
    sw = switch(*(port(key, isolated=each) for key, each in zip("567", isolated, strict=True)))
    here = segment(sw)
    found = path(
        Attachment(here, ()), Attachment(here, ()), (sw,), source_media=CABLE, target_media=CABLE,
        protocol="tcp", port=4443,
        source_plugs=(Plug("sw", till),) if till else (), target_plugs=(Plug("sw", reader),) if reader else (),
    )  # fmt: skip
    assert found.passage is passage


@pytest.mark.parametrize(
    ("radio", "cable", "cut"), [(True, True, True), (True, False, False), (False, True, False), (False, False, False)]
)
def test_an_isolated_way_to_the_router_cuts_off_stations(radio: bool, cable: bool, cut: bool) -> None:
    pos = bss("wlan0", "Vlan30", device="ap", port_isolated=said(radio))
    network = interface("Vlan30", "192.168.30.11/24", device="ap", link="vlan.30")
    ap = device("ap", network, ports=Listed((port("eth0", isolated=cable, name="ap"),)), bsses=Listed((pos,)))
    gw = device("gw", interface("pos", "192.168.30.1/24"))
    here = segment(ap, gw)
    hops = cut_off(here, (ap, gw), Sides((pos,), cable=False, addresses=whole(here)), frozenset({"gw"}))
    assert [(hop.kind, hop.passage) for hop in hops] == [(HopKind.PORT_ISOLATION, Passage.BLOCKED)] * cut


@pytest.mark.parametrize(
    ("isolated", "behind", "passages"),
    [
        ((True, True), (), {Passage.BLOCKED}),
        ((True, False), (), set()),
        ((True, False), ("5",), set()),
        ((True, True), ("5",), {Passage.BLOCKED}),
    ],
)
def test_wired_clients_are_cut_off_if_every_way_is_closed(
    isolated: tuple[bool, bool], behind: tuple[str, ...], passages: set[Passage]
) -> None:
    sw = switch(*(port(key, isolated=each) for key, each in zip("56", isolated, strict=True)))
    gw = device("gw", interface("pos", "192.168.30.1/24"))
    here = segment(sw, gw)
    clients = Sides((), cable=True, addresses=whole(here), behind=tuple(Plug("sw", key) for key in behind))
    assert {hop.passage for hop in cut_off(here, (sw, gw), clients, frozenset({"gw"}))} == passages


@pytest.mark.parametrize(("given_by", "ports"), [("", {"2"}), ("capwap", set())])
def test_stations_come_in_by_the_port_of_their_access_point(given_by: str, ports: set[str]) -> None:
    pos = bss("wlan0", "Vlan30", device="ap", given_by=given_by)
    ap = device(
        "ap",
        interface("Vlan30", "192.168.30.11/24", device="ap", link="vlan.30"),
        ports=Listed((port("eth0", isolated=False, name="ap"),)),
        bsses=Listed((pos,)),
    )
    sw = switch(port("2", isolated=True), port("5", isolated=True), seen={READER: "2"})
    row = Neighbour("sw", "ap", READER, IPv4Address("192.168.30.11"), said("Vlan30"), said(True))
    devices = (ap, replace(sw, neighbours=Listed((row,))))
    assert {plug.port for plug in by_access_points((pos,), segment(*devices), devices)} == ports


def test_with_two_switches_nobody_knows_which_one_is_used() -> None:
    closed, other = (
        switch(port("5", isolated=True), port("6", isolated=True)),
        switch(port("1", isolated=False, name="sw2"), name="sw2"),
    )
    gw = device("gw", interface("pos", "192.168.30.1/24"))
    devices = (closed, other, gw)
    here = segment(*devices)
    hops = cut_off(here, devices, Sides((), cable=True, addresses=whole(here)), frozenset({"gw"}))
    assert {hop.passage for hop in hops} == {Passage.UNKNOWN}


@pytest.mark.parametrize(("at_router", "passage"), [(1, Passage.BLOCKED), (2, Passage.UNKNOWN)])
def test_wired_clients_may_be_plugged_into_their_router(at_router: int, passage: Passage) -> None:
    closed = switch(port("5", isolated=True), port("6", isolated=True))
    own = Listed(tuple(port(f"p{number}", isolated=False, link="br", name="gw") for number in range(at_router)))
    gw = device("gw", interface("pos", "192.168.30.1/24", link="br"), ports=own)
    here = segment(closed, gw)
    hops = cut_off(here, (closed, gw), Sides((), cable=True, addresses=whole(here)), frozenset({"gw"}))
    assert {hop.passage for hop in hops} == {passage}
