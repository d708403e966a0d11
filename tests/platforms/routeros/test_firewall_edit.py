"""A rule before the one that blocks, a redirect that is switched off: what changes, and how it comes back."""

from dataclasses import fields
from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from auditor.capture import Capture
from auditor.intents import AllowTraffic, StopDnsRedirect
from auditor.model import Device, Listed, Stated, moved
from auditor.platforms.base import Edit
from auditor.platforms.routeros import firewall
from auditor.platforms.routeros.changes import Texts, apply
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.firewall_edit import BUILDERS
from auditor.profiles import load_profile
from auditor.services import NotPossible
from auditor.site.filters import Question, evaluate
from tests.platforms.routeros.filter_shop import SHOP, capture_of, question, says
from tests.platforms.routeros.test_firewall_packets import rule_sets, written

LAN, POS = IPv4Network("192.168.1.0/24"), IPv4Network("192.168.30.0/24")


def _device(capture: Capture) -> Device:
    """The device, as far as packet filters are concerned."""
    part = firewall.read(Config.of(capture, load_profile("routeros")), SHOP)
    known: dict[str, Any] = {each.name: Listed() for each in fields(Device)}
    known |= {each.name: getattr(part, each.name) for each in fields(Device) if hasattr(part, each.name)}
    known |= {"name": "gw", "platform": "routeros", "version": Stated("7.16.1", ()), "coverage": ()}
    return Device(**{**known, "interfaces": SHOP.interfaces, "ports": SHOP.ports, "pending_changes": Stated(False, ())})


def _edit(capture: Capture, intent: AllowTraffic | StopDnsRedirect) -> Edit:
    found = BUILDERS[type(intent)](Texts.of(capture), _device(capture), intent)
    assert found is not None
    return found


def _prove(capture: Capture, intent: AllowTraffic | StopDnsRedirect) -> tuple[Edit, Device]:
    """Apply an intent: twice is once, only its footprint moves, and the way back leads back."""
    edit = _edit(capture, intent)
    before, after = _device(capture), apply(capture, edit.operations)
    again, back = apply(after, edit.operations), apply(after, edit.undo)
    assert again == after
    assert moved(before, _device(back)) == frozenset()
    stray = [key for key in moved(before, _device(after)) if not key.startswith(tuple(intent.footprint))]
    assert stray == []
    return edit, _device(after)


def _blocking(filters: Listed[Any], asked: Question) -> tuple[str, str]:
    """The filter that stops a question, and its rule."""
    for each in filters:
        blocked = evaluate(each, asked).blocked()
        if blocked:
            return each.key, blocked[0].rules[-1]
    raise AssertionError("nothing is stopped")


def _allow(place: tuple[str, str], **other: Any) -> AllowTraffic:
    usual: dict[str, Any] = {
        "filter": place[0], "name": "pos_to_readers", "entering": "bridge", "leaving": "vlan30", "sources": (LAN,),
        "destinations": (POS,), "protocol": "tcp", "port": 4443, "before": place[1],
    }  # fmt: skip
    return AllowTraffic(**(usual | other))


BETWEEN = question("bridge", "vlan30", "tcp", 4443, target="192.168.30.0/24")
ESTABLISHED = "/ip firewall filter add action=accept chain=forward connection-state=established,related\n"
RULE = "/ip firewall filter add action=drop chain=forward in-interface=bridge out-interface=vlan30{}\n"


@pytest.mark.parametrize(
    "text",
    [
        ESTABLISHED + RULE.format(""),
        ESTABLISHED + RULE.format(' comment="keep out"'),
        # The same comment twice, and the same words in another chain.
        ESTABLISHED
        + RULE.format(" comment=no")
        + "/ip firewall filter add action=drop chain=input comment=no protocol=udp\n",
        # Through another chain: the new rule comes before the jump.
        ESTABLISHED
        + "/ip firewall filter add action=jump chain=forward jump-target=lan in-interface=bridge\n"
        + "/ip firewall filter add action=drop chain=lan out-interface=vlan30\n",
        # What follows the first packet is stopped as well.
        RULE.format("") + "/ip firewall filter add action=drop chain=forward\n",
    ],
)
def test_traffic_is_let_in_before_the_rule_that_stops_it(text: str) -> None:
    capture = capture_of(text)
    device = _device(capture)
    assert says(device.forward_filters, BETWEEN) == "stop"
    edit, after = _prove(capture, _allow(_blocking(device.forward_filters, BETWEEN)))
    assert says(after.forward_filters, BETWEEN) == "pass"
    other = question("bridge", "vlan30", "tcp", 80, target="192.168.30.0/24")
    assert says(after.forward_filters, other) == "stop"
    assert edit.services == ("firewall",)


def test_several_networks_are_several_rules() -> None:
    capture = capture_of(ESTABLISHED + RULE.format(""))
    place = _blocking(_device(capture).forward_filters, BETWEEN)
    many = (POS, IPv4Network("192.168.40.0/24"))
    edit, after = _prove(capture, _allow(place, destinations=many))
    assert [rule.key for rule in after.forward_filters.items[0].rules][:2] == ["pos_to_readers", "pos_to_readers_2"]
    assert len(edit.operations) == 2


