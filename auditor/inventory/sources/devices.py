"""What every source of devices gives, whatever it is read from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from auditor.errors import AuditorError
from auditor.inventory.document import Text


class SourceError(AuditorError):
    """Another inventory cannot be asked: not there, refused, not understood."""


@dataclass(frozen=True, slots=True)
class SourcedDevice:
    """One device of another inventory, in the words of ours.

    `site` is empty for a device that sites share. `keys` are keys of a device (`host`, `platform`, `port`, `username`,
    `jump_host`, `roles` separated by blanks …) with the texts that another inventory states for them, each with its
    line in `file`, or in the file that `files` names for the key; where there is no file, `file` is the address of the
    object and the line is 1. `site_keys` are in the same way keys of the site (`timezone`). `variables` fill
    placeholders of the site; secrets are not among them.
    """

    name: str
    site: str
    groups: tuple[str, ...]
    tags: tuple[str, ...]
    keys: Mapping[str, Text]
    site_keys: Mapping[str, Text]
    variables: Mapping[str, str]
    file: str
    line: int
    files: Mapping[str, str] = field(default_factory=dict)


class Source(Protocol):
    """Another inventory."""

    def devices(self) -> Iterator[SourcedDevice]:
        """Yield each device; raises `InventoryError` with file and line, or `SourceError`."""
