"""A cable between two devices does not carry the VLAN of the readers or of a point of sale.

## What it checks
Where switches show who is behind which port, by addresses that they learned or by LLDP and CDP: whether both ends of
the way between two audited devices that have the VLAN carry it. Without any of that, nobody knows where a cable
leads; then it is asked only whether enough trunks carry the VLAN to join the devices that use it. An access point
that puts the readers into a VLAN which none of its Ethernet ports carries needs no such state.

## Why it matters
Both devices look right, and no frame gets across: the reader gets no address, reaches neither Stripe nor the point
of sale. Source: stripe-terminal R6, R14.

## About the fix
The port carries that VLAN besides the others, which stay. Where one of the two ports carries one network only, so
that nobody knows whether it is tagged, and where a device does not have the VLAN, somebody does it by hand.
"""

from collections.abc import Iterator
from dataclasses import replace

from auditor.intents import CarryVlan
from auditor.model import Bss, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.rules.networks import concerned
from auditor.site import Pos, Readers, Segment, Site
from auditor.site.cables import Cut, cables_seen, cuts, severed
from auditor.site.trunks import too_few_trunks
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict

_BY_HAND = "what a port or a device that lacks the network is for, its owner has to say"


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    told: set[str] = set()
    for segment in _shut_in(site, readers):
        yield _leads_nowhere(site, segment)
        told.add(segment.key)
    if told and isinstance(readers.place, Unknown):
        return
    for client in (*concerned(site, readers), *_torn_off(site, readers)):
        for verdict in _judge(site, client):
            # One port that keeps readers and points of sale apart is one failure.
            if not verdict.about or verdict.about not in told:
                yield replace(verdict, subject=client.name)
            told.add(verdict.about)


def _shut_in(site: Site, readers: Readers) -> Iterator[Segment]:
    """Networks of the readers that no cable carries out of their access point, though others have that VLAN."""
    wanted = {
        entry.selector.ssid
        for group in site.entry.readers
        if group.name == readers.name.partition("/")[0]
        for entry in group.entries
    }
    known = None if isinstance(readers.place, Unknown) else readers.place.value.segment.key
    for segment in site.segments:
        here = segment.key == known or (known is None and any(_named(bss) in wanted for bss in segment.bsses))
        if here and segment.uncarried and any(bss.may_be_on for bss in segment.bsses) and _elsewhere(site, segment):
            yield segment


def _named(bss: Bss) -> str | None:
    return None if isinstance(bss.ssid, Unknown) else bss.ssid.value


def _elsewhere(site: Site, segment: Segment) -> tuple[Segment, ...]:
    """The networks of other devices with the same VLAN id."""
    vlan = _vlan(segment)
    return tuple(
        each
        for each in site.segments
        if vlan is not None and each.key != segment.key and _vlan(each) == vlan and not each.uncarried
    )


def _vlan(segment: Segment) -> int | None:
    return None if isinstance(segment.vlan, Unknown) else segment.vlan.value


def _leads_nowhere(site: Site, segment: Segment) -> Verdict:
    name, vlan = segment.devices[0], _vlan(segment)
    others = ", ".join(each.name for each in _elsewhere(site, segment))
    trunks = [
        port
        for port in site.device(name).ports
        if not isinstance(port.links, Unknown) and len(set(port.links.value)) > 1
    ]
    what = f"let the port of {name} that leads to the others carry VLAN {vlan}"
    fix = Fix(what, manual=_BY_HAND)
    if len(trunks) == 1 and vlan is not None:
        fix = Fix.one(name, CarryVlan(trunks[0].key, vlan))
    return Fail(
        f"VLAN {vlan} of {name} is not joined to {others}: {segment.uncarried}",
        (*(bss.networks for bss in segment.bsses), *(port.links for port in trunks)),
        site.policy.severity("vlan-missing"),
        (fix,),
        ("the port at the other end of the cable has to carry it in the same way, tagged on both sides",),
        about=f"{name}/{segment.key}",
        device=name,
    )


def _torn_off(site: Site, readers: Readers) -> Iterator[Pos]:
    """Points of sale whose place is not known because their network ends at a port."""
    for pos in site.pos:
        if isinstance(pos.place, Unknown) and pos.place != readers.place and _segment(site, pos) is not None:
            yield pos


def _judge(site: Site, client: Readers | Pos) -> Iterator[Verdict]:
    segment = _segment(site, client)
    if segment is None:
        yield Undecided(client.place if isinstance(client.place, Unknown) else Unknown("no place"))
        return
    found = cuts(segment, site.devices)
    for cut in found:
        yield Fail(
            f"{segment.name} ends there: {cut.why}",
            cut.facts,
            site.policy.severity("vlan-missing"),
            (_fix(cut),),
            (f"port {cut.far.key} of {cut.behind} has to carry it in the same way, tagged on both sides",),
            about=f"{cut.device}/{cut.port.key}",
            device=cut.device,
        )
    if not found:
        yield _whole(site, segment)


def _segment(site: Site, client: Readers | Pos) -> Segment | None:
    """The network of a client, also one whose place is not known only because that network is torn apart."""
    if not isinstance(client.place, Unknown):
        return client.attachment.segment
    return next((each for each in site.segments if severed(each, site.devices) == client.place), None)


def _whole(site: Site, segment: Segment) -> Verdict:
    if isinstance(segment.vlan, Unknown) or segment.vlan.value is None:
        return NotApplicable(f"{segment.name} is untagged, as far as it is known")
    short = too_few_trunks(segment, site.segments, site.devices, site.elsewhere)
    if short is not None:
        return Undecided(short)
    seen = cables_seen(segment, site.devices)
    if not seen:
        return NotApplicable(f"no cable of {segment.name} between two audited devices is known")
    return Pass(f"the cables that are known carry VLAN {segment.vlan.value}", seen)


def _fix(cut: Cut) -> Fix:
    if cut.has_vlan and cut.is_trunk:
        return Fix.one(cut.device, CarryVlan(cut.port.key, cut.vlan))
    what = f"let port {cut.port.key} of {cut.device} carry VLAN {cut.vlan}"
    if not cut.has_vlan:
        return Fix(f"make VLAN {cut.vlan} on {cut.device}, and {what}", manual=_BY_HAND)
    return Fix(what, manual=_BY_HAND)


RULE = Rule(
    id="vlan-missing-on-trunk",
    items=("R6", "R14"),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
    needs_place=False,
    state=("learned", "link_neighbours"),
)
