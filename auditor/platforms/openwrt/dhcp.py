"""`/etc/config/dhcp`, the DHCPv4 part: scopes and reservations, whether dnsmasq or odhcpd serves them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from auditor.model import (
    INFINITE,
    AddressRange,
    AddressSource,
    DhcpScope,
    Fact,
    Interface,
    Listed,
    Reservation,
    Span,
    Stated,
    Unknown,
    combine,
    known_like,
)
from auditor.platforms.openwrt.config import Config, Located, printable, script_bool
from auditor.platforms.openwrt.raw_dnsmasq import RawLine

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DNSMASQ_LEAST, _ODHCPD_LEAST = timedelta(seconds=120), timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Servers:
    """Who serves DHCPv4: facts that hold for all scopes of the device."""

    odhcpd_is_main: Fact[bool]
    dnsmasq_runs: Fact[bool]
    store_persistent: Fact[bool]


def lease_time(text: str) -> timedelta:
    """Read a lease time as dnsmasq and odhcpd do: a number with s, m, h, d or w (none: seconds), or infinite."""
    if text == "infinite":
        return INFINITE
    digits, unit = (text[:-1], text[-1].lower()) if text and not text[-1].isdecimal() else (text, "s")
    if not digits.isdecimal() or unit not in _UNITS or len(digits) > 10:
        raise ValueError("not a number with s, m, h, d or w, nor 'infinite'")
    return timedelta(seconds=min(int(digits) * _UNITS[unit], 0xFFFFFFFE))


def uci_time(lease: timedelta) -> str:
    """Write a lease time for UCI in the largest unit that fits whole, hours before days up to two days."""
    if lease == INFINITE:
        return "infinite"
    seconds = int(lease.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds % _UNITS[unit] == 0 and (unit != "d" or seconds > 2 * _UNITS["d"]):
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


def servers(config: Config, enabled_services: Fact[frozenset[str]]) -> Servers:
    """Find out which daemon gives out IPv4 leases."""
    main: Fact[bool] = config.default("dhcp.maindhcp", script_bool)
    for located in config.sections("dhcp", "odhcpd"):
        main = config.fact(located, "maindhcp", script_bool, default="dhcp.maindhcp")
    instances = list(config.sections("dhcp", "dnsmasq"))
    match enabled_services:
        case Stated(names) if "dnsmasq" not in names:
            runs: Fact[bool] = known_like(False, enabled_services)
        case _ if not instances:
            why = "there is no `config dnsmasq` section, without which dnsmasq is not started"
            runs = Unknown(why, settle="capture `ls /etc/rc.d` and the processes of the device")
        case _:
            runs = Stated(True, (config.header(instances[0]),))
    store: Fact[bool] = config.default("dhcp.leasefile", _survives_reboot)
    for located in instances[:1]:
        store = config.fact(located, "leasefile", _survives_reboot, default="dhcp.leasefile")
    return Servers(main, runs, store)


def _survives_reboot(path: str) -> bool:
    """`/tmp` and `/var` are in RAM on OpenWrt."""
    return not path.startswith(("/tmp/", "/var/"))


def scopes(
    config: Config, servers_: Servers, interfaces: Listed[Interface], raw: tuple[RawLine, ...]
) -> Listed[DhcpScope]:
    """Read every `config dhcp` section; raw lines of dnsmasq add scopes and change what these hand out."""
    missing = config.missing("dhcp")
    if missing is not None:
        return Listed((), (missing,))
    found = [_scope(config, located, servers_, interfaces) for located in config.sections("dhcp", "dhcp")]
    holes = tuple(_not_read(line, "may add a scope") for line in raw if line.key == "dhcp-range")
    return Listed(tuple(_with_raw_options(scope, raw) for scope in found), holes)


def _not_read(line: RawLine, what: str) -> Unknown:
    return Unknown(f"the raw line {line.key} {what}, which was not read", (line.span,), "write it as UCI options")


def _with_raw_options(scope: DhcpScope, raw: tuple[RawLine, ...]) -> DhcpScope:
    """A raw `dhcp-option` may reach clients of any scope; whom it does reach depends on tags and on the order."""
    for line in raw:
        if not line.key.startswith("dhcp-option"):
            continue
        words = [word for word in line.value.split(",") if not word.startswith(("tag:", "set:", "vendor:", "encap:"))]
        code = words[0].strip().removeprefix("option:") if words else ""
        unknown = _not_read(line, "may change what clients are told")
        if code in ("6", "dns-server"):
            scope = replace(scope, domain_name_servers=unknown)
        elif code in ("3", "router"):
            scope = replace(scope, routers=unknown)
        elif code in ("51", "lease-time"):
            scope = replace(scope, lease_time=unknown)
        elif code in ("108", "ipv6-only"):
            scope = replace(scope, ipv6_only_preferred=unknown)
    return scope


def _scope(config: Config, located: Located, servers_: Servers, interfaces: Listed[Interface]) -> DhcpScope:
    words = config.words(located, "interface")
    name: Fact[str] = (
        Stated(words[0][0], (words[0][1],)) if words else Stated(located.id, (config.header(located),))
    )
    interface = next((i for i in interfaces if i.key == name.value), None) if not isinstance(name, Unknown) else None
    options = _options(config, located)
    own = _own_addresses(interface, name)
    return DhcpScope(
        device=config.device,
        key=located.id,
        interface=config.damage(located) or name,
        serving=_serving(config, located, servers_, interface),
        subnet=combine(lambda addresses: addresses[0].network, own),
        pool=_pool(config, located, own),
        lease_time=_lease_time(config, located, servers_),
        domain_name_servers=_option_addresses(options, 6, "dns-server", own, config, located),
        routers=_option_addresses(options, 3, "router", own, config, located),
        ipv6_only_preferred=_option_108(options, config, located),
        lease_store_persistent=servers_.store_persistent,
    )


def _own_addresses(interface: Interface | None, name: Fact[str]) -> Fact[tuple[IPv4Interface, ...]]:
    if interface is None:
        return Unknown("the scope's interface is not in the captured network configuration", name.spans)
    match interface.addresses:
        case Unknown() as unknown:
            return unknown
        case known if not known.value:
            return Unknown(f"interface {interface.key} has no static IPv4 address", known.spans)
        case known:
            return known


def _serving(
    config: Config, located: Located, servers_: Servers, interface: Interface | None
) -> Fact[bool]:
    """A scope serves if it is not ignored, its daemon runs, and its interface has a static address.

    The facts that may switch it off are asked in turn; the first that does so decides.
    """
    ignored = config.fact(located, "ignore", script_bool, default="dhcp.ignore")
    v4 = config.fact(located, "dhcpv4", lambda text: text not in ("disabled", "0"), default="dhcp.dhcpv4")
    static: Fact[bool]
    match interface:
        case None:
            static = Unknown(f"the interface of scope {located.id} is not in the captured network configuration")
        case _:
            static = combine(lambda source: source is AddressSource.STATIC, interface.address_source)
    for fact, off in ((ignored, True), (v4, False), (static, False)):
        if not isinstance(fact, Unknown) and fact.value is off:
            return known_like(False, fact)
    return combine(
        lambda ignore, on, fixed, main, runs: not ignore and on and fixed and (main or runs),
        ignored,
        v4,
        static,
        servers_.odhcpd_is_main,
        servers_.dnsmasq_runs,
    )


def _pool(
    config: Config, located: Located, own: Fact[tuple[IPv4Interface, ...]]
) -> Fact[AddressRange | None]:
    """Addresses from network + start on, `limit` of them, within the subnet; none with `dynamicdhcp 0`."""
    start = config.fact(located, "start", _number, default="dhcp.start")
    limit = config.fact(located, "limit", _number, default="dhcp.limit")
    dynamic = config.fact(located, "dynamicdhcp", script_bool, default="dhcp.dynamicdhcp")
    if not isinstance(dynamic, Unknown) and not dynamic.value:
        return known_like(None, dynamic)
    pool: Fact[AddressRange | None] = combine(
        lambda first, size, addresses, _: _range(addresses[0].network, first, size), start, limit, own, dynamic
    )
    return pool


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("not a number")
    return int(text)


def _range(network: IPv4Network, start: int, limit: int) -> AddressRange:
    """Clip `start` and `limit` to the usable addresses of a subnet, as ipcalc.sh does."""
    low, high = int(network.network_address) + 1, int(network.broadcast_address) - 1
    first = min(max(int(network.network_address) + start, low), high)
    return AddressRange(IPv4Address(first), IPv4Address(min(first + max(limit, 1) - 1, high)))


def _lease_time(config: Config, located: Located, servers_: Servers) -> Fact[timedelta]:
    """The lease that a client gets: dnsmasq raises it to two minutes, odhcpd to one."""
    written = config.fact(located, "leasetime", lease_time, default="dhcp.leasetime")

    def served(lease: timedelta, odhcpd: bool) -> timedelta:
        return max(lease, _ODHCPD_LEAST if odhcpd else _DNSMASQ_LEAST)

    match servers_.odhcpd_is_main, written:
        case Stated(True) | Stated(False), _:
            return combine(served, written, servers_.odhcpd_is_main) if not isinstance(written, Unknown) else written
        case _, Unknown() as unknown:
            return unknown
        case main, known:
            lease = served(known.value, not isinstance(main, Unknown) and main.value)
            return known_like(lease, known)


@dataclass(frozen=True, slots=True)
class _Option:
    """One `dhcp_option`: its number or name, its values, and its tag ('' if it holds for all clients)."""

    code: str
    values: tuple[str, ...]
    tag: str
    span: Span


def _options(config: Config, located: Located) -> tuple[_Option, ...]:
    found = []
    for name in ("dhcp_option", "dhcp_option_force"):
        for word, span in config.words(located, name):
            parts = word.split(",")
            tag = ""
            while parts and parts[0].startswith(("tag:", "net:", "vendor:", "encap:")):
                tag = parts.pop(0)
            if parts:
                code = parts[0].removeprefix("option:")
                found.append(_Option(code, tuple(parts[1:]), tag, span))
    for word, span in config.words(located, "dns"):
        found.append(_Option("odhcpd-dns", (word,), "", span))
    return tuple(found)


def _option_addresses(
    options: tuple[_Option, ...],
    number: int,
    name: str,
    own: Fact[tuple[IPv4Interface, ...]],
    config: Config,
    located: Located,
) -> Fact[tuple[IPv4Address, ...]]:
    """Addresses that an option hands out; without one the server names itself, as 0.0.0.0 does too."""
    mine = [option for option in options if option.code in (str(number), name)]
    tagged = next((option for option in mine if option.tag), None)
    if tagged is not None:
        why = f"only clients with {printable(tagged.tag)} get this option {number}"
        return Unknown(why, (tagged.span,), "look at the option that a client got")
    damaged = config.damage(located)
    if damaged is not None:
        return damaged
    self_address: Fact[tuple[IPv4Address, ...]] = combine(lambda addresses: (addresses[0].ip,), own)
    if not mine:
        return _by_default(self_address, f"dhcp.option{number}", config, located)
    found: list[IPv4Address] = []
    for option in mine:
        for value in option.values:
            try:
                address = IPv4Address(value)
            except ValueError:
                return Unknown(f"cannot read option {number} '{printable(value)}'", (option.span,))
            if address == IPv4Address(0):
                if isinstance(self_address, Unknown):
                    return self_address
                found.extend(self_address.value)
            else:
                found.append(address)
    return Stated(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(option.span for option in mine)))


def _by_default(
    address: Fact[tuple[IPv4Address, ...]], entry: str, config: Config, located: Located
) -> Fact[tuple[IPv4Address, ...]]:
    """The server's own address, by the default that it names itself; the lines of that address are evidence."""
    return combine(lambda value, _: value, address, config.default(entry, str, config.header(located)))


