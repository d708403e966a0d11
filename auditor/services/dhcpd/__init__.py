"""ISC's DHCP server (`dhcpd`), the DHCPv4 part."""

from collections.abc import Mapping
from posixpath import normpath

from auditor.services.base import Include, Rereads, Service
from auditor.services.dhcpd.config import DEFAULTS, MAIN, absolute
from auditor.services.dhcpd.edit import edit
from auditor.services.dhcpd.leases import lease_file
from auditor.services.dhcpd.places import get, put
from auditor.services.dhcpd.read import read
from auditor.services.dhcpd.redaction import redact
from auditor.services.dhcpd.serving import option_value
from auditor.syntax.dhcpd_conf import included, parse, walk


def main_file(arguments: tuple[str, ...]) -> str | None:
    """The file behind `-cf`."""
    found = option_value(arguments, "-cf")
    return None if found is None else absolute(found)


def owns(name: str, text: str) -> str | None:
    """Recognise the configuration and the lease file by their names, as a whole path or alone."""
    base = name.rpartition("/")[2]
    folders = normpath(f"/{name}") if "/" in name else None
    if base.startswith("dhcpd.leases"):
        return folders or f"/var/lib/dhcp/{base}"
    if base == "isc-dhcp-server":
        return folders or DEFAULTS
    if base == "dhcpd.conf":
        return folders or MAIN
    return folders if folders is not None and folders.startswith("/etc/dhcp/dhcpd") else None


def includes(path: str, text: str, arguments: tuple[str, ...]) -> tuple[Include, ...]:
    """The files of `include`, and the settings of Debian's service, which name the interfaces."""
    named = (included(statement) for statement in walk(parse(path, text).statements))
    found = tuple(Include(absolute(each)) for each in named if each is not None)
    return (*found, Include(DEFAULTS, required=False)) if path == (main_file(arguments) or MAIN) else found


def state_files(texts: Mapping[str, str], arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The lease file."""
    statements = tuple(each for path, text in texts.items() for each in parse(path, text).statements)
    return (lease_file(statements, arguments)[0],)


SERVICE = Service(
    name="dhcpd",
    programs=("dhcpd",),
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
    rereads=Rereads.NEVER,
)
