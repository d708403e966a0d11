"""Which reports a run shall make, as the command line said it."""

from dataclasses import dataclass
from pathlib import Path

from auditor.errors import UsageError
from auditor.model import Severity
from auditor.report import formats
from auditor.report.outcome import Limits, Share


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports were asked for, and how the terminal shall look."""

    out: Path | None
    reports: tuple[tuple[str, Path], ...]
    limits: Limits
    checklist: bool
    verbose: bool
    several_sites: bool
    as_fleet: bool = False
    """Whether the terminal tells of each site only that it has something, and at the end what they have in common."""
    command: str = "auditor audit …"
    """How the audit of one of the sites begins, for hints."""
    history: str | None = None
    """Where runs are kept: a path, or the URL of a database."""

    @classmethod
    def read(
        cls,
        *,
        out: Path | None,
        reports: tuple[str, ...],
        fail_on: str,
        allow_unknown: bool,
        max_unaudited: str,
        checklist: bool,
        verbose: bool,
        several_sites: bool,
        as_fleet: bool = False,
        command: str = "auditor audit …",
    ) -> "Wanted":
        """Read the options as typed; `UsageError` says what to type instead."""
        if out is not None and out.exists() and not out.is_dir():
            raise UsageError(f"--out takes a directory, and {out} is a file")
        limits = Limits(severity_of(fail_on), allow_unknown, Share.read(max_unaudited))
        named = tuple(map(_report, reports))
        return cls(out, named, limits, checklist, verbose, several_sites, as_fleet, command)


def severity_of(text: str) -> Severity:
    """Read the argument of `--fail-on`."""
    if text not in list(Severity):
        raise UsageError(f"--fail-on takes {', '.join(Severity)}, not '{text}'")
    return Severity(text)


def _report(text: str) -> tuple[str, Path]:
    kind, equals, path = text.partition("=")
    known = ("html", *formats.names())
    if not equals or not path or kind not in known:
        raise UsageError(f"--report takes FORMAT=PATH with one of {', '.join(known)}, not '{text}'")
    if not Path(path).resolve().parent.is_dir():
        raise UsageError(f"--report {text}: the directory {Path(path).resolve().parent} does not exist")
    return kind, Path(path)
