"""Ways over several routers: who is next, where packets are lost, and whether answers come back."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from itertools import repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import (
    Action,
    AddressSource,
    Device,
    Filter,
    FilterRule,
    IsolationScope,
    Listed,
    Route,
    SourceNat,
    Span,
    Stated,
    Unknown,
)
from auditor.site import Egress, HopKind, Passage, Path
from auditor.site.addresses import Addresses
from auditor.site.attachment import Attachment, Media
from auditor.site.egress import egress, uplinks, ways_out
from auditor.site.filters import interval
from auditor.site.paths import path
from auditor.site.routing import End
from auditor.site.segments import Segment, segments_of
from tests.site.built import (
    UNKNOWN,
    bss,
    device,
    filtered,
    interface,
    networks,
    ports,
    route,
    rule,
    said,
    uplink,
)

ANY = "0.0.0.0/0"
POS, READERS, TRANSIT = "192.168.30", "192.168.20", "192.168.99"
TOLD = frozenset({IPv4Address(f"{POS}.1")})
TOLD_BACK = frozenset({IPv4Address(f"{READERS}.1")})
CABLE = Media(wireless=False, wired=True)


def open_filter(*rules: FilterRule, default: Action = Action.ACCEPT) -> Listed[Filter]:
    return Listed((filtered(*rules, default=default),))


def box(name: str, *legs: tuple[str, str], routes: tuple[Route, ...] | Listed[Route] = (), **more: Any) -> Device:
    """A router: interfaces by key and address, 'wan' an uplink; routes as given."""
    interfaces = [uplink(device=name) if key == "wan" else interface(key, where, device=name) for key, where in legs]
    listed = routes if isinstance(routes, Listed) else Listed(tuple(replace(each, device=name) for each in routes))
    return device(name, *interfaces, **({"routes": listed, "forward_filters": open_filter()} | more))


def core(*routes: Route, **more: Any) -> Device:
    """A switch that routes for the points of sale and hands everything else to the firewall."""
    legs = ("pos", f"{POS}.1/24"), ("transit", f"{TRANSIT}.2/30")
    return box("core", *legs, routes=routes or (route(ANY, f"{TRANSIT}.1"),), **more)


def firewall(*routes: Route, **more: Any) -> Device:
    """The firewall, which has the readers' network, and knows the way back."""
    legs = ("readers", f"{READERS}.1/24"), ("transit", f"{TRANSIT}.1/30"), ("wan", "")
    return box("fw", *legs, routes=routes or (route(f"{POS}.0/24", f"{TRANSIT}.2"),), **more)


def ends(*devices: Device) -> tuple[Segment, Segment]:
    found = {i.key: s for s in segments_of(devices) for i in s.interfaces}
    return found["pos"], found["readers"]


def crossing(*devices: Device, back: bool = False, **more: Any) -> Path:
    """From the points of sale to the readers; `back`: the other way round."""
    pair = ends(*devices)
    source, target = pair[::-1] if back else pair
    told = (TOLD_BACK, TOLD) if back else (TOLD, TOLD_BACK)
    asked: dict[str, Any] = {"routers": told[0], "routers_back": told[1], "protocol": "tcp", "port": 4443} | more
    return path(
        Attachment(source, ()), Attachment(target, ()), devices, source_media=CABLE, target_media=CABLE, **asked
    )


def leaving(*devices: Device, where: tuple[IPv4Network, ...] = (), told: frozenset[IPv4Address] = TOLD) -> Egress:
    segment = ends(*devices)[0]
    return egress(segment, devices, (), networks=where, protocol="tcp", port=443, routers_told=told)


def why(found: Path | Egress) -> str:
    hop = found.decisive
    assert hop is not None
    return hop.fact.why if isinstance(hop.fact, Unknown) else str(hop.fact.value)


# -- ways there -----------------------------------------------------------------------------------------------


def test_a_way_over_two_routers_passes_the_filters_of_both() -> None:
    found = crossing(core(), firewall())
    assert (found.passage, found.same_segment, found.translated) == (Passage.OPEN, False, False)
    assert [(leg.device, leg.entering, leg.leaving) for leg in found.legs] == [
        ("core", "pos", "transit"), ("fw", "transit", "readers"),
    ]  # fmt: skip
    assert [(hop.kind, hop.device) for hop in found.hops] == [
        (HopKind.ROUTER, "core"), (HopKind.FILTER, "core"), (HopKind.ROUTER, "fw"), (HopKind.FILTER, "fw"),
    ]  # fmt: skip


