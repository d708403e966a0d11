"""Nornir's SimpleInventory: judged by Nornir's own plugin."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import InventoryError
from tests.inventory.sources.reading import places, sourced, values

TEXT = "- nornir: .\n  site: {var: site_name}\n  shared: core\n  roles: {edge: router}\n"
GROUPS = ("core", "edge", "north", "south")


def write(folder: Path, **files: object) -> None:
    for name, data in files.items():
        (folder / f"{name}.yaml").write_text(data if isinstance(data, str) else json.dumps(data))


def test_groups_defaults_and_data(tmp_path: Path) -> None:
    write(
        tmp_path,
        hosts="gw:\n  hostname: 192.0.2.1\n  password: never-read-this\n  groups: [edge]\n"
        "  data: {site_name: Lyon 01, wifi_psk: never-read-this}\ncore1:\n  groups: [core]\n",
        groups="edge: {port: 2222, groups: [north]}\nnorth: {platform: ios}\ncore:\n",
        defaults="username: audit\nplatform: mikrotik_routeros\n",
    )
    found = sourced(TEXT, tmp_path)
    assert values(found["gw"]) == {
        "host": "192.0.2.1", "port": "2222", "username": "audit", "platform": "cisco_ios", "roles": "router",
    }  # fmt: skip
    assert places(found["gw"])["platform"] == "groups.yaml:2"
    assert (found["gw"].site, found["gw"].groups) == ("Lyon-01", ("edge", "north"))
    assert (found["core1"].site, values(found["core1"])["platform"]) == ("", "routeros")
    assert "never-read-this" not in repr(found)


@pytest.mark.parametrize(
    ("hosts", "groups", "expected"),
    [
        ("gw: {groups: [nowhere]}\n", "", "hosts.yaml:1: gw: there is no group 'nowhere'"),
        ("gw: {groups: [a]}\n", "a: {groups: [b]}\nb: {groups: [a]}\n", "groups.yaml:2: b: this group would contain"),
        ("gw: [1]\n", "", "hosts.yaml:1: gw: expected a mapping, found a list"),
        ("gw:\n", "", "inventory.yaml:1: sources[1]: 1 hosts belong to no site: 'gw'"),
        ("a: &a {x: [*a]}\n", "", "contains itself"),
    ],
)
def test_mistakes(tmp_path: Path, hosts: str, groups: str, expected: str) -> None:
    write(tmp_path, hosts=hosts, groups=groups)
    with pytest.raises(InventoryError) as raised:
        sourced(TEXT, tmp_path)
    assert expected in str(raised.value)


stated = st.fixed_dictionaries(
    {},
    optional={
        "hostname": st.sampled_from(["192.0.2.1", "gw.example.net"]),
        "port": st.integers(1, 65535),
        "username": st.sampled_from(["audit", "net"]),
        "platform": st.sampled_from(["linux", "cisco_ios", "routeros", "openwrt"]),
        "password": st.just("never-read-this"),
    },
)


@st.composite
def inventories(draw: st.DrawFn) -> tuple[object, object, object]:
    groups = {
        name: {**draw(stated), "groups": draw(st.lists(st.sampled_from(GROUPS[at + 1 :]), unique=True))
               if at + 1 < len(GROUPS) else []}
        for at, name in enumerate(GROUPS)
    }  # fmt: skip
    hosts = {
        f"gw{at}": {
            **draw(stated),
            "groups": draw(st.lists(st.sampled_from(GROUPS), unique=True)),
            "data": {"site_name": f"shop-{at}"},
        }
        for at in range(3)
    }
    return hosts, groups, draw(stated)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(inventories())
def test_agrees_with_nornir(tmp_path: Path, parts: tuple[object, object, object]) -> None:
    simple = pytest.importorskip("nornir.plugins.inventory.simple")
    write(tmp_path, hosts=parts[0], groups=parts[1], defaults=parts[2])
    oracle = simple.SimpleInventory(
        *(str(tmp_path / f"{name}.yaml") for name in ("hosts", "groups", "defaults"))
    ).load()
    found = sourced(TEXT.replace("  roles: {edge: router}\n", ""), tmp_path)
    assert found.keys() == oracle.hosts.keys()
    for name, host in oracle.hosts.items():
        names = {"host": host.hostname or name, "port": host.port, "username": host.username, "platform": host.platform}
        assert values(found[name]) == {key: str(value) for key, value in names.items() if value is not None}
        assert set(found[name].groups) == {group.name for group in host.extended_groups()}
