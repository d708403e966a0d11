"""DHCPv4 service: scopes, reservations and leases (RFC 2131, RFC 2132)."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

from auditor.model.facts import Fact, Stated, Unknown

INFINITE = timedelta.max
"""The lease time 0xffffffff: the address is never taken back (RFC 2131, section 3.3)."""


@dataclass(frozen=True, slots=True)
class AddressRange:
    """Addresses `first`..`last`, both inclusive."""

    first: IPv4Address
    last: IPv4Address

    def __contains__(self, address: IPv4Address) -> bool:
        return self.first <= address <= self.last

    def __len__(self) -> int:
        return int(self.last) - int(self.first) + 1

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


_BY_SOCKET: Fact[bool] = Stated(False, ())


@dataclass(frozen=True, slots=True)
class DhcpScope:
    """One pool of addresses with what its clients are told.

    `lease_time` is what a client gets in the end, minima and maxima applied. `serving` says whether the
    server answers on this segment at all. `domain_name_servers` is option 6, the server's own addresses
    written out. `ipv6_only_preferred` is option 108. `lease_store_persistent`: leases survive a reboot.
    `hears_past_filters`: the server takes questions from the wire, before the packet filter of its device.
    `server`: scopes of a device with the same one give any client an address, from whichever has one left.
    `relays_to`: all servers that requests of clients are handed to, if this is a relay and all are known.
    `only_relay`: only requests that a relay of this address hands on are answered; None: those of any.
    """

    device: str
    key: str
    interface: Fact[str]
    serving: Fact[bool]
    subnet: Fact[IPv4Network]
    pool: Fact[AddressRange | None]
    lease_time: Fact[timedelta]
    domain_name_servers: Fact[tuple[IPv4Address, ...]]
    routers: Fact[tuple[IPv4Address, ...]]
    ipv6_only_preferred: Fact[bool]
    lease_store_persistent: Fact[bool]
    hears_past_filters: Fact[bool] = _BY_SOCKET
    server: str = ""
    relays_to: tuple[IPv4Address, ...] = ()
    only_relay: IPv4Address | None = None

    @classmethod
    def relay(
        cls,
        device: str,
        key: str,
        interface: Fact[str],
        elsewhere: Unknown,
        *,
        hears_past_filters: Fact[bool] = _BY_SOCKET,
        relays_to: tuple[IPv4Address, ...] = (),
    ) -> "DhcpScope":
        """Return the scope of a relay: all that its clients get is decided elsewhere."""
        return cls(
            device=device,
            key=key,
            interface=interface,
            serving=elsewhere,
            subnet=elsewhere,
            pool=elsewhere,
            lease_time=elsewhere,
            domain_name_servers=elsewhere,
            routers=elsewhere,
            ipv6_only_preferred=elsewhere,
            lease_store_persistent=elsewhere,
            hears_past_filters=hears_past_filters,
            relays_to=relays_to,
        )


@dataclass(frozen=True, slots=True)
class Reservation:
    """A fixed address for MAC addresses. `lease_time` None: the scope's.

    `server`: only clients of the scopes that name the same server get it; '': those of all.
    """

    device: str
    key: str
    macs: Fact[tuple[str, ...]]
    address: Fact[IPv4Address | None]
    lease_time: Fact[timedelta | None]
    server: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that the server has given out, as its lease file says."""

    device: str
    key: str
    mac: str
    address: Fact[IPv4Address]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An IP address seen behind a MAC address on a link (ARP).

    `reachable`: it answered just now; false: it did some time ago, and may be gone (RFC 4861, section 7.3.2).
    """

    device: str
    key: str
    mac: str
    address: IPv4Address
    link: Fact[str]
    reachable: Fact[bool]
