"""Which saved tables count: what runs, what /etc/iptables/rules.v4 says, and whether both are the same."""

from dataclasses import dataclass, replace

from auditor.model import Fact, Stated
from auditor.services.base import Host
from auditor.services.iptables.compile import bases_of, untracked
from auditor.services.netfilter.assemble import Ruleset
from auditor.services.netfilter.filters import Base
from auditor.services.netfilter.meaning import meaning
from auditor.services.netfilter.owners import owner_of
from auditor.services.reading import Reading
from auditor.syntax.iptables_save import Saved, Table, read

FILE = "/etc/iptables/rules.v4"
RUNNING = "commands/iptables-save.txt"
LEGACY = "commands/iptables-legacy-save.txt"
BRIDGE = "commands/ebtables-save.txt"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What counts. `file` and `running` are None where not captured; `same`: they mean the same."""

    ruleset: Ruleset
    file: Saved | None
    running: Saved | None
    same: bool
    owner: str
    disagreements: tuple[Fact[str], ...]


def chosen(host: Host) -> Chosen:
    """Read all texts, mark their lines, and decide between file and output."""
    reading = host.reading
    holes = [reading.missing(gap.path) for gap in reading.capture.gaps if gap.path in (RUNNING, LEGACY, BRIDGE)]
    file, running, legacy, bridge = (_saved(reading, path) for path in (FILE, RUNNING, LEGACY, BRIDGE))
    if file is None and running is None:
        holes += (reading.missing(FILE) for gap in reading.capture.gaps if gap.path == FILE)
    same = file is None or running is None or _same(host, file, running)
    counts, path = (file, FILE) if file is not None and same else (running, RUNNING)
    owner = "" if running is None else _owner(running)
    bases: list[Base] = []
    if counts is not None:
        bases += bases_of(counts, path, reading, prefix="iptables")
    if legacy is not None and (running is None or _rules(legacy) != _rules(running)):
        bases += bases_of(legacy, LEGACY, reading, prefix="iptables-legacy")
    if bridge is not None:
        bases += bases_of(bridge, BRIDGE, reading, prefix="ebtables", bridge=True)
    tracked = not any(untracked(saved) for saved in (counts, legacy) if saved is not None)
    named = next((each for each in (path, LEGACY, BRIDGE) if reading.file(each) is not None), FILE)
    ruleset = Ruleset("iptables", tuple(bases), tracked, (reading.span(named, 1),), tuple(holes))
    differ: tuple[Fact[str], ...] = ()
    if not same and not owner:
        spans = (reading.span(FILE, 1), reading.span(RUNNING, 1))
        differ = (Stated(f"the rules of iptables that run are not those of {FILE}", spans),)
    return Chosen(ruleset, file, running, same, owner, differ)


def _saved(reading: Reading, path: str) -> Saved | None:
    captured = reading.file(path)
    if captured is None:
        return None
    saved = read(captured.text)
    reading.irrelevant(path, saved.silent)
    for number, word in saved.strange:
        reading.unknown(path, number, word)
    for table in saved.tables.values():
        for chain in table.chains.values():
            reading.understood(reading.span(path, chain.line), *(reading.span(path, r.line) for r in chain.rules))
    return saved


def _owner(saved: Saved) -> str:
    return next(filter(None, (owner_of("", table.chains) for table in saved.tables.values())), "")


def _rules(saved: Saved) -> list[tuple[str, str, str]]:
    """All rules and policies as words: two outputs of the same rules have the same."""
    found = []
    for table in saved.tables.values():
        for chain in table.chains.values():
            found += [(table.name, chain.name, rule.words) for rule in chain.rules]
            found += [(table.name, chain.name, chain.policy)] if chain.policy == "DROP" else []
    return sorted(found)


def _same(host: Host, file: Saved, running: Saved) -> bool:
    empty = Reading(host.reading.capture, host.reading.profile)
    return _meaning(host, file, empty) == _meaning(host, running, empty)


def _meaning(host: Host, saved: Saved, reading: Reading) -> list[object]:
    said = {name: table for name, table in saved.tables.items() if _says_something(table)}
    bases = bases_of(replace(saved, tables=said, strange=[]), "", reading, prefix="")
    return sorted(meaning(host, bases), key=repr)


def _says_something(table: Table) -> bool:
    return any(chain.rules or chain.policy == "DROP" for chain in table.chains.values())
