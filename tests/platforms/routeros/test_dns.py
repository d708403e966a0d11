"""`/ip dns` as a resolver: whom it asks, what it answers itself, which names it sinks."""

from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import intents
from auditor.model import Assumed, Fact, LocalAnswer, Stated, Unknown
from auditor.platforms.routeros.dns_patterns import single_name
from auditor.services.base import NotPossible
from auditor.site.resolvers import local_answers
from tests.platforms.routeros.dhcp_shop import DNS, Read, applied, edit, read


def static(*entries: str) -> str:
    return DNS + "".join(f"/ip dns static add {entry}\n" for entry in entries)


def asked(found: Read) -> list[tuple[str | None, str, int]]:
    return [(each.domain, str(each.address), each.port) for each in found.resolver.forwarders]


def answers(found: Read, name: str) -> list[str | None]:
    """The addresses that are answered for a name, or why that is not known."""
    listed = local_answers(found.resolver, name)
    return [
        each.fact.why if isinstance(each.fact, Unknown) else str(each.address) if each.address is not None else None
        for each in listed
    ]


def doubtful(found: Read, name: str) -> bool:
    listed = local_answers(found.resolver, name)
    return bool(listed) and all(isinstance(each.fact, Unknown) for each in listed)


# -- the resolver ----------------------------------------------------------------------------------------------


def test_the_resolver_of_a_router() -> None:
    found = read(DNS)
    resolver = found.resolver
    assert (resolver.key, resolver.port.value) == ("dns", 53)  # type: ignore[union-attr]
    assert isinstance(resolver.serving, Stated)
    assert resolver.serving.value is True
    for fact in (resolver.drops_private, resolver.drops_ipv4):
        assert isinstance(fact, Assumed)
        assert fact.value is False
        assert fact.because.source
    assert asked(found) == [(None, "1.1.1.1", 53)]
    assert not resolver.forwarders.holes
    assert not resolver.local_answers.holes
    assert not found.blocklists.items


@pytest.mark.parametrize(
    ("line", "serves"), [("", False), ("/ip dns set servers=1.1.1.1\n", False), (DNS.replace("yes", "no"), False)]
)
def test_nobody_may_ask_unless_a_line_says_so(line: str, serves: bool) -> None:
    fact: Fact[bool] = read(line).resolver.serving
    assert not isinstance(fact, Unknown)
    assert fact.value is serves


def test_a_resolver_in_a_vrf_answers_somebody_else() -> None:
    assert isinstance(read(DNS.replace("servers", "vrf=guest servers")).resolver.serving, Unknown)
    assert isinstance(read(DNS.replace("servers", "vrf=main servers")).resolver.serving, Stated)


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        ("1.1.1.1,1.0.0.1", ["1.1.1.1", "1.0.0.1"]),
        ("1.1.1.1@main,2606:4700:4700::1111", ["1.1.1.1", "2606:4700:4700::1111"]),
        ("1.1.1.1,1.1.1.1", ["1.1.1.1"]),
    ],
)
def test_whom_it_asks(servers: str, expected: list[str]) -> None:
    found = read(DNS.replace("1.1.1.1", servers))
    assert [address for _, address, _ in asked(found)] == expected


@pytest.mark.parametrize(
    "export",
    [
        DNS + "/ip dhcp-client add interface=ether1\n",
        DNS.replace("1.1.1.1", "one"),
        DNS.replace(" servers=1.1.1.1", ""),
        DNS.replace("servers", "use-doh-server=https://dns.example.net/dns-query servers"),
        DNS.replace("servers", "use-doh-server=https://[bad servers"),
    ],
)
def test_whom_it_asks_is_not_always_known(export: str) -> None:
    assert read(export).resolver.forwarders.holes


def test_what_the_uplink_hands_out_is_asked_too() -> None:
    shown = "  servers: 1.1.1.1\n  dynamic-servers: 10.0.0.53\n                   fe80::1%ether1\n"
    found = read(DNS + "/ip dhcp-client add interface=ether1\n", dns=shown)
    assert [address for _, address, _ in asked(found)] == ["1.1.1.1", "10.0.0.53", "fe80::1"]
    assert not found.resolver.forwarders.holes


