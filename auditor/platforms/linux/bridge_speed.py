"""`ethtool`: whether a port negotiates its speed. Source: ethtool(8); ethtool netlink/settings.c."""

import re

from auditor.model import Fact, Span, Stated
from auditor.services.reading import Reading

_MANUAL = re.compile(r"\s*Auto-negotiation: (on|off)\s*")
_SPEED = re.compile(r"\s*Speed: (\d{1,7})Mb/s\s*")


def path_of(port: str) -> str:
    """Where the output of `ethtool` for a port is captured."""
    return f"commands/ethtool-{port}.txt"


def configured(reading: Reading, port: str, named: tuple[Span, ...]) -> Fact[int | None]:
    """A fixed speed in Mbit/s, None if it negotiates, which ports do unless they are told otherwise."""
    path = path_of(port)
    if reading.file(path) is None:
        if any(gap.path == path for gap in reading.capture.gaps):
            return reading.missing(path)
        return reading.default("linux.speed", _speed, *named)
    lines = reading.lines(path)
    reading.irrelevant(path, range(1, len(lines) + 1))
    negotiates = next((found for found in _found(_MANUAL, lines)), None)
    speed = next((found for found in _found(_SPEED, lines)), None)
    if negotiates is None:
        return reading.default("linux.speed", _speed, *named)
    number, word = negotiates
    if word == "on":
        return Stated(None, reading.understood(reading.span(path, number)))
    if speed is None:
        return Stated(None, reading.understood(reading.span(path, number)))
    return Stated(int(speed[1]), reading.understood(reading.span(path, speed[0]), reading.span(path, number)))


def _found(pattern: re.Pattern[str], lines: list[str]) -> list[tuple[int, str]]:
    found = ((number, pattern.fullmatch(line)) for number, line in enumerate(lines, start=1))
    return [(number, match[1]) for number, match in found if match is not None]


def _speed(text: str) -> int | None:
    return None if text == "auto" else int(text)
