"""Texts inside the boxes of the diagram, and how high a box is with them."""

from dataclasses import dataclass

from auditor.report.diagram.measure import shortened, width, wrapped
from auditor.report.diagram.shapes import Line
from auditor.report.diagram.view import ClientBox, DeviceBox, NetworkBar, Standing, ThroughDevice, View, Way
from auditor.site import Passage

NAME, TEXT = 13.0, 11.5
PAD = 10.0
_LEADING = 15.0


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text in a box, before the box has a place; `anchor` is where a link leads."""

    text: str
    style: str
    full: str = ""
    anchor: str = ""
    right: bool = False


def device_texts(box: DeviceBox, view: View, room: float) -> tuple[Text, ...]:
    """Name and tag, platform, what it does, and each way that it decides."""
    tag_room = width(box.tag, TEXT) + 14 if box.tag else 0.0
    texts = [_one(box.title, room - tag_room, "name", bold=True)]
    if box.tag:
        texts.append(Text(shortened(box.tag, room, TEXT), "tag", right=True))
    if box.platform:
        texts.append(_one(box.platform, room, "dim"))
    for line in box.lines:
        texts += _wrapped(line, room, "text", 2)
    for marks in _decided(box, view).values():
        texts += _verdict(marks, room)
    return tuple(texts)


def _decided(box: DeviceBox, view: View) -> dict[tuple[str, ...], list[Way]]:
    """The ways that a device decides, those for the same reason together."""
    found: dict[tuple[str, ...], list[Way]] = {}
    for way in view.ways:
        if way.number and way.mark is not None and _is_at(way, box):
            key = (way.passage.value, way.mark.words, way.mark.place)
            found.setdefault(key, []).append(way)
    return found


def _verdict(ways: list[Way], room: float) -> list[Text]:
    """The words of a mark with the line that they rest on; a link to the finding where there is one."""
    mark, passage = ways[0].mark, ways[0].passage
    assert mark is not None
    says = "blocked" if passage is Passage.BLOCKED else "not known"
    numbers = ", ".join(str(way.number) for way in ways)
    style = f"verdict {passage.value}"
    texts = _wrapped(f"{numbers} {says}: {mark.words}", room, style, 3, mark.anchor, bold=True)
    if mark.place:
        short = mark.place.partition(":")[2].rpartition("/")[2] or mark.place
        texts.append(_one(f"at {short}", room, f"{style} where", mark.anchor, full=mark.place))
    return texts


def _is_at(way: Way, box: DeviceBox) -> bool:
    mark = way.mark
    if mark is None or mark.at is None:
        return False
    at = way.stations[mark.at]
    return isinstance(at, ThroughDevice) and at.name in box.names


def network_texts(bar: NetworkBar, room: float) -> tuple[Text, ...]:
    """Name, subnets; of all other networks only how many there are, with the list as a title."""
    if bar.others:
        return (Text(shortened(bar.title, room, TEXT), "dim", full=", ".join(bar.lines)),)
    return (_one(bar.title, room, "name", bold=True), *(_one(line, room, "text") for line in bar.lines))


def client_texts(box: ClientBox, room: float) -> tuple[Text, ...]:
    """What they are, one row a group, and how they are attached."""
    rows = [_one(row, room, "text") for row in box.rows]
    return (_one(box.title, room, "name", bold=True), *rows, *_wrapped(box.medium, room, "dim", 2))


def device_style(box: DeviceBox) -> str:
    """Class of a box, by what it stands for."""
    match box.standing:
        case Standing.AUDITED:
            return f"device layer{box.layer.value}"
        case Standing.ELSEWHERE:
            return "device elsewhere"
        case Standing.MISSING:
            return "device missing"


def height(texts: tuple[Text, ...]) -> float:
    """Height of a box with these texts."""
    return PAD * 2 + _LEADING * sum(not each.right for each in texts) - 2


def placed(texts: tuple[Text, ...], x: float, y: float, right: float) -> tuple[Line, ...]:
    """Put texts into a box whose upper left corner and right edge are given."""
    lines: list[Line] = []
    base = y + PAD + 10
    for each in texts:
        if each.right:
            lines.append(Line(right - PAD, base - _LEADING, each.text, each.style, each.full, each.anchor))
            continue
        lines.append(Line(x + PAD, base, each.text, each.style, each.full, each.anchor))
        base += _LEADING
    return tuple(lines)


def _one(text: str, room: float, style: str, anchor: str = "", *, full: str = "", bold: bool = False) -> Text:
    cut = shortened(text, room, NAME if bold else TEXT, bold=bold)
    return Text(cut, style, full or (text if cut.endswith("…") else ""), anchor)


def _wrapped(text: str, room: float, style: str, most: int, anchor: str = "", *, bold: bool = False) -> list[Text]:
    lines = wrapped(text, room, TEXT, most, bold=bold)
    full = text if lines and lines[-1].endswith("…") else ""
    return [Text(line, style, full, anchor) for line in lines]
