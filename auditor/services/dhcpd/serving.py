"""Where the clients of a subnet are, whether dhcpd listens there, and whom it refuses.

dhcpd listens on the interfaces of its command line, which Debian's init script takes from /etc/default; without any
on all that have a subnet. Source: dhcpd(8), dhcpd.conf(5) ALLOW AND DENY; measured with dhcpd 4.4.3-P1.
"""

import re
from collections.abc import Iterator

from auditor.model import Fact, Stated, Unknown, known_like
from auditor.services.base import Host, Include, Instance
from auditor.services.dhcpd.config import DEFAULTS, Config, Range, Subnet
from auditor.services.dhcpd.settings import scopes_of
from auditor.services.reading import printable
from auditor.syntax.dhcpd_conf import Statement, walk

_WITH_VALUE = ("-cf", "-lf", "-pf", "-p", "-tf", "-play", "-user", "-group", "-chroot", "-s", "--no-pid-file")
_VARIABLE = re.compile(r"""\s*(?:export\s+)?INTERFACES(?:v4)?=(["']?)([^"'#]*)\1\s*(?:#.*)?""")
_SETTLE = "look at the lease that a reader got"


def interface_of(config: Config, host: Host, subnet: Subnet) -> Fact[str]:
    """The interface whose clients the subnet serves; '' if no interface of the host does, and only relays ask."""
    near = config.span(subnet.statement)
    shared = subnet.shared
    together = [] if shared is None else [each for each in config.subnets if each.shared is shared]
    for each in (subnet, *together):
        for interface in host.interfaces:
            own = interface.addresses
            if not isinstance(own, Unknown) and any(address.ip in each.network for address in own.value):
                return Stated(interface.key, tuple(dict.fromkeys((*near, *config.span(each.statement)))))
    for hole in host.interfaces.holes:
        return Unknown(f"which interface subnet {subnet.network} is on is not known: {hole.why}", near, hole.settle)
    for interface in host.interfaces:
        if isinstance(interface.addresses, Unknown):
            why = f"whether {interface.key} is in subnet {subnet.network} is not known: {interface.addresses.why}"
            return Unknown(why, near, interface.addresses.settle)
    return Stated("", near)


def option_value(arguments: tuple[str, ...], name: str) -> str | None:
    """The value behind an option of the command line."""
    if name in arguments[:-1]:
        return arguments[arguments.index(name) + 1]
    return None


def listened(config: Config, arguments: tuple[str, ...]) -> Fact[tuple[str, ...]]:
    """The interfaces that the server was told to listen on, () for all."""
    if arguments:
        named = tuple(
            word
            for before, word in zip(("", *arguments), arguments, strict=False)
            if not word.startswith("-") and before not in _WITH_VALUE
        )
        # Debian's script puts the interfaces of its file there; whoever writes the line, the line counts.
        config.reading.irrelevant(DEFAULTS, range(1, len(config.reading.lines(DEFAULTS)) + 1))
        return Stated(named, ())
    file = config.reading.included(Include(DEFAULTS, required=False))
    for hole in file.holes:
        return hole
    found: Fact[tuple[str, ...]] | None = None
    for number, line in enumerate(config.reading.lines(DEFAULTS), start=1):
        words = _VARIABLE.fullmatch(line)
        if words is None:
            config.reading.irrelevant(DEFAULTS, [number])
        elif words[2].strip() or found is None:
            span = config.reading.understood(config.reading.span(DEFAULTS, number))
            found = Stated(tuple(words[2].split()), span)
    return found or config.reading.default("dhcpd.interfaces", lambda _: ())


def serving(
    config: Config,
    host: Host,
    instance: Instance,
    subnet: Subnet,
    found: Range | None,
    interface: Fact[str],
) -> Fact[bool]:
    """Whether ordinary clients of the interface, or behind relays if it is none, get addresses from a range."""
    if isinstance(interface, Unknown):
        return interface
    listens = listened(config, instance.arguments)
    if isinstance(listens, Unknown):
        return listens
    if listens.value and interface.value and interface.value not in listens.value:
        return Stated(False, (*listens.spans, *interface.spans))
    running = instance.running
    if isinstance(running, Unknown):
        return running
    if not running.value:
        return Unknown("dhcpd is configured and not running", running.spans, "start it, or remove its configuration")
    silent = not_listening(host, instance)
    if silent is not None or config.refusals:
        return silent or config.refusals[0]
    refused = next(_refused(config, subnet, found), None)
    if refused is not None:
        return refused
    return known_like(True, Stated(True, interface.spans), running, *((listens,) if listens.spans else ()))


