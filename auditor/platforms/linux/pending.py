"""Files that were changed after the service that reads them was started: their changes do not act yet.

Only services that never read a file again can be told so; the others may have been told to in the meantime.
"""

from collections.abc import Iterable, Iterator

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.linux.discovery_files import Root, reached
from auditor.platforms.linux.outputs import CLOCK
from auditor.services import Instance, Reading, Service

CHANGED = "commands/changed"
_AT_ONCE = 2
"""Seconds; a service that is started by the script that wrote its file."""


def pending(reading: Reading, instances: Iterable[Instance], services: Iterable[Service]) -> Fact[bool]:
    """Whether a change waits for a restart; `Unknown` where times of files or processes were not captured."""
    once = {service.name: service for service in services if service.reads_once}
    now = _number(reading, CLOCK)
    seen: list[Span] = []
    for instance in instances:
        if instance.service not in once or instance.age < 0 or now is None:
            continue
        started = now[0] - instance.age
        for changed, span in _changes(reading, once[instance.service], instance):
            spans = reading.understood(span, *instance.running.spans, now[1])
            if changed > started + _AT_ONCE:
                return Stated(True, spans)
            seen += spans
    if seen:
        return Stated(False, tuple(dict.fromkeys(seen)))
    return Unknown(
        "whether a file was changed after its service had read it was not captured",
        settle="look when the files were changed and when the services were started",
    )


def _changes(reading: Reading, service: Service, instance: Instance) -> Iterator[tuple[int, Span]]:
    texts = {file.path: file.text for file in reading.capture.files}
    for path, include in reached(Root(service, instance.file, instance.arguments), texts):
        if include is None or not include.folder:
            found = _number(reading, f"{CHANGED}{path}")
            if found is not None:
                yield found


def _number(reading: Reading, path: str) -> tuple[int, Span] | None:
    lines = reading.lines(path)
    if not lines or not lines[0].strip().isdecimal() or len(lines[0]) > 12:
        return None
    return int(lines[0]), reading.span(path, 1)
