"""A device's running configuration as facts: lines, documented defaults by release, and what may be missing.

What is looked up counts as understood; what nobody asked for is recognised as irrelevant by the profile, or unknown. A
line that is not understood spoils what is concluded from silence beside it: the configuration is read twice then, the
second time with those lines known.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Assumed, Coverage, Default, Fact, Span, Stated, Unknown, UnknownLine
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.irrelevant import Irrelevant
from auditor.profiles import Profile
from auditor.services.reading import Reading, printable
from auditor.syntax.ios import Command, Document, LineKind, parse

T = TypeVar("T")

RUNNING = "running-config.txt"
_NOTHING = parse("")


@dataclass(slots=True, eq=False)
class Config:
    """The running configuration of one capture. Reading marks what was understood, which coverage counts in the end.

    `partial` says why this login may not see all of it. `not_understood` are lines of which an earlier reading showed
    that nobody understands them. `reading` are the outputs of commands beside it.
    """

    device: str
    profile: Profile
    reading: Reading
    file: str
    document: Document
    version: Fact[str]
    partial: Unknown | None = None
    not_understood: frozenset[int] = frozenset()
    top: Block = field(init=False)
    _spans: dict[int, Span] = field(default_factory=dict)
    _once: dict[object, object] = field(default_factory=dict)  # by the function that read it
    _understood: set[int] = field(default_factory=set)
    _concluded: dict[tuple[str, ...], set[str]] = field(default_factory=dict)  # block → words of which it is silent
    _holes: tuple[Unknown, ...] | None = None

    def __post_init__(self) -> None:
        self.top = Block(self, "", "", ())

    @classmethod
    def of(
        cls,
        reading: Reading,
        version: Fact[str] | None = None,
        partial: Unknown | None = None,
        not_understood: frozenset[int] = frozenset(),
    ) -> "Config":
        """Read the running configuration of a capture; without `version` the line `version 17.9` counts."""
        capture = reading.capture
        file = running(capture)
        path = file.path if file is not None else RUNNING
        document = reading.once(parse, path) if file is not None else _NOTHING
        known = version if version is not None else version_in(capture.device, path, document)
        return cls(capture.device, reading.profile, reading, path, document, known, partial, not_understood)

    # -- where -------------------------------------------------------------------------------------------------

    def span(self, command: Command) -> Span:
        """The lines of one command."""
        span = self._spans.get(command.line)
        if span is None:
            span = self._spans[command.line] = Span(self.device, self.file, command.line, command.last)
        return span

    @property
    def whole(self) -> Span:
        """The last line of the configuration: where something would stand that no line says."""
        last = max(len(self.document.lines), 1)
        return Span(self.device, self.file, last, last)

    def blocks(self, head: str) -> tuple[Block, ...]:
        """The blocks of the top level whose heads begin with these words."""
        return self.top.blocks(head)

    def once(self, read: "Callable[[Config], T]") -> T:
        """What a topic is read as, for all topics that need it, too."""
        if read not in self._once:
            self._once[read] = read(self)
        # A function gives one type, which the dictionary cannot say.
        return self._once[read]  # type: ignore[return-value]

    # -- what may be missing -----------------------------------------------------------------------------------

    def holes(self) -> tuple[Unknown, ...]:
        """Say why the configuration may hold more than is seen; () if it is whole."""
        if self._holes is None:
            self._holes = tuple(self._missing())
        return self._holes

    def _missing(self) -> list[Unknown]:
        capture = self.reading.capture
        again = f"capture the output of `show running-config` on {self.device}"
        if running(capture) is None:
            gap = next((gap for gap in capture.gaps if gap.path == RUNNING), None)
            why = f"the running configuration of {self.device} was not captured{f': {gap.why}' if gap else ''}"
            return [Unknown(why, settle=gap.settle if gap else again)]
        found = [self.partial] if self.partial is not None else []
        for damage in self.document.damage:
            near = Span(self.device, self.file, damage.line, damage.line)
            found.append(Unknown(f"{self.file} is damaged at line {damage.line}: {damage.why}", (near,), again))
        if not self.document.ended:
            found.append(Unknown(f"{self.file} may be cut: the word 'end' is missing", (self.whole,), again))
        elif not self._is_whole():
            why = f"{self.file} may be a part of a running configuration: no line gives its version"
            found.append(Unknown(why, (self.whole,), again))
        for _, command in self._torn(self.not_understood):
            why = f"line {command.line} of {self.file} is not understood, and may part a block from its other lines"
            found.append(Unknown(why, (self.span(command),), again))
        others = [f for f in _configurations(capture) if f.path != self.file]
        found += [
            Unknown(f"{other.path} is a second configuration of {self.device}", settle="keep one of them")
            for other in others
        ]
        return found

    def _is_whole(self) -> bool:
        return any(command.text.startswith("version ") for command in self.document.top)

    def _torn(self, unknown: frozenset[int]) -> Iterator[tuple[Command, Command]]:
        """Blocks, each with a command right behind it that nobody understands, as no device writes it.

        A log message may have come between, or a line of the block lost its indentation: behind a block a device
        writes `!`, or a command of the same kind.
        """
        for block, command in pairwise(self.document.top if unknown else ()):
            before = self.document.lines[command.line - 2]
            if command.line in unknown and before[:1] in (" ", "\t") and before.strip()[:1] not in ("", "!"):
                yield block, command

    def unsaid(self, block: Block, prefix: str) -> Unknown | None:
        """Why silence of a block on these words means nothing; see `Block.unsaid`."""
        holes = self.holes()
        if holes and (not block.commands or self.partial is not None or self._is_last(block)):
            return holes[0]
        stem = _stem(prefix, top=not block.commands)
        self._concluded.setdefault(block.path, set()).add(stem)
        if not self.not_understood:
            return None
        for command in block.children():
            if command.line in self.not_understood and _begins(command, stem):
                near = self.span(command)
                why = f"'{printable(_keywords(command))}' in {block.title} is not understood"
                return Unknown(f"{why}, and could change '{prefix}'", (near,), f"look at `{prefix}` on {self.device}")
        return None

    def _is_last(self, block: Block) -> bool:
        """Whether a block ends where the text does, so that lines of it may be missing."""
        top = self.document.top
        if not top or not self.holes():
            return False
        if self.document.damage and block.commands[-1].line >= self.document.damage[0].line:
            return True
        if any(torn.text == block.path[0] for torn, _ in self._torn(self.not_understood)):
            return True
        return not self.document.ended and top[-1].text == block.path[0]

    def spoilers(self) -> frozenset[int]:
        """Lines that nobody understood and beside which something was concluded from silence."""
        unknown = frozenset(number for number, _ in self._unknown())
        if not unknown:
            return frozenset()
        found = {command.line for _, command in self._torn(unknown)}
        tops: dict[tuple[str, ...], list[Command]] = {(): list(self.document.top)}
        for path in sorted(self._concluded, key=len):
            within = [c for c in tops.get(path[:-1], ()) if c.text == path[-1]] if path else []
            tops[path] = [child for c in within for child in c.children] if path else tops[()]
            stems = self._concluded[path]
            found |= {c.line for c in tops[path] if c.line in unknown and any(_begins(c, stem) for stem in stems)}
        return frozenset(found)

    # -- facts -------------------------------------------------------------------------------------------------

    def converted(self, text: str, convert: Callable[[str], T], *spans: Span, what: str) -> Fact[T]:
        """Return what a text says, or `Unknown` if it cannot be read; `convert` raises `ValueError` with a reason."""
        try:
            return Stated(convert(text), spans)
        except ValueError as error:
            return Unknown(f"cannot read {what} '{printable(text)}': {error}", spans, f"see what {self.device} means")

    def default(self, entry: str, convert: Callable[[str], T], *near: Span) -> Fact[T]:
        """Return the documented default for this release, or `Unknown` if it depends on what is not known."""
        version = None if isinstance(self.version, Unknown) else self.version.value
        found = self.profile.default(entry, version)
        if found is not None:
            return Assumed(convert(found.value), Default(found.entry, found.word, found.source), near)
        if entry not in self.profile.defaults:
            return Unknown(f"no line says, and no default of {entry} is documented", near, f"set it on {self.device}")
        could_be = tuple(dict.fromkeys(convert(each.value) for each in self.profile.defaults[entry]))
        if version is None:
            why = f"the default of {entry} depends on the release, which is not known"
            settle = "keep the line 'version …' of the configuration, or add `show version` as commands/version.txt"
            return Unknown(why, near, settle, could_be)
        why = f"the default of {entry} in release {version} is not documented"
        return Unknown(why, near, f"see what `show running-config all` shows on {self.device}", could_be)

    # -- what became of lines ----------------------------------------------------------------------------------

    def understood(self, *commands: Command) -> None:
        """Count commands as understood."""
        for command in commands:
            self._understood.add(command.line)

    def taken(self, block: Block) -> None:
        """Count a block with all that stands in it as understood: it was taken, or left out, as a whole."""
        for command in block.commands:
            self.understood(*command.walk())

    def coverage(self) -> tuple[Coverage, ...]:
        """Count each line of the configuration once: understood, irrelevant, or unknown."""
        file = running(self.reading.capture)
        if file is None:
            return ()
        unknown = dict(self._unknown())
        known = self._understood
        understood = irrelevant = 0
        lines: list[UnknownLine] = []
        last = len(self.document.lines) - (not self.document.lines[-1])
        owner = 0
        for number, kind in enumerate(self.document.kinds[:last], start=1):
            if kind is LineKind.COMMAND:
                owner = number
            if kind is LineKind.BEYOND:
                lines.append(UnknownLine(number, "(behind 'end')"))
            elif kind in (LineKind.COMMAND, LineKind.TEXT) and owner in unknown:
                lines.append(UnknownLine(number, unknown[owner]))
            elif kind in (LineKind.COMMAND, LineKind.TEXT) and owner in known:
                understood += 1
            else:
                irrelevant += 1
        others = (each for each in _configurations(self.reading.capture) if each is not file)
        return (Coverage(self.file, understood, irrelevant, tuple(lines)), *map(_unread, others))

    def _unknown(self) -> list[tuple[int, str]]:
        """The commands that nobody understood and that the profile does not call irrelevant, with their keywords."""
        irrelevant = Irrelevant.of(self.profile)
        found: list[tuple[int, str]] = []
        waiting: list[tuple[Command, tuple[str, ...]]] = [(command, ()) for command in reversed(self.document.top)]
        while waiting:
            command, path = waiting.pop()
            here = (*path, command.text)
            if command.line not in self._understood and irrelevant.covers(path, command.text):
                if not any(child.line in self._understood for child in command.walk()):
                    continue
            elif command.line not in self._understood:
                found.append((command.line, printable(_keywords(command))))
            waiting.extend((child, here) for child in reversed(command.children))
        return found


def running(capture: Capture) -> CapturedFile | None:
    """The captured running configuration: the file of that name, else the first configuration there is."""
    files = _configurations(capture)
    return next((file for file in files if file.path == RUNNING), files[0] if files else None)


def _configurations(capture: Capture) -> list[CapturedFile]:
    return [f for f in capture.files if f.kind is Kind.CONFIGURATION and not f.is_output]


def _unread(file: CapturedFile) -> Coverage:
    """All lines of a configuration beside the one that is read are unknown."""
    lines = file.text.removesuffix("\n").split("\n") if file.text else []
    return Coverage(file.path, 0, 0, tuple(UnknownLine(number, "(not read)") for number in range(1, len(lines) + 1)))


def version_in(device: str, file: str, document: Document) -> Fact[str]:
    """The release that the configuration names, as `17.9` or `15.7`."""
    for command in document.top:
        if command.text.startswith("version "):
            return Stated(
                command.text.removeprefix("version ").strip(), (Span(device, file, command.line, command.line),)
            )
    return Unknown(
        "the release is not known: no line gives the version",
        settle="capture the whole output of `show running-config`, or add `show version` as commands/version.txt",
    )


def _stem(prefix: str, *, top: bool) -> str:
    """The leading words that a command shares which could change what is asked for.

    `switchport` for `switchport protected`; words such as `ip` say too little, and at the top level one word does.
    """
    words = prefix.split()
    short = words[:-1]
    if not short or short in (["ip"], ["ipv6"]) or (top and len(short) < 2):
        return prefix
    return " ".join(short)


def _begins(command: Command, stem: str) -> bool:
    """Whether a command begins with these words, or may have: a line that was cut ends within them."""
    said = command.text.removeprefix("no ")
    return said == stem or said.startswith(f"{stem} ") or stem.startswith(said)


def _keywords(command: Command) -> str:
    """The leading words of a command that are certainly no values of people: letters and hyphens only."""
    words = []
    for word in command.text.split()[:3]:
        if not word.replace("-", "").replace(".", "").isalpha():
            break
        words.append(word)
    return " ".join(words[:2])
