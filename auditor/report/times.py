"""Times as people at the shop read them."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from auditor.inventory import SiteEntry


def zone_of(entry: SiteEntry) -> tzinfo:
    """Return the time zone of a shop, UTC if it is not declared or this machine does not know it."""
    try:
        return ZoneInfo(entry.timezone) if entry.timezone else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def moment(at: datetime, zone: tzinfo, *, now: datetime | None = None) -> str:
    """Write a time in a zone: `2026-11-23 02:14 UTC`, or `02:14` if it is the day of `now`."""
    local = at.astimezone(zone)
    if now is not None and local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    return f"{local:%Y-%m-%d %H:%M %Z}"


def age(length: timedelta) -> str:
    """Write how long ago something was: `just now`, `5 min ago`, `3 h ago`, `4 days ago`."""
    minutes = int(length.total_seconds() // 60)
    if minutes < -5:
        return "in the future"
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // 1440} days ago"


def about(seconds: int) -> str:
    """Write a short length of time: `~2 s`, `~3 min`."""
    return f"~{seconds} s" if seconds < 120 else f"~{round(seconds / 60)} min"
