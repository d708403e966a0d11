"""A Catalyst 9800 of two shops, from configuration to verdict: which policy tag counts, and where stations land."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.capture import Capture, CapturedFile
from auditor.inventory import loads
from auditor.pipeline import SiteReport, audit
from auditor.platforms import platform
from auditor.policies import load_policy
from auditor.verdicts import Finding, Result
from tests.rules.harness.shop import NOW, SHOPS

HEALTHY = SHOPS / "cisco_ios" / "healthy"
SITE = """
    timezone: Europe/Paris
    opening_hours: {daily: "08:00-20:00"}
    integration: javascript-sdk
    readers: {tills: {ssid: SHOP-POS, model: bbpos-wisepos-e, count: 2}}
    pos: {tablets: {subnet: 192.168.30.0/24, dns: dhcp}}
"""
TAGS = """\
wireless profile policy pos-nice
 idle-timeout 86400
 session-timeout 1800
 vlan 30
 no shutdown
wireless tag site lyon-floor
wireless tag site nice-floor
wireless tag policy lyon
 wlan pos policy pos
wireless tag policy nice
 wlan pos policy pos-nice
wireless tag policy shop
"""
ROWS = """\
Number of APs: 2

AP Name    AP Mac           Site Tag Name    Policy Tag Name    RF Tag Name       Misconfigured    Tag Source
counter    0200.5eaa.0010   lyon-floor       lyon               default-rf-tag    No               Static
salon      0200.5eaa.0020   nice-floor       nice               default-rf-tag    No               Static
"""
LOCAL = ((" description \"tills and readers\"", " no central switching"),
         ("wireless profile policy pos-nice", "wireless profile policy pos-nice\n no central switching"),
         ("wireless tag site lyon-floor", "wireless tag site lyon-floor\n no local-site"),
         ("wireless tag site nice-floor", "wireless tag site nice-floor\n no local-site"))  # fmt: skip
"""FlexConnect: access points put the stations of both shops on their own ports."""


def folder(name: str) -> Capture:
    """A device of the healthy shop as it was captured."""
    known = platform("cisco_ios")
    files = []
    for path in sorted((HEALTHY / name).rglob("*.txt")):
        text = path.read_text(encoding="utf-8")
        found = known.recognise(path.relative_to(HEALTHY / name).as_posix(), text)
        assert found is not None
        files.append(CapturedFile(found[0], text, found[1]))
    return Capture(name, "cisco_ios", tuple(files), (), NOW, False, "")


def controller(*changes: tuple[str, str], shown: bool = True) -> Capture:
    """The controller of the healthy shop with tags for two shops in place of one."""
    plain = folder("wlc")
    text = plain.files[[file.path for file in plain.files].index("running-config.txt")].text
    for old, new in (("wireless tag policy shop\n", TAGS), (" policy-tag shop\n site-tag shop\n", "")):
        assert old in text
        text = text.replace(old, new)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    texts = {"running-config.txt": text, "commands/ap-tags.txt": ROWS}
    files = [replace(file, text=texts.get(file.path, file.text)) for file in plain.files]
    return replace(plain, files=tuple(file for file in files if shown or file.path != "commands/ap-tags.txt"))


def report(at: str, wlc: Capture) -> SiteReport:
    """The audit of one shop with a router and a switch of its own and that controller."""
    text = f"""
devices: {{wlc: {{captures: wlc/, platform: cisco_ios}}}}
sites:
  shop:{SITE}
    devices:
      gw: {{captures: gw/, platform: cisco_ios}}
      sw: {{captures: sw/, platform: cisco_ios}}
      wlc: {at}
"""
    entry = loads(text.encode(), Path("inventory.yaml")).sites[0]
    return audit(entry, (folder("gw"), folder("sw"), wlc), (), load_policy(entry.policy), NOW)


def of(found: SiteReport, *rules: str) -> Iterable[Finding]:
    return [finding for finding in found.findings if finding.rule in rules]


@pytest.mark.parametrize(
    ("at", "result"),
    [
        ("{part: lyon}", Result.PASS),
        ("{part: lyon-floor}", Result.PASS),
        ("{part: nice}", Result.FAIL),
        ("{part: nice-floor}", Result.FAIL),
    ],
)
def test_each_shop_has_the_timers_of_its_own_part(at: str, result: Result) -> None:
    found = report(at, controller(*LOCAL))
    assert [each.result for each in of(found, "wifi-session-timeout")] == [result]
    # The access points put stations into VLAN 30 of the shop, where its router gives out addresses.
    assert [each.result for each in of(found, "dhcp-lease-too-short")] == [Result.PASS]


def test_without_a_part_both_are_judged_and_the_parts_are_named() -> None:
    found = report("{}", controller(*LOCAL))
    results = {each.result: each.message for each in of(found, "wifi-session-timeout")}
    assert "ends sessions after 30min" in results[Result.FAIL]
    assert "lyon, lyon-floor, nice, nice-floor" in results[Result.UNKNOWN]


def test_a_part_that_is_not_there_is_a_device_not_audited() -> None:
    found = report("{part: paris}", controller(*LOCAL))
    (failure,) = found.failures
    assert "no part 'paris'" in failure.why
    assert "lyon" in str(failure)
    assert {each.result for each in of(found, "wifi-session-timeout", "wifi-ax")} == {Result.UNKNOWN}


def test_what_the_controller_switches_itself_is_not_in_the_shop() -> None:
    found = report("{part: lyon}", controller())
    assert {each.result for each in of(found, "dhcp-lease-too-short")} == {Result.UNKNOWN}
    at_home = report("{part: lyon, on_site: true}", controller())
    assert [each.result for each in of(at_home, "dhcp-lease-too-short")] == [Result.PASS]


def test_without_the_tags_of_access_points_no_part_is_certain() -> None:
    found = report("{part: lyon-floor}", controller(*LOCAL, shown=False))
    assert Result.PASS not in {each.result for each in of(found, "wifi-session-timeout")}


@pytest.mark.parametrize(
    ("head", "line", "rule", "result"),
    [
        ("wlan pos 1 SHOP-POS", "security web-auth", "portal-login-required", Result.FAIL),
        ("wlan guest 3 SHOP-GUEST", "security web-auth", "portal-login-required", Result.PASS),
        ("wireless profile policy pos", "urlfilter list post-auth-filter X", "dns-name-blocked", Result.UNKNOWN),
        ("wireless profile policy guest", "urlfilter list post-auth-filter X", "dns-name-blocked", Result.PASS),
        ("wireless profile policy pos", "umbrella-param-map X", "dns-name-blocked", Result.UNKNOWN),
        ("wireless profile policy guest", "umbrella-param-map X", "dns-name-blocked", Result.PASS),
    ],
)
def test_the_controller_looks_at_stations_that_access_points_switch(
    head: str, line: str, rule: str, result: Result
) -> None:
    found = report("{part: lyon}", controller((f"\n{head}\n", f"\n{head}\n {line}\n"), *LOCAL))
    by_readers = [each.result for each in of(found, rule) if "tills" in each.subject]
    assert (result in by_readers, Result.PASS in by_readers) == (True, result is Result.PASS)
