"""A packet filter keeps readers or points of sale from Stripe, from a clock, or from DNS.

## What it checks
Every host and port of the policy may be reached: by smart readers, and by all points of sale; for hosts whose
addresses are not published, the whole internet is asked for. DNS is checked to the resolvers that clients know,
and DHCP to the devices of the shop that give them addresses, be it by a relay. Port isolation within a bridge counts
where it shuts clients off from their router.
One rule that blocks is one failure. A redirect of one of these ports to another place, such as a proxy, leaves it
open whether they are reached. What was not collected can be attested as `declared: egress`.

## Why it matters
Readers need Stripe's services for payments and updates, and the time for certificates.
Source: stripe-terminal R2, R6, T6.

## About the fix
A rule before the one that blocks lets the clients' network pass, by port. Names cannot be listed in a packet
filter, and addresses are published for some hosts only, so the destination stays open where it must. Where several
filters on the way block, each of them gets such rules, and they belong together. Where isolation is the reason,
the clients are taken out of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from auditor.inventory import Addressing
from auditor.model import Assumed, Declared, PortForward, Severity, Stated, Unknown, spans_of
from auditor.policies import HostKind
from auditor.rules.base import Rule
from auditor.rules.clients import allow, clients, consumer, out_of_sight
from auditor.rules.isolated_ports import taken_out
from auditor.rules.several_hops import at_each_hop, on_devices, then_stopped
from auditor.rules.shut_off import shut_off
from auditor.site import Egress, Hop, HopKind, Passage, Pos, Readers, Site
from auditor.verdicts import Change, Fail, Fix, Pass, Undecided, Verdict

_DNS = 53
_HTTPS = 443
_DHCP = 67
"""Where a client without an address asks for one; its packet comes from 0.0.0.0."""

_ROUTES = "by which way packets are to leave is the owner's decision, and so are routes"

_WHICH_PORT = "which of the two ports is isolated by mistake is the owner's to say"

_PARTLY = 0.5
"""Where more than half of the internet is closed, only listed addresses are open."""


@dataclass(frozen=True, slots=True)
class _Need:
    """One host and port that a client needs, and what becomes of it. `networks` is where it can be."""

    name: str
    networks: tuple[IPv4Network, ...]
    protocol: str
    port: int
    severity: Severity
    egress: Egress


def check(site: Site) -> Iterator[Verdict]:
    yield from out_of_sight(site)
    needs = {(consumer(client), client.name): tuple(_needs(site, client)) for client in clients(site)}
    stopped: dict[tuple[str, ...], list[_Need]] = {}
    for client in clients(site):
        for rule, listed in _blocked_by(needs[consumer(client), client.name]).items():
            stopped.setdefault((client.attachment.segment.key, *rule), []).extend(listed)
    for client in clients(site):
        yield from _judge(site, client, needs[consumer(client), client.name], stopped)
    yield from shut_off(site)


def _needs(site: Site, client: Readers | Pos) -> Iterator[_Need]:
    """Ask once for each port, for hosts with published networks and for those that may be anywhere."""
    answers: dict[tuple[object, ...], Egress] = {}
    policy, named = site.policy, site.named_hosts
    for host in policy.hosts_for(consumer(client)):
        kind = "time-blocked" if host.kind is HostKind.TIME else "host-blocked"
        severity, networks = policy.severity(kind), policy.networks_of(host.name)
        for port in host.ports:
            key = (bool(networks), port.protocol, port.number, host.name if host.name in named else "")
            if key not in answers:
                answers[key] = site.egress(client, host.name, protocol=port.protocol.value, port=port.number)
            yield _Need(host.name, networks, port.protocol.value, port.number, severity, answers[key])
    chain = site.resolver_chain(client)
    for address, _ in chain.asked:
        if isinstance(address, IPv4Address) and not chain.redirected:
            egress = site.reach(client, address, protocol="udp", port=53)
            if egress is not None:
                severity = site.policy.severity("dns-blocked")
                yield _Need(f"DNS at {address}", (IPv4Network(address),), "udp", 53, severity, egress)
    for redirect in chain.redirected:
        egress = site.redirected(client, redirect)
        if egress is not None and not isinstance(redirect.to_address, Unknown) and redirect.to_address.value:
            networks, severity = (IPv4Network(redirect.to_address.value),), site.policy.severity("dns-blocked")
            yield _Need(f"DNS at {networks[0].network_address}", networks, "udp", _DNS, severity, egress)
    if isinstance(client, Pos) or client.addressing is not Addressing.STATIC:
        scopes = site.scopes_serving(client).items
        servers = {scope.device for scope in scopes}
        relays = (relay for relay in site.relays(client) if relay.device not in servers)
        for scope in (*scopes, *relays):
            asked = site.dhcp_request(client, scope)
            if asked is not None:
                servers_at = tuple(map(IPv4Network, site.relayed_to(client, scope)))
                severity = site.policy.severity("dns-blocked")
                yield _Need(f"DHCP at {scope.device}", servers_at, "udp", _DHCP, severity, asked)


def _blocked_by(needs: tuple[_Need, ...]) -> dict[tuple[str, str, str], list[_Need]]:
    """What is stopped, by device, filter and rule ('' for the default policy)."""
    blocked: dict[tuple[str, str, str], list[_Need]] = {}
    for need in needs:
        hop = need.egress.decisive
        if hop is not None and (need.egress.passage is Passage.BLOCKED or _only_listed(need)):
            blocked.setdefault((hop.device, hop.item, hop.rule), []).append(need)
    return blocked


def _judge(
    site: Site, client: Readers | Pos, needs: tuple[_Need, ...], stopped: dict[tuple[str, ...], list[_Need]]
) -> Iterator[Verdict]:
    """Judge one client; `stopped` is what the same rule stops for all clients of its segment: one fix for all."""
    subject, about = client.name, consumer(client).value
    blocked = _blocked_by(needs)
    unknown = [need for need in needs if need.egress.passage is Passage.UNKNOWN and not _only_listed(need)]
    for (device, item, rule), listed in blocked.items():
        fix = _fix(site, client, stopped[client.attachment.segment.key, device, item, rule])
        yield _blocked(site, client, listed, fix, f"{about} {device}/{item}/{rule or 'default'}")
    if unknown:
        # One verdict for all that is open, however many reasons there are: their number tells nothing.
        yield _unknown(site, client, unknown, f"{about} unknown", named=_named(site, unknown))
    diverted = tuple(_diverted(site, client, needs))
    yield from diverted
    if not blocked and not unknown and not diverted:
        facts = tuple(dict.fromkeys(need.egress.fact for need in needs))
        names = len({need.name for need in needs})
        yield Pass(f"all {names} hosts of the policy may be reached", facts, subject=subject, about=about)


def _diverted(site: Site, client: Readers | Pos, needs: tuple[_Need, ...]) -> Iterator[Verdict]:
    """Packets to a port that clients need are sent elsewhere, to a proxy say, which may look into them."""
    keys = {(leg.device, leg.entering) for leg in site.legs_out(client)}
    ports = dict.fromkeys((need.protocol, need.port) for need in needs if need.port != _DNS)
    for device in site.gateways(client):
        for forward in device.port_forwards:
            facts = forward.entering, forward.protocols, forward.port
            if isinstance(forward.entering, Unknown):
                continue
            if not any((device.name, key) in keys for key in forward.entering.value):
                continue
            hit = [f"{port}/{protocol}" for protocol, port in ports if _may_take(forward, protocol, port)]
            if not hit:
                continue
            attested = site.declared("egress")
            about = f"{consumer(client).value} {device.name}/{forward.key}"
            if isinstance(attested, Declared) and attested.value == "open":
                yield Pass(f"egress is attested by {attested.who}", attested, subject=client.name, about=about)
                continue
            why = f"'{forward.key}' of {device.name} sends {', '.join(hit)} elsewhere, where readers may find no Stripe"
            settle = "except these devices; or from this network open Stripe's hosts, see who issued the certificate"
            unknown = Unknown(why, spans_of(*facts), f"{settle}, then declare egress")
            yield Undecided(unknown, subject=client.name, about=about)


def _may_take(forward: PortForward, protocol: str, port: int) -> bool:
    protocols, ports = forward.protocols, forward.port
    if not isinstance(protocols, Unknown) and protocols.value is not None and protocol not in protocols.value:
        return False
    return isinstance(ports, Unknown) or ports.value is None or ports.value.first <= port <= ports.value.last


def _only_listed(need: _Need) -> bool:
    """A host somewhere on the internet, of which only listed addresses are open."""
    hop = need.egress.decisive
    if hop is None or need.networks or need.egress.passage is not Passage.UNKNOWN:
        return False
    return hop.passage is Passage.BLOCKED and bool(hop.subset) and hop.share > _PARTLY


def _why(need: _Need) -> Unknown:
    hop = need.egress.decisive
    service = f"open https://{need.name}" if need.port == _HTTPS else f"use {need.name} ({need.port}/{need.protocol})"
    settle = f"from this network {service}, then declare egress"
    facts = (need.egress.fact, hop.fact if hop is not None else need.egress.fact)
    for fact in facts:
        if isinstance(fact, Unknown):
            return fact if fact.settle else replace(fact, settle=settle)
    fact = facts[1]
    subset = f" ({hop.subset})" if hop is not None and hop.subset else ""
    return Unknown(f"some addresses are blocked{subset}, and the host may be among them", fact.spans, settle)


def _joined(needs: list[_Need]) -> Unknown:
    """All reasons as one, with what settles the first of them."""
    reasons = list({why.why: why for why in map(_why, reversed(needs))}.values())[::-1]
    near = tuple(dict.fromkeys(span for reason in reasons for span in spans_of(reason)))
    return Unknown("; ".join(reason.why for reason in reasons), near, reasons[0].settle)


def _blocked(site: Site, client: Readers | Pos, needs: list[_Need], fix: Fix, about: str) -> Verdict:
    hop = needs[0].egress.decisive
    assert hop is not None
    listed = all(map(_only_listed, needs))
    severity = max((need.severity for need in needs), key=lambda severity: severity.rank)
    rule = f"rule '{hop.rule}'" if hop.rule else "the default policy"
    ports = ", ".join(dict.fromkeys(f"{need.port}/{need.protocol}" for need in needs))
    names = list(dict.fromkeys(need.name for need in needs))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    where = client.attachment.segment.name
    message = f"{rule} of filter '{hop.item}' blocks {ports} from {where}: {shown}"
    if hop.kind is HopKind.PORT_ISOLATION:
        message = f"port isolation of '{hop.item}' keeps {client.name} from their router: {ports}, {shown}"
    if hop.kind is HopKind.ROUTER:
        why = f": {hop.fact.value}" if isinstance(hop.fact, Stated | Assumed) else ""
        message = f"{ports} from {where} ({shown}) is lost at {hop.device}{why}"
    if listed:
        severity = site.policy.severity("addresses-only")
        message = f"only listed addresses are open, and {shown} ({ports}) has no published ones"
    closed = tuple(dict.fromkeys(each for need in needs for each in _closed(need)))
    return Fail(
        f"{message}{then_stopped(hop, closed)}",
        tuple(dict.fromkeys((hop.fact, *(each.fact for each in closed)))),
        severity,
        (fix,),
        subject=client.name,
        about=about,
        device=hop.device,
    )


def _fix(site: Site, client: Readers | Pos, needs: list[_Need]) -> Fix:
    """One rule for each port at each filter that stops it, in the order of the way.

    The destination is named only if all hosts behind that port have known addresses.
    """
    closed = tuple(dict.fromkeys(hop for need in needs for hop in _closed(need)))
    if isolated := tuple(hop for hop in closed if hop.kind is HopKind.PORT_ISOLATION):
        ports = ", ".join(dict.fromkeys(hop.item for hop in isolated))
        title = f"take the port that leads to the router out of isolation; clients are behind {ports}"
        return taken_out(site, client, isolated) or Fix(title, manual=_WHICH_PORT)
    services: dict[tuple[str, int], list[_Need]] = {}
    for need in needs:
        services.setdefault((need.protocol, need.port), []).append(need)
    changes: list[Change] = []
    anywhere: dict[str, None] = {}
    lost: Hop | None = None
    for (protocol, port), using in services.items():
        networks = tuple(dict.fromkeys(network for need in using for network in need.networks))
        for hop in dict.fromkeys(hop for need in using for hop in _closed(need)):
            lost = lost or (hop if hop.kind is HopKind.ROUTER else None)
            to_router = not hop.leaving and hop.kind is not HopKind.BRIDGE_FILTER
            somewhere = not to_router and not all(need.networks for need in using)
            destinations = None if to_router or somewhere else networks
            changes.append(allow(client, hop, destinations, protocol, port, addressless=port == _DHCP))
            anywhere |= {f"{port}/{protocol}": None} if somewhere else {}
    if lost is not None:
        return Fix(f"let {lost.device} hand packets of {client.attachment.segment.name} on", manual=_ROUTES)
    weakens = f"{' and '.join(anywhere)} to any address, since names cannot be listed" if anywhere else ""
    ports = ", ".join(f"{port}/{protocol}" for protocol, port in services)
    inside = at_each_hop(_by_device(changes))
    several = len({change.device for change in inside}) > 1
    title = f"allow {ports} from {client.attachment.segment.name}{f' {on_devices(inside)}' if several else ''}"
    return Fix(title, inside, weakens)


def _closed(need: _Need) -> tuple[Hop, ...]:
    """The hops that a need must be let past, the one that decides among them.

    One that stops a small part of the internet only may be a blocklist; that is left alone.
    """
    decisive = need.egress.decisive
    return tuple(
        hop
        for hop in need.egress.hops
        if hop == decisive or (hop.passage is Passage.BLOCKED and _most_of_it(hop, need))
    )


def _most_of_it(hop: Hop, need: _Need) -> bool:
    return not hop.subset or hop.shut_in or bool(need.networks) or hop.share > _PARTLY


def _by_device(changes: list[Change]) -> list[Change]:
    """Keep what one device gets together; devices stay in the order of the way."""
    order = list(dict.fromkeys(change.device for change in changes))
    return sorted(changes, key=lambda change: order.index(change.device))


def _named(site: Site, needs: list[_Need]) -> str:
    """The hosts in doubt, where filters hold names, so that one host may pass and the one beside it may not."""
    names = list(dict.fromkeys(need.name for need in needs)) if site.named_hosts else []
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _unknown(site: Site, client: Readers | Pos, needs: list[_Need], about: str, *, named: str) -> Verdict:
    attested = site.declared("egress")
    subject = client.name
    if isinstance(attested, Declared) and attested.value == "open":
        return Pass(f"egress is attested by {attested.who}", attested, subject=subject, about=about)
    why = _joined(needs)
    why = replace(why, why=f"{named}: {why.why}") if named else why
    if isinstance(attested, Declared):
        settle = f"let {attested.who} confirm every host of the policy, then declare egress open"
        why = Unknown("egress is attested to be filtered, not what passes", attested.spans, settle)
    elif isinstance(attested, Unknown):
        why = attested
    return Undecided(why, subject=subject, about=about)


RULE = Rule(id="egress-blocked", items=("R2", "R6", "T6"), severity=Severity.ERROR, doc=__doc__, check_site=check)
