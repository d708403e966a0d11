"""BIND 9, the name server of ISC. Source: named.conf(5), named(8) and the BIND 9 ARM, 9.18."""

import re
from collections.abc import Mapping

from auditor.services.base import Service
from auditor.services.bind.change import edit, get, put
from auditor.services.bind.redaction import redact
from auditor.services.bind.resolver import PROGRAMS, read
from auditor.services.bind.settings import chroot_of, includes, option

MAIN = "/etc/bind/named.conf"
_BLOCK = re.compile(r"^[ \t]*(?:options|(?:zone|view|acl|key)[ \t]+\S+)(?:[ \t]+IN)?\s*\{", re.MULTILINE)


def main_file(arguments: tuple[str, ...]) -> str | None:
    """`-c file`, below the folder of `-t`."""
    written = option(arguments, "c")
    if written is None:
        return f"{chroot_of(arguments)}{MAIN}" if chroot_of(arguments) else None
    return f"{chroot_of(arguments)}{written}"


def owns(name: str, text: str) -> str | None:
    """`named.conf` and files with such a name, files below `/etc/bind`, and what has its blocks."""
    path = f"/{name.lstrip('/')}"
    folder, _, base = path.rpartition("/")
    if base.startswith("named.conf"):
        return path if folder else f"/etc/bind/{base}"
    below = folder in ("/etc/bind", "/etc/named") or "/bind/" in f"{folder}/"
    looks = _BLOCK.search(text[:20000]) is not None
    return path if below and looks else None


def state_files(texts: Mapping[str, str], arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Nothing that BIND writes is needed."""
    del texts, arguments
    return ()


SERVICE = Service(
    name="bind",
    programs=PROGRAMS,
    files=(MAIN, "/etc/named.conf"),
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
