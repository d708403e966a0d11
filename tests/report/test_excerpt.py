"""The lines around a piece of evidence."""

from auditor.model import Span
from auditor.report.excerpt import ExcerptLine, excerpt
from auditor.verdicts import Quote
from tests.report import shop


def quote(file: str, first: int, last: int | None = None, text: str = "") -> Quote:
    return Quote("stated", Span("gw", file, first, last or first), text, "")


def test_the_line_is_marked_among_its_neighbours() -> None:
    assert excerpt(shop.report(), quote("/etc/config/dhcp", 9)) == (
        ExcerptLine(7, "\toption start '100'", marked=False),
        ExcerptLine(8, "\toption limit '100'", marked=False),
        ExcerptLine(9, "\toption leasetime '2h'", marked=True),
    )


def test_all_lines_of_a_span_are_marked() -> None:
    lines = excerpt(shop.report(), quote("/etc/config/dhcp", 5, 9))
    assert [line.number for line in lines if line.marked] == [5, 6, 7, 8, 9]


def test_of_an_unknown_line_only_the_leading_words_are_shown() -> None:
    for first in (20, 21):
        lines = {line.number: line.text for line in excerpt(shop.report(), quote("/etc/config/wireless", first))}
        assert lines[21] == "\toption made_up_option …"


def test_a_file_that_no_device_gave_shows_the_quote_alone() -> None:
    declared = Quote("declared", Span("", "inventory.yaml", 12, 12), "egress: open", "")
    assert excerpt(shop.report(), declared) == (ExcerptLine(12, "egress: open", marked=True),)
    assert excerpt(shop.report(), Quote("unknown", None, "", "why")) == ()


def test_a_span_outside_of_the_text_is_no_error() -> None:
    assert excerpt(shop.report(), quote("/etc/config/dhcp", 999)) == ()
