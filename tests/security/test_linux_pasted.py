"""What a person pastes for a Linux host: real shells take the files, with texts of the host that try to break out."""

import os
import pty
import select
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.capture import Capture, CapturedFile, Kind
from auditor.platforms.linux import PLATFORM, change
from auditor.remediation.render import render_whole
from tests.e2e.command_line import User
from tests.services.hosts import NOW

SHOP = Path(__file__).parents[1] / "shops" / "linux" / "healthy"
LEASES = "etc/dnsmasq.d/leases.conf"
TOOLS = ("cat", "mktemp", "rm", "sed")
NOTED = ("dnsmasq", "systemctl", "hostapd_cli", "sleep", "reboot", "nft", "logger")

TEXTS = {
    "a substitution": "$(touch owned) `touch owned` ${IFS}",
    "separators": "; touch owned; & touch owned | touch owned\\",
    "quotes": "'\"'; touch owned; '\"",
    "the end of the paste": "end of change",
    "header of a patch": "-- a/etc/passwd\t2024-01-01\n#++ b/etc/passwd\n#@ -1 +1 @@",
    "hunk": "@@ -1,5 +1,5 @@",
    "index": "Index: etc/passwd\n#Prereq: 1",
    "ed": "1,$d\n#.\n#w etc/passwd",
    "markers of tabs": "<tab> <TAB> <tabulator> <tab2>\t\\t <t\tab>",
    "backslashes": "\\ No newline at end of file \\n \\t & \\1",
    "a control character": "\x03\n#\x1b[201~\ntouch owned",
    "unicode ends": "\u2028touch owned\x85touch owned\x0btouch owned\x0ctouch owned",
    "history": "!touch !! !$ ^touch^x",
    "markup": "{{ 7*7 }}{% raw %}{# x #}<script>&lt;",
    "yaml": "- !!python/object:x &a *a: |\n# >",
    "a long line": "x" * 1500,
    "a token": "redacted-short-00000000",
    "octets": "\\xe9\\x00",
    "comments": "# x' # y\" # z",
}


