"""The captured texts of one host as services read them: what is there, what is missing, and what was understood.

Whatever a service takes a fact from, it marks; coverage counts the lines in the end, and those that nobody spoke of
are unknown. Includes are followed here, so that a file that was not captured is a hole and never nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Assumed, Coverage, Default, Fact, Listed, Span, Stated, Unknown, UnknownLine
from auditor.profiles import Profile

if TYPE_CHECKING:
    from auditor.services.base import Include

T = TypeVar("T")

LISTING = "commands/listing"
"""A listing of `/etc/dnsmasq.d` is captured as `commands/listing/etc/dnsmasq.d`."""

Convert = Callable[[str], T]
"""Turns a text into a value; raises `ValueError` with a reason for people."""


_EMPTY = CapturedFile("/dev/null", "", Kind.CONFIGURATION)


@dataclass(slots=True)
class Reading:
    """The texts of one capture. Marking is the only thing that changes it."""

    capture: Capture
    profile: Profile
    _understood: dict[str, set[int]] = field(default_factory=dict)
    _irrelevant: dict[str, set[int]] = field(default_factory=dict)
    _unknown: dict[str, dict[int, str]] = field(default_factory=dict)
    _made: dict[tuple[Callable[..., Any], str], Any] = field(default_factory=dict)

    @property
    def device(self) -> str:
        return self.capture.device

    def file(self, path: str) -> CapturedFile | None:
        """Return a captured file; `/dev/null` is empty on every host."""
        return _EMPTY if path == _EMPTY.path else self.capture.file(path)

    def lines(self, path: str) -> list[str]:
        """The lines of a file without their ends, [] if it was not captured; line 1 is the first."""
        file = self.file(path)
        return lines_of(file.text) if file is not None else []

    def span(self, path: str, first: int, last: int | None = None) -> Span:
        """Name lines of a file, both inclusive."""
        return Span(self.device, path, first, first if last is None else last)

    def once(self, make: Callable[[str], T], path: str) -> T:
        """Make something of the text of a captured file, once for all who ask; what fails is tried again."""
        key = (make, path)
        if key not in self._made:
            file = self.file(path)
            self._made[key] = make(file.text if file is not None else "")
        made: T = self._made[key]
        return made

    # -- what became of lines ------------------------------------------------------------------------------

    def understood(self, *spans: Span) -> tuple[Span, ...]:
        """Mark lines that a fact rests on, and return them."""
        for span in spans:
            self._understood.setdefault(span.file, set()).update(range(span.first, span.last + 1))
        return spans

    def irrelevant(self, path: str, lines: Iterable[int]) -> None:
        """Mark lines that are recognised and that no rule needs: blank ones, comments, other settings."""
        self._irrelevant.setdefault(path, set()).update(lines)

    def unknown(self, path: str, line: int, keywords: str) -> None:
        """Mark a line that is not understood; only its leading keywords are ever shown."""
        self._unknown.setdefault(path, {})[line] = printable(keywords)

    def unreadable(self, path: str, line: int) -> Unknown:
        """Mark a line of an output that cannot be read, and say so."""
        self.unknown(path, line, "(unreadable)")
        return Unknown(f"line {line} of {path} cannot be read", (self.span(path, line),), "collect the device again")

    def coverage(self) -> tuple[Coverage, ...]:
        """Count each line of each captured text once; what was understood counts as that, whatever else was said."""
        return tuple(self._coverage(file) for file in self.capture.files)

    def _coverage(self, file: CapturedFile) -> Coverage:
        understood = self._understood.get(file.path, set())
        irrelevant = self._irrelevant.get(file.path, set())
        words = self._unknown.get(file.path, {})
        known = skipped = 0
        unknown: list[UnknownLine] = []
        for number, line in enumerate(lines_of(file.text), start=1):
            if number in understood:
                known += 1
            elif number in words:
                unknown.append(UnknownLine(number, words[number]))
            elif number in irrelevant or not line.strip():
                skipped += 1
            else:
                unknown.append(UnknownLine(number, ""))
        return Coverage(file.path, known, skipped, tuple(unknown))

    # -- facts ---------------------------------------------------------------------------------------------

    def stated(self, text: str, convert: Convert[T], *spans: Span, what: str) -> Fact[T]:
        """Return what lines say, or `Unknown` if it cannot be read; `what` names the setting."""
        self.understood(*spans)
        try:
            return Stated(convert(text), spans)
        except ValueError as error:
            return Unknown(f"cannot read {what} '{printable(text)}': {error}", spans, f"correct {what}")

    def default(self, entry: str, convert: Convert[T], *near: Span, version: str | None = None) -> Fact[T]:
        """Return the documented default of an entry of the profile, or `Unknown` if versions differ."""
        found = self.profile.default(entry, version)
        if found is not None:
            return Assumed(convert(found.value), Default(found.entry, found.word, found.source), near)
        if entry in self.profile.defaults:
            return Unknown(f"the default of {entry} depends on the version, which is not known", near)
        return Unknown(f"no line says, and no default of {entry} is documented", near, "write it into the file")

    # -- files that pull in others -------------------------------------------------------------------------

    def missing(self, path: str, why: str = "") -> Unknown:
        """Say why nothing is known of a file that is not in the capture."""
        gap = next((gap for gap in self.capture.gaps if gap.path == path), None)
        if gap is not None:
            return Unknown(f"{path} was not captured: {gap.why}", settle=gap.settle)
        return Unknown(f"{path} was not captured{f' ({why})' if why else ''}", settle=f"add {path} to the capture")

    def included(self, include: "Include", *near: Span) -> Listed[str]:
        """Return the captured files that an include pulls in, in the order of their names, and what is missing.

        Without a listing of a folder, the captured files below it are taken for all of them if there are some, or if
        the folder need not exist.
        """
        if not include.folder:
            return self._single(include, near)
        listing = self.file(f"{LISTING}{include.path.rstrip('/')}")
        below = include.path.rstrip("/") + "/"
        captured = [f.path for f in self.capture.files if f.path.startswith(below) and "/" not in f.path[len(below) :]]
        if listing is None:
            names = sorted(path[len(below) :] for path in captured)
            wanted = tuple(below + name for name in names if include.wanted(name))
            gap = any(gap.path == f"{LISTING}{include.path.rstrip('/')}" for gap in self.capture.gaps)
            hole = self._unlisted(include, near) if gap or (include.required and not captured) else ()
            return Listed(wanted, hole)
        shown = [line.strip().rpartition("/")[2] for line in lines_of(listing.text)]
        self.irrelevant(listing.path, range(1, len(shown) + 1))
        # In the order of the C locale; a name that was put in by an edit is not in the listing.
        names = sorted({*filter(None, shown), *(path[len(below) :] for path in captured)})
        wanted = tuple(below + name for name in names if include.wanted(name))
        there = tuple(path for path in wanted if self.file(path) is not None)
        return Listed(there, tuple(self._hole(path, near) for path in wanted if path not in there))

    def _single(self, include: "Include", near: tuple[Span, ...]) -> Listed[str]:
        if self.file(include.path) is not None:
            return Listed((include.path,))
        known_absent = not include.required and not any(gap.path == include.path for gap in self.capture.gaps)
        return Listed() if known_absent else Listed((), (self._hole(include.path, near),))

    def _hole(self, path: str, near: tuple[Span, ...]) -> Unknown:
        missing = self.missing(path)
        return Unknown(missing.why, near, missing.settle)

    def _unlisted(self, include: "Include", near: tuple[Span, ...]) -> tuple[Unknown, ...]:
        gap = next((g for g in self.capture.gaps if g.path == f"{LISTING}{include.path.rstrip('/')}"), None)
        why = f"which files lie in {include.path} was not captured{f': {gap.why}' if gap else ''}"
        return (Unknown(why, near, f"add the files of {include.path}, or the output of `ls -1 {include.path}`"),)


def lines_of(text: str) -> list[str]:
    """The lines of a text as every line number counts them; the last newline begins no line."""
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def printable(text: str, limit: int = 40) -> str:
    """Show a word of a device in a message: control characters escaped, cut to a readable length."""
    if text.isprintable() and len(text) <= limit:
        return text
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def holes_of(*listed: Listed[object]) -> Iterator[Unknown]:
    """All holes of some lists, in order."""
    for each in listed:
        yield from each.holes
