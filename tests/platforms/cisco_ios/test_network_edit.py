"""Intents about ports as edits: the model says what was wanted, and the way back gives the former text."""

from typing import Any

import pytest

from auditor import intents
from auditor.capture import Capture
from auditor.model import Device, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios import changes, network, network_edit
from auditor.profiles import load_profile
from auditor.services.base import NotPossible
from tests.platforms.cisco_ios.network_shop import CLASSIC, TRANSPARENT, config_of, port, taken

PORT = "GigabitEthernet1/0/5"
NEGOTIATE = intents.NegotiateSpeed(PORT)
CARRY = intents.CarryVlan(PORT, 30)
LET_GO = intents.DisablePortIsolation(port=PORT)


class _Named:
    name = "gw"


def _edit(before: Capture, intent: Any) -> Edit | None:
    device: Device = _Named()  # type: ignore[assignment]  # builders ask for nothing else
    edit = network_edit.BUILDERS[type(intent)](changes.Texts.of(before), device, intent)
    assert edit is None or set(edit.services) <= load_profile("cisco_ios").effects.keys()
    return edit


def _apply(before: Capture, edit: Edit) -> Capture:
    after = changes.apply(before, edit.operations)
    assert changes.apply(after, edit.operations).files == after.files
    assert changes.apply(after, edit.undo).files == before.files
    return after


def _read(one: Capture) -> network.Network:
    found = config_of(one)
    return network.read(found, found.reading)


@pytest.mark.parametrize(
    ("own", "head", "visible"),
    [
        (" speed 1000\n", TRANSPARENT, False),
        (" speed 1000\n duplex full\n", TRANSPARENT, False),
        (" speed auto 1000\n", TRANSPARENT, False),
        (" speed nonegotiate\n", TRANSPARENT, False),
        (" no ip address\n speed 1000\n no negotiation auto\n", TRANSPARENT, False),
        (" no ip address\n duplex full\n speed 1000\n", CLASSIC, True),
    ],
)
def test_a_port_negotiates_again(own: str, head: str, visible: bool) -> None:
    others = "interface GigabitEthernet0/0\n no ip address\n duplex auto\n speed auto\n" if visible else ""
    before = taken(f"interface {PORT}\n description till\n{own}{others}", head)
    edit = _edit(before, NEGOTIATE)
    assert edit is not None
    after = _apply(before, edit)
    speeds = [port(_read(each), PORT).speed for each in (before, after)]
    assert [None if isinstance(speed, Unknown) else speed.value for speed in speeds] == [1000, None]
    assert after.files[0].text.count("speed auto") == (2 if visible else 0)


def test_the_members_of_a_bundle_negotiate_again() -> None:
    lines = "interface Port-channel1\n switchport mode trunk\n"
    lines += f"interface {PORT}\n switchport mode trunk\n speed 1000\n channel-group 1 mode active\n"
    before = taken(lines, TRANSPARENT)
    edit = _edit(before, intents.NegotiateSpeed("Port-channel1"))
    assert edit is not None
    speed = port(_read(_apply(before, edit)), "Port-channel1").speed
    assert not isinstance(speed, Unknown)
    assert speed.value is None


def test_a_port_is_no_longer_protected() -> None:
    before = taken(f"interface {PORT}\n switchport protected\n spanning-tree portfast\n", TRANSPARENT)
    edit = _edit(before, LET_GO)
    assert edit is not None
    isolated = port(_read(_apply(before, edit)), PORT).isolated
    assert not isinstance(isolated, Unknown)
    assert isolated.value is False


@pytest.mark.parametrize(
    ("said", "after"),
    [("10,20", "10,20,30"), ("28,29", "28-30"), ("29", "29,30"), ("none", "30"), ("1-29,31-40", "1-40")],
)
@pytest.mark.parametrize("bundle", [False, True], ids=["port", "bundle"])
def test_a_trunk_carries_one_vlan_more(said: str, after: str, bundle: bool) -> None:
    own = f" switchport trunk allowed vlan {said}\n switchport mode trunk\n"
    lines = f"vlan 30\ninterface Vlan30\n ip address 192.168.30.1 255.255.255.0\ninterface {PORT}\n{own}"
    lines += f" channel-group 1 mode active\ninterface Port-channel1\n{own}" if bundle else ""
    before = taken(lines, TRANSPARENT)
    name = "Port-channel1" if bundle else PORT
    edit = _edit(before, intents.CarryVlan(name, 30))
    assert edit is not None
    changed = _apply(before, edit)
    assert changed.files[0].text.count(f"allowed vlan {after}\n") == 1 + bundle
    links = [port(_read(each), name).links for each in (before, changed)]
    assert ["vlan.30" in fact.value for fact in links if not isinstance(fact, Unknown)] == [False, True]


_TRUNK = f"interface {PORT}\n switchport mode trunk\n"


@pytest.mark.parametrize(
    ("lines", "intent"),
    [
        (_TRUNK, CARRY),
        (f"{_TRUNK} switchport trunk allowed vlan 10,30\n", CARRY),
        (f"{_TRUNK} switchport trunk allowed vlan 10\n switchport trunk allowed vlan add 20\n", CARRY),
        ("", CARRY),
        (f"interface {PORT}\n source template TILL\ntemplate TILL\n speed 1000\n switchport protected\n", NEGOTIATE),
        (f"interface {PORT}\n source template TILL\ntemplate TILL\n speed 1000\n switchport protected\n", LET_GO),
        (f"interface {PORT}\n switchport private-vlan host-association 100 101\n", LET_GO),
        ("", NEGOTIATE),
        ("", LET_GO),
    ],
)
def test_what_a_person_must_do(lines: str, intent: Any) -> None:
    with pytest.raises(NotPossible):
        _edit(taken(lines, TRANSPARENT), intent)


def test_isolation_of_an_ssid_is_not_about_ports() -> None:
    assert _edit(taken("", TRANSPARENT), intents.DisablePortIsolation(bss="pos")) is None
