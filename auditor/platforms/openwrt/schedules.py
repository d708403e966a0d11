"""`/etc/crontabs/root`: what the device does by the clock that readers notice.

Cron's grammar as BusyBox reads it: five fields with lists, ranges, steps and names, or a word such as `@daily`.
Only commands that are known to disturb count; any other is recognised and is nobody's business here.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from auditor.capture import Capture
from auditor.model import (
    Coverage,
    Disturbance,
    Fact,
    Interface,
    Listed,
    Schedule,
    Span,
    Stated,
    Unknown,
    UnknownLine,
)
from auditor.platforms.openwrt.captured import lines_of, not_obtained, unread
from auditor.platforms.openwrt.services import stopped

_PATH = "/etc/crontabs/root"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WORDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
# Without them readers lose addresses, names, the internet or the network itself.
_SERVICES = frozenset(
    (
        "network", "dnsmasq", "odhcpd", "firewall", "wpad", "hostapd", "unbound", "https-dns-proxy", "opennds",
        "nodogsplash", "chilli",
    )
)  # fmt: skip
_RADIO = re.compile(r"(?:wlan|phy|ath|ra)[a-z0-9.-]*\d")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\s*=.*")


@dataclass(frozen=True, slots=True)
class Schedules:
    """All that happens by the clock, and how many lines of the crontab are known."""

    items: Listed[Schedule]
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True, slots=True)
class _When:
    """The times of a day, and the days of a week (0 is Monday) on which they may come."""

    at: tuple[time, ...]
    days: frozenset[int]


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
            jobs = tuple(_jobs(line, uplinks))
        except ValueError as error:
            why = f"line {number} of {_PATH} cannot be read: {error}"
            holes.append(Unknown(why, (span,), "correct the line"))
            unknown.append(UnknownLine(number, "(unreadable)"))
            continue
        understood += bool(jobs)
        for title, disturbance, when in jobs:
            key = _free(title, found)
            found[key] = _schedule(capture.device, key, disturbance, when, span, timezone)
    if isinstance(services, Unknown) and found:
        holes.append(services)
        found.clear()
    irrelevant = len(lines) - understood - len(unknown)
    coverage = Coverage(_PATH, understood, irrelevant, tuple(unknown))
    return Schedules(Listed(tuple(found.values()), tuple(holes)), (coverage,))


def _schedule(
    device: str, key: str, disturbance: Disturbance, when: _When, span: Span, timezone: Fact[str]
) -> Schedule:
    return Schedule(
        device=device,
        key=key,
        disturbance=Stated(disturbance, (span,)),
        at=Stated(when.at, (span,)),
        days=Stated(when.days, (span,)),
        timezone=timezone,
    )


def _free(title: str, taken: dict[str, Schedule]) -> str:
    """A key that is not taken yet."""
    number = 1
    while (key := title if number == 1 else f"{title} ({number})") in taken:
        number += 1
    return key


def _jobs(line: str, uplinks: frozenset[str]) -> Iterator[tuple[str, Disturbance, _When]]:
    """What one line does: title, disturbance and times; nothing for comments, settings and harmless commands."""
    text = line.strip()
    if not text or text.startswith("#") or _ASSIGNMENT.fullmatch(text):
        return
    if text.startswith("@"):
        word, _, command = text.partition(" ")
        if word == "@reboot":
            return
        if word not in _WORDS:
            raise ValueError("not a word for a time that cron knows")
        fields = _WORDS[word].split()
    else:
        *fields, command = text.split(None, 5)
        if len(fields) != 5:
            raise ValueError("not five fields and a command")
    when = _when(fields)
    for disturbance in dict.fromkeys(_disturbances(command, uplinks)):
        yield f"{disturbance.value} at {' '.join(fields)}", disturbance, when


def _when(fields: list[str]) -> _When:
    """Cron runs on a date or on a weekday if both are limited; a limited date may fall on any weekday."""
    minutes, hours = _field(fields[0], 60), _field(fields[1], 24)
    dates, _ = _field(fields[2], 32), _field(fields[3], 13, names=_MONTHS, first=1)
    weekdays = _field(fields[4], 7, names=_DAYS)
    any_date = fields[2].startswith("*") and len(dates) == 32
    days = frozenset((day - 1) % 7 for day in weekdays) if any_date else frozenset(range(7))
    return _When(tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)), days)


def _field(text: str, size: int, *, names: tuple[str, ...] = (), first: int = 0) -> frozenset[int]:
    """The values of one field; a range may run over the end, and 7 is Sunday as 0 is."""
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        if slash and not (step.isdecimal() and int(step[:4]) > 0):
            raise ValueError("a step that is no number")
        if span == "*":
            low, high = 0, size - 1
        else:
            start, dash, stop = span.partition("-")
            low = _value(start, size, names, first)
            high = _value(stop, size, names, first) if dash else low
        count = (high - low) % size
        found.update((low + offset) % size for offset in range(0, count + 1, int(step[:4]) if slash else 1))
    return frozenset(found)


def _value(text: str, size: int, names: tuple[str, ...], first: int) -> int:
    if text.isdecimal() and len(text) <= 2 and (int(text) < size or (size == 7 and text == "7")):
        return int(text) % size
    if text[:3].lower() in names and text.isalpha():
        return names.index(text[:3].lower()) + first
    raise ValueError("a field that is no number, range, list or name")


def _disturbances(command: str, uplinks: frozenset[str]) -> Iterator[Disturbance]:
    """What the commands of a line do to readers, one after the other."""
    simple = list(_commands(command))
    switches_on = any(_sets_wireless(words, "0") for words in simple)
    for words in simple:
        if _sets_wireless(words, "1"):
            yield Disturbance.WIRELESS_OFF
        elif not (switches_on and words[0] == "wifi"):
            disturbance = _disturbance(words, uplinks)
            if disturbance is not None:
                yield disturbance


def _commands(text: str, *, nested: int = 3) -> Iterator[list[str]]:
    """The simple commands of a shell line as lists of words, those of `sh -c '…'` included; never an empty list."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        tokens = list(lexer)
    except ValueError:
        tokens = text.split()
    for token in [*tokens, ";"]:
        if token.strip(";&|"):
            words.append(token)
            continue
        words = _bare(words)
        if words[:2] in (["sh", "-c"], ["ash", "-c"]) and nested:
            yield from _commands(" ".join(words[2:3]), nested=nested - 1)
        elif words:
            yield words
        words = []


