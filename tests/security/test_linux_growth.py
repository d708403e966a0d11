"""Texts and sites of Linux hosts that were made to take long: twice as much takes about twice the time."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from auditor.capture import Capture
from auditor.collect.saved import load_capture
from auditor.pipeline import read
from auditor.platforms import platform
from auditor.platforms.linux.discovery_processes import processes
from auditor.secrets import Redactor
from auditor.syntax import (
    crontab,
    dhcpd_conf,
    dnsmasq_conf,
    hostapd_conf,
    iptables_save,
    kea_json,
    named_conf,
    nft_json,
    nft_text,
    portal_conf,
    toml_lines,
    unbound_conf,
)

pytestmark = pytest.mark.growth

LINUX = platform("linux")
REDACTOR = Redactor(b"k" * 32)
SHOPS = Path(__file__).parents[1] / "shops" / "linux"

PIECES = (
    "a", "a ", " ", "\n", "#", "# password x\n", "password ", "psk=", "psk:", "'", '"', "\\", '\\"', "{", "{}", "[",
    "(", ";", ",", "/", "/*", "--password x ", "-u a:", "a=b\n", "a:", "key k { secret x; };\n", '"a":', '{"a":', "[1,",
    "* ", "1-5,", "&", "$1$", "\r", "\u2028", "mysql ", "-U a", '<?include "a"?>', "bss=a\n", "02:00:00:00:00:01 x\n",
    "a\\\n",
    "table ip a { chain b { ", "accept; ", "add rule ip a b accept\n", "$a ", "1.2.3.4, ", "-A INPUT -s 1.2.3.4 ",
    ":INPUT ACCEPT [0:0]\n", "a = [", "a = '''", '"""', "server:\n", "include: x\n", "--uamsecret x ", 'comment "x" ',
    'comment "', '"comment": "', "--comment x ", "a:bb:", "option key ", "uci set a.key='x'", "PASS=x ", "sh -c '",
    "  1 0 9 - 0::/x dnsmasq\n",
)  # fmt: skip
BEFORE = ("", 'a "', "a '", "a {", '{"a": ', "server: ", "* * * * * root ", "1 0 9 - 0::/x dnsmasq ")

READERS: Mapping[str, Callable[[str], object]] = {
    "dnsmasq": lambda text: list(dnsmasq_conf.parse(text)),
    "hostapd": hostapd_conf.parse,
    "kea": lambda text: kea_json.parse("/etc/kea/x", text),
    "dhcpd": lambda text: dhcpd_conf.parse("/etc/dhcp/x", text),
    "unbound": unbound_conf.parse,
    "bind": named_conf.parse,
    "nft": lambda text: nft_text.read("/etc/nftables.conf", text),
    "nft's JSON": lambda text: nft_json.read("commands/nft-ruleset.json", text),
    "iptables": iptables_save.read,
    "toml": toml_lines.parse,
    "chilli": lambda text: portal_conf.parse(text, portal_conf.Style.CHILLI),
    "openNDS": lambda text: portal_conf.parse(text, portal_conf.Style.OPENNDS),
    "cron": lambda text: list(crontab.commands(text)),
    "processes": lambda text: list(processes(text)),
}
REDACTED = (
    "/etc/hostapd/hostapd.conf", "/etc/kea/kea-dhcp4.conf", "/etc/bind/named.conf", "/etc/unbound/unbound.conf",
    "/etc/dhcp/dhcpd.conf", "/etc/dnsmasq.conf", "/etc/pihole/pihole.toml", "/etc/chilli.conf", "/etc/crontab",
    "/etc/nftables.conf", "commands/processes.txt", "/etc/made-up",
)  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    with suppress(ValueError):  # a text that is refused may be refused at its end
        work()
    return time.process_time() - started


def _grows(small: Callable[[], object], large: Callable[[], object], times: int) -> bool:
    """Whether `large`, which is so many times as much, takes far more than that; what is quick is quick."""
    seconds = min(_seconds(large) for _ in range(2))
    return seconds > 0.5 and seconds > 2.2 * times * min(_seconds(small) for _ in range(2))


