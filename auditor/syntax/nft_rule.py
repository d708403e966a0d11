"""One rule of nftables in its own words, as statements. What is not understood becomes `Opaque`, in its place."""

import re
from collections.abc import Callable, Sequence
from typing import ClassVar

from auditor.syntax.nft_tree import (
    BITS,
    SHORT_META,
    Aside,
    Choose,
    Element,
    Match,
    Named,
    Opaque,
    Scalar,
    Selector,
    Statement,
    Translate,
    Values,
    Verdict,
)
from auditor.syntax.nft_words import Word

_VERDICTS = frozenset(["accept", "drop", "reject", "queue", "continue", "return", "jump", "goto"])
_HEADERS = frozenset(
    [
        "ip",
        "ip6",
        "tcp",
        "udp",
        "udplite",
        "sctp",
        "dccp",
        "icmp",
        "icmpv6",
        "igmp",
        "arp",
        "ether",
        "vlan",
        "th",
        "ah",
        "esp",
        "comp",
        "gre",
    ]
)
_NATS = frozenset(["masquerade", "snat", "dnat", "redirect", "tproxy"])
_OPERATORS = frozenset(["==", "!=", "<", ">", "<=", ">="])
_WORD_OPERATORS = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}
_MEMBER_OPTIONS = frozenset(["timeout", "expires", "counter", "comment", "limit", "quota", "used", "last"])
_LOG_OPTIONS = frozenset(["prefix", "level", "group", "snaplen", "queue-threshold", "flags"])
_LOG_FLAGS = frozenset(["tcp", "ip", "skuid", "ether", "all", "sequence", "options"])
_RANGE = re.compile(
    r"([0-9.]{1,15})-([0-9.]{1,15})|([0-9a-fA-F:.]{2,45})-([0-9a-fA-F:.]{2,45})|([0-9:]{4,8})-([0-9:]{4,8})"
)
_ADDRESS_PORT = re.compile(r"([0-9.]+(?:-[0-9.]+)?)?(?::([0-9a-z][0-9a-z-]*))?", re.ASCII)


class NotUnderstood(ValueError):
    """A statement does not read like one that is known."""


def statements_of(words: Sequence[Word]) -> tuple[tuple[Statement, ...], str]:
    """Return the statements of a rule, and its comment."""
    reader = _Reader(words)
    found: list[Statement] = []
    while not reader.done:
        start = reader.at
        try:
            found += reader.statement()
        except NotUnderstood:
            reader.at = start
            found.append(reader.opaque(understood=False))
    return tuple(found), reader.comment


def elements_of(words: Sequence[Word]) -> tuple[tuple[Element, ...], tuple[tuple[Element, Verdict], ...], bool]:
    """Return the members between braces, those that have a verdict, and whether all were understood."""
    plain: list[Element] = []
    verdicts: list[tuple[Element, Verdict]] = []
    clear = True
    for member in _split(words, ","):
        try:
            key, verdict = _member(_unpacked(member))
        except NotUnderstood:
            clear = False
            continue
        if key and verdict is None:
            plain.append(key)
        elif key and verdict is not None:
            verdicts.append((key, verdict))
    return tuple(plain), tuple(verdicts), clear


