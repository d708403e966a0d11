"""Names for captures of shared devices, so that each is kept on disk, and sent to each worker, once."""

import hashlib
import threading
from dataclasses import dataclass, field, replace

from auditor.capture import Capture

_MOST = 64
"""So many captures are remembered with their names; others are hashed again."""


@dataclass(slots=True)
class Naming:
    """Gives captures of `shared` devices names that say all that is in them, and nothing else a name."""

    shared: frozenset[str]
    _known: dict[str, tuple[Capture, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, value: object) -> str | None:
        """Return the name; equal captures have one, whichever site they come with."""
        if type(value) is not Capture or value.device not in self.shared:
            return None
        with self._lock:
            known = self._known.pop(value.device, None)
            if known is None or known[0] != value:
                known = (value, _name(value))
            self._known[value.device] = known
            if len(self._known) > _MOST:
                del self._known[next(iter(self._known))]
            return known[1]


def _name(capture: Capture) -> str:
    bare = replace(capture, files=tuple(replace(file, text="") for file in capture.files))
    return hashlib.sha256(f"{capture.sha256} {bare!r}".encode("utf-8", "surrogatepass")).hexdigest()
