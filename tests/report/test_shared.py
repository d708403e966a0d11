"""Several sites with one device: each failure is told once with its sites, and each fix is made once."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from auditor.capture import Failure
from auditor.model import Severity
from auditor.pipeline import SiteReport, trial
from auditor.platforms import platform
from auditor.policies import load_policy
from auditor.profiles import load_profile
from auditor.remediation.shared import Course, try_at
from auditor.report import files, html, json_report, terminal
from auditor.report.outcome import Tally
from auditor.report.shared import SharedDevices, SharedReport, about_shared, of_shared
from tests.report import shop

SITES = tuple(f"site-{number:02}" for number in range(12))
SHARED = {"gw": SITES}


def of_site(name: str, **more: Any) -> SiteReport:
    """The faulty shop with its router shared by many sites."""
    report = shop.report(name=name, sites=SITES, **{"failures": (), **more})
    devices = tuple(replace(each, shared=each.name == "gw") for each in report.site.entry.devices)
    return replace(report, site=replace(report.site, entry=replace(report.site.entry, devices=devices)))


REPORTS = tuple(of_site(name) for name in SITES[:3])


def tried(shared: SharedDevices) -> tuple[SharedReport, ...]:
    """Try what the shops ask for at each of them."""
    policy = load_policy("stripe-terminal")
    sites = [trial(report.site.entry, report.captures, (), policy, shop.NOW, rules=shop.RULES) for report in REPORTS]
    equipment = {"gw": (platform("openwrt"), load_profile("openwrt"))}
    told = []
    for device, (_, asked) in shared.asked.items():
        course = Course(device, asked, len(sites))
        while not course.finished:
            course.take(try_at(device, course.held, sites[course.place]))
        plan = course.plan({"gw": REPORTS[0].captures[0]}, equipment)
        told.append(shared.report(device, asked, plan, about_shared(REPORTS[0], device)))
    return tuple(told)


@pytest.fixture(scope="module")
def shared() -> SharedDevices:
    found = SharedDevices(SHARED)
    for report in REPORTS:
        found.add(report)
    return found


@pytest.fixture(scope="module")
def reports(shared: SharedDevices) -> tuple[SharedReport, ...]:
    return tried(shared)


def test_a_failure_of_several_sites_is_one_with_its_sites(shared: SharedDevices) -> None:
    assert {each.finding.rule: each.sites for each in shared.findings} == {
        rule: list(SITES[:3]) for rule in ("lease", "rebind", "ax", "vlan")
    }
    assert [each.finding.rule for each in shared.findings][-1] == "vlan", "the worst come first"
    assert shared.devices == ("gw",)


def test_a_finding_that_was_seen_says_where() -> None:
    found = SharedDevices(SHARED)
    assert found.add(REPORTS[0]) == {}
    before = found.add(REPORTS[1])
    failed = {each.fingerprint for each in REPORTS[1].findings if each.rule in ("lease", "rebind", "ax", "vlan")}
    assert before == dict.fromkeys(failed, SITES[0])


def test_another_line_is_another_finding() -> None:
    found = SharedDevices(SHARED)
    found.add(REPORTS[0])
    (lease,) = (each for each in REPORTS[1].findings if each.rule == "lease")
    quote = lease.evidence[0]
    assert quote.span is not None
    moved = replace(lease, evidence=(replace(quote, span=replace(quote.span, first=99, last=99)),))
    assert found.add(replace(REPORTS[1], findings=(moved,))) == {}


def test_the_worst_of_the_sites_is_told() -> None:
    found = SharedDevices(SHARED)
    mild = [replace(each, severity=Severity.NOTE) if each.rule == "lease" else each for each in REPORTS[0].findings]
    found.add(replace(REPORTS[0], findings=tuple(mild)))
    found.add(REPORTS[1])
    (lease,) = (each for each in found.findings if each.finding.rule == "lease")
    assert lease.finding.severity is Severity.ERROR
    assert lease.sites == list(SITES[:2])


@pytest.mark.parametrize("sites_of", [{}, {"gw": ("site-00",)}])
def test_what_no_other_site_has_is_not_shared(sites_of: dict[str, tuple[str, ...]]) -> None:
    found = SharedDevices(sites_of)
    found.add(REPORTS[0])
    assert (found.findings, found.devices) == ((), ())


def test_a_device_of_a_site_itself_is_not_shared() -> None:
    found = SharedDevices(SHARED)
    assert found.add(shop.report(name="own", failures=())) == {}
    assert found.findings == ()


def test_a_device_that_failed_is_told_once() -> None:
    found = SharedDevices(SHARED)
    failure = Failure("gw", "openwrt", "connection refused", "check that it is up", 1)
    for name in SITES[:3]:
        found.add(of_site(name, failures=(failure,)))
    (common,) = found.failures
    assert (common.failure, common.sites) == (failure, list(SITES[:3]))


def test_fixes_are_proven_at_all_sites_of_the_run(reports: tuple[SharedReport, ...]) -> None:
    (gw,) = reports
    assert gw.asked_by == SITES[:3]
    assert [fix.proven_for for fix in gw.fixes] == [SITES[:3]] * 3
    assert all("3 of 12 sites; not tried at site-03" in fix.proof.why for fix in gw.fixes if fix.proof)


def test_one_snippet_for_all_sites(reports: tuple[SharedReport, ...], tmp_path: Path) -> None:
    for report in REPORTS:
        (sheet,) = files.write(report, tmp_path, several_sites=True, shared=frozenset({"gw"}))
        assert "../_shared/gw/gw.runsheet.txt" in sheet.read_text()
        assert "serves 12 sites" in sheet.read_text()
    sheet, *_ = files.write_shared(reports, tmp_path, ["gw"])
    assert "sites: 12" in sheet.read_text()
    assert "agreed with all 12 sites" in sheet.read_text()
    assert "auditor verify --rule" in sheet.read_text()
    (commands,) = tmp_path.rglob("*.commands")
    text = commands.read_text()
    for site in SITES:
        assert site in text
    assert "# NOT TRIED AT 9 sites: site-03" in text
    files.write_shared((), tmp_path, ["gw"])
    assert not list(tmp_path.rglob("*.commands")), "what nothing asks for any more is removed"


def test_a_fix_that_also_changes_a_device_of_the_site_stays_there(tmp_path: Path) -> None:
    paths = files.write(REPORTS[0], tmp_path, several_sites=True, shared=frozenset({"other"}))
    text = next(path for path in paths if path.suffix == ".commands").read_text()
    assert "# proven   1 site: site-00" in text
    assert "# NOT TRIED AT 11 sites" in text


def test_the_json_report_says_it_once(shared: SharedDevices, reports: tuple[SharedReport, ...], tmp_path: Path) -> None:
    path, tally = tmp_path / "report.json", Tally()
    with json_report.writing(path, now=shop.NOW) as writer:
        for report in REPORTS:
            tally.add(report)
            writer.add(report)
        writer.finish(tally.outcome(), shared, reports)
    document = json.loads(path.read_text())
    jsonschema.validate(document, json.loads(json_report.SCHEMA.read_text()))
    assert [each["sites"] for each in document["shared"]["findings"]] == [list(SITES[:3])] * 4
    assert {each["fix"]["label"] for each in document["shared"]["fixes"]} == {"F1", "F2", "F3"}
    assert {each["site"] for each in document["verdicts"]} == set(SITES[:3]), "verdicts stay those of their sites"


def test_the_page_shows_a_snippet_once(
    shared: SharedDevices, reports: tuple[SharedReport, ...], tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    with html.writing(path, now=shop.NOW, several_sites=True) as writer:
        for report in REPORTS:
            writer.add(report)
        writer.finish(Tally().outcome(), shared, reports)
    text = path.read_text()
    assert text.count("<summary>Commands, to be typed by hand</summary>") == 3
    assert "made once for all 12 sites that share gw" in text
    assert f"({', '.join(SITES)})" in text


def shown(report: SiteReport, **more: Any) -> str:
    console = Console(file=io.StringIO(), width=200)
    terminal.render_site(report, console, now=shop.NOW, **more)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_the_terminal_shows_lines_and_commands_once(shared: SharedDevices, reports: tuple[SharedReport, ...]) -> None:
    found = SharedDevices(SHARED)
    first = shown(REPORTS[0], brief=True, before=found.add(REPORTS[0]))
    second = shown(REPORTS[1], brief=True, before=found.add(REPORTS[1]))
    assert ("option leasetime '2h'" in first, "option leasetime '2h'" in second) == (True, False)
    assert "as at site-00: gw is shared" in second
    assert "uci set" not in first + second
    console = Console(file=io.StringIO(), width=200)
    terminal.render_shared(shared, reports, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert text.count("uci set 'dhcp.pos.leasetime=24h'") == 1
    assert "3 sites: site-00, site-01, site-02" in text
    assert "touches 12 sites: site-00" in text
    assert "and 4 more" in text


def test_one_site_alone_shows_its_fixes_itself() -> None:
    text = shown(REPORTS[0])
    assert "uci set 'dhcp.pos.leasetime=24h'" in text
    assert "proven for this site" in text
    assert len(of_shared(REPORTS[0].remediation)) == 3
