"""Lines in dnsmasq's own notation that reach it past UCI's options.

They stand in `/etc/dnsmasq.conf`, in newer releases in `/etc/dnsmasq.<section>.conf` instead for that instance, in
`option extraconftext`, and in the folder `/tmp/dnsmasq.d`, of which only the names are captured. Only the keys
that change what a rule reads matter; includes are holes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.capture import Capture
from auditor.model import Coverage, Listed, Span, Unknown, UnknownLine
from auditor.platforms.openwrt.captured import not_obtained
from auditor.platforms.openwrt.config import Config, Located
from auditor.services.reading import lines_of, printable

FILE = "/etc/dnsmasq.conf"
OF_INSTANCE = re.compile(r"/etc/dnsmasq\.([A-Za-z0-9_]+)\.conf")
FRAGMENTS = "commands/dnsmasq-fragments-tmp.txt"
_USUAL_FOLDER = re.compile(r"/tmp/dnsmasq(?:\.\w+)?\.d/?")  # noqa: S108 - a path on the device
_READ = frozenset(
    {
        "stop-dns-rebind", "rebind-domain-ok", "server", "local", "address", "filter-A", "filter-rr", "port",
        "interface", "except-interface", "listen-address", "addn-hosts", "hostsdir", "host-record", "cname", "alias",
        "bogus-nxdomain", "dhcp-range", "dhcp-host", "dhcp-option", "dhcp-option-force", "no-dhcp-interface",
        "dhcp-ignore", "dhcp-relay",
    }
)  # fmt: skip
_INCLUDES = frozenset({"conf-file", "conf-dir", "conf-script", "servers-file"})
# Files that block lists put there: names that are sunk, which the list's own package tells (`Blocklist`).
_LISTS = re.compile(r"adb_list\.[\w.]+|(?:adblock-fast|simple-adblock|dnsmasq\.blocklist|dnsmasq\.servers)[\w.-]*")


@dataclass(frozen=True, slots=True)
class RawLine:
    """One setting: long option name and value as written."""

    key: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Raw:
    """Raw lines of all instances. `own` are those of a file that holds for one instance alone."""

    shared: Listed[RawLine]
    own: dict[str, Listed[RawLine]]
    coverage: tuple[Coverage, ...]

    def of(self, config: Config, located: Located) -> Listed[RawLine]:
        """Lines that one instance reads, its `extraconftext` included."""
        files = self.own.get(located.id, self.shared)
        more = _extra(config, located)
        return Listed(files.items + more.items, files.holes + more.holes + _folder(config, located))

    def everywhere(self, config: Config) -> Listed[RawLine]:
        """Lines that any instance reads, each once."""
        every = [self.of(config, located) for located in config.sections("dhcp", "dnsmasq")] or [self.shared]
        return Listed(
            tuple(dict.fromkeys(line for lines in every for line in lines)),
            tuple(dict.fromkeys(hole for lines in every for hole in lines.holes)),
        )


def read(capture: Capture) -> Raw:
    """Read the raw files of a capture; one that is not there is taken for the shipped one, which says nothing.

    One that was asked for and not obtained is a hole, and so are files of other packages.
    """
    gap = not_obtained(capture, FILE)
    shared: Listed[RawLine] = Listed((), () if gap is None else (gap,))
    own: dict[str, Listed[RawLine]] = {}
    coverage: list[Coverage] = []
    for file in capture.files:
        instance = OF_INSTANCE.fullmatch(file.path)
        if file.path != FILE and instance is None:
            continue
        lines, counted = _file(capture.device, file.path, file.text)
        coverage.append(counted)
        if instance is None:
            shared = lines
        else:
            own[instance[1]] = lines
    fragments = tuple(_fragments(capture))
    shared = Listed(shared.items, shared.holes + fragments)
    own = {name: Listed(lines.items, lines.holes + fragments) for name, lines in own.items()}
    return Raw(shared, own, tuple(coverage))


def _file(device: str, path: str, text: str) -> tuple[Listed[RawLine], Coverage]:
    settings: list[RawLine] = []
    holes: list[Unknown] = []
    understood = irrelevant = 0
    unknown: list[UnknownLine] = []
    for number, line in enumerate(lines_of(text), start=1):
        match _line(line, Span(device, path, number, number)):
            case None:
                irrelevant += 1
            case Unknown() as hole:
                holes.append(hole)
                understood += 1
            case raw if raw.key in _READ:
                settings.append(raw)
                understood += 1
            case raw:
                unknown.append(UnknownLine(number, printable(raw.key.split()[0]) if raw.key else ""))
    return Listed(tuple(settings), tuple(holes)), Coverage(path, understood, irrelevant, tuple(unknown))


def _line(line: str, span: Span) -> RawLine | Unknown | None:
    """One line: a setting, an include that was not read, or nothing."""
    words = line.strip()
    if not words or words.startswith("#"):
        return None
    key, _, value = words.removeprefix("--").partition("=")
    if key.strip() in _INCLUDES:
        why = f"{span.file} includes further files, which were not read"
        return Unknown(why, (span,), f"collect the files behind {key.strip()}")
    return RawLine(key.strip(), value.strip(), span)


def _extra(config: Config, located: Located) -> Listed[RawLine]:
    """`option extraconftext`: the init script writes it with `echo -e`, which makes lines of it."""
    settings: list[RawLine] = []
    holes: list[Unknown] = []
    for statement in config.values(located, "extraconftext"):
        span = config.span(located, statement)
        if "\\" in statement.value.replace("\\n", ""):
            holes.append(
                Unknown(
                    "extraconftext holds escapes that were not read", (span,), settle="write the lines as UCI options"
                )
            )
        for line in statement.value.replace("\\n", "\n").split("\n"):
            found = _line(line, span)
            if isinstance(found, Unknown):
                holes.append(found)
            elif found is not None:
                settings.append(found)
    return Listed(tuple(settings), tuple(holes))


def _folder(config: Config, located: Located) -> tuple[Unknown, ...]:
    """`option confdir` names another folder of files that are read as well."""
    return tuple(
        Unknown(
            f"dnsmasq reads the files in {printable(word)}, which were not captured",
            (span,),
            f"look at the files in {printable(word)} on {config.device}",
        )
        for word, span in config.words(located, "confdir")
        if not _USUAL_FOLDER.fullmatch(word.partition(",")[0])
    )


def _fragments(capture: Capture) -> Iterator[Unknown]:
    """Files that other packages put into dnsmasq's folder; the lists of names to sink have facts of their own."""
    gap = not_obtained(capture, FRAGMENTS)
    if gap is not None:
        yield gap
    listing = capture.file(FRAGMENTS)
    for number, line in enumerate(lines_of(listing.text) if listing is not None else (), start=1):
        name = line.strip().rpartition("/")[2]
        if name and name != "extraconfig.conf" and not _LISTS.fullmatch(name):
            why = f"dnsmasq also reads {printable(line.strip())}, which was not captured"
            settle = f"look at {printable(line.strip())} on {capture.device}"
            yield Unknown(why, (Span(capture.device, FRAGMENTS, number, number),), settle)


def is_list(path: str) -> bool:
    """Whether a file is one that a block list writes; what it sinks is said of the block list."""
    return path.startswith(("/tmp/", "/var/")) and _LISTS.fullmatch(path.rpartition("/")[2]) is not None  # noqa: S108


def not_read(line: RawLine, what: str) -> Unknown:
    """A raw line whose meaning for a fact is not worked out."""
    return Unknown(f"the raw line {line.key} {what}, which was not read", (line.span,), "write it as UCI options")
