"""`kron occurrence`: commands that a device enters by the clock.

`at 22:00 [[MONTH] DAY] [WEEKDAY]` or `in [[DAYS:]HOURS:]MINUTES`, once, again and again, or at each start. What ran
once is no longer shown.
Source: Cisco, Cisco Networking Services Configuration Guide, "Command Scheduler (Kron)".
"""

from collections.abc import Callable, Iterator
from datetime import time

from auditor.model import Unknown
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.eem import Applet, Occasion
from auditor.platforms.cisco_ios.schedules_effects import effects, summary
from auditor.services.reading import printable
from auditor.syntax.crontab import When

OCCURRENCE, POLICY = "kron occurrence", "kron policy-list"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY_DAY = frozenset(range(7))


def occurrences(config: Config, is_uplink: Callable[[str], bool]) -> Iterator[Applet | Unknown]:
    """Return all occurrences that do something."""
    policies = {
        block.name.split(None, 1)[0]: summary(effects((line.rest for line in block.lines("cli")), is_uplink))
        for block in config.blocks(POLICY)
        if block.name
    }
    for block in config.blocks(OCCURRENCE):
        words = block.name.split()
        name = words[0] if words else ""
        listed = [line.rest for line in block.lines("policy-list")]
        done = summary(effect for policy in listed for effect in policies.get(policy, ()))
        when = config.converted(" ".join(words[1:]), _when, block.header, what=f"the times of {block.title}")
        if not done or (not isinstance(when, Unknown) and when.value is None):
            continue
        if isinstance(when, Unknown):
            yield when
        elif isinstance(when.value, str):
            why = f"{block.title} runs every {printable(when.value)} from its start, so at any hour of the shop"
            yield Applet(name, (Occasion(block.header, when.value, None, why),), done, (block.header,))
        else:
            yield Applet(name, (Occasion(block.header, block.name, when.value),), done, (block.header,))


def _when(text: str) -> When | str | None:
    """The times; a text where it runs at intervals; None where it runs at each start only. Raises `ValueError`."""
    words = text.split()
    if words[:1] == ["user"]:
        words = words[2:]
    if words[-1:] == ["system-startup"]:
        return None
    if words[:1] == ["in"] and len(words) > 1:
        return words[1]
    if words[:1] != ["at"] or len(words) < 2:
        raise ValueError("neither at a time nor in an interval")
    hours, colon, minutes = words[1].partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and len(hours) < 3 and len(minutes) < 3):
        raise ValueError("no time of day")
    at = time(int(hours), int(minutes))
    days = frozenset(_DAYS.index(word[:3].lower()) for word in words[2:] if word[:3].lower() in _DAYS)
    dated = any(word.isdecimal() for word in words[2:])
    return When((at,), days if days and not dated else _EVERY_DAY)
