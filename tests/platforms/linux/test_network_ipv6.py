"""What a Linux host tells clients by IPv6, and what is not known of it after redaction either."""

from typing import Any

import pytest

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Device, Ipv6Resolver, Listed, Stated, Unknown
from auditor.platforms.linux.outputs import ADDRESSES, PROCESSES
from auditor.platforms.linux.parse import parse
from auditor.platforms.linux.redaction import redact
from auditor.profiles import load_profile
from auditor.secrets import Redactor
from tests.platforms.linux.host_outputs import HEADER, INIT, NOW, PS, bridge, link, outputs, process

MAIN = "/etc/dnsmasq.conf"
DNSMASQ = "/usr/sbin/dnsmasq -k -C /etc/dnsmasq.conf"
RA = "no-resolv\nport=53\ninterface=br-lan\ndhcp-range=::,constructor:br-lan,ra-stateless\n"


def host(
    *programs: str, ipv6: tuple[str, ...] = ("fd00:30::1",), conf: str = "no-resolv\n", **more: Any
) -> dict[str, str]:
    running = "".join(process(300 + n, program) for n, program in enumerate(programs))
    links = (link("eth0", "198.18.0.2/24"), bridge("br-lan", "192.168.10.1/24", ipv6=ipv6))
    return outputs(*links, processes=HEADER + INIT + running + PS, **more) | {MAIN: conf}


def model(files: dict[str, str], *, redacted: bool = False) -> Device:
    redactor = Redactor(b"the key of the tests")
    texts = {path: redact(path, text, redactor) if redacted else text for path, text in files.items()}
    captured = tuple(CapturedFile(path, text, Kind.CONFIGURATION) for path, text in texts.items())
    return parse(Capture("gw", "linux", captured, (), NOW, False, "a test"), load_profile("linux"))


def told(files: dict[str, str], *, redacted: bool = False) -> Listed[Ipv6Resolver]:
    return model(files, redacted=redacted).ipv6_resolvers


def said(found: Listed[Ipv6Resolver]) -> list[tuple[str, str]]:
    assert all(isinstance(each.interface, Stated) for each in found)
    return [
        (each.interface.value, "?" if isinstance(each.address, Unknown) else str(each.address.value))  # type: ignore[union-attr]
        for each in found
    ]


@pytest.mark.parametrize("redacted", [False, True])
@pytest.mark.parametrize(
    ("programs", "ipv6", "conf", "expected"),
    [
        ((), ("fd00:30::1",), "no-resolv\n", []),
        ((DNSMASQ,), (), RA, []),
        ((DNSMASQ,), ("fd00:30::1",), "no-resolv\n", []),
        ((DNSMASQ,), ("fd00:30::1",), RA, [("br-lan", "None")]),
        (("/usr/sbin/radvd -u radvd",), (), "", [("eth0", "?"), ("br-lan", "?")]),
        (("/usr/sbin/kea-dhcp6 -c /etc/kea/x",), ("fd00:30::1",), "", [("eth0", "?"), ("br-lan", "?")]),
        (("/lib/systemd/systemd-networkd",), ("fd00:30::1",), "", [("br-lan", "?")]),
        (("/lib/systemd/systemd-networkd",), (), "", []),
        ((DNSMASQ, "/usr/sbin/radvd"), ("fd00:30::1",), RA, [("br-lan", "None"), ("eth0", "?"), ("br-lan", "?")]),
    ],
)
def test_who_is_told_what(
    programs: tuple[str, ...], ipv6: tuple[str, ...], conf: str, expected: list[tuple[str, str]], redacted: bool
) -> None:
    found = told(host(*programs, ipv6=ipv6, conf=conf), redacted=redacted)
    assert said(found) == expected
    assert len({each.key for each in found}) == len(found)
    for each in found:
        if isinstance(each.address, Unknown):
            assert each.address.settle
            assert PROCESSES in {span.file for span in each.address.near}


def test_without_a_list_of_processes_links_with_addresses_are_in_doubt() -> None:
    files = {path: text for path, text in host().items() if path != PROCESSES}
    assert said(told(files)) == [("br-lan", "?")]


def test_without_links_nothing_is_known() -> None:
    files = {path: text for path, text in host().items() if path != ADDRESSES}
    assert told(files).holes


def test_a_dnsmasq_of_libvirt_is_none_of_ours() -> None:
    theirs = "/usr/sbin/dnsmasq --conf-file=/var/lib/libvirt/dnsmasq/default.conf"
    assert said(told(host(DNSMASQ, theirs, conf=RA))) == [("br-lan", "None")]


@pytest.mark.parametrize(
    ("programs", "conf", "offered"),
    [
        ((DNSMASQ,), RA, True),
        ((DNSMASQ,), "no-resolv\n", False),
        ((DNSMASQ,), f"{RA}port=0\n", True),
        ((DNSMASQ,), f"{RA}conf-file=/etc/more.conf\n", True),
        ((DNSMASQ,), "no-resolv\nconf-file=/etc/more.conf\n", None),
        ((DNSMASQ, "/usr/sbin/radvd"), "no-resolv\n", None),
        ((DNSMASQ, "/usr/sbin/radvd"), RA, True),
        (("/usr/sbin/radvd",), "", None),
    ],
)
def test_whether_ipv6_is_offered(programs: tuple[str, ...], conf: str, offered: bool | None) -> None:
    device = model(host(*programs, conf=conf))
    fact = next(each.ipv6_offered for each in device.interfaces if each.key == "br-lan")
    assert fact.spans
    assert (None if isinstance(fact, Unknown) else fact.value) is offered
    assert not isinstance(fact, Stated) or not fact.value or {span.file for span in fact.spans} == {MAIN}
