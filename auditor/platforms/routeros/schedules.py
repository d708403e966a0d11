"""What a device does by the clock that readers notice: `/system scheduler`, its scripts, and what watches hosts.

A schedule runs from `start-date` and `start-time` on, again after each `interval`; without one it runs once. Those
that watch a host (`/tool netwatch`, the watchdog's `watch-address`) act at any time.
Source: MikroTik's manual, "Scheduler", "Scripting", "Netwatch", "Watchdog", "Kid Control".
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from auditor.model import (
    Disturbance,
    Fact,
    Listed,
    Schedule,
    Span,
    Stated,
    Unknown,
    known_like,
)
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.outputs import CLOCK
from auditor.platforms.routeros.schedule_times import is_over, when
from auditor.platforms.routeros.scripts import Doubt, Effect, Surroundings, effects
from auditor.services.reading import printable
from auditor.syntax.routeros_print import parse_pairs

_SCHEDULER, _SCRIPTS, _NETWATCH = "system scheduler", "system script", "tool netwatch"
_WATCHDOG, _CLOCK, _KIDS = "system watchdog", "system clock", "ip kid-control"
_UPLINKS = tuple(f"interface {kind}" for kind in ("pppoe-client", "lte", "ppp-client", "l2tp-client"))
_EVERY_DAY = frozenset(range(7))
_WIRELESS = re.compile(r"(?:wlan|wifi|cap|[25]ghz)[A-Za-z0-9._-]*")
_DOWN_HOOKS = ("down-script", "up-script", "test-script")


def read(config: Config) -> Listed[Schedule]:
    """Read everything that happens by the clock; what may disturb and cannot be told is a hole."""
    around = _surroundings(config)
    holes = list(config.holes(_SCHEDULER, _SCRIPTS, _NETWATCH))
    zone = timezone(config)
    found: dict[str, Schedule] = {}
    for item in config.items(_SCHEDULER):
        _scheduled(config, item, around, zone, found, holes)
    for item in config.items(_NETWATCH):
        _watched(config, item, around, zone, found, holes)
    _watchdog(config, zone, found)
    holes += _kid_control(config)
    for item in config.items(_SCRIPTS):
        config.understood(item)
    return Listed(tuple(found.values()), tuple(dict.fromkeys(holes)))


def timezone(config: Config) -> Fact[str]:
    """The zone of the device's clock: what is written, or what the device shows, which may have found it out."""
    shown = _shown_zone(config)
    written = config.settings(_CLOCK)
    stated = config.stated(written, "time-zone-name", _zone) if written is not None else None
    if stated is not None and not isinstance(stated, Unknown):
        return stated
    if shown is not None:
        return shown
    if stated is not None:
        return stated
    return Unknown(
        "no line says which time zone the device uses",
        settle=f"add the output of `/system clock print` on {config.device} as commands/clock.txt",
    )


def _shown_zone(config: Config) -> Fact[str] | None:
    file = config.capture.file(CLOCK)
    if file is None:
        return None
    text, line = parse_pairs(file.text).get("time-zone-name", ("", 1))
    return config.converted(text, _zone, Span(config.device, CLOCK, line, line), what="the time zone") if text else None


