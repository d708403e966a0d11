"""Which files the services of a host are made of, as far as the texts that are there tell."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from auditor.platforms.linux.discovery_processes import asking, elsewhere, processes
from auditor.platforms.linux.outputs import PROCESSES
from auditor.services.base import Include, Service
from auditor.services.reading import LISTING, lines_of

_MOST = 500


@dataclass(frozen=True, slots=True)
class Root:
    """A main configuration and the command line that it is read with."""

    service: Service
    file: str
    arguments: tuple[str, ...]


@dataclass(slots=True)
class Wanted:
    """Files by what is asked: `required` ones must be there, `folders` are listed, `states` are leases and the like."""

    required: dict[str, None] = field(default_factory=dict)
    optional: dict[str, None] = field(default_factory=dict)
    folders: dict[str, None] = field(default_factory=dict)
    states: dict[str, None] = field(default_factory=dict)
    owners: dict[str, Service] = field(default_factory=dict)


def roots(texts: Mapping[str, str], services: Iterable[Service]) -> Iterator[Root]:
    """What runs on the host itself, then the main files that are there and that nothing which runs has read."""
    services = tuple(services)
    found = tuple(processes(texts.get(PROCESSES, "")))
    ps = asking(found)
    seen: set[tuple[str, str, tuple[str, ...]]] = set()
    for process in found:
        service = next((each for each in services if process.program in each.programs), None)
        if service is None or process.of_a_person or process.of_others or elsewhere(process, ps):
            continue
        file = main_file(service, process.arguments, texts)
        if file and (key := (service.name, file, process.arguments)) not in seen:
            seen.add(key)
            yield Root(service, file, process.arguments)
    read = {(name, file) for name, file, _ in seen}
    for service in services:
        for file in service.files:
            if file in texts and (service.name, file) not in read:
                yield Root(service, file, ())


def main_file(service: Service, arguments: tuple[str, ...], texts: Mapping[str, str]) -> str:
    """The main configuration of a command line; of several usual places the one that is there, else the first."""
    named = service.main_file(arguments)
    if named is not None:
        return named
    there = (file for file in service.files if file in texts)
    return next(there, service.files[0] if service.files else "")


def wanted(texts: Mapping[str, str], services: Iterable[Service]) -> Wanted:
    """All files that the texts so far name, themselves included."""
    found = Wanted()
    for root in roots(texts, services):
        own: dict[str, str] = {}
        for path, include in reached(root, texts):
            if include is not None and include.folder:
                found.folders.setdefault(path)
                continue
            found.owners.setdefault(path, root.service)
            if path in texts:
                own[path] = texts[path]
            kept = found.required if include is None or include.required else found.optional
            kept.setdefault(path)
        for path in root.service.state_files(own, root.arguments):
            found.states.setdefault(path)
    return found


def reached(root: Root, texts: Mapping[str, str]) -> Iterator[tuple[str, Include | None]]:
    """The main file, and every file and folder that is pulled in, each once; a file that pulls itself in ends there."""
    waiting: list[tuple[str, Include | None]] = [(root.file, None)]
    seen = {(root.file, False)}
    while waiting and len(seen) < _MOST:
        path, include = waiting.pop(0)
        yield path, include
        if include is not None and include.folder:
            more = [Include(name) for name in _listed(include, texts)]
        elif path in texts or path == root.file:
            more = list(root.service.includes(path, texts.get(path, ""), root.arguments))
        else:
            more = []
        for each in more:
            where = each.path.rstrip("/") if each.folder else each.path
            if (where, each.folder) not in seen:
                seen.add((where, each.folder))
                waiting.append((where, each))


def _listed(include: Include, texts: Mapping[str, str]) -> Iterator[str]:
    """The files of a folder that are wanted, by its listing."""
    folder = include.path.rstrip("/")
    for line in lines_of(texts.get(f"{LISTING}{folder}", "")):
        name = line.strip().rpartition("/")[2]
        if name and include.wanted(name):
            yield f"{folder}/{name}"
