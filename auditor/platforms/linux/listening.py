"""Who really answers names: what resolvers are told about addresses, held against the sockets of the host.

A resolver that began before an interface was there does not answer on it, and who listens at an address of the
loopback need not be a program whose settings are read: `127.0.0.53` is systemd-resolved.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from auditor.model import Disagreement, Fact, Forwarder, Interface, Listed, Resolver, Stated, Unknown, spans_of
from auditor.platforms.linux.discovery_processes import processes
from auditor.platforms.linux.outputs import PROCESSES
from auditor.services import Host, Instance, Socket
from auditor.services.reading import printable


def heard(
    host: Host, found: Iterable[tuple[Instance, Listed[Resolver]]]
) -> tuple[tuple[Resolver, ...], tuple[Disagreement, ...]]:
    """Return the resolvers as they listen, and where that is not what they are told."""
    found = tuple(found)
    if host.sockets is None:
        return tuple(resolver for _, resolvers in found for resolver in resolvers), ()
    file = host.reading.file(PROCESSES)
    by_line = {each.line: each.pid for each in processes(file.text if file is not None else "")}
    pids = {instance.key: _pids(instance, by_line) for instance, _ in found}
    known = frozenset(pid for each in pids.values() for pid in each)
    kept: list[Resolver] = []
    told: list[Disagreement] = []
    for instance, resolvers in found:
        for resolver in resolvers:
            asked = Listed(tuple(_asked(host, each, known) for each in resolver.forwarders), resolver.forwarders.holes)
            silent = tuple(_silent(host, resolver, pids[instance.key]))
            kept.append(replace(resolver, forwarders=asked, interfaces=_without(host, resolver, silent)))
            told += (_disagreement(instance, resolver, interface) for interface in silent)
    return tuple(kept), tuple(told)


def _pids(instance: Instance, by_line: Mapping[int, int]) -> frozenset[int]:
    """All processes of an instance: some daemons run as two."""
    own = (by_line.get(span.first, 0) for span in instance.running.spans if span.file == PROCESSES)
    return frozenset((*own, instance.pid)) - {0}


def _at(host: Host, port: int) -> Iterator[Socket]:
    return (each for each in host.sockets or () if each.protocol == "udp" and each.port == port)


def _asked(host: Host, forwarder: Forwarder, known: frozenset[int]) -> Forwarder:
    """A resolver on the host itself is read only if the socket at its address is that of one that was read."""
    address = forwarder.address
    if address is None or not address.is_loopback or address.version != 4:
        return forwarder
    there = list(_at(host, forwarder.port))
    owners = [each for each in there if each.address == address] or [each for each in there if each.address is None]
    where = f"{address} port {forwarder.port}"
    if not owners:
        why = f"nothing listens at {where}, where questions are passed on to"
        return replace(forwarder, unread=Unknown(why, forwarder.fact.spans, f"run on {host.name}: ss -lnup"))
    if not known or any(not each.pid or each.pid in known for each in owners):
        return forwarder
    why = f"{printable(owners[0].program)} answers at {where}, and its settings are not read"
    near = (*forwarder.fact.spans, host.reading.understood(owners[0].span)[0])
    return replace(forwarder, unread=Unknown(why, near, f"run on {host.name}: nslookup <name> {address}"))


def _silent(host: Host, resolver: Resolver, pids: frozenset[int]) -> Iterator[Interface]:
    """Interfaces that a resolver is told to answer on, and at whose addresses it does not listen.

    One of which no socket is seen at all is not meant: its service says so.
    """
    if isinstance(resolver.port, Unknown) or isinstance(resolver.interfaces, Unknown) or not pids:
        return
    own = [each for each in _at(host, resolver.port.value) if not each.pid or each.pid in pids]
    addresses = {each.address for each in own}
    if not own or None in addresses or all(each is not None and each.is_loopback for each in addresses):
        return
    for interface in host.interfaces:
        if resolver.interfaces.value is not None and interface.key not in resolver.interfaces.value:
            continue
        if not isinstance(interface.enabled, Unknown) and not interface.enabled.value:
            continue  # what is down has nobody who asks
        mine = () if isinstance(interface.addresses, Unknown) else interface.addresses.value
        if mine and not any(each.ip in addresses for each in mine):
            yield interface


def _without(host: Host, resolver: Resolver, silent: tuple[Interface, ...]) -> Fact[tuple[str, ...] | None]:
    if not silent or isinstance(resolver.interfaces, Unknown):
        return resolver.interfaces
    told = resolver.interfaces.value
    keys = [each.key for each in host.interfaces] if told is None else told
    left = tuple(key for key in keys if key not in {each.key for each in silent})
    return Stated(left, resolver.interfaces.spans)


def _disagreement(instance: Instance, resolver: Resolver, interface: Interface) -> Disagreement:
    words = f"{resolver.software} is told to answer on {printable(interface.key)}, and does not listen there"
    spans = spans_of(resolver.interfaces, resolver.port, instance.running)
    return Disagreement(resolver.device, f"{instance.key}: {words}", Stated(words, spans))
