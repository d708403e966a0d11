"""Jump hosts: one connection each for all devices behind, and failures that say whose they are."""

import asyncio
import getpass
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from auditor.capture import Capture, Failure, FailureKind
from auditor.collect.credentials import Credentials
from auditor.collect.gate import gate_for
from auditor.collect.hostkeys import HostKeys
from auditor.collect.lockout import LockoutGuard
from auditor.collect.recipe import Limits
from auditor.collect.ssh import SshConnector, SshLimits
from auditor.collect.target import Target
from auditor.credentials import CredentialRef, Environment, Interactive, KeyFile
from auditor.errors import (
    CredentialMissing,
    DeviceError,
    HostKeyChanged,
    JumpHostDown,
    LoginRefused,
    NotTried,
    Unreachable,
)
from auditor.inventory.reaching import AtOnce, JumpHost, Timeouts
from auditor.profiles import load_profile
from tests.fakes.bastion import CODE, FakeBastion, Wants
from tests.fakes.bastion import PASSWORD as AT_BASTION
from tests.fakes.collecting import ROUTER, run
from tests.fakes.openssh import needs_sshd, serving
from tests.fakes.openwrt_ssh import PASSWORD, Device, FakeOpenWrt, Log

GATE = gate_for(load_profile("openwrt").commands)


async def _at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


def _ssh(folder: Path, ask: Callable[..., str] | None = None, **environment: str) -> SshConnector:
    (folder / "ssh_config").touch()
    known = {"P": PASSWORD, "B": AT_BASTION, "WRONG": "wrong", **environment}
    return SshConnector(
        HostKeys(folder / "known_hosts", accept_new=True),
        Credentials(known, ask),
        LockoutGuard(),
        SshLimits(5, 5),
        folder / "ssh_config",
        pause=_at_once,
    )


def _jump(bastion: FakeBastion | int, name: str = "bastion", credential: CredentialRef | None = None) -> JumpHost:
    port = bastion if isinstance(bastion, int) else bastion.port
    return JumpHost(name, "127.0.0.1", port, "hop", credential or Environment("B"))


def _behind(router: FakeOpenWrt | int, *path: JumpHost, name: str = "gw", credential: str = "P") -> Target:
    port = router if isinstance(router, int) else router.port
    return Target(name, "openwrt", "127.0.0.1", Environment(credential), port, "audit", path=path)


def _run(body: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(body(), 60))


async def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_many_devices_share_one_connection_and_a_chain_is_one_way(tmp_path: Path) -> None:
    async def go() -> None:
        async with FakeBastion() as outer, FakeBastion() as inner, FakeOpenWrt(Device(ROUTER)) as router:
            ssh = _ssh(tmp_path)
            chain = (_jump(outer, "outer"), _jump(inner, "inner"))
            targets = [_behind(router, *(chain if n % 2 else chain[:1]), name=f"gw{n}") for n in range(40)]
            sessions = await asyncio.gather(*(ssh.connect(target, GATE) for target in targets))
            outputs = await asyncio.gather(*(session.run("date +%s", 5) for session in sessions))
            assert {output.status for output in outputs} == {0}
            await sessions[0].close()
            assert (await sessions[1].run("date +%s", 5)).status == 0  # closing one leaves the others
            for session in sessions:
                await session.close()
            assert (outer.seen.logins, inner.seen.logins) == (1, 1)
            assert sorted(outer.seen.forwarded) == sorted([router.port] * 20 + [inner.port])
            assert inner.seen.forwarded == [router.port] * 20
            await ssh.close()
            await asyncio.sleep(0.1)
            assert not outer.connections
            assert not inner.connections

    _run(go)


def test_a_lost_jump_host_is_blamed_and_reached_again_once(tmp_path: Path) -> None:
    async def go() -> None:
        async with FakeBastion() as bastion, FakeOpenWrt(Device(ROUTER)) as router:
            ssh = _ssh(tmp_path)
            target = _behind(router, _jump(bastion))
            for _ in range(2):
                session = await ssh.connect(target, GATE)
                bastion.cut()
                with pytest.raises(Unreachable, match="jump host bastion: the connection was lost during"):
                    await session.run("date +%s", 5)
                await session.close()
            for _ in range(2):
                with pytest.raises(JumpHostDown, match="jump host bastion: the connection was lost twice"):
                    await ssh.connect(target, GATE)
            assert bastion.seen.logins == 2
            await ssh.close()

    _run(go)


