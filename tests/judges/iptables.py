"""iptables-restore and ebtables-restore themselves: whether they take saved rules, and what they then show."""

from collections.abc import Mapping

from tests.judges.rooted import run, why_not

PROGRAM = "iptables-restore"


def complaint(files: Mapping[str, str], main: str) -> str:
    """What iptables-restore (or ebtables-restore) says against a file, '' if it takes it."""
    bridge = "ebtables" in main
    command = f"ebtables-restore < {main}" if bridge else f"iptables-restore --test {main}"
    done = run(files, ["sh", "-c", command], network=True)
    return "" if done.returncode == 0 else done.stderr or "refused"


def loaded(files: Mapping[str, str], main: str) -> str:
    """The rules as iptables-save shows them after a file was loaded; '' if it was refused."""
    done = run(files, ["sh", "-c", f"iptables-restore {main} && iptables-save"], network=True)
    return done.stdout if done.returncode == 0 else ""


__all__ = ["PROGRAM", "complaint", "loaded", "why_not"]
