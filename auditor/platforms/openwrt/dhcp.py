"""`/etc/config/dhcp`, the DHCPv4 part: scopes and relays.

What dnsmasq and odhcpd make of the same section differs; `dhcp_servers` says which of them serves.
"""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from auditor.model import (
    AddressRange,
    DhcpScope,
    Fact,
    Interface,
    Listed,
    Span,
    Stated,
    Unknown,
    combine,
    known_like,
)
from auditor.platforms.openwrt.config import Config, Located, script_bool
from auditor.platforms.openwrt.dhcp_options import (
    Option,
    TaggedOptions,
    addresses,
    for_some,
    option,
    options,
    tagged_options,
)
from auditor.platforms.openwrt.dhcp_servers import Instance, Servers
from auditor.platforms.openwrt.dhcp_serving import serving
from auditor.platforms.openwrt.lease_times import lease_time, odhcpd_lease_time, uci_time
from auditor.platforms.openwrt.raw_dnsmasq import RawLine, not_read
from auditor.services.reading import printable


def scopes(config: Config, servers: Servers, interfaces: Listed[Interface], raw: Listed[RawLine]) -> Listed[DhcpScope]:
    """Read every `config dhcp` and `config relay`; raw lines of dnsmasq add scopes and change what these hand out."""
    missing = config.missing("dhcp")
    if missing is not None:
        return Listed((), (missing,))
    tagged = tagged_options(config)
    found = [_scope(config, located, servers, interfaces, tagged) for located in config.sections("dhcp", "dhcp")]
    relays = [_relay(config, located, interfaces) for located in config.sections("dhcp", "relay")]
    holes = tuple(not_read(line, "may add a scope") for line in raw if line.key == "dhcp-range")
    holes += servers.holes + raw.holes
    return Listed((*(_with_raw_options(scope, raw.items) for scope in found), *relays), holes)


def _with_raw_options(scope: DhcpScope, raw: tuple[RawLine, ...]) -> DhcpScope:
    """A raw line may reach clients of any scope; whom it does reach depends on tags and on the order."""
    for line in raw:
        if line.key in ("no-dhcp-interface", "dhcp-ignore"):
            scope = replace(scope, serving=not_read(line, "may keep the scope from serving"))
        if not line.key.startswith("dhcp-option"):
            continue
        words = [word for word in line.value.split(",") if not word.startswith(("set:", "vendor:", "encap:"))]
        code = option(",".join(words) or "0", line.span).code
        unknown = not_read(line, "may change what clients are told")
        if code == "6":
            scope = replace(scope, domain_name_servers=unknown)
        elif code == "3":
            scope = replace(scope, routers=unknown)
        elif code == "51":
            scope = replace(scope, lease_time=unknown)
        elif code == "108":
            scope = replace(scope, ipv6_only_preferred=unknown)
    return scope


def _scope(
    config: Config,
    located: Located,
    servers: Servers,
    interfaces: Listed[Interface],
    tagged: tuple[TaggedOptions, ...],
) -> DhcpScope:
    words = config.words(located, "interface")
    name: Stated[str] = Stated(words[0][0], (words[0][1],)) if words else Stated(located.id, (config.header(located),))
    interface = next((i for i in interfaces if i.key == name.value), None)
    own = _with_netmask(config, located, _own_addresses(interface, name))
    subnet: Fact[IPv4Network] = combine(lambda addresses: addresses[0].network, own)
    instances = servers.instances_for(next((word for word, _ in config.words(located, "instance")), None))
    given = options(config, located)
    given += tuple(
        more
        for instance in instances
        for more in options(config, instance.located)
        if all(more.code != mine.code for mine in given)
    )
    return DhcpScope(
        device=config.device,
        key=located.id,
        interface=config.damage(located) or name,
        serving=serving(config, located, servers, instances, interface),
        subnet=subnet,
        pool=_pool(config, located, servers, instances, own),
        lease_time=for_some(tagged, "51", subnet) or _lease_time(config, located, servers),
        domain_name_servers=for_some(tagged, "6", subnet)
        or servers.by_main(
            addresses(config, located, _of_odhcpd(config, located, "dns", "6"), "6", own),
            addresses(config, located, given, "6", own),
        ),
        routers=for_some(tagged, "3", subnet)
        or servers.by_main(
            addresses(config, located, _of_odhcpd(config, located, "router", "3"), "3", own),
            addresses(config, located, given, "3", own),
        ),
        ipv6_only_preferred=for_some(tagged, "108", subnet) or _option_108(given, config, located),
        lease_store_persistent=_store(servers, instances, config, located),
    )


