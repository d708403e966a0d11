"""Which services the shop has on a host: running ones by the list of processes, others by their configuration."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from auditor.capture import Kind
from auditor.model import Fact, Listed, Span, Stated, Unknown
from auditor.platforms.linux import sockets
from auditor.platforms.linux.discovery_files import Root, main_file, reached
from auditor.platforms.linux.discovery_processes import (
    Process,
    asking,
    elsewhere,
    is_header,
    is_whole,
    processes,
)
from auditor.platforms.linux.outputs import PROCESSES
from auditor.services.base import Instance, Service
from auditor.services.reading import LISTING, Reading, printable

_WATCHED = (
    (("udp", "tcp"), 53, "answers names", ("resolvers",)),
    (("udp",), 67, "gives out addresses", ("dhcp_scopes",)),
)
_ANYTHING = ("dhcp_scopes", "resolvers", "bsses", "portals", "schedules")
"""What a service that was not seen may add: leases, names, radios, logins, and what comes by the clock."""
_BY_SERVICE = {
    "dnsmasq": ("dhcp_scopes", "resolvers"),
    "pihole": ("dhcp_scopes", "resolvers"),
    "kea": ("dhcp_scopes",),
    "dhcpd": ("dhcp_scopes",),
    "unbound": ("resolvers",),
    "bind": ("resolvers",),
    "hostapd": ("bsses",),
    "cron": ("schedules",),
}
_BY_ACT = {
    "answers names": ("dhcp_scopes", "resolvers"),
    "gives out addresses": ("dhcp_scopes",),
    "keeps an access point": ("bsses",),
}
_IN_SBIN = frozenset({"dnsmasq", "kea", "dhcpd", "unbound", "bind", "hostapd"})
"""Services whose programs every distribution puts there."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A process that may do what a service does, and whose configuration is not read; `adds`: to which lists."""

    why: Unknown
    adds: tuple[str, ...] = _ANYTHING


@dataclass(frozen=True, slots=True)
class Found:
    """All instances, and what else runs."""

    instances: tuple[Instance, ...]
    unseen: tuple[Unseen, ...]

    def missing(self, part: str) -> tuple[Unknown, ...]:
        """Why a list of the model may lack something."""
        return tuple(each.why for each in self.unseen if part in each.adds)


def instances(reading: Reading, services: Iterable[Service]) -> Listed[Instance]:
    """Return all instances; a hole is a process that may do what a service does and whose configuration is not read."""
    found = discover(reading, services)
    return Listed(found.instances, tuple(each.why for each in found.unseen))


def discover(reading: Reading, services: Iterable[Service]) -> Found:
    """Find all instances, and what runs besides."""
    services = tuple(services)
    _listings(reading)
    file = reading.file(PROCESSES)
    found = tuple(processes(file.text)) if file is not None else ()
    holes: list[Unseen] = []
    if file is None:
        holes += [Unseen(reading.missing(PROCESSES))] if _refused(reading) else []
    else:
        _mark(reading, found)
    whole = is_whole(found)
    if file is not None and not whole:
        why = f"{PROCESSES} shows only some processes"
        settle = "let the user see all processes (hidepid), or log in as another"
        holes.append(Unseen(Unknown(why, (reading.span(PROCESSES, 1),), settle)))
    running = list(_running(reading, services, found, holes))
    known = [*running, *_configured(reading, services, running, whole=whole)]
    holes += _others(reading, services, found)
    holes += _listeners(reading, services, known)
    return Found(tuple(known), tuple(holes))


def _refused(reading: Reading) -> bool:
    return any(gap.path == PROCESSES for gap in reading.capture.gaps)


def _mark(reading: Reading, found: tuple[Process, ...]) -> None:
    """Lines of processes and the header are recognised; facts rest on some of them."""
    lines = reading.lines(PROCESSES)
    known = {process.line for process in found}
    for number, line in enumerate(lines, start=1):
        if number in known or is_header(line):
            reading.irrelevant(PROCESSES, (number,))
        elif line.strip():
            reading.unknown(PROCESSES, number, "(not a process)")


def _listings(reading: Reading) -> None:
    """Names of files are read where they are needed; the rest of a listing says nothing."""
    for file in reading.capture.files:
        if file.path.startswith(f"{LISTING}/"):
            reading.irrelevant(file.path, range(1, len(reading.lines(file.path)) + 1))


def _running(
    reading: Reading, services: Sequence[Service], found: tuple[Process, ...], holes: list[Unseen]
) -> Iterator[Instance]:
    texts = {file.path: file.text for file in reading.capture.files}
    ps = asking(found)
    named: dict[tuple[str, str, tuple[str, ...]], tuple[Process, list[Span]]] = {}
    for process in found:
        service = next((each for each in services if process.program in each.programs), None)
        if service is None or process.of_others:
            continue
        span = reading.span(PROCESSES, process.line)
        reading.understood(span)
        where = elsewhere(process, ps)
        why = _why_not(process, where)
        if why:
            unknown = Unknown(f"{printable(process.program)} {why}", (span,), _settle(where))
            holes.append(Unseen(unknown, _BY_SERVICE.get(service.name, _ANYTHING)))
            continue
        file = main_file(service, process.arguments, texts)
        # Some daemons run as two processes with one command line; they are one instance.
        key = (service.name, file, process.arguments)
        named.setdefault(key, (process, []))[1].append(span)
    keys = _keys(tuple(named), services)
    for key, (process, spans) in named.items():
        name, file, arguments = key
        yield Instance(name, keys[key], file, arguments, Stated(True, tuple(spans)), process.pid, process.age)