@pytest.mark.parametrize("at", ["core", "fw"])
def test_the_router_that_blocks_is_named_with_its_own_interfaces(at: str) -> None:
    shut = {"forward_filters": open_filter(rule("no", Action.DROP, destination_ports=ports(4443)))}
    found = crossing(core(**(shut if at == "core" else {})), firewall(**(shut if at == "fw" else {})))
    assert found.passage is Passage.BLOCKED
    assert found.decisive is not None
    assert (found.decisive.device, found.decisive.rule) == (at, "no")
    assert found.decisive.entering == ("pos" if at == "core" else "transit")


def test_the_most_specific_route_decides() -> None:
    lost = route(ANY, "192.168.77.1")
    assert crossing(core(lost, route(f"{READERS}.0/24", f"{TRANSIT}.1")), firewall()).passage is Passage.OPEN
    gone = replace(route(f"{READERS}.0/24", via="null"), discards=said(True))
    found = crossing(core(route(ANY, f"{TRANSIT}.1"), gone), firewall())
    assert (found.passage, found.decisive and found.decisive.device) == (Passage.BLOCKED, "core")
    assert why(found) == f"core sends packets for {READERS}.0/24 away"


def test_of_several_routes_away_all_are_the_reason() -> None:
    halves = (f"{READERS}.0/25", f"{READERS}.128/25")
    lines = [Span("core", "routes", number, number) for number in (1, 2)]
    gone = [
        replace(route(half, via="null"), discards=said(True), destination=Stated(IPv4Network(half), (line,)))
        for half, line in zip(halves, lines, strict=True)
    ]
    found = crossing(core(route(ANY, f"{TRANSIT}.1"), *gone), firewall())
    assert found.decisive is not None
    assert set(lines) <= set(found.decisive.fact.spans)


def test_a_route_of_a_higher_distance_waits_behind() -> None:
    away = replace(route(ANY, via="null"), discards=said(True), distance=said(250))
    assert crossing(core(route(ANY, f"{TRANSIT}.1"), away), firewall()).passage is Passage.OPEN
    nearer = replace(away, distance=said(0))
    assert crossing(core(route(ANY, f"{TRANSIT}.1"), nearer), firewall()).passage is Passage.BLOCKED


def test_routes_of_equal_rank_must_agree() -> None:
    nobody = crossing(core(route(ANY, f"{TRANSIT}.1"), route(ANY, f"{POS}.9")), firewall())
    assert (nobody.passage, f"{POS}.9" in why(nobody)) == (Passage.UNKNOWN, True)
    away = replace(route(ANY, via="null"), discards=said(True))
    found = crossing(core(route(ANY, f"{TRANSIT}.1"), away), firewall())
    assert found.passage is Passage.UNKNOWN
    assert "not the same by every router (core and fw: open, core: blocked)" in why(found)


@pytest.mark.parametrize("part", ["gateway", "interface", "discards", "destination", "distance"])
def test_what_is_not_known_of_a_route_is_a_doubt(part: str) -> None:
    good = route(f"{READERS}.0/24", f"{TRANSIT}.1")
    doubtful: Route = replace(good, **{part: UNKNOWN})  # type: ignore[arg-type]
    passage = crossing(core(doubtful), firewall()).passage
    assert passage is (Passage.OPEN if part == "distance" else Passage.UNKNOWN)


def test_a_next_hop_that_nobody_has_is_named() -> None:
    found = crossing(core(route(ANY, f"{TRANSIT}.3")), firewall())
    assert found.passage is Passage.UNKNOWN
    assert f"{TRANSIT}.3" in why(found)
    assert found.decisive is not None
    assert isinstance(found.decisive.fact, Unknown)
    assert found.decisive.fact.settle == f"audit the device at {TRANSIT}.3, or declare egress"


