"""Read and change the format of iptables-save, ip(6)tables-legacy-save and ebtables-save. Each line stands alone.

Source: iptables-save(8), iptables-extensions(8), ebtables(8).
"""

import re
from dataclasses import dataclass, field

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"?|(\S+)')
_CHAIN = re.compile(r":(\S+)\s+(\S+)(?:\s+\[[0-9]+:[0-9]+\])?\s*")
_LITERAL = frozenset({"--comment", "--log-prefix", "--nflog-prefix", "--ulog-prefix", "--string", "--hex-string"})
"""Options whose value is free text: what looks like an option there is none."""

_COUNTERS = re.compile(r"\[[0-9]+:[0-9]+\]\s+")


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a rule with its values; `negated`: a `!` stands before it or before its value."""

    name: str
    values: tuple[str, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One line. `words` is its text without counters; `key` names it within its chain."""

    chain: str
    options: tuple[Option, ...]
    words: str
    line: int
    key: str = ""

    def value(self, *names: str) -> str:
        """The first value of the first of some options, '' if there is none."""
        found = next((option for option in self.options if option.name in names), None)
        return found.values[0] if found is not None and found.values else ""


@dataclass(slots=True)
class Chain:
    """A chain; `policy` is '' for one that is only jumped to."""

    name: str
    policy: str
    line: int
    rules: list[Rule] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """One table, from `*name` to `COMMIT`."""

    name: str
    line: int
    chains: dict[str, Chain] = field(default_factory=dict)
    end: int = 0


@dataclass(slots=True)
class Saved:
    """A whole output. `strange` are lines that were not understood: number, first word."""

    tables: dict[str, Table] = field(default_factory=dict)
    strange: list[tuple[int, str]] = field(default_factory=list)
    silent: list[int] = field(default_factory=list)


def read(text: str) -> Saved:
    """Read the format; no text raises, and every line is a rule, silent or strange."""
    saved = Saved()
    table: Table | None = None
    taken: dict[tuple[str, str], int] = {}
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            saved.silent.append(number)
        elif line.startswith("*") and len(line) > 1:
            table = saved.tables.setdefault(line[1:].strip(), Table(line[1:].strip(), number))
            saved.silent.append(number)
        elif line == "COMMIT":
            if table is not None:
                table.end = number
            table = None
            saved.silent.append(number)
        elif table is not None and _line(table, line, number, taken):
            table.end = number + 1
        else:
            saved.strange.append((number, line.split()[0]))
    return saved


def _line(table: Table, line: str, number: int, taken: dict[tuple[str, str], int]) -> bool:
    """Read the line of a chain or of a rule."""
    chain = _CHAIN.fullmatch(line)
    if chain is not None:
        policy = "" if chain[2] in ("-", "RETURN") else chain[2]
        found = table.chains.setdefault(chain[1], Chain(chain[1], policy, number))
        found.policy, found.line = policy, number
        return True
    text = _COUNTERS.sub("", line, count=1) if line.startswith("[") else line
    words = words_of(text)
    if len(words) < 2 or words[0] not in ("-A", "--append"):
        return False
    rule = Rule(words[1], options_of(words[2:]), text, number)
    # In the file as in the output a comment names a rule; the text is the next best name.
    wanted = rule.value("--comment") or " ".join(words[2:])[:120]
    place = (f"{table.name} {rule.chain}", wanted)
    taken[place] = count = taken.get(place, 0) + 1
    key = wanted if count == 1 else f"{wanted} ({count})"
    rules = table.chains.setdefault(rule.chain, Chain(rule.chain, "", number)).rules
    rules.append(Rule(rule.chain, rule.options, rule.words, rule.line, key))
    return True


def words_of(line: str) -> list[str]:
    """Words with quotes taken off."""
    found = []
    for match in _WORD.finditer(line):
        quoted, plain = match[1], match[2]
        found.append(plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
    return found


def options_of(words: list[str]) -> tuple[Option, ...]:
    """Group words into options; what follows an option up to the next one is its value."""
    found: list[Option] = []
    negated = False
    name, values, inner = "", list[str](), False
    for word in words:
        if name in _LITERAL and not values:
            values.append(word)
        elif word == "!" and (not name or values or name == "--syn"):
            found += _option(name, values, inner)
            name, values, inner, negated = "", [], False, True
        elif word == "!":
            inner = not inner
        elif word.startswith("-") and len(word) > 1 and not word[1].isdigit():
            found += _option(name, values, inner)
            name, values, inner, negated = word, [], negated, False
        else:
            values.append(word)
    found += _option(name, values, inner)
    return tuple(found)


def _option(name: str, values: list[str], negated: bool) -> list[Option]:
    return [Option(name, tuple(values), negated)] if name or values else []


# -- editing ---------------------------------------------------------------------------------------------------


def get(text: str, place: tuple[str, ...]) -> str | None:
    """The line of a rule: place is `("rule", table, chain, key, before)`. None if there is none with this key."""
    found = _find(text, place)
    return None if found is None else text.split("\n")[found.line - 1].rstrip("\r")


def put(text: str, place: tuple[str, ...], value: str | None) -> str:
    """Write, replace or delete the line of a rule; `ValueError` if its chain is not there."""
    lines = text.split("\n")
    found = _find(text, place)
    if found is not None:
        kept = lines[found.line - 1]
        ending = "\r" if kept.endswith("\r") else ""
        lines[found.line - 1 : found.line] = [] if value is None else [value + ending]
        return "\n".join(lines)
    if value is None:
        return text
    table = read(text).tables.get(place[1])
    chain = table.chains.get(place[2]) if table is not None else None
    if table is None or chain is None:
        raise ValueError(f"there is no chain {place[2]} in table {place[1]}")
    before = next((rule for rule in chain.rules if rule.key == place[4]), None)
    if place[4] and before is None:
        raise ValueError("the rule that the new one stands in front of is not there")
    at = before.line - 1 if before is not None else chain.rules[-1].line if chain.rules else table.end - 1
    ending = "\r" if lines[chain.line - 1].endswith("\r") else ""
    lines.insert(at, value + ending)
    return "\n".join(lines)


def _find(text: str, place: tuple[str, ...]) -> Rule | None:
    if len(place) != 5 or place[0] != "rule":
        raise ValueError("not the place of a rule")
    table = read(text).tables.get(place[1])
    chain = table.chains.get(place[2]) if table is not None else None
    return next((rule for rule in chain.rules if rule.key == place[3]), None) if chain is not None else None
