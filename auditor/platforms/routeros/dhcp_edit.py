"""Intents about DHCP as edits of `/ip dhcp-server` and `/ip pool`.

A network's settings and a pool are shared by all servers that use them; what would change for others too is left to
people.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from auditor import intents
from auditor.model import AddressRange, Device, DhcpScope, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.routeros import shell
from auditor.platforms.routeros.changes import Builder, Texts, add_item, combine, set_property, where_of
from auditor.platforms.routeros.dhcp import SERVER
from auditor.platforms.routeros.dhcp_networks import NETWORK
from auditor.platforms.routeros.dhcp_options import IPV6_ONLY, OPTION, SETS
from auditor.platforms.routeros.dhcp_reservations import LEASE
from auditor.platforms.routeros.items import Item, items_of
from auditor.platforms.routeros.pools import POOL, read_ranges
from auditor.services.base import NotPossible
from auditor.services.reading import printable
from auditor.syntax.routeros_operations import Where

_SERVICES = ("dhcp",)
_CHANGING = ("dns-server", "dns-none")
"""Properties that one intent may change together, so that no item is found by them."""

_LOOK = "make the change by hand, then audit again"


@dataclass(frozen=True, slots=True)
class Menus:
    """All items of the exports, by menu: the same ones however often they are asked for."""

    texts: Texts
    device: Device
    _items: Mapping[str, tuple[Item, ...]]

    @classmethod
    def of(cls, texts: Texts, device: Device) -> "Menus":
        found: dict[str, list[Item]] = {}
        for path, document in texts.documents:
            for item in items_of(device.name, path, document, {}):
                found.setdefault(item.menu, []).append(item)
        return cls(texts, device, {menu: tuple(listed) for menu, listed in found.items()})

    def items(self, menu: str) -> tuple[Item, ...]:
        """The items of a menu in their order."""
        return self._items.get(menu, ())

    def set(self, item: Item, name: str, value: str, default_text: str | None, *, by: str = "") -> Edit:
        """One property of an item gets a value, and back; it is found by `by` if that is its own, else as usual."""
        listed, mine = self.items(item.menu), item.text(by) if by else None
        if mine is not None and sum(each.text(by) == mine for each in listed) == 1:
            where = Where(item.path, ((by, mine),))
        else:
            where = where_of(item, listed, name, *_CHANGING)
        return set_property(self.texts, where, name, value, default_text=default_text)


def _scope(device: Device, key: str) -> DhcpScope:
    found = next((scope for scope in device.dhcp_scopes if scope.key == key), None)
    if found is None:
        raise NotPossible(f"there is no DHCP scope '{printable(key)}'", _LOOK)
    return found


def _server(menus: Menus, scope: str) -> Item:
    """The server of a scope: it has its name, or its name and the first address of a range."""
    listed = menus.items(SERVER)
    for key in (scope, scope.rpartition("/")[0]):
        found = [item for item in listed if printable(item.key, 200) == key]
        if len(found) == 1:
            return found[0]
    raise NotPossible(f"no line adds the DHCP server of scope '{printable(scope)}'", _LOOK)


def _siblings(device: Device, scope: str) -> tuple[str, ...]:
    """Scopes of the same server, which has several ranges."""
    server = scope.rpartition("/")[0]
    return tuple(each.key for each in device.dhcp_scopes if server and each.key.rpartition("/")[0] == server)


# -- lease -----------------------------------------------------------------------------------------------------


def _lease_time(texts: Texts, device: Device, intent: intents.SetLeaseTime) -> Edit:
    menus = Menus.of(texts, device)
    scope, server = _scope(device, intent.scope), _server(menus, intent.scope)
    others = [key for key in _siblings(device, intent.scope) if key not in (intent.scope, *intent.also)]
    if others:
        raise NotPossible(f"the server also serves {', '.join(map(printable, others))}", _LOOK)
    if isinstance(scope.lease_time, Unknown):
        raise NotPossible(scope.lease_time.why, scope.lease_time.settle or _LOOK)
    try:
        now, wanted = shell.duration(scope.lease_time.value), shell.duration(intent.lease_time)
    except ValueError as error:
        raise NotPossible(f"this lease cannot be written: {error}", _LOOK) from None
    return replace(menus.set(server, "lease-time", wanted, now), services=_SERVICES)


# -- reservations ----------------------------------------------------------------------------------------------


def _reservation(texts: Texts, device: Device, intent: intents.AddReservation) -> Edit:
    menus = Menus.of(texts, device)
    scope, server = _scope(device, intent.scope), _server(menus, intent.scope)
    if not isinstance(scope.subnet, Unknown) and intent.address not in scope.subnet.value:
        raise NotPossible(f"{intent.address} is not in {scope.subnet.value}", "choose an address of the subnet")
    properties = (
        ("address", str(intent.address)),
        ("comment", intent.name),
        ("mac-address", intent.mac.upper()),
        *((("server", server.name),) if server.name else ()),
    )
    for item in menus.items(LEASE):
        if item.comment == intent.name and all(item.text(name) == value for name, value in properties):
            continue
        mine = item.text("server") in (None, "all", server.name)
        if mine and (item.text("mac-address") or "").lower() == intent.mac.lower():
            raise NotPossible(f"{intent.mac} has a lease of its own already", "correct that lease by hand")
        if item.text("address") == str(intent.address):
            raise NotPossible(f"{intent.address} is kept for another client", "choose another address")
    return replace(add_item(texts, LEASE, properties, known_by=("comment",)), services=_SERVICES)


# -- pools -----------------------------------------------------------------------------------------------------


def _pool(texts: Texts, device: Device, intent: intents.EnlargePool) -> Edit:
    menus = Menus.of(texts, device)
    scope, server = _scope(device, intent.scope), _server(menus, intent.scope)
    if isinstance(scope.pool, Unknown) or scope.pool.value is None:
        raise NotPossible("the scope has no pool that could grow", "give the server a pool by hand")
    old = scope.pool.value
    new = AddressRange(old.first, old.first + (intent.size - 1))
    if not isinstance(scope.subnet, Unknown) and new.last not in scope.subnet.value:
        why = f"{scope.subnet.value} has no room for {intent.size} addresses from {old.first} on"
        raise NotPossible(why, "move the pool, or make the network larger, by hand")
    pools = menus.items(POOL)
    item = _pool_of(pools, server, old)
    users = _users(menus, item.name)
    if len(users) > 1:
        raise NotPossible(
            f"servers {', '.join(users)} share the pool '{printable(item.name)}'", "give each its own pool"
        )
    for other in pools:
        for each in _ranges(other):
            mine = other is item and each.first >= old.first and each.last <= old.last
            if not mine and each.first <= new.last + 1 and new.first <= each.last + 1:
                raise NotPossible(f"the range from {each.first} on is in the way", "join the ranges by hand")
    edit = menus.set(item, "ranges", _with(item.text("ranges") or "", old, new), None)
    return replace(edit, services=_SERVICES)


def _ranges(item: Item) -> tuple[AddressRange, ...]:
    try:
        return read_ranges(item.text("ranges") or "")
    except ValueError:
        raise NotPossible(f"{item.title} cannot be read", "correct the pool by hand") from None


def _pool_of(pools: tuple[Item, ...], server: Item, old: AddressRange) -> Item:
    """The pool that holds the range: the server's own, or one that follows it."""
    name, seen = server.text("address-pool") or "", set[str]()
    while name and name not in seen:
        seen.add(name)
        item = next((each for each in pools if each.name == name), None)
        if item is None:
            break
        if any(each.first >= old.first and each.last <= old.last for each in _ranges(item)):
            return item
        name = item.text("next-pool") or ""
    raise NotPossible(f"no line gives out {old}", _LOOK)


