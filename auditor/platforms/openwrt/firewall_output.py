"""What the firewall stops of the router's own packets, as far as it may be the questions of its resolvers.

Source: openwrt/firewall4 root/usr/share/ucode/fw4.uc, parse_rule: a rule with `dest` and no `src` is about packets
that the router sends; `output` of a zone, and of `defaults`, is about the rest of them.
"""

from collections.abc import Iterator
from dataclasses import replace

from auditor.model import Fact, Interface, Listed, Resolver, Span, Stated, Unknown
from auditor.platforms.openwrt.config import Config, Located
from auditor.platforms.openwrt.firewall_matches import ports, protocols
from auditor.platforms.openwrt.firewall_zones import (
    Nowhere,
    Zones,
    concerns_ipv4,
    end,
    firewall_bool,
    policy,
    target,
    zones,
)
from auditor.platforms.openwrt.release import has_fw4
from auditor.platforms.openwrt.services import stopped
from auditor.services.reading import printable

_DNS = 53
_CARRIES_DNS = frozenset({"tcp", "udp"})


def with_doubts(resolver: Resolver, doubts: tuple[Unknown, ...]) -> Resolver:
    """Add to a resolver that its questions may not get out."""
    if not doubts:
        return resolver
    return replace(resolver, forwarders=Listed(resolver.forwarders.items, resolver.forwarders.holes + doubts))


def doubts(config: Config, services: Fact[frozenset[str]], interfaces: Listed[Interface]) -> tuple[Unknown, ...]:
    """Return what may stop the questions that the device itself asks, with the lines that do."""
    if stopped(services, "firewall") or not config.has("firewall"):
        return ()
    all_zones = zones(config, interfaces)
    return (*_by_rules(config, all_zones), *_by_policies(config, all_zones, interfaces))


def _by_rules(config: Config, all_zones: Zones) -> Iterator[Unknown]:
    for located in config.sections("firewall", "rule"):
        enabled = config.stated(located, "enabled", firewall_bool)
        if isinstance(enabled, Stated) and not enabled.value:
            continue
        if end(config, located, "src", all_zones) is not Nowhere.ABSENT or not concerns_ipv4(config, located):
            continue
        if end(config, located, "dest", all_zones) is Nowhere.NO_SUCH_ZONE:
            continue
        action = config.stated(located, "target", target)
        if (action is None and has_fw4(config.version)) or (isinstance(action, Stated) and not action.value.blocks):
            continue
        if _may_be_dns(config, located):
            why = f"{located.title} stops packets of the router itself; questions of its resolvers may be among them"
            lines = (config.header(located), *config.lines(located, "dest", "dest_port", "target"))
            yield _doubt(config, why, lines)


def _may_be_dns(config: Config, located: Located) -> bool:
    matched, wanted = protocols(config, located), ports(config, located, "dest_port")
    if isinstance(matched, Stated) and matched.value is not None and not matched.value & _CARRIES_DNS:
        return False
    if isinstance(wanted, Unknown) or wanted.value is None:
        return True
    return any(each.first <= _DNS <= each.last for each in wanted.value)


def _by_policies(config: Config, all_zones: Zones, interfaces: Listed[Interface]) -> Iterator[Unknown]:
    """Policies count where an uplink is: the zone's own, or else that of `defaults`."""
    uplinks = {each.key for each in interfaces if not isinstance(each.uplink, Unknown) and each.uplink.value}
    for zone in all_zones.items:
        if isinstance(zone.members, Unknown) or not zone.members.value & uplinks or not zone.ipv4:
            continue
        written = config.stated(zone.located, "output", policy)
        for defaults in config.sections("firewall", "defaults")[:1] if written is None else ():
            written = config.stated(defaults, "output", policy)
        if written is not None and not (isinstance(written, Stated) and not written.value.blocks):
            name = printable(zone.name)
            why = f"zone {name} stops packets of the router itself; questions of its resolvers may be among them"
            yield _doubt(config, why, written.spans)


def _doubt(config: Config, why: str, lines: tuple[Span, ...]) -> Unknown:
    return Unknown(why, tuple(dict.fromkeys(lines)), f"look a name up from a POS that asks {config.device}")
