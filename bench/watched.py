"""Runs a command and adds up what all its processes take: those of workers too, whoever their parent is."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PAUSE = 0.05
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Watched:
    """What a command took: wall seconds, CPU seconds, the most memory that its processes had together, its output.

    Memory is the sum of the proportional shares (PSS), so that what workers share is counted once. What a process
    takes after the last look at it, 50 ms before its end at most, is not in the sums.
    """

    seconds: float = 0.0
    peak_mb: float = 0.0
    status: int = 0
    output: str = ""
    _cpu: dict[int, float] = field(default_factory=dict)

    @property
    def cpu(self) -> float:
        """CPU seconds of all processes."""
        return sum(self._cpu.values())

    @property
    def processes(self) -> int:
        """How many processes there were."""
        return len(self._cpu)

    def look(self, session: int) -> None:
        """Add what the processes of a session have taken up to now."""
        memory = 0.0
        for pid in _members(session):
            taken, shared = _taken(pid), _memory(pid)
            memory += shared
            self._cpu[pid] = max(taken, self._cpu.get(pid, 0.0))
        self.peak_mb = max(self.peak_mb, memory / 1024)


def watch(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Watched:
    """Run a command to its end in a session of its own, so that its processes are known by it. Linux alone."""
    watched = Watched()
    begin = time.perf_counter()
    with (folder / "output.txt").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            list(command), env=dict(environment), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        over = threading.Event()

        def looking() -> None:
            while not over.wait(_PAUSE):
                watched.look(process.pid)

        looker = threading.Thread(target=looking)
        looker.start()
        try:
            watched.status = process.wait()
            watched.seconds = time.perf_counter() - begin
        finally:
            over.set()
            looker.join()
            process.kill()
        output.seek(0)
        watched.output = output.read()
    return watched


def _members(session: int) -> list[int]:
    pids = (int(entry) for entry in os.listdir("/proc") if entry.isdigit())
    return [pid for pid in pids if (fields := _stat(pid)) and int(fields[3]) == session]


def _stat(pid: int) -> list[str]:
    """The fields of `/proc/PID/stat` behind the name, which may hold blanks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


def _taken(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _memory(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.startswith("Pss:")), 0.0)
