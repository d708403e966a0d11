"""Read nft's own text: commands and blocks, defines and includes. No text raises, and no line is dropped."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from auditor.syntax.nft_rule import elements_of, statements_of
from auditor.syntax.nft_tree import FAMILIES, Chain, Rule, Ruleset, Set, Table, key_of
from auditor.syntax.nft_words import Word, words_of

_DEEPEST = 16
_LONGEST_DEFINE = 20_000
_MOST_REPLACED = 1_000_000
_SILENT = frozenset(["list", "reset", "monitor", "describe", "export", "echo"])
_OBJECTS = frozenset(["flowtable", "counter", "quota", "limit", "synproxy", "secmark", "ct"])

Includes = Callable[[str, str, int], Sequence[tuple[str, str]]]
"""The files (path, text) that a pattern in a line of a file pulls in; what is missing is the caller's to note."""


class _In(NamedTuple):
    """A word and the file that it stands in."""

    word: Word
    file: str


def read(file: str, text: str, includes: Includes = lambda *_: ()) -> Ruleset:
    """Read a file with all that it includes."""
    return _Reader(_expanded(file, text, includes, 0, [0])).ruleset()


def includes_of(text: str) -> tuple[str, ...]:
    """The patterns of the `include` lines of one file."""
    return tuple(after.text for _, after in _include_places(words_of(text)))


def _include_places(words: list[Word]) -> list[tuple[int, Word]]:
    return [
        (n, words[n + 1])
        for n in range(len(words) - 1)
        if words[n].text == "include"
        and words[n + 1].kind == "string"
        and (n == 0 or words[n - 1].kind == "newline" or words[n - 1].text in ("{", ";"))
    ]


def _expanded(file: str, text: str, includes: Includes, depth: int, total: list[int]) -> list[_In]:
    words = words_of(text)
    places = dict(_include_places(words)) if depth < _DEEPEST and total[0] < _LONGEST_DEFINE * 10 else {}
    found: list[_In] = []
    for number, word in enumerate(words):
        found.append(_In(word, file))
        if number in places:
            for path, more in includes(places[number].text, file, word.line):
                total[0] += len(more)
                end = _In(Word("newline", "\n", 1, -1, -1), path)
                # The line of the include itself stays: it is a statement that is then recognised.
                found[-1:] = [*_expanded(path, more, includes, depth + 1, total), end, found[-1]]
    return found