def _users(menus: Menus, name: str) -> tuple[str, ...]:
    """The servers that give out a pool, by themselves or when another one is empty."""
    reaching, found = {name}, -1
    while found != len(reaching):
        found = len(reaching)
        reaching |= {each.name for each in menus.items(POOL) if each.text("next-pool") in reaching}
    return tuple(printable(each.key) for each in menus.items(SERVER) if each.text("address-pool") in reaching)


def _with(text: str, old: AddressRange, new: AddressRange) -> str:
    """The ranges of a pool with another one instead of those that make up the old one."""
    words: list[str] = []
    for word in text.split(","):
        (each,) = read_ranges(word)
        kept = str(new) if each.first >= old.first and each.last <= old.last else word
        if kept not in words:
            words.append(kept)
    return ",".join(words)


# -- what clients are told -------------------------------------------------------------------------------------


def _network(menus: Menus, scope: DhcpScope) -> Item:
    """The entry of the network of a scope, which no other scope goes by."""
    if isinstance(scope.subnet, Unknown):
        raise NotPossible(scope.subnet.why, scope.subnet.settle or _LOOK)
    subnet, lines = scope.subnet.value, {(span.file, span.first) for span in scope.subnet.spans}
    sharing = [
        printable(each.key)
        for each in menus.device.dhcp_scopes
        if each.key != scope.key and not isinstance(each.subnet, Unknown) and each.subnet.value == subnet
    ]
    if sharing:
        raise NotPossible(f"{', '.join(sharing)} and the scope share the settings of {subnet}", _LOOK)
    for item in menus.items(NETWORK):
        address = item.properties.get("address")
        if address is not None and (item.file, address.first) in lines:
            return item
    raise NotPossible(f"no line of /{NETWORK} is for {subnet}", _LOOK)