def _zone(text: str) -> str:
    if text == "manual" or not re.fullmatch(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*", text):
        raise ValueError("no name of a time zone")
    return text


def _surroundings(config: Config) -> Surroundings:
    scripts = {item.name: item.text("source") or "" for item in config.items(_SCRIPTS)}
    uplinks = {item.text("interface") or "" for item in config.items("ip dhcp-client")}
    uplinks |= {item.name for menu in _UPLINKS for item in config.items(menu)}
    menus = ("interface wireless", "interface wifi", "caps-man interface")
    radios = {item.name for menu in menus for item in config.items(menu)}
    return Surroundings(
        scripts.get,
        frozenset(uplinks - {""}),
        lambda name: name in radios or _WIRELESS.fullmatch(name) is not None,
    )


# -- the scheduler ---------------------------------------------------------------------------------------------


def _scheduled(
    config: Config, item: Item, around: Surroundings, zone: Fact[str], found: dict[str, Schedule], holes: list[Unknown]
) -> None:
    config.understood(item)
    on = config.enabled(item)
    if not isinstance(on, Unknown) and not on.value:
        return
    span = config.span(item, "on-event") or (item.header,)
    whole = _damage(item)
    if whole is not None:
        holes.append(whole)
        return
    for effect in _what(config, item.text("on-event") or "", around):
        if isinstance(on, Unknown):
            holes.append(on)
        elif isinstance(effect, Doubt):
            if not is_over(config, item):
                why = f"what schedule '{printable(item.key)}' does to readers cannot be told: {effect.why}"
                holes.append(Unknown(why, span, "look at the script, and whether it interrupts anything"))
        else:
            at, days = when(config, item)
            if not (isinstance(days, Stated) and not days.value):
                key = f"{effect.value} by scheduler {item.key}"
                _add(found, Schedule(config.device, key, Stated(effect, span), at, days, zone))


def _damage(item: Item) -> Unknown | None:
    if not item.damaged:
        return None
    return Unknown(f"{item.title}: {item.damaged}", (item.header,), f"correct the line in {item.file}")


def _what(config: Config, event: str, around: Surroundings) -> tuple[Effect, ...]:
    """An event is the name of a script, or commands."""
    source = around.sources(event.strip())
    if source is None and config.holes(_SCRIPTS) and re.fullmatch(r"[\w.-]+", event.strip()):
        return (Doubt(f"it runs script '{printable(event)}', which is not in the export"),)
    return effects(event if source is None else source, around)


def _add(found: dict[str, Schedule], new: Schedule) -> None:
    number, key = 1, new.key
    while key in found:
        number += 1
        key = f"{new.key} ({number})"
    found[key] = replace(new, key=key)


# -- what watches --------------------------------------------------------------------------------------------


def _watched(
    config: Config, item: Item, around: Surroundings, zone: Fact[str], found: dict[str, Schedule], holes: list[Unknown]
) -> None:
    """`/tool netwatch` runs a script when a host no longer answers, or answers again."""
    config.understood(item)
    on = config.enabled(item)
    if not isinstance(on, Unknown) and not on.value:
        return
    host = printable(item.text("host") or item.key)
    for hook in _DOWN_HOOKS:
        span = config.span(item, hook) or (item.header,)
        for effect in _what(config, item.text(hook) or "", around):
            if isinstance(effect, Doubt):
                why = f"what netwatch of {host} does to readers cannot be told: {effect.why}"
                holes.append(Unknown(why, span, "look at the script, and whether it interrupts anything"))
                continue
            why = f"{effect.value} whenever {host} does not answer, so at any hour of the shop"
            _anytime(config, found, f"{effect.value} by netwatch {item.key}", effect, span, zone, why)


def _watchdog(config: Config, zone: Fact[str], found: dict[str, Schedule]) -> None:
    """The watchdog restarts a device that hangs, which is well, and one whose `watch-address` does not answer."""
    item = config.settings(_WATCHDOG)
    if item is None:
        return
    config.understood(item)
    address = item.text("watch-address") or "none"
    running = config.stated(item, "watchdog-timer", yes_no)
    if address == "none" or (isinstance(running, Stated) and not running.value):
        return
    span = config.span(item, "watch-address")
    why = f"the watchdog restarts the device whenever {printable(address)} does not answer"
    _anytime(config, found, "restart by the watchdog", Disturbance.REBOOT, span, zone, why)


def _anytime(
    config: Config,
    found: dict[str, Schedule],
    key: str,
    effect: Disturbance,
    span: tuple[Span, ...],
    zone: Fact[str],
    why: str,
) -> None:
    at = Unknown(why, span, "watch a host that is never away, or do without the restart")
    _add(found, Schedule(config.device, key, Stated(effect, span), at, Stated(_EVERY_DAY, span), zone))


def _kid_control(config: Config) -> Iterator[Unknown]:
    """`/ip kid-control` lets devices of a child into the internet at set times only."""
    yield from config.holes(_KIDS, f"{_KIDS} device")
    for item in config.items(_KIDS):
        config.understood(item)
    for item in config.items(f"{_KIDS} device"):
        config.understood(item)
        on = config.enabled(item)
        if isinstance(on, Unknown) or on.value:
            whom = printable(item.text("mac-address") or item.key)
            why = f"kid control cuts {whom} off the internet at set times"
            yield Unknown(why, known_like(None, on).spans if not isinstance(on, Unknown) else on.near, _READERS)
            return


_READERS = "see whether a reader is among the devices of `/ip kid-control device`"
