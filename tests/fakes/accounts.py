"""Runs a server where there is one more account, in a mount namespace that ends with it."""

import os
import subprocess
from functools import cache
from pathlib import Path

USER = "auditor-of-tests"
PASSWORD = "not-a-secret"
_SCRIPT = """
for name in passwd shadow pam; do
    [ "$name" = pam ] && there=/etc/pam.d/sshd || there=/etc/$name
    [ ! -e "$there" ] || mount --bind "$0/$name" "$there" || exit 1
done
exec "$@"
"""


def within(folder: Path) -> tuple[str, ...]:
    """Return the words before a program for which `USER` is an account whose home is a folder."""
    files = folder / "accounts"
    files.mkdir()
    digest = subprocess.run(["openssl", "passwd", "-6", PASSWORD], capture_output=True, check=True, text=True).stdout
    line = f"{USER}:x:0:0::{folder}:/bin/sh\n"
    (files / "passwd").write_text(Path("/etc/passwd").read_text(encoding="utf-8") + line)
    (files / "shadow").write_text(f"{USER}:{digest.strip()}:19000:0:99999:7:::\n")
    (files / "shadow").chmod(0o600)
    (files / "pam").write_text("auth required pam_unix.so\naccount required pam_permit.so\n")
    return ("unshare", "-m", "--propagation", "private", "sh", "-c", _SCRIPT, str(files))


@cache
def why_not() -> str:
    """Say why there can be no such account, '' if there can."""
    if os.geteuid() != 0:
        return "needs root for an account of its own"
    tried = subprocess.run(["unshare", "-m", "--propagation", "private", "true"], check=False, capture_output=True)
    if tried.returncode != 0:
        return "this machine does not allow mount namespaces"
    if subprocess.run(["sh", "-c", "command -v openssl"], check=False, capture_output=True).returncode != 0:
        return "needs openssl"
    return ""
