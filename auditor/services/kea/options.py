"""Options that clients of a pool get: pool, subnet, shared network, classes, global level; the first counts.

Source: isc-projects/kea src/bin/dhcp4/dhcp4_srv.cc, buildCfgOptionList; measured with kea-dhcp4 2.2.0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TypeVar

from auditor.model import Fact, Stated, Unknown
from auditor.services.kea.classes import Belongs, ClientClass
from auditor.services.kea.config import Config, Pool, Subnet, items
from auditor.services.reading import printable
from auditor.syntax.kea_json import Node

T = TypeVar("T")

NAMES = {"domain-name-servers": 6, "routers": 3, "v6-only-preferred": 108}
ENTRIES = {code: name for name, code in NAMES.items()}


@dataclass(frozen=True, slots=True)
class Source:
    """An entry of `option-data` and the map that it stands in (a pool, a subnet, …, a class)."""

    owner: Node
    entry: Node
    member: ClientClass | None = None


def sources(
    config: Config, subnet: Subnet, pool: Pool | None, classes: tuple[ClientClass, ...], code: int
) -> tuple[Source, ...]:
    """All entries of an option that a client of a pool may get, the one that counts first."""
    inner = ((pool.node,) if pool is not None else ()) + subnet.levels
    found = [Source(owner, entry) for owner in inner for entry in entries(config, owner, code)]
    asked = {name for level in inner for name in _asked(level)}
    for each in classes:
        if each.belongs is Belongs.NO or (each.late and each.name not in asked):
            continue
        found += [Source(each.node, entry, each) for entry in entries(config, each.node, code)]
    return (*found, *(Source(config.root, entry) for entry in entries(config, config.root, code)))


def _asked(level: Node) -> list[str]:
    lists = (items(level, key) for key in ("require-client-classes", "evaluate-additional-classes"))
    return [item.value for listed in lists for item in listed if isinstance(item.value, str)]


def entries(config: Config, owner: Node, code: int) -> tuple[Node, ...]:
    """The entries of an option in a map. Of several with one code the last counts."""
    found = [entry for entry in items(owner, "option-data") if _code(config, entry) == code]
    return tuple(found[-1:])


def _code(config: Config, entry: Node) -> int | None:
    if config.text(entry, "space") not in (None, "dhcp4"):
        return None
    code, name = entry.get("code"), config.text(entry, "name")
    return code.value if code is not None and type(code.value) is int else NAMES.get(name or "")


def option(
    config: Config, found: tuple[Source, ...], code: int, convert: Callable[[Node | None], T], near: Subnet
) -> Fact[T]:
    """What clients are told; `convert` gets the entry, None where none is sent, and raises `ValueError`."""
    possible: list[Fact[T]] = []
    for source in found:
        fact = _stated(config, source, code, convert)
        if source.member is None or source.member.belongs is Belongs.YES:
            possible.append(fact)
            break
        possible.append(fact)
    else:
        name = ENTRIES[code]
        possible.append(config.reading.default(f"kea.{name}", lambda _: convert(None), *config.header(near)))
    values = [fact.value for fact in possible if not isinstance(fact, Unknown)]
    if len(values) == len(possible) and all(value == values[0] for value in values):
        return possible[-1]
    unread = next((fact for fact in possible if isinstance(fact, Unknown)), None)
    if unread is not None:
        return unread
    names = ", ".join(printable(source.member.name) for source in found if source.member is not None)
    spans = tuple(span for fact in possible for span in fact.spans)
    why = f"clients in class {names} get another option {code}, and whether readers are in it cannot be told"
    return Unknown(why, spans, "look at the option that a client got")


def _stated(config: Config, source: Source, code: int, convert: Callable[[Node | None], T]) -> Fact[T]:
    spans = config.span(source.entry)
    if items(source.entry, "client-classes"):
        return Unknown(f"option {code} is sent to some clients only", spans, "look at the option that a client got")
    try:
        return Stated(convert(None if config.bool(source.entry, "never-send") else source.entry), spans)
    except ValueError as error:
        return Unknown(f"cannot read option {code}: {error}", spans, "correct its data")


def addresses(entry: Node | None) -> tuple[IPv4Address, ...]:
    """Read the addresses of an option, written with dots or, with `csv-format` false, in hex."""
    if entry is None:
        return ()
    data, csv = entry.get("data"), entry.get("csv-format")
    text = data.value if data is not None and isinstance(data.value, str) else ""
    if csv is not None and csv.value is False:
        digits = text.strip().removeprefix("0x").replace(" ", "").replace(":", "")
        try:
            octets = bytes.fromhex(digits)
        except ValueError:
            raise ValueError("not in hex") from None
        if len(octets) % 4:
            raise ValueError("not a list of addresses of four octets")
        return tuple(IPv4Address(octets[at : at + 4]) for at in range(0, len(octets), 4))
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        return tuple(IPv4Address(word) for word in words)
    except ValueError:
        raise ValueError("not a list of IPv4 addresses") from None


def is_sent(entry: Node | None) -> bool:
    """Whether the option is sent at all."""
    return entry is not None