def _domain_name_servers(texts: Texts, device: Device, intent: intents.SetDomainNameServers) -> Edit:
    menus = Menus.of(texts, device)
    item = _network(menus, _scope(device, intent.scope))
    server = _server(menus, intent.scope)
    if any(code == "6" for _, code, _ in _given(menus, server, item)):
        advice = f"change the value of that option in /{OPTION}, or take it out and set dns-server of the network"
        raise NotPossible("clients get the resolvers by an option of its own, which may be given elsewhere too", advice)
    edits = [menus.set(item, "dns-server", ",".join(map(str, intent.servers)), "", by="address")]
    if item.text("dns-none") == "yes":
        edits.append(menus.set(item, "dns-none", "no", "no", by="address"))
    return replace(combine(edits), services=_SERVICES)


def _given(menus: Menus, server: Item, network: Item) -> Iterator[tuple[Item, str, str]]:
    """What a server and a network give out: who does, the code, and the property that does it."""
    options, sets = menus.items(OPTION), menus.items(SETS)
    for item in (server, network):
        for name in _words(item.text("dhcp-option")) if item is network else ():
            yield from ((item, each.text("code") or "", "dhcp-option") for each in options if each.name == name)
        for set_ in sets:
            if set_.name != item.text("dhcp-option-set"):
                continue
            for name in _words(set_.text("options")):
                yield from ((item, each.text("code") or "", "dhcp-option-set") for each in options if each.name == name)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def _ipv6_only(texts: Texts, device: Device, intent: intents.StopPreferringIpv6Only) -> Edit:
    menus = Menus.of(texts, device)
    server = _server(menus, intent.scope)
    network = _network(menus, _scope(device, intent.scope))
    others = [key for key in _siblings(device, intent.scope) if key != intent.scope]
    found = [each for each in _given(menus, server, network) if each[1] == str(IPV6_ONLY)]
    if not found:
        raise NotPossible("no line of the scope gives out option 108", _LOOK)
    if others and any(item is server for item, _, _ in found):
        raise NotPossible(f"the server also serves {', '.join(map(printable, others))}", _LOOK)
    edits = [_without_108(menus, item, name) for item, name in dict.fromkeys((item, name) for item, _, name in found)]
    return replace(combine(edits), services=_SERVICES)


def _without_108(menus: Menus, item: Item, name: str) -> Edit:
    """The option leaves the list of the network; a set that gives it out goes only if it holds nothing else."""
    preferring = {each.name for each in menus.items(OPTION) if each.text("code") == str(IPV6_ONLY)}
    if name == "dhcp-option":
        kept = ",".join(word for word in _words(item.text(name)) if word not in preferring)
        return menus.set(item, name, kept, "", by="address")
    sets = [each for each in menus.items(SETS) if each.name == item.text(name)]
    if any(word not in preferring for each in sets for word in _words(each.text("options"))):
        advice = f"take option 108 out of the set in /{SETS}, after looking who else uses the set"
        raise NotPossible("a set of options that holds others too gives out option 108", advice)
    return menus.set(item, name, "none", "none", by="address")


BUILDERS: Mapping[type, Builder] = {
    intents.SetLeaseTime: _lease_time,
    intents.AddReservation: _reservation,
    intents.EnlargePool: _pool,
    intents.SetDomainNameServers: _domain_name_servers,
    intents.StopPreferringIpv6Only: _ipv6_only,
}
