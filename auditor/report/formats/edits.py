"""The edits that a unified diff describes, as regions of the file before it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEAD = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")


@dataclass(frozen=True, slots=True)
class Edit:
    r"""`count` lines from line `first` on (from 1) give way to `text`; with `count` 0, it goes in before that line.

    `ended`: whether the last of the lines that go ends with a `\n` that goes with it.
    """

    first: int
    count: int
    text: str
    ended: bool = True


def edits_of(diff: str) -> Iterator[Edit]:
    """Give the edits of a diff of one file, without context. Lines end at a line feed only."""
    line = 0
    start, gone, come, ended = 0, 0, "", True
    after = ""

    def done() -> Iterator[Edit]:
        if gone or come:
            yield Edit(start, gone, come, ended)

    for text in diff.split("\n"):
        head = _HEAD.match(text)
        if head is None and not line:
            continue  # the names of the files
        sign, rest = text[:1], text[1:]
        if sign == "\\":  # the line before has no end
            if after == "+":
                come = come.removesuffix("\n")
            elif after == "-":
                ended = False
            continue
        if head is not None or sign not in ("-", "+"):
            yield from done()
            gone, come, ended = 0, "", True
            if head is not None:
                # An empty side is named by the line before it.
                line = int(head[1]) + (head[2] == "0")
            else:
                line += sign == " "
            start = line
        elif sign == "-":
            gone += 1
            line += 1
        else:
            come += f"{rest}\n"
        after = sign
    yield from done()