def test_a_gateway_behind_another_route_is_found() -> None:
    routes = route(f"{READERS}.0/24", "10.9.9.9"), route("10.9.9.9/32", f"{TRANSIT}.1")
    assert crossing(core(*routes), firewall()).passage is Passage.UNKNOWN
    known = firewall()
    loop = interface("loop", "10.9.9.9/32", device="fw")
    assert "not known to be in the network" in why(
        crossing(core(*routes), replace(known, interfaces=Listed((*known.interfaces, loop))))
    )


@pytest.mark.parametrize("addresses", [Unknown("by DHCP"), said(())])
def test_the_gateway_of_a_default_route_is_behind_the_uplink_whose_address_a_server_gives(
    addresses: Unknown | Stated[tuple[IPv4Interface, ...]],
) -> None:
    legs = ("pos", f"{POS}.1/24"), ("readers", f"{READERS}.1/24"), ("wan", "")
    gw = box("gw", *legs, routes=(route(ANY, "203.0.113.1"),))
    told = replace(gw, interfaces=Listed((*gw.interfaces.items[:2], replace(uplink(), addresses=addresses))))
    learning = replace(told, routes=Listed(told.routes.items, (UNKNOWN,)))
    assert [leaving(each).passage for each in (told, learning)] == [Passage.OPEN, Passage.OPEN]


def test_packets_in_a_circle_are_lost() -> None:
    back = route(f"{READERS}.0/24", f"{TRANSIT}.2")
    outer = box("fw", ("transit", f"{TRANSIT}.1/30"), ("wan", ""), routes=(back,))
    far = box("far", ("readers", f"{READERS}.1/24"), ("office", "192.168.10.1/24"))
    found = crossing(core(), outer, far)
    assert (found.passage, why(found)) == (Passage.BLOCKED, "core and fw send packets in a circle")


def test_a_router_without_a_route_blocks_if_clients_are_told_to_use_it() -> None:
    alone = box("core", ("pos", f"{POS}.1/24"), ("office", "192.168.10.1/24"))
    found = crossing(alone, firewall())
    assert (found.passage, why(found)) == (Passage.BLOCKED, f"core has no route to {READERS}.0/24")
    unasked = crossing(alone, firewall(), routers=frozenset())
    assert unasked.passage is Passage.UNKNOWN
    assert "no audited device routes between" in why(unasked)


@pytest.mark.parametrize(
    ("routes", "passage"),
    [
        ((route(ANY, f"{TRANSIT}.1"),), Passage.UNKNOWN),
        ((route("192.168.0.0/16", f"{TRANSIT}.1"),), Passage.UNKNOWN),
        ((route(f"{READERS}.0/24", f"{TRANSIT}.1"),), Passage.OPEN),
        ((), Passage.UNKNOWN),
    ],
)
def test_learned_routes_matter_only_where_they_may_be_closer(routes: tuple[Route, ...], passage: Passage) -> None:
    learning = replace(core(), routes=Listed(routes, (UNKNOWN,)))
    assert crossing(learning, firewall()).passage is passage
    direct = box("gw", ("pos", f"{POS}.1/24"), ("readers", f"{READERS}.1/24"), routes=Listed((), (UNKNOWN,)))
    assert crossing(direct).passage is Passage.OPEN


def test_a_gateway_that_no_audited_device_has_is_not_taken_for_one_that_is_there() -> None:
    """As with addresses that routers share: who answers for them is not known."""
    shared = frozenset({IPv4Address(f"{POS}.254")})
    found = crossing(core(), firewall(), routers=shared)
    assert found.passage is Passage.UNKNOWN
    assert f"leave by {POS}.254, which is no audited device" in why(found)


def test_two_devices_with_one_address_are_a_doubt() -> None:
    twin = box("twin", ("transit", f"{TRANSIT}.1/30"), ("office", "192.168.10.1/24"))
    found = crossing(core(), firewall(), twin)
    assert found.passage is Passage.UNKNOWN
    assert f"both have the address {TRANSIT}.1" in why(found)


def test_of_routers_that_nobody_names_only_those_that_lead_there_count() -> None:
    server = box("server", ("pos", f"{POS}.5/24"), ("office", "192.168.10.5/24"))
    point = device("ap", interface("pos", f"{POS}.7/24", device="ap"), routes=Listed((route(ANY, f"{POS}.1"),)))
    both: dict[str, Any] = {"routers": frozenset(), "routers_back": frozenset()}
    assert crossing(core(), firewall(), server, point, **both).passage is Passage.OPEN