def _folder(tmp_path: Path) -> Path:
    """Programs that are real, `patch` below a folder, and others that are only noted."""
    programs, root = tmp_path / "programs", tmp_path / "root"
    programs.mkdir()
    for name in TOOLS:
        (programs / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    real = shutil.which("patch") or "/usr/bin/patch"
    (programs / "patch").write_text(
        f'#!/bin/sh\n[ "$1 $2" = "-d /" ] || exit 9\nshift 2\nexec {real} -d {shlex.quote(str(root))} "$@"\n'
    )
    for name in NOTED:
        (programs / name).write_text(f"#!/bin/sh\necho {name} >> {shlex.quote(str(tmp_path / 'called'))}\n")
    for file in programs.iterdir():
        if not file.is_symlink():
            file.chmod(0o755)
    return programs


def _environment(tmp_path: Path) -> dict[str, str]:
    return {"PATH": str(tmp_path / "programs"), "HOME": str(tmp_path), "TMPDIR": str(tmp_path / "temporary"), "PS1": ""}


def _by_file(script: Path, tmp_path: Path) -> None:
    subprocess.run(
        ["/bin/sh", str(script)],
        cwd=tmp_path,
        env=_environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )


def _by_paste(script: Path, tmp_path: Path) -> None:
    """Type the file into an interactive bash on a terminal, as a paste without brackets does."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        bash = "/bin/bash"
        os.execve(bash, [bash, "--norc", "--noprofile", "-i"], _environment(tmp_path) | {"TERM": "dumb"})
    data = script.read_bytes() + b"\nexit\n"
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        readable, writable, _ = select.select([terminal], [terminal] if data else [], [], 1)
        try:
            if readable and not os.read(terminal, 65536):
                break
        except OSError:
            break
        if writable:
            data = data[os.write(terminal, data[:256]) :]
    os.close(terminal)
    os.waitpid(child, 0)


def _root_of(tmp_path: Path) -> Path:
    """The files of the shop as they lie on the host, and one that no change is about."""
    root = tmp_path / "root"
    root.mkdir()
    shutil.copytree(SHOP / "gw" / "etc", root / "etc")
    (root / "etc" / "passwd").write_text("1\n")
    (tmp_path / "temporary").mkdir()
    return root


def _scripts(before: Capture, after: Capture, folder: Path) -> tuple[Path, Path]:
    """The changes from one capture to the other, and the way back, as files."""
    snippet = render_whole(PLATFORM, change.WHOLE, before, after)
    forth, back = folder / "forth", folder / "back"
    forth.write_text("\n".join((*snippet.reads, *snippet.apply, *snippet.checks)) + "\n")
    back.write_text("\n".join(snippet.undo) + "\n")
    return forth, back


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("paste", [_by_file, _by_paste])
def test_a_hostile_text_around_a_change_stays_text(
    tmp_path: Path, name: str, paste: Callable[[Path, Path], None]
) -> None:
    """Lines of the file that is changed carry it; the change is made and taken back, and nothing else happens."""
    before = "".join(f"line {number} {TEXTS[name]}\n{TEXTS[name]}\n" for number in range(9)) + "a=1\nb\n#\n"
    before += "".join(f"{TEXTS[name]}\nline {number}\n" for number in range(9))
    after = before.replace("a=1", f"a=2 {TEXTS['quotes']}")
    root = _root_of(tmp_path)
    _folder(tmp_path)
    (root / LEASES).write_text(before, newline="")
    there = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}
    captures = _capture(f"/{LEASES}", before), _capture(f"/{LEASES}", after)
    for script, expected in zip(_scripts(*captures, tmp_path), (after, before), strict=True):
        assert not set("\x03\x1b\u2028\x85\x0b\x0c\t") & set(script.read_text())
        paste(script, tmp_path)
        assert (root / LEASES).read_bytes().decode() == expected, script.read_text()
        now = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}
        assert {file for file in now if now[file] != there.get(file)} <= {root / LEASES}
    assert not list(tmp_path.rglob("owned"))
    assert not list((tmp_path / "temporary").iterdir())


def test_hostile_comments_in_a_whole_run(user: User, tmp_path: Path) -> None:
    """From the captured file to what is pasted, by the command line."""
    shop = Path(shutil.copytree(SHOP, user.folder / "shop"))
    lines = (shop / "gw" / LEASES).read_text().replace(",24h", ",1h").split("\n")
    texts = [
        TEXTS[name].replace("\n", "\n#") for name in ("a substitution", "the end of the paste", "a control character")
    ]
    faulty = "\n".join((*lines[:1], *(f"#{text}" for text in texts), *lines[1:]))
    (shop / "gw" / LEASES).write_text(faulty)
    done = user.run("audit", shop / "inventory.yaml", "--out", "fixes", "--report", "json=report.json")
    assert done.code == 1, done.output
    assert not set("\x03\x1b") & set(done.output)
    root = _root_of(tmp_path)
    _folder(tmp_path)
    (root / LEASES).write_text(faulty)
    for kind, lease in (("commands", ",24h"), ("undo", ",1h")):
        _by_file(user.folder / "fixes" / f"gw.{kind}", tmp_path)
        assert lease in (root / LEASES).read_text()
    assert (root / LEASES).read_text() == faulty
    assert set((tmp_path / "called").read_text().split()) == {"dnsmasq", "systemctl"}
    assert not list(tmp_path.rglob("owned"))


def _capture(path: str, text: str) -> Capture:
    file = CapturedFile(path, text, Kind.CONFIGURATION)
    return Capture("gw", "linux", (file,), (), NOW, False, "a test")


@pytest.mark.parametrize(
    "path",
    [
        "/etc/../root/.profile",
        "/etc/./x",
        "/etc//x",
        "/etc/a b",
        "/etc/a\tb",
        "/etc/a\n+++ b/etc/passwd",
        '/"etc/x"',
        "/etc/'x'",
        "/etc/$(touch owned)",
        "/etc/é",
        "/etc/\\101",
        "/dev/sda",
        "/proc/sys/kernel/x",
        "/sys/x",
        "etc/x",
        "/etc/x/",
        "/",
        "",
    ],
)
def test_a_path_that_patch_may_take_for_another_is_refused(path: str) -> None:
    before = _capture(path, "a\nb\n")
    after = replace(before, files=(replace(before.files[0], text="a\nc\n"),))
    with pytest.raises(ValueError, match="name of the file"):
        change.context(before, after)


@pytest.mark.parametrize("path", ["/etc/dnsmasq.d/10-shop.conf", "/etc/x@y+z,1:2=3~%4", "/etc/-x", "/opt/..x/y"])
def test_patch_takes_any_other_path_for_itself(path: str, tmp_path: Path) -> None:
    before = _capture(path, "a\nb\n")
    after = replace(before, files=(replace(before.files[0], text="a\nc\n"),))
    file = tmp_path / path.lstrip("/")
    file.parent.mkdir(parents=True)
    file.write_text("a\nb\n")
    lines = change.context(before, after)["patch"]
    command = ["patch", "-d", str(tmp_path), "-p1", "-N", "-F0", "-r", "-"]
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert file.read_text() == "a\nc\n"


@pytest.mark.parametrize("text", ["x" * 3000, "é" * 1500, "a\r"])
def test_what_a_terminal_would_spoil_is_refused(text: str) -> None:
    before = _capture("/etc/x", f"{text}\nb\n")
    after = replace(before, files=(replace(before.files[0], text=f"{text}\nc\n"),))
    with pytest.raises(ValueError, match="pasted"):
        change.context(before, after)


def test_there_is_always_a_word_for_a_tab() -> None:
    taken = "".join(f"<tab{number}>" for number in ("", *range(2, 40)))
    before = _capture("/etc/x", f"\ta {taken}\nb\n")
    after = replace(before, files=(replace(before.files[0], text=f"\ta {taken}\nc\n"),))
    found = change.context(before, after)
    assert found["tab"] == "<tab40>"
    assert found["patch"][3] == f" <tab40>a {taken}"
