"""Many sites on a terminal: a line for each that has something, and what they have in common."""

import io
import pickle
from dataclasses import replace

import pytest
from rich.console import Console

from auditor.capture import Failure, FailureKind
from auditor.report.failures import FailureGroups
from auditor.report.fleet import Fleet, Hit, SiteNote, render_fleet, render_note
from auditor.report.summary import Standing
from tests.report import shop


def note(number: int, *hits: Hit, failures: tuple[tuple[str, Failure], ...] = ()) -> SiteNote:
    known = SiteNote.of(shop.report())
    return replace(known, name=f"shop-{number:04}", hits=hits, failures=failures)


def failure(why: str, kind: FailureKind) -> Failure:
    return Failure("gw", "openwrt", why, "look there", 1, kind)


def fleet_of(*notes: SiteNote) -> Fleet:
    fleet = Fleet()
    for each in notes:
        fleet.add(each, int(each.name.rpartition("-")[2]))
    return fleet


def printed(what: Fleet | SiteNote, width: int = 100) -> list[str]:
    stream = io.StringIO()
    console = Console(file=stream, width=width)
    if isinstance(what, Fleet):
        render_fleet(what, console)
    else:
        render_note(what, console)
    return stream.getvalue().splitlines()


REBIND = Hit("ERROR", ("dns-rebind",), "gw", "rebind protection drops the answer")
WARNED = Hit("WARNING", ("wifi-ax",), "ap", "802.11ax is on")


def test_a_site_is_one_line_that_fits_and_a_site_that_passes_is_none() -> None:
    seen = SiteNote.of(shop.report())
    (line,) = printed(seen)
    assert line.startswith("lyon-01  FAIL  2 errors  1 warning  2 unknown  1 device not audited  ")
    for width in (40, 80, 100):
        assert printed(seen, width)[0].startswith("lyon-01  FAIL")
    assert len(printed(seen, 80)[0]) <= 80
    healthy = SiteNote.of(shop.healthy())
    assert (healthy.standing, healthy.hits) == (Standing.PASS, ())
    assert printed(healthy) == []


def test_a_note_holds_each_rule_once_and_can_be_sent_to_another_process() -> None:
    seen = SiteNote.of(shop.report())
    assert len({hit.likeness for hit in seen.hits}) == len(seen.hits)
    assert {hit.label for hit in seen.hits} == {"ERROR", "WARNING", "UNKNOWN"}
    sent = pickle.dumps(seen)
    assert pickle.loads(sent) == seen
    assert len(sent) < 4096


def test_two_thousand_sites_with_the_same_finding_are_three_lines() -> None:
    fleet = fleet_of(*(note(number, REBIND) for number in range(1999, -1, -1)))
    title, head, names, words, hint = printed(fleet, 140)
    assert title == "what 2,000 sites have in common"
    assert head == " ERROR   dns-rebind  2,000 sites"
    assert names.strip() == ", ".join(f"shop-{n:04}" for n in range(8)) + " and 1,992 more"
    assert words.strip() == "at shop-0000: gw: rebind protection drops the answer"
    assert "--site shop-0000" in hint


def test_the_worst_comes_first_then_what_hits_most_sites() -> None:
    other = Hit("ERROR", ("dhcp-lease-too-short",), "gw", "lease 2:00:00 is shorter")
    fleet = fleet_of(note(1, WARNED, other), note(2, WARNED, REBIND), note(3, WARNED, REBIND))
    heads = [line.split()[:2] for line in printed(fleet) if line.startswith((" ERROR", " WARNING"))]
    assert heads == [["ERROR", "dns-rebind"], ["ERROR", "dhcp-lease-too-short"], ["WARNING", "wifi-ax"]]


def test_what_is_unknown_is_told_by_its_reason_whatever_addresses_it_names() -> None:
    first = Hit("UNKNOWN", ("dns-upstream",), "gw", "198.51.100.1 was not audited")
    second = Hit("UNKNOWN", ("dns-rebind", "dns-filter", "dns-redirected"), "gw", "198.51.100.99 was not audited")
    lines = printed(fleet_of(note(1, first), note(2, second)))
    assert lines[1:3] == [" UNKNOWN 4 rules  2 sites", "         shop-0001, shop-0002"]


def test_failures_are_told_by_kind_the_urgent_first_and_a_shared_device_once() -> None:
    changed = [(f"shop-{n:04}/gw", failure("the host key changed", FailureKind.HOST_KEY_CHANGED)) for n in range(12)]
    silent = [(f"s{n}/ap", failure(f"192.0.2.{n} port 22 did not answer", FailureKind.UNREACHABLE)) for n in range(30)]
    wlc = ("wlc", failure("jump host bastion: the device refused the login", FailureKind.REFUSED))
    notes = [note(n, failures=(silent[n], wlc)) for n in range(30)] + [note(99, failures=tuple(changed))]
    lines = printed(fleet_of(*notes), 200)
    heads = [line for line in lines if "NOT AUDITED" in line]
    assert heads == [
        " NOT AUDITED HOST KEY CHANGED  12 devices",
        " NOT AUDITED login refused  1 device",
        " NOT AUDITED unreachable  30 devices",
    ]
    assert all(name in lines[1] for name, _ in changed), "nobody is left out of what is urgent"
    assert "         jump host bastion: the device refused the login" in lines


@pytest.mark.parametrize("width", [20, 40, 200])
def test_what_a_device_says_controls_no_terminal(width: int) -> None:
    hostile = "\x1b[2J\u202e[bold]x[/bold]\n"
    fleet = fleet_of(
        note(
            1,
            Hit("ERROR", ("dns-rebind",), hostile, hostile),
            failures=((hostile, failure(hostile, FailureKind.DEVICE)),),
        )
    )
    text = "\n".join([*printed(fleet, width), *printed(replace(note(1), name=hostile), width)])
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]" in text.replace("\n", "").replace(" ", "")


def test_reasons_are_grouped_but_for_their_numbers() -> None:
    groups = FailureGroups()
    for why in ("192.0.2.1 port 22 did not answer in 10 s", "2001:db8::1 port 2222 did not answer in 5.5 s", "other"):
        groups.add(failure(why, FailureKind.UNREACHABLE))
    assert [len(group.devices) for group in groups] == [2, 1]
