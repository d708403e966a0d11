"""What answers name is asked for in turn, each thing once, and never without end."""

import asyncio
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from auditor.capture import Capture
from auditor.collect.gate import Gate, gate_for
from auditor.collect.recipe import Limits, Recipe
from auditor.collect.session import Output, Session
from auditor.collect.target import Target
from auditor.credentials import Environment
from auditor.errors import CommandRefused, DataError
from auditor.profiles import Command, read_profile
from tests.fakes.collecting import run

PAGE = """
platform: box
title: A box
words: {}
commands:
  - {id: programs, run: ls -1 /usr/sbin, kind: state, why: x}
  - {id: start, run: show start, kind: state, why: x}
  - {id: extra, run: /usr/sbin/extra -x, kind: state, why: x, shown_by: programs, optional: true}
  - id: file
    run: cat {path}
    stores: "{path}"
    holes: {path: absolute-path}
    taken_from: [start, file, list]
    follow: true
    kind: configuration
    sudo: /usr/bin/cat
    why: x
  - id: list
    run: ls -1 {path}
    stores: commands/listing{path}
    holes: {path: absolute-path}
    taken_from: [start, file]
    follow: true
    optional: true
    kind: state
    why: x
"""


class _Box:
    """A device with files; each line `include PATH` of one pulls in another, `folder PATH` all of a folder."""

    def __init__(self, files: Mapping[str, str], refuse: Callable[[str], Output | None]) -> None:
        self.files, self.refuse = files, refuse
        self.asked: list[str] = []

    def session(self, gate: Gate) -> "_Session":
        return _Session(self, gate)

    def answer(self, line: str) -> Output:
        refused = self.refuse(line)
        if refused is not None:
            return refused
        line = line.removeprefix("sudo -n /usr/bin/")
        path = line.partition("'")[2].rstrip("'")
        if line.startswith("ls -1 '"):
            names = [p.rpartition("/")[2] for p in self.files if p.rpartition("/")[0] == path]
            return Output("".join(f"{name}\n" for name in names)) if names else _absent(path)
        found = self.files.get(path or line)
        return _absent(path or line) if found is None else Output(found)


class _Session:
    def __init__(self, box: _Box, gate: Gate) -> None:
        self.box, self.gate = box, gate

    async def run(self, command: str, timeout: float) -> Output:
        self.box.asked.append(self.gate.check(command))
        return self.box.answer(command)

    async def close(self) -> None:
        pass


def _absent(path: str) -> Output:
    return Output("", f"cat: {path}: No such file or directory", 1)


def _extract(command: Command, outputs: Mapping[str, str]) -> tuple[str, ...]:
    word = "folder" if command.id == "list" else "include"
    found = [path for text in outputs.values() for path in re.findall(rf"^{word} (.*)$", text, re.MULTILINE)]
    if command.id == "file":
        for path, text in outputs.items():
            if path.startswith("commands/listing"):
                found += [f"{path.removeprefix('commands/listing')}/{name}" for name in text.split()]
    return tuple(found)


def _collected(
    files: Mapping[str, str],
    folder: Path,
    *,
    limits: Limits | None = None,
    refuse: Callable[[str], Output | None] = lambda _: None,
    page: str = PAGE,
    username: str | None = "audit",
) -> tuple[Capture, list[str]]:
    file = folder / "box.yaml"
    file.write_text(page)
    recipe = Recipe(read_profile(file), _extract, lambda _, text: text)
    box = _Box({"ls -1 /usr/sbin": "cat\n", **files}, refuse)

    async def connect(_target: Target, gate: Gate) -> Session:
        return box.session(gate)

    target = Target("box", "openwrt", "192.0.2.1", Environment("PASSWORD"), username=username)
    result = asyncio.run(run([target], connect, recipe=recipe, limits=limits))["box"]
    assert isinstance(result, Capture), result
    return result, box.asked


def test_files_are_followed_through_files_and_folders(tmp_path: Path) -> None:
    files = {
        "show start": "include /etc/main\n",
        "/etc/main": "folder /etc/d\ninclude /etc/more\n",
        "/etc/d/one": "include /etc/last\n",
        "/etc/d/two": "",
        "/etc/more": "include /etc/main\ninclude /etc/more\n",
        "/etc/last": "x\n",
    }
    capture, asked = _collected(files, tmp_path)
    captured = {file.path for file in capture.files}
    assert {"/etc/main", "/etc/more", "/etc/d/one", "/etc/d/two", "/etc/last", "commands/listing/etc/d"} <= captured
    assert capture.gaps == ()
    assert len(asked) == len(set(asked))


