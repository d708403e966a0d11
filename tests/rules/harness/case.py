"""Cases from Markdown: the grammar of `tests/rules/README.md`, with the lines that each thing stands on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.model import Severity
from auditor.verdicts import Result


class CaseError(ValueError):
    """A case that cannot be read; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One verdict that a case expects; `markdown_line` is where the case says so.

    `text` must be part of the message. `severity` is that of a failure. A mark on a line of a block expects
    that line among the evidence; `anywhere` expects no particular line.
    """

    result: Result
    severity: Severity | None
    text: str
    markdown_line: int
    anywhere: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block without its marks, and what the marks expect on it."""

    text: str
    expected: tuple[Expected, ...]


class Verb(StrEnum):
    """What a block does to a file; see the README."""

    FILE = "file"
    SECTION = "section"
    ADD = "+ section"
    DIFF = "diff"
    REMOVE_FILE = "remove file"
    REMOVE_SECTION = "remove section"
    GAP = "gap"
    WITHOUT = "without"


@dataclass(frozen=True, slots=True)
class Block:
    """A change of one file of one device. `section` is the one that is replaced, removed, or added before.

    Of a gap it is the reason, of lines that go the words that are in them.
    """

    device: str
    file: str
    verb: Verb
    section: str
    lines: tuple[Line, ...]
    markdown_line: int


@dataclass(frozen=True, slots=True)
class ExpectedFix:
    """What a case says about the fix: `safety` and a `reason`, the exact commands, the alternatives."""

    safety: str = ""
    reason: str = ""
    commands: tuple[str, ...] | None = None
    undo: tuple[str, ...] | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(slots=True)
class Case:
    """One `##` of a file, with what the part above the first one says for all of them."""

    file: Path
    title: str
    markdown_line: int
    shop: str
    settings: tuple[str, ...] = ()
    inventory: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    expected: tuple[Expected, ...] = ()
    fix: ExpectedFix = field(default_factory=ExpectedFix)
    also: tuple[str, ...] = ()
    refused: bool = False
    """The program whose configuration is changed does not take it."""
    parts: tuple[tuple[str, str], ...] = ()
    """Devices, each with its folder below `tests`, of a site that is put together; otherwise those of the shop."""

    @property
    def rule(self) -> str:
        """Module of the rule: `dhcp.lease_too_short`."""
        return f"{self.file.parent.parent.name}.{self.file.parent.name}"

    @property
    def id(self) -> str:
        """How pytest names it: `dhcp.lease_too_short-openwrt-a-lease-of-two-hours`."""
        slug = re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")
        return f"{self.rule}-{self.file.stem}-{slug}"

    @property
    def marks(self) -> tuple[Expected, ...]:
        """Everything that the case expects, on lines or not."""
        return self.expected + tuple(mark for block in self.blocks for line in block.lines for mark in line.expected)


_MARK = re.compile(r"(?:^|(?<=\s))#(?P<kind>[!?=])(?=\s|$)")
_RESULTS = {"!": Result.FAIL, "?": Result.UNKNOWN, "=": Result.PASS}
_SEVERITY = re.compile(r"(error|warning|note):\s*")
_WORD = r"(?:Base|With|Expect|Fix|Then|Also|Judge):"
_WORDS = re.compile(rf"(?m)^({_WORD})[ \t]*(.*(?:\n(?!{_WORD}).*)*)")


def read_cases(file: Path) -> tuple[Case, ...]:
    """Read the cases of a file; raises `CaseError`."""
    tokens = MarkdownIt("commonmark").parse(file.read_text(encoding="utf-8"))
    common = Case(file, "", 1, "")
    cases: list[Case] = []
    current = common
    for token, heading in pieces(tokens):
        line = (token.map or [0])[0] + 1
        if heading is not None:
            current = Case(
                file, heading, line, common.shop, common.settings, common.inventory, common.blocks,
                common.expected, common.fix, common.also, common.refused,
            )  # fmt: skip
            cases.append(current)
        elif token.type == "fence":
            take_fence(current, token, line)
        else:
            take_words(current, token.content, line)
    if not common.shop:
        raise CaseError(f"{file}:1: the first paragraph must say `Base: openwrt/healthy, …`")
    if not cases:
        raise CaseError(f"{file}:1: there is no case; each begins with `## title`")
    return tuple(cases)


def pieces(tokens: list[Token]) -> Iterator[tuple[Token, str | None]]:
    """Yield fences and paragraphs, and second-level headings with their title."""
    for token, following in zip(tokens, (*tokens[1:], None), strict=True):
        if token.type == "heading_open" and token.tag == "h2" and following is not None:
            yield token, following.content
        elif token.type == "paragraph_open" and following is not None:
            yield following, None
        elif token.type == "fence":
            yield token, None