def _texts() -> Iterator[tuple[str, str]]:
    for before in BEFORE:
        for piece in PIECES:
            yield before + piece * (4_000 // len(piece)), before + piece * (16_000 // len(piece))


def _slow(work: Callable[[str], object]) -> list[str]:
    """The beginnings of the texts for which the work takes more than its share."""
    return [large[:40] for small, large in _texts() if _grows(partial(work, small), partial(work, large), 4)]


@pytest.mark.parametrize("name", READERS)
def test_reading(name: str) -> None:
    assert _slow(READERS[name]) == []


@pytest.mark.parametrize("path", REDACTED)
def test_redacting(path: str) -> None:
    assert _slow(lambda text: LINUX.redact(path, text, REDACTOR)) == []


def _ip(number: int) -> str:
    return f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"


def _mac(number: int) -> str:
    return f"02:00:5e:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


def _json(text: str, items: list[object]) -> str:
    loaded = json.loads(text)
    (loaded["nftables"] if isinstance(loaded, dict) else loaded).extend(items)
    return json.dumps(loaded)


def _rule(number: int, expression: list[object], chain: str = "forward") -> object:
    body = {"family": "inet", "table": "filter", "chain": chain, "handle": 9000 + number, "expr": expression}
    return {"rule": body}


def _drops(source: str) -> list[object]:
    left = {"payload": {"protocol": "ip", "field": "saddr"}}
    return [{"match": {"op": "==", "left": left, "right": source}}, {"drop": None}]


def _set(name: str, elements: list[str]) -> object:
    head = {"family": "inet", "name": name, "table": "filter", "type": "ipv4_addr", "handle": 9}
    return {"set": head | {"elem": elements}}


def _link(number: int) -> object:
    address = {"family": "inet", "local": _ip(256 * number + 1), "prefixlen": 24, "scope": "global"}
    return {"ifname": f"x{number}", "flags": ["UP"], "link_type": "ether", "addr_info": [address]}


def _each(line: Callable[[int], str], head: str = "") -> Callable[[str, int], str]:
    return lambda text, count: text + head + "".join(f"{line(number)}\n" for number in range(count))


NFT = "commands/nft-ruleset.json"
SITES: Mapping[str, tuple[str, str, Callable[[str, int], str]]] = {
    "scopes": (
        "healthy",
        "/etc/dnsmasq.conf",
        _each(lambda n: f"dhcp-range=set:t{n},{_ip(256 * n + 2)},{_ip(256 * n + 9)},1h"),
    ),
    "reservations": ("healthy", "/etc/dnsmasq.conf", _each(lambda n: f"dhcp-host={_mac(n)},192.168.30.{n % 250},h{n}")),
    "names": ("healthy", "/etc/dnsmasq.conf", _each(lambda n: f"address=/a{n}.example/0.0.0.0")),
    "upstreams": ("healthy", "/etc/dnsmasq.conf", _each(lambda n: f"server=/a{n}.example/192.0.2.1")),
    "files": ("healthy", "/etc/dnsmasq.conf", _each(lambda n: f"conf-file=/etc/x{n}")),
    "leases": ("healthy", "/var/lib/misc/dnsmasq.leases", _each(lambda n: f"1 {_mac(n)} 192.168.30.{n % 250} h *")),
    "BSSs": ("healthy", "/etc/hostapd/hostapd.conf", _each(lambda n: f"bss=w{n}\nssid=s{n}\nbridge=br-pos")),
    "daemons": (
        "healthy",
        "commands/processes.txt",
        _each(lambda n: f"{n + 9000} 0 9 - 0::/x hostapd /etc/hostapd/x{n}"),
    ),
    "sockets": ("healthy", "commands/sockets.txt", _each(lambda n: f"udp UNCONN 0 0 {_ip(n)}:53 0.0.0.0:*")),
    "links": ("healthy", "commands/ip-addr.json", lambda text, count: _json(text, [_link(n) for n in range(count)])),
    "jobs": ("healthy", "/etc/crontab", _each(lambda n: f"{n % 60} 1 * * * root reboot")),
    "rules": ("healthy", NFT, lambda text, count: _json(text, [_rule(n, _drops(_ip(n))) for n in range(count)])),
    "one set": (
        "healthy",
        NFT,
        lambda text, count: _json(text, [_set("s", [_ip(n) for n in range(count)]), _rule(0, _drops("@s"))]),
    ),
    "sets": (
        "healthy",
        NFT,
        lambda text, count: _json(
            text, [i for n in range(count) for i in (_set(f"s{n}", [_ip(n)]), _rule(n, _drops(f"@s{n}")))]
        ),
    ),
    "iptables": (
        "dhcpd-bind",
        "commands/iptables-save.txt",
        lambda text, count: text.replace(
            "COMMIT", "".join(f"-A FORWARD -s {_ip(n)} -j DROP\n" for n in range(count)) + "COMMIT", 1
        ),
    ),
    "subnets": (
        "dhcpd-bind",
        "/etc/dhcp/dhcpd.conf",
        _each(
            lambda n: f"subnet {_ip(256 * n)} netmask 255.255.255.0 {{ range {_ip(256 * n + 5)} {_ip(256 * n + 9)}; }}"
        ),
    ),
    "zones": (
        "dhcpd-bind",
        "/etc/bind/named.conf.local",
        _each(lambda n: f'zone "a{n}.example" {{ type primary; file "x"; }};'),
    ),
    "views": (
        "dhcpd-bind",
        "/etc/bind/named.conf.local",
        _each(lambda n: f'view "a{n}" {{ match-clients {{ any; }}; }};'),
    ),
    "data": (
        "kea-unbound",
        "/etc/unbound/unbound.conf.d/shop.conf",
        _each(lambda n: f'local-data: "a{n}. A 10.0.0.1"', "server:\n"),
    ),
}


def _with(capture: Capture, path: str, more: Callable[[str, int], str], count: int) -> Capture:
    (file,) = (each for each in capture.files if each.path == path)
    rest = tuple(each for each in capture.files if each is not file)
    return replace(capture, files=(*rest, replace(file, text=more(file.text, count))))


@pytest.mark.parametrize("name", SITES)
def test_a_host_with_many(name: str) -> None:
    shop, path, more = SITES[name]
    folder = SHOPS / shop / "gw"
    capture = load_capture("gw", "linux", folder, recognise=LINUX.recognise, redact=lambda _, text: text)
    small, large = (_with(capture, path, more, count) for count in (400, 1600))
    assert not _grows(lambda: read(small), lambda: read(large), 4)