def test_an_interface_that_is_switched_off_leads_nowhere() -> None:
    on = core()
    off = replace(on.interfaces.items[1], enabled=said(False))
    found = crossing(replace(on, interfaces=Listed((on.interfaces.items[0], off))), firewall())
    assert found.passage is not Passage.OPEN


# -- frames before the first router and behind the last one ---------------------------------------------------


@pytest.mark.parametrize("place", ["pos", "readers", "transit"])
def test_filters_within_bridges_count_at_both_ends_and_between(place: str) -> None:
    bridge = device(
        "sw", interface(place, device="sw", vlan=7), bridge_filters=Listed((), (Unknown("what it drops"),))
    )  # fmt: skip
    tagged = [
        replace(each, interfaces=Listed(tuple(replace(i, vlan=said(7)) if i.key == place else i
                                              for i in each.interfaces)))
        for each in (core(), firewall())
    ]  # fmt: skip
    stray = replace(bridge, ports=Listed((), (UNKNOWN,)))
    found = crossing(*tagged, stray)
    assert found.passage is Passage.UNKNOWN
    assert found.decisive is not None
    assert (found.decisive.kind, found.decisive.device) == (HopKind.BRIDGE_FILTER, "sw")


def test_isolation_that_spares_the_router_stops_no_routed_packets() -> None:
    shut = bss("b", "pos", device="core", isolation=said(IsolationScope.ALL_LAN_EXCEPT_GATEWAY))
    devices = (replace(core(), bsses=Listed((shut,))), firewall())
    source, target = ends(*devices)
    found = path(
        Attachment(source, (shut,)), Attachment(target, ()), devices,
        source_media=Media(wireless=True, wired=False), target_media=CABLE, protocol="tcp", port=4443, routers=TOLD,
    )  # fmt: skip
    assert found.passage is Passage.OPEN


# -- the way back ---------------------------------------------------------------------------------------------


def test_the_return_route_that_is_missing_is_named() -> None:
    """The readers' router knows no way back, and its default leads to the internet."""
    forgetful = box("fw", ("readers", f"{READERS}.1/24"), ("transit", f"{TRANSIT}.1/30"), ("wan", ""))
    masks = {"source_nats": Listed((SourceNat("fw", "out", said(frozenset({"wan"}))),))}
    found = crossing(core(), replace(forgetful, **masks))  # type: ignore[arg-type]
    assert found.passage is Passage.BLOCKED
    assert found.decisive is not None
    assert found.decisive.device == "fw"
    assert "do not come back: fw has no route to 192.168.30.0/24: wan of fw leads to the internet" in why(found)
    assert crossing(core(), forgetful).passage is Passage.UNKNOWN
    ppp = replace(forgetful.interfaces.items[2], address_source=said(AddressSource.PPP))
    called = replace(forgetful, interfaces=Listed((*forgetful.interfaces.items[:2], ppp)))
    assert crossing(core(), called).passage is Passage.BLOCKED


def asymmetric(**more: Any) -> tuple[Device, ...]:
    """Core has a leg in both networks, but the readers are told to leave by the firewall."""
    legs = ("pos", f"{POS}.1/24"), ("readers", f"{READERS}.2/24"), ("transit", f"{TRANSIT}.2/30")
    return box("core", *legs, routes=(route(ANY, f"{TRANSIT}.1"),)), firewall(**more)


def test_answers_by_another_router_are_a_doubt_where_that_one_keeps_state() -> None:
    devices = asymmetric(forward_filters=open_filter(default=Action.DROP))
    found = crossing(*devices)
    assert found.passage is Passage.UNKNOWN
    assert "come by core, but answers leave by fw and core" in why(found)
    told = frozenset({IPv4Address(f"{READERS}.2")})
    assert crossing(*devices, routers_back=told).passage is Passage.OPEN


def test_answers_by_another_router_that_filters_nothing_come_back() -> None:
    assert crossing(*asymmetric(forward_filters=Listed())).passage is Passage.OPEN