def test_dns_over_https_is_asked_alone() -> None:
    found = read(DNS.replace("servers", "use-doh-server=https://9.9.9.9/dns-query servers"))
    assert asked(found) == [(None, "9.9.9.9", 443)]
    token = read(DNS.replace("servers", "use-doh-server=https://dns.example.net/s3cret servers"))
    assert not any("s3cret" in str(each) for each in token.resolver.forwarders.holes)


# -- names that it answers itself ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "name", "expected"),
    [
        ("address=10.0.0.1 name=api.stripe.com", "api.stripe.com", ["10.0.0.1"]),
        ("address=10.0.0.1 name=API.Stripe.com. type=A", "api.stripe.com", ["10.0.0.1"]),
        ("address=10.0.0.1 name=stripe.com", "api.stripe.com", []),
        ("address=10.0.0.1 match-subdomain=yes name=stripe.com", "api.stripe.com", ["10.0.0.1"]),
        ("name=api.stripe.com type=NXDOMAIN", "api.stripe.com", [None]),
        ("cname=proxy.lan name=api.stripe.com type=CNAME", "api.stripe.com", ["proxy.lan"]),
        ("disabled=yes name=api.stripe.com type=NXDOMAIN", "api.stripe.com", []),
        ("address=10.0.0.1 name=stripe.com.lan", "stripe.com", []),
        ('regexp=".*stripe.*" type=NXDOMAIN', "api.stripe.com", [None]),
        ('regexp=".*facebook.*" type=NXDOMAIN', "api.stripe.com", []),
        ('regexp="(^|\\\\.)facebook\\\\.com\\$" type=NXDOMAIN', "api.stripe.com", []),
        ('name=stripe.com regexp="^api\\\\.stripe\\\\.com\\$" type=NXDOMAIN', "api.stripe.com", [None]),
    ],
)
def test_entries_that_answer(entry: str, name: str, expected: list[str | None]) -> None:
    assert answers(read(static(entry)), name) == expected


def test_entries_with_one_name_both_count() -> None:
    found = read(static("address=10.0.0.1 name=a.lan", "address=10.0.0.2 name=a.lan"))
    assert answers(found, "a.lan") == ["10.0.0.1", "10.0.0.2"]


@pytest.mark.parametrize(
    "entry",
    [
        "address=2001:db8::1 name=api.stripe.com type=AAAA",
        "address=2001:db8::1 name=api.stripe.com",
        "name=api.stripe.com text=x type=TXT",
        'regexp="(^|\\\\.)stripe\\\\.com\\$" type=NXDOMAIN',
        "address=10.0.0.1 disabled=perhaps name=api.stripe.com",
        "address=10.0.0.1 match-subdomain=perhaps name=api.stripe.com",
        "address=10.0.0.1",
        f"address=10.0.0.1 name={'a.' * 200}com",
    ],
)
def test_entries_of_which_nobody_knows(entry: str) -> None:
    assert doubtful(read(static(entry)), "api.stripe.com")


def test_expressions_go_before_other_entries() -> None:
    found = read(static("address=10.0.0.1 name=api.stripe.com", 'regexp="^api\\\\.stripe\\\\.com\\$" type=NXDOMAIN'))
    assert answers(found, "api.stripe.com") == [None]


# -- names that it asks others for -----------------------------------------------------------------------------


def test_names_for_which_others_are_asked() -> None:
    found = read(static("forward-to=10.0.0.2 match-subdomain=yes name=corp.example type=FWD"))
    assert asked(found) == [(None, "1.1.1.1", 53), ("corp.example", "10.0.0.2", 53)]
    assert not found.resolver.local_answers.items


def test_one_name_alone_leaves_the_usual_ones_for_those_below() -> None:
    found = read(static("forward-to=10.0.0.2 name=corp.example type=FWD"))
    assert asked(found)[1:] == [("corp.example", "10.0.0.2", 53), ("corp.example", "1.1.1.1", 53)]


def test_without_a_target_the_usual_ones_are_asked() -> None:
    assert asked(read(static("name=corp.example type=FWD"))) == [(None, "1.1.1.1", 53)]


_FWD = "forward-to=out match-subdomain=yes name=corp.example type=FWD"


