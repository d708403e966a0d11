"""How lines reach the command line of IOS: as the running configuration writes them, or not at all.

IOS has no quoting that serves every command: a name is taken to the end of the line or to the next blank, as the
configuration shows it, and the device reads its own configuration back in these very words. So a line is checked, and
never rewritten. What a terminal would take for itself is refused: control characters, the help key `?` (Cisco,
"Using the Command-Line Interface in Cisco IOS Software", "Getting Help"), letters beyond ASCII, and lines that a
terminal cuts at 254 characters (the same, "Using Command Line Editing"). A line that begins with `!` is a comment in
configuration mode and in exec mode.
"""

import re
from collections.abc import Callable, Mapping

LONGEST = 250
_REMARK = 200
_LEAVING = frozenset(["do", "en", "end", "ex", "exi", "exit"])
_TEXTUAL = frozenset(["banner", "macro", "certificate", "menu"])
_PADDED = re.compile(r"(?:no )?(?:access-list \d+ )?(?:\d+ )?(?:permit|deny) +")
"""The device itself writes `deny   ip`."""

_PLAIN = frozenset(" -/:")


def quote(line: str) -> str:
    """Return one line as it is; `ValueError` if it cannot be pasted."""
    if not line.isprintable():
        raise ValueError("a control character cannot be pasted into a terminal")
    if not line.isascii():
        raise ValueError("a terminal of IOS takes ASCII only")
    if "?" in line:
        raise ValueError("'?' is the help key of IOS, and cannot be pasted")
    if line != line.strip() or not line:
        raise ValueError("blanks at the ends of a line do not survive a paste")
    if "  " in _PADDED.sub("", line):
        raise ValueError("blanks next to each other, as in a name, do not survive the command line")
    if len(line) > LONGEST:
        raise ValueError(f"a terminal of IOS cuts lines of more than {LONGEST} characters")
    word = line.split(maxsplit=1)[0].lower()
    if line.startswith("!") or word in _LEAVING or word in _TEXTUAL:
        raise ValueError("the line would be no single command in configuration mode")
    return line


def comment(text: str) -> str:
    """Write a text as a comment line."""
    return f"! {remark(text.strip())}" if text.strip() else "!"


def remark(text: str) -> str:
    """Show a text in a comment line; what a terminal would not take becomes a dot, and what it would cut is cut."""
    shown = "".join(c if " " <= c <= "~" and c != "?" else "." for c in text)
    return shown if len(shown) <= _REMARK else f"{shown[: _REMARK - 3]}..."


def expected(said: tuple[str, ...], about: str) -> str:
    """Say what a read should show: lines, or none that begin with some words; those words too where no line does."""
    if not said:
        return remark(f"no line {about}")
    shown = "; ".join(said)
    return remark(shown if said[0].startswith(about) else f"{about}: {shown}")


def pattern(words: str) -> str:
    """Write words for `| section` or `| include`, which take a regular expression to the end of the line.

    Whatever could mean something there is written as a dot, which stands for any character.
    """
    return "".join(c if (c.isascii() and c.isalnum()) or c in _PLAIN else "." for c in words)


FILTERS: Mapping[str, Callable[..., str]] = {"remark": remark, "expected": expected}
