"""What has to change in Kea's configuration for an intent: in the subnet of the readers, so that others are not hit."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor import intents
from auditor.model import INFINITE
from auditor.secrets import has_token
from auditor.services.base import Host, Instance, NotPossible, Place, Put
from auditor.services.kea.classes import Belongs, ClientClass, classes_of
from auditor.services.kea.config import Config, Pool, Subnet, absolute, load
from auditor.services.kea.lifetimes import LEAST, MOST, VALID, number
from auditor.services.kea.options import ENTRIES, Source, entries, sources
from auditor.services.kea.places import get, owner_of, put
from auditor.services.kea.read import scope_key
from auditor.services.kea.reservations import identifiers, mac_of, modes
from auditor.services.reading import lines_of
from auditor.syntax.kea_json import Node

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


@dataclass(frozen=True, slots=True)
class _Scope:
    config: Config
    classes: tuple[ClientClass, ...]
    subnet: Subnet
    pool: Pool | None
    sharing: frozenset[str]
    also: frozenset[str]

    @property
    def alone(self) -> bool:
        """Whether no other scope shares the settings of the subnet, or those that do may move too."""
        return self.sharing <= self.also

    @property
    def others(self) -> bool:
        return len(self.config.subnets) > 1 or bool(self.sharing)

    def put(self, owner: Node, place: Place, value: str | None) -> Put:
        """A put at a place of a map, which must be the only one of its kind and name in its file."""
        path = absolute(owner.file)
        file = self.config.reading.file(path)
        found = owner_of(file.text, place[1], place[2]) if file is not None else None
        if found is None or found.start != owner.start:
            raise NotPossible("the map to change cannot be addressed in its file", f"change {path} by hand")
        return Put("kea", path, place, value)


Builder = Callable[[_Scope, intents.Intent], tuple[Put, ...]]


def edit(host: Host, instance: Instance, intent: intents.Intent) -> tuple[Put, ...] | None:
    """Return the puts that carry out an intent about a scope of this server; raises `NotPossible`."""
    builder = _BUILDERS.get(type(intent))
    config = load(host.reading, instance.file) if builder is not None else None
    if builder is None or not isinstance(config, Config):
        return None
    wanted = getattr(intent, "scope", "")
    for subnet in config.subnets:
        for pool in subnet.pools or (None,):
            if scope_key(instance.key, subnet, pool) == wanted:
                sharing = frozenset(scope_key(instance.key, subnet, each) for each in subnet.pools) - {wanted}
                also = frozenset(getattr(intent, "also", ()))
                puts = builder(_Scope(config, classes_of(config), subnet, pool, sharing, also), intent)
                _check_secrets(config, puts)
                return puts
    return None


def _check_secrets(config: Config, puts: tuple[Put, ...]) -> None:
    """A line that holds a redacted secret cannot be written again."""
    for each in puts:
        file = config.reading.file(each.path)
        old = lines_of(file.text) if file is not None else []
        new = lines_of(put(file.text, each.place, each.value)) if file is not None else []
        while old and new and old[-1] == new[-1]:
            old.pop()
            new.pop()
        same = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        if any(has_token(line) for line in old[same:]):
            raise NotPossible("a secret stands on the line to change", f"change {each.path} by hand")


def _lease_time(scope: _Scope, intent: intents.Intent) -> tuple[Put, ...]:
    assert isinstance(intent, intents.SetLeaseTime)
    seconds = 0xFFFFFFFF if intent.lease_time == INFINITE else int(intent.lease_time.total_seconds())
    for each in scope.classes:
        if each.late or each.belongs is Belongs.NO or not any(each.node.get(key) for key in (VALID, LEAST, MOST)):
            continue
        if each.belongs is not Belongs.YES or scope.others:
            advice = f"set valid-lifetime {seconds} in client class '{each.name}', or take its lifetimes out"
            raise NotPossible(f"client class '{each.name}' sets the lease, for clients of other subnets too", advice)
        return _lifetimes(scope, each.node, ("class", each.name), (each.node,), seconds)
    prefix = str(scope.subnet.network)
    if not scope.alone:
        why = f"the pools of subnet {prefix} share one lease, and only one of them is to change"
        raise NotPossible(why, f"set valid-lifetime {seconds} in subnet {prefix}; all its pools follow")
    levels = (*scope.subnet.levels, scope.config.root)
    return _lifetimes(scope, scope.subnet.node, ("subnet", prefix), levels, seconds)


def _lifetimes(
    scope: _Scope, owner: Node, at: tuple[str, str], levels: tuple[Node, ...], seconds: int
) -> tuple[Put, ...]:
    """The lease itself, and those of its bounds that would not let it be."""
    found = [scope.put(owner, ("member", *at, VALID), str(seconds))]
    for key in (MOST, LEAST):
        level = next((each for each in levels if each.get(key) is not None), None)
        bound = number(level, key) if level is not None else None
        if bound is not None and (bound < seconds if key == MOST else bound > seconds):
            found.append(scope.put(owner, ("member", *at, key), str(seconds)))
    return tuple(found)


def _reservation(scope: _Scope, intent: intents.Intent) -> tuple[Put, ...]:
    assert isinstance(intent, intents.AddReservation)
    prefix, mac = str(scope.subnet.network), mac_of(intent.mac)
    advice = f"reserve {intent.address} by hand"
    if mac is None or _NAME.fullmatch(intent.name) is None:
        raise NotPossible("a name or a MAC address that cannot be written", advice)
    if intent.address not in scope.subnet.network:
        raise NotPossible(f"{intent.address} is not in subnet {prefix}", "choose an address of the subnet")
    mode = modes(scope.config, scope.subnet)
    pooled = any(pool.range is not None and intent.address in pool.range for pool in scope.subnet.pools)
    if not mode.of_subnet or "hw-address" not in identifiers(scope.config) or (mode.out_of_pool and pooled):
        raise NotPossible("the server does not look for such a reservation (reservations-…)", advice)
    entry = {"hw-address": mac, "ip-address": str(intent.address), "comment": intent.name}
    return (scope.put(scope.subnet.node, ("reservation", "subnet", prefix, mac), _json(entry)),)


def _pool(scope: _Scope, intent: intents.Intent) -> tuple[Put, ...]:
    assert isinstance(intent, intents.EnlargePool)
    pool = scope.pool
    if pool is None or pool.range is None:
        raise NotPossible("the scope has no pool that could grow", "add a pool by hand")
    first, last = pool.range.first, int(pool.range.first) + intent.size - 1
    network = scope.subnet.network
    # The last address of a subnet is its broadcast address.
    if last >= int(network.broadcast_address):
        raise NotPossible(f"subnet {network} has no room for {intent.size} addresses from {first} on", "make room")
    for other in scope.subnet.pools:
        if other is not pool and other.range is not None and int(first) < int(other.range.first) <= last:
            raise NotPossible(f"the pool from {other.range.first} on is in the way", "join the pools by hand")
    written = scope.config.text(pool.node, "pool") or ""
    dash = "-" if "-" in written and " " not in written else " - "
    value = _json(f"{first}{dash}{IPv4Address(last)}")
    return (scope.put(pool.node, ("member", "pool", str(first), "pool"), value),)


def _domain_name_servers(scope: _Scope, intent: intents.Intent) -> tuple[Put, ...]:
    assert isinstance(intent, intents.SetDomainNameServers)
    data = ", ".join(map(str, intent.servers))
    at, owner = _owner(scope)
    for entry in entries(scope.config, owner, 6):
        place: Place = ("option", *at, "6")
        file = scope.config.reading.file(absolute(entry.file))
        written, node = get(file.text, place) if file is not None else None, entry.get("data")
        plain = not any(entry.get(key) for key in ("csv-format", "client-classes", "never-send"))
        if written is not None and node is not None and plain and node.file == entry.file:
            start, end = node.start - entry.start, node.end - entry.start
            return (scope.put(owner, place, written[:start] + _json(data) + written[end:]),)
    return (scope.put(owner, ("option", *at, "6"), _json({"name": ENTRIES[6], "data": data})),)


def _owner(scope: _Scope) -> tuple[tuple[str, str], Node]:
    """The map where an option of this scope alone may be put: its pool if that has one or is one of several."""
    pool = scope.pool
    if pool is not None and pool.range is not None and (not scope.alone or entries(scope.config, pool.node, 6)):
        return ("pool", str(pool.range.first)), pool.node
    return ("subnet", str(scope.subnet.network)), scope.subnet.node


def _ipv6_only(scope: _Scope, intent: intents.Intent) -> tuple[Put, ...]:
    """Take out every entry that the scope's clients may get; there is no other way to send none."""
    found = []
    for source in sources(scope.config, scope.subnet, scope.pool, scope.classes, 108):
        if source.owner is not (scope.pool.node if scope.pool else None) and _shared(scope, source):
            advice = "take option 108 out there, or move it into the subnets that need it"
            raise NotPossible("option 108 is set where other networks get it from too", advice)
        found.append(scope.put(source.owner, ("option", *_at(scope, source), "108"), None))
    return tuple(found)


