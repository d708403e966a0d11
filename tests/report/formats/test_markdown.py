"""Markdown as markdown-it reads it, with tables, HTML and links switched on."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from auditor.report.formats.markdown import text
from auditor.report.text import visible
from tests.report import shop
from tests.report.formats import made

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
ALLOWED = {"h1", "h2", "p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td"}


class Read(HTMLParser):
    """What a reader sees: the tags, and the cells of all rows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.rows: list[list[str]] = []
        self.words = ""
        self.in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self.in_cell = tag in ("td", "th")

    def handle_endtag(self, tag: str) -> None:
        self.in_cell = self.in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.words += data
        if self.in_cell:
            self.rows[-1][-1] += data


def read(folder: Path, *reports: Any, **more: Any) -> Read:
    return Read(READER.render(made.written("markdown", folder, reports, **more)))


def test_sites_are_counted_and_what_is_open_is_listed(tmp_path: Path) -> None:
    page = read(tmp_path, made.faulty(), made.healthy())
    assert ["lyon-01", "fail", "2", "1", "1", "2", "2", "1"] in page.rows
    assert ["nice-02", "pass", "0", "0", "0", "0", "0", "0"] in page.rows
    listed = [row[1] for row in page.rows if len(row) == 6 and row[0] != "result"]
    results = ("fail", "unknown", "not_checked", "error")
    assert listed == [each["rule"] for each in made.verdicts(made.faulty()) if each["result"] in results]
    (lease,) = (row for row in page.rows if row[1] == "lease")
    assert (lease[0], lease[4]) == ("error", "/etc/config/dhcp:9")
    assert "not audited: ap2: connection refused" in page.words
    assert "2026-11-23T04:14:00Z, exit code 1: findings" in page.words


@pytest.mark.parametrize("make", [made.faulty, made.broken, made.hostile])
def test_no_name_becomes_markup(make: Any, tmp_path: Path) -> None:
    page = read(tmp_path, make())
    assert page.tags <= ALLOWED
    assert {len(row) for row in page.rows} == {8, 6}
    if make is made.hostile:
        assert visible(shop.HOSTILE.replace("\udc80", "\\udc80")) in page.words


@pytest.mark.parametrize(
    ("waiver", "said"), [(made.WAIVER, "until 2026-12-31"), (made.EXPIRED, "expired on 2026-11-22")]
)
def test_a_waiver_is_told(waiver: dict[str, str], said: str, tmp_path: Path) -> None:
    page = read(tmp_path, made.faulty(), sites={1: made.told(made.faulty(), "lease", waiver=waiver)})
    (lease,) = (row for row in page.rows if row[1] == "lease")
    assert f"(waived by network team, {said}: the lease is renewed by hand)" in lease[3]


BAIT = st.one_of(st.text(), st.lists(st.sampled_from([*"|\\`*_[]()<>&~!#@$:/.- a", "www", "&amp;"])).map("".join))


@given(BAIT)
def test_any_text_comes_back_as_it_is_shown(said: str) -> None:
    page = Read(READER.render(f"| a | b |\n| --- | --- |\n| x{text('x' + said + 'x')} | y |\n"))
    assert page.rows[1] == [f"xx{visible(said)}x", "y"]
    assert page.tags <= ALLOWED