def test_devices_behind_a_jump_host_that_refuses_are_not_tried(tmp_path: Path) -> None:
    async def go() -> None:
        async with FakeBastion() as bastion, FakeOpenWrt(Device(ROUTER)) as router:
            ssh = _ssh(tmp_path)
            jump = _jump(bastion, credential=Environment("WRONG"))
            targets = [_behind(router, jump, name=f"gw{n}") for n in range(100)]
            results = await run(targets, ssh.connect, at_once=AtOnce(devices=50, jump_host=50, address=50))
            assert {type(each) for each in results.values()} == {Failure}
            assert {each.kind for each in results.values() if isinstance(each, Failure)} == {FailureKind.NOT_TRIED}
            assert all("jump host bastion: the device refused" in str(each) for each in results.values())
            assert bastion.seen.refused == 1
            assert router.log.connections == 0
            await ssh.close()

    _run(go)


def test_a_wrong_password_at_many_jump_hosts_is_refused_three_times_in_all(tmp_path: Path) -> None:
    async def go() -> None:
        bastions = [FakeBastion() for _ in range(8)]
        for bastion in bastions:
            await bastion.start()
        async with FakeOpenWrt(Device(ROUTER)) as router:
            ssh = _ssh(tmp_path)
            jumps = [_jump(b, f"bastion{n}", Environment("WRONG")) for n, b in enumerate(bastions)]
            targets = [_behind(router, jumps[n % 8], name=f"gw{n}") for n in range(200)]
            results = await run(targets, ssh.connect, at_once=AtOnce(devices=100, jump_host=100, address=100))
            assert len(results) == 200
            assert {each.kind for each in results.values() if isinstance(each, Failure)} == {FailureKind.NOT_TRIED}
            assert sum(bastion.seen.refused for bastion in bastions) == 3
            await ssh.close()
        for bastion in bastions:
            await bastion.stop()

    _run(go)


def test_a_wrong_password_of_devices_behind_jump_hosts_is_refused_three_times_in_all(tmp_path: Path) -> None:
    async def go() -> None:
        log = Log()
        async with FakeBastion() as one, FakeBastion() as two, FakeOpenWrt(Device(ROUTER), log=log) as router:
            ssh = _ssh(tmp_path)
            jumps = [_jump(one, "one"), _jump(two, "two")]
            targets = [_behind(router, jumps[n % 2], name=f"gw{n}", credential="WRONG") for n in range(200)]
            results = await run(targets, ssh.connect, at_once=AtOnce(devices=100, jump_host=100, address=100))
            kinds = [each.kind for each in results.values() if isinstance(each, Failure)]
            assert kinds.count(FailureKind.REFUSED) == log.logins == 3
            assert kinds.count(FailureKind.NOT_TRIED) == 197
            await ssh.close()

    _run(go)


def test_what_is_down_is_told_apart(tmp_path: Path) -> None:
    async def go() -> None:
        nothing = await _closed_port()
        ssh = _ssh(tmp_path)
        async with FakeBastion() as bastion:
            with pytest.raises(Unreachable, match=f"jump host bastion: it cannot connect to 127.0.0.1 port {nothing}"):
                await ssh.connect(_behind(nothing, _jump(bastion)), GATE)
            with pytest.raises(JumpHostDown, match="jump host down: cannot connect to"):
                await ssh.connect(_behind(nothing, _jump(nothing, "down")), GATE)
        await ssh.close()

    _run(go)


def test_a_device_that_never_answers_the_jump_host_costs_its_own_time(tmp_path: Path) -> None:
    async def go() -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            async with FakeBastion() as bastion, FakeOpenWrt(Device(ROUTER)) as router:
                ssh = _ssh(tmp_path)
                slow = _behind(silent.getsockname()[1], _jump(bastion), name="silent")
                hurried = Target(**{name: getattr(slow, name) for name in slow.__slots__} | {
                    "timeouts": Timeouts(connect=0.2, login=0.2)
                })  # fmt: skip
                with pytest.raises(Unreachable, match=r"no answer in 0\.2 s"):
                    await ssh.connect(hurried, GATE)
                session = await ssh.connect(_behind(router, _jump(bastion)), GATE)
                assert (await session.run("date +%s", 5)).status == 0
                await session.close()
                await ssh.close()
                assert bastion.seen.logins == 1

    _run(go)