# -- translation ----------------------------------------------------------------------------------------------


def behind(**more: Any) -> tuple[Device, ...]:
    """An inner router translates; the readers' network is outside of it, and the outer router leads on."""
    inner = replace(
        box("inner", ("pos", f"{POS}.1/24"), routes=(route(ANY, f"{READERS}.1", via="out"),), **more),
        source_nats=Listed((SourceNat("inner", "out", said(frozenset({"out"}))),)),
    )
    out = interface("out", f"{READERS}.9/24", device="inner", uplink=said(True), gateway=said(f"{READERS}.1"))
    outer = box("outer", ("readers", f"{READERS}.1/24"), ("wan", ""))
    return replace(inner, interfaces=Listed((*inner.interfaces, out))), outer


def test_points_of_sale_behind_a_second_router_are_translated() -> None:
    found = crossing(*behind())
    assert (found.passage, found.translated) == (Passage.OPEN, True)
    assert [hop.device for hop in found.translating] == ["inner"]


def test_readers_cannot_be_reached_behind_a_router_that_translates() -> None:
    found = crossing(*behind(), back=True, routers=TOLD_BACK, routers_back=TOLD)
    assert found.passage is Passage.UNKNOWN
    assert "outer has no route to 192.168.30.0/24" in why(found)


def test_two_translations_in_a_row_lead_out() -> None:
    found = leaving(*behind())
    assert (found.passage, [leg.device for leg in found.legs]) == (Passage.OPEN, ["inner", "outer"])


def test_filters_behind_a_translation_do_not_know_who_sends() -> None:
    own = rule("own", Action.ACCEPT, sources=networks(f"{READERS}.0/24"))
    inner, outer = behind()
    found = leaving(inner, replace(outer, forward_filters=open_filter(own, default=Action.DROP)))
    assert found.passage is Passage.UNKNOWN
    assert "a router before outer translates addresses" in why(found)
    shut = replace(outer, forward_filters=open_filter(default=Action.DROP))
    assert leaving(inner, shut).passage is Passage.BLOCKED


def test_answers_to_a_translated_address_must_find_back_to_who_translated() -> None:
    nats = Listed((SourceNat("core", "out", said(frozenset({"transit"}))),))
    assert crossing(core(source_nats=nats), firewall()).translated
    lost = frozenset({IPv4Address(f"{READERS}.250")})
    assert crossing(core(source_nats=nats), firewall(), routers_back=lost).passage is Passage.UNKNOWN
    # The translated address is in a network of the firewall itself, so that it needs no route back.
    forgetful = replace(firewall(), routes=Listed())
    assert crossing(core(source_nats=nats), forgetful).passage is Passage.OPEN
    assert crossing(core(source_nats=Listed((), (UNKNOWN,))), forgetful).passage is not Passage.OPEN


# -- the way out ----------------------------------------------------------------------------------------------


def test_the_way_out_leads_over_the_firewall() -> None:
    found = leaving(core(), firewall())
    assert (found.passage, found.gateway) == (Passage.OPEN, "fw")
    assert [(leg.device, leg.uplink) for leg in found.legs] == [("core", False), ("fw", True)]
    shut = open_filter(rule("no", Action.REJECT, entering=frozenset({"transit"}), leaving=frozenset({"wan"})))
    blocked = leaving(core(), firewall(forward_filters=shut))
    assert blocked.passage is Passage.BLOCKED
    assert blocked.decisive is not None
    assert (blocked.decisive.device, blocked.decisive.rule, blocked.decisive.entering) == ("fw", "no", "transit")


def test_an_uplink_that_leads_to_an_audited_firewall_is_not_the_end() -> None:
    """Platforms call the interface of any default route an uplink."""
    inner = core()
    up = replace(inner.interfaces.items[1], uplink=said(True), gateway=said(f"{TRANSIT}.1"))
    devices = replace(inner, interfaces=Listed((inner.interfaces.items[0], up))), firewall()
    assert [leg.device for leg in leaving(*devices).legs] == ["core", "fw"]
    assert [(i.device, i.key) for i in uplinks(ends(*devices)[0], devices, TOLD)] == [("fw", "wan")]
    assert crossing(*devices).passage is Passage.OPEN


