"""A change of a Linux host as a person pastes it: one patch for all files, and commands for what is no file.

A diff is pasted into a temporary file between two lines that no diff can hold, so nothing in it is a command. Tabs
and carriage returns do not survive a paste into every terminal: tabs travel as a word, carriage returns are refused.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain, count
from typing import Any

from auditor.capture import Capture
from auditor.diff import unified_diff
from auditor.platforms.base import WholeChange
from auditor.platforms.linux.services import SERVICES

_NOWHERE = re.compile(r"@@ -[1-9][0-9]*,0 ")
"""A hunk that only adds, with nothing around it: `patch` would add it again each time."""
# What stands behind `---` ends for `patch` at a blank, begins with a quote if it is quoted, and is taken as it is
# otherwise. Only what names one file in each of its ways of reading is written there.
_PLAIN = re.compile(r"(?!/(?:dev|proc|sys)/)(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9_.+@,:=~%-]+)+")
_LONGEST = 2000
"""Octets of a line, below what a terminal takes in one (4095, termios(3)): what is longer is cut without a word."""


def context(before: Capture, after: Capture) -> Mapping[str, Any]:
    """Fill the template for the change from one capture to another; `ValueError` if it cannot be pasted."""
    old = {file.path: file.text for file in before.files}
    changed = [file for file in after.files if file.text != old.get(file.path, "")]
    files = [(file.path, old.get(file.path, ""), file.text) for file in changed if not file.is_output]
    outputs = [(file.path, old.get(file.path, ""), file.text) for file in changed if file.is_output]
    if not all(_PLAIN.fullmatch(path) for path, _, _ in files):
        raise ValueError("the name of the file cannot stand in a patch")
    forth = "".join(unified_diff(one, other, path) for path, one, other in files)
    back = "".join(unified_diff(other, one, path) for path, one, other in files)
    return {
        "patch": _pasted(forth, tab := _tab_word(forth + back)),
        "patch_back": _pasted(back, tab),
        "tab": tab,
        "commands": [line for path, one, other in outputs for line in _commands(path, one, other)],
        "commands_back": [line for path, one, other in outputs for line in _commands(path, other, one)],
        "reads": [read for path, one, other in files for read in _lines_gone(path, one, other)],
        "checks": [read for path, one, other in files for read in _lines_gone(path, other, one)],
    }


def _pasted(diff: str, tab: str) -> list[str]:
    if "\r" in diff:
        raise ValueError("a file with carriage returns (Windows line ends) cannot be pasted as a patch")
    if any(_NOWHERE.match(line) for line in diff.split("\n")):
        raise ValueError("both neighbours of the new line are secrets, so that a patch cannot say where it belongs")
    lines = diff.replace("\t", tab).removesuffix("\n").split("\n") if diff else []
    if any(len(line.encode("utf-8", "replace")) > _LONGEST for line in lines):
        raise ValueError("a line around the change is too long to be pasted")
    return lines


def _tab_word(diff: str) -> str:
    """The word that stands for a tab in a pasted diff, '' if there is no tab in it."""
    if "\t" not in diff:
        return ""
    words = chain(("<tab>",), (f"<tab{number}>" for number in count(2)))
    return next(word for word in words if word not in diff)


def _commands(path: str, before: str, after: str) -> Iterator[str]:
    for service in SERVICES:
        if service.commands is not None and service.owns(path, before) == path:
            yield from service.commands(before, after)


def _lines_gone(path: str, before: str, after: str) -> Iterator[tuple[str, str, int]]:
    """Path, text and number of each line of `before` that the change takes or replaces; of an insertion, none.

    The text is as people see it: without the blanks around it.
    """
    diff = unified_diff(before, after, path).split("\n")
    number = 0
    for line in diff[2:]:
        if line.startswith("@@"):
            number = int(line.split("-")[1].split(",")[0].split(" ")[0])
        elif line.startswith("-"):
            yield path, line[1:].strip().replace("\t", " "), number
            number += 1
        elif line.startswith(" "):
            number += 1


WHOLE = WholeChange("change.j2", context)
