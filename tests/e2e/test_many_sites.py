"""Choosing sites and devices of an inventory, being quiet, and the report of many sites."""

from pathlib import Path

import pytest

from tests.e2e.command_line import SHOP, User, verdicts

SITE = """\
  {name}:
    timezone: Europe/Paris
    integration: javascript-sdk
    readers: {{counter: {{ssid: BAKERY-TILLS, model: bbpos-wisepos-e}}}}
    pos: {{tablets: {{subnet: 192.168.30.0/24}}}}
    devices: {{gw: {{captures: {shop}, platform: openwrt}}, ap: {{captures: nowhere, platform: {other}}}}}
"""


def inventory(*sites: tuple[str, str]) -> str:
    return "sites:\n" + "".join(SITE.format(name=name, other=other, shop=SHOP) for name, other in sites)


@pytest.fixture
def three(user: User) -> User:
    user.write("inventory.yaml", inventory(("lyon", "routeros"), ("metz", "cisco_ios"), ("nice", "openwrt")))
    return user


@pytest.mark.parametrize(
    ("options", "sites"),
    [
        (("--site", "lyon,metz"), ["lyon", "metz"]),
        (("--site", "!nice", "--platform", "cisco_*"), ["metz"]),
        (("--device", "nice/gw"), ["nice"]),
    ],
    ids=str,
)
def test_a_site_is_audited_whole_whichever_device_was_named(
    three: User, options: tuple[str, ...], sites: list[str]
) -> None:
    three.run("audit", "inventory.yaml", *options, "--report", "json=report.json", "--rule", "dns-rebind")
    report = three.report()
    assert sorted({each["site"] for each in report["verdicts"]}) == sites
    for site in sites:
        assert verdicts(report, site=site)


def test_only_the_devices_that_fit_are_collected(three: User) -> None:
    done = three.run("collect", "inventory.yaml", "--out", "out", "--platform", "openwrt", "--device", "gw")
    assert done.code == 0
    found = {str(path.relative_to(three.folder / "out")) for path in (three.folder / "out").glob("*/*")}
    assert found == {"lyon/gw", "metz/gw", "nice/gw"}


def test_quiet_says_nothing_and_writes_the_reports(three: User) -> None:
    done = three.run("audit", "inventory.yaml", "--quiet", "--site", "lyon", "--report", "json=report.json")
    assert (done.code, done.output) == (1, "")
    assert verdicts(three.report())


def test_many_sites_are_told_in_a_line_each_and_by_what_they_have_in_common(user: User, tmp_path: Path) -> None:
    user.write("inventory.yaml", inventory(*((f"shop-{n:02}", "routeros") for n in range(21))))
    done = user.run("audit", "inventory.yaml", "--rule", "dns-rebind", "--no-keep")
    assert done.code == 1
    lines = done.stdout.splitlines()
    assert sum(line.startswith("shop-") for line in lines) == 21
    head = next(number for number, line in enumerate(lines) if line.split() == ["ERROR", "dns-rebind", "21", "sites"])
    assert lines[head + 1].strip().endswith("shop-07 and 13 more")
    assert any(line.startswith(" NOT AUDITED failed  21 devices") for line in lines)
    assert len(lines) < 50
