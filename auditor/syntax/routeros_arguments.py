"""The arguments of one RouterOS command: which items it is about, and its properties.

Source: MikroTik's manual, "Scripting" and its command reference.
"""

import re

from auditor.syntax.routeros_document import Property, Target, TargetKind
from auditor.syntax.routeros_lines import Joined
from auditor.syntax.routeros_write import unescape

_NOBODY = Target()
_SWITCHES = frozenset({"blackhole"})
"""Arguments without a value (type `switch` in MikroTik's command reference, ip/route); theirs is empty."""

_WORD = re.compile(r"[^\s\"=\[\]{}()$;]+")
_PROPERTY = re.compile(
    r"""(?P<unset>!)?(?P<name>\.?[A-Za-z][A-Za-z0-9._/-]*)
        (?:=(?P<value>"(?>(?:[^"\\]++|\\.)*)"|(?>(?:[^\s"\\\[\](){};$]++|\\[^\s])*))(?=\s|$))?(?=[\s=]|$)\s*+""",
    re.VERBOSE | re.DOTALL,
)
_FIND = re.compile(r"\[\s*+find\b(?P<inside>(?>(?:\"(?>(?:[^\"\\]++|\\.)*)\"|[^\]\"]++)*))\]", re.DOTALL)
_CONDITION = re.compile(
    r"""(?P<name>[A-Za-z][A-Za-z0-9._/-]*)=(?P<value>"(?>(?:[^"\\]++|\\.)*)"|[^\s"\[\](){};$~<>!=]++)(?=\s|$)""",
    re.VERBOSE | re.DOTALL,
)
_BLANKS = re.compile(r"\s*+")
_QUOTED = re.compile(r"\"((?>(?:[^\"\\]++|\\.)*))\"(?=\s|$)", re.DOTALL)
_NUMBERS = re.compile(r"\d+(?:,\d+)*")
_INTERNAL = re.compile(r"\*[0-9A-Fa-f]+(?:,\*[0-9A-Fa-f]+)*")


def skip(text: str, at: int) -> int:
    """Return the next place that is no blank."""
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def arguments(line: Joined, at: int, verb: str) -> tuple[Target, tuple[Property, ...], str]:
    """Return target and properties of a statement, and what in it cannot be read ('' if nothing)."""
    text = line.text
    target = _NOBODY
    if verb != "add" and text.startswith("[", at):
        found = _FIND.match(text, at)
        conditions = _conditions(found["inside"]) if found else None
        if found is None or conditions is None:
            return _NOBODY, (), "which items it is about cannot be read"
        target = Target(TargetKind.FIND, conditions)
        at = skip(text, found.end())
    elif verb != "add":
        target, at = _named(text, at)
    properties: list[Property] = []
    prefix = ""
    while at < len(text):
        match = _PROPERTY.match(text, at)
        if match is None or not (match["unset"] or match["value"] is not None or match["name"] in _SWITCHES):
            return target, tuple(properties), "an argument cannot be read"
        if match["unset"] and match["value"] is not None:
            return target, tuple(properties), "an argument cannot be read"
        name = match["name"]
        if name.startswith("."):
            name = prefix + name
        elif "." in name:
            prefix = name.rpartition(".")[0]
        properties.append(_property(line, match, name))
        at = match.end()
    return target, tuple(properties), ""


def _property(line: Joined, match: re.Match[str], name: str) -> Property:
    value = match["value"]
    from_ = match.start()
    start, stop = match.span("name" if value is None else "value")
    return Property(
        name=name,
        value=_value(value) if value else "",
        first=line.line(from_),
        last=line.line(max(stop - 1, from_)),
        from_=line.at(from_),
        begin=line.at(start) if stop > start else line.end_at(start),
        end=line.end_at(stop),
        unset=match["unset"] is not None,
    )


def _value(written: str) -> str:
    if written.startswith('"') and len(written) >= 2:
        written = written[1:-1]
    return unescape(written)


def _conditions(inside: str) -> tuple[tuple[str, str], ...] | None:
    """The conditions of a `find`, all of which must hold; None if it asks for anything else."""
    at = skip(inside, 0)
    if inside.startswith("where", at) and not inside.startswith("where=", at):
        at = skip(inside, at + len("where"))
    found: list[tuple[str, str]] = []
    while at < len(inside):
        match = _CONDITION.match(inside, at)
        if match is None:
            return None
        found.append((match["name"], _value(match["value"])))
        at = skip(inside, match.end())
        if re.match(r"and\s", inside[at : at + 4]):
            at = skip(inside, at + 3)
    return tuple(found)


def _named(text: str, at: int) -> tuple[Target, int]:
    """The items that a `set` names by a word before its properties, if it does."""
    quoted = _QUOTED.match(text, at)
    if quoted:
        return Target(TargetKind.NAMES, (), (unescape(quoted[1]),)), skip(text, quoted.end())
    word = _WORD.match(text, at)
    if word is None or text.startswith("=", word.end()) or word[0].startswith("!"):
        return _NOBODY, at
    if not (word.end() == len(text) or text[word.end()].isspace()):
        return _NOBODY, at
    behind = skip(text, word.end())
    if _NUMBERS.fullmatch(word[0]):
        return Target(TargetKind.NUMBERS, (), tuple(word[0].split(","))), behind
    if _INTERNAL.fullmatch(word[0]):
        return Target(TargetKind.INTERNAL, (), tuple(word[0].split(","))), behind
    return Target(TargetKind.NAMES, (), tuple(word[0].split(","))), behind
