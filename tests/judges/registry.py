"""Which program judges the configurations of which service, where that program is installed."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from tests.judges.rooted import why_not

_JUDGES = frozenset(("bind", "dhcpd", "dnsmasq", "hostapd", "iptables", "kea", "nftables", "unbound"))
"""Services that have a judge: the module of that name in this folder."""


def complaint(service: str, files: Mapping[str, str], main: str) -> str | None:
    """Return what the program has against a configuration, '' if it takes it, None if nobody here can tell."""
    if service not in _JUDGES or main not in files:
        return None
    return _complaint(service, tuple(sorted(files.items())), main)


@cache
def _complaint(service: str, files: tuple[tuple[str, str], ...], main: str) -> str | None:
    judge = import_module(f"tests.judges.{service}")
    return None if why_not(judge.PROGRAM) else judge.complaint(dict(files), main)
