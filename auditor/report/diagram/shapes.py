"""What is drawn, with its place in pixels: the last stage before markup."""

from dataclasses import dataclass

from auditor.site import Passage


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle by its upper left corner and size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    def overlaps(self, other: "Rect") -> bool:
        """Say whether two rectangles have more than an edge in common."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; `y` is its base line. `full` is what was cut, '' if nothing was. `style` is a class."""

    x: float
    y: float
    text: str
    style: str
    full: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with its lines of text."""

    key: str
    style: str
    rect: Rect
    lines: tuple[Line, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """A line that says what is connected, not what passes; `dots` are the points where it is."""

    points: tuple[tuple[float, float], ...]
    dots: tuple[tuple[float, float], ...]
    style: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """The mark on a way where it stops, or where it is not known how it goes on."""

    x: float
    y: float
    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A judged way: `before` up to its mark, `after` it what nothing reaches.

    An open way has no `after`, but an arrow at its end.
    """

    number: int
    passage: Passage
    title: str
    before: str
    after: str
    start: tuple[float, float]
    sign: Sign | None
    arrow: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole drawing."""

    width: float
    height: float
    headings: tuple[Line, ...]
    bars: tuple[Box, ...]
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    traces: tuple[Trace, ...]