class _Reader:
    """Walks through the words of a ruleset; nothing is looked at twice, so time grows with the text."""

    def __init__(self, words: list[_In]) -> None:
        self._words = words
        self._close = _closing(words)
        self._defines: dict[str, list[Word]] = {}
        self._ruleset = Ruleset()
        self._begun = False
        self._replaced = 0

    def ruleset(self) -> Ruleset:
        self._each(0, len(self._words), self._command)
        for table in self._ruleset.tables.values():
            for chain in table.chains.values():
                taken: set[str] = set()
                chain.rules = [replace(r, key=key_of(r.comment, r.words, taken)) for r in chain.rules]
        return self._ruleset

    # -- statements ----------------------------------------------------------------------------------------

    def _each(self, start: int, end: int, do: Callable[[int, int], int | None]) -> None:
        """Call for each statement between newlines and semicolons; braces hold together."""
        at = start
        while at < end:
            word = self._words[at].word
            if word.kind == "newline" or word.text in (";", "}"):
                at += 1
                continue
            stop = at
            while stop < end and not self._ends(stop):
                stop = self._close.get(stop, stop) + 1
            at = do(at, min(stop, end)) or stop

    def _ends(self, at: int) -> bool:
        word = self._words[at].word
        return word.kind == "newline" or (word.kind == "sign" and word.text in ";}")

    def _text(self, at: int) -> str:
        return self._words[at].word.text if at < len(self._words) else ""

    def _spoken(self, start: int, end: int) -> None:
        for one in self._words[start:end]:
            self._ruleset.spoken.add((one.file, one.word.line))

    def _hole(self, start: int, end: int, table: Table | None = None) -> None:
        first = self._words[start]
        words = " ".join(one.word.text for one in self._words[start : min(end, start + 3)])
        (self._ruleset if table is None else table).holes.append((words, first.file, first.word.line))

    def _resolved(self, start: int, end: int) -> list[Word]:
        """The words of a statement, with what defines stand for."""
        found: list[Word] = []
        for one in self._words[start:end]:
            if len(found) > _LONGEST_DEFINE or self._replaced > _MOST_REPLACED:
                found.append(one.word)
                continue
            name = one.word.text[1:] if one.word.kind == "word" and one.word.text.startswith("$") else ""
            more = self._defines.get(name, [one.word]) if name else [one.word]
            self._replaced += len(more) - 1
            found += more
        return found

    # -- commands ------------------------------------------------------------------------------------------

    def _command(self, start: int, end: int) -> int | None:
        verb = self._text(start)
        at = start + 1 if verb in ("add", "create", "insert", "flush", "delete", "destroy") else start
        kind = self._text(at)
        if verb in ("include", *_SILENT):
            self._spoken(start, end)
        elif verb in ("define", "redefine", "undefine"):
            self._define(start, end)
        elif verb == "flush" and kind == "ruleset":
            self._flush(start, end)
        elif kind in ("table", "chain", "rule", "set", "map", "element", *_OBJECTS):
            family, names, stop = self._address(at + 1, end)
            self._do(verb, kind, family, names, start, stop, end)
        else:
            self._hole(start, end)
        self._begun = self._begun or verb not in ("flush", "include", "define")
        return None

    def _address(self, at: int, end: int) -> tuple[str, list[str], int]:
        family = "ip"
        if self._text(at) in FAMILIES and at < end:
            family, at = self._text(at), at + 1
        names: list[str] = []
        while at < end and len(names) < 2 and self._text(at) not in ("{", "handle"):
            names.append(self._text(at))
            at += 1
        return family, names, at

    def _flush(self, start: int, end: int) -> None:
        self._spoken(start, end)
        if end - start > 2:
            family = self._text(start + 2)
            self._ruleset.tables = {key: t for key, t in self._ruleset.tables.items() if key[0] != family}
            return
        self._ruleset.flushed = not self._begun or self._ruleset.flushed
        self._ruleset.tables.clear()
        self._ruleset.holes.clear()

    def _define(self, start: int, end: int) -> None:
        self._spoken(start, end)
        name = self._text(start + 1)
        value = self._resolved(start + 3, end) if self._text(start + 2) == "=" else []
        if self._text(start) == "undefine" or len(value) > _LONGEST_DEFINE or not value:
            self._defines.pop(name, None)
        else:
            self._defines[name] = [word for word in value if word.kind != "newline"]

    def _do(self, verb: str, kind: str, family: str, names: list[str], start: int, at: int, end: int) -> None:
        if not names or (kind != "table" and len(names) < 2):
            self._hole(start, end)
            return
        if kind == "table":
            self._table_command(verb, family, names[0], start, end)
            return
        table = self._ruleset.table(family, names[0])
        body = (at + 1, self._close[at]) if at in self._close else (end, end)
        if verb in ("add", "create") and kind == "chain":
            self._spoken(start, end)
            self._chain(table, names[1], body, start, end)
        elif verb in ("add", "create") and kind in ("set", "map"):
            self._set(table, names[1], start, *body)
        elif verb in ("add", "create") and kind == "element":
            self._spoken(start, end)
            self._elements(table.sets.setdefault(names[1], Set(names[1])), *body)
        elif verb in ("add", "insert") and kind == "rule":
            self._placed(table, names[1], verb, start, at, end)
        elif verb == "flush" and kind == "chain":
            self._spoken(start, end)
            table.chains.setdefault(names[1], Chain(names[1])).rules.clear()
        elif kind in _OBJECTS:
            self._spoken(start, end)
        else:
            self._hole(start, end, table)

    def _table_command(self, verb: str, family: str, name: str, start: int, end: int) -> None:
        if verb in ("delete", "destroy"):
            self._spoken(start, end)
            self._ruleset.tables.pop((family, name), None)
            return
        table = self._ruleset.table(family, name)
        if verb == "flush":
            self._spoken(start, end)
            for chain in table.chains.values():
                chain.rules.clear()
            return
        opened = next((at for at in range(start, end) if at in self._close), None)
        if opened is None:
            self._spoken(start, end)
            return
        self._spoken(start, opened + 1)
        self._spoken(self._close[opened], self._close[opened] + 1)
        self._each(opened + 1, self._close[opened], lambda s, e: self._in_table(table, s, e))

    def _placed(self, table: Table, chain: str, verb: str, start: int, at: int, end: int) -> None:
        if self._text(at) in ("position", "handle", "index") or chain not in table.chains:
            self._hole(start, end, table)
            return
        rule = self._rule(at, end)
        rules = table.chains[chain].rules
        rules.insert(0 if verb == "insert" else len(rules), rule)

    # -- blocks --------------------------------------------------------------------------------------------

    def _in_table(self, table: Table, start: int, end: int) -> int | None:
        kind, name = self._text(start), self._text(start + 1)
        opened = next((at for at in range(start, end) if at in self._close), None)
        if kind == "chain" and opened is not None:
            self._spoken(start, opened + 1)
            self._spoken(self._close[opened], self._close[opened] + 1)
            self._chain(table, name, (opened + 1, self._close[opened]), start, self._close[opened] + 1)
        elif kind in ("set", "map") and opened is not None:
            self._set(table, name, start, opened + 1, self._close[opened])
            self._spoken(self._close[opened], self._close[opened] + 1)
        elif kind in ("define", "redefine", "undefine"):
            self._define(start, end)
        elif kind in ("comment", "include", *_OBJECTS):
            self._spoken(start, end)
        elif kind == "flags":
            self._spoken(start, end)
            table.dormant = "dormant" in (self._text(at) for at in range(start, end))
        else:
            self._hole(start, end, table)
        return None

    def _chain(self, table: Table, name: str, body: tuple[int, int], start: int, end: int) -> None:
        chain = table.chains.setdefault(name, Chain(name))
        if not chain.file:
            first, last = self._words[start], self._words[end - 1]
            chain.file, chain.first, chain.last = first.file, first.word.line, last.word.line
            chain.end = last.word.start
        self._each(*body, lambda s, e: self._in_chain(table, chain, s, e))

    def _in_chain(self, table: Table, chain: Chain, start: int, end: int) -> int | None:
        kind = self._text(start)
        if kind == "type":
            self._hook(table, chain, start, end)
        elif kind == "policy":
            self._spoken(start, end)
            chain.header += (self._words[start].word.line,)
            chain.policy = " ".join(word.text for word in self._resolved(start + 1, end))
        elif kind == "devices":
            self._spoken(start, end)
            chain.devices = tuple(e[0][0] for e in elements_of(self._resolved(start + 2, end))[0])
        elif kind in ("define", "redefine", "undefine"):
            self._define(start, end)
        elif kind in ("flags", "include") or (kind == "comment" and end - start == 2):
            self._spoken(start, end)
        else:
            chain.rules.append(self._rule(start, end))
        return None

    def _hook(self, table: Table, chain: Chain, start: int, end: int) -> None:
        """`type filter hook ingress device "eth0" priority filter + 10`."""
        self._spoken(start, end)
        words = self._resolved(start, end)
        texts = [word.text for word in words]
        chain.header += (self._words[start].word.line,)
        if len(texts) < 6 or texts[2] != "hook" or "priority" not in texts:
            self._hole(start, end, table)
            return
        chain.type, chain.hook = texts[1], texts[3]
        at = texts.index("priority")
        chain.priority = "".join(texts[at + 1 :])
        between = words[4:at]
        if between and between[0].text in ("device", "devices"):
            chain.devices = tuple(e[0][0] for e in elements_of([w for w in between[1:] if w.text != "="])[0])

    def _set(self, table: Table, name: str, start: int, at: int, end: int) -> None:
        found = table.sets.setdefault(name, Set(name))
        self._spoken(start, max(at, start + 1))

        def line(s: int, e: int) -> None:
            self._spoken(s, e)
            kind = self._text(s)
            if kind == "elements":
                self._elements(found, s + 2, e)
            elif kind in ("timeout", "gc-interval") or (kind == "flags" and self._flags(s, e) & {"dynamic", "timeout"}):
                found.changing = True
            elif kind not in ("type", "typeof", "flags", "size", "policy", "comment", "auto-merge", "counter", "{"):
                self._hole(s, e, table)
                found.unclear = True

        self._each(at, end, line)

    def _flags(self, start: int, end: int) -> set[str]:
        return {part for at in range(start, end) for part in self._text(at).split(",")}

    def _elements(self, found: Set, start: int, end: int) -> None:
        plain, verdicts, clear = elements_of(self._resolved(start, end))
        found.elements += plain
        found.verdicts += verdicts
        found.unclear = found.unclear or not clear

    def _rule(self, start: int, end: int) -> Rule:
        own = self._words[start:end]
        statements, comment = statements_of(self._resolved(start, end))
        return Rule(
            statements,
            comment,
            _wording([one.word for one in own]),
            own[0].file,
            own[0].word.line,
            own[-1].word.line,
            own[0].word.start,
            own[-1].word.end,
        )


def _wording(words: list[Word]) -> str:
    """A rule's text in one form: one blank between words, no numbers of counters."""
    shown = [f'"{word.text}"' if word.kind == "string" else word.text for word in words if word.kind != "newline"]
    return re.sub(r"\bcounter packets [0-9]+ bytes [0-9]+", "counter", " ".join(shown))


def _closing(words: list[_In]) -> Mapping[int, int]:
    """For each opening brace the place of the one that closes it; without one, the end."""
    found: dict[int, int] = {}
    open_: list[int] = []
    for at, one in enumerate(words):
        if one.word.kind != "sign":
            continue
        if one.word.text == "{":
            open_.append(at)
        elif one.word.text == "}" and open_:
            found[open_.pop()] = at
    for at in open_:
        found[at] = len(words) - 1
    return found
