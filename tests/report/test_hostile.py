"""Hostile names and planted secrets, in every medium at once."""

import io
import json
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from auditor.pipeline import SiteReport
from auditor.report import explain, files, html, json_report, terminal
from auditor.report.fixes import why_not
from auditor.report.outcome import Tally
from auditor.rules.engine import Lines
from tests.report import shop
from tests.report.test_html import Page


def everything(report: SiteReport, directory: Path) -> dict[str, str]:
    """All that the reports make of one site, by medium."""
    texts = {path.name: path.read_bytes().decode() for path in files.write(report, directory / "out")}
    json_report.write([report], directory / "json", now=shop.NOW)
    html.write([report], directory / "html", now=shop.NOW)
    stream = io.StringIO()
    console = Console(file=stream, width=100)
    terminal.render_site(report, console, verbose=True, checklist=True, now=shop.NOW)
    tally = Tally()
    tally.add(report)
    terminal.render_summary(tally, console, now=shop.NOW)
    console.print(explain.model_view(report.site.devices[0], Lines.of(report.captures)))
    texts["terminal"] = stream.getvalue()
    return texts | {name: (directory / name).read_bytes().decode() for name in ("json", "html")}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return everything(shop.hostile(), tmp_path_factory.mktemp("hostile"))


def test_nothing_hidden_stands_in_any_text(texts: dict[str, str]) -> None:
    for medium, text in texts.items():
        if medium.endswith(".diff"):
            continue  # a diff is the device's own text, byte for byte, or it does not apply
        odd = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n", "\t"}
        assert not odd, (medium, odd)


def test_the_hostile_name_is_there_to_be_seen(texts: dict[str, str]) -> None:
    assert "\\x1b[31mred" in texts["terminal"]
    assert "\\u202egnp" in texts["terminal"]
    assert "{{7*7}}" in texts["terminal"]
    assert "{{7*7}}" in Page(texts["html"]).text


def test_no_markup_comes_from_a_name(texts: dict[str, str]) -> None:
    page = Page(texts["html"])
    assert page.open == []
    assert "script" not in {tag for tag, _ in page.elements}
    assert "<script>alert(1)</script>" in page.text


def test_json_gives_back_what_was_said(texts: dict[str, str]) -> None:
    assert texts["json"].isascii()
    document = json.loads(texts["json"])
    said = {verdict["message"] for verdict in document["verdicts"] if verdict["rule"] == "hostile"}
    assert shop.HOSTILE.replace("\udc80", "\\udc80") in said
    json.dumps(document).encode("utf-8")


def test_no_name_becomes_a_command(texts: dict[str, str]) -> None:
    for medium, text in texts.items():
        if medium.endswith((".commands", ".undo")):
            for line in text.splitlines():
                assert line.startswith("#") or "reboot" not in line, (medium, line)
    assert any("reboot" in texts[medium] for medium in texts if medium.endswith(".risky.commands"))


def test_file_names_stay_in_the_folder(tmp_path: Path) -> None:
    report = shop.report(name="../../etc/passwd")
    for path in files.write(report, tmp_path / "out", several_sites=True):
        assert (tmp_path / "out") in path.resolve().parents
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


@pytest.mark.parametrize("make", [shop.report, shop.hostile])
def test_no_secret_is_in_any_medium(make: Callable[[], SiteReport], tmp_path: Path) -> None:
    for secret in shop.SECRETS:
        assert secret in shop.NETWORK + shop.WIRELESS
    for medium, text in everything(make(), tmp_path).items():
        for secret in shop.SECRETS:
            assert secret not in text, (medium, secret)


def test_a_command_that_would_hold_a_stand_in_is_not_given(tmp_path: Path) -> None:
    """A redacted value in a command is a placeholder, and somebody would paste it."""
    report = shop.report()
    fix = next(fix for fix in report.remediation.fixes if fix.label == "F1")
    change = fix.changes[0]
    bad = replace(change.snippet, apply=("uci set 'wireless.pos.key=redacted-passphrase-3f9ac2d1'",))
    spoiled = replace(fix, changes=(replace(change, snippet=bad),))
    assert why_not(fix) == ""
    assert "secret" in why_not(spoiled)
    fixes = tuple(spoiled if each.label == "F1" else each for each in report.remediation.fixes)
    texts = everything(replace(report, remediation=replace(report.remediation, fixes=fixes)), tmp_path)
    assert not [medium for medium, text in texts.items() if "uci set 'wireless.pos.key" in text]
    assert "F1" in texts["lyon-01.runsheet.txt"]
