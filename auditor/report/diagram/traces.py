"""Judged ways as lines: from station to station, in slots beside boxes and on tracks within bars."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from auditor.report.diagram.shapes import Rect, Sign, Trace
from auditor.report.diagram.slots import Slots, box_key
from auditor.report.diagram.tracks import Run, Tracks
from auditor.report.diagram.view import AtClients, Internet, OnNetwork, ThroughDevice, View, Way, told
from auditor.site import Passage

Point: TypeAlias = tuple[float, float]

_ROUND = 5.0
_STUB = 60.0


@dataclass(slots=True)
class Risers:
    """Where the slots of boxes are: of clients, up to the bars; of devices at the box, the turn below it, and down."""

    up: dict[tuple[str, int], float] = field(default_factory=dict)
    down: dict[tuple[str, int], tuple[float, float | None, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ends:
    """Everything that a line may lead to."""

    boxes: dict[str, Rect]
    bars: dict[str, Rect]
    tracks: dict[str, Tracks]
    internet: Rect | None


def runs(way: Way, view: View, slots: Slots, risers: Risers, width: float) -> Iterator[Run]:
    """Where a way runs along bars."""
    for index, station in enumerate(way.stations):
        if isinstance(station, OnNetwork):
            before = _riser(way, index, -1, view, slots, risers)
            after = _riser(way, index, +1, view, slots, risers)
            if before is None:
                before = after if after is not None else width / 2
            if after is None:
                after = before + (_STUB if before < width / 2 else -_STUB)
            up = (_is_device(way, index - 1), _is_device(way, index + 1))
            yield Run(station.key, way.number, index, before, after, up)


def _is_device(way: Way, index: int) -> bool:
    return 0 <= index < len(way.stations) and isinstance(way.stations[index], ThroughDevice)


def _riser(way: Way, index: int, step: int, view: View, slots: Slots, risers: Risers) -> float | None:
    """Where a way enters (`step` -1) or leaves (+1) a bar; over a network that comes next, at the end of that."""
    at = index + step
    while 0 <= at < len(way.stations):
        station = way.stations[at]
        match station:
            case AtClients(key):
                return risers.up[key, slots.used[way.number, at][0]]
            case ThroughDevice(name):
                coming, going = slots.used[way.number, at]
                return risers.down[box_key(view, name), coming if step > 0 else going][2]
            case _:
                if step < 0:
                    return _riser(way, at, +1, view, slots, risers)
                at += step
    return None


def trace(way: Way, view: View, slots: Slots, risers: Risers, ends: Ends, width: float) -> Trace:
    """Draw one way, and its mark where it stops."""
    points: list[Point] = []
    mark: int | None = None
    wanted = None if way.mark is None else way.mark.at if way.mark.at is not None else 1
    along = {run.station: (run.one, run.other) for run in runs(way, view, slots, risers, width)}
    for index, station in enumerate(way.stations):
        here: Point
        match station:
            case AtClients(key):
                here = (risers.up[key, slots.used[way.number, index][0]], ends.boxes[key].y)
                points.append(here)
            case OnNetwork(key):
                y = ends.bars[key].y + ends.tracks[key].offset(way.number, index)
                one, other = along[index]
                here = ((one + other) / 2, y)
                points += [(one, y), here, (other, y)]
            case ThroughDevice(name):
                here = _through(way, index, box_key(view, name), slots, risers, ends, points)
            case Internet():
                here = (points[-1][0], ends.internet.bottom if ends.internet is not None else points[-1][1])
                points.append(here)
            case _ as never:
                assert_never(never)
        if index == wanted:
            mark = len(points) - 1 - points[::-1].index(here)
    end = len(points) - 1 if mark is None else mark
    sign = None
    words = f"{way.title}: {told(way)}"
    if way.mark is not None:
        sign = Sign(*points[end], words, way.mark.anchor)
    after = "" if way.passage is Passage.OPEN else path_of(points[end:])
    return Trace(
        way.number, way.passage, words, path_of(points[: end + 1]), after,
        points[0], sign, _arrow(points) if way.passage is Passage.OPEN else "",
    )  # fmt: skip


def _through(way: Way, index: int, key: str, slots: Slots, risers: Risers, ends: Ends, points: list[Point]) -> Point:
    """Into a box from below, and out of it again, or out at its top; the way inside is hidden behind the box."""
    rect = ends.boxes[key]
    coming, going = slots.used[way.number, index]
    x, turn, down = risers.down[key, coming]
    entry = (x, rect.bottom)
    points += ([] if turn is None else [(down, turn), (x, turn)]) + [entry]
    following = way.stations[index + 1] if index + 1 < len(way.stations) else None
    if isinstance(following, Internet):
        points.append((x, rect.y))
    elif following is not None:
        x, turn, down = risers.down[key, going]
        points += [(entry[0], rect.bottom - 8), (x, rect.bottom - 8), (x, rect.bottom)]
        points += [] if turn is None else [(x, turn), (down, turn)]
    return entry


def _arrow(points: list[Point]) -> str:
    """The corners of an arrow head at the end of an open way, which goes straight up or down."""
    (_, before), (x, y) = points[-2], points[-1]
    back = -8 if y > before else 8
    return f"{x:.1f},{y:.1f} {x - 5:.1f},{y + back:.1f} {x + 5:.1f},{y + back:.1f}"


def path_of(points: list[Point]) -> str:
    """Path data of a line with round corners."""
    kept = [point for number, point in enumerate(points) if not number or point != points[number - 1]]
    corners = [
        point
        for number, point in enumerate(kept)
        if number in (0, len(kept) - 1) or not _straight(kept[number - 1], point, kept[number + 1])
    ]
    if len(corners) < 2:
        return ""
    said = [f"M{corners[0][0]:.1f} {corners[0][1]:.1f}"]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        one, other = _towards(corner, before), _towards(corner, after)
        said.append(f"L{one[0]:.1f} {one[1]:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {other[0]:.1f} {other[1]:.1f}")
    said.append(f"L{corners[-1][0]:.1f} {corners[-1][1]:.1f}")
    return "".join(said)


def _straight(before: Point, point: Point, after: Point) -> bool:
    """Whether a point lies between its neighbours on one line."""
    for axis in (0, 1):
        if before[axis] == point[axis] == after[axis]:
            other = 1 - axis
            return (point[other] - before[other]) * (after[other] - point[other]) >= 0
    return False


def _towards(corner: Point, other: Point) -> Point:
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    far = abs(dx) + abs(dy)
    part = min(_ROUND, far / 2) / far if far else 0.0
    return corner[0] + dx * part, corner[1] + dy * part
