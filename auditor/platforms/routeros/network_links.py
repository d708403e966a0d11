"""The interfaces that an export names, by what they are.

A compact export leaves untouched Ethernet ports and radios out; what refers to them (`ether2`, `wlan1`) names them.
Source: MikroTik's manual, "Ethernet", "Wireless Interface", "WiFi" (default names).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from auditor.model import Fact, Stated, Unknown, combine
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item


class Kind(StrEnum):
    """What an interface is, as far as networks need it."""

    ETHERNET = "Ethernet port"
    BRIDGE = "bridge"
    VLAN = "VLAN"
    BONDING = "bonding"
    WIRELESS = "radio"
    PPP = "PPP client"
    LTE = "LTE modem"
    BESIDE = "second interface on a link"
    OTHER = "tunnel or other"


_MENUS = {
    "interface ethernet": Kind.ETHERNET,
    "interface bridge": Kind.BRIDGE,
    "interface vlan": Kind.VLAN,
    "interface bonding": Kind.BONDING,
    "interface wireless": Kind.WIRELESS,
    "interface wifi": Kind.WIRELESS,
    "interface w60g": Kind.WIRELESS,
    "caps-man interface": Kind.WIRELESS,
    "interface pppoe-client": Kind.PPP,
    "interface pptp-client": Kind.PPP,
    "interface l2tp-client": Kind.PPP,
    "interface sstp-client": Kind.PPP,
    "interface ovpn-client": Kind.PPP,
    "interface ppp-client": Kind.PPP,
    "interface lte": Kind.LTE,
    "interface vrrp": Kind.BESIDE,
    "interface macvlan": Kind.BESIDE,
    "interface wireguard": Kind.OTHER,
    "interface gre": Kind.OTHER,
    "interface ipip": Kind.OTHER,
    "interface eoip": Kind.OTHER,
    "interface vxlan": Kind.OTHER,
    "interface vpls": Kind.OTHER,
    "interface veth": Kind.OTHER,
    "interface 6to4": Kind.OTHER,
    "interface l2tp-server": Kind.OTHER,
    "interface pptp-server": Kind.OTHER,
    "interface pppoe-server": Kind.OTHER,
    "interface sstp-server": Kind.OTHER,
    "interface ovpn-server": Kind.OTHER,
    "zerotier interface": Kind.OTHER,
}
PPP_MENUS = tuple(menu for menu, kind in _MENUS.items() if kind is Kind.PPP)
_REFERENCES = (
    ("interface bridge port", "interface"),
    ("interface vlan", "interface"),
    ("interface list member", "interface"),
    ("interface pppoe-client", "interface"),
    ("ip address", "interface"),
    ("ip dhcp-client", "interface"),
    ("ip dhcp-server", "interface"),
)
_ETHERNET = re.compile(r"(?:ether\d|combo\d|q?sfp)[A-Za-z0-9+-]*")
_WIRELESS = re.compile(r"(?:wlan|wifi)\d+(?:-[A-Za-z0-9-]+)?")


@dataclass(frozen=True, slots=True)
class Link:
    """One interface; `item` is None where only references name it."""

    name: str
    kind: Kind
    item: Item | None


@dataclass(frozen=True)
class Links:
    """All interfaces by name, in the order in which they are named."""

    by_name: dict[str, Link]

    def __iter__(self) -> Iterator[Link]:
        return iter(self.by_name.values())

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def of(self, *kinds: Kind) -> Iterator[Link]:
        return (link for link in self if link.kind in kinds)

    def kind(self, name: str) -> Kind:
        """What an interface is; one that no line describes is told by its default name."""
        link = self.by_name.get(name)
        return link.kind if link is not None else kind_by_name(name)


def read(config: Config) -> Links:
    """Read all interfaces; names that references alone know come last."""
    found: dict[str, Link] = {}
    for menu, kind in _MENUS.items():
        for item in config.items(menu):
            if item.name and item.name not in found:
                found[item.name] = Link(item.name, kind, item)
    lists = {"all", "none", "dynamic", "static", *(item.name for item in config.items("interface list"))}
    for menu, property_ in _REFERENCES:
        for item in config.items(menu):
            name = item.text(property_) or ""
            if name and not name.startswith("*") and name not in found and name not in lists:
                found[name] = Link(name, kind_by_name(name), None)
    return Links(found)


def kind_by_name(name: str) -> Kind:
    """What a default name stands for."""
    if _ETHERNET.fullmatch(name):
        return Kind.ETHERNET
    return Kind.WIRELESS if _WIRELESS.fullmatch(name) else Kind.OTHER


def enabled(config: Config, link: Link | None) -> Fact[bool]:
    """Whether an interface is switched on; what is not mentioned is as it came, and on (radios are asked elsewhere)."""
    if link is None or link.item is None:
        return Stated(True, ())
    return config.enabled(link.item)


def both(*facts: Fact[bool]) -> Fact[bool]:
    """Whether all of them hold; one that certainly does not decides."""
    for fact in facts:
        if not isinstance(fact, Unknown) and not fact.value:
            return fact
    return combine(lambda *values: all(values), *facts)
