"""The session against a real OpenSSH server, with the outputs of an OpenWrt device.

A forced command maps the exact command that was asked for to a file, so nothing of this machine is read.
"""

import asyncio
import getpass
import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from auditor.capture import Capture, Failure
from auditor.collect.collector import Limits
from auditor.collect.credentials import Credentials
from auditor.collect.gate import rendered
from auditor.collect.holes import hole_type
from auditor.collect.hostkeys import HostKeys
from auditor.collect.lockout import LockoutGuard
from auditor.collect.ssh import SshConnector, SshLimits
from auditor.collect.target import Target
from auditor.credentials import KeyFile
from auditor.profiles import load_profile
from tests.fakes.collecting import ROUTER, run
from tests.fakes.openwrt_ssh import Shell

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")

pytestmark = pytest.mark.skipif(SSHD is None, reason="needs sshd (Debian: openssh-server)")

NAMES = ("phy0-ap0", "10-custom.nft")  # what the captured device shows, besides the names in the profile


def _forced_command(folder: Path) -> Path:
    """Write a script that answers each command of the profile as the device does, and notes what was asked."""
    shell = Shell(ROUTER, load_profile("openwrt"))
    script = ["#!/bin/sh", f"printf '%s\\n' \"$SSH_ORIGINAL_COMMAND\" >> {folder / 'asked'}"]
    script.append('case "$SSH_ORIGINAL_COMMAND" in')
    for command in load_profile("openwrt").commands:
        values = [*next(iter(command.values.values()), ()), *NAMES] if command.holes else [""]
        for value in values:
            if command.holes and not hole_type(next(iter(command.holes.values()))).accepts(value):
                continue
            line = rendered(command, value)
            reply = shell.answer(line)
            output = folder / f"{len(script)}.out"
            output.write_bytes(reply.stdout)
            output.with_suffix(".err").write_bytes(reply.stderr)
            script.append(
                f"{shlex.quote(line)}) cat {output}; cat {output.with_suffix('.err')} >&2; exit {reply.status};;"
            )
    script += ["*) echo 'ash: not found' >&2; exit 127;;", "esac", ""]
    file = folder / "forced"
    file.write_text("\n".join(script))
    file.chmod(0o755)
    return file


class Server:
    """A running sshd: its port, its host key, a key that may log in, and what it was asked."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self.fingerprint = asyncssh.read_public_key(folder / "host.pub").get_fingerprint()
        self.key = folder / "id"
        self.log = folder / "asked"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    assert SSHD is not None
    folder = tmp_path_factory.mktemp("sshd")
    for name in ("host", "id"):
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(folder / name)
        key.write_public_key(folder / f"{name}.pub")
        (folder / name).chmod(0o600)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder / 'host'}\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {folder / 'id.pub'}\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        f"PermitRootLogin prohibit-password\nForceCommand {_forced_command(folder)}\nPermitTTY no\nMaxSessions 4\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where a privileged sshd locks its child in
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "config")], stderr=log)
        try:
            _wait_for(port, process, folder / "log")
            yield Server(folder, port)
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            pytest.fail(f"sshd did not start: {log.read_text()}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"sshd does not listen: {log.read_text()}")


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
    asked = server.log.read_text().splitlines()
    shell = Shell(ROUTER, load_profile("openwrt"))
    assert len(asked) == len(set(asked)) > 20
    assert all(shell.answer(line).status != 127 for line in asked)


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
