"""`ip dns server`, views, hosts and Umbrella as resolvers, redirects and services that sink names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Assumed, Forwarder, Unknown
from auditor.platforms.cisco_ios.dns_hosts import hosts
from tests.platforms.cisco_ios.dhcp_shop import Read, read, value, why

SERVERS = "ip name-server 1.1.1.1 1.0.0.1\n"
ON = SERVERS + "ip dns server\n"
SPLIT = (
    ON
    + "ip dns view CORP\n dns forwarder 10.0.0.53\n"
    + "ip dns view-list SHOP\n view default 99\n view CORP 10\n  restrict name-group 1\n"
    + "ip dns name-list 1 permit .*CORP\\.EXAMPLE\n"
    + "ip dns server view-group SHOP\n"
)


def asked(found: Read) -> list[str]:
    return [str(each.address) for each in found.resolver.forwarders]


def doubts(found: Read) -> str:
    return " / ".join(hole.why for hole in found.resolver.forwarders.holes)


def test_no_line_means_no_dns_server() -> None:
    found = read(SERVERS)
    assert isinstance(found.resolver.serving, Assumed)
    assert not value(found.resolver.serving)
    assert not found.unknown


def test_the_server_asks_the_name_servers_and_drops_nothing() -> None:
    found = read(ON)
    assert value(found.resolver.serving)
    assert found.lines(found.resolver.serving) == ("ip dns server",)
    assert asked(found) == ["1.1.1.1", "1.0.0.1"]
    assert not value(found.resolver.drops_private)
    assert value(found.resolver.exempt_domains) == ()
    assert value(found.resolver.clients) is None
    assert not found.unknown
    assert not value(read(SERVERS + "no ip dns server\n").resolver.serving)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ip dns server\n", "no line says whom"),
        (ON + "no ip domain lookup\n", "in spite of `no ip domain lookup`"),
        (ON + "no ip domain-lookup\n", "in spite of `no ip domain lookup`"),
        (ON + "ip name-server soon\n", "cannot read"),
        (ON + "ip dns view default\n no dns forwarding\n", "asks nobody"),
        (ON + "interface Dialer1\n ip address negotiated\n ppp ipcp dns request\n", "provider"),
        (ON + "interface GigabitEthernet9\n ip address dhcp\n", "provider"),
    ],
)
def test_why_others_may_be_asked(text: str, reason: str) -> None:
    assert reason in doubts(read(text))


def test_no_doubt_about_whom_a_server_asks_that_is_off_or_needs_nobody_else() -> None:
    given_ = "interface GigabitEthernet9\n ip address dhcp\n"
    assert not read(SERVERS + given_).unknown
    refused = given_ + " no ip dhcp client request dns-nameserver\n"
    assert not read(ON + refused).unknown
    own = read(ON + "ip dns view default\n dns forwarder 9.9.9.9\n" + given_)
    assert asked(own) == ["9.9.9.9"]
    assert not own.unknown


def test_name_servers_of_a_vrf_are_not_asked() -> None:
    assert asked(read(ON + "ip name-server vrf GUEST 9.9.9.9\n")) == ["1.1.1.1", "1.0.0.1"]


# -- views -----------------------------------------------------------------------------------------------------


def test_views_send_names_to_resolvers_of_their_own() -> None:
    found = read(SPLIT)
    by_name = {each.meant: str(each.address) for each in _certain(found)}
    assert by_name == {r".*corp\.example": "10.0.0.53", ".": "1.0.0.1"}
    corp = next(each for each in _certain(found) if each.pattern is not None)
    assert corp.pattern is not None
    assert corp.pattern.covers("till.corp.example")
    assert not corp.pattern.covers("api.example.net")
    assert not found.resolver.forwarders.holes


def _certain(found: Read) -> list[Forwarder]:
    return [each for each in found.resolver.forwarders if each.unread is None]


@pytest.mark.parametrize(
    ("line", "instead", "reason"),
    [
        (" view default 99\n", "", "no view of the list is for"),
        ("  restrict name-group 1\n", "  restrict source access-group 9\n", "for some questions only"),
        (" permit .*", " deny .*", "leaves names out"),
        ("view-list SHOP", "view-list OTHER", "no view list"),
        (".*CORP", ".*_CORP", "an expression in it is not read"),
    ],
)
def test_what_views_leave_in_doubt(line: str, instead: str, reason: str) -> None:
    assert line in SPLIT
    assert reason in doubts(read(SPLIT.replace(line, instead)))


def test_an_interface_with_views_of_its_own_is_a_resolver_of_its_own() -> None:
    text = SPLIT.replace("ip dns server view-group SHOP\n", "interface Vlan30\n ip dns view-group SHOP\n")
    usual, own = read(text).resolvers
    assert (usual.key, value(usual.interfaces)) == ("dns", ("GigabitEthernet9",))
    assert (own.key, value(own.interfaces)) == ("dns SHOP", ("Vlan30",))


# -- names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ip host till.example.net 192.168.30.9", [("till.example.net", "192.168.30.9")]),
        ("ip host Till.X. 192.168.30.9 192.168.30.8", [("till.x", "192.168.30.9"), ("till.x", "192.168.30.8")]),
        ("ip host till 2065 192.168.30.9", [("till", "192.168.30.9")]),
        ("ip host till additional 192.168.30.9", [("till", "192.168.30.9")]),
        ("ip host example.net mx 10 mail.example.net", []),
        ("ip host vrf GUEST till 192.168.30.9", []),
        ("ip host view OTHER till 192.168.30.9", []),
        ("ip dns primary example.net soa ns.example.net root.example.net", [("example.net", None)]),
    ],
)  # fmt: skip
def test_names_that_the_server_answers_itself(line: str, expected: list[tuple[str, str | None]]) -> None:
    found = read(ON + line + "\n")
    assert [(each.domain, each.address) for each in found.resolver.local_answers] == expected
    assert not found.unknown
    assert all(found.lines(each.fact) == (line,) for each in found.resolver.local_answers)


@pytest.mark.parametrize("line", ["ip host till 2001:db8::1", "ipv6 host till 2001:db8::1"])
def test_what_a_name_with_an_ipv6_address_only_is_answered_is_not_known(line: str) -> None:
    found = read(ON + line + "\n")
    (answer,) = found.resolver.local_answers
    assert isinstance(answer.fact, Unknown)
    assert found.lines(answer.fact) == (line,)


def test_names_of_a_view_for_some_questions_are_in_doubt() -> None:
    found = read(SPLIT + "ip host view CORP till.example.net 10.0.0.9\n")
    (answer,) = found.resolver.local_answers
    assert "some questions only" in why(answer.fact)


@pytest.mark.parametrize("text", ["", "till", "till soon", "till 192.168.30.9 soon", "ti\x07ll 192.168.30.9"])
def test_names_that_cannot_be_read_are_holes(text: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        hosts(text)
    assert read(f"{ON}ip host {text}\n").resolver.local_answers.holes


# -- Umbrella --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["umbrella", "opendns"])
def test_umbrella_takes_the_questions_of_clients_behind_its_interfaces(word: str) -> None:
    found = read(
        f"parameter-map type {word} global\n local-domain LOCAL\n"
        f"interface Vlan30\n {word} in POS\ninterface GigabitEthernet9\n {word} out\n"
    )
    (redirect,) = found.redirects
    assert (redirect.key, value(redirect.interfaces)) == ("umbrella", ("Vlan30",))
    assert "unless they are for a domain" in why(redirect.to_address)
    (blocklist,) = found.blocklists
    assert value(blocklist.enabled)


def test_without_marked_interfaces_anybody_may_be_redirected() -> None:
    (redirect,) = read("interface GigabitEthernet9\n umbrella out\n").redirects
    assert isinstance(redirect.interfaces, Unknown)
    assert not read(ON).redirects.items
    policy = read("wireless profile policy POS\n umbrella-param-map SHOP\n")
    assert "policy profile 'POS'" in policy.redirects.holes[0].why


# -- whatever stands there -------------------------------------------------------------------------------------

_WORDS = (
    "ip host", "ip dns server", "view-group", "SHOP", "ip dns view-list SHOP", " view", "default", "10", " restrict",
    "name-group", "1", "ip dns name-list", "permit", "((", "ip name-server", "1.1.1.1", "::1", "vrf", "\x1b", "٣",
    "ip dns primary", "ip dns view", " dns forwarder", "no", "additional",
)  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(_WORDS), max_size=5).map(" ".join), max_size=12))
def test_no_text_makes_it_raise_and_keys_are_unique(lines: list[str]) -> None:
    for resolver in read(ON + "".join(f"{line}\n" for line in lines)).resolvers:
        for listed in (resolver.forwarders, resolver.local_answers):
            keys = [each.key for each in listed]
            assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SPLIT + "".join(f"ip dns name-list 1 permit a{n}\n" for n in range(64)), "more than are worked out"),
        (
            SPLIT + "ip dns view CORP\n" + "".join(f" dns forwarder 10.0.1.{n}\n" for n in range(16)),
            "more than IOS asks",
        ),
    ],
)
def test_more_than_any_device_takes_is_in_doubt(text: str, reason: str) -> None:
    assert reason in doubts(read(text))


def test_lists_of_views_for_many_interfaces_are_worked_out_up_to_a_number() -> None:
    text = "".join(f"interface Vlan{n}\n ip dns view-group L{n}\n" for n in range(40))
    found = read(ON + text)
    assert len(found.resolvers) == 17
    assert "40 lists of views" in found.resolvers.holes[0].why
