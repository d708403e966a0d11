"""Two ways to apply a unified diff that share nothing with the one that makes it."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def strict_patch(text: str, diff: str) -> str:
    """Apply a diff without any tolerance: every context line, every count and every position must fit.

    Written from the description of the format (POSIX.1-2017, diff, "Diff -u Output Format").
    """
    old = text.splitlines(keepends=True) if "\r" not in text else re.findall(r"[^\n]*\n|[^\n]+", text)
    new: list[str] = []
    taken = 0
    lines = re.findall(r"[^\n]*\n", diff)
    position = 2
    assert lines[0].startswith("--- "), "no header"
    assert lines[1].startswith("+++ "), "no header"
    while position < len(lines):
        head = _HUNK.match(lines[position])
        assert head is not None, f"no hunk: {lines[position]!r}"
        position += 1
        first, count = int(head[1]), int(head[2] or 1)
        first_new, count_new = int(head[3]), int(head[4] or 1)
        start = first - 1 if count else first
        new += old[taken:start]
        assert len(new) == (first_new - 1 if count_new else first_new), "the hunk's new position does not fit"
        removed = added = 0
        while removed < count or added < count_new:
            kind, line = lines[position][0], lines[position][1:]
            position += 1
            if position < len(lines) and lines[position].startswith("\\"):
                line = line.removesuffix("\n")
                position += 1
            if kind in " -":
                assert old[start + removed] == line, f"line {start + removed + 1} is another one than {line!r}"
                removed += 1
            if kind in " +":
                new.append(line)
                added += 1
        taken = start + removed
    return "".join(new + old[taken:])


def gnu_patch(text: str, diff: str) -> str:
    """Apply a diff with GNU patch, without fuzz; what it says is the result if it refuses."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "file")
        file.write_bytes(text.encode())
        command = ["patch", "--binary", "--quiet", "--fuzz=0", "--force", "--posix", str(file)]
        done = subprocess.run(command, input=diff.encode(), capture_output=True, check=False)
        return file.read_bytes().decode() if done.returncode == 0 else (done.stdout + done.stderr).decode()


PATCHES: tuple[Callable[[str, str], str], ...] = (strict_patch, gnu_patch) if shutil.which("patch") else (strict_patch,)
