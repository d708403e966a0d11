"""A fleet of Linux shops, made up: one host as router and access point, the same for the same seed and number.

Each has the outputs of a host (links, routes, a packet filter in force) beside its files. Most have a fault.
"""

import json
import random
from typing import Any

from bench.fleet import Shop

_LEASES = (",30m", ",1h", ",2h", ",12h", ",24h", ",24h", ",48h", ",infinite", "")
_KEYS = ("WPA-PSK", "WPA-PSK", "WPA-PSK SAE", "SAE")
_NAMES = ("printer", "camera", "till", "scale", "display", "clock", "scanner", "phone")
_BRIDGES = {"br-lan": 1, "br-pos": 30, "br-guest": 40}


def shop(number: int, *, seed: int = 1) -> Shop:
    """Make one shop of the fleet."""
    dice = random.Random(f"linux/{seed}/{number}")
    rules = _rules(dice)
    texts = {
        "/etc/dnsmasq.conf": _dnsmasq(dice),
        "/etc/hostapd/hostapd.conf": _hostapd(dice),
        "/etc/nftables.conf": _nftables(rules),
        "/etc/crontab": "17 * * * * root cd / && run-parts /etc/cron.hourly\n",
        "/etc/timezone": "Europe/Paris\n",
        "commands/listing/etc/cron.d": "",
        "commands/ip-addr.json": _json(list(_links())),
        "commands/ip-route.json": _json(_routes()),
        "commands/ip-rule.json": _json([{"priority": 32766, "src": "all", "table": "main"}]),
        "commands/sysctl.txt": "net.ipv4.ip_forward = 1\nnet.netfilter.nf_conntrack_tcp_timeout_established = 432000\n",
        "commands/wireless-links.txt": "/sys/class/net/wlan0/phy80211\n",
    }
    return Shop(f"host-{number:05}", texts, "linux")


def _json(data: list[Any]) -> str:
    return json.dumps(data, indent=4) + "\n"


def _dnsmasq(dice: random.Random) -> str:
    lines = ["no-resolv", "server=1.1.1.1", "bind-dynamic", "dhcp-authoritative"]
    if dice.random() < 0.6:
        lines.append("stop-dns-rebind")
        if dice.random() < 0.5:
            lines.append("rebind-domain-ok=/stripe-terminal-local-reader.net/")
    for bridge, network in _BRIDGES.items():
        lines += [
            f"interface={bridge}",
            f"dhcp-range=192.168.{network}.100,192.168.{network}.199{dice.choice(_LEASES)}",
        ]
    for host in range(dice.randrange(40)):
        name = f"{dice.choice(_NAMES)}-{host}"
        lines.append(f"dhcp-host=02:00:5e:00:{host // 256:02x}:{host % 256:02x},{name},192.168.1.{host + 10}")
    return "\n".join(lines) + "\n"


def _hostapd(dice: random.Random) -> str:
    radio = "interface=wlan0\ndriver=nl80211\nhw_mode=g\nchannel=6\nieee80211n=1\nwmm_enabled=1\n"
    if dice.random() < 0.3:
        radio += "ieee80211ax=1\n"
    for number, (bridge, ssid) in enumerate((("br-pos", "SHOP-POS"), ("br-guest", "SHOP-GUEST"))):
        keys = dice.choice(_KEYS)
        radio += "" if number == 0 else "\nbss=wlan0_1\n"
        radio += (
            f"bridge={bridge}\nssid={ssid}\nwpa=2\nwpa_key_mgmt={keys}\nrsn_pairwise=CCMP\n"
            f"ieee80211w={2 if keys == 'SAE' else 1}\nwpa_passphrase=made-up key {number}\n"
            f"ap_isolate={int(number == 1 or dice.random() < 0.3)}\n"
        )
    return radio


def _rules(dice: random.Random) -> list[str]:
    rules = [
        f'iifname "br-lan" ip saddr 192.168.1.{number + 10} tcp dport {dice.randrange(1024, 65535)} drop'
        for number in range(dice.randrange(30))
    ]
    if dice.random() < 0.3:
        rules.append('iifname "br-pos" tcp dport 443 drop')
    return [*rules, *(f'iifname "{bridge}" oifname "eth0" accept' for bridge in _BRIDGES)]


def _nftables(rules: list[str]) -> str:
    forward = "\n".join(f"\t\t{rule}" for rule in ("ct state established,related accept", *rules))
    return f"""flush ruleset

table inet filter {{
	chain input {{
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iifname {{ "lo", "br-lan" }} accept
		iifname {{ "br-pos", "br-guest" }} udp dport {{ 53, 67 }} accept
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


def _links() -> Any:
    yield _link("lo", "127.0.0.1", link_type="loopback")
    for bridge, network in _BRIDGES.items():
        yield _link(
            bridge, f"192.168.{network}.1", linkinfo={"info_kind": "bridge", "info_data": {"vlan_filtering": 0}}
        )
    yield _link("eth0", "198.51.100.10")
    for port, bridge in (("eth1", "br-lan"), ("eth2", "br-pos"), ("wlan0", "br-pos"), ("wlan0_1", "br-guest")):
        slave = {"info_slave_kind": "bridge", "info_slave_data": {"state": "forwarding", "isolated": False}}
        yield _link(port, "", master=bridge, linkinfo=slave)


def _link(name: str, address: str, *, link_type: str = "ether", **more: Any) -> dict[str, Any]:
    addresses = [{"family": "inet", "local": address, "prefixlen": 24, "scope": "global", "label": name}]
    flags = ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"]
    return {"ifname": name, "flags": flags, "operstate": "UP", "link_type": link_type, **more} | {
        "addr_info": addresses if address else []
    }


def _routes() -> list[dict[str, Any]]:
    local = [
        {"dst": f"192.168.{network}.0/24", "dev": bridge, "protocol": "kernel", "scope": "link"}
        for bridge, network in _BRIDGES.items()
    ]
    return [{"dst": "default", "gateway": "198.51.100.1", "dev": "eth0"}, *local]
