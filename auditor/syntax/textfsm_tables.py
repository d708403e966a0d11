"""Run a TextFSM template over the output of a command: rows that know their lines, and the lines that nothing matched.

TextFSM gives records without line numbers. Here lines are fed one by one, and the state machine is watched while it
assigns values and closes records. A line that no rule of the template matched, or that a rule calls an error, is loose:
whoever reads the table decides what that means. No text makes the reader raise, and a line is matched in bounded time.

Source: TextFSM's wiki, "Code Lab"; what is overridden below is marked there and in its source for debugging tools.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textfsm import TextFSM, TextFSMError

_LONGEST = 600
"""Columns of a line that templates see. A device is asked for 511 at most, and regular expressions with some freedom
take too long on longer ones."""

_BREAKS = re.compile("[\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]")
"""What Python counts as line breaks and evidence does not."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its values by name ('' if not given, lists joined by commas) and the line of each, 1-based."""

    values: Mapping[str, str]
    lines: Mapping[str, int]
    first: int

    def text(self, name: str) -> str:
        """The value without blanks around it, '' if the record has none."""
        return self.values.get(name, "").strip()

    def line(self, name: str) -> int:
        """The line that gave the value; the first of the record if it has none."""
        return self.lines.get(name, self.first)


@dataclass(frozen=True, slots=True)
class Table:
    """The records of one output in their order, and the numbers of the lines that the template does not know."""

    rows: tuple[Row, ...]
    loose: tuple[int, ...]


def read_table(template: str, text: str) -> Table:
    """Read an output by a template; a template that is none raises `TextFSMTemplateError`."""
    machine = _Watched(io.StringIO(template))
    loose: list[int] = []
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if machine.ended:
            break
        plain = _BREAKS.sub(" ", line.removesuffix("\r"))
        if not plain.strip() or (len(plain) <= _LONGEST and machine.takes(plain, number)):
            continue
        loose.append(number)
    machine.close()
    return Table(tuple(machine.rows), tuple(loose))


class _Watched(TextFSM):  # type: ignore[misc]
    """A state machine that notes where values come from."""

    def __init__(self, template: io.StringIO) -> None:
        self.rows: list[Row] = []
        self._number = 0
        self._matched = False
        self._kept: frozenset[str] = frozenset()
        self._places: dict[str, int] = {}
        super().__init__(template)
        self._kept = frozenset(value.name for value in self.values if "Filldown" in value.OptionNames())

    @property
    def ended(self) -> bool:
        """Whether the template says that nothing of interest follows."""
        return self._cur_state_name in ("End", "EOF")

    def takes(self, line: str, number: int) -> bool:
        """Feed one line; say whether a rule knows it."""
        self._number, self._matched = number, False
        try:
            self.ParseText(line, eof=False)
        except TextFSMError:
            return False
        return self._matched

    def close(self) -> None:
        """Close the last record."""
        self.ParseText("", eof=True)

    def _CheckRule(self, rule: Any, line: str) -> Any:  # noqa: N802
        found = super()._CheckRule(rule, line)
        if found and rule.line_op != "Continue":
            self._matched = True
        return found

    def _AssignVar(self, matched: re.Match[str], value: str) -> None:  # noqa: N802
        super()._AssignVar(matched, value)
        if matched.group(value) is not None:
            self._places.setdefault(value, self._number)
            if value in self._kept:
                self._places[value] = self._number

    def _AppendRecord(self) -> None:  # noqa: N802
        places, before = dict(self._places), len(self._result)
        super()._AppendRecord()
        own = [line for name, line in places.items() if name not in self._kept]
        if len(self._result) > before and own:
            values = {name: _text(value) for name, value in zip(self.header, self._result[-1], strict=True)}
            self.rows.append(Row(values, places, min(own)))

    def _ClearRecord(self) -> None:  # noqa: N802
        super()._ClearRecord()
        self._places = {name: line for name, line in self._places.items() if name in self._kept}

    def _ClearAllRecord(self) -> None:  # noqa: N802
        super()._ClearAllRecord()
        self._places = {}


def _text(value: str | list[str | None] | None) -> str:
    return ",".join(filter(None, value)) if isinstance(value, list) else value or ""
