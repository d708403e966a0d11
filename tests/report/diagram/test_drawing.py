"""The drawing on the page: well-formed, complete, linked to the findings, and nothing in it that a name put there."""

import re
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import pytest

from auditor.pipeline import SiteReport
from auditor.report import html
from tests.report import shop
from tests.report.diagram.shops import audited, many_access_points
from tests.rules.harness.shop import NOW

FAULTY = {
    "gw:config/wireless": ("option ssid 'SHOP-POS'", "option ssid 'SHOP-POS'\n\toption isolate '1'"),
    "gw:config/dhcp": ("\tlist rebind_domain 'stripe-terminal-local-reader.net'\n", ""),
}


def page(report: SiteReport, directory: Path) -> str:
    html.write([report], directory / "report.html", now=NOW)
    return (directory / "report.html").read_text(encoding="utf-8")


def drawing(source: str) -> ElementTree.Element:
    (found,) = re.findall(r'<svg role="img".*?</svg>', source, re.DOTALL)
    return ElementTree.fromstring(found)


def having(root: ElementTree.Element, style: str) -> list[ElementTree.Element]:
    return [each for each in root.iter() if style in each.get("class", "").split()]


def test_it_shows_each_box_bar_and_way_and_links_what_blocks(tmp_path: Path) -> None:
    source = page(audited("openwrt/healthy", edits=FAULTY), tmp_path)
    root = drawing(source)
    assert [len(having(root, style)) for style in ("device", "network", "clients", "internet")] == [1, 2, 2, 1]
    assert len(having(root, "number")) == 4
    assert len(having(root, "arrow")) == 2
    assert len([each for each in having(root, "sign") if "blocked" in each.get("class", "")]) == 2
    links = {each.get("href", "").removeprefix("#") for each in root.iter("a")}
    ids = set(re.findall(r' id="([^"]*)"', source))
    assert len(links) == 2
    assert links <= ids
    articles = re.findall(r'<article class="finding [^"]*" id="([^"]*)">.*?class="rule">([^<]*)<', source, re.DOTALL)
    findings = dict(articles)
    assert {findings[link] for link in links} == {"station-isolation", "dns-rebind"}


def test_it_has_a_name_and_a_text_alternative(tmp_path: Path) -> None:
    root = drawing(page(audited("cisco_ios/healthy"), tmp_path))
    named = {each.get("id"): each.text or "" for each in root if each.get("id")}
    assert named[root.get("aria-labelledby")] == "Diagram of shop"
    words = named[root.get("aria-describedby")]
    for said in (
        "gw: Cisco IOS",
        "Network VLAN 30: 192.168.30.0/24",
        "tablets → tills, 4443/tcp: open.",
        "Wi-Fi SHOP-POS",
    ):
        assert said in words


def test_no_name_becomes_markup_or_stays_hidden(tmp_path: Path) -> None:
    source = page(shop.hostile(), tmp_path)
    root = drawing(source)
    known = {"svg", "g", "a", "title", "desc", "rect", "text", "path", "polyline", "polygon", "circle"}
    assert {each.tag for each in root.iter()} <= known
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on") or name == "style"]
    texts = "".join(root.itertext())
    assert {unicodedata.category(each) for each in texts if each != "\n"}.isdisjoint({"Cc", "Cf", "Cs"})
    assert "\\u202e" in texts


@pytest.mark.parametrize("number", [1, 3, 11, 60])
def test_it_is_drawn_for_shops_of_any_size(number: int, tmp_path: Path) -> None:
    root = drawing(page(many_access_points(number, isolated=2), tmp_path))
    boxes = len(having(root, "device"))
    assert boxes == (number + 1 if number < 8 else 3)
    _, _, wide, high = map(float, root.get("viewBox", "").split())
    assert wide == pytest.approx(740 if number == 1 else 980)
    assert high < 1100


def test_without_clients_it_says_what_is_missing(tmp_path: Path) -> None:
    text = {
        "    readers:\n      tills: {ssid: SHOP-POS, model: bbpos-wisepos-e, count: 2}\n": "",
        "    pos:\n      tablets: {subnet: 192.168.30.0/24, dns: dhcp}\n": "",
    }
    source = page(audited("openwrt/healthy", text), tmp_path)
    assert "For a whole picture: no readers are declared" in source
    assert not having(drawing(source), "clients")
    assert not having(drawing(source), "number")
