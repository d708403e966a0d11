"""`/ip dns static`: names that the router answers itself, and names that it asks others for (`type=FWD`).

Regular expressions are tried first, in their order, then the other entries. Which of two plain entries for one name
counts, where one of them is for a whole domain, is not documented, so that such a pair is in doubt.
Source: MikroTik's manual, "DNS", DNS Static, Forwarders, and Whitelist for Adlist (FWD without `forward-to`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address

from auditor.model import Fact, Forwarder, Listed, LocalAnswer, NamePattern, Span, Stated, Unknown
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.dns_patterns import single_name
from auditor.platforms.routeros.items import Item
from auditor.services.reading import printable

STATIC = "ip dns static"
FORWARDERS = "ip dns forwarders"
_ALL = "."
_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?", re.ASCII)
_ANSWERING = frozenset({"A", "CNAME", "NXDOMAIN"})
"""Other types hold no IPv4 address: for one the router asks on (version 7), or knows of none (version 6)."""

_MOST_COPIES = 16
"""A router asks one or two resolvers; copies of more for each name would take too long."""

_MOST_PATTERNS = 500
"""Expressions beyond these are in doubt for every name: each is tried on each name that is needed."""

_LONGEST = 255
"""A name has at most so many characters (RFC 1035, section 2.3.4)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry in force: the domain that it is for ('.': any name may be meant) and what it does with it."""

    item: Item
    key: str
    domain: str
    exact: bool
    by_pattern: bool
    unread: Unknown | None
    type: str
    spans: tuple[Span, ...]
    pattern: NamePattern | None


@dataclass(frozen=True, slots=True)
class Static:
    """What all entries make of names."""

    answers: Listed[LocalAnswer]
    forwarders: Listed[Forwarder]


def entries(config: Config) -> tuple[Entry, ...]:
    """Return the entries that are in force, in their order."""
    found: list[Entry] = []
    for item in config.items(STATIC):
        enabled = config.enabled(item)
        if not isinstance(enabled, Unknown) and not enabled.value:
            config.understood(item)
            continue
        found.append(_entry(config, item, enabled))
    patterns = [index for index, each in enumerate(found) if each.pattern is not None]
    for index in patterns[_MOST_PATTERNS:]:
        each = found[index]
        why = f"/{STATIC} holds {len(patterns)} expressions, more than are worked out here"
        unread = each.unread or Unknown(why, each.spans, f"look the names up at {config.device}")
        found[index] = replace(each, pattern=None, unread=unread)
    return tuple(found)


def _entry(config: Config, item: Item, enabled: Fact[bool]) -> Entry:
    spans = config.span(item, "name", "regexp", "type", "match-subdomain") or (item.header,)
    regexp, name = config.text(item, "regexp"), config.text(item, "name")
    below = config.fact(item, "match-subdomain", yes_no)
    kind = (config.text(item, "type") or "A").upper()
    target = config.text(item, "address") or ""
    if kind == "A" and ":" in target:
        kind = "AAAA"
    unread = enabled if isinstance(enabled, Unknown) else below if isinstance(below, Unknown) else None
    if item.damaged:
        unread = Unknown(f"{item.title}: {item.damaged}", (item.header,), f"correct the line in {item.file}")
    domain, exact = _ALL, False
    pattern: NamePattern | None = None
    if regexp or (name and not _NAME.fullmatch(name)):
        expression = regexp or name or ""
        found = single_name(expression)
        domain, exact = found or _ALL, found is not None
        if found is None and expression.isprintable():
            pattern = NamePattern(expression)
        elif found is None:
            why = f"the expression of {_title(item)} cannot be read"
            unread = unread or Unknown(why, spans, f"look the names up at {config.device}")
    elif name and len(name) <= _LONGEST:
        domain = name.lower().rstrip(".")
        exact = isinstance(below, Unknown) or not below.value
    else:
        unread = unread or Unknown(f"{_title(item)} names nothing", spans, f"correct it on {config.device}")
    return Entry(item, key_of(item), domain, exact, bool(regexp), unread, kind, spans, pattern)


def key_of(item: Item) -> str:
    """An entry goes by its name or expression and what it answers."""
    words = [item.text(name) or "" for name in ("name", "regexp", "type", "address", "cname", "forward-to")]
    return printable(" ".join(word for word in words if word), 200)


def _title(item: Item) -> str:
    return f"/{item.path} (line {item.header.first})"


def read(config: Config, usual: Listed[Forwarder]) -> Static:
    """Return answers and forwarders of all entries; `usual` are asked for all other names."""
    listed = entries(config)
    for each in listed:
        config.text(each.item, "ns")
        config.text(each.item, "text")
    forwarders: list[Forwarder] = []
    holes: list[Unknown] = list(config.holes(STATIC))
    sent = [entry for entry in listed if entry.type == "FWD"]
    if any(config.text(entry.item, "forward-to") for entry in sent):
        holes += config.holes(FORWARDERS)
    named = {item.name: item for item in reversed(config.items(FORWARDERS))}
    for entry in sent:
        for forwarder in _forwarded(config, entry, usual, named):
            if isinstance(forwarder, Unknown):
                holes.append(forwarder)
            else:
                forwarders.append(forwarder)
    rivals = _Sent.of(sent)
    answers: list[LocalAnswer] = []
    before: list[NamePattern] = []
    passed = tuple(each.pattern for each in sent if each.pattern is not None and each.unread is None)
    for entry in listed:
        if entry.type != "FWD":
            unless = tuple(before) if entry.by_pattern else passed
            answers.append(replace(_answer(config, entry, rivals), unless=unless))
        elif entry.pattern is not None and entry.unread is None:
            before.append(entry.pattern)
    answers += [_doubtful(config, entry) for entry in listed if entry.pattern is not None]
    return Static(Listed(tuple(answers), config.holes(STATIC)), Listed(tuple(forwarders), tuple(dict.fromkeys(holes))))


def _answer(config: Config, entry: Entry, sent: "_Sent") -> LocalAnswer:
    """What an entry answers; in doubt where an entry that forwards may go before it, or it before that one."""
    item = entry.item
    address: str | None = None
    spans = entry.spans
    match entry.type:
        case "A":
            address = config.text(item, "address") or None
            spans = (*spans, *config.span(item, "address"))
        case "CNAME":
            address = config.text(item, "cname") or None
            spans = (*spans, *config.span(item, "cname"))
        case _:
            config.text(item, "address")
    fact: Fact[str] = Stated(entry.key, tuple(dict.fromkeys(spans)))
    if entry.unread is not None:
        fact = entry.unread
    elif entry.type not in _ANSWERING:
        whom = entry.pattern.expression if entry.pattern is not None else entry.domain
        why = f"what {config.device} answers for addresses of {whom} beside this {printable(entry.type)} record"
        fact = Unknown(f"{why} is not documented for all versions", entry.spans, f"look it up at {config.device}")
    rival = sent.rival(entry)
    if rival is not None:
        why = f"{entry.domain} is answered and forwarded; which of the two counts is not documented"
        fact = Unknown(why, (*entry.spans, *rival.spans), "keep one of the two entries")
    printed = printable(address, 200) if address is not None else None
    foremost = entry.by_pattern or rival is not None
    return LocalAnswer(entry.key, entry.domain, printed, fact, entry.exact, foremost=foremost, pattern=entry.pattern)


def _doubtful(config: Config, entry: Entry) -> LocalAnswer:
    """Names that an expression matches or not, depending on how it is read."""
    why = f"which names the expression of {_title(entry.item)} matches depends on how RouterOS reads it"
    fact = Unknown(why, entry.spans, f"look the names up at {config.device}")
    assert entry.pattern is not None
    pattern = NamePattern(entry.pattern.expression, doubtful=True)
    return LocalAnswer(f"{entry.key} (in doubt)", _ALL, None, fact, foremost=True, pattern=pattern)


@dataclass(frozen=True, slots=True)
class _Sent:
    """Entries that forward, by their domains, and by the domains above those."""

    any: Entry | None
    at: Mapping[str, Entry]
    whole: Mapping[str, Entry]
    below: Mapping[str, Entry]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "_Sent":
        any_: Entry | None = None
        at: dict[str, Entry] = {}
        whole: dict[str, Entry] = {}
        below: dict[str, Entry] = {}
        for each in entries:
            if each.pattern is not None:
                continue  # where both match, the expression goes first
            if each.domain == _ALL:
                any_ = any_ or each
            at.setdefault(each.domain, each)
            if not each.exact:
                whole.setdefault(each.domain, each)
            for parent in _above(each.domain):
                below.setdefault(parent, each)
        return cls(any_, at, whole, below)

    def rival(self, entry: Entry) -> Entry | None:
        """An entry that may be for a name that this one is for."""
        if entry.pattern is not None:
            return None
        if self.any is not None or entry.domain == _ALL:
            return self.any or next(iter(self.at.values()), None)
        found = self.at.get(entry.domain) or (None if entry.exact else self.below.get(entry.domain))
        return found or next((self.whole[each] for each in _above(entry.domain) if each in self.whole), None)


def _above(domain: str) -> Iterator[str]:
    """The domains that a name lies below, itself not included."""
    while "." in domain:
        domain = domain.partition(".")[2]
        yield domain


def _forwarded(
    config: Config, entry: Entry, usual: Listed[Forwarder], named: Mapping[str, Item]
) -> Iterator[Forwarder | Unknown]:
    """The resolvers that are asked for the names of an entry; without `forward-to` those that always are.

    The model knows forwarders for whole domains: an entry for one name alone leaves the usual ones for those below.
    """
    target = config.text(entry.item, "forward-to") or ""
    spans = (*entry.spans, *config.span(entry.item, "forward-to"))
    config.text(entry.item, "address")
    if not target:
        return
    if entry.unread is not None:
        yield entry.unread
        return
    servers = _servers(config, named, target, spans)
    if isinstance(servers, Unknown):
        # Nobody knows who is asked: the domain stays with whom that is said of.
        nobody = IPv4Address(0)
        domain = entry.domain if entry.pattern is None else None
        yield Forwarder(entry.key, domain, nobody, 53, Stated(entry.key, spans), servers, entry.pattern)
        return
    for address, fact in servers:
        domain = entry.domain if entry.pattern is None else None
        yield Forwarder(f"{entry.key} {address}", domain, address, 53, fact, pattern=entry.pattern)
    if entry.exact and len(usual) > _MOST_COPIES:
        why = f"{config.device} asks more resolvers than are worked out here beside {entry.domain}"
        yield Unknown(why, spans, f"look the names up at {config.device}")
    elif entry.exact:
        yield from (replace(each, key=f"{entry.key} {each.key}", domain=entry.domain) for each in usual)


def _servers(
    config: Config, named: Mapping[str, Item], target: str, spans: tuple[Span, ...]
) -> list[tuple[IPv4Address | IPv6Address, Fact[str]]] | Unknown:
    """The addresses that `forward-to` means: one, or those of a named forwarder."""
    try:
        return [(ip_address(target), Stated(printable(target), spans))]
    except ValueError:
        pass
    item = named.get(target)
    if item is None:
        why = f"questions go to {printable(target)}, whose address is not in the configuration"
        return Unknown(why, spans, f"look the names up at {config.device}")
    config.text(item, "verify-doh-cert")
    if config.text(item, "doh-servers"):
        why = f"forwarder '{printable(target)}' asks by DNS over HTTPS, where nothing can be inspected"
        return Unknown(why, (*spans, *config.span(item, "doh-servers")), f"look the names up at {config.device}")
    found: list[tuple[IPv4Address | IPv6Address, Fact[str]]] = []
    for word, span in config.words(item, "dns-servers"):
        try:
            found.append((ip_address(word.partition("@")[0]), Stated(printable(word), (*spans, span))))
        except ValueError:
            why = f"forwarder '{printable(target)}' asks {printable(word)}, whose address is not in the configuration"
            return Unknown(why, (*spans, span), f"look the names up at {config.device}")
    return found
