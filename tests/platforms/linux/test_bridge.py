"""Ports of bridges and Ethernet ports without one."""

from typing import Any

import pytest

from auditor.capture import Gap
from auditor.model import Assumed, Port, Stated, Unknown
from auditor.platforms.linux import bridge as bridges
from auditor.platforms.linux.bridge_speed import path_of
from tests.platforms.linux.host_outputs import bridge, link, outputs, port, reading, vlan
from tests.platforms.linux.test_network import VLANS


def ports(*links: Any, **more: Any) -> dict[str, Port]:
    return {each.key: each for each in bridges.ports(reading(outputs(*links, **more)))}


def links_of(found: dict[str, Port]) -> dict[str, object]:
    return {key: "?" if isinstance(each.links, Unknown) else each.links.value for key, each in found.items()}


def test_ports_of_a_plain_bridge() -> None:
    found = ports(
        link("eth0", "198.18.0.2/24"), bridge("br-lan", "192.168.10.1/24"), port("eth1", isolated=True), port("wlan0"),
        link("eth9"),
    )  # fmt: skip
    assert links_of(found) == {"eth0": ("eth0",), "eth1": ("br-lan",), "wlan0": ("br-lan",)}
    isolated = {key: each.isolated.value for key, each in found.items() if not isinstance(each.isolated, Unknown)}
    assert isolated == {"eth0": False, "eth1": True, "wlan0": False}


def test_only_cables_are_wired() -> None:
    read = reading(outputs(bridge("br-lan"), port("eth1"), port("radio"), port("wlan0")))
    assert [each.key for each in bridges.wired(read, bridges.ports(read))] == ["eth1", "radio"]
    files = outputs(bridge("br-lan"), port("eth1"), port("radio"), port("wlan0"))
    read = reading({**files, "commands/wireless-links.txt": "/sys/class/net/radio/phy80211\n"})
    assert [each.key for each in bridges.wired(read, bridges.ports(read))] == ["eth1", "wlan0"]


def test_vlans_of_ports() -> None:
    found = ports(bridge("br-lan", filtering=1), port("lan1"), port("wlan0"), vlans=VLANS)
    assert links_of(found) == {"lan1": ("br-lan.1", "br-lan.30"), "wlan0": ("br-lan.30",)}
    lost = ports(bridge("br-lan", filtering=1), port("lan1"), vlans=())
    assert links_of(lost) == {}
    files = outputs(bridge("br-lan", filtering=1), port("lan1"))
    del files["commands/bridge-vlan.json"]
    (only,) = bridges.ports(reading(files))
    assert isinstance(only.links, Unknown)


def test_a_bridge_that_does_not_look_at_vlans_carries_those_that_lie_on_it() -> None:
    found = ports(bridge("br-lan"), port("eth1"), vlan("br-lan.30", "br-lan", 30, "192.168.30.1/24"))
    assert links_of(found) == {"eth1": ("br-lan", "br-lan.30")}


def test_vlans_of_one_cable_in_several_bridges() -> None:
    found = ports(
        link("eth0", "192.168.1.2/24"),
        vlan("eth0.30", "eth0", 30, "192.168.30.1/24"),
        vlan("eth0.40", "eth0", 40, master="br-guest", slave={"isolated": False}),
        bridge("br-guest"),
    )
    assert links_of(found) == {"eth0": ("eth0", "eth0.30", "br-guest")}


def test_ports_of_a_bond_carry_what_it_carries() -> None:
    found = ports(link("eth0", master="bond0"), link("eth1", master="bond0"), link("bond0", "10.0.0.2/24", kind="bond"))
    assert links_of(found) == {"eth0": ("bond0",), "eth1": ("bond0",)}


def test_isolation_that_is_not_shown_is_unknown() -> None:
    found = ports(bridge("br-lan"), link("eth1", master="br-lan", slave={}))
    assert isinstance(found["eth1"].isolated, Unknown)


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("Settings for eth1:\n\tSpeed: 1000Mb/s\n\tAuto-negotiation: on\n", Stated),
        ("Settings for eth1:\n\tSpeed: 1000Mb/s\n\tAuto-negotiation: off\n", 1000),
        ("Settings for eth1:\n\tLink detected: yes\n", Assumed),
        (None, Assumed),
    ],
)
def test_speed(text: str | None, speed: object) -> None:
    files = outputs(bridge("br-lan"), port("eth1")) | ({path_of("eth1"): text} if text is not None else {})
    (found,) = bridges.ports(reading(files))
    assert not isinstance(found.speed, Unknown)
    if isinstance(speed, int):
        assert found.speed.value == speed
    else:
        assert isinstance(found.speed, Stated if speed is Stated else Assumed)
        assert found.speed.value is None


def test_a_refused_speed_is_unknown() -> None:
    files = outputs(bridge("br-lan"), port("eth1"))
    (found,) = bridges.ports(reading(files, [Gap(path_of("eth1"), "timed out", "try again")]))
    assert isinstance(found.speed, Unknown)
