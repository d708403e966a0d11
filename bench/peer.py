"""Another reader of running configurations, timed: `python bench/peer.py NAME RUNS FILE …`, where it is installed.

Two of them cannot be installed side by side, so this file imports nothing of this project. It prints the median
seconds of a run over all files.
"""

import gc
import importlib
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path


def reader(name: str) -> Callable[[str], object]:
    """The function of a peer that makes a tree of a configuration."""
    # Where this is checked, at most one of them is installed.
    peer = importlib.import_module(name) if name in ("hier_config", "ciscoconfparse2") else None
    if name == "hier_config" and peer is not None:
        platform, read = peer.Platform.CISCO_IOS, peer.get_hconfig
        return lambda text: read(platform, text)
    if name == "ciscoconfparse2" and peer is not None:
        parse = peer.CiscoConfParse
        return lambda text: parse(text.splitlines(), syntax="ios")
    raise SystemExit(f"no peer is called {name}")


def main(name: str, runs: str, *files: str) -> None:
    read = reader(name)
    texts = [Path(file).read_text(encoding="utf-8") for file in files]
    read(texts[0])
    seconds = []
    for _ in range(int(runs)):
        gc.collect()
        begin = time.perf_counter()
        for text in texts:
            read(text)
        seconds.append(time.perf_counter() - begin)
    print(statistics.median(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
