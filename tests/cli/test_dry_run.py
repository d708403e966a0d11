"""What a dry run says, and that it can do nothing more than that."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import auditor
from auditor.cli import dry_run
from auditor.cli.dry_run import DryRun
from auditor.cli.planned import CONNECT, LOGIN, Plan, sent_to
from auditor.collect.gate import gate_of
from auditor.collect.ssh import SshLimits
from auditor.credentials import Environment
from auditor.errors import UsageError
from auditor.inventory import Inventory, loads
from auditor.inventory.reaching import JumpHost, Timeouts
from auditor.platforms import PLATFORMS
from auditor.profiles import load_profile

DOCUMENT = """\
defaults: {username: audit, credentials: {env: SHOP_PASSWORD}}
devices:
  wlc: {host: 192.0.2.250, platform: cisco_ios, enable: {keyring: wlc}}
sites:
  lyon:
    devices:
      gw: {host: gw.lyon.example, port: 2222, platform: openwrt, enable: {keyring: unused}}
      sw: {host: 192.0.2.2, platform: cisco_ios, transport: napalm, old_ssh: true}
      ap: {captures: backups/ap, platform: routeros}
      fw: {host: 192.0.2.3, platform: junos}
      wlc:
  metz:
    devices: {gw: {host: 192.0.2.4, platform: openwrt, credentials: {key_file: id_shops}}, wlc: }
