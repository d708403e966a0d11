"""A real ssh-agent, keys with a passphrase, and hosts that want a key and typed answers, with a real OpenSSH server."""

import asyncio
import getpass
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh
import pytest

from auditor.capture import Capture, Failure
from auditor.collect.credentials import Credentials
from auditor.collect.gate import gate_for
from auditor.collect.hostkeys import HostKeys
from auditor.collect.lockout import LockoutGuard
from auditor.collect.recipe import Limits
from auditor.collect.ssh import SshConnector, SshLimits
from auditor.collect.target import Target
from auditor.credentials import Agent, CredentialRef, Interactive, KeyFile
from auditor.errors import LoginRefused
from auditor.inventory.reaching import AtOnce, JumpHost
from auditor.profiles import load_profile
from tests.fakes import accounts
from tests.fakes.collecting import ROUTER, run
from tests.fakes.openssh import Server, needs_sshd, openssh, serving
from tests.fakes.openwrt_ssh import Shell

pytestmark = needs_sshd

GATE = gate_for(load_profile("openwrt").commands)
SHELL = Shell(ROUTER, load_profile("openwrt"))
NAMES = ("phy0-ap0", "10-custom.nft")


@contextmanager
def _agent(folder: Path, *keys: Path) -> Iterator[Path]:
    socket = folder / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL) as process:
        try:
            while not socket.exists():
                assert process.poll() is None
                time.sleep(0.02)
            environment = {**os.environ, "SSH_AUTH_SOCK": str(socket)}
            subprocess.run(["ssh-add", *map(str, keys)], env=environment, check=True, capture_output=True, timeout=30)
            yield socket
        finally:
            process.terminate()


def _ssh(folder: Path, ask: Callable[..., str] | None = None) -> SshConnector:
    (folder / "ssh_config").touch()
    host_keys = HostKeys(folder / "known_hosts", accept_new=True)
    return SshConnector(host_keys, Credentials({}, ask), LockoutGuard(), SshLimits(10, 10), folder / "ssh_config")


async def _collected(ssh: SshConnector, targets: list[Target]) -> list[Capture | Failure]:
    results = await run(targets, ssh.connect, limits=Limits(command=60), at_once=AtOnce(address=4))
    await ssh.close()
    return list(results.values())


def _target(server: Server, credential: CredentialRef, name: str = "gw", *path: JumpHost) -> Target:
    return Target(name, "openwrt", "127.0.0.1", credential, server.port, getpass.getuser(), path=path)


@pytest.mark.skipif(shutil.which("ssh-agent") is None, reason="needs ssh-agent (Debian: openssh-client)")
def test_an_agent_logs_in_to_a_jump_host_and_to_the_device_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(other)
    other.chmod(0o600)
    settings = "AllowTcpForwarding yes\nLogLevel VERBOSE\n"
    with openssh(tmp_path, SHELL, NAMES, settings) as server, _agent(tmp_path, other, server.key) as socket:
        jump = JumpHost("bastion", "127.0.0.1", server.port, getpass.getuser())
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        (found,) = asyncio.run(_collected(_ssh(tmp_path), [_target(server, Agent(), "gw", jump)]))
        assert isinstance(found, Capture), found
        monkeypatch.delenv("SSH_AUTH_SOCK")
        monkeypatch.setenv("HOME", str(tmp_path))
        (lost,) = asyncio.run(_collected(_ssh(tmp_path), [_target(server, Agent())]))
        assert isinstance(lost, Failure), "without the agent there is no key"
        log = (tmp_path / "log").read_text()
    assert log.count("Accepted publickey") == 2


def test_a_passphrase_is_asked_once_for_many_devices(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(prompt: str, *, echo: bool = False) -> str:
        asked.append(prompt)
        return "a passphrase of the tests"

    with openssh(tmp_path, SHELL, NAMES) as server:
        locked = tmp_path / "locked"
        asyncssh.read_private_key(server.key).write_private_key(locked, passphrase="a passphrase of the tests")
        targets = [_target(server, KeyFile(locked), f"gw{n}") for n in range(20)]
        found = asyncio.run(_collected(_ssh(tmp_path, ask), targets))
    assert {type(each) for each in found} == {Capture}, found
    assert asked == [f"Passphrase of {locked}: "]


BY_PAM = "UsePAM yes\nKbdInteractiveAuthentication yes\nPasswordAuthentication yes\nPermitRootLogin yes\n"
needs_account = pytest.mark.skipif(bool(accounts.why_not()), reason=accounts.why_not() or "-")


def _typed(tmp_path: Path, methods: str, answer: str, *, key: bool) -> tuple[BaseException | None, list[str], str]:
    """Log in where a key and answers are wanted, by these methods; return the error, the questions and the log."""
    asked: list[str] = []

    def ask(prompt: str, *, echo: bool = False) -> str:
        asked.append(prompt)
        return answer

    async def go(server: Server) -> BaseException | None:
        ssh = _ssh(tmp_path, ask)
        credential = Interactive(KeyFile(server.key) if key else None)
        try:
            target = Target("gw", "openwrt", "127.0.0.1", credential, server.port, accounts.USER)
            await (await ssh.connect(target, GATE)).close()
        except LoginRefused as error:
            return error
        finally:
            await ssh.close()
        return None

    settings = f"{BY_PAM}AuthenticationMethods {methods}\nLogLevel VERBOSE\n"
    (tmp_path / "answers").write_text("#!/bin/sh\nexit 1\n")
    with serving(tmp_path, tmp_path / "answers", settings, within=accounts.within(tmp_path)) as server:
        error = asyncio.run(asyncio.wait_for(go(server), 60))
    return error, asked, (tmp_path / "log").read_text()


@needs_account
def test_a_key_and_then_typed_answers(tmp_path: Path) -> None:
    error, asked, log = _typed(tmp_path, "publickey,keyboard-interactive", accounts.PASSWORD, key=True)
    assert error is None, log
    assert len(asked) == 1
    assert asked[0].startswith("gw: ")
    assert log.count("Partial publickey") == 1


@needs_account
def test_a_wrong_answer_after_a_key_is_given_once(tmp_path: Path) -> None:
    error, asked, log = _typed(tmp_path, "publickey,keyboard-interactive", "wrong", key=True)
    assert isinstance(error, LoginRefused)
    assert len(asked) == 1
    assert log.count("Failed keyboard-interactive") == 1


@needs_account
def test_a_password_after_typed_answers_is_said_to_be_unsupported(tmp_path: Path) -> None:
    error, asked, log = _typed(tmp_path, "keyboard-interactive,password", accounts.PASSWORD, key=False)
    assert "a password that is wanted after typed answers is not supported" in str(error)
    assert len(asked) == 1
    assert "Failed password" not in log
