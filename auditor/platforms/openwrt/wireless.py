"""`/etc/config/wireless`: radios (`wifi-device`) and BSSs (`wifi-iface` in access-point mode)."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from auditor.model import (
    Akm,
    Band,
    Bss,
    Fact,
    IsolationScope,
    Listed,
    MacPolicy,
    Passphrase,
    Phy,
    Pmf,
    Radio,
    Stated,
    Unknown,
    combine,
    known_like,
)
from auditor.platforms.openwrt.config import Config, Located, netifd_bool, printable
from auditor.platforms.openwrt.security import Encryption, encryption
from auditor.secrets import secret_format

T = TypeVar("T")

_PERSONAL = frozenset({Akm.WPA_PSK, Akm.WPA2_PSK, Akm.WPA3_SAE})
_ENTERPRISE = frozenset({Akm.WPA_EAP, Akm.WPA2_EAP, Akm.WPA3_EAP, Akm.WPA3_EAP_192})
_RAW = ("hostapd_options", "hostapd_bss_options")


def radios(config: Config) -> Listed[Radio]:
    """Read every `config wifi-device`."""
    missing = config.missing("wireless")
    if missing is not None:
        return Listed((), (missing,))
    return Listed(tuple(_radio(config, located) for located in config.sections("wireless", "wifi-device")))


def _radio(config: Config, located: Located) -> Radio:
    return Radio(
        device=config.device,
        key=located.id,
        enabled=_inverted(config.fact(located, "disabled", netifd_bool, default="wireless.disabled")),
        band=_modelled(config, located, _band(config, located)),
        phy=_modelled(config, located, _phy(config, located)),
        width=config.fact(located, "htmode", _width, default="wireless.htmode"),
        ax_required=config.fact(located, "require_mode", lambda text: text == "ax", default="wireless.require_mode"),
    )


def _inverted(fact: Fact[bool]) -> Fact[bool]:
    return combine(lambda value: not value, fact)


def _modelled(config: Config, located: Located, fact: Fact[T]) -> Fact[T]:
    """Vendor drivers read other keys: of a radio whose type is not mac80211 nothing is certain."""
    kind = config.fact(located, "type", str, default="wireless.type")
    match kind:
        case Unknown() as unknown:
            return unknown
        case known if known.value != "mac80211":
            why = f"radio {located.id} uses the driver type '{printable(known.value)}', whose options are not modelled"
            return Unknown(why, known.spans, "look at the access point's own status page")
        case _:
            return fact


def _band(config: Config, located: Located) -> Fact[Band]:
    """`band` (from 21.02), else `hwmode`, else the channel number, where it tells."""
    stated = config.stated(located, "band", _band_word)
    if stated is not None:
        return stated
    stated = config.stated(located, "hwmode", _hwmode)
    if stated is not None:
        return stated
    stated = config.stated(located, "channel", _channel_band)
    if stated is not None:
        return stated
    return Unknown(f"radio {located.id} names no band", (config.header(located),), "add option band")


def _band_word(text: str) -> Band:
    table = {"2g": Band.GHZ_2_4, "5g": Band.GHZ_5, "6g": Band.GHZ_6, "60g": Band.GHZ_60}
    if text not in table:
        raise ValueError("not one of 2g 5g 6g 60g")
    return table[text]


def _hwmode(text: str) -> Band:
    table = {"11a": Band.GHZ_5, "11na": Band.GHZ_5, "11ac": Band.GHZ_5, "11ad": Band.GHZ_60}
    table |= {"11b": Band.GHZ_2_4, "11g": Band.GHZ_2_4, "11bg": Band.GHZ_2_4, "11ng": Band.GHZ_2_4}
    if text not in table:
        raise ValueError("not a hwmode that OpenWrt knows")
    return table[text]


def _channel_band(text: str) -> Band:
    if text.isdecimal() and 1 <= int(text) <= 14:
        return Band.GHZ_2_4
    if text.isdecimal() and 36 <= int(text) <= 177:
        return Band.GHZ_5
    raise ValueError("the channel does not tell the band")


def _phy(config: Config, located: Located) -> Fact[Phy]:
    """The newest PHY: raw hostapd lines first, `htmode` else; without it, plain 802.11a/b/g."""
    for statement in config.values(located, "hostapd_options"):
        if "ieee80211ax" in statement.value or "ieee80211be" in statement.value:
            why = "raw hostapd options speak of 802.11ax"
            return Unknown(why, (config.span(located, statement),), "move the setting to option htmode")
    return config.fact(located, "htmode", _phy_word, default="wireless.htmode")


def _phy_word(text: str) -> Phy:
    for prefix, phy in (("EHT", Phy.BE), ("HE", Phy.AX), ("VHT", Phy.AC), ("HT", Phy.N)):
        if text.upper().startswith(prefix):
            return phy
    if text.upper() in ("", "NONE", "NOHT"):
        return Phy.LEGACY
    raise ValueError("not a mode that OpenWrt knows")


def _width(text: str) -> int:
    digits = "".join(c for c in text if c.isdigit())
    return int(digits) if digits else 20


def bsses(config: Config) -> Listed[Bss]:
    """Read every `config wifi-iface` that is an access point; stations, meshes and monitors are none."""
    missing = config.missing("wireless")
    if missing is not None:
        return Listed((), (missing,))
    devices = {located.id: located for located in config.sections("wireless", "wifi-device")}
    found = []
    for located in config.sections("wireless", "wifi-iface"):
        mode = config.fact(located, "mode", str, default="wireless.mode")
        if isinstance(mode, Unknown) or mode.value == "ap":
            found.append(_bss(config, located, devices))
        else:
            for name in located.section.names():
                config.values(located, name)
    return Listed(tuple(found))


def _bss(config: Config, located: Located, devices: dict[str, Located]) -> Bss:
    words = config.words(located, "device")
    name = words[0][0] if words else ""
    radio = devices.get(name)
    security = config.fact(located, "encryption", encryption, default="wireless.encryption")
    return Bss(
        device=config.device,
        key=located.id,
        radio=name,
        ssid=_ssid(config, located),
        enabled=_enabled(config, located, radio),
        networks=_networks(config, located),
        band=_of_radio(config, located, radio, lambda r: _modelled(config, r, _band(config, r))),
        phy=_bss_phy(config, located, radio),
        ax_required=_of_radio(
            config,
            located,
            radio,
            lambda r: config.fact(r, "require_mode", lambda text: text == "ax", default="wireless.require_mode"),
        ),
        akms=_raw_or(config, located, ("wpa", "wpa_key_mgmt"), combine(lambda e: e.akms, security)),
        ciphers=_raw_or(config, located, ("wpa_pairwise", "rsn_pairwise"), combine(lambda e: e.ciphers, security)),
        pmf=_pmf(config, located, security),
        passphrase=_passphrase(config, located, security),
        isolation=_isolation(config, located),
        port_isolated=config.fact(located, "bridge_isolate", netifd_bool, default="wireless.bridge_isolate"),
        fast_transition=config.fact(located, "ieee80211r", netifd_bool, default="wireless.ieee80211r"),
        mac_policy=config.fact(located, "macfilter", _mac_policy, default="wireless.macfilter"),
        mac_list=_mac_list(config, located),
        station_limit=config.fact(located, "maxassoc", _count, default="wireless.maxassoc"),
        idle_timeout=_idle_timeout(config, located),
        session_timeout=_session_timeout(config, located, security),
        reauth_period=_reauth_period(config, located, security),
    )


def _of_radio(
    config: Config, located: Located, radio: Located | None, read: Callable[[Located], Fact[T]]
) -> Fact[T]:
    if radio is None:
        return Unknown(f"{located.title} names no radio that exists", (config.header(located),))
    return read(radio)


def _ssid(config: Config, located: Located) -> Fact[str]:
    stated = config.stated(located, "ssid", str)
    return stated or Unknown(f"{located.title} names no SSID", (config.header(located),))


def _enabled(config: Config, located: Located, radio: Located | None) -> Fact[bool]:
    """A BSS is on if neither it nor its radio is disabled; one known `disabled` decides."""
    own = config.fact(located, "disabled", netifd_bool, default="wireless.disabled")
    above = _of_radio(
        config, located, radio, lambda r: config.fact(r, "disabled", netifd_bool, default="wireless.disabled")
    )
    for fact in (own, above):
        if not isinstance(fact, Unknown) and fact.value:
            return known_like(False, fact)
    return combine(lambda a, b: not a and not b, own, above)


def _networks(config: Config, located: Located) -> Fact[tuple[str, ...]]:
    damaged = config.damage(located)
    if damaged is not None:
        return damaged
    words = config.words(located, "network")
    if not words:
        return config.default("wireless.network", lambda text: tuple(text.split()), config.header(located))
    return Stated(tuple(word for word, _ in words), tuple(dict.fromkeys(span for _, span in words)))


def _bss_phy(config: Config, located: Located, radio: Located | None) -> Fact[Phy]:
    """A BSS offers what its radio offers, unless raw hostapd lines take 802.11ax from it."""
    for statement in config.values(located, "hostapd_bss_options"):
        if statement.value.replace(" ", "") == "disable_11ax=1":
            above = _of_radio(config, located, radio, lambda r: _phy(config, r))
            span = config.span(located, statement)
            return combine(lambda p, _: Phy.AC if p.includes_ax else p, above, Stated(True, (span,)))
    return _of_radio(config, located, radio, lambda r: _modelled(config, r, _phy(config, r)))


def _raw_or(config: Config, located: Located, keys: tuple[str, ...], fact: Fact[T]) -> Fact[T]:
    """Raw hostapd lines beat everything; if one of them speaks of these keys, the rest is not certain."""
    for option in _RAW:
        for statement in config.values(located, option):
            if statement.value.partition("=")[0].strip() in keys:
                why = f"{option} sets {printable(statement.value.partition('=')[0].strip())} past OpenWrt's options"
                return Unknown(why, (config.span(located, statement),), "move the setting to its own option")
    return fact


def _pmf(config: Config, located: Located, security: Fact[Encryption]) -> Fact[Pmf]:
    stated = config.stated(located, "ieee80211w", _pmf_word)
    return _raw_or(config, located, ("ieee80211w",), stated or combine(lambda e: e.pmf, security))


def _pmf_word(text: str) -> Pmf:
    table = {"0": Pmf.DISABLED, "1": Pmf.OPTIONAL, "2": Pmf.REQUIRED}
    if text not in table:
        raise ValueError("not one of 0 1 2")
    return table[text]


def _passphrase(config: Config, located: Located, security: Fact[Encryption]) -> Fact[Passphrase]:
    """What is known of the key: hostapd takes 8 to 63 characters or 64 hex digits."""
    match security:
        case Unknown() as unknown:
            return unknown
        case known if not known.value.akms & _PERSONAL:
            return known_like(Passphrase.ABSENT, known)
        case known:
            pass
    for option in ("wpa_psk_file", "ppsk", "sae_password_file"):
        stated = config.stated(located, option, str)
        if isinstance(stated, Stated):
            return known_like(Passphrase.EXTERNAL, stated)
    for option in ("key", "sae_password"):
        stated_key = config.stated(located, option, _key)
        if stated_key is not None:
            return stated_key
    if any(True for _ in config.sections("wireless", "wifi-station")):
        why = f"{located.title} may get its keys from wifi-station sections"
        return Unknown(why, (config.header(located),))
    return known_like(Passphrase.ABSENT, Stated(None, (config.header(located),)))


def _key(text: str) -> Passphrase:
    match secret_format(text):
        case "passphrase" | "hex64" | "masked":
            return Passphrase.USABLE
        case _:
            return Passphrase.UNUSABLE


def _isolation(config: Config, located: Located) -> Fact[IsolationScope]:
    """`isolate` keeps stations of one BSS apart; what hostapd's file says of ap_isolate is no evidence.

    The generated hostapd file may carry ap_isolate=1 although stations reach each other through the bridge in
    hairpin mode (netifd, system_bridge_set_wireless), so only the option counts.
    """
    isolated = config.fact(located, "isolate", netifd_bool, default="wireless.isolate")
    scope = combine(lambda on: IsolationScope.SAME_BSS if on else IsolationScope.NONE, isolated)
    return _raw_or(config, located, ("ap_isolate",), scope)


def _mac_policy(text: str) -> MacPolicy:
    table = {"": MacPolicy.OFF, "disable": MacPolicy.OFF, "allow": MacPolicy.ALLOW_LISTED, "deny": MacPolicy.DENY_LISTED}
    if text not in table:
        raise ValueError("not one of disable allow deny")
    return table[text]


def _mac_list(config: Config, located: Located) -> Fact[tuple[str, ...]]:
    words = config.words(located, "maclist")
    if not words:
        return config.default("wireless.maclist", lambda text: tuple(text.split()), config.header(located))
    return Stated(tuple(word.lower() for word, _ in words), tuple(dict.fromkeys(span for _, span in words)))


def _count(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise ValueError("not a number")
    return int(text)


def _seconds(text: str) -> timedelta | None:
    """A timer in seconds; 0 and empty: none."""
    if not text.isdecimal() and text:
        raise ValueError("not a number of seconds")
    return timedelta(seconds=int(text)) if text and int(text) else None


def _idle_timeout(config: Config, located: Located) -> Fact[timedelta | None]:
    """Silence ends an association only if hostapd may not poll first (`skip_inactivity_poll 1`)."""
    skipped = config.fact(located, "skip_inactivity_poll", netifd_bool, default="wireless.skip_inactivity_poll")
    limit = config.fact(located, "max_inactivity", _seconds, default="wireless.max_inactivity")
    match skipped:
        case Unknown() as unknown:
            return unknown
        case known if not known.value:
            return known_like(None, known)
        case known:
            return combine(lambda _, after: after, known, limit)


def _session_timeout(config: Config, located: Located, security: Fact[Encryption]) -> Fact[timedelta | None]:
    """OpenWrt sets no session limit; with 802.1X the RADIUS server may, which is not visible here."""
    near = config.header(located)
    match security:
        case Unknown() as unknown:
            return unknown
        case known if known.value.akms & _ENTERPRISE:
            why = "the RADIUS server may set Session-Timeout and Idle-Timeout, which are not visible here"
            return Unknown(why, known.spans, "declare radius-session, or look at the RADIUS server's policy")
        case _:
            return config.default("wireless.session_timeout", _seconds, near)


def _reauth_period(config: Config, located: Located, security: Fact[Encryption]) -> Fact[timedelta | None]:
    """Repeated 802.1X authentication; with a pre-shared key there is none."""
    stated = config.stated(located, "eap_reauth_period", _seconds)
    match security:
        case Unknown() as unknown:
            return unknown
        case known if not known.value.akms & _ENTERPRISE:
            return known_like(None, known)
        case _:
            return stated or config.default("wireless.eap_reauth_period", _seconds, config.header(located))
