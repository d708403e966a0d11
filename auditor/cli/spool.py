"""Sites that share devices, kept on disk until the end of a run, so that fixes can be tried at each of them.

A fleet does not fit into memory. What is kept are redacted captures, in a file without a name; the capture of a shared
device is there once, whatever the number of its sites.
"""

import io
import pickle
from dataclasses import dataclass, field
from typing import IO

from auditor.capture import Capture
from auditor.cli.naming import Naming
from auditor.cli.sites import Ready
from auditor.workers.once import Dumping, Loading

_MOST = 64
"""So many captures of shared devices are in memory."""


@dataclass(slots=True)
class Spool:
    """Sites by the shared devices that they have, in the order of the inventory."""

    naming: Naming
    _file: IO[bytes]
    _places: dict[str, dict[int, int]] = field(default_factory=dict)
    _captures: dict[str, int] = field(default_factory=dict)
    _read: dict[str, Capture] = field(default_factory=dict)

    def add(self, ready: Ready, devices: tuple[str, ...]) -> None:
        """Keep what a site was audited from, if it has shared devices."""
        if not devices:
            return
        stream = io.BytesIO()
        dumping = Dumping(stream, self.naming)
        dumping.dump(ready)
        for name, capture in dumping.met.items():
            if name not in self._captures:
                self._captures[name] = self._put(pickle.dumps(capture, protocol=pickle.HIGHEST_PROTOCOL))
        place = self._put(stream.getbuffer())
        for device in devices:
            self._places.setdefault(device, {})[ready.number] = place

    def numbers(self, device: str) -> tuple[int, ...]:
        """Return the numbers of the sites that have a device, in order."""
        return tuple(sorted(self._places.get(device, ())))

    def site(self, device: str, number: int) -> Ready:
        """Return one of the sites that have a device."""
        self._file.seek(self._places[device][number])
        ready: Ready = Loading(self._got(), self._capture).load()
        return ready

    def _capture(self, name: str) -> Capture:
        """Return the capture with a name: the same object, as long as it is in memory."""
        found = self._read.pop(name, None)
        if found is None:
            self._file.seek(self._captures[name])
            found = pickle.loads(self._got())  # noqa: S301 - written by this process, into a file without a name
        self._read[name] = found
        if len(self._read) > _MOST:
            del self._read[next(iter(self._read))]
        return found

    def _put(self, data: bytes | memoryview) -> int:
        place = self._file.seek(0, 2)
        self._file.write(len(data).to_bytes(8, "big"))
        self._file.write(data)
        return place

    def _got(self) -> bytes:
        return self._file.read(int.from_bytes(self._file.read(8), "big"))
