"""What can be changed in a running configuration: lines and blocks, addressed by their words and never by a number."""

from dataclasses import dataclass
from typing import TypeAlias

from auditor.errors import AuditorError

Path: TypeAlias = tuple[str, ...]
"""The heads of the blocks around a line, from the top level down, as the configuration writes them; () for none."""


class EditError(AuditorError, ValueError):
    """The operation cannot be carried out on this text; the text is unchanged."""


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line stands in place of all lines of its block that begin with the words `instead`, or negate them.

    `create`: the block itself is made where there is none.
    """

    path: Path
    line: str
    instead: str
    create: bool = False


@dataclass(frozen=True, slots=True)
class UnsetLine:
    """No line of a block begins with these words, nor negates them: the device does not show defaults."""

    path: Path
    instead: str


@dataclass(frozen=True, slots=True)
class AddLine:
    """One more line of a block: before another one, right behind another one, else behind all others of its kind.

    It is not added a second time. `anywhere`: its order means nothing, and the one to come before need not be there.
    """

    path: Path
    line: str
    before: str = ""
    anywhere: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True)
class DropLine:
    """One line of a block goes, if it is there, with what stands below it."""

    path: Path
    line: str


@dataclass(frozen=True, slots=True)
class ReplaceLine:
    """A line stands in the place of another one."""

    path: Path
    line: str
    old: str


@dataclass(frozen=True, slots=True)
class AddBlock:
    """A new block with its lines: before another one, else behind the last of its kind. It must not be there yet."""

    path: Path
    lines: tuple[str, ...]
    before: str = ""


@dataclass(frozen=True, slots=True)
class DropBlock:
    """A block goes with all that stands in it, if it is there."""

    path: Path


Operation: TypeAlias = SetLine | UnsetLine | AddLine | DropLine | ReplaceLine | AddBlock | DropBlock


def said(operation: Operation) -> str:
    """Name an operation for people by the block that it is about, without its line, which may hold a secret."""
    where = " / ".join(" ".join(head.split()[:3]) for head in operation.path) or "the top level"
    return f"{type(operation).__name__} in {where}"
