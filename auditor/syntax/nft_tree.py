"""A ruleset of nftables as one small tree, whether it was read from nft's own text or from its JSON.

Tables hold sets, maps and chains; a chain holds rules; a rule holds statements in order. What a statement is about is
named as nft does (`ip saddr`, `meta iifname`, `ct state`), whatever short form was written. What is not understood
stays in its place as `Opaque`. Source: nft(8), libnftables-json(5).
"""

import hashlib
from dataclasses import dataclass, field
from typing import TypeAlias

Scalar: TypeAlias = tuple[str, str]
"""A value, or an interval with both ends: `("80", "80")`, `("1000", "2000")`, `("10.0.0.0/8", "10.0.0.0/8")`."""

Element: TypeAlias = tuple[Scalar, ...]
"""One member of a set: as many scalars as the set's key has parts."""

FAMILIES = frozenset({"ip", "ip6", "inet", "arp", "bridge", "netdev"})


@dataclass(frozen=True, slots=True)
class Selector:
    """What of a packet is looked at: one key, or several that are looked up together. `mask` are the bits of it."""

    keys: tuple[str, ...]
    mask: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """Written members; `each` is false for a list without braces, which for bits means any of them."""

    elements: tuple[Element, ...]
    braces: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A set or map by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`accept drop reject queue continue return`, or `jump` and `goto` with a chain as `target`."""

    kind: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A condition. `op` is `== != < > <= >=`, or `in` where bits are compared with any of some."""

    selector: Selector
    op: str
    right: Values | Named


@dataclass(frozen=True, slots=True)
class Choose:
    """A verdict map: the verdict depends on the value. What no member holds goes on with the next statement."""

    selector: Selector
    table: tuple[tuple[Element, Verdict], ...] | Named


@dataclass(frozen=True, slots=True)
class Translate:
    """`masquerade snat dnat redirect tproxy`. Address and port None: not changed; `clear` false: neither is known."""

    kind: str
    address: Scalar | None = None
    port: Scalar | None = None
    clear: bool = True


@dataclass(frozen=True, slots=True)
class Aside:
    """A statement that decides nothing: counter, log, a mark that is set."""

    word: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """A statement that may stop the rule and that is not modelled, or not understood."""

    words: str
    understood: bool = False


Statement: TypeAlias = Match | Choose | Translate | Verdict | Aside | Opaque


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule on lines `first`..`last` of `file`. `words` are its text without blanks, counters and handles.

    `start` and `end` are its place in the text; `key` names it within its chain.
    """

    statements: tuple[Statement, ...]
    comment: str
    words: str
    file: str
    first: int
    last: int
    start: int = -1
    end: int = -1
    key: str = ""


@dataclass(slots=True)
class Chain:
    """A chain; `hook` is '' for one that is only jumped to. `policy` '' means accept, as nft does."""

    name: str
    type: str = ""
    hook: str = ""
    priority: str = "0"
    policy: str = ""
    devices: tuple[str, ...] = ()
    rules: list[Rule] = field(default_factory=list)
    file: str = ""
    first: int = 0
    last: int = 0
    header: tuple[int, ...] = ()
    end: int = -1


@dataclass(slots=True)
class Set:
    """A set or map. `changing`: members come and go at run time. `table` of verdicts where it maps to such."""

    name: str
    elements: list[Element] = field(default_factory=list)
    verdicts: list[tuple[Element, Verdict]] = field(default_factory=list)
    changing: bool = False
    unclear: bool = False


@dataclass(slots=True)
class Table:
    """A table; `dormant` ones do nothing."""

    family: str
    name: str
    chains: dict[str, Chain] = field(default_factory=dict)
    sets: dict[str, Set] = field(default_factory=dict)
    dormant: bool = False
    holes: list[tuple[str, str, int]] = field(default_factory=list)
    """Statements of it that were not understood: leading words, file, line."""

    @property
    def key(self) -> str:
        return f"{self.family} {self.name}"


@dataclass(slots=True)
class Ruleset:
    """All tables in order. `flushed`: the text begins with `flush ruleset`; `holes` as those of a table."""

    tables: dict[tuple[str, str], Table] = field(default_factory=dict)
    flushed: bool = False
    holes: list[tuple[str, str, int]] = field(default_factory=list)
    spoken: set[tuple[str, int]] = field(default_factory=set)
    """Lines (file, number) that are recognised and hold no rule."""

    def table(self, family: str, name: str) -> Table:
        """Return a table, which is made if it is not there yet."""
        return self.tables.setdefault((family, name), Table(family, name))


def key_of(comment: str, words: str, taken: set[str]) -> str:
    """Name a rule within its chain by its comment, or else by its text; a repeated one is numbered."""
    wanted = comment or f"{_short(words)} #{hashlib.sha256(words.encode('utf-8', 'replace')).hexdigest()[:8]}"
    key, number = wanted, 1
    while key in taken:
        number += 1
        key = f"{wanted} ({number})"
    taken.add(key)
    return key


def _short(words: str) -> str:
    plain = words if words.isprintable() else "".join(c if c.isprintable() else "?" for c in words)
    return plain if len(plain) <= 48 else f"{plain[:47]}…"


BITS = frozenset({"ct state", "ct status", "tcp flags"})
"""Keys of which a value without braces asks for a bit, and not for equality."""

SHORT_META = frozenset(
    [
        "iif",
        "iifname",
        "iiftype",
        "oif",
        "oifname",
        "oiftype",
        "mark",
        "skuid",
        "skgid",
        "nftrace",
        "rtclassid",
        "pkttype",
        "cpu",
        "iifgroup",
        "oifgroup",
        "cgroup",
        "length",
        "protocol",
        "nfproto",
        "l4proto",
        "priority",
        "random",
        "ibrname",
        "obrname",
        "ibrpvid",
        "ibrvproto",
        "iifkind",
        "oifkind",
        "time",
        "day",
        "hour",
        "secmark",
        "ipsec",
        "sdif",
        "sdifname",
        "broute",
    ]
)
