"""Read `nft -j list ruleset` into the same tree as nft's own text. Source: libnftables-json(5)."""

import json
from dataclasses import replace

from auditor.syntax.json_text import JsonError, Node, parse
from auditor.syntax.nft_tree import (
    Aside,
    Chain,
    Choose,
    Element,
    Match,
    Named,
    Opaque,
    Rule,
    Ruleset,
    Scalar,
    Selector,
    Set,
    Statement,
    Translate,
    Values,
    Verdict,
    key_of,
)

_VERDICTS = frozenset(["accept", "drop", "continue", "return", "reject", "queue"])
_NATS = frozenset(["masquerade", "snat", "dnat", "redirect", "tproxy"])
_ASIDES = frozenset(("counter", "log", "notrack", "flow", "ct helper", "ct timeout", "ct expectation", "secmark"))
_CONDITIONS = frozenset(("limit", "quota", "set", "map", "ct count", "xt", "dup", "meter", "last"))
_UNUSED = frozenset(["metainfo", "flowtable", "counter", "quota", "limit", "synproxy", "secmark"])


def read(file: str, text: str) -> Ruleset:
    """Read the output; raises `JsonError` if it is none."""
    root = parse(text)
    listed = root.get("nftables")
    if listed is None or not isinstance(listed.value, tuple):
        raise JsonError("no list called nftables")
    ruleset = Ruleset(flushed=True)
    for item in listed.items:
        for kind, node in item.members.items():
            _item(ruleset, file, kind, node)
    for table in ruleset.tables.values():
        for chain in table.chains.values():
            taken: set[str] = set()
            chain.rules = [replace(r, key=key_of(r.comment, r.words, taken)) for r in chain.rules]
    return ruleset


def _item(ruleset: Ruleset, file: str, kind: str, node: Node) -> None:
    family, name, table = (_text(node.get(key)) for key in ("family", "name", "table"))
    if kind == "table":
        found = ruleset.table(family, name)
        found.dormant = "dormant" in _texts(node.get("flags"))
    elif kind == "chain":
        chain = ruleset.table(family, table).chains.setdefault(name, Chain(name))
        chain.type, chain.hook = _text(node.get("type")), _text(node.get("hook"))
        chain.priority, chain.policy = _text(node.get("prio")) or "0", _text(node.get("policy"))
        chain.devices = _texts(node.get("dev"))
        chain.file, chain.first, chain.last = file, node.first, node.last
    elif kind == "rule":
        chain = ruleset.table(family, table).chains.setdefault(_text(node.get("chain")), Chain(""))
        chain.rules.append(_rule(file, node))
    elif kind in ("set", "map"):
        ruleset.table(family, table).sets[name] = _set(name, node)
    elif kind not in _UNUSED and not kind.startswith("ct "):
        ruleset.holes.append((kind, file, node.first))


def _text(node: Node | None) -> str:
    if node is None or isinstance(node.value, (dict, tuple)) or node.value is None:
        return ""
    if isinstance(node.value, bool):
        return "exists" if node.value else "missing"
    return str(node.value)


