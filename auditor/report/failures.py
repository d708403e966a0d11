"""Devices that were not audited, grouped by what somebody does about them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from auditor.capture import Failure, FailureKind

_VARIES = re.compile(r"\b[0-9][0-9a-fA-F.:]*\b")
_JUMP_HOST = re.compile(r"jump host ([^:]+): (.+)", re.DOTALL)

WORDS = {
    FailureKind.HOST_KEY_CHANGED: "HOST KEY CHANGED",
    FailureKind.HOST_KEY_UNKNOWN: "host key not known",
    FailureKind.REFUSED: "login refused",
    FailureKind.NOT_TRIED: "not tried",
    FailureKind.OVERLOAD: "this machine too busy",
    FailureKind.UNREACHABLE: "unreachable",
    FailureKind.DEVICE: "failed",
    FailureKind.INTERRUPTED: "interrupted",
}
"""What is said of each kind, the most urgent first."""

_ORDER = {kind: number for number, kind in enumerate(WORDS)}


def without_numbers(text: str) -> str:
    """Return what is the same in messages that differ in addresses, ports and counts."""
    return _VARIES.sub("…", text)


@dataclass(slots=True)
class FailureGroup:
    """Failures of one kind with the same reason, but for addresses and numbers in it.

    `why` is that of the first device. `jump_host` is set where it is the jump host that failed, not the devices behind.
    """

    kind: FailureKind
    why: str
    hint: str
    jump_host: str
    devices: list[str]

    @property
    def urgency(self) -> tuple[int, int]:
        """For sorting: what is urgent first, then what hits most devices."""
        return (_ORDER[self.kind], -len(self.devices))


@dataclass(slots=True)
class FailureGroups:
    """Takes failures one after the other; of each it keeps the name."""

    _groups: dict[tuple[FailureKind, str], FailureGroup] = field(default_factory=dict)

    def add(self, failure: Failure, name: str = "") -> FailureGroup:
        """Put a failure to those like it; `name` where the device goes by another one than the failure says."""
        behind = _JUMP_HOST.match(failure.why)
        key = (failure.kind, without_numbers(failure.why))
        group = self._groups.get(key)
        if group is None:
            jump_host, why = (behind[1], behind[2]) if behind else ("", failure.why)
            group = self._groups[key] = FailureGroup(failure.kind, why, failure.hint, jump_host, [])
        group.devices.append(name or failure.device)
        return group

    def __iter__(self) -> Iterator[FailureGroup]:
        return iter(sorted(self._groups.values(), key=lambda group: group.urgency))
