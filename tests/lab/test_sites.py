"""Each shop of several machines is run, tried, audited as one site, mended on all its machines, and tried again."""

import pytest

from tests.lab.agreement import COMPARED
from tests.lab.records import keep
from tests.lab.shop import Shop
from tests.lab.site_scenario import SiteScenario, site_scenarios
from tests.lab.trial import row, unable


@pytest.mark.parametrize("scenario", site_scenarios(), ids=lambda scenario: scenario.slug)
def test_verdicts_of_a_site_are_what_clients_experience(scenario: SiteScenario) -> None:
    if why := unable(scenario, scenario.units):
        pytest.skip(why)
    with Shop(scenario.cabling.script, scenario.running) as shop:
        found = row(shop, scenario.entry, scenario, scenario.blames)
    keep("sites", scenario.name, found, [each.name for each in site_scenarios()])


def test_there_are_enough_scenarios_of_each_kind() -> None:
    healthy = [each for each in site_scenarios() if not each.fails - {"pos-not-on-readers-network"}]
    assert len(site_scenarios()) >= 20
    assert 5 <= len(healthy) <= len(site_scenarios()) / 2
    assert {name for each in site_scenarios() for name in each.fails} <= COMPARED
    assert len({each.slug for each in site_scenarios()}) == len(site_scenarios())