def take_words(case: Case, text: str, line: int) -> None:
    """Read the lines of a paragraph that begin with one of the words; the rest is for people."""
    for match in _WORDS.finditer(text):
        word, rest = match[1], " ".join(match[2].split())
        at = line + text[: match.start()].count("\n")
        match word:
            case "Base:":
                case.shop, *settings = _listed(rest)
                case.settings += tuple(settings)
            case "With:":
                case.settings += tuple(_listed(rest))
            case "Expect:":
                case.expected += (_expected(case, rest, at),)
            case "Fix:":
                safety, _, reason = rest.partition(" ")
                if safety.rstrip(".") not in ("safe", "risky", "manual", "none"):
                    raise CaseError(f"{case.file}:{at}: expected `Fix: safe|risky|manual|none [part of a reason]`")
                case.fix = _changed(case.fix, safety=safety.rstrip("."), reason=reason)
            case "Judge:":
                if rest.rstrip(".") != "refuses":
                    raise CaseError(f"{case.file}:{at}: expected `Judge: refuses`")
                case.refused = True
            case "Then:":
                case.fix = _changed(case.fix, alternatives=(*case.fix.alternatives, rest))
            case _:
                case.also += tuple(_listed(rest))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.rstrip(". ").split(",") if part.strip()]


def _expected(case: Case, text: str, line: int) -> Expected:
    name, _, rest = text.rstrip(".").partition(" ")
    try:
        result = Result(name)
    except ValueError:
        known = ", ".join(result.value for result in Result)
        raise CaseError(f"{case.file}:{line}: '{name}' is no result; there are {known}") from None
    severity, rest = _severity(result, rest.strip())
    return Expected(result, severity, rest, line, anywhere=True)


def _severity(result: Result, text: str) -> tuple[Severity | None, str]:
    if result is not Result.FAIL:
        return None, text
    match = _SEVERITY.match(text)
    return (Severity(match[1]), text[match.end() :]) if match else (Severity.ERROR, text)


def _changed(fix: ExpectedFix, **changes: object) -> ExpectedFix:
    values: dict[str, object] = {
        "safety": fix.safety,
        "reason": fix.reason,
        "commands": fix.commands,
        "undo": fix.undo,
        "alternatives": fix.alternatives,
    }
    return ExpectedFix(**(values | changes))  # type: ignore[arg-type]


def take_fence(case: Case, token: Token, line: int) -> None:
    info, lines = token.info.strip(), token.content.splitlines()
    if info == "yaml inventory":
        case.inventory += (token.content,)
    elif info in ("commands", "undo"):
        case.fix = _changed(case.fix, **{info: tuple(text for text in lines if text.strip())})
    elif info == "no fix":
        case.fix = _changed(case.fix, safety="none", reason=" ".join(token.content.split()))
    elif info:
        case.blocks += (_block(case, info, lines, line),)
    else:
        raise CaseError(f"{case.file}:{line}: a block must say what it is, for example ```dhcp section lan")


_INFO = (
    (Verb.REMOVE_SECTION, re.compile(r"remove (?P<file>\S+) section (?P<section>\S+)")),
    (Verb.GAP, re.compile(r"gap (?P<file>\S+)(?: (?P<section>\S.*))?")),
    (Verb.REMOVE_FILE, re.compile(r"remove (?P<file>\S+)")),
    (Verb.FILE, re.compile(r"(?P<file>\S+) file")),
    (Verb.WITHOUT, re.compile(r"(?P<file>\S+) without (?P<section>\S.*)")),
    (Verb.DIFF, re.compile(r"(?P<file>\S+) diff")),
    (Verb.SECTION, re.compile(r"(?P<file>\S+) section (?P<section>\S+)")),
    (Verb.ADD, re.compile(r"(?P<file>\S+) \+ section(?: before (?P<section>\S+))?")),
)


def _block(case: Case, info: str, lines: list[str], line: int) -> Block:
    for verb, pattern in _INFO:
        match = pattern.fullmatch(info)
        if match is None:
            continue
        # `ap2:wireless` is a file of another device than the shop's first.
        device, _, file = match["file"].rpartition(":")
        section = match.groupdict().get("section") or ""
        marked = tuple(
            text for number, each in enumerate(lines, start=line + 1) if (text := _line(each, number)) is not None
        )
        whole = _whole_file(lines, line + 1)
        case.expected += whole
        return Block(device, file, verb, section, marked, line)
    raise CaseError(f"{case.file}:{line}: cannot read ```{info}; see tests/rules/README.md")


def _line(text: str, number: int) -> Line | None:
    """Take the marks off a line; None for a line that holds nothing else."""
    first = _MARK.search(text)
    if first is None:
        return Line(text, ())
    if not text[: first.start()].strip():
        return None
    return Line(text[: first.start()].rstrip(), tuple(_marks(text, number, anywhere=False)))


def _whole_file(lines: list[str], first: int) -> tuple[Expected, ...]:
    """Marks that stand alone on their line speak of no line in particular."""
    alone = ((number, text) for number, text in enumerate(lines, start=first) if _line(text, number) is None)
    return tuple(mark for number, text in alone for mark in _marks(text, number, anywhere=True))


def _marks(text: str, number: int, *, anywhere: bool) -> Iterator[Expected]:
    found = list(_MARK.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    for match, end in zip(found, ends, strict=True):
        words = text[match.end() : end].strip()
        anywhere_here = anywhere or words.startswith("* ")
        result = _RESULTS[match["kind"]]
        severity, words = _severity(result, words.removeprefix("* "))
        yield Expected(result, severity, words, number, anywhere_here)
