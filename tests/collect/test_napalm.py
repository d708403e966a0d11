"""The same devices by the real napalm: its getters where the profile names them, all of it through the gate."""

import json
from pathlib import Path

import pytest

from auditor.capture import Capture, Failure
from auditor.collect.gate import gate_of
from auditor.credentials import Environment
from auditor.profiles import Transport, load_profile
from tests.collect.test_interactive import CONFIG, OWN, TEXTS, collected, device, gaps, texts
from tests.fakes.ios_ssh import FakeIos

PROFILE = load_profile("cisco_ios").over_napalm()
ARP = """\
Protocol  Address          Age (min)  Hardware Addr   Type   Interface
Internet  192.168.30.21           3   0200.5e00.5321  ARPA   Vlan30
"""
MACS = """\
          Mac Address Table
-------------------------------------------

Vlan    Mac Address       Type        Ports
----    -----------       --------    -----
  30    0200.5e00.5321    DYNAMIC     Gi1/0/5
Total Mac Addresses for this criterion: 1
"""
INTERFACES = """\
GigabitEthernet1/0/5 is up, line protocol is up (connected)
  Hardware is Gigabit Ethernet, address is 0200.5e00.5305 (bia 0200.5e00.5305)
  MTU 1500 bytes, BW 100000 Kbit/sec, DLY 100 usec,
"""
ADDRESSES = """\
Vlan30 is up, line protocol is up
  Internet address is 192.168.30.1/24
"""
REPLIES = {
    "show arp | exclude Incomplete": ARP,
    "show mac address-table": MACS,
    "show interfaces": INTERFACES,
    "show ip interface": ADDRESSES,
    "show ipv6 interface": "",
}


def read(tmp_path: Path, **settings: object) -> tuple[Capture | Failure, FakeIos]:
    changed = {"replies": REPLIES} | settings
    return collected(device(tmp_path, **changed), tmp_path, transport=Transport.NAPALM)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Capture | Failure, FakeIos]:
    return read(tmp_path_factory.mktemp("napalm"))


def test_the_configuration_and_the_state_are_collected(done: tuple[Capture | Failure, FakeIos]) -> None:
    capture, ios = done
    got = texts(capture)
    assert gaps(capture) == {}
    assert got["running-config.txt"].strip() == CONFIG.partition("2222 bytes\n")[2].strip()
    assert [entry["mac"] for entry in json.loads(got["commands/napalm-arp.json"])] == ["02:00:5E:00:53:21"]
    assert json.loads(got["commands/napalm-mac-address-table.json"])[0]["interface"] == "Gi1/0/5"
    assert json.loads(got["commands/napalm-interfaces.json"])["GigabitEthernet1/0/5"]["speed"] == 100
    assert "192.168.30.1" in json.loads(got["commands/napalm-interfaces-ip.json"])["Vlan30"]["ipv4"]
    assert got["commands/policy-profile-tills.txt"] == TEXTS["commands/policy-profile-tills.txt"]
    assert capture.source.startswith("napalm audit@") if isinstance(capture, Capture) else False
    assert ios.log.logins == 1


def test_nothing_is_sent_but_what_is_announced(done: tuple[Capture | Failure, FakeIos]) -> None:
    gate = gate_of(PROFILE)
    _, ios = done
    assert "show arp | exclude Incomplete" in ios.log.commands
    assert all(line in OWN or gate.check(line) for line in ios.log.lines)


def test_what_aaa_refuses_is_a_gap_that_names_what_napalm_sends(tmp_path: Path) -> None:
    capture, _ = read(tmp_path, unauthorised=("show arp",))
    assert set(gaps(capture)) == {"commands/napalm-arp.json"}
    assert "'show arp | exclude Incomplete'" in gaps(capture)["commands/napalm-arp.json"]


def test_what_the_device_does_not_have_is_empty(tmp_path: Path) -> None:
    known = {line: text for line, text in REPLIES.items() if line != "show mac address-table"}
    capture, ios = read(tmp_path, replies=known)
    assert texts(capture)["commands/napalm-mac-address-table.json"] == ""
    assert "show mac-address-table" in ios.log.commands


def test_a_text_that_napalm_cannot_read_is_a_gap(tmp_path: Path) -> None:
    capture, _ = read(tmp_path, replies=REPLIES | {"show arp | exclude Incomplete": "Protocol\nno such thing here\n"})
    assert "napalm cannot read" in gaps(capture)["commands/napalm-arp.json"]


def test_privileged_commands_are_asked_for_by_this_program_and_not_by_napalm(tmp_path: Path) -> None:
    under = device(tmp_path, replies=REPLIES, level=1)
    _, ios = collected(under, tmp_path, transport=Transport.NAPALM, enable=Environment("ENABLE"))
    assert ios.log.secrets == 1
