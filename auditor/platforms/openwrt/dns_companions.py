"""Packages that have a hand in name resolution beside dnsmasq: Unbound, DNS over HTTPS, block lists.

Source: openwrt/packages net/unbound/files (unbound.sh, unbound.init), net/https-dns-proxy/files/etc/init.d,
net/adblock/files/adblock.sh, net/adblock-fast/files/etc/init.d, net/simple-adblock/files, net/banip/files.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

from auditor.capture import Capture
from auditor.model import (
    Blocklist,
    DnsRedirect,
    Fact,
    Forwarder,
    Interface,
    Listed,
    Resolver,
    Span,
    Stated,
    Unknown,
    combine,
)
from auditor.platforms.openwrt import acting_packages
from auditor.platforms.openwrt.captured import package_not_obtained
from auditor.platforms.openwrt.config import Config, Located, script_bool
from auditor.platforms.openwrt.firewall_zones import Zones, zones
from auditor.platforms.openwrt.services import running
from auditor.services.reading import printable

_HTTPS = "https-dns-proxy"
_FIRST_PORT = 5053
# What `rebind_protection` of Unbound's package drops (unbound.sh, private-address).
UNBOUND_PRIVATE_RANGES = tuple(
    map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"))
)
# Services that answer or forward DNS questions and keep their settings where this program does not read.
_UNREAD = ("adguardhome", "AdGuardHome", "stubby", "dnscrypt-proxy", "dnscrypt-proxy2", "smartdns", "named", "kresd",
           "mosdns", "dnsproxy", "pihole-FTL")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Package:
    """A package with lists: its section type, its switch, and the switch that redirects port 53, if it has one."""

    name: str
    switch: str
    forces: str = ""
    places: str = ""


# Newest first: a setting that an update left behind does not count against the one that replaced it.
_ADBLOCK_SWITCHES = ("adb_nftforce", "adb_dnsforce", "adb_forcedns")
_LISTS = (
    _Package("adblock", "adb_enabled", "adb_dnsforce", "adb_zonelist"),
    _Package("adblock-fast", "enabled", "force_dns", "force_dns_interface"),
    _Package("simple-adblock", "enabled", "force_dns"),
    _Package("banip", "ban_enabled"),
)


def blocklists(config: Config, capture: Capture, services: Fact[frozenset[str]]) -> Listed[Blocklist]:
    """Read every package that sinks names or addresses by lists from elsewhere."""
    found: list[Blocklist] = []
    holes: list[Unknown] = []
    for package in _LISTS:
        for located in config.sections(package.name, package.name):
            switch = config.fact(located, package.switch, script_bool, default=f"{package.name}.{package.switch}")
            on = running(services, package.name, config.damage(located) or switch)
            found.append(Blocklist(config.device, f"{package.name}.{located.id}", package.name, on))
        hole = None if config.has(package.name) else package_not_obtained(capture, package.name)
        holes += [] if hole is None else [hole]
    found += acting_packages.name_filters(config, capture, services)
    return Listed(tuple(found), tuple(holes))


def proxies(
    config: Config, capture: Capture, services: Fact[frozenset[str]], interfaces: Listed[Interface]
) -> Listed[DnsRedirect]:
    """Packages that redirect port 53 of clients to the device without a line in the firewall's configuration."""
    hole = None if config.has(_HTTPS) else package_not_obtained(capture, _HTTPS)
    holes = () if hole is None else (hole,)
    if not any(map(config.has, (_HTTPS, *(package.name for package in _LISTS)))):
        return Listed((), holes)
    all_zones = zones(config, interfaces)
    found: list[DnsRedirect] = []
    for located in config.sections(_HTTPS, "main"):
        forced = config.fact(located, "force_dns", script_bool, default=f"{_HTTPS}.force_dns")
        config.values(located, "force_dns_port")
        places = config.words(located, "force_dns_src_interface")
        key = located.id
        found += _redirect(config, located, key, running(services, _HTTPS, forced), places, all_zones)
    for package in _LISTS:
        for located in config.sections(package.name, package.name) if package.forces else ():
            found += _forced_by_lists(config, located, package, services, all_zones)
    return Listed(tuple(found), holes)


