"""Sites of other inventories: whose variables fill what, where values stand, and what is left out."""

from pathlib import Path

import pytest

from auditor.errors import InventoryError
from auditor.inventory import load

HOSTS = """\
[shop_lyon]
gw ansible_host=192.0.2.1 port_of=2201 store=0042 ansible_ssh_common_args="-o ProxyCommand=none"
sw ansible_host=192.0.2.2 port_of=2202 store=0042 ansible_password=planted

[shop_lyon:vars]
ansible_network_os=openwrt
"""
SOURCE = "sources: {ansible: hosts.ini, site: {group: 'shop_*'}}\n"


def write(folder: Path, text: str) -> Path:
    (folder / "hosts.ini").write_text(HOSTS)
    (folder / "inventory.yaml").write_text(SOURCE + text)
    return folder / "inventory.yaml"


def test_variables_of_a_device_fill_what_is_said_about_it(tmp_path: Path) -> None:
    text = """\
groups:
  shop_lyon:
    readers: [{ssid: "SHOP-{store}"}]
    devices: {gw: {port: "{port_of}", tags: ["{inventory_hostname}"]}, sw: {port: "{port_of}"}}
"""
    (site,) = load(write(tmp_path, text)).sites
    assert [(device.name, device.port, device.tags) for device in site.devices] == [
        ("gw", 2201, ("gw",)),
        ("sw", 2202, ()),
    ]
    assert site.readers[0].entries[0].selector.ssid == "SHOP-0042"


@pytest.mark.parametrize("name", ["port_of", "inventory_hostname"])
def test_a_site_cannot_use_what_its_devices_disagree_on(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, f'groups: {{shop_lyon: {{readers: [{{ssid: "{{{name}}}"}}]}}}}\n')
    with pytest.raises(InventoryError, match=f"'{name}' is a variable of devices, not of the site: gw says") as caught:
        load(path)
    assert len(caught.value.mistakes) == 1
    path.write_text(path.read_text() + f"sites: {{shop_lyon: {{vars: {{{name}: ours}}}}}}\n")
    assert load(path).sites[0].readers[0].entries[0].selector.ssid == "ours"


def test_what_is_left_out_is_a_note_with_its_place(tmp_path: Path) -> None:
    direct, secret = load(write(tmp_path, "")).notes
    assert direct.startswith(f"{tmp_path}/hosts.ini:2: hosts 'gw' are reached through SSH options")
    assert "DIRECTLY" in direct
    assert "'sw' have secrets" in secret
    assert "planted" not in direct + secret


def test_one_placeholder_is_one_mistake_and_templates_have_a_budget(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    (tmp_path / "shops.csv").write_text("site,n\n" + "".join(f"s{n},{n}\n" for n in range(2000)))
    head = "sites_from: {file: shops.csv, site: {devices: {gw: {platform: openwrt, "
    path.write_text(head + 'host: "10.{m}.0.1"}}}}\n')
    with pytest.raises(InventoryError, match="there is no variable 'm'") as caught:
        load(path)
    assert len(caught.value.mistakes) == 1
    tags = ", ".join(f'"t{{n}}-{number}"' for number in range(800))
    path.write_text(head + f'host: "h{{n}}", tags: [{tags}]}}}}}}}}\n')
    with pytest.raises(InventoryError, match="fill more than 1,500,000 values"):
        load(path)
