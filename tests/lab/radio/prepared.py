"""Each scenario audited, and audited again with the emitted fixes applied, before anything goes on the air."""

from dataclasses import dataclass
from functools import cache

from tests.lab.radio.auditing import Audited, audited
from tests.lab.radio.scenarios import SCENARIOS, Scenario

NAMES = [scenario.name for scenario in SCENARIOS]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scenario with its audit, and with the audit of what the emitted fixes make of it, None if there are none."""

    scenario: Scenario
    before: Audited
    after: Audited | None

    @property
    def plays(self) -> dict[str, dict[str, str]]:
        """What the virtual machine plays, by name: the scenario, and the same with the fixes applied."""
        name, stations = self.scenario.name, self.scenario.stations
        plays = {name: {**self.before.texts, **stations}}
        return plays if self.after is None else {**plays, mended(name): {**self.after.texts, **stations}}


def mended(name: str) -> str:
    """What a scenario is called after its fixes."""
    return f"{name} mended"


@cache
def prepared(name: str) -> Prepared:
    """Audit a scenario by name; it is done once."""
    scenario = next(scenario for scenario in SCENARIOS if scenario.name == name)
    before = audited(scenario, scenario.configuration)
    texts = before.mended()
    return Prepared(scenario, before, None if texts is None else audited(scenario, texts))