def _shared(scope: _Scope, source: Source) -> bool:
    if source.owner is scope.subnet.node:
        return not scope.alone
    return scope.others


def _at(scope: _Scope, source: Source) -> tuple[str, str]:
    if scope.pool is not None and scope.pool.range is not None and source.owner is scope.pool.node:
        return "pool", str(scope.pool.range.first)
    if source.owner is scope.subnet.node:
        return "subnet", str(scope.subnet.network)
    if source.member is not None:
        return "class", source.member.name
    return ("global", "") if source.owner is scope.config.root else ("network", _name(scope))


def _name(scope: _Scope) -> str:
    shared = scope.subnet.shared
    return (scope.config.text(shared, "name") if shared is not None else None) or ""


def _json(value: str | dict[str, str]) -> str:
    """Write JSON on one line, a map with blanks inside its braces."""
    if isinstance(value, str):
        return json.dumps(value)
    return "{ " + ", ".join(f"{json.dumps(key)}: {json.dumps(each)}" for key, each in value.items()) + " }"


_BUILDERS: Mapping[type, Builder] = {
    intents.SetLeaseTime: _lease_time,
    intents.AddReservation: _reservation,
    intents.EnlargePool: _pool,
    intents.SetDomainNameServers: _domain_name_servers,
    intents.StopPreferringIpv6Only: _ipv6_only,
}
