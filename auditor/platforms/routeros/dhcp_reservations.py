"""`/ip dhcp-server lease`: addresses that are kept for one client.

A lease is for the MAC address, and the client identifier if it names one; `1:` and a MAC address is what Ethernet
clients send (RFC 2132, section 9.14). Without an address, or with the name of a pool, the client gets any address.
Source: MikroTik's manual, "DHCP", Leases (properties).
"""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Address

from auditor.model import Fact, Listed, Reservation, Stated, Unknown
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.times import duration
from auditor.services.reading import printable

LEASE = "ip dhcp-server lease"
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}", re.ASCII)
_ETHERNET_ID = re.compile(r"1((?::[0-9A-Fa-f]{1,2}){6})", re.ASCII)
_DELETED = re.compile(r"\*[0-9A-Fa-f]+", re.ASCII)
_NOBODY = "00:00:00:00:00:00"


def reservations(config: Config) -> Listed[Reservation]:
    """Return all static leases that are in force."""
    items = [item for item in config.items(LEASE) if _in_force(config, item)]
    keys = [Counter(each(item) for item in items) for each in _KEYS]

    def key(item: Item) -> str:
        names = ((each(item), count) for each, count in zip(_KEYS, keys, strict=True))
        return next((name for name, count in names if count[name] == 1), item.key)

    found = tuple(_reservation(config, item, key(item)) for item in items)
    return Listed(found, config.holes(LEASE))


def key_of(item: Item) -> str:
    """A lease goes by its comment, else by whom it is for."""
    return printable(item.comment, 200) if item.comment else _client(item)


def _client(item: Item) -> str:
    return printable((item.text("mac-address") or item.text("client-id") or item.key).lower(), 200)


_KEYS: tuple[Callable[[Item], str], ...] = (
    key_of,
    lambda item: f"{key_of(item)} {_client(item)}",
    lambda item: f"{key_of(item)} {_client(item)} {printable(item.text('address') or '', 200)}",
)
"""Ever longer names; the first that only one lease has is its key."""


def _in_force(config: Config, item: Item) -> bool:
    """Whether a lease is not switched off, and its server was not deleted."""
    enabled = config.enabled(item)
    server = config.text(item, "server") or ""
    if (isinstance(enabled, Unknown) or enabled.value) and not _DELETED.fullmatch(server):
        return True
    config.understood(item)
    return False


def _reservation(config: Config, item: Item, key: str) -> Reservation:
    near = (item.header,)
    address: Fact[IPv4Address | None] = config.stated(item, "address", _address) or Stated(None, near)
    blocked = config.stated(item, "block-access", yes_no)
    if blocked is not None and (isinstance(blocked, Unknown) or blocked.value):
        why = f"{item.title} blocks this client (block-access), which gets no address"
        address = Unknown(why, blocked.spans, "unblock it, or take the lease away")
    lease: Fact[timedelta | None] = config.stated(item, "lease-time", _lease) or Stated(None, near)
    server = config.text(item, "server") or "all"
    name = "" if server == "all" else printable(server, 200)
    return Reservation(config.device, key, _macs(config, item), address, lease, name)


def _macs(config: Config, item: Item) -> Fact[tuple[str, ...]]:
    mac = config.stated(item, "mac-address", mac_address)
    client = config.text(item, "client-id")
    spans = config.span(item, "client-id")
    if isinstance(mac, Unknown):
        return mac
    if client:
        by_id = _ETHERNET_ID.fullmatch(client)
        meant = ":".join(part.zfill(2) for part in by_id[1].split(":")[1:]).lower() if by_id else ""
        if not meant or (mac is not None and mac.value not in (meant, _NOBODY)):
            why = f"{item.title} is for clients with an identifier of their own, and which those are is not known"
            return Unknown(why, spans, "look at the lease that the client got, or take client-id out of the lease")
        return Stated((meant,), (*(mac.spans if mac is not None else ()), *spans))
    if mac is None or mac.value == _NOBODY:
        why = f"{item.title} names no MAC address"
        return Unknown(why, (item.header,), "look at the lease that the client got")
    return Stated((mac.value,), mac.spans)


def mac_address(text: str) -> str:
    """Read a MAC address; exports write capital letters."""
    if not _MAC.fullmatch(text):
        raise ValueError("not a MAC address")
    return text.lower()


def _address(text: str) -> IPv4Address | None:
    """An address; None for 0.0.0.0 and for the name of a pool."""
    try:
        address = IPv4Address(text)
    except ValueError:
        return None
    return address if int(address) else None


def _lease(text: str) -> timedelta | None:
    """`0s` is the default; the lease of the server is the shorter reading of it, and the one that is judged."""
    return duration(text) or None
