"""`/etc/config/network`: interfaces with their segment, VLAN and addresses, and Ethernet ports.

Two generations of syntax are read by content: `option ifname` with `type 'bridge'` (up to 19.07) and
`option device` with `config device` and `config bridge-vlan` (from 21.02).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Interface

from auditor.model import AddressSource, Fact, Interface, Listed, Port, Span, Stated, Unknown, known_like
from auditor.platforms.openwrt.config import Config, Located, netifd_bool
from auditor.services.reading import printable

_UPLINK_PROTOCOLS = frozenset(
    {"dhcp", "pppoe", "ppp", "pptp", "l2tp", "3g", "ncm", "qmi", "mbim", "modemmanager", "wwan"}
)
_EVERYTHING = frozenset({"0.0.0.0/0", "0.0.0.0"})  # noqa: S104 - a route's target and mask
# Names of Ethernet ports; radios, tunnels, modems and bridges are called otherwise.
_ETHERNET = re.compile(r"(?:eth|en|lan|wan|sfp|swp|port|ge|internet)[a-z0-9_-]*")
_TUNNELS = frozenset({"wireguard", "gre", "gretap", "6in4", "6to4", "6rd", "dslite", "map", "vti", "vxlan", "openvpn"})


def interfaces(config: Config) -> Listed[Interface]:
    """Read every `config interface` except loopback."""
    missing = config.missing("network")
    if missing is not None:
        return Listed((), (missing,))
    found = []
    for located in config.sections("network", "interface"):
        if located.section.name == "loopback":
            _recognise(config, located)
        else:
            found.append(_interface(config, located))
    _mark_vlans(config)
    return Listed(tuple(found))


def _recognise(config: Config, located: Located) -> None:
    """Count all lines of a section as understood."""
    for name in located.written:
        config.values(located, name)


def _interface(config: Config, located: Located) -> Interface:
    protocol = config.fact(located, "proto", str, default="network.proto")
    link = _link(config, located)
    source = _address_source(protocol)
    addresses = _addresses(config, located, source)
    routed = _routed(config, located)
    return Interface(
        device=config.device,
        key=located.id,
        enabled=_enabled(config, located),
        link=link,
        vlan=_vlan(config, link),
        address_source=source,
        addresses=addresses,
        gateway=routed or config.fact(located, "gateway", _text_or_none, default="network.gateway"),
        uplink=_uplink(config, located, protocol, routed),
        ipv6_offered=_ipv6_offered(config, located),
    )


def _text_or_none(text: str) -> str | None:
    return text or None


def _routed(config: Config, located: Located) -> Fact[str | None] | None:
    """The gateway of a `config route` for everything that leaves by this interface; other routes say nothing here."""
    found: Fact[str | None] | None = None
    for route in config.sections("network", "route"):
        interface, target = config.words(route, "interface"), config.words(route, "target")
        gateway, mask = config.words(route, "gateway"), config.words(route, "netmask")
        off = config.stated(route, "disabled", netifd_bool)
        _recognise(config, route)
        if not interface or interface[0][0] != located.id or not gateway or (isinstance(off, Stated) and off.value):
            continue
        if {word for word, _ in (*target, *mask)} <= _EVERYTHING:
            lines = tuple(dict.fromkeys(span for _, span in (*interface, *target, *gateway)))
            found = config.damage(route) or Stated(gateway[0][0], lines)
    return found


def _enabled(config: Config, located: Located) -> Fact[bool]:
    """An interface is up unless it is disabled; one with `auto 0` waits for somebody to bring it up."""
    match config.fact(located, "disabled", netifd_bool, default="network.disabled"):
        case Unknown() as unknown:
            return unknown
        case disabled if disabled.value:
            return known_like(False, disabled)
        case disabled:
            waits = config.stated(located, "auto", netifd_bool)
            if waits is None or (not isinstance(waits, Unknown) and waits.value):
                missing = _without_device(config, located) or _without_bridge(config, located)
                return missing or known_like(True, disabled)
            why = f"interface {located.id} comes up only when somebody brings it up (auto 0)"
            return Unknown(why, waits.spans, "look at `ubus call network.interface dump`")


_NEED_DEVICE = ("static", "dhcp")


def _without_device(config: Config, located: Located) -> Unknown | None:
    """An interface with an address needs a device: one that is named, a bridge of the old syntax, or a radio's."""
    protocol = config.words(located, "proto")
    named = any(config.words(located, name) for name in ("device", "ifname", "type"))
    if named or not protocol or protocol[-1][0] not in _NEED_DEVICE:
        return None
    radios = (config.words(each, "network") for each in config.sections("wireless", "wifi-iface"))
    if any(word == located.id for words in radios for word, _ in words):
        return None
    settle = "name its device, or look at `ubus call network.interface dump`"
    return Unknown(f"interface {located.id} names no device, and no radio joins it", (config.header(located),), settle)


