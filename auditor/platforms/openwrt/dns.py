"""`/etc/config/dhcp`, the DNS part: dnsmasq as a resolver, and other resolvers that run beside it."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network

from auditor.model import (
    Fact,
    Forwarder,
    Interface,
    Listed,
    LocalAnswer,
    Resolver,
    Span,
    Stated,
    Unknown,
    combine,
)
from auditor.platforms.openwrt.config import Config, Located, init_bool
from auditor.platforms.openwrt.dhcp_servers import instance_runs
from auditor.platforms.openwrt.dns_upstream import of_interfaces
from auditor.platforms.openwrt.listening import for_dns
from auditor.platforms.openwrt.raw_dnsmasq import Raw, RawLine, is_list, not_read
from auditor.platforms.openwrt.release import at_least
from auditor.services.reading import printable

# What `--stop-dns-rebind` drops (dnsmasq 2.90, src/rfc1035.c, private_net; man page, --stop-dns-rebind).
PRIVATE_RANGES = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.2.0/24",
            "192.168.0.0/16",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "255.255.255.255/32",
        ),
    )
)


def resolvers(
    config: Config, services: Fact[frozenset[str]], raw: Raw, interfaces: Listed[Interface]
) -> Listed[Resolver]:
    """Read every `config dnsmasq` instance."""
    missing = config.missing("dhcp")
    if missing is not None:
        return Listed((), (missing,))
    found = [
        _resolver(config, located, services, raw.of(config, located), interfaces)
        for located in config.sections("dhcp", "dnsmasq")
    ]
    return Listed(tuple(found))


def _resolver(
    config: Config,
    located: Located,
    services: Fact[frozenset[str]],
    raw: Listed[RawLine],
    interfaces: Listed[Interface],
) -> Resolver:
    port = _spoiled(raw, "port") or config.fact(located, "port", _port, default="dnsmasq.port")
    return Resolver(
        device=config.device,
        key=located.id,
        software="dnsmasq",
        port=port,
        serving=_serving(port, instance_runs(config, located, services)),
        interfaces=_spoiled(raw, "interface", "except-interface", "listen-address")
        or for_dns(config, located, interfaces),
        drops_private=_drops_private(config, located, raw),
        private_ranges=PRIVATE_RANGES,
        exempt_domains=_exempt_domains(config, located, raw),
        drops_ipv4=_drops_ipv4(config, located, raw),
        forwarders=_forwarders(config, located, raw),
        local_answers=_local_answers(config, located, raw),
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ValueError("not a port number")
    return int(text)


def _serving(port: Fact[int], runs: Fact[bool]) -> Fact[bool]:
    """`port 0` switches DNS off; so does an instance that is not started."""
    if not isinstance(runs, Unknown) and not runs.value:
        return runs
    return combine(lambda started, number: started and number != 0, runs, port)


def _spoiled(raw: Listed[RawLine], *keys: str) -> Unknown | None:
    """Why a raw line takes the place of an option."""
    return next((not_read(line, "takes the place of an option") for line in raw if line.key in keys), None)


def _raw(raw: Listed[RawLine], *keys: str) -> list[RawLine]:
    return [line for line in raw if line.key in keys]


def _drops_private(config: Config, located: Located, raw: Listed[RawLine]) -> Fact[bool]:
    """Rebind protection is on even if no line says so; a raw line can only switch it on."""
    written = config.fact(located, "rebind_protection", init_bool(default=True), default="dnsmasq.rebind_protection")
    added = _raw(raw, "stop-dns-rebind")
    if added:
        return Stated(True, (added[0].span,))
    if not isinstance(written, Unknown) and not written.value and raw.holes:
        return raw.holes[0]
    return written


def _exempt_domains(config: Config, located: Located, raw: Listed[RawLine]) -> Fact[tuple[str, ...]]:
    """Exempt domains cover all names below them: `example.net`, `/example.net/example.org/`.

    One with a leading `*` or `.` never matches anything, and two in one entry with a blank between are one strange
    name (dnsmasq 2.90).
    """
    damaged = config.damage(located)
    if damaged is not None:
        return damaged
    written = list(config.items(located, "rebind_domain"))
    written += [(line.value, line.span) for line in _raw(raw, "rebind-domain-ok")]
    words = [(word, span) for value, span in written for word in value.split("/") if word]
    domains = tuple(word for word, _ in words if not word.startswith((".", "*")) and " " not in word)
    spans = tuple(dict.fromkeys(span for _, span in words))
    if raw.holes and not domains:
        return raw.holes[0]
    if not words:
        return config.default("dnsmasq.rebind_domain", lambda text: tuple(text.split()), config.header(located))
    return Stated(domains, spans)


def _drops_ipv4(config: Config, located: Located, raw: Listed[RawLine]) -> Fact[bool]:
    """`filter_a`, or `A` among the record types of `filter_rr`."""
    filtered = [(line.value, line.span) for line in _raw(raw, "filter-rr")]
    for types, span in (*config.words(located, "filter_rr"), *filtered):
        if {"A", "a", "1"} & set(types.split(",")):
            return Stated(True, (span,))
    for line in _raw(raw, "filter-A"):
        return Stated(True, (line.span,))
    return config.fact(located, "filter_a", init_bool(default=False), default="dnsmasq.filter_a")


def _forwarders(config: Config, located: Located, raw: Listed[RawLine]) -> Listed[Forwarder]:
    """`list server`: `1.1.1.1`, `/domain/1.1.1.1#5353`, `/domain/` (answered locally only), `/domain/#` (as usual)."""
    found: list[Forwarder] = []
    holes: list[Unknown] = list(raw.holes)
    words = list(config.items(located, "server"))
    words += [(each.value, config.span(located, each)) for each in config.values(located, "local")[-1:]]
    words += [(line.value, line.span) for line in _raw(raw, "server", "local")]
    holes += _servers_files(config, located)
    for word, span in words:
        parsed = _server(word, span)
        if isinstance(parsed, Unknown):
            holes.append(parsed)
        else:
            found.extend(parsed)
    noresolv = config.fact(located, "noresolv", init_bool(default=False), default="dnsmasq.noresolv")
    match noresolv:
        case Unknown() as unknown:
            holes.append(unknown)
        case known if not known.value:
            given = of_interfaces(config, located, known.spans)
            found += given.items
            holes += given.holes
        case _:
            config.words(located, "resolvfile")
    return Listed(tuple(found), tuple(holes))


def _servers_files(config: Config, located: Located, *, lists: bool = True) -> Iterator[Unknown]:
    """`serversfile` adds servers, and domains that are kept inside; `lists`: also files that block lists write."""
    for word, span in config.words(located, "serversfile"):
        if lists or not is_list(word):
            why = f"dnsmasq reads further servers from {printable(word)}, which was not captured"
            yield Unknown(why, (span,), f"look at {printable(word)} on {config.device}")


def _server(word: str, span: Span) -> list[Forwarder] | Unknown:
    *domains, target = word.split("/")[1:] if word.startswith("/") else [word]
    address, _, port = target.partition("@")[0].partition("#")
    scopes: list[str | None] = [d for d in domains if d] if word.startswith("/") else [None]
    if not address and port == "" and word.startswith("/") and not target:
        return [_forwarder(domain, None, 53, word, span) for domain in scopes]
    if target == "#":
        return []
    try:
        where = ip_address(address)
        number = int(port) if port else 53
    except ValueError:
        return Unknown(f"cannot read server '{printable(word)}'", (span,), settle="correct the server")
    return [_forwarder(domain, where, number, word, span) for domain in scopes]


def _forwarder(
    domain: str | None, address: IPv4Address | IPv6Address | None, port: int, word: str, span: Span
) -> Forwarder:
    return Forwarder(printable(word), domain, address, port, Stated(printable(word), (span,)))


def _local_answers(config: Config, located: Located, raw: Listed[RawLine]) -> Listed[LocalAnswer]:
    """`list address '/domain/1.2.3.4'` answers a domain and all below it; without an address it is sunk.

    `/#/1.2.3.4` answers every name; without an address it does nothing, and an IPv6 address leaves A records alone.
    """
    found: list[LocalAnswer] = []
    words = list(config.items(located, "address"))
    words += [(line.value, line.span) for line in _raw(raw, "address")]
    for word, span in words:
        if not word.startswith("/"):
            continue
        *domains, target = word.split("/")[1:]
        for domain in domains:
            everything = domain == "#"
            if domain and ":" not in target and (target or not everything):
                fact = Stated(printable(word), (span,))
                name = "." if everything else domain.lstrip("*.")
                found.append(LocalAnswer(printable(word), name, target or None, fact))
    # The init script once wrote `config domain` as an address with all below it, and writes it as a line of hosts now.
    in_hosts_file = at_least(config.version, 19, 7) is True
    for type_ in ("domain", "hostrecord"):
        for record in config.sections("dhcp", type_):
            found += _record(config, located, record, exact=type_ == "hostrecord" or in_hosts_file)
    return Listed(tuple(found), (*raw.holes, *_elsewhere(config, located, raw)))


def _record(config: Config, instance: Located, located: Located, *, exact: bool) -> Iterator[LocalAnswer]:
    """`config domain` and `config hostrecord`: names with their addresses; without an address nothing happens."""
    owner = [word for word, _ in config.words(located, "instance")]
    names, addresses = config.words(located, "name"), config.words(located, "ip")
    if not addresses or (owner and owner[0] != instance.id):
        return
    for number, (name, span) in enumerate(names):
        key = located.id if not number else f"{located.id} {printable(name)}"
        yield LocalAnswer(key, name, addresses[0][0], Stated(printable(name), (span,)), exact)


def _elsewhere(config: Config, located: Located, raw: Listed[RawLine]) -> Iterator[Unknown]:
    """Answers that stand in files, or depend on the address in the answer."""
    for word, span in config.words(located, "addnhosts"):
        why = f"dnsmasq answers names from {printable(word)}, which was not captured"
        yield Unknown(why, (span,), f"look at {printable(word)} on {config.device}")
    yield from _servers_files(config, located, lists=False)  # what a block list sinks is said of the block list
    for line in _raw(raw, "addn-hosts", "hostsdir", "host-record", "cname", "alias"):
        yield not_read(line, "may answer names")
    bogus = [(line.value, line.span) for line in _raw(raw, "bogus-nxdomain")]
    for word, span in (*config.words(located, "bogusnxdomain"), *bogus):
        if _may_be_private(word):
            why = f"dnsmasq turns answers with {printable(word)} into 'no such name'"
            yield Unknown(why, (span,), "look the test name up from a POS")


def _may_be_private(text: str) -> bool:
    """Whether an address or subnet may be one that a name for local use answers with."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return True
    return network.version == 4 and any(network.overlaps(private) for private in PRIVATE_RANGES)
