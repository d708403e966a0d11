"""`/etc/config/firewall` as ordered filters, in the order in which fw4 and fw3 ask their rules.

Rules without a zone of their own come first. Then each zone has its turn, in file order: its rules, its
forwardings, its own policy. What no rule has decided meets the default policy.
Source: openwrt/firewall4 root/usr/share/firewall4/templates/ruleset.uc, chains input, forward, forward_<zone>.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.model import (
    Action,
    DnsRedirect,
    Fact,
    Filter,
    FilterRule,
    Interface,
    Listed,
    PortForward,
    SourceNat,
    Stated,
    Unknown,
    known_like,
)
from auditor.platforms.openwrt.config import Config
from auditor.platforms.openwrt.firewall_files import Fragments, includes
from auditor.platforms.openwrt.firewall_nat import translations
from auditor.platforms.openwrt.firewall_rules import Chain, Placed, everything, forwardings, rules
from auditor.platforms.openwrt.firewall_zones import Zone, Zones, recognise, zones
from auditor.platforms.openwrt.services import stopped
from auditor.services.reading import printable


@dataclass(frozen=True, slots=True)
class Filters:
    """All that the firewall does to IPv4 packets."""

    forward: Listed[Filter]
    input: Listed[Filter]
    source_nats: Listed[SourceNat]
    port_forwards: Listed[PortForward]
    dns_redirects: tuple[DnsRedirect, ...]


def read(
    config: Config, services: Fact[frozenset[str]], interfaces: Listed[Interface], fragments: Fragments
) -> Filters:
    """Read the firewall; where the service is not started, everything passes and nothing is translated."""
    if isinstance(services, Stated) and stopped(services, "firewall"):
        return _open(config, services)
    missing = config.missing("firewall")
    if missing is not None:
        return Filters(
            Listed((), (missing,)), Listed((), (missing,)), Listed((), (missing,)), Listed((), (missing,)), ()
        )
    all_zones = zones(config, interfaces)
    placed = (*rules(config, all_zones, interfaces), *forwardings(config, all_zones))
    holes = (*all_zones.holes, *includes(config, fragments))
    if isinstance(services, Unknown):
        holes += (services,)
    translated = translations(config, all_zones, interfaces)
    for located in config.sections("firewall", "ipset"):
        recognise(config, located)
    return Filters(
        forward=_filter(config, Chain.FORWARD, all_zones, placed, holes),
        input=_filter(config, Chain.INPUT, all_zones, placed, holes),
        source_nats=Listed(translated.source_nats.items, translated.source_nats.holes + holes),
        port_forwards=Listed(translated.port_forwards.items, translated.port_forwards.holes + holes),
        dns_redirects=translated.dns_redirects,
    )


def _open(config: Config, services: Stated[frozenset[str]]) -> Filters:
    """Without the service the kernel forwards whatever it can route."""
    accept = known_like(Action.ACCEPT, services)
    forward = Filter(config.device, "forward", Listed(), accept)
    return Filters(Listed((forward,)), Listed((replace(forward, key="input"),)), Listed(), Listed(), ())


def _filter(
    config: Config, chain: Chain, all_zones: Zones, placed: tuple[Placed, ...], holes: tuple[Unknown, ...]
) -> Listed[Filter]:
    own = [one for one in placed if one.chain is chain]
    ordered = [rule for one in own if one.zone is None for rule in one.rules]
    for zone in all_zones.items:
        ordered += [rule for one in own if one.zone is zone for rule in one.rules]
        if zone.ipv4:
            ordered.append(_zone_policy(config, chain, zone))
    default = all_zones.defaults.forward if chain is Chain.FORWARD else all_zones.defaults.input
    key = "forward" if chain is Chain.FORWARD else "input"
    return Listed((Filter(config.device, key, Listed(tuple(_unique(ordered)), holes), default),))


def _zone_policy(config: Config, chain: Chain, zone: Zone) -> FilterRule:
    """The policy of a zone: `input` for packets to the router, `forward` between the zone's own networks."""
    near = (config.header(zone.located),)
    if chain is Chain.INPUT:
        return everything(
            f"zone {printable(zone.name)} input", zone.members, Stated(None, near), zone.input, Stated(False, near)
        )
    return everything(
        f"zone {printable(zone.name)} forward", zone.members, zone.members, zone.forward, Stated(False, near)
    )


def _unique(ordered: list[FilterRule]) -> Iterator[FilterRule]:
    """Number what has the same key: two forwardings between the same zones, two zones of one name."""
    seen: dict[str, int] = {}
    for rule in ordered:
        seen[rule.key] = seen.get(rule.key, 0) + 1
        yield rule if seen[rule.key] == 1 else replace(rule, key=f"{rule.key} ({seen[rule.key]})")
