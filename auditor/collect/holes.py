"""The types of holes in command templates: what a value that came from a device may look like in a command.

A type is a full-match pattern of printable ASCII. No pattern admits a blank, a quote, or a character that a
shell or a device's command line gives a meaning to, except inside the quotes that `render` itself puts.
"""

import re
from dataclasses import dataclass

from auditor.errors import CommandRefused, DataError


@dataclass(frozen=True, slots=True)
class HoleType:
    """One kind of value: its name in profiles, its pattern, and whether it stands in single quotes."""

    name: str
    pattern: str
    quoted: bool = False

    def accepts(self, value: str) -> bool:
        """Say whether a value may be sent."""
        return re.fullmatch(self.pattern, value, re.ASCII) is not None

    def render(self, value: str) -> str:
        """Return the value as it stands in the command; raises `CommandRefused` if it may not be sent."""
        if not self.accepts(value):
            raise CommandRefused(f"{value!r} is not a valid {self.name}")
        return f"'{value}'" if self.quoted else value

    @property
    def rendered_pattern(self) -> str:
        """The pattern of what `render` returns."""
        return f"'(?:{self.pattern})'" if self.quoted else f"(?:{self.pattern})"


_WORD = r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}"

HOLE_TYPES = (
    # The names that UCI takes for packages, and never a leading '-', which would be an option.
    HoleType("uci-package", r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}"),
    # Linux takes up to 15 characters (IFNAMSIZ); of those it takes, only the usual ones are sent. '@' is swconfig's.
    HoleType("interface-name", r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,14}"),
    HoleType("file-name", _WORD),
    # Absolute, without '.' and '..' as components, quoted, so that blanks are harmless. Nothing of /dev, /proc and
    # /sys, where reading can block or act. The quote itself and the backslash are not taken.
    HoleType(
        "absolute-path",
        r"(?!/+(?:dev|proc|sys)(?:/|$))(?!.*/\.{1,2}(?:/|$))/(?=[^/])[ -&(-\[\]-~]{0,254}",
        quoted=True,
    ),
)


def hole_type(name: str) -> HoleType:
    """Return the type with this name."""
    for known in HOLE_TYPES:
        if known.name == name:
            return known
    raise DataError(f"no hole type is called {name}; there are {', '.join(known.name for known in HOLE_TYPES)}")