@pytest.mark.parametrize(
    ("forwarder", "known"),
    [
        ("dns-servers=10.0.0.2,10.0.0.3 name=out", ["10.0.0.2", "10.0.0.3"]),
        ("dns-servers=local.example name=out", None),
        ("doh-servers=https://dns.example/q dns-servers=10.0.0.2 name=out", None),
        ("dns-servers=10.0.0.2 name=other", None),
    ],
)
def test_forwarders_by_name(forwarder: str, known: list[str] | None) -> None:
    found = read(static(_FWD) + f"/ip dns forwarders add {forwarder}\n")
    special = [each for each in found.resolver.forwarders if each.domain is not None]
    if known is None:
        assert all(each.unread is not None for each in special)
        assert special
    else:
        assert [str(each.address) for each in special] == known
        assert all(each.unread is None for each in special)


@pytest.mark.parametrize(
    "entries",
    [
        ("match-subdomain=yes name=stripe.com type=NXDOMAIN", "forward-to=10.0.0.2 name=api.stripe.com type=FWD"),
        ("name=api.stripe.com type=NXDOMAIN", "forward-to=10.0.0.2 match-subdomain=yes name=stripe.com type=FWD"),
        ("name=api.stripe.com type=NXDOMAIN", "forward-to=10.0.0.2 name=api.stripe.com type=FWD"),
    ],
)
def test_what_is_answered_and_forwarded_is_in_doubt(entries: tuple[str, str]) -> None:
    for order in (entries, entries[::-1]):
        assert doubtful(read(static(*order)), "api.stripe.com")


def test_entries_that_do_not_meet_are_certain() -> None:
    found = read(static("name=api.stripe.com type=NXDOMAIN", "forward-to=10.0.0.2 name=stripe.com type=FWD"))
    assert answers(found, "api.stripe.com") == [None]


def test_expressions_send_names_elsewhere() -> None:
    found = read(static('forward-to=10.0.0.2 regexp=".*stripe.*" type=FWD', "name=api.stripe.com type=NXDOMAIN"))
    assert answers(found, "api.stripe.com") == []
    assert [str(each.address) for each in found.resolver.forwarders if each.pattern is not None] == ["10.0.0.2"]


def test_expressions_beyond_those_that_are_worked_out_are_in_doubt() -> None:
    listed = [f'regexp=".*ads{number}x.*" type=NXDOMAIN' for number in range(501)]
    assert not local_answers(read(static(*listed[:500])).resolver, "api.stripe.com")
    assert doubtful(read(static(*listed)), "api.stripe.com")


# -- lists of names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "key", "enabled"),
    [
        (DNS + "/ip dns adlist add url=https://lists.example/hosts\n", "adlist lists.example", True),
        (DNS + "/ip dns adlist add file=hosts.txt\n", "adlist hosts.txt", True),
        (DNS + "/ip dns adlist add disabled=yes file=hosts.txt\n", "adlist hosts.txt", False),
        ("/ip dns adlist add file=hosts.txt\n", "adlist hosts.txt", False),
    ],
)
def test_lists_of_names_to_sink(lines: str, key: str, enabled: bool) -> None:
    (found,) = read(lines).blocklists
    assert (found.key, found.enabled.value) == (key, enabled)  # type: ignore[union-attr]


def test_two_lists_from_one_host_are_two() -> None:
    line = "/ip dns adlist add url=https://lists.example/"
    found = read(f"{DNS}{line}a\n{line}b\n").blocklists
    assert len({each.key for each in found}) == 2


# -- holes and lines -------------------------------------------------------------------------------------------


def test_a_part_of_an_export_has_holes() -> None:
    found = read("/interface bridge add name=bridge\n", ends="")
    assert isinstance(found.resolver.serving, Unknown)
    assert found.resolver.forwarders.holes
    assert found.resolver.local_answers.holes
    assert found.blocklists.holes


def test_what_is_read_counts_as_understood() -> None:
    found = read(
        static("address=10.0.0.1 name=a.lan ttl=1h", 'regexp="x" type=NXDOMAIN', _FWD, "name=b text=c type=TXT")
    )
    (coverage,) = found.config.coverage()
    assert [each for each in coverage.unknown if "system" not in each.keywords] == []