"""


@pytest.fixture(scope="module")
def found() -> Inventory:
    read = loads(DOCUMENT.encode(), Path("inventory.yaml"))
    lyon, metz = read.sites
    hop = JumpHost("bastion", "198.51.100.4", 2200, "ops", Environment("BASTION_PASSWORD"))
    gw = replace(lyon.devices[0], path=(hop, JumpHost("inner", "inner")), timeouts=Timeouts(command=7, device=90))
    return replace(read, sites=(replace(lyon, devices=(gw, *lyon.devices[1:])), metz))


def told(found: Inventory, wanted: DryRun) -> str:
    stream = StringIO()
    dry_run.show(found, found.sites, wanted, Console(file=stream, width=80))
    return stream.getvalue()


def test_it_says_whom_how_and_through_what(found: Inventory) -> None:
    shown = told(found, DryRun(verbose=True))
    assert "inventory.yaml: 2 sites, 4 devices to log in to, 1 saved capture to read, 1 device of platforms" in shown
    assert "at once: 100 devices, 10 of a site, 20 through a jump host, 1 at an address" in shown
    first = shown.split("\n\n")[1].splitlines()
    assert [line.split(None, 1)[1] for line in first] == [
        "1 device",
        "audit",
        "environment variable SHOP_PASSWORD",
        "bastion = ops@198.51.100.4:2200 (environment variable BASTION_PASSWORD), then "
        "inner (SSH agent, ~/.ssh/config, or the key file of the device behind it)",
        "connect 10 s, login 20 s, command 7 s, slow command 120 s, all of a device 90 s",
        "lyon/gw  gw.lyon.example port 2222",
    ]
    assert "key file id_shops" in shown
    assert "  enable      keyring service wlc\n" in shown
    assert "unused" not in shown, "no enable secret is asked for where there is no such thing"
    assert "device      wlc  192.0.2.250  shared by 2 sites" in shown
    assert "algorithms  those of old devices, too" in shown
    assert "lyon/ap  backups/ap (routeros)" in shown
    assert "lyon/fw  junos" in shown


def test_devices_that_are_reached_alike_are_said_together(found: Inventory) -> None:
    site = found.sites[1]
    many = replace(
        found,
        sites=tuple(
            replace(site, name=f"s{n}", devices=(replace(site.devices[0], key=f"s{n}/gw"),)) for n in range(2000)
        ),
    )
    shown = told(many, DryRun())
    assert "openwrt  2,000 devices" in shown
    assert "s5/gw 192.0.2.4 and 1,994 more (--verbose)" in shown
    assert shown.count("cat /etc/board.json") == 1
    assert len(told(many, DryRun(verbose=True)).splitlines()) > 2000


@pytest.mark.parametrize("platform", [platform.name for platform in PLATFORMS])
def test_each_line_that_may_be_sent_is_said(platform: str) -> None:
    profile = load_profile(platform)
    lines = {sent.line for sent in sent_to(profile, enable=True)} | {s.by_root for s in sent_to(profile, enable=True)}
    for command in profile.commands:
        assert command.run in lines
        assert command.elevated in lines
    own = () if profile.terminal is None else (profile.terminal.enable, *profile.terminal.preamble)
    assert lines >= set(own)
    fixed = [sent.line for sent in sent_to(profile, enable=True) if sent.line and not sent.holes]
    assert all(gate_of(profile).check(line) == line for line in fixed)


def test_napalm_sends_lines_of_its_own() -> None:
    profile = load_profile("cisco_ios").over_napalm()
    lines = [sent.line for sent in sent_to(profile, enable=False)]
    assert {line for getter in profile.napalm for line in getter.sends} <= set(lines)
    assert not {getter.getter for getter in profile.napalm} & set(lines)


def test_the_document_has_all_of_it(found: Inventory) -> None:
    document = json.loads(told(found, DryRun(json=True)))
    gw, sw, wlc, _ = document["devices"]
    assert (gw["host"], gw["port"], gw["user"], len(gw["path"])) == ("gw.lyon.example", 2222, "audit", 2)
    assert sw["transport"] == "napalm"
    assert sw["sent"] == "cisco_ios napalm"
    assert (wlc["sites"], wlc["enable"]) == (["lyon", "metz"], "keyring service wlc")
    assert set(document["sent"]) == {"openwrt", "cisco_ios", "cisco_ios napalm"}
    assert [each["device"] for each in document["saved"]] == ["lyon/ap"]
    assert [each["device"] for each in document["not_supported"]] == ["lyon/fw"]


def test_time_outs_are_those_of_the_collector(found: Inventory) -> None:
    assert (SshLimits().connect, SshLimits().login) == (CONNECT, LOGIN)
    assert Plan.of(found, found.sites).logins[1].way.timeouts.connect == CONNECT


def test_json_is_of_a_dry_run() -> None:
    with pytest.raises(UsageError, match="--json goes with --dry-run"):
        DryRun.read(False, as_json=True, verbose=False)
    assert DryRun.read(False, as_json=False, verbose=True) is None


_WATCHED = """\
import sys
seen = set()
def watch(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn")):
        seen.add(event)
    if event == "open" and isinstance(arguments[0], str) and arguments[0].endswith(("id_shops", "/.ssh/config")):
        seen.add(arguments[0])
sys.addaudithook(watch)
from auditor.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
loaded = {"asyncssh", "netmiko", "napalm", "paramiko", "keyring", "hvac", "pynetbox"} & set(sys.modules)
print("seen:", sorted(seen), sorted(loaded))
"""


@pytest.mark.parametrize(
    "command",
    [
        ("audit", "inventory.yaml"),
        ("collect", "inventory.yaml", "--out", "out"),
        ("verify", "-i", "inventory.yaml"),
        ("path", "inventory.yaml", "--site", "lyon", "--from", "vlan=10", "--to", "internet"),
        ("resolve", "example.com", "inventory.yaml", "--site", "lyon", "--from", "vlan=10"),
        ("model", "lyon/gw", "-i", "inventory.yaml"),
    ],
    ids=lambda command: command[0],
)
def test_it_opens_no_socket_reads_no_credential_and_loads_nothing_that_could(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "inventory.yaml").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "id_shops").write_text("not a key", encoding="utf-8")
    arguments = [sys.executable, "-c", _WATCHED, *command, "--dry-run"]
    environment = {**os.environ, "PYTHONPATH": str(Path(auditor.__file__).parents[1])}
    done = subprocess.run(arguments, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "seen: [] []"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["id_shops", "inventory.yaml"], "nothing is written"
