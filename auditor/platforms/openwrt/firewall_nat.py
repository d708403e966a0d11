"""`config redirect`, `config nat` and masquerading: which packets get another source or destination.

Source: openwrt/firewall4 root/usr/share/ucode/fw4.uc, parse_redirect and parse_nat.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TypeVar

from auditor.model import (
    DnsRedirect,
    Fact,
    Interface,
    Listed,
    PortForward,
    SourceNat,
    Stated,
    Unknown,
    combine,
    known_like,
)
from auditor.platforms.openwrt.config import Config, Located
from auditor.platforms.openwrt.firewall_matches import port_range, protocols
from auditor.platforms.openwrt.firewall_rules import NARROWING
from auditor.platforms.openwrt.firewall_zones import (
    End,
    Zone,
    Zones,
    concerns_ipv4,
    end,
    firewall_bool,
    recognise,
)
from auditor.services.reading import printable

T = TypeVar("T")

_DNS = 53
_NAT_TARGETS = ("accept", "snat", "masquerade")


@dataclass(frozen=True, slots=True)
class Translations:
    """All that changes addresses."""

    source_nats: Listed[SourceNat]
    port_forwards: Listed[PortForward]
    dns_redirects: tuple[DnsRedirect, ...]


@dataclass(frozen=True, slots=True)
class _Redirect:
    """A destination NAT as written. `only` is the first condition that leaves some packets alone."""

    forward: PortForward
    to_port: Fact[int | None]
    only: Unknown | None


def translations(config: Config, zones: Zones, interfaces: Listed[Interface]) -> Translations:
    """Read masquerading of zones, `config nat` and `config redirect`."""
    nats: list[SourceNat] = []
    forwards: list[PortForward] = []
    redirects: list[DnsRedirect] = []
    holes: list[Unknown] = []
    exempt = _exempt_zones(config, zones)
    for zone in zones.items:
        nats += _masquerade(config, zone, exempt)
    for located in config.sections("firewall", "nat"):
        nats += _nat(config, located, zones)
    for located in config.sections("firewall", "redirect"):
        damaged = config.damage(located)
        if damaged is not None:
            holes.append(damaged)
            redirects.append(DnsRedirect(config.device, located.key, damaged, damaged, damaged))
        elif _is_source_nat(config, located):
            nats += _source_redirect(config, located, zones)
        else:
            redirect = _redirect(config, located, zones)
            if redirect is not None:
                forwards.append(redirect.forward)
                redirects += _dns(config, redirect, interfaces)
    source_nats = Listed(tuple(nats), tuple(holes))
    return Translations(source_nats, Listed(tuple(forwards), tuple(holes)), tuple(redirects))


def _in_force(config: Config, located: Located) -> bool:
    enabled = config.stated(located, "enabled", firewall_bool)
    off = isinstance(enabled, Stated) and not enabled.value
    if off or not concerns_ipv4(config, located):
        recognise(config, located)
        return False
    for option in ("name", "reflection", "reflection_src", "reflection_zone"):
        config.values(located, option)
    return True


def _masquerade(config: Config, zone: Zone, exempt: dict[str, Unknown]) -> Iterator[SourceNat]:
    """`option masq` of a zone: packets that leave to it get the router's address."""
    if zone.masquerades is None or not zone.ipv4:
        return
    leaving: Fact[frozenset[str]]
    match zone.masquerades:
        case Unknown() as unknown:
            leaving = unknown
        case known if not known.value:
            return
        case known if zone.restricted:
            why = f"zone {printable(zone.name)} masquerades only some addresses (masq_src, masq_dest)"
            leaving = Unknown(why, (*known.spans, *zone.restricted), "see which address the other side gets")
        case known if zone.name in exempt:
            leaving = exempt[zone.name]
        case known:
            leaving = combine(lambda members, _: members, zone.members, known)
    yield SourceNat(config.device, zone.located.key, leaving)


def _exempt_zones(config: Config, zones: Zones) -> dict[str, Unknown]:
    """Zones of which a `config nat` with target ACCEPT leaves some packets alone, whatever `masq` says."""
    found: dict[str, Unknown] = {}
    for located in config.sections("firewall", "nat"):
        place = end(config, located, "src", zones)
        if _nat_target(config, located) != "accept" or not isinstance(place, End):
            continue
        why = f"{located.title} leaves some packets alone that the zone would masquerade"
        spans = tuple(span for _, span in config.words(located, "target"))
        for zone in zones.items if place.zone is None else (place.zone,):
            found[zone.name] = Unknown(why, spans, "see which address the other side gets")
    return found


def _nat_target(config: Config, located: Located) -> str:
    """The target of a `config nat`; one that fw4 does not know counts as masquerade."""
    words = config.words(located, "target")
    word = words[-1][0].lower() if words else "masquerade"
    return next((target for target in _NAT_TARGETS if target.startswith(word)), "masquerade")


def _nat(config: Config, located: Located, zones: Zones) -> Iterator[SourceNat]:
    """`config nat`: its `src` is the zone that packets leave to."""
    damaged = config.damage(located)
    if damaged is not None:
        yield SourceNat(config.device, located.key, damaged)
        return
    place = end(config, located, "src", zones)
    if not _in_force(config, located) or _nat_target(config, located) == "accept":
        recognise(config, located)
        return
    if isinstance(place, End) and place.zone is not None:
        yield _some(config, located, place, ("src_ip", "src_port", "dest_ip", "dest_port", "proto", "device"))
        return
    near = tuple(span for _, span in config.words(located, "src")) or (config.header(located),)
    recognise(config, located)
    yield SourceNat(
        config.device,
        located.key,
        Unknown(f"{located.title} names no zone that packets leave to", near, settle="name the zone in dest"),
    )


