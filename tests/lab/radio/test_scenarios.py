"""What can be said of the scenarios without a virtual machine: their verdicts, before and after the emitted fixes."""

import shutil

import pytest

from tests.lab.radio.agreement import COMPARED
from tests.lab.radio.guest import parse
from tests.lab.radio.prepared import NAMES, prepared
from tests.lab.radio.scenarios import SCENARIOS, Scenario


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_verdicts_are_those_of_the_scenario_and_the_fixes_mend_it(scenario: Scenario) -> None:
    now = prepared(scenario.name)
    assert now.before.fails & COMPARED == scenario.fails, now.before.words
    assert not now.before.undecided & COMPARED, now.before.words
    assert (now.after or now.before).fails & COMPARED == scenario.by_hand, now.before.words
    assert not now.after or not now.after.undecided & COMPARED, now.after.words


def test_there_are_enough_scenarios_of_each_kind() -> None:
    healthy = [scenario for scenario in SCENARIOS if not scenario.fault]
    assert len(NAMES) == len(set(NAMES)) >= 12
    assert 6 <= len(healthy) <= len(SCENARIOS) / 2
    assert all(bool(scenario.fails) == bool(scenario.fault) for scenario in SCENARIOS)
    assert {rule for scenario in SCENARIOS for rule in scenario.fails} <= COMPARED


def test_of_a_scenario_that_was_played_twice_the_last_time_counts() -> None:
    lines = [("a", "begin", ""), ("a", "sta1 sta2", "no\n"), ("a", "begin", ""), ("a", "hostapd", "up\n")]
    reported = "".join(f'{{"scenario": "{who}", "what": "{what}", "text": {text!a}}}\n' for who, what, text in lines)
    reported = reported.replace("'", '"')
    assert parse(reported + '{"scenario": "a", "wh') == {"a": {"hostapd": "up\n"}}
