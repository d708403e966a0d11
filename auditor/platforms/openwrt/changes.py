"""What edits of UCI text are made of: operations, and the way back.

Every edit addresses sections by name or by libuci's made-up name, never by index. An edit that would need
something else says so as `ByHand`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from auditor.capture import Capture
from auditor.model import Device
from auditor.platforms.base import Edit
from auditor.platforms.openwrt.config import stable_key
from auditor.platforms.openwrt.recognise import package_in
from auditor.services.base import NotPossible
from auditor.syntax.uci import Document, Section, parse
from auditor.syntax.uci_edit import (
    AddListValue,
    AddSection,
    DeleteListValue,
    DeleteOption,
    DeleteSection,
    Operation,
    SetOption,
)
from auditor.syntax.uci_edit import (
    apply as apply_to_text,
)


class Written(tuple[str, ...]):
    """The effective values of an option, and whether they stand in a list.

    Both must come back: OpenWrt's `config_list_foreach` passes over a plain option, and `config_get` of a list
    gives all its values in one word.
    """

    listed: bool

    def __new__(cls, values: Iterable[str], *, listed: bool) -> "Written":
        written = super().__new__(cls, values)
        written.listed = listed
        return written

    def __getnewargs_ex__(self) -> tuple[tuple[tuple[str, ...]], dict[str, bool]]:
        """How a copy is made of it in another process."""
        return (tuple(self),), {"listed": self.listed}


@dataclass(frozen=True, slots=True)
class Texts:
    """The UCI documents of a capture, to look sections up."""

    documents: tuple[tuple[str, Document], ...]

    @classmethod
    def of(cls, capture: Capture) -> "Texts":
        packages = ((file, package_in(capture, file.path)) for file in capture.files)
        return cls(tuple((file.path, parse(file.text, package=package)) for file, package in packages if package))

    def section(self, package: str, id: str) -> Section:
        """Return a section; `NotPossible` if the capture has none of this id."""
        for _, document in self.documents:
            for section in document.sections:
                if section.package == package and section.id == id:
                    return section
        raise NotPossible(f"{package}.{id} is not in the capture", f"look at `uci show {package}` on the device")

    def id_of(self, package: str, key: str) -> str:
        """Return the id of the first section with this stable key; other texts are returned as they are."""
        if " " not in key:
            return key
        for _, document in self.documents:
            for section in document.sections:
                if section.package == package and stable_key(section) == key:
                    return section.id
        return key

    def sections(self, package: str, type: str) -> tuple[Section, ...]:
        """Return all sections of one type."""
        return tuple(section for _, document in self.documents for section in document.of_type(package, type))

    def value(self, package: str, id: str, option: str) -> str | None:
        """Return the effective value of an option, None if it is not set."""
        statement = self.section(package, id).option(option)
        return statement.value if statement is not None else None

    def values(self, package: str, id: str, option: str) -> Written:
        """Return all effective values of an option or list."""
        statements = self.section(package, id).values(option)
        return Written(
            (statement.value for statement in statements),
            listed=any(statement.keyword == "list" for statement in statements),
        )


Builder = Callable[[Texts, Device, Any], Edit]


def apply(capture: Capture, operations: tuple[Operation, ...]) -> Capture:
    """Apply operations to the captured texts in order; raises `EditError` if one does not fit.

    An operation may address a section by its stable key, which is looked up in the text as it is by then.
    """
    for asked in operations:
        operation = _by_id(capture, asked)
        path = _file_of(capture, operation)
        file = next(file for file in capture.files if file.path == path)
        text = apply_to_text(file.text, operation, package=package_in(capture, path))
        files = tuple(replace(f, text=text) if f.path == path else f for f in capture.files)
        capture = replace(capture, files=files)
    return capture


def _by_id(capture: Capture, operation: Operation) -> Operation:
    """Replace the stable key of a nameless section by the name that libuci makes up for it here."""
    texts = Texts.of(capture)
    match operation:
        case AddSection(package=package, before=str(key)):
            return replace(operation, before=texts.id_of(package, key))
        case AddSection():
            return operation
        case _:
            return replace(operation, section_id=texts.id_of(operation.package, operation.section_id))


def _file_of(capture: Capture, operation: Operation) -> str:
    """The file that holds an operation's section, else its package."""
    holders = []
    for file in capture.files:
        package = package_in(capture, file.path)
        if not package:
            continue
        document = parse(file.text, package=package)
        if operation.package in document.packages:
            holders.append(file.path)
            id = getattr(operation, "section_id", None)
            if id and any(s.id == id and s.package == operation.package for s in document.sections):
                return file.path
    if not holders:
        raise NotPossible(f"package {operation.package} is not in the capture", "capture it, then audit again")
    return holders[0]


