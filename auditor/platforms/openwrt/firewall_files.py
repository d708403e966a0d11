"""Packet filter rules that UCI does not show: `/etc/nftables.d`, `/etc/firewall.user`, `config include`.

They are not read. Files that hold comments alone, as the shipped ones do, change nothing; any other is a hole
of every filter.
"""

import re
from dataclasses import dataclass

from auditor.capture import Capture, CapturedFile
from auditor.model import Coverage, Span, Unknown, UnknownLine
from auditor.platforms.openwrt.captured import not_obtained
from auditor.platforms.openwrt.config import Config, Located
from auditor.platforms.openwrt.firewall_zones import firewall_bool, recognise
from auditor.platforms.openwrt.release import has_fw4
from auditor.services.reading import lines_of, printable

_FOLDER, _LISTING = "/etc/nftables.d/", "commands/nftables-fragments.txt"
_USER = "/etc/firewall.user"
# openwrt/packages net/miniupnpd/files: chains for the ports that clients ask to be opened from outside; they
# stand behind the user's rules of the outer zone and stop nothing.
_HARMLESS = re.compile(r"/usr/share/miniupnpd/[\w./-]*")


@dataclass(frozen=True, slots=True)
class Fragments:
    """What the captured files mean for the filters: holes, and how many of their lines say nothing."""

    nftables: tuple[Unknown, ...]
    user: tuple[Unknown, ...]
    coverage: tuple[Coverage, ...]


def fragments(capture: Capture) -> Fragments:
    """Look at the files beside UCI; one that was not captured is taken for the shipped one.

    Unless the listing names it, or its capture failed: then what it says is unknown.
    """
    nftables: list[Unknown] = []
    user: list[Unknown] = []
    coverage: list[Coverage] = []
    for file in capture.files:
        if file.path != _USER and not file.path.startswith(_FOLDER):
            continue
        first, counted = _count(file)
        coverage.append(counted)
        if first is not None and (file.path == _USER or file.path.endswith(".nft")):
            why = f"{file.path} holds packet filter rules, which were not read"
            hole = Unknown(why, (Span(capture.device, file.path, first, first),), "look at `nft list ruleset`")
            (user if file.path == _USER else nftables).append(hole)
    nftables += _not_captured(capture)
    gap = not_obtained(capture, _USER)
    user += [] if gap is None else [gap]
    return Fragments(tuple(nftables), tuple(user), tuple(coverage))


def _count(file: CapturedFile) -> tuple[int | None, Coverage]:
    """The first line that says something, and the count of lines."""
    lines = lines_of(file.text)
    telling = [number for number, line in enumerate(lines, start=1) if line.strip() and line.lstrip()[0] != "#"]
    unknown = tuple(UnknownLine(number, lines[number - 1].split()[0][:40]) for number in telling)
    return (telling[0] if telling else None), Coverage(file.path, 0, len(lines) - len(telling), unknown)


def _not_captured(capture: Capture) -> list[Unknown]:
    found = [
        Unknown(f"{gap.path} was not captured: {gap.why}", settle=gap.settle)
        for gap in capture.gaps
        if gap.path == _LISTING or gap.path.startswith(_FOLDER)
    ]
    listing = capture.file(_LISTING)
    for number, line in enumerate(lines_of(listing.text) if listing is not None else (), start=1):
        name = line.strip().rpartition("/")[2]  # bare names, or whole paths where somebody saved `ls -1 <folder>/*`
        if name.endswith(".nft") and capture.file(_FOLDER + name) is None and name != "10-custom-filter-chains.nft":
            span = Span(capture.device, _LISTING, number, number)
            path = _FOLDER + printable(name)
            found.append(Unknown(f"{path} was not captured", (span,), f"add {path} to the capture"))
    return found


def includes(config: Config, files: Fragments) -> tuple[Unknown, ...]:
    """Holes of every filter: files of nftables, and what `config include` adds."""
    holes = list(files.nftables)
    for located in config.sections("firewall", "include"):
        enabled = config.stated(located, "enabled", firewall_bool)
        damaged = config.damage(located)
        paths = config.words(located, "path")
        recognise(config, located)
        if damaged is not None:
            holes.append(damaged)
        elif isinstance(enabled, Unknown) or enabled is None or enabled.value:
            for path, span in paths[-1:]:
                holes += _include(config, located, path, span, files)
    return tuple(holes)


def _include(config: Config, located: Located, path: str, span: Span, files: Fragments) -> list[Unknown]:
    compatible = config.stated(located, "fw4_compatible", firewall_bool)
    if path == _USER:
        # fw4 runs it only if it is marked; fw3 always does.
        unmarked = compatible is None or isinstance(compatible, Unknown) or not compatible.value
        return [] if unmarked and has_fw4(config.version) else list(files.user)
    if isinstance(compatible, Unknown) or compatible is None or compatible.value:
        if _HARMLESS.fullmatch(path):
            return []
        why = f"{located.title} includes {printable(path)}, which was not read"
        return [Unknown(why, (span,), "look at `nft list ruleset`, or at the file")]
    return [] if has_fw4(config.version) else _always(located, path, span)


def _always(located: Located, path: str, span: Span) -> list[Unknown]:
    """Fw3 knows no `fw4_compatible` and runs the file whatever it says."""
    if _HARMLESS.fullmatch(path):
        return []
    return [Unknown(f"{located.title} includes {printable(path)}, which was not read", (span,), "look at the file")]