def scalar(text: str) -> Scalar:
    """A value, or an interval written with a dash; names such as `br-lan` are no intervals."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return text, text
    ends = [part for part in found.groups() if part is not None]
    return ends[0], ends[1]


def _split(words: Sequence[Word], at: str) -> list[list[Word]]:
    """Parts between a sign at depth 0; braces within braces (a define that is a set) fall away."""
    parts: list[list[Word]] = [[]]
    for word in words:
        if word.kind == "newline" or (word.kind == "sign" and word.text in "{}"):
            continue
        if word.kind == "sign" and word.text == at:
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


def _unpacked(member: list[Word]) -> list[Word]:
    """Write `80:accept` and `80: accept` as three words."""
    if any(word.text == ":" for word in member if word.kind == "word"):
        return member
    found: list[Word] = []
    for word in member:
        head, colon, tail = word.text.rpartition(":")
        if word.kind == "word" and colon and (not tail or tail in _VERDICTS) and not head.endswith(":"):
            texts = [text for text in (head, colon, tail) if text]
            found += [Word("word", text, word.line, word.start, word.end) for text in texts]
        else:
            found.append(word)
    return found


def _member(words: list[Word]) -> tuple[Element, Verdict | None]:
    texts = [word.text for word in words]
    colon = next((n for n, word in enumerate(words) if word.kind == "word" and word.text == ":"), None)
    head, tail = (words, []) if colon is None else (words[:colon], words[colon + 1 :])
    cut = next((n for n, word in enumerate(head) if word.kind == "word" and word.text in _MEMBER_OPTIONS), len(head))
    parts: list[Scalar] = []
    expect = True
    for word in head[:cut]:
        if word.kind == "word" and word.text == ".":
            expect = True
        elif expect and word.kind in ("word", "string") and not word.text.startswith(("$", "@")):
            parts.append(scalar(word.text) if word.kind == "word" else (word.text, word.text))
            expect = False
        else:
            raise NotUnderstood(" ".join(texts))
    if not parts or expect:
        raise NotUnderstood(" ".join(texts))
    if colon is None:
        return tuple(parts), None
    if not tail:
        raise NotUnderstood(" ".join(texts))
    if tail[0].text in ("jump", "goto") and len(tail) >= 2:
        return tuple(parts), Verdict(tail[0].text, tail[1].text)
    if tail[0].text in _VERDICTS:
        return tuple(parts), Verdict(tail[0].text)
    raise NotUnderstood(" ".join(texts))


class _Reader:
    __slots__ = ("_words", "at", "comment")

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = [word for word in words if word.kind != "newline"]
        self.at = 0
        self.comment = ""

    @property
    def done(self) -> bool:
        return self.at >= len(self._words)

    def peek(self, ahead: int = 0) -> str:
        """The text of a coming word, '' at the end; a string is never taken for a keyword."""
        index = self.at + ahead
        if index >= len(self._words) or self._words[index].kind == "string":
            return ""
        return self._words[index].text

    def word(self) -> Word:
        if self.done:
            raise NotUnderstood("ends too early")
        self.at += 1
        return self._words[self.at - 1]

    def take(self, *texts: str) -> bool:
        if self.peek() in texts and not self.done:
            self.at += 1
            return True
        return False

    def opaque(self, *, understood: bool) -> Opaque:
        """Take all words up to a verdict or the comment."""
        start, depth = self.at, 0
        while not self.done:
            text = self.peek()
            depth += (text == "{") - (text == "}")
            if depth == 0 and self.at > start and (text in _VERDICTS or text == "comment"):
                break
            self.at += 1
        return Opaque(" ".join(word.text for word in self._words[start : self.at]), understood)

    # -- statements ----------------------------------------------------------------------------------------

    def statement(self) -> list[Statement]:
        text = self.peek()
        simple = self._simple.get(text)
        if simple is not None:
            self.at += 1
            return simple(self)
        if text in _VERDICTS:
            self.at += 1
            return [self._verdict(text)]
        if text in _NATS:
            self.at += 1
            return [self._translate(text)]
        if text == "limit" or text == "quota":
            self.at += 1
            return [self._rate(text)]
        if text in ("add", "update", "delete", "meter", "set", "synproxy", "dup", "fwd", "xt", "last"):
            return [self.opaque(understood=text not in ("synproxy", "fwd"))]
        if (text, self.peek(1)) in (("ct", "count"), ("tcp", "option"), ("ip", "option")):
            return [self.opaque(understood=True)]
        return self._about(self._selector())

    def _counter(self) -> list[Statement]:
        if self.take("packets"):
            self.word()
            if self.take("bytes"):
                self.word()
        elif self.take("name"):
            self.word()
        elif not self.done and self._words[self.at].kind == "string":
            self.at += 1
        return [Aside("counter")]

    def _log(self) -> list[Statement]:
        while self.peek() in _LOG_OPTIONS:
            option = self.word().text
            self.word()
            while option == "flags" and (self.peek() in _LOG_FLAGS or self.peek() == ","):
                # `flags tcp sequence,options`: `ip` and `tcp` may also begin the next statement.
                if self.peek() in ("tcp", "ip", "ether") and self._words[self.at - 1].text != ",":
                    break
                self.at += 1
        return [Aside("log")]

    def _comment(self) -> list[Statement]:
        self.comment = self.word().text
        return []

    def _notrack(self) -> list[Statement]:
        return [Aside("notrack")]

    def _flow(self) -> list[Statement]:
        if not self.take("add", "offload"):
            raise NotUnderstood("flow")
        self.word()
        return [Aside("flow")]

    _simple: ClassVar[dict[str, Callable[["_Reader"], list[Statement]]]] = {
        "counter": _counter,
        "log": _log,
        "comment": _comment,
        "notrack": _notrack,
        "flow": _flow,
    }

    def _verdict(self, kind: str) -> Verdict:
        if kind in ("jump", "goto"):
            return Verdict(kind, self.word().text)
        if kind in ("reject", "queue"):
            while not self.done and self.peek() != "comment":
                self.at += 1
        return Verdict(kind)

    def _rate(self, kind: str) -> Opaque:
        """`limit rate over 10/second burst 5 packets`, `limit name x`, `quota over 1 mbytes`."""
        if self.take("name") or (not self.done and self._words[self.at].kind == "string"):
            self.word()
            return Opaque(kind, understood=True)
        self.take("rate")
        self.take("over", "until")
        amount = self.word().text
        if "/" not in amount:
            self.word()
        if self.take("burst"):
            self.word()
            self.take("packets", "bytes", "kbytes", "mbytes")
        if self.take("used"):
            self.word()
            self.word()
        return Opaque(kind, understood=True)

    def _translate(self, kind: str) -> Translate:
        self.take("ip", "ip6", "inet")
        address = port = None
        clear = True
        if self.take("addr"):
            clear = False
        if self.take("to"):
            address, port, clear = self._target()
        while not self.done and self.peek() not in ("comment", "counter", "log", *_VERDICTS):
            if self.peek() not in ("random", "fully-random", "persistent", "prefix", ","):
                clear = False
            self.at += 1
        return Translate(kind, address, port, clear)

    def _target(self) -> tuple[Scalar | None, Scalar | None, bool]:
        text = self.word().text
        found = _ADDRESS_PORT.fullmatch(text)
        if found is None or self.peek() in ("map", ".", "&", "|", "offset", "mod"):
            self.opaque(understood=True)
            return None, None, False
        return (scalar(found[1]) if found[1] else None), (scalar(found[2]) if found[2] else None), True

    # -- conditions ----------------------------------------------------------------------------------------

    def _selector(self) -> Selector:
        keys = [self._key()]
        while self.peek() == ".":
            self.at += 1
            keys.append(self._key())
        mask = None
        if self.take("&"):
            mask = tuple(one for element in self._bits() for one, _ in element)
        return Selector(tuple(keys), mask)

    def _key(self) -> str:
        text = self.word().text
        if self._words[self.at - 1].kind == "string":
            raise NotUnderstood(text)
        if text in _HEADERS and self.peek() not in ("option", "opt", ""):
            return f"{text} {self.word().text}"
        if text == "meta":
            text = self.word().text
            return f"meta {text}"
        if text in SHORT_META:
            return f"meta {text}"
        if text == "ct":
            side = self.word().text
            if side not in ("original", "reply"):
                return f"ct {side}"
            key = self.word().text
            return f"ct {side} {key} {self.word().text}" if key in ("ip", "ip6") else f"ct {side} {key}"
        if text == "fib":
            flags = [self.word().text]
            while self.take("."):
                flags.append(self.word().text)
            return f"fib {' . '.join(flags)} {self.word().text}"
        raise NotUnderstood(text)

    def _about(self, selector: Selector) -> list[Statement]:
        if self.take("set"):
            return [self._set()]
        if self.take("vmap"):
            return [Choose(selector, self._map())]
        text = self.peek()
        op = ""
        if text in _OPERATORS:
            op = text
        elif text in _WORD_OPERATORS:
            op = _WORD_OPERATORS[text]
        if op:
            self.at += 1
        return [self._match(selector, op)]

    def _set(self) -> Statement:
        """A value that is set; one that is computed from others ends where nobody can tell."""
        value = self.word()
        if value.kind == "word" and value.text in (
            *_HEADERS,
            *SHORT_META,
            "meta",
            "ct",
            "rt",
            "numgen",
            "jhash",
            "fib",
        ):
            return self.opaque(understood=True)
        if self.peek() in ("map", "|", "&", "^", "<<", ">>", ".", "or", "and", "xor", ",", "{"):
            return self.opaque(understood=True)
        return Aside("set")

    def _map(self) -> tuple[tuple[Element, Verdict], ...] | Named:
        if self.peek() == "{":
            plain, verdicts, clear = elements_of(self._braced())
            if plain or not clear:
                raise NotUnderstood("a verdict map")
            return verdicts
        return self._named()

    def _named(self) -> Named:
        text = self.word().text
        if not text.startswith("@"):
            raise NotUnderstood(text)
        return Named(text[1:])

    def _braced(self) -> list[Word]:
        start, depth = self.at, 0
        while not self.done:
            text = self.peek()
            depth += (text == "{") - (text == "}")
            self.at += 1
            if depth == 0:
                return self._words[start + 1 : self.at - 1]
        raise NotUnderstood("braces without end")

    def _match(self, selector: Selector, op: str) -> Match:
        bits = selector.keys[0] in BITS and len(selector.keys) == 1
        if self.peek() == "{":
            plain, verdicts, clear = elements_of(self._braced())
            if verdicts or not clear:
                raise NotUnderstood("a set")
            return Match(selector, op or "==", Values(plain, braces=True))
        if self.peek().startswith("@"):
            return Match(selector, op or "==", self._named())
        implicit = "in" if bits and selector.mask is None else "=="
        values = self._bits()
        if self.take("/"):
            mask = tuple(one for element in self._bits() for one, _ in element)
            return Match(Selector(selector.keys, mask), op or "==", Values(values, braces=False))
        if len(values) > 1 and not bits:
            raise NotUnderstood("a list without braces")
        return Match(selector, op or implicit, Values(values, braces=False))

    def _bits(self) -> tuple[Element, ...]:
        """`a`, `a,b`, `(a|b)`, `a . b`: values with commas or bars between them."""
        found = [self._element()]
        while self.take(",", "|"):
            found.append(self._element())
        return tuple(one for element in found for one in element)

    def _element(self) -> list[Element]:
        if self.take("("):
            inner = list(self._bits())
            if not self.take(")"):
                raise NotUnderstood("parentheses")
            return inner
        parts = [self._scalar()]
        while self.peek() == ".":
            self.at += 1
            parts.append(self._scalar())
        return [tuple(parts)]

    def _scalar(self) -> Scalar:
        word = self.word()
        if word.kind == "string":
            # An interval of times is written with both ends in quotes.
            if self.peek().startswith("-") and self.peek() == "-":
                self.at += 1
                return word.text, self.word().text
            return word.text, word.text
        if word.kind == "sign" or word.text.startswith(("$", "@")):
            raise NotUnderstood(word.text)
        if self.peek() == "-":
            self.at += 1
            return word.text, self.word().text
        return scalar(word.text)
