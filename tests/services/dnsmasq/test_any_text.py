"""Any text is read to the end, every line is counted, and published files are understood."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Stated, Unknown
from auditor.secrets import Redactor
from auditor.services import Instance, Socket
from auditor.services.dnsmasq import SERVICE
from auditor.services.dnsmasq.settings import READ
from auditor.syntax.dnsmasq_conf_options import KNOWN
from tests.services.dnsmasq.built import MAIN, PROCESS, RANGE, SYSTEM, host, instance, part
from tests.services.hosts import host_of, profile_of

_CORPUS = Path(__file__).parents[4] / "shared/corpus/dnsmasq"
_PUBLISHED = sorted(path for path in _CORPUS.rglob("*") if path.is_file()) if _CORPUS.is_dir() else []
_WORDS = [
    *sorted(READ),
    "=",
    ",",
    "/",
    "#",
    "192.168.10.5",
    "02:00:00:00:00:01",
    "24h",
    "tag:a",
    "set:b",
    "\n",
    " ",
    '"',
    "\\",
    "\r",
]


@given(st.lists(st.sampled_from(_WORDS), max_size=60).map("".join) | st.text(max_size=80))
def test_any_text(text: str) -> None:
    files = {MAIN: text, "/etc/hosts": text, "/etc/ethers": text, "/var/lib/misc/dnsmasq.leases": text, **SYSTEM}
    here = host_of(files, "dnsmasq")
    SERVICE.read(here, instance(text))
    SERVICE.includes(MAIN, text, (text,))
    SERVICE.state_files({MAIN: text}, ())
    SERVICE.owns("x.conf", text)
    assert SERVICE.redact(text, Redactor(b"k" * 32)).count("\n") == text.count("\n")
    for counted in here.reading.coverage():
        total = counted.understood + counted.irrelevant + len(counted.unknown)
        assert total == len(here.reading.lines(counted.file))


@pytest.mark.growth
@pytest.mark.parametrize(
    "line",
    [
        "dhcp-range=192.168.10.5,192.168.10.9",
        "dhcp-host=02:00:00:00:00:01,192.168.10.9,till",
        "dhcp-option=tag:x,6,nobody",
        "address=/a.example/192.0.2.1",
        "server=/a.example/#",
        "interface=eth{}",
        "conf-file=/etc/other{}",
        "bad option {}",
    ],
)
def test_very_many_lines_take_no_long_time(line: str) -> None:
    begun = time.monotonic()
    part(RANGE + "".join(f"{line}\n".format(number) for number in range(3000)) + "server=192.0.2.1\n" * 3000)
    assert time.monotonic() - begun < 20


def test_every_option_is_read_or_said_to_be_needed_by_no_rule() -> None:
    irrelevant = profile_of("dnsmasq").irrelevant["dnsmasq"]["options"]
    assert READ | irrelevant >= KNOWN - {"dhcp-lease", "domain-suffix", "no-dhcpv4-interface"}
    assert not READ & irrelevant
    assert irrelevant <= KNOWN


@pytest.mark.parametrize("path", _PUBLISHED, ids=lambda path: path.parent.name)
def test_published_files(path: Path) -> None:
    here = host(path.read_text(errors="replace"))
    SERVICE.read(here, instance())
    assert not [line for counted in here.reading.coverage() for line in counted.unknown if line.keywords in KNOWN]


def _socket(port: int, program: str = "dnsmasq", pid: int = 7) -> Socket:
    return Socket("udp", None, port, program, pid, PROCESS)


@pytest.mark.parametrize(
    ("sockets", "dhcp", "dns"),
    [
        ((_socket(53), _socket(67)), True, True),
        ((_socket(53),), False, True),
        ((_socket(67), _socket(53, "systemd-resolved", 9)), True, False),
        ((_socket(67), _socket(53, "", 0)), True, True),
    ],
)
def test_sockets_and_configuration(sockets: tuple[Socket, ...], dhcp: bool, dns: bool) -> None:
    here = host_of({MAIN: RANGE, **SYSTEM}, "dnsmasq", sockets=sockets)
    found = SERVICE.read(here, instance())
    assert isinstance(found.dhcp_scopes.items[0].serving, Unknown) is not dhcp
    assert isinstance(found.resolvers.items[0].serving, Unknown) is not dns
    assert len(found.disagreements) == [dhcp, dns].count(False)


@pytest.mark.parametrize(
    ("name", "text", "path"),
    [
        ("dnsmasq.conf", "", MAIN),
        ("etc/dnsmasq.d/shop.conf", "", "/etc/dnsmasq.d/shop.conf"),
        ("shop.conf", "dhcp-range=192.168.1.5,192.168.1.9\n", "/etc/dnsmasq.d/shop.conf"),
        ("dnsmasq.leases", "", "/var/lib/misc/dnsmasq.leases"),
        ("x.leases", "1770000000 02:00:00:00:00:01 192.168.1.5 till *\n", "/var/lib/misc/dnsmasq.leases"),
        ("etc/own/dhcp.leases", "1770000000 02:00:00:00:00:01 192.168.1.5 till *\n", "/etc/own/dhcp.leases"),
        ("unbound.conf", "server:\n  port: 53\n", None),
        ("/etc/hosts", "dhcp-range=x", None),
    ],
)
def test_files_are_recognised(name: str, text: str, path: str | None) -> None:
    assert SERVICE.owns(name, text) == path


def test_what_is_to_be_collected() -> None:
    text = "conf-file=/etc/a.conf\nresolv-file=/run/r.conf\naddn-hosts=/etc/names\nread-ethers\nconf-dir=relative\n"
    paths = {include.path: include.folder for include in SERVICE.includes(MAIN, text, ("-7", "/etc/b.d,*.conf"))}
    files = ("/etc/a.conf", "/run/r.conf", "/etc/names", "/etc/hosts", "/etc/resolv.conf", "/etc/ethers")
    assert paths == {**dict.fromkeys(files, False), "/etc/b.d": True}
    assert SERVICE.main_file(("-k", "-C", "/etc/own.conf")) == "/etc/own.conf"
    assert SERVICE.state_files({MAIN: "dhcp-leasefile=/srv/l\n"}, ()) == ("/srv/l",)


def _unseen() -> Instance:
    return Instance("dnsmasq", "dnsmasq", MAIN, (), Stated(True, ()))


def test_the_folder_of_debian_is_not_known_without_a_command_line() -> None:
    alone = SERVICE.read(host(RANGE), _unseen())
    assert alone.dhcp_scopes.holes
    files = {"/etc/dnsmasq.d/a.conf": "filter-A\n", "/etc/dnsmasq.d/a.dpkg-old": "stop-dns-rebind\n"}
    (resolver,) = SERVICE.read(host(RANGE, files), _unseen()).resolvers
    assert resolver.drops_ipv4 == Stated(True, (host("").reading.span("/etc/dnsmasq.d/a.conf", 1),))
    assert not isinstance(resolver.drops_private, Unknown)
    assert not isinstance(resolver.drops_private, Stated)