def _of_odhcpd(config: Config, located: Located, name: str, code: str) -> tuple[Option, ...]:
    """Odhcpd has keys of its own instead of numbers; IPv6 addresses among them are for DHCPv6."""
    return tuple(Option(code, (word,), "", span) for word, span in config.words(located, name) if ":" not in word)


def _own_addresses(interface: Interface | None, name: Fact[str]) -> Fact[tuple[IPv4Interface, ...]]:
    if interface is None:
        why = "the scope's interface is not in the captured network configuration"
        return Unknown(why, name.spans, "correct the interface of the scope, or capture /etc/config/network as well")
    match interface.addresses:
        case Unknown() as unknown:
            return unknown
        case known if not known.value:
            settle = f"add ipaddr to interface {interface.key}, or correct the interface of its scope"
            return Unknown(f"interface {interface.key} has no static IPv4 address", known.spans, settle)
        case known:
            return known


def _with_netmask(
    config: Config, located: Located, own: Fact[tuple[IPv4Interface, ...]]
) -> Fact[tuple[IPv4Interface, ...]]:
    """`option netmask` of the scope counts instead of the interface's."""
    written = config.words(located, "netmask")
    if not written or isinstance(own, Unknown):
        return own
    mask, span = written[-1]
    try:
        changed = tuple(IPv4Interface(f"{address.ip}/{mask}") for address in own.value)
    except ValueError:
        return Unknown(f"cannot read netmask '{printable(mask)}'", (span,), settle="correct netmask in the scope")
    return known_like(changed, own, Stated(None, (span,)))


def _pool(
    config: Config,
    located: Located,
    servers: Servers,
    instances: tuple[Instance, ...],
    own: Fact[tuple[IPv4Interface, ...]],
) -> Fact[AddressRange | None]:
    """Addresses from network + start on, `limit` of them, within the subnet; none if only reservations are served."""
    start = config.fact(located, "start", _number, default="dhcp.start")
    limit = config.fact(located, "limit", _number, default="dhcp.limit")
    both = config.fact(located, "dynamicdhcp", script_bool, default="dhcp.dynamicdhcp")
    dynamic = servers.by_main(both, config.stated(located, "dynamicdhcpv4", script_bool) or both)
    if not isinstance(dynamic, Unknown) and not dynamic.value:
        return known_like(None, dynamic)
    odd = config.lines(located, "options")
    if odd:
        return Unknown(
            f"scope {located.id} adds words of its own to dnsmasq's dhcp-range",
            odd,
            settle="move the words to options of their own, or look at the leases that clients got",
        )
    # That dynamic leases are permitted is no part of the evidence; only that it is not known, or not so, decides.
    doubt = (dynamic,) if isinstance(dynamic, Unknown) else ()
    pool: Fact[AddressRange | None] = combine(
        lambda first, size, addresses, *_: _range(addresses[0].network, first, size), start, limit, own, *doubt
    )
    return _limited(pool, instances)


def _limited(pool: Fact[AddressRange | None], instances: tuple[Instance, ...]) -> Fact[AddressRange | None]:
    """`dhcpleasemax` limits the leases of all scopes together; a pool beyond it cannot be used up."""
    for instance in instances:
        most = instance.most_leases
        if most is None or isinstance(pool, Unknown) or pool.value is None:
            continue
        if isinstance(most, Unknown):
            return most
        if most.value < len(pool.value):
            why = f"dnsmasq gives out at most {most.value} leases in all (dhcpleasemax), fewer than the pool holds"
            return Unknown(why, (*most.spans, *pool.spans), "raise dhcpleasemax, or remove it")
    return pool


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("not a number")
    return int(text[:12])


