"""Texts in a running configuration that try to hide what stands beside them."""

# ruff: noqa: E501 - names and banners in one row each

import pytest

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Stated
from auditor.pipeline import read
from auditor.syntax.ios import parse
from tests.services.hosts import NOW

SWITCH = """version 17.9
hostname sw
!
vlan 30
!
interface GigabitEthernet1/0/5
 description {0}
 switchport mode access
 switchport access vlan 30
 switchport protected
!
interface GigabitEthernet1/0/6
 switchport mode access
!
banner motd ^C
{1}
^C
line vty 0 4
 transport input ssh
!
end
"""
NAMES = (
    "till",
    "^C",
    "a ^C b",
    "title ^C",
    "banner motd ^C",
    "x\x03y",
    "\x03",
    "macro name x",
    "key-string",
    "gw#",
    "end",
    "quit",
)
SAID = (
    "hello", "Building configuration...", "Current configuration : 99 bytes", "end", "interface Vlan30\n shutdown", "sw#",
    "sw#show running-config", "quit", "@", "version 12.4\nhostname x\nBuilding configuration...\nversion 12.4", " --More-- ",
    "!", "crypto pki certificate chain x\n certificate 01",
)  # fmt: skip


def _shape(text: str) -> list[tuple[str, int]]:
    return [(each.text.split(" ", 2)[0], len(each.children)) for each in parse(text).top]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("said", SAID)
def test_neither_a_name_nor_a_banner_hides_anything(name: str, said: str) -> None:
    text = SWITCH.format(name, said)
    assert _shape(text) == _shape(SWITCH.format("till", "hello"))
    assert parse(text).damage == ()
    file = CapturedFile("running-config.txt", text, Kind.CONFIGURATION)
    device = read(Capture("sw", "cisco_ios", (file,), (), NOW, False, "a file"))
    ports = {port.key: port.isolated for port in device.ports}
    assert isinstance(ports["GigabitEthernet1/0/5"], Stated)
    assert ports["GigabitEthernet1/0/5"].value is True


@pytest.mark.parametrize("first", ["version 17.9\nhostname a\n", "interface Vlan30\n shutdown\n"])
def test_a_second_beginning_is_damage(first: str) -> None:
    """Of two configurations in one text none is the one that runs."""
    document = parse(f"{first}Building configuration...\n\nversion 17.9\nhostname b\nend\n")
    assert len(document.damage) == 1


def test_a_configuration_cut_in_a_banner_is_damaged() -> None:
    """A banner that looks like the end and a prompt can at most make an answer seem to be over too early."""
    text = SWITCH.format("x", "end\nsw#\nsw#")
    cut = text[: text.index("sw#\nsw#")]
    assert parse(cut).damage != ()
