"""Change one thing in a UCI text as `uci set`, `add_list` … would, and touch no other line.

`apply` edits the text, reads the result back and compares it with what the operation means; an edit that cannot
be made locally (two commands on a line that hang together, an unterminated quote) is refused, never guessed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from auditor.errors import AuditorError
from auditor.syntax.uci import Document, Heading, Section, Statement, effective, parse


class EditError(AuditorError, ValueError):
    """The operation cannot be carried out on this text; the text is unchanged."""


class NoSuchPlace(EditError):
    """The package or section that the operation names does not exist."""


class NotWritable(EditError):
    """A name, type or value that UCI cannot hold, or that must not get into a configuration."""


class NotLocal(EditError):
    """The edit would change more than what was asked for; a person has to tidy the file up first."""


@dataclass(frozen=True, slots=True)
class SetOption:
    """`uci set package.section.name=value`; a list becomes one option; an empty value deletes."""

    package: str
    section_id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DeleteOption:
    """`uci -q delete package.section.name`: option or list, all of it; nothing happens if it is not set."""

    package: str
    section_id: str
    name: str


@dataclass(frozen=True, slots=True)
class AddListValue:
    """`uci add_list package.section.name=value`, once: a value that is already there is not added again."""

    package: str
    section_id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DeleteListValue:
    """`uci del_list package.section.name=value`; like there, a plain option is not a list and stays."""

    package: str
    section_id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AddSection:
    """`uci set package.name=type` with its options (a tuple is a list), before another section or at the end.

    The same section a second time changes nothing; another one under that name is refused. The made-up names of
    anonymous sections behind the new one shift, as they do on the device after the commit.
    """

    package: str
    type: str
    name: str
    options: tuple[tuple[str, str | tuple[str, ...]], ...]
    before: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteSection:
    """`uci delete package.section`: all parts of it, with one of the blank lines around."""

    package: str
    section_id: str


Operation: TypeAlias = SetOption | DeleteOption | AddListValue | DeleteListValue | AddSection | DeleteSection

_Options: TypeAlias = dict[str, tuple[bool, tuple[str, ...]]]
_Item: TypeAlias = Statement | Heading


@dataclass(frozen=True, slots=True)
class _Node:
    """What a section means, without where and how it is written."""

    package: str
    type: str
    name: str | None
    options: _Options


@dataclass(frozen=True, slots=True)
class _Cut:
    """Replace `start`..`end` of the text."""

    start: int
    end: int
    text: str = ""


def apply(text: str, operation: Operation, *, package: str = "") -> str:
    """Return the text after one operation; `package` is the file's name as for `parse`.

    Raises `NoSuchPlace`, `NotWritable` or `NotLocal`, all of them `EditError` and `ValueError`.
    """
    _check(operation)
    if isinstance(operation, SetOption) and not operation.value:
        operation = DeleteOption(operation.package, operation.section_id, operation.name)
    document = parse(text, package=package)
    index, cuts = _plan(document, operation)
    if not cuts:
        return text
    edited = _carry_out(text, cuts)
    reread = parse(edited, package=package)
    if _tree(reread) != _expected(document, operation, index) or (document.strict and not reread.strict):
        raise NotLocal(f"{_said(operation)} cannot be written without changing other settings of the file")
    return edited


def _plan(document: Document, operation: Operation) -> tuple[int, list[_Cut]]:
    """Return the section that the operation is about and what to change in the text."""
    if isinstance(operation, AddSection):
        # If it is there already, the section that it was put before need not be found any more.
        cuts = _add_section(document, operation)
        return _place(document, operation) if cuts else 0, cuts
    index = _find(document, operation.package, operation.section_id)
    section = document.sections[index]
    match operation:
        case SetOption():
            return index, _set_option(document, section, operation.name, operation.value)
        case DeleteOption():
            doomed = _named(section, operation.name) if section.values(operation.name) else ()
            return index, _removal(document, doomed)
        case AddListValue():
            return index, _add_list_value(document, section, operation.name, operation.value)
        case DeleteListValue():
            return index, _delete_list_value(document, section, operation.name, operation.value)
        case DeleteSection():
            return index, _delete_section(document, index)


def quote(value: str) -> str:
    """Write a value in single quotes, as `uci export` does."""
    return "'" + value.replace("'", "'\\''") + "'"


def _said(operation: Operation) -> str:
    match operation:
        case AddSection():
            return f"{type(operation).__name__} {operation.package}.{operation.name}"
        case DeleteSection():
            return f"{type(operation).__name__} {operation.package}.{operation.section_id}"
        case _:
            return f"{type(operation).__name__} {operation.package}.{operation.section_id}.{operation.name}"


# --- what may be written


_NAME = re.compile(r"[A-Za-z0-9_]+")
_TYPE = re.compile(r"[!-~]+")
# C0, DEL and C1: they end lines or control terminals. Lone surrogates cannot be written to a file.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def _check(operation: Operation) -> None:
    match operation:
        case SetOption() | AddListValue() | DeleteListValue():
            _check_name(operation.name)
            _check_value(operation.name, operation.value)
            if not operation.value and not isinstance(operation, SetOption):
                raise NotWritable(f"list {operation.name}: an empty value cannot stand in a list")
        case DeleteOption():
            _check_name(operation.name)
        case AddSection():
            _check_name(operation.name)
            if _TYPE.fullmatch(operation.type) is None:
                raise NotWritable(f"{operation.type!r} is not a section type: printable ASCII without blanks")
            names = [name for name, _ in operation.options]
            if len(set(names)) != len(names):
                raise NotWritable(f"section {operation.name} names an option twice")
            for name, value in operation.options:
                _check_name(name)
                for each in (value,) if isinstance(value, str) else value:
                    _check_value(name, each)
                    if not each:
                        raise NotWritable(f"option {name} of the new section is empty, which UCI takes for unset")
        case DeleteSection():
            pass


def _check_name(name: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise NotWritable(f"{name!r} is not a UCI name: letters, digits and _ only")


def _check_value(name: str, value: str) -> None:
    # The value may be a secret, so the message does not show it.
    if _CONTROL.search(value) is not None:
        raise NotWritable(f"the value for {name} holds a line break or another control character")


# --- what it means


def _tree(document: Document) -> list[_Node]:
    return [_Node(section.package, section.type, section.name, _meanings(section)) for section in document.sections]


def _meanings(section: Section) -> _Options:
    """Say of each option that is set whether it is a list in the end, and its values."""
    written: dict[str, list[Statement]] = {}
    for statement in section.statements:
        written.setdefault(statement.name, []).append(statement)
    return {
        name: (any(each.keyword == "list" for each in values), tuple(each.value for each in values))
        for name, statements in written.items()
        if (values := effective(statements))
    }


def _expected(document: Document, operation: Operation, index: int) -> list[_Node]:
    tree = _tree(document)
    match operation:
        case SetOption():
            tree[index].options[operation.name] = (False, (operation.value,))
        case DeleteOption():
            tree[index].options.pop(operation.name, None)
        case AddListValue():
            _, values = tree[index].options.get(operation.name, (True, ()))
            tree[index].options[operation.name] = (True, (*values, operation.value))
        case DeleteListValue():
            _, values = tree[index].options[operation.name]
            left = tuple(value for value in values if value != operation.value)
            # What stays of "option, then list" may be the option alone, which is the same single value.
            section = document.sections[index]
            kept = [each for each in section.values(operation.name) if each.value != operation.value]
            tree[index].options[operation.name] = (any(each.keyword == "list" for each in kept), left)
            if not left:
                del tree[index].options[operation.name]
        case AddSection():
            tree.insert(index, _Node(operation.package, operation.type, operation.name, _options(operation)))
        case DeleteSection():
            del tree[index]
    return tree


def _options(operation: AddSection) -> _Options:
    return {
        name: (False, (value,)) if isinstance(value, str) else (True, value)
        for name, value in operation.options
        if value
    }


def _find(document: Document, package: str, section_id: str) -> int:
    if package not in document.packages:
        raise NoSuchPlace(f"there is no package {package!r} in this text, only {', '.join(document.packages)}")
    for index, section in enumerate(document.sections):
        if section.package == package and section.id == section_id:
            return index
    raise NoSuchPlace(f"there is no section {package}.{section_id}")


def _place(document: Document, operation: AddSection) -> int:
    """Return the index that the new section will have among the sections of the document."""
    if operation.package not in document.packages:
        known = ", ".join(document.packages)
        raise NoSuchPlace(f"there is no package {operation.package!r} in this text, only {known}")
    if operation.before is not None:
        return _find(document, operation.package, operation.before)
    ours = [index for index, section in enumerate(document.sections) if section.package == operation.package]
    if ours:
        return ours[-1] + 1
    start = next(
        (each.start for each in document.package_lines if _package_name(document, each) == operation.package), 0
    )
    return sum(section.start < start for section in document.sections)


def _package_name(document: Document, line: Heading) -> str:
    return parse(document.text[line.start : line.end]).packages[0]


# --- lines and neighbours


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _line_end(text: str, offset: int) -> int:
    """Return the offset behind the line break of the line that `offset` is in."""
    newline = text.find("\n", offset)
    return len(text) if newline < 0 else newline + 1


def _items(document: Document) -> list[_Item]:
    items: list[_Item] = list(document.package_lines)
    for section in document.sections:
        items += section.headings
        items += section.statements
    return sorted(items, key=lambda item: item.start)


def _named(section: Section, name: str) -> tuple[Statement, ...]:
    return tuple(each for each in section.statements if each.name == name)


def _removal(document: Document, doomed: Iterable[_Item]) -> list[_Cut]:
    """Remove statements: whole lines, or only themselves where a line holds something else too."""
    gone = {item.start for item in doomed}
    items = _items(document)
    text = document.text
    cuts: list[_Cut] = []
    for position, item in enumerate(items):
        if item.start not in gone:
            continue
        before = next((each for each in reversed(items[:position]) if each.start not in gone), None)
        after = next((each for each in items[position + 1 :] if each.start not in gone), None)
        if after is not None and after.start < _line_end(text, item.end):
            cuts.append(_Cut(item.start, after.start))
        elif before is not None and before.end > _line_start(text, item.start):
            cuts.append(_Cut(before.end, item.end))
        else:
            cuts.append(_Cut(_line_start(text, item.start), _line_end(text, item.end)))
    return cuts


def _carry_out(text: str, cuts: Iterable[_Cut]) -> str:
    pieces: list[str] = []
    position = 0
    for cut in sorted(cuts, key=lambda cut: (cut.start, cut.end)):
        # Removals may overlap where several commands share a line; what is gone is gone once.
        pieces.append(text[position : max(cut.start, position)])
        pieces.append(cut.text)
        position = max(cut.end, position)
    return "".join((*pieces, text[position:]))


def _line_break(text: str) -> str:
    newline = text.find("\n")
    return "\r\n" if newline > 0 and text[newline - 1] == "\r" else "\n"


def _insert_line(text: str, offset: int, line: str) -> _Cut:
    """Insert lines at the start of a line, or at the end of a text that has no final line break."""
    ending = _line_break(text)
    block = line.replace("\n", ending)
    if offset and text[offset - 1] != "\n":
        return _Cut(offset, offset, ending + block)
    return _Cut(offset, offset, block + ending)


# --- how it is written


def _style(text: str, sibling: Statement | None) -> str:
    """Return the quote that a statement uses, `'` where there is nothing to follow."""
    written = text[sibling.value_start : sibling.value_end] if sibling is not None else ""
    return '"' if written.startswith('"') and written.endswith('"') else "'"


_BARE = re.compile(r"[A-Za-z0-9_.:/+,@%=-]+")


def _written(value: str, old: str) -> str:
    """Write a value the way the old one was written."""
    if old.startswith('"'):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if old and not old.startswith("'") and _BARE.fullmatch(value):
        return value
    return quote(value)


def _indent(document: Document, sibling: _Item | None) -> str:
    text = document.text
    first = next((each for section in document.sections for each in section.statements), None)
    for item in (sibling, first):
        if isinstance(item, Statement):
            blanks = text[_line_start(text, item.start) : item.start]
            if not blanks.strip(" \t"):
                return blanks
    return "\t"


def _insertion(document: Document, section: Section, keyword: str, name: str, value: str, after: _Item | None) -> _Cut:
    """Write a new statement behind another one, or at the end of the section."""
    text = document.text
    anchor = after or (section.statements[-1] if section.statements else section.headings[-1])
    sibling = anchor if isinstance(anchor, Statement) else None
    statement = f"{keyword} {name} {_written(value, _style(text, sibling))}"
    following = next((item for item in _items(document) if item.start >= anchor.end), None)
    if following is not None and following.start < _line_end(text, anchor.end):
        return _Cut(anchor.end, anchor.end, f" ; {statement}")
    return _insert_line(text, _line_end(text, anchor.end), _indent(document, anchor) + statement)


def _set_option(document: Document, section: Section, name: str, value: str) -> list[_Cut]:
    if _meanings(section).get(name) == (False, (value,)):
        return []
    values = section.values(name)
    # `option x ''` is written but not set; it is the place to write to if there is no other.
    target = values[0] if values else next(reversed(_named(section, name)), None)
    if target is None:
        return [_insertion(document, section, "option", name, value, None)]
    text = document.text
    cuts = _removal(document, (each for each in _named(section, name) if each.start != target.start))
    if target.keyword == "list":
        keyword_end = target.start + (len("list") if text.startswith("list", target.start) else len("l"))
        cuts.append(_Cut(target.start, keyword_end, "option"))
    old = text[target.value_start : target.value_end]
    cuts.append(_Cut(target.value_start, target.value_end, _written(value, old) if old else " " + quote(value)))
    return cuts


def _add_list_value(document: Document, section: Section, name: str, value: str) -> list[_Cut]:
    values = section.values(name)
    if any(each.value == value for each in values):
        return []
    return [_insertion(document, section, "list", name, value, values[-1] if values else None)]


def _delete_list_value(document: Document, section: Section, name: str, value: str) -> list[_Cut]:
    values = section.values(name)
    doomed = [each for each in values if each.value == value]
    if not doomed or not any(each.keyword == "list" for each in values):
        return []
    if doomed[0].keyword == "option":
        # It hides what stands before it; without it, that would be read again.
        doomed += [each for each in _named(section, name) if each.start < doomed[0].start]
    return _removal(document, doomed)


def _add_section(document: Document, operation: AddSection) -> list[_Cut]:
    present = next(
        (each for each in document.sections if each.package == operation.package and each.id == operation.name), None
    )
    if present is not None:
        if present.type == operation.type and _meanings(present) == _options(operation):
            return []
        raise EditError(f"there is another section {operation.package}.{operation.name} already")
    text = document.text
    indent = _indent(document, None)
    lines = [
        f"config {operation.type if _BARE.fullmatch(operation.type) else quote(operation.type)} '{operation.name}'"
    ]
    for name, value in operation.options:
        keyword, values = ("option", (value,)) if isinstance(value, str) else ("list", value)
        lines += [f"{indent}{keyword} {name} {quote(each)}" for each in values]
    block = "\n".join(lines)
    if operation.before is not None:
        index = _find(document, operation.package, operation.before)
        offset = _above(document, document.sections[index].headings[0])
        return [_insert_line(text, offset, block + "\n")]
    last = _last_line(document, operation.package)
    if last == 0:
        return [_insert_line(text, 0, block + "\n" if text else block)]
    return [_insert_line(text, _offset_behind(text, last), "\n" + block)]


def _above(document: Document, heading: Heading) -> int:
    """Return where a section may be put before another: above the comments that stand directly on it."""
    text = document.text
    start = _line_start(text, heading.start)
    while start and heading.first:
        above = _line_start(text, start - 1)
        if not text[above:start].lstrip().startswith("#"):
            break
        start = above
    return start


def _last_line(document: Document, package: str) -> int:
    """Return the last line that belongs to a package, 0 if none does."""
    mine = [line.last for line in document.package_lines if _package_name(document, line) == package]
    spoiled: list[int] = []
    for index, section in enumerate(document.sections):
        if section.package == package:
            mine += [heading.last for heading in section.headings]
            mine += [statement.last for statement in section.statements]
            spoiled += [each.last for each in document.unreadable if each.section == index]
    return max(mine + spoiled, default=0)


def _offset_behind(text: str, line: int) -> int:
    offset = 0
    for _ in range(line):
        offset = _line_end(text, offset)
    return offset


def _delete_section(document: Document, index: int) -> list[_Cut]:
    text = document.text
    section = document.sections[index]
    cuts = _removal(document, (*section.headings, *section.statements))
    for each in document.unreadable:
        if each.section == index:
            cuts.append(_Cut(_offset_behind(text, each.first - 1), _offset_behind(text, each.last)))
    first = min(cut.start for cut in cuts)
    behind = max(cut.end for cut in cuts)
    if first != _line_start(text, first) or text[behind : _line_end(text, behind)].strip():
        return cuts
    # Blank lines stood on both sides; one of them goes with the section, as one came with it.
    above = _line_start(text, first - 1) if first else first
    if first == 0:
        cuts.append(_Cut(behind, _line_end(text, behind)))
    elif not text[above:first].strip():
        cuts.append(_Cut(above, first))
    return cuts
