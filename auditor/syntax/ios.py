"""Reader of Cisco IOS and IOS-XE running configurations: commands with what is indented below them, losslessly.

A running configuration is a list of commands; those of a block stand below its head, one blank further to the right
for each level. Some commands bring text of their own that is no command: banners between two delimiters, certificates
up to `quit`, macros up to `@`. Terminal logs add prompts, echoes and what pagers leave behind. Every line of the text
belongs to exactly one command or is of another `LineKind`; no text makes the reader raise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum


class LineKind(IntEnum):
    """What one line of the text is."""

    COMMAND = 0
    TEXT = 1
    """Part of a banner, a certificate or a macro that a command began."""
    COMMENT = 2
    BLANK = 3
    NOISE = 4
    """Around the configuration: a prompt, an echoed command, `Building configuration...`."""
    END = 5
    """The word `end`, which closes a whole configuration."""
    BEYOND = 6
    """Behind `end`."""


@dataclass(slots=True, eq=False)
class Command:
    """One command: its words without indentation, where it stands (1-based), and what is indented below it.

    `last` is the last line of its own text, which only banners, certificates and macros carry on to further lines.
    """

    text: str
    line: int
    last: int
    indent: int
    children: "list[Command]" = field(default_factory=list)

    def walk(self) -> "Iterator[Command]":
        """The command itself and all below it, in their order."""
        waiting = [self]
        while waiting:
            command = waiting.pop()
            yield command
            waiting.extend(reversed(command.children))


@dataclass(frozen=True, slots=True)
class Damage:
    """A line from which on the text cannot be trusted, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Document:
    """One configuration text: its lines as they were, what each is, and the commands of the top level."""

    lines: tuple[str, ...]
    kinds: tuple[LineKind, ...]
    top: tuple[Command, ...]
    damage: tuple[Damage, ...]

    @property
    def text(self) -> str:
        """The text that was read, byte for byte."""
        return "\n".join(self.lines)

    @property
    def ended(self) -> bool:
        """Whether the word `end` closes it."""
        return LineKind.END in self.kinds

    def walk(self) -> Iterator[Command]:
        """All commands in their order."""
        for command in self.top:
            yield from command.walk()


# What pagers and terminals leave behind: the pager's word, backspaces over it, colours.
_NOISE = re.compile(r"^ ?-+ ?[Mm]ore ?-+(?: ?[\x08 ]*\x08| {9}| )?|\x1b\[[0-9;?]*[A-Za-z]|\x08+(?: *\x08+)?|^\ufeff")
_NOISY = ("\x08", "\x1b", "ore--", "ore --", "\ufeff")
_PROMPT = re.compile(
    r"[A-Za-z0-9][\w.@()/:-]{0,127}[#>](?:\s*|\s*(?:sh|sho|show|more|term|terminal|en|enable|exit)\b.*)"
)
_PREAMBLE = re.compile(r"Building configuration\.\.\.|Current configuration ?: .*|Using \d+ out of \d+ bytes.*")
_DELIMITED = re.compile(
    r"(?:banner(?: [a-z-]+){0,2}|aaa authentication [a-z-]+|ip (?:admission|auth-proxy)(?: [a-z-]+){1,4}"
    r"|menu \S+ (?:title|prompt)|title) ?(\^C|\x03)"
    r"|banner (?:exec|incoming|login|motd|prompt-timeout|slip-ppp|config-save) (\S)"
)
"""Commands whose text goes on to the next lines. In all others, as in a description, the sign is one like any other:
else it would hide what stands between it and the next banner."""

_BEGUN = re.compile(r"(?:version \d+\.\d|hostname \S+$|interface [A-Z]\S*$|service timestamps |boot-start-marker$)")
"""Commands with which a configuration is under way, so that what a banner says behind them is no beginning."""

_LONGEST_PREAMBLE = 400
_MOST_UNCLOSED = 64
"""Texts without an end that are searched for to the last line; one is damage enough."""

_WIDTHS = frozenset({80, 132})
"""Columns of terminals, which some carry on a longer line behind at the beginning of the next one."""

_BEGINNING = re.compile(
    r"(?:"
    r"aaa|access-list|alias|ap|archive|arp|banner|boot|bridge|call-home|cdp|class-map|clock|controller"
    r"|crypto|device-tracking|diagnostic|dot11|dot1x|enable|end|errdisable|event|exit|fabric|flow|hostname"
    r"|interface|ip|ipv6|key|kron|lacp|ldap|license|line|lldp|logging|login|mac|memory|mls|multilink"
    r"|monitor|multicast|netconf-yang|no|ntp|object-group|parameter-map|password|platform|policy-map"
    r"|port-channel|power|privilege|process|radius|redundancy|route-map|router|scheduler|service"
    r"|snmp-server|spanning-tree|standby|subscriber|switch|system|tacacs|telemetry|template|time-range"
    r"|track|transceiver|trunk|udld|username|version|vlan|voice|vrf|vtp|wireless|wlan|zone|zone-pair"
    r")(?:\s|$)"
)
"""First words of commands of the top level, by which the rest of a wrapped line is told from them."""


