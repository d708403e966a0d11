"""Names of wireless options: from 25.12 on hostapd's own names are taken as well, and raw lines beat them all.

Source: openwrt/openwrt package/network/config/wifi-scripts/files-ucode/usr/share/schema/wireless.wifi-iface.json
(0591e1b0), entries of type `alias`.
"""

from typing import TypeVar

from auditor.model import Fact, Unknown
from auditor.platforms.openwrt.config import Config, Convert, Located
from auditor.platforms.openwrt.release import sets_up_wifi_in_ucode
from auditor.services.reading import printable

T = TypeVar("T")

_HOSTAPD_NAMES = {
    "isolate": "ap_isolate",
    "max_inactivity": "ap_max_inactivity",
    "maxassoc": "max_num_sta",
    "disabled": "default_disabled",
}
_RAW = ("hostapd_options", "hostapd_bss_options")


def named(config: Config, located: Located, option: str, convert: Convert[T], *, default: str) -> Fact[T]:
    """Read an option of a wifi-iface under both of its names, as far as the release knows them."""
    usual = config.fact(located, option, convert, default=default)
    other = config.stated(located, _HOSTAPD_NAMES[option], convert)
    ucode = sets_up_wifi_in_ucode(config.version)
    if other is None or ucode is False or isinstance(usual, Unknown):
        return usual
    if not config.lines(located, option) and ucode:
        return other
    if not isinstance(other, Unknown) and other.value == usual.value:
        return usual
    why = f"{located.title} sets {option} and {_HOSTAPD_NAMES[option]}, of which one counts, depending on the release"
    if ucode is None:
        why = f"whether {_HOSTAPD_NAMES[option]} counts depends on the OpenWrt version, which is not known"
    return Unknown(why, (*usual.spans, *other.spans), f"keep one of {option} and {_HOSTAPD_NAMES[option]}")


def raw_or(config: Config, located: Located, keys: tuple[str, ...], fact: Fact[T]) -> Fact[T]:
    """Raw hostapd lines beat everything; if one of them speaks of these keys, the rest is not certain."""
    for option in _RAW:
        for statement in config.values(located, option):
            key = statement.value.partition("=")[0].strip()
            if key in keys:
                why = f"{option} sets {printable(key)} past OpenWrt's options"
                return Unknown(why, (config.span(located, statement),), "move the setting to its own option")
    return fact
