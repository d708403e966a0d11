"""Networks of one device: where addresses live, how ports and VLANs are joined, and what the ports report."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface

from auditor.model.facts import Fact, Stated

_NOT_SET: Fact[bool | None] = Stated(None, ())


class AddressSource(StrEnum):
    """How an interface gets its IPv4 address."""

    STATIC = "static"
    DHCP = "dhcp"
    PPP = "ppp"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Interface:
    """One routed interface (OpenWrt: `config interface`).

    `link` is the layer-2 device that it sits on (`br-lan`, `br-lan.30`); interfaces, SSIDs and ports with the
    same link on one device share a segment. `vlan` is the 802.1Q id that the segment has on the wire, None if
    untagged. `uplink` says that it leads to the internet.
    """

    device: str
    key: str
    enabled: Fact[bool]
    link: Fact[str]
    vlan: Fact[int | None]
    address_source: Fact[AddressSource]
    addresses: Fact[tuple[IPv4Interface, ...]]
    gateway: Fact[str | None]
    uplink: Fact[bool]
    ipv6_offered: Fact[bool]


@dataclass(frozen=True, slots=True)
class Port:
    """One Ethernet port as configured. `speed` is in Mbit/s, None if it negotiates.

    `full_duplex`: whether a port that negotiates nothing is set to full duplex; None: it negotiates, or no line says.
    """

    device: str
    key: str
    links: Fact[tuple[str, ...]]
    isolated: Fact[bool]
    speed: Fact[int | None]
    full_duplex: Fact[bool | None] = _NOT_SET


@dataclass(frozen=True, slots=True)
class Learned:
    """A MAC address that a switch has learned behind one of its ports: the port is the key of a `Port`."""

    device: str
    key: str
    mac: str
    port: Fact[str]


@dataclass(frozen=True, slots=True)
class LinkNeighbour:
    """What is at the other end of the cable in a port, as LLDP, CDP or MNDP told: state, and only as of then.

    `port` is the key of a `Port`. `system` is the name that the other end gives itself, `remote_port` its port (None:
    not told), `addresses` its management addresses, `macs` its chassis or port MAC addresses: any of them may tell
    which audited device it is. Source: IEEE 802.1AB, section 8.5.
    """

    device: str
    key: str
    port: Fact[str]
    system: Fact[str]
    remote_port: Fact[str | None]
    addresses: tuple[IPv4Address, ...]
    macs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PortState:
    """What a port reports: link, negotiated speed in Mbit/s, duplex, speeds it offers, and receive errors."""

    device: str
    key: str
    up: Fact[bool]
    speed: Fact[int | None]
    full_duplex: Fact[bool | None]
    advertised: Fact[frozenset[int]]
    receive_errors: Fact[int]
