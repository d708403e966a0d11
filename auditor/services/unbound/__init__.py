"""Unbound, the validating resolver of NLnet Labs. Source: unbound.conf(5) and unbound(8), 1.17.1."""

import re
from collections.abc import Mapping

from auditor.services.base import Service
from auditor.services.unbound.change import edit, get, put
from auditor.services.unbound.redaction import redact
from auditor.services.unbound.resolver import PROGRAMS, read
from auditor.services.unbound.settings import includes

MAIN = "/etc/unbound/unbound.conf"
_CLAUSE = re.compile(r"^[ \t]*(?:server|forward-zone|stub-zone|auth-zone|remote-control):[ \t]*(?:#.*)?$", re.MULTILINE)


def main_file(arguments: tuple[str, ...]) -> str | None:
    """`-c file`, also written `-cfile`."""
    for place, argument in enumerate(arguments):
        if argument == "-c" and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith("-c") and len(argument) > 2:
            return argument[2:]
    return None


def owns(name: str, text: str) -> str | None:
    """`unbound.conf`, a file below a folder `unbound`, or one that has its clauses."""
    path = f"/{name.lstrip('/')}"
    folder, _, base = path.rpartition("/")
    if folder:
        below = folder.endswith("/unbound") or "/unbound/" in f"{folder}/"
        return path if below and base.endswith(".conf") else None
    if base == "unbound.conf":
        return MAIN
    known = base.endswith(".conf") and _CLAUSE.search(text[:20000]) is not None
    return f"/etc/unbound/unbound.conf.d/{base}" if known else None


def state_files(texts: Mapping[str, str], arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Nothing that Unbound writes is needed."""
    del texts, arguments
    return ()


SERVICE = Service(
    name="unbound",
    programs=PROGRAMS,
    files=(MAIN,),
    main_file=main_file,
    owns=owns,
    includes=includes,
    state_files=state_files,
    redact=redact,
    read=read,
    edit=edit,
    get=get,
    put=put,
)