def _why_not(process: Process, where: str) -> str:
    """Why the files of a process are not those of this host, '' if they are."""
    if where:
        return f"runs in {where}, and its configuration was not read"
    if process.of_a_person:
        return f"was started by user {process.person}, and its configuration was not read"
    return ""


def _settle(where: str) -> str:
    what = where or "it"
    return f"see whether {what} serves the readers' network; if so, audit it as a device of its own"


def _keys(
    named: tuple[tuple[str, str, tuple[str, ...]], ...], services: Sequence[Service]
) -> dict[tuple[str, str, tuple[str, ...]], str]:
    """Name instances by service, further ones with their file, whatever the order of the processes was."""
    usual = {service.name: service.files[:1] for service in services}
    keys: dict[tuple[str, str, tuple[str, ...]], str] = {}
    taken: set[str] = set()
    for key in sorted(named, key=lambda each: (each[0], each[1] not in usual[each[0]], each[1], each[2])):
        base = key[0] if key[0] not in taken else f"{key[0]}:{printable(key[1], 80)}"
        number, name = 1, base
        while name in taken:
            number += 1
            name = f"{base} ({number})"
        taken.add(name)
        keys[key] = name
    return keys


def _configured(
    reading: Reading, services: Sequence[Service], running: Sequence[Instance], *, whole: bool
) -> Iterator[Instance]:
    """Configurations that no running process has read; without a whole list of processes they are taken to act."""
    taken = {instance.key for instance in running}
    for service in services:
        own = [instance for instance in running if instance.service == service.name]
        if own and service.programs:
            continue
        files = tuple(_main_files(reading, service, refused=not service.programs or not whole))
        if whole and _is_removed(reading, service):
            _left_behind(reading, service, files)
            continue
        for number, file in enumerate(files):
            if not service.programs or not whole:
                there = reading.file(file) is not None
                state: Fact[bool] = Stated(True, (reading.span(file, 1),) if there else ())
            else:
                lines = reading.lines(PROCESSES)
                state = Stated(False, (reading.span(PROCESSES, 1, max(len(lines), 1)),))
            key = service.name if number == 0 else f"{service.name}:{printable(file, 80)}"
            if key not in taken:
                taken.add(key)
                yield Instance(service.name, key, file, (), state)


def _is_removed(reading: Reading, service: Service) -> bool:
    """Whether the program itself is gone; packages leave their configuration behind, as upgrades of Pi-hole do."""
    programs = reading.lines(f"{LISTING}/usr/sbin")
    return service.name in _IN_SBIN and bool(programs) and not set(service.programs).intersection(programs)


def _left_behind(reading: Reading, service: Service, files: Iterable[str]) -> None:
    texts = {file.path: file.text for file in reading.capture.files}
    for file in files:
        for path, _ in reached(Root(service, file, ()), texts):
            reading.irrelevant(path, range(1, len(reading.lines(path)) + 1))


def _main_files(reading: Reading, service: Service, *, refused: bool) -> Iterator[str]:
    """The usual main file that is there, and files of the service in `/etc` that nothing pulls in.

    Fragments lie in folders called `….d` and are no main files. With `refused`, one that was asked for and not
    obtained counts as there: what it would say is unknown, and not nothing.
    """
    texts = {file.path: file.text for file in reading.capture.files}
    gaps = {gap.path for gap in reading.capture.gaps} if refused else set()
    usual = [file for file in service.files if file in texts] or [file for file in service.files if file in gaps]
    pulled_in = {path for file in usual[:1] for path, _ in reached(Root(service, file, ()), texts)}
    yield from usual[:1]
    for file in reading.capture.files:
        path = file.path
        if path in pulled_in or path in service.files or not path.startswith("/etc/") or not service.programs:
            continue
        if file.kind is not Kind.CONFIGURATION or path.rpartition("/")[0].endswith(".d"):
            continue
        if service.owns(path.lstrip("/"), file.text) == path:
            yield path


def _others(reading: Reading, services: Sequence[Service], found: tuple[Process, ...]) -> Iterator[Unseen]:
    """Processes of programs that do what a rule judges, and that nothing here reads."""
    names = {name: what for what, programs in reading.profile.acting.items() for name in programs}
    for process in found:
        what = names.get(process.program)
        if what is not None and not any(process.program in service.programs for service in services):
            span = reading.span(PROCESSES, process.line)
            reading.understood(span)
            why = f"{process.program} runs, which {what}, and its settings are not read"
            unknown = Unknown(why, (span,), "see whether it serves the readers' network")
            yield Unseen(unknown, _BY_ACT.get(what, _ANYTHING))


def _listeners(reading: Reading, services: Sequence[Service], known: Sequence[Instance]) -> Iterator[Unseen]:
    """Sockets for names and addresses whose owner is shown, and is none of the services."""
    names = {program for service in services for program in service.programs}
    acting = {name for programs in reading.profile.acting.values() for name in programs}
    told: set[tuple[str, int]] = set()
    for socket in sockets.sockets(reading) or ():
        local = socket.address is not None and socket.address.is_loopback
        for protocols, port, what, adds in _WATCHED:
            if socket.port != port or socket.protocol not in protocols or local or not socket.program:
                continue
            # The kernel cuts a program's name after 15 characters (proc(5), comm).
            if any(name[:15] == socket.program for name in names | acting) or (socket.program, port) in told:
                continue
            told.add((socket.program, port))
            reading.understood(socket.span)
            why = f"{printable(socket.program)} listens on port {port}: it {what}, and its settings are not read"
            yield Unseen(Unknown(why, (socket.span,), "see whether it serves the readers' network"), adds)
