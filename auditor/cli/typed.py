"""What was typed, as values; what they need is loaded when they are read."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.cli.dry_run import DryRun
    from auditor.cli.recording import Resume
    from auditor.cli.selection import Selection


def split(values: list[str] | None) -> tuple[str, ...]:
    """Read options that are repeated or have commas."""
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())


def selection_of(
    site: list[str] | None,
    group: list[str] | None,
    tag: list[str] | None,
    device: list[str] | None,
    platform: list[str] | None,
) -> "Selection":
    """Read what chooses sites and devices."""
    from auditor.cli.selection import Selection

    return Selection(*map(split, (site, group, tag, device, platform)))


def dry_run_of(wanted: bool, as_json: bool, verbose: bool) -> "DryRun | None":
    """Read `--dry-run` with what goes with it."""
    from auditor.cli.dry_run import DryRun

    return DryRun.read(wanted, as_json=as_json, verbose=verbose)


def resume_of(run: str | None, retry_refused: bool) -> "Resume":
    """Read `--resume` with what goes with it."""
    from auditor.cli.recording import Resume

    return Resume(run, retry_refused)
