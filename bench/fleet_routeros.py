"""A fleet of RouterOS shops, made up: one router with radios, the same for the same seed and number.

Each is the export of one device, with its list of addresses, static names and filter rules. Most have a fault.
"""

import random

from bench.fleet import Shop

_LEASES = (" lease-time=10m", " lease-time=30m", " lease-time=2h", " lease-time=1d", " lease-time=1d", "")
_TYPES = ("wpa2-psk", "wpa2-psk,wpa3-psk", "wpa2-psk,wpa3-psk", "wpa3-psk")
_NETWORKS = {"pos": 30, "guest": 40, "office": 50}


def shop(number: int, *, seed: int = 1) -> Shop:
    """Make one shop of the fleet."""
    dice = random.Random(f"routeros/{seed}/{number}")
    lines = ["# 2026-03-01 12:00:00 by RouterOS 7.16.2", "# software id = MADE-UP0", "#", "# model = C52iG-5HaxD2HaxD"]
    lines += [*_bridge(), *_wifi(dice), *_addresses(dice), *_dns(dice), *_firewall(dice)]
    lines += ["/system clock set time-zone-name=Europe/Paris", f"/system identity set name=shop-{number:05}"]
    return Shop(f"ros-{number:05}", {"export.rsc": "\r\n".join(lines) + "\r\n"}, "routeros")


def _bridge() -> list[str]:
    lines = ["/interface bridge add name=bridge vlan-filtering=yes"]
    for name, vlan in _NETWORKS.items():
        lines.append(f"/interface vlan add interface=bridge name={name} vlan-id={vlan}")
    lines += ["/interface list add name=WAN", "/interface list add name=LAN"]
    for port in range(2, 6):
        lines.append(f"/interface bridge port add bridge=bridge interface=ether{port} pvid={30 if port == 2 else 1}")
    lines += ["/interface bridge port add bridge=bridge interface=wifi1 pvid=30"]
    lines += ["/interface bridge port add bridge=bridge interface=wifi2 pvid=30"]
    lines += [f"/interface bridge vlan add bridge=bridge tagged=bridge vlan-ids={vlan}" for vlan in _NETWORKS.values()]
    lines += [f"/interface list member add interface={name} list=LAN" for name in ("bridge", *_NETWORKS)]
    return [*lines, "/interface list member add interface=ether1 list=WAN"]


def _wifi(dice: random.Random) -> list[str]:
    isolation = " datapath.client-isolation=yes" if dice.random() < 0.3 else ""
    bands = ("5ghz-ax", "2ghz-ax") if dice.random() < 0.3 else ("5ghz-ac", "2ghz-n")
    return [
        f"/interface wifi security add authentication-types={dice.choice(_TYPES)} name=pos",
        "/interface wifi configuration add country=France mode=ap name=pos security=pos ssid=SHOP-POS",
        *(
            f"/interface wifi set [ find default-name=wifi{number} ] channel.band={band} configuration=pos "
            f"configuration.mode=ap{isolation} disabled=no"
            for number, band in enumerate(bands, start=1)
        ),
    ]


def _addresses(dice: random.Random) -> list[str]:
    lines = ["/ip address add address=192.168.1.1/24 interface=bridge network=192.168.1.0"]
    for name, vlan in _NETWORKS.items():
        net = f"192.168.{vlan}"
        lines += [
            f"/ip pool add name={name} ranges={net}.100-{net}.199",
            f"/ip address add address={net}.1/24 interface={name} network={net}.0",
            f"/ip dhcp-server add address-pool={name} interface={name}{dice.choice(_LEASES)} name={name}",
            f"/ip dhcp-server network add address={net}.0/24 dns-server={net}.1 gateway={net}.1",
        ]
    for host in range(dice.randrange(40)):
        lines.append(
            f"/ip dhcp-server lease add address=192.168.50.{host + 10} "
            f"mac-address=02:00:5E:00:00:{host:02X} server=office"
        )
    return [*lines, "/ip dhcp-client add interface=ether1 use-peer-dns=no"]


def _dns(dice: random.Random) -> list[str]:
    lines = ["/ip dns set allow-remote-requests=yes servers=1.1.1.1,1.0.0.1"]
    names = [f"/ip dns static add address=192.168.50.{n + 10} name=host-{n}.home.arpa type=A" for n in range(20)]
    return lines + names[: dice.randrange(20)]


def _firewall(dice: random.Random) -> list[str]:
    add = "/ip firewall filter add"
    lines = [
        f"/ip firewall address-list add address=203.0.113.{dice.randrange(256)} list=blocked"
        for _ in range(dice.randrange(60))
    ]
    lines += [
        f"{add} action=accept chain=input connection-state=established,related,untracked",
        f"{add} action=drop chain=input connection-state=invalid",
        f"{add} action=accept chain=input protocol=icmp",
        f"{add} action=drop chain=input in-interface-list=!LAN",
        f"{add} action=accept chain=forward connection-state=established,related,untracked",
        f"{add} action=drop chain=forward connection-state=invalid",
        f"{add} action=drop chain=forward dst-address-list=blocked",
    ]
    for number in range(dice.randrange(20)):
        lines.append(
            f"{add} action=drop chain=forward dst-port={dice.randrange(1024, 65535)} in-interface=office "
            f"protocol=tcp src-address=192.168.50.{number + 10}"
        )
    if dice.random() < 0.3:
        lines.append(f"{add} action=drop chain=forward dst-port=443 in-interface=pos protocol=tcp")
    lines.append(
        f"{add} action=drop chain=forward connection-nat-state=!dstnat connection-state=new in-interface-list=WAN"
    )
    return [*lines, "/ip firewall nat add action=masquerade chain=srcnat out-interface-list=WAN"]
