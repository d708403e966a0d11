"""What is shown of real shops: who is where, which ways were judged, and where the first hop says no."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface

import pytest

from auditor.model import LinkNeighbour, Listed, Stated, Unknown
from auditor.pipeline import SiteReport
from auditor.report.diagram import Diagram, View, Way, diagram
from auditor.report.diagram.places import OTHERS
from auditor.report.diagram.view import Internet, Layer, OnNetwork, Purpose, Standing, ThroughDevice, told
from auditor.site import Passage
from tests.report.diagram.shops import audited, many_access_points

ISOLATED = {"gw:config/wireless": ("option ssid 'SHOP-POS'", "option ssid 'SHOP-POS'\n\toption isolate '1'")}
REBIND = {"gw:config/dhcp": ("\tlist rebind_domain 'stripe-terminal-local-reader.net'\n", "")}
APART = {"tablets: {subnet: 192.168.30.0/24": "tablets: {connection: ethernet, subnet: 192.168.1.0/24"}


def drawn(report: SiteReport, **options: object) -> Diagram:
    anchors = {finding.fingerprint: f"{finding.rule}/{finding.subject}" for finding in report.findings}
    return diagram(report.site, report.findings, anchors, **options)  # type: ignore[arg-type]


def view(report: SiteReport) -> View:
    return drawn(report).view


def way(shown: View, purpose: Purpose, source: str) -> Way:
    (found,) = [each for each in shown.ways if each.purpose is purpose and each.title.startswith(source)]
    return found


@pytest.mark.parametrize(
    ("shop", "layers"),
    [
        ("openwrt/healthy", {"gw": Layer.ROUTER}),
        ("routeros/healthy", {"gw": Layer.ROUTER}),
        ("cisco_ios/healthy", {"gw": Layer.ROUTER, "sw": Layer.CORE, "wlc": Layer.CORE}),
    ],
)
def test_a_healthy_shop_is_open_everywhere(shop: str, layers: dict[str, Layer]) -> None:
    shown = view(audited(shop))
    assert {box.key: box.layer for box in shown.devices} == layers
    assert {(each.purpose, each.passage, each.mark) for each in shown.ways} == {
        (purpose, Passage.OPEN, None) for purpose in Purpose
    }
    assert sorted(each.number for each in shown.ways) == [1, 2, 3, 4]
    assert [bar.others for bar in shown.networks] == [True, False]
    assert "192.168.30.0/24" in shown.networks[1].lines
    assert [box.title for box in shown.clients] == ["Points of sale", "Readers"]
    assert shown.lacks == ()


@pytest.mark.parametrize(
    ("edits", "purpose", "words", "place", "rule"),
    [
        (
            ISOLATED,
            Purpose.READER,
            "station isolation 'pos_2g', and 1 more",
            "gw:/etc/config/wireless:",
            "station-isolation",
        ),
        (REBIND, Purpose.NAMES, "drops private answers", "gw:/etc/config/dhcp:5", "dns-rebind"),
        (
            {"gw:config/firewall": ("config forwarding 'pos_wan'\n\toption src 'pos'\n\toption dest 'wan'\n", "")},
            Purpose.EGRESS,
            "packet filter 'forward', default policy",
            "gw:/etc/config/firewall:5",
            "egress-blocked",
        ),
    ],
)
def test_the_first_hop_that_says_no_is_marked(
    edits: dict[str, tuple[str, str]], purpose: Purpose, words: str, place: str, rule: str
) -> None:
    shown = view(audited("openwrt/healthy", edits=edits))
    blocked = [each for each in shown.ways if each.passage is Passage.BLOCKED]
    assert {each.purpose for each in blocked} == {purpose}
    for each in blocked:
        assert each.mark is not None
        assert each.mark.at is not None
        assert each.stations[each.mark.at] == ThroughDevice("gw")
        assert words in each.mark.words
        assert each.mark.place.startswith(place)
        assert each.mark.anchor.startswith(f"{rule}/")
        assert told(each).startswith("blocked; on gw: ")


def test_a_way_between_networks_passes_the_router_that_blocks_it() -> None:
    shown = view(audited("openwrt/healthy", APART))
    found = way(shown, Purpose.READER, "tablets")
    assert found.passage is Passage.BLOCKED
    networks = [each.key for each in found.stations if isinstance(each, OnNetwork)]
    assert networks == ["gw/br-lan.1", "gw/br-lan.30"]
    assert found.stations[2] == ThroughDevice("gw")
    assert found.mark is not None
    assert found.mark.at == 2
    assert found.mark.anchor.startswith("reader-port-blocked/")


def test_ways_to_the_internet_leave_by_the_router() -> None:
    shown = view(audited("cisco_ios/healthy"))
    for source in ("tills", "tablets"):
        assert way(shown, Purpose.EGRESS, source).stations[-2:] == (ThroughDevice("gw"), Internet())


def test_what_was_not_audited_is_dashed_and_its_ways_are_not_known() -> None:
    shown = view(audited("cisco_ios/healthy", missing=("gw",)))
    assert {box.key: box.standing for box in shown.devices} == {
        "gw": Standing.MISSING, "sw": Standing.AUDITED, "wlc": Standing.AUDITED,
    }  # fmt: skip
    assert any("gw" in words for words in shown.lacks)
    assert Passage.BLOCKED not in {each.passage for each in shown.ways}
    assert all(each.mark is not None and each.mark.anchor for each in shown.ways if each.passage is Passage.UNKNOWN)


def test_clients_of_which_no_place_is_known_stand_alone() -> None:
    shown = view(audited("openwrt/healthy", {"ssid: SHOP-POS": "ssid: NOWHERE"}))
    readers = next(box for box in shown.clients if box.title == "Readers")
    assert readers.lost
    assert readers.network == ""
    assert any(words.startswith("where tills are") for words in shown.lacks)
    assert {each.purpose for each in shown.ways} == {Purpose.NAMES, Purpose.EGRESS}


def test_an_attested_way_is_open() -> None:
    attested = {"    devices:": "    declared:\n      egress: {value: open, by: head office}\n    devices:"}
    left = view(audited("cisco_ios/healthy", missing=("gw",)))
    told_so = view(audited("cisco_ios/healthy", attested, missing=("gw",)))
    assert way(left, Purpose.EGRESS, "t").passage is Passage.UNKNOWN
    assert way(told_so, Purpose.EGRESS, "t").passage is Passage.OPEN
    assert told(way(told_so, Purpose.EGRESS, "t")) == "open; attested"


def test_shared_devices_say_so() -> None:
    wlc = "      wlc: {captures: wlc/, platform: cisco_ios}\n"
    shared = {wlc: "      wlc: {}\n", "sites:\n": f"devices:\n{wlc[4:]}sites:\n"}
    report = audited("cisco_ios/healthy", shared)
    box = next(each for each in drawn(report, sites_of={"wlc": ("a", "b", "c")}).view.devices if each.key == "wlc")
    assert (box.standing, box.tag) == (Standing.ELSEWHERE, "shared by 3 sites")


@pytest.mark.parametrize(
    ("system", "addresses", "words"),
    [
        ("sw.shop.lan", (), "cable: Gi0/0/0 to sw Gi1/0/1"),
        ("renamed", ("192.168.99.2",), "cable: Gi0/0/0 to sw Gi1/0/1"),
        ("phone", (), ""),
    ],
)
def test_cables_that_a_neighbour_told_are_named(system: str, addresses: tuple[str, ...], words: str) -> None:
    site = audited("cisco_ios/healthy").site
    told_by = LinkNeighbour(
        "gw", "Gi0/0/0", Stated("Gi0/0/0", ()), Stated(system, ()), Stated("Gi1/0/1", ()),
        tuple(map(IPv4Address, addresses)), (),
    )  # fmt: skip
    switch = next(each for each in site.device("sw").interfaces if not isinstance(each.addresses, Unknown))
    there = replace(switch, addresses=Stated((IPv4Interface("192.168.99.2/24"),), ()))
    changed = {
        "gw": replace(site.device("gw"), link_neighbours=Listed((told_by,))),
        "sw": replace(
            site.device("sw"), interfaces=Listed((*site.device("sw").interfaces, replace(there, key="mgmt")))
        ),
    }
    site = replace(site, devices=tuple(changed.get(each.name, each) for each in site.devices))
    lines = diagram(site).view.devices[0].lines
    assert [line for line in lines if line.startswith("cable")] == ([words] if words else [])


def test_access_points_of_one_kind_are_one_box_but_the_one_that_blocks() -> None:
    shown = view(many_access_points(40, isolated=7))
    titles = [box.title for box in shown.devices if box.layer is Layer.ACCESS_POINT]
    assert titles == ["39 access points", "ap-07"]
    assert shown.devices[1].lines[0] == "ap-01 … ap-40"
    assert sum(len(box.names) for box in shown.devices) == 41
    found = way(shown, Purpose.READER, "tablets")
    assert found.mark is not None
    assert found.mark.at is not None
    assert found.stations[found.mark.at] == ThroughDevice("ap-07")


def test_several_groups_in_one_place_are_rows_and_one_way() -> None:
    group = "      tills: {ssid: SHOP-POS, model: bbpos-wisepos-e, count: 2}\n"
    shown = view(audited("openwrt/healthy", {group: group + group.replace("tills", "doors")}))
    readers = [box for box in shown.clients if box.title == "Readers"]
    assert [len(box.rows) for box in readers] == [2]
    assert way(shown, Purpose.READER, "tablets").title == "tablets → tills, doors, 4443/tcp"
    assert any(bar.key == OTHERS and bar.title == "2 other networks" for bar in shown.networks)


def test_it_is_the_same_picture_each_time() -> None:
    report = audited("cisco_ios/healthy")
    assert drawn(report) == drawn(report)


def test_a_dozen_devices_fold_only_access_points_and_name_each() -> None:
    shown = view(many_access_points(11, isolated=7))
    (folded,) = [box for box in shown.devices if len(box.names) > 1]
    assert folded.title == "10 access points"
    assert folded.lines[0] == ", ".join(f"ap-{number:02d}" for number in range(1, 12) if number != 7)
