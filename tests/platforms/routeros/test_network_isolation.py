"""What keeps ports of one network apart: split horizon, the switch chip, and what only a doubt can say."""

import pytest

from auditor.model import Stated, Unknown
from auditor.platforms.routeros import bridges
from tests.platforms.routeros.network_shop import config, port, read, value

BRIDGE = """\
/interface bridge add name=bridge
/interface bridge port add bridge=bridge interface=ether2{ether2}
/interface bridge port add bridge=bridge interface=ether3{ether3}
/interface bridge port add bridge=bridge interface=wlan1{wlan1}
/ip address add address=192.168.88.1/24 interface=bridge
"""


def _lines(ether2: str = "", ether3: str = "", wlan1: str = "") -> str:
    return BRIDGE.format(ether2=ether2, ether3=ether3, wlan1=wlan1)


@pytest.mark.parametrize(
    ("horizons", "expected"),
    [
        ({}, {"ether2": False, "ether3": False, "wlan1": False}),
        ({"ether2": " horizon=1"}, {"ether2": True, "ether3": False}),
        ({"ether2": " horizon=1", "wlan1": " horizon=1"}, {"ether2": True, "wlan1": True, "ether3": False}),
        ({"ether2": " horizon=1", "wlan1": " disabled=yes horizon=2"}, {"ether2": True}),
        ({"ether2": " auto-isolate=yes", "ether3": " auto-isolate=yes"}, {"ether2": False, "ether3": False}),
    ],
)
def test_ports_of_one_horizon_are_apart(horizons: dict[str, str], expected: dict[str, bool]) -> None:
    found = read(_lines(**horizons))
    assert {name: value(found.port_isolated(name)) for name in expected} == expected


def test_several_horizons_are_no_yes_and_no_no() -> None:
    lines = _lines(" horizon=1", " horizon=1", " horizon=2")
    fact = read(lines).port_isolated("ether2")
    assert isinstance(fact, Unknown)
    assert "several horizons" in fact.why


def test_the_horizon_of_ports_that_a_manager_adds_counts_too() -> None:
    lines = "/caps-man datapath add bridge=bridge bridge-horizon=1 name=dp\n" + _lines(" horizon=1")
    found = read(lines)
    assert value(found.port_isolated("ether2")) is True
    assert value(found.bridges.isolated_by("bridge", Stated("1", ()))) is True
    assert value(found.bridges.isolated_by("bridge", Stated(None, ()))) is False


def test_horizons_by_name() -> None:
    read_ = config(_lines(" horizon=1", " horizon=01"))
    assert {name: value(fact) for name, fact in bridges.horizons(read_).items()} == {
        "ether2": "1",
        "ether3": "1",
        "wlan1": None,
    }
    assert value(bridges.port_isolated(read_, "ether3")) is True


def test_the_switch_chip_keeps_ports_apart_that_may_reach_the_others_only() -> None:
    chip = "/interface ethernet switch port-isolation set {} forwarding-override=switch1-cpu\n"
    found = read(_lines() + chip.format("ether2") + chip.format("ether3"))
    assert value(port(found, "ether2").isolated) is True
    assert not found.doubts
    assert value(port(read(_lines() + chip.format("ether2")), "ether2").isolated) is False


@pytest.mark.parametrize(
    "line",
    [
        "/interface ethernet switch port-isolation set ether2 forwarding-override=ether3",
        "/interface ethernet switch port-isolation set 1 forwarding-override=switch1-cpu",
        "/interface ethernet switch port set 3 isolation-leakage-profile=1",
        "/interface dot1x server add interface=ether2",
        "/interface bridge port set [ find interface=ether2 ] broadcast-flood=no",
        "/interface bridge set [ find name=bridge ] arp-inspection=yes dhcp-snooping=yes",
    ],
)
def test_what_may_stop_frames_is_a_doubt(line: str) -> None:
    assert read(_lines() + line + "\n").doubts


def test_old_switch_ports_are_one_network() -> None:
    lines = "/interface ethernet set [ find default-name=ether3 ] master-port=ether2\n"
    lines += "/ip address add address=192.168.88.1/24 interface=ether2\n"
    found = read(lines, "# mar/02/2016 09:00:00 by RouterOS 6.34.6\n")
    assert {p.key: value(p.links) for p in found.ports} == {"ether2": ("ether2",), "ether3": ("ether2",)}
