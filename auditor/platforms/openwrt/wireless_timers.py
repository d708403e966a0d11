"""What ends an association: silence, a session limit, repeated authentication, and a full BSS."""

from collections.abc import Callable
from datetime import timedelta

from auditor.model import Fact, Unknown, combine, known_like
from auditor.platforms.openwrt.config import Config, Located, netifd_bool
from auditor.platforms.openwrt.release import sets_up_wifi_in_ucode
from auditor.platforms.openwrt.security import Encryption
from auditor.platforms.openwrt.wireless_names import named, raw_or
from auditor.platforms.openwrt.wireless_security import ENTERPRISE

_LONGEST = 10 * 365 * 86400
_HOSTAPD_INACTIVITY = timedelta(seconds=300)


def station_limit(config: Config, located: Located) -> Fact[int | None]:
    """`maxassoc`; the shell scripts take 0 for no limit, ucode hands it on to hostapd."""
    return named(config, located, "maxassoc", _count(config), default="wireless.maxassoc")


def _count(config: Config) -> Callable[[str], int | None]:
    def convert(text: str) -> int | None:
        if text and not text.isdecimal():
            raise ValueError("not a number")
        number = int(text[:9]) if text else None
        if number == 0 and sets_up_wifi_in_ucode(config.version) is not False:
            raise ValueError("no limit up to 24.10; what hostapd makes of it was not established")
        return number or None

    return convert


def _seconds(text: str) -> timedelta | None:
    """A timer in seconds; 0 and empty: none."""
    if not text.isdecimal() and text:
        raise ValueError("not a number of seconds")
    return timedelta(seconds=min(int(text[:12]), _LONGEST)) if text and int(text[:12]) else None


def idle_timeout(config: Config, located: Located) -> Fact[timedelta | None]:
    """Silence ends an association only if hostapd may not poll first (`skip_inactivity_poll 1`)."""
    written = config.fact(located, "skip_inactivity_poll", netifd_bool, default="wireless.skip_inactivity_poll")
    skipped = raw_or(config, located, ("skip_inactivity_poll",), written)
    limit = named(config, located, "max_inactivity", _inactivity(config), default="wireless.max_inactivity")
    match skipped:
        case Unknown() as unknown:
            return unknown
        case known if not known.value:
            return known_like(None, known)
        case known:
            return combine(lambda _, after: after, known, limit)


def _inactivity(config: Config) -> Callable[[str], timedelta | None]:
    """`max_inactivity 0` is not handed on by the shell scripts, so that hostapd's own limit holds."""

    def convert(text: str) -> timedelta | None:
        found = _seconds(text)
        if found is None and sets_up_wifi_in_ucode(config.version) is not False:
            raise ValueError("300 seconds up to 24.10; what hostapd makes of 0 was not established")
        return found or _HOSTAPD_INACTIVITY

    return convert


def session_timeout(config: Config, located: Located, security: Fact[Encryption]) -> Fact[timedelta | None]:
    """OpenWrt sets no session limit; with 802.1X the RADIUS server may, which is not visible here."""
    near = config.header(located)
    config.values(located, "eap_server")  # the built-in server sets no limit, and its users stand in a file
    match security:
        case Unknown() as unknown:
            return unknown
        case known if known.value.akms & ENTERPRISE:
            why = "the RADIUS server may set Session-Timeout and Idle-Timeout, which are not visible here"
            return Unknown(why, known.spans, "declare radius-session, or look at the RADIUS server's policy")
        case _:
            return config.default("wireless.session_timeout", _seconds, near)


def reauth_period(config: Config, located: Located, security: Fact[Encryption]) -> Fact[timedelta | None]:
    """Repeated 802.1X authentication; with a pre-shared key there is none."""
    stated = config.stated(located, "eap_reauth_period", _seconds)
    match security:
        case Unknown() as unknown:
            return unknown
        case known if not known.value.akms & ENTERPRISE:
            return known_like(None, known)
        case _:
            return stated or config.default("wireless.eap_reauth_period", _seconds, config.header(located))
