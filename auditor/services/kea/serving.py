"""Where the clients of a subnet are, and whether the server answers them.

A subnet serves the interface that it names, else the one that has an address in it; the subnets of a shared network
serve together. Source: isc-projects/kea doc/sphinx/arm/dhcp4-srv.rst, How the DHCPv4 Server Selects a Subnet.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from auditor.model import Fact, Span, Stated, Unknown, known_like
from auditor.services.base import Host, Instance
from auditor.services.kea.classes import Belongs, ClientClass, belongs
from auditor.services.kea.config import Config, Pool, Subnet, items
from auditor.services.reading import printable
from auditor.syntax.kea_json import Node

_SETTLE_LEASE = "look at the lease that a reader got"


def interface_of(config: Config, host: Host, subnet: Subnet) -> Fact[str]:
    """The interface whose clients the subnet serves; '' if no interface of the host does, and only relays ask."""
    for level in subnet.levels:
        member, name = level.member("interface"), config.text(level, "interface")
        if member is not None and name:
            return Stated(name, config.span(member))
    together = [each for each in config.subnets if subnet.shared is not None and each.shared is subnet.shared]
    listens = listened(config)
    near = config.header(subnet)
    for each in (subnet, *together):
        found = [
            interface.key
            for interface in host.interfaces
            if not isinstance(interface.addresses, Unknown)
            and any(own.ip in each.network for own in interface.addresses.value)
        ]
        if found:
            near = tuple(dict.fromkeys((*near, *config.header(each))))
            return Stated(next((key for key in found if key in listens), found[0]), near)
    for hole in host.interfaces.holes:
        return Unknown(f"which interface subnet {subnet.network} is on is not known: {hole.why}", near, hole.settle)
    for interface in host.interfaces:
        if isinstance(interface.addresses, Unknown):
            why = f"whether {interface.key} is in subnet {subnet.network} is not known: {interface.addresses.why}"
            return Unknown(why, near, interface.addresses.settle)
    return Stated("", near)


def listened(config: Config) -> dict[str, tuple[IPv4Address, ...]]:
    """The interfaces that the server listens on, `*` for all; with the addresses if only some of them count."""
    found: dict[str, tuple[IPv4Address, ...]] = {}
    for item in _interfaces(config):
        name, _, address = str(item.value).partition("/")
        try:
            found[name] = (*found.get(name, ()), IPv4Address(address)) if address else ()
        except ValueError:
            found[name] = ()
    return found


def _interfaces(config: Config) -> tuple[Node, ...]:
    section = config.root.get("interfaces-config")
    return items(section, "interfaces") if section is not None else ()


def serving(
    config: Config,
    host: Host,
    instance: Instance,
    subnet: Subnet,
    pool: Pool | None,
    interface: Fact[str],
    classes: tuple[ClientClass, ...],
    bad: tuple[Unknown, ...],
) -> Fact[bool]:
    """Whether ordinary clients of the interface, or behind relays if it is none, get addresses from a pool."""
    heard = _listens(config, host, subnet, interface)
    if isinstance(heard, Unknown) or not heard.value:
        return heard
    running = instance.running
    if isinstance(running, Unknown):
        return running
    if not running.value:
        return Unknown("Kea is configured and not running", running.spans, "start it, or remove its configuration")
    silent = not_listening(host, instance, interface)
    reasons: list[Unknown] = [*bad, *_guards(config, subnet, pool, classes)]
    if silent is not None or reasons:
        return silent or reasons[0]
    return known_like(True, heard, running)


def hears_past_filters(config: Config, near: tuple[Span, ...]) -> Fact[bool]:
    """Raw sockets take questions from the wire; `dhcp-socket-type: udp` leaves them to the kernel and its filter."""
    section = config.root.member("interfaces-config")
    kind = section.node.member("dhcp-socket-type") if section is not None else None
    if kind is not None and section is not None and config.text(section.node, "dhcp-socket-type") == "udp":
        return Stated(False, config.span(kind))
    return config.reading.default("kea.raw-sockets", lambda text: text == "true", *near)


def _listens(config: Config, host: Host, subnet: Subnet, interface: Fact[str]) -> Fact[bool]:
    section = config.root.member("interfaces-config")
    spans = config.span(section) if section is not None else config.header(subnet)
    if isinstance(interface, Unknown):
        return interface
    if interface.value == "":
        return _hears_relays(config, host, subnet, spans)
    kind = config.text(section.node, "dhcp-socket-type") if section is not None else None
    if kind == "udp":
        return Unknown("Kea listens by UDP only, for relayed clients (dhcp-socket-type)", spans, "use raw sockets")
    listens = listened(config)
    if not listens:
        heard: Fact[bool] = config.reading.default("kea.interfaces", _names_some, *spans)
        return heard
    if "*" in listens:
        return Stated(True, spans)
    wanted = listens.get(interface.value)
    if wanted is None:
        return Stated(False, (*spans, *interface.spans))
    named = any(level.get("interface") is not None for level in subnet.levels)
    if wanted and not named and subnet.shared is None and not any(each in subnet.network for each in wanted):
        return Stated(False, (*spans, *interface.spans))
    return Stated(True, spans)


def _hears_relays(config: Config, host: Host, subnet: Subnet, spans: tuple[Span, ...]) -> Fact[bool]:
    """Relays ask any address on which Kea listens; which subnet is meant, their own address says (giaddr).

    Kea opens no socket on an interface that the host does not have.
    """
    if subnet.levels and any(level.get("relay") is not None for level in subnet.levels):
        return Unknown(f"subnet {subnet.network} is for certain relays only", config.header(subnet), "compare them")
    listens = listened(config)
    if not listens:
        heard: Fact[bool] = config.reading.default("kea.interfaces", _names_some, *spans)
        return heard
    if "*" in listens or any(interface.key in listens for interface in host.interfaces):
        return Stated(True, spans)
    if host.interfaces.holes:
        hole = host.interfaces.holes[0]
        return Unknown(f"whether Kea listens is not known: {hole.why}", spans, hole.settle)
    return Stated(False, spans)


def not_listening(host: Host, instance: Instance, interface: Fact[str]) -> Unknown | None:
    """Why the state of the host says that the server does not hear an interface; Kea binds port 67 of each address."""
    if host.sockets is None or isinstance(interface, Unknown) or isinstance(instance.running, Unknown):
        return None
    ours = [each for each in host.sockets if each.protocol == "udp" and each.port == 67 and _is_kea(each.program)]
    link = host.interface_named(interface.value)
    if link is None or isinstance(link.addresses, Unknown):
        own: set[IPv4Address] | None = None
    else:
        own = {address.ip for address in link.addresses.value}
    if any(each.address is None or own is None or each.address in own for each in ours):
        return None
    why = f"Kea runs, but nothing of it listens on port 67 of {interface.value}"
    spans = (*instance.running.spans, *(each.span for each in ours[:1]))
    return Unknown(why, spans, "look into the log of the service, and restart it")


def _is_kea(program: str) -> bool:
    return not program or program.startswith("kea-dhcp4")


def _guards(config: Config, subnet: Subnet, pool: Pool | None, classes: tuple[ClientClass, ...]) -> Iterator[Unknown]:
    """Classes that a client must be in to be served, and those whose members are not."""
    for level in (*subnet.levels, *(() if pool is None else (pool.node,))):
        single = [] if (name := config.text(level, "client-class")) is None else [name]
        names = single or [str(item.value) for item in items(level, "client-classes")]
        if names and all(belongs(classes, name) is not Belongs.YES for name in names):
            members = [m for m in level.members if m.key in ("client-class", "client-classes")]
            why = (
                f"only clients in class {printable(', '.join(names))} are served, and whether readers are in it is open"
            )
            yield Unknown(why, config.span(*members), _SETTLE_LEASE)
    for each in classes:
        if each.name == "DROP" and each.belongs is not Belongs.NO:
            yield Unknown("clients in class DROP get no answer", config.span(each.node), _SETTLE_LEASE)


def _names_some(text: str) -> bool:
    return text != ""
