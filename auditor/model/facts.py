"""How a value is known.

Each leaf of the model is a `Fact`: lines state it, a documented default is assumed, the operator declares it,
or it is unknown. Rules take facts apart with `match`, and mypy makes a forgotten `Unknown` a type error.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeAlias, TypeVar

T = TypeVar("T", covariant=True)
R = TypeVar("R")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Lines `first`..`last` (1-based, inclusive) of one captured file of one device."""

    device: str
    file: str
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.device}:{self.file}:{self.first}"


@dataclass(frozen=True, slots=True)
class Default:
    """A documented default: what the platform does when no line says otherwise, and where that was read.

    `entry` is the key in the device profile; `word` is the vendor's own notation (`rebind_protection 1`).
    """

    entry: str
    word: str
    source: str


@dataclass(frozen=True, slots=True)
class Stated(Generic[T]):
    """Lines say so."""

    value: T
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Assumed(Generic[T]):
    """No line says so; the documented default applies. `near` are the lines where it would stand."""

    value: T
    because: Default
    near: tuple[Span, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        return self.near


@dataclass(frozen=True, slots=True)
class Declared(Generic[T]):
    """The operator attests it in the inventory, for something that was not collected."""

    value: T
    span: Span
    who: str
    until: date | None

    @property
    def spans(self) -> tuple[Span, ...]:
        return (self.span,)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not collected, not understood, or outside what is modelled. Never "fine".

    `settle` says what would settle it; `could_be` lists all values it can have, where they are few.
    """

    why: str
    near: tuple[Span, ...] = ()
    settle: str = ""
    could_be: tuple[Any, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        return self.near


Known: TypeAlias = Stated[T] | Assumed[T] | Declared[T]
Fact: TypeAlias = Stated[T] | Assumed[T] | Declared[T] | Unknown


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A collection that knows what it may be missing.

    *Some* is proven by one item; *none* and *all* need `holes` to be empty.
    """

    items: tuple[T, ...] = ()
    holes: tuple[Unknown, ...] = ()

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def merged(*lists: Listed[R]) -> Listed[R]:
    """Join collections: all their items in order, and each hole once."""
    items = tuple(item for each in lists for item in each)
    return Listed(items, tuple(dict.fromkeys(hole for each in lists for hole in each.holes)))


def spans_of(*facts: Fact[Any]) -> tuple[Span, ...]:
    """Return the lines behind facts, in order, each once."""
    return tuple(dict.fromkeys(span for fact in facts for span in fact.spans))


def combine(join: Callable[..., R], *facts: Fact[Any]) -> Fact[R]:
    """Join the values of facts; evidence is joined too, and the weakest origin wins.

    An unknown input whose possible values are listed does not matter if `join` gives the same for each of
    them: a maximum of one hour decides a lease whatever the default is.
    """
    known = [fact for fact in facts if not isinstance(fact, Unknown)]
    if len(known) == len(facts):
        return known_like(join(*(fact.value for fact in known)), *known)
    unknown = [fact for fact in facts if isinstance(fact, Unknown)]
    if any(not fact.could_be for fact in unknown):
        return _joined_unknown(unknown, facts)
    completions: list[list[Any]] = [[]]
    for fact in facts:
        values = fact.could_be if isinstance(fact, Unknown) else (fact.value,)
        completions = [[*done, value] for done in completions for value in values]
    results = [join(*values) for values in completions]
    if any(result != results[0] for result in results):
        return _joined_unknown(unknown, facts)
    return known_like(results[0], *known)


def known_like(value: R, *facts: Known[Any]) -> Known[R]:
    """Wrap a value that follows from known facts: all their lines, and the weakest of their origins."""
    spans = facts[0].spans if len(facts) == 1 else spans_of(*facts)
    assumed: Assumed[Any] | None = None
    for fact in facts:
        if isinstance(fact, Declared):
            return Declared(value, fact.span, fact.who, fact.until)
        if isinstance(fact, Assumed) and assumed is None:
            assumed = fact
    return Stated(value, spans) if assumed is None else Assumed(value, assumed.because, spans)


def _joined_unknown(unknown: list[Unknown], facts: tuple[Fact[Any], ...]) -> Unknown:
    why = "; ".join(dict.fromkeys(fact.why for fact in unknown))
    settle = "; ".join(dict.fromkeys(fact.settle for fact in unknown if fact.settle))
    return Unknown(why, spans_of(*facts), settle)
