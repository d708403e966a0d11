"""A device that misbehaves costs its own time and nothing else: the rows of the table of faults, over real sockets."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import Capture, Failure
from auditor.collect.collector import collect
from auditor.collect.interactive import InteractiveConnector
from auditor.collect.memory import Memory, Share
from auditor.collect.recipe import Limits, Recipe
from auditor.collect.session import Session
from auditor.collect.ssh import SshConnector, SshLimits
from auditor.collect.target import Target
from auditor.credentials import Environment
from auditor.errors import Overloaded
from auditor.inventory.reaching import Timeouts
from auditor.platforms.cisco_ios.extract import extract
from auditor.profiles import load_profile
from tests.collect.faults import FAULTS, Cost, Result, Row, Way
from tests.collect.test_interactive import TEXTS
from tests.fakes import ios_ssh
from tests.fakes.collecting import RECIPE, ROUTER, SECRET, Notes, Pauses, connector
from tests.fakes.faulty import Fault, FaultyOpenWrt, FaultyPort, FullPort, NoSession, Server
from tests.fakes.openwrt_ssh import Device, FakeOpenWrt
from tests.fakes.ssh_server import beside

IOS = load_profile("cisco_ios")
RECIPES = {"openwrt": RECIPE, "cisco_ios": Recipe(IOS, extract, lambda _, text: text)}
ON = {Way.COMMANDS: "cat /etc/config/dhcp", Way.TERMINAL: "show running-config"}
PATH = {Way.COMMANDS: "/etc/config/dhcp", Way.TERMINAL: "running-config.txt"}
SHORT = Timeouts(connect=1, login=1.5, command=1, slow_command=1.5, device=6)
OUTPUT = 200_000
ATTEMPTS = 2
TYPED = {
    Fault.STALLS: ios_ssh.Fault.STALL,
    Fault.LOSES: ios_ssh.Fault.LOSE_CONNECTION,
    Fault.FLOODS: ios_ssh.Fault.FLOOD,
    Fault.GARBLES: ios_ssh.Fault.GARBLE,
    Fault.RENAMES: ios_ssh.Fault.RENAME,
    Fault.CUTS: ios_ssh.Fault.CUT,
    Fault.SLOW: ios_ssh.Fault.SLOW,
}
CASES = [
    pytest.param(row, way, id=f"{row.fault.name.lower()} {way.name.lower()}") for row in FAULTS for way in row.ways
]


def faulty(fault: Fault, way: Way, directory: Path) -> Server:
    if fault is Fault.FULL:
        return FullPort()
    if fault in (Fault.NO_CHANNEL, Fault.REFUSES_CHANNELS, Fault.HANGS_UP_AFTER_LOGIN):
        return NoSession(fault)
    if list(Fault).index(fault) < list(Fault).index(Fault.HANGS_UP_AFTER_LOGIN):
        return FaultyPort(fault)
    if way is Way.COMMANDS:
        return FaultyOpenWrt(ROUTER, fault, ON[way])
    return ios_ssh.FakeIos(ios_ssh.Device(directory, texts=TEXTS, fault=TYPED[fault], on=ON[way]))


def healthy(way: Way, directory: Path) -> Server:
    if way is Way.COMMANDS:
        return FakeOpenWrt(Device(ROUTER))
    return ios_ssh.FakeIos(ios_ssh.Device(directory, texts=TEXTS))


def target(server: Server, name: str, way: Way) -> Target:
    platform = "openwrt" if way is Way.COMMANDS else "cisco_ios"
    return Target(name, platform, "127.0.0.1", Environment("PASSWORD"), port=server.port, username="audit")


async def collected(targets: list[Target], ssh: SshConnector) -> dict[str, Capture | Failure]:
    terminals = InteractiveConnector(ssh, {"cisco_ios": IOS})

    async def connect(device: Target, gate: object) -> Session:
        way = terminals if device.platform == "cisco_ios" else ssh
        return await way.connect(device, gate)  # type: ignore[arg-type]

    results = collect(
        targets,
        connect=connect,
        recipes=RECIPES,
        clock=Pauses().clock,
        progress=Notes(),
        limits=Limits(attempts=ATTEMPTS),
    )
    found = {result.device: result async for result in results}
    terminals.stop()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=5)  # what closes by itself
    assert not asyncio.all_tasks() - {asyncio.current_task()}
    return found


@pytest.mark.parametrize(("row", "way"), CASES)
def test_a_fault_costs_what_the_table_says_and_the_others_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, row: Row, way: Way
) -> None:
    bad, good = faulty(row.fault, way, tmp_path), healthy(way, tmp_path)
    ssh = connector(tmp_path / "known_hosts", limits=SshLimits(connect=5, login=SHORT.login or 0, output=OUTPUT))
    with beside(bad, good):  # type: ignore[arg-type]
        targets = [replace(target(bad, "bad", way), timeouts=SHORT), target(good, "good", way)]
        found = asyncio.run(collected(targets, ssh))
    assert isinstance(found["good"], Capture)
    assert found["good"].gaps == ()
    result = found["bad"]
    match row.result:
        case Result.NOTHING:
            assert isinstance(result, Failure)
            assert row.says in result.why
            assert result.attempts == (1 if row.cost in (Cost.DEVICE, Cost.NONE) else ATTEMPTS)
        case Result.WITHOUT_IT | Result.WITHOUT_REST:
            assert isinstance(result, Capture), result
            # What the missing answer would have named has a gap of its own.
            gaps = {gap.path: gap.why for gap in result.gaps if "{" not in gap.path}
            assert row.says in gaps[PATH[way]]
            assert (set(gaps) == {PATH[way]}) is (row.result is Result.WITHOUT_IT)
            assert result.file(PATH[way]) is None
        case Result.ALL:
            assert isinstance(result, Capture)
            assert result.gaps == ()
            assert result.file(PATH[way]) is not None
    assert SECRET not in repr(result) + caplog.text
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("terminal")]
    assert ssh.memory.held == 0


def test_floods_at_the_same_time_share_what_they_may_hold(tmp_path: Path) -> None:
    bad = [FaultyOpenWrt(ROUTER, Fault.FLOODS, ON[Way.COMMANDS]) for _ in range(8)]
    good = [FakeOpenWrt(Device(ROUTER)) for _ in range(2)]
    ssh = connector(tmp_path / "known_hosts", limits=SshLimits(connect=5, login=10, output=OUTPUT))
    ssh.memory = Memory(limit=2 * OUTPUT, free=50_000)
    with beside(*bad, *good):
        targets = [target(server, f"bad{number}", Way.COMMANDS) for number, server in enumerate(bad)]
        targets += [target(server, f"good{number}", Way.COMMANDS) for number, server in enumerate(good)]
        found = asyncio.run(collected(targets, ssh))
    assert len(found) == 10
    for name, result in found.items():
        if name.startswith("good"):
            assert isinstance(result, Capture)
            assert result.gaps == ()
        elif isinstance(result, Failure):
            assert "all devices took more than" in result.why
        else:
            assert [gap.path for gap in result.gaps] == [PATH[Way.COMMANDS]]
    assert ssh.memory.held == 0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-300, 300)), max_size=60))
def test_no_session_takes_from_what_another_has_for_itself(steps: list[tuple[int, int]]) -> None:
    memory = Memory(limit=500, free=100)
    shares = [Share(memory) for _ in range(5)]
    for number, size in steps:
        share = shares[number]
        if size < 0:
            share.give(min(-size, share.held))
            continue
        try:
            share.take(size)
        except Overloaded:
            assert share.held + size > memory.free
        assert 0 <= memory.held <= memory.limit
    for share in shares:
        share.close()
    assert memory.held == 0


def test_every_fault_has_its_row_and_every_row_its_words() -> None:
    assert {row.fault for row in FAULTS} == set(Fault)
    assert len({(row.fault, way) for row in FAULTS for way in row.ways}) == len(CASES)
    assert all(bool(row.says) is (row.result is not Result.ALL) for row in FAULTS)
