"""Makes reports of the small faulty shop in any format, as the command line does: from what workers ship."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from auditor.pipeline import SiteReport
from auditor.report import formats
from auditor.report.json_report import SiteJson, site_json
from auditor.report.outcome import Tally
from auditor.report.shared import SharedDevices
from auditor.verdicts import Result
from tests.report import shop

TOOK = timedelta(seconds=90)
RUN = formats.Run(shop.NOW, lambda: shop.NOW + TOOK)


@cache
def faulty() -> SiteReport:
    return shop.report()


@cache
def healthy() -> SiteReport:
    return shop.healthy()


@cache
def hostile() -> SiteReport:
    return shop.hostile()


@cache
def broken() -> SiteReport:
    """The faulty shop, with one rule that broke instead of what it said."""
    found = faulty()
    findings = tuple(
        replace(each, result=Result.ERROR, severity=None, fixes=()) if each.rule == "lease" else each
        for each in found.findings
    )
    return replace(found, findings=findings)


def told(report: SiteReport, rule: str = "", **keys: Any) -> SiteJson:
    """What a worker ships of a site; verdicts of one rule have more keys, as waivers and baselines add them."""
    made = site_json(report)
    verdicts = tuple(
        json.dumps(known | keys) if (known := json.loads(text))["rule"] == rule else text for text in made.verdicts
    )
    return replace(made, verdicts=verdicts)


def written(name: str, folder: Path, reports: Iterable[SiteReport], sites: Mapping[int, SiteJson] | None = None) -> str:
    """The text of a report; sites come in the wrong order. `sites` replaces what is told of some numbers."""
    path = folder / name
    tally = Tally()
    numbered = list(enumerate(reports, start=1))
    with formats.writing(name, path, RUN) as document:
        for number, report in reversed(numbered):
            tally.add(report)
            document.take(number, (sites or {}).get(number) or site_json(report))
        document.finish(tally.outcome(), SharedDevices(), ())
    return path.read_bytes().decode("utf-8")


def verdicts(report: SiteReport) -> list[dict[str, Any]]:
    """The verdicts of a site in the order of the reports."""
    return [json.loads(text) for text in site_json(report).verdicts]


WAIVER = {"reason": "the lease is renewed by hand", "owner": "network team", "expires": "2026-12-31"}
EXPIRED = WAIVER | {"expires": "2026-11-22"}
