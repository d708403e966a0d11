"""Packet filters, address translation and their timers of an IOS device: what passes, and what is remembered of it.

A packet that is routed meets the input list of its interface, translation from outside to inside, routing, the zone
firewall, translation from inside to outside, and the output list. Source: Cisco, "NAT Order of Operation" (document
6209); "Zone-Based Policy Firewall Design and Application Guide" (document 98628).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from auditor.model import (
    NO_ROUTER,
    Action,
    ConnectionTracking,
    DnsRedirect,
    Fact,
    Filter,
    Listed,
    PortForward,
    SourceNat,
    Span,
    Stated,
    Unknown,
    known_like,
)
from auditor.platforms.cisco_ios import filters_diverted, nat_forwards, tracking, vacl
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.filters import Lists, applied, filters
from auditor.platforms.cisco_ios.filters_doubts import control_plane, own_answers, unread
from auditor.platforms.cisco_ios.filters_scene import Networked, Scene, scene_of
from auditor.platforms.cisco_ios.inspection import sessions
from auditor.platforms.cisco_ios.nat import source_nats, translation_of
from auditor.platforms.cisco_ios.zones import zones_of
from auditor.services.netfilter.filters import Base, open_filter
from auditor.services.netfilter.program import Chains, Step, Steps


class Network(Networked, Protocol):
    """What the firewall asks of the networks of a device besides their interfaces."""

    def networks_of_vlan(self, vlan: Fact[int]) -> Fact[tuple[str, ...]]: ...

    def networks_of(self, interface_name: str) -> Fact[tuple[str, ...]]: ...

    @property
    def doubts(self) -> tuple[Unknown, ...]: ...

    @property
    def routing(self) -> Fact[bool] | None: ...


@dataclass(frozen=True, slots=True)
class Firewall:
    """The parts of the model; `output_doubts` say what may stop questions of the device's own resolver."""

    forward_filters: Listed[Filter]
    input_filters: Listed[Filter]
    bridge_filters: Listed[Filter]
    source_nats: Listed[SourceNat]
    port_forwards: Listed[PortForward]
    dns_redirects: Listed[DnsRedirect]
    connection_tracking: Listed[ConnectionTracking]
    output_doubts: tuple[Unknown, ...]


def read(config: Config, network: Network) -> Firewall:
    """Read all packet filters, translations and timers of a device."""
    scene = scene_of(config, network)
    translation, zones = translation_of(scene), zones_of(scene)
    remembered = tuple(sessions(scene))
    places = tuple(applied(scene))
    lists = Lists(scene, translation, remembered, places)
    maps = vacl.maps(scene, lambda vlan: network.networks_of_vlan(Stated(vlan, ())))
    routed = tuple(place for place in places if scene.routed(place.interface))
    ports = frozenset(port.key for port in scene.ports) - scene.links.routed
    switched = tuple(place for place in places if place.interface in ports)
    behind = tuple(
        each
        for place in places
        if not scene.routed(place.interface)
        for each in vacl.behind_ports(place, network.networks_of(place.interface))
    )
    holes = (*config.holes(), *unread(scene, places, routed, switched))
    forward = (
        *lists.bases("forward", (*routed, *behind)),
        *vacl.bases(scene, maps, "forward", bridged=False),
        *(base for base in zones.bases() if base.hook == "forward"),
        *filters_diverted.bases(scene, translation),
    )
    inward = (
        *lists.bases("input", (*routed, *behind)),
        *vacl.bases(scene, maps, "input", bridged=False),
        *(base for base in zones.bases() if base.hook == "input"),
        *control_plane(scene),
    )
    within = (
        *lists.bases("forward", switched, bridged=True),
        *vacl.bases(scene, maps, "forward", bridged=True),
        *_mac_lists(scene, ports),
    )
    bridged = scene.context("forward", bridged=True)
    return Firewall(
        forward_filters=Listed((*_no_router(scene, network), *_all(scene, forward, "forward", lists)), holes),
        input_filters=Listed(_all(scene, inward, "input", lists), holes),
        bridge_filters=Listed(_unique(filters(scene.device, within, bridged)), (*holes, *network.doubts)),
        source_nats=Listed(tuple(source_nats(scene, translation)), config.holes()),
        port_forwards=Listed(tuple(nat_forwards.port_forwards(scene, translation)), config.holes()),
        dns_redirects=Listed(tuple(nat_forwards.dns_redirects(scene, translation)), config.holes()),
        connection_tracking=Listed(
            tuple(tracking.connection_tracking(scene, translation, zones, remembered)), config.holes()
        ),
        output_doubts=(*zones.own_questions(), *own_answers(scene, lists, routed)),
    )


def _all(scene: Scene, bases: tuple[Base, ...], hook: str, lists: Lists) -> tuple[Filter, ...]:
    """All filters of a hook; one that is open where there is none."""
    found = _unique(filters(scene.device, bases, scene.context(hook)))
    return found or (open_filter(scene.device, f"no access list ({hook})", lists.absent() or _first(scene)),)


def _unique(found: Iterable[Filter]) -> tuple[Filter, ...]:
    """Filters whose keys differ, however long the names are that they were made of."""
    seen: dict[str, int] = {}
    kept: list[Filter] = []
    for each in found:
        seen[each.key] = count = seen.get(each.key, 0) + 1
        kept.append(each if count == 1 else replace(each, key=f"{each.key} #{count}"))
    return tuple(kept)


def _first(scene: Scene) -> tuple[Span, ...]:
    """Where an access list would be applied."""
    return tuple(block.header for name, block in scene.blocks.items() if scene.routed(name))[:1]


def _no_router(scene: Scene, network: Network) -> Iterator[Filter]:
    """A device that is set up as no router (`no ip routing`) hands no packets on."""
    match network.routing:
        case None:
            pass
        case Unknown() as unknown:
            yield Filter(scene.device, NO_ROUTER, Listed(), unknown)
        case known:
            if not known.value:
                yield Filter(scene.device, NO_ROUTER, Listed(), known_like(Action.DROP, known))


def _mac_lists(scene: Scene, ports: frozenset[str]) -> Iterator[Base]:
    steps: tuple[Step, ...] = tuple(vacl.mac_lists(scene, ports))
    if steps:
        spans = steps[0].source.spans

        def build(_: object) -> Chains:
            return {"mac": Steps(steps)}

        yield Base(
            "mac access-group", "mac", "bridge", "filter", "forward", 40, Stated(Action.ACCEPT, spans), spans, build
        )
