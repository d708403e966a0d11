"""Devices that several sites share, read once for all of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from auditor.capture import Capture
from auditor.model import Device

_MOST = 64
"""So many devices are remembered; of those that were not asked for longest, the text is read again."""


@dataclass(slots=True)
class Remembering:
    """Reads captures; one of a shared device is read once for all its sites."""

    shared: frozenset[str]
    read: Callable[[Capture], Device]
    _read: dict[str, tuple[Capture, Device]] = field(default_factory=dict)

    def __call__(self, capture: Capture) -> Device:
        if capture.device not in self.shared:
            return self.read(capture)
        known = self._read.pop(capture.device, None)
        if known is None or known[0] != capture:
            known = (capture, self.read(capture))
        self._read[capture.device] = known
        if len(self._read) > _MOST:
            del self._read[next(iter(self._read))]
        return known[1]
