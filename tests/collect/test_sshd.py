"""The session against a real OpenSSH server, with the outputs of an OpenWrt device."""

import asyncio
import getpass
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from auditor.capture import Capture, Failure
from auditor.collect.credentials import Credentials
from auditor.collect.hostkeys import HostKeys
from auditor.collect.lockout import LockoutGuard
from auditor.collect.recipe import Limits
from auditor.collect.ssh import SshConnector, SshLimits
from auditor.collect.target import Target
from auditor.credentials import KeyFile
from auditor.profiles import load_profile
from tests.fakes.collecting import ROUTER, run
from tests.fakes.openssh import Server, needs_sshd, openssh
from tests.fakes.openwrt_ssh import Shell

pytestmark = needs_sshd

NAMES = ("phy0-ap0", "10-custom.nft")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    shell = Shell(ROUTER, load_profile("openwrt"))
    with openssh(tmp_path_factory.mktemp("sshd"), shell, NAMES, "MaxSessions 4\n") as server:
        yield server


def _collect(server: Server, folder: Path, *, accept_new: bool, key: Path | None = None) -> Capture | Failure:
    (folder / "ssh_config").touch()
    ssh = SshConnector(
        HostKeys(folder / "known_hosts", accept_new=accept_new),
        Credentials({}),
        LockoutGuard(),
        SshLimits(10, 10),
        folder / "ssh_config",
    )
    gw = Target("gw", "openwrt", "127.0.0.1", KeyFile(key or server.key), server.port, getpass.getuser())
    return asyncio.run(run([gw], ssh.connect, limits=Limits(command=20)))["gw"]


def test_a_device_behind_openssh_gives_the_same_capture(server: Server, tmp_path: Path) -> None:
    capture = _collect(server, tmp_path, accept_new=True)
    assert isinstance(capture, Capture), capture
    assert capture.gaps == ()
    files = {file.path for file in capture.files}
    assert {"/etc/config/dhcp", "/etc/config/wireless", "commands/stations-phy0-ap0.txt"} <= files
    dhcp = capture.file("/etc/config/dhcp")
    assert dhcp is not None
    assert dhcp.text == (ROUTER / "etc/config/dhcp").read_text()
    asked = server.asked.read_text().splitlines()
    shell = Shell(ROUTER, load_profile("openwrt"))
    assert len(asked) == len(set(asked)) > 20
    assert all(shell.answer(line).status != 127 for line in asked)


def test_a_forced_command_that_takes_single_commands_is_asked_them(tmp_path: Path) -> None:
    with openssh(tmp_path, Shell(ROUTER, load_profile("openwrt")), NAMES, together=False) as server:
        capture = _collect(server, tmp_path, accept_new=True)
        assert isinstance(capture, Capture), capture
        assert capture.gaps == ()
        asked = server.asked.read_text()
        assert asked.count("(){ printf") == 1, "it was tried once"
        assert asked.count("\ncat /etc/openwrt_release\n") == 2, "once in the script, and once by itself"


def test_its_host_key_must_be_confirmed(server: Server, tmp_path: Path) -> None:
    failure = _collect(server, tmp_path, accept_new=False)
    assert isinstance(failure, Failure)
    assert server.fingerprint in failure.why


def test_a_key_that_it_does_not_know_is_refused_once(server: Server, tmp_path: Path) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "other")
    failure = _collect(server, tmp_path, accept_new=True, key=tmp_path / "other")
    assert isinstance(failure, Failure)
    assert failure.attempts == 1
    assert "refused the login" in failure.why
