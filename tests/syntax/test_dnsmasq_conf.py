"""dnsmasq's notation, with the real program as the judge of what is taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.syntax.dnsmasq_conf import Statement, arguments, parse
from auditor.syntax.dnsmasq_conf_edit import get, put
from tests.judges import dnsmasq
from tests.judges.rooted import why_not

MAIN = "/etc/dnsmasq.conf"
real = pytest.mark.skipif(bool(why_not(dnsmasq.PROGRAM)), reason=why_not(dnsmasq.PROGRAM) or "there")


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("port=53", "port", "53"),
        ("  port\t= 53   # why", "port", "53"),
        ("no-resolv", "no-resolv", ""),
        ("domain=example.com#x", "domain", "example.com#x"),
        ('port="53"', "port", "53"),
        ("port=53\r", "port", "53"),
        ("domain-suffix=example.com", "domain", "example.com"),
        ("dhcp-lease=/tmp/x", "dhcp-leasefile", "/tmp/x"),
    ],
)
@real
def test_what_dnsmasq_takes(line: str, key: str, value: str) -> None:
    (statement,) = parse(line)
    assert (statement.key, statement.value, statement.problem) == (key, value, "")
    assert dnsmasq.complaint({MAIN: line + "\n"}, MAIN) == ""


@pytest.mark.parametrize(
    "line",
    [
        "--port=53",
        "port",
        "no-resolv=",
        "no-resolv=1",
        'domain="example.com',
        "port=53 " + "a" * 1100,
        "# " + "a" * 1100,
    ],
    ids=lambda line: line[:20],
)
@real
def test_what_dnsmasq_refuses(line: str) -> None:
    assert [s.problem for s in parse(line + "\n") if s.problem]
    assert dnsmasq.complaint({MAIN: line + "\n"}, MAIN)


@pytest.mark.parametrize("text", ["", "\n\n", "# port=53\n", "  # x", "#", " \t\r\n"])
def test_comments_are_no_statements(text: str) -> None:
    assert parse(text) == ()


def test_an_unknown_option_is_no_problem_of_the_rest() -> None:
    assert parse("new-option=1\nport=53") == (
        Statement(1, "new-option", "1", "", True),
        Statement(2, "port", "53", "", True),
    )


def test_words_in_quotes_do_not_separate() -> None:
    (statement,) = parse('dhcp-host=02:00:00:00:00:01,"a,b"')
    assert statement.value.count(",") == 1


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("-k -p 5353", [("keep-in-foreground", ""), ("port", "5353")]),
        ("-kp5353", [("keep-in-foreground", ""), ("port", "5353")]),
        ("--port 53 --port=54", [("port", "53"), ("port", "54")]),
        ("--stop-dns", [("stop-dns-rebind", "")]),
        ("-7 /etc/dnsmasq.d,.dpkg-dist -z", [("conf-dir", "/etc/dnsmasq.d,.dpkg-dist"), ("bind-interfaces", "")]),
        (
            "-r /run/dnsmasq/resolv.conf --local-service",
            [("resolv-file", "/run/dnsmasq/resolv.conf"), ("local-service", "")],
        ),
        ("-p", [("port", "")]),
        ("-- -p 53", []),
    ],
)
def test_a_command_line(words: str, found: list[tuple[str, str]]) -> None:
    assert [(s.key, s.value) for s in arguments(words.split())] == found


_TEXTS = st.text(st.sampled_from('abc-=#", \t\n\\dhcp:.*/1209\r\x1b\uf8d0'), max_size=120) | st.text(max_size=60)


@given(_TEXTS)
def test_any_text_is_read_and_no_line_is_dropped(text: str) -> None:
    lines = text.split("\n")
    read = {s.line for s in parse(text)}
    for number, line in enumerate(lines, start=1):
        bare = line.strip(" \t\v\f\r")
        if number not in read:
            assert not bare or bare.startswith(("#", '""'))


@given(_TEXTS, st.sampled_from(["02:00:00:00:00:01,192.168.10.9,till"]))
def test_a_place_that_was_empty_leaves_no_trace(text: str, host: str) -> None:
    for place, wanted in (
        (("dhcp-host", "till"), host),
        (("rebind-domain-ok", "example.com"), ""),
        (("dhcp-option", "6"), "192.0.2.1"),
        (("address", "192.0.2.1", "example.com"), ""),
        (("filter-A",), ""),
    ):
        if get(text, place) is None:
            edited = put(text, place, wanted)
            if get(edited, place) == wanted:  # else quotes before it swallow the end
                assert put(edited, place, wanted) == edited
                assert put(edited, place, None) == text


CONF = """# shop
interface=br-lan
  stop-dns-rebind
