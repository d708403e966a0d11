"""Servers of the site in another network: the filters between, the server's own, and the way back."""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from auditor.model import Action, Device, Filter, Listed
from auditor.site import Passage
from auditor.site.addresses import whole
from auditor.site.bridge_filters import Sides
from auditor.site.egress import Egress
from auditor.site.inside import from_relay, to_server
from auditor.site.neighbourhood import neighbourhood
from auditor.site.segments import segments_of
from tests.site.built import device, filtered, interface, nat, networks, route, rule

SERVER = IPv4Address("192.168.10.53")
OPEN, SHUT = filtered(), filtered(default=Action.DROP)


def router(*filters: Filter, **more: Any) -> Device:
    """It has the networks of clients and server."""
    lan, pos = interface("lan", "192.168.10.1/24"), interface("pos", "192.168.30.1/24")
    return device("gw", lan, pos, forward_filters=Listed(filters), input_filters=Listed((OPEN,)), **more)


def server(*filters: Filter, back: str | None = "192.168.10.1", at: str = "192.168.10.53/24") -> Device:
    routes = Listed((route("0.0.0.0/0", back, device="dns"),) if back else ())
    return device("dns", interface("eth0", at, device="dns"), input_filters=Listed(filters), routes=routes)


def reached(gw: Device, dns: Device) -> Egress | None:
    devices = (gw, dns)
    segments = segments_of(devices)
    (pos,) = [each for each in segments if each.holds(IPv4Address("192.168.30.9"))]
    around, told = neighbourhood(devices, segments), frozenset({IPv4Address("192.168.30.1")})
    clients = Sides((), cable=True, addresses=whole(pos))
    there = (dns, dns.interfaces.items[0])
    return to_server(pos, clients, told, there, SERVER, devices, around, protocol="udp", port=53)


@pytest.mark.parametrize(
    ("gw", "dns", "passage", "at"),
    [
        pytest.param(router(OPEN), server(OPEN), Passage.OPEN, "", id="nothing in between"),
        pytest.param(router(SHUT), server(OPEN), Passage.BLOCKED, "gw", id="the router"),
        pytest.param(router(OPEN), server(SHUT), Passage.BLOCKED, "dns", id="the server itself"),
        pytest.param(router(OPEN), server(), Passage.UNKNOWN, "dns", id="its filter was not read"),
        pytest.param(router(OPEN, source_nats=Listed((nat("lan"),))), server(OPEN), Passage.OPEN, "", id="translated"),
    ],
)
def test_server_in_another_network(gw: Device, dns: Device, passage: Passage, at: str) -> None:
    found = reached(gw, dns)
    assert found is not None
    decisive = found.decisive
    assert (found.passage, decisive.device if decisive else "") == (passage, at)


# -- relays ----------------------------------------------------------------------------------------------------


def requested(*filters: Filter, dns: Device | None = None, hears: bool = True) -> Egress | None:
    """A relay `core` asks by the router `fw`, which has the network of the server behind it."""
    core = device(
        "core",
        interface("pos", "192.168.30.1/24", device="core"),
        interface("transit", "192.168.99.2/30", device="core"),
        routes=Listed((route("0.0.0.0/0", "192.168.99.1", device="core"),)),
        forward_filters=Listed((replace(SHUT, device="core"),)),
    )
    fw = device(
        "fw",
        interface("inside", "192.168.99.1/30", device="fw"),
        interface("servers", "192.168.10.1/24", device="fw"),
        routes=Listed((route("192.168.30.0/24", "192.168.99.2", device="fw"),)),
        forward_filters=Listed(tuple(replace(each, device="fw") for each in filters)),
    )
    end = dns or server(OPEN)
    devices = (core, fw, end)
    segments = segments_of(devices)
    (pos,) = [each for each in segments if each.holds(IPv4Address("192.168.30.9"))]
    around = neighbourhood(devices, segments)
    there = (end, end.interfaces.items[0])
    return from_relay(pos, core, there, SERVER, devices, around, hears_past_filters=hears)


FROM_TILLS = filtered(rule("tills", Action.ACCEPT, sources=networks("192.168.30.0/24")), default=Action.DROP)


@pytest.mark.parametrize(
    ("filters", "dns", "hears", "passage", "at"),
    [
        pytest.param((OPEN,), None, True, Passage.OPEN, "", id="what the relay forwards for others does not count"),
        pytest.param((SHUT,), None, True, Passage.BLOCKED, "fw", id="the router behind the relay"),
        pytest.param((OPEN,), server(SHUT), False, Passage.BLOCKED, "dns", id="the filter of the server"),
        pytest.param((OPEN,), server(SHUT), True, Passage.OPEN, "", id="a server that takes packets from the wire"),
        pytest.param((FROM_TILLS,), None, True, Passage.UNKNOWN, "", id="one of its addresses only"),
    ],
)
def test_request_of_a_relay(
    filters: tuple[Filter, ...], dns: Device | None, hears: bool, passage: Passage, at: str
) -> None:
    found = requested(*filters, dns=dns, hears=hears)
    assert found is not None
    assert found.passage is passage
    if at:
        assert found.decisive is not None
        assert found.decisive.device == at


@pytest.mark.parametrize(
    ("back", "hears", "passage"),
    [
        ("192.168.10.1", True, Passage.OPEN),
        ("192.168.10.1", False, Passage.OPEN),
        (None, False, Passage.BLOCKED),
        pytest.param(None, True, Passage.UNKNOWN, id="Kea answers whoever brought the question, dhcpd does not"),
    ],
)
def test_relay_in_the_network_of_the_server(back: str | None, hears: bool, passage: Passage) -> None:
    """Answers are for the address of the relay in the network of the clients."""
    gw, dns = router(SHUT), server(OPEN, back=back)
    segments = segments_of((gw, dns))
    (pos,) = [each for each in segments if each.holds(IPv4Address("192.168.30.9"))]
    around = neighbourhood((gw, dns), segments)
    there = (dns, dns.interfaces.items[0])
    found = from_relay(pos, gw, there, SERVER, (gw, dns), around, hears_past_filters=hears)
    assert found is not None
    assert found.passage is passage