@pytest.mark.parametrize(
    ("regexp", "expected"),
    [
        (r"^a\.b$", "a.b"),
        (r"^router$", "router"),
        (r"^A\.b$", None),  # compared in small letters, it matches nothing
        (r"(^|\.)a\.b$", None),
        (r"^a.b$", None),
        (r"^a\.$", None),
        (r"a\.b", None),
        ("", None),
    ],
)
def test_expressions_that_mean_one_name(regexp: str, expected: str | None) -> None:
    assert single_name(regexp) == expected


def test_long_expressions_take_no_time() -> None:
    assert single_name("^" + "a\\." * 20000 + "!") is None


_WORDS = st.sampled_from(
    [
        "/ip dns set ", "/ip dns static add ", "/ip dns forwarders add ", "/ip dns adlist add ", "name=", "regexp=",
        "type=", "FWD", "NXDOMAIN", "A", "forward-to=", "x", "match-subdomain=", "yes", "servers=", "1.1.1.1", ",",
        "\n", "use-doh-server=", "https://", "[", "@", "dns-servers=", '"', "\\", "(", ".*", "$",
        "url=", "address=", " ", "::",
    ]
)  # fmt: skip


@given(st.lists(_WORDS | st.text(max_size=3), max_size=60).map("".join))
def test_any_text_is_read(text: str) -> None:
    assert read(DNS + text).said


# -- removing answers ------------------------------------------------------------------------------------------


def _only(found: Read) -> LocalAnswer:
    (answer,) = [each for each in found.resolver.local_answers if "stripe" in each.key]
    return answer


@pytest.mark.parametrize(
    "entry",
    [
        "address=10.0.0.1 name=api.stripe.com",
        "comment=block name=api.stripe.com type=NXDOMAIN",
        'regexp="^api\\\\.stripe\\\\.com\\$" type=NXDOMAIN',
        "address=10.0.0.1 disabled=no name=api.stripe.com",
    ],
)
def test_an_answer_is_switched_off_and_comes_back(entry: str) -> None:
    found = read(static("address=10.0.0.9 name=a.lan", entry, "address=10.0.0.9 name=b.lan"))
    answer = _only(found)
    made = edit(found, intents.RemoveLocalAnswer("dns", answer.key, answer.domain))
    changed = applied(found, made.operations)
    assert answers(changed, "api.stripe.com") == []
    assert [each.domain for each in changed.resolver.local_answers] == ["a.lan", "b.lan"]
    assert applied(changed, made.operations).capture == changed.capture
    assert applied(changed, made.undo).said == found.said
    assert made.services == ("dns",)


def test_entries_that_are_alike_are_left_to_people() -> None:
    found = read(static(*["address=10.0.0.1 name=api.stripe.com"] * 2))
    answer: Any = found.resolver.local_answers.items[0]
    with pytest.raises(NotPossible, match="are alike"):
        edit(found, intents.RemoveLocalAnswer("dns", answer.key, answer.domain))


# -- asking others for one domain ------------------------------------------------------------------------------

FORWARD = intents.ForwardDomain("dns", "example.com", (IPv4Address("192.0.2.53"), IPv4Address("192.0.2.54")))


def test_one_server_is_asked_for_a_domain_and_all_below_it() -> None:
    found = read(static("address=10.0.0.9 name=a.lan"))
    made = edit(found, FORWARD)
    changed = applied(found, made.operations)
    assert asked(changed) == [(None, "1.1.1.1", 53), ("example.com", "192.0.2.53", 53)]
    assert applied(changed, made.operations).capture == changed.capture
    assert applied(changed, made.undo).said == found.said
    assert made.services == ("dns",)


@pytest.mark.parametrize(
    "entry",
    [
        "forward-to=192.0.2.1 match-subdomain=yes name=example.com type=FWD",
        "forward-to=192.0.2.53 name=Example.com type=FWD",
        "address=10.0.0.1 name=example.com",
    ],
)
def test_a_domain_that_another_line_is_for_is_left_to_people(entry: str) -> None:
    with pytest.raises(NotPossible, match="another line"):
        edit(read(static(entry)), FORWARD)


def test_a_line_that_is_switched_off_is_for_nothing() -> None:
    assert edit(read(static("address=10.0.0.1 disabled=yes name=example.com")), FORWARD).operations
