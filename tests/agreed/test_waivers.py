"""Waivers: what they accept, what they never touch, and what is said of a file."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.agreed import Agreed, Baseline, Standing, Use, Waiver, read_waivers, standings
from auditor.agreed.waivers import Patterns
from auditor.errors import InventoryError, UsageError
from auditor.inventory import SiteEntry, loads
from auditor.verdicts import Finding, Result, Severity

TODAY = date(2027, 1, 15)
INVENTORY = b"""\
groups: {mall: {}}
defaults: {platform: openwrt}
sites:
  lyon-01:
    groups: [mall]
    tags: [pilot]
    devices: {gw: {host: 192.0.2.1}, ap: {host: 192.0.2.2, tags: [new]}}
  metz:
    devices: {gw: {host: 192.0.2.3}}
"""
LYON, METZ = loads(INVENTORY, Path("inventory.yaml")).sites


def finding(result: Result = Result.FAIL, *, rule: str = "dns-rebind", device: str = "gw", about: str = "") -> Finding:
    severity = Severity.ERROR if result is Result.FAIL else None
    print_ = f"{rule}{device}{about}"
    return Finding(
        "lyon-01", device, rule, ("R9",), result, severity, "tills", about, "it is so", (), (), (), "", None, print_
    )


def waiver(expires: date = TODAY, where: Mapping[str, str] = MappingProxyType({"sites": "*"})) -> Waiver:
    """One waiver; `where` gives patterns by the names of its fields."""
    patterns: dict[str, Any] = {name: Patterns((text,)) for name, text in where.items()}
    rules = patterns.pop("rules", Patterns(("dns-rebind",)))
    return Waiver(rules, "is replaced", "network team", expires, "w.yaml", 2, **patterns)


@pytest.mark.parametrize(
    ("where", "accepts"),
    [
        ({"sites": "lyon-*"}, True),
        ({"sites": "LYON-01"}, False),
        ({"sites": "metz"}, False),
        ({"devices": "gw"}, True),
        ({"devices": "ap"}, False),
        ({"groups": "mall"}, True),
        ({"groups": "street"}, False),
        ({"tags": "pilot"}, True),
        ({"tags": "new"}, False),
        ({"subjects": "till?"}, True),
        ({"fingerprints": "dns-rebindgw"}, True),
        ({"fingerprints": "dns-rebindap"}, False),
        ({"rules": "dns-*"}, True),
        ({"rules": "dhcp-*"}, False),
        ({"sites": "lyon-*", "devices": "ap"}, False),
    ],
)
def test_all_patterns_must_fit(where: dict[str, str], accepts: bool) -> None:
    sorted_ = Agreed((waiver(where=where),)).applied(LYON, (finding(),), TODAY)
    assert bool(sorted_.accepted) is accepts
    assert bool(sorted_.open) is not accepts


def test_the_tag_of_a_device_counts_for_its_findings() -> None:
    both = (finding(device="gw"), finding(device="ap"))
    found = Agreed((waiver(where={"tags": "new"}),)).applied(LYON, both, TODAY)
    assert [each.finding.device for each in found.accepted] == ["ap"]


def test_it_holds_through_its_last_day_and_then_says_so() -> None:
    agreed = Agreed((waiver(TODAY),))
    (accepted,) = agreed.applied(LYON, (finding(),), TODAY).accepted
    assert accepted.why == "waived by network team until 2027-01-15: is replaced"
    after = agreed.applied(LYON, (finding(),), date(2027, 1, 16))
    assert after.accepted == ()
    assert after.open[0].message == "it is so; the waiver of network team expired on 2027-01-15"
    assert after.use == Use(lapsed=frozenset({0}))


def test_one_that_holds_wins_over_one_that_expired() -> None:
    (accepted,) = Agreed((waiver(date(2026, 1, 1)), waiver(TODAY))).applied(LYON, (finding(),), TODAY).accepted
    assert accepted.waiver is not None
    assert accepted.waiver.expires == TODAY


RESULTS = st.builds(
    finding,
    st.sampled_from(list(Result)),
    rule=st.sampled_from(["dns-rebind", "dhcp-lease"]),
    device=st.sampled_from(["gw", "ap", ""]),
    about=st.sampled_from(["", "a", "b"]),
)
WAIVERS = st.builds(
    waiver,
    st.sampled_from([date(2026, 1, 1), TODAY]),
    st.fixed_dictionaries(
        {"rules": st.sampled_from(["*", "dns-*", "dhcp-lease"]), "devices": st.sampled_from(["*", "gw"])}
    ),
)


@given(st.lists(RESULTS, max_size=6), st.lists(WAIVERS, max_size=4))
def test_nothing_vanishes_and_only_what_may_wait_is_accepted(findings: list[Finding], waivers: list[Waiver]) -> None:
    found = Agreed(tuple(waivers)).applied(LYON, tuple(findings), TODAY)
    accepted = [each.finding for each in found.accepted]
    assert all(each.result in (Result.FAIL, Result.UNKNOWN) for each in accepted)
    plain = [replace(each, message="it is so") for each in found.open]
    assert sorted((*plain, *accepted), key=repr) == sorted(findings, key=repr)


@pytest.mark.parametrize(
    ("before", "now", "known"),
    [
        (Severity.ERROR, finding(), True),
        (Severity.WARNING, finding(), False),
        (None, finding(), False),
        (None, finding(Result.UNKNOWN), True),
        (Severity.NOTE, finding(Result.UNKNOWN), True),
        (Severity.ERROR, finding(Result.ERROR), False),
        (Severity.ERROR, finding(device="ap"), False),
    ],
)
def test_the_baseline_knows_what_was_not_milder(before: Severity | None, now: Finding, known: bool) -> None:
    baseline = Baseline({("lyon-01", "dns-rebindgw", "gw"): before})
    found = Agreed(baseline=baseline).applied(LYON, (now,), TODAY)
    assert bool(found.accepted) is known


@pytest.mark.parametrize(
    ("use", "judged", "rules", "expected"),
    [
        (Use(held=frozenset({0})), {}, ("dns-rebind",), Standing.USED),
        (Use(lapsed=frozenset({0})), {}, ("dns-rebind",), Standing.EXPIRED),
        (Use(), {"lyon-01": True, "metz": True}, ("dns-rebind", "dhcp-lease"), Standing.UNUSED),
        (Use(), {"lyon-01": True}, ("dns-rebind", "dhcp-lease"), Standing.UNTOLD),
        (Use(), {"lyon-01": True, "metz": False}, ("dns-rebind", "dhcp-lease"), Standing.UNTOLD),
        (Use(), {"lyon-01": True, "metz": True}, ("dhcp-lease",), Standing.UNTOLD),
    ],
)
def test_a_waiver_is_unused_only_where_all_was_judged(
    use: Use, judged: dict[str, bool], rules: tuple[str, ...], expected: Standing
) -> None:
    sites: tuple[SiteEntry, ...] = (LYON, METZ)
    assert standings((waiver(),), use, sites, judged, rules, ("dns-rebind", "dhcp-lease")) == (expected,)


def test_the_example_of_the_documentation_is_read(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "waivers.md"
    block = re.search(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    file = tmp_path / "waivers.yaml"
    file.write_text(block[1], encoding="utf-8")
    first, second = read_waivers(file)
    assert (first.owner, first.ticket, first.expires, first.line) == ("network team", "CHG-1042", date(2027, 3, 31), 2)
    assert second.rules.texts == ("wifi-80211ax-on", "wifi-station-limit")


ENTRY = "- {rule: dns-rebind, site: lyon, reason: r, owner: o, expires: 2027-01-01}\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("waivers:\n" + ENTRY.replace(", site: lyon", ""), 2, "would waive the rule everywhere"),
        ("waivers:\n" + ENTRY.replace(", expires: 2027-01-01", ""), 2, "`expires` is missing"),
        ("waivers:\n" + ENTRY + ENTRY.replace("2027-01-01", "soon"), 3, "a date like 2027-03-31"),
        ("waivers:\n" + ENTRY.replace("owner", "onwer"), 2, "`owner` is missing"),
        ("waivers:\n" + ENTRY.replace("site: lyon", "site: []"), 2, "expected a name or a glob"),
        ("waivers:\n" + ENTRY.replace("rule: dns-rebind", "rule: []"), 2, "expected a name or a glob"),
        ("waivers: {}\n", 1, "expected a list of waivers"),
        ("- a\n", 1, "expected the key `waivers`"),
        ("waiver: []\n", 1, "unknown key"),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, line: int, says: str, tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InventoryError) as caught:
        read_waivers(file)
    assert (str(file), line) in {(each.file, each.line) for each in caught.value.mistakes}
    assert says in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_waivers(tmp_path / "none.yaml")
