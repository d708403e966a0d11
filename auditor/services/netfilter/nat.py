"""Address translation: which packets get another source, another destination, or another resolver."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from auditor.model import (
    DnsRedirect,
    Fact,
    Interface,
    Listed,
    PortForward,
    PortRange,
    SourceNat,
    Span,
    Stated,
    Unknown,
)
from auditor.services.base import Host
from auditor.services.netfilter.boxes import Box, both, clipped
from auditor.services.netfilter.conditions import Clause, Context
from auditor.services.netfilter.filters import Base, flat_of, label
from auditor.services.netfilter.program import Entry, Nat

_DNS = 53
_TO = frozenset({"dnat", "redirect", "tproxy"})
_ASK = "ask another resolver from a POS and see who answers"


@dataclass(frozen=True, slots=True)
class Translations:
    """All that changes addresses; `rewritten` packets get another destination, `redirected` ones the host itself."""

    source_nats: Listed[SourceNat]
    port_forwards: Listed[PortForward]
    dns_redirects: Listed[DnsRedirect]
    rewritten: tuple[Box, ...]
    redirected: tuple[Box, ...]


def translations(host: Host, bases: tuple[Base, ...], context: Context) -> Translations:
    """Read all chains that translate; `context` without its hook."""
    nats: list[SourceNat] = []
    forwards: list[PortForward] = []
    redirects: list[DnsRedirect] = []
    rewritten: list[Box] = []
    redirected: list[Box] = []
    holes: list[Unknown] = []
    for base in bases:
        from_hook = Context(base.hook, context.view, context.links, tracked=context.tracked, own=context.own)
        flat = flat_of(base, from_hook)
        found = [entry for entry in flat.entries if isinstance(entry.does, Nat)]
        holes += base.holes
        if flat.trouble:
            holes.append(Unknown(f"{base.key}: {flat.trouble}", base.spans))
        taken: dict[str, int] = {}
        for entry in found:
            key = f"{base.key}/{label(entry.source, base.chain)}"
            taken[key] = taken.get(key, 0) + 1
            key = key if taken[key] == 1 else f"{key} ({taken[key]})"
            assert isinstance(entry.does, Nat)
            if entry.does.kind in _TO and base.hook == "prerouting":
                target = _target(host, entry.does, ())
                stays = not isinstance(target, Unknown) and target.value is None
                (redirected if stays else rewritten).append(entry.clause.box)
                forwards.append(_forward(host, key, entry, entry.does, context.own))
                redirects += _dns(host, key, entry, entry.does, flat.entries)
            elif entry.does.kind not in _TO and base.hook == "postrouting":
                nats += _source_nat(host, key, entry, context)
    listed = tuple(holes)
    return Translations(
        Listed(tuple(nats), listed),
        Listed(tuple(forwards), listed),
        Listed(tuple(redirects), listed),
        tuple(rewritten),
        tuple(redirected),
    )


def _spans(entry: Entry) -> tuple[Span, ...]:
    return tuple(dict.fromkeys((*entry.source.spans, *(span for one in entry.via for span in one.spans))))


# -- source addresses ------------------------------------------------------------------------------------------


def _source_nat(host: Host, key: str, entry: Entry, context: Context) -> Iterator[SourceNat]:
    """Where some packets are left alone, it depends on whether any from another inside network are not."""
    spans, clause = _spans(entry), entry.clause
    names = context.links.routed if clause.box.leaving is None else clause.box.leaving
    sure: set[str] = set()
    unsure: set[str] = set()
    for name in names:
        match _touches(host, name, clause):
            case True:
                sure.add(name)
            case None:
                unsure.add(name)
            case False:
                pass
    if sure:
        yield SourceNat(host.name, key, Stated(frozenset(sure), spans))
    if unsure:
        why = f"'{entry.source.name}' translates only some packets that leave by {', '.join(sorted(unsure))}"
        maybe = Unknown(why, spans, "see which address the other side gets")
        yield SourceNat(host.name, f"{key} (some)" if sure else key, maybe)


def _touches(host: Host, leaving: str, clause: Clause) -> bool | None:
    """Whether packets from other inside networks to this interface are translated; None: some are, or may be."""
    target = host.interface_named(leaving)
    # Behind an uplink lies everything, and what comes from inside has an address of an inside network.
    uplink = target is not None and _is_uplink(target)
    answers = {
        _of_network(other, None if uplink else target, clause)
        for other in host.interfaces
        if other.key != leaving and not _is_uplink(other) and not (uplink and _has_no_network(other))
    }
    if not answers:
        return None if clause.box.sources is not None or clause.doubt else True
    return answers.pop() if len(answers) == 1 else None


def _is_uplink(interface: Interface) -> bool:
    return not isinstance(interface.uplink, Unknown) and interface.uplink.value


def _has_no_network(interface: Interface) -> bool:
    """Ports of bridges and the like, and loopback."""
    if isinstance(interface.addresses, Unknown):
        return False
    return all(address.ip.is_loopback for address in interface.addresses.value)


def _of_network(source: Interface, target: Interface | None, clause: Clause) -> bool | None:
    box = clause.box
    if box.entering is not None and source.key not in box.entering:
        return False
    limits = [(box.sources, source), (box.destinations, target)]
    whole = box.protocols is None and box.ports is None
    for intervals, interface in limits:
        if intervals is None:
            continue
        if interface is None or isinstance(interface.addresses, Unknown):
            whole = False
            continue
        own = tuple(
            (int(each.network.network_address), int(each.network.broadcast_address))
            for each in interface.addresses.value
        )
        if not any(clipped((network,), intervals) for network in own):
            return False
        whole = whole and all(clipped((network,), intervals) == (network,) for network in own)
    return True if whole and not clause.doubt else None


# -- destination addresses -------------------------------------------------------------------------------------


def _inside(host: Host, box: Box) -> frozenset[str]:
    """The interfaces that packets of a box come in by."""
    return frozenset(i.key for i in host.interfaces) if box.entering is None else box.entering


def _forward(host: Host, key: str, entry: Entry, nat: Nat, own: tuple[tuple[int, int], ...] | None) -> PortForward:
    spans, box = _spans(entry), entry.clause.box
    names = _inside(host, box)
    if own is not None and box.destinations is not None and clipped(box.destinations, own) == box.destinations:
        # Sent to the host itself: from inside that is a way back to an inside server, and takes nothing from others.
        names = frozenset(i.key for i in host.interfaces if i.key in names and _is_uplink(i))
    entering: Fact[frozenset[str]] = Stated(names, spans)
    if entry.clause.doubt:
        entering = Unknown(f"'{entry.source.name}' may or may not match: {entry.clause.doubt}", spans)
    port: Fact[PortRange | None] = Stated(None, spans)
    if box.ports is not None and len(box.ports) == 1:
        port = Stated(PortRange(*box.ports[0]), spans)
    elif box.ports is not None:
        port = Unknown(f"'{entry.source.name}' takes several ports", spans)
    return PortForward(host.name, key, entering, Stated(box.protocols, spans), port, _network(host, nat, spans))


def _network(host: Host, nat: Nat, spans: tuple[Span, ...]) -> Fact[IPv4Network | None]:
    single = _target(host, nat, spans)
    if isinstance(single, Unknown):
        return single
    return Stated(None if single.value is None else IPv4Network(single.value), spans)


def _target(host: Host, nat: Nat, spans: tuple[Span, ...]) -> Fact[IPv4Address | None]:
    """The new address; None is the host itself."""
    if not nat.clear:
        return Unknown("where packets are sent is looked up", spans, _ASK)
    if nat.kind != "dnat" or not nat.address:
        return Stated(None, spans)
    if nat.last and nat.last != nat.address:
        return Unknown("questions are redirected to one of several addresses", spans, _ASK)
    try:
        address = IPv4Address(nat.address)
    except ValueError:
        return Unknown("packets are sent to something that is no IPv4 address", spans, _ASK)
    own = any(
        address == each.ip
        for interface in host.interfaces
        if not isinstance(interface.addresses, Unknown)
        for each in interface.addresses.value
    )
    return Stated(None if own else address, spans)


def _dns(host: Host, key: str, entry: Entry, nat: Nat, entries: list[Entry]) -> Iterator[DnsRedirect]:
    """A translation that catches DNS questions of inside networks."""
    asked = Box(protocols=frozenset({"tcp", "udp"}), ports=((_DNS, _DNS),))
    caught = both(entry.clause.box, asked)
    uplinks = {i.key for i in host.interfaces if not isinstance(i.uplink, Unknown) and i.uplink.value}
    inside = frozenset() if caught is None else _inside(host, caught) - uplinks
    if caught is None or not inside:
        return
    spans = _spans(entry)
    why = _only_some(host, entry, caught, entries)
    interfaces: Fact[tuple[str, ...] | None] = (
        Unknown(why, spans, _ASK) if why else Stated(tuple(sorted(inside)), spans)
    )
    port: Fact[int] = Stated(nat.port or _DNS, spans) if nat.clear else Unknown("the port is looked up", spans, _ASK)
    yield DnsRedirect(host.name, key, interfaces, _target(host, nat, spans), port)


def _only_some(host: Host, entry: Entry, caught: Box, entries: list[Entry]) -> str:
    """Why some questions are left alone, '' if all are caught that go to others than the resolver itself."""
    if entry.clause.doubt:
        return f"'{entry.source.name}' may or may not match: {entry.clause.doubt}"
    if not _everybody(host, caught):
        return f"'{entry.source.name}' redirects only some packets"
    for earlier in entries:
        if earlier is entry:
            return ""
        # An earlier translation redirects the questions itself, and is listed on its own.
        if not isinstance(earlier.does, Nat) and both(earlier.clause.box, caught) is not None:
            return f"'{earlier.source.name}' leaves some questions to '{entry.source.name}' alone"
    return ""


def _everybody(host: Host, caught: Box) -> bool:
    """Whether all clients of the interfaces are caught, whatever public resolver they ask."""
    if caught.destinations is not None:
        public = ((int(IPv4Address("1.0.0.0")), int(IPv4Address("9.255.255.255"))),)
        if clipped(public, caught.destinations) != public:
            return False
    if caught.sources is None:
        return True
    for interface in host.interfaces:
        if interface.key not in _inside(host, caught) or isinstance(interface.addresses, Unknown):
            continue
        for each in interface.addresses.value:
            own = (int(each.network.network_address), int(each.network.broadcast_address))
            if clipped((own,), caught.sources) != (own,):
                return False
    return True
