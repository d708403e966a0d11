"""Packet filters between the ports of a bridge, as hops of a path within one segment."""

from typing import Any

import pytest

from auditor.model import Action, Bss, Device, FilterRule, Listed, Port
from auditor.site import HopKind, Passage, Path
from auditor.site.attachment import Attachment, Media
from auditor.site.paths import path
from auditor.site.segments import segments_of
from tests.site.built import UNKNOWN, bss, device, filtered, interface, rule, said

WIFI, CABLE = Media(wireless=True, wired=False), Media(wireless=False, wired=True)
SHOP = interface("br-lan", "192.168.30.1/24", link="br-lan")
READERS = bss("wlan0", "br-lan")


def port(key: str) -> Port:
    return Port("gw", key, said(("br-lan",)), said(False), said(None))


def way(*rules: FilterRule, tills: tuple[Bss, ...] = (), wired: tuple[str, ...] = ("eth1",), **more: Any) -> Path:
    """From tills (at a cable, if they have no BSS) to readers behind wlan0 of the same device."""
    built = filtered(*rules, key="bridge b f", default=more.pop("default", Action.ACCEPT))
    gw = device(
        "gw",
        SHOP,
        bsses=Listed(tuple(dict.fromkeys((READERS, *tills)))),
        ports=Listed(tuple(map(port, wired))),
        bridge_filters=Listed((built,), more.pop("holes", ())),
    )
    return through(gw, tills)


def through(gw: Device, tills: tuple[Bss, ...]) -> Path:
    (segment,) = segments_of((gw,))
    return path(
        Attachment(segment, tills), Attachment(segment, (READERS,)), (gw,),
        source_media=WIFI if tills else CABLE, target_media=WIFI, protocol="tcp", port=4443,
    )  # fmt: skip


def names(*keys: str) -> frozenset[str]:
    return frozenset(keys)


@pytest.mark.parametrize(
    ("matches", "passage"),
    [
        ({}, Passage.BLOCKED),
        ({"entering": names("eth1"), "leaving": names("wlan0")}, Passage.BLOCKED),
        ({"entering": names("wlan0"), "leaving": names("eth1")}, Passage.OPEN),
        ({"entering": names("br-lan"), "leaving": names("br-lan")}, Passage.BLOCKED),
        ({"entering": names("eth2")}, Passage.OPEN),
        ({"protocols": names("arp")}, Passage.BLOCKED),
        ({"protocols": names("udp")}, Passage.OPEN),
        ({"narrow": True}, Passage.UNKNOWN),
        ({"entering": UNKNOWN}, Passage.UNKNOWN),
    ],
)
def test_a_rule_stops_frames_between_a_cable_and_the_readers(matches: dict[str, Any], passage: Passage) -> None:
    found = way(rule("r", Action.DROP, **matches))
    assert found.same_segment
    assert found.passage is passage
    (hop,) = [hop for hop in found.hops if hop.kind is HopKind.BRIDGE_FILTER]
    assert (hop.device, hop.item) == ("gw", "bridge b f")


def test_behind_which_port_a_till_is_nobody_knows() -> None:
    one = rule("r", Action.DROP, entering=names("eth1"))
    assert way(one, wired=("eth1", "eth2")).passage is Passage.UNKNOWN
    both = rule("r", Action.DROP, entering=names("eth1", "eth2"))
    assert way(both, wired=("eth1", "eth2")).passage is Passage.BLOCKED


def test_stations_of_one_bss_do_not_cross_the_bridge() -> None:
    assert way(default=Action.DROP, tills=(READERS,)).passage is Passage.OPEN
    assert way(default=Action.DROP, tills=(bss("wlan1", "br-lan"),)).passage is Passage.BLOCKED


def test_frames_of_another_access_point_come_by_a_cable() -> None:
    far = bss("wlan0", "br-lan", device="ap")
    blocking = rule("r", Action.DROP, entering=names("eth1"))
    assert way(blocking, tills=(far,)).passage is Passage.BLOCKED
    assert way(rule("r", Action.DROP, entering=names("eth9")), tills=(far,)).passage is Passage.OPEN


def test_a_filter_that_was_not_read_is_unknown() -> None:
    assert way(holes=(UNKNOWN,)).passage is Passage.UNKNOWN


def test_a_port_that_both_share_is_no_bridge_between_them() -> None:
    gw = device("gw", SHOP, ports=Listed((port("eth1"),)), bridge_filters=Listed((filtered(default=Action.DROP),)))
    (segment,) = segments_of((gw,))
    found = path(
        Attachment(segment, ()), Attachment(segment, ()), (gw,),
        source_media=CABLE, target_media=CABLE, protocol="tcp", port=4443,
    )  # fmt: skip
    assert not [hop for hop in found.hops if hop.kind is HopKind.BRIDGE_FILTER]


def test_every_filter_that_stops_frames_is_named() -> None:
    drop = rule("no", Action.DROP, protocols=names("tcp"))
    both = tuple(filtered(drop, key=key) for key in ("bridge a f", "bridge b f"))
    gw = device("gw", SHOP, bsses=Listed((READERS,)), ports=Listed((port("eth1"),)), bridge_filters=Listed(both))
    stopped = [hop.item for hop in through(gw, ()).hops if hop.passage is Passage.BLOCKED]
    assert stopped == ["bridge a f", "bridge b f"]
