"""Where a run keeps what it must remember: beside the inventory, and one key in the user's state directory."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from auditor.runs.objects import Objects
from auditor.secrets import Redactor


@dataclass(frozen=True, slots=True)
class Workplace:
    """Files that belong to one inventory: recorded host keys, runs, and the last audit of each site."""

    inventory: Path

    @property
    def root(self) -> Path:
        return self.inventory.resolve().parent / ".auditor"

    @property
    def host_keys(self) -> Path:
        return self.root / f"{self.inventory.stem}.known_hosts"

    @property
    def runs(self) -> Path:
        """Directory of the runs of this inventory."""
        return self.root / "runs" / self.inventory.stem

    @property
    def objects(self) -> Objects:
        """Texts that devices gave, by their hash; all inventories of a directory share them."""
        return Objects(self.root / "objects")

    def last(self, site: str) -> Path:
        """Directory of the captures of a site's last audit. Any name gives one safe folder name."""
        return self.root / "last" / self.inventory.stem / folder_name(site)


def folder_name(name: str) -> str:
    """Make one folder name of any name: letters, digits, `-`, `_` and inner dots stay, the rest is escaped."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else f"%{ord(c):x}" for c in name)
    return safe.lstrip(".") or "%"


def redactor() -> Redactor:
    """Return the redactor of this installation; its key is made on first use and readable by its owner only."""
    return _redactor(_state_directory() / "redaction.key")


@cache
def _redactor(path: Path) -> Redactor:
    # One for a whole process: where no key can be kept, saved and live texts still get the same tokens.
    with suppress(OSError):
        key = path.read_bytes()
        if len(key) >= 32:
            return Redactor(key)
    key = secrets.token_bytes(32)
    # Where nothing can be written, a key for this run alone still hides everything; only the equality of
    # secrets between runs is lost.
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
        return Redactor(key)
    with suppress(OSError):
        other = path.read_bytes()
        return Redactor(other if len(other) >= 32 else key)
    return Redactor(key)


def _state_directory() -> Path:
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "auditor"
