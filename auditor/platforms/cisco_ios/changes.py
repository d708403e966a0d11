"""What edits of an IOS device are made of: operations on its running configuration, the commands, and the way back.

Blocks and lines are addressed as the running configuration writes them. An edit that would need something else says so
as `ByHand`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, TypeAlias

from auditor.capture import Capture
from auditor.model import Device
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios.config import running
from auditor.platforms.cisco_ios.shell import quote
from auditor.platforms.cisco_ios.steps import Guard, Look, Step, joined, read_of
from auditor.secrets import has_token
from auditor.services.base import NotPossible
from auditor.syntax.ios import Command, Document, parse
from auditor.syntax.ios_edit import apply as apply_to_text
from auditor.syntax.ios_edit import begins, blocks, children
from auditor.syntax.ios_operations import (
    AddBlock,
    AddLine,
    DropBlock,
    DropLine,
    EditError,
    Operation,
    Path,
    ReplaceLine,
    SetLine,
    UnsetLine,
)

LOOK = "make the change by hand, then audit again"


@dataclass(frozen=True, slots=True)
class Around:
    """What IOS wants shut while a block is changed: `down` before, `up` after, if it is up now.

    The last line of the two that the block says tells whether it is up; `up_unless_said` where none does. `path`
    None: the block that is changed. `answer` is typed where `down` asks back.
    """

    down: str
    up: str
    path: Path | None = None
    up_unless_said: bool = False
    answer: str = ""


SHUT = Around("shutdown", "no shutdown")
"""A WLAN or a policy profile of a wireless controller, which shows `no shutdown` where it is up."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The running configuration of one capture, as builders look things up in it."""

    document: Document

    @classmethod
    def of(cls, capture: Capture) -> "Texts":
        """Read the running configuration of a capture; without one it is empty."""
        file = running(capture)
        return cls(parse(file.text if file is not None else ""))

    def has_block(self, path: Path) -> bool:
        """Whether a block is there; the top level always is."""
        return not path or bool(blocks(self.document, path))

    def commands(self, path: Path) -> tuple[Command, ...]:
        """The commands right in a block, in order."""
        return children(self.document, path)

    def entries(self, path: Path) -> tuple[str, ...]:
        """All lines right in a block, in order."""
        return tuple(command.text for command in self.commands(path))

    def lines(self, path: Path, words: str) -> tuple[str, ...]:
        """The lines of a block that begin with these words, negations too."""
        return tuple(line for line in self.entries(path) if begins(line, words))

    def behind(self, path: Path, line: str) -> str:
        """The line that follows one in its block, if it can be told from all others; '' if none."""
        entries = self.entries(path)
        place = entries.index(line) + 1
        return entries[place] if place < len(entries) and entries.count(entries[place]) == 1 else ""


Builder: TypeAlias = Callable[[Texts, Device, Any], Edit | None]
"""Makes an edit of an intent, None if the intent is about nothing of the builder's topic."""


def apply(capture: Capture, operations: tuple[Operation, ...]) -> Capture:
    """Apply operations to the captured running configuration in order; raises `EditError` if one does not fit."""
    file = running(capture)
    if not operations:
        return capture
    if file is None:
        raise EditError("no running configuration was captured")
    text = file.text
    for operation in operations:
        text = apply_to_text(text, operation)
    files = tuple(replace(each, text=text) if each is file else each for each in capture.files)
    return replace(capture, files=files)


# -- lines -----------------------------------------------------------------------------------------------------


def set_line(
    texts: Texts,
    path: Path,
    line: str,
    *,
    instead: str,
    services: Sequence[str],
    default: str | None = None,
    hidden: bool = False,
    around: Around | None = None,
    create: bool = False,
) -> Edit:
    """One scalar: a line is entered, and stands in place of those that begin with `instead`, or negate them.

    `default` is the command that leads back where no line stood. `hidden`: the device shows no line, as this is its
    default. `create`: the block is made where there is none.
    """
    new = create and not texts.has_block(path)
    if not new:
        _block(texts, path)
    old = () if new else texts.lines(path, instead)
    if len(old) > 1:
        raise NotPossible(f"several lines say what {instead} is", LOOK)
    change: Operation = UnsetLine(path, instead) if hidden else SetLine(path, line, instead, create)
    back = old[0] if old else default or f"no {instead}"
    undo: Operation
    if new:
        undo = DropBlock(path)
    elif not old:
        undo = UnsetLine(path, instead)
    elif hidden:
        undo = AddLine(path, old[0], texts.behind(path, old[0]), anywhere=True)
    else:
        undo = SetLine(path, old[0], instead)
    look = Look(read_of(path, instead), instead, old, () if hidden else (line,))
    if new:
        pastable(f"no {path[-1]}", line, *path)
        heads = path[:-1]
        made = Step(heads, (path[-1], line, "exit"), (f"no {path[-1]}",), (look,))
        return Edit((change,), (undo,), {"steps": (made,)}, tuple(services))
    return _edit(texts, path, (change,), (undo,), (line,), (back,), (look,), services, around)


