"""Which release of OpenWrt came first: what a device does with a line may depend on it."""

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def at_least(version: str | None, year: int, month: int) -> bool | None:
    """Say whether a release is that of `year`.`month` or a later one; None if its name has no number (SNAPSHOT)."""
    found = re.match(r"(\d{2})\.(\d{2})", version or "")
    return None if found is None else (int(found[1]), int(found[2])) >= (year, month)


def has_fw4(version: str | None) -> bool | None:
    """Whether firewall4 filters packets, which came with 22.03, or firewall3."""
    return at_least(version, 22, 3)


def sets_up_wifi_in_ucode(version: str | None) -> bool | None:
    """Whether the ucode scripts set up Wi-Fi, which came with 25.12, or the shell scripts before them."""
    return at_least(version, 25, 12)