def _forced_by_lists(
    config: Config, located: Located, package: _Package, services: Fact[frozenset[str]], all_zones: Zones
) -> list[DnsRedirect]:
    """Block lists that keep clients from asking elsewhere; adblock has called its switch three names."""
    switch = config.fact(located, package.switch, script_bool, default=f"{package.name}.{package.switch}")
    forced = None
    for name in _ADBLOCK_SWITCHES if package.name == "adblock" else ():
        forced = forced or config.stated(located, name, script_bool)
    if forced is None:
        forced = config.fact(located, package.forces, script_bool, default=f"{package.name}.{package.forces}")
    on = running(services, package.name, _both(switch, forced))
    places = config.words(located, package.places) if package.places else ()
    return _redirect(config, located, f"{package.name}.{located.id}", on, places, all_zones)


def _both(one: Fact[bool], other: Fact[bool]) -> Fact[bool]:
    for fact in (one, other):
        if not isinstance(fact, Unknown) and not fact.value:
            return fact
    return combine(lambda a, b: a and b, one, other)


def _redirect(
    config: Config,
    located: Located,
    key: str,
    on: Fact[bool],
    places: tuple[tuple[str, Span], ...],
    all_zones: Zones,
) -> list[DnsRedirect]:
    """Redirect from the named zones, `lan` if none is named, to the device's own port 53."""
    damaged = config.damage(located)
    interfaces: Fact[tuple[str, ...] | None]
    match damaged or on:
        case Unknown() as unknown:
            interfaces = unknown
        case known if not known.value:
            return []
        case known:
            members = [_members(name, span, all_zones) for name, span in places or (("lan", config.header(located)),)]
            interfaces = combine(lambda _, *sets: tuple(sorted(frozenset[str]().union(*sets))), known, *members)
    near = (config.header(located),)
    return [DnsRedirect(config.device, key, interfaces, Stated(None, near), Stated(53, near))]


def _members(name: str, span: Span, all_zones: Zones) -> Fact[frozenset[str]]:
    zone = all_zones.named(name)
    return Stated(frozenset({name}), (span,)) if zone is None else zone.members


def resolvers(config: Config, capture: Capture, services: Fact[frozenset[str]]) -> Listed[Resolver]:
    """Resolvers beside dnsmasq; those whose settings are not read are holes."""
    found = [*_doh(config, services), *_unbound(config, services)]
    holes: list[Unknown] = []
    for package in (_HTTPS, "unbound"):
        hole = None if config.has(package) else package_not_obtained(capture, package)
        holes += [] if hole is None else [hole]
    for name in sorted(services.value & set(_UNREAD)) if isinstance(services, Stated) else ():
        why = f"{name} runs on {config.device}; it may answer or forward DNS, and its settings are not read"
        holes.append(Unknown(why, services.spans, f"run on {config.device}: netstat -lnp | grep :53"))
    return Listed(tuple(found), tuple(holes))


def _doh(config: Config, services: Fact[frozenset[str]]) -> Iterator[Resolver]:
    """`https-dns-proxy`: each section is a process on a port of its own, from 5053 on, that hands questions on."""
    for located in config.sections(_HTTPS, "main"):
        for option in ("dnsmasq_config_update", "listen_addr"):
            config.values(located, option)
    for index, located in enumerate(config.sections(_HTTPS, _HTTPS)):
        near = (config.header(located),)
        urls = config.words(located, "resolver_url")
        where = printable(urls[-1][0]) if urls else "a provider that its section does not name"
        config.values(located, "listen_addr")
        why = f"https-dns-proxy asks {where} over HTTPS, which cannot be inspected"
        upstream = Unknown(
            why, tuple(span for _, span in urls) or near, "ask from a POS; see the card on the test name"
        )
        port = config.stated(located, "listen_port", _port)
        yield Resolver(
            device=config.device,
            key=f"{_HTTPS}.{located.id}",
            software=_HTTPS,
            port=port or Stated(_FIRST_PORT + index, near),
            serving=running(services, _HTTPS, config.damage(located) or Stated(True, near)),
            interfaces=Stated((), near),
            drops_private=config.default(f"{_HTTPS}.filter", script_bool, *near),
            private_ranges=(),
            exempt_domains=Stated((), near),
            drops_ipv4=config.default(f"{_HTTPS}.filter", script_bool, *near),
            forwarders=Listed((), (upstream,)),
            local_answers=Listed(),
        )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:6]) < 65536:
        raise ValueError("not a port number")
    return int(text)