def test_the_router_s_own_services() -> None:
    capture = capture_of("/ip firewall filter add action=drop chain=input in-interface=!bridge protocol=udp\n")
    asked = question("vlan30", None, "udp", 53, target="192.168.30.1/32")
    place = _blocking(_device(capture).input_filters, asked)
    intent = _allow(place, entering="vlan30", leaving="", sources=(POS,), destinations=None, protocol="udp", port=53)
    _, after = _prove(capture, intent)
    assert says(after.input_filters, asked) == "pass"


FRAMES = question("wlan1", "ether2", "tcp", 4443, source="192.168.1.0/24", target="192.168.1.0/24", within=("bridge",))
WITHIN = {"entering": "", "leaving": "", "sources": (LAN,), "destinations": (LAN,)}


@pytest.mark.parametrize(
    ("rule", "operations"),
    [
        ("ip-protocol=tcp mac-protocol=ip dst-port=4000-5000", 1),
        ("in-interface=wlan1", 3),  # ARP and answers as well
        ("", 3),
    ],
)
def test_frames_within_a_bridge(rule: str, operations: int) -> None:
    capture = capture_of(f"/interface bridge filter add action=drop chain=forward {rule}\n")
    place = _blocking(_device(capture).bridge_filters, FRAMES)
    edit, after = _prove(capture, _allow(place, **WITHIN))
    assert len(edit.operations) == operations
    assert edit.services == ("bridge-filter",)
    assert says(after.bridge_filters, FRAMES) == "pass"
    assert edit.context["steps"][0].menu == "interface bridge filter"


def test_a_redirect_is_switched_off() -> None:
    text = "/ip firewall nat add action=redirect chain=dstnat dst-port=53 protocol=udp in-interface-list=LAN\n"
    text += "/ip firewall nat add action=redirect chain=dstnat comment=tcp dst-port=53 protocol=tcp\n"
    capture = capture_of(text)
    for redirect in _device(capture).dns_redirects:
        edit, after = _prove(capture, StopDnsRedirect(redirect.key))
        assert redirect.key not in [each.key for each in after.dns_redirects]
        assert len(after.dns_redirects) == 1
        (changed,) = edit.context["steps"][0].changes
        assert (changed.name, changed.value, changed.back) == ("disabled", "yes", "no")


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        (RULE.format(""), ("ip firewall filter forward", "gone"), "leads to"),
        (RULE.format(""), ("ip firewall raw prerouting", "x"), "no chain"),
        (RULE.format("") + "/ip firewall filter set 0 disabled=no\n", None, "captured whole"),
        (
            "/ip firewall filter add action=drop chain=forward dst-port=4443 protocol=tcp\n" * 2,
            ("ip firewall filter forward", "?"),
            "alike",
        ),
    ],
)
def test_what_cannot_be_done_says_why(text: str, place: tuple[str, str] | None, why: str) -> None:
    capture = capture_of(text)
    filters = _device(capture).forward_filters
    if place is None or place[1] == "?":
        place = filters.items[0].key, filters.items[0].rules.items[0].key
    with pytest.raises(NotPossible, match=why):
        _edit(capture, _allow(place))


def test_a_redirect_of_more_than_questions_stays() -> None:
    capture = capture_of("/ip firewall nat add action=redirect chain=dstnat protocol=udp in-interface-list=LAN\n")
    (redirect,) = _device(capture).dns_redirects
    with pytest.raises(NotPossible, match="more than DNS"):
        _edit(capture, StopDnsRedirect(redirect.key))
    assert BUILDERS[StopDnsRedirect](Texts.of(capture), _device(capture), StopDnsRedirect("elsewhere")) is None


def test_hostile_names_are_refused_or_stay_values() -> None:
    capture = capture_of(RULE.format("") + ESTABLISHED)
    place = _blocking(_device(capture).forward_filters, BETWEEN)
    for name in ('x" action=drop', "a\nb", "$x", "é"):
        with pytest.raises(NotPossible):
            _edit(capture, _allow(place, name=name))


@settings(max_examples=max(40, settings().max_examples // 10), suppress_health_check=list(HealthCheck))
@given(rules=rule_sets())
def test_any_rules_are_opened_or_left_alone(rules: list[dict[str, str]]) -> None:
    capture = capture_of(written(rules) + RULE.format(" comment=last"))
    device = _device(capture)
    assume(says(device.forward_filters, BETWEEN) == "stop")
    place = _blocking(device.forward_filters, BETWEEN)
    try:
        _, after = _prove(capture, _allow(place))
    except NotPossible:
        return
    filters = [each for each in after.forward_filters if each.key == place[0]]
    assert says(Listed(tuple(filters)), BETWEEN) != "stop" or _blocking(Listed(tuple(filters)), BETWEEN) != place
