"""One large shop, made up: a firewall, a switch for every twelve devices, and access points of two makes.

Readers and tills use one SSID that all access points serve, counters are in a network of their own: so every question
passes switches, access points and the firewall with all of its rules. The same for the same seed and size.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.fleet import Shop

NETWORKS = {"mgmt": 1, "pos": 30, "guest": 40, "office": 50}
RULES_EACH = 5000 / 60
"""Filter rules for each device of the shop: 5,000 where there are 60."""

_INVENTORY = """
sites:
  large:
    timezone: Europe/Paris
    opening_hours: {daily: "08:00-20:00"}
    integration: javascript-sdk
    readers:
      tills: {ssid: SHOP-POS, model: bbpos-wisepos-e}
    pos:
      tablets: {ssid: SHOP-POS, dns: dhcp}
      counters: {subnet: 192.168.50.0/24, dns: dhcp}
    devices:
"""


@dataclass(frozen=True, slots=True)
class LargeSite:
    """The inventory's text, and each device with its texts."""

    inventory: str
    devices: tuple[Shop, ...]
    rules: int

    @property
    def lines(self) -> int:
        return sum(device.lines for device in self.devices)


def large_site(count: int, *, seed: int = 1) -> LargeSite:
    """Make a shop of so many devices, three at least."""
    rules = round(count * RULES_EACH)
    switches = max(1, count // 12)
    devices = [_firewall(random.Random(f"site/{seed}"), rules)]
    devices += (_switch(number) for number in range(switches))
    devices += ((_routeros, _openwrt)[number % 2](number) for number in range(count - switches - 1))
    entries = "".join(f"      {each.name}: {{captures: x/, platform: {each.platform}}}\n" for each in devices)
    return LargeSite(_INVENTORY + entries, tuple(devices), rules)


# -- the firewall: Linux with nftables --------------------------------------------------------------------------


def _firewall(dice: random.Random, rules: int) -> Shop:
    texts = {
        "/etc/dnsmasq.conf": "\n".join(_dnsmasq()) + "\n",
        "/etc/nftables.conf": _nftables(dice, rules),
        "/etc/crontab": "17 * * * * root cd / && run-parts /etc/cron.hourly\n",
        "commands/listing/etc/cron.d": "",
        "commands/ip-addr.json": json.dumps(list(_links()), indent=4) + "\n",
        "commands/ip-route.json": json.dumps(_routes(), indent=4) + "\n",
        "commands/ip-rule.json": json.dumps([{"priority": 32766, "src": "all", "table": "main"}], indent=4) + "\n",
        "commands/sysctl.txt": "net.ipv4.ip_forward = 1\nnet.netfilter.nf_conntrack_tcp_timeout_established = 432000\n",
        "commands/processes.txt": _PROCESSES,
        "commands/wireless-links.txt": "",
    }
    return Shop("fw", texts, "linux")


_PROCESSES = """\
  PID   UID  ELAPSED      NETNS CGROUP                              COMMAND
    1     0   864000 4026531840 0::/init.scope                      /sbin/init
  417   104   864000 4026531840 0::/system.slice/dnsmasq.service    /usr/sbin/dnsmasq -u dnsmasq
"""


def _dnsmasq() -> Iterator[str]:
    yield from ("no-resolv", "server=1.1.1.1", "bind-dynamic", "dhcp-authoritative")
    for vlan in NETWORKS.values():
        yield from (f"interface=eth1.{vlan}", f"dhcp-range=192.168.{vlan}.100,192.168.{vlan}.199,24h")


def _nftables(dice: random.Random, count: int) -> str:
    forward = "\n".join(f"\t\t{rule}" for rule in ("ct state established,related accept", *_rules(dice, count)))
    return f"""flush ruleset

table inet filter {{
	chain input {{
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iifname {{ "lo", "eth1.1" }} accept
		iifname != "eth0" udp dport {{ 53, 67 }} accept
	}}

	chain forward {{
		type filter hook forward priority filter; policy drop;
{forward}
	}}
}}

table ip nat {{
	chain postrouting {{
		type nat hook postrouting priority srcnat; policy accept;
		oifname "eth0" masquerade
	}}
}}
"""


def _rules(dice: random.Random, count: int) -> Iterator[str]:
    """Rules about single hosts, networks and ports in every direction, the permissions that the shop needs last."""
    links = [f"eth1.{vlan}" for vlan in NETWORKS.values()]
    last = [f'iifname "{link}" oifname "eth0" accept' for link in links]
    last.append('iifname "eth1.50" oifname "eth1.30" tcp dport 4443 accept')
    for _ in range(count - len(last)):
        vlan = dice.choice(tuple(NETWORKS.values()))
        source = f"192.168.{vlan}.{dice.randrange(2, 255)}"
        outside = f"203.0.{dice.randrange(256)}.{dice.randrange(256)}"
        inside = f"192.168.{dice.choice(tuple(NETWORKS.values()))}.{dice.randrange(2, 255)}"
        port = f"tcp dport {dice.choice((22, 25, 445, 3389, 8080, '5000-5100'))}"
        where, target = dice.choice((("eth0", outside), ("", outside), ("", inside)))
        out = f'oifname "{where}" ' if where else ""
        limit = dice.choice((port, port, "meta l4proto tcp", "tcp dport 443" if target == inside else port))
        verdict = dice.choice(("drop", "accept"))
        yield f'iifname "eth1.{vlan}" {out}ip saddr {source} ip daddr {target} {limit} {verdict}'
    yield from last


def _links() -> Iterator[dict[str, Any]]:
    yield _link("lo", "127.0.0.1", link_type="loopback")
    yield _link("eth0", "198.51.100.10")
    yield _link("eth1", "")
    for vlan in NETWORKS.values():
        tag = {"info_kind": "vlan", "info_data": {"protocol": "802.1Q", "id": vlan}}
        yield _link(f"eth1.{vlan}", f"192.168.{vlan}.1", link="eth1", linkinfo=tag)


def _link(name: str, address: str, *, link_type: str = "ether", **more: Any) -> dict[str, Any]:
    addresses = [{"family": "inet", "local": address, "prefixlen": 24, "scope": "global", "label": name}]
    flags = ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"]
    return {"ifname": name, "flags": flags, "operstate": "UP", "link_type": link_type, **more} | {
        "addr_info": addresses if address else []
    }


def _routes() -> list[dict[str, Any]]:
    local = [
        {"dst": f"192.168.{vlan}.0/24", "dev": f"eth1.{vlan}", "protocol": "kernel", "scope": "link"}
        for vlan in NETWORKS.values()
    ]
    return [{"dst": "default", "gateway": "198.51.100.1", "dev": "eth0"}, *local]


# -- switches and access points ---------------------------------------------------------------------------------


def _switch(number: int) -> Shop:
    lines = ["Building configuration...", "", "Current configuration : 20112 bytes", "!", "version 17.9", "!"]
    lines += [f"hostname sw{number}", "!", "no aaa new-model", "clock timezone CET 1 0", "!"]
    for name, vlan in NETWORKS.items():
        lines += [f"vlan {vlan}", f" name {name}", "!"] if vlan > 1 else []
    for port in range(1, 25):
        lines += [f"interface GigabitEthernet1/0/{port}", f" description outlet {port:02}"]
        lines += [" switchport mode trunk"] if port > 8 else [" switchport access vlan 50", " switchport mode access"]
        lines += [] if port > 8 else [" spanning-tree portfast"]
        lines += ["!"]
    lines += ["interface Vlan1", f" ip address 192.168.1.{10 + number} 255.255.255.0", "!"]
    lines += ["ip default-gateway 192.168.1.1", "line con 0", " exec-timeout 5 0", "line vty 0 4", " login local"]
    lines += [" transport input ssh", "!", "end"]
    return Shop(f"sw{number}", {"running-config.txt": "\n".join(lines) + "\n"}, "cisco_ios")


def _openwrt(number: int) -> Shop:
    lines = ["", "config device", "\toption name 'br-lan'", "\toption type 'bridge'", "\tlist ports 'lan1'"]
    for name, vlan in NETWORKS.items():
        lines += ["", "config bridge-vlan", "\toption device 'br-lan'", f"\toption vlan '{vlan}'"]
        lines += [f"\tlist ports 'lan1:{'u*' if vlan == 1 else 't'}'"]
        lines += ["", f"config interface '{name}'", f"\toption device 'br-lan.{vlan}'"]
        if vlan > 1:
            lines += ["\toption proto 'none'"]
            continue
        lines += ["\toption proto 'static'", f"\toption ipaddr '192.168.1.{_host(number)}'"]
        lines += ["\toption netmask '255.255.255.0'", "\toption gateway '192.168.1.1'"]
    wireless: list[str] = []
    for index, band in enumerate(("2g", "5g")):
        wireless += ["", f"config wifi-device 'radio{index}'", "\toption type 'mac80211'", f"\toption band '{band}'"]
        wireless += [f"\toption channel '{(6, 36)[index]}'", f"\toption htmode '{('HT20', 'VHT80')[index]}'"]
        wireless += ["\toption country 'FR'"]
        for name, ssid in (("pos", "SHOP-POS"), ("guest", "SHOP-GUEST")):
            wireless += ["", f"config wifi-iface '{name}_{index}'", f"\toption device 'radio{index}'"]
            wireless += ["\toption mode 'ap'", f"\toption network '{name}'", f"\toption ssid '{ssid}'"]
            wireless += ["\toption encryption 'psk2+ccmp'", "\toption key 'made-up key'"]
            wireless += [f"\toption isolate '{int(name == 'guest')}'"]
    system = f"\nconfig system\n\toption hostname 'ap{number}'\n\toption timezone 'CET-1CEST,M3.5.0,M10.5.0/3'\n"
    texts = {
        "/etc/openwrt_release": "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='23.05.3'\n",
        "/etc/config/system": system,
        "/etc/config/network": "\n".join(lines) + "\n",
        "/etc/config/wireless": "\n".join(wireless) + "\n",
        "/etc/config/dhcp": "\nconfig dhcp 'mgmt'\n\toption interface 'mgmt'\n\toption ignore '1'\n",
        "/etc/config/firewall": _ZONES,
    }
    return Shop(f"ap{number}", texts, "openwrt")


_ZONES = """
config defaults
	option input 'ACCEPT'
	option output 'ACCEPT'
	option forward 'REJECT'

config zone
	option name 'mgmt'
	list network 'mgmt'
	option input 'ACCEPT'
	option output 'ACCEPT'
	option forward 'REJECT'
"""


def _routeros(number: int) -> Shop:
    lines = ["# 2026-03-01 12:00:00 by RouterOS 7.16.2", "# software id = MADE-UP0", "#", "# model = C52iG-5HaxD2HaxD"]
    lines += ["/interface bridge add name=bridge vlan-filtering=yes"]
    lines += ["/interface bridge port add bridge=bridge interface=ether1"]
    lines += ["/interface wifi security add authentication-types=wpa2-psk name=pos"]
    lines += ["/interface wifi configuration add country=France mode=ap name=pos security=pos ssid=SHOP-POS"]
    for index, band in enumerate(("5ghz-ac", "2ghz-n"), start=1):
        lines += [
            f"/interface wifi set [ find default-name=wifi{index} ] channel.band={band} configuration=pos "
            "configuration.mode=ap disabled=no",
            f"/interface bridge port add bridge=bridge interface=wifi{index} pvid=30",
        ]
    lines += [
        f"/interface bridge vlan add bridge=bridge tagged=ether1 vlan-ids={v}" for v in NETWORKS.values() if v > 1
    ]
    lines += [f"/ip address add address=192.168.1.{_host(number)}/24 interface=bridge network=192.168.1.0"]
    lines += [
        "/ip route add dst-address=0.0.0.0/0 gateway=192.168.1.1",
        "/system clock set time-zone-name=Europe/Paris",
    ]
    lines += [f"/system identity set name=ap{number}"]
    return Shop(f"ap{number}", {"export.rsc": "\r\n".join(lines) + "\r\n"}, "routeros")


def _host(number: int) -> int:
    """The last octet of an access point's own address."""
    return 50 + number % 200
