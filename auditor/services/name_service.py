"""What resolvers of any make have in common: at which interfaces they listen, and whether anything does."""

from ipaddress import IPv4Network

from auditor.model import Fact, Interface, Listed, Span, Stated, Unknown, known_like, spans_of
from auditor.services.address_sets import EVERYTHING, AddressSet, addresses_of
from auditor.services.base import Host, Instance

LOOPBACK = IPv4Network("127.0.0.0/8")
_AT_HOME = addresses_of((LOOPBACK,))


def interfaces_with(
    host: Host, listened: AddressSet, *spans: Span, names: tuple[str, ...] = ()
) -> Fact[tuple[str, ...] | None]:
    """Return the keys of the interfaces that have one of these addresses or names; None: all of them.

    Loopback is none of them: nobody else can ask there.
    """
    if listened == EVERYTHING:
        return Stated(None, spans)
    wanted = listened - _AT_HOME
    found: list[str] = []
    doubtful: list[Unknown] = list(host.interfaces.holes)
    seen = AddressSet()
    for interface in host.interfaces:
        if interface.key in names:
            found.append(interface.key)
            continue
        match interface.addresses:
            case Unknown() as unknown:
                doubtful.append(unknown)
            case known:
                own = addresses_of(IPv4Network(address.ip) for address in known.value)
                seen |= own
                found += [interface.key] if own & wanted else []
    strange = [name for name in names if name != "lo" and host.interface_named(name) is None]
    single = bool(wanted - seen) and all(network.num_addresses == 1 for network in (wanted - seen).networks)
    if strange or (single and not doubtful):
        what = strange[0] if strange else str((wanted - seen).networks[0].network_address)
        why = f"it is told to listen at {what}, which {host.name} does not have"
        return Unknown(why, spans, f"run on {host.name}: ss -lnu")
    if wanted - seen and doubtful:
        return Unknown(f"at which interfaces it listens is not known: {doubtful[0].why}", spans, doubtful[0].settle)
    return Stated(tuple(found), spans)


def own_networks(interfaces: Listed[Interface]) -> Fact[AddressSet]:
    """The networks that a host has an address in, loopback included."""
    networks = [LOOPBACK]
    for interface in interfaces:
        match interface.addresses:
            case Unknown() as unknown:
                return unknown
            case known:
                networks += [address.network for address in known.value]
    return interfaces.holes[0] if interfaces.holes else Stated(addresses_of(networks), ())


def own_addresses(interfaces: Listed[Interface]) -> Fact[AddressSet]:
    """The addresses of a host, loopback included."""
    networks = [LOOPBACK]
    for interface in interfaces:
        match interface.addresses:
            case Unknown() as unknown:
                return unknown
            case known:
                networks += [IPv4Network(address.ip) for address in known.value]
    return interfaces.holes[0] if interfaces.holes else Stated(addresses_of(networks), ())


def served(
    host: Host,
    instance: Instance,
    port: Fact[int],
    interfaces: Fact[tuple[str, ...] | None],
    programs: tuple[str, ...],
    answers: Fact[bool],
) -> tuple[Fact[bool], tuple[Fact[str], ...]]:
    """Say whether a program that is configured as `answers` says serves clients, and where its sockets disagree."""
    name = programs[0]
    if not isinstance(answers, Unknown) and not answers.value:
        return answers, ()
    match instance.running:
        case Unknown() as unknown:
            return unknown, ()
        case running if not running.value:
            why = f"{name} is configured and not running"
            return Unknown(why, running.spans, f"start {name}, or take its configuration away"), ()
        case running:
            pass
    if isinstance(answers, Unknown):
        return answers, ()
    usable = not isinstance(port, Unknown) and not isinstance(interfaces, Unknown) and interfaces.value != ()
    if host.sockets is None or not usable:
        return known_like(True, running, answers), ()
    assert not isinstance(port, Unknown)
    heard = [
        socket
        for socket in host.sockets
        if socket.port == port.value
        and socket.protocol == "udp"
        and (socket.address is None or not socket.address.is_loopback)
        and _is_its(socket.pid, socket.program, instance.pid, programs)
    ]
    if heard:
        return Stated(True, tuple(dict.fromkeys((*running.spans, *(socket.span for socket in heard))))), ()
    why = f"{name} runs, and nothing of it listens on port {port.value} at an address of the network"
    spans = spans_of(running, port, interfaces)
    return Unknown(why, spans, f"run on {host.name}: ss -lnup"), (Stated(why, spans),)


def _is_its(owner: int, program: str, pid: int, programs: tuple[str, ...]) -> bool:
    """Say whether a socket may be that of a process; one without an owner may be anybody's."""
    if owner and pid:
        return owner == pid
    return not program or program in programs
