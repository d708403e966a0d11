"""All rules together: each item of the policy has one, and each of them is documented, named and tested."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from auditor.model import Severity
from auditor.policies import Item, SettledBy, load_policy
from auditor.rules import Rule, load_rules

RULES = load_rules()
POLICY = load_policy("stripe-terminal")
SECTIONS = ("## What it checks", "## Why it matters", "## About the fix")
HERE = Path(__file__).parent

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@pytest.mark.parametrize("item", POLICY.items, ids=lambda item: item.id)
def test_each_item_has_a_rule(item: Item) -> None:
    assert [rule.id for rule in RULES if item.id in rule.items]


@pytest.mark.parametrize("item", POLICY.items, ids=lambda item: item.id)
def test_what_a_configuration_settles_is_not_left_to_a_person(item: Item) -> None:
    """T5 is settled by configuration too: by all the other rules, and a person compares two captures."""
    deciding = [rule.id for rule in RULES if item.id in rule.items and not rule.card]
    assert deciding or item.id == "T5" or SettledBy.CONFIGURATION not in item.settled_by


def test_ids_are_unique() -> None:
    assert [id for id, times in Counter(rule.id for rule in RULES).items() if times > 1] == []


@each_rule
def test_the_id_is_a_slug(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)


@each_rule
def test_the_items_are_those_of_the_policy(rule: Rule) -> None:
    assert set(rule.items) <= {item.id for item in POLICY.items}
    assert len(set(rule.items)) == len(rule.items)


@each_rule
def test_the_documentation_is_whole(rule: Rule) -> None:
    lines = rule.doc.strip().splitlines()
    assert [line for line in lines if line.startswith("## ")] == list(SECTIONS)
    assert lines[0].endswith(".")
    assert lines[1] == ""
    empty = [line for line, below in pairwise(lines) if line in SECTIONS and not below.strip()]
    assert empty == []


@each_rule
def test_the_documentation_names_each_item(rule: Rule) -> None:
    sources = rule.doc.partition("Source:")[2].partition("\n\n")[0]
    named = set(re.findall(r"\b[RT]\d+[a-c]?\b", sources))
    assert set(rule.items) <= named
    assert sources.strip()


@each_rule
def test_a_rule_asks_either_each_group_of_readers_or_the_site(rule: Rule) -> None:
    assert (rule.check is None) != (rule.check_site is None)
    assert rule.check is not None or not rule.concerns


@each_rule
def test_a_card_never_decides(rule: Rule) -> None:
    """A card that could fail would fold away in the report."""
    if rule.card:
        cases = [file.read_text(encoding="utf-8") for file in _cases(rule)]
        assert not any(re.search(r"#[!?]\s|^Expect: (fail|unknown|pass)", text, re.MULTILINE) for text in cases)


@each_rule
def test_a_rule_that_is_no_card_has_a_failing_or_unknown_case(rule: Rule) -> None:
    cases = "\n".join(file.read_text(encoding="utf-8") for file in _cases(rule))
    in_python = HERE.joinpath(*_module(rule).split(".")[:-1], f"test_{_module(rule).split('.')[-1]}.py")
    assert rule.card or re.search(r"#[!?]\s|^Expect: (fail|unknown)", cases, re.MULTILINE) or in_python.is_file()


@each_rule
def test_no_case_is_worse_than_the_rule_says(rule: Rule) -> None:
    """Marks without a severity mean an error; a rule that promises more than it gives would block a rollout."""
    cases = "\n".join(file.read_text(encoding="utf-8") for file in _cases(rule))
    marks = re.findall(r"(?:#!\s+(?:\*\s+)?|^Expect: fail\s+)(?:(warning|note|error):)?", cases, re.MULTILINE)
    worst = max((Severity(mark or "error") for mark in marks), key=lambda severity: severity.rank, default=None)
    assert worst is None or worst.rank <= rule.severity.rank


@each_rule
def test_there_are_cases(rule: Rule) -> None:
    assert _cases(rule), f"write tests/rules/{_module(rule).replace('.', '/')}/openwrt.md"


def _module(rule: Rule) -> str:
    check = rule.check or rule.check_site
    assert check is not None
    return check.__module__.removeprefix("auditor.rules.")


def _cases(rule: Rule) -> list[Path]:
    return sorted(HERE.joinpath(*_module(rule).split(".")).glob("*.md"))
