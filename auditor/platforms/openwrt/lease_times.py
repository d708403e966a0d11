"""Lease times as dnsmasq and odhcpd read them, which is not the same."""

import re
from datetime import timedelta

from auditor.model import INFINITE

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 0xFFFFFFFE
_STRTOD = re.compile(r"([0-9]{1,10}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})(.?).*", re.DOTALL)


def lease_time(text: str) -> timedelta:
    """Read a lease time as dnsmasq does: a whole number with s, m, h, d or w (none: seconds), or infinite.

    Dnsmasq raises it to two minutes. Source: dnsmasq src/option.c, dhcp-range and dhcp-host.
    """
    if text == "infinite":
        return INFINITE
    digits, unit = (text[:-1], text[-1].lower()) if text and not text[-1].isdecimal() else (text, "s")
    if not digits.isdecimal() or unit not in _UNITS or len(digits) > 10:
        raise ValueError("not a number with s, m, h, d or w, nor 'infinite'")
    return timedelta(seconds=max(min(int(digits) * _UNITS[unit], _LONGEST), 120))


def odhcpd_lease_time(text: str) -> timedelta:
    """Read a lease time as odhcpd does: `strtod`, then the first letter behind it, in lower case only.

    Odhcpd raises it to one minute. Source: openwrt/odhcpd src/config.c, parse_leasetime.
    """
    if text == "infinite":
        return INFINITE
    found = _STRTOD.fullmatch(text)
    unit = found[2] or "s" if found else ""
    if found is None or unit not in _UNITS:
        raise ValueError("not a number with s, m, h, d or w in lower case, nor 'infinite'")
    seconds = int(float(found[1]) * _UNITS[unit])
    return timedelta(seconds=max(min(seconds, _LONGEST), 60))


def uci_time(lease: timedelta) -> str:
    """Write a lease time for UCI in the largest unit that fits whole, hours before days up to two days."""
    if lease == INFINITE:
        return "infinite"
    seconds = int(lease.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds % _UNITS[unit] == 0 and (unit != "d" or seconds > 2 * _UNITS["d"]):
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"