def _texts(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(map(_text, node.items)) if isinstance(node.value, tuple) else tuple(filter(None, (_text(node),)))


def _rule(file: str, node: Node) -> Rule:
    expressions = node.get("expr")
    items = () if expressions is None else expressions.items
    words = json.dumps([_plain(item) for item in items if "counter" not in item.members], sort_keys=True)
    statements = tuple(_statement(item) for item in items)
    if expressions is None:
        statements = (Opaque("a rule without expressions"),)
    return Rule(statements, _text(node.get("comment")), words, file, node.first, node.last)


def _plain(node: Node) -> object:
    match node.value:
        case dict() as members:
            return {key: _plain(value) for key, value in members.items()}
        case tuple() as items:
            return [_plain(item) for item in items]
        case value:
            return value


def _set(name: str, node: Node) -> Set:
    changing = node.get("timeout") is not None or bool({"timeout", "dynamic"} & set(_texts(node.get("flags"))))
    found = Set(name, changing=changing)
    elements = node.get("elem")
    for item in () if elements is None else elements.items:
        pair = _pair(item)
        element = _element(item) if pair is None else None
        if pair is not None:
            found.verdicts.append(pair)
        elif element is not None:
            found.elements.append(element)
        else:
            found.unclear = True
    return found


def _statement(item: Node) -> Statement:
    for kind, body in item.members.items():
        if kind == "match":
            return _match(body)
        if kind == "vmap":
            return _choose(body)
        if kind in _VERDICTS:
            return Verdict(kind)
        if kind in ("jump", "goto"):
            return Verdict(kind, _text(body.get("target")))
        if kind in _NATS:
            return _translate(kind, body)
        if kind == "mangle":
            # A value that is computed, or put into the packet where there may be no room for it, can stop the rule.
            value, header = body.get("value"), body.get("key", "tcp option") or body.get("key", "exthdr")
            plain = value is not None and not isinstance(value.value, (dict, tuple)) and header is None
            return Aside("set") if plain else Opaque("set", understood=True)
        if kind in _ASIDES:
            return Aside(kind)
        if kind in _CONDITIONS:
            return Opaque(kind, understood=True)
        return Opaque(kind)
    # `notrack` and others without a body are written as null or as a word.
    return Aside(item.value) if item.value == "notrack" else Opaque(_text(item))


def _match(body: Node) -> Statement:
    left, op, right = body.get("left"), _text(body.get("op")), body.get("right")
    selector = _selector(left)
    if selector is None or right is None:
        return Opaque("match")
    if isinstance(right.value, str) and right.value.startswith("@"):
        return Match(selector, op, Named(right.value[1:]))
    inner = right.get("set")
    braces = inner is not None
    items = inner.items if inner is not None else (right.items or (right,))
    elements = [_element(item) for item in items]
    if any(element is None for element in elements):
        return Opaque("match")
    return Match(selector, op, Values(tuple(e for e in elements if e is not None), braces))


def _choose(body: Node) -> Statement:
    selector, data = _selector(body.get("key")), body.get("data")
    if selector is None or data is None:
        return Opaque("vmap")
    if isinstance(data.value, str):
        return Choose(selector, Named(data.value.removeprefix("@")))
    inner = data.get("set")
    pairs = [_pair(item) for item in (() if inner is None else inner.items)]
    if any(pair is None for pair in pairs):
        return Opaque("vmap")
    return Choose(selector, tuple(pair for pair in pairs if pair is not None))


def _pair(item: Node) -> tuple[Element, Verdict] | None:
    if len(item.items) != 2:
        return None
    element, verdict = _element(item.items[0]), _statement(item.items[1])
    return (element, verdict) if element is not None and isinstance(verdict, Verdict) else None


def _element(node: Node) -> Element | None:
    inner = node.get("elem", "val")
    if inner is not None:
        return _element(inner)
    parts = node.get("concat")
    scalars = [_scalar(part) for part in ((node,) if parts is None else parts.items)]
    return None if any(one is None for one in scalars) else tuple(one for one in scalars if one is not None)


def _scalar(node: Node) -> Scalar | None:
    prefix, interval = node.get("prefix"), node.get("range")
    if prefix is not None:
        text = f"{_text(prefix.get('addr'))}/{_text(prefix.get('len'))}"
        return text, text
    if interval is not None and len(interval.items) == 2:
        return _text(interval.items[0]), _text(interval.items[1])
    if isinstance(node.value, (dict, tuple)) or node.value is None:
        return None
    return _text(node), _text(node)


def _selector(node: Node | None) -> Selector | None:
    if node is None:
        return None
    masked = node.get("&")
    if masked is not None and len(masked.items) == 2:
        key, mask = _key(masked.items[0]), masked.items[1]
        words = tuple(map(_text, mask.items)) if isinstance(mask.value, tuple) else (_text(mask),)
        return None if key is None else Selector((key,), words)
    parts = node.get("concat")
    keys = [_key(part) for part in ((node,) if parts is None else parts.items)]
    return None if any(key is None for key in keys) else Selector(tuple(key for key in keys if key is not None))


def _key(node: Node) -> str | None:
    for kind, body in node.members.items():
        if kind == "payload":
            protocol, field = _text(body.get("protocol")), _text(body.get("field"))
            return f"{protocol} {field}" if protocol and field else None
        if kind == "meta":
            return f"meta {_text(body.get('key'))}"
        if kind == "ct":
            side, key = _text(body.get("dir")), _text(body.get("key"))
            return f"ct {side} {key}" if side else f"ct {key}"
        if kind == "fib":
            return f"fib {' . '.join(_texts(body.get('flags')))} {_text(body.get('result'))}"
        break
    return None


def _translate(kind: str, body: Node) -> Translate:
    address, port = body.get("addr"), body.get("port")
    where = _scalar(address) if address is not None else None
    which = _scalar(port) if port is not None else None
    clear = (address is None or where is not None) and (port is None or which is not None)
    return Translate(kind, where, which, clear)
