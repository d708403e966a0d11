"""Whether answers from the internet find back over the routers behind the one that translates."""

import pytest

from auditor.model import Listed, Route, SourceNat
from auditor.site import Egress, Passage
from auditor.site.egress import egress
from tests.site.built import device, interface, nat, route, uplink
from tests.site.test_routing import ANY, POS, TOLD, TRANSIT, core, ends, open_filter

BACK = route(f"{POS}.0/24", f"{TRANSIT}.2", device="fw")


def out(*routes: Route, nats: tuple[SourceNat, ...] = (nat("wan"),), at_core: tuple[SourceNat, ...] = ()) -> Egress:
    """The way out of the points of sale over the core switch and a firewall with these routes."""
    firewall = device(
        "fw",
        interface("transit", f"{TRANSIT}.1/30", device="fw"),
        interface("readers", "192.168.20.1/24", device="fw"),
        uplink(device="fw"),
        routes=Listed((*routes, route(ANY, "198.51.100.1", device="fw", via="wan"))),
        forward_filters=open_filter(),
        source_nats=Listed(nats),
    )
    devices = (core(source_nats=Listed(at_core)), firewall)
    return egress(ends(*devices)[0], devices, (), networks=(), protocol="tcp", port=443, routers_told=TOLD)


def test_the_router_that_translates_knows_the_way_back() -> None:
    assert out(BACK).passage is Passage.OPEN


def test_answers_leave_again_where_it_does_not() -> None:
    found = out()
    assert found.passage is Passage.BLOCKED
    assert found.decisive is not None
    assert found.decisive.device == "fw"
    assert "do not find back, since fw has no route there" in str(found.decisive.fact)


def test_a_part_of_the_network_may_be_what_clients_use() -> None:
    assert out(route(f"{POS}.0/25", f"{TRANSIT}.2", device="fw")).passage is Passage.UNKNOWN


def test_behind_a_translation_only_the_network_between_has_to_be_known() -> None:
    assert out(at_core=(nat("transit"),)).passage is Passage.OPEN


@pytest.mark.parametrize("nats", [(), (nat("readers"),)])
def test_who_answers_is_not_known_where_nobody_translates(nats: tuple[SourceNat, ...]) -> None:
    assert "do not find back" not in str(out(nats=nats).hops)