def not_listening(host: Host, instance: Instance) -> Unknown | None:
    """Why the state of the host says that the server hears nobody; it binds port 67 of all addresses."""
    if host.sockets is None or isinstance(instance.running, Unknown) or not instance.running.value:
        return None
    ours = (each for each in host.sockets if each.protocol == "udp" and each.port == 67)
    if any(not each.program or each.program == "dhcpd" for each in ours):
        return None
    why = "dhcpd runs, but nothing of it listens on port 67"
    return Unknown(why, instance.running.spans, "look into the log of the service, and restart it")


def _refused(config: Config, subnet: Subnet, found: Range | None) -> Iterator[Fact[bool]]:
    """What keeps ordinary clients from an address: permits of the pool, and `deny` around it."""
    scopes = scopes_of(subnet, found)
    for scope in scopes:
        if scope.keyword == "pool":
            yield from _permits(config, scope)
    blocks = [scope.block or () for scope in scopes if scope.keyword != "pool"]
    for block in (*blocks, config.settings):
        yield from _denied(config, block)
    for each in config.classes:
        for inside in walk(each.block or ()):
            if inside.keyword in ("deny", "ignore") and "booting" in inside.arguments:
                why = "clients in a class get no answer, and whether readers are in it cannot be told"
                yield Unknown(why, config.span(inside), _SETTLE)
            elif inside.keyword == "lease" and inside.arguments[:1] == ("limit",):
                why = "a class limits how many of its clients get an address"
                yield Unknown(why, config.span(inside), _SETTLE)


def _denied(config: Config, block: tuple[Statement, ...]) -> Iterator[Fact[bool]]:
    last: dict[str, Statement] = {}
    for each in block:
        if each.keyword in ("allow", "deny", "ignore"):
            last[" ".join(each.arguments).lower()] = each
        elif each.keyword in ("if", "switch"):
            for inside in walk(each.block or ()):
                if inside.keyword in ("deny", "ignore") and "booting" in inside.arguments:
                    why = "whether a client gets an answer depends on a condition that cannot be decided here"
                    yield Unknown(why, config.span(inside), _SETTLE)
    irrelevant = config.reading.profile.irrelevant.get("dhcpd", {}).get("permit", frozenset())
    for what, statement in last.items():
        if statement.keyword == "allow" or what in irrelevant:
            continue
        if what == "booting":
            yield Stated(False, config.span(statement))
        elif what == "unknown-clients":
            why = "only clients with a host entry get an address (unknown-clients)"
            yield Unknown(why, config.span(statement), "add a host entry for each reader")
        else:
            why = f"whom '{printable(statement.keyword)} {printable(what)}' refuses is not known"
            yield Unknown(why, config.span(statement), _SETTLE)


def _permits(config: Config, pool: Statement) -> Iterator[Fact[bool]]:
    """A pool with `allow` lines is for those only; with `deny` lines for all others."""
    allowed: list[Statement] = []
    for each in pool.block or ():
        what = " ".join(each.arguments).lower().replace(" clients", "-clients")
        if each.keyword == "allow" and what != "dynamic bootp-clients":
            allowed.append(each)
        elif each.keyword in ("deny", "ignore") and what not in ("dynamic bootp-clients", "bootp"):
            if what == "all-clients":
                yield Stated(False, config.span(each))
            elif what != "known-clients" or _dynamic_hosts(config):
                why = f"the pool refuses some clients ({printable(what)}), and whether readers are among them is open"
                yield Unknown(why, config.span(each), _SETTLE)
    for each in allowed:
        what = " ".join(each.arguments).lower().replace(" clients", "-clients")
        if what == "all-clients" or (what == "unknown-clients" and not _dynamic_hosts(config)):
            return
    if allowed:
        why = "the pool is for some clients only, and whether readers are among them is open"
        yield Unknown(why, config.span(*allowed), _SETTLE)


def _dynamic_hosts(config: Config) -> bool:
    """Whether clients with a host entry may get a dynamic address."""
    return any(all(s.keyword != "fixed-address" for s in host.statement.block or ()) for host in config.hosts)
