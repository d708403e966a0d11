"""New entries of an access list, at their place: by free numbers, or by numbering the list first.

Sources: Cisco, "IP Access List Entry Sequence Numbering": an entry without a number goes behind the last one and gets
its number plus 10; `ip access-list resequence NAME START STEP` numbers a list anew without changing its order; an
entry that is there already is not entered a second time, whatever its number. Releases before 17 do not show the
numbers in the running configuration, and count from 10 in steps of 10 only after a restart. Later ones show remarks
with the number of the entry that they stand before, and read them back so.
"""

import re
from collections.abc import Sequence

from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios.changes import LOOK, Texts, pastable
from auditor.platforms.cisco_ios.steps import Look, Step, read_of
from auditor.services.base import NotPossible
from auditor.syntax.ios_operations import AddLine, DropLine, Operation, Path

_NUMBERED = re.compile(r"(\d{1,10}) +(.*)")
_FIRST = _STEP = 10
_HIGHEST = 2_147_483_647


def insert_entries(
    texts: Texts, path: Path, entries: Sequence[str], *, before: str | None, services: Sequence[str]
) -> Edit:
    """Put entries, given without numbers, before another one, or behind the last.

    `path` is the list's head, or `access-list 101` for one that the top level shows line by line. `before` is the
    other entry as it is shown.
    """
    head = path[-1] if path else ""
    flat = re.fullmatch(r"access-list (\d{1,4})", head)
    if flat is not None:
        return _flat(texts, head, int(flat[1]), tuple(entries), before, services)
    if not texts.has_block(path):
        raise NotPossible("the access list is not in the running configuration", "look at `show ip access-lists`")
    shown = texts.entries(path)
    words = head.split()
    if len(words) != 4 or words[:2] != ["ip", "access-list"]:
        raise NotPossible("entries can be put into named access lists of IPv4 only", LOOK)
    numbers = [_number(each) for each in shown]
    place = _place(shown, before)
    while 0 < place < len(shown) and _is_remark(shown[place - 1]) and numbers[place - 1] == numbers[place] is not None:
        place -= 1
    if shown and all(number is not None for number in numbers):
        listed = [number for number in numbers if number is not None]
        new = _with_numbers(entries, listed, place)
        first: tuple[str, ...] = ()
        entered = tuple(new)
    elif any(number is not None for number in numbers):
        raise NotPossible("only some entries of the access list show a number", _resequence(words[3]))
    else:
        new = list(entries)
        first, entered = _without_numbers(words[3], shown, place, entries)
    before_text = shown[place] if place < len(shown) else ""
    _refuse_twins(shown, entries)
    operations = tuple(AddLine(path, line, before_text) for line in new)
    undo = tuple(DropLine(path, line) for line in reversed(new))
    return _edit(path, first, entered, entries, operations, undo, read_of(path, head), services, tuple(new))


def _flat(
    texts: Texts, head: str, number: int, entries: tuple[str, ...], before: str | None, services: Sequence[str]
) -> Edit:
    """A list that stands at the top level as `access-list 101 permit …`: it can be entered as a block as well."""
    shown = tuple(line.removeprefix(f"{head} ") for line in texts.lines((), head) if not line.startswith("no "))
    if not shown:
        raise NotPossible("the access list is not in the running configuration", "look at `show ip access-lists`")
    kind = "extended" if 100 <= number <= 199 or 2000 <= number <= 2699 else "standard"
    wanted = before.removeprefix(f"{head} ") if before is not None else None
    place = _place(shown, wanted)
    first, entered = _without_numbers(str(number), shown, place, entries)
    _refuse_twins(shown, entries)
    new = tuple(f"{head} {entry}" for entry in entries)
    if place < len(shown):
        operations = tuple(AddLine((), line, f"{head} {shown[place]}") for line in new)
    else:
        # Lines that are alike in their first words would come in behind those, not behind the last one.
        leading = (f"{head} {shown[-1]}", *new)
        operations = tuple(AddLine((), line, after=above) for line, above in zip(new, leading, strict=False))
    undo = tuple(DropLine((), line) for line in reversed(new))
    path = (f"ip access-list {kind} {number}",)
    return _edit(path, first, entered, entries, operations, undo, read_of((), head), services, new)


