"""`/etc/crontabs/root`: what the device does by the clock that readers notice.

Only commands that are known to disturb count; any other is recognised and is nobody's business here.
"""

from dataclasses import dataclass

from auditor.capture import Capture
from auditor.model import (
    Coverage,
    Fact,
    Interface,
    Listed,
    Schedule,
    Span,
    Unknown,
    UnknownLine,
)
from auditor.platforms.openwrt.captured import not_obtained, unread
from auditor.platforms.openwrt.services import stopped
from auditor.services.cron.disturbances import disturbances
from auditor.services.cron.schedules import add, schedule
from auditor.services.reading import lines_of
from auditor.syntax.crontab import job

_PATH = "/etc/crontabs/root"


@dataclass(frozen=True, slots=True)
class Schedules:
    """All that happens by the clock, and how many lines of the crontab are known."""

    items: Listed[Schedule]
    coverage: tuple[Coverage, ...]


def read(
    capture: Capture, services: Fact[frozenset[str]], interfaces: Listed[Interface], timezone: Fact[str]
) -> Schedules:
    """Read the crontab; without the cron service none of it happens."""
    file = capture.file(_PATH)
    if file is None:
        hole = not_obtained(capture, _PATH)
        return Schedules(Listed((), () if hole is None else (hole,)), ())
    if stopped(services, "cron"):
        return Schedules(Listed(), (unread(capture, _PATH),))
    uplinks = frozenset(i.key for i in interfaces if not isinstance(i.uplink, Unknown) and i.uplink.value)
    found: dict[str, Schedule] = {}
    holes: list[Unknown] = []
    unknown: list[UnknownLine] = []
    understood = 0
    lines = lines_of(file.text)
    for number, line in enumerate(lines, start=1):
        span = Span(capture.device, _PATH, number, number)
        try:
            each = job(line)
        except ValueError as error:
            why = f"line {number} of {_PATH} cannot be read: {error}"
            holes.append(Unknown(why, (span,), "correct the line"))
            unknown.append(UnknownLine(number, "(unreadable)"))
            continue
        kinds = tuple(dict.fromkeys(disturbances(each.command, uplinks))) if each is not None else ()
        understood += bool(kinds)
        for kind in kinds:
            assert each is not None
            add(found, schedule(capture.device, each, kind, span, timezone))
    if isinstance(services, Unknown) and found:
        holes.append(services)
        found.clear()
    irrelevant = len(lines) - understood - len(unknown)
    coverage = Coverage(_PATH, understood, irrelevant, tuple(unknown))
    return Schedules(Listed(tuple(found.values()), tuple(holes)), (coverage,))
