"""Intents about ports as edits: the model says what was wanted, and the way back gives the former one."""

from typing import Any

import pytest

from auditor import intents
from auditor.model import Device, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.routeros import changes, network, network_edit
from auditor.platforms.routeros.config import Config
from auditor.profiles import load_profile
from auditor.services.base import NotPossible
from tests.platforms.routeros.network_shop import V6, V7, capture
from tests.platforms.routeros.test_network_isolation import BRIDGE


class _Named:
    name = "gw"


def _edit(lines: str, intent: Any, header: str = V7) -> tuple[Edit, Any]:
    texts = changes.Texts.of(capture(lines, header))
    device: Device = _Named()  # type: ignore[assignment]  # builders ask for nothing else
    edit = network_edit.BUILDERS[type(intent)](texts, device, intent)
    assert edit is not None
    assert set(edit.services) <= load_profile("routeros").effects.keys()
    return edit, capture(lines, header)


def _read(taken: Any) -> network.Network:
    return network.read(Config.of(taken, load_profile("routeros")))


@pytest.mark.parametrize(
    ("said", "header"),
    [
        ("auto-negotiation=no speed=1Gbps", V6),
        ("auto-negotiation=no speed=1G-baseT-full", V7),
        ("advertise=1000M-full", V6),
        ("advertise=1G-baseT-full,2.5G-baseT name=till", V7),
    ],
)
def test_a_port_negotiates_again(said: str, header: str) -> None:
    port = "till" if "till" in said else "ether2"
    lines = f"/interface ethernet set [ find default-name=ether2 ] {said}\n"
    lines += f"/interface bridge add name=bridge\n/interface bridge port add bridge=bridge interface={port}\n"
    edit, before = _edit(lines, intents.NegotiateSpeed(port), header)
    after = changes.apply(before, edit.operations)
    speeds = [{p.key: p.speed for p in _read(each).ports}[port] for each in (before, after)]
    assert [None if isinstance(speed, Unknown) else speed.value for speed in speeds] == [1000, None]
    assert changes.apply(after, edit.operations) == after
    assert changes.apply(after, edit.undo).files == before.files


@pytest.mark.parametrize(
    "intent", [intents.DisablePortIsolation(port="ether2"), intents.DisablePortIsolation(bss="wlan1")]
)
def test_a_port_leaves_its_horizon(intent: intents.DisablePortIsolation) -> None:
    lines = BRIDGE.format(ether2=" horizon=1", ether3=" horizon=1", wlan1=" horizon=1")
    edit, before = _edit(lines, intent)
    after = changes.apply(before, edit.operations)
    name = intent.port or intent.bss
    facts = [_read(each).port_isolated(name) for each in (before, after)]
    assert [None if isinstance(fact, Unknown) else fact.value for fact in facts] == [True, False]
    assert changes.apply(after, edit.operations) == after
    assert changes.apply(after, edit.undo).files == before.files


_VLAN = "/interface bridge vlan add bridge=bridge vlan-ids="


def _bridged(*table: str) -> str:
    lines = "/interface bridge add name=bridge vlan-filtering=yes\n"
    lines += "/interface vlan add interface=bridge name=pos vlan-id=30\n"
    lines += "/ip address add address=10.3.0.1/24 interface=pos\n"
    lines += "".join(f"/interface bridge port add bridge=bridge interface=ether{n}\n" for n in (2, 3))
    return lines + "".join(f"{_VLAN}{each}\n" for each in table)


@pytest.mark.parametrize("table", ["30 tagged=bridge", "30 tagged=bridge,ether2", "30", "30 untagged=ether2", "40"])
def test_a_port_carries_one_vlan_more(table: str) -> None:
    edit, before = _edit(_bridged(table), intents.CarryVlan("ether3", 30))
    after = changes.apply(before, edit.operations)
    links = [{p.key: p.links for p in _read(each).ports}["ether3"] for each in (before, after)]
    carried = [fact.value for fact in links if not isinstance(fact, Unknown)]
    assert len(carried) == 2
    assert len(set(carried[1]) - set(carried[0])) == 1
    assert changes.apply(after, edit.operations) == after
    assert _read(changes.apply(after, edit.undo)).ports == _read(before).ports


@pytest.mark.parametrize("table", ["30,40 tagged=bridge", "20-40 tagged=bridge", "what"])
def test_a_line_for_several_vlans_is_left_to_people(table: str) -> None:
    with pytest.raises(NotPossible, match="with other VLANs"):
        _edit(_bridged(table), intents.CarryVlan("ether3", 30))


@pytest.mark.parametrize(
    "intent",
    [
        intents.CarryVlan("ether9", 30),
        intents.NegotiateSpeed("ether9"),
        intents.DisablePortIsolation(port="ether9"),
        intents.DisablePortIsolation(bss="cap1"),
    ],
)
def test_what_no_line_says_is_left_to_people(intent: Any) -> None:
    with pytest.raises(NotPossible):
        _edit(BRIDGE.format(ether2="", ether3="", wlan1=""), intent)
