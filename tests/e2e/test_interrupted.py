"""Runs that end early: what arrived is kept, `--resume` asks for the rest alone, and the verdicts are the same."""

import os
import pty
import random
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.command_line import SHOP, User, inventory, judged
from tests.e2e.serving import serving
from tests.fakes.openwrt_ssh import Device, FakeOpenWrt, Fault

_SITES = 6
_AUDIT = ("audit", "inventory.yaml", "--accept-new-host-keys", "--report")
_CREDENTIAL = "credentials: {env: SHOP_PASSWORD}"


def _inventory(routers: tuple[FakeOpenWrt, ...], *, at_once: int = 2, credential: str = _CREDENTIAL) -> str:
    """Shops of one router each, of which a few are asked at once."""
    shops = [
        inventory(
            f"{{gw: {{host: 127.0.0.1, port: {router.port}, platform: openwrt, username: audit, {credential}}}}}",
            site=f"shop-{number}",
        ).removeprefix("sites:\n")
        for number, router in enumerate(routers)
    ]
    return f"limits: {{devices: {at_once}}}\nsites:\n" + "".join(shops)


@pytest.fixture
def routers() -> Iterator[tuple[FakeOpenWrt, ...]]:
    with serving(*(Device(SHOP, login_seconds=0.3) for _ in range(_SITES))) as served:
        yield served


def _started(user: User, *arguments: str, stdin: int = subprocess.DEVNULL) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "auditor", *arguments],
        cwd=user.folder,
        env=user.environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def _journal(user: User) -> str:
    return "".join(file.read_text() for file in (user.folder / ".auditor").glob("runs/inventory/*/journal"))


def _saved(user: User) -> set[str]:
    """The devices whose whole lines say that their texts are kept."""
    lines = _journal(user).split("\n")[:-1]
    return {match[1] for line in lines if (match := re.match(r'{"device": "([^"]+)".*"texts"', line))}


def _undisturbed(user: User) -> dict[tuple[str, ...], str]:
    user.run(*_AUDIT, "json=whole.json", "--no-keep")
    return judged(user.report("whole.json"))


@pytest.mark.parametrize(
    ("number", "seed"),
    [(signal.SIGINT, 1), (signal.SIGTERM, 2), (signal.SIGKILL, 3), (signal.SIGKILL, 4), (signal.SIGHUP, 2)],
)
def test_a_run_that_was_stopped_is_resumed_and_says_the_same(
    user: User, routers: tuple[FakeOpenWrt, ...], number: signal.Signals, seed: int
) -> None:
    user.write("inventory.yaml", _inventory(routers))
    expected = _undisturbed(user)
    before = [router.log.logins for router in routers]
    chance = random.Random(seed)
    wanted = chance.randint(1, _SITES - 2)
    process = _started(user, *_AUDIT, "json=part.json")
    _until(lambda: len(_saved(user)) >= wanted)
    time.sleep(chance.random() * 0.2)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    kept = _saved(user)
    assert wanted <= len(kept) < _SITES
    if number is signal.SIGKILL:
        assert not (user.folder / "part.json").exists()
    else:
        assert process.returncode == 130, stderr
        assert "Traceback" not in stderr
        assert re.search(r"auditor audit inventory.yaml .* --resume \d{8}T\d{6}Z-[0-9a-f]{4}", stderr)
        part = user.report("part.json")
        assert {each["device"] for each in part["failures"]} == {"gw"}
        assert {f"{each['site']}/gw" for each in part["failures"]} == {
            f"shop-{each}/gw" for each in range(_SITES)
        } - kept
    middle = [router.log.logins for router in routers]
    done = user.run(*_AUDIT, "json=resumed.json", "--resume", "last")
    assert done.code == 1, done.output
    assert judged(user.report("resumed.json")) == expected
    for index, router in enumerate(routers):
        again = router.log.logins - middle[index]
        assert again == (0 if f"shop-{index}/gw" in kept else 1)
        assert middle[index] - before[index] <= 1


def test_a_second_signal_ends_at_once(user: User) -> None:
    with serving(Device(SHOP, login_seconds=30)) as routers:
        user.write("inventory.yaml", _inventory(routers))
        process = _started(user, *_AUDIT, "json=part.json")
        _until(lambda: routers[0].log.logins > 0)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        _until(lambda: "stopping" in (process.stderr.readline() if process.stderr else ""))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 130
        assert not [*user.folder.glob("*.json"), *user.folder.glob(".report-*")]


def test_an_open_question_does_not_hold_the_end_up(user: User, routers: tuple[FakeOpenWrt, ...]) -> None:
    user.write("inventory.yaml", _inventory(routers, credential="credentials: {prompt: true}"))
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(user.folder)
        os.execve(sys.executable, [sys.executable, "-m", "auditor", *_AUDIT, "json=part.json"], user.environment)
    shown = b""
    while b"Password of audit" not in shown:
        shown += os.read(terminal, 4096)
    os.write(terminal, b"\x03")
    while True:
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 130, shown
    assert b"Traceback" not in shown
    assert all(router.log.logins == 0 for router in routers)
    assert len(user.report("part.json")["failures"]) == _SITES


