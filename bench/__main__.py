"""Print how fast the program is: `python -m bench --help`.

Every number comes from this run, and the ratio to a baseline that only reads and splits lines makes runs on
different machines comparable. One process, one core.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from auditor.capture import Capture
from auditor.policies import load_policy
from auditor.verdicts import Finding, Result, Severity
from bench import stages
from bench.fleet import Shop, fleet
from bench.fleet_cisco_ios import shop as cisco_ios_shop
from bench.fleet_linux import shop as linux_shop
from bench.fleet_routeros import shop as routeros_shop
from bench.fleet_run import EXEC, print_fleet, print_inventory
from bench.large_site_table import print_table
from bench.measure import Speed, machine, peak_memory, peer, speed, start_up


def main() -> None:
    options = _options()
    print(machine())
    if options.only_fleet:
        _fleet(options)
        return
    print(f"seed {options.seed}; medians of {options.runs} runs; one process, one core\n")
    cisco_ios_shops = [cisco_ios_shop(number, seed=options.seed) for number in range(options.configs)]
    for shops in (
        list(fleet(options.configs, seed=options.seed)),
        [linux_shop(number, seed=options.seed) for number in range(options.configs)],
        [routeros_shop(number, seed=options.seed) for number in range(options.configs)],
        cisco_ios_shops,
    ):
        sizes = sorted(shop.lines for shop in shops)
        name = shops[0].platform
        print(f"{name}: {len(shops)} generated configurations, {sizes[0]} to {sizes[-1]} lines")
        _speeds(shops, sum(sizes), options.runs, name)
    _readers(cisco_ios_shops, options.runs)
    print_table(options.site, options.runs, options.seed)
    _fleet(options)
    _memory(options.memory, options.seed)
    _start_up(options.runs)


def _fleet(options: argparse.Namespace) -> None:
    print_inventory()
    if options.fleet:
        print_fleet(options.fleet, workers=options.workers, peers=options.peers, kinds=options.kinds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--configs", type=_positive, default=200, help="how many configurations are timed")
    parser.add_argument("--runs", type=_positive, default=5, help="how often each stage is timed")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another fleet")
    parser.add_argument(
        "--site",
        type=_positive,
        nargs="*",
        default=[15, 30, 60, 120],
        help="devices of one large site, whose growth is shown; none to skip",
    )
    parser.add_argument(
        "--memory",
        type=_positive,
        nargs="*",
        default=[1_000, 10_000],
        help="fleets to measure memory with; none to skip",
    )
    parser.add_argument("--fleet", type=int, default=150, help="fake devices collected over SSH; 0 to skip")
    parser.add_argument(
        "--peers", type=int, default=0, help="devices that others are measured with; at most 300 if unsaid"
    )
    parser.add_argument("--kinds", nargs="+", default=EXEC, choices=EXEC, help="platforms of the fleet")
    parser.add_argument("--workers", type=_positive, help="worker processes of the audit of the fleet")
    parser.add_argument("--only-fleet", action="store_true", help="measure the fleet and nothing else")
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _speeds(shops: Sequence[Shop], lines: int, runs: int, name: str) -> None:
    site = stages.entry(name)
    policy = load_policy(site.policy)
    captures = [stages.capture_of(shop.texts, name) for shop in shops]
    with tempfile.TemporaryDirectory(prefix="auditor-bench-") as folder:
        folders = [_saved(shop, Path(folder)) for shop in shops]
        baseline = speed(stages.split, folders, runs)
        print(f"{'stage':<34}{'configs/s':>10}{'lines/s':>12}{'× baseline':>12}{'spread':>8}")
        _row("baseline: read, split lines", baseline, baseline, shops, lines)
        _row(
            "load: read, recognise, redact",
            speed(lambda folder: stages.load(folder, name), folders, runs),
            baseline,
            shops,
            lines,
        )
    _row("parse", speed(stages.parse, captures, runs), baseline, shops, lines)
    checked = speed(lambda capture: stages.check(capture, site, policy), captures, runs)
    _row("parse + rules", checked, baseline, shops, lines)
    fixed = speed(lambda capture: stages.fix(capture, site, policy), captures, runs)
    _row("parse + rules + fixes + proofs", fixed, baseline, shops, lines)
    _what_was_done(captures, fixed, name)


PEERS = ("hier_config", "ciscoconfparse2")
"""Readers of others; `make bench` installs them."""


def _readers(shops: Sequence[Shop], runs: int) -> None:
    """Compare the reader of running configurations with others, on the same files: text in, tree out."""
    texts = [text for shop in shops for text in shop.texts.values()]
    sizes = sorted(shop.lines for shop in shops)
    print(f"cisco_ios: {len(shops)} generated configurations, {sizes[0]} to {sizes[-1]} lines; read into a tree")
    print(f"{'reader':<34}{'configs/s':>10}{'lines/s':>12}{'× ours':>12}")
    ours = speed(stages.read_ios, texts, runs).seconds
    with tempfile.TemporaryDirectory(prefix="auditor-bench-") as folder:
        for shop in shops:
            _saved(shop, Path(folder))
        files = sorted(Path(folder).rglob("*.txt"))
        rows = {"split lines": speed(str.splitlines, texts, runs).seconds, "auditor": ours}
        others = {name: peer(name, files, runs) for name in PEERS}
    for name, seconds in (*rows.items(), *others.items()):
        if seconds is None:
            print(f"{name:<34}not installed; `make bench` does that")
            continue
        print(f"{name:<34}{len(shops) / seconds:>10,.0f}{sum(sizes) / seconds:>12,.0f}{seconds / ours:>12.2f}")
    print()


def _what_was_done(captures: Sequence[Capture], fixed: Speed, name: str) -> None:
    """Say how much work stands behind the numbers: a fleet without findings would be quick and mean nothing.

    So would one in which a rule breaks.
    """
    site = stages.entry(name)
    policy = load_policy(site.policy)
    reports = [stages.fix(capture, site, policy) for capture in captures]
    broken = sorted({f.rule for report in reports for f in report.findings if f.result is Result.ERROR})
    if broken:
        raise SystemExit(f"the numbers mean nothing: {', '.join(broken)} broke")
    failing = sum(any(_matters(f) for f in report.findings) for report in reports)
    verdicts = sum(len(report.findings) for report in reports)
    proven = sum(fix.proof is not None and fix.proof.holds for report in reports for fix in report.remediation.fixes)
    print(
        f"\n{verdicts} verdicts; {failing} of {len(reports)} shops fail; {proven} fixes proven, each alone and with the"
    )
    print(f"others of its shop: {proven / fixed.seconds:.0f} fixes/s\n")


def _matters(finding: Finding) -> bool:
    return finding.result is Result.FAIL and finding.severity is not Severity.NOTE


def _saved(shop: Shop, root: Path) -> Path:
    folder = root / shop.name
    for path, text in shop.texts.items():
        file = folder / path.removeprefix("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def _row(name: str, measured: Speed, baseline: Speed, shops: Sequence[Shop], lines: int) -> None:
    configs_s = len(shops) / measured.seconds
    lines_s = lines / measured.seconds
    ratio = measured.seconds / baseline.seconds
    print(f"{name:<34}{configs_s:>10,.0f}{lines_s:>12,.0f}{ratio:>12,.1f}{measured.spread:>8.0%}", flush=True)


def _memory(sizes: Sequence[int], seed: int) -> None:
    for size in sizes:
        print(f"peak memory, {size:>6,} configurations streamed: {peak_memory(size, seed):6.1f} MB", flush=True)
    if sizes:
        print()


def _start_up(runs: int) -> None:
    commands = {
        "python alone": ("-c", "pass"),
        "auditor --version": ("-m", "auditor", "--version"),
        "auditor explain": ("-m", "auditor", "explain", "dhcp-lease-too-short"),
    }
    for name, arguments in commands.items():
        print(f"start-up, {name:<20} {start_up(arguments, runs) * 1000:6.0f} ms", flush=True)


if __name__ == "__main__":
    main()
