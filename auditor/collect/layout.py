"""How a capture lies on disk: a directory that mirrors the device's paths, and `capture.json` beside them.

`/etc/config/dhcp` lies at `etc/config/dhcp`, the output of the command `dhcp-leases` at
`commands/dhcp-leases.txt`. Paths come from devices, so each part is made harmless and nothing can lie outside.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from auditor.capture import Capture, Gap, Kind
from auditor.errors import CaptureError

METADATA = "capture.json"
COMMANDS = "commands"
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Times outside are nonsense, and with those at the end of the calendar no time zone and no lease can be reckoned."""

_VERSION = 1
_HARMLESS = re.compile(rb"[A-Za-z0-9_@+=,-]")


@dataclass(frozen=True, slots=True)
class Stored:
    """What `capture.json` says: when and where from, what is missing, and which file holds which path."""

    platform: str
    taken_at: datetime
    time_is_weak: bool
    source: str
    sha256: str
    gaps: tuple[Gap, ...]
    files: Mapping[str, tuple[str, Kind]]  # path below the directory → path on the device, kind


def place(path: str) -> PurePosixPath:
    """Return where the text of a path lies, below the directory; raises `CaptureError` for a path with `..`.

    Characters that a file system or a shell could take for more than a name are written as `%2F` and the like;
    equal results mean equal paths.
    """
    parts = path.removeprefix("/").split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise CaptureError(f"a capture cannot hold the path {path!r}")
    names = [_harmless(part) for part in parts]
    if names[0] == METADATA:
        names[0] = "%63apture.json"
    if any(len(name) > 200 for name in names):
        raise CaptureError(f"a capture cannot hold a path as long as {path[:80]!r}…")
    return PurePosixPath(*names)


def _harmless(part: str) -> str:
    """Escape all but letters, digits and a few signs; a dot only where it leads, so that nothing is hidden."""
    octets = part.encode("utf-8", "surrogatepass")
    shown = ""
    for position, octet in enumerate(octets):
        character = bytes((octet,))
        if _HARMLESS.match(character) or (character == b"." and position > 0):
            shown += character.decode("ascii")
        else:
            shown += f"%{octet:02X}"
    return shown


def written(capture: Capture) -> str:
    """Return the text of `capture.json`."""
    data = {
        "version": _VERSION,
        "device": capture.device,
        "platform": capture.platform,
        "taken_at": capture.taken_at.isoformat(),
        "time_is_weak": capture.time_is_weak,
        "source": capture.source,
        "sha256": capture.sha256,
        "gaps": [asdict(gap) for gap in capture.gaps],
        "files": {str(place(file.path)): {"path": file.path, "kind": file.kind} for file in capture.files},
    }
    return json.dumps(data, indent=2) + "\n"


def read(text: str, where: str) -> Stored:
    """Read `capture.json`; raises `CaptureError` if it is not one of ours."""
    try:
        data: dict[str, Any] = json.loads(text)
        if data["version"] != _VERSION:
            raise CaptureError(f"{where}: version {data['version']} was written by another version of this program")
        stored = Stored(
            platform=_text(data["platform"]),
            taken_at=datetime.fromisoformat(data["taken_at"]),
            time_is_weak=bool(data["time_is_weak"]),
            source=_text(data["source"]),
            sha256=_text(data["sha256"]),
            gaps=tuple(Gap(_text(gap["path"]), _text(gap["why"]), _text(gap["settle"])) for gap in data["gaps"]),
            files={name: (_text(file["path"]), Kind(file["kind"])) for name, file in data["files"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise CaptureError(
            f"{where} cannot be read ({type(error).__name__}: {error}); remove it or repair it"
        ) from error
    for name, (path, _) in stored.files.items():
        try:
            lies_there = str(place(path)) == name
        except CaptureError as error:
            raise CaptureError(f"{where}: {error}") from error
        if not lies_there:
            raise CaptureError(f"{where}: {path!r} of the device does not lie at {name!r}; remove it or repair it")
    if stored.taken_at.tzinfo is None:
        raise CaptureError(f"{where}: taken_at has no time zone")
    if not EARLIEST <= stored.taken_at < LATEST:
        raise CaptureError(f"{where}: taken_at is not a time at which anything was captured")
    return stored


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text")
    return value
