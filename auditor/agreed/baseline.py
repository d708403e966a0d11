"""The baseline: an earlier report, whose findings are known already."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.errors import UsageError
from auditor.verdicts import Finding, Result, Severity

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What an earlier report found, by site, fingerprint and device: the severity, or None for what was unknown."""

    known: Mapping[Key, Severity | None]

    def knows(self, finding: Finding) -> bool:
        """Say whether a finding was there before, and not milder.

        What failed before and cannot be decided now is not new; what was unknown before and fails now is.
        """
        key = (finding.site, finding.fingerprint, finding.device)
        if key not in self.known:
            return False
        before = self.known[key]
        if finding.result is Result.UNKNOWN:
            return True
        return before is not None and before.rank >= (finding.severity or Severity.ERROR).rank


def read_baseline(path: Path) -> Baseline:
    """Read the findings of a JSON report; what was waived in it is not known, so that it counts when that is over.

    Raises `UsageError` for anything else.
    """
    try:
        data = json.loads(path.read_bytes())
        if data["tool"]["name"] != "auditor" or data["version"] != 1:
            raise UsageError(f"--baseline takes a JSON report of auditor, and {path} is none that this version reads")
        verdicts = [each for each in data["verdicts"] if each["result"] in ("fail", "unknown") and _counted(each)]
        return Baseline({_key(each): _severity(each) for each in verdicts})
    except OSError as error:
        raise UsageError(f"--baseline {path} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(
            f"--baseline takes a JSON report of auditor (--report json={path}), and {path} is none"
        ) from error


def _counted(verdict: Mapping[str, Any]) -> bool:
    waiver = verdict.get("waiver")
    return waiver is None or not waiver["holds"]


def _key(verdict: Mapping[str, Any]) -> Key:
    return (str(verdict["site"]), str(verdict["fingerprint"]), str(verdict["device"]))


def _severity(verdict: Mapping[str, Any]) -> Severity | None:
    return Severity(verdict["severity"]) if verdict["result"] == "fail" else None
