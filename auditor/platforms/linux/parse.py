"""A capture of a Linux host becomes the model: the host's own facts, and the part that each service adds."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from auditor.capture import Capture
from auditor.model import ConnectionTracking, Device, Disagreement, Fact, Listed, Unknown, merged
from auditor.platforms.linux import (
    bridge,
    discovery,
    listening,
    main_routes,
    network,
    network_ipv6,
    network_routes,
    pending,
    sockets,
    state,
)
from auditor.platforms.linux.services import SERVICES
from auditor.profiles import Profile
from auditor.services import Host, Instance, Part, Reading
from auditor.services.netfilter.kernel import connection_tracking


def parse(capture: Capture, profile: Profile) -> Device:
    """Read a capture; what it does not hold is `Unknown` or a hole, and no text makes this raise."""
    reading = Reading(capture, profile)
    host, found = host_of(reading), discovery.discover(reading, SERVICES)
    instances = found.instances
    by_name = {service.name: service for service in SERVICES}
    parts = [(instance, by_name[instance.service].read(host, instance)) for instance in instances]

    filters = network_routes.filters_unseen(reading)

    def joined(name: str) -> Listed[Any]:
        known = merged(*(getattr(part, name) for _, part in parts))
        unseen = filters if name in _OF_FILTERS else found.missing(name)
        return Listed(known.items, (*known.holes, *unseen))

    doubts = tuple(doubt for _, part in parts for doubt in part.output_doubts)
    lists = {name: joined(name) for name in _PARTS}
    resolvers, silent = listening.heard(host, ((instance, part.resolvers) for instance, part in parts))
    lists["resolvers"] = Listed(tuple(each.doubted(doubts) for each in resolvers), lists["resolvers"].holes)
    lists["ipv6_resolvers"] = merged(lists["ipv6_resolvers"], network_ipv6.unread_resolvers(reading, instances))
    offers = merged(*(part.ipv6_links for _, part in parts))
    lists["connection_tracking"] = _tracking(host, lists["connection_tracking"], instances)
    forwarding = network.forwarding(reading, host.interfaces)
    forward, inward = lists.pop("forward_filters"), lists.pop("input_filters")
    return Device(
        name=capture.device,
        platform=capture.platform,
        version=state.version(reading),
        pending_changes=pending.pending(reading, instances, SERVICES),
        interfaces=network_ipv6.with_offers(reading, host.interfaces, instances, offers),
        ports=bridge.wired(reading, host.ports),
        forward_filters=Listed((*forwarding, *forward), (*forwarding.holes, *forward.holes)),
        input_filters=Listed((*network_routes.unfiltered(reading), *inward), inward.holes),
        **lists,
        neighbours=state.neighbours(reading),
        link_neighbours=state.link_neighbours(reading),
        routes=main_routes.routes(reading),
        port_states=Listed(),
        disagreements=Listed((*_disagreements(capture.device, parts), *silent)),
        coverage=reading.coverage(),
    )


_OF_FILTERS = frozenset({"input_filters", "bridge_filters", "source_nats", "port_forwards", "dns_redirects"})
_PARTS = tuple(
    field.name for field in fields(Part) if field.name not in ("ipv6_links", "output_doubts", "disagreements")
)


def _tracking(
    host: Host, found: Listed[ConnectionTracking], instances: Iterable[Instance]
) -> Listed[ConnectionTracking]:
    """The kernel's timers; the packet filters bring them along where there are some."""
    filtered = any(instance.service in ("nftables", "iptables") for instance in instances)
    return found if filtered else connection_tracking(host)


def running_on(reading: Reading) -> tuple[Host, Listed[Instance]]:
    """The host as its services see it, and the instances of services on it."""
    return host_of(reading), discovery.instances(reading, SERVICES)


def host_of(reading: Reading) -> Host:
    """The host as its services see it."""
    return Host(
        name=reading.device,
        reading=reading,
        interfaces=network.interfaces(reading),
        ports=bridge.ports(reading),
        sockets=sockets.sockets(reading),
        ipv6=network_ipv6.addresses(reading),
    )


def _disagreements(device: str, parts: Iterable[tuple[Instance, Part]]) -> Iterator[Disagreement]:
    for instance, part in parts:
        for fact in part.disagreements:
            yield Disagreement(device, f"{instance.key}: {_words(fact)}", fact)


def _words(fact: Fact[str]) -> str:
    return fact.why if isinstance(fact, Unknown) else fact.value
