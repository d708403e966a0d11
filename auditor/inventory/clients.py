"""Reads what the operator says about the clients of a shop: its readers and its points of sale."""

from collections.abc import Callable, Collection
from typing import Literal, TypeVar

from auditor.inventory import formats
from auditor.inventory.document import Items, Node, Table, join
from auditor.inventory.entries import (
    Addressing,
    Connection,
    Integration,
    PosEntry,
    PosGroup,
    ReaderEntry,
    ReaderGroup,
    Selector,
)
from auditor.inventory.fields import Fields, as_fields, kind
from auditor.inventory.formats import Address, Format, choice
from auditor.inventory.mistakes import Mistakes

T = TypeVar("T")

SELECTOR_KEYS = ("ssid", "vlan", "subnet", "mac", "mac_ethernet", "ip")
INTEGRATION = choice(Integration)
_CONNECTION = choice(Connection)
_ADDRESSING = choice(Addressing)
_ONLY_MOBILE = "; only mobile readers need none: say their model, or connection: bluetooth"
_ENTRY = "a mapping with at least one of: " + ", ".join(SELECTOR_KEYS)
_ON_THE_GROUP = dict.fromkeys(
    ("integration", "sdk_version"), "the whole group: {integration: …, entries: [this entry, …]}"
)


def read_readers(
    node: Node, path: str, model: Format[str], mobile: Collection[str], mistakes: Mistakes
) -> dict[str, ReaderGroup]:
    """Read `readers`: a mapping of named groups, or a list, which names them readers-1, readers-2.

    `mobile` are the models without a network connection of their own.
    """

    def group(name: str, node: Node, path: str) -> ReaderGroup | None:
        integration = sdk_version = None

        def take_group(fields: Fields) -> None:
            nonlocal integration, sdk_version
            integration = fields.scalar("integration", INTEGRATION)
            sdk_version = fields.scalar("sdk_version", formats.VERSION)

        entries = _entries(node, path, lambda fields: _reader(fields, model, mobile), take_group, mistakes)
        return ReaderGroup(name, entries, integration, sdk_version) if entries else None

    return _groups(node, path, "readers", group, mistakes)


def read_pos(node: Node, path: str, mistakes: Mistakes) -> dict[str, PosGroup]:
    """Read `pos`, which is written like `readers`."""

    def group(name: str, node: Node, path: str) -> PosGroup | None:
        entries = _entries(node, path, _till, lambda fields: None, mistakes)
        return PosGroup(name, entries) if entries else None

    return _groups(node, path, "pos", group, mistakes)


def _groups(
    node: Node, path: str, what: str, read: Callable[[str, Node, str], T | None], mistakes: Mistakes
) -> dict[str, T]:
    match node:
        case Table():
            named = list(Fields(node, path, mistakes).names())
        case Items(nodes):
            named = [(f"{what}-{number}", item, f"{path}[{number}]") for number, item in enumerate(nodes, start=1)]
        case _:
            mistakes.add(node, path, f"expected a mapping of named groups or a list of entries, found {kind(node)}")
            named = []
    groups = ((name, read(name, item, below)) for name, item, below in named)
    return {name: group for name, group in groups if group is not None}


def _entries(
    node: Node,
    path: str,
    read: Callable[[Fields], T | None],
    take_group: Callable[[Fields], None],
    mistakes: Mistakes,
) -> tuple[T, ...]:
    """Read the entries of one group: one entry, a list of them, or {entries: …} with keys of the whole group."""
    if isinstance(node, Items):
        return _listed(node, path, read, mistakes)
    fields = as_fields(node, path, _ENTRY, mistakes)
    if fields is None:
        return ()
    take_group(fields)
    if not fields.has("entries"):
        entry = read(fields)
        fields.finish()
        return () if entry is None else (entry,)
    listed = fields.node("entries")
    fields.finish(dict.fromkeys((*SELECTOR_KEYS, "model", "count", "connection", "addressing", "dns"), "an entry"))
    if not isinstance(listed, Items):
        fields.wrong("entries", "expected a list of entries")
        return ()
    return _listed(listed, join(path, "entries"), read, mistakes)


