"""Where everything of the diagram is: boxes in rows, networks as bars below them, clients at the bottom.

Nothing overlaps because every box gets the room that its texts and lines need, and the drawing becomes as large as
all of them; the same site gives the same picture.
"""

from dataclasses import dataclass
from itertools import pairwise

from auditor.report.diagram.boxes import (
    PAD,
    Text,
    client_texts,
    device_style,
    device_texts,
    height,
    network_texts,
    placed,
)
from auditor.report.diagram.grid import LEFT, MARGIN, Cell, Grid, grid_of
from auditor.report.diagram.shapes import Box, Line, Picture, Rect, Wire
from auditor.report.diagram.slots import Slots, drawn, slots_of, spread
from auditor.report.diagram.traces import Ends, Risers, runs, trace
from auditor.report.diagram.tracks import FOOT, Tracks
from auditor.report.diagram.view import ClientBox, Internet, Layer, ThroughDevice, View

_CLOUD, _BELOW_CLOUD, _TURN = 34.0, 34.0, 7.0
_CLIENT_WIDEST, _CLIENT_NARROWEST, _APART = 250.0, 132.0, 18.0
_HEADINGS = {
    Layer.ROUTER: ("Routers",),
    Layer.CORE: ("Switches,", "servers"),
    Layer.ACCESS_POINT: ("Access", "points"),
}


@dataclass(slots=True)
class _Clients:
    """A box of clients with the places of its lines."""

    box: ClientBox
    x: float
    width: float
    up: tuple[float, ...]


def lay_out(view: View) -> Picture:
    """Find a place for everything."""
    slots = slots_of(view)
    grid = grid_of(view, slots)
    clients = _clients(view, slots, grid)
    risers = Risers()
    headings: list[Line] = []
    boxes: list[Box] = []
    y = MARGIN
    out = _cloud(view, grid, y)
    if out is not None:
        boxes.append(out)
        headings += _heading(("Internet",), y, _CLOUD)
        y += _CLOUD + _BELOW_CLOUD
    y = _rows(view, grid, risers, boxes, headings, y)
    for each in clients:
        for slot, x in enumerate(each.up):
            risers.up[each.box.key, slot] = x
    tracks = {bar.key: Tracks() for bar in view.networks}
    found = [run for way in drawn(view) for run in runs(way, view, slots, risers, grid.width)]
    for key, in_bar in tracks.items():
        in_bar.lay(run for run in found if run.network == key)
    bars: list[Box] = []
    tops: dict[str, Rect] = {}
    y += 8
    for bar in view.networks:
        texts = network_texts(bar, LEFT - MARGIN - 2 * PAD)
        tall = max(tracks[bar.key].height() if not bar.others or tracks[bar.key].used else 0.0, height(texts))
        rect = Rect(MARGIN, y, grid.width - 2 * MARGIN, tall)
        tops[bar.key] = rect
        style = "network others" if bar.others else "network"
        bars.append(Box(bar.key, style, rect, placed(texts, rect.x, rect.y, LEFT), ", ".join(bar.lines)))
        y = rect.bottom + 10
    boxes += _client_boxes(clients, y + 30)
    if clients:
        y += 30
        headings += _heading(("Points of sale,", "readers"), y, 40)
    bottom = max([box.rect.bottom for box in boxes] + [y])
    ends = Ends({box.key: box.rect for box in boxes}, tops, tracks, out.rect if out is not None else None)
    wires = (*_wires(grid, risers, ends), *_client_wires(clients, ends))
    traces = tuple(trace(way, view, slots, risers, ends, grid.width) for way in drawn(view))
    return Picture(grid.width, bottom + MARGIN, tuple(headings), tuple(bars), tuple(boxes), wires, traces)


def _heading(words: tuple[str, ...], y: float, tall: float) -> list[Line]:
    first = y + tall / 2 + 4 - 7 * (len(words) - 1)
    return [Line(MARGIN + PAD, first + 14 * number, word, "heading") for number, word in enumerate(words)]


def _cloud(view: View, grid: Grid, y: float) -> Box | None:
    """The internet, over all routers that lead to it, or may."""
    routers = [cell for layer, row in grid.rows for cell in row if layer is Layer.ROUTER]
    over = [cell for cell in routers if cell.box.uplink or _leaves_by(cell, view)] or routers
    if not over:
        return None
    left = min(cell.at_box[0] for cell in over) - 60
    right = max(cell.at_box[-1] for cell in over) + 60
    rect = Rect(max(left, LEFT), y, min(right, grid.width - MARGIN) - max(left, LEFT), _CLOUD)
    return Box("internet", "internet", rect, (Line(rect.middle, y + 21, "Internet", "name centre"),))


def _leaves_by(cell: Cell, view: View) -> bool:
    """Whether a way leaves the shop by this box."""
    return any(
        isinstance(station, ThroughDevice) and station.name in cell.box.names and isinstance(following, Internet)
        for way in drawn(view)
        for station, following in pairwise(way.stations)
    )


