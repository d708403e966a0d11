"""From findings to the exit code.

0: nothing at or above the limit. 1: findings. 3: it could not be decided, because a device was not audited or
a rule that may give such findings is `unknown` or broke; a changed host key is never less than that. 1 wins over 3.
(2, a usage error, never gets here.)
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from auditor.errors import UsageError
from auditor.pipeline import SiteReport
from auditor.policies import Policy
from auditor.report.alarms import Alarm, alarms, together
from auditor.report.summary import Standing, standing
from auditor.verdicts import Result, Severity


@dataclass(frozen=True, slots=True)
class Share:
    """How many devices may stay unaudited: a number, or per cent of all devices of the run."""

    number: int
    percent: bool = False

    @classmethod
    def read(cls, text: str) -> "Share":
        """Read `3` or `5%`; UsageError for anything else."""
        match = re.fullmatch(r"\s*([0-9]{1,9})\s*(%?)\s*", text, re.ASCII)
        if match is None or (match[2] and int(match[1]) > 100):
            raise UsageError(f"--max-unaudited takes a number such as 3 or a share such as 5%, not '{text}'")
        return cls(int(match[1]), bool(match[2]))

    def exceeded(self, unaudited: int, devices: int) -> bool:
        """Say whether more devices are unaudited than this allows."""
        return unaudited * 100 > self.number * devices if self.percent else unaudited > self.number


@dataclass(frozen=True, slots=True)
class Limits:
    """What makes a run fail: findings from `fail_on` up, unknowns unless allowed, unaudited devices above a share.

    `allow_unknown` covers results that are `unknown`; a rule that broke is never allowed.
    """

    fail_on: Severity = Severity.ERROR
    allow_unknown: bool = False
    max_unaudited: Share = Share(0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    `undecided` counts results that may hide a finding, whether or not they are allowed. `unaudited` are those of
    all `devices` that could not be audited. `accepted` findings are those of waivers and the baseline, which count for
    nothing, and `waivers` are notes on waivers that expired or fit nothing.
    """

    code: int
    findings: int
    undecided: int
    unaudited: int
    devices: int
    accepted: int = 0
    waivers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteCount:
    """What one site adds to the outcome. `devices` and `unaudited` are keys: a device that sites share has one."""

    standing: Standing
    policy: str
    findings: int
    unknown: int
    broken: int
    devices: frozenset[str]
    unaudited: frozenset[str]
    alarms: tuple[Alarm, ...] = ()
    accepted: int = 0
    """Findings that a waiver or the baseline accepts; they count for nothing else."""


def site_count(report: SiteReport, fail_on: Severity) -> SiteCount:
    """Count one site; only what may be as bad as `fail_on` counts."""
    least = fail_on.rank
    findings = unknown = broken = 0
    for finding in report.findings:
        match finding.result:
            case Result.FAIL:
                findings += (finding.severity or Severity.ERROR).rank >= least
            case Result.UNKNOWN:
                unknown += finding.may_be.rank >= least
            case Result.ERROR:
                broken += finding.may_be.rank >= least
            case Result.PASS | Result.NOT_APPLICABLE | Result.NOT_CHECKED:
                pass
    keys = {device.name: device.key for device in report.site.entry.devices}
    failed = frozenset(keys.get(failure.device, f"{report.site.name}/{failure.device}") for failure in report.failures)
    policy = report.site.policy.name
    devices = failed | set(keys.values())
    accepted = len(report.agreed.accepted)
    return SiteCount(standing(report), policy, findings, unknown, broken, devices, failed, alarms(report), accepted)


@dataclass(slots=True)
class Tally:
    """Counts site after site; it remembers names of devices, policies and numbers, never reports."""

    limits: Limits = field(default_factory=Limits)
    findings: int = 0
    unknown: int = 0
    broken: int = 0
    accepted: int = 0
    sites: Counter[Standing] = field(default_factory=Counter)
    policies: dict[str, Policy] = field(default_factory=dict)
    alarms: tuple[Alarm, ...] = ()
    waivers: tuple[str, ...] = ()
    _devices: set[str] = field(default_factory=set)
    _unaudited: set[str] = field(default_factory=set)

    def add(self, report: SiteReport) -> None:
        """Count one site; a device that several sites share counts once."""
        self.take(site_count(report, self.limits.fail_on), report.site.policy)

    def take(self, counted: SiteCount, policy: Policy) -> None:
        """Take in what was counted elsewhere."""
        self.sites[counted.standing] += 1
        self.policies.setdefault(policy.name, policy)
        self.findings += counted.findings
        self.unknown += counted.unknown
        self.broken += counted.broken
        self.accepted += counted.accepted
        self._devices |= counted.devices
        self._unaudited |= counted.unaudited
        if counted.alarms:
            self.alarms = together((*self.alarms, *counted.alarms))

    @property
    def devices(self) -> int:
        """How many devices the sites have, audited or not."""
        return len(self._devices)

    def outcome(self) -> Outcome:
        """Return the outcome of what was counted so far."""
        undecided = self.unknown + self.broken
        unaudited = len(self._unaudited)
        if self.findings:
            code = 1
        elif self.alarms or self.broken or (self.unknown and not self.limits.allow_unknown):
            code = 3
        else:
            code = 3 if self.limits.max_unaudited.exceeded(unaudited, self.devices) else 0
        return Outcome(code, self.findings, undecided, unaudited, self.devices, self.accepted, self.waivers)
