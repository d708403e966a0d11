"""`auditor inventory check` and `show`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli.app import app
from auditor.errors import InventoryError, UsageError

TEXT = """\
defaults: {platform: openwrt}
jump_hosts: {bastion: {host: 192.0.2.9}}
groups: {unused: {}}
devices: {hq: {host: 192.0.2.10}}
sites_from: {file: shops.csv, site: {devices: {gw: {host: "10.0.{n}.1", jump_host: bastoin}}, tags: [pci]}}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "shops.csv").write_text("site;n\nlyon-01;1\nlyon-02;1\n")
    (tmp_path / "inventory.yaml").write_text(TEXT)
    return tmp_path / "inventory.yaml"


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, ["inventory", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_check_counts_and_warns(path: Path) -> None:
    lines = run("check", path).splitlines()
    assert lines[0].endswith("2 sites, 3 devices")
    told = "\n".join(lines)
    for words in (
        "openwrt 3",
        "pci 2",
        "no readers are declared: lyon-01, lyon-02",
        "groups that no site is in: unused",
        "shared devices that no site names: hq",
        "'bastoin' stands in no `jump_hosts`; did you mean 'bastion'?",
        "the same address for lyon-01/gw, lyon-02/gw",
    ):
        assert words in told


def test_check_tells_every_mistake(path: Path) -> None:
    path.write_text(TEXT + "sites: {x: {timezone: Paris}}\n")
    with pytest.raises(InventoryError, match="Europe/Paris"):
        run("check", path)


def test_show_names_the_place_of_each_value(path: Path) -> None:
    lines = {line.split()[0]: line for line in run("show", "lyon-02", "--inventory", path).splitlines()}
    assert lines["host:"].endswith(f"{path}:5 ({path.parent}/shops.csv:3)")
    assert lines["platform:"].endswith(f"{path}:1")
    assert lines["policy:"].split()[-1] == "default"


def test_show_as_json(path: Path) -> None:
    document = json.loads(run("show", "lyon-01", "--inventory", path, "--json"))
    values = {".".join(each["keys"]): each["value"] for each in document["values"]}
    assert (document["site"], values["devices.gw.host"], values["tags"]) == ("lyon-01", "10.0.1.1", ["pci"])


def test_show_proposes_the_name_that_was_meant(path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'lyon-01'"):
        run("show", "lyno-01", "--inventory", path)
