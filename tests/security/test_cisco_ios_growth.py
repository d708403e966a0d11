"""Texts of IOS devices that were made to take long: four times as much takes about four times the time."""

# ruff: noqa: E501, F541 - one kind of line each

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from auditor.capture import Capture, CapturedFile, Kind
from auditor.pipeline import read
from auditor.platforms import platform
from auditor.secrets import Redactor
from auditor.syntax.ios import parse
from tests.services.hosts import NOW

pytestmark = pytest.mark.growth

IOS = platform("cisco_ios")
REDACTOR = Redactor(b"k" * 32)
GATEWAY = Path(__file__).parents[1] / "shops" / "cisco_ios" / "healthy" / "gw" / "running-config.txt"

PIECES = ("a ","\n",'"',"\\","^C","\x03"," ^C\n","banner motd ^C\n","banner motd #\n","banner login z ","key ","key 7 ","password ","password 7 0","secret ","key-string ","certificate 01\n","macro name x\n","crypto pki certificate chain a\n"," --More-- ","\x08","\x08 ","\x1b[","\x1b[m","!","!\n","end\n","gw#\n","gw#show ","Building configuration...\n","Current configuration : 1\n"," a\n","  a\n","standby 1 ","server-private ","tacacs-server x ","auth md5 ","priv aes ","snmp-server host ","snmp-server host a b ","pre-shared-key address ","isakmp key 6 ","set-key ascii ","profile create ","chap ","chat-script ","ssword ","crypto key export ","spi 1 ","spi 1 esp a ","md5 ","pass","passx=","pw=a ","a-pw","://","://a:","://a:b@","action 1 set ","mail-server a:","attribute type ","test aaa group ","environment ","cli command \"a\" pattern pass ","security static-wep-key ","$1$","$","description password ","0123456789abcdef ","-----BEGIN PRIVATE KEY-----","psk ","token ","authentication ","message-digest-key ","key group ","rsvp authentication ", "\t", "\r", "\x85","aaa authentication a ^C","ip admission a b c d ","menu a title ","title ^C\n","x"*80+"\n","hidden ")  # fmt: skip
BEFORE = ("","interface Vlan1\n ","enable secret ","key chain a\n ","crypto pki certificate chain x\n certificate 01\n","banner motd ^C\n","event manager applet a\n action 1 cli command \"","snmp-server community "," description ")  # fmt: skip
WORKS: Mapping[str, Callable[[str], object]] = {
    "configuration": parse,
    "redacted configuration": lambda text: IOS.redact("running-config.txt", text, REDACTOR),
    "redacted JSON": lambda text: IOS.redact("commands/x.json", text, REDACTOR),
}


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _grows(small: Callable[[], object], large: Callable[[], object]) -> bool:
    """Whether `large`, which is four times as much, takes far more than that; what is quick is quick."""
    seconds = _seconds(large)
    return seconds > 0.5 and min(seconds, _seconds(large)) > 9 * min(_seconds(small) for _ in range(2))


