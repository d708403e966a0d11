"""What an Unbound answers itself, or sinks: local zones and their data, authority zones, views, modules.

Source: unbound.conf(5), local-zone, local-data, auth-zone, View Options, response-ip, module-config.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from auditor.model import Fact, Listed, LocalAnswer, Span, Stated, Unknown
from auditor.services.reading import printable
from auditor.services.unbound.listening import netblock
from auditor.services.unbound.settings import Clause, Setting, Settings

# Types whose names are answered from local data only, and get nothing of use where there is none. `always_null` does
# not ignore local data, whatever the manual says (seen with 1.17.1).
_CLOSED = frozenset({"static", "deny", "refuse", "inform_deny", "always_null"})
# One answer for the whole zone: that of the data at its own name.
_REDIRECT = frozenset({"redirect", "inform_redirect"})
# Nothing, whatever the data say. `block_a` withholds A records only, which are those that count.
_SUNK = frozenset({"always_refuse", "always_nxdomain", "always_nodata", "always_deny", "block_a"})
# `noview` means something inside a view only, `ipset` to a packet filter; their data count (seen with 1.17.1).
_TRANSPARENT = frozenset({"transparent", "typetransparent", "inform", "noview", "ipset"})
_OPEN = frozenset({"always_transparent"})
_HARMLESS_MODULES = frozenset(
    {"validator", "iterator", "subnetcache", "cachedb", "ipsecmod", "ipset", "dns64", "respip"}
)
_HARMLESS_ACTIONS = frozenset({"inform", "always_transparent", "transparent"})
_CLASSES = frozenset({"IN", "CH", "HS"})


@dataclass(slots=True)
class _Data:
    """Records of one name, as local data give them: addresses, or the name that it is an alias for."""

    spans: list[Span] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Zone:
    """One local zone; of two lines for one name the last counts."""

    name: str
    type: str
    span: Span
    doubt: Unknown | None = None


def local_answers(settings: Settings) -> Listed[LocalAnswer]:
    """Everything that keeps a question from being asked outside."""
    server = settings.server
    found = [*_of_zones(server, _doubts(server)), *_of_authority(settings)]
    for view in settings.of("view"):
        found += _of_view(server, view)
    return Listed(tuple(found), tuple(_holes(settings)))


def _name(text: str) -> str:
    return text.rstrip(".").lower() or "."


def _doubts(server: Clause) -> dict[str, Unknown]:
    """Zones that are not the same for all clients."""
    found = {}
    for setting in server.all("local-zone-tag", "local-zone-override"):
        name = _name(setting.value)
        why = f"who gets the answers of local-zone {printable(name)} depends on the client ({setting.keyword})"
        found[name] = Unknown(why, (setting.span,), "look the name up from a POS")
    return found


def _zones(clause: Clause, doubts: dict[str, Unknown]) -> dict[str, _Zone]:
    zones: dict[str, _Zone] = {}
    for setting in clause.all("local-zone"):
        name = _name(setting.value)
        if setting.values[1] != "nodefault":
            zones[name] = _Zone(name, setting.values[1], setting.span, doubts.get(name))
    return zones


def _data(clause: Clause) -> dict[str, _Data]:
    """The records of `local-data`: `name [ttl] [class] type content`."""
    found: dict[str, _Data] = {}
    for setting in clause.all("local-data"):
        words = setting.value.split()
        if not words:
            continue
        place = (n for n, word in enumerate(words) if n and not word[0].isdigit() and word.upper() not in _CLASSES)
        kind = next(place, 0)
        record = found.setdefault(_name(words[0]), _Data())
        record.spans.append(setting.span)
        content = words[kind + 1] if kind and kind + 1 < len(words) else ""
        if words[kind].upper() == "A" and content not in record.answers:
            record.answers.append(content)
        elif words[kind].upper() == "CNAME":
            record.answers.append(_name(content))
    return found


def _zone_of(name: str, zones: dict[str, _Zone]) -> _Zone | None:
    """The zone with the longest name that covers this one."""
    labels = name.split(".")
    tails = (".".join(labels[start:]) for start in range(len(labels)))
    return next((zones[tail] for tail in (*tails, ".") if tail in zones), None)


def _of_zones(clause: Clause, doubts: dict[str, Unknown]) -> Iterator[LocalAnswer]:
    zones, data = _zones(clause, doubts), _data(clause)
    below: dict[str, list[str]] = {}
    for name in zones:
        above = _parent(name, zones)
        if above is not None:
            below.setdefault(above.name, []).append(name)
    for zone in zones.values():
        if zone.type in _OPEN or zone.type in _TRANSPARENT:
            continue
        spared = below.get(zone.name, [])
        given: list[str] = []
        if zone.type in _REDIRECT and zone.name in data:
            given = data[zone.name].answers
        word = f"local-zone {printable(zone.name)}"
        fact: Fact[str] = zone.doubt or Stated(f"{word} {printable(zone.type)}", (zone.span,))
        if zone.type not in _CLOSED | _REDIRECT | _SUNK:
            fact = Unknown(f"what local-zone of type '{printable(zone.type)}' answers is not known", (zone.span,))
        for key, answer in _keyed(word, given):
            yield LocalAnswer(key, zone.name, answer, fact, False, tuple(dict.fromkeys(spared)), foremost=True)
    yield from _of_data(data, zones)


def _of_data(data: dict[str, _Data], zones: dict[str, _Zone]) -> Iterator[LocalAnswer]:
    """Names with records of their own, where the zone around them lets those count."""
    for name, record in data.items():
        owner = _zone_of(name, zones)
        kind = owner.type if owner is not None else "transparent"
        if kind in _OPEN or kind in _REDIRECT or kind in _SUNK:
            continue
        if kind == "typetransparent" and not record.answers:
            continue
        doubt = owner.doubt if owner is not None else None
        word = f"local-data {printable(name)}"
        stated = doubt or Stated(word, tuple(dict.fromkeys(record.spans)))
        for key, answer in _keyed(word, record.answers):
            yield LocalAnswer(key, name, answer, stated, exact=True, foremost=True)


def _keyed(word: str, answers: list[str]) -> Iterator[tuple[str, str | None]]:
    """Each of several addresses may be the one that a client takes; without any there is one empty answer."""
    for number, answer in enumerate(answers):
        yield (f"{word} {printable(answer)}" if number else word), answer
    if not answers:
        yield word, None


def _parent(name: str, zones: dict[str, _Zone]) -> _Zone | None:
    """The zone above a name, other than one of that very name."""
    if name == ".":
        return None
    return _zone_of(name.partition(".")[2] or ".", zones)


def _of_authority(settings: Settings) -> Iterator[LocalAnswer]:
    """Zones that Unbound has itself. Of the root zone it only ever gives a way down if clients do not get it."""
    for zone in settings.of("auth-zone"):
        downstream = zone.says("for-downstream", default=True)
        if not zone.name or zone.name == "." or not (downstream or zone.says("for-upstream", default=True)):
            continue
        fact = Stated(f"auth-zone {printable(zone.name)}", zone.spans)
        yield LocalAnswer(f"auth-zone {printable(zone.name)}", zone.name, None, fact, foremost=True)


def _of_view(server: Clause, view: Clause) -> Iterator[LocalAnswer]:
    """What a view answers is what some clients get."""
    clients = _clients_of(server, view)
    if not clients:
        return
    why = f"clients of view '{printable(view.name)}' get answers of their own"
    doubt = Unknown(why, tuple(setting.span for setting in clients), "look the name up from a POS")
    for answer in _of_zones(view, {}):
        yield LocalAnswer(
            f"view {printable(view.name)} {answer.key}", answer.domain, answer.address, doubt,
            answer.exact, answer.except_for, foremost=True,
        )  # fmt: skip


def _clients_of(server: Clause, view: Clause) -> list[Setting]:
    """The lines that send clients other than the host itself to a view."""
    found = []
    for setting in server.all("access-control-view", "interface-view"):
        if _name(setting.values[1]) != view.name:
            continue
        try:
            block = netblock(setting.value) if setting.keyword == "access-control-view" else None
        except ValueError:
            block = None
        if block is None or not block.is_loopback:
            found.append(setting)
    return found


def _holes(settings: Settings) -> Iterator[Unknown]:
    """What may answer, or change an answer, and cannot be seen."""
    server = settings.server
    yield from settings.holes
    modules = server.last("module-config")
    named = modules.value.split() if modules is not None else []
    for name in named:
        if name not in _HARMLESS_MODULES:
            assert modules is not None
            why = f"module '{printable(name)}' of Unbound may change answers"
            yield Unknown(why, (modules.span,), "look the test name up from a POS")
    if "respip" in named:
        yield from _by_address(settings)
    for zone in settings.of("auth-zone"):
        if zone.name == "." and zone.says("for-downstream", default=True):
            yield Unknown("Unbound answers from a root zone of its own", zone.spans, "write for-downstream: no")


def _by_address(settings: Settings) -> Iterator[Unknown]:
    """Answers that are changed because of the address in them, and response policy zones."""
    for clause in (settings.server, *settings.of("view")):
        for setting in clause.all("response-ip", "response-ip-data", "response-ip-tag"):
            try:
                block = netblock(setting.value)
            except ValueError:
                block = None
            if setting.values[1] in _HARMLESS_ACTIONS or (block is None and ":" in setting.value):
                continue
            why = f"Unbound changes answers with addresses of {printable(setting.value)} ({setting.keyword})"
            yield Unknown(why, (setting.span,), "look the test name up from a POS")
    for zone in settings.of("rpz"):
        if policy_applies(zone):
            why = f"response policy zone '{printable(zone.name)}' changes answers by lists that are not read"
            yield Unknown(why, zone.spans, "look the test name up from a POS")


def policy_applies(zone: Clause) -> bool:
    """Say whether a response policy zone does anything."""
    override = zone.last("rpz-action-override")
    return override is None or override.value not in ("disabled", "passthru")
