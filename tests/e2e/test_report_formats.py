"""All reports from one audit, told alike, whichever process judged a site."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.command_line import KEYS, User

FORMATS = {"json": "json", "html": "html", "sarif": "sarif", "junit": "xml", "csv": "csv", "markdown": "md"}
FORMATS["prometheus"] = "prom"

INVENTORY = """\
sites:
  bakery: &shop
    timezone: Europe/Paris
    opening_hours: {{tue-fri: "07:00-19:30"}}
    integration: javascript-sdk
    readers: {{counter: {{ssid: BAKERY-TILLS, model: bbpos-wisepos-e}}}}
    pos: {{tablets: {{subnet: 192.168.30.0/24}}}}
    devices: {{gw: {{captures: {shop}, platform: openwrt}}}}
  library:
    <<: *shop
    devices:
      gw: {{captures: {shop}, platform: openwrt}}
      ap: {{captures: nowhere/, platform: openwrt}}
"""


def counted(user: User) -> dict[str, Counter[Any]]:
    """How many verdicts of which result each report has, in the words of the JSON report."""
    (run,) = user.report("report.sarif")["runs"]
    prom = (user.folder / "report.prom").read_text(encoding="utf-8")
    samples = [each for family in text_string_to_metric_families(prom) for each in family.samples]
    with (user.folder / "report.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["result"] != "unaudited"]
    found = {
        "json": Counter((each["site"], each["rule"], each["result"]) for each in user.report()["verdicts"]),
        "sarif": Counter(
            (each["properties"]["site"], each["ruleId"], each["properties"]["result"]) for each in run["results"]
        ),
        "csv": Counter((row["site"], row["rule"], row["result"]) for row in rows),
        "prometheus": Counter(),
    }
    for each in samples:
        if each.name == "auditor_verdicts":
            found["prometheus"][each.labels["site"], each.labels["rule"], each.labels["result"]] += int(each.value)
    return found


@pytest.mark.parametrize("workers", ["1", "2"])
def test_all_reports_of_one_audit_agree(workers: str, user: User, shop: Path) -> None:
    user.write("inventory.yaml", INVENTORY.format(shop=shop))
    reports = [word for name, ending in FORMATS.items() for word in ("--report", f"{name}=report.{ending}")]
    done = user.run("audit", "inventory.yaml", "--workers", workers, "--quiet", *reports)
    assert done.code == 1, done.output
    assert {path.name for path in user.folder.glob("report.*")} == {f"report.{each}" for each in FORMATS.values()}
    found = counted(user)
    assert found["json"].total() > 100
    assert found["json"] == found["sarif"] == found["csv"] == found["prometheus"]
    suites = list(JUnitXml.fromfile(str(user.folder / "report.xml")))
    (lacking,) = user.report()["failures"]
    assert [suite.name for suite in suites] == ["bakery", "library"]
    assert sum(suite.tests for suite in suites) == found["json"].total() + 1
    page = (user.folder / "report.md").read_text(encoding="utf-8")
    assert f"**not audited**: {lacking['device']}" in page
    for name in FORMATS.values():
        text = (user.folder / f"report.{name}").read_text(encoding="utf-8")
        assert not [key for key in KEYS if key in text], name


def test_one_format_alone_and_one_that_nobody_knows(user: User, shop: Path) -> None:
    user.write("inventory.yaml", INVENTORY.format(shop=shop))
    assert user.run("audit", "inventory.yaml", "--site", "bakery", "--report", "sarif=only.sarif").code == 1
    assert json.loads((user.folder / "only.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    done = user.run("audit", "inventory.yaml", "--report", "xml=report.xml")
    assert done.code == 2
    assert "sarif, junit, csv, markdown, prometheus" in done.output