@pytest.mark.parametrize("name", WORKS)
def test_a_text(name: str) -> None:
    work = WORKS[name]
    texts = [(before + piece * (4_000 // len(piece)), piece) for before in BEFORE for piece in PIECES]
    slow = []
    for text, piece in texts:
        longer = text + piece * (12_000 // len(piece))
        if _grows(lambda t=text: work(t), lambda t=longer: work(t)):  # type: ignore[misc]
            slow.append(text[:40])
    assert slow == []


@pytest.mark.parametrize("piece", sorted({piece.rstrip("\n") for piece in PIECES} - {""}))
def test_lines_as_long_as_forms_are_looked_for(piece: str) -> None:
    """Ten megabytes of them take minutes at most, not hours."""
    line = (piece * (1990 // len(piece)))[:1990]
    assert _seconds(lambda: IOS.redact("running-config.txt", "\n".join([line] * 20), REDACTOR)) < 1.5


def _ip(number: int) -> str:
    return f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"


def _mac(number: int) -> str:
    return f"0200.{number >> 16 & 0xFFFF:04x}.{number & 0xFFFF:04x}"


MANY: Mapping[str, Callable[[int], str]] = {
    "acl entries": lambda n: ("ip access-list extended BIG\n" if n==0 else "")+f" permit tcp host {_ip(n)} any eq {n%65535}\n",
    "numbered acl": lambda n: f"access-list 101 permit ip host {_ip(n)} any\n",
    "acls": lambda n: f"ip access-list extended A{n}\n permit ip any any\n",
    "object groups chain": lambda n: f"object-group network G{n}\n group-object G{n+1}\n host {_ip(n)}\n",
    "object groups cycle": lambda n: f"object-group network G{n}\n group-object G{n+1}\n group-object G{n//2}\n group-object G0\n",
    "object service": lambda n: f"object-group service S{n}\n group-object S{n+1}\n tcp eq {n%65535}\n",
    "object in acl": lambda n: f"object-group network G{n}\n group-object G{n+1}\n group-object G{n+2}\n host {_ip(n)}\nip access-list extended POS-X\n permit ip object-group G{n} any\n",
    "vlan lists": lambda n: f"vlan 1-4094\n",
    "trunks": lambda n: f"interface GigabitEthernet1/0/{n}\n switchport mode trunk\n switchport trunk allowed vlan 1-4094\n",
    "trunk adds": lambda n: ("interface GigabitEthernet1/0/1\n switchport mode trunk\n" if n==0 else "")+" switchport trunk allowed vlan add 1-4094\n",
    "svi": lambda n: f"interface Vlan{n}\n ip address {_ip(n*256)} 255.255.255.0\n",
    "subif": lambda n: f"interface GigabitEthernet0/0/1.{n}\n encapsulation dot1Q {n%4094+1}\n ip address {_ip(n*256)} 255.255.255.0\n",
    "secondary": lambda n: ("interface Vlan30\n" if n==0 else "")+f" ip address {_ip(n*256)} 255.255.255.0 secondary\n",
    "helpers": lambda n: ("interface Vlan30\n" if n==0 else "")+f" ip helper-address {_ip(n)}\n",
    "class maps": lambda n: f"class-map type inspect match-any C{n}\n match class-map C{n+1}\n match access-group name A{n}\n",
    "class maps nested": lambda n: f"class-map type inspect match-any C{n}\n match class-map C{n+1}\n match class-map C{n+2}\n",
    "policy one": lambda n: ("policy-map type inspect P\n" if n==0 else "")+f" class type inspect C{n}\n  inspect\n",
    "dhcp pools": lambda n: f"ip dhcp pool P{n}\n network {_ip(n*256)} 255.255.255.0\n lease 1\n",
    "dhcp hosts": lambda n: f"ip dhcp pool H{n}\n host {_ip(n)} 255.255.255.0\n hardware-address {_mac(n)}\n",
    "dhcp excluded": lambda n: f"ip dhcp excluded-address {_ip(n)} {_ip(n+3)}\n",
    "dhcp classes": lambda n: f"ip dhcp class C{n}\n option 60 hex 00{n:04x}\nip dhcp pool POS\n class C{n}\n  address range 192.0.2.1 192.0.2.9\n",
    "nat": lambda n: f"ip nat inside source static tcp 10.0.0.1 {n%65535} interface GigabitEthernet0/0/0 {n%65535}\n",
    "nat overload": lambda n: f"ip nat inside source list {n} interface GigabitEthernet0/0/0 overload\naccess-list {n} permit any\n",
    "routes": lambda n: f"ip route {_ip(n*256)} 255.255.255.0 {_ip(n)}\n",
    "tracks": lambda n: f"track {n} ip sla {n}\nip route 0.0.0.0 0.0.0.0 {_ip(n)} track {n}\n",
    "track lists": lambda n: f"track {n} list boolean and\n object {n+1}\n object {n+2}\n",
    "route maps": lambda n: f"route-map R permit {n}\n match ip address A{n}\n set ip next-hop {_ip(n)}\n",
    "route maps many": lambda n: f"route-map R{n} permit 10\n match ip address A{n}\n set ip next-hop {_ip(n)}\ninterface Vlan{n}\n ip policy route-map R{n}\n",
    "wlans": lambda n: f"wlan w{n} {n} SHOP-POS\n no shutdown\nwireless tag policy t{n}\n wlan w{n} policy p{n}\nwireless profile policy p{n}\n vlan 30\n no shutdown\n",
    "one tag": lambda n: f"wlan w{n} {n} SHOP-POS\n no shutdown\nwireless profile policy p{n}\n vlan 30\n no shutdown\nwireless tag policy t\n wlan w{n} policy p{n}\n",
    "aps": lambda n: f"ap {_mac(n)}\n policy-tag t{n}\n site-tag s{n}\n rf-tag r{n}\n",
    "ap filters": lambda n: f"ap filter name f{n}\n filter-priority {n}\nap filter priority {n} filter-name f{n}\n",
    "rf": lambda n: f"ap dot11 5ghz rf-profile f{n}\n no shutdown\nwireless tag rf r{n}\n 5ghz-rf-policy f{n}\n",
    "flex": lambda n: f"wireless profile flex f{n}\n vlan-name v{n}\n  vlan-id {n%4094}\nwireless tag site s{n}\n no local-site\n flex-profile f{n}\n",
    "dot11 ssids": lambda n: f"dot11 ssid S{n}\n vlan {n%4094}\n authentication open\ninterface Dot11Radio0\n ssid S{n}\n",
    "radio subif": lambda n: f"interface Dot11Radio0.{n}\n encapsulation dot1Q {n%4094}\n bridge-group {n%255}\n",
    "bridge groups": lambda n: f"interface GigabitEthernet0.{n}\n encapsulation dot1Q {n%4094+1}\n bridge-group 1\n",
    "eem": lambda n: f"event manager applet a{n}\n event timer cron cron-entry \"0 12 * * *\"\n action 1 cli command \"event manager run a{n+1}\"\n action 2 cli command \"reload\"\n",
    "eem one": lambda n: ("event manager applet a\n event none\n" if n==0 else "")+f" action {n} cli command \"interface Vlan{n}\"\n",
    "kron": lambda n: f"kron policy-list p{n}\n cli reload\nkron occurrence o{n} at 12:00 recurring\n policy-list p{n}\n",
    "vlan groups": lambda n: f"vlan group g{n} vlan-list 1-4094\nvlan access-map m{n} 10\n match ip address A{n}\n action drop\nvlan filter m{n} vlan-list 1-4094\n",
    "pvlan": lambda n: f"vlan {n%4094}\n private-vlan primary\n private-vlan association 1-4094\n",
    "dns hosts": lambda n: f"ip host h{n}.example.com {_ip(n)}\n",
    "dns views": lambda n: f"ip dns view v{n}\n domain name-server {_ip(n)}\nip dns view-list L\n view v{n} {n}\n  restrict name-group {n}\nip dns name-list {n} permit EX{n}\\.COM\n",
    "dns patterns": lambda n: f"ip dns name-list 1 permit (A|B{n})*.EXAMPLE\n",
    "name servers": lambda n: f"ip name-server {_ip(n)}\n",
    "templates": lambda n: f"template T{n}\n switchport mode access\ninterface GigabitEthernet1/0/{n}\n source template T{n}\n",
    "templates one": lambda n: ("template T\n switchport mode access\n" if n==0 else "")+f"interface GigabitEthernet2/0/{n}\n source template T\n",
    "port-channel": lambda n: f"interface Port-channel{n}\n switchport mode trunk\ninterface GigabitEthernet3/0/{n}\n channel-group {n} mode active\n",
    "inspect": lambda n: f"ip inspect name I{n} tcp timeout {n}\ninterface Vlan{n+100}\n ip inspect I{n} in\n",
    "time ranges": lambda n: f"time-range T{n}\n periodic daily 8:00 to 9:0\nip access-list extended TT\n permit ip any any time-range T{n}\n",
    "webauth": lambda n: f"parameter-map type webauth w{n}\n type webauth\n timeout init-state sec 120\nwlan x{n} {n} S\n security web-auth parameter-map w{n}\n",
    "unknown": lambda n: f"frob {n} nonsense\n",
    "unknown in interface": lambda n: ("interface Vlan30\n" if n==0 else "")+f" switchport frob {n}\n",
    "same interface": lambda n: f"interface Vlan30\n description {n}\n",
    "dup dhcp pool": lambda n: f"ip dhcp pool POS\n option {n%250} hex 00\n",
    "ipv6": lambda n: f"interface Vlan{n}\n ipv6 address 2001:db8:{n%65535:x}::1/64\n ipv6 traffic-filter F{n} in\nipv6 access-list F{n}\n permit ipv6 any any\n",
    "standby": lambda n: f"interface Vlan{n}\n standby {n} ip {_ip(n)}\n standby {n} priority 110\n",
    "vrf": lambda n: f"vrf definition V{n}\ninterface Vlan{n}\n vrf forwarding V{n}\n ip address {_ip(n*256)} 255.255.255.0\n",
    "tunnels": lambda n: f"interface Tunnel{n}\n tunnel source Tunnel{n+1}\n ip unnumbered Tunnel{n+1}\n",
    "unnumbered": lambda n: f"interface Vlan{n}\n ip unnumbered Vlan{n+1}\n",
    "parameter-map regex": lambda n: f"parameter-map type regex r{n}\n pattern .*a{n}\n",
}  # fmt: skip


def _device(name: str, count: int) -> Capture:
    text = GATEWAY.read_text(encoding="utf-8").rstrip().removesuffix("end")
    more = "".join(MANY[name](number) for number in range(count))
    file = CapturedFile("running-config.txt", f"{text}{more}end\n", Kind.CONFIGURATION)
    return Capture("gw", "cisco_ios", (file,), (), NOW, False, "a file")


@pytest.mark.parametrize("name", MANY)
def test_a_device_with_many(name: str) -> None:
    small, large = _device(name, 250), _device(name, 1000)
    assert not _grows(lambda: read(small), lambda: read(large))