def set_option(texts: Texts, package: str, id: str, option: str, value: str) -> Edit:
    """The usual edit: one option gets a value, and back."""
    before = texts.values(package, id, option)
    undo: tuple[Operation, ...] = restore(package, id, option, before)
    context = {"section": id, "value": value, "before": before}
    return Edit((SetOption(package, id, option, value),), undo, context, (package,))


def delete_option(texts: Texts, package: str, id: str, option: str) -> Edit:
    """An option goes, and comes back."""
    before = texts.values(package, id, option)
    if not before:
        raise NotPossible(f"{package}.{id}.{option} is not set", "nothing is to be done here")
    context = {"section": id, "before": before}
    return Edit((DeleteOption(package, id, option),), restore(package, id, option, before), context, (package,))


def restore(package: str, id: str, option: str, before: Written) -> tuple[Operation, ...]:
    """Operations that give an option its former value, or a list its former values, back."""
    if not before:
        return (DeleteOption(package, id, option),)
    if not before.listed:
        return (SetOption(package, id, option, before[-1]),)
    return (
        DeleteOption(package, id, option),
        *(AddListValue(package, id, option, value) for value in before),
    )


def add_value(texts: Texts, package: str, id: str, option: str, *values: str) -> Edit:
    """A list gets values that it does not have yet, and loses them again; a plain option becomes a list."""
    before = texts.values(package, id, option)
    new = tuple(value for value in values if value not in before)
    if before and not before.listed:
        undo = restore(package, id, option, before)
    else:
        undo = tuple(DeleteListValue(package, id, option, value) for value in reversed(new))
    return Edit(
        tuple(AddListValue(package, id, option, value) for value in new),
        undo,
        {"section": id, "values": new, "before": before},
        (package,),
    )


def remove_value(texts: Texts, package: str, id: str, option: str, value: str) -> Edit:
    """A list loses one value, and gets its former values back; a plain option goes as a whole."""
    before = texts.values(package, id, option)
    if value not in before:
        raise NotPossible(f"{package}.{id}.{option} does not hold this value", "look at the device")
    gone: Operation = DeleteListValue(package, id, option, value)
    if not before.listed:
        gone = DeleteOption(package, id, option)
    return Edit(
        (gone,),
        restore(package, id, option, before),
        {"section": id, "value": value, "before": before},
        (package,),
    )


def add_section(
    texts: Texts, package: str, type: str, id: str, options: tuple[tuple[str, str | tuple[str, ...]], ...],
    *, before: str | None = None,
) -> Edit:  # fmt: skip
    """A new named section, before the one with the stable key `before` or at the end, and gone again."""
    sections = [section for _, document in texts.documents for section in document.sections]
    if any(section.id == id and section.package == package for section in sections):
        raise NotPossible(f"{package}.{id} exists already", "choose another name by hand")
    place = texts.id_of(package, before) if before is not None else None
    title = texts.values(package, place, "name") if place is not None else ()
    return Edit(
        (AddSection(package, type, id, options, before),),
        (DeleteSection(package, id),),
        {"section": id, "type": type, "options": options, "place": place, "title": title},
        (package,),
    )


def switch_off(texts: Texts, package: str, key: str, option: str) -> Edit:
    """Set an option of a section to 0; a nameless section is addressed by its stable key."""
    edit = set_option(texts, package, texts.id_of(package, key), option, "0")
    operations, undo = ((replace(o, section_id=key) for o in steps) for steps in (edit.operations, edit.undo))
    context = {**edit.context, "package": package, "option": option}
    return replace(edit, operations=tuple(operations), undo=tuple(undo), context=context)
