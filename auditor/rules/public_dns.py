"""Ways around a resolver that keeps private answers back: asking a public service for the readers' domain alone."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from auditor.intents import ExemptFromRebindProtection, ForwardDomain, Intent
from auditor.model import Unknown
from auditor.policies import PublicResolver, ResolverKind
from auditor.site import Chain, Refusal, ResolverHop, Site, asked_for, owner
from auditor.verdicts import Change, Fix


def remedy(site: Site) -> PublicResolver:
    """Return the first public service that the policy names as one that gives private answers."""
    return next(each for each in site.policy.resolvers if each.kind is ResolverKind.PASSES)


def servers_of(service: PublicResolver) -> tuple[IPv4Address, ...]:
    """Return the addresses of a service that are handed out."""
    return tuple(address for network in service.networks for address in network)


def forward_past(site: Site, chain: Chain, hop: ResolverHop) -> Iterator[Fix]:
    """Let the resolvers that ask this one ask a public service for the readers' domain instead.

    One of them that drops private answers itself must exempt the domain too, since such a filter looks at the answers
    of every server. There is no way past a resolver that clients ask by themselves.
    """
    before = [each for each in chain.inspected if each is not hop and _asks(site, each, hop)]
    if not before or _is_told(site, chain, hop):
        return
    domain, service = site.policy.reader_domain, remedy(site)
    changes: list[Change] = []
    for each in before:
        assert each.resolver is not None
        intents: list[Intent] = [ForwardDomain(each.resolver.key, domain, servers_of(service))]
        if any(reason.refusal is Refusal.REBIND for reason in each.reasons):
            intents.append(ExemptFromRebindProtection(each.resolver.key, domain))
        changes += [Change(each.device, intent) for intent in intents]
    once = tuple(dict.fromkeys(changes))
    whose = _name(site, hop)
    weakens = f"names in {domain} are asked at {service.title}, past the filter of {whose}"
    yield Fix("; ".join(change.intent.title for change in once), once, weakens)


def _name(site: Site, hop: ResolverHop) -> str:
    service = site.policy.filtering_resolver(hop.address) if hop.address is not None else None
    return service or (f"'{hop.resolver.key}' on {hop.device}" if hop.resolver is not None else str(hop.address))


def _asks(site: Site, front: ResolverHop, hop: ResolverHop) -> bool:
    """Say whether one resolver asks another one for the test name."""
    assert front.resolver is not None
    for forwarder in asked_for(front.resolver, site.policy.test_name):
        if forwarder.address is None:
            continue
        if forwarder.address == hop.address:
            return True
        if hop.resolver is None:
            continue
        if forwarder.address.is_loopback:
            found = front.device == hop.device and _listens(hop, forwarder.port)
        else:
            owned = owner(forwarder.address, site.devices)
            found = owned is not None and owned[0].name == hop.device and _listens(hop, forwarder.port)
        if found:
            return True
    return False


def _listens(hop: ResolverHop, port: int) -> bool:
    assert hop.resolver is not None
    return isinstance(hop.resolver.port, Unknown) or hop.resolver.port.value == port


def _is_told(site: Site, chain: Chain, hop: ResolverHop) -> bool:
    """Say whether clients ask a resolver themselves."""
    for address, _ in chain.asked:
        owned = owner(address, site.devices)
        if address == hop.address or (owned is not None and owned[0].name == hop.device and hop.resolver is not None):
            return owned is None or hop.resolver is None or _listens(hop, 53)
    return False