def _option_108(options: tuple[_Option, ...], config: Config, located: Located) -> Fact[bool]:
    """Option 108 asks clients that can to do without IPv4 (RFC 8925); odhcpd has its own key for it."""
    raw = next((option for option in options if option.code in ("108", "ipv6-only")), None)
    if raw is not None:
        return Stated(True, (raw.span,))
    return config.fact(
        located, "ipv6_only_preferred", lambda text: text not in ("", "0"), default="dhcp.ipv6_only_preferred"
    )


def reservations(config: Config, raw: tuple[RawLine, ...]) -> Listed[Reservation]:
    """Read every `config host`; a raw `dhcp-host` may add one."""
    missing = config.missing("dhcp")
    if missing is not None:
        return Listed((), (missing,))
    holes = tuple(_not_read(line, "may reserve an address") for line in raw if line.key == "dhcp-host")
    return Listed(tuple(_reservation(config, located) for located in config.sections("dhcp", "host")), holes)


def _reservation(config: Config, located: Located) -> Reservation:
    macs = config.words(located, "mac")
    config.values(located, "name")
    return Reservation(
        device=config.device,
        key=located.id,
        macs=config.damage(located)
        or Stated(
            tuple(word.lower().replace("-", ":") for word, _ in macs),
            tuple(dict.fromkeys(span for _, span in macs)) or (config.header(located),),
        ),
        address=config.stated(located, "ip", _address) or Stated(None, (config.header(located),)),
        lease_time=config.stated(located, "leasetime", lease_time) or Stated(None, (config.header(located),)),
    )


def _address(text: str) -> IPv4Address | None:
    if text == "ignore":
        return None
    try:
        return IPv4Address(text)
    except ValueError as error:
        raise ValueError("not an IPv4 address") from error


__all__ = ["Servers", "lease_time", "reservations", "scopes", "servers", "uci_time"]
