"""Columns of boxes with gutters between them: the lines of a box come down in a gutter where others are in the way."""

from dataclasses import dataclass, field

from auditor.report.diagram.slots import SPACING, Slots, spread
from auditor.report.diagram.view import DeviceBox, Layer, View

LEFT, MARGIN, WIDTH, SMALL = 140.0, 8.0, 980.0, 740.0
_WIDEST, _NARROWEST, _GUTTER = 300.0, 190.0, 18.0


@dataclass(slots=True)
class Cell:
    """A box in its column, `gutter` None: nothing is in the way of its lines. `down` are the lines below the rows."""

    box: DeviceBox
    x: float = 0.0
    width: float = 0.0
    gutter: int | None = None
    at_box: tuple[float, ...] = ()
    down: tuple[float, ...] = ()

    @property
    def turns(self) -> bool:
        """Whether its lines have to turn to get into their gutter."""
        return self.gutter is not None and any(abs(a - b) > 0.5 for a, b in zip(self.at_box, self.down, strict=True))


@dataclass(slots=True)
class Grid:
    """Rows of boxes from the top, and the whole width that they need."""

    rows: list[tuple[Layer, list[Cell]]] = field(default_factory=list)
    width: float = WIDTH


def grid_of(view: View, slots: Slots) -> Grid:
    """Put boxes into rows and columns, and all their lines beside each other."""
    layers = {layer: [Cell(box) for box in view.devices if box.layer is layer] for layer in Layer}
    routers = layers.pop(Layer.ROUTER)
    most = max((len(cells) for cells in layers.values()), default=0)
    if not most:
        grid = Grid([(Layer.ROUTER, routers)] if routers else [], _width(view))
        _side_by_side(routers, grid, slots)
        return grid
    columns = 3 if most > 2 and most != 4 else 2
    grid = Grid(width=_width(view))
    rows = [(layer, row) for layer, cells in layers.items() for row in _rows(cells, columns)]
    placed = [
        (number, column, cell)
        for number, (_, row) in enumerate(rows)
        for column, cell in _columns(row, columns, number)
    ]
    loads = [0] * (columns + 1)
    for number, router in enumerate(routers):
        router.gutter = 1 + number % (columns - 1)
        loads[router.gutter] += slots.of(router.box.key)
    for number, column, cell in placed:
        if any(other == column and row > number for row, other, _ in placed):
            choice = sorted((column, column + 1), key=lambda g: (loads[g], abs(g - columns / 2)))
            cell.gutter = choice[0]
            loads[cell.gutter] += slots.of(cell.box.key)
    gutters = [_gutter(load, outer=number in (0, columns)) for number, load in enumerate(loads)]
    inside = grid.width - LEFT - MARGIN - sum(gutters)
    width = min(_WIDEST, max(_NARROWEST, inside / columns))
    spare = max(0.0, inside - width * columns) / (columns + 1)
    gutters = [gutter + spare for gutter in gutters]
    total = LEFT + MARGIN + sum(gutters) + width * columns
    starts = [LEFT + sum(gutters[:number]) + width * number for number in range(columns + 1)]
    for _, column, cell in placed:
        cell.x, cell.width = starts[column] + gutters[column], width
    straight = len(routers) <= columns - 1
    for number, router in enumerate(routers):
        assert router.gutter is not None
        middle = starts[router.gutter] + gutters[router.gutter] / 2
        if straight:
            router.width = min(_WIDEST, width + gutters[router.gutter] - 16)
            router.x = middle - router.width / 2
        else:
            share = (total - LEFT - MARGIN) / len(routers)
            router.width = min(_WIDEST, share - 16)
            router.x = LEFT + share * number + (share - router.width) / 2
    cells = [*routers, *(cell for _, _, cell in placed)]
    _lines(cells, starts, gutters, slots)
    grid.rows = [(Layer.ROUTER, routers)] * bool(routers) + rows
    grid.width = total
    return grid


def _width(view: View) -> float:
    """The least width: a small shop needs no more room than a telephone shows without much scrolling."""
    return SMALL if len(view.devices) <= 2 and len(view.clients) <= 3 else WIDTH


def _rows(cells: list[Cell], columns: int) -> list[list[Cell]]:
    return [cells[start : start + columns] for start in range(0, len(cells), columns)]


def _columns(row: list[Cell], columns: int, number: int) -> list[tuple[int, Cell]]:
    """A row that is not full keeps its boxes apart: one of three in the middle, one of two on either side in turn."""
    places = {(1, 3): [1], (2, 3): [0, 2], (1, 2): [number % 2]}.get((len(row), columns), list(range(len(row))))
    return list(zip(places, row, strict=True))


def _gutter(load: int, *, outer: bool) -> float:
    return load * SPACING + 12 if load else 0.0 if outer else _GUTTER


def _side_by_side(cells: list[Cell], grid: Grid, slots: Slots) -> None:
    """Boxes of the only row: nothing is in the way."""
    room = grid.width - LEFT - MARGIN
    if len(cells) * (_NARROWEST + 16) > room:
        room = len(cells) * (_NARROWEST + 16)
        grid.width = LEFT + MARGIN + room
    for number, cell in enumerate(cells):
        share = room / len(cells)
        cell.width = min(_WIDEST + 20, share - 16)
        cell.x = LEFT + share * number + (share - cell.width) / 2
        cell.at_box = cell.down = spread(cell.x + cell.width / 2, slots.of(cell.box.key), cell.width - 16)


def _lines(cells: list[Cell], starts: list[float], gutters: list[float], slots: Slots) -> None:
    """Give each box its lines; those that share a gutter stand in it one after the other."""
    fill: dict[int, float] = {}
    load: dict[int, int] = {}
    for cell in cells:
        if cell.gutter is not None:
            load[cell.gutter] = load.get(cell.gutter, 0) + slots.of(cell.box.key)
    for cell in cells:
        number = slots.of(cell.box.key)
        middle = cell.x + cell.width / 2
        cell.at_box = spread(middle, number, cell.width - 16)
        if cell.gutter is None:
            cell.down = cell.at_box
            continue
        room = load[cell.gutter] * SPACING
        first = starts[cell.gutter] + (gutters[cell.gutter] - room) / 2 + SPACING / 2
        begin = fill.get(cell.gutter, first)
        cell.down = tuple(begin + SPACING * slot for slot in range(number))
        fill[cell.gutter] = begin + SPACING * number
        shift = cell.down[0] - cell.at_box[0]
        inside = cell.x + 8 <= cell.down[0] and cell.down[-1] <= cell.x + cell.width - 8
        if inside and shift:
            cell.at_box = cell.down
