"""Commands of a file-based platform as a device would run them: a real shell and the real `patch`, below a folder.

What is no file (kernel state) is changed by commands that cannot run here; they are only noted.
"""

import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from auditor.capture import Capture
from auditor.platforms.linux.services import SERVICES

_PRELUDE = """
patch() { [ "$1 $2" = "-d /" ] || exit 9; shift 2; command patch -d "$ROOT" "$@"; }
bridge() { echo "bridge $*" >>"$SAID"; }
ethtool() { echo "ethtool $*" >>"$SAID"; }
"""


_OCTET = re.compile(rb"\\x([89a-f][0-9a-f])")


def on_device(text: str) -> bytes:
    """Return what a captured text is on the device: octets that are no UTF-8 were captured as escapes."""
    return _OCTET.sub(lambda found: bytes((int(found[1], 16),)), text.encode("utf-8", "surrogatepass"))


def _by_command(path: str, text: str) -> bool:
    """Whether kernel state is changed by commands; a packet filter is loaded from its file."""
    return any(service.commands is not None and service.owns(path, text) == path for service in SERVICES)


def differences(before: Capture, lines: Sequence[str], expected: Capture) -> list[str]:
    """Run lines where the files of a capture lie; say where the files are then not those that are expected."""
    with tempfile.TemporaryDirectory() as name:
        root, said = Path(name, "root"), Path(name, "said")
        root.mkdir()
        for file in before.files:
            place = root / file.path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(on_device(file.text))
        there = {path for path in root.rglob("*") if path.is_file()}
        done = subprocess.run(
            ["/bin/sh", "-u", "-c", _PRELUDE + "\n".join(lines) + "\n"],
            env={"PATH": "/usr/bin:/bin", "ROOT": str(root), "SAID": str(said), "TMPDIR": name, "LC_ALL": "C.UTF-8"},
            cwd=name,
            capture_output=True,
            text=True,
            errors="backslashreplace",
            timeout=20,
        )
        found = [f"the shell says: {done.stderr}"] if done.stderr or done.returncode else []
        if {path for path in root.rglob("*") if path.is_file()} != there or set(Path(name).iterdir()) - {root, said}:
            found.append("the commands leave other files behind")
        for file in expected.files:
            data = (root / file.path.lstrip("/")).read_bytes()
            if data != on_device(file.text) and not file.is_output:
                text = data.decode("utf-8", "backslashreplace")
                found.append(f"{file.path} is\n{text}\ninstead of\n{file.text}\n{done.stdout}")
        changed = [f for f in expected.files if f.is_output and f != before.file(f.path)]
        if any(_by_command(file.path, file.text) for file in changed) != said.exists():
            found.append("kernel state is to change and no command does it, or the other way round")
        return found
