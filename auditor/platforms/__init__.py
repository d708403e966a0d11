"""The platforms that this program reads: one line each."""

from auditor.errors import UsageError
from auditor.platforms.base import ByHand, Edit, EditResult, Platform, WholeChange
from auditor.platforms.cisco_ios import PLATFORM as CISCO_IOS
from auditor.platforms.linux import PLATFORM as LINUX
from auditor.platforms.openwrt import PLATFORM as OPENWRT
from auditor.platforms.routeros import PLATFORM as ROUTEROS

PLATFORMS: tuple[Platform, ...] = (OPENWRT, LINUX, ROUTEROS, CISCO_IOS)

__all__ = ["PLATFORMS", "ByHand", "Edit", "EditResult", "Platform", "WholeChange", "platform"]


def platform(name: str) -> Platform:
    """Return a platform by name; `UsageError` names those that exist."""
    for candidate in PLATFORMS:
        if candidate.name == name:
            return candidate
    raise UsageError(f"platform '{name}' is not supported; supported: {', '.join(p.name for p in PLATFORMS)}")
