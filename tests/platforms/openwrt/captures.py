"""Captures made of texts, and the model that OpenWrt's reader takes from them."""

from datetime import UTC, datetime

from auditor.capture import Capture, CapturedFile, Gap, Kind
from auditor.model import Device, FilterRule, Listed, Span
from auditor.platforms.openwrt.parse import parse
from auditor.profiles import load_profile

NETWORK = """\
config interface 'lan'
	option device 'br-lan'
	option proto 'static'
	option ipaddr '192.168.30.1'
	option netmask '255.255.255.0'

config interface 'guest'
	option device 'br-guest'
	option proto 'static'
	option ipaddr '192.168.40.1/24'

config interface 'wan'
	option device 'eth1'
	option proto 'dhcp'

config interface 'wan6'
	option device 'eth1'
	option proto 'dhcpv6'
"""
RELEASE = "DISTRIB_RELEASE='23.05.3'\n"

ZONES = """\
config defaults
	option input 'REJECT'
	option forward 'REJECT'

config zone
	option name 'lan'
	list network 'lan'
	option input 'ACCEPT'
	option forward 'ACCEPT'

config zone
	option name 'guest'
	list network 'guest'

config zone
	option name 'wan'
	option network 'wan wan6'
	option input 'REJECT'
	option forward 'REJECT'
	option masq '1'
"""


def capture(files: dict[str, str], *, gaps: tuple[Gap, ...] = ()) -> Capture:
    """Make a capture; a bare name is a UCI package, `/…` a file of the device, `commands/…` an output."""
    return Capture(
        device="gw",
        platform="openwrt",
        files=tuple(_file(name, text) for name, text in files.items()),
        gaps=gaps,
        taken_at=datetime(2026, 11, 23, 2, 14, tzinfo=UTC),
        time_is_weak=False,
        source="test",
    )


def _file(name: str, text: str) -> CapturedFile:
    if name.startswith("commands/"):
        return CapturedFile(name, text, Kind.STATE)
    return CapturedFile(name if "/" in name else f"/etc/config/{name}", text, Kind.CONFIGURATION)


def model(files: dict[str, str] | None = None, *, gaps: tuple[Gap, ...] = (), release: str = RELEASE) -> Device:
    """Read a router with the networks lan, guest and wan, and the given files."""
    base = {"/etc/openwrt_release": release, "network": NETWORK, "dhcp": "config dnsmasq\n"}
    return parse(capture(base | (files or {}), gaps=gaps), load_profile("openwrt"))


def rule(rules: Listed[FilterRule], key: str) -> FilterRule:
    """The rule with this key."""
    return next(one for one in rules if one.key == key)


def line(text: str, needle: str, file: str) -> Span:
    """The span of the only line of a text that holds a word."""
    found = [number for number, each in enumerate(text.split("\n"), start=1) if needle in each]
    assert len(found) == 1, (needle, found)
    return Span("gw", file, found[0], found[0])
