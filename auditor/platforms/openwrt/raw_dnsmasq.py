"""Lines in dnsmasq's own notation that OpenWrt adds to the generated file: `/etc/dnsmasq.conf`.

The shipped file holds only comments. Only the keys that change what a rule reads matter; includes are holes.
"""

from dataclasses import dataclass

from auditor.capture import Capture
from auditor.model import Coverage, Listed, Span, Unknown, UnknownLine

_PATHS = ("/etc/dnsmasq.conf",)
_READ = frozenset({"stop-dns-rebind", "rebind-domain-ok", "server", "local", "address", "filter-A"})
_INCLUDES = frozenset({"conf-file", "conf-dir", "conf-script", "servers-file"})
_DHCP = frozenset({"dhcp-range", "dhcp-host", "dhcp-option", "dhcp-option-force"})


@dataclass(frozen=True, slots=True)
class RawLine:
    """One setting: long option name and value as written."""

    key: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Raw:
    """All raw lines; `dhcp` are those that change scopes. `coverage` counts the lines of the files."""

    settings: Listed[RawLine]
    dhcp: tuple[RawLine, ...]
    coverage: tuple[Coverage, ...]


def read(capture: Capture) -> Raw:
    """Read the raw files of a capture; one that was not captured is taken for the shipped one."""
    settings: list[RawLine] = []
    dhcp: list[RawLine] = []
    holes: list[Unknown] = []
    coverage: list[Coverage] = []
    for file in capture.files:
        if file.path not in _PATHS:
            continue
        understood = irrelevant = 0
        unknown: list[UnknownLine] = []
        lines = file.text.split("\n")
        for number, line in enumerate(lines[:-1] if lines and not lines[-1] else lines, start=1):
            words = line.strip()
            if not words or words.startswith("#"):
                irrelevant += 1
                continue
            key, _, value = words.removeprefix("--").partition("=")
            raw = RawLine(key.strip(), value.strip(), Span(capture.device, file.path, number, number))
            if raw.key in _READ:
                settings.append(raw)
                understood += 1
            elif raw.key in _DHCP:
                dhcp.append(raw)
                understood += 1
            elif raw.key in _INCLUDES:
                why = f"{file.path} includes further files, which were not read"
                holes.append(Unknown(why, (raw.span,), f"collect the files behind {raw.key}"))
                understood += 1
            else:
                unknown.append(UnknownLine(number, raw.key.split()[0][:40] if raw.key else ""))
        coverage.append(Coverage(file.path, understood, irrelevant, tuple(unknown)))
    return Raw(Listed(tuple(settings), tuple(holes)), tuple(dhcp), tuple(coverage))
