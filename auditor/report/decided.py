"""Where the answer to each requirement comes from on one platform: configuration, state, people, or nowhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from auditor.policies import Policy
from auditor.profiles import Profile
from auditor.rules import Rule


class Origin(StrEnum):
    """What decides a requirement."""

    CONFIGURATION = "configuration"
    BOTH = "configuration and state"
    STATE = "state"
    PERSON = "a person"


@dataclass(frozen=True, slots=True)
class Decided:
    """One requirement on one platform: what decides it, by which rules; `why` where the platform cannot."""

    item: str
    origin: Origin
    rules: tuple[str, ...]
    why: str = ""


def decided(profile: Profile, rules: Iterable[Rule], policy: Policy) -> Iterator[Decided]:
    """Say for every requirement of a policy what decides it on a platform, in the policy's order."""
    known = tuple(rules)
    for item in policy.items:
        mine = [rule for rule in known if item.id in rule.items]
        judging = [rule for rule in mine if not rule.card]
        why = profile.undecided.get(item.id, "")
        if why or not judging:
            yield Decided(item.id, Origin.PERSON, tuple(rule.id for rule in mine if rule.card), why)
            continue
        from_state = [bool(rule.state) for rule in judging]
        origin = Origin.STATE if all(from_state) else Origin.BOTH if any(from_state) else Origin.CONFIGURATION
        yield Decided(item.id, origin, tuple(rule.id for rule in judging))
