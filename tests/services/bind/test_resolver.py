"""BIND as resolvers, one for each view: each statement that a client notices, and what is not known."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Resolver, Span, Stated, Unknown
from auditor.secrets import Redactor
from auditor.services import Host, Instance, Part
from auditor.services.bind import MAIN, SERVICE
from auditor.services.reading import lines_of
from tests.judges import bind as judge
from tests.services.hosts import host_of

judged = pytest.mark.skipif(bool(judge.WHY_NOT), reason=judge.WHY_NOT or "-")
HOME = (IPv4Network("127.0.0.0/8"), IPv4Network("192.168.10.0/24"), IPv4Network("198.18.0.0/24"))


def read(files: str | Mapping[str, str], *arguments: str, **more: Any) -> tuple[Host, Part]:
    texts = {MAIN: files} if isinstance(files, str) else dict(files)
    host = host_of(texts, "bind", **more)
    return host, SERVICE.read(host, Instance("bind", "bind", MAIN, arguments, Stated(True, ())))


def resolver(files: str | Mapping[str, str], *arguments: str, **more: Any) -> Resolver:
    return read(files, *arguments, **more)[1].resolvers.items[0]


def value(fact: Any) -> Any:
    return "unknown" if isinstance(fact, Unknown) else fact.value


def options(text: str, behind: str = "") -> str:
    return f"options {{\n\t{text}\n}};\n{behind}\n"


VALID: dict[tuple[str, str], dict[str, Any]] = {
    ("", ""): {"port": 53, "interfaces": None, "drops_private": False, "exempt_domains": (), "serving": True,
               "drops_ipv4": False, "clients": HOME},
    ("port 5353;", ""): {"port": 5353},
    ("listen-on { 192.168.10.1; };", ""): {"interfaces": ("br-lan",)},
    ("listen-on port 5353 { any; };", ""): {"port": 5353, "interfaces": None},
    ("listen-on { none; };", ""): {"interfaces": ()},
    ("listen-on { !198.18.0.0/24; any; };", ""): {"interfaces": ("br-lan",)},
    ("listen-on { any; }; listen-on port 853 tls ephemeral { any; };", ""): {"port": 53, "interfaces": None},
    ("recursion no;", ""): {"serving": False},
    ("allow-recursion { any; };", ""): {"clients": None},
    ("allow-query-cache { 192.168/16; };", ""): {"clients": (IPv4Network("192.168.0.0/16"),)},
    ("allow-query { home; };", "acl home { 10/8; };"): {"clients": (IPv4Network("10.0.0.0/8"),)},
    ("allow-query { 10/8; }; allow-recursion { any; };", ""): {"clients": (IPv4Network("10.0.0.0/8"),)},
    ("deny-answer-addresses { 10/8; };", ""): {"drops_private": True, "private_ranges": (IPv4Network("10.0.0.0/8"),)},
    ("deny-answer-addresses { !10.0.0.0/9; rfc; };", "acl rfc { 10/8; };"):
        {"private_ranges": (IPv4Network("10.128.0.0/9"),)},
    ('deny-answer-addresses { 10/8; } except-from { "A.example."; };', ""): {"exempt_domains": ("a.example",)},
    ('deny-answer-addresses { ::/0; };', ""): {"drops_private": False, "private_ranges": ()},
    ("// deny-answer-addresses { any; };", ""): {"drops_private": False},
}  # fmt: skip


@pytest.mark.parametrize(("text", "behind"), VALID)
def test_what_a_statement_means(text: str, behind: str) -> None:
    found, expected = resolver(options(text, behind)), VALID[text, behind]
    shown = {name: getattr(found, name) for name in expected}
    assert {name: each if isinstance(each, tuple) else value(each) for name, each in shown.items()} == expected


@judged
@pytest.mark.parametrize(("text", "behind"), VALID)
def test_bind_takes_it_and_its_own_words_mean_the_same(text: str, behind: str) -> None:
    files = {MAIN: options(text, behind)}
    assert judge.complaint(files, MAIN) == ""
    assert _meaning(read(judge.merged(files, MAIN))[1]) == _meaning(read(files)[1])


def _meaning(part: Part) -> list[object]:
    return [
        (r.key, value(r.port), value(r.interfaces), value(r.drops_private), r.private_ranges, value(r.exempt_domains),
         value(r.clients), value(r.serving), [(f.domain, f.address, f.port) for f in r.forwarders],
         [(a.domain, a.address) for a in r.local_answers], len(r.local_answers.holes), len(r.unread_ranges))
        for r in part.resolvers
    ]  # fmt: skip


ELEMENT = st.sampled_from(["10/8", "!10.42.0.0/16", "any", "none", "localnets", "!localhost", "lan", "!lan", "key k",
                           "{ !10.1.1.1; 10/8; }", "! { 192.168/16; }", "fd00::/8", "192.168.10.0/24"])  # fmt: skip
LISTED = st.lists(ELEMENT, max_size=4).map(lambda found: "{ " + " ".join(f"{each};" for each in found) + " }")
STATEMENT = st.one_of(
    LISTED.map("allow-recursion {};".format),
    LISTED.map("allow-query {};".format),
    LISTED.map('deny-answer-addresses {} except-from {{ "a.example"; B.; }};'.format),
    LISTED.map("blackhole {};".format),
    LISTED.map("listen-on {};".format),
    st.sampled_from(["forwarders { 192.0.2.1; 192.0.2.2 port 54; };", "recursion no;", 'directory "/var/tmp";']),
)
NAMED = 'acl lan { 192.168/16; !10.9.9.9; };\nkey k { algorithm hmac-sha256; secret "aGVsbG8="; };\n'


@judged
@given(st.lists(STATEMENT, max_size=4), LISTED, st.booleans())
def test_what_bind_makes_of_it_means_the_same(statements: list[str], clients: str, viewed: bool) -> None:
    text = options(" ".join(statements)) + 'include "/etc/bind/more.conf";\n'
    if viewed:
        text += f'view "a" {{ match-clients {clients}; }};\nview b {{ deny-answer-addresses {clients}; }};\n'
    files = {MAIN: text, "/etc/bind/more.conf": NAMED}
    if judge.complaint(files, MAIN):
        return
    assert _meaning(read(judge.merged(files, MAIN))[1]) == _meaning(read(files)[1])


def test_a_healthy_one_leaves_nothing_open() -> None:
    text = options('directory "/var/cache/bind"; // here\n\tdeny-answer-addresses { 10/8; } except-from { "a.b"; };\n'
                   "\tforwarders { 192.0.2.53; };\n\tdnssec-validation auto;\n\tlisten-on-v6 { any; };",
                   'zone "." {\n\ttype hint;\n\tfile "/usr/share/dns/root.hints";\n};\n'
                   'zone "localhost" {\n\ttype master;\n\tfile "/etc/bind/db.local";\n};')  # fmt: skip
    host, part = read(text)
    found = part.resolvers.items[0]
    facts = [getattr(found, name) for name in Resolver.__dataclass_fields__]
    assert not [fact for fact in facts if isinstance(fact, Unknown)]
    assert (found.forwarders.holes, found.local_answers.holes, part.blocklists.holes) == ((), (), ())
    assert [coverage.unknown for coverage in host.reading.coverage()] == [()]


def test_evidence_is_the_statement() -> None:
    found = resolver(options("recursion yes;\n\tdeny-answer-addresses {\n\t\t10/8;\n\t};"))
    assert found.drops_private == Stated(True, (Span("gw", MAIN, 3, 5), Span("gw", MAIN, 4, 4)))


def test_each_view_answers_its_own_clients() -> None:
    views = "view in { match-clients { 192.168/16; }; };\nview out { deny-answer-addresses { any; }; };\n"
    found = read(options("allow-recursion { any; };", views))[1].resolvers
    assert [each.key for each in found] == ["bind/in", "bind/out"]
    assert [value(each.drops_private) for each in found] == [False, True]
    assert value(found.items[0].clients) == (IPv4Network("192.168.0.0/16"),)
    assert IPv4Address("192.168.10.7") not in {a for n in value(found.items[1].clients) for a in (n.network_address,)}
    assert not any(network.overlaps(IPv4Network("192.168.0.0/16")) for network in value(found.items[1].clients))


@pytest.mark.parametrize(
    "text", ["allow-recursion { gone; };", "allow-query { 10.1; };", "match-destinations { 10/8; };"]
)
def test_clients_that_cannot_be_told(text: str) -> None:
    assert value(resolver(options(text)).clients) == "unknown"


def test_lists_that_are_made_of_themselves_end() -> None:
    found = resolver(options("deny-answer-addresses { a; };", "acl a { b; };\nacl b { a; };"))
    assert found.unread_ranges
    assert found.private_ranges == ()


def test_a_missing_file_may_hold_anything() -> None:
    found = resolver(options("recursion yes;", 'include "/etc/bind/gone.conf";'))
    assert {value(f) for f in (found.port, found.interfaces, found.clients, found.exempt_domains)} == {"unknown"}
    assert found.unread_ranges
    assert found.forwarders.holes


def test_zones() -> None:
    zones = ('zone "a.example" { type master; file "x"; };\n'
             "zone b.example { type forward; forwarders { 192.0.2.7; }; };\n"
             "zone c.example { type static-stub; server-addresses { 192.0.2.8; }; };\n"
             "zone d.example { type stub; masters { 192.0.2.9; }; };\n")  # fmt: skip
    found = resolver(options("forwarders port 54 { 192.0.2.1; 192.0.2.2 port 55; };", zones))
    assert [(f.domain, str(f.address), f.port) for f in found.forwarders] == [
        (None, "192.0.2.1", 54), (None, "192.0.2.2", 55), ("b.example", "192.0.2.7", 53),
        ("c.example", "192.0.2.8", 53), ("d.example", "None", 53),
    ]  # fmt: skip
    assert [(a.domain, a.foremost) for a in found.local_answers] == [("a.example", True)]


def test_policy_zones_are_said() -> None:
    text = options('response-policy { zone "ads"; zone "off" policy disabled; };')
    part = read(text)[1]
    assert [(b.key, value(b.enabled)) for b in part.blocklists] == [("bind/ads", True), ("bind/off", False)]
    assert len(part.resolvers.items[0].local_answers.holes) == 1


@pytest.mark.parametrize("text", ['plugin query "filter-a.so";'])
def test_a_plug_in_that_withholds_addresses(text: str) -> None:
    assert isinstance(resolver(options("", text)).drops_ipv4, Unknown)


@pytest.mark.parametrize(
    "text",
    [
        "options { recursion yes };",
        "options { recursion yes; ",
        "recursion { } }",
        "options { deny-answer-adresses { any; }; };",
    ],
)
def test_what_bind_does_not_take_keeps_it_from_serving(text: str) -> None:
    part = read(text)[1]
    assert isinstance(part.resolvers.items[0].serving, Unknown)
    assert judge.WHY_NOT or judge.complaint({MAIN: text}, MAIN)


def test_the_port_of_the_command_line_goes_first() -> None:
    assert value(resolver(options("port 53;"), "-u", "bind", "-p", "5353").port) == 5353


@given(st.lists(st.sampled_from([*'{};"!#/\n ', "options {", "view", "zone", "acl", "any", "10/8", "listen-on",
                                 "include", "deny-answer-addresses {", "a", "type"])))  # fmt: skip
def test_no_text_breaks_the_reader(words: list[str]) -> None:
    text = " ".join(words)
    host, _ = read(text)
    for coverage in host.reading.coverage():
        assert coverage.understood + coverage.irrelevant + len(coverage.unknown) == len(lines_of(text))


def test_secrets_are_taken_out_and_nothing_else() -> None:
    text = 'key "k" { algorithm hmac-sha256; secret "aHVudGVyMg=="; };\n/* secret hunter3 */ options { port 53; };\n'
    hidden = SERVICE.redact(text, Redactor(b"k" * 32))
    assert "aHVu" not in hidden
    assert "hunter3" not in hidden
    assert _meaning(read(hidden)[1]) == _meaning(read(text)[1])
    assert SERVICE.redact(hidden, Redactor(b"k" * 32)) == hidden


@pytest.mark.parametrize(
    ("arguments", "main"),
    [(("-u", "bind"), None), (("-c", "/a"), "/a"), (("-t", "/jail", "-c", "/a"), "/jail/a")],
)
def test_the_command_line_names_the_main_file(arguments: tuple[str, ...], main: str | None) -> None:
    assert SERVICE.main_file(arguments) == main
