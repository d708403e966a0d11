"""A session limit on a BSS: OpenWrt cannot set one, so the model of the healthy shop is given one here."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from auditor.model import Device, Listed, Stated
from auditor.pipeline import read
from auditor.policies import load_policy
from auditor.rules.engine import Lines, judge
from auditor.rules.sessions.sharing import Sharing
from auditor.rules.sessions.wifi_session_timeout import RULE
from auditor.site import join
from auditor.verdicts import Finding, Result, Severity
from tests.rules.harness import read_cases
from tests.rules.harness.shop import NOW, shop_of

CASES = Path(__file__).parent / "openwrt.md"


def with_limit(device: Device, limit: timedelta) -> Device:
    bsses = tuple(replace(bss, session_timeout=Stated(limit, bss.ssid.spans)) for bss in device.bsses)
    return replace(device, bsses=Listed(bsses))


def findings(limit: timedelta) -> tuple[Finding, ...]:
    """What the rule says of the healthy shop, open for 12 hours, if every BSS ends sessions after `limit`."""
    shop = shop_of(read_cases(CASES)[0])
    devices = tuple(with_limit(read(capture), limit) for capture in shop.captures)
    site = join(shop.entry, load_policy(shop.entry.policy), devices, (), NOW)
    return judge(site, (RULE,), Lines.of(shop.captures))


@pytest.mark.parametrize(
    ("hours", "severity"), [(8, Severity.ERROR), (12, Severity.WARNING), (13, Severity.WARNING), (14, None), (24, None)]
)
def test_the_working_day_and_its_margin_decide(hours: int, severity: Severity | None) -> None:
    (finding,) = findings(timedelta(hours=hours))
    assert finding.severity is severity
    assert finding.result is (Result.PASS if severity is None else Result.FAIL)
    assert f"ends sessions after {hours}h" in finding.message


def test_both_radios_are_one_failure_that_a_person_settles() -> None:
    (finding,) = findings(timedelta(hours=1))
    assert [quote.text.strip() for quote in finding.evidence] == ["option ssid 'SHOP-POS'"] * 2
    assert finding.message.startswith("SSID 'SHOP-POS' (pos_2g, pos_5g) ends sessions after 1h; the working day is 12h")
    longer, by_hand = finding.fixes
    assert [change.intent.title for change in longer.changes] == [
        "session_timeout of BSS 'pos_2g' = 24h",
        "session_timeout of BSS 'pos_5g' = 24h",
    ]
    assert by_hand.changes == ()
    assert "session limit of BSS 'pos_2g' to at least 14h" in by_hand.manual


def test_what_shares_the_lines_of_a_setting_shares_its_change() -> None:
    shop = shop_of(read_cases(CASES)[0])
    device = with_limit(read(shop.captures[0]), timedelta(hours=1))
    spans = device.bsses.items[0].ssid.spans
    bsses = tuple(replace(bss, session_timeout=Stated(timedelta(hours=1), spans)) for bss in device.bsses)
    site = join(shop.entry, load_policy(shop.entry.policy), (replace(device, bsses=Listed(bsses)),), (), NOW)
    first, *others = bsses
    sharing = Sharing.of(site, first, lambda bss: bss.session_timeout)
    assert sharing.keys == tuple(sorted(bss.key for bss in others))
    assert "share the setting" in sharing.risks[0]
