"""Audit a fleet as a stream and print the peak memory of this process: `python -m bench.memory COUNT SEED`.

A process of its own, because the peak of a process never goes down.
"""

import resource
import sys
from collections import Counter

from auditor.policies import load_policy
from bench.fleet import fleet
from bench.stages import capture_of, check, entry


def main() -> None:
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    site = entry()
    policy = load_policy(site.policy)
    results: Counter[str] = Counter()
    for shop in fleet(count, seed=seed):
        results.update(finding.result for finding in check(capture_of(shop.texts), site, policy))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes on Linux, bytes on macOS
    print(peak // 1024 if sys.platform == "darwin" else peak, results.total())


if __name__ == "__main__":
    main()
