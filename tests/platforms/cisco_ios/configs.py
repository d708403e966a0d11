"""Running configurations of tests, read as the platform reads them."""

from dataclasses import replace
from datetime import UTC, datetime

from auditor.capture import Capture, CapturedFile, Kind
from auditor.platforms.cisco_ios.config import RUNNING, Config
from auditor.profiles import load_profile
from auditor.services.reading import Reading

HEAD = "version 17.9\nhostname gw\n"


def capture(text: str, outputs: dict[str, str] | None = None) -> Capture:
    """A capture with this running configuration, and outputs of commands by their path."""
    files = [CapturedFile(RUNNING, text, Kind.CONFIGURATION)]
    files += [CapturedFile(path, output, Kind.STATE) for path, output in (outputs or {}).items()]
    return Capture("gw", "cisco_ios", tuple(files), (), datetime(2026, 3, 2, 9, 30, tzinfo=UTC), False, "test")


def reading(text: str, outputs: dict[str, str] | None = None) -> Reading:
    """The texts of a device as its modules read them."""
    return Reading(capture(text, outputs), load_profile("cisco_ios"))


def config(text: str, *, whole: bool = True, not_understood: frozenset[int] = frozenset()) -> Config:
    """A configuration; `whole`: with the version in front and the word `end` behind, so that nothing is missing."""
    said = f"{HEAD}{text}\nend\n" if whole else text
    return Config.of(reading(said), not_understood=not_understood)


def without(given: Capture, path: str) -> Capture:
    """A capture without one of its files."""
    return replace(given, files=tuple(file for file in given.files if file.path != path))
