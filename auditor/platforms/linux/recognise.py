"""Which file of a saved capture is what: outputs of commands, the release, and files that a service knows."""

from auditor.capture import Kind
from auditor.platforms.linux.outputs import RELEASE, RESOLVERS
from auditor.platforms.linux.services import SERVICES
from auditor.profiles import load_profile

_STATE_FOLDERS = ("/var/lib/", "/run/", "/var/run/", "/tmp/", "/var/db/")  # noqa: S108 - where leases may lie
_FIXED = (
    (RELEASE, ("os-release", "usr/lib/os-release")),
    (RESOLVERS, ("resolv.conf",)),
    ("/etc/hosts", ("hosts",)),
    ("/etc/ethers", ("ethers",)),
)


def recognise(name: str, text: str) -> tuple[str, Kind] | None:
    """Return path and kind of a file by its name in the capture and its text, None if it is not of a Linux host.

    The path is what evidence names: the path on the device where the name tells it.
    """
    if name.startswith("commands/"):
        return name, _kind(name)
    for fixed, names in _FIXED:
        if f"/{name}" == fixed or name in names:
            return fixed, Kind.CONFIGURATION
    for service in SERVICES:
        path = service.owns(name, text)
        if path is not None:
            kept = path.startswith(_STATE_FOLDERS) or path.endswith((".leases", ".lease", ".csv"))
            return path, Kind.STATE if kept else Kind.CONFIGURATION
    return None


def _kind(name: str) -> Kind:
    """Outputs that say what the kernel was told, such as addresses and packet filters, are configuration."""
    if any(name in service.files for service in SERVICES):
        return Kind.CONFIGURATION
    for command in load_profile("linux").commands:
        before, hole, after = command.stores.partition("{")
        matches = name.startswith(before) and name.endswith(after.partition("}")[2]) if hole else name == command.stores
        if matches and command.stores.startswith("commands/"):
            return command.kind
    return Kind.STATE
