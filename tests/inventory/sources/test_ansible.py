"""Ansible inventories: judged by `ansible-inventory` itself; nothing is executed, no secret is read."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.errors import InventoryError
from tests.inventory.sources.reading import places, sourced, values

SHOPS = "- ansible: {path}\n  site: {{group: 'shop_*'}}\n  shared: central\n"

INI = """\
# routers of all shops
gw-[01:03].example.net

[shop_01]
gw-01.example.net ansible_host=192.0.2.1   # a remark
[shop_02]
gw-02.example.net:2222 ansible_user="net audit"
[shop_03]
gw-03.example.net
[central]
fw ansible_host=198.51.100.1 ansible_network_os=routeros

[shops:children]
shop_01
shop_02
shop_03

[shops:vars]
ansible_network_os=cisco.ios.ios
ansible_password=never-read-this
ansible_ssh_common_args='-o ProxyJump=hop@203.0.113.9 -o ConnectTimeout=5'
region = north
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_ini_with_ranges_groups_and_variables(tmp_path: Path) -> None:
    write(
        tmp_path, {"hosts": INI, "host_vars/gw-03.example.net.yml": "---\nansible_host: '10.{{ net }}.0.1'\nnet: 3\n"}
    )
    found = sourced(SHOPS.format(path="hosts"), tmp_path)
    assert {name: device.site for name, device in found.items()} == {
        "gw-01.example.net": "shop_01", "gw-02.example.net": "shop_02", "gw-03.example.net": "shop_03", "fw": "",
    }  # fmt: skip
    common = {"platform": "cisco_ios", "jump_host": "hop@203.0.113.9"}
    assert values(found["gw-01.example.net"]) == {"host": "192.0.2.1", **common}
    assert values(found["gw-02.example.net"]) == {
        "host": "gw-02.example.net", "port": "2222", "username": "net audit", **common,
    }  # fmt: skip
    assert values(found["gw-03.example.net"])["host"] == "10.3.0.1"
    assert values(found["fw"]) == {"host": "198.51.100.1", "platform": "routeros"}
    assert found["gw-01.example.net"].groups == ("shops", "shop_01")
    assert places(found["gw-03.example.net"]) == {
        "host": "gw-03.example.net.yml:2", "platform": "hosts:19", "jump_host": "hosts:21",
    }  # fmt: skip
    assert found["gw-01.example.net"].variables["region"] == "north"
    assert "never-read-this" not in repr(found)


