"""Which redactor a text of a Linux host needs: that of the service whose file it is, else one by names of settings."""

import re
from collections.abc import Iterator

from auditor.platforms.linux import network_ipv6
from auditor.platforms.linux.discovery_processes import is_header, processes
from auditor.platforms.linux.outputs import PROCESSES
from auditor.platforms.linux.services import SERVICES
from auditor.profiles import load_profile
from auditor.secrets import Redactor
from auditor.services import Service
from auditor.syntax.remarks_redact import redact_remarks
from auditor.syntax.secret_names import is_secret, mask, mask_private_keys, redact_hashes
from auditor.syntax.text_redact import redact_text

_OPTION = re.compile(r"--?([A-Za-z0-9][A-Za-z0-9-]*)(?:=.*)?")
# In hostapd.conf a `#` behind a blank belongs to the value.
_NO_REMARKS_ON_LINES = frozenset({"hostapd"})


def redact(path: str, text: str, redactor: Redactor) -> str:
    """Return a text without secrets; lines keep their numbers."""
    if path == PROCESSES:
        return _processes(text, redactor)
    owner = _owner(path, text)
    if owner is None:
        return redact_text(text, redactor)
    # What a service knows of its grammar, and then what any text may hold: hashes, keys, passwords in addresses.
    own = redact_hashes(mask_private_keys(owner.redact(text, redactor)), redactor)
    return redact_remarks(own, behind_blank=owner.name not in _NO_REMARKS_ON_LINES)


def _owner(path: str, text: str) -> Service | None:
    """The service whose text it is; an output about a file (`commands/changed/etc/…`) is not that file."""
    for service in SERVICES:
        owned = service.owns(path.lstrip("/"), text)
        if owned is not None and (owned == path or not path.startswith("commands/")):
            return service
    return None


def _processes(text: str, redactor: Redactor) -> str:
    """Keep the lines of services, and of others their place only: what people run is not our business."""
    services = {program for service in SERVICES for program in service.programs}
    acting = {name for names in load_profile("linux").acting.values() for name in names} | network_ipv6.PROGRAMS
    lines = text.split("\n")
    kept = {number: line for number, line in enumerate(lines, start=1) if is_header(line)}
    for process in processes(text):
        line = lines[process.line - 1]
        if process.program in services:
            kept[process.line] = redact_text(_without_secret_words(line), redactor)
        elif process.asked:
            kept[process.line] = line
        elif process.program in acting or process.pid == 1:
            kept[process.line] = " ".join((*line.split()[:5], process.program))
    return "\n".join(kept.get(number, "") for number in range(1, len(lines) + 1))


def _without_secret_words(line: str) -> str:
    """Mask what stands between an option that carries a secret and the next option: `ps` shows no quotes."""
    return "".join(_words(re.split(r"(\s+)", line)))


def _words(pieces: list[str]) -> Iterator[str]:
    secret = False
    for piece in pieces:
        option = _OPTION.fullmatch(piece)
        if option is not None:
            secret = is_secret(option[1].replace("-", "_"), "x")
        yield mask(piece) if secret and option is None else piece
