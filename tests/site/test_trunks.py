"""Whether trunks that carry a VLAN are enough to join its devices, where no state shows who is behind which port."""

import pytest

from auditor.model import Device, Listed, Port, Unknown
from auditor.site.segments import segments_of
from auditor.site.trunks import too_few_trunks
from tests.site.built import bss, device, interface, said


def _device(name: str, *ports: tuple[int, ...], address: bool = True, ssid: bool = False) -> Device:
    """A device with VLANs 10 and 30; each port is the VLANs that it carries."""
    here = [f"192.168.{vlan}.{len(name)}/24" if address and vlan == 10 else "" for vlan in (10, 30)]
    networks = [
        interface(f"vlan{vlan}", *filter(None, [own]), device=name, vlan=vlan)
        for vlan, own in zip((10, 30), here, strict=True)
    ]
    sockets = [
        Port(name, f"p{number}", said(tuple(f"br.{vlan}" for vlan in vlans)), said(False), said(None))
        for number, vlans in enumerate(ports)
    ]
    stations = (bss("b", "vlan30", device=name),) if ssid else ()
    return device(name, *networks, ports=Listed(tuple(sockets)), bsses=Listed(stations))


BOTH = (10, 30)
ROUTER = _device("router", BOTH, ssid=True)
AP1, AP2 = _device("ap", BOTH, ssid=True), _device("ap2", BOTH, ssid=True)


def _doubt(*devices: Device, elsewhere: frozenset[str] = frozenset()) -> Unknown | None:
    segments = segments_of(devices)
    segment = next(each for each in segments if "router" in each.devices and each.vlan == said(30))
    return too_few_trunks(segment, segments, devices, elsewhere)


@pytest.mark.parametrize(
    "switch",
    [
        _device("switch", BOTH, BOTH, BOTH),
        _device("switch", BOTH, BOTH, BOTH, (10,), (30,)),
        _device("switch", (10,), (10,), (10,)),  # no trunk at all: what is tagged here does not come by this switch
    ],
)
def test_enough_trunks(switch: Device) -> None:
    assert _doubt(ROUTER, switch, AP1, AP2) is None


@pytest.mark.parametrize(
    "switch",
    [
        _device("switch", BOTH, BOTH, (10, 20)),
        _device("switch", BOTH, BOTH, (10, 20), (30,)),  # a port that carries one network is no trunk
        _device("switch", (10, 20), (10, 20), (10, 20)),
    ],
)
def test_a_trunk_is_missing(switch: Device) -> None:
    doubt = _doubt(ROUTER, switch, AP1, AP2)
    assert doubt is not None
    assert "p2 of switch" in doubt.why


def test_where_nobody_audited_a_switch_nothing_is_said() -> None:
    assert _doubt(ROUTER, AP1, AP2) is None


def test_a_cable_of_its_own_explains_it() -> None:
    router = _device("router", BOTH, (20, 30), ssid=True)
    assert _doubt(router, _device("switch", BOTH, BOTH, (10, 20)), AP1, AP2) is None


def test_ports_that_were_not_read_could_be_trunks() -> None:
    switch = _device("switch", BOTH, BOTH, (10, 20))
    unread = Listed(switch.ports.items, (Unknown("not read"),))
    assert _doubt(ROUTER, device("switch", *switch.interfaces, ports=unread), AP1, AP2) is None


def test_devices_that_stand_elsewhere_do_not_count() -> None:
    assert _doubt(ROUTER, _device("switch", BOTH, BOTH, (10, 20)), AP1, AP2, elsewhere=frozenset(["ap2"])) is None
