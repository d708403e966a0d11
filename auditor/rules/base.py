"""What a rule is: a plain value with a function that asks the site and yields verdicts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from auditor.model import Severity
from auditor.site import Readers, Site
from auditor.verdicts import Verdict

ReadersCheck: TypeAlias = Callable[[Site, Readers], Iterator[Verdict]]
SiteCheck: TypeAlias = Callable[[Site], Iterator[Verdict]]
Condition: TypeAlias = Callable[[Site, Readers], str]
"""Returns why a rule does not concern these readers, '' if it does."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One check of one requirement; it knows no vendor.

    `check` is asked once for each group of readers, `check_site` once for each site; a rule has one of them.
    `items` are requirement numbers of the policy; none for good practice beyond it. `severity` is the highest
    that the rule may give. `concerns` are conditions that must all hold. `needs_place`: the rule is asked only
    for readers whose place in the network is known; for others the engine says `unknown` in its stead.
    `card`: the rule guides a person and never decides by itself. `state` names what in the model of a device tells what
    it is doing and without which the rule decides nothing; empty for rules that decide from configuration.
    """

    id: str
    items: tuple[str, ...]
    severity: Severity
    doc: str
    check: ReadersCheck | None = None
    check_site: SiteCheck | None = None
    concerns: tuple[Condition, ...] = ()
    needs_place: bool = True
    card: bool = False
    state: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The first sentence of its documentation."""
        return self.doc.strip().splitlines()[0]
