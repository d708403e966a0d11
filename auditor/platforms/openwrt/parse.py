"""A capture of an OpenWrt device becomes the model: one module for each part of the configuration."""

import re

from auditor.capture import Capture
from auditor.model import Coverage, Device, Fact, Listed, Span, Stated, Unknown, UnknownLine
from auditor.platforms.openwrt import (
    acting_packages,
    chilli_dhcp,
    clock,
    dhcp,
    dhcp_reservations,
    dhcp_servers,
    dns,
    dns_companions,
    firewall,
    firewall_files,
    firewall_output,
    ipv6_resolvers,
    network,
    portals,
    raw_dnsmasq,
    routing,
    schedules,
    state,
    static_routes,
    wireless,
    wireless_radios,
)
from auditor.platforms.openwrt.config import Config
from auditor.platforms.openwrt.recognise import package_in
from auditor.profiles import Profile
from auditor.services.reading import lines_of


def parse(capture: Capture, profile: Profile) -> Device:
    """Read a capture; what it does not hold is `Unknown` or a hole, and no text makes this raise."""
    version = release(capture)
    config = Config.of(
        capture, profile, version.value if isinstance(version, Stated) else None, lambda path: package_in(capture, path)
    )
    services = state.enabled_services(capture, config)
    raw = raw_dnsmasq.read(capture)
    live = state.read(capture)
    interfaces = live.with_addresses(network.interfaces(config))
    servers = dhcp_servers.servers(config, services, interfaces)
    lines = raw.everywhere(config)
    scopes = dhcp.scopes(config, servers, interfaces, lines)
    fragments = firewall_files.fragments(capture)
    filters = firewall.read(config, services, interfaces, fragments)
    ways = routing.routing(config, interfaces, acting_packages.routes(config, capture, services))
    jobs = schedules.read(capture, services, interfaces, clock.timezone(config))
    companions = dns_companions.resolvers(config, capture, services)
    stopped = firewall_output.doubts(config, services, interfaces)
    dnsmasq = dns.resolvers(config, services, raw, interfaces)
    proxies = dns_companions.proxies(config, capture, services, interfaces)
    return Device(
        name=capture.device,
        platform=capture.platform,
        version=version,
        pending_changes=live.pending_changes,
        interfaces=interfaces,
        ports=network.ports(config),
        radios=wireless_radios.radios(config),
        bsses=wireless.bsses(config, interfaces),
        dhcp_scopes=Listed((*scopes, *chilli_dhcp.scopes(config, services, interfaces)), scopes.holes),
        reservations=dhcp_reservations.reservations(config, servers, lines),
        resolvers=Listed(
            tuple(firewall_output.with_doubts(each, stopped) for each in (*dnsmasq, *companions)),
            dnsmasq.holes + companions.holes,
        ),
        dns_redirects=Listed((*filters.dns_redirects, *proxies), proxies.holes),
        blocklists=dns_companions.blocklists(config, capture, services),
        forward_filters=Listed((*filters.forward, *ways), filters.forward.holes),
        input_filters=filters.input,
        bridge_filters=Listed(),
        source_nats=filters.source_nats,
        port_forwards=filters.port_forwards,
        portals=portals.read(config, capture, services, interfaces),
        connection_tracking=live.connection_tracking,
        routes=static_routes.routes(config, interfaces, acting_packages.learned_routes(config, capture, services)),
        ipv6_resolvers=ipv6_resolvers.resolvers(config, services, interfaces, lines),
        link_neighbours=live.link_neighbours,
        schedules=Listed(jobs.items.items, jobs.items.holes + acting_packages.schedules(config, capture, services)),
        leases=live.leases,
        neighbours=live.neighbours,
        stations=live.stations,
        port_states=live.port_states,
        disagreements=Listed(),
        coverage=_whole(capture, config.coverage() + raw.coverage + live.coverage + fragments.coverage + jobs.coverage),
    )


def _whole(capture: Capture, counted: tuple[Coverage, ...]) -> tuple[Coverage, ...]:
    """Count the files that no module knows, too: each of their lines is unknown."""
    known = {coverage.file for coverage in counted}
    return counted + tuple(
        Coverage(file.path, 0, 0, tuple(UnknownLine(n, "") for n in range(1, len(lines_of(file.text)) + 1)))
        for file in capture.files
        if file.path not in known
    )


def release(capture: Capture) -> Fact[str]:
    """The release number from `/etc/openwrt_release`, as `23.05.3`."""
    file = capture.file("/etc/openwrt_release")
    if file is None:
        return Unknown("the OpenWrt version was not captured", settle="add /etc/openwrt_release to the capture")
    for number, line in enumerate(file.text.split("\n"), start=1):
        match = re.fullmatch(r"DISTRIB_RELEASE=['\"]?([0-9A-Za-z._-]{1,40})['\"]?\s*", line)
        if match:
            return Stated(match[1], (Span(capture.device, file.path, number, number),))
    return Unknown("/etc/openwrt_release names no release", settle="capture /etc/openwrt_release again")
