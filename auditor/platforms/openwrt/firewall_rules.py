"""`config rule` and `config forwarding`: what they let pass or stop, and where in the order they stand.

Source: openwrt/firewall4 root/usr/share/ucode/fw4.uc, parse_rule and parse_forwarding: a rule with `src` alone
is about packets to the router, one with `src` and `dest` about packets through it, one without `src` about the
router's own packets, which no rule of ours asks for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from auditor.model import (
    Action,
    Fact,
    FilterRule,
    Interface,
    Listed,
    PortRange,
    Span,
    Stated,
    Unknown,
    combine,
    known_like,
)
from auditor.platforms.openwrt.config import Config, Located
from auditor.platforms.openwrt.firewall_matches import addresses, ports, protocols
from auditor.platforms.openwrt.firewall_zones import (
    End,
    Nowhere,
    Zone,
    Zones,
    concerns_ipv4,
    end,
    firewall_bool,
    recognise,
    target,
)
from auditor.platforms.openwrt.release import has_fw4
from auditor.services.reading import printable

# Conditions that the model does not carry: a rule with one of them may match or not.
NARROWING = (
    "ipset", "helper", "src_mac", "limit", "mark", "dscp", "extra",
    "start_date", "stop_date", "start_time", "stop_time", "weekdays", "monthdays",
)  # fmt: skip
_WITH_PORTS = frozenset({"tcp", "udp"})


class Chain(Enum):
    """Which packets a rule is about."""

    INPUT = "to the router"
    FORWARD = "through the router"


@dataclass(frozen=True, slots=True)
class Placed:
    """Rules with their place: the chain, and the zone whose turn it is (None: before all zones)."""

    chain: Chain
    zone: Zone | None
    rules: tuple[FilterRule, ...]


def rules(config: Config, zones: Zones, interfaces: Listed[Interface]) -> Iterator[Placed]:
    """Read every `config rule`, in file order."""
    for located in config.sections("firewall", "rule"):
        yield from _placed(config, located, zones, interfaces)


def _placed(config: Config, located: Located, zones: Zones, interfaces: Listed[Interface]) -> Iterator[Placed]:
    damaged = config.damage(located)
    if damaged is not None:
        yield from (Placed(chain, None, (_unreadable(located, damaged),)) for chain in Chain)
        return
    source, destination = end(config, located, "src", zones), end(config, located, "dest", zones)
    enabled = config.stated(located, "enabled", firewall_bool)
    if (
        (isinstance(enabled, Stated) and not enabled.value)
        or not concerns_ipv4(config, located)
        or not isinstance(source, End)
        or destination is Nowhere.NO_SUCH_ZONE
        or any(isinstance(one, End) and one.zone is not None and not one.zone.ipv4 for one in (source, destination))
    ):
        recognise(config, located)
        return
    entering = source.members()
    leaving: Fact[frozenset[str] | None] = Stated(None, (config.header(located),))
    if isinstance(destination, End):
        leaving = destination.members()
    found = tuple(_rules(config, located, entering, leaving, interfaces, enabled))
    yield Placed(Chain.FORWARD if isinstance(destination, End) else Chain.INPUT, source.zone, found)


def _unreadable(located: Located, why: Unknown) -> FilterRule:
    """A rule of which nothing is certain: it may match anything and do anything."""
    return FilterRule(located.key, located.title, why, why, why, why, why, why, why, why)


def _rules(
    config: Config,
    located: Located,
    entering: Fact[frozenset[str] | None],
    leaving: Fact[frozenset[str] | None],
    interfaces: Listed[Interface],
    enabled: Fact[bool] | None,
) -> Iterator[FilterRule]:
    """One rule, or two: ports count for TCP and UDP alone, other protocols of the same section have none."""
    name = config.values(located, "name")
    entering, leaving = _by_device(config, located, entering, leaving, interfaces)
    near = (config.header(located),)
    matched = protocols(config, located)
    wanted, source_ports = ports(config, located, "dest_port"), config.words(located, "src_port")
    icmp_types = config.words(located, "icmp_type")
    whole = FilterRule(
        key=located.key,
        name=printable(name[-1].value) if name else located.title,
        entering=entering,
        leaving=leaving,
        sources=addresses(config, located, "src_ip", interfaces),
        destinations=addresses(config, located, "dest_ip", interfaces),
        protocols=matched,
        destination_ports=wanted,
        narrow=narrow(config, located, enabled, tuple(span for _, span in source_ports)),
        action=config.stated(located, "target", target) or config.default("firewall.target", _absent_target, *near),
    )
    for option in ("utc_time", "limit_burst"):
        config.values(located, option)
    if isinstance(matched, Unknown):
        types = tuple(span for _, span in icmp_types)
        yield replace(whole, narrow=narrow(config, located, enabled, types) if types else whole.narrow)
        return
    if matched.value is None:
        unported = _ports_of_any(config, wanted, near)
        unlooked = () if has_fw4(config.version) else tuple(span for _, span in source_ports)
        yield replace(whole, destination_ports=unported, narrow=narrow(config, located, enabled, unlooked))
        return
    with_ports, others = matched.value & _WITH_PORTS, matched.value - _WITH_PORTS
    if with_ports or not others:
        yield replace(whole, protocols=known_like(with_ports, matched))
    if others:
        types = tuple(span for _, span in icmp_types) if "icmp" in others else ()
        yield replace(
            whole,
            key=f"{located.key} without ports" if with_ports else located.key,
            protocols=known_like(others, matched),
            destination_ports=Stated(None, near),
            narrow=narrow(config, located, enabled, types),
        )


def _absent_target(text: str) -> Action:
    """What a rule without a target does: firewall3 rejects, firewall4 counts the packet and goes on."""
    return Action.NEXT if text == "none" else target(text)


def _ports_of_any(
    config: Config, wanted: Fact[tuple[PortRange, ...] | None], near: tuple[Span, ...]
) -> Fact[tuple[PortRange, ...] | None]:
    """With `proto all`, fw4 does not look at ports at all; of fw3 this was not established."""
    if not isinstance(wanted, Unknown) and wanted.value is None:
        return wanted
    if has_fw4(config.version):
        return Stated(None, (*near, *wanted.spans))
    why = "a port with `proto all`: what becomes of it depends on the OpenWrt version"
    return Unknown(why, wanted.spans, "write proto tcp udp")


def narrow(config: Config, located: Located, enabled: Fact[bool] | None, more: tuple[Span, ...] = ()) -> Fact[bool]:
    """Whether conditions stand in a section that are not modelled; `more` are lines of others."""
    if isinstance(enabled, Unknown):
        return enabled
    written = [option for option in NARROWING if option in located.section.names()]
    spans = [span for option in written for _, span in config.words(located, option)]
    spans += more
    return Stated(bool(spans), tuple(dict.fromkeys(spans)) or (config.header(located),))


def _by_device(
    config: Config,
    located: Located,
    entering: Fact[frozenset[str] | None],
    leaving: Fact[frozenset[str] | None],
    interfaces: Listed[Interface],
) -> tuple[Fact[frozenset[str] | None], Fact[frozenset[str] | None]]:
    """`option device` narrows the incoming side, or with `direction out` the outgoing one."""
    words, direction = config.words(located, "device"), config.words(located, "direction")
    if not words:
        return entering, leaving
    name, span = words[0]
    keys = {i.key for i in interfaces if not isinstance(i.link, Unknown) and i.link.value == name}
    on: Fact[frozenset[str]] = Stated(frozenset(keys), (span,))
    if not keys:
        on = Unknown(
            f"device '{printable(name)}' is none of an interface that is modelled",
            (span,),
            settle="name the zone or the network instead of the device",
        )

    def both(members: frozenset[str] | None, device: frozenset[str]) -> frozenset[str] | None:
        return device if members is None else members & device

    if direction and direction[0][0] in ("out", "egress"):
        return entering, combine(both, leaving, on)
    return combine(both, entering, on), leaving


def forwardings(config: Config, zones: Zones) -> Iterator[Placed]:
    """Read every `config forwarding`: all that comes from one zone may leave to another."""
    for located in config.sections("firewall", "forwarding"):
        damaged = config.damage(located)
        if damaged is not None:
            yield Placed(Chain.FORWARD, None, (_unreadable(located, damaged),))
            continue
        source, destination = end(config, located, "src", zones), end(config, located, "dest", zones)
        enabled = config.stated(located, "enabled", firewall_bool)
        if (
            (isinstance(enabled, Stated) and not enabled.value)
            or not concerns_ipv4(config, located)
            or not isinstance(source, End)
            or not isinstance(destination, End)
            or any(one.zone is not None and not one.zone.ipv4 for one in (source, destination))
        ):
            recognise(config, located)
            continue
        config.values(located, "name")
        yield Placed(Chain.FORWARD, source.zone, (_forwarding(config, located, source, destination, enabled),))


def _forwarding(
    config: Config, located: Located, source: End, destination: End, enabled: Fact[bool] | None
) -> FilterRule:
    near = (config.header(located), source.span, destination.span)
    title = f"forwarding {_called(source)}->{_called(destination)}"
    return everything(
        title,
        source.members(),
        destination.members(),
        Stated(Action.ACCEPT, near),
        enabled if isinstance(enabled, Unknown) else Stated(False, near),
    )


def _called(one: End) -> str:
    return "*" if one.zone is None else printable(one.zone.name)


def everything(
    key: str,
    entering: Fact[frozenset[str] | None],
    leaving: Fact[frozenset[str] | None],
    action: Fact[Action],
    narrowed: Fact[bool],
) -> FilterRule:
    """A rule that looks at nothing but the interfaces."""
    no_limit: Stated[None] = Stated(None, action.spans)
    return FilterRule(key, key, entering, leaving, no_limit, no_limit, no_limit, no_limit, narrowed, action)
