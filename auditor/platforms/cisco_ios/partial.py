"""Why the running configuration may lack lines that the login was not allowed to see.

Below level 15 `show running-config` shows only commands that the account may change itself, without a word about it
(Cisco, "IOS Privilege Levels Cannot See Complete Running Configuration"); a parser view shows what it includes
(Cisco IOS Security Configuration Guide, "Role-Based CLI Access"). What a TACACS+ server authorises command by command
at level 15 is not cut: it is answered whole, or refused.
"""

import re
from collections.abc import Iterator

from auditor.model import Span, Unknown
from auditor.platforms.cisco_ios.config import running
from auditor.services.reading import Reading, printable
from auditor.syntax.ios import parse

PRIVILEGE = "commands/privilege.txt"
VIEW = "commands/parser-view.txt"

_LEVEL = re.compile(r"Current privilege level is (\d+)")
_NAMED_VIEW = re.compile(r"Current view is '(.*)'")
_IN_A_VIEW = re.compile(r"\bview\b.*\bcontext\b|\bcontext\b.*\bview\b", re.IGNORECASE)
_NO_VIEW = re.compile(r"No view is active", re.IGNORECASE)

# Every device writes both, and an account needs level 15 to change them: a version, and the lines one logs in on.
_MARKS = (
    (re.compile(r"version \d"), "version"),
    (re.compile(r"line (?:con|vty|aux|tty|\d)"), "line"),
)
_WHOLE = "collect with an account at privilege level 15, or save the output of 'show running-config view full'"
_MORE = "save the whole output of 'show running-config', at privilege level 15"


def doubt(reading: Reading) -> Unknown | None:
    """Say why the running configuration may not show all lines; None if nothing speaks against it."""
    return next(_doubts(reading), None)


def _doubts(reading: Reading) -> Iterator[Unknown]:
    for number, line in enumerate(reading.lines(PRIVILEGE), start=1):
        span = reading.span(PRIVILEGE, number)
        if found := _LEVEL.search(line):
            reading.understood(span)
            if found[1] != "15":
                yield Unknown(f"at privilege level {found[1]} a device shows only part of it", (span,), _WHOLE)
        elif _IN_A_VIEW.search(line) and not _NO_VIEW.search(line):
            yield _in_view("", span)
    for number, line in enumerate(reading.lines(VIEW), start=1):
        span = reading.span(VIEW, number)
        if found := _NAMED_VIEW.search(line):
            reading.understood(span)
            if found[1] != "root":
                yield _in_view(found[1], span)
        elif _NO_VIEW.search(line):
            reading.understood(span)
    file = running(reading.capture)
    if file is None:
        return
    commands = reading.once(parse, file.path).top
    for pattern, word in _MARKS:
        if not any(pattern.match(command.text) for command in commands):
            why = f"no line begins with '{word}', which every whole running configuration holds"
            yield Unknown(why, (reading.span(file.path, 1),), _MORE)


def _in_view(name: str, span: Span) -> Unknown:
    named = f" '{printable(name)}'" if name else ""
    return Unknown(f"the parser view{named} of the account shows only what it includes", (span,), _WHOLE)
