"""Which files dnsmasq reads, and what each of them holds."""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from auditor.services.base import Include
from auditor.syntax.dnsmasq_conf import Statement, arguments, fields, parse, shown

MAIN = "/etc/dnsmasq.conf"
FOLDER = "/etc/dnsmasq.d"
LEASES = "/var/lib/misc/dnsmasq.leases"
_OF_DEBIAN = f"{FOLDER},.dpkg-dist,.dpkg-old,.dpkg-new"


class Holds(StrEnum):
    """What the lines of a file are."""

    OPTIONS = "options"
    HOSTS = "dhcp-host"
    DHCP_OPTIONS = "dhcp-option"
    NAMES = "names with addresses"
    UPSTREAMS = "resolvers"
    ETHERS = "MAC addresses with addresses"


PULLS = {
    "conf-file": Holds.OPTIONS,
    "conf-dir": Holds.OPTIONS,
    "servers-file": Holds.OPTIONS,
    "dhcp-hostsfile": Holds.HOSTS,
    "dhcp-hostsdir": Holds.HOSTS,
    "dhcp-optsfile": Holds.DHCP_OPTIONS,
    "dhcp-optsdir": Holds.DHCP_OPTIONS,
    "addn-hosts": Holds.NAMES,
    "hostsdir": Holds.NAMES,
    "resolv-file": Holds.UPSTREAMS,
}


def main_file(words: tuple[str, ...]) -> str | None:
    """The first `-C`, `--conf-file` of a command line."""
    return next((shown(s.value) for s in arguments(words) if s.key == "conf-file" and s.value), None)


def included(statement: Statement) -> tuple[Include, Holds] | None:
    """What a statement pulls in, None if it pulls in nothing that has an absolute path.

    Dnsmasq starts without some of these files, but what is named and was not captured may hold anything.
    """
    holds = PULLS.get(statement.key)
    if holds is None or statement.problem:
        return None
    path, *suffixes = [shown(part) for part in fields(statement.value)]
    if statement.key != "conf-dir":
        path, suffixes = shown(statement.value), []
    if not path.startswith("/") or not path.isprintable():
        return None
    folder = statement.key.endswith("dir")
    return Include(path.rstrip("/") or "/", folder, _wanted(suffixes)), holds


def _wanted(suffixes: list[str]) -> Callable[[str], bool]:
    """Which files of a folder are read: with `*.conf` those only, without the star all others."""
    only = tuple(suffix[1:] for suffix in suffixes if suffix.startswith("*") and len(suffix) > 1)
    never = tuple(suffix for suffix in suffixes if suffix and not suffix.startswith("*"))

    def wanted(name: str) -> bool:
        if not name or name.startswith(".") or name.endswith("~") or (name[0] == name[-1] == "#"):
            return False
        if only and not any(name.endswith(suffix) and name != suffix for suffix in only):
            return False
        return not any(name.endswith(suffix) and name != suffix for suffix in never)

    return wanted


def usual_folder() -> Include:
    """What Debian's start script puts on the command line."""
    return Include(FOLDER, True, _wanted(_OF_DEBIAN.split(",")[1:]), required=False)


def is_main(path: str, words: tuple[str, ...]) -> bool:
    """Whether this is the file that dnsmasq starts with."""
    return path == (main_file(words) or MAIN)


def includes(path: str, text: str, words: tuple[str, ...]) -> tuple[Include, ...]:
    """All files that a file pulls in; for the main one also those of the command line and those always read."""
    statements = list(parse(text))
    found: list[Include] = []
    if is_main(path, words):
        given = arguments(words)
        main = main_file(words)
        statements += [s for s in given if not (s.key == "conf-file" and shown(s.value) == main)]
        if not words and path == MAIN:
            found.append(usual_folder())
        found += [Include("/etc/hosts", required=False), Include("/etc/resolv.conf", required=False)]
    if any(s.key == "read-ethers" for s in statements):
        found.append(Include("/etc/ethers", required=False))
    found += [pulled[0] for pulled in map(included, statements) if pulled is not None]
    return tuple(dict.fromkeys(found))


def lease_files(statements: tuple[Statement, ...]) -> Iterator[str]:
    """The lease file that the last `dhcp-leasefile` names."""
    named = [shown(s.value) for s in statements if s.key == "dhcp-leasefile" and s.value.startswith("/")]
    yield named[-1] if named else LEASES


def state_files(texts: Mapping[str, str], words: tuple[str, ...]) -> tuple[str, ...]:
    """The file of leases, by the texts of the configuration and the command line."""
    statements = [s for text in texts.values() for s in parse(text)]
    return tuple(lease_files((*arguments(words), *statements)))


_LEASE = re.compile(r"\d+ [0-9a-f-]*(?:[0-9a-f]{2}:){5}[0-9a-f]{2} \d+\.\d+\.\d+\.\d+ \S+ \S+")
_ROOTS = ("etc/", "var/", "run/", "tmp/", "srv/")
_TELLING = re.compile(
    r"(?m)^\s*(?:dhcp-range|dhcp-host|dhcp-option|stop-dns-rebind|rebind-domain-ok|listen-address|no-resolv"
    r"|domain-needed|bogus-priv|expand-hosts|dhcp-authoritative)\b\s*(?:=|$)"
)


def owns(name: str, text: str) -> str | None:
    """Recognise dnsmasq's files by name or by what stands in them."""
    if name.startswith("/"):
        known = name == MAIN or name.startswith(f"{FOLDER}/") or name.endswith(("/dnsmasq.conf", "/dnsmasq.leases"))
        return name if known else None
    base = name.rpartition("/")[2]
    if name.startswith(("etc/dnsmasq.d/", "dnsmasq.d/")):
        return f"{FOLDER}/{base}"
    if base == "dnsmasq.leases" or (base.endswith(".leases") and _LEASE.match(text)):
        return f"/{name}" if name.startswith(_ROOTS) else LEASES
    if base == "dnsmasq.conf":
        return f"/{name}" if name.startswith("etc/") else MAIN
    if base.endswith(".conf") and "/" not in name and _TELLING.search(text):
        return f"{FOLDER}/{base}"
    return None
