"""Unbound as a judge: `unbound-checkconf` says whether it takes a configuration, and what it reads from it."""

from collections.abc import Mapping

from tests.judges.rooted import run, why_not

PROGRAM = "unbound-checkconf"
WHY_NOT = why_not(PROGRAM)
# Debian's files of keys are not part of a made-up device.
_FOLDER = {"/etc/unbound/.here": ""}


def complaint(files: Mapping[str, str], main: str) -> str:
    """Return '' if Unbound takes the configuration, else what it says."""
    done = run(_FOLDER | dict(files), [PROGRAM, main])
    return "" if done.returncode == 0 else done.stderr.strip() or done.stdout.strip() or "refused"


def values(files: Mapping[str, str], main: str, *options: str) -> dict[str, list[str]]:
    """Return what Unbound reads for some options, each with its values in the order in which it prints them."""
    script = 'main="$1"; shift; for o in "$@"; do echo "[$o]"; unbound-checkconf -o "$o" "$main" || exit 1; done'
    done = run(_FOLDER | dict(files), ["sh", "-c", script, "judged", main, *options])
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in done.stdout.splitlines():
        if line.startswith("[") and line.endswith("]"):
            current = found.setdefault(line[1:-1], [])
        else:
            current.append(line)
    return found
