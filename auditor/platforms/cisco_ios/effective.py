"""What a Catalyst 9800 shows to be in force: the timers of policy profiles, defaults of its release included.

The outputs of `show wireless profile policy detailed NAME` name their profile themselves. They count where no line of
the configuration says so: after an edit of the configuration they are older than it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from auditor.model import Disagreement, Fact, Listed, Stated, spans_of
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.wireless_names import plain
from auditor.services.reading import Reading, printable

_OUTPUTS = "commands/policy-profile-"
_NAME = re.compile(r"Policy Profile Name +: (.*)")
_STATUS = re.compile(r"Status +: (ENABLED|DISABLED) *")
_TIMER = re.compile(r" *(Session Timeout|Idle Timeout) +: (\d{1,9}) *")


@dataclass(frozen=True, slots=True)
class Timers:
    """The timers that one output shows; None: it was not captured, or does not show it."""

    session: Fact[timedelta] | None = None
    idle: Fact[timedelta] | None = None
    enabled: Fact[bool] | None = None


def timers(reading: Reading) -> Iterator[tuple[str, Timers]]:
    """Read all outputs that were captured: the profile's name and its timers."""
    for file in reading.capture.files:
        if file.path.startswith(_OUTPUTS):
            yield from _timers(reading, file.path)


def _timers(reading: Reading, path: str) -> Iterator[tuple[str, Timers]]:
    name = ""
    found: dict[str, Fact[timedelta]] = {}
    enabled: Fact[bool] | None = None
    for number, line in enumerate(reading.lines(path), start=1):
        if len(line) > 500:
            continue
        text = line.rstrip("\r")
        named = _NAME.fullmatch(text)
        timer = _TIMER.fullmatch(text)
        status = _STATUS.fullmatch(text)
        if named is not None:
            name = named[1].strip()
            reading.understood(reading.span(path, number))
        elif timer is not None:
            spans = reading.understood(reading.span(path, number))
            found[timer[1]] = Stated(timedelta(seconds=int(timer[2])), spans)
        elif status is not None:
            enabled = Stated(status[1] == "ENABLED", reading.understood(reading.span(path, number)))
    if name:
        yield name, Timers(found.get("Session Timeout"), found.get("Idle Timeout"), enabled)


def read(config: Config) -> Listed[Disagreement]:
    """Policy profiles that the configuration has on and the device shows as off, or the other way round."""
    blocks = {plain(block.name): block for block in config.blocks("wireless profile policy")}
    found = []
    for name, shown in timers(config.reading):
        line = blocks[name].said("shutdown") if name in blocks else None
        if line is None or not isinstance(shown.enabled, Stated) or shown.enabled.value is line.no:
            continue
        state = "on" if shown.enabled.value else "off"
        wanted = "on" if line.no else "off"
        said = f"policy profile {printable(name)} is configured to be {wanted}, and the device shows that it is {state}"
        spans = spans_of(Stated(line.no, (line.span,)), shown.enabled)
        found.append(Disagreement(config.device, f"policy profile {printable(name)}", Stated(said, spans)))
    return Listed(tuple(found))
