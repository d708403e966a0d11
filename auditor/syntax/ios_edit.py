"""Change lines of a running configuration, and touch no other byte.

Blocks and lines are addressed by their words. `apply` edits the text, reads the result back, and compares it with what
the operation means; what cannot be changed locally is refused, never guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from auditor.syntax.ios import Command, Document, LineKind, parse
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
    said,
)

_Said: TypeAlias = tuple[int, str]
"""A command: how many heads stand above it, and its words."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """Lines `first` (1-based) to before `end` give way to others; `says` is what these say, `text` how they stand."""

    first: int
    end: int
    text: tuple[str, ...] = ()
    says: tuple[_Said, ...] = ()


def apply(text: str, operation: Operation) -> str:
    """Return the text after one operation; raises `EditError`."""
    document = parse(text)
    cuts = sorted(_cuts(document, operation), key=lambda cut: (cut.first, cut.end))
    if not cuts:
        return text
    lines = list(document.lines)
    for cut in reversed(cuts):
        lines[cut.first - 1 : cut.end - 1] = cut.text
    edited = "\n".join(lines)
    again = parse(edited)
    if _says(again) != _expected(document, cuts) or _damage(again) != _damage(document):
        raise EditError(f"{said(operation)}: it cannot be written without changing the meaning of other lines")
    return edited


def blocks(document: Document, path: Path) -> tuple[Command, ...]:
    """The commands that open a block; several where its head stands in several places. () if there is none."""
    found: Sequence[Command] = document.top
    places: tuple[Command, ...] = ()
    for head in path:
        places = tuple(command for command in found if command.text == head)
        found = [child for place in places for child in place.children]
    return places


def children(document: Document, path: Path) -> tuple[Command, ...]:
    """The commands right below a path, in their order."""
    return tuple(child for place in blocks(document, path) for child in place.children) if path else document.top


def begins(text: str, words: str) -> bool:
    """Whether a command begins with these words, or negates what does."""
    bare = text.removeprefix("no ").lstrip()
    return bare == words or bare.startswith(f"{words} ")


# -- operations ------------------------------------------------------------------------------------------------


def _cuts(document: Document, operation: Operation) -> list[_Cut]:
    """The changes of the text; none if there is nothing to do."""
    match operation:
        case SetLine():
            return _set(document, operation)
        case UnsetLine(path, instead):
            _opened(document, operation)
            return [_without(each) for each in children(document, path) if begins(each.text, instead)]
        case AddLine(path, line, before, anywhere, after):
            _opened(document, operation)
            there = [each.text for each in children(document, path)]
            if line in there:
                return []
            before = "" if anywhere and there.count(before) != 1 else before
            return [_new(document, operation, ((len(path), line),), before, after)]
        case DropLine(path, line):
            _opened(document, operation)
            return [_without(each) for each in children(document, path) if each.text == line]
        case ReplaceLine():
            return _replace(document, operation)
        case AddBlock():
            return _add_block(document, operation)
        case DropBlock(path):
            return [_without_block(document, each) for each in blocks(document, path)]


def _set(document: Document, operation: SetLine) -> list[_Cut]:
    path, line = operation.path, operation.line
    if not begins(line, operation.instead):
        raise EditError(f"{said(operation)}: the line does not begin with the words that it stands for")
    if path and not blocks(document, path) and operation.create:
        depth = len(path) - 1
        _opened(document, AddLine(path[:-1], path[-1]))
        return [_new(document, operation, ((depth, path[-1]), (depth + 1, line)), "")]
    _opened(document, operation)
    old = [each for each in children(document, path) if begins(each.text, operation.instead)]
    if [each.text for each in old] == [line]:
        return []
    if not old:
        return [_new(document, operation, ((len(path), line),), "")]
    *others, last = old
    if last.children:
        raise EditError(f"{said(operation)}: the line opens a block")
    return [*(_without(each) for each in others), _instead(document, last, len(path), line)]


def _replace(document: Document, operation: ReplaceLine) -> list[_Cut]:
    _opened(document, operation)
    old = [each for each in children(document, operation.path) if each.text == operation.old]
    new = any(each.text == operation.line for each in children(document, operation.path))
    if new and not old:
        return []
    if new or len(old) != 1 or old[0].children:
        raise EditError(f"{said(operation)}: the line to replace is not there once")
    return [_instead(document, old[0], len(operation.path), operation.line)]


def _add_block(document: Document, operation: AddBlock) -> list[_Cut]:
    *above, head = operation.path
    there = blocks(document, operation.path)
    depth = len(above)
    if there:
        if tuple(child.text for place in there for child in place.children) == operation.lines:
            return []
        raise EditError(f"{said(operation)}: the block is there already")
    _opened(document, AddLine(tuple(above), head))
    says = ((depth, head), *((depth + 1, line) for line in operation.lines))
    return [_new(document, AddLine(tuple(above), head), says, operation.before)]


def _opened(document: Document, operation: Operation) -> None:
    if operation.path and not blocks(document, operation.path):
        raise EditError(f"{said(operation)}: there is no such block")


# -- lines -----------------------------------------------------------------------------------------------------


def _without(command: Command) -> _Cut:
    return _Cut(command.line, _end_of(command) + 1)


def _without_block(document: Document, command: Command) -> _Cut:
    """The block's lines, and one of two separators that would follow each other."""
    end = _end_of(command) + 1
    separated = command.line > 1 and _separator(document, command.line - 1) and _separator(document, end)
    return _Cut(command.line, end + separated)


