"""Which ruleset counts: what runs, what the file says, and whether both are the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from posixpath import join, split

from auditor.model import Fact, Span, Stated, Unknown
from auditor.services.base import Host, Include
from auditor.services.netfilter.assemble import Ruleset
from auditor.services.netfilter.filters import Base
from auditor.services.netfilter.meaning import meaning
from auditor.services.netfilter.owners import of_iptables, owner_of
from auditor.services.nftables.compile import bases_of, priority_of
from auditor.services.reading import Reading
from auditor.syntax import nft_json, nft_text
from auditor.syntax.json_text import JsonError
from auditor.syntax.nft_tree import Aside, Chain, Opaque, Rule, Table
from auditor.syntax.nft_tree import Ruleset as Tree

RUNNING = ("commands/nft-ruleset.txt", "commands/nft-ruleset.json")
"""Where the output of `nft -j list ruleset` (or of nft without -j) is captured."""
FILE = "/etc/nftables.conf"
_SAVED = {"ip": "commands/iptables-save.txt", "bridge": "commands/ebtables-save.txt"}
_HERE = "/etc"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What counts. `file` and `running` are the trees, None where not captured; `others` own tables that run."""

    ruleset: Ruleset
    file: Tree | None
    running: Tree | None
    others: tuple[str, ...]
    disagreements: tuple[Fact[str], ...]


def absolute(pattern: str) -> str:
    """The path of an include; nft looks for a relative one in /etc (nft(8), option -I)."""
    return pattern if pattern.startswith("/") else join(_HERE, pattern.removeprefix("./"))


def include_of(pattern: str) -> Include:
    """An include as the reader of files follows it; one with wildcards may find nothing."""
    folder, name = split(absolute(pattern))
    if not any(char in name for char in "*?["):
        return Include(absolute(pattern))
    return Include(folder, folder=True, wanted=lambda each: fnmatchcase(each, name), required=False)


def running_path(reading: Reading) -> str:
    """The path of the running ruleset, or the one that is missing, or '' if nobody asked for it."""
    named = [path for path in RUNNING if reading.file(path) is not None]
    asked = {gap.path for gap in reading.capture.gaps}
    return next(iter((*named, *(path for path in RUNNING if path in asked))), "")


def chosen(host: Host) -> Chosen:
    """Read both texts, mark their lines, and decide between them."""
    reading = host.reading
    holes: list[Unknown] = []
    file = _file(reading, holes)
    running = _running(reading, holes)
    if running is None:
        path = FILE if file is not None else running_path(reading) or FILE
        bases = tuple(_bases(file, reading)) if file is not None else ()
        return Chosen(_ruleset(reading, path, bases, _trees(file), tuple(holes)), file, None, (), ())
    tables = {key: table for key, table in running.tables.items() if not _saved_elsewhere(table, reading)}
    others = tuple(dict.fromkeys(filter(None, map(_owner, running.tables.values()))))
    if file is None:
        bases = tuple(base for table in tables.values() for base in bases_of(table, reading, "nftables"))
        return Chosen(
            _ruleset(reading, running_path(reading), bases, _trees(running), tuple(holes)), None, running, others, ()
        )
    picked: list[Table] = []
    differ: list[Fact[str]] = []
    for key in dict.fromkeys((*tables, *file.tables)):
        live, written = tables.get(key), file.tables.get(key)
        if live is None and written is not None:
            if _says_something(written):
                differ.append(_difference(reading, f"table {written.key} of {FILE} does not run", written, None))
        elif written is None and live is not None:
            picked.append(live)
            if not _owner(live) and _says_something(live):
                differ.append(_difference(reading, f"table {live.key} runs and is not in {FILE}", None, live))
        elif live is not None and written is not None:
            same = _alike(live, written) or _signature(host, live) == _signature(host, written)
            picked.append(written if same else live)
            if not same:
                differ.append(_difference(reading, f"table {live.key} runs otherwise than {FILE} says", written, live))
    bases = tuple(base for table in picked for base in bases_of(table, reading, "nftables"))
    ruleset = _ruleset(reading, running_path(reading), bases, (running,), tuple(holes))
    return Chosen(ruleset, file, running, others, tuple(differ))


def _trees(tree: Tree | None) -> tuple[Tree, ...]:
    return () if tree is None else (tree,)


def _bases(tree: Tree, reading: Reading) -> Iterator[Base]:
    for table in tree.tables.values():
        yield from bases_of(table, reading, "nftables")


def _ruleset(
    reading: Reading, path: str, bases: tuple[Base, ...], trees: tuple[Tree, ...], holes: tuple[Unknown, ...]
) -> Ruleset:
    tables = [table for tree in trees for table in tree.tables.values()]
    rules = [rule for table in tables for chain in table.chains.values() for rule in chain.rules]
    tracked = not any(Aside("notrack") in rule.statements for rule in rules)
    return Ruleset("nftables", bases, tracked, (reading.span(path, 1),), holes)


