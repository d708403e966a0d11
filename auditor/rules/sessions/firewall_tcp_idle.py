"""The firewall forgets the readers' connections to the internet when they are silent.

## What it checks
The time after which the gateway of the readers' network forgets an established TCP connection without traffic: a
warning below one hour, a note below the working day. Only the running device tells it.

## Why it matters
A connection that the firewall forgot is dead, and the reader notices late. Readers talk every few minutes, so the
usual hours and days are fine; UDP timers concern only names and time.
Source: stripe-terminal R13.

## About the fix
A longer time costs memory of the firewall. Where it is set differs from one firewall to another: by hand.
"""

from collections.abc import Iterator

from auditor.intents import duration
from auditor.model import ConnectionTracking, Device, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.site import Readers, Site
from auditor.verdicts import Card, Fail, Fix, NotChecked, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    found = site.gateways(readers)
    for device in found:
        timers = device.connection_tracking
        concerned = [timer for timer in timers if _concerns(site, timer, readers)]
        unreadable = [hole for hole in timers.holes if hole.near]
        for hole in unreadable:
            yield Undecided(hole, about=f"{device.name}/unreadable")
        for timer in concerned:
            yield _verdict(site, readers, timer)
        if not concerned and not unreadable:
            yield NotChecked(_card(site, device), about=device.name)
    if not found:
        yield NotChecked(_card(site, None))


def _concerns(site: Site, timer: ConnectionTracking, readers: Readers) -> bool:
    """Whether it may be what remembers the readers' connections."""
    if isinstance(timer.entering, Unknown) or timer.entering.value is None:
        return True
    own = {each.key for each in readers.attachment.segment.interfaces if each.device == timer.device}
    own |= {leg.entering for leg in site.legs_out(readers) if leg.device == timer.device}
    return not own.isdisjoint(timer.entering.value)


def _verdict(site: Site, readers: Readers, timer: ConnectionTracking) -> Verdict:
    least, day = site.policy.thresholds.tcp_idle, site.working_day(readers)
    about = f"{timer.device}/{timer.key}"
    match timer.tcp_established:
        case Unknown() as unknown:
            return Undecided(unknown, about=about)
        case known if known.value >= day.length:
            return Pass(f"silent TCP connections are kept for {duration(known.value)}", known, about=about)
        case known:
            severity = site.policy.severity("tcp-idle-short" if known.value < least else "tcp-idle")
            wanted = duration(max(least, day.with_margin))
            fix = Fix("keep silent connections longer", manual=f"raise the limit on {timer.device} to {wanted} or more")
            text = f"silent TCP connections are forgotten after {duration(known.value)}"
            return Fail(text, known, severity, (fix,), about=about)


def _card(site: Site, device: Device | None) -> Card:
    where = device.name if device is not None else "the firewall between the readers and the internet"
    return Card(
        "how long the firewall keeps silent TCP connections",
        (f"look up the idle limit of established TCP connections on {where}",),
        expect=f"{duration(site.policy.thresholds.tcp_idle)} or more",
        note="capture the device over SSH, then the next audit reads it by itself",
    )


RULE = Rule(
    id="firewall-tcp-idle",
    items=("R13",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
)