def _instead(document: Document, old: Command, depth: int, line: str) -> _Cut:
    raw = document.lines[old.line - 1]
    return _Cut(old.line, old.last + 1, (_written(line, old.indent, raw),), ((depth, line),))


def _new(document: Document, operation: Operation, says: tuple[_Said, ...], before: str, after: str = "") -> _Cut:
    """Lines that come in: before or behind a command, else behind the block's last one, or the last of their kind."""
    depth, first = says[0]
    path = operation.path[:depth]
    siblings = children(document, path)
    following = [each for each in siblings if each.text == before] if before else []
    leading = [each for each in siblings if each.text == after] if after else []
    if (before and len(following) != 1) or (after and not leading):
        raise EditError(f"{said(operation)}: the line that it belongs beside is not there once")
    if following:
        at, model = following[0].line, following[0]
    elif leading:
        model = leading[-1]
        at = _end_of(model) + 1
    elif path:
        opener = blocks(document, path)[-1]
        model = opener.children[-1] if opener.children else opener
        at = _end_of(opener) + 1
    elif siblings:
        model = _kin(siblings, first)
        at = _end_of(model) + 1
    else:
        raise EditError(f"{said(operation)}: the configuration is empty")
    indent = model.indent + 1 if path and model.text == path[-1] and not (following or leading) else model.indent
    raw = document.lines[model.line - 1]
    lines = [_written(line, indent + (deeper - depth), raw) for deeper, line in says]
    if len(says) > 1 and not path and _separator(document, at - 1 if following else at):
        at, lines = (at, [*lines, _written("!", 0, raw)]) if following else (at + 1, [*lines, _written("!", 0, raw)])
    return _Cut(at, at, tuple(lines), says)


def _kin(siblings: Sequence[Command], line: str) -> Command:
    """The last command that shares the most leading words with a new one; the last of all if none does."""
    words = line.removeprefix("no ").split()

    def shared(command: Command) -> int:
        theirs = command.text.removeprefix("no ").split()
        return next(
            (n for n, (a, b) in enumerate(zip(words, theirs, strict=False)) if a != b), min(len(words), len(theirs))
        )

    best = 0
    found = siblings[-1]
    for each in siblings:
        count = shared(each)
        if count and count >= best:
            best, found = count, each
    return found


def _written(line: str, indent: int, like: str) -> str:
    """A line as its neighbour stands: with its line break."""
    return f"{' ' * indent}{line}{chr(13) if like.endswith(chr(13)) else ''}"


def _end_of(command: Command) -> int:
    """The last line of a command with all that stands below it."""
    while command.children:
        command = command.children[-1]
    return command.last


def _separator(document: Document, number: int) -> bool:
    inside = 1 <= number <= len(document.lines) and document.kinds[number - 1] is LineKind.COMMENT
    return inside and document.lines[number - 1].rstrip("\r") == "!"


# -- what it means ---------------------------------------------------------------------------------------------


def _placed(commands: Iterable[Command], depth: int = 0) -> list[tuple[int, _Said]]:
    """Every command with its first line, in order."""
    found: list[tuple[int, _Said]] = []
    waiting = [(command, depth) for command in reversed(tuple(commands))]
    while waiting:
        command, level = waiting.pop()
        found.append((command.line, (level, command.text)))
        waiting.extend((child, level + 1) for child in reversed(command.children))
    return found


def _says(document: Document) -> list[_Said]:
    return [each for _, each in _placed(document.top)]


def _expected(document: Document, cuts: Sequence[_Cut]) -> list[_Said]:
    waiting = list(cuts)
    found: list[_Said] = []
    for line, each in _placed(document.top):
        while waiting and waiting[0].end <= line:
            found.extend(waiting.pop(0).says)
        if not (waiting and waiting[0].first <= line < waiting[0].end):
            found.append(each)
    return [*found, *(each for cut in waiting for each in cut.says)]


def _damage(document: Document) -> list[str]:
    return [each.why for each in document.damage]
