"""Small captures: for every intent on OpenWrt, with the intent that changes something there; one of RouterOS."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from types import MappingProxyType

from auditor import intents
from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Akm, Phy, Pmf
from auditor.pipeline import read
from auditor.syntax.uci import made_up_name

NETWORK = """
config device
	option name 'br-lan'
	option type 'bridge'
	list ports 'lan1'

config device
	option name 'lan1'
	option isolate '1'
	option speed '100'

config device
	option name 'br-shop'
	option type 'bridge'
	list ports 'lan3'
	list ports 'lan4'

config bridge-vlan
	option device 'br-shop'
	option vlan '30'
	list ports 'lan3:u*'

config bridge-vlan
	option device 'br-shop'
	option vlan '40'
	list ports 'lan3:t'
	list ports 'lan4:t'

config interface 'lan'
	option device 'br-lan'
	option proto 'static'
	option ipaddr '192.168.1.1/24'

config interface 'wan'
	option device 'wan'
	option proto 'dhcp'
"""

DHCP = """
config dnsmasq
	option rebind_protection '1'
	option filter_a '1'
	list rebind_domain 'example.org'
	list address '/device.example.net/192.168.1.9'
	list address '/other.example.net/192.168.1.8'
	list server '/blocked.example.net/'

config dhcp 'lan'
	option interface 'lan'
	option leasetime '2h'
	option limit '10'
	option ipv6_only_preferred '1800'
	list dhcp_option '3,192.168.1.1'
	list dhcp_option '6,192.168.1.9'

config dhcp 'raw'
	option interface 'lan'
	list dhcp_option '108,00000708'
	list dhcp_option '42,192.168.1.1'

config dhcp 'words'
	option interface 'lan'
	option dhcp_option '3,192.168.1.1 6,192.168.1.9'
"""

WIRELESS = """
config wifi-device 'radio0'
	option type 'mac80211'
	option band '5g'
	option htmode 'HE80'
	option require_mode 'ax'

config wifi-device 'radio1'
	option type 'mac80211'
	option band '2g'
	option htmode 'HE20'

config wifi-iface 'tills'
	option device 'radio0'
	option network 'lan'
	option mode 'ap'
	option ssid 'SHOP'
	option encryption 'psk-mixed+tkip+ccmp'
	option key 'redacted-passphrase-0123abcd'
	option ieee80211r '1'
	option isolate '1'
	option bridge_isolate '1'
	option skip_inactivity_poll '1'
	option macfilter 'allow'
	list maclist '02:00:5e:10:00:09'

config wifi-iface
	option device 'radio1'
	option network 'lan'
	option mode 'ap'
	option ssid 'SHOP'
	option encryption 'sae'
	option ieee80211w '2'
	option key 'redacted-passphrase-0123abcd'
	option macfilter 'deny'
	option maclist '02:00:5e:10:00:01'

config wifi-iface 'office'
	option device 'radio1'
	option network 'lan'
	option mode 'ap'
	option ssid 'OFFICE'
	option encryption 'wpa2'
	option macfilter 'deny'
	list maclist '02:00:5e:10:00:01'
	list maclist '02:00:5E:10:00:02'
"""

# As it is shipped: no section has a name.
FIREWALL = """
config defaults
	option input 'REJECT'
	option output 'ACCEPT'
	option forward 'REJECT'

config zone
	option name 'lan'
	list network 'lan'
	option input 'ACCEPT'
	option output 'ACCEPT'
	option forward 'ACCEPT'

config zone
	option name 'wan'
	list network 'wan'
	option input 'REJECT'
	option output 'ACCEPT'
	option forward 'REJECT'
	option masq '1'

config forwarding
	option src 'lan'
	option dest 'wan'

config rule
	option name 'Allow-DHCP-Renew'
	option src 'wan'
	option proto 'udp'
	option dest_port '68'
	option target 'ACCEPT'

config rule
	option name 'No-Web'
	option src 'lan'
	option dest 'wan'
	option proto 'tcp'
	option dest_port '443'
	option target 'REJECT'

config redirect
	option name 'All-DNS-here'
	option src 'lan'
	option proto 'udp'
	option src_dport '53'
	option dest_port '53'
	option target 'DNAT'