def _unbound(config: Config, services: Fact[frozenset[str]]) -> Iterator[Resolver]:
    """`config unbound`; with `manual_conf` its own file counts, which is not read."""
    for located in config.sections("unbound", "unbound"):
        near = (config.header(located),)
        manual = config.fact(located, "manual_conf", script_bool, default="unbound.manual_conf")
        own = None if not isinstance(manual, Unknown) and not manual.value else _own_file(config, manual)
        switch = config.fact(located, "enabled", script_bool, default="unbound.enabled")
        drops = config.fact(located, "rebind_protection", lambda text: text != "0", default="unbound.rebind_protection")
        yield Resolver(
            device=config.device,
            key=f"unbound.{located.id}",
            software="Unbound",
            port=own or _unbound_port(config, located),
            serving=running(services, "unbound", config.damage(located) or switch),
            interfaces=own or config.default("unbound.interfaces", lambda _: None, *near),
            drops_private=own or drops,
            private_ranges=UNBOUND_PRIVATE_RANGES,
            exempt_domains=own or _unbound_exempt(config, located),
            drops_ipv4=own or config.default("unbound.filter_a", script_bool, *near),
            forwarders=Listed((), (own,)) if own is not None else _unbound_zones(config),
            local_answers=Listed((), () if own is None else (own,)),
        )


def _own_file(config: Config, manual: Fact[bool]) -> Unknown:
    why = "Unbound reads /etc/unbound/unbound.conf (manual_conf), which was not read"
    return Unknown(why, manual.spans, f"run on {config.device}: unbound-checkconf -o private-address")


def _unbound_port(config: Config, located: Located) -> Fact[int]:
    """`listen_port`; one that is not 53 must lie within 1024-10240, else 53 is taken."""

    def convert(text: str) -> int:
        number = int(text) if text.isdecimal() and len(text) < 6 else 0
        if not number:
            raise ValueError("not a port number")
        return number if 1024 <= number <= 10240 else 53

    return config.fact(located, "listen_port", convert, default="unbound.listen_port")


def _unbound_exempt(config: Config, located: Located) -> Fact[tuple[str, ...]]:
    """Exemptions (`private-domain`) stand in a file beside UCI, which is not collected."""
    why = "exemptions of Unbound stand in /etc/unbound/unbound_srv.conf, which was not captured"
    settle = f"run on {config.device}: unbound-checkconf -o private-domain"
    return config.damage(located) or Unknown(why, (config.header(located),), settle)


def _unbound_zones(config: Config) -> Listed[Forwarder]:
    """`config zone` of type forward_zone; without one Unbound asks the authoritative servers itself."""
    found: list[Forwarder] = []
    holes: list[Unknown] = []
    for located in config.sections("unbound", "zone"):
        enabled = config.fact(located, "enabled", script_bool, default="unbound.zone.enabled")
        kind = config.words(located, "zone_type")
        names, servers = config.words(located, "zone_name"), config.words(located, "server")
        named_by = config.words(located, "resolver")
        tls = config.stated(located, "tls_upstream", script_bool)
        if (not isinstance(enabled, Unknown) and not enabled.value) or not kind or kind[-1][0] != "forward_zone":
            continue
        secure = tls is not None and not isinstance(tls, Unknown) and tls.value
        for server, span in servers:
            forwarder = _unbound_forwarder(server, span, tuple(name for name, _ in names), 853 if secure else 53)
            holes += [forwarder] if isinstance(forwarder, Unknown) else []
            found += [] if isinstance(forwarder, Unknown) else forwarder
        if isinstance(enabled, Unknown) or not servers or named_by:
            why = f"{located.title} forwards to resolvers that are not in the configuration"
            holes.append(Unknown(why, (config.header(located),), "ask from a POS; see the card on the test name"))
    return Listed(tuple(found), tuple(holes))


def _unbound_forwarder(server: str, span: Span, names: tuple[str, ...], usual: int) -> list[Forwarder] | Unknown:
    """`192.0.2.53`, `192.0.2.53@5353`; zone `.` is everything."""
    text, _, port = server.partition("#")[0].partition("@")
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
        number = _port(port) if port else usual
    except ValueError:
        return Unknown(f"cannot read server '{printable(server)}'", (span,), settle="correct the server")
    fact = Stated(printable(server), (span,))
    domains = [None if name == "." else name.rstrip(".") for name in names]
    return [Forwarder(f"{printable(server)} for {domain or '.'}", domain, address, number, fact) for domain in domains]