def test_a_next_hop_out_that_nobody_audited_is_to_be_audited_or_declared() -> None:
    found = leaving(core(), box("far", ("readers", f"{READERS}.1/24")))
    assert found.passage is Passage.UNKNOWN
    assert found.decisive is not None
    assert isinstance(found.decisive.fact, Unknown)
    assert found.decisive.fact.settle == f"audit the device at {TRANSIT}.1, or declare egress"


@pytest.mark.parametrize(
    ("gateway", "nats", "passage"),
    [
        ("192.168.1.1", False, Passage.UNKNOWN),
        ("192.168.1.1", True, Passage.OPEN),
        ("198.51.100.1", False, Passage.OPEN),
        (None, False, Passage.OPEN),
    ],
)
def test_an_uplink_to_a_private_address_that_nothing_translates(
    gateway: str | None, nats: bool, passage: Passage
) -> None:
    gw = box("gw", ("pos", f"{POS}.1/24"), ("readers", f"{READERS}.1/24"))
    out = replace(uplink(), gateway=said(gateway))
    nat = (SourceNat("gw", "out", said(frozenset({"wan"}))),) if nats else ()
    found = leaving(replace(gw, interfaces=Listed((*gw.interfaces, out)), source_nats=Listed(nat)))
    assert found.passage is passage


def test_a_route_that_discards_some_addresses_of_a_host_blocks_it() -> None:
    gone = replace(route("8.8.8.0/24", via="null"), discards=said(True))
    devices = core(route(ANY, f"{TRANSIT}.1"), gone), firewall()
    assert leaving(*devices, where=networks("8.8.8.0/25")).passage is Passage.BLOCKED
    assert leaving(*devices, where=networks("9.9.9.0/24")).passage is Passage.OPEN
    somewhere = leaving(*devices)
    assert somewhere.passage is Passage.UNKNOWN


def test_a_firewall_without_a_way_out_is_lost_not_open() -> None:
    inside = box("fw", ("readers", f"{READERS}.1/24"), ("transit", f"{TRANSIT}.1/30"))
    found = leaving(core(), inside)
    assert found.passage is Passage.UNKNOWN
    assert "fw has no route to the internet" in why(found)


def test_a_firewall_that_sites_share_is_found_by_its_address() -> None:
    devices = core(), firewall()
    shared = segments_of(devices, frozenset({"fw"}))
    pos = next(s for s in shared if any(i.key == "pos" for i in s.interfaces))
    (way,) = ways_out(pos, devices, TOLD)
    assert (way.end, way.at) == (End.OUT, "fw")


# -- properties -----------------------------------------------------------------------------------------------

NETS = [f"192.168.{n}" for n in (20, 30, 40, 50)]


@st.composite
def shops(draw: st.DrawFn) -> tuple[Device, ...]:
    """Routers between four networks at random, with routes to one another, sound or not."""
    some = st.lists(st.sampled_from(NETS), min_size=1, max_size=2, unique=True)
    drawn = [[POS, *draw(some)], *draw(st.lists(some, max_size=2)), [READERS, *draw(some)]]
    places = [list(dict.fromkeys(nets)) for nets in drawn]
    hops = [f"{net}.{number}" for number, nets in enumerate(places, start=1) for net in nets]
    found = []
    for number, nets in enumerate(places, start=1):
        legs = [(_key(net), f"{net}.{number}/24") for net in nets]
        legs += [("wan", "")] if draw(st.booleans()) else []
        others = [hop for hop in hops if any(hop.startswith(f"{net}.") for net in nets)]
        targets = st.sampled_from([ANY, *(f"{net}.0/24" for net in NETS)])
        plain = st.builds(route, targets, st.sampled_from(others))
        routes = draw(st.lists(st.one_of(plain, plain, plain, plain.map(_discarding)), max_size=3))
        filters = open_filter(default=draw(st.sampled_from([Action.ACCEPT, Action.ACCEPT, Action.DROP])))
        found.append(box(f"r{number}", *legs, routes=tuple(routes), forward_filters=filters))
    return (*found, box("end", ("pos", f"{POS}.100/24")), box("end2", ("readers", f"{READERS}.100/24")))


