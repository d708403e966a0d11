"""Which keys Kea takes where, and of which type: anything else keeps the server from starting.

What is of no use to a rule stands in the profile; the keys that facts rest on stand here.
Source: isc-projects/kea src/lib/dhcpsrv/parsers/simple_parser4.cc, src/bin/dhcp4/dhcp4_parser.yy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.syntax.kea_json import Array, Node, Object

_LIFETIMES = {"valid-lifetime": "integer", "min-valid-lifetime": "integer", "max-valid-lifetime": "integer"}
_MODES = {
    "reservations-global": "boolean",
    "reservations-in-subnet": "boolean",
    "reservations-out-of-pool": "boolean",
    "reservation-mode": "string",
}
_GUARDS = {
    "client-class": "string",
    "client-classes": "list",
    "require-client-classes": "list",
    "evaluate-additional-classes": "list",
}

UNDERSTOOD: Mapping[str, Mapping[str, str]] = {
    "global": {
        **_LIFETIMES,
        **_MODES,
        "subnet4": "list",
        "shared-networks": "list",
        "interfaces-config": "map",
        "lease-database": "map",
        "hosts-database": "map",
        "hosts-databases": "list",
        "host-reservation-identifiers": "list",
        "client-classes": "list",
        "option-def": "list",
        "option-data": "list",
        "hooks-libraries": "list",
        "reservations": "list",
        "config-control": "map",
        "adaptive-lease-time-threshold": "real",
    },
    "shared-network": {
        **_LIFETIMES,
        **_MODES,
        **_GUARDS,
        "name": "string",
        "subnet4": "list",
        "interface": "string",
        "option-data": "list",
        "adaptive-lease-time-threshold": "real",
    },
    "subnet4": {
        **_LIFETIMES,
        **_MODES,
        **_GUARDS,
        "subnet": "string",
        "interface": "string",
        "option-data": "list",
        "pools": "list",
        "reservations": "list",
        "adaptive-lease-time-threshold": "real",
    },
    "pool": {**_GUARDS, "pool": "string", "option-data": "list"},
    "option-data": {
        "name": "string",
        "code": "integer",
        "data": "string",
        "space": "string",
        "csv-format": "boolean",
        "never-send": "boolean",
        "client-classes": "list",
    },
    "option-def": {"name": "string", "code": "integer", "space": "string"},
    "client-class": {
        **_LIFETIMES,
        "name": "string",
        "test": "string",
        "template-test": "string",
        "only-if-required": "boolean",
        "only-in-additional-list": "boolean",
        "option-data": "list",
    },
    "reservation": {
        "hw-address": "string",
        "client-id": "string",
        "circuit-id": "string",
        "duid": "string",
        "flex-id": "string",
        "ip-address": "string",
        "hostname": "string",
        "comment": "string",
        "client-classes": "list",
        "option-data": "list",
    },
    "interfaces-config": {"interfaces": "list", "dhcp-socket-type": "string"},
}

_BELOW: Mapping[tuple[str, str], str] = {
    ("global", "subnet4"): "subnet4",
    ("global", "shared-networks"): "shared-network",
    ("global", "client-classes"): "client-class",
    ("global", "option-def"): "option-def",
    ("global", "interfaces-config"): "interfaces-config",
    ("shared-network", "subnet4"): "subnet4",
    ("subnet4", "pools"): "pool",
    **{(kind, "option-data"): "option-data" for kind in ("global", "shared-network", "subnet4", "pool")},
    ("client-class", "option-data"): "option-data",
    ("reservation", "option-data"): "option-data",
    ("global", "reservations"): "reservation",
    ("subnet4", "reservations"): "reservation",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why Kea does not start with a configuration, and where."""

    why: str
    file: str
    first: int
    last: int
    unknown_key: str = ""


def refusals(root: Node, irrelevant: Mapping[str, frozenset[str]]) -> Iterator[Refusal]:
    """Yield what Kea refuses in a `Dhcp4` map: unknown keys, keys said twice, wrong types."""
    types = {
        name: kind.removeprefix("type-") for kind in irrelevant if kind[:5] == "type-" for name in irrelevant[kind]
    }
    yield from _map(root, "global", irrelevant, types)


def _map(
    node: Node, kind: str, irrelevant: Mapping[str, frozenset[str]], types: Mapping[str, str]
) -> Iterator[Refusal]:
    if not isinstance(node.value, Object):
        yield Refusal("a map must stand here", node.file, node.first, node.last)
        return
    seen: set[str] = set()
    for member in node.members:
        here = (member.file, member.first, member.node.last)
        wanted = UNDERSTOOD[kind].get(member.key)
        if wanted is None and member.key not in irrelevant.get(kind, frozenset()):
            yield Refusal(f"it does not know the key in {kind}", member.file, member.first, member.first, member.key)
            continue
        wanted = wanted or types.get(member.key)
        if member.key in seen:
            yield Refusal(f"{member.key} is said twice in {kind}", member.file, member.first, member.first)
        elif wanted is not None and not _is(member.node, wanted):
            yield Refusal(f"{member.key} is not of type {wanted}", *here)
        seen.add(member.key)
        below = _BELOW.get((kind, member.key))
        if below is not None:
            for item in member.node.items if isinstance(member.node.value, Array) else (member.node,):
                yield from _map(item, below, irrelevant, types)


def _is(node: Node, wanted: str) -> bool:
    value = node.value
    match wanted:
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "real":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "map":
            return isinstance(value, Object)
        case _:
            return isinstance(value, Array)