config redirect
	option src 'lan'
	option proto 'tcp'
	option src_dport '53'
	option target 'DNAT'
"""

OPENNDS = """
config opennds
	option enabled '1'
	option gatewayinterface 'br-lan'
	option sessiontimeout '120'
"""

NODOGSPLASH = """
config nodogsplash
	option enabled '1'
	option gatewayinterface 'br-lan'
	option authidletimeout '10'
	list trustedmac '02:00:5e:10:00:09'
"""

HTTPS_DNS_PROXY = """
config main 'config'
	option force_dns '1'

config https-dns-proxy
	option resolver_url 'https://dns.example.net/dns-query'
"""

OPENWRT: Mapping[str, str] = MappingProxyType(
    {
        "network": NETWORK,
        "dhcp": DHCP,
        "wireless": WIRELESS,
        "firewall": FIREWALL,
        "opennds": OPENNDS,
        "nodogsplash": NODOGSPLASH,
        "https-dns-proxy": HTTPS_DNS_PROXY,
    }
)

TAKEN_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SERVICES = "S19dnsmasq\nS19firewall\nS20network\nS50cron\nS94nodogsplash\nS95opennds\nS95https-dns-proxy\n"


def openwrt_capture(packages: Mapping[str, str] = OPENWRT, device: str = "gw") -> Capture:
    """Make a capture of UCI packages; texts begin behind their first newline."""
    files = [
        CapturedFile(f"/etc/config/{name}", text.removeprefix("\n"), Kind.CONFIGURATION)
        for name, text in packages.items()
    ]
    release = CapturedFile("/etc/openwrt_release", "DISTRIB_RELEASE='23.05.3'\n", Kind.CONFIGURATION)
    services = CapturedFile("commands/enabled-services.txt", SERVICES, Kind.STATE)
    return Capture(device, "openwrt", (*files, release, services), (), TAKEN_AT, False, "tests")


ROUTEROS = r"""
# 2026-03-01 10:00:00 by RouterOS 7.16.1
# software id = ABCD-EFGH
/interface wifi
set [ find default-name=wifi1 ] channel.band=5ghz-ax .width=20/40mhz \
    configuration.mode=ap .ssid="Caf\C3\A9 \"POS\"" disabled=no