def _listed(node: Items, path: str, read: Callable[[Fields], T | None], mistakes: Mistakes) -> tuple[T, ...]:
    if not node.nodes:
        mistakes.add(node, path, f"the list is empty; expected {_ENTRY}")
    entries: list[T] = []
    for number, item in enumerate(node.nodes, start=1):
        fields = as_fields(item, f"{path}[{number}]", _ENTRY, mistakes)
        if fields is None:
            continue
        entry = read(fields)
        fields.finish(_ON_THE_GROUP)
        if entry is not None:
            entries.append(entry)
    return tuple(entries)


def _reader(fields: Fields, model: Format[str], mobile: Collection[str]) -> ReaderEntry | None:
    name = fields.scalar("model", model)
    count = fields.scalar("count", formats.COUNT)
    connection = fields.scalar("connection", _CONNECTION)
    optional = connection is Connection.BLUETOOTH or name in mobile
    selector = _selector(fields, optional=optional, hint=_ONLY_MOBILE)
    addressing = fields.scalar("addressing", _ADDRESSING)
    if fields.has("mac", "mac_ethernet", "ip") and (count or 1) > 1:
        fields.wrong("count", "an entry with mac, mac_ethernet or ip is one reader; make a list with one entry each")
    if connection is Connection.ETHERNET and fields.has("ssid"):
        fields.wrong("connection", "a reader on ethernet has no ssid; remove one of the two")
    if connection is Connection.BLUETOOTH and mobile and name is not None and name not in mobile:
        fields.wrong("connection", f"{name} has a network connection of its own; say wifi or ethernet")
    if connection in (Connection.WIFI, Connection.ETHERNET) and name in mobile:
        fields.wrong("connection", f"{name} has no network connection of its own; say bluetooth, or leave it out")
    if selector is None:
        return None
    return ReaderEntry(selector, name, count, connection, addressing or Addressing.DHCP)


def _pos_connection(text: str) -> Connection:
    if text not in (Connection.WIFI, Connection.ETHERNET):
        raise ValueError(text)
    return Connection(text)


def _till(fields: Fields) -> PosEntry | None:
    selector = _selector(fields)
    connection = fields.scalar("connection", Format("one of: wifi, ethernet", _pos_connection))
    if connection is Connection.ETHERNET and fields.has("ssid"):
        fields.wrong("connection", "a point of sale on ethernet has no ssid; remove one of the two")
    resolvers = fields.scalars("dns", Format("`dhcp` or IP addresses of resolvers", _resolver))
    listed = fields.node("dns")
    if isinstance(listed, Items) and not listed.nodes:
        fields.wrong("dns", "the list is empty; expected `dhcp` or IP addresses of resolvers")
    if selector is None:
        return None
    addresses = tuple(resolver for resolver in resolvers or () if not isinstance(resolver, str))
    if addresses and "dhcp" in (resolvers or ()):
        fields.wrong("dns", "either `dhcp` or addresses, not both")
    return PosEntry(selector, addresses or "dhcp", connection)


def _resolver(text: str) -> Literal["dhcp"] | Address:
    return "dhcp" if text == "dhcp" else formats.ADDRESS.parse(text)


def _selector(fields: Fields, *, optional: bool = False, hint: str = "") -> Selector | None:
    """Read what selects clients; `hint` ends the message if nothing does and something must."""
    ssid = fields.scalar("ssid", formats.SSID)
    vlan = fields.scalar("vlan", formats.VLAN)
    subnet = fields.scalar("subnet", formats.SUBNET)
    mac = fields.scalar("mac", formats.MAC)
    mac_ethernet = fields.scalar("mac_ethernet", formats.MAC)
    ip = fields.scalar("ip", formats.ADDRESS)
    if not optional and not fields.has(*SELECTOR_KEYS):
        expected = ", ".join(SELECTOR_KEYS)
        fields.wrong("", f"says nothing that selects clients; expected at least one of: {expected}{hint}")
        return None
    if ip is not None and subnet is not None and ip not in subnet:
        fields.wrong("ip", f"{ip} is not inside {subnet}; both must hold")
    return Selector(ssid, vlan, subnet, mac, mac_ethernet, ip, fields.span)
