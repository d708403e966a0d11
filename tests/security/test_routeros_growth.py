"""Texts of RouterOS devices that were made to take long: four times as much takes about four times the time."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from auditor.capture import Capture, CapturedFile, Kind
from auditor.pipeline import read
from auditor.platforms import platform
from auditor.secrets import Redactor
from auditor.syntax.routeros import parse
from auditor.syntax.routeros_print import parse_pairs, parse_print
from tests.services.hosts import NOW

pytestmark = pytest.mark.growth

ROUTEROS = platform("routeros")
REDACTOR = Redactor(b"k" * 32)
EXPORT = (Path(__file__).parents[1] / "shops" / "routeros" / "healthy" / "gw" / "export.rsc").read_text()

PIECES = (
    "a ", "\n", '"', "\\", "\\\n", "=", "a=", "[", "]", "[find ", "{", "password=", 'password="', 'password="x ',
    "password=\\\n", ":local p ", '":local psk {', '->"pass" ', "password={", "password=(", "://a/", "://a/bot", " 0 ",
    ";;; x\n", "   x\n", ";;; password\n", "#  PASSWORD\n", 'comment="', r'source=":local pass \"x\" "' + "\n",
    "\x1b[m", "[a@b] > ", "/ip pool add name=a\n", "set [ find a=b ] c=d\n", ".a=b ", "!a ", "a=\n    ", "secret=a b ",
    "-----BEGIN PRIVATE KEY-----", "# psk ", "$", "password=$p ",
)  # fmt: skip
BEFORE = ("", '/system script add source="', "/snmp community add name=", ' 0  name="', "/ip pool add x=[y] ")
WORKS: Mapping[str, Callable[[str], object]] = {
    "export": parse.__wrapped__,
    "rows": parse_print,
    "pairs": parse_pairs,
    "redacted export": lambda text: ROUTEROS.redact("export.rsc", text, REDACTOR),
    "redacted output": lambda text: ROUTEROS.redact("commands/x.txt", text, REDACTOR),
}


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _grows(small: Callable[[], object], large: Callable[[], object]) -> bool:
    """Whether `large`, which is four times as much, takes far more than that; what is quick is quick."""
    seconds = min(_seconds(large) for _ in range(2))
    return seconds > 0.5 and seconds > 9 * min(_seconds(small) for _ in range(2))


@pytest.mark.parametrize("name", WORKS)
def test_a_text(name: str) -> None:
    work = WORKS[name]
    texts = [(before + piece * (4_000 // len(piece)), piece) for before in BEFORE for piece in PIECES]
    slow = [text[:40] for text, piece in texts if _grows(lambda t=text: work(t), lambda t=text, p=piece: work(t + p * (12_000 // len(p))))]  # type: ignore[misc]  # fmt: skip  # noqa: E501
    assert slow == []


def _ip(number: int) -> str:
    return f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"


def _mac(number: int) -> str:
    return f"02:00:5E:{number >> 16 & 255:02X}:{number >> 8 & 255:02X}:{number & 255:02X}"


MANY: Mapping[str, Callable[[int], str]] = {
    "addresses": lambda n: f"/ip firewall address-list add address={_ip(n)}/{n % 33} list=l",
    "rules": lambda n: f"/ip firewall filter add chain=forward action=drop src-address={_ip(n)} dst-port={n}",
    "jumps": lambda n: f"/ip firewall filter add chain=c{n} action=jump jump-target=c{n + 1}",
    "lists": lambda n: f"/interface list add name=l{n} include=l{n + 1},l{n * 7 % 50} exclude=l{n * 3 % 50}",
    "VLANs": lambda n: f"/interface vlan add interface=bridge name=v{n} vlan-id={n + 1}",
    "ports": lambda n: f"/interface bridge port add bridge=bridge interface=e{n} pvid={n + 1}",
    "bridge filter": lambda n: f"/interface bridge filter add chain=forward action=drop src-mac-address={_mac(n)}",
    "leases": lambda n: f"/ip dhcp-server lease add address={_ip(n)} mac-address={_mac(n)} server=pos",
    "pools": lambda n: (
        f"/ip pool add name=p{n} ranges=10.0.0.1-10.9.9.9 next-pool=p{n + 1}\n"
        f"/ip dhcp-server add interface=bridge address-pool=p{n} name=s{n}"
    ),
    "names": lambda n: f"/ip dns static add name=a{n}.example type=CNAME cname=a{n + 1}.example",
    "patterns": lambda n: rf'/ip dns static add regexp="(a|b{n})*\\.example" address=10.0.0.1',
    "SSIDs": lambda n: (
        f"/interface wifi configuration add name=c{n} ssid=SHOP-POS\n"
        f"/interface wifi add name=w{n} configuration=c{n} master-interface=wifi1"
    ),
    "older SSIDs": lambda n: (
        f"/interface wireless add name=w{n} master-interface=w{n + 1} security-profile=s{n}\n"
        f"/interface wireless security-profiles add name=s{n}"
    ),
    "older controller": lambda n: (
        f"/caps-man configuration add name=c{n} ssid=SHOP-POS\n/caps-man interface add name=cap{n} configuration=c{n}"
    ),
    "portals": lambda n: f"/ip hotspot add interface=v{n} name=h{n}\n/ip hotspot ip-binding add mac-address={_mac(n)}",
    "scripts": lambda n: (
        f'/system script add name=x{n} source="/system script run x{n + 1}"\n'
        f"/system scheduler add name=s{n} interval=1d start-time=12:00:00 on-event=x{n}"
    ),
    "routes": lambda n: f"/ip route add dst-address={_ip(n)}/{n % 33} gateway={_ip(n + 1)}",
    "broken": lambda n: f"add [ x{n} (",
}


def _device(name: str, count: int) -> Capture:
    text = EXPORT + "".join(f"{MANY[name](number)}\n" for number in range(count))
    return Capture("gw", "routeros", (CapturedFile("export.rsc", text, Kind.CONFIGURATION),), (), NOW, False, "a file")


@pytest.mark.parametrize("name", MANY)
def test_a_device_with_many(name: str) -> None:
    small, large = _device(name, 250), _device(name, 1000)
    assert not _grows(lambda: read(small), lambda: read(large))
