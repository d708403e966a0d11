"""A host key that is swapped in the middle of a run: it is told, and nobody who shows it is sent a credential."""

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.capture import Failure, FailureKind
from auditor.collect.gate import Gate
from auditor.collect.session import Session
from auditor.collect.target import Target
from auditor.credentials import Environment
from auditor.errors import HostKeyChanged, NotTried
from tests.collect.test_bastions import GATE, _behind, _jump, _run, _ssh
from tests.fakes.bastion import FakeBastion
from tests.fakes.collecting import ROUTER, run
from tests.fakes.openwrt_ssh import Device, FakeOpenWrt, Fault


@pytest.mark.parametrize("bastions", [0, 1, 2])
def test_between_an_attempt_and_the_next_one(tmp_path: Path, bastions: int) -> None:
    """The connection is lost, and whoever answers the second attempt at the same name shows another key."""

    async def go() -> None:
        lost = FakeOpenWrt(Device(ROUTER, fault=Fault.LOSE_CONNECTION))
        async with FakeBastion() as outer, FakeBastion() as inner, lost, FakeOpenWrt(Device(ROUTER)) as other:
            ssh = _ssh(tmp_path)
            path = (_jump(outer, "outer"), _jump(inner, "inner"))[:bastions]
            attempts = 0

            async def connect(target: Target, gate: Gate) -> Session:
                nonlocal attempts
                attempts += 1
                return await ssh.connect(target if attempts == 1 else replace(target, port=other.port), gate)

            results = await run([_behind(lost, *path)], connect)
            await ssh.close()
            failure = results["gw"]
            assert isinstance(failure, Failure)
            assert failure.kind is FailureKind.HOST_KEY_CHANGED, failure
            assert failure.why.startswith("host key of gw changed")
            assert (attempts, lost.log.logins, other.log.logins) == (2, 1, 0)

    _run(go)


@pytest.mark.parametrize("swapped", ["outer", "inner"])
def test_on_a_jump_host_that_is_reached_again(tmp_path: Path, swapped: str) -> None:
    async def go() -> None:
        outer, inner = FakeBastion(), FakeBastion()
        async with FakeOpenWrt(Device(ROUTER)) as router:
            await outer.start()
            await inner.start()
            ssh = _ssh(tmp_path)
            target = _behind(router, _jump(outer, "outer"), _jump(inner, "inner"))
            session = await ssh.connect(target, GATE)
            old = {"outer": outer, "inner": inner}[swapped]
            await old.stop()
            async with FakeBastion(port=old.port) as new:
                await session.close()
                for _ in range(2):  # whoever comes later gets the same answer, and nothing is tried again
                    with pytest.raises(HostKeyChanged, match=f"^jump host {swapped}: host key of {swapped} changed"):
                        await ssh.connect(target, GATE)
                assert (new.seen.logins, new.seen.refused) == (0, 0)
                assert router.log.logins == 1
                await ssh.close()
            for bastion in (outer, inner):
                if bastion is not old:
                    await bastion.stop()

    _run(go)


def test_two_jump_hosts_at_one_address_have_a_key_each(tmp_path: Path) -> None:
    """Written as `host:port`, they are two hosts: one key does not stand for the other."""

    async def go() -> None:
        async with FakeBastion() as one, FakeBastion() as two, FakeOpenWrt(Device(ROUTER)) as router:
            ssh = _ssh(tmp_path)
            for name, hop in (("gw1", one), ("gw2", two)):
                written = f"hop@127.0.0.1:{hop.port}"
                target = Target(name, "openwrt", "127.0.0.1", Environment("P"), router.port, "audit", written)
                with pytest.raises(NotTried, match=f"jump host 127.0.0.1:{hop.port}: .*refused"):  # it wants a password
                    await ssh.connect(target, GATE)
            recorded = (tmp_path / "known_hosts").read_text().splitlines()
            assert {line.split()[0] for line in recorded} == {f"127.0.0.1:{hop.port}" for hop in (one, two)}
            assert len({line.split()[2] for line in recorded}) == 2
            await ssh.close()

    _run(go)