@pytest.mark.parametrize("more", [(), ("--workers", "2")])
def test_a_closed_terminal_ends_a_run_with_a_report(
    user: User, routers: tuple[FakeOpenWrt, ...], more: tuple[str, ...]
) -> None:
    user.write("inventory.yaml", _inventory(routers))
    expected = _undisturbed(user)
    before = sum(router.log.logins for router in routers)
    words = [sys.executable, "-m", "auditor", *_AUDIT, "json=part.json", *more]
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(user.folder)
        os.execve(sys.executable, words, user.environment)

    def some_are_saved() -> bool:
        """A terminal reads what is shown on it; a program that waits for that would fail in the middle of a line."""
        while select.select([terminal], [], [], 0)[0]:
            os.read(terminal, 65536)
        return bool(_saved(user))

    _until(some_are_saved)
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    kept = _saved(user)
    assert 0 < len(kept) < _SITES
    assert len(user.report("part.json")["failures"]) == _SITES - len(kept)
    assert user.run(*_AUDIT, "json=resumed.json", "--resume", "last").code == 1
    assert judged(user.report("resumed.json")) == expected
    assert sum(router.log.logins for router in routers) - before == _SITES


def test_a_run_that_shall_outlive_its_terminal_does(user: User, routers: tuple[FakeOpenWrt, ...]) -> None:
    user.write("inventory.yaml", _inventory(routers))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as `nohup` does; a new process inherits it
    try:
        process = _started(user, *_AUDIT, "json=whole.json")
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    _until(lambda: bool(_saved(user)))
    process.send_signal(signal.SIGHUP)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1, stderr
    assert not user.report("whole.json")["failures"]


def test_refused_logins_are_tried_again_only_when_asked_for(user: User) -> None:
    devices = Device(SHOP), Device(SHOP, fault=Fault.REFUSE_LOGIN)
    with serving(*devices) as (good, bad):
        user.write("inventory.yaml", _inventory((good, bad)))
        user.run(*_AUDIT, "json=a.json")
        assert (good.log.logins, bad.log.logins) == (1, 1)
        done = user.run(*_AUDIT, "json=b.json", "--resume", "last")
        assert (good.log.logins, bad.log.logins) == (1, 1)
        assert "1 refused logins are not tried again" in done.stderr
        user.run(*_AUDIT, "json=c.json", "--resume", "last", "--retry-refused")
        assert (good.log.logins, bad.log.logins) == (1, 2)


def test_what_changed_or_is_damaged_is_asked_again(user: User, routers: tuple[FakeOpenWrt, ...]) -> None:
    first, second, third = routers[:3]
    text = _inventory((first, second, third))
    user.write("inventory.yaml", text)
    user.run(*_AUDIT, "json=a.json")
    # One text for all, since all routers are the same: no object is left, and nothing is believed.
    (kept,) = (user.folder / ".auditor" / "objects").glob("??/*")
    user.write("inventory.yaml", text.replace("username: audit", "username: other", 1))
    done = user.run(*_AUDIT, "json=b.json", "--resume", "last")
    assert "1 are asked again" in done.stderr
    assert [each.log.logins for each in (first, second, third)] == [2, 1, 1]
    kept.write_bytes(b"something else")
    user.run(*_AUDIT, "json=c.json", "--resume", "last")
    assert [each.log.logins for each in (first, second, third)] == [3, 2, 2]
    assert judged(user.report("c.json")) == judged(user.report("a.json"))


@pytest.mark.parametrize(
    ("spoilt", "complaint"),
    [
        (('"version": "', '"version": "9.'), "begin a new run"),
        (('"redaction": "', '"redaction": "0'), "another redaction key"),
        (('"command": "audit"', '"command": "verify"'), "must look at the devices after the change"),
    ],
)
def test_a_run_that_would_mean_something_else_is_refused(
    user: User, routers: tuple[FakeOpenWrt, ...], spoilt: tuple[str, str], complaint: str
) -> None:
    user.write("inventory.yaml", _inventory(routers[:1]))
    user.run(*_AUDIT, "json=a.json")
    (manifest,) = (user.folder / ".auditor").glob("runs/inventory/*/run.json")
    manifest.write_text(manifest.read_text().replace(*spoilt))
    done = user.run(*_AUDIT, "json=b.json", "--resume", manifest.parent.name[:12])
    assert (done.code, complaint in done.stderr) == (2, True), done.stderr


_FULL = """
set -e
mount -t tmpfs -o size=120k none {work}
cp {inventory} {work}/inventory.yaml
cd {work}
exec {python} -m auditor audit inventory.yaml --accept-new-host-keys
"""


def test_a_full_disk_is_one_clear_error(user: User, tmp_path: Path) -> None:
    with serving(*(Device(SHOP) for _ in range(3))) as routers:
        file = tmp_path / "inventory.yaml"
        file.write_text(_inventory(routers) + "#" * 90_000)
        script = _FULL.format(work=user.folder, inventory=file, python=sys.executable)
        if subprocess.run(["unshare", "-Urm", "true"], check=False, capture_output=True).returncode:
            pytest.skip("this machine gives no namespaces")
        done = subprocess.run(
            ["unshare", "-Urm", "sh", "-c", script],
            env=user.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
        assert "make room" in done.stderr
