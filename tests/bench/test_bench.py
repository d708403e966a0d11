"""The benchmark runs and prints its table; how quick this machine is, is nobody's test."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.fleet import Shop, fleet, shop
from bench.fleet_cisco_ios import shop as cisco_ios_shop
from bench.fleet_linux import shop as linux_shop
from bench.fleet_routeros import shop as routeros_shop
from bench.large_site import large_site

ROOT = Path(__file__).parents[2]


def test_a_small_run_prints_every_number() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "bench",
            "--configs",
            "3",
            "--runs",
            "1",
            "--site",
            "4",
            "8",
            "--memory",
            "2",
            "--fleet",
            "0",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    stages = re.findall(r"^([a-z][a-z:,+ ]+?) {2,}([\d,]+) +([\d,]+) +([\d.,]+) +\d+%$", done.stdout, re.MULTILINE)
    names = [name for name, *_ in stages]
    assert [name.partition(":")[0] for name in names] == [
        *4 * ("baseline", "load", "parse", "parse + rules", "parse + rules + fixes + proofs")
    ]
    assert all(int(configs.replace(",", "")) > 0 for _, configs, _, _ in stages)
    readers = re.findall(r"^(split lines|auditor) +([\d,]+) +([\d,]+) +([\d.,]+)$", done.stdout, re.MULTILINE)
    assert [name for name, *_ in readers] == ["split lines", "auditor"]
    assert len(re.findall(r"^(?:hier_config|ciscoconfparse2) ", done.stdout, re.MULTILINE)) == 2
    sites = re.findall(
        r"^ +(\d+) +([\d,]+) +([\d,]+) +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+ +\d+%$", done.stdout, re.MULTILINE
    )
    assert [size for size, *_ in sites] == ["4", "8"]
    assert re.search(r"peak memory, +2 configurations streamed: +\d+\.\d MB", done.stdout)
    assert len(re.findall(r"^start-up, .+ \d+ ms$", done.stdout, re.MULTILINE)) == 3


def test_the_fleet_is_the_same_each_time_and_varied() -> None:
    assert list(fleet(20)) == list(fleet(20))
    assert shop(7) != shop(7, seed=2)
    assert len({tuple(each.texts.values()) for each in fleet(50)}) == 50


def test_configurations_are_as_long_as_those_of_shops() -> None:
    sizes = [each.lines for each in fleet(200)]
    assert min(sizes) >= 100
    assert max(sizes) <= 400
    assert max(sizes) > 2 * min(sizes)


def test_running_configurations_are_as_long_as_those_of_branches() -> None:
    sizes = [cisco_ios_shop(number).lines for number in range(60)]
    assert 200 <= min(sizes) < 400
    assert 1_000 < max(sizes) <= 2_000


@pytest.mark.parametrize("make", [linux_shop, routeros_shop, cisco_ios_shop])
def test_other_fleets_are_the_same_each_time_and_varied(make: Callable[..., Shop]) -> None:
    assert [make(number) for number in range(10)] == [make(number) for number in range(10)]
    assert make(7) != make(7, seed=2)
    assert len({tuple(make(number).texts.values()) for number in range(20)}) == 20


def test_a_large_site_has_its_rules_and_all_its_devices() -> None:
    site, again, other = large_site(60), large_site(60), large_site(60, seed=2)
    assert site == again != other
    assert len(site.devices) == len({each.name for each in site.devices}) == 60
    assert {each.platform for each in site.devices} == {"linux", "cisco_ios", "openwrt", "routeros"}
    assert site.rules == 5000
    written = site.devices[0].texts["/etc/nftables.conf"]
    assert len(re.findall(r"^\t\tiifname .* (?:accept|drop)$", written, re.MULTILINE)) >= site.rules


def test_the_fleet_is_understood() -> None:
    """Lines that nobody reads would make the parser look quicker than it is."""
    from auditor.pipeline import read
    from bench.stages import capture_of

    others = (make(number) for make in (linux_shop, routeros_shop, cisco_ios_shop) for number in range(10))
    for each in (*fleet(10), *others, *large_site(6).devices):
        unknown = [
            line for coverage in read(capture_of(each.texts, each.platform)).coverage for line in coverage.unknown
        ]
        assert unknown == []
