"""Who is meant by `--from` and `--to`, and what is said of what cannot be asked."""

import re
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from auditor.cli import path, resolve
from auditor.cli.asking import End, Shop, end
from auditor.cli.selection import Selection
from auditor.errors import UsageError
from auditor.inventory import Connection, SiteEntry, loads
from tests.e2e.command_line import SHOP

ENTRY = b"""
sites:
  s:
    readers: {tills: {ssid: SHOP}}
    pos: {tills: {ssid: SHOP}, tablets: {vlan: 30}}
"""


def entry() -> SiteEntry:
    return loads(ENTRY, Path("inventory.yaml")).sites[0]


def shop(**more: tuple[str, ...]) -> Shop:
    groups = {"readers": ("ssid=BAKERY-TILLS",), "pos": ("subnet=192.168.30.0/24",), **more}
    asked = Selection(platforms=("openwrt",))
    return Shop(SHOP, asked, groups["readers"], groups["pos"], fresh=False, accept_new=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("tablets", End("tablets")), ("pos", End("pos", "pos")), ("readers", End("readers", "readers"))],
)
def test_a_word_is_a_group_or_a_kind_of_clients(text: str, expected: End) -> None:
    assert end(text, option="--from", entry=entry()) == expected


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("192.168.30.9", "ip", IPv4Address("192.168.30.9")),
        ("0200.5e10.0001", "mac", "02:00:5e:10:00:01"),
        ("ssid=SHOP-POS", "ssid", "SHOP-POS"),
        ("ssid=SHOP-POS, vlan=30", "vlan", 30),
    ],
)
def test_a_selector_is_a_group_of_its_own_name(text: str, key: str, value: object) -> None:
    found = end(text, option="--from", entry=entry())
    assert found is not None
    assert found.group is not None
    assert found.group.name == text
    assert getattr(found.group.entries[0].selector, key) == value


def test_a_selector_may_say_which_resolvers_are_set_and_how_they_are_attached() -> None:
    found = end("vlan=30,dns=192.0.2.1 192.0.2.2,connection=ethernet", option="--from", entry=entry())
    assert found is not None
    assert found.group is not None
    (asked,) = found.group.entries
    assert asked.dns == (IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2"))
    assert asked.connection is Connection.ETHERNET


@pytest.mark.parametrize("text", ["internet", "api.stripe.com", "nobody"])
def test_anything_else_is_nobody_in_the_shop(text: str) -> None:
    assert end(text, option="--to", entry=entry()) is None


@pytest.mark.parametrize(
    ("source", "target", "protocol", "port", "words"),
    [
        ("nobody", "readers", "tcp", None, "there is no group 'nobody'; groups: pos-1, readers-1"),
        ("pos", "nobody", "tcp", None, "there is no group 'nobody'"),
        ("pos", "2001:db8::1", "tcp", None, "IPv4"),
        ("pos", "readers", "gre", None, "--protocol takes"),
        ("pos", "readers", "icmp", 7, "has no ports"),
        ("ssid=", "readers", "tcp", None, "is not key=value"),
        ("colour=red", "readers", "tcp", None, "colour"),
        ("vlan=5000", "readers", "tcp", None, "1 to 4094"),
    ],
)
def test_what_cannot_be_asked_is_answered_with_what_can(
    source: str, target: str, protocol: str, port: int | None, words: str
) -> None:
    question = path.Question(source, target, port, protocol, json=True)
    with pytest.raises(UsageError, match=re.escape(words)):
        path.run(shop(), question)


def test_nobody_declared_is_nobody_to_answer() -> None:
    with pytest.raises(UsageError, match="declares no pos"):
        path.run(shop(pos=()), path.Question("pos", "readers", None, "tcp", json=True))
    with pytest.raises(UsageError, match="declares no pos"):
        resolve.run(shop(pos=()), "api.stripe.com", "pos", as_json=True)


@pytest.mark.parametrize("name", ["no name", "", "a..b", "http://api.stripe.com"])
def test_what_is_no_name_is_not_asked_for(name: str) -> None:
    with pytest.raises(UsageError, match="is not the name of a host"):
        resolve.run(shop(), name, "pos", as_json=True)
