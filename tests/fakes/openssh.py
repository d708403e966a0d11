"""A real OpenSSH server with the outputs of a device.

A forced command maps the exact command that was asked for to a file, so nothing of this machine is read.
"""

import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from auditor.collect.gate import rendered
from auditor.collect.holes import hole_type
from auditor.profiles import load_profile
from tests.fakes.batched import IN_SHELL
from tests.fakes.openwrt_ssh import Shell

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")

needs_sshd = pytest.mark.skipif(SSHD is None, reason="needs sshd (Debian: openssh-server)")


@dataclass(frozen=True, slots=True)
class Server:
    """A running sshd: its port and host key, a key that may log in, and the file that notes what it was asked."""

    port: int
    fingerprint: str
    key: Path
    asked: Path


@contextmanager
def openssh(
    folder: Path, shell: Shell, names: tuple[str, ...], settings: str = "", *, together: bool = True
) -> Iterator[Server]:
    """Run a server on loopback; `names` are what the device shows, besides the names in the profile.

    With `together` it takes several commands in one go, as a shell does; otherwise single ones, as many a forced
    command does.
    """
    with serving(folder, answers_of(folder, shell, names, together=together), settings) as server:
        yield server


@contextmanager
def serving(folder: Path, answers: Path, settings: str = "", *, within: tuple[str, ...] = ()) -> Iterator[Server]:
    """Run a server on loopback whose only command is a script; it notes what it was asked in `folder/asked`.

    `settings` win over those that stand here; `within` are words before the program.
    """
    assert SSHD is not None
    for name in ("host", "id"):
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(folder / name)
        key.write_public_key(folder / f"{name}.pub")
        (folder / name).chmod(0o600)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "config").write_text(
        f"{settings}ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder / 'host'}\n"
        "PidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {folder / 'id.pub'}\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        f"PermitRootLogin prohibit-password\nForceCommand {answers}\nPermitTTY no\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where a privileged sshd locks its child in
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*within, SSHD, "-D", "-e", "-f", str(folder / "config")], stderr=log)
        try:
            wait_for(port, process, folder / "log")
            fingerprint = asyncssh.read_public_key(folder / "host.pub").get_fingerprint()
            yield Server(port, fingerprint, folder / "id", folder / "asked")
        finally:
            process.terminate()
            process.wait(10)


def answers_of(folder: Path, shell: Shell, names: tuple[str, ...], *, together: bool) -> Path:
    """Write a script that answers each command of the profile as the device does, and notes what was asked."""
    script = [
        "#!/bin/sh",
        *([IN_SHELL] if together else []),
        f"printf '%s\\n' \"$SSH_ORIGINAL_COMMAND\" >> {shlex.quote(str(folder / 'asked'))}",
    ]
    script.append('case "$SSH_ORIGINAL_COMMAND" in')
    for command in load_profile("openwrt").commands:
        values = [*next(iter(command.values.values()), ()), *names] if command.holes else [""]
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


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            pytest.fail(f"the server did not start: {log.read_text()}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the server does not listen: {log.read_text()}")
