"""Whatever a site has: nothing overlaps, texts stay inside, lines go round boxes, marks stand where they belong."""

import re
from itertools import combinations, pairwise

import pytest
from hypothesis import given

from auditor.report.diagram import lay_out
from auditor.report.diagram.measure import shortened, width, wrapped
from auditor.report.diagram.shapes import Picture, Rect
from auditor.report.diagram.slots import box_key
from auditor.report.diagram.view import AtClients, Internet, Layer, OnNetwork, ThroughDevice, View
from auditor.site import Passage
from tests.report.diagram.views import views


def segments(path: str) -> list[Rect]:
    """The straight stretches of a path, as thin rectangles; round corners are left out."""
    points = [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]
    ends = re.findall(r"Q-?[\d.]+ -?[\d.]+ (-?[\d.]+) (-?[\d.]+)", path)
    starts = [points[0], *((float(x), float(y)) for x, y in ends)] if points else []
    return [_thin(a, b) for a, b in zip(starts, points[1:], strict=True)]


def _thin(a: tuple[float, float], b: tuple[float, float]) -> Rect:
    return Rect(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1]))


def crosses(line: Rect, box: Rect) -> bool:
    inner = Rect(box.x + 0.2, box.y + 0.2, box.width - 0.4, box.height - 0.4)
    return line.x <= inner.right and inner.x <= line.right and line.y <= inner.bottom and inner.y <= line.bottom


def boxes(picture: Picture) -> dict[str, Rect]:
    return {box.key: box.rect for box in picture.boxes}


@given(views())
def test_nothing_overlaps_and_all_is_inside(view: View) -> None:
    picture = lay_out(view)
    for one, other in combinations([*picture.boxes, *picture.bars], 2):
        assert not one.rect.overlaps(other.rect), (one.key, other.key)
    assert {device.key for device in view.devices} <= set(boxes(picture))
    assert {client.key for client in view.clients} <= set(boxes(picture))
    assert [bar.key for bar in picture.bars] == [network.key for network in view.networks]
    for box in [*picture.boxes, *picture.bars]:
        assert box.rect.x >= 0
        assert box.rect.y >= 0
        assert box.rect.right <= picture.width
        assert box.rect.bottom <= picture.height
        for line in box.lines:
            bold = "name" in line.style or ("verdict" in line.style and "where" not in line.style)
            size = 13.0 if "name" in line.style else 11.5
            if line.style != "tag" and "centre" not in line.style:
                assert line.x + width(line.text, size, bold=bold) <= box.rect.right + 0.01, line
            assert box.rect.y < line.y - 7
            assert line.y + 2 < box.rect.bottom


@given(views())
def test_lines_go_round_the_boxes_that_they_do_not_pass(view: View) -> None:
    picture = lay_out(view)
    for way, trace in zip([way for way in view.ways if way.number], picture.traces, strict=True):
        own = {box_key(view, each.name) for each in way.stations if isinstance(each, ThroughDevice)}
        own |= {each.key for each in way.stations if isinstance(each, AtClients)} | {"internet"}
        # A way out goes straight up, so only what stands on top may be left by it.
        tops = {box.key for box in view.devices if box.layer is Layer.ROUTER}
        outs = {
            each.name
            for each, after in pairwise(way.stations)
            if isinstance(each, ThroughDevice) and after == Internet()
        }
        if not outs <= tops:
            continue
        for line in [*segments(trace.before), *segments(trace.after)]:
            for key, rect in boxes(picture).items():
                assert key in own or not crosses(line, rect), (trace.title, key)
    for wire in picture.wires:
        for a, b in pairwise(wire.points):
            touched = [key for key, rect in boxes(picture).items() if crosses(_thin(a, b), rect)]
            assert not touched, (wire, touched)


@given(views())
def test_a_mark_stands_at_what_decides(view: View) -> None:
    picture = lay_out(view)
    assert lay_out(view) == picture
    for way, trace in zip(view.ways, picture.traces, strict=True):
        assert trace.number == way.number
        assert (trace.sign is None) == (way.passage is Passage.OPEN)
        assert bool(trace.arrow) == (way.passage is Passage.OPEN)
        if trace.sign is None or way.mark is None or way.mark.at is None:
            continue
        match way.stations[way.mark.at]:
            case ThroughDevice(name):
                rect = boxes(picture)[box_key(view, name)]
                assert trace.sign.y == pytest.approx(rect.bottom)
                assert rect.x < trace.sign.x < rect.right
            case OnNetwork(key):
                rect = next(bar.rect for bar in picture.bars if bar.key == key)
                assert rect.y < trace.sign.y < rect.bottom
            case _:
                pass


@pytest.mark.parametrize("text", ["short", "i" * 300, "W" * 300, "店" * 80, "a b " * 60, "\u202egnp\x1b[31m" * 20, ""])
def test_cut_texts_fit_and_say_that_they_are_cut(text: str) -> None:
    cut = shortened(text, 120, 11.5)
    assert width(cut, 11.5) <= 120
    assert cut.isprintable()
    lines = wrapped(text, 120, 11.5, 3)
    assert len(lines) <= 3
    assert all(width(line, 11.5) <= 120 for line in lines)
    if len(text) > 60:
        assert cut.endswith("…")
        assert lines[-1].endswith("…")
    else:
        assert "".join(lines) == text == cut
