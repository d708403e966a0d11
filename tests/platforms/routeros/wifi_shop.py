"""Exports of access points with `/interface wifi`, and what the reader makes of them."""

from datetime import UTC, datetime

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Bss, Fact, Listed, Radio, Unknown
from auditor.platforms.routeros import network, wifi
from auditor.platforms.routeros.config import Config
from auditor.profiles import load_profile

HEADER = """\
# 2026-03-02 09:00:00 by RouterOS 7.18.2
# model = C52iG-5HaxD2HaxD
"""
BRIDGE = """\
/interface bridge
add name=bridge vlan-filtering=yes
/interface vlan
add interface=bridge name=pos vlan-id=30
add interface=bridge name=guest vlan-id=40
"""
PORTS = """\
/interface bridge port
add bridge=bridge interface=ether2
add bridge=bridge interface=wifi1 pvid=30
add bridge=bridge interface=wifi2 pvid=30
/interface bridge vlan
add bridge=bridge tagged=bridge,ether2 vlan-ids=30
add bridge=bridge tagged=bridge,ether2 vlan-ids=40
"""
ADDRESSES = """\
/ip address
add address=192.168.30.1/24 interface=pos
add address=192.168.40.1/24 interface=guest
/system identity
set name=ap1
"""
WIFI = """\
/interface wifi
set [ find default-name=wifi1 ] channel.band=5ghz-ac .width=20/40/80mhz configuration.mode=ap .ssid=SHOP-POS \\
    disabled=no security.authentication-types=wpa2-psk,wpa3-psk
set [ find default-name=wifi2 ] channel.band=2ghz-n .width=20mhz configuration.mode=ap .ssid=SHOP-POS disabled=no \\
    security.authentication-types=wpa2-psk,wpa3-psk
"""


def capture(wifi_lines: str = WIFI, *, header: str = HEADER, **outputs: str) -> Capture:
    """One access point: the lines of its Wi-Fi menus within a whole export, and outputs of commands."""
    text = header + BRIDGE + wifi_lines + PORTS + ADDRESSES
    files = [CapturedFile("export.rsc", text, Kind.CONFIGURATION)]
    files += [
        CapturedFile(f"commands/{name.replace('_', '-')}.txt", output, Kind.STATE) for name, output in outputs.items()
    ]
    return Capture("ap1", "routeros", tuple(files), (), datetime(2026, 3, 2, 9, tzinfo=UTC), False, "test")


def config_of(wifi_lines: str = WIFI, *, header: str = HEADER, **outputs: str) -> Config:
    return Config.of(capture(wifi_lines, header=header, **outputs), load_profile("routeros"))


def read(wifi_lines: str = WIFI, *, header: str = HEADER, **outputs: str) -> tuple[Listed[Radio], Listed[Bss]]:
    config = config_of(wifi_lines, header=header, **outputs)
    return wifi.read(config, network.read(config))


def bsses(wifi_lines: str = WIFI, *, header: str = HEADER, **outputs: str) -> dict[str, Bss]:
    return {bss.key: bss for bss in read(wifi_lines, header=header, **outputs)[1]}


def value(fact: Fact[object]) -> object:
    """The value of a fact; a doubt fails with its reason."""
    assert not isinstance(fact, Unknown), fact.why
    return fact.value


def lines(fact: Fact[object]) -> tuple[int, ...]:
    """The first lines that a fact rests on, counted from that of the first Wi-Fi menu."""
    before = (HEADER + BRIDGE).count("\n")
    return tuple(span.first - before for span in fact.spans)
