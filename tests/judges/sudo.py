"""What real sudo says of a line of sudoers(5), and whether it lets one command pass."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.judges import rooted

PROGRAM = "sudo"
_BOUND = 'mount --bind "$0" /etc/sudoers && exec "$@"'


def complaint(line: str) -> str:
    """What visudo has against a line, '' if nothing."""
    done = rooted.run({"/etc/judged": f"{line}\n"}, ["visudo", "-cf", "/etc/judged"])
    return "" if done.returncode == 0 else done.stderr or done.stdout


def lets_pass(line: str, user: str, command: Sequence[str]) -> bool:
    """Whether a user may run a command as root without a password, by this line alone."""
    return _sudo(line, ["sudo", "-l", "-U", user, *command]).returncode == 0


def _sudo(line: str, command: Sequence[str]) -> "subprocess.CompletedProcess[bytes]":
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(f"{line}\n")
        file.flush()
        os.chmod(file.name, 0o440)
        words = ["unshare", "-m", "--propagation", "private", "sh", "-c", _BOUND, file.name, *command]
        return subprocess.run(words, capture_output=True, timeout=60, check=False)


@cache
def why_not() -> str:
    """Say why sudo cannot be the judge here, '' if it can: it needs to be really root to look at its rules."""
    missing = rooted.why_not(PROGRAM)
    if missing:
        return missing
    if os.geteuid() != 0 or not Path("/etc/sudoers").is_file():
        return "needs root and an /etc/sudoers to put another one over"
    if _sudo("root ALL=(root) ALL", ["sudo", "-l", "-U", "root", "/bin/true"]).returncode != 0:
        return "this machine does not allow mount namespaces"
    return ""
