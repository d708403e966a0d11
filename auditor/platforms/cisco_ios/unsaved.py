"""Whether the running configuration was changed after it was saved last: a restart would bring the old one back.

IOS writes both times into comments in front of the configuration. Entering configuration mode counts as a change, too,
so that the comments tell that something may be lost, not what; where one of them is missing, they tell nothing.
Source: Cisco, Configuration Fundamentals Command Reference, `show running-config`.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from auditor.model import Disagreement, Listed, Span, Stated
from auditor.platforms.cisco_ios.config import Config
from auditor.syntax.ios import LineKind

_TIME = re.compile(
    r"! (Last configuration change|NVRAM config last updated) at (\d\d:\d\d:\d\d) (\S{1,7}) \w{3} "
    r"(\w{3}) +(\d{1,2}) (\d{4})(?: by .*)?"
)
_OTHER_ZONE = timedelta(hours=26)
"""How far two times of different zones may be apart: summer time came, or the clock was told where it is."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read(config: Config) -> Listed[Disagreement]:
    """The difference that both times show, if there is one."""
    seen = {what: (when, zone, span) for what, when, zone, span in _times(config)}
    changed, saved = seen.get("Last configuration change"), seen.get("NVRAM config last updated")
    if changed is None or saved is None:
        return Listed()
    if changed[0] - saved[0] <= (timedelta() if changed[1] == saved[1] else _OTHER_ZONE):
        return Listed()
    said = (
        f"the configuration was changed at {changed[0]:%Y-%m-%d %H:%M}, and saved last at {saved[0]:%Y-%m-%d %H:%M}: "
        "a restart takes back what was not saved"
    )
    return Listed((Disagreement(config.device, "not saved", Stated(said, (changed[2], saved[2]))),))


def _times(config: Config) -> Iterator[tuple[str, datetime, str, Span]]:
    for number, kind in enumerate(config.document.kinds, start=1):
        if kind is LineKind.COMMAND:
            return
        line = config.document.lines[number - 1]
        found = _TIME.fullmatch(line.strip()) if kind is LineKind.COMMENT and len(line) < 200 else None
        if found is None or found[4] not in _MONTHS:
            continue
        try:
            when = datetime.fromisoformat(f"{found[6]}-{_MONTHS.index(found[4]) + 1:02}-{int(found[5]):02}T{found[2]}")
        except ValueError:
            continue
        yield found[1], when, found[3], Span(config.device, config.file, number, number)