def _bare(words: list[str]) -> list[str]:
    """Words without settings in front and redirections behind; the command's name without its folder."""
    while words and (_ASSIGNMENT.fullmatch(words[0]) or words[0] in ("nohup", "exec", "nice")):
        words = words[1:]
    kept: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        target = re.fullmatch(r"[0-9]*[<>]+", before) is not None
        if "sysrq-trigger" in word or (not target and not re.match(r"[0-9]*[<>]", word)):
            kept.append(word)
    if kept and kept[0].rpartition("/")[0] in ("/sbin", "/bin", "/usr/sbin", "/usr/bin"):
        kept[0] = kept[0].rpartition("/")[2]
    return kept


def _sets_wireless(words: list[str], value: str) -> bool:
    """`uci set wireless.X.disabled=…`."""
    if words[:1] != ["uci"] or "set" not in words:
        return False
    pattern = re.compile(rf"wireless\.[^=]+\.disabled=['\"]?{value}['\"]?")
    return any(pattern.fullmatch(word) for word in words)


def _disturbance(words: list[str], uplinks: frozenset[str]) -> Disturbance | None:
    match words:
        case ["reboot" | "halt" | "poweroff", *_] | ["ubus", "call", "system", "reboot", *_]:
            return Disturbance.REBOOT
        case ["echo", "b" | "c" | "o", *rest] if any("sysrq-trigger" in word for word in rest):
            return Disturbance.REBOOT
        case ["wifi", "down", *_] | ["ubus", "call", "network.wireless", "down", *_] | ["rfkill", "block", *_]:
            return Disturbance.WIRELESS_OFF
        case ["ifconfig", name, "down"] | ["ip", "link", "set", name, "down"] if _RADIO.fullmatch(name):
            return Disturbance.WIRELESS_OFF
        case ["ip", "link", "set", "dev", name, "down"] if _RADIO.fullmatch(name):
            return Disturbance.WIRELESS_OFF
        case ["wifi_schedule.sh", "stop" | "forcestop", *_]:
            return Disturbance.WIRELESS_OFF
        case ["wifi"] | ["wifi", "reload" | "reload_legacy", *_]:
            return Disturbance.SERVICE_RESTART
        case ["ifdown" | "ifup", *names]:
            return Disturbance.UPLINK_DOWN if _any_uplink(names, uplinks) else Disturbance.SERVICE_RESTART
        case ["ubus", "call", network, "down" | "up", *_] if network.startswith("network.interface."):
            names = [network.removeprefix("network.interface.")]
            return Disturbance.UPLINK_DOWN if _any_uplink(names, uplinks) else Disturbance.SERVICE_RESTART
        case [script, "restart" | "stop", *_] if script.startswith("/etc/init.d/"):
            return Disturbance.SERVICE_RESTART if script.rpartition("/")[2] in _SERVICES else None
        case ["service", name, "restart" | "stop", *_] if name in _SERVICES:
            return Disturbance.SERVICE_RESTART
        case _:
            return None


def _any_uplink(names: list[str], uplinks: frozenset[str]) -> bool:
    return any(name in uplinks or "wan" in name for name in names)
