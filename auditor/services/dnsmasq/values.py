"""What the values of dnsmasq's options mean: ranges, hosts, options and lease times.

Source: dnsmasq 2.90 src/option.c (dhcp-range, dhcp-host, dhcp-option), each tried with a real client.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address

from auditor.model import INFINITE
from auditor.syntax.dnsmasq_conf import fields, shown

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SHORTEST = 120
LOOPBACK = tuple(map(IPv4Network, ("0.0.0.0/8", "127.0.0.0/8")))
PRIVATE = tuple(
    map(
        IPv4Network,
        (
            "10.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.2.0/24",
            "192.168.0.0/16",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "255.255.255.255/32",
        ),
    )
)
"""What `stop-dns-rebind` drops, with LOOPBACK (dnsmasq 2.90, src/rfc1035.c, private_net; man page)."""
NUMBERS = {"netmask": 1, "router": 3, "dns-server": 6, "ipv6-only": 108}
"""Names of options that a rule needs, or that look as if they did (`dnsmasq --help dhcp`)."""


@dataclass(frozen=True, slots=True)
class Range:
    """`dhcp-range`: `first` and `last` in order, whichever way round they are written.

    `tags` are those that a client must have, `sets` is the one that it gets. `lease` is as written, '' if it is not.
    """

    tags: tuple[str, ...]
    sets: str
    start: IPv4Address
    end: IPv4Address
    mode: str
    mask: IPv4Address | None
    lease: str

    @property
    def first(self) -> IPv4Address:
        return min(self.start, self.end)

    @property
    def last(self) -> IPv4Address:
        return max(self.start, self.end)


@dataclass(frozen=True, slots=True)
class HostEntry:
    """`dhcp-host`: which client (`macs`, `wildcard` ones, others by name or id), and what it gets."""

    macs: tuple[str, ...]
    wildcards: tuple[str, ...]
    by_id: bool
    address: IPv4Address | None
    name: str
    lease: str
    ignore: bool
    sets: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        """Whether it speaks of certain MAC addresses only."""
        return bool(self.macs) and not self.wildcards and not self.by_id

    @property
    def is_broad(self) -> bool:
        """Whether it may speak of clients that nobody can name: by pattern, name or id."""
        return bool(self.wildcards) or self.by_id or (not self.macs and bool(self.name))


@dataclass(frozen=True, slots=True)
class Option:
    """`dhcp-option`: a number of DHCPv4, the tags that a client must have, and values; no value: none is sent."""

    number: int
    tags: tuple[str, ...]
    values: tuple[str, ...]


def lease_time(text: str) -> timedelta:
    """Read a lease: a whole number with s, m, h, d or w (none: seconds), or `infinite`; two minutes at least."""
    if text == "infinite":
        return INFINITE
    digits, unit = (text[:-1], text[-1].lower()) if text[-1:].lower() in _UNITS else (text, "s")
    if digits and not (digits.isascii() and digits.isdecimal()):
        raise ValueError("not a number with s, m, h, d or w, nor 'infinite'")
    if len(digits.lstrip("0")) > 9:
        raise ValueError("too large for dnsmasq")
    seconds = int(digits or "0") * _UNITS[unit] & 0xFFFFFFFF  # an unsigned 32-bit number in dnsmasq
    return INFINITE if seconds == 0xFFFFFFFF else timedelta(seconds=max(seconds, _SHORTEST))


def lease_text(lease: timedelta) -> str:
    """Write a lease time in the largest unit that fits whole, hours before days up to two days."""
    if lease == INFINITE:
        return "infinite"
    seconds = int(lease.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds % _UNITS[unit] == 0 and (unit != "d" or seconds > 2 * _UNITS["d"]):
            return f"{seconds // _UNITS[unit]}{unit}"
    return str(seconds)


def dhcp_range(value: str) -> Range | None:
    """Read a range; None for one of IPv6. Raises `ValueError` for what dnsmasq refuses, or what is not read here."""
    parts = fields(value)
    tags: list[str] = []
    sets = ""
    while len(parts) > 1 and not _may_be_address(parts[0]):
        word = shown(parts.pop(0))
        if word.startswith(("tag:", "net:")):
            tags += [word[4:]] if word[4:] else []
        elif sets:
            raise ValueError("only one tag can be set")
        else:
            sets = word.removeprefix("set:")
    if len(parts) < 2:
        raise ValueError("an end, or a mode, is missing")
    if _is_ipv6(parts[0]):
        return None
    return _range(tuple(tags), sets, parts)


def _range(tags: tuple[str, ...], sets: str, parts: list[str]) -> Range:
    start = IPv4Address(parts[0])
    mode = parts[1] if parts[1] in ("static", "proxy") else ""
    end = start if mode else IPv4Address(parts[1])
    rest = parts[2:]
    mask = _address(rest[0]) if rest else None
    if mask is not None:
        rest = rest[1:]
        network = IPv4Network((min(start, end), str(mask)), strict=False)
        if max(start, end) not in network:
            raise ValueError("start and end are not in one subnet of this mask")
        if rest and _address(rest[0]) is not None:
            rest = rest[1:]
    if len(rest) > 1:
        raise ValueError("too many fields")
    lease = rest[0] if rest and rest[0] != "deprecated" else ""
    if lease:
        lease_time(lease)
    return Range(tags, sets, start, end, mode, mask, lease)


def dhcp_host(value: str) -> HostEntry:
    """Read a reservation; raises `ValueError` for what dnsmasq refuses."""
    macs: list[str] = []
    wildcards: list[str] = []
    sets: list[str] = []
    tags: list[str] = []
    by_id = ignore = False
    address: IPv4Address | None = None
    name = lease = ""
    for part in fields(value):
        lower = part.lower()
        if lower.startswith("id:"):
            by_id = by_id or not part[3:].startswith("*")
        elif part.startswith(("set:", "net:")):
            sets.append(shown(part[4:]))
        elif part.startswith("tag:"):
            tags.append(shown(part[4:]))
        elif part.startswith("["):
            continue
        elif ":" in part:
            (wildcards if "*" in part else macs).append(_mac(part))
        elif "." in part and _address(part) is not None:
            address = _address(part)
        elif part == "ignore":
            ignore = True
        elif _is_lease(part):
            lease = part
        else:
            name = shown(part) or name
    return HostEntry(
        tuple(macs), tuple(wildcards), by_id, address, name, lease, ignore, tuple(sets), tuple(tags)
    )  # fmt: skip


def dhcp_option(value: str) -> Option | None:
    """Read an option of DHCPv4; None for one that is encapsulated, or for IPv6.

    Raises `ValueError` for what dnsmasq refuses.
    """
    parts = fields(value)
    tags: list[str] = []
    wrapped = False
    while parts:
        word = shown(parts.pop(0))
        if word.isascii() and word.isdecimal():
            return None if wrapped else Option(int(word[:6]), tuple(tags), tuple(map(shown, parts)))
        if word.startswith("option6:"):
            return None
        if word == "option:lease-time":  # an option that dnsmasq sets itself (2.90, --test)
            raise ValueError("dnsmasq refuses it, the lease stands in dhcp-range")
        if word.startswith("option:"):
            number = NUMBERS.get(word[7:], -1)
            return None if wrapped else Option(number, tuple(tags), tuple(map(shown, parts)))
        if word.startswith(("vendor:", "encap:", "vi-encap:")):
            wrapped = True
        else:
            tags.append(word[4:] if word.startswith(("tag:", "net:", "set:")) else word)
    raise ValueError("no option is named")


def mac_address(text: str) -> str:
    """Write a MAC address as the model does; '' if it is none."""
    pairs = text.rpartition("-")[2].split(":") if ":" in text else text.split("-")
    if len(pairs) != 6 or not all(0 < len(p) <= 2 and all(c in "0123456789abcdefABCDEF" for c in p) for p in pairs):
        return ""
    return ":".join(pair.lower().rjust(2, "0") for pair in pairs)


def _mac(part: str) -> str:
    words = part.lower()
    if any(c not in "0123456789abcdef:*-" for c in words):
        raise ValueError("not a hexadecimal address")
    return mac_address(words) or words


def _is_lease(part: str) -> bool:
    """Whether a word of a host is its lease: digits, perhaps with a unit; a unit alone is a name."""
    if part == "infinite":
        return True
    digits = part[:-1] if len(part) > 1 and part[-1].lower() in _UNITS else part
    return bool(digits) and digits.isascii() and digits.replace(" ", "").isdecimal()


def _may_be_address(part: str) -> bool:
    return all(c in " .:abcdefABCDEF0123456789" for c in part)


def _is_ipv6(part: str) -> bool:
    try:
        IPv6Address(part)
    except ValueError:
        return False
    return True


def _address(part: str) -> IPv4Address | None:
    try:
        return IPv4Address(part)
    except ValueError:
        return None
