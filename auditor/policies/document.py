"""Strict access to a YAML document of ours: what is missing, of another type or too much is a `DataError`.

Each error names the file and the place in it (`thresholds.working_day_margin`). Data that ships with the program is
written by people too, and a key with a typing mistake must not turn into a check that never fires.
"""

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Any, NoReturn, TypeVar

import yaml

from auditor.errors import DataError

Choice = TypeVar("Choice", bound=StrEnum)
_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


class Table:
    """One mapping of the document. Every key has to be read; `finish` complains about those that were not."""

    def __init__(self, file: str, place: str, value: object) -> None:
        self.file = file
        self.place = place
        if not isinstance(value, dict):
            self.fail("a mapping is expected here")
        wrong = next((key for key in value if not isinstance(key, str)), None)
        if wrong is not None:
            self.fail(f"key {wrong!r} is not text; quote it")
        self._value: dict[str, Any] = value
        self._read: set[str] = set()

    def at(self, key: str) -> str:
        """Return the place of a key, counted from the top of the document."""
        return f"{self.place}.{key}" if self.place else key

    def fail(self, message: str, key: str | None = None) -> NoReturn:
        """Raise `DataError` for this table, or for one key of it."""
        place = self.place if key is None else self.at(key)
        raise DataError(f"{self.file}: {place or 'top'}: {message}")

    def has(self, key: str) -> bool:
        """Say whether an optional key is there; reading it is still up to the caller."""
        return key in self._value

    def get(self, key: str) -> Any:
        """Return a value as YAML gives it."""
        self._read.add(key)
        if key not in self._value:
            self.fail("missing", key)
        return self._value[key]

    def text(self, key: str) -> str:
        value = self.get(key)
        if not isinstance(value, str) or not value.strip():
            self.fail("text is expected", key)
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.get(key)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.fail("a list of texts is expected", key)
        if len(set(value)) != len(value):
            self.fail("an entry stands there twice", key)
        return tuple(value)

    def flag(self, key: str) -> bool:
        value = self.get(key)
        if not isinstance(value, bool):
            self.fail("true or false is expected", key)
        return value

    def whole(self, key: str) -> int:
        value = self.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail("a whole number is expected", key)
        return value

    def date(self, key: str) -> date:
        value = self.get(key)
        if type(value) is not date:
            self.fail("a date such as 2026-11-23 is expected", key)
        return value

    def time(self, key: str) -> time:
        try:
            return time.fromisoformat(self.text(key))
        except ValueError:
            self.fail('a time of day such as "09:30" is expected', key)

    def duration(self, key: str) -> timedelta:
        match = re.fullmatch(r"([0-9]+)(s|min|h|d)", self.text(key))
        if match is None:
            self.fail("a duration such as 30min, 12h or 2d is expected", key)
        return timedelta(**{_UNITS[match[2]]: int(match[1])})

    def address(self, key: str) -> IPv4Address:
        try:
            return IPv4Address(self.text(key))
        except ValueError as error:
            self.fail(str(error), key)

    def network(self, key: str) -> IPv4Network:
        return self._network(self.text(key), key)

    def networks(self, key: str) -> tuple[IPv4Network, ...]:
        return tuple(self._network(text, key) for text in self.texts(key))

    def ipv6_addresses(self, key: str) -> tuple[IPv6Address, ...]:
        """Return addresses of version 6, none where the key is not there."""
        try:
            return tuple(map(IPv6Address, self.texts(key))) if self.has(key) else ()
        except ValueError as error:
            self.fail(str(error), key)

    def choice(self, key: str, choices: type[Choice]) -> Choice:
        return self._choice(self.text(key), key, choices)

    def choices(self, key: str, choices: type[Choice]) -> tuple[Choice, ...]:
        return tuple(self._choice(text, key, choices) for text in self.texts(key))

    def one_of(self, key: str, known: tuple[str, ...]) -> str:
        """Return a text that must be the name of something that stands elsewhere in the document."""
        value = self.text(key)
        if value not in known:
            self.fail(f"{value!r} is none of {', '.join(known)}", key)
        return value

    def some_of(self, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """Return texts each of which must be the name of something that stands elsewhere in the document."""
        values = self.texts(key)
        for value in values:
            if value not in known:
                self.fail(f"{value!r} is none of {', '.join(known)}", key)
        return values

    def table(self, key: str) -> "Table":
        return Table(self.file, self.at(key), self.get(key))

    def tables(self, key: str) -> Iterator["Table"]:
        """Give the mappings of a list, each placed by its number: `hosts.3`."""
        value = self.get(key)
        if not isinstance(value, list):
            self.fail("a list is expected", key)
        for number, each in enumerate(value):
            yield Table(self.file, f"{self.at(key)}.{number}", each)

    def entries(self) -> Iterator[tuple[str, "Table"]]:
        """Give the mappings of this table with their keys, in the order of the document."""
        for key in self._value:
            yield key, self.table(key)

    def names(self) -> tuple[str, ...]:
        """Return the keys, in the order of the document; reading each is still up to the caller."""
        return tuple(self._value)

    def finish(self) -> None:
        """Refuse keys that nobody has read."""
        left = sorted(set(self._value) - self._read)
        if left:
            self.fail(f"unknown key {', '.join(map(repr, left))}")

    def _network(self, text: str, key: str) -> IPv4Network:
        try:
            return IPv4Network(text)
        except ValueError as error:
            self.fail(str(error), key)

    def _choice(self, text: str, key: str, choices: type[Choice]) -> Choice:
        try:
            return choices(text)
        except ValueError:
            self.fail(f"{text!r} is none of {', '.join(choices)}", key)


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key written twice, where PyYAML would keep the last one without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key.value!r} stands there twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_document(file: str, text: str) -> Table:
    """Read a YAML text; `file` is its name in messages."""
    try:
        return Table(file, "", yaml.load(text, _Loader))  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise DataError(f"{file}: {error}") from error
