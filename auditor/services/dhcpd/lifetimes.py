"""The lease that a client gets which does not ask for one.

`default-lease-time`, not above `max-lease-time` (86400 s where no line says), not below `min-lease-time`. A minimum
that no line states gives way to the maximum, a stated one wins over it. Numbers are of 32 bits; `infinite` and -1 are
the largest, and a lease of that length ends in January 2038.
Source: isc-projects/dhcp server/dhcp.c ack_lease; measured with dhcpd 4.4.3-P1.
"""

from datetime import timedelta
from itertools import product

from auditor.model import INFINITE, Fact, Known, Stated, Unknown, known_like
from auditor.services.dhcpd.config import Config, Range, Subnet
from auditor.services.dhcpd.settings import candidates, in_classes, named, possible, scopes_of, spans
from auditor.services.reading import printable
from auditor.syntax.dhcpd_conf import Statement

DEFAULT, MOST, LEAST = "default-lease-time", "max-lease-time", "min-lease-time"
KEYS = (DEFAULT, MOST, LEAST)
_FOREVER = 0xFFFFFFFF
_SETTLE = "look at the lease that a reader got"


def seconds(text: str) -> int:
    """Read a lease time: seconds, -1 or infinite."""
    if text.lower() == "infinite" or text == "-1":
        return _FOREVER
    if not text.isdecimal() or not text.isascii() or len(text) > 10 or int(text) > _FOREVER:
        raise ValueError("not a number of seconds")
    return int(text)


def lease_time(config: Config, subnet: Subnet, found: Range | None) -> Fact[timedelta]:
    """What a client of a range gets in the end."""
    return for_scopes(config, scopes_of(subnet, found))


def for_scopes(config: Config, scopes: tuple[Statement, ...]) -> Fact[timedelta]:
    """What a client gets to whom the statements of some blocks apply, inner first."""
    unsteady = _unsteady(config, scopes)
    if unsteady is not None:
        return unsteady
    base = [candidates(config, scopes, frozenset({key})) for key in KEYS]
    classes = tuple(in_classes(config, frozenset(KEYS)))
    ways = [base]
    for each in classes:
        inside = [possible(each.block or (), frozenset({key})) for key in KEYS]
        ways.append([tuple(dict.fromkeys((*own, *outer))) for own, outer in zip(inside, base, strict=True)])
    facts: list[Known[timedelta]] = []
    for way in ways:
        for statements in product(*way):
            fact = _effective(config, scopes, statements)
            if isinstance(fact, Unknown):
                return fact
            facts.append(fact)
    values = tuple(dict.fromkeys(fact.value for fact in facts))
    if len(values) == 1 and len(classes) < 2:
        return facts[0]
    touching = tuple(dict.fromkeys(each for way in base for each in way if each is not None))
    near = (*config.span(*classes), *spans(config, *touching))
    why = "which lease a client gets depends on a condition or class that cannot be decided here"
    return Unknown(why, near, _SETTLE, values if len(classes) < 2 else ())


def _unsteady(config: Config, scopes: tuple[Statement, ...]) -> Unknown | None:
    adaptive = [s for s in candidates(config, scopes, frozenset({"adaptive-lease-time-threshold"})) if s is not None]
    if adaptive:
        why = "leases get shorter when the pool fills (adaptive-lease-time-threshold)"
        return Unknown(why, spans(config, *adaptive), "remove the threshold")
    for scope in scopes:
        for each in scope.block or ():
            if each.keyword == "failover" and scope.keyword in ("pool", "subnet", "shared-network"):
                why = "a failover peer gives a new client a first lease of its mclt only"
                return Unknown(why, config.span(each), _SETTLE)
    return None


def _effective(
    config: Config, scopes: tuple[Statement, ...], statements: tuple[Statement | None, ...]
) -> Fact[timedelta]:
    near = spans(config, *scopes[:1])
    read: list[Known[int]] = []
    for key, statement in zip(KEYS, statements, strict=True):
        fact = config.reading.default(f"dhcpd.{key}", int, *near) if statement is None else _number(config, statement)
        if isinstance(fact, Unknown):
            return fact
        read.append(fact)
    default, most, least = read
    lease: Known[int] = default
    if most.value < lease.value:
        lease = known_like(most.value, most, *_stated(default))
    bound = least.value if statements[2] is not None else min(least.value, most.value)
    if lease.value < bound:
        lease = known_like(bound, least, *_stated(lease))
    value = INFINITE if lease.value == _FOREVER else timedelta(seconds=lease.value)
    return _with_value(lease, value)


def _stated(*facts: Known[int]) -> tuple[Known[int], ...]:
    """Only lines are evidence beside what decides; a default that was cut is none."""
    return tuple(fact for fact in facts if isinstance(fact, Stated))


def _with_value(fact: Known[int], value: timedelta) -> Known[timedelta]:
    return known_like(value, fact)


def _number(config: Config, statement: Statement) -> Fact[int]:
    name, plain = named(statement)
    where = config.span(statement)
    words = statement.arguments
    if not plain or len(words) != 1:
        return Unknown(f"{printable(name)} is computed, which is not followed here", where, _SETTLE)
    try:
        return Stated(seconds(words[0]), where)
    except ValueError as error:
        return Unknown(f"cannot read {name} '{printable(words[0])}': {error}", where, f"correct {name}")
