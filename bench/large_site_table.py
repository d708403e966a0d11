"""How long one large shop takes, joined and judged as a whole, and how that grows with its devices."""

from collections.abc import Sequence
from pathlib import Path

from auditor.inventory import loads
from auditor.model import Device
from auditor.pipeline import read
from auditor.policies import load_policy
from bench import stages
from bench.large_site import large_site
from bench.measure import speed


def print_table(sizes: Sequence[int], runs: int, seed: int) -> None:
    """Print one row for each size; parsing the same captures, in the same run, is what it is compared with."""
    if not sizes:
        return
    print("one site: a firewall, switches and access points of three makes; × parse compares with parsing its captures")
    print(f"{'devices':>8}{'rules':>8}{'lines':>8}{'parse s':>10}{'join + rules s':>16}{'ms/device':>11}", end="")
    print(f"{'× parse':>9}{'spread':>8}")
    for size in sizes:
        _row(size, runs, seed)
    print()


def _row(size: int, runs: int, seed: int) -> None:
    site = large_site(size, seed=seed)
    entry = loads(site.inventory.encode(), Path("inventory.yaml")).sites[0]
    policy = load_policy(entry.policy)
    captures = tuple(stages.capture_of(each.texts, each.platform, each.name) for each in site.devices)
    devices = tuple(map(read, captures))
    parsed = speed(stages.parse, captures, runs)
    judged = speed(lambda these: stages.check_site(entry, policy, these, captures), [devices], runs)
    print(f"{size:>8,}{_rules(devices):>8,}{site.lines:>8,}{parsed.seconds:>10.2f}{judged.seconds:>16.2f}", end="")
    print(
        f"{judged.seconds / size * 1000:>11.1f}{judged.seconds / parsed.seconds:>9.2f}{judged.spread:>8.0%}", flush=True
    )


def _rules(devices: tuple[Device, ...]) -> int:
    filters = (each for device in devices for each in (*device.forward_filters, *device.input_filters))
    return sum(len(each.rules) for each in filters)
