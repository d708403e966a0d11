"""NetBox through pynetbox, against a stand-in that speaks the pages of its API."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.credentials import CredentialRef, Environment
from auditor.errors import InventoryError
from auditor.secrets import Secret
from tests.inventory.sources.netbox_server import TOKEN, NetBox, chain, serving
from tests.inventory.sources.reading import sourced, values

pytest.importorskip("pynetbox")


def reveal(credential: CredentialRef) -> Secret:
    assert credential == Environment("NETBOX_TOKEN")
    return Secret(TOKEN)


def source(url: str, more: str = "  shared: central\n") -> str:
    return f"- netbox: {url}\n  token: {{env: NETBOX_TOKEN}}\n{more}"


@pytest.fixture
def netbox() -> Iterator[NetBox]:
    with serving(chain(sites=40, devices=2000)) as served:
        yield served


def test_two_thousand_devices_in_pages_with_get_only(netbox: NetBox, tmp_path: Path) -> None:
    found = sourced(source(netbox.url), tmp_path, reveal)
    assert len(found) == 2001
    gateway = found["Gateway-1999"]
    assert values(gateway) == {"host": "10.7.207.1", "platform": "cisco_ios"}
    assert (gateway.site, gateway.groups, gateway.tags) == ("shop-39", ("router", "north"), ("pos",))
    assert gateway.site_keys["timezone"].value == "Europe/Paris"
    assert gateway.variables == {"site_name": "Shop 39", "region": "north", "store": "0039"}
    assert gateway.file == f"{netbox.url}/dcim/devices/1999/"
    assert (found["resolver"].site, values(found["resolver"])) == ("", {"host": "2001:db8::53"})
    assert all(line.startswith("GET ") for line in netbox.asked)
    assert sum("dcim/devices" in line for line in netbox.asked) == 4
    assert all("status=active" in line for line in netbox.asked if "dcim/devices" in line)
    assert TOKEN not in repr(found)
    assert "never-read-this" not in repr(found)


def test_a_filter_and_one_list(netbox: NetBox, tmp_path: Path) -> None:
    found = sourced(source(netbox.url, "  filter: {status: [active, staged], tag: pos}\n  objects: devices\n"),
                    tmp_path, reveal)  # fmt: skip
    assert len(found) == 2000
    asked = next(line for line in netbox.asked if "dcim/devices" in line)
    assert "status=active&status=staged&tag=pos" in asked
    assert not any("virtualization" in line for line in netbox.asked)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (403, None, "refused the token for dcim/sites (403)"),
        (401, None, "refused the token for dcim/sites (401)"),
        (404, None, "knows no dcim/sites (404)"),
        (500, None, "answered 500"),
        (200, b"<html>", "is no JSON of its API"),
        (200, b'{"results": 7, "count": 1, "next": null}', "is no JSON of its API"),
        (200, b'{"results": [7], "count": 1, "next": null}', "is not a list of objects"),
        (200, b'{"a": "b"}', "is not a list of objects"),
    ],
)
def test_what_goes_wrong_is_said_at_our_line(
    netbox: NetBox, tmp_path: Path, status: int, body: bytes | None, expected: str
) -> None:
    netbox.status, netbox.body = status, body
    with pytest.raises(InventoryError) as raised:
        sourced(source(netbox.url), tmp_path, reveal)
    assert str(raised.value).startswith("inventory.yaml:1: sources[1].netbox: ")
    assert expected in str(raised.value)
    assert TOKEN not in str(raised.value)


def test_the_token_goes_to_no_other_server(netbox: NetBox, tmp_path: Path) -> None:
    with serving(chain(sites=1, devices=1)) as other:
        netbox.next_base = other.url
        with pytest.raises(InventoryError, match="points to another server"):
            sourced(source(netbox.url), tmp_path, reveal)
        assert other.asked == []


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with serving(chain(sites=1, devices=1)) as gone:
        pass
    with pytest.raises(InventoryError, match="cannot be reached"):
        sourced(source(gone.url), tmp_path, reveal)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- netbox: http://netbox.example.net\n", "the token could be read on the way"),
        ("- netbox: https://me:secret@netbox.example.net\n", "a login does not stand in an address"),
        ("- netbox: https://netbox.example.net\n  token: {agent: true}\n", "sources[1].token: expected one of"),
        ("- netbox: https://netbox.example.net\n  token: {env: NETBOX_TOKEN}\n", "asks no other server"),
        ("- {ansible: a, nornir: b}\n", "expected a mapping with one of: ansible, nornir, netbox"),
        ("- ansible: a\n", "`site` is missing"),
        ("- nornir: a\n  site: {group: a, var: b}\n", "expected {group: PATTERN} or {var: NAME}"),
        ("- nornir: a\n  site: {var: b}\n  paltforms: {}\n", "unknown key; did you mean 'platforms'?"),
    ],
)
def test_mistakes_in_our_keys(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(InventoryError) as raised:
        sourced(text, tmp_path)
    assert expected in str(raised.value)
    assert ":secret@" not in str(raised.value)
