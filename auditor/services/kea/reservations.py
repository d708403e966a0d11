"""Addresses that are kept for one client, where the server looks for them.

Source: isc-projects/kea doc/sphinx/arm/dhcp4-srv.rst, Host Reservations in DHCPv4, Fine-Tuning DHCPv4 Host Reservation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address

from auditor.model import Fact, Listed, Reservation, Stated, Unknown
from auditor.services.kea.classes import ClientClass
from auditor.services.kea.config import SETTLE, Config, Subnet, items
from auditor.services.kea.lifetimes import of_class
from auditor.syntax.kea_json import Node

_IDENTIFIERS = ("hw-address", "client-id", "duid", "circuit-id", "flex-id")
_BY_DEFAULT = ("hw-address", "duid", "circuit-id", "client-id")
_OLD_MODES = {
    "all": (False, True, False),
    "out-of-pool": (False, True, True),
    "global": (True, False, False),
    "disabled": (False, False, False),
    "off": (False, False, False),
}


@dataclass(frozen=True, slots=True)
class Modes:
    """Which reservations count for clients of a subnet."""

    of_all: bool
    of_subnet: bool
    out_of_pool: bool


def modes(config: Config, subnet: Subnet) -> Modes:
    """The modes of a subnet; each level is asked for each of them by itself."""
    keys = ("reservations-global", "reservations-in-subnet", "reservations-out-of-pool")
    found: list[bool] = []
    for number, (key, default) in enumerate(zip(keys, (False, True, False), strict=True)):
        value: bool | None = None
        for level in (*subnet.levels, config.root):
            old = _OLD_MODES.get((config.text(level, "reservation-mode") or "").lower())
            value = config.bool(level, key)
            value = old[number] if value is None and old is not None else value
            if value is not None:
                break
        found.append(default if value is None else value)
    return Modes(*found)


def identifiers(config: Config) -> tuple[str, ...]:
    """The identifiers that the server looks for, in their order."""
    listed = tuple(str(item.value) for item in items(config.root, "host-reservation-identifiers"))
    return listed or _BY_DEFAULT


def reservations(config: Config, classes: tuple[ClientClass, ...]) -> Listed[Reservation]:
    """All reservations that count for some subnet; a database of them is a hole."""
    holes = [
        Unknown("reservations are in a database, which is not read", config.span(m), "look into the database")
        for m in config.root.members
        if m.key in ("hosts-database", "hosts-databases")
    ]
    global_ones = any(modes(config, subnet).of_all for subnet in config.subnets)
    written = [node for node in items(config.root, "reservations") if global_ones and _identifier(config, node)[0]]
    written += _of_subnets(config)
    found: dict[str, Reservation] = {}
    for node in written:
        key = _key(config, node)
        if key in found:
            key = f"{key} {_identifier(config, node)[1]} {config.text(node, 'ip-address') or ''}".strip()
        found.setdefault(key, _reservation(config, node, key, classes))
    return Listed(tuple(found.values()), tuple(holes))


def _of_subnets(config: Config) -> Iterator[Node]:
    for subnet in config.subnets:
        mode = modes(config, subnet)
        for node in items(subnet.node, "reservations"):
            address = _address(config.text(node, "ip-address"))
            pooled = any(each.range is not None and address in each.range for each in subnet.pools if address)
            if mode.of_subnet and not (mode.out_of_pool and pooled) and _identifier(config, node)[0]:
                yield node


def bad_reservations(config: Config) -> Iterator[Unknown]:
    """A reserved address outside its subnet, or one that cannot be read, with which the server does not start."""
    for subnet in config.subnets:
        for node in items(subnet.node, "reservations"):
            text = config.text(node, "ip-address")
            address = _address(text)
            if text is not None and (address is None or address not in subnet.network):
                why = f"Kea does not start: a reserved address that is not in subnet {subnet.network}"
                yield Unknown(why, config.span(node), SETTLE)


def _key(config: Config, node: Node) -> str:
    return config.text(node, "hostname") or config.text(node, "comment") or _identifier(config, node)[1]


def _identifier(config: Config, node: Node) -> tuple[str, str]:
    """The identifier of a client that the server looks for, and its value; ('', '') if it looks for none of them."""
    allowed = identifiers(config)
    for name in _IDENTIFIERS:
        value = config.text(node, name)
        if value is not None and name in allowed:
            return name, value
    return "", ""


def _reservation(config: Config, node: Node, key: str, classes: tuple[ClientClass, ...]) -> Reservation:
    spans = config.span(node)
    kind, value = _identifier(config, node)
    macs: Fact[tuple[str, ...]]
    if kind == "hw-address":
        mac = mac_of(value)
        macs = Unknown("cannot read hw-address", spans, SETTLE) if mac is None else Stated((mac,), spans)
    else:
        why = f"'{key}' is reserved by {kind or 'nothing that the server looks for'}, not by MAC address"
        macs = Unknown(why, spans, "reserve it by hw-address")
    text = config.text(node, "ip-address")
    address = _address(text)
    return Reservation(
        device=config.reading.device,
        key=key,
        macs=macs,
        address=Stated(address, spans)
        if text is None or address is not None
        else Unknown("cannot read ip-address", spans, SETTLE),
        lease_time=_lease_time(config, node, classes),
    )


def _lease_time(config: Config, node: Node, classes: tuple[ClientClass, ...]) -> Fact[timedelta | None]:
    """A reservation holds no lifetime itself; a class that it puts its client into may."""
    spans = config.span(node)
    names = [item.value for item in items(node, "client-classes")]
    own = [fact for each in classes if each.name in names and (fact := of_class(config, each.node)) is not None]
    if not own:
        return Stated(None, spans)
    if len(own) > 1 or len([each for each in classes if of_class(config, each.node) is not None]) > 1:
        return Unknown("several classes set a lease for this client", spans, "look at the lease that it got")
    return own[0]


def _address(text: str | None) -> IPv4Address | None:
    try:
        return None if text is None else IPv4Address(text.strip())
    except ValueError:
        return None


def mac_of(text: str) -> str | None:
    """A MAC address as the model writes it; Kea takes it with colons or without."""
    digits = text.strip().lower().replace(":", "")
    if len(digits) != 12 or any(c not in "0123456789abcdef" for c in digits):
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))
