"""Addresses that are kept for one client: pools with `host`, and `address` within a pool.

Clients are told by their identifier (option 61) where they send one, which Ethernet clients make of `01` and their MAC
address (RFC 2132, section 9.14); by their hardware address only where they send none.
Source: Cisco, "Configuring the Cisco IOS DHCP Server": Manual Bindings; "DHCP Server Port-Based Address Allocation".
"""

import re
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

from auditor.model import Fact, Reservation, Unknown, combine
from auditor.platforms.cisco_ios.blocks import Line
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.dhcp_options import lease
from auditor.platforms.cisco_ios.dhcp_pools import Pool, Pools, unique

_ETHERNET = "01"
_MAC = re.compile(r"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}|[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}", re.ASCII)
_IDENTIFIER = re.compile(r"[0-9A-Fa-f]{2,4}(?:\.[0-9A-Fa-f]{2,4})*", re.ASCII)
_OTHER_IDENTITIES = ("ip dhcp use subscriber-id", "ip dhcp use hardware-address")
_SETTLE = "look at `show ip dhcp binding` for the client"


def read(config: Config, pools: Pools) -> tuple[Reservation, ...]:
    """Return all of them."""
    doubt = _identity(config)
    vrfs = any(pool.vrf for pool in pools.pools)
    everywhere = frozenset(network for _, network in pools.by_network) if vrfs else frozenset()
    found: list[Reservation] = []
    for pool in pools.pools:
        if pool.is_host:
            found.append(_in_vrf(_host(config, pool, doubt), pool, pools, everywhere))
        found += _within(config, pool, doubt)
    return tuple(replace(each, key=key) for key, each in zip(unique(each.key for each in found), found, strict=True))


def _identity(config: Config) -> Unknown | None:
    """Why a client's own identifier may not be what the server goes by."""
    for prefix in _OTHER_IDENTITIES:
        line = config.top.said(prefix)
        if line is not None and not line.no:
            why = f"`{prefix}` changes how {config.device} tells clients apart"
            return Unknown(why, (line.span,), _SETTLE)
    return config.top.unsaid(_OTHER_IDENTITIES[0])


def _host(config: Config, pool: Pool, doubt: Unknown | None) -> Reservation:
    block = pool.block
    address: Fact[IPv4Address] | None = block.stated("host", _host_address)
    identifier, hardware = block.said("client-identifier"), block.said("hardware-address")
    macs: Fact[tuple[str, ...]]
    if doubt is not None:
        macs = doubt
    elif identifier is not None and not identifier.no:
        macs = _identified(config, identifier, f"client-identifier of {block.title}")
    elif hardware is not None and not hardware.no:
        macs = _by_hardware(hardware, block.title)
    else:
        macs = Unknown(f"{block.title} names no client", (block.header,), _SETTLE)
    for told in ("client-name", "default-router", "dns-server"):
        block.each(told)  # what this client is told besides its address is no rule's business
    missing = Unknown(f"{block.title} names no address", (block.header,), _SETTLE)
    kept: Fact[IPv4Address | None] = combine(_any, address) if address is not None else missing
    own: Fact[timedelta] = block.fact("lease", lease, "ip dhcp pool.lease")
    return Reservation(config.device, pool.key, macs, kept, combine(_lease, own))


def _in_vrf(kept: Reservation, pool: Pool, pools: Pools, everywhere: frozenset[IPv4Network]) -> Reservation:
    """An address counts in the VRF of its pool, and at the pool there that gives out others of its network.

    `everywhere` are the networks of the pools of all VRFs, if there are several.
    """
    if isinstance(kept.address, Unknown) or kept.address.value is None or not everywhere:
        return kept
    address = IPv4Network(kept.address.value)
    own = next(pools.holding(pool.vrf, address), None)
    if own is not None:
        return replace(kept, server=own[1].key)
    if everywhere.isdisjoint(address.supernet(new_prefix=size) for size in range(33)):
        return kept
    why = f"{pool.block.title} is for another VRF than the pool that holds its address"
    return replace(kept, macs=Unknown(why, (pool.head,), _SETTLE))


def _within(config: Config, pool: Pool, doubt: Unknown | None) -> list[Reservation]:
    """`address 192.168.30.9 client-id 01…` or `hardware-address …`."""
    found: list[Reservation] = []
    for line in pool.block.lines("address"):
        words = line.words
        title = f"address of {pool.block.title}"
        address = config.converted(words[0] if words else "", _address, line.span, what=title)
        macs: Fact[tuple[str, ...]]
        if doubt is not None:
            macs = doubt
        elif len(words) == 3 and words[1] == "client-id":
            macs = config.converted(words[2], identified, line.span, what=title)
        elif len(words) >= 3 and words[1] == "hardware-address":
            macs = _by_hardware(line, pool.block.title)
        else:
            macs = Unknown(f"{title} is for a client by another name than its MAC address", (line.span,), _SETTLE)
        key = f"{pool.key} {address.value}" if not isinstance(address, Unknown) else f"{pool.key} (unread)"
        own = combine(_no_lease, address)
        found.append(Reservation(config.device, key, macs, combine(_any, address), own, pool.key))
    return found


def _any(address: IPv4Address) -> IPv4Address | None:
    return address


def _lease(own: timedelta) -> timedelta | None:
    return own


def _no_lease(_: IPv4Address) -> timedelta | None:
    return None


def _identified(config: Config, line: Line, what: str) -> Fact[tuple[str, ...]]:
    return config.converted(line.rest, identified, line.span, what=what)


def identified(text: str) -> tuple[str, ...]:
    """The MAC address that an identifier (`0100.5e00.53ab.cd`) is made of; raises `ValueError`."""
    digits = text.replace(".", "")
    if not _IDENTIFIER.fullmatch(text) or len(digits) != 14 or not digits.startswith(_ETHERNET):
        raise ValueError("not 01 and a MAC address")
    return (_colons(digits[2:]),)


def identifier_of(mac: str) -> str:
    """The identifier that an Ethernet client sends, as IOS writes it."""
    digits = _ETHERNET + mac.replace(":", "").lower()
    return ".".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _by_hardware(line: Line, title: str) -> Fact[tuple[str, ...]]:
    why = f"{title} keeps an address for a client that sends no identifier (option 61), as readers may"
    return Unknown(why, (line.span,), f"{_SETTLE}, or write client-identifier instead of hardware-address")


def mac_address(text: str) -> str:
    """Read `0200.5e00.0150` or with colons; raises `ValueError`."""
    if not _MAC.fullmatch(text):
        raise ValueError("not a MAC address")
    return _colons(re.sub(r"[.:-]", "", text))


def _colons(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)).lower()


def _host_address(text: str) -> IPv4Address:
    return _address(text.split(maxsplit=1)[0] if text else "")


def _address(text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except ValueError as error:
        raise ValueError("not an IPv4 address") from error