def _edit(
    path: Path,
    first: tuple[str, ...],
    entered: tuple[str, ...],
    entries: Sequence[str],
    operations: tuple[Operation, ...],
    undo: tuple[Operation, ...],
    asked: str,
    services: Sequence[str],
    shown: tuple[str, ...],
) -> Edit:
    back = tuple(f"no {entry}" for entry in reversed(entries))
    pastable(*path, *first, *entered, *back)
    looks = tuple(Look(asked, entry, (), (line,)) for entry, line in zip(entries, shown, strict=True))
    steps = (Step((), first, (), ()),) if first else ()
    return Edit(operations, undo, {"steps": (*steps, Step(path, entered, back, looks))}, tuple(services))


def _place(shown: Sequence[str], before: str | None) -> int:
    """Where the new entries come in."""
    if before is None:
        return len(shown)
    if shown.count(before) != 1:
        raise NotPossible("the entry that blocks is not in the access list, or not only once", LOOK)
    return shown.index(before)


def _number(entry: str) -> int | None:
    found = _NUMBERED.fullmatch(entry)
    return int(found[1]) if found is not None else None


def _is_remark(entry: str) -> bool:
    return entry.removeprefix(f"{_number(entry)} ").startswith("remark ")


def _with_numbers(entries: Sequence[str], numbers: list[int], place: int) -> list[str]:
    """The entries with free numbers; a remark has that of the entry behind it."""
    real = [each for number, each in enumerate(entries, start=1) if not _is_remark(each) or number == len(entries)]
    free = _free(numbers, place, len(real))
    found: list[str] = []
    used = 0
    for entry in entries:
        found.append(f"{free[used]} {entry}")
        used += not _is_remark(entry)
    return found


def _free(numbers: list[int], place: int, count: int) -> tuple[int, ...]:
    """Numbers between the neighbours, evenly spread."""
    if sorted(numbers) != numbers:
        raise NotPossible("the numbers of the access list are not in order", LOOK)
    low = numbers[place - 1] if place else 0
    if place == len(numbers):
        if low + count * _STEP > _HIGHEST:
            raise NotPossible("no number is free behind the last entry", LOOK)
        return tuple(low + _STEP * each for each in range(1, count + 1))
    gap = numbers[place] - low
    if gap <= count:
        raise NotPossible(
            "no number is free before the entry that blocks",
            "number the list anew with `ip access-list resequence NAME 10 10`, audit again",
        )
    return tuple(low + gap * each // (count + 1) for each in range(1, count + 1))


def _without_numbers(
    name: str, shown: Sequence[str], place: int, entries: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What numbers the list first, and the entries with numbers; behind the last one neither is needed."""
    if place == len(shown):
        return (), tuple(entries)
    if any(each.startswith("remark ") for each in (*shown, *entries)):
        lines = ", ".join(f"`{each}`" for each in entries if not _is_remark(each))
        raise NotPossible(
            "the running configuration shows no numbers, and releases differ in whether remarks have some",
            f"see the numbers with `show ip access-lists {name}`, and enter {lines} in the list, each with a free "
            f"number before that of `{shown[place]}`",
        )
    numbers = [_FIRST + _STEP * each for each in range(len(shown))]
    free = _free(numbers, place, len(entries))
    first = (f"ip access-list resequence {name} {_FIRST} {_STEP}",)
    return first, tuple(f"{number} {entry}" for number, entry in zip(free, entries, strict=True))


def _refuse_twins(shown: Sequence[str], entries: Sequence[str]) -> None:
    there = {found[2] if (found := _NUMBERED.fullmatch(each)) else each for each in shown}
    if there & set(entries) or len(set(entries)) != len(entries):
        raise NotPossible("the entry is in the access list already", LOOK)


def _resequence(name: str) -> str:
    return f"number the list anew with `ip access-list resequence {name} 10 10`, audit again"
