"""Intents about packet filters as edits: entries before the one that blocks, and a translation that is taken out.

A new entry gets its name by a remark in front of it, which is one plain word. Lists know no connections: where the
same list stops the replies as well, a second entry lets them pass, over TCP only those of connections that are there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import product

from auditor.intents import AllowTraffic, StopDnsRedirect
from auditor.model import Action, Device, Fact, Filter, FilterRule, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios.acl import IMPLICIT
from auditor.platforms.cisco_ios.acl_entries import keys_of
from auditor.platforms.cisco_ios.acl_words import TCP_PORTS, UDP_PORTS
from auditor.platforms.cisco_ios.changes import Builder, Texts, drop_line
from auditor.platforms.cisco_ios.entries import insert_entries
from auditor.platforms.cisco_ios.filters import KEY
from auditor.platforms.cisco_ios.nat_forwards import OUTSIDE, VIRTUAL
from auditor.services.base import NotPossible
from auditor.services.reading import printable

_REPLIES = " (replies)"
_WORD = re.compile(r"[A-Za-z0-9_.:@-]{1,100}", re.ASCII)
"""A remark holds 100 characters. Source: Cisco, "Security Configuration Guide: Access Control Lists", "Commented IP
Access List Entries"."""

_MOST = 32
_NUMBERED = re.compile(r" (?:\(\d+\)|#\d+)$")
_BY_HAND = "add the entry by hand"
_NAMES = {
    "tcp": {number: name for name, number in TCP_PORTS.items()},
    "udp": {number: name for name, number in UDP_PORTS.items()},
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a list stands, its lines there, and the line that a new entry precedes, None for the end."""

    path: tuple[str, ...]
    lines: tuple[str, ...]
    before: str | None


# -- traffic ---------------------------------------------------------------------------------------------------


def allow_traffic(texts: Texts, device: Device, intent: AllowTraffic) -> Edit | None:
    """Entries that permit one kind of traffic, in front of the one that stops it."""
    chain = intent.filter.removesuffix(_REPLIES)
    if not chain.startswith(KEY) or chain.endswith(" (later packets)"):
        raise NotPossible(f"{intent.filter} is no access list into which an entry can be put", _advice(intent))
    if intent.protocol not in ("tcp", "udp", "icmp") or not _WORD.fullmatch(intent.name):
        raise NotPossible("the name or the protocol cannot be written into an entry", _BY_HAND)
    found = _filter(device, intent.filter)
    place = _place(texts, chain.removeprefix(KEY), intent)
    entries: list[str] = []
    replies = intent.filter.endswith(_REPLIES)
    if _is_outside(device, found, intent):
        raise NotPossible("the list sees addresses behind translation", _advice(intent))
    if found is not None and any(rule.key == f"{IMPLICIT} (2)" for rule in found.rules):
        raise NotPossible("the list is applied in both directions, or inside and outside", _advice(intent))
    pairs = list(product(_ends(intent.sources), _ends(intent.destinations)))
    if len(pairs) > _MOST:
        raise NotPossible(f"it would take {len(pairs)} entries", "use an object group, by hand")
    back = not replies and _stopped(_filter(device, f"{chain}{_REPLIES}"), intent)
    for name, (source, destination) in zip(intent.rules(len(pairs)), pairs, strict=True):
        entries.append(f"remark {name}")
        entries.append((_back if replies else _forth)(intent, source, destination))
        if back:
            entries.append(_back(intent, source, destination))
    return insert_entries(texts, place.path, entries, before=place.before, services=("access-list",))


def _filter(device: Device, key: str) -> Filter | None:
    """The filter of this key, whichever packets it is about."""
    listed = (*device.forward_filters, *device.input_filters, *device.bridge_filters)
    return next((each for each in listed if each.key == key), None)


def _place(texts: Texts, name: str, intent: AllowTraffic) -> _Place:
    """Find the list, and the line to come before: a remark belongs to the entry behind it."""
    heads = (("ip access-list extended " + name,), ("ip access-list standard " + name,))
    path = next((each for each in heads if texts.has_block(each)), (f"access-list {name}",))
    flat = path[0] == f"access-list {name}"
    lines = texts.lines((), path[0]) if flat else texts.entries(path)
    if not lines:
        raise NotPossible("the access list is not in the running configuration", "look at `show ip access-lists`")
    if " standard " in path[0] or (flat and not _is_extended(name)):
        raise NotPossible("a standard list knows sources alone, and would let all of their traffic pass", _BY_HAND)
    wanted = _NUMBERED.sub("", intent.before or IMPLICIT)
    if wanted == IMPLICIT:
        return _Place(path, lines, None)
    keys = keys_of(line.removeprefix(f"{path[0]} ") if flat else line for line in lines)
    names = (intent.before, wanted)
    at = next((number for number, key in enumerate(keys) if key is not None and key in names), None)
    if at is None:
        raise NotPossible(f"'{printable(wanted, 80)}' is no entry of the list", _BY_HAND)
    while at and keys[at - 1] is None:
        at -= 1
    return _Place(path, lines, lines[at])


def _is_extended(name: str) -> bool:
    return name.isdecimal() and (100 <= int(name[:5]) <= 199 or 2000 <= int(name[:5]) <= 2699)


def _ends(networks: tuple[IPv4Network, ...] | None) -> tuple[str, ...]:
    """Networks as an access list says them."""
    if networks is None:
        return ("any",)
    return tuple(
        f"host {each.network_address}" if each.prefixlen == 32 else f"{each.network_address} {each.hostmask}"
        for each in networks
        if each.prefixlen
    ) or ("any",)


def _port(intent: AllowTraffic) -> str:
    if intent.port is None:
        return ""
    # The running configuration shows the usual ports by name.
    return f" eq {_NAMES.get(intent.protocol, {}).get(intent.port, intent.port)}"


def _forth(intent: AllowTraffic, source: str, destination: str) -> str:
    echo = " echo" if intent.protocol == "icmp" else ""
    return f"permit {intent.protocol} {source} {destination}{_port(intent)}{echo}"


def _back(intent: AllowTraffic, source: str, destination: str) -> str:
    end = {"tcp": " established", "icmp": " echo-reply"}.get(intent.protocol, "")
    return f"permit {intent.protocol} {destination}{_port(intent)} {source}{end}"


# -- what the list does today ----------------------------------------------------------------------------------


def _is_outside(device: Device, found: Filter | None, intent: AllowTraffic) -> bool:
    """Whether the list is asked where sources are translated already: on the outside interface."""
    outside = {name for nat in device.source_nats if not isinstance(nat.leaving, Unknown) for name in nat.leaving.value}
    if found is None or intent.leaving not in outside:
        return False
    rule = next((rule for rule in found.rules if rule.key == intent.before), None)
    return rule is not None and not isinstance(rule.leaving, Unknown) and rule.leaving.value is not None


def _stopped(found: Filter | None, intent: AllowTraffic) -> bool:
    """Whether the filter for replies may stop those of this traffic."""
    for rule in found.rules if found is not None else ():
        if not _may_match(rule, intent):
            continue
        if isinstance(rule.action, Unknown) or rule.action.value.blocks:
            return True
        if rule.action.value is Action.ACCEPT and _covers(rule, intent):
            return False
    return False


def _may_match(rule: FilterRule, intent: AllowTraffic) -> bool:
    names = ((rule.entering, intent.entering), (rule.leaving, intent.leaving), (rule.protocols, intent.protocol))
    if not all(_among(fact, name) for fact, name in names):
        return False
    ends = ((rule.sources, intent.sources), (rule.destinations, intent.destinations))
    return all(_overlap(fact, networks) for fact, networks in ends) and _takes_port(rule, intent)


def _among(fact: Fact[frozenset[str] | None], name: str) -> bool:
    return isinstance(fact, Unknown) or fact.value is None or name in fact.value


def _overlap(fact: Fact[tuple[IPv4Network, ...] | None], networks: tuple[IPv4Network, ...] | None) -> bool:
    if isinstance(fact, Unknown) or fact.value is None or networks is None:
        return True
    return any(one.overlaps(other) for one in fact.value for other in networks)


def _takes_port(rule: FilterRule, intent: AllowTraffic) -> bool:
    ports = rule.destination_ports
    if isinstance(ports, Unknown) or ports.value is None or intent.port is None:
        return True
    return any(each.first <= intent.port <= each.last for each in ports.value)


def _covers(rule: FilterRule, intent: AllowTraffic) -> bool:
    """Whether a rule that may match certainly matches all of the traffic."""
    facts = (rule.entering, rule.leaving, rule.protocols, rule.destination_ports, rule.narrow)
    if any(isinstance(fact, Unknown) for fact in facts) or isinstance(rule.narrow, Unknown) or rule.narrow.value:
        return False
    for fact, networks in ((rule.sources, intent.sources), (rule.destinations, intent.destinations)):
        if isinstance(fact, Unknown):
            return False
        if fact.value is not None and not (
            networks and all(any(one.subnet_of(other) for other in fact.value) for one in networks)
        ):
            return False
    return True


def _advice(intent: AllowTraffic) -> str:
    """What a person lets pass in the firewall's own words."""
    if intent.filter.removesuffix(_REPLIES) == "zones":
        where = f"between the zones of {intent.entering} and {intent.leaving}"
        what = "make a class map for it, and inspect that class before the one that drops"
        return f"{where}, {what}"
    words = " or ".join(_ways(intent))
    return f"let {words} pass, by hand"


def _ways(intent: AllowTraffic) -> Iterator[str]:
    for source, destination in list(product(_ends(intent.sources), _ends(intent.destinations)))[:4]:
        yield _forth(intent, source, destination).removeprefix("permit ")


# -- DNS -------------------------------------------------------------------------------------------------------


def stop_dns_redirect(texts: Texts, device: Device, intent: StopDnsRedirect) -> Edit | None:
    """Take the translation of port 53 out; None if no such line redirects."""
    wanted = intent.redirect
    for line in (*texts.lines((), OUTSIDE), *texts.lines((), VIRTUAL)):
        if printable(" ".join(line.split()), 120) != wanted:
            continue
        if line.split()[line.split().index("static") + 1] not in ("tcp", "udp"):
            raise NotPossible("the line translates more than DNS questions", "take port 53 out of it by hand")
        return drop_line(texts, (), line, services=("nat",))
    return None


BUILDERS: Mapping[type, Builder] = {AllowTraffic: allow_traffic, StopDnsRedirect: stop_dns_redirect}
