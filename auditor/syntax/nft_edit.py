"""Read and change one rule of a ruleset, in nft's own text or in its JSON; all other bytes stay as they are.

A place is `("rule", family, table, chain, key, before)`: the key of the rule, and that of the rule which it stands in
front of ('' at the end of its chain).
"""

import json
import re
from collections.abc import Iterator

from auditor.syntax import nft_json, nft_text
from auditor.syntax.nft_tree import Chain, Rule, Ruleset

_BESIDE = re.compile(r"[ \t]*;?[ \t]*(?:#[^\n]*)?\r?(?:\n|$)")
_AFTER = re.compile(r"[ \t]*;[ \t]?")
_COMMA = re.compile(r",\s*")


def get(text: str, place: tuple[str, ...]) -> str | None:
    """The rule as it is written, None if there is none with this key."""
    chain = _chain(text, place)
    found = _rule(chain, place[4])
    if found is None:
        return None
    if _is_json(text):
        start, end = _spans(text, place)[chain.rules.index(found)]
        return text[start:end]
    return text[found.start : found.end]


def put(text: str, place: tuple[str, ...], value: str | None) -> str:
    """Write, replace or delete a rule; `ValueError` if the text does not have its chain, or the rule behind it."""
    chain = _chain(text, place)
    found = _rule(chain, place[4])
    if found is None and value is None:
        return text
    if _is_json(text):
        return _put_json(text, place, chain, found, value)
    if found is not None and value is not None:
        return text[: found.start] + value + text[found.end :]
    if found is not None:
        return _without(text, found)
    assert value is not None
    return _with(text, chain, _rule(chain, place[5]) if place[5] else None, place, value)


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def _chain(text: str, place: tuple[str, ...]) -> Chain:
    if len(place) != 6 or place[0] != "rule":
        raise ValueError("not the place of a rule")
    tree: Ruleset = nft_json.read("", text) if _is_json(text) else nft_text.read("", text)
    table = tree.tables.get((place[1], place[2]))
    if table is None or place[3] not in table.chains:
        raise ValueError(f"there is no chain {place[3]} in table {place[1]} {place[2]}")
    return table.chains[place[3]]


def _rule(chain: Chain, key: str) -> Rule | None:
    return next((rule for rule in chain.rules if rule.key == key), None)


# -- nft's own text --------------------------------------------------------------------------------------------


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _without(text: str, rule: Rule) -> str:
    start = _line_start(text, rule.start)
    prefix = text[start : rule.start].strip()
    rest = _BESIDE.match(text, rule.end)
    if rest is not None and (not prefix or prefix.startswith(("add rule", "insert rule"))):
        return text[:start] + text[rest.end() :]
    after = _AFTER.match(text, rule.end)
    return text[: rule.start] + text[rule.end if after is None else after.end() :]


def _with(text: str, chain: Chain, before: Rule | None, place: tuple[str, ...], value: str) -> str:
    if place[5] and before is None:
        raise ValueError("the rule that the new one stands in front of is not there")
    if before is None and not chain.rules:
        return _first(text, chain, value)
    beside = before or chain.rules[-1]
    start = _line_start(text, beside.start)
    prefix = text[start : beside.start]
    command = prefix.strip().startswith("add rule")
    if prefix.strip() and not command:
        if before is None:
            raise ValueError("the chain stands on one line")
        return f"{text[: beside.start]}{value}; {text[beside.start :]}"
    if before is None:
        line_end = text.find("\n", beside.end)
        if line_end < 0 or not _BESIDE.fullmatch(text[beside.end : line_end + 1]):
            raise ValueError("the last rule does not have a line of its own")
        start = line_end + 1
    end = "\r\n" if text[:start].endswith("\r\n") else "\n"
    return f"{text[:start]}{prefix}{value}{end}{text[start:]}"


def _first(text: str, chain: Chain, value: str) -> str:
    """A rule for a chain that has none, on a line of its own before the brace that ends it."""
    start = _line_start(text, chain.end)
    indent = text[start : chain.end]
    if chain.end < 0 or indent.strip() or text[chain.end : chain.end + 1] != "}":
        raise ValueError("the chain stands on one line")
    step = "\t" if "\t" in indent or not indent else " " * max(len(indent), 2)
    return f"{text[:start]}{indent}{step}{value}\n{text[start:]}"


# -- JSON ------------------------------------------------------------------------------------------------------


def _put_json(text: str, place: tuple[str, ...], chain: Chain, found: Rule | None, value: str | None) -> str:
    spans = _spans(text, place)
    if found is not None:
        start, end = spans[chain.rules.index(found)]
        if value is not None:
            return text[:start] + value + text[end:]
        after = _COMMA.match(text, end)
        if after is not None:
            return text[:start] + text[after.end() :]
        head = text[:start].rstrip()
        return head.removesuffix(",") + text[end:]
    before = _rule(chain, place[5]) if place[5] else None
    if before is not None:
        start = spans[chain.rules.index(before)][0]
        return f"{text[:start]}{value}, {text[start:]}"
    if place[5]:
        raise ValueError("the rule that the new one stands in front of is not there")
    end = spans[-1][1] if spans else _chain_end(text, place)
    return f"{text[:end]}, {value}{text[end:]}"


def _spans(text: str, place: tuple[str, ...]) -> list[tuple[int, int]]:
    """Start and end of each rule of a chain."""
    found = []
    for item, start, end in _items(text):
        rule = item.get("rule") if isinstance(item, dict) else None
        if isinstance(rule, dict) and tuple(rule.get(k) for k in ("family", "table", "chain")) == place[1:4]:
            found.append((start, end))
    return found


def _chain_end(text: str, place: tuple[str, ...]) -> int:
    """Where the object of a chain without rules ends."""
    for item, _, end in _items(text):
        shown = item.get("chain") if isinstance(item, dict) else None
        if isinstance(shown, dict) and tuple(shown.get(k) for k in ("family", "table", "name")) == place[1:4]:
            return end
    raise ValueError(f"chain {place[3]} is not shown")


def _items(text: str) -> Iterator[tuple[object, int, int]]:
    """The objects of the output's one list, with their place."""
    opened = re.search(r'"nftables"\s*:\s*\[\s*', text)
    decoder = json.JSONDecoder()
    at = len(text) if opened is None else opened.end()
    while at < len(text) and text[at] != "]":
        try:
            item, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield item, at, end
        comma = _COMMA.match(text, end)
        at = len(text) if comma is None else comma.end()
