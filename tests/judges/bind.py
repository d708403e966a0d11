"""BIND as a judge: `named-checkconf` says whether it takes a configuration, and writes it as one file."""

from collections.abc import Mapping

from tests.judges.rooted import run, why_not

PROGRAM = "named-checkconf"
WHY_NOT = why_not(PROGRAM)


def complaint(files: Mapping[str, str], main: str) -> str:
    """Return '' if BIND takes the configuration, else what it says."""
    done = run(files, [PROGRAM, main])
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or "refused"


def merged(files: Mapping[str, str], main: str) -> str:
    """Return the configuration with all includes as BIND prints it."""
    done = run(files, [PROGRAM, "-p", main])
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
