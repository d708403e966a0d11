"""The stages in order: the table of contents of the program.

Captures become devices, devices a site, the site is judged, failures get fixes, fixes get proofs. All of it
is pure functions over frozen values; what collects and what reports stands at the two ends.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from auditor.agreed import NOT_ASKED, NOTHING_AGREED, Agreed, Waived
from auditor.capture import Capture, Failure
from auditor.inventory import SiteEntry
from auditor.model import Coverage, Device
from auditor.platforms import platform
from auditor.policies import Policy
from auditor.profiles import load_profile
from auditor.remediation import Remediation, remedy
from auditor.remediation.attempt import Equipment
from auditor.remediation.proof import Laboratory
from auditor.remediation.shared import Trial
from auditor.rules import Rule, load_rules
from auditor.rules.engine import Lines, fingerprint, judge
from auditor.site import Site, join, unknown_parts
from auditor.verdicts import Finding, Result

SITE_NOT_JUDGED = "site-not-judged"
"""Stands in the place of a rule where the program failed on a whole site."""


@dataclass(frozen=True, slots=True)
class SiteReport:
    """Everything that is known about one shop after an audit.

    `findings` count; those that a waiver or the baseline accepts are in `agreed.accepted` instead, and get no fixes.
    """

    site: Site
    captures: tuple[Capture, ...]
    failures: tuple[Failure, ...]
    findings: tuple[Finding, ...]
    remediation: Remediation
    agreed: Waived = NOT_ASKED

    @property
    def coverage(self) -> Mapping[str, tuple[Coverage, ...]]:
        """How much of each device's capture was understood."""
        return {device.name: device.coverage for device in self.site.devices}


def read(capture: Capture) -> Device:
    """Parse one capture into the model."""
    return platform(capture.platform).parse(capture, load_profile(capture.platform))


def audit(
    entry: SiteEntry,
    captures: tuple[Capture, ...],
    failures: tuple[Failure, ...],
    policy: Policy,
    now: datetime,
    *,
    rules: tuple[Rule, ...] | None = None,
    sites_of: Mapping[str, tuple[str, ...]] | None = None,
    extra_lines: Mapping[tuple[str, str], tuple[str, ...]] | None = None,
    reader: Callable[[Capture], Device] = read,
    agreed: Agreed = NOTHING_AGREED,
) -> SiteReport:
    """Audit one shop from the captures of its devices.

    `sites_of` names all sites that a shared device serves. `extra_lines` are texts that are no device's, such
    as the inventory, so that declarations can be quoted. `reader` may remember what it read. `agreed` says which
    findings do not count.
    """
    ready = _prepared(entry, captures, failures, policy, now, rules, extra_lines or {}, reader)
    equipment = _equipment(ready.captures)
    managed = {device.name: device.managed_by for device in entry.devices if device.managed_by}
    waived = agreed.applied(entry, ready.laboratory.findings, now.astimezone(UTC).date())
    findings = waived.open
    remediation = remedy(findings, ready.captures, ready.laboratory, equipment, managed, sites_of or {})
    return SiteReport(ready.site, tuple(ready.captures.values()), ready.failures, findings, remediation, waived)


def not_judged(entry: SiteEntry, failures: tuple[Failure, ...], policy: Policy, now: datetime, why: str) -> SiteReport:
    """Report a site at which the program itself failed: one finding, an `error` that may hide anything.

    None of its devices counts as audited; those that could not be collected keep their reasons.
    """
    message = f"the program failed on this site, so nothing of it is decided: {why}"
    finding = Finding(
        site=entry.name,
        device="",
        rule=SITE_NOT_JUDGED,
        items=(),
        result=Result.ERROR,
        severity=None,
        subject=entry.name,
        about="",
        message=message,
        evidence=(),
        fixes=(),
        advice=(),
        settle="run the audit of this site alone with --debug, and report what it logs",
        card=None,
        fingerprint=fingerprint(SITE_NOT_JUDGED, entry.name, ""),
    )
    site = Site(entry, policy, (), failures, now, (), (), ())
    return SiteReport(site, (), failures, (finding,), Remediation((), (), None))


def trial(
    entry: SiteEntry,
    captures: tuple[Capture, ...],
    failures: tuple[Failure, ...],
    policy: Policy,
    now: datetime,
    *,
    rules: tuple[Rule, ...] | None = None,
    reader: Callable[[Capture], Device] = read,
) -> Trial:
    """Make one shop ready for changes that were asked for by others: they share the device that changes."""
    ready = _prepared(entry, captures, failures, policy, now, rules, {}, reader)
    return Trial(entry.name, ready.captures, ready.laboratory, _equipment(ready.captures))


@dataclass(frozen=True, slots=True)
class _Ready:
    """One shop, joined and judged, before anything is changed."""

    site: Site
    captures: Mapping[str, Capture]
    failures: tuple[Failure, ...]
    laboratory: Laboratory


def _equipment(captures: Mapping[str, Capture]) -> Equipment:
    return {name: (platform(each.platform), load_profile(each.platform)) for name, each in captures.items()}


def _prepared(
    entry: SiteEntry,
    captures: tuple[Capture, ...],
    failures: tuple[Failure, ...],
    policy: Policy,
    now: datetime,
    rules: tuple[Rule, ...] | None,
    extra_lines: Mapping[tuple[str, str], tuple[str, ...]],
    reader: Callable[[Capture], Device],
) -> _Ready:
    """Read, join and judge; devices that do not count for this site become failures."""
    chosen = load_rules() if rules is None else rules
    captures, old = _fresh(entry, captures, now)
    devices = {capture.device: reader(capture) for capture in captures}
    strange = unknown_parts(entry, devices.values())
    failures += old + strange
    for failure in strange:
        del devices[failure.device]
    captures = tuple(capture for capture in captures if capture.device in devices)
    gaps = {capture.device: capture.gaps for capture in captures if capture.gaps}
    lines = Lines({**Lines.of(captures).texts, **extra_lines})

    def joined(current: Mapping[str, Device]) -> Site:
        return join(entry, policy, tuple(current.values()), failures, now, gaps)

    def judged(current: Mapping[str, Device]) -> tuple[Finding, ...]:
        return judge(joined(current), chosen, lines)

    site = joined(devices)
    laboratory = Laboratory(devices, judge(site, chosen, lines), read, judged)
    return _Ready(site, {capture.device: capture for capture in captures}, failures, laboratory)


def _fresh(
    entry: SiteEntry, captures: tuple[Capture, ...], now: datetime
) -> tuple[tuple[Capture, ...], tuple[Failure, ...]]:
    """Leave out captures that are older than the inventory allows; their devices count as not audited."""
    limits = {device.name: device.max_capture_age for device in entry.devices}
    fresh: list[Capture] = []
    old: list[Failure] = []
    for capture in captures:
        limit = limits.get(capture.device)
        age = now - capture.taken_at
        if limit is not None and age > limit:
            why = f"the capture is {_words(age)} old, max_capture_age allows {_words(limit)}"
            old.append(Failure(capture.device, capture.platform, why, "capture the device again", 0))
        else:
            fresh.append(capture)
    return tuple(fresh), tuple(old)


def _words(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours} h" if hours < 72 else f"{hours // 24} days"