def drop_line(
    texts: Texts,
    path: Path,
    line: str,
    *,
    services: Sequence[str],
    command: str | None = None,
    around: Around | None = None,
) -> Edit:
    """One line goes, by its negation or by `command`, and comes back at its place.

    An entry of an access list goes by what it says, as a remark may have its number; where the configuration shows no
    number, it could not come back there.
    """
    _there(texts, path, line)
    ordered = bool(path) and path[-1].startswith("ip access-list ")
    number, _, rest = line.partition(" ")
    if (ordered and not number.isdecimal()) or (not path and line.startswith("access-list ")):
        raise NotPossible("the entries of the access list show no numbers, so that none could come back", LOOK)
    entered = command or (f"no {rest}" if ordered else negated(line))
    undo = AddLine(path, line, texts.behind(path, line), anywhere=not ordered)
    look = Look(read_of(path, line), line, (line,), ())
    return _edit(texts, path, (DropLine(path, line),), (undo,), (entered,), (line,), (look,), services, around)


def add_line(
    texts: Texts,
    path: Path,
    line: str,
    *,
    services: Sequence[str],
    before: str | None = None,
    around: Around | None = None,
) -> Edit:
    """One more line of a list whose order means nothing on the command line, and gone again."""
    _block(texts, path)
    if line in texts.entries(path):
        raise NotPossible("the line is there already", LOOK)
    if before is not None:
        _there(texts, path, before)
    look = Look(read_of(path, line), line, (), (line,))
    change, undo = AddLine(path, line, before or ""), DropLine(path, line)
    return _edit(texts, path, (change,), (undo,), (line,), (negated(line),), (look,), services, around)


def replace_line(
    texts: Texts,
    path: Path,
    old: str,
    new: str,
    *,
    services: Sequence[str],
    around: Around | None = None,
    commands: tuple[str, str] | None = None,
) -> Edit:
    """One line of a list gives way to another one, at its place.

    `commands` are entered, there and back, where the device makes the one line of the other by itself.
    """
    _there(texts, path, old)
    if new in texts.entries(path):
        raise NotPossible("the line is there already", LOOK)
    looks = (Look(read_of(path, old), old, (old,), ()), Look(read_of(path, new), new, (), (new,)))
    change, undo = ReplaceLine(path, new, old), ReplaceLine(path, old, new)
    lines: tuple[str, ...] = (negated(old), new)
    back: tuple[str, ...] = (negated(new), old)
    if commands is not None:
        lines, back = commands[:1], commands[1:]
    return _edit(texts, path, (change,), (undo,), lines, back, looks, services, around)


def negated(line: str) -> str:
    """The command that takes a line back."""
    return line.removeprefix("no ") if line.startswith("no ") else f"no {line}"


# -- blocks ----------------------------------------------------------------------------------------------------


def add_block(
    texts: Texts,
    path: Path,
    lines: Sequence[str],
    *,
    services: Sequence[str],
    command_back: str | None = None,
) -> Edit:
    """A new block, and gone again."""
    if not path or texts.has_block(path):
        raise NotPossible("a block of that name is there already", LOOK)
    _block(texts, path[:-1])
    head = path[-1]
    look = Look(read_of(path, head), head, (), (head, *lines))
    entered = (head, *lines, "exit")
    back = command_back or f"no {head}"
    pastable(*path, *lines, back)
    step = Step(path[:-1], entered, (back,), (look,))
    return Edit((AddBlock(path, tuple(lines)),), (DropBlock(path),), {"steps": (step,)}, tuple(services))


# -- together --------------------------------------------------------------------------------------------------


def combine(edits: Iterable[Edit]) -> Edit:
    """Several edits as one: their steps in order, the way back in reverse."""
    listed = tuple(edits)
    return Edit(
        tuple(chain.from_iterable(each.operations for each in listed)),
        tuple(chain.from_iterable(each.undo for each in reversed(listed))),
        {"steps": joined(chain.from_iterable(each.context["steps"] for each in listed))},
        tuple(dict.fromkeys(chain.from_iterable(each.services for each in listed))),
    )


def _edit(
    texts: Texts,
    path: Path,
    operations: tuple[Operation, ...],
    undo: tuple[Operation, ...],
    lines: tuple[str, ...],
    back: tuple[str, ...],
    looks: tuple[Look, ...],
    services: Sequence[str],
    around: Around | None,
) -> Edit:
    guard = _guard(texts, path, around)
    pastable(*path, *lines, *back, *(guard.heads if guard is not None else ()))
    step = Step(path, lines, back, looks, guard)
    return Edit(operations, undo, {"steps": (step,)}, tuple(services))


def _guard(texts: Texts, path: Path, around: Around | None) -> Guard | None:
    """What must be shut, if it is up now."""
    if around is None:
        return None
    place = path if around.path is None else around.path
    said = [line for line in texts.entries(place) if line in (around.down, around.up)]
    up = said[-1] == around.up if said else around.up_unless_said
    return Guard(place, around.down, around.up, around.answer) if up else None


def _block(texts: Texts, path: Path) -> None:
    if not texts.has_block(path):
        raise NotPossible("the block is not in the running configuration", "look at `show running-config`")


def _there(texts: Texts, path: Path, line: str) -> None:
    _block(texts, path)
    found = [command for command in texts.commands(path) if command.text == line]
    if len(found) != 1:
        raise NotPossible("the line is not there, or not only once", "look at `show running-config`")
    if found[0].children or found[0].last > found[0].line:
        raise NotPossible("the line opens a block", LOOK)


def pastable(*lines: str) -> None:
    """Refuse what cannot be pasted: a secret, of which only a stand-in is known, and what a terminal takes itself."""
    for line in lines:
        if has_token(line):
            raise NotPossible("a line holds a secret, which no snippet shows", LOOK)
        try:
            quote(line)
        except ValueError as error:
            raise NotPossible(str(error), LOOK) from None
