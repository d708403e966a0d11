"""Which redactor a text of a Linux host needs: that of the service whose file it is, else one by names of settings."""

from auditor.platforms.linux.discovery_processes import is_header, processes
from auditor.platforms.linux.outputs import PROCESSES
from auditor.platforms.linux.services import SERVICES
from auditor.profiles import load_profile
from auditor.secrets import Redactor
from auditor.services import Service
from auditor.syntax.text_redact import redact_text


def redact(path: str, text: str, redactor: Redactor) -> str:
    """Return a text without secrets; lines keep their numbers."""
    if path == PROCESSES:
        return _processes(text, redactor)
    owner = _owner(path, text)
    # What a service knows of its grammar, and then what any text may hold: hashes, keys, passwords in addresses.
    return redact_text(text, redactor) if owner is None else owner.redact(text, redactor)


def _owner(path: str, text: str) -> Service | None:
    return next((service for service in SERVICES if service.owns(path.lstrip("/"), text) is not None), None)


def _processes(text: str, redactor: Redactor) -> str:
    """Keep the lines of services, and of others their place only: what people run is not our business."""
    services = {program for service in SERVICES for program in service.programs}
    acting = {name for names in load_profile("linux").acting.values() for name in names}
    lines = text.split("\n")
    kept = {number: line for number, line in enumerate(lines, start=1) if is_header(line)}
    for process in processes(text):
        line = lines[process.line - 1]
        if process.program in services:
            kept[process.line] = redact_text(line, redactor)
        elif process.asked:
            kept[process.line] = line
        elif process.program in acting or process.pid == 1:
            kept[process.line] = " ".join((*line.split()[:5], process.program))
    return "\n".join(kept.get(number, "") for number in range(1, len(lines) + 1))
