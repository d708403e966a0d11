"""What the program says about itself."""

import io

import pytest
from rich.console import Console, RenderableType

from auditor.policies import load_policy
from auditor.profiles import load_profile
from auditor.report import explain
from auditor.report.decided import Decided, Origin, decided
from auditor.rules import load_rules
from auditor.rules.engine import Lines
from tests.report import shop


def printed(view: RenderableType, width: int = 100) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width).print(view)
    return stream.getvalue()


def test_a_rule_is_explained_with_its_items() -> None:
    rule = next(rule for rule in load_rules() if rule.id == "dhcp-lease-too-short")
    text = printed(explain.explain(rule, load_policy("stripe-terminal")))
    for words in ("dhcp-lease-too-short  R12  error", "What it checks", "About the fix", "R12 ", "read 2026-"):
        assert words in text


def test_every_rule_can_be_explained_and_is_listed() -> None:
    rules = load_rules()
    table = printed(explain.rules_table(rules), 160)
    for rule in rules:
        assert rule.title.split()[0] in printed(explain.explain(rule, load_policy("stripe-terminal")), 160)
        assert rule.id in table


def test_a_platform_says_what_decides_each_requirement() -> None:
    profile, policy = load_profile("openwrt"), load_policy("stripe-terminal")
    text = printed(explain.platform_view(profile, load_rules(), policy))
    assert f"{len(profile.commands)} read-only" in text
    assert "lease_time: leasetime" in text
    for each in policy.items:
        assert f"\n{each.id} " in text
    by_people = text.partition("decided by a person")[2]
    for item, why in profile.undecided.items():
        assert f"\n{item} " in by_people
        assert why.split()[0] in by_people


def test_a_requirement_is_decided_by_what_its_rules_need() -> None:
    profile, policy = load_profile("openwrt"), load_policy("stripe-terminal")
    found = {each.item: each for each in decided(profile, load_rules(), policy)}
    assert list(found) == [item.id for item in policy.items]
    assert found["R12"].origin is Origin.CONFIGURATION
    assert found["T8"] == Decided("T8", Origin.STATE, ("wifi-signal",))
    assert found["T1"].origin is Origin.PERSON
    assert found["T1"].why == profile.undecided["T1"]
    assert all(each.why or each.rules for each in found.values())


def test_a_command_says_what_may_fill_it() -> None:
    profile = load_profile("openwrt")
    stations = profile.command("stations")
    core = profile.command("config-core")
    assert stations is not None
    assert core is not None
    assert "ifname: each interface name that wireless-status shows" in explain.command_note(stations)
    assert "package: network; kept as /etc/config/{package}" in explain.command_note(core)
    timers = load_profile("cisco_ios").command("policy-profile")
    assert timers is not None
    assert "name: each policy profile that running-config shows" in explain.command_note(timers)


@pytest.mark.parametrize(
    "words",
    [
        "dhcp_scopes[pos].lease_time = 2h\n    stated  gw:/etc/config/dhcp:9 option leasetime '2h'",
        "resolvers[main].drops_private = yes\n    default  rebind_protection 1 [",
        "radios[radio0].phy = 802.11ax\n    stated  gw:/etc/config/wireless:5",
        "\n    unknown  ",
    ],
)
def test_the_model_shows_value_origin_and_line(words: str) -> None:
    report = shop.report()
    text = printed(explain.model_view(report.site.devices[0], Lines.of(report.captures)), 160)
    assert words in "\n".join(line.rstrip() for line in text.split("\n"))
