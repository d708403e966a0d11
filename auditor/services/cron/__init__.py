"""Cron on Linux hosts: what the host does by the clock that readers notice.

System crontabs (`/etc/crontab`, `/etc/cron.d`) name a user before the command, root's own crontab does not
(Debian's crontab(5)). The clock runs in the zone that `/etc/timezone` names.
"""

from collections.abc import Iterator

from auditor.intents import Intent
from auditor.model import Fact, Listed, Schedule, Stated, Unknown
from auditor.services.base import Host, Include, Instance, Part, Place, Put, Rereads, Service
from auditor.services.cron.disturbances import disturbances
from auditor.services.cron.schedules import add, schedule
from auditor.services.reading import Reading
from auditor.syntax.crontab import Job, job
from auditor.syntax.crontab_redact import redact

SYSTEM = "/etc/crontab"
FOLDER = "/etc/cron.d"
ROOT = "/var/spool/cron/crontabs/root"
ZONE = "/etc/timezone"


def read(host: Host, instance: Instance) -> Part:
    """Read all crontabs that were captured; one that was refused is a hole."""
    reading = host.reading
    if isinstance(instance.running, Stated) and not instance.running.value:
        for path in _tabs(reading).items:
            reading.irrelevant(path, range(1, len(reading.lines(path)) + 1))
        return Part()
    tabs = _tabs(reading)
    holes = list(tabs.holes)
    found: dict[str, Schedule] = {}
    zone = _zone(reading)
    uplinks = frozenset(i.key for i in host.interfaces if not isinstance(i.uplink, Unknown) and i.uplink.value)
    for path in tabs:
        for line, each in _jobs(reading, path, holes):
            span = reading.span(path, line)
            kinds = tuple(dict.fromkeys(disturbances(each.command, uplinks)))
            if kinds:
                reading.understood(span)
            else:
                reading.irrelevant(path, (line,))
            for kind in kinds:
                add(found, schedule(host.name, each, kind, span, zone))
    return Part(schedules=Listed(tuple(found.values()), tuple(holes)))


def _tabs(reading: Reading) -> Listed[str]:
    listed = [reading.included(include) for include in includes(SYSTEM, "", ())]
    items = (path for each in listed for path in each if path != ZONE)
    system = (SYSTEM,) if reading.file(SYSTEM) is not None else ()
    return Listed((*system, *items), tuple(hole for each in listed for hole in each.holes))


def _jobs(reading: Reading, path: str, holes: list[Unknown]) -> Iterator[tuple[int, Job]]:
    for number, line in enumerate(reading.lines(path), start=1):
        try:
            found = job(line, user=path != ROOT)
        except ValueError as error:
            span = reading.span(path, number)
            reading.unknown(path, number, "(unreadable)")
            holes.append(Unknown(f"line {number} of {path} cannot be read: {error}", (span,), "correct the line"))
            continue
        if found is None:
            reading.irrelevant(path, (number,))
        else:
            yield number, found


def _zone(reading: Reading) -> Fact[str]:
    """The zone of the host's clock."""
    for number, line in enumerate(reading.lines(ZONE), start=1):
        if line.strip():
            return Stated(line.strip(), reading.understood(reading.span(ZONE, number)))
    return Unknown("the time zone of the host was not captured", settle="add /etc/timezone to the capture")


def includes(path: str, _text: str, _arguments: tuple[str, ...]) -> tuple[Include, ...]:
    """The other crontabs; run-parts' rule for names: no dots, so no left-overs of packages (Debian's cron(8))."""
    if path != SYSTEM:
        return ()
    return (
        Include(FOLDER, folder=True, wanted=lambda name: "." not in name and not name.endswith("~"), required=False),
        Include(ROOT, required=False),
        Include(ZONE, required=False),
    )


def owns(name: str, _text: str) -> str | None:
    """Recognise crontabs by their place."""
    path = f"/{name.lstrip('/')}"
    known = path in (SYSTEM, ROOT, ZONE) or path.startswith(f"{FOLDER}/")
    return path if known else {"crontab": SYSTEM, "timezone": ZONE}.get(name)


def _edit(_host: Host, _instance: Instance, _intent: Intent) -> tuple[Put, ...] | None:
    """When the shop can spare the network is for a person to say."""
    return None


def _get(_text: str, place: Place) -> str | None:
    raise ValueError(f"nothing is changed in a crontab: {place}")


def _put(_text: str, place: Place, _value: str | None) -> str:
    raise ValueError(f"nothing is changed in a crontab: {place}")


SERVICE = Service(
    name="cron",
    programs=("cron", "crond"),
    files=(SYSTEM,),
    main_file=lambda _: None,
    owns=owns,
    includes=includes,
    state_files=lambda _texts, _arguments: (),
    redact=redact,
    read=read,
    edit=_edit,
    get=_get,
    put=_put,
    rereads=Rereads.BY_ITSELF,
)
