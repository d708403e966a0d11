"""Point of sale and readers are in different networks.

## What it checks
Each declared point of sale is in the layer-2 segment and the subnet of the readers. Another network that is
routed without obstacle is a warning if the shop chose `same_lan: routed-ok`; address translation between the
two is an error in any case.

## Why it matters
With an SDK the point of sale opens a connection to the reader's own address. It has to be on the same local
network, and an address behind translation cannot be reached at all.
Source: stripe-terminal R14.

## About the fix
Always by hand: a device that moves to another VLAN gets another address, other firewall rules and perhaps
another scope of PCI DSS. Readers and points of sale belong into one payment network without guests. Routed networks
at the shop's own risk (`same_lan: routed-ok`) and a server-driven integration are the alternatives.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from auditor.inventory import SameLan
from auditor.model import Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import separate_pos
from auditor.rules.pairs import each_pair, lan_path, server_driven
from auditor.site import Passage, Path, Pos, Readers, Segment, Site
from auditor.verdicts import Evidence, Fail, Fix, Pass, Undecided, Verdict

_MOVE = "moving devices to another network is never done by a snippet"
_CHOICE = "a choice of the shop, not of a device"
_OWN_RISK = "Stripe asks for one local network; routed connections are at your own risk"


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from each_pair(site, readers, _judge)


def _judge(site: Site, pos: Pos, readers: Readers, subject: str) -> Iterator[Verdict]:
    path = lan_path(site, pos, readers)
    evidence = (pos.place, readers.place)
    if path.same_segment:
        yield from _in_one_segment(site, pos, readers, subject)
        return
    for end, other in ((pos, readers), (readers, pos)):
        unplaced = site.unplaced(end.attachment.segment) or _unjoined(end.attachment.segment, other.attachment.segment)
        if unplaced is not None:
            yield Undecided(unplaced, subject=subject)
            return
    between = f"{pos.name} are in {pos.attachment.segment.name}, {readers.name} in {readers.attachment.segment.name}"
    if translation := _translation(site, path, pos, readers):
        severity = site.policy.severity("nat-between")
        words = f"{between}, and addresses are translated between them"
        yield Fail(words, translation, severity, (_move(pos, readers),), server_driven(site), subject=subject)
        return
    wanted = site.entry.policy_options.same_lan.value
    open_path = path.passage is Passage.OPEN
    severity = site.policy.severity("other-subnet", wanted if open_path else None)
    way = "blocked" if path.passage is Passage.BLOCKED else "not known to be open"
    words = between if open_path else f"{between}; the way between them is {way}"
    fixes = (_move(pos, readers), _routed(site, open_path=open_path))
    yield Fail(words, evidence, severity, fixes, server_driven(site), subject=subject)


def _unjoined(segment: Segment, other: Segment) -> Unknown | None:
    """Why a network may be the other one after all: where its interface is in layer 2 is not known."""
    if isinstance(other.subnets, Unknown) or other.subnets.value:
        return None
    return next((each.link for each in segment.interfaces if isinstance(each.link, Unknown)), None)


def _in_one_segment(site: Site, pos: Pos, readers: Readers, subject: str) -> Iterator[Verdict]:
    """One segment can carry several subnets; then the DHCP scopes say in which of them both are."""
    segment = readers.attachment.segment
    evidence: Evidence = (pos.place, readers.place, *segment.joins)
    if isinstance(segment.subnets, Unknown) or len(segment.subnets.value) < 2:
        yield Pass(f"{pos.name} and {readers.name} are both in {segment.name}", evidence, subject=subject)
        return
    mine, theirs = site.subnets_of(pos), site.subnets_of(readers)
    if mine is not None and mine == theirs and len(mine) == 1:
        (subnet,) = mine
        yield Pass(f"{pos.name} and {readers.name} both have addresses in {subnet}", evidence, subject=subject)
    elif mine is not None and theirs is not None and not mine & theirs:
        words = f"{pos.name} have addresses in {_listed(mine)}, {readers.name} in {_listed(theirs)}, in one segment"
        severity = site.policy.severity("other-subnet")
        fix = Fix(f"give {pos.name} addresses of the readers' subnet", manual=_MOVE)
        yield Fail(words, evidence, severity, (fix,), server_driven(site), subject=subject)
    else:
        why = f"{pos.name} and {readers.name} share a segment with several subnets: {segment.name}"
        settle = "look at the addresses that they have; both must be in one subnet"
        yield Undecided(Unknown(why, segment.subnets.spans, settle), subject=subject)


def _listed(subnets: frozenset[IPv4Network]) -> str:
    return ", ".join(map(str, sorted(subnets)))


def _translation(site: Site, path: Path, pos: Pos, readers: Readers) -> Evidence:
    """What translates addresses between them, in either direction: readers behind a second router are hidden."""
    port = site.policy.lan_ports[0]
    back = site.path(readers, pos, protocol=port.protocol.value, port=port.number)
    return tuple(hop.fact for way in (path, back) if way.translated for hop in way.translating)


def _move(pos: Pos, readers: Readers) -> Fix:
    ssids = sorted({bss.ssid.value for bss in readers.attachment.bsses if not isinstance(bss.ssid, Unknown)})
    where = f"SSID '{ssids[0]}'" if readers.wireless and len(ssids) == 1 else readers.attachment.segment.name
    return Fix(f"connect {pos.name} to the readers' network ({where}), or the readers to theirs", manual=_MOVE)


def _routed(site: Site, *, open_path: bool) -> Fix:
    """The alternative to one network, whether the shop has chosen it or not; translation rules it out."""
    steps = [] if open_path else ["open the readers' port between them"]
    if site.entry.policy_options.same_lan is SameLan.STRICT:
        steps.append("choose policy_options.same_lan: routed-ok")
    title = f"keep both networks{': ' if steps else ', as same_lan: routed-ok allows'}{' and '.join(steps)}"
    return Fix(title, weakens=_OWN_RISK, manual=_CHOICE)


RULE = Rule(
    id="pos-not-on-readers-network",
    items=("R14",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(separate_pos,),
)
