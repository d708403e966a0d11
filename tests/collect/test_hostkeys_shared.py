"""The file of host keys at the size of a fleet, and with several runs that write it."""

import base64
import multiprocessing
import os
from pathlib import Path

import pytest

from auditor.collect import hostkeys
from auditor.collect.hostkeys import HostKey, HostKeys
from auditor.errors import AuditorError, HostKeyChanged, HostKeyUnknown


def _key(number: int) -> HostKey:
    return HostKey("ssh-ed25519", base64.b64encode(f"{number:036}".encode()).decode())


def test_lines_are_taken_apart_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    entry = hostkeys._entry

    def counted(line: str) -> list[tuple[frozenset[str], HostKey]]:
        taken.append(line)
        return entry(line)

    monkeypatch.setattr(hostkeys, "_entry", counted)
    keys = HostKeys(tmp_path / "known_hosts", accept_new=True)
    for number in range(50):
        keys.check(f"gw{number}", _key(number))
        keys.check(f"gw{number}", _key(number))
    assert len(taken) == 50
    other = HostKeys(tmp_path / "known_hosts", accept_new=True)
    other.check("another", _key(1))
    keys.check("another", _key(1))
    assert len(taken) == 50 + 51 + 1


@pytest.mark.parametrize("in_place", [True, False])
def test_what_a_person_changes_in_between_counts(tmp_path: Path, in_place: bool) -> None:
    file = tmp_path / "known_hosts"
    keys = HostKeys(file, accept_new=True)
    for number in range(3):
        keys.check(f"gw{number}", _key(number))
    kept = [line for line in file.read_text().splitlines(keepends=True) if not line.startswith("gw1 ")]
    kept.insert(0, "# gw1 was replaced, and this comment is longer than the line that went away " * 2 + "\n")
    new = file if in_place else tmp_path / "new"
    new.write_text("".join(kept))
    if not in_place:
        os.replace(new, file)
    assert keys.recorded("gw1") == ()
    keys.check("gw1", _key(99))
    assert [keys.recorded(f"gw{n}") for n in range(3)] == [(_key(0),), (_key(99),), (_key(2),)]
    file.unlink()
    assert keys.recorded("gw0") == ()


def test_a_last_line_without_its_end_is_not_continued(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"gw {_key(1).algorithm} {_key(1).data}")
    keys = HostKeys(file, accept_new=True)
    keys.check("gw", _key(1))
    keys.check("gw2", _key(2))
    assert HostKeys(file).recorded("gw") == (_key(1),)
    assert HostKeys(file).recorded("gw2") == (_key(2),)


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "known_hosts"
    HostKeys(file, accept_new=True).check("gw", _key(1))
    write = os.write
    monkeypatch.setattr(os, "write", lambda opened, data: write(opened, data[: len(data) // 2]))
    with pytest.raises(AuditorError, match=r"cannot record host keys.*[Nn]o space"):
        HostKeys(file, accept_new=True).check("gw2", _key(2))
    monkeypatch.undo()
    assert file.read_text() == f"gw {_key(1).algorithm} {_key(1).data}\n"


def _run(file: Path, names: list[str], key: int) -> int:
    """One run; returns how many devices looked changed to it."""
    keys = HostKeys(file, accept_new=True)
    changed = 0
    for name in names:
        try:
            keys.check(name, _key(key))
        except HostKeyChanged:
            changed += 1
    return changed


def test_several_runs_at_once_lose_nothing_and_agree(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    shared = [f"shared{n}" for n in range(100)]
    own = [[f"run{run}-{n}" for n in range(100)] for run in range(3)]
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        changed = pool.starmap(_run, [(file, [*own[run], *shared], run) for run in range(3)])
    lines = file.read_text().splitlines()
    assert len(lines) == len({line.split()[0] for line in lines}) == 400
    assert sum(changed) == 2 * 100  # one run was first with each shared device, and the others saw that
    with pytest.raises(HostKeyUnknown):
        HostKeys(file).check("new", _key(1))