def _rows(view: View, grid: Grid, risers: Risers, boxes: list[Box], headings: list[Line], y: float) -> float:
    """Place the rows of devices from `y` down, and return where they end."""
    before: Layer | None = None
    for layer, row in grid.rows:
        texts = [device_texts(cell.box, view, cell.width - 2 * PAD) for cell in row]
        tall = max(map(height, texts))
        for cell, lines in zip(row, texts, strict=True):
            boxes.append(_device(cell, lines, y))
        if layer is not before:
            headings += _heading(_HEADINGS[layer], y, min(tall, 60))
        before = layer
        turning = y + tall + 12
        for cell in row:
            turning = _turns(cell, risers, turning)
        y = max(turning + 6, y + tall + 22)
    return y


def _device(cell: Cell, texts: tuple[Text, ...], y: float) -> Box:
    rect = Rect(cell.x, y, cell.width, height(texts))
    names = ", ".join(cell.box.names)
    return Box(cell.box.key, device_style(cell.box), rect, placed(texts, rect.x, rect.y, rect.right), names)


def _turns(cell: Cell, risers: Risers, y: float) -> float:
    """Let the lines of a box turn below it, one below the other so that they do not cross; returns where they end."""
    number = len(cell.down)
    right = cell.down[0] > cell.at_box[0]
    for slot, (x, down) in enumerate(zip(cell.at_box, cell.down, strict=True)):
        turn = y + _TURN * (number - 1 - slot if right else slot)
        risers.down[cell.box.key, slot] = (x, turn if cell.turns else None, down)
    return y + _TURN * number + 4 if cell.turns else y


def _clients(view: View, slots: Slots, grid: Grid) -> list[_Clients]:
    """Side by side, as wide as there is room; the lines of devices and of clients keep apart."""
    number = len(view.clients)
    if not number:
        return []
    least = sum(max(_CLIENT_NARROWEST, _APART * slots.of(box.key) + 16) + 14 for box in view.clients)
    grid.width = max(grid.width, least + LEFT + MARGIN)
    share = (grid.width - LEFT - MARGIN) / number
    width = min(_CLIENT_WIDEST, share - 14)
    taken = [x for _, row in grid.rows for cell in row for x in cell.down]
    found = []
    for index, box in enumerate(view.clients):
        x = LEFT + share * index + (share - width) / 2
        ups = spread(x + width / 2, slots.of(box.key), width - 16, _APART)
        room = ups[0] - x - 8
        shifts = [shift for step in range(9) for shift in (step * 2.0, -step * 2.0) if abs(shift) <= max(room, 0)]
        best = max(shifts, key=lambda shift: _nearest(ups, shift, taken), default=0.0)
        found.append(_Clients(box, x, width, tuple(up + best for up in ups)))
    return found


def _nearest(ups: tuple[float, ...], shift: float, taken: list[float]) -> float:
    """How near the nearest line of a device is; seven pixels are enough."""
    return min([abs(up + shift - x) for up in ups for x in taken] + [7.0])


def _client_boxes(clients: list[_Clients], y: float) -> list[Box]:
    texts = [client_texts(each.box, each.width - 2 * PAD) for each in clients]
    tall = max(map(height, texts), default=0.0)
    boxes = []
    for each, lines in zip(clients, texts, strict=True):
        rect = Rect(each.x, y, each.width, tall)
        style = "clients lost" if each.box.lost else "clients" if each.box.network else "clients mobile"
        boxes.append(
            Box(each.box.key, style, rect, placed(lines, rect.x, rect.y, rect.right), ", ".join(each.box.rows))
        )
    return boxes


def _wires(grid: Grid, risers: Risers, ends: Ends) -> tuple[Wire, ...]:
    """What each device is connected to: networks below it, and the internet above a router."""
    wires = []
    for layer, row in grid.rows:
        for cell in row:
            x, turn, down = risers.down[cell.box.key, 0]
            rect = ends.boxes[cell.box.key]
            dots = tuple((down, ends.bars[key].y + 8) for key in cell.box.networks if key in ends.bars)
            if dots:
                way = [(x, rect.bottom)] + ([] if turn is None else [(x, turn), (down, turn)])
                wires.append(Wire((*way, max(dots, key=lambda dot: dot[1])), dots))
            if cell.box.uplink and layer is Layer.ROUTER and ends.internet is not None:
                wires.append(Wire(((x, rect.y), (x, ends.internet.bottom)), ()))
    return tuple(wires)


def _client_wires(clients: list[_Clients], ends: Ends) -> tuple[Wire, ...]:
    wires = []
    for each in clients:
        bar = ends.bars.get(each.box.network)
        if bar is not None:
            end = (each.up[0], bar.bottom - FOOT / 2)
            style = "wireless" if each.box.medium.startswith("Wi-Fi") else ""
            wires.append(Wire(((each.up[0], ends.boxes[each.box.key].y), end), (end,), style))
    return tuple(wires)
