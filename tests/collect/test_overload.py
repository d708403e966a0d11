"""A machine that is too busy is told apart from a device that is down."""

import asyncio
import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from auditor.capture import Capture, Failure, FailureKind
from auditor.collect.gate import Gate
from auditor.collect.overload import BEAT, LATE, Heart, Load, files_for
from auditor.collect.recipe import Limits
from auditor.collect.session import Output, Session
from auditor.collect.target import Target
from auditor.errors import AuditorError, LoginRefused, Unreachable
from auditor.inventory.reaching import AtOnce
from tests.fakes.collecting import Pauses, run, target


@pytest.mark.parametrize(
    ("waited", "late", "overloaded"),
    [(10, 1.0, True), (10, 0.9, False), (30, 2.9, False), (30, 3.0, True), (1, 0.4, False), (1, 0.5, True)],
)
def test_a_tenth_of_what_was_waited_is_too_late(waited: float, late: float, *, overloaded: bool) -> None:
    load = Load(100)
    load.beat(1005.0, late)
    assert bool(load.explains(1000.0, 1000.0 + waited)) is overloaded
    assert load.explains(1006.0, 1016.0) == ""


def test_fewer_at_once_while_the_loop_is_late_and_more_again_when_it_is_not() -> None:
    load = Load(100)
    counts = []
    for second in range(0, 60, 5):
        load.beat(float(second), 2.0)
        load.beat(second + 1.0, 2.0)  # soon after a change nothing is known of its effect
        counts.append(load.at_once)
    assert counts[:3] == [70, 49, 34]
    assert counts[-1] == 10
    for second in range(60, 400, 5):
        load.beat(float(second), 0.01)
    assert load.at_once == 100


@pytest.mark.parametrize(("devices", "files", "most"), [(100, 1024, 100), (100, 256, 48), (100, 20, 1), (5, 10**6, 5)])
def test_as_many_devices_as_files_may_be_open(devices: int, files: int, most: int) -> None:
    assert files_for(devices, files) == most


class _Silent:
    """A session that answers nothing in time."""

    async def run(self, command: str, timeout: float) -> Output:
        raise TimeoutError

    async def close(self) -> None:
        pass


def _blocked() -> None:
    time.sleep(LATE + BEAT + 0.1)


def _from(cause: Exception, error: AuditorError) -> AuditorError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "blocks", "kind", "attempts"),
    [
        (_from(TimeoutError(), Unreachable("no answer")), True, FailureKind.OVERLOAD, 3),
        (_from(TimeoutError(), Unreachable("no answer")), False, FailureKind.UNREACHABLE, 3),
        (_from(ConnectionRefusedError(), Unreachable("refused")), True, FailureKind.UNREACHABLE, 3),
        (_from(OSError(errno.EMFILE, "x"), Unreachable("cannot connect")), False, FailureKind.OVERLOAD, 3),
        (OSError(errno.ENFILE, "x"), False, FailureKind.OVERLOAD, 3),
        # A login that was begun is never begun again, whoever was to blame.
        (_from(TimeoutError(), LoginRefused("the login failed")), True, FailureKind.OVERLOAD, 1),
        (_from(TimeoutError(), LoginRefused("the login failed")), False, FailureKind.REFUSED, 1),
    ],
)
def test_who_is_to_blame(error: Exception, blocks: bool, kind: FailureKind, attempts: int) -> None:
    tried = 0

    async def connect(_target: Target, gate: Gate) -> Session:
        nonlocal tried
        tried += 1
        if blocks:
            _blocked()
        raise error

    failure = asyncio.run(run([target(22)], connect))["gw"]
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.attempts, tried) == (kind, attempts, attempts)
    if kind is FailureKind.OVERLOAD:
        assert "too busy" in failure.why
        assert "limits: devices" in failure.hint


def test_a_command_that_this_machine_did_not_hear_is_asked_again_in_another_session() -> None:
    sessions: list[Session] = []

    class Late(_Silent):
        async def run(self, command: str, timeout: float) -> Output:
            if len(sessions) == 1:
                _blocked()
                raise TimeoutError
            return Output("{}" if command.startswith("ubus") else "x\n")

    async def connect(_target: Target, gate: Gate) -> Session:
        sessions.append(Late())
        return sessions[-1]

    result = asyncio.run(run([target(22)], connect))["gw"]
    assert isinstance(result, Capture)
    assert (len(sessions), result.gaps) == (2, ())


def test_a_device_that_is_silent_while_this_machine_is_idle_is_not_asked_again() -> None:
    async def connect(_target: Target, gate: Gate) -> Session:
        return _Silent()

    failure = asyncio.run(run([target(22)], connect))["gw"]
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.attempts) == (FailureKind.DEVICE, 1)


def test_the_loop_is_looked_at_only_while_a_run_is_under_way() -> None:
    async def go() -> tuple[float, int]:
        heart = Heart(Load(10))
        with heart.beating():
            begun = asyncio.get_running_loop().time()
            await asyncio.sleep(0)
            _blocked()
            await asyncio.sleep(0.01)
            worst = heart.load.worst(begun)
        return worst, heart.load.at_once

    worst, at_once = asyncio.run(go())
    assert (worst > 0, at_once) == (True, 7)


def test_with_few_open_files_fewer_are_collected_at_once_and_all_come() -> None:
    code = """
import asyncio, resource, socket
resource.setrlimit(resource.RLIMIT_NOFILE, (96, 96))
from auditor.capture import Capture
from auditor.collect.session import Output
from tests.fakes.collecting import run, target

class Open:
    def __init__(self):
        self.files = [socket.socket() for _ in range(4)]
    async def run(self, command, timeout):
        await asyncio.sleep(0)
        return Output("{}" if command.startswith("ubus") else "x")
    async def close(self):
        for file in self.files:
            file.close()

async def connect(target, gate):
    return Open()

found = asyncio.run(run([target(22 + n, f"gw{n}") for n in range(60)], connect))
print(sum(isinstance(each, Capture) for each in found.values()))
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root, env=os.environ
    )
    assert done.stdout == "60\n"
    assert "no more open files" in done.stderr


@pytest.mark.parametrize("jitter", [0.0, 30.0])
def test_first_connections_are_spread_and_nobody_is_left_out(jitter: float) -> None:
    async def connect(_target: Target, gate: Gate) -> Session:
        return _Silent()

    pauses = Pauses()
    fleet = [target(22 + number, f"gw{number}") for number in range(20)]
    found = asyncio.run(run(fleet, connect, pauses=pauses, at_once=AtOnce(jitter=jitter), limits=Limits()))
    assert len(found) == 20
    assert all(0 < seconds <= jitter for seconds in pauses.seconds)
    assert bool(pauses.seconds) is bool(jitter)


def test_while_a_device_rests_before_another_attempt_others_use_its_place() -> None:
    tried: list[str] = []
    answered = asyncio.Event()

    class Resting(Pauses):
        async def sleep(self, seconds: float) -> None:
            await answered.wait()

    class Good(_Silent):
        async def run(self, command: str, timeout: float) -> Output:
            answered.set()
            return Output("{}" if command.startswith("ubus") else "x\n")

    async def connect(device: Target, gate: Gate) -> Session:
        tried.append(device.name)
        if device.name == "down":
            raise Unreachable("no")
        return Good()

    fleet = [target(22, "down"), target(22, "up")]
    found = asyncio.run(run(fleet, connect, pauses=Resting(), at_once=AtOnce(devices=1)))
    assert tried == ["down", "up", "down", "down"]
    assert isinstance(found["down"], Failure)
    assert isinstance(found["up"], Capture)
