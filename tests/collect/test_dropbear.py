"""Against a real Dropbear, which lets one address have five logins under way and closes what comes beyond."""

import asyncio
from pathlib import Path

import pytest

from auditor.capture import Capture
from auditor.collect.credentials import Credentials
from auditor.collect.hostkeys import HostKeys
from auditor.collect.lockout import LockoutGuard
from auditor.collect.recipe import Limits
from auditor.collect.ssh import SshConnector, SshLimits
from auditor.collect.target import Target
from auditor.credentials import Environment, KeyFile
from auditor.inventory.reaching import AtOnce, JumpHost
from auditor.profiles import load_profile
from tests.fakes.accounts import USER
from tests.fakes.collecting import ROUTER, run
from tests.fakes.dropbear import dropbear, why_not
from tests.fakes.openssh import answers_of
from tests.fakes.openwrt_ssh import PASSWORD, Device, FakeOpenWrt, Shell

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")


def _ssh(folder: Path) -> SshConnector:
    (folder / "ssh_config").touch()
    host_keys = HostKeys(folder / "known_hosts", accept_new=True)
    return SshConnector(
        host_keys, Credentials({"P": PASSWORD}), LockoutGuard(), SshLimits(10, 10), folder / "ssh_config"
    )


def test_twenty_entries_at_one_address_are_collected_one_after_the_other(tmp_path: Path) -> None:
    answers = answers_of(tmp_path, Shell(ROUTER, load_profile("openwrt")), ("phy0-ap0", "10-custom.nft"), together=True)

    async def go(port: int, key: Path) -> None:
        ssh = _ssh(tmp_path)
        targets = [Target(f"gw{n}", "openwrt", "127.0.0.1", KeyFile(key), port, USER) for n in range(20)]
        results = await run(targets, ssh.connect, limits=Limits(command=60))
        await ssh.close()
        assert {type(each) for each in results.values()} == {Capture}, results
        assert [capture.gaps for capture in results.values() if isinstance(capture, Capture)] == [()] * 20

    with dropbear(tmp_path, answers) as server:
        asyncio.run(asyncio.wait_for(go(server.port, server.key), 120))
        assert server.fingerprint.startswith("SHA256:")
        log = (tmp_path / "log").read_text()
    assert log.count("Pubkey auth succeeded") == 20


def test_sixty_devices_behind_one_dropbear_are_one_login(tmp_path: Path) -> None:
    (tmp_path / "answers").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "answers").chmod(0o755)

    async def go(port: int, key: Path) -> None:
        async with FakeOpenWrt(Device(ROUTER)) as router:
            ssh = _ssh(tmp_path)
            jump = JumpHost("bastion", "127.0.0.1", port, USER, KeyFile(key))
            targets = [
                Target(f"gw{n}", "openwrt", "127.0.0.1", Environment("P"), router.port, "audit", path=(jump,))
                for n in range(60)
            ]
            at_once = AtOnce(jump_host=60, address=60)
            results = await run(targets, ssh.connect, limits=Limits(command=60), at_once=at_once)
            await ssh.close()
            assert {type(each) for each in results.values()} == {Capture}, results

    with dropbear(tmp_path, tmp_path / "answers") as server:
        asyncio.run(asyncio.wait_for(go(server.port, server.key), 120))
        log = (tmp_path / "log").read_text()
    assert log.count("Pubkey auth succeeded") == 1