def _range(network: IPv4Network, start: int, limit: int) -> AddressRange:
    """Clip `start` and `limit` to the usable addresses of a subnet, as ipcalc.sh does."""
    low, high = int(network.network_address) + 1, int(network.broadcast_address) - 1
    first = min(max(int(network.network_address) + start, low), high)
    return AddressRange(IPv4Address(first), IPv4Address(min(first + max(limit, 1) - 1, high)))


def _lease_time(config: Config, located: Located, servers: Servers) -> Fact[timedelta]:
    """The lease that a client gets; `options` stand behind it on dnsmasq's line and may change it."""
    odd = config.lines(located, "options")
    by_dnsmasq: Fact[timedelta] = config.fact(located, "leasetime", lease_time, default="dhcp.leasetime")
    if odd:
        by_dnsmasq = Unknown(
            f"scope {located.id} adds words of its own to dnsmasq's dhcp-range",
            odd,
            settle="move the words to options of their own, or look at the leases that clients got",
        )
    by_odhcpd = config.fact(located, "leasetime", odhcpd_lease_time, default="dhcp.leasetime")
    return servers.by_main(by_odhcpd, by_dnsmasq)


def _option_108(given: tuple[Option, ...], config: Config, located: Located) -> Fact[bool]:
    """Option 108 asks clients that can to do without IPv4 (RFC 8925); odhcpd has its own key for it."""
    raw = next((each for each in given if each.code == "108"), None)
    if raw is not None:
        return Stated(True, (raw.span,))
    return config.fact(
        located, "ipv6_only_preferred", lambda text: text not in ("", "0"), default="dhcp.ipv6_only_preferred"
    )


def _store(servers: Servers, instances: tuple[Instance, ...], config: Config, located: Located) -> Fact[bool]:
    found = [each.store_persistent for each in instances]
    by_dnsmasq = found[0] if found else config.default("dhcp.leasefile", lambda _: False, config.header(located))
    return servers.by_main(servers.odhcpd_store_persistent, by_dnsmasq)


def _relay(config: Config, located: Located, interfaces: Listed[Interface]) -> DhcpScope:
    """`config relay`: clients where `local_addr` is get their addresses from a server elsewhere.

    `interface` is where answers of the server may come in (dnsmasq, --dhcp-relay), so it is no place of clients.
    """
    names, local = config.words(located, "interface"), config.words(located, "local_addr")
    server = config.words(located, "server_addr")
    where = printable(server[0][0]) if server else "a server that is not named"
    near = (*(span for _, span in (*names, *local, *server)),) or (config.header(located),)
    why = f"requests for addresses are relayed to {where}, where the lease is decided"
    unknown = Unknown(why, tuple(dict.fromkeys(near)), f"audit the DHCP server at {where} as well, or declare dhcp")
    interface: Fact[str] = unknown
    if local:
        owner = next((i for i in interfaces if _owns(i, local[0][0])), None)
        interface = unknown if owner is None else Stated(owner.key, (local[0][1],))
    return DhcpScope.relay(config.device, located.id, interface, unknown, relays_to=_server(server))


def _server(words: tuple[tuple[str, Span], ...]) -> tuple[IPv4Address, ...]:
    """The server by its address; none if it cannot be read, or has a port of its own."""
    try:
        return tuple(IPv4Address(word) for word, _ in words[:1])
    except ValueError:
        return ()


def _owns(interface: Interface, address: str) -> bool:
    if isinstance(interface.addresses, Unknown):
        return False
    return any(str(own.ip) == address for own in interface.addresses.value)


__all__ = ["scopes", "uci_time"]
