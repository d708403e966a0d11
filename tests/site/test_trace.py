"""A trace shows everything that packets meet, in order, marks what decides, and says what they do not reach."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.capture import Failure
from auditor.model import Action, Device, IsolationScope, Listed, Unknown
from auditor.site import Passage
from auditor.site.trace import CABLE, END, ROUTER, START, UNSEEN, WIFI, Trace, trace_egress, trace_path
from tests.site.built import UNKNOWN, bss, device, filtered, interface, nat, rule, said, scope, uplink
from tests.site.shops import site

ROUTED: dict[str, Any] = {
    "readers": "subnet: 192.168.20.0/24, connection: ethernet",
    "pos": "subnet: 192.168.30.0/24, connection: ethernet",
}
TILLS, READERS = interface("tills", "192.168.30.1/24"), interface("readers", "192.168.20.1/24")


def one_network(isolation: IsolationScope | Unknown, **more: Any) -> Device:
    fact = isolation if isinstance(isolation, Unknown) else said(isolation)
    return device("gw", TILLS, bsses=Listed((bss("b0", "tills", isolation=fact),)), **more)


def two_networks(*rules: Any, default: Action = Action.ACCEPT, **more: Any) -> Device:
    scopes = Listed((scope("tills", routers=said((TILLS.addresses.value[0].ip,))),))  # type: ignore[union-attr]
    filters = Listed((filtered(*rules, default=default),))
    return device("gw", TILLS, READERS, uplink(), forward_filters=filters, dhcp_scopes=scopes, **more)


def asked(*devices: Device, port: int | None = 4443, protocol: str = "tcp", **more: Any) -> Trace:
    shop = site(*devices, **more)
    return trace_path(shop, shop.pos[0], shop.readers[0], protocol=protocol, port=port)


def kinds(trace: Trace) -> list[str]:
    return [step.kind for step in trace.steps]


WIFI_BOTH: dict[str, Any] = {"readers": "ssid: SHOP", "pos": "ssid: SHOP"}


def test_within_one_network_the_isolation_that_blocks_is_marked_and_what_follows_is_not_reached() -> None:
    trace = asked(one_network(IsolationScope.SAME_BSS), **WIFI_BOTH)
    assert trace.passage is Passage.BLOCKED
    assert kinds(trace)[:3] == [START, WIFI, "station isolation"]
    assert kinds(trace)[-1] == END
    step = trace.decisive
    assert step is not None
    assert step.words == "station isolation of 'SHOP': keeps the stations of one BSS apart"
    at = trace.steps.index(step)
    assert all(each.reached for each in trace.steps[: at + 1])
    assert not any(each.reached for each in trace.steps[at + 1 :])


def test_an_open_way_has_no_step_that_decides() -> None:
    trace = asked(one_network(IsolationScope.NONE), **WIFI_BOTH)
    assert (trace.passage, trace.decisive, trace.routed) == (Passage.OPEN, None, False)
    assert all(step.reached and step.passage is Passage.OPEN for step in trace.steps)


def test_what_is_not_known_leaves_all_behind_it_reached() -> None:
    trace = asked(one_network(UNKNOWN), **WIFI_BOTH)
    assert trace.passage is Passage.UNKNOWN
    assert trace.decisive is not None
    assert trace.decisive.fact == UNKNOWN
    assert all(step.reached for step in trace.steps)


def test_an_access_point_that_was_not_audited_leaves_the_way_open_to_doubt() -> None:
    failure = Failure("ap2", "openwrt", "timed out", "try again", 3)
    trace = asked(one_network(IsolationScope.NONE), missing=(failure,), **WIFI_BOTH)
    assert trace.passage is Passage.UNKNOWN
    assert trace.decisive is not None
    assert trace.decisive.kind == UNSEEN


def test_a_block_is_certain_although_more_access_points_may_be_there() -> None:
    failure = Failure("ap2", "openwrt", "timed out", "try again", 3)
    trace = asked(one_network(IsolationScope.SAME_BSS), missing=(failure,), **WIFI_BOTH)
    assert trace.passage is Passage.BLOCKED
    assert trace.decisive is not None
    assert trace.decisive.kind == "station isolation"


@pytest.mark.parametrize(
    ("isolations", "steps"),
    [([IsolationScope.NONE] * 12, 1), ([IsolationScope.SAME_BSS, IsolationScope.NONE, IsolationScope.NONE], 2)],
)
def test_access_points_that_are_alike_are_one_step(isolations: list[IsolationScope], steps: int) -> None:
    bsses = tuple(bss(f"b{number}", "tills", isolation=said(each)) for number, each in enumerate(isolations))
    trace = asked(device("gw", TILLS, bsses=Listed(bsses)), **WIFI_BOTH)
    found = [step for step in trace.steps if step.kind == "station isolation"]
    assert len(found) == steps
    assert sum(1 + len(step.also) for step in found) == len(isolations)


def test_a_router_comes_before_its_filter_and_its_translation() -> None:
    trace = asked(two_networks(source_nats=Listed((nat("readers"),))), **ROUTED)
    assert kinds(trace) == [START, CABLE, ROUTER, "packet filter", "source NAT", CABLE, END]
    assert trace.routed
    assert trace.translated


def test_the_rule_that_stops_packets_is_named() -> None:
    drop = rule("guests", Action.DROP, protocols=frozenset({"tcp"}))
    trace = asked(two_networks(drop), **ROUTED)
    assert trace.decisive is not None
    assert trace.decisive.words == "packet filter 'forward' from tills to readers: rule 'guests' stops them"
    assert trace.passage is Passage.BLOCKED
    assert asked(two_networks(drop), protocol="icmp", port=None, **ROUTED).passage is Passage.OPEN


def test_without_a_router_between_the_networks_nothing_is_known() -> None:
    trace = asked(device("gw", TILLS), device("ap", replace(READERS, device="ap")), **ROUTED)
    assert trace.passage is not Passage.OPEN
    assert trace.decisive is not None


def test_clients_that_were_not_found_leave_the_question_open() -> None:
    trace = asked(one_network(IsolationScope.NONE), pos="vlan: 99")
    assert trace.passage is Passage.UNKNOWN
    assert kinds(trace) == [START]
    assert isinstance(trace.steps[0].fact, Unknown)


@pytest.mark.parametrize(("default", "passage"), [(Action.ACCEPT, Passage.OPEN), (Action.DROP, Passage.BLOCKED)])
def test_the_way_out_ends_at_the_internet(default: Action, passage: Passage) -> None:
    shop = site(two_networks(default=default), **ROUTED)
    answer = shop.egress(shop.pos[0], "api.stripe.com", protocol="tcp", port=443)
    trace = trace_egress(shop, shop.pos[0], answer, "api.stripe.com")
    assert trace.passage is passage
    assert trace.steps[-1].kind == END
    assert trace.steps[-1].reached is (passage is Passage.OPEN)
    assert (trace.decisive is None) is (passage is Passage.OPEN)


def test_without_a_way_out_the_step_says_what_is_missing() -> None:
    shop = site(device("gw", TILLS), **{**ROUTED, "readers": ROUTED["pos"]})
    answer = shop.egress(shop.pos[0], "api.stripe.com", protocol="tcp", port=443)
    trace = trace_egress(shop, shop.pos[0], answer, "api.stripe.com")
    assert trace.passage is Passage.UNKNOWN
    assert trace.decisive is not None
    assert isinstance(trace.decisive.fact, Unknown)


actions = st.sampled_from([Action.ACCEPT, Action.DROP, UNKNOWN])
isolations = st.sampled_from([*IsolationScope, UNKNOWN])


@given(
    verdicts=st.lists(actions, max_size=3), scopes=st.lists(isolations, min_size=1, max_size=4), routed=st.booleans()
)
@settings(max_examples=60, deadline=None)
def test_the_view_says_what_the_judges_say(
    verdicts: list[Action | Unknown], scopes: list[IsolationScope | Unknown], *, routed: bool
) -> None:
    bsses = tuple(
        bss(f"b{number}", "tills", isolation=each if isinstance(each, Unknown) else said(each))
        for number, each in enumerate(scopes)
    )
    gw = two_networks(*(rule(f"r{n}", each) for n, each in enumerate(verdicts)), bsses=Listed(bsses))
    shop = site(gw, **(ROUTED if routed else WIFI_BOTH))
    path = shop.path(shop.pos[0], shop.readers[0], protocol="tcp", port=4443)
    trace = trace_path(shop, shop.pos[0], shop.readers[0], protocol="tcp", port=4443)
    assert (trace.passage, trace.routed, trace.translated) == (path.passage, not path.same_segment, path.translated)
    assert (trace.decisive is None) == (trace.passage is Passage.OPEN)
    decided = trace.steps.index(trace.decisive) if trace.decisive is not None else len(trace.steps)
    blocked = trace.passage is Passage.BLOCKED
    assert [step.reached for step in trace.steps] == [not blocked or n <= decided for n in range(len(trace.steps))]
    facts = [fact for step in trace.steps for fact in (step.fact, *step.also)]
    assert all(hop.fact in facts for hop in path.hops if hop.passage is not Passage.OPEN)


def test_what_the_operator_attests_of_the_way_out_counts_where_nothing_is_known() -> None:
    shop = site(
        device("gw", TILLS), declared="egress: {value: open, by: owner}", **{**ROUTED, "readers": ROUTED["pos"]}
    )
    answer = shop.egress(shop.pos[0], "api.stripe.com", protocol="tcp", port=443)
    trace = trace_egress(shop, shop.pos[0], answer, "api.stripe.com")
    assert (trace.passage, trace.decisive) == (Passage.OPEN, None)
    assert trace_egress(shop, shop.pos[0], answer, "192.168.30.1", inside=True).passage is Passage.UNKNOWN


def test_a_declaration_opens_nothing_that_a_filter_blocks() -> None:
    shop = site(two_networks(default=Action.DROP), declared="egress: {value: open, by: owner}", **ROUTED)
    answer = shop.egress(shop.pos[0], "api.stripe.com", protocol="tcp", port=443)
    assert trace_egress(shop, shop.pos[0], answer, "api.stripe.com").passage is Passage.BLOCKED
