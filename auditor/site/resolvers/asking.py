"""Which resolvers clients ask first: those that DHCP, router advertisements and people tell them, and redirects."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from auditor.model import (
    Device,
    DhcpScope,
    DnsRedirect,
    Fact,
    Ipv6Resolver,
    Listed,
    Stated,
    Unknown,
    spans_of,
)
from auditor.policies import Policy
from auditor.site.hops import Leg, Passage
from auditor.site.resolvers.chain import Address, Chain, Lookup, ResolverHop, ResolverKind
from auditor.site.resolvers.following import DNS, Question, answering, ask, follow
from auditor.site.segments import Segment


@dataclass(slots=True)
class _Told:
    """What is gathered of the resolvers that clients know."""

    holes: list[Unknown] = field(default_factory=list)
    addresses: list[tuple[Address, Fact[Any]]] = field(default_factory=list)
    hops: list[ResolverHop] = field(default_factory=list)


def resolver_chain(
    segment: Segment,
    dns: Literal["dhcp"] | tuple[Address, ...],
    scopes: Listed[DhcpScope],
    devices: tuple[Device, ...],
    policy: Policy,
    lookup: Lookup,
    legs: tuple[Leg, ...] = (),
) -> Chain:
    """Follow a question from clients of a segment through every resolver that may be asked.

    `legs` are the routers on the way to the internet: those behind the first may redirect what passes them.
    """
    question = Question(segment, devices, policy, lookup)
    told = _Told()
    if dns == "dhcp":
        _by_dhcp(scopes, told)
    else:
        told.addresses = [(address, Stated(str(address), ())) for address in dns]
    for address, fact in dict.fromkeys(told.addresses):
        told.hops.extend(ask(question, address, fact))
    _by_ipv6(question, told, by_hand=() if dns == "dhcp" else dns)
    nobody = not scopes.items or not (told.addresses or told.hops)
    if dns == "dhcp" and nobody and not told.holes:
        why = f"no DHCP server tells clients of {segment.name} which resolver to ask"
        told.holes.append(Unknown(why, settle="declare dns of the POS in the inventory"))
    # What may redirect questions, and cannot be read, may do it to any of them.
    told.holes.extend(h for device in devices if device.name in segment.devices for h in device.dns_redirects.holes)
    redirects = list(_redirects(question, legs, told))
    for device, redirect, entering in redirects:
        told.hops.extend(_redirected(question, device, redirect, entering))
    return Chain(
        hops=tuple(dict.fromkeys(told.hops)),
        holes=tuple(dict.fromkeys(told.holes)),
        redirected=tuple(redirect for _, redirect, _ in redirects),
        asked=tuple(dict.fromkeys(told.addresses)),
    )


def _by_dhcp(scopes: Listed[DhcpScope], told: _Told) -> None:
    told.holes.extend(scopes.holes)
    for scope in scopes:
        match scope.domain_name_servers:
            case Unknown() as unknown:
                told.holes.append(unknown)
            case known:
                told.addresses.extend((address, known) for address in known.value)


# -- IPv6 ------------------------------------------------------------------------------------------------------


def _by_ipv6(question: Question, told: _Told, *, by_hand: tuple[Address, ...]) -> None:
    """Add resolvers that clients are told by router advertisements or DHCPv6; they may ask any that they know.

    Source: RFC 8106, section 5.3.1. Where people set resolvers by hand for IPv4 only, some systems ask these all the
    same and others do not, so that only those count that keep the answer back, and in doubt; where they set one for
    IPv6 as well, none do.
    """
    if any(address.version == 6 for address in by_hand):
        return
    for device in question.devices:
        if device.name in question.segment.devices:
            told.holes.extend(device.ipv6_resolvers.holes)
        for each in device.ipv6_resolvers:
            if not _is_there(each, device, question.segment):
                continue
            if isinstance(each.interface, Unknown):
                told.holes.append(each.interface)
                continue
            hops, doubt = _of_one(question, device, each)
            if by_hand:
                _beside(told, each, hops, doubt)
                continue
            told.hops.extend(hops)
            told.holes.extend([doubt] if doubt is not None else [])
            if not isinstance(each.address, Unknown) and each.address.value is not None:
                told.addresses.append((each.address.value, each.address))


def _is_there(each: Ipv6Resolver, device: Device, segment: Segment) -> bool:
    match each.interface:
        case Unknown():
            return device.name in segment.devices
        case known:
            return any(i.device == device.name and i.key == known.value for i in segment.interfaces)


def _of_one(question: Question, device: Device, each: Ipv6Resolver) -> tuple[list[ResolverHop], Unknown | None]:
    """The resolvers that one line tells of; where it can mean several things, all of them must give the answer."""
    match each.address:
        case Unknown() as unknown:
            hops = [hop for value in unknown.could_be for hop in _at(question, device, each, value, unknown)]
            good = bool(hops) and all(hop.passage is Passage.OPEN for hop in hops)
            return (hops, None) if good else ([], unknown)
        case known:
            return _at(question, device, each, known.value, known), None


def _at(
    question: Question, device: Device, each: Ipv6Resolver, address: Address | None, told: Fact[Any]
) -> list[ResolverHop]:
    """The resolvers at an IPv6 address, or, for None, those of the device that advertises.

    Which clients a resolver answers is known of IPv4 only; the same program is taken to treat them alike.
    """
    if address is not None:
        return ask(question, address, told)
    interface = "" if isinstance(each.interface, Unknown) else each.interface.value
    hops: list[ResolverHop] = []
    for resolver in answering(question, device, interface, DNS, question.askers):
        hops.extend(follow(question, device, resolver, question.askers))
    if not hops:
        why = f"clients are told to ask {device.name} over IPv6, where no resolver is configured"
        settle = f"run on {device.name}: netstat -lnp | grep :{DNS}"
        fact = device.resolvers.holes[0] if device.resolvers.holes else Unknown(why, spans_of(told), settle)
        hops.append(ResolverHop.uninspected(device.name, None, fact))
    return hops


def _beside(told: _Told, each: Ipv6Resolver, hops: list[ResolverHop], doubt: Unknown | None) -> None:
    """Resolvers that are told by IPv6 beside those that were set by hand."""
    closed = [hop for hop in hops if hop.passage is not Passage.OPEN and hop not in told.hops]
    if not closed and doubt is None:
        return
    why = "clients with resolvers of IPv4 set by hand may also ask those that they are told by IPv6"
    facts = (each.address, *(hop.fact for hop in closed))
    settle = "set resolvers of IPv6 by hand as well, name them as dns of the POS, or stop telling them"
    told.holes.append(Unknown(why, spans_of(*facts), settle))


# -- redirects -------------------------------------------------------------------------------------------------


def _redirects(question: Question, legs: tuple[Leg, ...], told: _Told) -> Iterator[tuple[Device, DnsRedirect, str]]:
    """Orders to send questions elsewhere: of devices of the segment, and of routers that questions pass further out.

    The latter take what goes out of the site, be it from clients or from a resolver on the way.
    """
    segment = question.segment
    for device in question.devices:
        for redirect in device.dns_redirects:
            if _concerns(redirect.interfaces, device, segment):
                yield device, redirect, ""
    if all(hop.device or hop.kind is ResolverKind.INSPECTED for hop in told.hops):
        return
    for leg in legs:
        further = next((d for d in question.devices if d.name == leg.device and d.name not in segment.devices), None)
        for redirect in further.dns_redirects if further is not None else ():
            interfaces = redirect.interfaces
            if isinstance(interfaces, Unknown) or interfaces.value is None or leg.entering in interfaces.value:
                assert further is not None
                yield further, redirect, leg.entering
        told.holes.extend(further.dns_redirects.holes if further is not None else ())


def _concerns(interfaces: Fact[tuple[str, ...] | None], device: Device, segment: Segment) -> bool:
    match interfaces:
        case Unknown():
            return True
        case known:
            mine = {i.key for i in segment.interfaces if i.device == device.name}
            return bool(mine) and (known.value is None or bool(mine & set(known.value)))


def _redirected(question: Question, device: Device, redirect: DnsRedirect, entering: str) -> list[ResolverHop]:
    """The resolvers at which a redirect ends: those of its device on that port, or those at another address."""
    for fact in (redirect.to_address, redirect.to_port):
        if isinstance(fact, Unknown):
            return [ResolverHop.uninspected(device.name, None, fact)]
    assert not isinstance(redirect.to_address, Unknown)
    assert not isinstance(redirect.to_port, Unknown)
    port = redirect.to_port.value
    if redirect.to_address.value is not None:
        return ask(question, redirect.to_address.value, redirect.to_address, port)
    # Behind another router the addresses of clients may be translated.
    askers = None if entering else question.askers
    hops: list[ResolverHop] = []
    for resolver in answering(question, device, entering, port, askers):
        hops.extend(follow(question, device, resolver, askers))
    if not hops:
        why = f"'{redirect.key}' redirects questions to port {port} of {device.name}, where no resolver was read"
        settle = f"run on {device.name}: nslookup {question.lookup.name} 127.0.0.1"
        hops.append(ResolverHop.uninspected(device.name, None, Unknown(why, spans_of(redirect.to_port), settle)))
    return hops
