"""Each shop is run, tried by its clients, audited, mended with what the audit emits, and tried and audited again."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from auditor.policies import load_policy
from auditor.verdicts import Result
from tests.lab.agreement import COMPARED, disagreements, in_words
from tests.lab.auditing import POLICY, Audited, audited, paste
from tests.lab.experience import Experience, experience
from tests.lab.records import keep
from tests.lab.scenario import Scenario, scenarios
from tests.lab.shop import Shop, why_not


def _unable(scenario: Scenario) -> str:
    if scenario.needs and not Path(scenario.needs).exists():
        return f"needs {scenario.needs}"
    return why_not("udhcpc", "dig", *(unit.program for unit in scenario.units))


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.slug)
def test_verdicts_are_what_clients_experience(scenario: Scenario) -> None:
    if why := _unable(scenario):
        pytest.skip(why)
    policy = load_policy(POLICY)
    with Shop(scenario.wires, scenario.files, scenario.units) as shop:

        def tried(expected: Mapping[str, str]) -> tuple[Experience, Audited]:
            """Try everything; once more if it is not as expected, because a busy machine may be late to answer."""
            seen = experience(shop, policy, idle=scenario.idle, till_dns=scenario.till_dns)
            if in_words(seen, scenario) != expected:
                seen = experience(shop, policy, idle=scenario.idle, till_dns=scenario.till_dns)
            return seen, audited(shop, scenario)

        seen, before = tried(scenario.sees)
        assert in_words(seen, scenario) == scenario.sees
        _agree(seen, before, scenario)
        assert before.fails & COMPARED == scenario.fails, before.words
        mended = ""
        if scenario.fails - scenario.by_hand:
            assert before.snippet, before.by_hand
            printed = paste(shop, before.snippet)
            seen, after = tried(scenario.after)
            assert in_words(seen, scenario) == scenario.after, printed
            _agree(seen, after, scenario)
            assert after.fails & COMPARED == scenario.by_hand, after.words
            mended = _shown(scenario.after) or "all is well"
            if scenario.undo:
                printed = paste(shop, before.way_back)
                seen, again = tried(scenario.sees)
                assert in_words(seen, scenario) == scenario.sees, printed
                assert again.verdicts == before.verdicts
                mended += "; undone, the fault is back"
        elif scenario.fails:
            assert not before.snippet
            mended = "by hand"
    keep("shop", scenario.name, (_told(scenario, before), _shown(scenario.sees), mended), _names())


def _agree(seen: Experience, report: Audited, scenario: Scenario) -> None:
    found = list(disagreements(seen, report.verdicts, scenario))
    assert not found, "\n".join([*found, str(seen), *report.words])


def _names() -> list[str]:
    return [scenario.name for scenario in scenarios()]


def _told(scenario: Scenario, report: Audited) -> str:
    """The verdicts other than a pass, of the rules that are compared."""
    told = [f"`{rule}` fails" for rule in sorted(scenario.fails)]
    told += [f"`{rule}` cannot tell" for rule in sorted(COMPARED) if report.verdicts.get(rule) is Result.UNKNOWN]
    return ", ".join(told) or "all pass"


def _shown(words: Mapping[str, str]) -> str:
    return ", ".join(f"{topic}: {word}" for topic, word in words.items())


def test_there_are_enough_scenarios_of_each_kind() -> None:
    healthy = [scenario for scenario in scenarios() if not scenario.fails and not scenario.unknown]
    assert len(scenarios()) >= 40
    assert 15 <= len(healthy) <= len(scenarios()) / 2
    assert {name for scenario in scenarios() for name in scenario.fails} <= COMPARED
    assert len(set(_names())) == len(scenarios())
