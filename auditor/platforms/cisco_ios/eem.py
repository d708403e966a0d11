"""`event manager applet`: commands that a device enters by a timer, or when something happens.

Source: Cisco, Embedded Event Manager Configuration Guide and Command Reference: event timer (cron, watchdog, countdown,
absolute; both the cron and the absolute time are local), action cli, action reload, event none.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.model import Span, Unknown
from auditor.platforms.cisco_ios.blocks import Block, Line
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.schedules_effects import Doubt, Effect, effects, summary
from auditor.services.reading import printable
from auditor.syntax.crontab import When, job

APPLET, POLICY = "event manager applet", "event manager policy"
_CRON = re.compile(r'(?:tag \S+ )?timer cron(?: name \S+)? cron-entry (?:"([^"]*)"|(@?\S+))')
_CLI = re.compile(r'cli command (?:"(.*?)"|(\S.*?))( pattern .*)?\s*')
_HANDED = ("cli", "reload", "force-switchover", "policy", "publish-event")
_BY_HAND = ("none", "cli", "rpc")
"""Events that a person causes."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """When an applet runs: times of the clock, or (`when` None) a moment that nobody can tell, and why."""

    span: Span
    fields: str
    when: When | None
    why: str = ""
    by_clock: bool = True


@dataclass(frozen=True, slots=True)
class Applet:
    """One applet: what it does, and when."""

    name: str
    occasions: tuple[Occasion, ...]
    effects: tuple[Effect, ...]
    near: tuple[Span, ...]


def applets(config: Config, is_uplink: Callable[[str], bool]) -> Iterator[Applet | Unknown]:
    """Return all applets that run without a person; a policy in a file of its own is in doubt."""
    for block in config.blocks(APPLET):
        events = block.lines("event")
        actions = block.lines("action")
        occasions = [_occasion(config, block, line) for line in events]
        unread = next((each for each in occasions if isinstance(each, Unknown)), None)
        done = summary(_effects(actions, is_uplink))
        if unread is not None and done:
            yield unread
        found = tuple(each for each in occasions if isinstance(each, Occasion))
        if found and done:
            yield Applet(_name(block), found, done, tuple(line.span for line in actions[:16]))
    for line in config.top.lines(POLICY):
        if line.words and line.words[-2:] != ("type", "system"):
            why = f"what policy '{printable(line.words[0])}' of the event manager does stands in a file"
            yield Unknown(why, (line.span,), "look at the file, and whether it interrupts anything")


def _name(block: Block) -> str:
    return block.name.split()[0] if block.name else ""


def _occasion(config: Config, block: Block, line: Line) -> Occasion | Unknown | None:
    cron = _CRON.match(line.rest)
    title = f"applet '{printable(_name(block))}'"
    if cron is not None:
        entry = cron[1] if cron[1] is not None else cron[2]
        found = config.converted(entry, _when, line.span, what=f"the times of {title}")
        if isinstance(found, Unknown):
            return found
        return Occasion(line.span, entry, found.value) if found.value is not None else None
    words = [word for word in line.words if word]
    if words[:1] == ["tag"]:
        words = words[2:]
    if words[:1] and words[0] in _BY_HAND:
        return None
    if words[:1] == ["timer"]:
        kind = words[1] if len(words) > 1 else ""
        why = f"{title} runs by a timer that counts from its start ({printable(kind)}), so at any hour of the shop"
        return Occasion(line.span, kind, None, why)
    why = f"{title} runs when something happens (`{printable(line.text)}`), so at any hour of the shop"
    return Occasion(line.span, "", None, why, by_clock=False)


def _when(entry: str) -> When | None:
    found = job(f"{entry} x")
    return found.when if found is not None else None


def _effects(actions: tuple[Line, ...], is_uplink: Callable[[str], bool]) -> Iterator[Effect]:
    """What the actions do, in the order in which they are shown, which is that of their labels."""
    commands: list[str] = []
    found: list[Effect] = []
    asked = False
    for line in actions:
        said = line.rest.split(None, 1)
        text = said[1] if len(said) > 1 else ""
        kind = text.split(None, 1)[0] if text else ""
        command = _CLI.fullmatch(text)
        if command is not None:
            if not asked or command[3]:  # what follows a command with a pattern answers its question
                commands.append(command[1] if command[1] is not None else command[2])
            asked = command[3] is not None
        elif kind in ("reload", "force-switchover"):
            commands.append("reload")
        elif kind in _HANDED:
            found.append(Doubt(f"'{printable(kind)}' is not known"))
    yield from (*effects(commands, is_uplink), *found)
