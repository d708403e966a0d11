"""The JSON document: by its schema, in order, streaming."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from auditor.pipeline import SiteReport
from auditor.report import json_report
from auditor.report.outcome import Limits
from auditor.verdicts import Severity
from tests.report import shop


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    schema = json.loads(json_report.SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("json") / "report.json"
    json_report.write([shop.report(), shop.healthy()], path, now=shop.NOW)
    return json.loads(path.read_text())


@pytest.mark.parametrize(
    "reports", [[], [shop.report], [shop.healthy, shop.report], [shop.hostile]], ids=["none", "one", "two", "hostile"]
)
def test_the_schema_holds(schema: Draft202012Validator, reports: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    json_report.write((make() for make in reports), path, now=shop.NOW)
    assert [error.message for error in schema.iter_errors(json.loads(path.read_bytes().decode("ascii")))] == []


def test_the_schema_refuses_what_is_wrong(schema: Draft202012Validator, document: Any) -> None:
    for change in ({"version": 2}, {"verdicts": [{"rule": "x"}]}, {"extra": 1}, {"generated": "yesterday"}):
        assert not schema.is_valid(document | change)
    wrong = json.loads(json.dumps(document))
    wrong["verdicts"][0]["severity"] = None
    assert not schema.is_valid(wrong)


def test_the_head_and_the_exit(document: Any) -> None:
    assert document["version"] == 1
    assert document["generated"] == "2026-11-23T04:14:00Z"
    assert document["policy"]["name"] == "stripe-terminal"
    counts = {"findings": 2, "undecided": 2, "unaudited": 1, "devices": 2, "accepted": 0}
    assert document["exit"] == {"code": 1, **counts, "waivers": []}
    assert [(f["site"], f["device"], f["why"]) for f in document["failures"]] == [
        ("lyon-01", "ap2", "connection refused")
    ]


def test_sites_are_summed_up(document: Any) -> None:
    first, second = document["sites"]
    assert (first["site"], first["result"], second["result"]) == ("lyon-01", "fail", "pass")
    assert first["counts"]["errors"] == 2
    assert first["captured_at"] == "2026-11-23T01:14:00Z"
    gw, ap2 = first["devices"]
    assert (gw["device"], gw["audited"], ap2["device"], ap2["audited"]) == ("gw", True, "ap2", False)
    assert gw["sha256"] == shop.capture().sha256
    assert first["coverage"]["unknown"] == 1


def test_a_verdict_has_its_lines_and_its_fix(document: Any) -> None:
    lease = next(verdict for verdict in document["verdicts"] if verdict["rule"] == "lease")
    assert lease["items"] == ["R12"]
    assert (lease["site"], lease["device"], lease["result"], lease["severity"]) == ("lyon-01", "gw", "fail", "error")
    assert lease["evidence"] == [
        {
            "device": "gw",
            "file": "/etc/config/dhcp",
            "line": 9,
            "end_line": 9,
            "text": "\toption leasetime '2h'",
            "origin": "stated",
            "note": "",
        }
    ]
    (fix,) = lease["fixes"]
    assert (fix["label"], fix["safety"], fix["proven"], fix["disconnects"]) == ("F2", "safe", True, "nobody")
    assert fix["commands"][0]["lines"] == ["uci set 'dhcp.pos.leasetime=24h'"]
    assert fix["undo"] == [{"device": "gw", "lines": ["uci set 'dhcp.pos.leasetime=2h'"]}]
    assert "+\toption leasetime '24h'" in fix["diff"][0]["text"]
    assert "rebind_domain" not in fix["diff"][0]["text"].replace(" \tlist rebind_domain", "")
    by_hand = next(verdict for verdict in document["verdicts"] if verdict["rule"] == "vlan")["fixes"][0]
    assert (by_hand["safety"], by_hand["proven"], by_hand["commands"]) == ("manual", False, [])
    assert "for a person" in by_hand["manual"]


def test_the_order_is_always_the_same(tmp_path: Path) -> None:
    for name in ("a", "b"):
        json_report.write([shop.report()], tmp_path / name, now=shop.NOW)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_sites_are_taken_one_after_the_other(tmp_path: Path) -> None:
    """The second site is asked for when the first is written; the file is not there before all are."""
    path = tmp_path / "report.json"
    seen: list[bool] = []

    def sites() -> Iterator[SiteReport]:
        for name in ("a", "b", "c"):
            seen.append(path.exists())
            yield shop.healthy(name)

    json_report.write(sites(), path, now=shop.NOW)
    assert seen == [False, False, False]
    assert [site["site"] for site in json.loads(path.read_text())["sites"]] == ["a", "b", "c"]


def test_a_run_that_breaks_leaves_the_old_report_alone(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")

    def sites() -> Iterator[SiteReport]:
        yield shop.healthy()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        json_report.write(sites(), path, now=shop.NOW)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.json"]


def test_limits_reach_the_exit(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    outcome = json_report.write([shop.report()], path, now=shop.NOW, limits=Limits(fail_on=Severity.NOTE))
    assert outcome.findings == 4
    assert json.loads(path.read_text())["exit"]["findings"] == 4
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