def _is_source_nat(config: Config, located: Located) -> bool:
    words = config.words(located, "target")
    return bool(words) and "snat".startswith(words[-1][0].lower())


def _source_redirect(config: Config, located: Located, zones: Zones) -> Iterator[SourceNat]:
    """`config redirect` with target SNAT: older notation of the same."""
    place = end(config, located, "dest", zones)
    if not _in_force(config, located) or not isinstance(place, End) or place.zone is None:
        recognise(config, located)
        return
    yield _some(config, located, place, ("src_ip", "src_port", "dest_ip", "dest_port", "src"))


def _some(config: Config, located: Located, place: End, conditions: tuple[str, ...]) -> SourceNat:
    """Source NAT towards a zone; with a condition it holds for some packets only."""
    limits = [span for name in (*conditions, *NARROWING) for _, span in config.words(located, name)]
    recognise(config, located)
    members = place.members()
    if limits:
        leaving: Fact[frozenset[str]] = Unknown(
            f"{located.title} gives only some packets another source address",
            (place.span, *dict.fromkeys(limits)),
            "see which address the other side gets",
        )
    else:
        leaving = combine(lambda keys: keys or frozenset(), members)
    return SourceNat(config.device, located.key, leaving)


def _redirect(config: Config, located: Located, zones: Zones) -> _Redirect | None:
    """Destination NAT; fw4 skips one without a source zone, and one with source `*`."""
    place = end(config, located, "src", zones)
    if not _in_force(config, located) or not isinstance(place, End) or place.zone is None or not place.zone.ipv4:
        recognise(config, located)
        return None
    for option in ("target", "dest", "utc_time", "limit_burst"):
        config.values(located, option)
    enabled = config.stated(located, "enabled", firewall_bool)
    entering: Fact[frozenset[str]] = combine(lambda keys: keys or frozenset(), place.members())
    return _Redirect(
        PortForward(
            device=config.device,
            key=located.key,
            entering=enabled if isinstance(enabled, Unknown) else entering,
            protocols=protocols(config, located),
            port=_or_none(config, located, "src_dport", port_range),
            to_address=_or_none(config, located, "dest_ip", IPv4Network),
        ),
        to_port=_or_none(config, located, "dest_port", _port),
        only=_only(config, located),
    )


def _or_none(config: Config, located: Located, option: str, convert: Callable[[str], T]) -> Fact[T | None]:
    return config.stated(located, option, convert) or Stated(None, (config.header(located),))


def _port(text: str) -> int:
    """A single port; to a range of them, packets are spread."""
    found = port_range(text)
    if found.first != found.last:
        raise ValueError("a range of ports")
    return found.first


def _only(config: Config, located: Located) -> Unknown | None:
    """The condition under which a redirect leaves other packets alone; all but one's own address is none."""
    spans = [span for word, span in config.words(located, "src_dip") if not word.startswith("!")]
    spans += [span for option in ("src_ip", "src_port", *NARROWING) for _, span in config.words(located, option)]
    if not spans:
        return None
    why = f"{located.title} redirects only some packets"
    return Unknown(why, tuple(dict.fromkeys(spans)), "ask another resolver from a POS and see who answers")


def _dns(config: Config, redirect: _Redirect, interfaces: Listed[Interface]) -> Iterator[DnsRedirect]:
    """A redirect that catches DNS questions of inside networks: port 53, or all ports."""
    forward = redirect.forward
    if not _may_be_dns(forward) or _only_from_outside(forward, interfaces):
        return
    unclear = next((f for f in (forward.port, forward.protocols) if isinstance(f, Unknown)), redirect.only)
    caught: Fact[tuple[str, ...] | None] = unclear or combine(
        lambda keys, _: tuple(sorted(keys)), forward.entering, forward.port
    )
    yield DnsRedirect(
        device=config.device,
        key=forward.key,
        interfaces=caught,
        to_address=_single(forward.to_address),
        to_port=combine(lambda port: _DNS if port is None else port, redirect.to_port),
    )


def _may_be_dns(forward: PortForward) -> bool:
    protocols_ = None if isinstance(forward.protocols, Unknown) else forward.protocols.value
    if protocols_ is not None and not protocols_ & {"tcp", "udp"}:
        return False
    match forward.port:
        case Unknown():
            return True
        case known:
            return known.value is None or known.value.first <= _DNS <= known.value.last


def _only_from_outside(forward: PortForward, interfaces: Listed[Interface]) -> bool:
    """Whether a port forward takes packets from uplinks alone; those are nobody's questions."""
    if isinstance(forward.entering, Unknown):
        return False
    uplinks = {i.key for i in interfaces if not isinstance(i.uplink, Unknown) and i.uplink.value}
    return bool(forward.entering.value) and _routed(forward.entering.value, interfaces) <= uplinks


def _routed(keys: frozenset[str], interfaces: Listed[Interface]) -> frozenset[str]:
    """Those of the interfaces that are configured and may carry IPv4 (`wan6` of a zone carries none)."""
    return frozenset(
        i.key for i in interfaces if i.key in keys and (isinstance(i.addresses, Unknown) or i.addresses.value)
    )


def _single(network: Fact[IPv4Network | None]) -> Fact[IPv4Address | None]:
    match network:
        case Unknown() as unknown:
            return unknown
        case known if known.value is None:
            return known_like(None, known)
        case known if known.value.prefixlen != 32:
            return Unknown(
                "questions are redirected to one of several addresses",
                known.spans,
                settle="look a name up from a POS, several times",
            )
        case known:
            return known_like(known.value.network_address, known)
