"""How values become words of BusyBox ash."""

from collections.abc import Callable, Mapping

from auditor.platforms.openwrt.dhcp import uci_time


def quote(value: str) -> str:
    """Make one shell word of a value, always in single quotes; ValueError for control characters.

    Nothing is special between single quotes, so no value can become a command (POSIX.1-2017, 2.2.2).
    """
    if any(not c.isprintable() for c in value):
        raise ValueError("a control character cannot be pasted into a shell")
    return "'" + value.replace("'", "'\\''") + "'"


def comment(value: str) -> str:
    """Show a value in a comment at the end of a command line; ValueError for control characters."""
    if any(not c.isprintable() for c in value):
        raise ValueError("a control character cannot be pasted into a shell")
    return value


FILTERS: Mapping[str, Callable[..., str]] = {"comment": comment, "uci_time": uci_time}
