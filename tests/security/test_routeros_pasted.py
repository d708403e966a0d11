"""What a person pastes for a RouterOS device: a console takes the files, with names that try to become commands."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from auditor.capture import Capture
from auditor.collect.saved import load_capture
from auditor.platforms import platform
from auditor.profiles import load_profile
from tests.e2e.command_line import User
from tests.remediation.routeros_shell import Tree, run, tree_of

ROUTEROS = platform("routeros")
SHOPS = Path(__file__).parents[1] / "shops" / "routeros"
NAMES = (
    '"; /system reboot; :put "',
    '"];/system reboot;[find name="',
    "$[/system reboot]",
    "$(:execute reboot)",
    "} on-error={ /system reboot }",
    "]; /system reboot; [",
    "; /system reboot;",
    "a\\",
    '\\"; /system reboot; #',
    "what?",
    "?\x3f??",
    "{{ 7*7 }}{% set x %}{# x #}",
    "# expect: 1",
    "é 中 <b>&amp;",
    "yes",
    "and",
    "0,1",
    "*1",
    "!x",
    "~x",
    "name=x place-before=0",
    "redacted-short-00000000",
)
PLACES = {
    "healthy": ("SHOP-POS", "dp-pos", "cfg-pos", "sec-pos", "ch-2ghz", "pool-pos", "CLIENTS", "tills and readers"),
    "v6": ("SHOP-POS", "sec-pos", "pool-pos", "CLIENTS", "bridge-pos", "tills and readers"),
    "capsman": ("SHOP-POS", "dp-pos", "cfg-pos", "sec-pos", "pool-pos", "CLIENTS", "tills and readers"),
    "wifi-capsman": ("SHOP-POS", "dp-pos", "cfg-pos", "sec-pos", "pool-pos", "CLIENTS", "tills and readers"),
}
"""Names in the shops that become hostile, each with a digit of its own behind it."""

FAULTS = (
    ("lease-time=1d", "lease-time=10m"),
    ("name=pos", "name=pos lease-time=10m"),
    ("disabled=no name=dp-pos", "client-isolation=yes disabled=no name=dp-pos"),
    ("client-to-client-forwarding=yes", "client-to-client-forwarding=no"),
    ("authentication-types=wpa2-psk", "authentication-types=wpa3-psk"),
    ("band=2ghz-n", "band=2ghz-ax"),
    ("band=5ghz-ac", "band=5ghz-ax"),
    ("dns-server=192.168.30.1", "dns-server=192.0.2.99"),
    ("default-forwarding=yes", "default-forwarding=no"),
)


def _exported(value: str) -> str:
    """Write a value as an export does, every character by its octets."""
    return '"' + "".join(f"\\{octet:02X}" for octet in value.encode()) + '"'


def _hostile(shop: str, name: str, folder: Path) -> Path:
    copy = Path(shutil.copytree(SHOPS / shop, folder / shop))
    export = copy / "gw" / "export.rsc"
    text = export.read_text().replace("\\\n    ", "")
    for before, after in FAULTS:
        text = text.replace(before, after)
    names = {place: f"{name}{number}" for number, place in enumerate(PLACES[shop])}
    for place, said in names.items():
        text = text.replace(f'"{place}"', place)
        pieces = text.split(place)
        # A name is taken only where it is a whole value or a whole word of a list.
        joined = pieces[0]
        for piece in pieces[1:]:
            whole = joined[-1:] == "=" and piece[:1] in (" ", "\n", "]")
            joined += (_exported(said) if whole else place) + piece
        text = joined
    blocked = f"add action=drop chain=forward comment={_exported(f'{name}9')} dst-port=443 protocol=tcp"
    text += f"/ip firewall filter {blocked} place-before=0\n".replace(" place-before=0", "")
    text += f"/ip dns static add address=192.168.9.9 name=api.stripe.com comment={_exported(f'{name}8')}\n"
    export.write_text(text)
    for file in (copy / "gw" / "commands").iterdir():
        # What the device printed has the old names.
        if file.name not in ("resource.txt", "packages.txt", "clock.txt"):
            file.unlink()
    inventory = copy / "inventory.yaml"
    entries = yaml.safe_load(inventory.read_text())
    entries["sites"]["shop"]["readers"]["tills"]["ssid"] = names["SHOP-POS"]
    inventory.write_text(yaml.safe_dump(entries))
    return copy


def _fixed_lines() -> set[str]:
    """What the profile itself brings: arming and calling off the way back."""
    recipes = load_profile("routeros").snippet.dead_man.values()
    return {line for recipe in recipes for line in (*recipe.arm, *recipe.call_off)}


def _lines(file: Path) -> Iterator[str]:
    for line in file.read_text(encoding="utf-8").split("\n")[:-1]:
        assert line.isprintable(), line
        if line.startswith("# expect: "):
            assert line.isascii(), line
            assert "?" not in line, line
        if line and line not in _fixed_lines() and (not line.startswith("#") or line.startswith("# expect: ")):
            yield line


def _capture(copy: Path) -> Capture:
    return load_capture("gw", "routeros", copy / "gw", recognise=ROUTEROS.recognise, redact=lambda _, text: text)


def _known(tree: Tree) -> list[str]:
    """The names and comments of a device: a change touches none, and its way back neither."""
    return sorted(
        value
        for items in tree.values()
        for item in items
        for key, value in item.properties.items()
        if key in ("name", "comment", "ssid", "configuration.ssid")
    )


@pytest.mark.parametrize(
    ("shop", "name"),
    [("healthy", name) for name in NAMES]
    + [(shop, name) for shop in PLACES for name in NAMES[:3] if shop != "healthy"],
)
def test_no_name_becomes_a_command(user: User, tmp_path: Path, shop: str, name: str) -> None:
    """The name is that of SSIDs, profiles, pools, lists and comments. Every line is one command of a snippet."""
    copy = _hostile(shop, name, tmp_path)
    done = user.run("audit", copy / "inventory.yaml", "--out", "fixes", "--report", "json=report.json")
    assert done.code in (1, 3), done.output
    fixes = {file.name: file for file in (user.folder / "fixes").iterdir()}
    assert {"gw.commands", "gw.undo"} & set(fixes) or {"gw.risky.commands"} & set(fixes), done.output
    before = tree = tree_of(_capture(copy))
    for kind in ("gw.commands", "gw.risky.commands"):
        if kind in fixes:
            tree = run(tree, tuple(_lines(fixes[kind]))).tree
    assert tree != before
    for kind in ("gw.risky.undo", "gw.undo"):
        if kind in fixes:
            tree = run(tree, tuple(_lines(fixes[kind]))).tree
    assert [each for each in tree if each.startswith("system reboot")] == []
    assert _known(tree) == _known(before)
