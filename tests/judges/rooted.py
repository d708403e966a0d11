"""Runs a real program in a mount namespace where `/etc` and `/var` are those of a made-up device.

Absolute paths in configurations then mean what they mean on the device, and nothing of this machine is read or
written. Without the right to make such a namespace the tests that need it are skipped, and say so.
"""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache

_SCRIPT = """
set -e
old=$(mktemp -d) && mount --rbind /etc "$old"
mount -t tmpfs -o mode=755 judged /etc
for name in passwd group nsswitch.conf alternatives ld.so.cache ld.so.conf ld.so.conf.d protocols services; do
    [ ! -e "$old/$name" ] || cp -r "$old/$name" /etc/
done
umount -l "$old" && rmdir "$old"
mount -t tmpfs -o mode=755 judged /var
mkdir -p /var/lib/misc /var/lib/dhcp /var/lib/kea /var/log /var/cache/bind /var/lib/unbound /var/tmp
mount -t tmpfs -o mode=755 judged /run && ln -s /run /var/run && mkdir -p /run/kea /run/named /run/lock/kea /run/netns
mount -t tmpfs -o mode=1777 judged /tmp
"""


def run(
    files: Mapping[str, str], command: Sequence[str], *, network: bool = False
) -> "subprocess.CompletedProcess[str]":
    """Run a command where the given files (absolute path → text) lie below `/etc` and `/var`.

    `network` gives it a network namespace of its own, for programs that ask the kernel.
    """
    lines = [_SCRIPT]
    for number, path in enumerate(files):
        lines.append(f'mkdir -p "$(dirname "{path}")" && printf %s "$text{number}" > "{path}"')
    lines.append('exec "$@"')
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    environment |= {f"text{number}": text for number, text in enumerate(files.values())}
    flags = "-rmn" if network else "-rm"
    return subprocess.run(
        ["unshare", flags, "--propagation", "private", "sh", "-c", "\n".join(lines), "judged", *command],
        capture_output=True,
        text=True,
        errors="backslashreplace",
        timeout=60,
        env=environment,
    )


@cache
def why_not(program: str) -> str:
    """Say why a program cannot be a judge here, '' if it can."""
    if shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
        return f"needs {program}"
    if run({}, ["true"]).returncode != 0:
        return "this machine does not allow mount namespaces"
    return ""