set [ find default-name=wifi2 ] configuration.ssid=SHOP name="wifi 2.4"
/ip pool
add name=pool ranges=192.168.88.10-192.168.88.20
/ip dhcp-server
add address-pool=pool interface=bridge lease-time=10m name=defconf
add address-pool=pool interface=guests name=guests
/ip firewall filter
add action=accept chain=forward comment="defconf: accept" connection-state=established,related
add action=drop chain=forward dst-port=443 protocol=tcp
add action=drop chain=forward comment="what? \$5 & more" in-interface-list=!LAN
/ip dns static
add address=192.0.2.1 name=pos.example.net
add address=192.0.2.2 name=pos.example.net type=A
/system identity
set name=shop
"""


def routeros_capture(export: str = ROUTEROS, device: str = "gw") -> Capture:
    """Make a capture of an export; the text begins behind its first newline."""
    file = CapturedFile("export.rsc", export.removeprefix("\n"), Kind.CONFIGURATION)
    return Capture(device, "routeros", (file,), (), TAKEN_AT, False, "tests")


@dataclass(frozen=True, slots=True)
class Sample:
    """An intent, and the package that it changes. `id` says what is special about it."""

    id: str
    intent: intents.Intent
    packages: Mapping[str, str] = field(default_factory=lambda: OPENWRT)

    @property
    def capture(self) -> Capture:
        return openwrt_capture(self.packages)


def _without(package: str, line: str) -> Mapping[str, str]:
    """The packages without one line."""
    text = "".join(each for each in OPENWRT[package].splitlines(keepends=True) if line not in each)
    assert text != OPENWRT[package]
    return {**OPENWRT, package: text}


def _address(text: str) -> IPv4Address:
    return IPv4Address(text)


def _redirect() -> str:
    """The key of the redirect that has neither a name nor an option `name`."""
    keys = (item.key for item in read(openwrt_capture()).dns_redirects)
    return next(key for key in keys if key.startswith("redirect ") and "'" not in key)


_DNSMASQ = made_up_name(1, "dnsmasq")
_OPENNDS = made_up_name(1, "opennds")
_NODOGSPLASH = made_up_name(1, "nodogsplash")
_SECOND_BSS = made_up_name(4, "wifi-iface")
_ALLOW = intents.AllowTraffic(
    filter="forward",
    name="allow_readers_web",
    entering="lan",
    leaving="wan",
    sources=(IPv4Network("192.168.1.0/24"),),
    destinations=(IPv4Network("198.51.100.0/24"), IPv4Network("203.0.113.7/32")),
    protocol="tcp",
    port=443,
    before="rule 'No-Web'",
)
_DAY = timedelta(hours=24)
_PUBLIC = (_address("192.0.2.53"), _address("192.0.2.54"))

SAMPLES: tuple[Sample, ...] = (
    Sample("option-there", intents.SetLeaseTime("lan", _DAY)),
    Sample("option-missing", intents.SetLeaseTime("lan", _DAY), _without("dhcp", "leasetime")),
    Sample("new-section", intents.AddReservation("lan", "reader_1", "02:00:5e:10:00:01", _address("192.168.1.10"))),
    Sample("option-there", intents.EnlargePool("lan", 100)),
    Sample("one-of-several", intents.SetDomainNameServers("lan", (_address("1.1.1.1"), _address("1.0.0.1")))),
    Sample("several-in-one-option", intents.SetDomainNameServers("words", (_address("1.1.1.1"),))),
    Sample(
        "one-in-a-list",
        intents.SetDomainNameServers("lan", (_address("1.1.1.1"),)),
        _without("dhcp", "'3,192.168.1.1'"),
    ),
    Sample("none-yet", intents.SetDomainNameServers("lan", (_address("1.1.1.1"),)), _without("dhcp", "dhcp_option")),
    Sample("key-of-odhcpd", intents.StopPreferringIpv6Only("lan")),
    Sample("raw-option", intents.StopPreferringIpv6Only("raw")),
    Sample("list-there", intents.ExemptFromRebindProtection(_DNSMASQ, "example.com")),
    Sample("no-list", intents.ExemptFromRebindProtection(_DNSMASQ, "example.com"), _without("dhcp", "rebind_domain")),
    Sample("list-there", intents.ForwardDomain(_DNSMASQ, "example.com", _PUBLIC)),
    Sample("no-list", intents.ForwardDomain(_DNSMASQ, "example.com", _PUBLIC), _without("dhcp", "list server")),
    Sample("option-goes", intents.GiveOutIpv4Answers(_DNSMASQ)),
    Sample(
        "one-of-a-list",
        intents.RemoveLocalAnswer(_DNSMASQ, "/device.example.net/192.168.1.9", "device.example.net"),
    ),
    Sample("only-entry", intents.RemoveLocalAnswer(_DNSMASQ, "/blocked.example.net/", "blocked.example.net")),
    Sample("firewall-redirect", intents.StopDnsRedirect("redirect 'All-DNS-here'")),
    Sample("redirect-without-name", intents.StopDnsRedirect(_redirect())),
    Sample("https-dns-proxy", intents.StopDnsRedirect("config")),
    Sample("option-there", intents.DisableStationIsolation("tills")),
    Sample("bss", intents.DisablePortIsolation(bss="tills")),
    Sample("port", intents.DisablePortIsolation(port="lan1")),
    Sample("ax-required", intents.SetPhy("radio0", Phy.AC, ("tills",))),
    Sample("radio-of-2.4-ghz", intents.SetPhy("radio1", Phy.N, (_SECOND_BSS, "office"))),
    Sample("option-goes", intents.AcceptStationsWithoutAx("radio0", ("tills",))),
    Sample("word-only", intents.SetAuthentication("tills", frozenset({Akm.WPA2_PSK}), Pmf.DISABLED)),
    Sample(
        "pmf-written",
        intents.SetAuthentication(_SECOND_BSS, frozenset({Akm.WPA2_PSK, Akm.WPA3_SAE}), Pmf.OPTIONAL),
    ),
    Sample("option-there", intents.SetPmf(_SECOND_BSS, Pmf.OPTIONAL)),
    Sample("suffix", intents.UseCcmpOnly("tills")),
    Sample("option-there", intents.DisableFastTransition("tills")),
    Sample("added-to-a-list", intents.AdmitStations("tills", ("02:00:5e:10:00:01",), allowed_by_list=True)),
    Sample("one-of-a-list", intents.AdmitStations("office", ("02:00:5e:10:00:02",), allowed_by_list=False)),
    Sample("plain-option", intents.AdmitStations(_SECOND_BSS, ("02:00:5e:10:00:01",), allowed_by_list=False)),
    Sample("option-there", intents.PollSilentStations("tills")),
    Sample("option-missing", intents.SetReauthPeriod("office", _DAY)),
    Sample("no-list", intents.BypassPortal(_OPENNDS, ("02:00:5e:10:00:01", "02:00:5e:10:00:02"))),
    Sample("list-there", intents.BypassPortal(_NODOGSPLASH, ("02:00:5e:10:00:01",))),
    Sample("both-timers", intents.RemovePortalTimers(_OPENNDS, session=True, idle=True)),
    Sample("idle-only", intents.RemovePortalTimers(_NODOGSPLASH, session=False, idle=True)),
    Sample("before-a-nameless-rule", _ALLOW),
    Sample("icmp-at-the-end", replace(_ALLOW, protocol="icmp", port=None, before=None)),
    Sample("to-the-router", replace(_ALLOW, filter="input", leaving="", destinations=None, before=None)),
    Sample("option-goes", intents.NegotiateSpeed("lan1")),
    Sample("list-there", intents.CarryVlan("lan4", 30)),
    Sample("no-list", intents.CarryVlan("lan4", 30), _without("network", "lan3:u*")),
)


CISCO_IOS = """Building configuration...

