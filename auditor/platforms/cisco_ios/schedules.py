"""What an IOS device does by the clock that readers notice: applets, kron, calendars of a wireless controller.

Source: see the modules for each; Cisco Catalyst 9800 Configuration Guide, "Deny Wireless Client Session Establishment
Using Calendar Profiles"; EnergyWise Configuration Guide (energywise level … recurrence).
"""

import re
from collections.abc import Callable, Iterator
from datetime import time

from auditor.model import Disturbance, Fact, Listed, Schedule, Span, Stated, Unknown
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.dhcp_places import Interfaces
from auditor.platforms.cisco_ios.dhcp_pools import unique
from auditor.platforms.cisco_ios.eem import Applet, Occasion, applets
from auditor.platforms.cisco_ios.schedules_clock import timezone
from auditor.platforms.cisco_ios.schedules_effects import Doubt
from auditor.platforms.cisco_ios.schedules_kron import occurrences
from auditor.services.reading import printable

_EVERY_DAY = frozenset(range(7))
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIMES = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})? end (\d{1,2}):(\d{2})(?::\d{2})?", re.ASCII)
_STEP = 30
"""Minutes between the moments that stand for a time during which Wi-Fi is off; no shop opens for less."""


def read(config: Config, network: Interfaces) -> Listed[Schedule]:
    """Read everything that happens by the clock; what may disturb and cannot be told is a hole."""
    zone = timezone(config)
    holes: list[Unknown] = list(config.holes())
    found: list[Schedule] = []
    uplink = _uplinks(network)
    for each in (*applets(config, uplink), *occurrences(config, uplink)):
        if isinstance(each, Unknown):
            holes.append(each)
            continue
        for made in _schedules(config.device, each, zone):
            if isinstance(made, Unknown):
                holes.append(made)
            else:
                found.append(made)
    for calendar in _calendars(config, zone):
        if isinstance(calendar, Unknown):
            holes.append(calendar)
        else:
            found.append(calendar)
    holes += _power(config)
    keys = unique(each.key for each in found)
    return Listed(
        tuple(
            Schedule(each.device, key, each.disturbance, each.at, each.days, each.timezone)
            for key, each in zip(keys, found, strict=True)
        ),
        tuple(dict.fromkeys(holes)),
    )


def _uplinks(network: Interfaces) -> Callable[[str], bool]:
    """Whether a name, perhaps cut short as on the console, is that of an interface that leads to the internet."""
    names = [
        each.key.lower() for each in network.interfaces if not isinstance(each.uplink, Unknown) and each.uplink.value
    ]

    def is_uplink(text: str) -> bool:
        said = re.match(r"([a-z-]+) ?([\d/.:]+)", text.strip().lower())
        return said is not None and any(
            name.startswith(said[1]) and name.lstrip("abcdefghijklmnopqrstuvwxyz-") == said[2] for name in names
        )

    return is_uplink


def _schedules(device: str, applet: Applet, zone: Fact[str]) -> Iterator[Schedule | Unknown]:
    for occasion in applet.occasions:
        spans = (occasion.span, *applet.near)
        for effect in applet.effects:
            if isinstance(effect, Doubt):
                if occasion.by_clock:
                    why = f"what '{printable(applet.name)}' does to readers cannot be told: {effect.why}"
                    yield Unknown(why, spans, "see whether it interrupts anything")
                continue
            key = f"{effect.value} by {applet.name}"
            yield Schedule(device, key, Stated(effect, spans), _at(occasion), _days(occasion), zone)


def _at(occasion: Occasion) -> Fact[tuple[time, ...]]:
    if occasion.when is None:
        return Unknown(occasion.why, (occasion.span,), "run it when the shop is closed, or do without it")
    return Stated(occasion.when.at, (occasion.span,))


def _days(occasion: Occasion) -> Fact[frozenset[int]]:
    return Stated(occasion.when.days if occasion.when is not None else _EVERY_DAY, (occasion.span,))


# -- wireless controllers --------------------------------------------------------------------------------------


def _calendars(config: Config, zone: Fact[str]) -> Iterator[Schedule | Unknown]:
    """Policy profiles that refuse stations at set times, and profiles of access points that go by a calendar."""
    profiles = {block.name.removeprefix("name "): block for block in config.blocks("wireless profile calendar-profile")}
    for block in config.blocks("wireless profile policy"):
        for used in block.blocks("calendar-profile"):
            config.taken(used)
            name = used.name.removeprefix("name ")
            calendar = profiles.get(name)
            title = f"policy profile '{printable(block.name)}'"
            when = _calendar(calendar) if calendar is not None else None
            if when is None:
                why = f"{title} refuses stations at the times of calendar '{printable(name)}', which are not read"
                yield Unknown(why, (used.header,), "look at `show wireless profile calendar-profile detailed`")
                continue
            spans, at, days = when
            key = f"{Disturbance.WIRELESS_OFF.value} by calendar {name} in {block.name}"
            off = Stated(Disturbance.WIRELESS_OFF, (used.header, *spans))
            yield Schedule(config.device, key, off, Stated(at, spans), Stated(days, spans), zone)
    for block in config.blocks("ap profile"):
        for line in block.lines("calendar-profile"):
            why = f"access points of profile '{printable(block.name)}' save power at set times, perhaps without radios"
            yield Unknown(why, (line.span,), "look at `show wireless profile calendar-profile detailed`")


def _calendar(block: Block) -> tuple[tuple[Span, ...], tuple[time, ...], frozenset[int]] | None:
    """From when to when, on which days."""
    lines = block.lines("start")
    recurrence = block.said("recurrence")
    dates, weekdays = block.lines("date"), block.lines("day")
    found = _TIMES.fullmatch(lines[-1].rest) if lines else None
    if found is None or recurrence is None or recurrence.rest not in ("daily", "weekly", "monthly"):
        return None
    numbers = [int(each) for each in found.groups()]
    if numbers[0] > 23 or numbers[2] > 23 or numbers[1] > 59 or numbers[3] > 59:
        return None
    first, last = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    minutes = {(first + step) % 1440 for step in range(0, (last - first) % 1440 or 1440, _STEP)}
    names = {line.rest.lower() for line in weekdays}
    weekly = recurrence.rest == "weekly"
    if weekly and not (names and names <= set(_DAYS)):
        return None
    days = frozenset(map(_DAYS.index, names)) if weekly else _EVERY_DAY
    spans = tuple(line.span for line in (lines[-1], recurrence, *weekdays[:7], *dates[:7]))
    at = tuple(time(minute // 60, minute % 60) for minute in sorted(minutes))
    past_midnight = {(day + 1) % 7 for day in days} if last < first else set()
    return spans, at, days | past_midnight


def _power(config: Config) -> Iterator[Unknown]:
    """EnergyWise can take the power of a port at set times."""
    for block in config.blocks("interface"):
        for line in block.lines("energywise level"):
            if "recurrence" in line.words:
                why = f"{printable(block.name)} has power at set times only (EnergyWise)"
                yield Unknown(why, (line.span,), "see what is plugged into the port")
