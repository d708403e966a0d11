"""The terminal: worst first, at any width, with and without colour."""

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from auditor.model import Severity
from auditor.pipeline import SiteReport
from auditor.report import terminal
from auditor.report.outcome import Tally
from tests.report import shop


def printed(report: SiteReport, width: int = 120, *, colour: bool = False, **how: Any) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=colour, color_system="truecolor" if colour else None)
    terminal.render_site(report, console, now=shop.NOW, **how)
    return stream.getvalue()


@pytest.fixture(scope="module")
def report() -> SiteReport:
    return shop.report()


def test_the_header_counts_and_dates(report: SiteReport) -> None:
    first, second = printed(report).splitlines()[:2]
    assert (
        first == "lyon-01  FAIL  2 errors  1 warning  2 unknown  1 device not audited | 1 ok | captured 02:14 (3 h ago)"
    )
    assert second == " integration javascript-sdk (site)"


def test_each_finding_names_rule_item_device_line_and_fix(report: SiteReport) -> None:
    lines = printed(report).splitlines()
    place = lines.index(
        " ERROR   lease R12   gw  lease_time (OpenWrt: leasetime) of scope 'pos' is 2h; the working day is 12h"
    )
    assert lines[place + 1].startswith("         gw:/etc/config/dhcp:9     option leasetime '2h'  ")
    assert lines[place + 1].endswith("  fix F2  safe · proven · nobody disconnected")
    assert (
        "         gw:/etc/config/dhcp:2     default, no line says otherwise (OpenWrt: rebind_protection 1)"
        in "\n".join(lines)
    )


def test_the_worst_comes_first(report: SiteReport) -> None:
    text = printed(report, verbose=True)
    labels = [" NOT AUDITED", " ERROR ", " WARNING ", " NOTE ", " UNKNOWN ", " CHECK ", " ok ", " n/a "]
    places = [text.index(f"\n{label}") for label in labels]
    assert places == sorted(places)


def test_a_risky_fix_names_whom_it_hits(report: SiteReport) -> None:
    text = printed(report)
    assert "fix F3  risky · proven · disconnects stations of SHOP-POS, SHOP-GUEST" in text
    assert "         the radio also serves SHOP-GUEST" in text


def test_what_is_typed_and_who_judged_it_is_shown(report: SiteReport) -> None:
    text = printed(report)
    lines = text.splitlines()
    place = lines.index(" F2      gw  lease_time (OpenWrt: leasetime) of scope 'pos' = 24h")
    assert lines[place + 1] == "           uci set 'dhcp.pos.leasetime=24h'"
    assert " proof   simulated only" in text


def test_unknowns_with_one_cause_are_one_entry(report: SiteReport) -> None:
    text = printed(report)
    assert text.count("the central firewall was not audited") == 1
    assert " UNKNOWN egress, egress-names R6,T6   -" in text
    assert "settle it: add device 'hq-fw' or declare egress" in text


def test_a_card_shows_if_something_related_fails_or_on_request(report: SiteReport) -> None:
    text = printed(report)
    assert "the reader shows an address" in text
    assert "the cable sits tight" not in text
    assert " + 1 check for a person (--checklist)" in text
    whole = printed(report, checklist=True)
    assert "the cable sits tight" in whole
    assert "--checklist" not in whole


def test_notes_and_unknown_lines_are_folded_unless_verbose(report: SiteReport) -> None:
    text = printed(report)
    assert "readers share a VLAN" not in text
    assert " + 1 note (--verbose)" in text
    assert "1 unknown (--verbose lists them)" in text
    whole = printed(report, verbose=True)
    assert "readers share a VLAN" in whole
    assert "gw:/etc/config/wireless:21     option made_up_option" in whole
    assert "192.0.2.9" not in whole


def test_a_device_that_was_not_audited_says_why_and_what_to_try(report: SiteReport) -> None:
    text = printed(report)
    assert " NOT AUDITED ap2: connection refused (3 attempts)\n         try: check that the device is up\n" in text


@pytest.mark.parametrize("width", [40, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(report: SiteReport, width: int) -> None:
    """Except commands: a wrapped command is another command when it is pasted."""
    for line in printed(report, width, verbose=True, checklist=True).splitlines():
        assert cell_len(line) <= width or line.lstrip().startswith("uci ")
        assert line == line.rstrip()


def test_colour_changes_no_word(report: SiteReport) -> None:
    coloured = printed(report, colour=True)
    assert "\x1b[" in coloured
    assert Text.from_ansi(coloured).plain.strip() == printed(report).strip()


def test_a_healthy_site_of_many_is_one_line() -> None:
    healthy = shop.healthy()
    line = "nice-02  PASS | 1 ok | captured 02:14 (3 h ago) | integration javascript-sdk (site)\n"
    assert printed(healthy, brief=True) == line
    assert "lines   42 lines" in printed(healthy)
    with_card = replace(healthy, findings=(*healthy.findings, *(f for f in shop.report().findings if f.card)))
    assert printed(with_card, brief=True).rstrip().endswith("| + 2 checks for a person")


def test_a_site_without_anything_is_no_pass() -> None:
    empty = shop.report(failures=(shop.FAILURE,), rules=())
    assert printed(empty).startswith("lyon-01  UNKNOWN")


def test_the_summary_says_how_it_ended_and_who_is_responsible(report: SiteReport) -> None:
    tally = Tally()
    for each in (report, shop.healthy()):
        tally.add(each)
    stream = io.StringIO()
    terminal.render_summary(tally, Console(file=stream, width=120), now=shop.NOW)
    text = stream.getvalue()
    assert "2 sites  1 FAIL  1 PASS  2 findings, 2 undecided (errors only)  1 of 2 devices not audited" in text
    policy = report.site.policy
    assert f"policy stripe-terminal of {policy.version}" in text
    assert policy.advice["responsibility"].split(";")[0] in text


def test_lines_to_add_stand_alone_whatever_the_width(report: SiteReport) -> None:
    lines = [f"audit ALL=(root) NOPASSWD: /usr/bin/cat /etc/a/long/path/{number}.conf" for number in (1, 2)]
    note = next(f for f in report.findings if f.severity is Severity.NOTE)
    advice = tuple(f"in a file add the line: {line}" for line in lines)
    told = replace(note, message="not obtained from gw: a, b", advice=advice)
    text = printed(replace(report, findings=(told,)), width=60)
    assert " advice  not obtained from gw: a, b; in a file add the lines" in text
    assert [line.strip() for line in text.splitlines() if "NOPASSWD" in line] == lines


def test_findings_that_differ_in_whom_they_hit_say_whom(report: SiteReport) -> None:
    finding = next(f for f in report.findings if f.rule == "lease" and f.severity is Severity.ERROR)
    twins = tuple(replace(finding, subject=subject) for subject in ("tills", "kiosk"))
    text = printed(replace(report, findings=twins))
    assert "12h (kiosk)" in text
    assert "12h (tills)" in text
    assert "(tills)" not in printed(replace(report, findings=twins[:1]))
