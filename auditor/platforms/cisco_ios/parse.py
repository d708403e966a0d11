"""A capture of an IOS device becomes the model: one module for each part of the configuration."""

from typing import Any

from auditor.capture import Capture
from auditor.model import Bss, Device, Listed, Radio, Unknown, merged
from auditor.model.keys import numbered
from auditor.platforms.cisco_ios import (
    admission,
    dhcp,
    dns,
    dns_umbrella,
    dot11,
    dot11_filters,
    effective,
    firewall,
    ipv6_resolvers,
    link_neighbours,
    network,
    outputs,
    partial,
    port_access,
    routes,
    schedules,
    state_outputs,
    static_routes,
    unsaved,
    webauth,
    wireless_filters,
    wlan,
)
from auditor.platforms.cisco_ios.blocks import true_false
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.network import Network
from auditor.profiles import Profile
from auditor.services.reading import Reading


def parse(capture: Capture, profile: Profile) -> Device:
    """Read a capture; what it does not hold is `Unknown` or a hole, and no text makes this raise.

    Lines that nobody understands are known only once all have read; where silence beside such a line was taken for an
    answer, the configuration is read once more with those lines known.
    """
    reading = Reading(capture, profile)
    config = config_of(reading)
    device = _device(reading, config)
    spoilers = config.spoilers()
    if not spoilers:
        return device
    again = Reading(capture, profile)
    return _device(again, config_of(again, spoilers))


def config_of(reading: Reading, not_understood: frozenset[int] = frozenset()) -> Config:
    """Read the running configuration of a capture with what the device shows of itself beside it."""
    shown = outputs.version(reading)
    version = None if isinstance(shown, Unknown) else shown
    return Config.of(reading, version, partial.doubt(reading), not_understood)


def _device(reading: Reading, config: Config) -> Device:
    networks = network.read(config, reading)
    state = state_outputs.read(reading)
    radios, bsses = _wireless(config, networks)
    scopes, reservations = dhcp.read(config, networks)
    resolvers, blocklists = dns.read(config, networks)
    filters = firewall.read(config, networks)
    let_in = port_access.filters(config, networks)
    snooping = port_access.dhcp_doubts(config, networks)
    device = Device(
        name=config.device,
        platform=reading.capture.platform,
        version=config.version,
        # Each line acts at once; what is not saved acts all the same, until the next restart.
        pending_changes=config.default("pending-changes", true_false),
        interfaces=networks.interfaces,
        ports=networks.ports,
        shut_ports=networks.shut_ports,
        radios=radios,
        bsses=bsses,
        dhcp_scopes=merged(scopes, _doubts(snooping)),
        reservations=reservations,
        resolvers=Listed(tuple(each.doubted(filters.output_doubts) for each in resolvers), resolvers.holes),
        dns_redirects=merged(
            filters.dns_redirects,
            dns_umbrella.redirects(config, networks),
        ),
        blocklists=merged(blocklists, wireless_filters.blocklists(config, networks)),
        forward_filters=merged(
            routes.forwarding(config, networks),
            filters.forward_filters,
        ),
        input_filters=filters.input_filters,
        bridge_filters=merged(
            filters.bridge_filters,
            dot11_filters.bridge_filters(config, networks),
            let_in,
            _doubts(networks.doubts),
        ),
        source_nats=filters.source_nats,
        port_forwards=filters.port_forwards,
        portals=merged(webauth.read(config, networks), admission.read(config, networks)),
        connection_tracking=filters.connection_tracking,
        schedules=schedules.read(config, networks),
        leases=state.leases,
        neighbours=state.neighbours,
        stations=state.stations,
        port_states=state.port_states,
        learned=state.learned,
        link_neighbours=link_neighbours.read(reading, networks.ports),
        routes=static_routes.read(config, networks),
        ipv6_resolvers=ipv6_resolvers.read(config, networks),
        disagreements=merged(effective.read(config), unsaved.read(config)),
        coverage=config.coverage() + outputs.coverage(reading),
    )
    return numbered(device)


def _wireless(config: Config, networks: Network) -> tuple[Listed[Radio], Listed[Bss]]:
    """Radios and SSIDs of a controller, and those of an autonomous access point."""
    controlled, own = wlan.read(config, networks), dot11.read(config, networks)
    return merged(controlled[0], own[0]), merged(controlled[1], own[1])


def _doubts(holes: tuple[Unknown, ...]) -> Listed[Any]:
    return Listed((), holes)
