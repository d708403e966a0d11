"""What commands that a clock or an event enters on an IOS device do to card readers.

Commands may be cut short as on the console (`conf t`, `shut`). What only looks, writes or copies disturbs nobody; of
what is not known here nobody can tell.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from auditor.model import Disturbance
from auditor.services.reading import printable


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why nobody can tell what a command does."""

    why: str


Effect: TypeAlias = Disturbance | Doubt

_HARMLESS = (
    "show", "write", "copy", "enable", "disable", "exit", "end", "ping", "traceroute", "terminal", "send", "dir",
    "more", "delete", "archive", "verify", "clock", "undebug", "debug", "monitor", "logging", "file", "rename", "mkdir",
    "license", "alias", "hostname", "description", "banner", "snmp-server", "ntp", "calendar", "test", "event", "track",
)  # fmt: skip
"""First words of commands that change nothing that readers notice."""

_CLEAR_HARMLESS = (
    "arp-cache",
    "arp",
    "counters",
    "logging",
    "mac",
    "line",
    "ip arp",
    "lldp",
    "cdp",
    "archive",
    "access-list",
)
_RADIO = re.compile(r"(?:dot11radio|dot11|wlan|wireless|ap|capwap)\b|do(?:t11radio)?\d", re.IGNORECASE)
_SHORTEST = 2


def effects(commands: Iterable[str], is_uplink: Callable[[str], bool]) -> Iterator[Effect]:
    """Yield what commands do, one after the other."""
    place = ""
    for command in commands:
        words = command.lower().split()
        if words[:1] == ["do"]:
            words = words[1:]  # from configuration mode, a command of the level above
        if not words:
            continue
        found: Effect | None = None
        if words[0] == "no":
            # What is switched on disturbs nobody; any other negation may switch something off.
            found = None if len(words) > 1 and _is(words[1], "shutdown", 4) else Doubt(_unknown(command))
        elif _is(words[0], "configure") or _is(words[0], "end"):
            place = ""
        elif _is(words[0], "interface", 3) or words[0] in ("wlan", "wireless"):
            place = command
        elif _is(words[0], "shutdown", 4):
            found = _shut(place, command, is_uplink)
        else:
            found = _effect(words, command)
        if found is not None:
            yield found


def summary(found: Iterable[Effect]) -> tuple[Effect, ...]:
    """Each kind of disturbance once, and the first doubt: the rest would say the same of one program."""
    listed = tuple(found)
    doubt = next((each for each in listed if isinstance(each, Doubt)), None)
    kinds = dict.fromkeys(each for each in listed if not isinstance(each, Doubt))
    return (*kinds, *((doubt,) if doubt is not None else ()))


def _effect(words: list[str], command: str) -> Effect | None:
    if _is(words[0], "reload", 3):
        return None if words[1:2] == ["cancel"] else Disturbance.REBOOT
    if words[0] in ("redundancy", "hw-module", "power", "install", "upgrade", "software"):
        return Disturbance.REBOOT if words[0] in ("redundancy", "hw-module") else Doubt(_unknown(command))
    if words[0] == "ap":
        on = words[1:2] == ["name"] and words[3:4] in (["reset"], ["shutdown"])
        off = words[1:2] == ["dot11"] and "shutdown" in words
        return Disturbance.WIRELESS_OFF if on or off else Doubt(_unknown(command))
    if _is(words[0], "clear", 2):
        return _cleared(words[1:], command)
    return None if _known(words) else Doubt(_unknown(command))


def _cleared(words: list[str], command: str) -> Effect | None:
    text = " ".join(words)
    if text.startswith(("ip nat trans", "ip nat transl", "zone-pair", "crypto", "interface", "pppoe", "ppp")):
        return Disturbance.UPLINK_DOWN
    if text.startswith("ip dhcp"):
        return Disturbance.SERVICE_RESTART
    if text.startswith(("wireless", "ap", "dot11")):
        return Disturbance.WIRELESS_OFF
    return None if text.startswith(_CLEAR_HARMLESS) else Doubt(_unknown(command))


def _shut(place: str, command: str, is_uplink: Callable[[str], bool]) -> Effect:
    """`shutdown` below the head that was entered before."""
    words = place.split(None, 1)
    name = words[1] if len(words) > 1 else ""
    if not place:
        return Doubt(_unknown(command))
    if _RADIO.match(place) or _RADIO.match(name):
        return Disturbance.WIRELESS_OFF
    if is_uplink(name):
        return Disturbance.UPLINK_DOWN
    return Doubt(f"it shuts {printable(place)}, and what is behind that is not known")


def _known(words: list[str]) -> bool:
    return any(_is(words[0], each) for each in _HARMLESS)


def _is(word: str, command: str, shortest: int = _SHORTEST) -> bool:
    """Whether a word is a command, or the beginning of it."""
    return len(word) >= min(shortest, len(command)) and command.startswith(word)


def _unknown(command: str) -> str:
    return f"'{printable(' '.join(command.split()[:2]))}' is not known"