def test_yaml_with_a_vault_and_an_unknown_platform(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "inventory/shops.yml": "all:\n  children:\n    shop_a:\n      hosts:\n        gw[1:2]:\n"
            "          ansible_password: !vault |\n            $ANSIBLE_VAULT;1.1;AES256\n            6162\n",
            "inventory/group_vars/all/net.yml": "ansible_network_os: junipernetworks.junos.junos\nshop_code: '0042'\n",
            "inventory/group_vars/all/vault": "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
            "inventory/README.md": "not an inventory",
        },
    )
    found = sourced(SHOPS.format(path="inventory"), tmp_path)
    assert {values(device)["platform"] for device in found.values()} == {"junipernetworks-junos-junos"}
    assert found["gw2"].variables["shop_code"] == "0042"
    own = SHOPS.format(path="inventory") + "  platforms: {junipernetworks.junos.junos: junos}\n"
    assert values(sourced(own, tmp_path)["gw1"])["platform"] == "junos"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"hosts": "#!/bin/sh\ntouch was-run\n"}, "hosts:1: (top level): this is a script"),
        ({"hosts.yml": "plugin: netbox.netbox.nb_inventory\n"}, "hosts.yml:1: plugin: this is the configuration of a"),
        ({"hosts": "$ANSIBLE_VAULT;1.1;AES256\n61\n"}, "encrypted as a whole"),
        ({"hosts": "[shop_a]\ngw ansible_host='{{ lookup(\"pipe\", \"id\") }}'\n"}, "hosts:2: ansible_host: this"),
        ({"hosts": "[shop_a]\ngw ansible_host='{{ b }}' b='{{ b }}'\n"}, "hosts:2: ansible_host: this template"),
        ({"hosts": "[shop_a]\ngw a=1 'b\n"}, "hosts:2: gw: a quotation mark is not closed"),
        ({"hosts": "[shop_a]\ngw[1:999999999]\n"}, "hosts:2: gw[1:999999999]: stands for more than"),
        ({"hosts": "[shop_a:children]\nnowhere\n"}, "hosts:2: nowhere: no section declares this group"),
        ({"hosts": "[a:children]\nb\n[b:children]\na\n"}, "hosts:4: a: this group would contain itself in b"),
        ({"hosts": "[shop_a\n"}, "hosts:1: [shop_a: expected the name of a host, or a range"),
        ({"hosts": "[shop_a]\ngw\n[shop_b]\ngw\n"}, "hosts:2: gw: belongs to two sites"),
        ({"hosts": "gw\nsw\n"}, "inventory.yaml:1: sources[1]: 2 hosts belong to no site: 'gw', 'sw'"),
        ({"hosts.yml": "a: &a [*a]\n"}, "contains itself"),
        ({"hosts.yml": "shop_a:\n  hosts:\n\tgw:\n"}, "hosts.yml:3: YAML: a tab stands"),
        ({}, "hosts:1: (top level): cannot be read"),
    ],
)  # fmt: skip
def test_mistakes_name_file_and_line(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    write(tmp_path, files)
    for name in files:
        (tmp_path / name).chmod(0o755)
    name = next(iter(files), "hosts")
    with pytest.raises(InventoryError) as raised:
        sourced(SHOPS.format(path=name), tmp_path)
    assert expected in str(raised.value)
    assert not Path("was-run").exists()


@pytest.mark.parametrize(
    ("arguments", "hop"),
    [
        ("-J hop.example.net", "hop.example.net"),
        ("-C -Jone,two", "one,two"),
        ("-o 'ProxyJump hop:2222'", "hop:2222"),
        ('-o ProxyCommand="ssh -W %h:%p hop"', None),
        ("-o ProxyJump=none", None),
        ("-o ServerAliveInterval=30", None),
    ],
)
def test_plain_jump_hosts_are_understood(tmp_path: Path, arguments: str, hop: str | None) -> None:
    write(tmp_path, {"hosts.yml": json.dumps({"shop_a": {"hosts": {"gw": {"ansible_ssh_common_args": arguments}}}})})
    assert values(sourced(SHOPS.format(path="hosts.yml"), tmp_path)["gw"]).get("jump_host") == hop


@pytest.fixture(scope="module")
def ansible_inventory() -> Path:
    program = Path(sys.executable).parent / "ansible-inventory"
    if not program.exists():
        pytest.skip("ansible-core is not installed")
    return program


def generated(folder: Path, seed: int) -> Path:
    """Write a random inventory: INI and YAML files, nested groups with priorities, group_vars and host_vars."""
    chance = random.Random(seed)
    groups = [f"g{number}" for number in range(6)]
    shops = ["shop_a", "shop_b", "shop_c"]
    keys = ["ansible_host", "ansible_port", "ansible_user", "ansible_network_os", "store"]

    def variables() -> dict[str, str]:
        chosen = chance.sample(keys, chance.randint(0, 3))
        return {key: str(chance.randint(2000, 9000)) if key == "ansible_port" else f"{key[:9]}-{chance.randint(1, 99)}"
                for key in chosen}  # fmt: skip

    lines: list[str] = []
    for shop in shops:
        lines.append(f"[{shop}]")
        lines += [
            " ".join([host, *(f"{key}={value}" for key, value in variables().items())])
            for host in (f"{shop}-[08:10]", f"{shop}-x")
        ]
    for number, group in enumerate(groups):
        members = chance.sample(groups[number + 1 :], chance.randint(0, len(groups) - number - 1))
        lines += [f"[{group}:children]", *members, *chance.sample(shops, chance.randint(0, 2))]
    for group in (*groups, "all"):
        stated = variables()
        if chance.random() < 0.4 and group != "all":
            stated["ansible_group_priority"] = str(chance.randint(0, 12))
        lines += [f"[{group}:vars]", *(f"{key} = {value}" for key, value in stated.items())]
    tree = {"all": {"children": {chance.choice(groups): {"hosts": {"shop_a-x": variables(), "shop_b-08": None}}}}}
    files = {"inv/1.ini": "\n".join(lines), "inv/2.yml": json.dumps(tree)}
    for group in chance.sample([*groups, *shops, "all"], 4):
        files[f"inv/group_vars/{group}{chance.choice(['', '.yml', '.json', '/x.yaml'])}"] = json.dumps(variables())
    for host in chance.sample(["shop_a-08", "shop_b-x", "shop_c-10"], 2):
        files[f"inv/host_vars/{host}.yml"] = json.dumps(variables())
    return write(folder, files) / "inv"


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_ansible_inventory(tmp_path: Path, ansible_inventory: Path, seed: int) -> None:
    folder = generated(tmp_path, seed)

    def listed() -> str:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        return subprocess.run(
            [ansible_inventory, "-i", folder, "--list"], capture_output=True, text=True, check=True,
            env={"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, cwd=home, timeout=120,
        ).stdout  # fmt: skip

    whole = listed()
    memberships = json.loads(whole)
    merged = memberships["_meta"]["hostvars"]
    (tmp_path / "saved.json").write_text(whole)
    ours = sourced(SHOPS.format(path="inv"), tmp_path)
    saved = sourced(SHOPS.format(path="saved.json"), tmp_path)

    names = {"ansible_host": "host", "ansible_port": "port", "ansible_user": "username"}
    names["ansible_network_os"] = "platform"
    for found in (ours, saved):
        assert len(found) == 12
        for name, device in found.items():
            stated = {ours_key: str(merged.get(name, {})[key]) for key, ours_key in names.items()
                      if key in merged.get(name, {})}  # fmt: skip
            assert values(device) == {"host": name, **stated}
            assert device.variables.get("store") == merged.get(name, {}).get("store")
            assert {group for group, below in memberships.items() if name in below.get("hosts", ())} - {
                "ungrouped"
            } <= set(device.groups)
    assert {name: set(device.groups) for name, device in ours.items()} == {
        name: set(device.groups) for name, device in saved.items()
    }
