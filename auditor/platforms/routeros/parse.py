"""A capture of a RouterOS device becomes the model: one module for each part of the configuration."""

from auditor.capture import Capture
from auditor.model import Bss, ControlledRadio, Device, Fact, Listed, Radio, Unknown, merged
from auditor.model.keys import numbered
from auditor.platforms.routeros import (
    arp,
    capsman,
    dhcp,
    disagreements,
    dns,
    effective,
    firewall,
    hotspot,
    ipv6_resolvers,
    legacy_wireless,
    link_neighbours,
    network,
    outputs,
    routes,
    schedules,
    state_outputs,
    static_routes,
    wifi,
    wifi_run_time,
)
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.network import Network
from auditor.profiles import Profile, load_profile
from auditor.services.reading import Reading


def parse(capture: Capture, profile: Profile) -> Device:
    """Read a capture; what it does not hold is `Unknown` or a hole, and no text makes this raise."""
    reading = Reading(capture, profile)
    config = config_of(reading)
    networks = network.read(config, reading)
    state = state_outputs.read(reading)
    radios, bsses = _wireless(config, networks)
    controlled = _controlled(config) if bsses.holes else Listed()
    scopes, reservations = dhcp.read(config, networks)
    resolvers, blocklists = dns.read(config, networks)
    filters = firewall.read(config, networks)
    ways = routes.forwarding(config, networks)
    unanswered = routes.input_doubts(config, networks)
    between = arp.between(config, networks)
    device = Device(
        name=capture.device,
        platform=capture.platform,
        version=config.version,
        # Each line acts and is saved at once, so that nothing can be pending.
        pending_changes=config.default("pending-changes", yes_no),
        interfaces=networks.interfaces,
        ports=networks.ports,
        shut_ports=networks.shut_ports,
        radios=radios,
        bsses=bsses,
        dhcp_scopes=scopes,
        reservations=reservations,
        resolvers=Listed(tuple(each.doubted(filters.output_doubts) for each in resolvers), resolvers.holes),
        dns_redirects=filters.dns_redirects,
        blocklists=blocklists,
        forward_filters=Listed((*ways, *filters.forward_filters), (*ways.holes, *filters.forward_filters.holes)),
        input_filters=Listed((*unanswered, *filters.input_filters), filters.input_filters.holes),
        bridge_filters=Listed(
            (*filters.bridge_filters.items, *((between,) if between is not None else ())),
            (*filters.bridge_filters.holes, *networks.doubts),
        ),
        source_nats=filters.source_nats,
        port_forwards=filters.port_forwards,
        portals=hotspot.read(config, networks),
        connection_tracking=filters.connection_tracking,
        schedules=schedules.read(config),
        leases=state.leases,
        neighbours=state.neighbours,
        stations=wifi_run_time.placed(state.stations, config, bsses),
        port_states=state.port_states,
        disagreements=disagreements.read(reading),
        coverage=config.coverage() + outputs.coverage(reading),
        controlled_radios=controlled,
        link_neighbours=link_neighbours.read(reading, networks.ports),
        routes=static_routes.read(config, networks),
        ipv6_resolvers=ipv6_resolvers.read(config, networks, reading),
    )
    return numbered(device)


def captured(capture: Capture) -> Config:
    """Read the exports of a capture as `parse` does, for those who edit them."""
    return config_of(Reading(capture, load_profile(capture.platform)))


def config_of(reading: Reading) -> Config:
    """Read the exports of a capture, with what the device shows of itself beside them."""
    version = _version(reading)
    config = Config.of(reading.capture, reading.profile, version, effective.effective(reading), reading)
    if config.documents:
        config.hidden = effective.hidden(
            reading,
            counts={menu: len(config.added(menu)) for menu in config.menus("ip firewall *")},
            named={
                "ip dhcp-server": frozenset(item.name for item in config.added("ip dhcp-server")),
                "ip address": frozenset(item.text("address") or "" for item in config.added("ip address")),
            },
        )
    return config


def _version(reading: Reading) -> Fact[str] | None:
    """The version that the device shows of itself; None: that of the export's header counts."""
    shown = outputs.version(reading)
    return None if isinstance(shown, Unknown) else shown


def _wireless(config: Config, networks: Network) -> tuple[Listed[Radio], Listed[Bss]]:
    """Radios and SSIDs of all three generations of Wi-Fi software, which may be used beside each other."""
    read = [module.read(config, networks) for module in (wifi, legacy_wireless, capsman)]
    return merged(*(radios for radios, _ in read)), merged(*(bsses for _, bsses in read))


def _controlled(config: Config) -> Listed[ControlledRadio]:
    """The radios of an access point whose SSIDs are in the export of its manager."""
    return Listed((*wifi.controlled(config), *legacy_wireless.controlled(config)))
