from importlib import resources

import pytest

from auditor.errors import DataError, UsageError
from auditor.policies import load_policy, policy_names
from auditor.policies.loader import parse_policy


@pytest.fixture
def text() -> str:
    return resources.files("auditor.policies").joinpath("stripe_terminal.yaml").read_text(encoding="utf-8")


def test_a_policy_is_read_once() -> None:
    assert load_policy("stripe-terminal") is load_policy("stripe-terminal")


def test_an_unknown_policy_is_answered_with_those_that_exist() -> None:
    assert policy_names() == ("stripe-terminal",)
    with pytest.raises(UsageError, match=r"no policy '\.\./secrets'; there is: stripe-terminal"):
        load_policy("../secrets")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (
            "  working_day_margin: {value: 2h, source: ours}",
            "  working_day_margin: {value: 2h}",
            "thresholds.working_day_margin.source: missing",
        ),
        (
            "  working_day_margin: {value: 2h, source: ours}",
            "  working_day_margin: {value: 2, source: ours}",
            "thresholds.working_day_margin.value: text",
        ),
        (
            "  working_day_margin: {value: 2h,",
            "  working_day_margin: {value: 2h, vlaue: 3h,",
            "thresholds.working_day_margin: unknown key 'vlaue'",
        ),
        ("  working_day_margin: ", "  working_day_margni: ", "thresholds.working_day_margin: missing"),
        ("version: 2026-11-23", "version: soon", "version: a date"),
        (
            "fallback_integration: javascript-sdk",
            "fallback_integration: cobol",
            "fallback_integration: 'cobol' is none",
        ),
        ("models: [verifone-p400]", "models: [verifone-p4]", "items.R10.models: 'verifone-p4' is none"),
        ("hosts: [files.stripe.com,", "hosts: [flies.stripe.com,", "published_ranges.hosts: 'flies.stripe.com'"),
        ("items: [R4, R4a]", "items: [R4, R4z]", "severities.no-ipv4.items: 'R4z' is none"),
        ("if: {routed-ok: warning}", "if: {routed: warning}", "severities.other-subnet.if.routed: is none"),
        ("option: wifi6, if: {strict: error}", "if: {strict: error}", "severities.wifi6-compatible: unknown key 'if'"),
        ("akms: personal_only", "akms: personal", "models.verifone-p400.akms: 'personal' is none"),
        ("{version: 3.1.0, dns: warning}", "{version: 3.x, dns: warning}", "integrations.ios-sdk.relaxed_from.version"),
        ("ports: [443/tcp]", "ports: [443]", "hosts.0.ports: a list of texts"),
        ("ports: [443/tcp]", "ports: [443/sctp]", "hosts.0.ports: '443/sctp' is no port"),
        ("ports: [443/tcp]", "ports: [70000/tcp]", "hosts.0.ports: '70000/tcp' is no port"),
        ("network: 10.0.0.0/8", "network: 10.0.0.1/8", "private_networks.0.network: 10.0.0.1/8 has host bits"),
        ("    read: 2026-05-15", "    reed: 2026-05-15", "sources.address-mirror.read: missing"),
    ],
)
def test_each_mistake_in_a_policy_is_named_with_its_place(text: str, old: str, new: str, place: str) -> None:
    assert old in text
    with pytest.raises(DataError) as caught:
        parse_policy("broken.yaml", text.replace(old, new, 1))
    assert str(caught.value).startswith(f"broken.yaml: {place}")
