"""Routes, routing rules and packages that route: what may keep packets from the uplinks."""

from ipaddress import IPv4Network

import pytest

from auditor.model import Action, FilterRule, Unknown
from tests.platforms.openwrt.captures import NETWORK, line, model


def ways(network: str = "", **files: str) -> tuple[FilterRule, ...]:
    """The rules of the filter behind the firewall; none if there is no such filter."""
    device = model({"network": NETWORK + network, **files})
    return tuple(rule for each in device.forward_filters if each.key == "routing" for rule in each.rules)


def doubts(rules: tuple[FilterRule, ...]) -> list[FilterRule]:
    return [rule for rule in rules if isinstance(rule.action, Unknown)]


def test_a_stock_router_has_no_such_filter() -> None:
    assert not ways()


@pytest.mark.parametrize("kind", ["blackhole", "unreachable", "prohibit", "throw"])
def test_a_route_to_nowhere_is_in_doubt_for_its_target_alone(kind: str) -> None:
    text = f"\nconfig route\n\toption type {kind}\n\toption target 34.0.0.0\n\toption netmask 255.0.0.0\n"
    (found,) = doubts(ways(text))
    assert found.destinations.value == (IPv4Network("34.0.0.0/8"),)  # type: ignore[union-attr]
    assert line(NETWORK + text, "option type", "/etc/config/network") in found.action.spans
    assert isinstance(found.action, Unknown)
    assert found.action.settle


def test_the_longest_prefix_is_asked_first() -> None:
    rules = ways(
        "\nconfig route\n\toption type blackhole\n\toption target 192.168.0.0/16\n"
        "\nconfig route\n\toption type blackhole\n\toption target 192.168.30.9\n"
    )
    sizes = [rule.destinations.value[0].prefixlen for rule in rules]  # type: ignore[union-attr,index]
    assert sizes == sorted(sizes, reverse=True) == [32, 24, 24, 16]
    own = [rule for rule in rules if not isinstance(rule.action, Unknown)]
    assert {rule.action.value for rule in own} == {Action.ACCEPT}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "option interface lan\n\toption target 10.0.0.0/8\n\toption gateway 192.168.30.254",
        "option interface wan\n\toption target 0.0.0.0/0\n\toption gateway 192.0.2.1",
        "option interface lan\n\toption gateway 192.168.30.254\n\toption metric 10",
        "option type blackhole\n\toption target 34.0.0.0/8\n\toption disabled 1",
        "option type blackhole\n\toption target 34.0.0.0/8\n\toption table 100",
    ],
)
def test_routes_that_keep_nobody_from_an_uplink(text: str) -> None:
    assert not doubts(ways(f"\nconfig route\n\t{text}\n"))


def test_a_default_route_by_another_interface_is_in_doubt() -> None:
    (found,) = doubts(ways("\nconfig route\n\toption interface lan\n\toption gateway 192.168.30.254\n"))
    assert "which is no uplink" in found.action.why  # type: ignore[union-attr]


def test_a_route_whose_target_cannot_be_read_may_be_any() -> None:
    (found,) = doubts(ways("\nconfig route\n\toption interface wan\n\toption target everything\n"))
    assert found.destinations.value == (IPv4Network("0.0.0.0/0"),)  # type: ignore[union-attr]


def test_a_routing_rule_is_in_doubt_for_the_packets_that_it_takes() -> None:
    text = "\nconfig rule\n\toption in lan\n\toption src 192.168.30.0/25\n\toption lookup 100\n"
    (found,) = ways(text)
    assert found.entering.value == {"lan"}  # type: ignore[union-attr]
    assert found.sources.value == (IPv4Network("192.168.30.0/25"),)  # type: ignore[union-attr]
    assert isinstance(found.action, Unknown)


def test_an_inverted_routing_rule_may_take_any_packet() -> None:
    (found,) = ways("\nconfig rule\n\toption in lan\n\toption invert 1\n\toption action prohibit\n")
    assert found.entering.value is None  # type: ignore[union-attr]


def test_a_rule_that_leads_to_the_usual_table_changes_nothing() -> None:
    assert not ways("\nconfig rule\n\toption lookup main\n\toption suppress_prefixlength 0\n")


SERVICES = "commands/enabled-services.txt"
LISTING = "commands/config-list.txt"


def test_a_package_that_routes_is_in_doubt_until_it_is_known_to_be_off() -> None:
    pbr = "config pbr config\n\toption enabled {}\n\nconfig policy\n\toption interface vpn\n"
    assert [rule.key for rule in ways(pbr=pbr.format(1), **{SERVICES: "S94pbr\n"})] == ["package pbr"]
    assert [rule.key for rule in ways(pbr=pbr.format(1))] == ["package pbr"]
    assert not ways(pbr=pbr.format(0), **{SERVICES: "S94pbr\n"})
    assert not ways(pbr=pbr.format(1), **{SERVICES: "S19dnsmasq\n"})
    assert [rule.key for rule in ways(**{LISTING: "network\nmwan3\n"})] == ["package mwan3"]
    assert not ways(**{LISTING: "network\nmwan3\n", SERVICES: "S19dnsmasq\n"})


def test_an_uplink_with_a_table_of_its_own_is_none_for_certain() -> None:
    text = NETWORK.replace("option proto 'dhcp'", "option proto 'dhcp'\n\toption ip4table 'vpn'")
    wan = model({"network": text}).interface("wan")
    assert wan is not None
    assert isinstance(wan.uplink, Unknown)
    assert wan.uplink.near == (line(text, "ip4table", "/etc/config/network"),)