def _without_bridge(config: Config, located: Located) -> Unknown | None:
    """An interface on a bridge, or on a VLAN of it, is down where no section makes the bridge.

    `config bridge-vlan` makes none, it only fills one that is there. Devices of other kinds come by their drivers or
    by other programs, so that nothing is said of those without a section.
    """
    link = _link(config, located)
    if isinstance(link, Unknown) or _is_bridge(config, located):
        return None
    devices = {name: s for s in config.sections("network", "device") for name, _ in config.words(s, "name")[:1]}
    over = devices.get(link.value)
    under = config.words(over, "ifname")[:1] if over is not None and not _is_bridge(config, over) else ()
    base = (under[0][0] if under else link.value).partition(".")[0]
    vlans = [vlan for vlan in config.sections("network", "bridge-vlan") if base in _names(config, vlan, "device")]
    if not (vlans or base.startswith("br-")) or any(bridge.name == base for bridge in bridges(config)):
        return None
    other = devices.get(base)
    if other is not None and config.words(other, "type"):
        return None
    why = f"interface {located.id} is on {printable(base)}, and no section makes that bridge"
    settle = "add the bridge with its ports, or look at `ubus call network.interface dump`"
    near = tuple(dict.fromkeys((*link.spans, *(config.header(vlan) for vlan in vlans))))
    return Unknown(why, near, settle)


def _names(config: Config, located: Located, option: str) -> tuple[str, ...]:
    return tuple(word for word, _ in config.words(located, option))


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
        return Unknown(
            f"interface alias {printable(name)} names no interface",
            (span,),
            settle="correct the device of the interface",
        )
    target = config.words(other, "device") or config.words(other, "ifname")
    if not target or target[0][0].startswith("@"):
        return Unknown(
            f"interface alias {printable(name)} leads to no device",
            (span,),
            settle="name the device instead of the alias",
        )
    return Stated(target[0][0], (span, target[0][1]))


def _vlan(config: Config, link: Fact[str]) -> Fact[int | None]:
    """The VLAN id that a device name carries: `br-lan.30`, `eth0.2`; of a bridge, the one that all its ports carry."""
    match link:
        case Unknown() as unknown:
            return unknown
        case known:
            own = _id(known.value)
            if own is not None:
                return known_like(own, known)
            ports = [port for bridge in bridges(config) if bridge.name == known.value for port in bridge.ports]
            ids = {_id(name) for name, _ in ports}
            carried = ids.pop() if len(ids) == 1 else None
            if carried is None:
                return known_like(None, known)
            return known_like(carried, known, Stated(None, tuple(dict.fromkeys(span for _, span in ports))))


def _id(name: str) -> int | None:
    tail = name.rpartition(".")[2] if "." in name else ""
    return int(tail) if tail.isdecimal() and len(tail) < 5 and 0 < int(tail) < 4095 else None


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
            return Unknown(
                f"protocol {printable(known.value)} is not modelled",
                known.spans,
                settle="look at `ubus call network.interface dump`",
            )


def _addresses(config: Config, located: Located, source: Fact[AddressSource]) -> Fact[tuple[IPv4Interface, ...]]:
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
            return Unknown(f"cannot read ipaddr '{printable(word)}'", (span,), settle="correct ipaddr")
        if "/" not in word:
            spans += [span for _, span in masks[-1:]]
    return Stated(tuple(found), tuple(dict.fromkeys(spans)))


def _uplink(config: Config, located: Located, protocol: Fact[str], routed: Fact[str | None] | None) -> Fact[bool]:
    """An uplink asks for its address, or has a gateway; it must carry IPv4 and take the default route to count."""
    gateways = [config.span(located, each) for each in config.values(located, "gateway")]
    gateways += [] if routed is None else routed.spans
    takes = config.stated(located, "defaultroute", netifd_bool)
    match protocol:
        case Unknown() as unknown:
            return unknown
        case known if known.value == "wireguard" and (everything := _routes_everything(config, located)):
            return Stated(True, everything)
        case known if known.value in _UPLINK_PROTOCOLS or (gateways and known.value == "static"):
            if _is_access_point(config, located):
                return known_like(False, known)
            if isinstance(takes, Unknown) or (takes is not None and not takes.value):
                return takes
            elsewhere = _other_table(config, located)
            if elsewhere is not None:
                return elsewhere
            return known_like(True, known, Stated(None, tuple(gateways)))
        case known:
            return known_like(False, known)