def _key(net: str) -> str:
    return {POS: "pos", READERS: "readers"}.get(net, f"net{net[-2:]}")


def _discarding(one: Route) -> Route:
    return replace(one, discards=said(True))


TELLING = st.sampled_from([frozenset[IPv4Address](), *(frozenset({IPv4Address(f"{POS}.{n}")}) for n in range(1, 5))])


@given(shops(), TELLING)
def test_every_way_ends_and_every_answer_has_its_reason(shop: tuple[Device, ...], told: frozenset[IPv4Address]) -> None:
    found = crossing(*shop, routers=told, routers_back=frozenset())
    assert (found.passage is Passage.OPEN) == (found.decisive is None)
    assert all(isinstance(hop.fact, Unknown) for hop in found.hops if hop.passage is Passage.UNKNOWN)
    assert not any(isinstance(hop.fact, Unknown) for hop in found.hops if hop.passage is Passage.BLOCKED)
    out = leaving(*shop, told=told)
    assert out.passage is not Passage.OPEN or out.legs[-1].uplink


def _forgotten(one: Device, what: str) -> Device:
    """A device of which less is known than before."""
    match what:
        case "hole":
            return replace(one, routes=Listed(one.routes.items, (UNKNOWN,)))
        case "filter":
            return replace(one, forward_filters=Listed((), (UNKNOWN,)))
        case "nat":
            return replace(one, source_nats=Listed((), (UNKNOWN,)))
        case "uplink" | "enabled":
            blurred = (replace(each, **{what: UNKNOWN}) for each in one.interfaces)  # type: ignore[arg-type]
            return replace(one, interfaces=Listed(tuple(blurred)))
        case _:
            return replace(one, routes=Listed(tuple(map(_blurred, one.routes, repeat(what)))))


def _blurred(one: Route, what: str) -> Route:
    return replace(one, **{what: UNKNOWN})  # type: ignore[arg-type]


ROUTE_PARTS = ["gateway", "interface", "discards", "destination", "distance"]
FORGOTTEN = st.sampled_from(["hole", "filter", "nat", "uplink", "enabled", *ROUTE_PARTS])


@given(shops(), TELLING, FORGOTTEN, st.integers(0, 3))
def test_less_knowledge_never_opens_a_way(
    shop: tuple[Device, ...], told: frozenset[IPv4Address], what: str, whose: int
) -> None:
    known = crossing(*shop, routers=told, routers_back=frozenset())
    less = tuple(_forgotten(each, what) if index == whose else each for index, each in enumerate(shop))
    if known.passage is not Passage.OPEN:
        assert crossing(*less, routers=told, routers_back=frozenset()).passage is not Passage.OPEN
    if leaving(*shop, told=told).passage is not Passage.OPEN:
        assert leaving(*less, told=told).passage is not Passage.OPEN


def test_many_equal_routes_end() -> None:
    """Each of eight routers knows all others as equal ways: more ways than anybody can follow."""
    many = [
        box(f"r{n}", ("pos", f"{POS}.{n + 1}/24"), ("x", f"10.{n}.0.1/24"),
            routes=tuple(route(f"{READERS}.0/24", f"{POS}.{m + 1}") for m in range(8) if m != n))
        for n in range(8)
    ]  # fmt: skip
    found = crossing(*many, box("end2", ("readers", f"{READERS}.100/24")))
    assert found.passage is not Passage.OPEN


def test_addresses_that_nobody_routes_beside_a_network_that_is_reached() -> None:
    """A second subnet of the readers' network counts only where a reader is known to have an address in it."""
    point = device("ap", interface("old", "172.20.0.9/24", device="ap", vlan=20))
    fw = firewall()
    tagged = replace(
        fw, interfaces=Listed(tuple(replace(i, vlan=said(20)) if i.key == "readers" else i for i in fw.interfaces))
    )
    devices = core(), tagged, point
    assert crossing(*devices).passage is Passage.OPEN
    possible = tuple(map(interval, networks(f"{READERS}.0/24", "172.20.0.0/24")))
    lost = crossing(*devices, targets=Addresses(possible, (IPv4Address("172.20.0.5"),)))
    assert lost.passage is not Passage.OPEN