def test_a_chain_without_end_is_cut_and_said(tmp_path: Path) -> None:
    files = {f"/etc/f{n}": f"include /etc/f{n + 1}\n" for n in range(100)}
    capture, asked = _collected({"show start": "include /etc/f0\n", **files}, tmp_path, limits=Limits(rounds=3))
    assert [gap.path for gap in capture.gaps] == ["/etc/f4"]
    assert "only after 3 rounds" in capture.gaps[0].why
    assert len(asked) == 6


def test_more_names_than_any_device_has_are_a_gap(tmp_path: Path) -> None:
    start = "".join(f"include /etc/f{n}\n" for n in range(300))
    page = PAGE.replace(
        "    follow: true\n    kind: configuration", "    follow: true\n    at_most: 4\n    kind: configuration"
    )
    capture, asked = _collected({"show start": start}, tmp_path, page=page)
    assert sum(line.startswith("cat ") for line in asked) == 4
    assert [gap.why for gap in capture.gaps if "more than" in gap.why] == ["the device shows 300 names, more than 4"]


def test_a_file_that_must_be_there_and_is_not_is_a_gap(tmp_path: Path) -> None:
    capture, _ = _collected({"show start": "include /etc/main\nfolder /etc/d\n"}, tmp_path)
    assert [gap.path for gap in capture.gaps] == ["/etc/main"]
    listing = capture.file("commands/listing/etc/d")
    assert listing is not None
    assert listing.text == ""


def test_names_that_cannot_be_had_are_said_once(tmp_path: Path) -> None:
    capture, asked = _collected({}, tmp_path)
    assert [gap.path for gap in capture.gaps] == ["commands/start.txt", "{path}", "commands/listing{path}"]
    assert asked == ["ls -1 /usr/sbin", "show start"]


def test_a_program_that_is_not_installed_is_not_asked(tmp_path: Path) -> None:
    files = {"show start": "", "/usr/sbin/extra -x": "yes\n"}
    assert "/usr/sbin/extra -x" not in _collected(files, tmp_path)[1]
    capture, asked = _collected({**files, "ls -1 /usr/sbin": "extra\n"}, tmp_path)
    assert "/usr/sbin/extra -x" in asked
    assert capture.file("commands/extra.txt") is not None
    _, asked = _collected(files, tmp_path, refuse=lambda line: Output("", "no", 1) if line.startswith("ls") else None)
    assert "/usr/sbin/extra -x" in asked, "without the listing it may be there"


@pytest.mark.parametrize(
    "name",
    [
        "/etc/x'; reboot; '",
        "/etc/../../root/x",
        "/proc/1/environ",
        "/etc/x\x1b[2J",
        "relative",
        "/etc/$(id)'",
        "/etc/é",
    ],
)
def test_hostile_names_are_never_sent(tmp_path: Path, name: str) -> None:
    capture, asked = _collected({"show start": f"include {name}\n"}, tmp_path)
    assert asked == ["ls -1 /usr/sbin", "show start"]
    assert ["may not be sent" in gap.why for gap in capture.gaps] == [True]
    assert capture.gaps[0].why.isprintable()


# -- root's rights ------------------------------------------------------------------------------------------


def _denied(line: str) -> Output | None:
    if line.startswith("sudo -n"):
        return Output("", "sudo: a password is required", 1)
    return Output("", "cat: /etc/s: Permission denied", 1) if line == "cat '/etc/s'" else None


def test_what_is_refused_is_read_through_sudo_and_nothing_else_is(tmp_path: Path) -> None:
    files = {"show start": "include /etc/s\ninclude /etc/t\n", "/etc/s": "a\n", "/etc/t": "b\n"}
    capture, asked = _collected(files, tmp_path, refuse=lambda line: None if line.startswith("sudo") else _denied(line))
    assert [line for line in asked if "cat" in line] == [
        "cat '/etc/s'",
        "sudo -n /usr/bin/cat '/etc/s'",
        "cat '/etc/t'",
    ]
    assert capture.gaps == ()
    assert [file.text for file in capture.files if file.path.startswith("/etc")] == ["a\n", "b\n"]