def _other_table(config: Config, located: Located) -> Unknown | None:
    """With `ip4table` the default route stands in another table, which counts only where a rule leads to it."""
    for word, span in config.words(located, "ip4table"):
        if word not in ("main", "254"):
            why = f"the default route of interface {located.id} is in table {printable(word)}, not in the usual one"
            return Unknown(why, (span,), "from the readers' network open the hosts of the policy, then declare egress")
    return None


def _routes_everything(config: Config, located: Located) -> tuple[Span, ...]:
    """The lines by which a peer of a tunnel takes the default route."""
    for peer in config.sections("network", f"wireguard_{located.id}"):
        routes, off = (config.stated(peer, name, netifd_bool) for name in ("route_allowed_ips", "disabled"))
        if isinstance(off, Stated) and off.value:
            continue
        if routes is None or (isinstance(routes, Stated) and not routes.value):
            continue
        for word, span in config.words(peer, "allowed_ips"):
            if word == "0.0.0.0/0":
                return (span, *routes.spans) if isinstance(routes, Stated) else (span,)
    return ()


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
    for located in config.sections("network", "switch_vlan"):
        # Of a switch chip the ports have numbers of their own; `eth0.30` is its VLAN 30 towards the processor.
        for name in ("device", "vlan", "vid", "ports", "description"):
            config.values(located, name)
    for located in config.sections("network", "switch"):
        for name in ("name", "enable_vlan"):
            config.values(located, name)


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge with its ports."""

    name: str
    ports: tuple[tuple[str, Span], ...]


def bridges(config: Config) -> Iterator[Bridge]:
    """Bridges of both generations with their ports."""
    for located in config.sections("network", "device"):
        if _is_bridge(config, located):
            names = config.words(located, "name")
            ports = config.words(located, "ports") or config.words(located, "ifname")
            yield Bridge(names[0][0] if names else located.id, ports)
    for located in config.sections("network", "interface"):
        if _is_bridge(config, located):
            yield Bridge(f"br-{located.id}", config.words(located, "ifname"))


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
    unfiltered = _without_vlans(config)
    for located in config.sections("network", "bridge-vlan"):
        bridge, vid = config.words(located, "device")[:1], config.words(located, "vlan")[:1]
        for port, span in config.words(located, "ports"):
            if bridge and vid:
                vlans.setdefault(port.partition(":")[0], []).append((f"{bridge[0][0]}.{vid[0][0]}", span))
    found = []
    for bridge_ in bridges(config):
        for port, span in bridge_.ports:
            links = vlans.get(port) or [(bridge_.name, span)]
            read = _port(config, port, span, tuple(links), own.get(port))
            unsure = unfiltered.get(bridge_.name) if port in vlans else None
            found.append(read if unsure is None else replace(read, links=unsure))
    bridged = {port.key for port in found}
    found += [
        _port(config, name, links[0][1], tuple(dict.fromkeys(links)), own.get(name))
        for name, links in _plain(config, own).items()
        if name not in bridged
    ]
    return Listed(tuple(found))


def _plain(config: Config, own: dict[str, Located]) -> dict[str, list[tuple[str, Span]]]:
    """Ethernet ports that interfaces use without a bridge, with the links on them: `eth1` with `eth1` and `eth1.20`.

    With a switch chip, `eth0` is its port towards the processor, and which sockets are behind it is not told.
    """
    found: dict[str, list[tuple[str, Span]]] = {}
    if config.sections("network", "switch"):
        return found
    for located in config.sections("network", "interface"):
        if _is_bridge(config, located) or located.section.name == "loopback":
            continue
        words = config.words(located, "device") or config.words(located, "ifname")
        for name, span in words[:1]:
            base = name.partition(".")[0]
            vlan = own.get(name)
            under = config.words(vlan, "ifname")[:1] if vlan is not None and config.values(vlan, "type") else ()
            base = under[0][0].partition(".")[0] if under else base
            if _ETHERNET.fullmatch(base):
                found.setdefault(base, []).append((name, span))
    return found


def _without_vlans(config: Config) -> dict[str, Unknown]:
    """Bridges that `vlan_filtering 0` keeps from looking at VLANs, although `bridge-vlan` sections describe some."""
    found: dict[str, Unknown] = {}
    for located in config.sections("network", "device"):
        stated = config.stated(located, "vlan_filtering", netifd_bool)
        names = config.words(located, "name")
        if names and stated is not None and (isinstance(stated, Unknown) or not stated.value):
            why = (
                f"bridge {printable(names[0][0])} has VLANs and vlan_filtering 0; which one counts was not established"
            )
            found[names[0][0]] = Unknown(why, stated.spans, "look at `bridge vlan show`")
    return found


def _port(config: Config, name: str, span: Span, links: tuple[tuple[str, Span], ...], own: Located | None) -> Port:
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