def parse(text: str) -> Document:
    """Read a configuration; see the module."""
    return _Reader(text).document()


def delimiter_of(command: str) -> str:
    """The sign that ends the text which a command begins, '' if it begins none."""
    found = _DELIMITED.match(command)
    return str(found[1] or found[2]) if found is not None else ""


class _Reader:
    """One pass over the lines, with the open blocks on a stack."""

    def __init__(self, text: str) -> None:
        self.text = text.split("\n")
        noisy = any(mark in text for mark in _NOISY)
        self.lines = [_NOISE.sub("", line) for line in self.text] if noisy else self.text
        self.kinds = [LineKind.COMMAND] * len(self.lines)
        self.damage: list[Damage] = []
        self.unclosed: set[str] = set()  # delimiters that no further line holds
        width = max(map(len, self.lines))
        self.width = width if width in _WIDTHS else 0

    def document(self) -> Document:
        root = Command("", 0, 0, -1)
        stack = [root]
        kinds, lines = self.kinds, self.lines
        number = self._begin()
        count = len(lines)
        while number < count:
            raw = lines[number]
            body = raw.strip()
            if not body:
                kinds[number] = LineKind.BLANK
            elif body[0] == "!":
                kinds[number] = LineKind.COMMENT
            elif body == "end" and raw[0] == "e":
                kinds[number] = LineKind.END
                self._beyond(number + 1)
                break
            else:
                indent = len(raw) - len(raw.lstrip())
                while stack[-1].indent >= indent:
                    stack.pop()
                command = Command(body, number + 1, number + 1, indent)
                parent = stack[-1]
                if self.width and len(raw) == self.width and self._goes_on(number + 1):
                    number += 1
                    kinds[number] = LineKind.TEXT
                    command.last = number + 1
                    command.text = body = (raw.lstrip() + lines[number]).rstrip()
                if indent == 0 and _PROMPT.fullmatch(body):
                    kinds[number] = LineKind.NOISE
                elif indent == 0 and body[0] in "BCU" and _PREAMBLE.fullmatch(body):
                    kinds[number] = LineKind.NOISE
                    self.damage.append(Damage(number + 1, "a configuration begins again"))
                else:
                    parent.children.append(command)
                    stack.append(command)
                    last = self._text_of(number, body, parent.text)
                    if last > number:
                        kinds[number + 1 : last + 1] = [LineKind.TEXT] * (last - number)
                        command.last = last + 1
                        number = last
            number += 1
        return Document(tuple(self.text), tuple(kinds), tuple(root.children), tuple(self.damage))

    def _goes_on(self, number: int) -> bool:
        """Whether a line is the rest of the one before, which ends where the terminal did."""
        line = self.lines[number] if number < len(self.lines) else ""
        return line[:1] not in ("", " ", "!", "\t", "\r") and _BEGINNING.match(line) is None

    def _begin(self) -> int:
        """Where the configuration begins: what a terminal shows before it is noise."""
        begin = 0
        for number, line in enumerate(self.lines[:_LONGEST_PREAMBLE]):
            text = line.strip()
            if _PREAMBLE.fullmatch(text):
                begin = number + 1
            elif (begin and text) or _BEGUN.match(line) is not None:
                break
        for number, line in enumerate(self.lines[:begin]):
            self.kinds[number] = LineKind.NOISE if line.strip() else LineKind.BLANK
        return begin

    def _beyond(self, number: int) -> None:
        for index in range(number, len(self.lines)):
            line = self.lines[index].strip()
            if not line:
                self.kinds[index] = LineKind.BLANK
            elif _PROMPT.fullmatch(line):
                self.kinds[index] = LineKind.NOISE
            else:
                self.kinds[index] = LineKind.COMMENT if line[0] == "!" else LineKind.BEYOND

    def _text_of(self, number: int, body: str, above: str) -> int:
        """The last line of the text that a command carries, its own line if none."""
        if "^C" in body or "\x03" in body or body.startswith("banner "):
            return self._delimited(number, body)
        if body.startswith("certificate ") and above.startswith(("crypto pki certificate", "crypto ca certificate")):
            return self._until(number, "quit")
        if body == "key-string":
            return self._until(number, "quit")
        if body.startswith("macro name "):
            return self._until(number, "@")
        return number

    def _delimited(self, number: int, body: str) -> int:
        found = _DELIMITED.match(body)
        if found is None:
            return number
        delimiter = str(found[1] or found[2])
        if delimiter in body[found.end() :]:
            return number
        if delimiter not in self.unclosed and len(self.unclosed) < _MOST_UNCLOSED:
            for index in range(number + 1, len(self.lines)):
                if delimiter in self.lines[index]:
                    return index
            self.unclosed.add(delimiter)
        self.damage.append(Damage(number + 1, "its text has no end"))
        return number

    def _until(self, number: int, word: str) -> int:
        if word not in self.unclosed and len(self.unclosed) < _MOST_UNCLOSED:
            for index in range(number + 1, len(self.lines)):
                if self.lines[index].strip() == word:
                    return index
            self.unclosed.add(word)
        self.damage.append(Damage(number + 1, f"its text has no end, which would be '{word}'"))
        return number
