"""The SSH session: what it sends, how it logs in, and what it makes of a connection that fails."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import asyncssh
import pytest

from auditor.collect.credentials import Credentials
from auditor.collect.gate import gate_for
from auditor.collect.hostkeys import HostKeys
from auditor.collect.lockout import LockoutGuard
from auditor.collect.ssh import SshConnector, SshLimits
from auditor.collect.target import Target
from auditor.credentials import Agent, CredentialRef, Environment, KeyFile
from auditor.errors import CommandRefused, CredentialMissing, DeviceError, LoginRefused, Unreachable
from auditor.profiles import load_profile
from tests.fakes.collecting import ROUTER, connector, target
from tests.fakes.openwrt_ssh import PASSWORD, Device, FakeOpenWrt, Fault

GATE = gate_for(load_profile("openwrt").commands)


def test_nothing_passes_that_is_not_on_the_list(tmp_path: Path) -> None:
    async def go() -> list[str]:
        async with FakeOpenWrt(Device(ROUTER)) as router:
            session = await connector(tmp_path / "known_hosts").connect(target(router), GATE)
            for command in ("reboot", "uci commit", "cat /etc/config/dhcp;reboot", "cat /etc/config/dhcp\n", ""):
                with pytest.raises(CommandRefused):
                    await session.run(command, 5)
            output = await session.run("cat /etc/config/dhcp", 5)
            assert output.stdout == (ROUTER / "etc/config/dhcp").read_text()
            assert output.status == 0
            await session.close()
            return router.log.commands

    assert asyncio.run(go()) == ["cat /etc/config/dhcp"]


def test_a_command_that_takes_too_long_leaves_the_session_usable(tmp_path: Path) -> None:
    async def go() -> None:
        async with FakeOpenWrt(Device(ROUTER, Fault.STALL, on="cat /etc/config/dhcp")) as router:
            session = await connector(tmp_path / "known_hosts").connect(target(router), GATE)
            with pytest.raises(TimeoutError):
                await session.run("cat /etc/config/dhcp", 0.2)
            assert (await session.run("date +%s", 5)).status == 0
            await session.close()

    asyncio.run(go())


def test_a_flood_is_cut(tmp_path: Path) -> None:
    async def go() -> None:
        async with FakeOpenWrt(Device(ROUTER, Fault.FLOOD, on="cat /etc/config/dhcp")) as router:
            limits = SshLimits(connect=5, login=5, output=300_000)
            session = await connector(tmp_path / "known_hosts", limits=limits).connect(target(router), GATE)
            output = await session.run("cat /etc/config/dhcp", 10)
            assert (output.truncated, output.stdout) == (True, ""), "nobody needs a part of a flood"
            assert (await session.run("date +%s", 5)).status == 0
            await session.close()

    asyncio.run(go())


def _connect(tmp_path: Path, device: Device, credential: CredentialRef, credentials: Credentials) -> int:
    """Log in once and return how many passwords the device saw."""

    async def go() -> int:
        async with FakeOpenWrt(device) as router:
            (tmp_path / "ssh_config").touch()
            keys = HostKeys(tmp_path / "known_hosts", accept_new=True)
            ssh = SshConnector(keys, credentials, LockoutGuard(), SshLimits(5, 5), tmp_path / "ssh_config")
            try:
                session = await ssh.connect(target(router, credential=credential), GATE)
                await session.close()
            finally:
                seen = router.log.logins
            return seen

    return asyncio.run(go())


def test_a_password_is_sent_once(tmp_path: Path) -> None:
    assert _connect(tmp_path, Device(ROUTER), Environment("P"), Credentials({"P": PASSWORD})) == 1


@pytest.mark.parametrize("passphrase", [None, "open sesame"])
def test_a_key_file_logs_in_and_is_opened_with_its_passphrase(tmp_path: Path, passphrase: str | None) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / "id", passphrase=passphrase, rounds=1, ignore_few_rounds=True)
    device = Device(ROUTER, authorized_key=key.export_public_key().decode())
    credentials = Credentials({"PASS": passphrase or ""})
    assert _connect(tmp_path, device, KeyFile(tmp_path / "id", "PASS"), credentials) == 0


def test_a_key_file_that_cannot_be_opened_is_a_missing_credential(tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / "id", passphrase="right", rounds=1, ignore_few_rounds=True)
    with pytest.raises(CredentialMissing, match="key file"):
        _connect(tmp_path, Device(ROUTER), KeyFile(tmp_path / "id", "PASS"), Credentials({"PASS": "wrong"}))
    (tmp_path / "id").write_text("this is no key")
    with pytest.raises(CredentialMissing, match="key file"):
        _connect(tmp_path, Device(ROUTER), KeyFile(tmp_path / "id", "PASS"), Credentials({"PASS": "wrong"}))


def test_a_key_that_the_device_does_not_know_is_a_refused_login(tmp_path: Path) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "id")
    with pytest.raises(LoginRefused):
        _connect(tmp_path, Device(ROUTER), KeyFile(tmp_path / "id"), Credentials({}))


def test_the_agent_without_any_key_is_a_refused_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(LoginRefused):
        _connect(tmp_path, Device(ROUTER), Agent(), Credentials({}))


def test_the_ssh_configuration_is_honoured_but_sends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_NAME", "x")
    monkeypatch.setenv("TERM", "vt100")

    async def go() -> None:
        async with FakeOpenWrt(Device(ROUTER)) as router:
            config = tmp_path / "config"
            config.write_text(
                f"Host shop\n  Hostname 127.0.0.1\n  Port {router.port}\n  User audit\n  RemoteCommand reboot\n"
                "  RequestTTY force\n  SetEnv LANG=C\n  SendEnv SHOP_*\n  ForwardAgent yes\n"
            )
            keys = HostKeys(tmp_path / "known_hosts", accept_new=True)
            ssh = SshConnector(keys, Credentials({"P": PASSWORD}), LockoutGuard(), SshLimits(5, 5), config)
            session = await ssh.connect(Target("gw", "openwrt", "shop", Environment("P")), GATE)
            assert (await session.run("date +%s", 5)).stdout == "1795400000\n"
            await session.close()
            assert (router.log.commands, router.log.extras) == (["date +%s"], [])
            assert keys.recorded("gw") != ()

    asyncio.run(go())


def test_a_broken_ssh_configuration_is_a_failure_of_the_device(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Port many\n")
    ssh = SshConnector(HostKeys(tmp_path / "k"), Credentials({"P": "x"}), LockoutGuard(), config=config)
    with pytest.raises(DeviceError, match="cannot be prepared"):
        asyncio.run(ssh.connect(Target("gw", "openwrt", "127.0.0.1", Environment("P")), GATE))


def test_nobody_there_is_unreachable(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        ssh = connector(tmp_path / "known_hosts")
        with pytest.raises(Unreachable, match="cannot connect"):
            asyncio.run(ssh.connect(target(taken.getsockname()[1]), GATE))


def test_a_port_that_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        ssh = connector(tmp_path / "known_hosts", limits=SshLimits(connect=1, login=0.3))
        with pytest.raises(Unreachable, match=r"no answer in 0\.3 s"):
            asyncio.run(ssh.connect(target(silent.getsockname()[1]), GATE))


def test_a_recorded_key_is_asked_for_first(tmp_path: Path) -> None:
    """A device with several host keys must not look changed because another of them came first."""

    async def go() -> None:
        rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
        async with FakeOpenWrt(Device(ROUTER), host_keys=[rsa]) as router:
            session = await connector(tmp_path / "known_hosts").connect(target(router), GATE)
            await session.close()
        ed25519 = asyncssh.generate_private_key("ssh-ed25519")
        async with FakeOpenWrt(Device(ROUTER), host_keys=[ed25519, rsa]) as router:
            session = await connector(tmp_path / "known_hosts", accept_new=False).connect(target(router), GATE)
            await session.close()

    asyncio.run(go())


class _Jump(asyncssh.SSHServer):
    def __init__(self, key: str, seen: list[str]) -> None:
        self._key = key.split()[:2]
        self._seen = seen

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        self._seen.append(f"key of {username}")
        return key.export_public_key().decode().split()[:2] == self._key

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._seen.append(f"password of {username}")
        return True

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        self._seen.append(f"to {dest_host}")
        return True


@pytest.mark.parametrize("from_configuration", [False, True])
def test_a_jump_host_is_used_checked_by_its_own_name_and_never_sees_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, from_configuration: bool
) -> None:
    (tmp_path / ".ssh").mkdir()
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / ".ssh" / "id_ed25519")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    seen: list[str] = []

    async def go() -> None:
        public = key.export_public_key().decode()
        jump = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            server_factory=lambda: _Jump(public, seen),
            kex_algs=["curve25519-sha256"],
        )
        async with FakeOpenWrt(Device(ROUTER)) as router:
            hop = f"me@localhost:{jump.get_port()}"
            config = tmp_path / "config"
            config.write_text(f"Host 127.0.0.1\n  ProxyJump {hop}\n" if from_configuration else "")
            keys = HostKeys(tmp_path / "known_hosts", accept_new=True)
            ssh = SshConnector(keys, Credentials({"P": PASSWORD}), LockoutGuard(), SshLimits(5, 5), config)
            shop = Target(
                "gw", "openwrt", "127.0.0.1", Environment("P"), router.port, "audit",
                jump_host=None if from_configuration else hop,
            )  # fmt: skip
            session = await ssh.connect(shop, GATE)
            assert (await session.run("date +%s", 5)).status == 0
            await session.close()
            assert len(keys.recorded("gw")) == 1
            assert len(keys.recorded(f"localhost:{jump.get_port()}")) == 1, "a jump host is told apart by its port"
            assert router.log.logins == 1
            await ssh.close()
        jump.close()
        await jump.wait_closed()

    asyncio.run(go())
    assert set(seen) == {"key of me", "to 127.0.0.1"}


def test_only_live_collection_loads_the_ssh_library() -> None:
    code = "import sys, auditor.collect.collector, auditor.collect.saved; print('asyncssh' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
