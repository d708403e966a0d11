"""The run of an audit as a history takes it down, site by site."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from auditor import __version__, resources
from auditor.cli.recording import INTERRUPTED
from auditor.cli.sites import SiteParts
from auditor.inventory import Inventory

if TYPE_CHECKING:
    from auditor.history.record import Record


@dataclass(frozen=True, slots=True)
class Historic:
    """Keeps what an audit finds; `record` None keeps nothing."""

    record: "Record | None" = None

    def add(self, parts: SiteParts) -> None:
        """Keep one site; raises `StorageError`."""
        if self.record is not None:
            assert parts.kept is not None
            self.record.add(parts.kept)

    def finish(self, code: int) -> None:
        """Say that the run is whole. One that was stopped is not."""
        if self.record is not None and code != INTERRUPTED:
            self.record.finish(datetime.now(UTC), code)


def usable(place: str | None) -> str | None:
    """Return what `--history` said, before anything is asked or written down; `UsageError` if it cannot be one."""
    if place is not None:
        from auditor.history.database import checked

        checked(place)
    return place


@contextmanager
def historic(place: str | None, found: Inventory, now: datetime, sites: int) -> Iterator[Historic]:
    """Begin a run in the history at a place, if there is one."""
    if place is None:
        yield Historic()
        return
    from auditor.history.database import opened
    from auditor.history.record import About, Record

    about = About(now, __version__, found.sha256, _profiles(), sites)
    record = Record.begin(opened(place, create=True), about, random=secrets.token_hex(3))
    yield Historic(record)


def _profiles() -> dict[str, str]:
    root = resources.device_profiles()
    files = sorted(root.rglob("*.yaml"))
    return {str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in files}
