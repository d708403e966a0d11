"""The page: one file, nothing loaded, no script, every text escaped."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from auditor.report import html
from tests.report import shop

VOID = {"meta", "input", "br", "link", "img"}


class Page(HTMLParser):
    """Collects what a browser would see, and whether every element is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)

    def having(self, attribute: str) -> list[str]:
        return [str(attributes[attribute]) for _, attributes in self.elements if attribute in attributes]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("html") / "report.html"
    html.write([shop.report(), shop.healthy()], path, now=shop.NOW)
    return path.read_text()


@pytest.fixture(scope="module")
def page(source: str) -> Page:
    return Page(source)


def test_it_is_whole_and_loads_nothing(source: str, page: Page) -> None:
    assert page.open == []
    assert ("html", {"lang": "en"}) in page.elements
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "link", "img", "iframe", "object", "form", "base"})
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert all(target.startswith("#") for target in page.having("href"))
    assert not page.having("src")
    assert not re.search(r"url\(|@import|https?://", source)
    policy = dict(page.elements)["meta"]
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.having("content"), policy


def test_links_lead_somewhere_and_ids_are_unique(page: Page) -> None:
    ids = page.having("id")
    assert len(ids) == len(set(ids))
    assert {target.removeprefix("#") for target in page.having("href")} <= set(ids)
    assert set(page.having("for")) <= set(ids)
    assert set(page.having("aria-labelledby")) <= set(ids)


def test_headings_do_not_skip_a_level(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_bad_line_is_marked_among_its_neighbours(source: str) -> None:
    marked = re.findall(r'class="marked"><span class="no">(\d+)</span>([^<]*)', source)
    assert ("9", "    option leasetime &#39;2h&#39;") in marked
    assert '<span class="near"><span class="no">8</span>    option limit &#39;100&#39;' in source


def test_a_fix_comes_with_diff_commands_and_the_way_back(source: str, page: Page) -> None:
    assert '<span class="added">+    option leasetime &#39;24h&#39;' in source
    assert '<span class="removed">-    option leasetime &#39;2h&#39;' in source
    for words in (
        "uci set 'dhcp.pos.leasetime=24h'",
        "uci set 'dhcp.pos.leasetime=2h'",
        "disconnected: SHOP-POS, SHOP-GUEST",
        "the radio also serves SHOP-GUEST",
        "THIS MAY CUT YOUR OWN CONNECTION",
        "Settle it: add device 'hq-fw' or declare egress",
        "the cable sits tight",
        "ap2",
        "check that the device is up",
        shop.capture().sha256,
        "Who is responsible for what",
    ):
        assert words in page.text, words


def test_verdicts_can_be_filtered_without_a_script(page: Page) -> None:
    boxes = [
        attributes for tag, attributes in page.elements if tag == "input" and "pick" in str(attributes.get("class"))
    ]
    shown = {str(box["class"]).split("-")[1]: "checked" in box for box in boxes if str(box["id"]).startswith("site-1-")}
    assert shown == {
        "error": True, "warning": True, "unknown": True, "note": True, "person": False, "ok": False, "na": False,
    }  # fmt: skip


def test_a_line_that_nobody_knows_is_not_quoted_whole(source: str) -> None:
    assert "option made_up_option" in source
    assert "192.0.2.9" not in source


def test_one_site_needs_no_overview(tmp_path: Path) -> None:
    html.write([shop.healthy()], tmp_path / "one.html", now=shop.NOW)
    text = (tmp_path / "one.html").read_text()
    assert "<title>Network audit of nice-02</title>" in text
    assert 'class="overview"' not in text
    assert Page(text).open == []
