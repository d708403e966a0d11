"""Commands that are recognised and that no rule needs, as the profile lists them by block."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from auditor.profiles import Profile

_ALL = "*"
_ANY = "*"
_MOST_WORDS = 6
_BEFORE_ANY = 2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Irrelevant:
    """Leading words of blocks → leading words of blocks in them ("" for their own lines) → leading words of lines.

    Behind two words or more, and before the last, one `*` stands for any one word: `ap dot11 * rrm`.
    """

    by_block: Mapping[str, Mapping[str, frozenset[str]]]

    @classmethod
    def of(cls, profile: Profile) -> "Irrelevant":
        return cls(profile.irrelevant)

    def covers(self, path: tuple[str, ...], text: str) -> bool:
        """Whether a command below these heads is irrelevant, or one of the heads is with all below it."""
        top, *below = (*path, text)
        kinds = _longest(self.by_block, top) if below else None
        if kinds is None:
            return _listed(self.by_block.get("", {}).get("", frozenset()), top)
        if _listed(kinds.get("", frozenset()), below[0]):
            return True
        inner = _longest(kinds, below[0]) or frozenset()
        return any(_listed(inner, each) for each in below[1:])


def _longest(listed: Mapping[str, T], text: str) -> T | None:
    return next((listed[words] for words in _leading(text) if words in listed), None)


def _listed(words: frozenset[str], text: str) -> bool:
    said = text.removeprefix("no ").lstrip() or text
    return _ALL in words or text in words or not words.isdisjoint(_leading(said))


@lru_cache(maxsize=4096)
def _leading(text: str) -> tuple[str, ...]:
    """The leading words of a command, the longest first: `a b c d`, `a b * d`, `a b c`, `a b`, `a`; six at most."""
    words = text.split()[:_MOST_WORDS]
    return tuple(_shorter(words))


def _shorter(words: list[str]) -> Iterator[str]:
    for count in range(len(words), 0, -1):
        yield " ".join(words[:count])
        for place in range(_BEFORE_ANY, count - 1):
            yield " ".join((*words[:place], _ANY, *words[place + 1 : count]))