def _file(reading: Reading, holes: list[Unknown]) -> Tree | None:
    captured = reading.file(FILE)
    if captured is None:
        if any(gap.path == FILE for gap in reading.capture.gaps) and not running_path(reading):
            holes.append(reading.missing(FILE))
        return None

    def includes(pattern: str, file: str, line: int) -> Sequence[tuple[str, str]]:
        listed = reading.included(include_of(pattern), reading.span(file, line))
        holes.extend(listed.holes)
        found = [(path, reading.file(path)) for path in listed]
        return [(path, each.text) for path, each in found if each is not None]

    tree = nft_text.read(FILE, captured.text, includes)
    _mark(reading, tree, holes)
    return tree


def _running(reading: Reading, holes: list[Unknown]) -> Tree | None:
    path = running_path(reading)
    captured = reading.file(path)
    if captured is None:
        holes += (reading.missing(path),) if path else ()
        return None
    reading.irrelevant(path, range(1, len(reading.lines(path)) + 1))
    if captured.text.lstrip().startswith("{"):
        try:
            tree = nft_json.read(path, captured.text)
        except JsonError as error:
            holes.append(Unknown(f"{path} cannot be read: {error}", settle=f"capture {path} again"))
            return None
    else:
        tree = nft_text.read(path, captured.text)
    _mark(reading, tree, holes)
    return tree


def _mark(reading: Reading, tree: Tree, holes: list[Unknown]) -> None:
    """Say of each line what became of it."""
    files = {file for file, _ in tree.spoken} | {FILE}
    for path in files:
        lines = enumerate(reading.lines(path), start=1)
        # Comments, and lines of nothing but braces.
        reading.irrelevant(
            path, [n for n, line in lines if line.lstrip().startswith("#") or not line.strip(" \t\r{};")]
        )
    for path, line in tree.spoken:
        reading.irrelevant(path, (line,))
    for words, path, line in tree.holes:
        reading.unknown(path, line, words)
        holes.append(Unknown(f"'{words}' in {path} was not understood", (reading.span(path, line),), "check by hand"))
    for table in tree.tables.values():
        for words, path, line in table.holes:
            reading.unknown(path, line, words)
        for chain in table.chains.values():
            for line in chain.header:
                reading.understood(reading.span(chain.file, line))
            for rule in chain.rules:
                _mark_rule(reading, rule)


def _mark_rule(reading: Reading, rule: Rule) -> None:
    strange = next((s for s in rule.statements if isinstance(s, Opaque) and not s.understood), None)
    if strange is None:
        reading.understood(reading.span(rule.file, rule.first, rule.last))
    else:
        reading.unknown(rule.file, rule.first, strange.words.partition(" ")[0])


# -- who wrote what --------------------------------------------------------------------------------------------


def _saved_elsewhere(table: Table, reading: Reading) -> bool:
    """Whether iptables made a table, and its own output was captured: it is read from there."""
    path = _SAVED.get(table.family, _SAVED["ip"] if table.family == "ip6" else "")
    return of_iptables(table.name, _base_chains(table)) and reading.file(path) is not None


def _base_chains(table: Table) -> list[str]:
    return [chain.name for chain in table.chains.values() if chain.hook]


def _owner(table: Table) -> str:
    """The program that a table belongs to, '' if it is nobody's that is known."""
    found = owner_of(table.name, table.chains)
    return found or ("iptables" if of_iptables(table.name, _base_chains(table)) else "")


def _says_something(table: Table) -> bool:
    return any(chain.rules or chain.policy == "drop" for chain in table.chains.values())


# -- comparing -------------------------------------------------------------------------------------------------


def _alike(live: Table, written: Table) -> bool:
    """Whether two tables hold the same statements: then they mean the same, and nobody need ask what that is."""
    if live.holes or written.holes or live.dormant != written.dormant or list(live.chains) != list(written.chains):
        return False
    return live.sets == written.sets and all(
        _shape(one, live.family) == _shape(other, live.family)
        for one, other in zip(live.chains.values(), written.chains.values(), strict=True)
    )


def _shape(chain: Chain, family: str) -> object:
    statements = [tuple(each for each in rule.statements if not isinstance(each, Aside)) for rule in chain.rules]
    return chain.type, chain.hook, priority_of(chain.priority, family), chain.policy or "accept", statements


def _signature(host: Host, table: Table) -> object:
    """What a table means, without keys, lines, counters, and the order within sets."""
    empty = Reading(host.reading.capture, host.reading.profile)
    return sorted(meaning(host, bases_of(table, empty, "")), key=repr)


def _difference(reading: Reading, what: str, written: Table | None, live: Table | None) -> Fact[str]:
    spans: list[Span] = []
    for table in (written, live):
        chain = next(iter(table.chains.values()), None) if table is not None else None
        if chain is not None and chain.file:
            spans.append(reading.span(chain.file, chain.first))
    return Stated(what, tuple(spans))
