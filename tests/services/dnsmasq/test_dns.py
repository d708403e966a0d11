"""dnsmasq as a resolver, compared with what the real program answers."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Resolver, Stated, Unknown
from auditor.site.resolvers import covers, local_answers
from tests.judges import dnsmasq
from tests.judges.rooted import why_not
from tests.services.dnsmasq.built import MAIN, part, resolver, value

real = pytest.mark.skipif(
    bool(why_not(dnsmasq.PROGRAM) or why_not("dig")), reason=why_not(dnsmasq.PROGRAM) or why_not("dig") or "there"
)
NAME = "10-42-42-42.test.device.stripe-terminal-local-reader.net"
ANSWER = IPv4Address("10.42.42.42")
HOSTS = {"/etc/hosts": f"127.0.0.1 localhost\n192.0.2.4 {NAME} other\n"}


def passes(read: Resolver) -> bool:
    """Whether the model says that the private answer comes through."""
    if value(read.serving) is not True or value(read.drops_ipv4) is not False:
        return False
    exempt = value(read.exempt_domains)
    assert isinstance(exempt, tuple)
    if value(read.drops_private) and not any(covers(domain, NAME) for domain in exempt):
        return False
    return not local_answers(read, NAME)


_LINES = st.lists(
    st.sampled_from(
        [
            "stop-dns-rebind",
            "rebind-domain-ok=stripe-terminal-local-reader.net",
            "rebind-domain-ok=/other.example/device.stripe-terminal-local-reader.net/",
            "rebind-domain-ok=*.stripe-terminal-local-reader.net",
            "rebind-domain-ok=.stripe-terminal-local-reader.net",
            "rebind-domain-ok=/other.example//stripe-terminal-local-reader.net/",
            "rebind-domain-ok=/STRIPE-terminal-local-reader.net/",
            "rebind-localhost-ok",
            "server=/stripe-terminal-local-reader.net/127.0.0.9#5300",
            "server=/stripe-terminal-local-reader.net/#",
            "server=/*.stripe-terminal-local-reader.net/127.0.0.9#5300",
            "local=/net/",
            "server=/net/",
            "local=/stripe-terminal-local-reader.net/",
            "local=//",
            "address=/stripe-terminal-local-reader.net/192.0.2.7",
            "address=/other.example/net/192.0.2.7",
            "address=/.stripe-terminal-local-reader.net/",
            "address=/stripe-terminal-local-reader.net/#",
            "address=/stripe-terminal-local-reader.net/2001:db8::1",
            "address=/#/",
            "address=/#/192.0.2.7",
            "address=192.0.2.7",
            f"host-record={NAME},192.0.2.6",
            f"host-record={NAME},2001:db8::1",
            "host-record=stripe-terminal-local-reader.net,192.0.2.6",
            "filter-A",
            "filter-rr=MX,a",
            "filter-rr=1",
            "filter-rr=MX",
            "filter-AAAA",
            "bogus-priv",
            "no-hosts",
            "domain-needed",
            "filterwin2k",
        ]
    ),
    max_size=4,
    unique=True,
)


@real
@settings(max_examples=25, deadline=None)
@given(_LINES, st.booleans())
def test_the_model_says_what_a_client_sees(lines: list[str], in_hosts: bool) -> None:
    text = "\n".join(("no-resolv", "server=127.0.0.9#5300", *lines, ""))
    files = HOSTS if in_hosts else {}
    read = resolver(text, files=files)
    assert not read.forwarders.holes
    assert passes(read) is (str(ANSWER) in dnsmasq.answer({MAIN: text, **files}, MAIN, NAME))


@pytest.mark.parametrize("kept", ["local=/{}/", "address=/{}/", "address=/{}/192.0.2.7", "address=/{}/#"])
@pytest.mark.parametrize("sent", ["server=/{}/127.0.0.9#5300", "server=/{}/#"])
@pytest.mark.parametrize("name", ["stripe-terminal-local-reader.net", "device.stripe-terminal-local-reader.net"])
@real
def test_a_resolver_for_the_domain_that_is_kept_inside(kept: str, sent: str, name: str) -> None:
    lines = (kept.format("stripe-terminal-local-reader.net"), sent.format(name))
    text = "\n".join(("no-resolv", "no-hosts", "server=127.0.0.9#5300", *lines, ""))
    assert passes(resolver(text)) is (str(ANSWER) in dnsmasq.answer({MAIN: text}, MAIN, NAME))


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("conf-file=/etc/other.conf", "drops_private"),
        ("conf-dir=/etc/dnsmasq.d", "exempt_domains"),
        ("conf-script=/usr/local/bin/options", "drops_ipv4"),
        ("rebind-domain-ok=", "exempt_domains"),
        ("port=many", "port"),
        ("--stop-dns-rebind", "drops_private"),
    ],
)
def test_what_is_not_read_makes_facts_unknown(line: str, fact: str) -> None:
    assert isinstance(getattr(resolver(f"{line}\n"), fact), Unknown)


@pytest.mark.parametrize(
    "line",
    [
        "addn-hosts=/etc/hosts.own",
        "hostsdir=/etc/hosts.d",
        "alias=10.0.0.0,192.0.2.0",
        "bogus-nxdomain=10.42.42.42",
        "ignore-address=10.0.0.0/8",
        "address=/*reader.net/192.0.2.1",
        "connmark-allowlist-enable",
    ],
)
def test_what_may_answer_any_name_is_a_hole(line: str) -> None:
    assert resolver(f"{line}\n").local_answers.holes
    assert not resolver("bogus-nxdomain=198.18.0.1\n").local_answers.holes


@pytest.mark.parametrize("line", ["server=dns.example", "servers-file=/etc/servers.conf", "resolv-file=/etc/other"])
def test_upstreams_that_are_not_known_are_holes(line: str) -> None:
    assert resolver(f"server=192.0.2.1\n{line}\n").forwarders.holes


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", [("198.51.100.53", 53, None)]),
        ("no-resolv\nserver=192.0.2.1#5353@eth0\n", [("192.0.2.1", 5353, None)]),
        ("server=/a.example/b.example/192.0.2.2\n", [
            ("192.0.2.2", 53, "a.example"), ("192.0.2.2", 53, "b.example"), ("198.51.100.53", 53, None)]),
        ("no-resolv\nserver=127.0.0.1#5335\n", [("127.0.0.1", 5335, None)]),
        ("server=127.0.0.1\nserver=192.168.10.1\n", [("198.51.100.53", 53, None)]),
    ],
)  # fmt: skip
def test_who_is_asked(text: str, asked: list[tuple[str, int, str | None]]) -> None:
    read = resolver(text)
    assert [(str(f.address), f.port, f.domain) for f in read.forwarders] == asked
    assert not read.forwarders.holes


def test_nobody_to_ask_is_a_hole() -> None:
    assert resolver("no-resolv\n").forwarders.holes


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", None),
        ("interface=br-lan\n", ("br-lan",)),
        ("interface=br-*,nothing\n", ("br-lan",)),
        ("listen-address=127.0.0.1,192.168.10.1\n", ("br-lan",)),
        ("except-interface=wan\n", ("br-lan",)),
        ("except-interface=nonexisting\n", None),
    ],
)
def test_where_it_answers(text: str, where: tuple[str, ...] | None) -> None:
    assert value(resolver(text).interfaces) == where


@pytest.mark.parametrize("port", ["0", "5353"])
def test_another_port(port: str) -> None:
    found = part(f"port={port}\ndhcp-range=192.168.10.50,192.168.10.90\n")
    assert value(found.resolvers.items[0].serving) is (port != "0")
    assert value(found.dhcp_scopes.items[0].domain_name_servers) == ()


def test_options_on_the_command_line_count() -> None:
    read = resolver("no-resolv\n", "--stop-dns-rebind", "-S", "192.0.2.1", "-p", "5300")
    assert (value(read.drops_private), value(read.port), len(read.forwarders)) == (True, 5300, 1)
    assert isinstance(read.drops_private, Stated)
    assert [span.file for span in read.drops_private.spans] == ["commands/processes.txt"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("conf-dir=/etc/dnsmasq.d", {"a.conf", "b.bak", "c"}),
        ("conf-dir=/etc/dnsmasq.d,*.conf", {"a.conf"}),
        ("conf-dir=/etc/dnsmasq.d,.bak,*", {"a.conf", "c"}),
        ("conf-dir=/etc/dnsmasq.d,*.conf,*.bak,.conf", {"b.bak"}),
    ],
)
@real
def test_which_files_of_a_folder_are_read(line: str, found: set[str]) -> None:
    names = ("a.conf", "b.bak", "c", "d~", ".e", "#f#", ".conf")
    files = {f"/etc/dnsmasq.d/{name}": f"host-record=file-{n}.example,192.0.2.{n}\n" for n, name in enumerate(names, 1)}
    read = {answer.address for answer in resolver(f"{line}\n", files=files).local_answers}
    assert read == {f"192.0.2.{n}" for n, name in enumerate(names, 1) if name in found}
    everything = {f"/etc/dnsmasq.d/{name}": "bad\n" if name not in found else "" for name in names}
    assert dnsmasq.complaint({MAIN: f"{line}\n", **everything}, MAIN) == ""
    for name in found:
        assert dnsmasq.complaint({MAIN: f"{line}\n", **everything, f"/etc/dnsmasq.d/{name}": "bad\n"}, MAIN)
