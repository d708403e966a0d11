"""What a resolver asks by itself: only the filters of other devices stop it."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from auditor.model import Action, Filter, Listed
from auditor.site import Passage
from auditor.site.neighbourhood import neighbourhood
from auditor.site.outward import outward
from auditor.site.segments import segments_of
from tests.site.built import device, filtered, interface, networks, route, rule, uplink

OPEN, SHUT = filtered(), filtered(default=Action.DROP)
NOT_SERVERS = filtered(rule("servers", Action.DROP, sources=networks("192.168.10.53/32")))
NOT_TILLS = filtered(rule("tills", Action.DROP, sources=networks("192.168.30.0/24")))


@pytest.mark.parametrize(
    ("between", "passage"),
    [(OPEN, None), (SHUT, Passage.BLOCKED), (NOT_SERVERS, Passage.BLOCKED), (NOT_TILLS, None)],
)
def test_resolver_behind_a_router(between: Filter, passage: Passage | None) -> None:
    dns = device(
        "dns",
        interface("eth0", "192.168.10.53/24", device="dns"),
        routes=Listed((route("0.0.0.0/0", "192.168.10.1", device="dns"),)),
        forward_filters=Listed((replace(SHUT, device="dns"),)),
    )
    gw = device("gw", interface("lan", "192.168.10.1/24"), uplink(), forward_filters=Listed((between,)))
    around = neighbourhood((dns, gw), segments_of((dns, gw)))
    found = outward(dns, IPv4Address("1.1.1.1"), around, protocol="udp", port=53)
    assert (found.passage if found else None) is passage
    assert found is None or found.gateway == "gw"
