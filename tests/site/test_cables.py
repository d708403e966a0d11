"""Whether the port behind which an audited device is carries the VLAN that both sides have."""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from auditor.model import Device, Learned, LinkNeighbour, Listed, Neighbour, Port, Unknown
from auditor.site.cables import cuts, port_to, severed
from auditor.site.segments import segments_of
from tests.site.built import bss, device, interface, said

GATEWAY, CONTROLLER = "02:00:00:00:00:01", "02:00:00:00:00:02"


def _port(key: str, *links: str, device: str = "sw") -> Port:
    return Port(device, key, said(links), said(False), said(None))


def _router(*links: str) -> Device:
    networks = (interface("lan", "192.168.1.1/24", vlan=10), interface("pos", "192.168.30.1/24", vlan=30))
    seen = Neighbour("gw", "wlc", CONTROLLER, IPv4Address("192.168.1.3"), said("lan"), said(True))
    return device("gw", *networks, ports=Listed((_port("in", *links, device="gw"),)), neighbours=Listed((seen,)))


def _controller() -> Device:
    networks = (interface("lan", "192.168.1.3/24", device="wlc", vlan=10), interface("pos", device="wlc", vlan=30))
    ports = Listed((_port("up", "br.10", "br.30", device="wlc"),))
    return device("wlc", *networks, ports=ports, bsses=Listed((bss("b", "pos", device="wlc"),)))


def _switch(*ports: Port, learned: tuple[tuple[str, str], ...], vlans: tuple[int, ...] = (10, 30)) -> Device:
    networks = [interface(f"vlan{vid}", device="sw", vlan=vid) for vid in vlans]
    seen = Neighbour("sw", "gw", GATEWAY, IPv4Address("192.168.1.1"), said("vlan10"), said(True))
    table = tuple(Learned("sw", f"{mac} {port}", mac, said(port)) for mac, port in learned)
    return device("sw", *networks, ports=Listed(ports), neighbours=Listed((seen,)), learned=Listed(table))


def _cut(*devices: Device) -> str:
    (segment,) = [each for each in segments_of(devices) if each.name == "192.168.30.0/24"]
    found = severed(segment, devices)
    return found.why if found is not None else ""


BOTH = ((GATEWAY, "1"), (CONTROLLER, "2"))
ALL = ("br.10", "br.30")


@pytest.mark.parametrize(
    ("first", "second", "cut"),
    [
        (ALL, ALL, ""),
        (("br.10",), ALL, "port 1 of sw, behind which gw is, does not carry VLAN 30"),
        (ALL, ("br.10",), "port 2 of sw, behind which wlc is, does not carry VLAN 30"),
    ],
)
def test_a_trunk_that_lacks_the_vlan(first: tuple[str, ...], second: tuple[str, ...], cut: str) -> None:
    switch = _switch(_port("1", *first), _port("2", *second), learned=BOTH)
    assert _cut(_router(*ALL), switch, _controller()).endswith(cut)
    assert bool(_cut(_router(*ALL), switch, _controller())) == bool(cut)


def test_a_switch_that_does_not_have_the_vlan_stands_between_the_two_that_have() -> None:
    switch = _switch(_port("1", "br.10"), _port("2", "br.10"), learned=BOTH, vlans=(10,))
    assert "does not carry VLAN 30" in _cut(_router(*ALL), switch, _controller())


@pytest.mark.parametrize(
    ("router", "learned"),
    [
        (ALL, ((GATEWAY, "1"), (CONTROLLER, "1"))),  # it hangs below the others, and is not between them
        (ALL, ()),  # nothing was captured
        (ALL, ((GATEWAY, "1"), (GATEWAY, "2"))),  # two cables lead there, or it was moved
        (("br.10",), BOTH),  # the router takes the VLAN by another port
    ],
)
def test_a_switch_that_is_not_known_to_be_between_tells_nothing(
    router: tuple[str, ...], learned: tuple[tuple[str, str], ...]
) -> None:
    switch = _switch(_port("1", "br.10"), _port("2", "br.10"), learned=learned, vlans=(10,))
    assert _cut(_router(*router), switch, _controller()) == ""


def test_a_port_of_unknown_networks_tells_nothing() -> None:
    unread = Port("sw", "1", Unknown("cannot be read"), said(False), said(None))
    assert _cut(_router(*ALL), _switch(unread, _port("2", *ALL), learned=BOTH), _controller()) == ""


# -- neighbours that tell who they are ---------------------------------------------------------------------------


