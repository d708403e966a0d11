"""Where what a device does is not what its configuration says."""

from dataclasses import dataclass

from auditor.model.facts import Fact


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One difference between configuration and state, in a sentence, with the lines of both."""

    device: str
    key: str
    what: Fact[str]
