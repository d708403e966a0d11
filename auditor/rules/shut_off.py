"""Resolvers of the shop that may ask nobody else: their clients get no answer, although they may ask them."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from auditor.intents import AllowTraffic
from auditor.model import Unknown
from auditor.rules.clients import clients, consumer
from auditor.rules.several_hops import at_each_hop
from auditor.site import Egress, Hop, Passage, Pos, Readers, ResolverHop, Site, asked_for, owner
from auditor.verdicts import Change, Fail, Fix, Undecided, Verdict

_DNS = 53


def shut_off(site: Site) -> Iterator[Verdict]:
    """Yield a verdict for each resolver behind a client of which every server is out of reach.

    Ways that are not known are left out.
    """
    for client in clients(site):
        seen: dict[str, ResolverHop] = {}
        for hop in site.resolver_chain(client).inspected:
            seen.setdefault(hop.device, hop)
        for hop in seen.values():
            yield from _judge(site, client, hop)


def _judge(site: Site, client: Readers | Pos, hop: ResolverHop) -> Iterator[Verdict]:
    assert hop.resolver is not None
    told = tuple(dict.fromkeys((each.address, each.port) for each in asked_for(hop.resolver, site.policy.test_name)))
    elsewhere = [
        address
        for address, port in told
        if isinstance(address, IPv4Address)
        and port == _DNS
        and not address.is_loopback
        and ((owned := owner(address, site.devices)) is None or owned[0].name != hop.device)
    ]
    if not elsewhere or len(elsewhere) < len(told) or hop.resolver.forwarders.holes:
        return
    asked = [site.asks(hop.device, address, protocol="udp", port=_DNS) for address in elsewhere]
    closed = [each for each in asked if each is not None]
    if len(closed) < len(asked):
        return
    about = f"{consumer(client).value} resolver {hop.device}"
    names = ", ".join(map(str, elsewhere))
    doubt = next((each.fact for each in closed if each.passage is Passage.UNKNOWN), None)
    if doubt is not None:
        why = doubt.why if isinstance(doubt, Unknown) else f"some of what {hop.device} asks may be stopped"
        settle = f"on {hop.device} look a name up at {names}"
        unknown = Unknown(f"whether {hop.device} may ask {names} is not known: {why}", doubt.spans, settle)
        yield Undecided(unknown, subject=client.name, about=about)
        return
    stop = closed[0].decisive
    assert stop is not None
    rule = f"rule '{stop.rule}'" if stop.rule else "the default policy"
    words = f"{rule} of filter '{stop.item}' blocks {_DNS}/udp from {hop.device}, which asks {names}"
    facts = tuple(dict.fromkeys(each.decisive.fact for each in closed if each.decisive is not None))
    yield Fail(
        words,
        facts,
        site.policy.severity("dns-blocked"),
        (_fix(site, hop.device, elsewhere, closed),),
        subject=client.name,
        about=about,
        device=stop.device,
    )


def _fix(site: Site, name: str, servers: list[IPv4Address], closed: list[Egress]) -> Fix:
    leaving = {leg.leaving for each in closed for leg in each.legs[:1]}
    own = [each.addresses for each in site.device(name).interfaces if each.key in leaving]
    sources = tuple(IPv4Network(a.ip) for fact in own if not isinstance(fact, Unknown) for a in fact.value)
    stops = [hop for each in closed for hop in each.hops if hop.passage is Passage.BLOCKED]
    there = tuple(map(IPv4Network, servers))
    changes = at_each_hop(Change(hop.device, _allow(hop, name, sources, there)) for hop in dict.fromkeys(stops))
    return Fix(f"allow {_DNS}/udp from {name} to {', '.join(map(str, servers))}", changes)


def _allow(hop: Hop, name: str, sources: tuple[IPv4Network, ...], there: tuple[IPv4Network, ...]) -> AllowTraffic:
    words = f"resolver_{name}_{hop.entering}_udp_{_DNS}_before_{hop.rule or 'default'}"
    label = re.sub(r"[^A-Za-z0-9]+", "_", words)
    named = there if hop.leaving else None  # what is for the device itself
    return AllowTraffic(hop.item, label, hop.entering, hop.leaving, sources, named, "udp", _DNS, hop.rule or None)
