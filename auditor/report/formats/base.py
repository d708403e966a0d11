"""What a format is: something that takes sites in any order, and then writes one document of all of them."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any, Protocol, TextIO, TypeAlias

from auditor.report.json_report import SiteJson
from auditor.report.outcome import Outcome
from auditor.report.shared import SharedDevices, SharedReport
from auditor.report.spooled import Spooled


class Document(Protocol):
    """One report that is being made."""

    def take(self, number: int, site: SiteJson) -> None:
        """Take the site with this number in the inventory; sites come in any order."""

    def finish(self, outcome: Outcome, shared: SharedDevices, reports: tuple[SharedReport, ...]) -> None:
        """Write the document: all sites in the order of their numbers, and how the run ended."""


@dataclass(frozen=True, slots=True)
class Run:
    """When a run judges by (`now`), and the clock that tells at the end how long it took."""

    now: datetime
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


Opened: TypeAlias = Callable[[TextIO, IO[bytes], Run], Document]
"""Begins a document that goes to a stream; what must wait for the last site waits in the other file."""


@dataclass(frozen=True, slots=True)
class Format:
    """A value of `--report NAME=PATH`; `title` is what people call it."""

    name: str
    title: str
    opened: Opened


@dataclass(frozen=True, slots=True)
class SiteTold:
    """What the JSON report says of one site, as values. Keys are those of `report.schema.json`."""

    policy: str
    site: Mapping[str, Any]
    verdicts: tuple[Mapping[str, Any], ...]
    failures: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, site: SiteJson) -> "SiteTold":
        """Read the texts that a worker sent."""
        verdicts = tuple(json.loads(text) for text in site.verdicts)
        failures = tuple(json.loads(text) for text in site.failures)
        return cls(f"{site.policy} {site.policy_version}", json.loads(site.site), verdicts, failures)

    @property
    def name(self) -> str:
        name: str = self.site["site"]
        return name


class Waiting:
    """What formats keep of each site until the last one is there: any JSON value, on disk."""

    def __init__(self, file: IO[bytes]) -> None:
        self._spooled = Spooled(file)

    def put(self, number: int, value: Any) -> None:
        self._spooled.put(number, json.dumps(value, ensure_ascii=True))

    def all(self) -> Iterator[Any]:
        """Give what was kept, site by site in the order of the inventory; it may be read again."""
        return map(json.loads, self._spooled.texts())


def utc(at: datetime) -> str:
    """Write a time as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
