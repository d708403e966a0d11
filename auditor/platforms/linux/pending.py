"""Files that were changed after the service that reads them was started: their changes may not act yet.

A service that never reads its files again certainly runs what they said before. Of one that reads them when it is told
to nobody can see whether it was told, so a file that is younger is a doubt.
"""

from collections.abc import Iterable, Iterator

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.linux.discovery_files import Root, reached
from auditor.platforms.linux.outputs import CLOCK
from auditor.services import Instance, Reading, Rereads, Service

CHANGED = "commands/changed"
_AT_ONCE = 2
"""Seconds; a service that is started by the script that wrote its file."""
_NOT_SEEN = Unknown(
    "whether a file was changed after its service had read it was not captured",
    settle="compare `stat -c %Y FILE` of the files with the times at which the services were started (`ps -o etimes`)",
)


def pending(reading: Reading, instances: Iterable[Instance], services: Iterable[Service]) -> Fact[bool]:
    """Whether a change waits for a restart; `Unknown` where times of files or processes were not captured.

    It `could_be` either where a file is known to be younger and the service may have read it again.
    """
    for file in reading.capture.files:
        if file.path.startswith(f"{CHANGED}/"):
            reading.irrelevant(file.path, range(1, len(reading.lines(file.path)) + 1))
    by_name = {service.name: service for service in services}
    now = _number(reading, CLOCK)
    seen: list[Span] = []
    doubt: Unknown | None = None
    for instance in instances:
        service = by_name[instance.service]
        if not service.programs or service.rereads is Rereads.BY_ITSELF or _stopped(instance):
            continue
        files = list(_files(reading, service, instance))
        if now is None or instance.age < 0 or any(changed is None for _, changed in files):
            doubt = doubt or _NOT_SEEN
            continue
        for path, changed in files:
            assert changed is not None
            spans = reading.understood(changed[1], *instance.running.spans, now[1])
            seen += spans
            if changed[0] <= now[0] - instance.age + _AT_ONCE:
                continue
            if service.rereads is Rereads.NEVER:
                return Stated(True, spans)
            doubt = _younger(instance, path, spans)
    return doubt or (Stated(False, tuple(dict.fromkeys(seen))) if seen else _NOT_SEEN)


def _younger(instance: Instance, path: str, spans: tuple[Span, ...]) -> Unknown:
    why = f"{path} was changed after {instance.service} was started, and nobody sees whether it has read it again"
    return Unknown(why, spans, f"restart {instance.service}, then audit again", could_be=(True, False))


def _stopped(instance: Instance) -> bool:
    return not isinstance(instance.running, Unknown) and not instance.running.value


def _files(reading: Reading, service: Service, instance: Instance) -> Iterator[tuple[str, tuple[int, Span] | None]]:
    """The captured files of an instance with the times of their last changes, as far as they were captured.

    What need not be there (`/etc/resolv.conf`, `/etc/hosts`) is looked at again and again.
    """
    texts = {file.path: file.text for file in reading.capture.files}
    for path, include in reached(Root(service, instance.file, instance.arguments), texts):
        if path in texts and (include is None or (include.required and not include.folder)):
            yield path, _number(reading, f"{CHANGED}{path}")


def _number(reading: Reading, path: str) -> tuple[int, Span] | None:
    lines = reading.lines(path)
    if not lines or not lines[0].strip().isdecimal() or len(lines[0]) > 12:
        return None
    return int(lines[0]), reading.span(path, 1)