def test_a_changed_key_of_a_jump_host_is_told_for_all_behind_it(tmp_path: Path) -> None:
    async def go() -> None:
        async with FakeOpenWrt(Device(ROUTER)) as router:
            results: dict[str, Capture | Failure] = {}
            for expected in (Capture, Failure):
                async with FakeBastion() as bastion:
                    ssh = _ssh(tmp_path)
                    targets = [_behind(router, _jump(bastion), name=f"gw{n}") for n in range(3)]
                    results = await run(targets, ssh.connect)
                    assert {type(each) for each in results.values()} == {expected}
                    await ssh.close()
            failures = [each for each in results.values() if isinstance(each, Failure)]
            assert {each.kind for each in failures} == {FailureKind.HOST_KEY_CHANGED}
            assert len({each.why for each in failures}) == 1
            assert "jump host bastion: host key of bastion changed" in failures[0].why

    _run(go)


ROUNDS = (((("Password: ", False),), (("One-time code: ", True),)), ((("Password: ", False), ("Code: ", True)),))


@pytest.mark.parametrize("challenges", ROUNDS, ids=["password, then code", "both at once"])
def test_a_person_answers_a_jump_host_once_and_no_device_sees_it(
    tmp_path: Path, challenges: tuple[tuple[tuple[str, bool], ...], ...]
) -> None:
    asked: list[tuple[str, bool]] = []

    def ask(prompt: str, *, echo: bool = False) -> str:
        asked.append((prompt, echo))
        return CODE if echo else AT_BASTION

    async def go() -> None:
        async with FakeBastion(Wants(challenges=challenges)) as bastion, FakeOpenWrt(Device(ROUTER)) as router:
            ssh = _ssh(tmp_path, ask)
            jump = _jump(bastion, credential=Interactive())
            results = await run([_behind(router, jump, name=f"gw{n}") for n in range(30)], ssh.connect)
            assert {type(each) for each in results.values()} == {Capture}
            assert bastion.seen.logins == 1
            assert bastion.seen.answers == [AT_BASTION, CODE]
            await ssh.close()

    _run(go)
    assert [echo for _, echo in asked] == [False, True]
    assert all(line.startswith("bastion: ") for prompt, _ in asked for line in prompt.splitlines())
    assert "bastion: Use your token." in asked[0][0]


def test_a_wrong_answer_is_not_asked_for_again(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(prompt: str, *, echo: bool = False) -> str:
        asked.append(prompt)
        return "wrong"

    async def go() -> None:
        async with FakeBastion(Wants(challenges=ROUNDS[1])) as bastion:
            ssh = _ssh(tmp_path, ask)
            target = _behind(1, _jump(bastion, credential=Interactive()))
            for _ in range(2):
                with pytest.raises(NotTried, match="jump host bastion: the device refused the login"):
                    await ssh.connect(target, GATE)
            assert bastion.seen.refused == 1
            await ssh.close()

    _run(go)
    assert len(asked) == 2  # the password and the code, once each


def test_where_nobody_can_be_asked_nothing_is_tried(tmp_path: Path) -> None:
    async def go() -> None:
        async with FakeBastion(Wants(challenges=ROUNDS[1])) as bastion:
            ssh = _ssh(tmp_path)
            with pytest.raises(CredentialMissing, match="jump host bastion: nobody can be asked"):
                await ssh.connect(_behind(1, _jump(bastion, credential=Interactive())), GATE)
            assert not bastion.connections
            await ssh.close()

    _run(go)


@needs_sshd
def test_openssh_as_jump_host_bears_many_devices_on_one_login(tmp_path: Path) -> None:
    """`MaxStartups` and `MaxSessions` of sshd count logins and sessions, not what is forwarded."""
    (tmp_path / "answers").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "answers").chmod(0o755)
    settings = "MaxStartups 3:100:3\nMaxSessions 1\nAllowTcpForwarding yes\nPermitOpen 127.0.0.1:*\nLogLevel VERBOSE\n"

    async def go(port: int, key: Path) -> None:
        async with FakeOpenWrt(Device(ROUTER)) as router:
            ssh = _ssh(tmp_path)
            jump = JumpHost("bastion", "127.0.0.1", port, getpass.getuser(), KeyFile(key))
            targets = [_behind(router, jump, name=f"gw{n}") for n in range(40)]
            results = await run(
                targets, ssh.connect, limits=Limits(command=20), at_once=AtOnce(jump_host=40, address=40)
            )
            assert {type(each) for each in results.values()} == {Capture}, results
            with pytest.raises(Unreachable, match="jump host bastion: it cannot connect"):
                await ssh.connect(_behind(await _closed_port(), jump), GATE)
            elsewhere = Target("ap", "openwrt", "127.0.0.2", Environment("P"), router.port, "audit", path=(jump,))
            with pytest.raises(DeviceError, match=r"jump host bastion: it does not connect to 127\.0\.0\.2") as error:
                await ssh.connect(elsewhere, GATE)
            assert not isinstance(error.value, Unreachable)  # which would be tried again
            await ssh.close()

    with serving(tmp_path, tmp_path / "answers", settings) as server:
        _run(lambda: go(server.port, server.key))
        log = (tmp_path / "log").read_text()
    assert log.count("Accepted publickey") == 1


