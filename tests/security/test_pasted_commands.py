"""What a person pastes: a real shell runs the files, with names of the device that try to become commands."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command_line import User, inventory

PROGRAMS = ("uci", "wifi", "service", "ubus", "cat", "sleep", "kill", "reboot", "logger", "iwinfo", "ip", "sh")
UCI = ("changes", "show", "get", "set", "add_list", "del_list", "add", "delete", "reorder", "commit", "revert")
NAMES = (
    "$(touch owned)",
    "`touch owned`",
    ";touch owned;",
    "'\"';touch owned;'",
    "x' && touch owned #",
    "${IFS}touch${IFS}owned",
    "{{ 7*7 }}{% set x %}",
    "!! \\$(touch owned) & | > owned",
    "redacted-short-00000000",
    "-rf --help",
)


def _run(script: Path, folder: Path) -> list[list[str]]:
    """Run a file of commands with programs that only note what they are called with."""
    programs, called = folder / "programs", folder / "called"
    programs.mkdir()
    called.touch()
    for name in PROGRAMS:
        note = f'#!/bin/sh\n{{ printf "%s\\0" {name} "$@"; printf "\\1"; }} >> {shlex.quote(str(called))}\n'
        (programs / name).write_text(note)
        (programs / name).chmod(0o755)
    shell = shutil.which("sh") or "/bin/sh"
    subprocess.run(
        [shell, str(script)],
        cwd=folder,
        env={"PATH": f"{programs}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return [call.split("\0")[:-1] for call in called.read_text(encoding="utf-8").split("\1") if call]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_becomes_a_command(user: User, shop: Path, tmp_path: Path, name: str) -> None:
    """The name stands wherever a name may: SSID, host, rule, zone, domain, comment, interface option."""
    written = "'" + name.replace("'", "'\\''") + "'"
    config = shop / "etc" / "config"
    for file in config.iterdir():
        text = file.read_text(encoding="utf-8").replace("'BAKERY-TILLS'", written)
        lines = (f"{line}\t# {name}" if line.startswith("config ") else line for line in text.split("\n"))
        file.write_text("\n".join(lines), encoding="utf-8")
    for package, more in {
        "dhcp": f"config host\n\toption name {written}\n\toption mac '02:00:5e:10:00:01'\n\toption ip '192.168.30.9'\n"
        f"config domain\n\toption name {written}\n\toption ip '192.0.2.1'\n",
        "firewall": f"config rule\n\toption name {written}\n\toption src 'pos'\n\toption dest 'wan'\n"
        "\toption proto 'tcp'\n\toption dest_port '443'\n\toption target 'REJECT'\n",
        "network": f"config device\n\toption name {written}\n\toption type 'bridge'\n\tlist ports {written}\n",
    }.items():
        with (config / package).open("a", encoding="utf-8") as stream:
            stream.write(f"\n{more}")
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    user.write(
        "inventory.yaml",
        inventory(f"{{gw: {{captures: {shop}, platform: openwrt}}}}").replace("BAKERY-TILLS", quoted),
    )
    done = user.run("audit", "inventory.yaml", "--out", "fixes", "--report", "json=report.json")
    assert done.code in (1, 3), done.output
    scripts = [file for file in (user.folder / "fixes").iterdir() if file.suffix in (".commands", ".undo")]
    assert scripts
    for number, script in enumerate(scripts):
        folder = tmp_path / f"pasted-{number}"
        folder.mkdir()
        calls = _run(script, folder)
        assert calls
        assert not list(folder.rglob("owned")), script.read_text(encoding="utf-8")
        assert {call[0] for call in calls} <= set(PROGRAMS) - {"reboot"}
        for call in calls:
            if call[0] == "uci":
                assert next(word for word in call[1:] if not word.startswith("-")) in UCI, call
