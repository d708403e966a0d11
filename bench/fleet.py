"""A fleet of OpenWrt shops, made up: each shop is a variation of one base, the same for the same seed and number.

A configuration has 100 to 400 lines, as backups of small shops have: more static leases, packet filter rules,
VLANs and SSIDs make it longer. Most shops have at least one fault.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

_RELEASES = ("19.07.10", "21.02.7", "22.03.6", "23.05.3", "24.10.0")
_LEASES = ("30m", "1h", "2h", "8h", "12h", "24h", "24h", "48h", "infinite", None)
_POS_ENCRYPTIONS = ("psk2+ccmp", "psk2", "psk-mixed", "sae-mixed", "psk2+ccmp", "sae")
_VLANS = {"lan": 1, "pos": 30, "guest": 40}
_NAMES = ("printer", "camera", "till", "scale", "display", "clock", "scanner", "phone")


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop: its texts by path on the device."""

    name: str
    texts: dict[str, str]
    platform: str = "openwrt"

    @property
    def lines(self) -> int:
        return sum(text.count("\n") for text in self.texts.values())


def fleet(count: int, *, seed: int = 1) -> Iterator[Shop]:
    """Yield shops one after the other; nothing is kept."""
    return (shop(number, seed=seed) for number in range(count))


def shop(number: int, *, seed: int = 1) -> Shop:
    """Make one shop of the fleet."""
    dice = random.Random(f"{seed}/{number}")
    release = dice.choice(_RELEASES)
    inside = dice.choice((("pos",), ("lan", "pos"), ("lan", "pos"), ("lan", "pos", "guest")))
    modern = release >= "21"
    texts = {
        "/etc/openwrt_release": _release(release),
        "/etc/config/system": _system(number),
        "/etc/config/network": _network(dice, inside, modern=modern),
        "/etc/config/dhcp": _dhcp(dice, inside),
        "/etc/config/wireless": _wireless(dice, inside, modern=modern),
        "/etc/config/firewall": _firewall(dice, inside),
    }
    return Shop(f"shop-{number:05}", texts)


def _section(kind: str, name: str | None = None, /, **options: str | tuple[str, ...] | None) -> str:
    """Write one section as LuCI does: tabs, single quotes, an empty line before it."""
    lines = ["", f"config {kind} '{name}'" if name else f"config {kind}"]
    for option, value in options.items():
        match value:
            case None:
                continue
            case str():
                lines.append(f"\toption {option} '{value}'")
            case _:
                lines += [f"\tlist {option} '{item}'" for item in value]
    return "\n".join(lines) + "\n"


def _release(release: str) -> str:
    return f"DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='{release}'\nDISTRIB_DESCRIPTION='OpenWrt {release}'\n"


def _system(number: int) -> str:
    system = _section("system", hostname=f"shop-{number:05}", timezone="CET-1CEST,M3.5.0,M10.5.0/3", log_size="64")
    return system + _section("timeserver", "ntp", enabled="1", server=("ntp.example.net", "ntp.example.org"))


def _network(dice: random.Random, inside: tuple[str, ...], *, modern: bool) -> str:
    text = _section("interface", "loopback", proto="static", ipaddr="127.0.0.1", netmask="255.0.0.0")
    text += _section("globals", "globals", ula_prefix="fd5e:10aa:30::/48")
    nets = [(name, _VLANS[name]) for name in inside]
    nets += [(f"vlan{number}", number) for number in range(101, 101 + dice.randrange(0, 3))]
    if modern:
        text += _section("device", name="br-lan", type="bridge", ports=("lan1", "lan2", "lan3", "lan4"))
        for _, vlan in nets:
            ports = ("lan4:t",) if vlan > 1 else ("lan1:u*", "lan2:u*", "lan3:u*")
            text += _section("bridge-vlan", device="br-lan", vlan=str(vlan), ports=ports)
    for name, vlan in nets:
        where = {"device": f"br-lan.{vlan}"} if modern else {"type": "bridge", "ifname": f"eth0.{vlan}"}
        address = f"192.168.{vlan}.1"
        text += _section("interface", name, proto="static", ipaddr=address, netmask="255.255.255.0", **where)
    uplink = {"device" if modern else "ifname": "wan"}
    return (
        text
        + _section("interface", "wan", proto="dhcp", **uplink)
        + _section("interface", "wan6", proto="dhcpv6", **uplink)
    )


