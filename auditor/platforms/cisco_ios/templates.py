"""Interface templates of IOS-XE: lines of `template NAME` hold on each interface that says `source template NAME`.

What the interface says itself comes first. Source: Cisco, "Interface Templates", Identity-Based Networking Services
configuration guide, IOS XE 3SE and later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.cisco_ios.blocks import Block, Line, true_false
from auditor.platforms.cisco_ios.config import Config
from auditor.services.reading import printable
from auditor.syntax.ios import Command

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """What one interface is told: by its own block, then by its templates. `lost` says why there may be more."""

    config: Config
    blocks: tuple[Block, ...]
    lost: Unknown | None = None

    @property
    def header(self) -> Span:
        """The line that opens the interface."""
        return self.blocks[0].header

    @property
    def title(self) -> str:
        """The interface for a message."""
        return self.blocks[0].title

    def said(self, prefix: str) -> Line | None:
        """The line that counts; None if none says so."""
        return next((line for block in self.blocks if (line := block.said(prefix)) is not None), None)

    def has(self, prefix: str) -> bool:
        """Whether a line says so, and none takes it back."""
        line = self.said(prefix)
        return line is not None and not line.no

    def each(self, prefix: str) -> tuple[Line, ...]:
        """All lines of the first place that has any."""
        return next((lines for block in self.blocks if (lines := block.each(prefix))), ())

    def glance(self, word: str) -> tuple[Command, ...]:
        """All commands that begin with a word, or negate it, without counting them as understood."""
        return tuple(c for block in self.blocks for c in block.children() if _begins(c.text, word))

    def unsaid(self, prefix: str) -> Unknown | None:
        """Why silence does not mean that no line says so."""
        return self.lost or next((hole for block in self.blocks if (hole := block.unsaid(prefix)) is not None), None)

    def stated(self, prefix: str, convert: Callable[[str], T]) -> Fact[T] | None:
        """Return what the line that counts says behind these words; None if none does, or if it is negated."""
        line = self.said(prefix)
        if line is None or line.no:
            return None
        return self.config.converted(line.rest, convert, line.span, what=f"{prefix} of {self.title}")

    def fact(self, prefix: str, convert: Callable[[str], T], default: str) -> Fact[T]:
        """Return what the line that counts says behind these words, or else the default of this entry."""
        stated = self.stated(prefix, convert)
        if stated is not None:
            return stated
        line = self.said(prefix)
        near = line.span if line is not None else self.header
        return self.unsaid(prefix) or self.config.default(default, convert, near)

    def flag(self, prefix: str, default: str) -> Fact[bool]:
        """Whether a command without arguments holds."""
        line = self.said(prefix)
        if line is not None:
            return Stated(not line.no, (line.span,))
        return self.unsaid(prefix) or self.config.default(default, true_false, self.header)


def _begins(text: str, word: str) -> bool:
    said = text.removeprefix("no ")
    return said == word or said.startswith(f"{word} ")


def settings_of(config: Config, block: Block, templates: Mapping[str, Block]) -> Settings:
    """Join an interface with its templates; a template that no line defines is built in or lost."""
    found = [block]
    lost: Unknown | None = None
    for line in block.lines("source template"):
        name = line.rest.split(" ")[0]
        template = templates.get(name)
        if template is None:
            why = f"{block.title} takes lines of the template '{printable(name)}', which no line defines"
            settle = f"see what `show template interface source user {printable(name)}` shows on {config.device}"
            lost = lost or Unknown(why, (line.span,), settle)
        else:
            found.append(template)
    return Settings(config, tuple(found), lost)
