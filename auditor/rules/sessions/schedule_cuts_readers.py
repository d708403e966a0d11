"""A device of the readers' network restarts, or goes off the air, by the clock while readers are at work.

## What it checks
What the devices that carry the readers' network do by the clock: restart, switch Wi-Fi off, reconnect to the
internet. Inside opening hours that is an error, around midnight a warning. The restart of a service inside opening
hours is a warning. The device's own timezone counts; all times are given in that of the shop.

## Why it matters
Each of them ends the readers' sessions. Around midnight readers restart and update themselves, and need the network
for it.
Source: stripe-terminal R13.

## About the fix
When the shop can spare the network is for a person to say; the line to change is named.
"""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

from auditor.inventory import OpeningHours
from auditor.model import Device, Disturbance, Fact, Schedule, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.rules.sessions.clocks import shifts
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, Pass, Undecided, Verdict

_DAY, _WEEK = 24 * 60, 7 * 24 * 60


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    some = False
    for name in readers.attachment.segment.devices:
        device = site.device(name)
        for hole in device.schedules.holes:
            some = True
            yield Undecided(hole, about=f"{name}/{hole.why}")
        for schedule in device.schedules:
            some = True
            yield _verdict(site, readers, device, schedule)
    if not some:
        yield Pass("no device of the readers' network does anything by the clock that readers notice", readers.place)


def _verdict(site: Site, readers: Readers, device: Device, schedule: Schedule) -> Verdict:
    about = f"{device.name}/{schedule.key}"
    if isinstance(schedule.disturbance, Unknown):
        return Undecided(schedule.disturbance, about=about)
    if isinstance(schedule.at, Unknown):
        return Undecided(schedule.at, about=about)
    if isinstance(schedule.days, Unknown):
        return Undecided(schedule.days, about=about)
    what = schedule.disturbance.value
    if what is Disturbance.WIRELESS_OFF and not readers.wireless:
        return Pass(f"{what.value}: the readers are wired", schedule.disturbance, about=about)
    ahead = _ahead(site, schedule)
    if isinstance(ahead, Unknown):
        return Undecided(ahead, schedule.at, about=about)
    moments = [
        (day * _DAY + _minutes(at) + shift) % _WEEK
        for shift in sorted(ahead)
        for day in sorted(schedule.days.value)
        for at in schedule.at.value
    ]
    evidence: tuple[Fact[Any], ...] = (schedule.at, schedule.timezone) if ahead != {0} else (schedule.at,)
    hours = site.entry.hours
    known = hours is not None and not hours.never_open
    inside = [moment for moment in moments if hours is not None and known and _is_open(hours, moment)]
    around = [moment for moment in moments if _is_at_restart(site, moment)]
    if inside:
        key = "service-restart-while-open" if what is Disturbance.SERVICE_RESTART else "cut-while-open"
        text = f"{what.value} at {_times(inside)}, while the shop is open"
        return _fail(site, schedule, text, site.policy.severity(key), evidence)
    if around and what is not Disturbance.SERVICE_RESTART:
        text = f"{what.value} at {_times(around)}, when readers restart and update themselves"
        return _fail(site, schedule, text, site.policy.severity("cut-at-restart"), evidence)
    if not known:
        why = f"{what.value} at {_times(moments)}, and opening hours are not declared"
        return Undecided(Unknown(why, schedule.at.spans, "declare opening_hours"), schedule.at, about=about)
    return Pass(f"{what.value} at {_times(moments)}, while the shop is closed", schedule.at, about=about)


def _ahead(site: Site, schedule: Schedule) -> frozenset[int] | Unknown:
    """By how many minutes the shop's clock is ahead of the device's; if no zone is declared they are taken for one."""
    shop = site.entry.timezone
    if shop is None:
        return frozenset({0})
    if isinstance(schedule.timezone, Unknown):
        return schedule.timezone
    found = shifts(schedule.timezone.value, shop, site.now.year)
    if found is None:
        why = f"the timezone of {schedule.device} cannot be read, so that its schedules may be at any hour of the shop"
        return Unknown(why, schedule.timezone.spans, f"look at the clock of {schedule.device}")
    return found


def _fail(site: Site, schedule: Schedule, text: str, severity: Severity, evidence: tuple[Fact[Any], ...]) -> Fail:
    limits = site.policy.thresholds
    first, last = _nightly(site)
    line = next((f"{span.file} line {span.first}" for span in schedule.at.spans), "its schedule")
    place = f"{line} of {schedule.device}"
    when = f"a time when the shop is closed, and not between {_clock(first)} and {_clock(last)}"
    fix = Fix(
        f"another time for '{schedule.key}'",
        manual=f"change {place} to {when} (readers restart at {limits.nightly_restart:%H:%M}), or remove it",
    )
    return Fail(text, evidence, severity, (fix,), about=f"{schedule.device}/{schedule.key}")


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _is_open(hours: OpeningHours, moment: int) -> bool:
    """Whether a minute of the week is inside opening hours, those past midnight and past Sunday included."""
    return any(
        (moment - day * _DAY - interval.start) % _WEEK < interval.end - interval.start
        for day, intervals in enumerate(hours.days)
        for interval in intervals
    )


def _nightly(site: Site) -> tuple[int, int]:
    """When readers restart and update themselves, in minutes of the day."""
    limits = site.policy.thresholds
    restart = timedelta(minutes=_minutes(limits.nightly_restart))
    first, last = restart - limits.nightly_restart_before, restart + limits.nightly_restart_after
    return int(first.total_seconds()) // 60 % _DAY, int(last.total_seconds()) // 60 % _DAY


def _is_at_restart(site: Site, moment: int) -> bool:
    first, last = _nightly(site)
    return (moment - first) % _DAY <= (last - first) % _DAY


def _times(moments: list[int]) -> str:
    """The times of day, each once, the first few of them."""
    found = list(dict.fromkeys(_clock(moment) for moment in moments))
    return ", ".join(found[:4]) + (f" and {len(found) - 4} more" if len(found) > 4 else "")


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes % _DAY, 60)
    return f"{hour:02}:{minute:02}"


RULE = Rule(
    id="schedule-cuts-readers",
    items=("R13",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
)
