"""A fleet of running configurations of IOS and IOS-XE, made up: the same for the same seed and number.

In turn a branch router, an access switch and a wireless controller, as long as such devices' configurations are: from
200 to 2,000 lines. The access lists of a router have 33 to 153 entries in all, as those of branches do.
"""

import random
from collections.abc import Iterator

from bench.fleet import Shop

_LEASES = ("", " lease 0 2", " lease 0 12", " lease 7", " lease infinite")
_NETWORKS = {"POS": 30, "GUEST": 40, "OFFICE": 50}
_HEX = "0123456789ABCDEF"


def shop(number: int, *, seed: int = 1) -> Shop:
    """Make one device of the fleet."""
    dice = random.Random(f"cisco_ios/{seed}/{number}")
    body = (_router, _switch, _controller)[number % 3]
    version = f"17.{dice.choice((3, 6, 9, 12))}"
    lines = ["Building configuration...", "", "Current configuration : 20112 bytes", "!", f"version {version}", "!"]
    lines += [f"hostname shop-{number:05}", "!", "no aaa new-model", "clock timezone CET 1 0", "!"]
    lines += [*_certificate(dice), *body(dice), *_ending(dice)]
    return Shop(f"ios-{number:05}", {"running-config.txt": "\n".join(lines) + "\n"}, "cisco_ios")


def _certificate(dice: random.Random) -> Iterator[str]:
    yield from ("crypto pki certificate chain SELF", " certificate self-signed 01")
    for _ in range(dice.randrange(20, 40)):
        yield "  " + " ".join("".join(dice.choice(_HEX) for _ in range(8)) for _ in range(7))
    yield from ("  \tquit", "!")


def _ending(dice: random.Random) -> Iterator[str]:
    yield from ("banner motd ^C", *("authorised people only " + "x" * dice.randrange(40) for _ in range(4)), "^C", "!")
    yield from ("line con 0", " exec-timeout 5 0", "line vty 0 4", " login local", " transport input ssh", "!", "end")


def _networks(dice: random.Random) -> Iterator[str]:
    for name, vlan in _NETWORKS.items():
        net = f"192.168.{vlan}"
        yield f"ip dhcp excluded-address {net}.1 {net}.99"
        yield from (f"ip dhcp pool {name}", f" network {net}.0 255.255.255.0", f" default-router {net}.1")
        yield f" dns-server {dice.choice(('1.1.1.1 1.0.0.1', f'{net}.1'))}"
        lease = dice.choice(_LEASES)
        yield from ((lease,) if lease else ())
        yield "!"
    for host in range(dice.randrange(60)):
        yield from (f"ip dhcp pool host-{host}", f" host 192.168.50.{host + 100} 255.255.255.0")
        yield from (f" client-identifier 0102.005e.00{host:02x}.01", "!")


def _router(dice: random.Random) -> Iterator[str]:
    yield from _networks(dice)
    yield from ("interface GigabitEthernet0/0/0", " description uplink", " ip address dhcp", " ip nat outside", "!")
    for name, vlan in _NETWORKS.items():
        yield from (f"interface GigabitEthernet0/0/1.{vlan}", f" description {name}", f" encapsulation dot1Q {vlan}")
        yield from (f" ip address 192.168.{vlan}.1 255.255.255.0", " ip nat inside", f" ip access-group {name} in", "!")
    yield "ip nat inside source list NAT interface GigabitEthernet0/0/0 overload"
    for name, vlan in _NETWORKS.items():
        yield f"ip access-list extended {name}"
        number = 10
        for _ in range(dice.randrange(10, 51)):
            word = dice.choice(("permit", "deny"))
            port = dice.choice(("eq 443", "eq www", "eq domain", "eq 123", "range 5000 5100"))
            net = f"203.0.{dice.randrange(256)}.{dice.randrange(256)}"
            yield f" {number} {word} tcp 192.168.{vlan}.0 0.0.0.255 host {net} {port}"
            number += 10
        yield f" {number} permit ip any any"
    yield "!"


def _switch(dice: random.Random) -> Iterator[str]:
    for name, vlan in _NETWORKS.items():
        yield from (f"vlan {vlan}", f" name {name}", "!")
    for member in range(1, dice.randrange(2, 5)):
        for port in range(1, 49):
            yield f"interface GigabitEthernet{member}/0/{port}"
            yield f" description outlet {member}-{port:02}"
            yield f" switchport access vlan {dice.choice(tuple(_NETWORKS.values()))}"
            yield " switchport mode access"
            if dice.random() < 0.05:
                yield " switchport protected"
            yield from (" spanning-tree portfast", " spanning-tree bpduguard enable", "!")
    yield from ("interface Vlan50", " ip address 192.168.50.2 255.255.255.0", "!", "ip default-gateway 192.168.50.1")


def _controller(dice: random.Random) -> Iterator[str]:
    for name, vlan in _NETWORKS.items():
        yield from (f"vlan {vlan}", f" name {name}", "!")
        yield from (
            f"wireless profile policy {name}",
            f" vlan {name}",
            f" session-timeout {dice.choice((1800, 86400))}",
        )
        yield from (" idle-timeout 86400", " no shutdown", "!")
    for tag in range(dice.randrange(5, 30)):
        yield f"wireless tag policy store-{tag:03}"
        yield from (f" wlan {name.lower()} policy {name}" for name in _NETWORKS)
        yield from ("!", f"wireless tag site store-{tag:03}", f" description store {tag}", "!")
    for number, name in enumerate(_NETWORKS, start=1):
        yield from (f"wlan {name.lower()} {number} SHOP-{name}", " no security wpa akm dot1x", " security wpa akm psk")
        yield from ((" peer-blocking drop",) if dice.random() < 0.3 else ())
        yield from (" no shutdown", "!")
    for access_point in range(dice.randrange(40, 300)):
        yield f"ap 0200.5e10.{access_point:04x}"
        yield from (f" policy-tag store-{access_point % 5:03}", f" site-tag store-{access_point % 5:03}", "!")
