"""A real Dropbear, the SSH server of OpenWrt, as a device or as a jump host."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh

from tests.fakes import accounts
from tests.fakes.openssh import Server, wait_for

DROPBEAR = shutil.which("dropbear", path="/usr/sbin:/usr/bin:/sbin:/bin")


def why_not() -> str:
    """Say why there can be none, '' if there can."""
    return accounts.why_not() if DROPBEAR else "needs dropbear (Debian: dropbear-bin)"


@contextmanager
def dropbear(folder: Path, answers: Path) -> Iterator[Server]:
    """Run a server on loopback whose only command is a script; the account is `accounts.USER`, with a key."""
    assert DROPBEAR is not None
    subprocess.run(
        ["dropbearkey", "-t", "ed25519", "-f", str(folder / "host")], check=True, capture_output=True, timeout=30
    )
    command = ["dropbearkey", "-y", "-f", str(folder / "host")]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)
    public = next(line for line in shown.stdout.splitlines() if line.startswith("ssh-ed25519 "))
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(folder / "id")
    (folder / ".ssh").mkdir(mode=0o700)
    key.write_public_key(folder / ".ssh/authorized_keys")
    folder.chmod(0o700)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-F", "-E", "-s", "-r", str(folder / "host"), "-P", str(folder / "pid"), "-c", str(answers)]
    with (folder / "log").open("wb") as log:
        command = [*accounts.within(folder), DROPBEAR, *options, "-p", f"127.0.0.1:{port}"]
        process = subprocess.Popen(command, stderr=log)
        try:
            wait_for(port, process, folder / "log")
            yield Server(port, asyncssh.import_public_key(public).get_fingerprint(), folder / "id", folder / "asked")
        finally:
            process.terminate()
            process.wait(10)
