"""Sites that share devices, kept on disk until the end of a run, so that fixes can be tried at each of them.

A fleet does not fit into memory. What is kept are redacted captures, in a file without a name.
"""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

from auditor.capture import Capture, Failure
from auditor.inventory import SiteEntry
from auditor.model import Device
from auditor.pipeline import SiteReport, trial
from auditor.policies import load_policy
from auditor.remediation.shared import Trial, Trials
from auditor.rules import Rule


@dataclass(slots=True)
class Spool:
    """Sites by the shared devices that they have."""

    rules: tuple[Rule, ...]
    reader: Callable[[Capture], Device]
    _file: IO[bytes]
    _places: dict[str, list[int]] = field(default_factory=dict)

    def add(self, report: SiteReport, devices: tuple[str, ...]) -> None:
        """Keep what a site was audited from, if it has shared devices."""
        if not devices:
            return
        place = self._file.seek(0, 2)
        kept = (report.site.entry, report.captures, report.failures, report.site.now)
        pickle.dump(kept, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        for device in devices:
            self._places.setdefault(device, []).append(place)

    def trials(self, device: str) -> Trials:
        """Give the sites that have a device, one in memory at a time."""

        def each() -> Iterator[Trial]:
            for place in self._places.get(device, ()):
                self._file.seek(place)
                kept: tuple[SiteEntry, tuple[Capture, ...], tuple[Failure, ...], datetime]
                kept = pickle.load(self._file)  # noqa: S301 - written by this process, into a file without a name
                entry, captures, failures, now = kept
                policy = load_policy(entry.policy)
                yield trial(entry, captures, failures, policy, now, rules=self.rules, reader=self.reader)

        return each


@dataclass(slots=True)
class Remembering:
    """Reads captures; one of a shared device is read once for all its sites."""

    shared: frozenset[str]
    read: Callable[[Capture], Device]
    _read: dict[str, tuple[Capture, Device]] = field(default_factory=dict)

    def __call__(self, capture: Capture) -> Device:
        if capture.device not in self.shared:
            return self.read(capture)
        known = self._read.get(capture.device)
        if known is None or known[0] != capture:
            known = (capture, self.read(capture))
            self._read[capture.device] = known
        return known[1]
