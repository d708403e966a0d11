"""Kea's DHCPv4 server (`kea-dhcp4`)."""

from collections.abc import Mapping
from posixpath import normpath

from auditor.services.base import Include, Service
from auditor.services.kea.config import absolute
from auditor.services.kea.edit import edit
from auditor.services.kea.leases import DEFAULT, lease_file
from auditor.services.kea.places import get, put
from auditor.services.kea.read import read
from auditor.services.kea.redaction import redact
from auditor.syntax.kea_json import KeaJsonError, Node, directives, parse

_MAIN = "/etc/kea/kea-dhcp4.conf"


def main_file(arguments: tuple[str, ...]) -> str | None:
    """The file behind `-c`; Kea takes it attached too."""
    for number, argument in enumerate(arguments):
        if argument == "-c" and number + 1 < len(arguments):
            return absolute(arguments[number + 1])
        if argument.startswith("-c") and len(argument) > 2:
            return absolute(argument[2:])
    return None


def owns(name: str, text: str) -> str | None:
    """Recognise a configuration by its `Dhcp4` map, and a lease file by its name."""
    base = name.rpartition("/")[2]
    folders = normpath(f"/{name}") if "/" in name else None
    if base.startswith("kea-leases4.csv"):
        return folders or f"/var/lib/kea/{base}"
    if '"Dhcp4"' in text or (folders or "").startswith("/etc/kea/kea-dhcp4"):
        return folders or _MAIN
    return None


def includes(path: str, text: str, arguments: tuple[str, ...]) -> tuple[Include, ...]:
    """The files of `<?include "…"?>`; relative ones as the service manager starts Kea, in `/`."""
    return tuple(Include(absolute(each.path)) for each in directives(path, text))


def state_files(texts: Mapping[str, str], arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The lease file, and the one beside it that holds what its clean-up kept."""
    for path, text in texts.items():
        try:
            elements = parse(path, text)
        except KeaJsonError:
            continue
        root = next((e.get("Dhcp4") for e in elements if isinstance(e, Node)), None)
        if root is not None:
            name = lease_file(root)
            return () if name is None else (name, f"{name}.2")
    return (DEFAULT, f"{DEFAULT}.2")


SERVICE = Service(
    name="kea",
    programs=("kea-dhcp4",),
    files=(_MAIN,),
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
