from datetime import date, time, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

import pytest

from auditor.errors import DataError
from auditor.policies.document import Table, read_document


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def table(text: str) -> Table:
    return read_document("paint.yaml", text)


def test_reads_each_kind_of_value() -> None:
    document = table(
        """
        name: " wall "
        coats: 2
        dry: true
        from: 2026-11-23
        at: "09:30"
        wait: 90min
        place: 192.0.2.1
        area: 192.0.2.0/24
        colours: [red, blue]
        """
    )
    assert document.text("name") == "wall"
    assert document.whole("coats") == 2
    assert document.flag("dry") is True
    assert document.date("from") == date(2026, 11, 23)
    assert document.time("at") == time(9, 30)
    assert document.duration("wait") == timedelta(minutes=90)
    assert document.address("place") == IPv4Address("192.0.2.1")
    assert document.network("area") == IPv4Network("192.0.2.0/24")
    assert document.choices("colours", Colour) == (Colour.RED, Colour.BLUE)
    document.finish()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1s", timedelta(seconds=1)), ("2h", timedelta(hours=2)), ("30d", timedelta(days=30)), ("0min", timedelta())],
)
def test_reads_durations(text: str, expected: timedelta) -> None:
    assert table(f"wait: {text}").duration("wait") == expected


@pytest.mark.parametrize("text", ["2 h", "h", "1.5h", "-1h", "2H", "12"])
def test_refuses_durations_without_a_clear_unit(text: str) -> None:
    with pytest.raises(DataError, match=r"^paint\.yaml: wait: "):
        table(f"wait: {text}").duration("wait")


def test_a_boolean_is_no_number_and_a_timestamp_no_date() -> None:
    document = table("coats: true\nfrom: 2026-11-23 10:00:00")
    with pytest.raises(DataError, match="coats: a whole number"):
        document.whole("coats")
    with pytest.raises(DataError, match="from: a date"):
        document.date("from")


def test_names_the_place_of_a_mistake_inside_a_list() -> None:
    _, second = table("walls: [{colour: red}, {colour: green}]").tables("walls")
    with pytest.raises(DataError, match=r"^paint\.yaml: walls\.1\.colour: 'green' is none of red, blue$"):
        second.choice("colour", Colour)


def test_refuses_what_nobody_reads() -> None:
    document = table("name: wall\nnmae: door")
    document.text("name")
    with pytest.raises(DataError, match="unknown key 'nmae'"):
        document.finish()


def test_refuses_a_key_written_twice() -> None:
    with pytest.raises(DataError, match="'name' stands there twice"):
        table("name: wall\nname: door")


@pytest.mark.parametrize("text", ["", "- a", "a: [", "1: x", "\tname: wall", "!!python/object:os.system {}"])
def test_refuses_what_is_no_mapping_of_texts(text: str) -> None:
    with pytest.raises(DataError, match=r"^paint\.yaml: "):
        table(text)


def test_refuses_a_list_with_an_entry_twice() -> None:
    with pytest.raises(DataError, match="twice"):
        table("colours: [red, red]").choices("colours", Colour)


def test_says_what_is_missing() -> None:
    with pytest.raises(DataError, match=r"^paint\.yaml: wall\.name: missing$"):
        table("wall: {}").table("wall").text("name")
