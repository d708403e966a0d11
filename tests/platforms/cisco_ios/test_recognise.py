"""Which saved file is a running configuration of IOS, and which is none."""

from pathlib import Path

import pytest

from auditor.capture import Kind
from auditor.platforms.cisco_ios.recognise import recognise
from tests.rules.harness.shop import SHOPS

CONFIGURATION = "version 17.9\nhostname gw\ninterface Vlan10\n ip address 192.168.1.1 255.255.255.0\nend\n"


@pytest.mark.parametrize(
    "file", sorted(SHOPS.glob("cisco_ios/*/*/running-config.txt")), ids=lambda path: path.parts[-3]
)
@pytest.mark.parametrize("name", ["running-config.txt", "shop-gw.cfg", "show run", "192.0.2.7"])
def test_a_running_configuration_of_any_name(file: Path, name: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert recognise(name, text) == (name, Kind.CONFIGURATION)
    assert recognise(name, text.partition("!\n")[2]) == (name, Kind.CONFIGURATION)


@pytest.mark.parametrize(
    "text",
    [
        f"gw#show running-config\nBuilding configuration...\n\n{CONFIGURATION}gw#\n",
        f"gw#sh run\n{CONFIGURATION}\ngw#exit\n",
        f"! Cisco IOS Software, Version 15.7\n! Memory: nvram 256K\n{CONFIGURATION}",
        f"!RANCID-CONTENT-TYPE: cisco\n!\n!Chassis type: C892FSP-K9\n!\n{CONFIGURATION}",
        "interface GigabitEthernet0/1\n no ip address\n!\nip route 0.0.0.0 0.0.0.0 192.0.2.1\n",
        "wlan pos 1 SHOP-POS\n no shutdown\nwireless profile policy pos\n vlan 30\n",
    ],
)
def test_logs_and_files_with_headers(text: str) -> None:
    assert recognise("gw.log", text) == ("gw.log", Kind.CONFIGURATION)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello\nworld\n",
        "config interface 'lan'\n\toption proto 'static'\n",
        "/interface bridge add name=bridge\n",
        "hostname gw\ndomain shop.example.net\n",
        "interface eth0\nip route add default\n",
        '{"hostname": "gw"}\n',
    ],
)
def test_what_is_something_else(text: str) -> None:
    assert recognise("file", text) is None


def test_outputs_by_their_place() -> None:
    assert recognise("commands/arp.txt", "") == ("commands/arp.txt", Kind.STATE)
    assert recognise("commands/anything.txt", "x") == ("commands/anything.txt", Kind.STATE)
