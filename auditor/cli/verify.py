"""`auditor verify`: after a person applied the snippets, what is fixed, what is not, and what else moved."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from auditor.cli import dry_run, selection
from auditor.cli.audit import audited, inventory_lines
from auditor.cli.gathering import gather, live_devices
from auditor.cli.keeping import kept
from auditor.cli.progress import Shown
from auditor.cli.recording import Resume, recording
from auditor.cli.wanted import severity_of
from auditor.cli.workplace import Workplace
from auditor.errors import UsageError
from auditor.inventory import Inventory, SiteEntry
from auditor.pipeline import SiteReport, audit
from auditor.policies import load_policy
from auditor.report import verification
from auditor.rules import load_rules
from auditor.verdicts import Result


def run(
    inventory: Path,
    selected: selection.Selection,
    rules: tuple[str, ...],
    *,
    fail_on: str,
    accept_new: bool,
    dry: dry_run.DryRun | None = None,
    quiet: bool = False,
    resume: Resume = Resume(),  # noqa: B008 - a frozen value
) -> int:
    """Collect again and compare with the last audit; 0 if all is fixed and nothing else moved, else 1 or 3.

    The kept captures stay as they are, so that a change can be verified as often as it takes; the next
    `auditor audit` replaces them.
    """
    limit = severity_of(fail_on)
    found = selection.inventory(inventory)
    chosen = selected.of(found).sites
    wanted = {rule.id for rule in selection.rules(rules)}
    if dry is not None:
        dry_run.show(found, selected.of(found).narrowed, dry, Console())
        return 0
    workplace = Workplace(found.path)
    before = _before(found, chosen, workplace)
    console = Console(quiet=quiet)
    codes: list[int] = []

    async def everything() -> None:
        with Shown(Console(stderr=True), len(live_devices(chosen)), quiet=quiet) as progress:
            gathered = gather(
                chosen, workplace, progress, accept_new=accept_new, at_once=found.at_once, recording=recorded
            )
            async for after in audited(gathered, found, load_rules(), clock=lambda: datetime.now(UTC)):
                comparison = verification.compare(before[after.site.name], after, wanted, limit=limit)
                with progress.aside():
                    verification.show(comparison, console)
                codes.append(comparison.exit_code)

    live = bool(live_devices(chosen))
    with recording(workplace, found, command="verify", resume=resume, wanted=live, quiet=quiet) as recorded:
        asyncio.run(everything())
        return recorded.code(1 if 1 in codes else max(codes, default=0))


def _before(found: Inventory, sites: tuple[SiteEntry, ...], workplace: Workplace) -> dict[str, SiteReport]:
    """Judge the kept captures of sites again, at the time of their audit; by the names of the sites."""
    shared, lines = selection.sites_of(found), inventory_lines(found)
    return {site.name: _judged_again(site, workplace, shared, lines) for site in sites}


def _judged_again(
    site: SiteEntry,
    workplace: Workplace,
    shared: Mapping[str, tuple[str, ...]],
    lines: Mapping[tuple[str, str], tuple[str, ...]],
) -> SiteReport:
    old = kept(workplace, site)
    policy = load_policy(site.policy)
    report = audit(site, old.captures, (), policy, old.audited_at, sites_of=shared, extra_lines=lines)
    gone = old.failed - {finding.fingerprint for finding in report.findings if finding.result is Result.FAIL}
    if gone:
        why = f"{len(gone)} findings of the last audit of {site.name} do not come up in its captures any more"
        raise UsageError(f"{why}: the inventory or this program changed since; run `auditor audit` again")
    return report
