"""Whether the port behind which an audited device is carries the VLAN that both sides have."""

from ipaddress import IPv4Address

import pytest

from auditor.model import Device, Learned, Listed, Neighbour, Port, Unknown
from auditor.site.cables import severed
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
