"""What a pool tells its clients: resolvers, routers, options by number, and the lease.

Commands such as `dns-server` have options of their own (`option 6 …`) as a second way to say the same; which of the two
counts is not documented. What a pool does not say it takes from the pools around it, but for the lease; `import all`
adds what the device itself was told, and written parameters override that.
Source: Cisco, "Configuring the Cisco IOS DHCP Server": DHCP Attribute Inheritance; Cisco IOS IP Addressing Services
Command Reference: import all, dns-server, default-router, option, lease.
"""

import re
from datetime import timedelta
from ipaddress import IPv4Address

from auditor.model import INFINITE, Fact, Span, Stated, Unknown
from auditor.platforms.cisco_ios.blocks import Block, Line
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.dhcp_pools import Pool

ROUTERS, DOMAIN_NAME_SERVERS, LEASE_TIME, IPV6_ONLY = 3, 6, 51, 108
_HEX = re.compile(r"[0-9A-Fa-f.]+")


def domain_name_servers(config: Config, pool: Pool) -> Fact[tuple[IPv4Address, ...]]:
    """What clients are told to ask (option 6)."""
    return _told(config, pool, "dns-server", DOMAIN_NAME_SERVERS)


def routers(config: Config, pool: Pool) -> Fact[tuple[IPv4Address, ...]]:
    """The gateways that clients are told (option 3)."""
    return _told(config, pool, "default-router", ROUTERS)


def ipv6_only(config: Config, pool: Pool) -> Fact[bool]:
    """Option 108 tells clients that can to do without IPv4 (RFC 8925)."""
    for each in pool.family:
        line = option(each.block, IPV6_ONLY)
        if line is not None:
            return Stated(True, (line.span,))
        silent = each.block.unsaid("option")
        if silent is not None:
            return silent
    return config.default("ip dhcp pool.option 108", lambda text: text == "true", pool.head)


def lease_time(config: Config, pool: Pool) -> Fact[timedelta]:
    """The lease of a pool, which is not taken from the pools around it."""
    for each in pool.family:
        line = option(each.block, LEASE_TIME)
        if line is not None:
            why = f"{each.block.title} gives out option 51; whether that or `lease` counts is not documented"
            return Unknown(why, (line.span,), "take option 51 out of the pool, or look at a lease that a client got")
    return pool.block.fact("lease", lease, "ip dhcp pool.lease")


def lease(text: str) -> timedelta:
    """Read `1`, `0 8`, `0 0 20` (days, hours, minutes) or `infinite`; raises `ValueError`."""
    if text == "infinite":
        return INFINITE
    words = text.split()
    if not 1 <= len(words) <= 3 or not all(word.isascii() and word.isdecimal() and len(word) < 5 for word in words):
        raise ValueError("neither days, hours and minutes nor infinite")
    days, hours, minutes = (*map(int, words), 0, 0)[:3]
    found = timedelta(days=days, hours=hours, minutes=minutes)
    if not found:
        raise ValueError("a lease of no time")
    return found


def _told(config: Config, pool: Pool, command: str, code: int) -> Fact[tuple[IPv4Address, ...]]:
    imports: tuple[Span, ...] = ()
    for each in pool.family:
        importing = tuple(found.span for found in each.block.lines("import"))
        written = each.block.stated(command, addresses)
        line = option(each.block, code)
        if line is not None:
            given = config.converted(
                line.rest, option_addresses, line.span, what=f"option {code} of {each.block.title}"
            )
            if written is None:
                return given
            if isinstance(given, Unknown) or isinstance(written, Unknown) or given.value != written.value:
                why = f"{each.block.title} says {command} and option {code}; which of the two counts is not documented"
                return Unknown(why, (*written.spans, line.span), f"take option {code} out of the pool")
        if written is not None and imports and each is not pool:
            why = f"{pool.block.title} imports {command} or takes it from {each.block.title}; which is not documented"
            return Unknown(why, (*imports, *written.spans), "look at what a client was told")
        if written is not None:
            return written
        silent = each.block.unsaid(command)
        if silent is not None:
            return silent
        imports += importing
    if imports:
        why = f"{pool.block.title} hands on the {command} that {config.device} itself is told (`import all`)"
        return Unknown(
            why, imports, f"look at `show ip dhcp import` on {config.device}, or write {command} into the pool"
        )
    return config.default(f"ip dhcp pool.{command}", addresses_or_none, pool.head)


def addresses(text: str) -> tuple[IPv4Address, ...]:
    """Read addresses behind each other; raises `ValueError`."""
    words = text.split()
    if not words:
        raise ValueError("no address")
    try:
        return tuple(IPv4Address(word) for word in words)
    except ValueError as error:
        raise ValueError("not IPv4 addresses") from error


def addresses_or_none(text: str) -> tuple[IPv4Address, ...]:
    """Read a default, which may be none."""
    return addresses(text) if text else ()


def option(block: Block, code: int) -> Line | None:
    """The line that gives out an option by its number."""
    found = [line for line in block.each(f"option {code}") if not line.no]
    return found[-1] if found else None


def option_addresses(text: str) -> tuple[IPv4Address, ...]:
    """Read `ip 192.168.30.1 …`, or the same in hexadecimal digits; raises `ValueError`."""
    words = text.split()
    if words[:1] == ["instance"]:
        words = words[2:]
    kind, rest = (words[0], words[1:]) if words else ("", [])
    if kind == "ip":
        return addresses(" ".join(rest))
    digits = "".join(rest).replace(".", "")
    if kind != "hex" or not digits or len(digits) % 8 or not _HEX.fullmatch(digits):
        raise ValueError("not addresses")
    octets = bytes.fromhex(digits)
    return tuple(IPv4Address(octets[at : at + 4]) for at in range(0, len(octets), 4))