@pytest.mark.parametrize(
    "told",
    [
        "sudo: a password is required",
        "Sorry, user audit is not allowed to execute '/usr/bin/cat /etc/s' as root on gw.",
        "audit is not in the sudoers file.",
        "sh: 1: sudo: not found",
        "sudo: a terminal is required to read the password; either use the -S option",
        "sudo: sorry, you must have a tty to run sudo",
    ],
)
def test_a_refusal_names_the_line_of_sudoers(tmp_path: Path, told: str) -> None:
    def refuse(line: str) -> Output | None:
        status = 127 if "not found" in told else 1
        return Output("", told, status) if line.startswith("sudo") else _denied(line)

    capture, _ = _collected({"show start": "include /etc/s\n"}, tmp_path, refuse=refuse)
    (gap,) = capture.gaps
    assert gap.path == "/etc/s"
    assert "Permission denied" in gap.why
    assert ("no sudo" if "not found" in told else "sudo -n") in gap.why
    assert gap.settle.endswith("audit ALL=(root) NOPASSWD: /usr/bin/cat /etc/s")
    assert "visudo" in gap.settle


def test_without_a_user_name_the_line_has_a_blank(tmp_path: Path) -> None:
    capture, _ = _collected({"show start": "include /etc/s\n"}, tmp_path, refuse=_denied, username=None)
    assert "<user> ALL=(root)" in capture.gaps[0].settle


def test_a_file_that_only_root_can_miss_is_absent(tmp_path: Path) -> None:
    def refuse(line: str) -> Output | None:
        return _absent("/etc/s") if line.startswith("sudo") else _denied(line)

    page = PAGE.replace("    kind: configuration", "    optional: true\n    kind: configuration")
    capture, _ = _collected({"show start": "include /etc/s\n"}, tmp_path, refuse=refuse, page=page)
    assert capture.gaps == ()
    assert capture.file("/etc/s") is None


def test_secrets_that_sudo_or_the_device_quote_are_hidden(tmp_path: Path) -> None:
    def refuse(line: str) -> Output | None:
        told = "sudo: a password is required: password=hunter22hunter22"
        return Output("", told, 1) if line.startswith("sudo") else _denied(line)

    capture, _ = _collected({"show start": "include /etc/s\n"}, tmp_path, refuse=refuse)
    assert "hunter22" not in repr(capture)


def test_the_gate_lets_pass_both_forms_and_nothing_near_them(tmp_path: Path) -> None:
    file = tmp_path / "box.yaml"
    file.write_text(PAGE)
    profile = read_profile(file)
    gate = gate_for(profile.commands)
    for line in ("cat '/etc/s'", "sudo -n /usr/bin/cat '/etc/s'"):
        assert gate.check(line) == line
    for line in (
        "sudo /usr/bin/cat '/etc/s'",
        "sudo -n cat '/etc/s'",
        "sudo -n /usr/bin/cat '/etc/s' '/etc/t'",
        "sudo -n /usr/bin/cat /etc/s",
        "sudo -n ls -1 '/etc'",
        "sudo -n /usr/bin/ls -1 '/etc'",
        "sudo -n sudo -n /usr/bin/cat '/etc/s'",
        "/usr/bin/cat '/etc/s'",
        "sudo -n /usr/bin/cat '/etc/s'\n",
    ):
        with pytest.raises(CommandRefused):
            gate.check(line)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("taken_from: [start, file, list]", "taken_from: [start, lost]", "no command is called lost"),
        (
            "taken_from: [start, file]\n    follow: true",
            "taken_from: [file, list]",
            "no earlier command is called list",
        ),
        ("sudo: /usr/bin/cat", "sudo: cat", "absolute path"),
        ("sudo: /usr/bin/cat", "sudo: /usr/bin/tee", "another program"),
        ("shown_by: programs", "shown_by: lost", "no earlier command is called lost"),
    ],
)
def test_a_profile_that_cannot_work_says_so(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "box.yaml"
    assert old in PAGE
    file.write_text(PAGE.replace(old, new))
    with pytest.raises(DataError, match=says):
        read_profile(file)
