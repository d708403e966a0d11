"""Measuring: times of a stage over a fleet, peak memory and start-up of a process of its own."""

import gc
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Speed:
    """Median seconds of several runs over the whole fleet, with the slowest and the quickest."""

    seconds: float
    quickest: float
    slowest: float

    @property
    def spread(self) -> float:
        """How far the runs lie apart, as a share of the median; above a few percent the machine was busy."""
        return (self.slowest - self.quickest) / self.seconds


def speed(stage: Callable[[Item], object], items: Sequence[Item], runs: int) -> Speed:
    """Run a stage over all items several times; the first item once before, so that caches are warm."""
    stage(items[0])
    seconds: list[float] = []
    for _ in range(runs):
        gc.collect()
        begin = time.perf_counter()
        for item in items:
            stage(item)
        seconds.append(time.perf_counter() - begin)
    return Speed(statistics.median(seconds), min(seconds), max(seconds))


def peak_memory(configs: int, seed: int) -> float:
    """Return the peak memory in MB of a process that audits so many generated shops as a stream."""
    output = _run("-m", "bench.memory", str(configs), str(seed))
    return int(output.split()[0]) / 1024


def peer(name: str, files: Sequence[Path], runs: int) -> float | None:
    """Return the median seconds that another reader takes for all files; None where it is not installed.

    It runs in the environment that was made for it, else in this one.
    """
    own = ROOT / "build" / f"bench-{name}" / "bin" / "python"
    python = str(own) if own.exists() else sys.executable
    if subprocess.run([python, "-c", f"import {name}"], capture_output=True, check=False).returncode:
        return None
    command = [python, "bench/peer.py", name, str(runs), *map(str, files)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    return float(done.stdout.split()[-1])


def start_up(arguments: Iterable[str], runs: int) -> float:
    """Return the median seconds that `python` with these arguments takes from start to end."""
    listed = list(arguments)
    _run(*listed)
    seconds: list[float] = []
    for _ in range(runs):
        begin = time.perf_counter()
        _run(*listed)
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def _run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"python {' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


def machine() -> str:
    """Describe where the numbers were taken: processor, cores that may be used, system, Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{_processor()}, {cores} cores, {platform.system()} {platform.machine()}, {python}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model")))
    return next(names, "") or platform.processor() or platform.machine()
