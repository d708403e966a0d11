"""The command line against a real OpenSSH server that has the outputs of an OpenWrt router.

A forced command maps the exact command that was asked for to a file, so nothing of this machine is read.
"""

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from auditor.collect.gate import rendered
from auditor.collect.holes import hole_type
from auditor.profiles import load_profile
from tests.e2e.command_line import KEYS, SHOP, User, inventory, judged
from tests.e2e.conftest import Audited
from tests.fakes.openwrt_ssh import Shell

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")

pytestmark = pytest.mark.skipif(SSHD is None, reason="needs sshd (Debian: openssh-server)")

INTERFACES = ("phy0-ap0", "phy0-ap1", "phy1-ap0", "phy1-ap1")
"""What the router shows, besides the names in the profile."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running sshd: its port, a key that may log in, and the file that notes what it was asked."""

    port: int
    key: Path
    asked: Path


def _answers(folder: Path) -> Path:
    """Write a script that answers each command of the profile as the router does, and notes what was asked."""
    shell = Shell(SHOP, load_profile("openwrt"))
    script = ["#!/bin/sh", f"printf '%s\\n' \"$SSH_ORIGINAL_COMMAND\" >> {shlex.quote(str(folder / 'asked'))}"]
    script.append('case "$SSH_ORIGINAL_COMMAND" in')
    for command in load_profile("openwrt").commands:
        values = [*next(iter(command.values.values()), ()), *INTERFACES] if command.holes else [""]
        for value in values:
            if command.holes and not hole_type(next(iter(command.holes.values()))).accepts(value):
                continue
            line = rendered(command, value)
            reply = shell.answer(line)
            output, errors = folder / f"{len(script)}.out", folder / f"{len(script)}.err"
            output.write_bytes(reply.stdout)
            errors.write_bytes(reply.stderr)
            script.append(f"{shlex.quote(line)}) cat {output}; cat {errors} >&2; exit {reply.status};;")
    file = folder / "answer"
    file.write_text("\n".join([*script, "*) echo 'ash: not found' >&2; exit 127;;", "esac", ""]))
    file.chmod(0o755)
    return file


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
        f"PermitRootLogin prohibit-password\nForceCommand {_answers(folder)}\nPermitTTY no\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where a privileged sshd locks its child in
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "config")], stderr=log)
        try:
            _wait_for(port, process, folder / "log")
            yield Server(port, folder / "id", folder / "asked")
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


def _device(server: Server) -> str:
    where = f"host: 127.0.0.1, port: {server.port}, username: {getpass.getuser()}"
    return f"{{gw: {{{where}, platform: openwrt, credentials: {{key_file: {server.key}}}}}}}"


def test_an_audit_through_openssh_gives_the_same_verdicts(server: Server, audited: Audited, user: User) -> None:
    user.write("inventory.yaml", inventory(_device(server)))
    done = user.run(
        *("audit", "inventory.yaml", "--accept-new-host-keys", "--out", "fixes", "--report", "json=report.json")
    )
    assert done.code == 1, done.output
    assert judged(user.report()) == judged(audited.user.report())
    assert (user.folder / "fixes" / "gw.commands").is_file()
    asked = server.asked.read_text().splitlines()
    shell = Shell(SHOP, load_profile("openwrt"))
    assert len(asked) == len(set(asked)) > 15
    assert [line for line in asked if shell.answer(line).status == 127] == []
    for key in KEYS:
        assert key not in done.output
        assert [file for file, text in user.texts().items() if key in text] == []


def test_the_host_of_an_ssh_configuration_is_honoured(server: Server, user: User, tmp_path: Path) -> None:
    folder = tmp_path / "home" / ".ssh"
    folder.mkdir(mode=0o700)
    (folder / "config").write_text(
        f"Host bakery-router\n  HostName 127.0.0.1\n  Port {server.port}\n  User {getpass.getuser()}\n"
        f"  IdentityFile {server.key}\n"
    )
    user.write("inventory.yaml", inventory("{gw: {host: bakery-router, platform: openwrt}}"))
    done = user.run("audit", "inventory.yaml", "--accept-new-host-keys")
    assert done.code == 1, done.output
    assert "dhcp-lease-too-short" in done.stdout
