r"""A unified diff of captured text against edited text, without any redacted or unprintable line in a hunk.

A redacted line is another one on the device, and so is one with octets that are no UTF-8, so `patch` would refuse it
as context; a line with control characters could control the terminal of whoever looks at the diff. Context therefore
ends where such a line begins. Lines end at `\n` only; a `\r` before it belongs to the line.
"""

import re
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from auditor.secrets import has_token

_CONTEXT = 3
_OCTET = re.compile(r"\\x[89a-f][0-9a-f]")
_MANY = 1000
"""Lines between two changes from where on a hunk may be longer than it needs to be; matching takes time squared."""
_UNENDED = "\\ No newline at end of file\n"


class _Change(NamedTuple):
    """Lines `old`..`old_end` become lines `new`..`new_end`; both count from 0, and the ends are exclusive."""

    old: int
    old_end: int
    new: int
    new_end: int


def unified_diff(before: str, after: str, path: str) -> str:
    """Return the diff of two texts of one file in unified format, '' if they are equal.

    Raises `ValueError` if such a line itself differs.
    """
    old, new = _lines(before), _lines(after)
    changes = _changes(old, new)
    if not changes:
        return ""
    name = path.lstrip("/")
    hunks = (line for group in _groups(changes, old) for line in _hunk(group, old, new))
    return "".join((f"--- a/{name}\n", f"+++ b/{name}\n", *hunks))


def _withheld(line: str) -> bool:
    """Say whether a line must not stand in a hunk; tabs and the end of the line are fine.

    An octet that is no UTF-8 is captured as an escape, so that the line is another one on the device.
    """
    printable = line.rstrip("\r\n").replace("\t", " ").isprintable()
    return not printable or has_token(line) or _OCTET.search(line) is not None


def _lines(text: str) -> list[str]:
    """Take a text apart; each line keeps its end, which the last one may not have."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def _changes(old: list[str], new: list[str]) -> list[_Change]:
    """Compare piece by piece between redacted lines, which must be the same on both sides."""
    fixed_old = [-1, *(index for index, line in enumerate(old) if _withheld(line)), len(old)]
    fixed_new = [-1, *(index for index, line in enumerate(new) if _withheld(line)), len(new)]
    if [old[index] for index in fixed_old[1:-1]] != [new[index] for index in fixed_new[1:-1]]:
        raise ValueError("a change would touch a redacted or unprintable line")
    found: list[_Change] = []
    for (low, high), (left, right) in zip(pairwise(fixed_old), pairwise(fixed_new), strict=True):
        piece, other = old[low + 1 : high], new[left + 1 : right]
        # An edit leaves nearly all as it was, and the matcher is slow where many lines are the same.
        head = _same(piece, other)
        tail = _same(piece[head:][::-1], other[head:][::-1])
        piece, other = piece[head : len(piece) - tail], other[head : len(other) - tail]
        matcher = SequenceMatcher(a=piece, b=other, autojunk=len(other) > _MANY)
        found += [
            _Change(low + 1 + head + a, low + 1 + head + a_end, left + 1 + head + b, left + 1 + head + b_end)
            for tag, a, a_end, b, b_end in matcher.get_opcodes()
            if tag != "equal"
        ]
    return found


def _same(old: list[str], new: list[str]) -> int:
    """Count the lines that both sides begin with."""
    count = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        count += 1
    return count


def _groups(changes: list[_Change], old: list[str]) -> list[list[_Change]]:
    """Put changes whose contexts meet into one hunk, unless a redacted line stands between them."""
    groups = [[changes[0]]]
    for change in changes[1:]:
        between = old[groups[-1][-1].old_end : change.old]
        if len(between) <= 2 * _CONTEXT and not any(map(_withheld, between)):
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups


def _hunk(group: list[_Change], old: list[str], new: list[str]) -> list[str]:
    first, last = group[0], group[-1]
    lead, trail = _context(old, first.old, last.old_end)
    lines = [f" {line}" for line in lead]
    position = first.old
    for change in group:
        lines += [f" {line}" for line in old[position : change.old]]
        lines += [f"-{line}" for line in old[change.old : change.old_end]]
        lines += [f"+{line}" for line in new[change.new : change.new_end]]
        position = change.old_end
    lines += [f" {line}" for line in trail]
    count_old = sum(line[0] in " -" for line in lines)
    count_new = sum(line[0] in " +" for line in lines)
    # An empty side is named by the line before it.
    at_old = first.old - len(lead) + (1 if count_old else 0)
    at_new = first.new - len(lead) + (1 if count_new else 0)
    head = f"@@ -{at_old},{count_old} +{at_new},{count_new} @@\n"
    return [head, *(line if line.endswith("\n") else f"{line}\n{_UNENDED}" for line in lines)]


def _context(old: list[str], first: int, end: int) -> tuple[list[str], list[str]]:
    """The lines around a change, up to the next redacted ones.

    GNU patch takes a hunk with less context on one side for one that begins or ends the file, so both sides are
    cut to the same length where that is not so.
    """
    lead = old[max(0, first - _CONTEXT) : first]
    for index in range(len(lead) - 1, -1, -1):
        if _withheld(lead[index]):
            lead = lead[index + 1 :]
            break
    trail = old[end : end + _CONTEXT]
    for index, line in enumerate(trail):
        if _withheld(line):
            trail = trail[:index]
            break
    if len(lead) < len(trail) and len(lead) < first:
        trail = trail[: len(lead)]
    if len(trail) < len(lead) and end + len(trail) < len(old):
        lead = lead[len(lead) - len(trail) :]
    return lead, trail
