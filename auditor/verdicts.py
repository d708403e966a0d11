"""What a rule says, and what the engine makes of it.

A rule yields `Pass`, `Fail`, `Undecided`, `NotApplicable` or `NotChecked`; each carries the facts it rests on.
The engine adds site, device, quoted lines and a fingerprint and gives `Finding`s. Results are those of XCCDF
1.2 (NIST IR 7275, section 6.6.4.4), severities the levels of SARIF 2.1.0.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from auditor.intents import Intent
from auditor.model import Fact, Severity, Span, Unknown

__all__ = [
    "Card",
    "Change",
    "Evidence",
    "Fail",
    "Finding",
    "Fix",
    "NotApplicable",
    "NotChecked",
    "Pass",
    "Quote",
    "Result",
    "Severity",
    "Undecided",
    "Verdict",
    "badness",
]


class Result(StrEnum):
    """Results of XCCDF. `unknown` is never fine, `not_checked` waits for a person, `error` is our own bug."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    NOT_CHECKED = "not_checked"
    ERROR = "error"


Evidence: TypeAlias = Fact[Any] | tuple[Fact[Any], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One intent for one device."""

    device: str
    intent: Intent


@dataclass(frozen=True, slots=True)
class Fix:
    """Changes that belong together. `weakens` says what protection they give up ('' if none).

    `risks` are reasons why a person must think first (who else is hit); `manual` says why no snippet can be
    given at all, and then `changes` is empty and `title` tells what to do.
    """

    title: str
    changes: tuple[Change, ...] = ()
    weakens: str = ""
    risks: tuple[str, ...] = ()
    manual: str = ""

    @classmethod
    def one(cls, device: str, intent: Intent, *, weakens: str = "", risks: tuple[str, ...] = ()) -> "Fix":
        """Make a fix of one change, titled by the intent itself."""
        return cls(intent.title, (Change(device, intent),), weakens, risks)


@dataclass(frozen=True, slots=True)
class Card:
    """A check that only a person can make: what to do, the command, the answer to expect, where to note it."""

    title: str
    steps: tuple[str, ...]
    command: str = ""
    expect: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """Whom a verdict is about: `subject` (default: the readers' group), `about` (which of several things)."""

    subject: str = ""
    about: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class Pass(_Where):
    """The requirement is met, and these facts show it."""

    message: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Fail(_Where):
    """The requirement is not met; `fixes` are ranked, the one that interrupts and weakens least first."""

    message: str
    evidence: Evidence
    severity: Severity
    fixes: tuple[Fix, ...] = ()
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undecided(_Where):
    """It cannot be told from what was collected; the unknown says why and what would settle it.

    `evidence` adds known facts that matter. `card` may name a check that a person can make instead.
    """

    unknown: Unknown
    evidence: Evidence = ()
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class NotApplicable(_Where):
    """The requirement does not concern this subject."""

    why: str


@dataclass(frozen=True, slots=True)
class NotChecked(_Where):
    """Only a person can check it."""

    card: Card


Verdict: TypeAlias = Pass | Fail | Undecided | NotApplicable | NotChecked


@dataclass(frozen=True, slots=True)
class Quote:
    """One piece of evidence as people see it: the lines, or the default that applies because no line does.

    `origin` is stated, assumed, declared or unknown. `span` is None where no line exists.
    """

    origin: str
    span: Span | None
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict of one rule about one subject of one site, complete.

    `fingerprint` is a hash of rule, subject and what it is about; it holds no line number, so it survives moved
    lines. `may_be` is the highest severity that the rule may give, for results that have none of their own.
    """

    site: str
    device: str
    rule: str
    items: tuple[str, ...]
    result: Result
    severity: Severity | None
    subject: str
    about: str
    message: str
    evidence: tuple[Quote, ...]
    fixes: tuple[Fix, ...]
    advice: tuple[str, ...]
    settle: str
    card: Card | None
    fingerprint: str
    may_be: Severity = field(default=Severity.ERROR)


def badness(finding: Finding) -> int:
    """Order results from fine to bad: pass and the like, not checked, note, unknown, warning, error, broken rule."""
    match finding.result:
        case Result.PASS | Result.NOT_APPLICABLE:
            return 0
        case Result.NOT_CHECKED:
            return 0
        case Result.UNKNOWN:
            return 2
        case Result.ERROR:
            return 5
        case Result.FAIL:
            return {Severity.NOTE: 1, Severity.WARNING: 3, Severity.ERROR: 4}[finding.severity or Severity.ERROR]
