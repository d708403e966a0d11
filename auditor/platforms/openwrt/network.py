"""`/etc/config/network`: interfaces with their segment, VLAN and addresses, and Ethernet ports.

Two generations of syntax are read by content: `option ifname` with `type 'bridge'` (up to 19.07) and
`option device` with `config device` and `config bridge-vlan` (from 21.02).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface

from auditor.model import AddressSource, Fact, Interface, Listed, Port, Span, Stated, Unknown, known_like
from auditor.platforms.openwrt.config import Config, Located, netifd_bool, printable

_UPLINK_PROTOCOLS = frozenset({"dhcp", "pppoe", "ppp", "pptp", "l2tp", "3g", "ncm", "qmi", "mbim", "modemmanager", "wwan"})
_TUNNELS = frozenset({"wireguard", "gre", "gretap", "6in4", "6to4", "6rd", "dslite", "map", "vti", "vxlan", "openvpn"})


def interfaces(config: Config) -> Listed[Interface]:
    """Read every `config interface` except loopback."""
    missing = config.missing("network")
    if missing is not None:
        return Listed((), (missing,))
    found = [
        _interface(config, located)
        for located in config.sections("network", "interface")
        if located.section.name != "loopback"
    ]
    _mark_vlans(config)
    return Listed(tuple(found))


def _interface(config: Config, located: Located) -> Interface:
    protocol = config.fact(located, "proto", str, default="network.proto")
    link = _link(config, located)
    source = _address_source(protocol)
    addresses = _addresses(config, located, source)
    return Interface(
        device=config.device,
        key=located.id,
        enabled=_enabled(config, located),
        link=link,
        vlan=_vlan(link),
        address_source=source,
        addresses=addresses,
        gateway=config.fact(located, "gateway", _text_or_none, default="network.gateway"),
        uplink=_uplink(config, located, protocol),
        ipv6_offered=_ipv6_offered(config, located),
    )


def _text_or_none(text: str) -> str | None:
    return text or None


def _enabled(config: Config, located: Located) -> Fact[bool]:
    match config.fact(located, "disabled", netifd_bool, default="network.disabled"):
        case Unknown() as unknown:
            return unknown
        case disabled:
            return known_like(not disabled.value, disabled)


def _link(config: Config, located: Located) -> Fact[str]:
    """The layer-2 device: a bridge of the old syntax is called `br-<interface>`."""
    damaged = config.damage(located)
    if damaged is not None:
        return damaged
    bridge = config.values(located, "type")
    if bridge and bridge[-1].value == "bridge":
        config.words(located, "ifname")
        return Stated(f"br-{located.id}", (config.span(located, bridge[-1]),))
    words = config.words(located, "device") or config.words(located, "ifname")
    if words:
        name, span = words[0]
        return _through_alias(config, name, span)
    return known_like(f"({located.id})", Stated("", (config.header(located),)))


def _through_alias(config: Config, name: str, span: Span) -> Fact[str]:
    """`@lan` names the device of another interface."""
    if not name.startswith("@"):
        return Stated(name, (span,))
    other = config.section("network", name[1:])
    if other is None or other.section.type != "interface":
        return Unknown(f"interface alias {printable(name)} names no interface", (span,))
    target = config.words(other, "device") or config.words(other, "ifname")
    if not target or target[0][0].startswith("@"):
        return Unknown(f"interface alias {printable(name)} leads to no device", (span,))
    return Stated(target[0][0], (span, target[0][1]))


def _vlan(link: Fact[str]) -> Fact[int | None]:
    """The VLAN id that a device name carries: `br-lan.30`, `eth0.2`."""
    match link:
        case Unknown() as unknown:
            return unknown
        case known:
            tail = known.value.rpartition(".")[2] if "." in known.value else ""
            return known_like(int(tail) if tail.isdecimal() and 0 < int(tail) < 4095 else None, known)


def _address_source(protocol: Fact[str]) -> Fact[AddressSource]:
    match protocol:
        case Unknown() as unknown:
            return unknown
        case known:
            table = {"static": AddressSource.STATIC, "dhcp": AddressSource.DHCP, "none": AddressSource.NONE}
            if known.value in table:
                return known_like(table[known.value], known)
            if known.value in ("dhcpv6", *_TUNNELS):
                return known_like(AddressSource.NONE, known)
            if known.value in _UPLINK_PROTOCOLS:
                return known_like(AddressSource.PPP, known)
            return Unknown(f"protocol {printable(known.value)} is not modelled", known.spans)


def _addresses(
    config: Config, located: Located, source: Fact[AddressSource]
) -> Fact[tuple[IPv4Interface, ...]]:
    """Static IPv4 addresses; of one that the device asks for, nothing is known beforehand."""
    damaged = config.damage(located)
    if damaged is not None:
        return damaged
    masks = config.words(located, "netmask")
    words = config.words(located, "ipaddr")
    match source:
        case Unknown() as unknown:
            return unknown
        case known if known.value is AddressSource.NONE:
            return known_like((), known)
        case known if known.value is not AddressSource.STATIC:
            why = f"interface {located.id} gets its address from outside"
            return Unknown(why, known.spans, "capture `ubus call network.interface dump` as well")
        case known:
            if not words:
                return known_like((), known)
            return _static(words, masks)


def _static(
    words: tuple[tuple[str, Span], ...], masks: tuple[tuple[str, Span], ...]
) -> Fact[tuple[IPv4Interface, ...]]:
    """`ipaddr` may carry its prefix length, and may be a list; else `netmask` holds for all of them."""
    mask = masks[-1][0] if masks else "255.255.255.255"
    found: list[IPv4Interface] = []
    spans = [span for _, span in words]
    for word, span in words:
        try:
            found.append(IPv4Interface(word if "/" in word else f"{word}/{mask}"))
        except ValueError:
            return Unknown(f"cannot read ipaddr '{printable(word)}'", (span,))
        if "/" not in word:
            spans += [span for _, span in masks[-1:]]
    return Stated(tuple(found), tuple(dict.fromkeys(spans)))


def _uplink(config: Config, located: Located, protocol: Fact[str]) -> Fact[bool]:
    """An uplink asks for its address, or has a gateway; it must carry IPv4 to count."""
    gateway = config.values(located, "gateway")
    match protocol:
        case Unknown() as unknown:
            return unknown
        case known if known.value in _UPLINK_PROTOCOLS:
            return known_like(not _is_access_point(config, located), known)
        case known if gateway and known.value == "static":
            fact = Stated("", (config.span(located, gateway[-1]),))
            return known_like(not _is_access_point(config, located), known, fact)
        case known:
            return known_like(False, known)


def _is_access_point(config: Config, located: Located) -> bool:
    """The management address of a plain access point: a bridge, and no second interface to route to."""
    bridged = any(value.value == "bridge" for value in config.values(located, "type"))
    words = config.words(located, "device") or config.words(located, "ifname")
    named = words[0][0] if words else ""
    devices = {name: s for s in config.sections("network", "device") for name, _ in config.words(s, "name")[:1]}
    base = devices.get(named) or devices.get(named.partition(".")[0])
    return bridged or named.startswith("br-") or (base is not None and _is_bridge(config, base))


def _is_bridge(config: Config, located: Located) -> bool:
    return any(value.value == "bridge" for value in config.values(located, "type"))


def _ipv6_offered(config: Config, located: Located) -> Fact[bool]:
    """Router advertisements or DHCPv6 on this interface, as its section in `dhcp` says."""
    missing = config.missing("dhcp")
    if missing is not None:
        return missing
    for scope in config.sections("dhcp", "dhcp"):
        names = [word for word, _ in config.words(scope, "interface")]
        if (names or [scope.id])[0] == located.id:
            facts = [
                config.fact(scope, name, lambda text: text not in ("", "disabled", "0"), default="dhcp.ipv6")
                for name in ("ra", "dhcpv6")
            ]
            known = [fact for fact in facts if not isinstance(fact, Unknown)]
            if len(known) < len(facts):
                return next(fact for fact in facts if isinstance(fact, Unknown))
            offered = [fact for fact in known if fact.value]
            return known_like(bool(offered), *(offered or known))
    return config.default("dhcp.ipv6", lambda text: text not in ("", "disabled", "0"), config.header(located))


def _mark_vlans(config: Config) -> None:
    """Look at the sections that only say which ports a bridge has, so that they count as understood."""
    for located in config.sections("network", "bridge-vlan"):
        for name in ("device", "vlan", "ports"):
            config.values(located, name)


@dataclass(frozen=True, slots=True)
class _Bridge:
    name: str
    ports: tuple[tuple[str, Span], ...]


def _bridges(config: Config) -> Iterator[_Bridge]:
    """Bridges of both generations with their ports."""
    for located in config.sections("network", "device"):
        if _is_bridge(config, located):
            names = config.words(located, "name")
            ports = config.words(located, "ports") or config.words(located, "ifname")
            yield _Bridge(names[0][0] if names else located.id, ports)
    for located in config.sections("network", "interface"):
        if _is_bridge(config, located):
            yield _Bridge(f"br-{located.id}", config.words(located, "ifname"))


def ports(config: Config) -> Listed[Port]:
    """Read the ports of all bridges, with what `config device` says of each."""
    missing = config.missing("network")
    if missing is not None:
        return Listed((), (missing,))
    own: dict[str, Located] = {}
    for located in config.sections("network", "device"):
        for name, _ in config.words(located, "name")[:1]:
            own[name] = located
    vlans: dict[str, list[tuple[str, Span]]] = {}
    for located in config.sections("network", "bridge-vlan"):
        bridge, vid = config.words(located, "device")[:1], config.words(located, "vlan")[:1]
        for port, span in config.words(located, "ports"):
            if bridge and vid:
                vlans.setdefault(port.partition(":")[0], []).append((f"{bridge[0][0]}.{vid[0][0]}", span))
    found = []
    for bridge_ in _bridges(config):
        for port, span in bridge_.ports:
            links = vlans.get(port) or [(bridge_.name, span)]
            found.append(_port(config, port, span, tuple(links), own.get(port)))
    return Listed(tuple(found))


def _port(
    config: Config, name: str, span: Span, links: tuple[tuple[str, Span], ...], own: Located | None
) -> Port:
    joined = Stated(tuple(link for link, _ in links), tuple(dict.fromkeys(span for _, span in links)))
    if own is None:
        return Port(
            device=config.device,
            key=name,
            links=joined,
            isolated=config.default("network.isolate", netifd_bool, span),
            speed=config.default("network.speed", _speed, span),
        )
    return Port(
        device=config.device,
        key=name,
        links=joined,
        isolated=config.fact(own, "isolate", netifd_bool, default="network.isolate"),
        speed=config.fact(own, "speed", _speed, default="network.speed"),
    )


def _speed(text: str) -> int | None:
    """A fixed speed in Mbit/s; empty: negotiated."""
    if not text or text == "auto":
        return None
    if not text.isdecimal():
        raise ValueError("not a speed in Mbit/s")
    return int(text)


