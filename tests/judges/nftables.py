"""nft itself: whether it takes a ruleset, what it shows of one that is loaded, and what the kernel then lets pass."""

from collections.abc import Mapping

from tests.judges.rooted import run, why_not

PROGRAM = "nft"


def complaint(files: Mapping[str, str], main: str) -> str:
    """What nft says against a file, '' if it takes it."""
    done = run(files, ["nft", "-c", "-f", main], network=True)
    return "" if done.returncode == 0 else done.stderr or "refused"


def loaded(files: Mapping[str, str], main: str, *, text: bool = False) -> str:
    """The ruleset as nft shows it after a file was loaded; '' if it was refused."""
    show = "nft list ruleset" if text else "nft -j list ruleset"
    done = run(files, ["sh", "-c", f"nft -f {main} && {show}"], network=True)
    return done.stdout if done.returncode == 0 else ""


__all__ = ["PROGRAM", "complaint", "loaded", "why_not"]
