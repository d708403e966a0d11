"""The words of one entry of an access list: what it does, and which packets it looks at.

Source: Cisco, "IOS Security Command Reference", `permit (IP)`, `deny (IP)`, `access-list (IP extended)`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from auditor.model import Action
from auditor.platforms.cisco_ios.acl_words import FLAGS
from auditor.platforms.cisco_ios.objects import Ends, Objects, Service, icmp, number, ports, protocol
from auditor.services.netfilter.boxes import ADDRESSES, Numbers, merged
from auditor.services.reading import printable

_MOST_NETWORKS = 256
"""A wildcard that means more networks than these is not followed."""

_SHORT = 100
_WORD = re.compile(r"[A-Za-z0-9_.:@-]{1,100}", re.ASCII)
_ACTIONS = {"permit": Action.ACCEPT, "deny": Action.DROP}
_GROUPS = ("object-group", "addrgroup")
_ANY_SERVICE = (Service(),)
_ANYWHERE = Ends()


@dataclass(frozen=True, slots=True)
class Match:
    """What an entry looks at. `flags` are the mode (`any`, `all`), flags that are set, and flags that are not.

    `doubts` are conditions that are not modelled. `reflect` names the list that remembers what this entry lets pass,
    `evaluate` the one whose memory is asked here.
    """

    services: tuple[Service, ...] = _ANY_SERVICE
    source: Ends = _ANYWHERE
    destination: Ends = _ANYWHERE
    flags: tuple[str, frozenset[str], frozenset[str]] | None = None
    fragments: bool = False
    doubts: tuple[str, ...] = ()
    reflect: str = ""
    evaluate: str = ""


def keys_of(lines: Iterable[str]) -> list[str | None]:
    """The keys of the entries of a list as it is shown, None for remarks."""
    seen: dict[str, int] = {}
    named = ""
    found: list[str | None] = []
    for shown in lines:
        text = plain(shown)
        if text == "remark" or text.startswith("remark "):
            word = text.removeprefix("remark").strip()
            named = word if _WORD.fullmatch(word) else ""
            found.append(None)
            continue
        key = named or key_of(text)
        seen[key] = count = seen.get(key, 0) + 1
        found.append(key if count == 1 else f"{key} #{count}")
        named = ""
    return found


def plain(text: str) -> str:
    """An entry without its number and with single blanks."""
    words = text.split()
    if len(words) > 1 and words[0].isdecimal():
        words = words[1:]
    return " ".join(words)


def key_of(text: str) -> str:
    """A short name for an entry that says all of it: its text, or what begins it and a hash of the whole."""
    if len(text) <= _SHORT and text.isprintable():
        return text
    words = [printable(word, 12) for word in text.split()[:2]]
    return " ".join((*words, sha256(text.encode("utf-8", "replace")).hexdigest()[:8]))


def match_of(words: list[str], objects: Objects, *, standard: bool) -> tuple[Action, Match]:
    """What an entry does and looks at; one that cannot be read may do anything with any packet."""
    if words[:1] == ["evaluate"] and len(words) == 2:
        return Action.ACCEPT, Match(evaluate=words[1])
    dynamic: tuple[str, ...] = ()
    if words[:1] == ["dynamic"]:
        # Lock-and-key: open only after somebody logged in.
        dynamic = ("somebody must log in first",)
        start = next((i for i, word in enumerate(words) if word in _ACTIONS), len(words))
        words = words[start:]
    if len(words) < 2 or words[0] not in _ACTIONS:
        return Action.ACCEPT, _unread(words)
    try:
        found = _Reader(words[1:], objects).standard() if standard else _Reader(words[1:], objects).extended()
    except (ValueError, IndexError):
        return _ACTIONS[words[0]], _unread(words)
    if dynamic:
        found = Match(
            found.services, found.source, found.destination, found.flags, found.fragments, found.doubts + dynamic
        )
    return _ACTIONS[words[0]], found


def _unread(words: list[str]) -> Match:
    return Match(doubts=(f"'{printable(' '.join(words), 60)}' is not understood",))


@dataclass(slots=True)
class _Reader:
    """The words of one entry behind `permit` or `deny`, taken from the left; `ValueError` if they make no sense."""

    words: list[str]
    objects: Objects

    def _next(self) -> str:
        return self.words.pop(0)

    def standard(self) -> Match:
        """`A [WILDCARD]`, `host A`, `any`."""
        source = self._ends(standard=True)
        doubts = tuple(self._options("ip")[1])
        return Match(source=source, doubts=doubts)

    def extended(self) -> Match:
        """Protocol or service group, both ends with their ports, and what else must hold."""
        word = self._next()
        if word == "object-group":
            services, spans = self.objects.services(self._next())
            source, destination = self._ends(), self._ends()
            word, source_ports, ports_there = "ip", None, None
            source = Ends(source.addresses, source.doubt, (*source.spans, *spans))
        else:
            source, source_ports = self._ends(), self._ports(word)
            destination, ports_there = self._ends(), self._ports(word)
            names = None if word in ("ip", "ipv4") else frozenset({protocol(word)})
            services = (Service(names, source_ports, ports_there),)
        if word in ("icmp", "1"):
            services = (Service(frozenset({"icmp"}), icmp=icmp(tuple(self._message()))),)
        flags, doubts, fragments, reflect = self._options(word)
        return Match(services, source, destination, flags, fragments, tuple(doubts), reflect)

    def _ends(self, *, standard: bool = False) -> Ends:
        word = self._next()
        if word == "any":
            return Ends()
        if word in _GROUPS:
            return self.objects.networks(self._next())
        if word in ("fqdn-group", "fqdn"):
            name = self._next()
            return Ends(doubt=f"which addresses the names of '{printable(name)}' have, the device learns as it runs")
        if word == "host":
            address = number(self._next())
            return Ends(((address, address),))
        base = number(word)
        if not self.words or not _is_wildcard(self.words[0]):
            if not standard:
                raise ValueError("no wildcard")
            return Ends(((base, base),))
        return _wild(base, number(self._next()))

    def _ports(self, word: str) -> Numbers:
        if not self.words or self.words[0] not in ("eq", "gt", "lt", "neq", "range"):
            return None
        found, rest = ports(tuple(self.words), (word,))
        self.words = list(rest)
        return found

    def _message(self) -> Iterator[str]:
        """The words of an ICMP message at the head of the rest."""
        if self.words and self.words[0] not in _OPTIONS:
            yield self._next()
            if self.words and self.words[0].isdecimal():
                yield self._next()

    def _options(self, word: str) -> tuple[tuple[str, frozenset[str], frozenset[str]] | None, list[str], bool, str]:
        flags: tuple[str, frozenset[str], frozenset[str]] | None = None
        doubts: list[str] = []
        fragments, reflect = False, ""
        while self.words:
            option = self._next()
            match option:
                case "log" | "log-input":
                    self._cookie()
                case "established":
                    flags = ("any", frozenset({"ack", "rst"}), frozenset())
                case "match-any" | "match-all":
                    flags = self._flags(option.removeprefix("match-"))
                case "fragments":
                    fragments = True
                case "reflect":
                    reflect = self._reflected()
                case "time-range":
                    doubts.append(f"it holds only at the times of '{printable(self._next())}'")
                case "dscp" | "precedence" | "tos" | "option":
                    doubts.append(f"it looks at {option} {printable(self._next(), 24)}")
                case "ttl":
                    doubts.append("it looks at the time to live")
                    del self.words[: 3 if self.words[:1] == ["range"] else 2]
                case _ if option in FLAGS and word in ("tcp", "6"):
                    others = flags[1] if flags is not None else frozenset[str]()
                    flags = ("any", others | {option}, frozenset())
                case _:
                    raise ValueError("a word that is not understood")
        return flags, doubts, fragments, reflect

    def _cookie(self) -> None:
        """A word of the user's own, which shows in the log."""
        if self.words and self.words[0] not in _OPTIONS:
            self._next()

    def _reflected(self) -> str:
        name = self._next()
        if self.words[:1] == ["timeout"]:
            del self.words[:2]
        return name

    def _flags(self, mode: str) -> tuple[str, frozenset[str], frozenset[str]]:
        wanted, unwanted = set[str](), set[str]()
        while self.words and self.words[0][:1] in ("+", "-"):
            word = self._next()
            if word[1:] not in FLAGS:
                raise ValueError("no flag of TCP")
            (wanted if word[0] == "+" else unwanted).add(word[1:])
        return mode, frozenset(wanted), frozenset(unwanted)


_OPTIONS = frozenset(
    {"log", "log-input", "established", "match-any", "match-all", "fragments", "reflect", "time-range", "dscp"}
    | {"precedence", "tos", "option", "ttl"}
)


def _is_wildcard(word: str) -> bool:
    return word.count(".") == 3


def _wild(base: int, wildcard: int) -> Ends:
    """All addresses that differ from one only in the bits of the wildcard, which need not be neighbours."""
    if wildcard == 2**32 - 1:
        return Ends(ADDRESSES)
    low = 0
    while wildcard >> low & 1:
        low += 1
    size = (1 << low) - 1
    high = [1 << bit for bit in range(low, 32) if wildcard >> bit & 1]
    if 2 ** len(high) > _MOST_NETWORKS:
        return Ends(doubt="a wildcard that means very many networks")
    starts = [base & ~wildcard & (2**32 - 1)]
    for bit in high:
        starts += [start | bit for start in starts]
    return Ends(merged((start, start + size) for start in starts))
