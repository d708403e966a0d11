"""What every platform must bring: a profile, a template and an answer for every intent, a healthy shop."""

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from jinja2 import Environment, nodes

from auditor import resources
from auditor.intents import (
    AcceptStationsWithoutAx,
    AdmitStations,
    BypassPortal,
    ExemptFromRebindProtection,
    ForwardDomain,
    GiveOutIpv4Answers,
    GoWithoutAx,
    Intent,
    PollSilentStations,
    RemovePortalTimers,
    SetIdleTimeout,
    SetReauthPeriod,
    SetSessionTimeout,
)
from auditor.model import Listed, Unknown
from auditor.pipeline import SiteReport, read
from auditor.platforms import PLATFORMS, ByHand, Edit, Platform
from auditor.profiles import load_profile
from auditor.remediation.render import template_name
from auditor.rules import load_rules
from auditor.verdicts import Result, Severity
from tests.remediation.samples import SAMPLES
from tests.rules.harness import Case, Shop, read_cases, shop_of
from tests.rules.harness.shop import SHOPS

INTENTS: tuple[type, ...] = get_args(Intent)
BLOCKS = {"reads", "apply", "checks", "undo"}
NO_TEMPLATE: dict[tuple[str, type], str] = {
    ("openwrt", GoWithoutAx): "its radios have 802.11ax or not, with all their SSIDs",
    ("openwrt", SetSessionTimeout): "only a RADIUS server ends sessions",
    ("openwrt", SetIdleTimeout): "it polls silent stations instead",
    ("routeros", ExemptFromRebindProtection): "it has no rebind protection",
    ("routeros", GiveOutIpv4Answers): "its resolver drops no A records",
    ("routeros", AcceptStationsWithoutAx): "it refuses no station for lack of 802.11ax",
    ("routeros", GoWithoutAx): "its radios have 802.11ax or not, with all their SSIDs",
    ("routeros", PollSilentStations): "no documented timer disconnects a station for being silent",
    ("routeros", SetReauthPeriod): "the RADIUS server sets it",
    ("routeros", SetSessionTimeout): "only a RADIUS server ends sessions",
    ("routeros", SetIdleTimeout): "no documented timer disconnects a station for being silent",
    ("cisco_ios", ExemptFromRebindProtection): "it has no rebind protection",
    ("cisco_ios", ForwardDomain): "it asks others for one domain by views, which decide for all other questions too",
    ("cisco_ios", GiveOutIpv4Answers): "its resolver drops no A records",
    ("cisco_ios", AcceptStationsWithoutAx): "only the 6 GHz band asks for 802.11ax, and cannot do without",
    ("cisco_ios", AdmitStations): "controllers let MAC addresses in by lists of an AAA server",
    ("cisco_ios", PollSilentStations): "controllers do not poll silent stations",
    ("cisco_ios", SetReauthPeriod): "what repeats the authentication is the session timeout",
    ("cisco_ios", BypassPortal): "web authentication knows no exceptions by MAC address",
    ("cisco_ios", RemovePortalTimers): "a login ends with the session of the policy profile",
}
"""Intents that a platform gives no snippet for, with the reason."""

every_platform = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)


BASES = sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in SHOPS.glob("*/*/inventory.yaml"))
"""The shops that cases start from; all of them are in order."""

every_base = pytest.mark.parametrize("base", BASES)


def shop(base: str, *settings: str) -> Shop:
    return shop_of(Case(Path("healthy.md"), "healthy", 1, base, settings))


def healthy(platform: Platform) -> Shop:
    return shop(f"{platform.name}/healthy")


@every_platform
def test_a_platform_has_a_healthy_shop(platform: Platform) -> None:
    assert f"{platform.name}/healthy" in BASES


@every_platform
def test_the_profile_loads_and_gives_sources(platform: Platform) -> None:
    profile = load_profile(platform.name)
    assert profile.platform == platform.name
    assert profile.commands
    assert all(default.source.strip() for defaults in profile.defaults.values() for default in defaults)


def blocks_of(file: Path) -> set[str]:
    """The blocks of a template and of those that it extends."""
    tree = Environment(autoescape=False).parse(file.read_text(encoding="utf-8"))
    parents = [node.template for node in tree.find_all(nodes.Extends)]
    above = (blocks_of(resources.templates() / parent.value) for parent in parents if isinstance(parent, nodes.Const))
    return {block.name for block in tree.find_all(nodes.Block)}.union(*above)


@every_platform
@pytest.mark.parametrize("intent", INTENTS, ids=lambda intent: intent.__name__)
def test_every_intent_has_a_template_with_all_its_blocks(platform: Platform, intent: type) -> None:
    whole = platform.whole_change
    file = resources.templates() / platform.name / (template_name(intent) if whole is None else whole.template)
    reason = NO_TEMPLATE.get((platform.name, intent))
    if reason is not None:
        assert reason.strip()
        assert not file.exists()
        return
    assert blocks_of(file) - {"shown"} == BLOCKS
    said = intent.__name__ if whole is None else "Every change"
    assert re.search(rf"\{{#- {said}\b", file.read_text(encoding="utf-8")), "a template says what it does"