dhcp-range = set:lan, 192.168.10.50, 192.168.10.150   # readers
dhcp-option=6,192.0.2.1
dhcp-option=6,192.0.2.2
address=/a.example/b.example/192.0.2.9
host-record=c.example,d.example,192.0.2.8
filter-rr=A,MX
rebind-domain-ok=/x.example/y.example/
dhcp-host=02:00:00:00:00:09,192.168.10.20,till,45m
"""


@pytest.mark.parametrize(
    ("place", "before", "value", "line"),
    [
        (("dhcp-range", "set:lan,192.168.10.50", "lease"), None, "24h",
         "dhcp-range = set:lan, 192.168.10.50, 192.168.10.150, 24h   # readers"),
        (("dhcp-range", "set:lan,192.168.10.50", "last"), "192.168.10.150", "192.168.10.200",
         "dhcp-range = set:lan, 192.168.10.50, 192.168.10.200   # readers"),
        (("dhcp-option", "6"), "192.0.2.1\n192.0.2.2", "192.0.2.7", "dhcp-option=6,192.0.2.7"),
        (("rebind-domain-ok", "z.example"), None, "", "rebind-domain-ok=/z.example/"),
        (("rebind-domain-ok", "x.example"), "", None, "rebind-domain-ok=/y.example/"),
        (("address", "192.0.2.9", "b.example"), "", None, "address=/a.example/192.0.2.9"),
        (("host-record", "192.0.2.8", "c.example"), "", None, "host-record=d.example,192.0.2.8"),
        (("filter-rr", "A"), "", None, "filter-rr=MX"),
        (("dhcp-host", "reader"), None, "02:00:00:00:00:01,192.168.10.60,reader",
         "dhcp-host=02:00:00:00:00:01,192.168.10.60,reader"),
    ],
)  # fmt: skip
@real
def test_an_edit_changes_one_line(place: tuple[str, ...], before: str | None, value: str | None, line: str) -> None:
    edited = put(CONF, place, value)
    assert get(CONF, place) == before
    assert get(edited, place) == value
    assert line in edited.split("\n")
    assert put(edited, place, value) == edited
    assert get(put(edited, place, before), place) == before
    assert len(set(edited.split("\n")) - set(CONF.split("\n"))) == 1
    assert dnsmasq.complaint({MAIN: edited}, MAIN) == ""


@pytest.mark.parametrize(
    ("text", "place", "value", "edited"),
    [
        ("dhcp-range=192.168.1.9,192.168.1.5\n", ("dhcp-range", "192.168.1.5", "last"), "192.168.1.20",
         "dhcp-range=192.168.1.20,192.168.1.5\n"),
        ("dhcp-range=192.168.1.0,static\n", ("dhcp-range", "192.168.1.0", "lease"), "24h",
         "dhcp-range=192.168.1.0,static,24h\n"),
        ("dhcp-range=192.168.1.5,192.168.1.9,255.255.255.0,192.168.1.255,1h", ("dhcp-range", "192.168.1.5", "lease"),
         "24h", "dhcp-range=192.168.1.5,192.168.1.9,255.255.255.0,192.168.1.255,24h"),
        ("stop-dns-rebind\r\n", ("rebind-domain-ok", "a.test"), "",
         "stop-dns-rebind\r\nrebind-domain-ok=/a.test/\r\n"),
        ("no-resolv", ("dhcp-option", "6"), "192.0.2.1", "no-resolv\ndhcp-option=6,192.0.2.1"),
        ("192.0.2.1 a b # x\n", ("hosts", "192.0.2.1", "a"), None, "192.0.2.1 b # x\n"),
        ("192.0.2.1 a\n192.0.2.2 b\n", ("hosts", "192.0.2.1", "a"), None, "192.0.2.2 b\n"),
    ],
)  # fmt: skip
def test_the_style_of_a_file_is_kept(text: str, place: tuple[str, ...], value: str | None, edited: str) -> None:
    assert put(text, place, value) == edited
