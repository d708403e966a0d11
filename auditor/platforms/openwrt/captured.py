"""What a capture says of files that are not in it: not installed, or asked for and not obtained."""

from auditor.capture import Capture
from auditor.model import Coverage, Span, Unknown
from auditor.services.reading import lines_of

_LISTING = "commands/config-list.txt"


def not_obtained(capture: Capture, path: str) -> Unknown | None:
    """Return why nothing can be said of a file that was asked for, or None: not asked, not there, or captured."""
    if capture.file(path) is not None:
        return None
    gap = next((gap for gap in capture.gaps if gap.path == path), None)
    return None if gap is None else Unknown(f"{path} was not captured: {gap.why}", settle=gap.settle)


def package_not_obtained(capture: Capture, package: str) -> Unknown | None:
    """Return why a package that the device has cannot be judged; None if the device does not have it."""
    path = f"/etc/config/{package}"
    listing = capture.file(_LISTING)
    for number, line in enumerate(lines_of(listing.text) if listing is not None else (), start=1):
        if line.strip() == package:
            span = Span(capture.device, _LISTING, number, number)
            return Unknown(f"package '{package}' is installed but was not captured", (span,), f"add {path}")
    if listing is None and not_obtained(capture, _LISTING) is not None and capture.file(path) is None:
        return not_obtained(capture, _LISTING)
    return not_obtained(capture, path)


def unread(capture: Capture, path: str) -> Coverage:
    """Count a file from which no fact is taken."""
    file = capture.file(path)
    return Coverage(path, 0, len(lines_of(file.text)) if file is not None else 0, ())
