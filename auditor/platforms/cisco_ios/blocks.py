"""Commands of a running configuration as they are asked for: by leading words, `no` told apart, with their lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from auditor.model import Fact, Span, Stated, Unknown
from auditor.services.reading import printable
from auditor.syntax.ios import Command

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.platforms.cisco_ios.config import Config

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """One command that begins with the words that were asked for; `rest` is what stands behind them.

    `no` tells its negation. `text` is the whole command as the device shows it.
    """

    text: str
    rest: str
    no: bool
    span: Span
    command: Command = field(repr=False, compare=False)

    @property
    def words(self) -> tuple[str, ...]:
        """The words behind those that were asked for."""
        return tuple(self.rest.split())


@dataclass(slots=True, eq=False)
class Block:
    """What stands below one head, which may stand in several places; the top level is the block without a head.

    `head` is the whole command that opens it, `name` what stands behind the words by which it was found. Whatever is
    asked for counts as understood.
    """

    config: "Config"
    head: str
    name: str
    commands: tuple[Command, ...]
    """The commands that open it; () for the top level."""
    path: tuple[str, ...] = ()
    """The heads of the blocks around it, from the top level down, and its own."""
    _children: dict[str, list[tuple[Command, str, bool]]] | None = None
    """By their leading word: commands, their texts without `no`, and whether that was there."""

    @property
    def header(self) -> Span:
        """The line of its head."""
        return self.config.span(self.commands[0]) if self.commands else self.config.whole

    @property
    def title(self) -> str:
        """Its head for a message."""
        return f"'{printable(self.head)}'" if self.head else "the configuration"

    def children(self) -> Iterator[Command]:
        """All commands in it, in their order, without marking them as understood."""
        if not self.commands:
            yield from self.config.document.top
        for command in self.commands:
            yield from command.children

    # -- commands ----------------------------------------------------------------------------------------------

    def each(self, prefix: str) -> tuple[Line, ...]:
        """All commands that begin with these words, negations too, in their order."""
        found = self._each(prefix)
        if found:
            self.config.understood(*[line.command for line in found])
        return found

    def lines(self, prefix: str) -> tuple[Line, ...]:
        """All commands that begin with these words and are no negations, in their order."""
        return tuple(line for line in self.each(prefix) if not line.no)

    def said(self, prefix: str) -> Line | None:
        """The last command that begins with these words, or negates them: it counts. None if no line says so."""
        found = self.each(prefix)
        return found[-1] if found else None

    def has(self, prefix: str) -> bool:
        """Whether a line says so, and none takes it back."""
        line = self.said(prefix)
        return line is not None and not line.no

    def blocks(self, head: str) -> tuple["Block", ...]:
        """The blocks in it whose heads begin with these words; places with the very same head are one block."""
        found: dict[str, list[Command]] = {}
        names: dict[str, str] = {}
        for line in self._each(head):
            if not line.no:
                found.setdefault(line.text, []).append(line.command)
                names[line.text] = line.rest
        self.config.understood(*(command for commands in found.values() for command in commands))
        return tuple(
            Block(self.config, text, names[text], tuple(commands), (*self.path, text))
            for text, commands in found.items()
        )

    def block(self, head: str, name: str) -> "Block | None":
        """The block with this head and name."""
        return next((block for block in self.blocks(f"{head} {name}") if not block.name), None)

    def _each(self, prefix: str) -> tuple[Line, ...]:
        children = self._children if self._children is not None else self._indexed()
        same_word = children.get(prefix.partition(" ")[0])
        if same_word is None:
            return ()
        end = len(prefix)
        found = []
        for command, said, no in same_word:
            if said.startswith(prefix) and said[end : end + 1] in ("", " "):
                found.append(Line(command.text, said[end + 1 :].strip(), no, self.config.span(command), command))
            elif "  " in said and (rest := _behind(said, prefix.split())) is not None:
                found.append(Line(command.text, rest, no, self.config.span(command), command))
        return tuple(found)

    def _indexed(self) -> dict[str, list[tuple[Command, str, bool]]]:
        self._children = {}
        for command in self.children():
            text = command.text
            no = text.startswith("no ")
            said = text[3:].lstrip() if no else text
            self._children.setdefault(said.split(maxsplit=1)[0], []).append((command, said, no))
        return self._children

    # -- facts -------------------------------------------------------------------------------------------------

    def stated(self, prefix: str, convert: "Callable[[str], T]") -> Fact[T] | None:
        """Return what the last line says behind these words; None if none does, or if it is negated."""
        line = self.said(prefix)
        if line is None or line.no:
            return None
        return self.config.converted(line.rest, convert, line.span, what=f"{prefix} of {self.title}")

    def fact(self, prefix: str, convert: "Callable[[str], T]", default: str) -> Fact[T]:
        """Return what the last line says behind these words, or else the default of this entry of the profile."""
        stated = self.stated(prefix, convert)
        if stated is not None:
            return stated
        line = self.said(prefix)
        near = (line.span,) if line is not None else (self.header,) if self.commands else ()
        return self.unsaid(prefix) or self.config.default(default, convert, *near)

    def flag(self, prefix: str, default: str) -> Fact[bool]:
        """Whether a command without arguments holds: a line, its negation, or else the default ("true", "false")."""
        line = self.said(prefix)
        if line is not None:
            return Stated(not line.no, (line.span,))
        near = (self.header,) if self.commands else ()
        return self.unsaid(prefix) or self.config.default(default, true_false, *near)

    def unsaid(self, prefix: str) -> Unknown | None:
        """Why silence does not mean that no line says so: the text is cut, or a line is not understood."""
        return self.config.unsaid(self, prefix)


def true_false(text: str) -> bool:
    """Read a switch of the profile."""
    return {"true": True, "false": False}[text]


def _behind(said: str, words: list[str]) -> str | None:
    """What stands behind these words in a command whose words are more than one blank apart."""
    *found, rest = [*said.split(maxsplit=len(words)), ""][: len(words) + 1]
    return rest.strip() if found == words else None
