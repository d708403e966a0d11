"""The lease that a client gets which does not ask for one.

A class that sets a lifetime wins over the subnet; then subnet, shared network and global level are asked, each for
`valid-lifetime` and its bounds by themselves. Source: isc-projects/kea src/lib/dhcpsrv/alloc_engine.h, getValidLft;
src/lib/dhcpsrv/parsers/simple_parser4.cc, INHERIT_TO_SUBNET4; measured with kea-dhcp4 2.2.0.
"""

from collections.abc import Iterator
from datetime import timedelta

from auditor.model import INFINITE, Fact, Known, Stated, Unknown, known_like, spans_of
from auditor.services.kea.classes import Belongs, ClientClass
from auditor.services.kea.config import SETTLE, Config, Subnet
from auditor.services.reading import printable
from auditor.syntax.kea_json import Node

_INFINITE = 0xFFFFFFFF
VALID, LEAST, MOST = "valid-lifetime", "min-valid-lifetime", "max-valid-lifetime"


def as_time(seconds: int) -> timedelta:
    """Read a number of seconds; 4294967295 is for ever."""
    if seconds == _INFINITE:
        return INFINITE
    if not 0 <= seconds < _INFINITE:
        raise ValueError("not a number of seconds in 32 bits")
    return timedelta(seconds=seconds)


def number(node: Node, key: str) -> int | None:
    """A whole number of a map, None if it is not there."""
    found = node.get(key)
    return found.value if found is not None and type(found.value) is int else None


def stated_at(config: Config, subnet: Subnet, key: str) -> Node | None:
    """The innermost map that states a lifetime for a subnet."""
    levels = (*subnet.levels, config.root)
    return next((level for level in levels if level.get(key) is not None), None)


def lease_time(config: Config, subnet: Subnet, classes: tuple[ClientClass, ...]) -> Fact[timedelta]:
    """What a client of a subnet gets in the end."""
    candidates: list[Known[timedelta]] = []
    doubtful: list[ClientClass] = []
    for each in classes:
        own = of_class(config, each.node) if not each.late and each.belongs is not Belongs.NO else None
        if isinstance(own, Unknown):
            return own
        if own is None:
            continue
        candidates.append(own)
        if each.belongs is Belongs.YES:
            break
        doubtful.append(each)
    else:
        base = _of_subnet(config, subnet)
        if isinstance(base, Unknown):
            return base
        candidates.append(base)
    values = tuple(dict.fromkeys(fact.value for fact in candidates))
    if len(values) == 1:
        return known_like(values[0], candidates[-1], *candidates[:-1])
    names = ", ".join(printable(each.name) for each in doubtful)
    why = f"clients in class {names} get another lease, and whether readers are in it cannot be told"
    settle = "look at the lease that a reader got, or give the classes the lease of the subnet"
    return Unknown(why, spans_of(*candidates), settle, values)


def of_class(config: Config, node: Node) -> Fact[timedelta] | None:
    """The lifetime that a class sets, by one of its bounds too; None if it sets none."""
    key = next((key for key in (VALID, MOST, LEAST) if node.get(key) is not None), None)
    return None if key is None else _stated(config, node, key)


def bad_bounds(config: Config) -> Iterator[Unknown]:
    """Where a default is not between its bounds, with which the server does not start."""
    for subnet in config.subnets:
        found = {key: stated_at(config, subnet, key) for key in (VALID, LEAST, MOST)}
        given = {key: number(node, key) for key, node in found.items() if node is not None}
        valid = given.get(VALID, 7200)
        least, most = given.get(LEAST, valid), given.get(MOST, valid)
        if valid is None or least is None or most is None or least <= valid <= most:
            continue
        members = [node.member(key) for key, node in found.items() if node is not None]
        spans = config.span(*(member for member in members if member is not None))
        yield Unknown("Kea does not start: the lease is not between its minimum and its maximum", spans, SETTLE)


def _of_subnet(config: Config, subnet: Subnet) -> Fact[timedelta]:
    for level in (*subnet.levels, config.root):
        if level.get("adaptive-lease-time-threshold") is not None:
            spans = config.span(*(m for m in level.members if m.key == "adaptive-lease-time-threshold"))
            why = "leases get shorter when the pool fills (adaptive-lease-time-threshold)"
            return Unknown(why, spans, "remove the threshold, or raise min-valid-lifetime to the lease")
    level = stated_at(config, subnet, VALID) or config.root
    if level.get(VALID) is None:
        return config.reading.default("kea.valid-lifetime", lambda text: as_time(int(text)), *config.header(subnet))
    return _stated(config, level, VALID)


def _stated(config: Config, node: Node, key: str) -> Fact[timedelta]:
    member, seconds = node.member(key), number(node, key)
    spans = config.span(member) if member is not None else ()
    try:
        return Stated(as_time(-1 if seconds is None else seconds), spans)
    except ValueError as error:
        return Unknown(f"cannot read {key}: {error}", spans, f"correct {key}")
