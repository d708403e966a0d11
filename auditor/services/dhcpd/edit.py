"""What has to change in dhcpd's configuration for an intent: in the readers' pool or subnet, to hit nobody else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor import intents
from auditor.model import INFINITE, Unknown
from auditor.secrets import has_token
from auditor.services.base import Host, Instance, NotPossible, Place, Put
from auditor.services.dhcpd.config import Config, Range, Subnet, load
from auditor.services.dhcpd.lifetimes import DEFAULT, KEYS, LEAST, MOST, lease_time, seconds
from auditor.services.dhcpd.options import NAMES, settings
from auditor.services.dhcpd.places import first_of, get, owner_of
from auditor.services.dhcpd.read import scope_key
from auditor.services.dhcpd.reservations import mac_of, name_of
from auditor.services.dhcpd.settings import candidates, in_classes, named, possible, scopes_of
from auditor.syntax.dhcpd_conf import Statement, parse

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class _Scope:
    config: Config
    subnet: Subnet
    range: Range | None
    sharing: frozenset[str]
    also: frozenset[str]

    @property
    def alone(self) -> bool:
        """Whether no other scope shares the settings of the subnet, or those that do may move too."""
        return self.sharing <= self.also

    @property
    def scopes(self) -> tuple[Statement, ...]:
        return scopes_of(self.subnet, self.range)

    def owner(self, wanted: frozenset[str]) -> Statement:
        """The block to write a setting into: the pool if it states it or is one of several, else the subnet."""
        pool = self.scopes[0] if self.scopes[0].keyword == "pool" else None
        stated = pool is not None and possible(pool.block or (), wanted) != (None,)
        if pool is not None and (stated or not self.alone):
            own = [each for each in self.subnet.ranges if each.scopes[0] is pool]
            if len(own) > 1 and not self.alone:
                raise NotPossible("several ranges share the pool", "change the pool by hand; all its ranges follow")
            return pool
        if not self.alone:
            why = f"several ranges of subnet {self.subnet.network} share its settings"
            raise NotPossible(why, "change the subnet by hand; all its ranges follow")
        return self.subnet.statement

    def put(self, owner: Statement, setting: str, value: str | None) -> Put:
        """A put of a setting in a block, which must be the one that its place names in its file."""
        conditional = [each for each in owner.block or () if each.keyword in ("if", "switch")]
        if any(possible((each,), frozenset({setting})) != (None,) for each in conditional):
            raise NotPossible(f"{setting} is set under a condition", "change it by hand")
        kind = owner.keyword
        name = owner.arguments[0] if kind != "pool" and owner.arguments else ""
        if kind == "pool":
            name = next((first_of(each) for each in owner.block or () if each.keyword == "range"), "")
        return self.at(owner.file, owner, ("setting", kind, name, setting), value)

    def at(self, path: str, owner: Statement, place: Place, value: str | None) -> Put:
        file = self.config.reading.file(path)
        kind, name = ("subnet", place[1]) if place[0] == "host" else (place[1], place[2])
        found = owner_of(parse(path, file.text).statements, kind, name) if file is not None else None
        if file is None or found is None or found.start != owner.start:
            raise NotPossible("the block to change cannot be addressed in its file", f"change {path} by hand")
        written = get(file.text, place)
        if written is not None and has_token(written):
            raise NotPossible("a secret stands on the line to change", f"change {path} by hand")
        return Put("dhcpd", path, place, value)


Builder = Callable[[_Scope, intents.Intent], tuple[Put, ...]]


def edit(host: Host, instance: Instance, intent: intents.Intent) -> tuple[Put, ...] | None:
    """Return the puts that carry out an intent about a scope of this server; raises `NotPossible`."""
    builder = _BUILDERS.get(type(intent))
    config = load(host.reading, instance.file) if builder is not None else None
    if builder is None or not isinstance(config, Config):
        return None
    wanted = getattr(intent, "scope", "")
    for subnet in config.subnets:
        for found in subnet.ranges or (None,):
            if scope_key(instance.key, subnet, found) == wanted:
                sharing = frozenset(scope_key(instance.key, subnet, each) for each in subnet.ranges) - {wanted}
                also = frozenset(getattr(intent, "also", ()))
                return builder(_Scope(config, subnet, found, sharing, also), intent)
    return None


def _lease_time(scope: _Scope, intent: intents.Intent) -> tuple[Put, ...]:
    assert isinstance(intent, intents.SetLeaseTime)
    wanted = 0xFFFFFFFF if intent.lease_time == INFINITE else int(intent.lease_time.total_seconds())
    text = "-1" if intent.lease_time == INFINITE else str(wanted)
    advice = f"set {DEFAULT} {text} and {MOST} {text} there"
    for each in in_classes(scope.config, frozenset(KEYS)):
        raise NotPossible(f"class {' '.join(each.arguments)} sets a lease of its own", advice)
    now = lease_time(scope.config, scope.subnet, scope.range)
    if isinstance(now, Unknown):
        raise NotPossible(now.why, advice)
    found = []
    for key, default in ((DEFAULT, "43200"), (MOST, "86400"), (LEAST, "0")):
        setting = frozenset({key})
        statement = candidates(scope.config, scope.scopes, setting)[0]
        value = seconds(statement.arguments[0] if statement is not None else default)
        if value != wanted if key == DEFAULT else value < wanted if key == MOST else value > wanted:
            found.append(scope.put(scope.owner(setting), key, text))
    return tuple(found)


def _reservation(scope: _Scope, intent: intents.Intent) -> tuple[Put, ...]:
    assert isinstance(intent, intents.AddReservation)
    mac, network = mac_of(intent.mac), scope.subnet.network
    if mac is None or _NAME.fullmatch(intent.name) is None:
        raise NotPossible("a name or a MAC address that cannot be written", f"reserve {intent.address} by hand")
    if intent.address not in network:
        raise NotPossible(f"{intent.address} is not in subnet {network}", "choose an address of the subnet")
    if any(name_of(each) == intent.name for each in scope.config.hosts):
        raise NotPossible(f"there is a host {intent.name} already", "look at its address")
    entry = f"host {intent.name} {{ hardware ethernet {mac}; fixed-address {intent.address}; }}"
    place = ("host", str(network.network_address), intent.name)
    return (scope.at(scope.subnet.statement.file, scope.subnet.statement, place, entry),)


def _pool(scope: _Scope, intent: intents.Intent) -> tuple[Put, ...]:
    assert isinstance(intent, intents.EnlargePool)
    found, network = scope.range, scope.subnet.network
    if found is None or found.addresses is None:
        raise NotPossible("the scope has no range that could grow", "add a range by hand")
    first = found.addresses.first
    last = int(first) + intent.size - 1
    if last >= int(network.broadcast_address):
        raise NotPossible(f"subnet {network} has no room for {intent.size} addresses from {first} on", "make room")
    for other in scope.subnet.ranges:
        if other is not found and other.addresses and int(first) < int(other.addresses.first) <= last:
            raise NotPossible(f"the range from {other.addresses.first} on is in the way", "join the ranges by hand")
    words = ["dynamic-bootp"] if "dynamic-bootp" in found.statement.arguments else []
    value = " ".join([*words, str(first), str(IPv4Address(last))])
    return (Put("dhcpd", found.statement.file, ("range", first_of(found.statement)), value),)


def _domain_name_servers(scope: _Scope, intent: intents.Intent) -> tuple[Put, ...]:
    assert isinstance(intent, intents.SetDomainNameServers)
    wanted = settings(scope.config, 6)
    for each in in_classes(scope.config, wanted):
        raise NotPossible(f"class {' '.join(each.arguments)} sets option 6 of its own", "change it there")
    owner = scope.owner(wanted)
    stated = [each for each in possible(owner.block or (), wanted) if each is not None]
    setting = named(stated[0])[0] if stated else f"option {NAMES[6]}"
    if stated and not named(stated[0])[1]:
        raise NotPossible("option 6 is computed", "change it by hand")
    return (scope.put(owner, setting, ", ".join(map(str, intent.servers))),)


def _ipv6_only(scope: _Scope, intent: intents.Intent) -> tuple[Put, ...]:
    """Take out every statement that the scope's clients may get; there is no other way to send none."""
    wanted = settings(scope.config, 108)
    advice = "take the statement out by hand, or move it into the subnets that need it"
    for each in in_classes(scope.config, wanted):
        raise NotPossible(f"class {' '.join(each.arguments)} sends option 108", advice)
    found = []
    others = len(scope.config.subnets) > 1
    for block in scope.scopes:
        shared = not scope.alone if block.keyword in ("pool", "subnet") else others
        for statement in possible(block.block or (), wanted):
            if statement is None:
                continue
            if shared or block.keyword not in ("pool", "subnet", "shared-network"):
                raise NotPossible("option 108 is set where other networks get it from too", advice)
            found.append(scope.put(block, named(statement)[0], None))
    for statement in possible(scope.config.settings, wanted):
        if statement is None:
            continue
        if others or not scope.alone or statement not in parse(statement.file, _text(scope, statement)).statements:
            raise NotPossible("option 108 is set where other networks get it from too", advice)
        found.append(Put("dhcpd", statement.file, ("setting", "global", "", named(statement)[0]), None))
    return tuple(found)


def _text(scope: _Scope, statement: Statement) -> str:
    file = scope.config.reading.file(statement.file)
    return file.text if file is not None else ""


_BUILDERS: Mapping[type, Builder] = {
    intents.SetLeaseTime: _lease_time,
    intents.AddReservation: _reservation,
    intents.EnlargePool: _pool,
    intents.SetDomainNameServers: _domain_name_servers,
    intents.StopPreferringIpv6Only: _ipv6_only,
}
