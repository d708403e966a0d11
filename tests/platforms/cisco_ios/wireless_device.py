"""A wireless controller of tests: a running configuration as a `Device` of WLANs alone."""

from dataclasses import fields
from typing import Any

from auditor.model import Bss, Device, Fact, Interface, Listed, Stated, Unknown, known_like
from auditor.platforms.cisco_ios import webauth, wlan
from auditor.platforms.cisco_ios.config import Config
from tests.platforms.cisco_ios.configs import reading

SHOP = """\
wireless tag site default-site-tag
wireless profile policy pos
 idle-timeout 86400
 session-timeout 86400
 vlan 30
 no shutdown
wireless tag policy shop
 wlan pos policy pos
wlan pos 1 SHOP-POS
 security wpa psk set-key ascii 8 MadeUpTypeEightText
 no security wpa akm dot1x
 security wpa akm psk
 no shutdown
ap 0200.5eaa.0010
 policy-tag shop
"""
"""A controller with one WLAN that one access point carries, in order."""


class Vlans:
    """VLANs as a switch would know them: each has a network of its own; POS is 30."""

    interfaces: Listed[Interface] = Listed()

    def networks_of_vlan(self, vlan: Fact[int]) -> Fact[tuple[str, ...]]:
        return vlan if isinstance(vlan, Unknown) else known_like((f"Vlan{vlan.value}",), vlan)

    def vlan_named(self, name: str) -> Fact[int]:
        return Stated(30, ()) if name == "POS" else Unknown(f"no VLAN is called {name}")


def config(text: str, version: str = "17.9", outputs: dict[str, str] | None = None) -> Config:
    """The configuration of a release, whole."""
    return Config.of(reading(f"version {version}\n{text}end\n", outputs))


def device(text: str, version: str = "17.9", outputs: dict[str, str] | None = None) -> Device:
    """The wireless part of a device; all other lists are empty."""
    read = config(text, version, outputs)
    radios, bsses = wlan.read(read, Vlans())
    lists: dict[str, Any] = {field.name: Listed() for field in fields(Device) if "Listed" in str(field.type)}
    lists |= {"radios": radios, "bsses": bsses, "portals": webauth.read(read, Vlans())}
    pending: Fact[bool] = Stated(False, ())
    return Device("gw", "cisco_ios", read.version, pending, coverage=read.coverage(), **lists)


def bss(text: str, key: str = "pos@shop 5ghz", version: str = "17.9", outputs: dict[str, str] | None = None) -> Bss:
    """One BSS of a configuration."""
    return next(each for each in device(text, version, outputs).bsses if each.key == key)


def changed(old: str, new: str) -> str:
    """The shop's configuration with one line in another's place; '' takes it away."""
    assert f" {old}\n" in SHOP
    return SHOP.replace(f" {old}\n", f" {new}\n" if new else "", 1)


def with_wlan(*lines: str) -> str:
    """The shop's configuration with more lines in its WLAN."""
    return _added("wlan pos 1 SHOP-POS", lines)


def with_policy(*lines: str) -> str:
    """The shop's configuration with more lines in its policy profile."""
    return _added("wireless profile policy pos", lines)


def _added(head: str, lines: tuple[str, ...]) -> str:
    return SHOP.replace(f"{head}\n", f"{head}\n" + "".join(f" {line}\n" for line in lines), 1)
