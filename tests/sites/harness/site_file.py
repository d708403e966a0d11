"""One whole site from Markdown: the grammar of `tests/sites/README.md`."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.site import Passage
from tests.rules.harness.case import Case, CaseError, pieces, take_fence, take_words


@dataclass(frozen=True, slots=True)
class Way:
    """`Path: tablets → tills icmp: blocked at fw, by core fw`: their fate, who decides, the routers."""

    source: str
    target: str
    protocol: str
    port: int | None
    passage: Passage
    at: str
    routers: tuple[str, ...] | None
    line: int


@dataclass(frozen=True, slots=True)
class Names:
    """`Names: tablets: blocked at dns1`: whether the test name is answered, and which resolver's device refuses."""

    clients: str
    passage: Passage
    at: str
    line: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """`Fix: reader-port-blocked: risky on core fw`: the fix of a rule's failure, its devices in order."""

    rule: str
    safety: str
    devices: tuple[str, ...]
    words: str
    line: int


@dataclass(slots=True)
class SiteFile:
    """A site with everything that it expects. `commands` are those that each device gets, in the order of the plan."""

    case: Case
    ways: list[Way] = field(default_factory=list)
    names: list[Names] = field(default_factory=list)
    fixes: list[Fixed] = field(default_factory=list)
    commands: dict[str, tuple[str, ...]] = field(default_factory=dict)
    hard: str = ""
    """The hard case of the requirements that it stands for, '' if for none."""

    @property
    def id(self) -> str:
        """How pytest names it."""
        return self.case.file.stem


_WORD = r"(?:Devices|With|Expect|Path|Names|Fix|Hard case):"
_ENTRY = re.compile(rf"(?m)^({_WORD})[ \t]*(.*(?:\n(?!{_WORD}).*)*)")
_PASSAGE = "|".join(passage.value for passage in Passage)
_PATH = re.compile(
    rf"(?P<source>\S+) (?:→|->) (?P<target>\S+)(?: (?P<protocol>tcp|udp|icmp)(?: (?P<port>\d+))?)?: "
    rf"(?P<passage>{_PASSAGE})(?: at (?P<at>[^\s,]+))?(?:, by (?P<routers>[\w\s-]+))?"
)
_NAMES = re.compile(rf"(?P<clients>\S+): (?P<passage>{_PASSAGE})(?: at (?P<at>\S+))?")
_FIX = re.compile(
    r"(?P<rule>[\w-]+): (?P<safety>safe|risky|manual|withheld)(?: on (?P<devices>[\w\s-]+?))?(?:: (?P<words>.+))?"
)


def read_site(file: Path) -> SiteFile:
    """Read one site; raises `CaseError`."""
    tokens = MarkdownIt("commonmark").parse(file.read_text(encoding="utf-8"))
    title = next((tokens[n + 1].content for n, each in enumerate(tokens) if each.type == "heading_open"), "")
    site = SiteFile(Case(file, title, 1, "a site"))
    for token, _ in pieces(tokens):
        line = (token.map or [0])[0] + 1
        if token.type == "fence":
            _take_fence(site, token, line)
        else:
            for match in _ENTRY.finditer(token.content):
                at = line + token.content[: match.start()].count("\n")
                _take(site, match[1], " ".join(match[2].split()).rstrip("."), at)
    if not title or not site.case.parts:
        raise CaseError(f"{file}:1: a site has a title and a line `Devices: gw = openwrt-router, …`")
    return site


def _take_fence(site: SiteFile, token: Token, line: int) -> None:
    word, _, device = token.info.strip().partition(" ")
    if word == "commands" and device:
        site.commands[device] = tuple(text for text in token.content.splitlines() if text.strip())
    else:
        take_fence(site.case, token, line)


def _take(site: SiteFile, word: str, text: str, line: int) -> None:
    match word:
        case "Devices:":
            site.case.parts += tuple(_part(site, entry, line) for entry in text.split(","))
        case "Path:":
            site.ways.append(_way(_matched(site, _PATH, word, text, line), line))
        case "Names:":
            found = _matched(site, _NAMES, word, text, line)
            site.names.append(Names(found["clients"], Passage(found["passage"]), found["at"] or "", line))
        case "Fix:":
            found = _matched(site, _FIX, word, text, line)
            devices = tuple((found["devices"] or "").split())
            site.fixes.append(Fixed(found["rule"], found["safety"], devices, found["words"] or "", line))
        case "Hard case:":
            site.hard = text
        case _:
            take_words(site.case, f"{word} {text}", line)


def _part(site: SiteFile, entry: str, line: int) -> tuple[str, str]:
    """`gw = openwrt-router` is a part of sites, `gw = shops/openwrt/healthy/gw` a device of a shop."""
    name, equals, part = (each.strip() for each in entry.partition("="))
    if not equals:
        raise CaseError(f"{site.case.file}:{line}: expected `name = part`, not '{entry.strip()}'")
    return name, part if part.startswith("shops/") else f"sites/parts/{part}"


def _matched(site: SiteFile, pattern: re.Pattern[str], word: str, text: str, line: int) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise CaseError(f"{site.case.file}:{line}: cannot read `{word} {text}`; see tests/sites/README.md")
    return found


def _way(found: re.Match[str], line: int) -> Way:
    protocol = found["protocol"] or "tcp"
    port = int(found["port"]) if found["port"] else None if protocol == "icmp" else 4443
    routers = None if found["routers"] is None else tuple(each for each in found["routers"].split() if each != "none")
    at = found["at"] or ""
    return Way(found["source"], found["target"], protocol, port, Passage(found["passage"]), at, routers, line)
