"""The configuration of one Kea server as its subnets, pools, classes and options stand in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from auditor.model import AddressRange, Span, Unknown
from auditor.services.kea.schema import Refusal, refusals
from auditor.services.reading import Reading, printable
from auditor.syntax.kea_json import KeaJsonError, Member, Node, read

SETTLE = "correct the line; `kea-dhcp4 -t` on the host names it too"
_RANGE = re.compile(r"\s*([0-9.]{7,15})\s*-\s*([0-9.]{7,15})\s*")


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool of a subnet; `range` None if it cannot be read."""

    node: Node
    range: AddressRange | None


@dataclass(frozen=True, slots=True)
class Subnet:
    """One `subnet4` with the shared network that it belongs to."""

    node: Node
    network: IPv4Network
    shared: Node | None
    pools: tuple[Pool, ...]

    @property
    def levels(self) -> tuple[Node, ...]:
        """The subnet and what it inherits from, inner first, without the global level."""
        return (self.node,) if self.shared is None else (self.node, self.shared)


@dataclass(frozen=True, slots=True)
class Config:
    """The `Dhcp4` map of one server. `refusals` are reasons why the server does not start with it."""

    reading: Reading
    root: Node
    subnets: tuple[Subnet, ...]
    refusals: tuple[Unknown, ...]

    def span(self, *nodes: Node | Member) -> tuple[Span, ...]:
        """The lines of values, marked as understood."""
        spans = (
            self.reading.span(node.file, node.first, node.node.last if isinstance(node, Member) else node.last)
            for node in nodes
        )
        return self.reading.understood(*dict.fromkeys(spans))

    def header(self, subnet: Subnet) -> tuple[Span, ...]:
        """The line that names a subnet."""
        member = subnet.node.member("subnet")
        return self.span(member) if member is not None else ()

    def text(self, node: Node, key: str) -> str | None:
        """A text of a map, None if it is not there."""
        found = node.get(key)
        return found.value if found is not None and isinstance(found.value, str) else None

    def bool(self, node: Node, key: str) -> bool | None:
        """A truth value of a map, None if it is not there."""
        found = node.get(key)
        return found.value if found is not None and isinstance(found.value, bool) else None


def absolute(path: str) -> str:
    """An include as a service manager starts Kea, in the root of the file system."""
    return path if path.startswith("/") else f"/{path}"


def load(reading: Reading, file: str) -> Config | Unknown:
    """Read a configuration with its includes, or say why it cannot be read."""
    captured = reading.file(file)
    if captured is None:
        return reading.missing(file)
    used = {file}

    def text_of(path: str) -> str | None:
        found = reading.file(absolute(path))
        used.add(absolute(path))
        return found.text if found is not None else None

    try:
        document = read(file, captured.text, text_of)
    except KeaJsonError as error:
        where = reading.span(absolute(error.file), error.line)
        return Unknown(f"Kea's configuration cannot be read: {error.why}", (where,), SETTLE)
    root = document.get("Dhcp4")
    if root is None:
        return Unknown(f"{file} has no Dhcp4 map", (reading.span(file, 1),), SETTLE)
    for path in used:
        reading.irrelevant(path, range(1, len(reading.lines(path)) + 1))
    return _config(reading, document, root)


def _config(reading: Reading, document: Node, root: Node) -> Config:
    found = [
        Refusal("it does not know the key at the top", m.file, m.first, m.first, m.key)
        for m in document.members
        if m.key != "Dhcp4"
    ]
    found += refusals(root, reading.profile.irrelevant.get("kea", {}))
    subnets: dict[IPv4Network, Subnet] = {}
    for node, shared in _subnets(root):
        member = node.member("subnet")
        try:
            network = IPv4Network(str(member.node.value).strip() if member is not None else "", strict=False)
        except ValueError:
            found.append(Refusal("a subnet whose prefix cannot be read", node.file, node.first, node.first))
            continue
        subnet = Subnet(node, network, shared, tuple(_pools(node)))
        found += _bad_pools(subnet)
        if network in subnets:
            found.append(Refusal(f"subnet {network} is there twice", node.file, node.first, node.first))
            continue
        subnets[network] = subnet
    return Config(reading, root, tuple(subnets.values()), tuple(_why(reading, each) for each in found))


def _why(reading: Reading, refusal: Refusal) -> Unknown:
    if refusal.unknown_key:
        reading.unknown(refusal.file, refusal.first, refusal.unknown_key)
    about = f" ({printable(refusal.unknown_key)})" if refusal.unknown_key else ""
    span = reading.span(refusal.file, refusal.first, refusal.last)
    return Unknown(f"Kea does not start with this configuration: {refusal.why}{about}", (span,), SETTLE)


def _subnets(root: Node) -> Iterator[tuple[Node, Node | None]]:
    for node in _items(root, "subnet4"):
        yield node, None
    for shared in _items(root, "shared-networks"):
        for node in _items(shared, "subnet4"):
            yield node, shared


def _items(node: Node, key: str) -> tuple[Node, ...]:
    found = node.get(key)
    return found.items if found is not None else ()


items = _items


def _pools(subnet: Node) -> Iterator[Pool]:
    for node in _items(subnet, "pools"):
        written = node.get("pool")
        text = written.value if written is not None else None
        yield Pool(node, address_range(text) if isinstance(text, str) else None)


def address_range(text: str) -> AddressRange | None:
    """Read `first - last` or a prefix, all of whose addresses are given out; None if it is neither."""
    found = _RANGE.fullmatch(text)
    try:
        if found is not None:
            pool = AddressRange(IPv4Address(found[1]), IPv4Address(found[2]))
            return pool if pool.first <= pool.last else None
        network = IPv4Network(text.replace(" ", ""), strict=False)
    except ValueError:
        return None
    return AddressRange(network[0], network[-1]) if "/" in text else None


def _bad_pools(subnet: Subnet) -> Iterator[Refusal]:
    last: int | None = None
    for pool in sorted(subnet.pools, key=lambda each: int(each.range.first) if each.range else -1):
        here = (pool.node.file, pool.node.first, pool.node.last)
        if pool.range is None:
            yield Refusal("a pool that cannot be read", *here)
        elif pool.range.first not in subnet.network or pool.range.last not in subnet.network:
            yield Refusal(f"a pool outside {subnet.network}", *here)
        else:
            if last is not None and int(pool.range.first) <= last:
                yield Refusal("a pool that overlaps another one", *here)
            last = int(pool.range.last)
