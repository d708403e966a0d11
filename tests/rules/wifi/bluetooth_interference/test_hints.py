"""The card of the rule names radios that fill the 2.4 GHz band."""

from dataclasses import replace
from pathlib import Path

from auditor.model import Device, Listed, Stated
from auditor.pipeline import read
from auditor.policies import load_policy
from auditor.rules.engine import Lines, judge
from auditor.rules.wifi.bluetooth_interference import RULE
from auditor.site import join
from tests.rules.harness import read_cases
from tests.rules.harness.shop import NOW, shop_of

CASES = Path(__file__).parent / "openwrt.md"


def steps(*, width: int) -> tuple[str, ...]:
    """What a person is told about mobile readers if every radio of the healthy shop has channels of this width."""
    mobile = next(case for case in read_cases(CASES) if "Mobile" in case.title)
    shop = shop_of(mobile)
    devices = tuple(_widened(read(capture), width) for capture in shop.captures)
    site = join(shop.entry, load_policy(shop.entry.policy), devices, (), NOW)
    (finding,) = judge(site, (RULE,), Lines.of(shop.captures))
    assert finding.card is not None
    return finding.card.steps


def _widened(device: Device, width: int) -> Device:
    return replace(device, radios=Listed(tuple(replace(radio, width=Stated(width, ())) for radio in device.radios)))


def test_only_a_wide_channel_in_the_narrow_band_is_a_hint() -> None:
    hints = [step for step in steps(width=40) if step.startswith("hint:")]
    assert hints == ["hint: radio 'radio0' of gw uses 40 MHz or more in 2.4 GHz"]
    assert [step for step in steps(width=20) if step.startswith("hint:")] == []