@every_platform
def test_every_template_is_of_an_intent_or_shared_by_them(platform: Platform) -> None:
    folder = resources.templates() / platform.name
    imported = {
        Path(name).name
        for file in folder.glob("*.j2")
        for name in re.findall(r'(?:import|extends) "([^"]+)"', file.read_text(encoding="utf-8"))
    }
    whole = platform.whole_change
    needed = {template_name(intent) for intent in INTENTS if (platform.name, intent) not in NO_TEMPLATE}
    own = needed if whole is None else {whole.template}
    assert {file.name for file in folder.iterdir()} == own | imported


@every_platform
@pytest.mark.parametrize("intent", [sample.intent for sample in SAMPLES], ids=lambda intent: type(intent).__name__)
def test_every_intent_gets_an_answer_on_any_device(platform: Platform, intent: Intent) -> None:
    """Where the device has not what the intent speaks of, a reason and advice, and never an exception."""
    captures = healthy(platform).captures
    bare = tuple(replace(capture, files=capture.files[:1]) for capture in captures)
    for each in (*captures, *bare):
        answer = platform.edit(each, read(each), intent)
        match answer:
            case ByHand():
                assert answer.why
                assert answer.advice
            case Edit():
                assert set(answer.services) <= load_profile(platform.name).effects.keys()


@every_base
def test_coverage_counts_each_line_once(base: str) -> None:
    for capture in shop(base).captures:
        coverage = {item.file: item for item in read(capture).coverage}
        assert set(coverage) == {file.path for file in capture.files}
        for file in capture.files:
            counted = coverage[file.path]
            whole = counted.understood + counted.irrelevant + len(counted.unknown)
            assert whole == len(file.text.splitlines()), file.path
            lines = [line.line for line in counted.unknown]
            assert lines == sorted(set(lines))


@every_base
@pytest.mark.parametrize("settings", [(), ("state none",)], ids=["with state", "saved configuration"])
def test_a_healthy_shop_is_in_order(base: str, settings: tuple[str, ...]) -> None:
    findings = shop(base, *settings).report().findings
    assert findings
    assert [finding for finding in findings if finding.result in (Result.UNKNOWN, Result.ERROR)] == []
    assert [f for f in findings if f.result is Result.FAIL and f.severity is not Severity.NOTE] == []


@every_base
def test_each_line_of_a_healthy_shop_is_known(base: str) -> None:
    devices = [read(capture) for capture in shop(base).captures]
    assert [(each.file, each.unknown) for device in devices for each in device.coverage if each.unknown] == []


@every_base
def test_a_healthy_shop_passes_most_rules(base: str) -> None:
    """Not everything may be left to a person or be somebody else's matter."""
    findings = shop(base).report().findings
    assert 2 * sum(finding.result is Result.PASS for finding in findings) > len(findings)


@every_base
def test_only_the_readers_and_their_points_of_sale_are_judged(base: str) -> None:
    """Nobody asked about the guests and the office, however short their lease and however isolated they are."""
    findings = shop(base).report().findings
    assert {part for finding in findings for part in finding.subject.split(" → ")} <= {"tills", "tablets", "shop"}


@every_platform
def test_what_a_platform_decides_by_state_can_be_seen_there(platform: Platform) -> None:
    """A rule that lives by what devices are doing needs an output that tells it, or the profile says why none does."""
    profile = load_profile(platform.name)
    device = read(healthy(platform).captures[0])
    for rule in (rule for rule in load_rules() if rule.state and not set(rule.items) & profile.undecided.keys()):
        for name in rule.state:
            seen = getattr(device, name)
            assert not (seen.holes if isinstance(seen, Listed) else isinstance(seen, Unknown)), (rule.id, name)


# -- redaction: the verdicts on a redacted capture are those on the raw one -----------------------------------


def _with_secrets(platform: Platform) -> list[Case]:
    """The shops that cases start from, and every case that writes a secret."""
    own = [base for base in BASES if base.startswith(f"{platform.name}/")]
    cases = [Case(Path("healthy.md"), base, 1, base) for base in own]
    for file in sorted(SHOPS.parent.glob("rules/*/*/*.md")):
        found = read_cases(file)
        if found[0].shop in own:
            cases += [case for case in found if _SECRET.search(_text(case))]
    return cases


_SECRET = re.compile(r"(?i)\b(key\d?|password|secret|passphrase)\b")


def _text(case: Case) -> str:
    return "\n".join(line.text for block in case.blocks for line in block.lines)


def _said(report: SiteReport) -> list[tuple[object, ...]]:
    """All that a report says, but for the text of quoted lines."""
    findings: list[tuple[object, ...]] = [
        (
            f.fingerprint,
            f.result,
            f.severity,
            f.message,
            f.settle,
            tuple((q.origin, q.span) for q in f.evidence),
            f.fixes,
        )
        for f in report.findings
    ]
    return findings + [(fix.label, fix.safety, fix.reasons, fix.withheld) for fix in report.remediation.fixes]


@every_platform
def test_redaction_changes_no_verdict(platform: Platform) -> None:
    hidden = 0
    for case in _with_secrets(platform):
        raw, redacted = shop_of(case, redacted=False), shop_of(case)
        differ = raw.captures != redacted.captures
        # Some devices do not show their secrets in the first place.
        assert differ or case.title in BASES, f"'{case.title}' was chosen for a secret that is none"
        hidden += differ
        assert _said(raw.report()) == _said(redacted.report()), case.title
    assert hidden
