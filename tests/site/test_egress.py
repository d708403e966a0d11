"""The way out: uplinks, filters, and what a question about an unpublished host can be told."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from auditor.capture import Failure
from auditor.model import Action, Device, Listed, Unknown
from auditor.site import Egress, Passage
from auditor.site.egress import INTERNET, egress, to_device, to_dhcp_server, uplinks
from auditor.site.segments import Segment, segments_of
from tests.site.built import UNKNOWN, device, filtered, interface, networks, ports, rule, said, uplink

POS = interface("pos", "192.168.30.1/24")
OUT = {"entering": frozenset({"pos"}), "leaving": frozenset({"wan"})}


def gateway(*rules: object, default: Action = Action.ACCEPT, **more: object) -> Device:
    filters = Listed((filtered(*rules, default=default),))  # type: ignore[arg-type]
    return device("gw", POS, uplink(), **({"forward_filters": filters} | more))


def segment(*devices: Device) -> Segment:
    return next(s for s in segments_of(devices) if any(i.key == "pos" for i in s.interfaces))


def ask(
    *devices: Device, where: tuple[IPv4Network, ...] = (), port: int = 443, missing: tuple[Failure, ...] = ()
) -> Egress:
    return egress(segment(*devices), devices, missing, networks=where, protocol="tcp", port=port)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("1.1.1.1", True),
        ("104.16.0.1", True),
        ("126.255.255.255", True),
        ("172.15.255.255", True),
        ("172.32.0.0", True),
        ("198.137.150.1", True),
        ("223.255.255.255", True),
        ("0.1.2.3", False),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.1.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
    ],
)
def test_the_internet_is_all_that_is_not_special(address: str, public: bool) -> None:
    assert any(low <= int(IPv4Address(address)) <= high for low, high in INTERNET) == public


@pytest.mark.parametrize(("address", "passage"), [("172.32.0.1/24", Passage.OPEN), ("54.0.0.1/8", Passage.UNKNOWN)])
def test_public_addresses_that_the_shop_uses_itself_hide_what_the_internet_has_there(
    address: str, passage: Passage
) -> None:
    gw = gateway()
    office = replace(gw, interfaces=Listed((*gw.interfaces.items, interface("office", address))))
    assert ask(office).passage is passage
    assert ask(office, where=networks("172.32.0.0/25", "54.1.0.0/24")).passage is Passage.UNKNOWN


def test_open_and_blocked() -> None:
    assert ask(gateway()).passage is Passage.OPEN
    blocked = ask(gateway(rule("no", Action.REJECT, **OUT)))
    assert blocked.passage is Passage.BLOCKED
    assert blocked.decisive is not None
    assert (blocked.decisive.rule, blocked.decisive.entering, blocked.decisive.leaving) == ("no", "pos", "wan")


def test_a_rule_about_another_port_or_network_is_not_asked() -> None:
    assert ask(gateway(rule("no", Action.DROP, destination_ports=ports(80)))).passage is Passage.OPEN
    assert ask(gateway(rule("no", Action.DROP, sources=networks("192.168.31.0/24")))).passage is Passage.OPEN


def test_a_partly_blocked_internet_tells_nothing_of_a_host_somewhere() -> None:
    gw = gateway(rule("no", Action.DROP, destinations=networks("1.1.1.0/24")))
    somewhere = ask(gw)
    assert somewhere.passage is Passage.UNKNOWN
    assert somewhere.decisive is not None
    assert somewhere.decisive.share < 0.001
    assert ask(gw, where=networks("1.1.1.0/25")).passage is Passage.BLOCKED
    assert ask(gw, where=networks("1.0.0.0/24")).passage is Passage.OPEN


@pytest.mark.parametrize(
    "special", ["192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"]
)
def test_no_host_of_the_internet_is_in_special_space(special: str) -> None:
    assert ask(gateway(rule("bogons", Action.DROP, destinations=networks(special)))).passage is Passage.OPEN


def test_a_list_of_what_is_open_leaves_nearly_all_closed() -> None:
    found = ask(gateway(rule("yes", Action.ACCEPT, destinations=networks("1.1.1.0/24")), default=Action.DROP))
    assert found.passage is Passage.UNKNOWN
    assert found.decisive is not None
    assert found.decisive.share > 0.999


def test_two_uplinks_that_disagree_are_unknown() -> None:
    two = device(
        "gw",
        POS,
        uplink(),
        uplink("lte"),
        forward_filters=Listed((filtered(rule("no", Action.DROP, leaving=frozenset({"lte"}))),)),
    )
    assert ask(two).passage is Passage.UNKNOWN


def test_a_filter_that_was_not_read_is_unknown() -> None:
    assert ask(gateway(forward_filters=Listed((), (UNKNOWN,)))).passage is Passage.UNKNOWN


def test_without_a_gateway_the_missing_device_is_named() -> None:
    failure = Failure("hq-fw", "made up", "no answer", "try again", 1)
    found = ask(device("gw", POS), missing=(failure,))
    assert (found.passage, found.gateway) == (Passage.UNKNOWN, "")
    assert isinstance(found.fact, Unknown)
    assert "hq-fw" in found.fact.why


def test_packets_to_the_router_meet_its_input_filter() -> None:
    refusing = filtered(rule("no", Action.REJECT, entering=frozenset({"pos"})), key="input")
    gw = gateway(input_filters=Listed((refusing,)))
    found = to_device(segment(gw), gw, IPv4Address("192.168.30.1"), protocol="udp", port=53)
    assert found is not None
    assert found.passage is Passage.BLOCKED
    assert found.decisive is not None
    assert (found.decisive.item, found.decisive.leaving) == ("input", "")


def test_a_device_elsewhere_is_not_asked_by_its_input_filter() -> None:
    other = device("other", interface("office", "192.168.1.2/24", device="other"))
    assert to_device(segment(gateway()), other, IPv4Address("192.168.1.2"), protocol="udp", port=53) is None


def test_uplinks_are_listed_switched_off_or_not_and_doubts_are_holes() -> None:
    off = interface("wan", uplink=said(True), enabled=said(False))
    strange = interface("strange", address_source=UNKNOWN)
    doubtful = interface("doubtful", uplink=UNKNOWN)
    gw = device("gw", POS, off, strange, doubtful)
    found = uplinks(segment(gw), (gw,))
    assert [i.key for i in found] == ["wan"]
    assert len(found.holes) == 2


def test_an_access_point_with_an_unknown_address_is_no_router() -> None:
    ap = device("ap", interface("pos", device="ap", addresses=UNKNOWN), uplink(device="ap"))
    assert uplinks(segment(ap), (ap,)) == Listed()


def second(*rules: object) -> Device:
    """An access point in the same network that has an uplink of its own."""
    address = interface("pos", "192.168.30.2/24", device="ap")
    filters = Listed((filtered(*rules),))  # type: ignore[arg-type]
    return device("ap", address, uplink(device="ap"), forward_filters=filters)


def test_the_router_that_clients_are_told_is_the_one_that_counts() -> None:
    shut, gw = second(rule("no", Action.DROP)), gateway()
    for devices in ((shut, gw), (gw, shut)):
        told = {
            "networks": (),
            "protocol": "tcp",
            "port": 443,
            "routers_told": frozenset({IPv4Address("192.168.30.1")}),
        }
        found = egress(segment(*devices), devices, (), **told)  # type: ignore[arg-type]
        assert (found.passage, found.gateway) == (Passage.OPEN, "gw")
        other = {**told, "routers_told": frozenset({IPv4Address("192.168.30.2")})}
        assert egress(segment(*devices), devices, (), **other).passage is Passage.BLOCKED  # type: ignore[arg-type]
        nobody = {**told, "routers_told": frozenset({IPv4Address("192.168.30.9")})}
        strange = egress(segment(*devices), devices, (), **nobody)  # type: ignore[arg-type]
        assert isinstance(strange.fact, Unknown)
        assert "leave by 192.168.30.9, which is no audited device" in strange.fact.why


def test_gateways_that_disagree_are_unknown_and_named() -> None:
    found = ask(second(rule("no", Action.DROP)), gateway())
    assert found.passage is Passage.UNKNOWN
    assert isinstance(found.fact, Unknown)
    assert "wan of ap: blocked, wan of gw: open" in found.fact.why


def test_a_client_without_an_address_asks_from_nowhere() -> None:
    """Its question matches no rule that names the network's addresses as source."""
    named = rule("yes", Action.ACCEPT, sources=networks("192.168.30.0/24"))
    gw = gateway(input_filters=Listed((filtered(named, default=Action.REJECT, key="input"),)))
    found = to_dhcp_server(segment(gw), gw)
    assert found is not None
    assert found.passage is Passage.BLOCKED
    anyone = gateway(input_filters=Listed((filtered(rule("yes", Action.ACCEPT), default=Action.REJECT),)))
    found = to_dhcp_server(segment(anyone), anyone)
    assert found is not None
    assert found.passage is Passage.OPEN


@pytest.mark.parametrize(
    ("host", "passage"),
    [("api.example.com", Passage.OPEN), ("other.example.com", Passage.UNKNOWN), ("", Passage.UNKNOWN)],
)
def test_a_filter_that_names_hosts_lets_those_pass_for_certain(host: str, passage: Passage) -> None:
    listed = rule("names", Action.ACCEPT, destinations=UNKNOWN, **OUT)
    named = replace(listed, destination_names=frozenset({"api.example.com"}))
    gw = gateway(named, default=Action.DROP)
    assert egress(segment(gw), (gw,), (), networks=(), protocol="tcp", port=443, host=host).passage is passage