def _dhcp(dice: random.Random, inside: tuple[str, ...]) -> str:
    text = _section(
        "dnsmasq",
        domainneeded="1",
        boguspriv="1",
        localise_queries="1",
        rebind_protection=dice.choice(("1", "1", "0", None)),
        rebind_domain=dice.choice((None, ("stripe-terminal-local-reader.net",))),
        local="/lan/",
        domain="lan",
        expandhosts="1",
        authoritative="1",
        leasefile="/tmp/dhcp.leases",
        noresolv="1",
        server=("1.1.1.1", "8.8.8.8"),
    )
    for name in inside:
        lease = dice.choice(_LEASES)
        text += _section("dhcp", name, interface=name, start="100", limit="100", leasetime=lease, dhcpv4="server")
    text += _section("dhcp", "wan", interface="wan", ignore="1")
    text += _section("odhcpd", "odhcpd", maindhcp="0", leasefile="/tmp/hosts/odhcpd")
    for number in range(dice.randrange(0, 14)):
        name = f"{dice.choice(_NAMES)}-{number}"
        mac = f"02:00:5e:00:{dice.randrange(256):02x}:{number:02x}"
        text += _section("host", name=name, mac=mac, ip=f"192.168.30.{10 + number}")
    return text


def _wireless(dice: random.Random, inside: tuple[str, ...], *, modern: bool) -> str:
    text = ""
    modes = {"radio0": ("HT20", "HT20", "HE20"), "radio1": ("VHT80", "VHT40", "HE80")}
    for radio, band, old, channel in (("radio0", "2g", "11g", "6"), ("radio1", "5g", "11a", "36")):
        which = {"band": band} if modern else {"hwmode": old}
        htmode = dice.choice(modes[radio])
        text += _section("wifi-device", radio, type="mac80211", channel=channel, htmode=htmode, country="FR", **which)
    encryption = dice.choice(_POS_ENCRYPTIONS)
    for index, radio in enumerate(("radio0", "radio1")):
        text += _section(
            "wifi-iface",
            f"pos_{index}",
            device=radio,
            mode="ap",
            network="pos",
            ssid="SHOP-POS",
            encryption=encryption,
            key=f"made-up key {dice.randrange(10**8)}",
            isolate=dice.choice((None, None, "0", "1")),
            max_inactivity=dice.choice((None, None, "600")),
            skip_inactivity_poll=dice.choice((None, None, None, "1")),
        )
    others = [*(name for name in inside if name != "pos"), *(f"extra-{n}" for n in range(dice.randrange(0, 2)))]
    for index, name in enumerate(others):
        text += _section(
            "wifi-iface",
            device=f"radio{index % 2}",
            mode="ap",
            network=name if name in inside else inside[0],
            ssid=f"SHOP-{name.upper()}",
            encryption="psk2",
            key=f"made-up key {dice.randrange(10**8)}",
            isolate="1" if name == "guest" else None,
        )
    return text


def _firewall(dice: random.Random, inside: tuple[str, ...]) -> str:
    text = _section("defaults", syn_flood="1", input="REJECT", output="ACCEPT", forward="REJECT")
    for name in inside:
        policy = "ACCEPT" if name == "lan" else "REJECT"
        text += _section("zone", name=name, network=(name,), input=policy, output="ACCEPT", forward=policy)
    text += _section(
        "zone", name="wan", network=("wan", "wan6"), input="REJECT", output="ACCEPT", forward="REJECT", masq="1"
    )
    for name in inside:
        text += _section("forwarding", src=name, dest="wan")
        if name != "lan":
            text += _section("rule", name=f"{name}-dns", src=name, proto="tcp udp", dest_port="53", target="ACCEPT")
            text += _section("rule", name=f"{name}-dhcp", src=name, proto="udp", dest_port="67", target="ACCEPT")
    for number in range(dice.randrange(0, 8)):
        target = dice.choice(("ACCEPT", "REJECT", "DROP"))
        address = f"198.51.100.{dice.randrange(256)}"
        src = dice.choice(inside)
        port = str(dice.randrange(1, 60000))
        text += _section(
            "rule",
            name=f"rule {number}",
            src=src,
            dest="wan",
            dest_ip=(address,),
            proto="tcp",
            dest_port=port,
            target=target,
        )
    return text
