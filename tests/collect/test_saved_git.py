"""Saved configurations in git repositories: real git, real commits; nothing of the repository is run."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.capture import Capture
from auditor.collect.repository import Repositories
from auditor.collect.saved import SavedLimits, load_capture
from auditor.errors import CaptureError
from auditor.inventory import GitCapture
from auditor.platforms import platform
from auditor.secrets import Redactor

EARLY, LATE = 1_790_000_000, 1_790_600_000
CONFIG = "!\nversion 17.9\nhostname {name}\n!\ninterface Vlan10\n ip address 192.0.2.1 255.255.255.0\n!\nend\n"


def git(repository: Path, *arguments: str, at: int = EARLY) -> str:
    date = f"{at} +0000"
    names = ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL")
    return subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *arguments],
        cwd=repository, check=True, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(repository), "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date,
             "GIT_CONFIG_NOSYSTEM": "1", **dict.fromkeys(names, "store")},
    ).stdout.strip()  # fmt: skip


def commit(repository: Path, files: dict[str, str], *, at: int) -> str:
    for name, text in files.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "saved", at=at)
    return git(repository, "rev-parse", "HEAD")


def load(where: GitCapture, repositories: Repositories | None = None, **limits: int) -> Capture:
    reader = platform("cisco_ios")
    return load_capture(
        "gw", "cisco_ios", where, recognise=reader.recognise, limits=SavedLimits(**limits), repositories=repositories,
        redact=lambda path, text: reader.redact(path, text, Redactor(b"key")),
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Path:
    repository = tmp_path / "store"
    repository.mkdir()
    git(repository, "init", "-q")
    commit(repository, {f"shops/gw{n}": CONFIG.format(name=f"old{n}") for n in range(3)}, at=EARLY)
    commit(repository, {"shops/gw0": CONFIG.format(name="new0")}, at=LATE)
    return repository


@pytest.fixture
def opened() -> Iterator[Repositories]:
    with Repositories() as repositories:
        yield repositories


@pytest.mark.parametrize("bare", [False, True])
def test_newest_commit_and_the_time_at_which_the_file_changed(
    store: Path, tmp_path: Path, opened: Repositories, bare: bool
) -> None:
    if bare:
        git(tmp_path, "clone", "-q", "--bare", str(store), "bare.git")
        store = tmp_path / "bare.git"
    for name, text, changed in (("gw2", "old2", EARLY), ("gw0", "new0", LATE), ("gw1", "old1", EARLY)):
        capture = load(GitCapture(store, f"shops/{name}"), opened)
        assert f"hostname {text}\n" in capture.files[0].text
        assert (capture.taken_at, capture.time_is_weak) == (datetime.fromtimestamp(changed, UTC), False)
        assert capture.source.endswith(f":shops/{name}")


def test_a_given_commit(store: Path) -> None:
    first = git(store, "rev-parse", "HEAD~1")
    for name in (first, first[:12], "HEAD~1", "main^"):
        capture = load(GitCapture(store, "shops/gw0", name))
        assert "hostname old0\n" in capture.files[0].text
        assert capture.source == f"git store {first[:12]}:shops/gw0"


def test_one_process_for_all_devices(store: Path, opened: Repositories, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    real = subprocess.Popen

    def counted(*arguments: object, **more: object) -> object:
        started.append(arguments)
        return real(*arguments, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", counted)
    for _ in range(3):
        for number in range(3):
            load(GitCapture(store, f"shops/gw{number}"), opened)
    assert len(started) == 3  # rev-parse, cat-file, log


def test_a_directory_is_a_capture_of_several_files(store: Path, opened: Repositories) -> None:
    commit(store, {"gw/running-config.txt": CONFIG.format(name="gw"), "gw/commands/vlans.txt": "x\n"}, at=LATE + 60)
    capture = load(GitCapture(store, "gw"), opened)
    assert {file.path for file in capture.files} == {"running-config.txt", "commands/vlans.txt"}
    assert capture.taken_at == datetime.fromtimestamp(LATE + 60, UTC)


@pytest.mark.parametrize(
    ("file", "revision", "why"),
    [
        ("shops/nowhere", None, "has no"),
        ("shops/../../secret", None, "is no path of a file"),
        ("/etc/passwd", None, "is no path of a file"),
        ("a\nb", None, "is no path of a file"),
        ("", None, "is no path of a file"),
        ("shops/gw0", "--output=/tmp/x", "is no name of a commit"),
        ("shops/gw0", "nowhere", "has no commit nowhere"),
    ],
)
def test_what_is_not_there(store: Path, opened: Repositories, file: str, revision: str | None, why: str) -> None:
    with pytest.raises(CaptureError, match=why):
        load(GitCapture(store, file, revision), opened)
    assert load(GitCapture(store, "shops/gw1"), opened).files


def test_no_repository(tmp_path: Path, store: Path) -> None:
    for path in (tmp_path / "nowhere", store / "shops"):
        with pytest.raises(CaptureError, match="is no git repository"):
            load(GitCapture(path, "gw0"))


def test_too_large_and_not_text_cost_only_that_device(store: Path, opened: Repositories) -> None:
    commit(store, {"shops/big": CONFIG + "!" * 5000, "shops/binary": "a\0b"}, at=LATE)
    with pytest.raises(CaptureError, match="too large"):
        load(GitCapture(store, "shops/big"), opened, file=4096)
    with pytest.raises(CaptureError, match="is not a text file"):
        load(GitCapture(store, "shops/binary"), opened)
    assert load(GitCapture(store, "shops/gw1"), opened, file=4096).files


def test_nothing_that_a_repository_names_is_run(store: Path, tmp_path: Path, opened: Repositories) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "gpg.program", "core.sshCommand", "core.editor",
                "core.alternateRefsCommand", "pager.log", "diff.trap.textconv", "filter.trap.smudge"):  # fmt: skip
        git(store, "config", key, str(trap))
    git(store, "config", "log.showSignature", "true")
    for hook in ("post-checkout", "pre-commit", "reference-transaction"):
        (store / ".git/hooks" / hook).write_text(trap.read_text())
        (store / ".git/hooks" / hook).chmod(0o755)
    (store / ".git/info").mkdir(exist_ok=True)
    (store / ".git/info/attributes").write_text("* diff=trap filter=trap\n")
    if os.geteuid() == 0:
        # Somebody else's repository: git's own check would refuse it.
        for folder, _, names in os.walk(store):
            for name in (".", *names):
                os.chown(Path(folder, name), 65534, 65534)
    assert load(GitCapture(store, "shops/gw1"), opened).files
    assert not (tmp_path / "sprung").exists()


def test_a_file_from_a_merged_branch_has_the_time_of_the_merge(store: Path, opened: Repositories) -> None:
    git(store, "checkout", "-qb", "other", "HEAD~1")
    commit(store, {"shops/gw9": CONFIG.format(name="gw9")}, at=EARLY + 60)
    git(store, "checkout", "-q", "main")
    git(store, "merge", "-q", "--no-ff", "-m", "merged", "other", at=LATE + 120)
    assert load(GitCapture(store, "shops/gw9"), opened).taken_at == datetime.fromtimestamp(LATE + 120, UTC)