def test_a_changed_key_of_a_device_is_its_own(tmp_path: Path) -> None:
    async def go() -> None:
        ssh = _ssh(tmp_path)
        async with FakeBastion() as bastion:
            for fails in (False, True):
                async with FakeOpenWrt(Device(ROUTER)) as router:
                    if fails:
                        with pytest.raises(HostKeyChanged, match=r"^host key of gw changed"):
                            await ssh.connect(_behind(router, _jump(bastion)), GATE)
                        assert router.log.logins == 0
                    else:
                        await (await ssh.connect(_behind(router, _jump(bastion)), GATE)).close()
        await ssh.close()

    _run(go)


def test_a_refusal_behind_a_jump_host_is_the_devices_own(tmp_path: Path) -> None:
    async def go() -> None:
        async with FakeBastion() as bastion, FakeOpenWrt(Device(ROUTER)) as router:
            ssh = _ssh(tmp_path)
            with pytest.raises(LoginRefused, match=r"^the device refused the login"):
                await ssh.connect(_behind(router, _jump(bastion), credential="WRONG"), GATE)
            await ssh.close()

    _run(go)


@pytest.mark.parametrize("old_ssh", [False, True])
def test_old_algorithms_of_a_jump_host_are_used_only_where_that_is_asked_for(tmp_path: Path, old_ssh: bool) -> None:
    async def go() -> None:
        bastion = FakeBastion(encryption_algs=["aes128-cbc"], mac_algs=["hmac-sha1"])
        async with bastion, FakeOpenWrt(Device(ROUTER)) as router:
            ssh = _ssh(tmp_path)
            jump = JumpHost("bastion", "127.0.0.1", bastion.port, "hop", Environment("B"), old_ssh=old_ssh)
            if old_ssh:
                await (await ssh.connect(_behind(router, jump), GATE)).close()
            else:
                with pytest.raises(JumpHostDown, match="no common SSH algorithm") as error:
                    await ssh.connect(_behind(router, jump), GATE)
                assert "old_ssh" in error.value.hint
            assert bastion.seen.logins == router.log.logins == int(old_ssh)
            await ssh.close()

    _run(go)


def test_a_jump_host_has_its_own_time_for_the_login(tmp_path: Path) -> None:
    async def go() -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            ssh = _ssh(tmp_path)
            port, hurry = silent.getsockname()[1], Timeouts(login=0.2)
            jump = JumpHost("bastion", "127.0.0.1", port, "hop", Environment("B"), timeouts=hurry)
            with pytest.raises(JumpHostDown, match=r"jump host bastion: .*no answer in 0\.2 s"):
                await ssh.connect(_behind(1, jump), GATE)
            await ssh.close()

    _run(go)
