"""Which resolvers a question meets, and which of them keep the answer back."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Device, DnsRedirect, Forwarder, Ipv6Resolver, Listed, Route, Unknown
from auditor.policies import load_policy
from auditor.site import Chain, Lookup, Passage, Refusal, ResolverKind, covers, local_answers
from auditor.site.hops import Leg
from auditor.site.resolvers import resolver_chain
from auditor.site.segments import segments_of
from tests.site.built import UNKNOWN, answer, device, forwarder, interface, resolver, said, scope, uplink
from tests.site.shops import site

POLICY = load_policy("stripe-terminal")
LOOKUP = Lookup("10-42-42-42.test.device.stripe-terminal-local-reader.net", IPv4Address("10.42.42.42"))
POS = interface("pos", "192.168.30.1/24")


def router(*resolvers: Any, servers: tuple[str, ...] = ("192.168.30.1",), **more: Any) -> Device:
    built: dict[str, Any] = {"resolvers": Listed(resolvers), "dhcp_scopes": Listed((scope("pos", *servers),))}
    return device("gw", POS, **(built | more))


def chain(*devices: Device, dns: Any = "dhcp") -> Chain:
    segment = next(s for s in segments_of(devices) if any(i.key == "pos" for i in s.interfaces))
    scopes = Listed(tuple(s for d in devices for s in d.dhcp_scopes))
    return resolver_chain(segment, dns, scopes, devices, POLICY, LOOKUP)


def refusals(found: Chain) -> list[str]:
    return [reason.refusal.value for hop in found.hops for reason in hop.reasons]


def test_an_open_resolver_and_a_public_one_behind_it() -> None:
    found = chain(router(resolver("main", forwarder("1.1.1.1"))))
    assert [hop.kind for hop in found.hops] == [ResolverKind.INSPECTED, ResolverKind.PUBLIC]
    assert {hop.passage for hop in found.hops} == {Passage.OPEN}


@pytest.mark.parametrize(("port", "refused"), [(53, []), (5335, ["drops private answers"])])
def test_a_forwarder_at_an_address_of_a_device_has_its_port(port: int, refused: list[str]) -> None:
    first = resolver("first", forwarder("192.168.30.2", port=port))
    box = device(
        "box",
        interface("pos", "192.168.30.2/24", device="box"),
        resolvers=Listed((resolver(device="box"), resolver("other", port=said(5335), drops_private=said(True)))),
    )
    assert refusals(chain(router(first), box)) == refused


def test_who_answers_at_an_address_of_the_device_itself_may_be_nobody_that_was_read() -> None:
    strange = replace(forwarder("127.0.0.1", port=5335), unread=UNKNOWN)
    found = chain(router(resolver("first", strange), resolver("second", port=said(5335))))
    assert [(hop.kind, hop.passage) for hop in found.hops[1:]] == [(ResolverKind.UNINSPECTED, Passage.UNKNOWN)]


def test_rebind_protection_refuses() -> None:
    found = chain(router(resolver(drops_private=said(True))))
    assert found.hops[0].passage is Passage.BLOCKED
    assert refusals(found) == ["drops private answers"]


@pytest.mark.parametrize(
    "domain", ["stripe-terminal-local-reader.net", "NET", "test.device.stripe-terminal-local-reader.net."]
)
def test_an_exempt_domain_covers_what_lies_below(domain: str) -> None:
    found = chain(router(resolver(drops_private=said(True), exempt_domains=said((domain,)))))
    assert found.hops[0].passage is Passage.OPEN


@pytest.mark.parametrize("domain", ["reader.net", "x.stripe-terminal-local-reader.net", ""])
def test_another_domain_does_not(domain: str) -> None:
    found = chain(router(resolver(drops_private=said(True), exempt_domains=said((domain,)))))
    assert found.hops[0].passage is Passage.BLOCKED


def test_protection_that_spares_the_range_lets_pass() -> None:
    spared = resolver(drops_private=said(True), private_ranges=(IPv4Network("192.168.0.0/16"),))
    assert chain(router(spared)).hops[0].passage is Passage.OPEN


@pytest.mark.parametrize(("dropped", "refused"), [("192.168.30.128/25", True), ("192.168.31.0/24", False)])
def test_protection_that_hits_other_readers_than_the_one_asked_for_refuses(dropped: str, refused: bool) -> None:
    lookup = replace(LOOKUP, networks=(IPv4Network("192.168.30.0/24"),))
    assert lookup.met_by(IPv4Network(dropped)) is refused
    drops = resolver("main", drops_private=said(True), private_ranges=(IPv4Network(dropped),))
    devices = (router(drops),)
    (segment,) = segments_of(devices)
    found = resolver_chain(segment, "dhcp", devices[0].dhcp_scopes, devices, POLICY, lookup)
    assert refusals(found) == ([Refusal.REBIND.value] if refused else [])


def test_an_exemption_decides_an_unknown_protection() -> None:
    found = chain(router(resolver(drops_private=UNKNOWN, exempt_domains=said(("net",)))))
    assert found.hops[0].passage is Passage.OPEN


@pytest.mark.parametrize("unknown", ["drops_private", "exempt_domains", "drops_ipv4", "serving"])
def test_what_is_unknown_never_passes(unknown: str) -> None:
    facts: dict[str, Any] = {"drops_private": said(unknown == "exempt_domains"), unknown: UNKNOWN}
    assert chain(router(resolver(**facts))).hops[0].passage is Passage.UNKNOWN


def test_all_reasons_are_gathered() -> None:
    closed = resolver(
        "main",
        forwarder(None, "stripe-terminal-local-reader.net"),
        forwarder("1.1.1.1"),
        drops_private=said(True),
        drops_ipv4=said(True),
        local_answers=Listed((answer("net"),)),
    )
    found = chain(router(closed))
    assert refusals(found) == [
        "answers the name itself",
        "answers the name itself",
        "gives out no A records",
        "drops private answers",
    ]
    assert found.upstream[0].address == IPv4Address("1.1.1.1")  # asked once the answers are gone


def test_the_right_local_answer_is_one() -> None:
    right = resolver(local_answers=Listed((answer(LOOKUP.name, "10.42.42.42"),)))
    assert chain(router(right)).hops[0].passage is Passage.OPEN


def test_a_longer_forwarder_wins_over_a_local_answer() -> None:
    sink = answer("net")
    longer = resolver("main", forwarder("8.8.8.8", "stripe-terminal-local-reader.net"), local_answers=Listed((sink,)))
    shorter = resolver("main", forwarder("8.8.8.8"), local_answers=Listed((sink,)))
    assert local_answers(longer, LOOKUP.name) == ()
    assert local_answers(shorter, LOOKUP.name) == (sink,)


def test_only_the_forwarder_of_the_longest_domain_is_asked() -> None:
    asked = resolver("main", forwarder("203.0.113.9"), forwarder("1.1.1.1", "net"), forwarder("203.0.113.8", "org"))
    assert [hop.address for hop in chain(router(asked)).upstream] == [IPv4Address("1.1.1.1")]


def test_a_resolver_behind_another_on_the_same_device_is_judged_too() -> None:
    front = resolver("front", forwarder("127.0.0.1", port=5353))
    behind = resolver("behind", port=said(5353), drops_private=said(True))
    found = chain(router(front, behind))
    assert [(hop.resolver.key, hop.passage) for hop in found.inspected if hop.resolver] == [
        ("front", Passage.OPEN),
        ("behind", Passage.BLOCKED),
    ]


def test_one_on_another_device_as_well() -> None:
    server = device(
        "dns", interface("office", "192.168.1.53/24", device="dns"), resolvers=Listed((resolver("bind", device="dns"),))
    )
    gw = router(resolver("main", forwarder("192.168.1.53")))
    assert [hop.device for hop in chain(gw, server).inspected] == ["gw", "dns"]


def test_what_listens_there_but_was_not_read_is_unknown() -> None:
    (hop,) = chain(router(resolver("front", forwarder("127.0.0.1", port=5053)))).upstream
    assert (hop.kind, hop.passage, hop.device) == (ResolverKind.UNINSPECTED, Passage.UNKNOWN, "gw")


def test_a_loop_ends() -> None:
    one = resolver("one", forwarder("127.0.0.1", port=5353))
    two = resolver("two", forwarder("127.0.0.1", port=53), port=said(5353))
    assert len(chain(router(one, two)).inspected) == 2


def test_a_resolver_that_is_off_counts_only_if_nothing_else_answers() -> None:
    off, on = resolver("off", serving=said(False)), resolver("on")
    assert [hop.resolver for hop in chain(router(off, on)).inspected] == [on]
    assert refusals(chain(router(off))) == [Refusal.OFF.value]


def test_an_instance_of_another_network_is_not_asked() -> None:
    guests = resolver("guests", interfaces=said(("guest",)), drops_private=said(True))
    mine = resolver("mine", interfaces=said(("pos",)))
    assert [hop.resolver for hop in chain(router(guests, mine)).inspected] == [mine]


def test_a_service_that_filters_by_account_and_a_stranger_are_unknown() -> None:
    found = chain(router(servers=("208.67.222.222", "203.0.113.53")))
    assert [hop.kind for hop in found.hops] == [ResolverKind.FILTERING, ResolverKind.UNINSPECTED]
    assert {hop.passage for hop in found.hops} == {Passage.UNKNOWN}


def test_no_scope_is_a_hole() -> None:
    found = chain(router(dhcp_scopes=Listed()))
    assert found.hops == ()
    assert len(found.holes) == 1


def test_resolvers_set_by_hand_need_no_scope() -> None:
    found = chain(router(dhcp_scopes=Listed()), dns=(IPv4Address("8.8.8.8"),))
    assert found.holes == ()
    assert [hop.kind for hop in found.hops] == [ResolverKind.PUBLIC]


@pytest.mark.parametrize("where", [None, ("pos",), ("guest",), UNKNOWN])
def test_a_redirect_adds_the_resolver_of_its_device(where: Any) -> None:
    fact = where if isinstance(where, Unknown) else said(where)
    redirect = DnsRedirect("gw", "catch", fact, said(None), said(53))
    gw = router(resolver(drops_private=said(True)), dns_redirects=Listed((redirect,)))
    found = chain(gw, dns=(IPv4Address("8.8.8.8"),))
    concerned = where != ("guest",)
    assert found.redirected == ((redirect,) if concerned else ())
    assert (Passage.BLOCKED in {hop.passage for hop in found.hops}) == concerned


def test_a_redirect_to_another_port_asks_the_resolver_there() -> None:
    behind = resolver("behind", port=said(5353), drops_private=said(True))
    redirect = DnsRedirect("gw", "catch", said(None), said(None), said(5353))
    found = chain(router(behind, dns_redirects=Listed((redirect,))), dns=(IPv4Address("8.8.8.8"),))
    assert [hop.resolver for hop in found.inspected] == [behind]


@pytest.mark.parametrize(
    ("to_address", "to_port"),
    [(UNKNOWN, said(53)), (said(None), UNKNOWN), (said(None), said(9953)), (said(IPv4Address("192.0.2.53")), said(53))],
)
def test_a_redirect_to_a_place_that_was_not_read_is_unknown(to_address: Any, to_port: Any) -> None:
    redirect = DnsRedirect("gw", "catch", said(None), to_address, to_port)
    found = chain(router(dns_redirects=Listed((redirect,))), dns=(IPv4Address("8.8.8.8"),))
    assert [hop.passage for hop in found.hops] == [Passage.OPEN, Passage.UNKNOWN]


LABELS = st.lists(st.text("abC-1", min_size=1, max_size=4), min_size=1, max_size=4)


@given(LABELS, LABELS)
def test_covers_is_about_whole_labels(domain: list[str], name: list[str]) -> None:
    below = [label.lower() for label in name][-len(domain) :] == [label.lower() for label in domain]
    assert covers(".".join(domain), ".".join(name)) == below


@st.composite
def forwarders(draw: st.DrawFn) -> Forwarder:
    domain = draw(st.sampled_from([None, "net", "stripe-terminal-local-reader.net", "org"]))
    address = draw(
        st.sampled_from(["1.1.1.1", "203.0.113.9", "127.0.0.1", "192.168.30.1"] + ([None] if domain else []))
    )
    return forwarder(address, domain, draw(st.sampled_from([53, 5353])))


@given(st.lists(forwarders(), max_size=4), st.lists(forwarders(), max_size=4), st.booleans(), st.booleans())
def test_any_web_of_forwarders_ends_and_hides_no_refusal(
    first: list[Forwarder], second: list[Forwarder], drops: bool, also: bool
) -> None:
    one = resolver("one", *first, drops_private=said(drops))
    two = resolver("two", *second, drops_private=said(also), port=said(5353))
    found = chain(router(one, two))
    judged = {hop.resolver.key: hop.passage for hop in found.inspected if hop.resolver}
    assert (judged["one"] is Passage.BLOCKED) >= drops
    if "two" in judged:
        assert (judged["two"] is Passage.BLOCKED) >= also


def test_the_root_covers_every_name_and_nothing_covers_none() -> None:
    assert covers(".", "api.example.net")
    assert not covers("", "api.example.net")


OTHERS = (IPv4Network("10.0.0.0/8"),)
HERE = (IPv4Network("192.168.0.0/16"),)


@pytest.mark.parametrize(
    ("clients", "passage"),
    [
        (said(None), Passage.OPEN),
        (said(HERE), Passage.OPEN),
        (said((IPv4Network("192.168.30.0/25"), IPv4Network("192.168.30.128/25"))), Passage.OPEN),
        (said((IPv4Network("192.168.30.0/25"),)), Passage.UNKNOWN),
        (said(OTHERS), Passage.BLOCKED),
        (said(()), Passage.BLOCKED),
        (UNKNOWN, Passage.UNKNOWN),
    ],
)
def test_a_resolver_answers_its_clients_only(clients: Any, passage: Passage) -> None:
    assert chain(router(resolver(clients=clients))).hops[0].passage is passage


def test_of_the_views_of_a_program_the_one_for_the_clients_answers() -> None:
    views = (resolver("out", clients=said(OTHERS), drops_private=said(True)), resolver("in", clients=said(HERE)))
    found = chain(router(*views))
    assert [hop.resolver.key for hop in found.inspected if hop.resolver] == ["in"]


@pytest.mark.parametrize(
    ("clients", "passage"), [(HERE, Passage.BLOCKED), ((IPv4Network("127.0.0.0/8"),), Passage.OPEN)]
)
def test_a_resolver_in_front_asks_from_its_own_address(clients: Any, passage: Passage) -> None:
    front = resolver("front", forwarder("127.0.0.1", port=5335))
    behind = resolver("behind", port=said(5335), interfaces=said(()), clients=said(clients))
    assert [hop.passage for hop in chain(router(front, behind)).inspected] == [Passage.OPEN, passage]


def test_ranges_that_were_not_read_may_be_dropped() -> None:
    spared = resolver(drops_private=said(False), private_ranges=(), unread_ranges=(UNKNOWN,))
    assert chain(router(spared)).hops[0].passage is Passage.UNKNOWN
    exempt = resolver(private_ranges=(), unread_ranges=(UNKNOWN,), exempt_domains=said(("net",)))
    assert chain(router(exempt)).hops[0].passage is Passage.OPEN


def test_a_foremost_answer_counts_before_a_forwarder_for_a_longer_domain() -> None:
    sent = forwarder("1.1.1.1", "stripe-terminal-local-reader.net")
    closed = replace(answer("net"), foremost=True)
    assert refusals(chain(router(resolver("main", sent, local_answers=Listed((closed,)))))) == [
        "answers the name itself"
    ]
    assert refusals(chain(router(resolver("main", sent, local_answers=Listed((answer("net"),)))))) == []
    spared = replace(closed, except_for=("device.stripe-terminal-local-reader.net",))
    assert refusals(chain(router(resolver("main", sent, local_answers=Listed((spared,)))))) == []


def test_what_a_resolver_knows_itself_is_not_dropped() -> None:
    right = replace(answer(LOOKUP.name, "10.42.42.42"), exact=True)
    found = chain(router(resolver(drops_private=said(True), local_answers=Listed((right,)))))
    assert found.hops[0].passage is Passage.OPEN


# -- circles ---------------------------------------------------------------------------------------------------


def _circle(*more: Any, back: Any = None) -> tuple[Device, Device]:
    """A router and a server that ask each other."""
    server = device(
        "dns",
        interface("office", "192.168.30.53/24", device="dns"),
        resolvers=Listed((resolver("bind", *(back or (forwarder("192.168.30.1"),)), device="dns"),)),
    )
    return router(resolver("main", forwarder("192.168.30.53"), *more)), server


@pytest.mark.parametrize("first", ["192.168.30.1", "192.168.30.53"])
def test_resolvers_that_ask_each_other_give_no_answer(first: str) -> None:
    gw, server = _circle()
    found = chain(replace(gw, dhcp_scopes=Listed((scope("pos", first),))), server)
    assert {hop.device for hop in found.hops} == {"gw", "dns"}
    for hop in found.hops:
        assert (hop.passage, hop.refusal) == (Passage.BLOCKED, Refusal.LOOP)
        assert not isinstance(hop.fact, Unknown)
        assert {"gw/main", "dns/bind"} == set(hop.fact.value.split(" → "))


@pytest.mark.parametrize(
    ("more", "back"),
    [
        ((forwarder("1.1.1.1"),), None),
        ((), (forwarder("192.168.30.1"), forwarder("1.1.1.1"))),
        ((replace(forwarder("127.0.0.1"), unread=UNKNOWN),), None),
    ],
)
def test_a_circle_that_a_question_may_leave_is_in_doubt(more: Any, back: Any) -> None:
    found = chain(*_circle(*more, back=back))
    assert {hop.passage for hop in found.inspected} == {Passage.UNKNOWN}
    reasons = [reason for hop in found.inspected for reason in hop.reasons]
    assert all(isinstance(each.fact, Unknown) and each.fact.settle for each in reasons)


@pytest.mark.parametrize(
    "more", [(forwarder("1.1.1.1", "stripe-terminal-local-reader.net"),), (forwarder("8.8.8.8", "net"),)]
)
def test_a_circle_for_other_names_is_none(more: Any) -> None:
    found = chain(*_circle(*more))
    assert [hop.passage for hop in found.hops] == [Passage.OPEN, Passage.OPEN]


def test_who_knows_the_answer_ends_the_circle() -> None:
    gw, server = _circle()
    (bind,) = server.resolvers
    known = replace(bind, local_answers=Listed((answer(LOOKUP.name, "10.42.42.42"),)))
    found = chain(gw, replace(server, resolvers=Listed((known,))))
    assert {hop.passage for hop in found.hops} == {Passage.OPEN}


def test_a_resolver_that_leads_into_a_circle_is_not_part_of_it() -> None:
    gw, server = _circle()
    front = device(
        "front",
        interface("pos", "192.168.30.2/24", device="front"),
        resolvers=Listed((resolver("front", forwarder("192.168.30.53"), device="front"),)),
        dhcp_scopes=Listed((scope("pos", "192.168.30.2", device="front"),)),
    )
    found = chain(front, replace(gw, dhcp_scopes=Listed()), server)
    assert [(hop.device, hop.passage) for hop in found.hops] == [
        ("front", Passage.OPEN),
        ("dns", Passage.BLOCKED),
        ("gw", Passage.BLOCKED),
    ]


# -- IPv6 ------------------------------------------------------------------------------------------------------


def told(address: Any, where: Any = "pos", key: str = "ra") -> Ipv6Resolver:
    """A resolver that clients are told by IPv6; an address None is the device itself."""
    fact = where if isinstance(where, Unknown) else said(where)
    known = address if isinstance(address, Unknown) else said(IPv6Address(address) if address else None)
    return Ipv6Resolver("gw", key, fact, known)


def ipv6(*each: Ipv6Resolver, **more: Any) -> Device:
    return router(resolver(**more), ipv6_resolvers=Listed(each))


def test_a_router_that_names_itself_by_both_protocols_is_asked_once() -> None:
    found = chain(ipv6(told(None)))
    assert [(hop.kind, hop.passage) for hop in found.hops] == [(ResolverKind.INSPECTED, Passage.OPEN)]
    assert found.holes == ()


def test_a_router_that_is_told_by_ipv6_alone_is_asked() -> None:
    gw = replace(ipv6(told(None), drops_private=said(True)), dhcp_scopes=Listed((scope("pos"),)))
    found = chain(gw)
    assert refusals(found) == ["drops private answers"]
    assert found.holes == ()


@pytest.mark.parametrize(
    ("address", "kind", "passage"),
    [
        ("2606:4700:4700::1111", ResolverKind.PUBLIC, Passage.OPEN),
        ("2001:4860:4860::8844", ResolverKind.PUBLIC, Passage.OPEN),
        ("2001:db8::53", ResolverKind.UNINSPECTED, Passage.UNKNOWN),
        ("fd00::53", ResolverKind.UNINSPECTED, Passage.UNKNOWN),
    ],
)
def test_other_resolvers_that_are_told_by_ipv6(address: str, kind: ResolverKind, passage: Passage) -> None:
    found = chain(ipv6(told(address)))
    assert [(hop.kind, hop.passage) for hop in found.hops[1:]] == [(kind, passage)]
    assert IPv6Address(address) in [asked for asked, _ in found.asked]


@pytest.mark.parametrize("where", ["guest", "elsewhere"])
def test_what_clients_of_other_networks_are_told_does_not_matter(where: str) -> None:
    assert chain(ipv6(told("2001:db8::53", where))) == chain(ipv6())


def test_a_device_that_answers_nothing_but_is_named() -> None:
    gw = replace(ipv6(told(None)), resolvers=Listed(), dhcp_scopes=Listed((scope("pos", "1.1.1.1"),)))
    found = chain(gw)
    assert [(hop.kind, hop.device) for hop in found.upstream] == [
        (ResolverKind.PUBLIC, ""),
        (ResolverKind.UNINSPECTED, "gw"),
    ]


@pytest.mark.parametrize("doubt", [told(UNKNOWN), told(None, UNKNOWN)])
def test_what_is_not_known_of_ipv6_is_a_hole(doubt: Ipv6Resolver) -> None:
    assert chain(ipv6(doubt)).holes == (UNKNOWN,)
    assert chain(router(resolver(), ipv6_resolvers=Listed((), (UNKNOWN,)))).holes == (UNKNOWN,)


@pytest.mark.parametrize(("drops", "holes"), [(False, 0), (True, 1)])
def test_of_several_things_that_a_line_may_mean_all_must_give_the_answer(drops: bool, holes: int) -> None:
    doubt = Unknown("itself, or nobody", (), "look", (None,))
    gw = ipv6(told(doubt), drops_private=said(drops))
    assert len(chain(replace(gw, dhcp_scopes=Listed((scope("pos", "1.1.1.1"),)))).holes) == holes


BY_HAND = (IPv4Address("8.8.8.8"),)


@pytest.mark.parametrize(
    ("address", "drops", "dns", "holes"),
    [
        (None, False, BY_HAND, 0),
        ("2606:4700:4700::1111", False, BY_HAND, 0),
        (None, True, BY_HAND, 1),
        ("2001:db8::53", False, BY_HAND, 1),
        (None, True, (*BY_HAND, IPv6Address("2001:4860:4860::8888")), 0),
    ],
)
def test_resolvers_set_by_hand_stand_beside_those_of_ipv6(address: Any, drops: bool, dns: Any, holes: int) -> None:
    found = chain(ipv6(told(address), drops_private=said(drops)), dns=dns)
    assert len(found.holes) == holes
    assert {hop.kind for hop in found.hops} == {ResolverKind.PUBLIC}
    assert all(hole.settle for hole in found.holes)


# -- redirects further out -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entering", "servers", "caught"),
    [
        (None, ("8.8.8.8",), True),
        (("lan",), ("8.8.8.8",), True),
        (("guest",), ("8.8.8.8",), False),
        (None, ("192.168.30.1",), False),
    ],
)
def test_a_router_further_out_redirects_what_goes_out(entering: Any, servers: tuple[str, ...], caught: bool) -> None:
    outer = device(
        "outer",
        interface("lan", "10.0.0.1/24", device="outer"),
        resolvers=Listed((resolver("box", device="outer", drops_private=said(True)),)),
        dns_redirects=Listed((DnsRedirect("outer", "catch", said(entering), said(None), said(53)),)),
    )
    gw = router(resolver("main"), servers=servers)
    segment = next(s for s in segments_of((gw, outer)) if any(i.key == "pos" for i in s.interfaces))
    legs = (Leg("gw", "pos", "wan", said("")), Leg("outer", "lan", "wan", said(""), uplink=True))
    found = resolver_chain(segment, "dhcp", gw.dhcp_scopes, (gw, outer), POLICY, LOOKUP, legs)
    assert [hop.device for hop in found.hops if hop.passage is Passage.BLOCKED] == ["outer"] * caught
    assert bool(found.redirected) is caught


@pytest.mark.parametrize(("entering", "caught"), [(("transit",), True), (("guest",), False)])
def test_a_site_knows_the_routers_on_the_way(entering: tuple[str, ...], caught: bool) -> None:
    everywhere = IPv4Network("0.0.0.0/0")
    out = Route("gw", "default", said(everywhere), said(IPv4Address("10.0.0.1")), said(None), said(False), said(1))
    gw = router(resolver("main"), routes=Listed((out,)))
    gw = replace(gw, interfaces=Listed((*gw.interfaces, interface("wan", "10.0.0.2/24", uplink=said(True)))))
    outer = device(
        "outer",
        interface("transit", "10.0.0.1/24", device="outer"),
        uplink(device="outer"),
        resolvers=Listed((resolver("box", device="outer", drops_private=said(True)),)),
        dns_redirects=Listed((DnsRedirect("outer", "catch", said(entering), said(None), said(53)),)),
    )
    joined = site(gw, outer, pos="subnet: 192.168.30.0/24, dns: [8.8.8.8]")
    (pos,) = joined.pos
    found = joined.resolver_chain(pos)
    assert ["outer" in hop.device for hop in found.inspected] == [True] * caught
    assert bool(found.redirected) is caught
