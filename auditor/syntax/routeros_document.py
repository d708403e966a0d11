"""What a RouterOS export says: its statements, what they are about, and where in the text they stand.

Source: MikroTik's manual, "Configuration management" and "Scripting".
"""

from dataclasses import dataclass, field
from enum import Enum, StrEnum


class LineKind(Enum):
    """What a line of an export is."""

    NOTHING = "blank, a comment, or noise of a terminal"
    MENU = "the name of a menu alone"
    STATEMENT = "part of a statement"
    UNREADABLE = "not understood"


class TargetKind(StrEnum):
    """How a statement says which items it is about."""

    NONE = "none"
    FIND = "find"
    NAMES = "names"
    NUMBERS = "numbers"
    INTERNAL = "internal ids"


@dataclass(frozen=True, slots=True)
class Target:
    """The items that a `set` is about: `[ find default-name=ether1 ]`, a name, print numbers, or `*1`."""

    kind: TargetKind = TargetKind.NONE
    conditions: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Property:
    """`name=value` of a statement, decoded; `unset` for `!name`.

    Names are written out: `.ft` behind `security.passphrase` is `security.ft`. `first` and `last` are lines (1-based),
    `begin` and `end` the place of the written value in the text, quotes included; `from_` where the name begins.
    """

    name: str
    value: str
    first: int
    last: int
    from_: int
    begin: int
    end: int
    unset: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One command about a menu.

    `menu` has its words divided by blanks (`ip dhcp-server`). `damaged` says what in it cannot be read, '' if nothing:
    then its properties are not all. `terse`: the line names its menu itself. `remarks` are the comments that the
    device put above it. `begin` and `end` are its place in the text, without the end of the last line.
    """

    menu: str
    verb: str
    target: Target
    properties: tuple[Property, ...]
    first: int
    last: int
    begin: int
    end: int
    terse: bool
    damaged: str = ""
    remarks: tuple[str, ...] = ()

    def property(self, name: str) -> Property | None:
        """Return the property with this name; the last one counts if it is written twice."""
        return next((each for each in reversed(self.properties) if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Header:
    """What the comments above an export say, with the line of each."""

    version: tuple[str, int] | None = None
    model: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where an export lacks something: the line, the menu ('' for all that would follow), and why.

    `unread`: a line stands there that cannot be read. What it seems to be about is not certain.
    """

    line: int
    menu: str
    why: str
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """One exported text. `menus` are the lines that name a menu alone."""

    text: str
    statements: tuple[Statement, ...]
    menus: tuple[tuple[int, str], ...]
    header: Header
    broken: tuple[Broken, ...]
    _kinds: tuple[LineKind, ...] = field(repr=False)

    def line_kinds(self) -> tuple[LineKind, ...]:
        """What each line is, in order."""
        return self._kinds
