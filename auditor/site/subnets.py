"""In which subnets of a segment clients are: one VLAN can carry several, and between those packets need a router."""

from ipaddress import IPv4Address, IPv4Network

from auditor.model import DhcpScope, Listed, Unknown, spans_of
from auditor.site.hops import Hop, HopKind, Passage
from auditor.site.segments import Segment


def used(
    segment: Segment, addresses: tuple[IPv4Address, ...], scopes: Listed[DhcpScope], *, dynamic: bool
) -> frozenset[IPv4Network] | None:
    """Return the subnets that clients have addresses of; None if that is not known.

    `addresses` are those that they have for certain, `scopes` those that give them some if they are `dynamic`.
    """
    if isinstance(segment.subnets, Unknown):
        return None
    known = segment.subnets.value
    if len(known) < 2:
        return frozenset(known)
    if addresses:
        found = [next((each for each in known if address in each), None) for address in addresses]
    elif dynamic and scopes.items and not scopes.holes:
        found = [None if isinstance(scope.subnet, Unknown) else scope.subnet.value for scope in scopes]
    else:
        return None
    return frozenset(each for each in found if each is not None) if None not in found else None


def apart(
    segment: Segment, one: frozenset[IPv4Network] | None, other: frozenset[IPv4Network] | None
) -> tuple[Hop, ...]:
    """Return a hop where two ends of one segment are not known to share a subnet."""
    if isinstance(segment.subnets, Unknown) or len(segment.subnets.value) < 2:
        return ()
    if one is not None and one == other and len(one) == 1:
        return ()
    why = f"{segment.name} are several subnets in one segment, between which packets go by a router"
    settle = "look at the addresses that both have; they must be in one subnet"
    fact = Unknown(why, spans_of(segment.subnets), settle)
    return (Hop(HopKind.ROUTER, segment.devices[0], "", Passage.UNKNOWN, fact),)
