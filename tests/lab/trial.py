"""One trial: try a running shop, audit it, mend it with what the audit emits, try and audit it again."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from auditor.inventory import SiteEntry
from auditor.policies import load_policy
from auditor.verdicts import Result
from tests.lab.agreement import COMPARED, disagreements, in_words
from tests.lab.auditing import POLICY, Audited, audited, paste
from tests.lab.expected import Expected
from tests.lab.experience import Experience, experience
from tests.lab.shop import Shop, why_not
from tests.lab.units import Unit


def unable(scenario: Expected, units: Iterable[Unit]) -> str:
    """Say why a scenario cannot be tried here, '' if it can."""
    if scenario.needs and not Path(scenario.needs).exists():
        return f"needs {scenario.needs}"
    return why_not("udhcpc", "dig", *(unit.program for unit in units))


def row(
    shop: Shop, described: SiteEntry, scenario: Expected, blames: Mapping[str, str] | None = None
) -> tuple[str, str, str]:
    """Try a shop: what the audit says, what clients see, and what they see once it is mended.

    `blames` names by rule the machines at which its failures have to be.
    """
    policy = load_policy(POLICY)

    def tried(expected: Mapping[str, str]) -> tuple[Experience, Audited]:
        """Try everything; once more if it is not as expected, because a busy machine may be late to answer."""
        seen = experience(shop, policy, idle=scenario.idle, till_dns=scenario.till_dns)
        if in_words(seen, scenario) != expected:
            seen = experience(shop, policy, idle=scenario.idle, till_dns=scenario.till_dns)
        return seen, audited(shop, described)

    seen, before = tried(scenario.sees)
    _same(in_words(seen, scenario), scenario.sees, "\n".join(before.words))
    _agree(seen, before, scenario)
    assert before.fails & COMPARED == scenario.fails, before.words
    for rule, machines in (blames or {}).items():
        assert before.blamed(rule) == set(machines.split()), before.words
    mended = ""
    if scenario.fails - scenario.by_hand:
        assert before.snippets, before.by_hand
        printed = paste(shop, before.snippets)
        seen, after = tried(scenario.after)
        _same(in_words(seen, scenario), scenario.after, printed)
        _agree(seen, after, scenario)
        assert after.fails & COMPARED == scenario.by_hand, after.words
        mended = _shown(scenario.after) or "all is well"
        if scenario.undo:
            printed = paste(shop, before.way_back)
            seen, again = tried(scenario.sees)
            _same(in_words(seen, scenario), scenario.sees, printed)
            assert again.verdicts == before.verdicts
            mended += "; undone, the fault is back"
    elif scenario.fails:
        assert not before.snippets
        mended = "by hand"
    return _told(scenario, before), _shown(scenario.sees), mended


def _same(seen: Mapping[str, str], expected: Mapping[str, str], besides: str) -> None:
    assert seen == expected, f"clients see {seen}\nexpected {expected}\n{besides}"


def _agree(seen: Experience, report: Audited, scenario: Expected) -> None:
    found = list(disagreements(seen, report.verdicts, scenario))
    assert not found, "\n".join([*found, str(seen), *report.words])


def _told(scenario: Expected, report: Audited) -> str:
    """The verdicts other than a pass, of the rules that are compared."""
    told = [f"`{rule}` fails" for rule in sorted(scenario.fails)]
    told += [f"`{rule}` cannot tell" for rule in sorted(COMPARED) if report.verdicts.get(rule) is Result.UNKNOWN]
    return ", ".join(told) or "all pass"


def _shown(words: Mapping[str, str]) -> str:
    return ", ".join(f"{topic}: {word}" for topic, word in words.items())
