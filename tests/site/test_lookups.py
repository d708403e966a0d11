"""A question for a name shows everybody who may be asked, behind who asks them, and who keeps the answer back."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from auditor.model import Blocklist, Device, DnsRedirect, Fact, Ipv6Resolver, Listed, LocalAnswer, Resolver, Stated
from auditor.policies import load_policy
from auditor.site import Passage
from auditor.site.asked import Asked
from auditor.site.lookups import Resolution, expected_answer, resolution
from tests.site.built import UNKNOWN, answer, device, filtered, forwarder, interface, resolver, said, scope, uplink
from tests.site.shops import site

POLICY = load_policy("stripe-terminal")
READER = "192-168-30-21.test.device.stripe-terminal-local-reader.net"
TILLS = interface("tills", "192.168.30.1/24")
SCOPE = scope("tills", "192.168.30.1")
PUBLIC = next(iter(POLICY.public_resolvers))


def shop(*resolvers: Resolver, scopes: tuple[object, ...] = (SCOPE,), **more: object) -> Device:
    return device(
        "gw",
        TILLS,
        uplink(),
        resolvers=Listed(resolvers),
        dhcp_scopes=Listed(scopes),
        **{"input_filters": Listed((filtered(key="input"),)), "forward_filters": Listed((filtered(),)), **more},
    )


def asked(name: str, *devices: Device, pos: str = "subnet: 192.168.30.0/24", declared: str = "") -> Resolution:
    joined = site(*devices, pos=pos, declared=declared)
    return resolution(joined, joined.pos[0], name)


def outline(found: Resolution) -> list[tuple[int, str, str]]:
    """Depth, key and passage of everybody in the tree."""

    def each(one: Asked, depth: int) -> list[tuple[int, str, str]]:
        below = [line for child in one.asks for line in each(child, depth + 1)]
        return [(depth, one.key, "-" if one.needless else one.passage.value), *below]

    return [line for root in found.asked for line in each(root, 0)]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        (READER, "192.168.30.21"),
        (READER.upper(), "192.168.30.21"),
        ("10-0-0-999.test.device.stripe-terminal-local-reader.net", None),
        ("test.device.stripe-terminal-local-reader.net", None),
        ("192-168-30-21.example.net", None),
        ("192-168-30-21.notstripe-terminal-local-reader.net", None),
    ],
)
def test_the_name_of_a_reader_says_its_address(name: str, address: str | None) -> None:
    assert expected_answer(name, POLICY) == (IPv4Address(address) if address else None)


def test_who_is_asked_stands_behind_who_asks() -> None:
    inner = resolver("main", forwarder("127.0.0.1", port=5353))
    outer = resolver("outer", forwarder(str(PUBLIC)), port=said(5353))
    found = asked(READER, shop(inner, outer))
    assert outline(found) == [(0, "main", "open"), (1, "outer", "open"), (2, str(PUBLIC), "open")]
    assert found.passage is Passage.OPEN
    assert found.decisive is None


def test_one_that_drops_private_answers_decides_and_those_behind_it_are_needless() -> None:
    dropping = resolver("main", forwarder("192.0.2.53"), drops_private=said(True))
    found = asked(READER, shop(dropping))
    assert outline(found) == [(0, "main", "blocked"), (1, "192.0.2.53", "-")]
    assert found.passage is Passage.BLOCKED
    assert found.decisive is not None
    assert found.decisive.reasons[0].words == "drops private answers"


def test_private_answers_matter_only_where_one_is_expected() -> None:
    dropping = resolver("main", forwarder(str(PUBLIC)), drops_private=said(True))
    assert asked("api.stripe.com", shop(dropping)).passage is Passage.OPEN


@pytest.mark.parametrize(
    ("local", "name", "passage"),
    [
        (answer("printer.shop", "192.168.30.9"), "printer.shop", Passage.OPEN),
        (answer("stripe.com"), "api.stripe.com", Passage.BLOCKED),
        (answer("stripe-terminal-local-reader.net", "192.168.30.21"), READER, Passage.OPEN),
        (answer("stripe-terminal-local-reader.net", "192.168.30.99"), READER, Passage.BLOCKED),
    ],
)
def test_what_a_resolver_answers_itself(local: LocalAnswer, name: str, passage: Passage) -> None:
    found = asked(name, shop(resolver("main", forwarder(str(PUBLIC)), local_answers=Listed((local,)))))
    assert found.passage is passage


def test_a_conditional_forward_is_followed_in_place_of_the_rest() -> None:
    both = resolver("main", forwarder("192.0.2.53"), forwarder(str(PUBLIC), "stripe-terminal-local-reader.net"))
    found = asked(READER, shop(both))
    assert outline(found)[1:] == [(1, str(PUBLIC), "open")]
    assert asked("api.stripe.com", shop(both)).passage is Passage.UNKNOWN


def test_one_that_nobody_looked_into_is_asked_from_there() -> None:
    found = asked("api.stripe.com", shop(resolver("main", forwarder("192.0.2.53"))))
    assert found.passage is Passage.UNKNOWN
    assert found.decisive is not None
    (reason,) = found.decisive.reasons
    assert reason.fact.settle == "run there: nslookup api.stripe.com 192.0.2.53"  # type: ignore[union-attr]


def test_a_circle_ends_where_it_closes() -> None:
    one, other = (
        resolver("one", forwarder("127.0.0.1", port=5353)),
        resolver("two", forwarder("192.168.30.1"), port=said(5353)),
    )
    found = asked(READER, shop(one, other))
    assert found.passage is not Passage.OPEN
    assert len(outline(found)) == 3


def test_resolvers_set_by_hand_come_before_dhcp() -> None:
    found = asked(READER, shop(resolver(drops_private=said(True))), pos=f"subnet: 192.168.30.0/24, dns: {PUBLIC}")
    assert [root.told for root in found.asked] == [f"set by hand: {PUBLIC}"]


def test_a_redirect_is_one_more_who_is_asked() -> None:
    none: Fact[IPv4Address | None] = said(None)
    redirect = DnsRedirect("gw", "all", said(None), none, said(53))
    dropping = resolver("main", forwarder(str(PUBLIC)), drops_private=said(True))
    told = scope("tills", str(PUBLIC))
    found = asked(READER, shop(dropping, scopes=(told,), dns_redirects=Listed((redirect,))))
    assert [root.key for root in found.asked] == [str(PUBLIC), "main"]
    assert found.passage is Passage.BLOCKED


def test_a_router_that_advertises_itself_over_ipv6_is_asked_too() -> None:
    itself: Fact[IPv6Address | None] = Stated(None, ())
    dropping = resolver("main", forwarder(str(PUBLIC)), drops_private=said(True))
    advertised = Listed((Ipv6Resolver("gw", "ra", said("tills"), itself),))
    found = asked(READER, shop(dropping, scopes=(scope("tills", str(PUBLIC)),), ipv6_resolvers=advertised))
    assert [root.key for root in found.asked] == [str(PUBLIC), "main"]
    assert found.asked[1].told == "told by router advertisement or DHCPv6: gw itself"
    assert found.passage is Passage.BLOCKED


def test_without_anybody_to_ask_nothing_is_known() -> None:
    found = asked(READER, shop(scopes=()))
    assert found.passage is Passage.UNKNOWN
    assert found.holes


def test_a_filter_that_is_not_known_leaves_it_open() -> None:
    assert (
        asked(READER, shop(resolver("main", forwarder(str(PUBLIC)), drops_private=UNKNOWN))).passage is Passage.UNKNOWN
    )


def test_what_the_operator_attests_of_an_upstream_counts_for_names_of_readers() -> None:
    unread = shop(resolver("main", forwarder("192.0.2.53")))
    attested = "dns-upstream: {value: passes private answers, by: provider}"
    assert asked(READER, unread).passage is Passage.UNKNOWN
    assert asked(READER, unread, declared=attested).passage is Passage.OPEN
    assert asked("api.stripe.com", unread, declared=attested).passage is Passage.UNKNOWN


@pytest.mark.parametrize(
    ("interfaces", "enabled", "passage"),
    [
        (None, True, Passage.UNKNOWN),
        (None, False, Passage.OPEN),
        (("tills",), True, Passage.UNKNOWN),
        (("guest",), True, Passage.OPEN),
    ],
)
def test_lists_that_nobody_sees_leave_a_name_open(
    interfaces: tuple[str, ...] | None, *, enabled: bool, passage: Passage
) -> None:
    lists = Blocklist("gw", "lists", "made up", said(enabled), said(interfaces))
    found = shop(resolver("main", forwarder(str(PUBLIC))), blocklists=Listed((lists,)))
    assert asked("api.stripe.com", found).passage is passage
    assert asked("api.stripe.com", found, declared="egress: {value: open, by: owner}").passage is Passage.OPEN