Current configuration : 4711 bytes
!
version 17.9
hostname gw
!
ip dhcp excluded-address 192.168.30.1 192.168.30.99
!
ip dhcp pool POS
 network 192.168.30.0 255.255.255.0
 default-router 192.168.30.1
 lease 0 2
!
ip dhcp pool GUESTS AND STAFF
 network 192.168.40.0 255.255.255.0
 option 108 hex 0000.0708
!
interface GigabitEthernet1/0/5
 switchport access vlan 30
 switchport protected
 speed 100
!
interface GigabitEthernet1/0/24
 switchport trunk allowed vlan 1,20,21
 switchport mode trunk
!
interface Vlan30
 ip address 192.168.30.1 255.255.255.0
 ip access-group POS-IN in
!
ip access-list extended POS-IN
 10 remark readers | tills
 20 permit udp any any eq domain
 30 deny   tcp any any eq 443
 40 permit ip any any
ip access-list extended SHOWN
 10 remark names
 10 permit udp any any eq domain
 20 remark no web
 20 remark at all
 20 deny   tcp any any eq 443
ip access-list extended OLD
 permit udp any any eq domain
 deny   tcp any any eq 443
 permit ip any any
ip access-list extended REMARKED
 remark what is old
 deny   tcp any any eq 443
!
access-list 101 permit udp any any eq domain
access-list 101 deny   tcp any any eq 443
!
wireless profile policy POS
 session-timeout 1800
 vlan POS
 no shutdown
wireless profile policy SPARE
 session-timeout 1800
wlan pos 3 SHOP POS
 peer-blocking drop
 no security wpa akm dot1x
 security wpa akm psk
 security wpa psk set-key ascii 8 redacted-passphrase-0123abcd
 no shutdown
ap dot11 24ghz shutdown
banner motd ^C
interface GigabitEthernet1/0/5
 no switchport protected
end
^C
!
end
"""
"""One configuration with what changes of IOS meet: blocks up and down, lists with numbers and without."""


def cisco_ios_capture(text: str = CISCO_IOS) -> Capture:
    """One device of IOS-XE with this running configuration."""
    files = (CapturedFile("running-config.txt", text, Kind.CONFIGURATION),)
    return replace(openwrt_capture({}), device="gw", platform="cisco_ios", files=files)
