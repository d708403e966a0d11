"""Unbound as a resolver: each setting that a client notices, and what is not known."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Assumed, Resolver, Span, Stated, Unknown
from auditor.secrets import Redactor
from auditor.services import Host, Instance, Part, Socket
from auditor.services.reading import lines_of
from auditor.services.unbound import MAIN, SERVICE
from tests.judges import unbound as judge
from tests.services.hosts import host_of

judged = pytest.mark.skipif(bool(judge.WHY_NOT), reason=judge.WHY_NOT or "-")
LAN = "server:\n interface: 0.0.0.0\n access-control: 192.168.0.0/16 allow\n"


def read(files: str | Mapping[str, str], **more: Any) -> tuple[Host, Part]:
    texts = {MAIN: files} if isinstance(files, str) else dict(files)
    running = more.pop("running", Stated(True, ()))
    host = host_of(texts, "unbound", **more)
    return host, SERVICE.read(host, Instance("unbound", "unbound", MAIN, (), running))


def resolver(files: str | Mapping[str, str], **more: Any) -> Resolver:
    return read(files, **more)[1].resolvers.items[0]


def value(fact: Any) -> Any:
    return "unknown" if isinstance(fact, Unknown) else fact.value


VALID: dict[str, dict[str, Any]] = {
    "": {"port": 53, "interfaces": (), "drops_private": False, "exempt_domains": (), "drops_ipv4": False,
         "serving": True, "clients": (IPv4Network("127.0.0.0/8"),)},
    "interface: 0.0.0.0": {"interfaces": None},
    "interface: 192.168.10.1": {"interfaces": ("br-lan",)},
    "interface: br-lan": {"interfaces": ("br-lan",)},
    "interface: 127.0.0.1 interface: ::1": {"interfaces": ()},
    "interface: 192.168.10.1@5353": {"interfaces": ("br-lan",), "port": 5353},
    "interface: 192.168.10.1 interface: 0.0.0.0@853": {"interfaces": ("br-lan",), "port": 53},
    "interface: 192.168.10.1@53 interface: 127.0.0.1@5353": {"port": "unknown"},
    "interface-automatic: yes": {"interfaces": None},
    "port: 5335 port: 5336": {"port": 5336},
    "interface: 172.31.0.1": {"interfaces": "unknown"},
    "access-control: 0.0.0.0/0 allow": {"clients": None},
    "access-control: 10.0.0.0/8 allow access-control: 10.128.0.0/9 refuse":
        {"clients": (IPv4Network("10.0.0.0/9"), IPv4Network("127.0.0.0/8"))},
    "private-address: 10.0.0.0/9 private-address: 10.128.0.0/9":
        {"drops_private": True, "private_ranges": (IPv4Network("10.0.0.0/8"),)},
    "private-address: fd00::/8": {"drops_private": False, "private_ranges": ()},
    'private-address: 10.0.0.0/8 private-domain: "A.example."': {"exempt_domains": ("a.example",)},
    "do-ip4: no": {"serving": False},
    "# private-address: 10.0.0.0/8": {"drops_private": False},
}  # fmt: skip


@pytest.mark.parametrize("text", VALID)
def test_what_a_setting_means(text: str) -> None:
    found = resolver(f"server:\n {text}\n")
    assert {name: value(getattr(found, name)) if name != "private_ranges" else found.private_ranges
            for name in VALID[text]} == VALID[text]  # fmt: skip


@judged
@pytest.mark.parametrize("text", [text for text in VALID if "br-lan" not in text])
def test_unbound_takes_it(text: str) -> None:
    assert judge.complaint({MAIN: f"server:\n {text}\n"}, MAIN) == ""


def test_a_healthy_one_leaves_nothing_open() -> None:
    text = LAN + ' private-address: 10.0.0.0/8\n private-domain: "stripe-terminal-local-reader.net"\n'
    text += ' tls-cert-bundle: /etc/ssl/certs/ca-certificates.crt\nforward-zone:\n name: "."\n forward-addr: 9.9.9.9\n'
    host, part = read(text)
    found = part.resolvers.items[0]
    facts = [getattr(found, name) for name in Resolver.__dataclass_fields__]
    assert not [fact for fact in facts if isinstance(fact, Unknown)]
    assert (found.forwarders.holes, found.local_answers.holes, part.blocklists.holes) == ((), (), ())
    assert [coverage.unknown for coverage in host.reading.coverage()] == [()]


def test_evidence_is_the_line() -> None:
    found = resolver(LAN + " private-address: 10.0.0.0/8\n")
    assert found.drops_private == Stated(True, (Span("gw", MAIN, 4, 4),))
    assert isinstance(found.exempt_domains, Assumed)
    assert found.exempt_domains.near == (Span("gw", MAIN, 4, 4),)


def test_clauses_go_on_over_includes_but_not_over_those_of_the_top_level() -> None:
    files = {
        MAIN: 'server:\ninclude: "/etc/unbound/a.conf"\nport: 5335\ninclude-toplevel: "/etc/unbound/conf.d/*.conf"\n',
        "/etc/unbound/a.conf": "private-address: 10.0.0.0/8\n",
        "/etc/unbound/conf.d/1.conf": 'forward-zone:\n name: "."\n',
        "/etc/unbound/conf.d/2.conf": "server: private-domain: a.example\n",
        "/etc/unbound/conf.d/old": "server: do-ip4: no\n",
    }
    found = resolver(files)
    assert (value(found.drops_private), value(found.port)) == (True, 5335)
    assert (value(found.exempt_domains), value(found.serving)) == (("a.example",), True)
    assert (not judge.WHY_NOT and judge.complaint(files, MAIN) == "") or judge.WHY_NOT


def test_a_missing_file_may_hold_anything() -> None:
    found = resolver(LAN + " include: /etc/unbound/more.conf\n")
    assert {value(found.port), value(found.interfaces), value(found.clients), value(found.exempt_domains)} == {
        "unknown"
    }
    assert found.unread_ranges
    assert found.forwarders.holes
    assert found.local_answers.holes


@pytest.mark.parametrize(
    "text",
    ["server:\n stray\n", "port: 5335\n", 'server:\n port: "53\n', "server:\n private-adress: 10.0.0.0/8\n"],
)
def test_what_unbound_does_not_take_keeps_it_from_serving(text: str) -> None:
    host, part = read(text)
    assert isinstance(part.resolvers.items[0].serving, Unknown)
    assert host.reading.coverage()[0].unknown
    assert judge.WHY_NOT or judge.complaint({MAIN: text}, MAIN)


@pytest.mark.parametrize(
    ("word", "address", "port"),
    [("192.0.2.1", "192.0.2.1", 53), ("192.0.2.1@5353", "192.0.2.1", 5353), ("192.0.2.1#a.b", "192.0.2.1", 853),
     ("192.0.2.1@53#a.b", "192.0.2.1", 53)],
)  # fmt: skip
def test_forwarders(word: str, address: str, port: int) -> None:
    found = resolver(LAN + f"forward-zone: name: a.example. forward-addr: {word}\n").forwarders
    assert [(f.domain, f.address, f.port) for f in found] == [("a.example", IPv4Address(address), port)]


def test_a_server_by_name_is_not_known() -> None:
    assert resolver(LAN + "forward-zone: name: . forward-host: dns.example\n").forwarders.holes


def test_policy_zones_and_foreign_modules_are_said() -> None:
    part = read(LAN + ' module-config: "respip python iterator"\nrpz:\n name: ads.example\n zonefile: x\n')[1]
    assert [(b.key, value(b.enabled)) for b in part.blocklists] == [("unbound/ads.example", True)]
    assert len(part.resolvers.items[0].local_answers.holes) == 2
    off = read(LAN + "rpz:\n name: ads.example\n zonefile: x\n")[1]
    assert [value(b.enabled) for b in off.blocklists] == [False]


def test_one_that_does_not_run_is_not_said_to_serve() -> None:
    found = resolver(LAN, running=Stated(False, ()))
    assert isinstance(found.serving, Unknown)
    assert "not running" in found.serving.why


def socket(address: str | None, program: str = "unbound", port: int = 53) -> Socket:
    where = None if address is None else IPv4Address(address)
    return Socket("udp", where, port, program, 0, Span("gw", "commands/sockets.txt", 2, 2))


@pytest.mark.parametrize(
    ("sockets", "serves"),
    [((socket("192.168.10.1"),), True), ((socket(None),), True), ((socket("127.0.0.1"),), "unknown"),
     ((socket("192.168.10.1", "dnsmasq"),), "unknown"), ((), "unknown"), (None, True),
     ((socket("192.168.10.1", port=5353),), "unknown")],
)  # fmt: skip
def test_sockets_tell_whether_it_listens(sockets: tuple[Socket, ...] | None, serves: object) -> None:
    part = read(LAN, sockets=sockets)[1]
    assert value(part.resolvers.items[0].serving) == serves
    assert bool(part.disagreements) is (serves == "unknown")


NETS = st.sampled_from(["10.0.0.0/8", "10.1.2.3/16", "192.168.1.1", "::ffff:0:0/96", "fd00::/8", "0.0.0.0/0"])
NAMES = st.sampled_from(["a.example", "A.Example.", "net", "b"])
LINE = st.one_of(
    NETS.map("private-address: {}".format),
    NETS.map("private-address: '{}'".format),
    NAMES.map('private-domain: "{}"'.format),
    st.sampled_from(["port: 53", "port: 5335", "# port: 1\n", "server:", "include: /etc/unbound/a.conf", "\n"]),
    st.sampled_from(["interface: 127.0.0.1", "interface: 192.168.10.1@5300", "view: name: v", "forward-zone: name: x"]),
)


@judged
@settings(max_examples=15)
@given(st.lists(LINE, max_size=8), st.lists(LINE, max_size=4))
def test_unbound_reads_the_same_values(lines: list[str], others: list[str]) -> None:
    inner = "\n".join(line for line in others if "include" not in line)
    files = {MAIN: "server:\n" + "\n".join(lines) + "\n", "/etc/unbound/a.conf": f"server: {inner}\n"}
    if judge.complaint(files, MAIN):
        return
    told = judge.values(files, MAIN, "private-address", "private-domain", "port")
    found = resolver(files)
    blocks = {IPv4Network(text, strict=False) for text in told["private-address"] if ":" not in text}
    assert {n for n in blocks if not any(n != o and n.subnet_of(o) for o in blocks)} == set(found.private_ranges)
    assert set(value(found.exempt_domains)) == {name.rstrip(".").lower() for name in told["private-domain"]}
    if "@" not in "".join(lines) + inner:
        assert value(found.port) == int(told["port"][0])


WORDS = [
    *"\"'#:\n \\.@/",
    "server:",
    "local-zone:",
    "interface:",
    "10/8",
    "access-control:",
    "forward-zone:",
    "a",
    "rpz:",
]


@given(st.lists(st.sampled_from([*WORDS, "local-data:", "include:", "view:", "name:", "rpz:"])))
def test_no_text_breaks_the_reader(words: list[str]) -> None:
    text = " ".join(words)
    host, _ = read(text)
    for coverage in host.reading.coverage():
        assert coverage.understood + coverage.irrelevant + len(coverage.unknown) == len(lines_of(text))


def test_secrets_are_taken_out_and_nothing_else() -> None:
    text = 'server:\n port: 53\n tls-service-key: "/etc/x.key"\ncachedb:\n secret-seed: "hunter2" # password hunter3\n'
    hidden = SERVICE.redact(text, Redactor(b"k" * 32))
    assert "hunter" not in hidden
    assert hidden.splitlines()[:4] == text.splitlines()[:4]
    assert SERVICE.redact(hidden, Redactor(b"k" * 32)) == hidden


@pytest.mark.parametrize(
    ("name", "path"),
    [("unbound.conf", MAIN), ("etc/unbound/unbound.conf.d/a.conf", "/etc/unbound/unbound.conf.d/a.conf"),
     ("pi-hole.conf", "/etc/unbound/unbound.conf.d/pi-hole.conf"), ("etc/dnsmasq.conf", None), ("x.txt", None)],
)  # fmt: skip
def test_saved_files_are_recognised(name: str, path: str | None) -> None:
    assert SERVICE.owns(name, "server:\n port: 5335\n") == path


@pytest.mark.parametrize(("arguments", "main"), [(("-d", "-c", "/a"), "/a"), (("-c/a",), "/a"), (("-d",), None)])
def test_the_command_line_names_the_main_file(arguments: tuple[str, ...], main: str | None) -> None:
    assert SERVICE.main_file(arguments) == main