def _told(at: str, port: str, system: str = "", remote: str | None = None, **more: Any) -> LinkNeighbour:
    given = {"addresses": (), "macs": (), **more}
    return LinkNeighbour(at, f"{port} {system}", said(port), said(system), said(remote), **given)


def _ends(
    router: tuple[str, ...], switch: tuple[str, ...], *told: LinkNeighbour, more: tuple[Port, ...] = ()
) -> tuple[Device, ...]:
    """A router and a switch with tills at port 9; both have the VLAN. `told` is what either end hears."""
    heard = {name: Listed(tuple(each for each in told if each.device == name)) for name in ("gw", "sw")}
    lan = interface("lan", "192.168.1.2/24", device="sw", vlan=10)
    gw = replace(_router(*router), neighbours=Listed(), link_neighbours=heard["gw"])
    sw = device("sw", lan, interface("pos", device="sw", vlan=30), link_neighbours=heard["sw"])
    return gw, replace(sw, ports=Listed((_port("1", *switch), _port("9", "br.30"), *more)))


def _found(*devices: Device) -> list[tuple[str, str, str]]:
    segment = [each for each in segments_of(devices) if each.vlan == said(30)][-1]
    return [(cut.device, cut.port.key, cut.far.key) for cut in cuts(segment, devices)]


BACK = _told("gw", "in", "sw", "1")


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ((BACK,), True),
        ((_told("sw", "1", "gw.shop.example", "in"),), True),
        ((_told("sw", "1", "GW"), BACK), True),
        ((_told("sw", "1", addresses=(IPv4Address("192.168.1.1"),)), BACK), True),
        ((_told("sw", "1", "phone", "in"),), False),
        ((_told("sw", "1", "gw", "in"), _told("sw", "1", "phone", "x")), False),  # a switch without a name between them
        ((), False),
    ],
)
def test_a_neighbour_shows_where_a_cable_leads(told: tuple[LinkNeighbour, ...], known: bool) -> None:
    assert _found(*_ends(ALL, ("br.10",), *told)) == ([("sw", "1", "in")] if known else [])
    assert _found(*_ends(("br.10",), ALL, *told)) == ([("gw", "in", "1")] if known else [])
    assert _found(*_ends(ALL, ALL, *told)) == []


def test_the_other_end_may_be_the_only_port_that_carries_it() -> None:
    told = _told("sw", "1", "gw")
    assert _found(*_ends(ALL, ("br.10",), told)) == [("sw", "1", "in")]
    assert _found(*_ends(("br.10",), ALL, told)) == [], "which port of gw that is, nobody says"


def test_an_address_counts_more_than_a_name() -> None:
    told = _told("sw", "1", "gw", "in", addresses=(IPv4Address("192.168.1.3"),))
    assert _found(*_ends(ALL, ("br.10",), told), _controller()) == [("sw", "1", "up")]


def test_a_second_cable_excuses_the_first() -> None:
    second = (_port("2", "br.30"),)
    gw, sw = _ends(("br.10",), ("br.10", "br.30"), BACK, _told("gw", "too", "sw", "2"), more=second)
    gw = replace(gw, ports=Listed((*gw.ports, _port("too", "br.30", device="gw"))))
    assert _found(gw, sw) == []


def test_who_uses_a_vlan_nowhere_needs_no_port_for_it() -> None:
    gw, sw = _ends(ALL, ("br.10",), BACK)
    assert _found(gw, replace(sw, ports=Listed(tuple(port for port in sw.ports if port.key == "1")))) == []


def test_severed_names_the_same_port() -> None:
    devices = _ends(ALL, ("br.10",), BACK)
    assert _cut(*devices).endswith("port 1 of sw, behind which gw is, does not carry VLAN 30")


@pytest.mark.parametrize("told", [BACK, _told("sw", "1", "gw", "in")])
def test_the_port_to_the_router_is_known_by_its_name(told: LinkNeighbour) -> None:
    gw, sw = _ends(ALL, ALL, told)
    (segment,) = [each for each in segments_of((gw, sw)) if each.name == "192.168.30.0/24"]
    found = port_to(sw, gw, segment, (gw, sw))
    assert (found.key if found else "") == ("1" if told.device == "sw" else "")


def test_a_device_that_carries_its_vlan_nowhere_is_cut_at_its_one_cable() -> None:
    switch = _switch(_port("1", *ALL), _port("2", *ALL), learned=BOTH)
    lonely = replace(_controller(), ports=Listed((_port("up", "br.10", device="wlc"),)))
    assert _found(_router(*ALL), switch, lonely) == [("wlc", "up", "2")]
