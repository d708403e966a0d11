"""What one device gave, as one object: all its texts and what is missing, in one canonical form.

One object a device, not one a text: 10,000 devices of 27 texts are 10,000 files, not 270,000. Time, source and the
device's name are left out, so that a device which gives the same again is the same object.
"""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from auditor.capture import Capture, CapturedFile, Gap, Kind

_VERSION = 1


def packed(capture: Capture) -> bytes:
    """Return the content of the object of a capture."""
    data = {
        "version": _VERSION,
        "platform": capture.platform,
        "files": [[file.path, file.kind, file.text] for file in capture.files],
        "gaps": [asdict(gap) for gap in capture.gaps],
    }
    # ASCII keeps half characters, which a device may send and UTF-8 cannot hold.
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode("ascii")


def unpacked(content: bytes, *, device: str, taken_at: datetime, time_is_weak: bool, source: str) -> Capture | None:
    """Return the capture of an object; None if it is none that this version wrote."""
    try:
        data: dict[str, Any] = json.loads(content)
        if data["version"] != _VERSION:
            return None
        files = tuple(CapturedFile(path, text, Kind(kind)) for path, kind, text in data["files"])
        gaps = tuple(Gap(**gap) for gap in data["gaps"])
        return Capture(device, str(data["platform"]), files, gaps, taken_at, time_is_weak, source)
    except (KeyError, TypeError, ValueError):
        return None
