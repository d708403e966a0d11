"""Rows and pairs as RouterOS 6 and 7 print them; and that no text breaks the reader or goes uncounted."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.syntax.routeros_print import Row, parse_pairs, parse_print, parse_rows

DETAIL = """\
Flags: D - dynamic; X - disabled, R - running; S - slave
 0   RS  name="ether1" default-name="ether1" rx-byte=205 164 277
         tx-byte=1 mtu=1500

 1  X    ;;; not used
         name="two words" comment-of="say \\"hi\\" k=v" path="C:\\\\"

12 DR    ;;; added by
the manager
         name="wifi5" master-interface=my wifi
"""
TERSE = """\
 0   comment=PC address=10.0.3.252 mac-address=02:00:00:00:00:01 address-lists="" status=bound
 1 D address=10.0.1.56 address-lists= server=Clients status=bound host-name=front desk
"""


def row(text: str, number: int = 0) -> Row:
    return parse_rows(text)[number]


def test_a_name_that_begins_with_a_dot_goes_on_with_the_group_before_it() -> None:
    found = row(' 0 name="wifi1" configuration.mode=ap .ssid="T"\n     mtu=1500 datapath.bridge=b .vlan-id=30\n')
    shown = {name: value for name, (value, _) in found.properties.items()}
    assert shown["configuration.ssid"] == "T"
    assert shown["datapath.vlan-id"] == "30"
    assert row(" 0 .ssid=T\n").text(".ssid") == "T"


def test_a_row_has_number_flags_comment_and_lines() -> None:
    first, second, third = parse_rows(DETAIL)
    assert (first.number, first.flags, first.comment, first.first, first.last) == (0, frozenset("RS"), "", 2, 3)
    assert (second.number, second.flags, second.comment) == (1, frozenset("X"), "not used")
    assert (third.number, third.flags, third.comment) == (12, frozenset("DR"), "added by\nthe manager")
    assert third.properties["name"] == ("wifi5", 10)


def test_a_value_ends_where_the_next_name_begins() -> None:
    assert row(DETAIL).properties["rx-byte"] == ("205 164 277", 2)
    assert row(DETAIL).properties["tx-byte"] == ("1", 3)
    assert row(DETAIL, 2).text("master-interface") == "my wifi"


def test_quotes_keep_what_looks_like_a_property() -> None:
    assert row(DETAIL, 1).properties == {
        "name": ("two words", 6),
        "comment-of": ('say "hi" k=v', 6),
        "path": ("C:\\", 6),
    }


def test_terse_rows() -> None:
    first, second = parse_rows(TERSE)
    assert first.text("comment") == "PC"
    assert first.text("address-lists") == ""
    assert (second.flags, second.text("host-name"), second.text("address-lists")) == (frozenset("D"), "front desk", "")


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        (' 0 a="long \\\n     value" b=1\n', "a", "long value"),
        (" 0 a=1,2,\r\n     3 b=1\r\n", "a", "1,2, 3"),
        (' 0 a="not closed b=1\n', "a", '"not closed'),
        (' 0 a="x","y" b=1\n', "a", '"x","y"'),
        (" a=1 b=2\n\n a=3 b=4\n", "b", "2"),
        ('0  name="n" interval=1d\n   on-event=/interface/enable guest\n', "on-event", "/interface/enable guest"),
        ("Columns: NAME, MAC-ADDRESS,\n  INTERFACE\n# NAME\n 0 a=1\n", "a", "1"),
        (' 0 ssid="caf\\C3\\A9"\n', "ssid", "café"),
    ],
)
def test_values(text: str, name: str, value: str) -> None:
    assert row(text).text(name) == value


def test_a_property_that_stands_there_twice_cannot_be_trusted() -> None:
    """A client that calls itself `x active-address=192.0.2.9` must not become that address."""
    forged = row(" 0 active-address=10.0.0.5 host-name=x active-address=192.0.2.9\n")
    assert forged.twice == {"active-address"}
    assert forged.text("active-address") is None


def test_what_belongs_to_no_row_is_named() -> None:
    printed = parse_print("Flags: X - disabled\nwelcome back\n\n 0 a=1\n")
    assert (printed.legend, printed.loose, len(printed.rows)) == ((1,), (2,), 1)


def test_pairs() -> None:
    text = (
        "                   uptime: 1w2d\r\n"
        "                  version: 7.16.1 (stable)   \r\n"
        "              advertising: 10M-half,\r\n"
        "                           100M-half\r\n"
        "  link-partner-advertising:\r\n"
        "                  servers: 2001:db8::1\r\n"
        "                           fe80::\r\n"
        "                  version: 6.0\r\n"
    )
    assert parse_pairs(text) == {
        "uptime": ("1w2d", 1),
        "version": ("7.16.1 (stable)", 2),
        "advertising": ("10M-half,100M-half", 3),
        "link-partner-advertising": ("", 5),
        "servers": ("2001:db8::1,fe80::", 6),
    }


_PIECES = st.sampled_from(
    (" 0 ", "1 ", "12 DR ", "   ", "\n", "\r\n", "\n\n", ";;; ", "name=", '"', "\\", "\\\n", "a", "Flags: ", " - ")
)
_MORE = st.sampled_from((": ", "key: value", "x=y ", "\0", "é", "#", "Columns: A, B", " \t"))


@given(st.one_of(st.text(), st.lists(_PIECES | _MORE, max_size=40).map("".join)))
@example(" 0 \n")
def test_no_text_breaks_the_reader_and_every_line_is_counted(text: str) -> None:
    printed = parse_print(text)
    parse_pairs(text)
    in_rows = [line for each in printed.rows for line in range(each.first, each.last + 1)]
    assert in_rows == sorted(set(in_rows)), "rows come in order and share no line"
    counted = {*in_rows, *printed.legend, *printed.loose}
    assert counted == {n for n, line in enumerate(text.split("\n"), start=1) if line.strip()} | set(in_rows)
    assert len(in_rows) + len(printed.legend) + len(printed.loose) == len(counted)
    for each in printed.rows:
        assert all(each.first <= line <= each.last for _, line in each.properties.values())


@pytest.mark.growth
@pytest.mark.parametrize(
    "hostile", ['a=" ', 'a="\\" ', "a=b", ";;; x\n", "b\n", "\\\n", "a: b\n", "a - ", '"', "a=\n\n"]
)
def test_hostile_text_takes_no_longer_than_its_length(hostile: str) -> None:
    def seconds(times: int) -> float:
        text = f" 0 {hostile * times}"
        began = time.perf_counter()
        parse_print(text)
        parse_print(f"Flags:\n{hostile * times}")
        parse_pairs(text)
        return time.perf_counter() - began

    seconds(100)
    assert seconds(80_000) < 40 * max(seconds(8_000), 0.01)
