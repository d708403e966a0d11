"""Each access point is put on the air, as it is and with the emitted fixes applied, and compared with its audit."""

from collections.abc import Mapping

import pytest

from tests.lab.radio import guest
from tests.lab.radio.agreement import disagreements, in_words
from tests.lab.radio.experience import experience
from tests.lab.radio.kernel import NotThere
from tests.lab.radio.prepared import NAMES, mended, prepared
from tests.lab.radio.scenarios import SCENARIOS, Scenario
from tests.lab.records import keep

pytestmark = pytest.mark.radio


@pytest.fixture(scope="session")
def reported() -> Mapping[str, Mapping[str, str]]:
    """All scenarios, played in one boot."""
    if why := guest.why_not():
        pytest.skip(why)
    try:
        return guest.play({name: texts for each in NAMES for name, texts in prepared(each).plays.items()})
    except NotThere as reason:
        pytest.skip(f"no kernel for the virtual machine: {reason}")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_verdicts_are_what_stations_experience(scenario: Scenario, reported: Mapping[str, Mapping[str, str]]) -> None:
    now = prepared(scenario.name)
    seen = experience(reported[scenario.name])
    assert not [*disagreements(seen, now.before, scenario)], f"{seen}\n{now.before.words}"
    then = "by hand" if scenario.fails else ""
    if now.after is not None:
        seen_then = experience(reported[mended(scenario.name)])
        assert not [*disagreements(seen_then, now.after, scenario)], f"{seen_then}\n{now.after.words}"
        then = in_words(seen_then)
    keep("radio", scenario.name, (scenario.fault, _told(scenario), in_words(seen), then), NAMES)


def _told(scenario: Scenario) -> str:
    told = [f"`{rule}` fails" for rule in sorted(scenario.fails)]
    return ", ".join(told) or "all pass"
