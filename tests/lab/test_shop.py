"""Each shop is run, tried by its clients, audited, mended with what the audit emits, and tried and audited again."""

import pytest

from tests.lab.agreement import COMPARED
from tests.lab.auditing import entry
from tests.lab.records import keep
from tests.lab.scenario import Scenario, scenarios
from tests.lab.shop import Shop
from tests.lab.trial import row, unable


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.slug)
def test_verdicts_are_what_clients_experience(scenario: Scenario) -> None:
    if why := unable(scenario, scenario.units):
        pytest.skip(why)
    with Shop(scenario.wires.script, scenario.machines) as shop:
        found = row(shop, entry(scenario), scenario)
    keep("shop", scenario.name, found, _names())


def _names() -> list[str]:
    return [scenario.name for scenario in scenarios()]


def test_there_are_enough_scenarios_of_each_kind() -> None:
    healthy = [scenario for scenario in scenarios() if not scenario.fails and not scenario.unknown]
    assert len(scenarios()) >= 40
    assert 15 <= len(healthy) <= len(scenarios()) / 2
    assert {name for scenario in scenarios() for name in scenario.fails} <= COMPARED
    assert len(set(_names())) == len(scenarios())
