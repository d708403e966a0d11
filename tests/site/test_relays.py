"""DHCP relays: the scopes of an audited server stand for the relay, and only where they certainly do."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from auditor.model import Device, DhcpScope, Listed, Reservation
from auditor.site.dhcp import is_for, scopes_serving
from auditor.site.segments import Segment, segments_of
from tests.site.built import UNKNOWN, device, interface, said, scope

SUBNET = IPv4Network("192.168.30.0/24")


def pool(key: str = "POS", **more: Any) -> DhcpScope:
    """A scope of the server for clients behind relays: on none of its interfaces."""
    given: dict[str, Any] = {"key": key, "subnet": said(SUBNET), "server": key, **more}
    return replace(scope("", device="sw"), **given)


def shop(*scopes: DhcpScope, relays_to: tuple[str, ...] = ("192.168.1.2",)) -> tuple[Segment, tuple[Device, ...]]:
    relay = scope("pos", serving=UNKNOWN, relays_to=tuple(map(IPv4Address, relays_to)))
    gw = device(
        "gw", interface("lan", "192.168.1.1/24"), interface("pos", "192.168.30.1/24"), dhcp_scopes=Listed((relay,))
    )
    sw = device("sw", interface("mgmt", "192.168.1.2/24", device="sw"), dhcp_scopes=Listed(scopes))
    (segment,) = [each for each in segments_of((gw, sw)) if each.holds(IPv4Address("192.168.30.1"))]
    return segment, (gw, sw)


def test_server_that_was_audited() -> None:
    segment, devices = shop(pool(), pool("LAN", subnet=said(IPv4Network("192.168.1.0/24"))))
    found = scopes_serving(segment, devices, ())
    assert ([each.key for each in found], found.holes) == (["POS"], ())


@pytest.mark.parametrize(
    ("scopes", "relays_to"),
    [
        pytest.param((pool(),), (), id="servers not known"),
        pytest.param((pool(serving=UNKNOWN),), ("192.168.1.2",), id="perhaps not serving"),
        pytest.param((pool(), pool("?", subnet=UNKNOWN)), ("192.168.1.2",), id="another scope of unknown subnet"),
        pytest.param((pool(subnet=said(IPv4Network("192.168.0.0/16"))),), ("192.168.1.2",), id="wider"),
        pytest.param((pool(interface=said("mgmt")),), ("192.168.1.2",), id="on another interface"),
    ],
)
def test_server_in_doubt(scopes: tuple[DhcpScope, ...], relays_to: tuple[str, ...]) -> None:
    segment, devices = shop(*scopes, relays_to=relays_to)
    found = scopes_serving(segment, devices, ())
    assert (found.items, found.holes) == ((), (UNKNOWN,))


@pytest.mark.parametrize(
    "scopes",
    [
        pytest.param((), id="no scope"),
        pytest.param((pool(serving=said(False)),), id="switched off"),
        pytest.param((pool(only_relay=IPv4Address("192.168.40.1")),), id="for another relay"),
    ],
)
def test_server_that_certainly_has_no_addresses(scopes: tuple[DhcpScope, ...]) -> None:
    segment, devices = shop(*scopes)
    found = scopes_serving(segment, devices, ())
    assert found.items == ()
    assert "handed on to sw, where no scope is for" in found.holes[0].why


def test_one_of_two_servers_that_was_not_audited() -> None:
    segment, devices = shop(pool(), relays_to=("192.168.1.2", "198.51.100.67"))
    found = scopes_serving(segment, devices, ())
    assert ([each.key for each in found], found.holes) == (["POS"], (UNKNOWN,))


def test_server_for_one_relay() -> None:
    segment, devices = shop(pool(only_relay=IPv4Address("192.168.30.1")))
    assert [each.key for each in scopes_serving(segment, devices, ())] == ["POS"]


def test_scopes_that_were_not_read() -> None:
    segment, (gw, sw) = shop(pool())
    sw = replace(sw, dhcp_scopes=Listed(sw.dhcp_scopes.items, (UNKNOWN,)))
    assert scopes_serving(segment, (gw, sw), ()).holes == (UNKNOWN,)


def test_reservations_of_the_server_count() -> None:
    segment, (_, sw) = shop(pool(), pool("LAN", subnet=said(IPv4Network("192.168.1.0/24"))))
    kept = Reservation("sw", "one", said(()), said(None), said(None), "POS")
    assert is_for(kept, segment, sw)
    assert not is_for(replace(kept, server="LAN"), segment, sw)
