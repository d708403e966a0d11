"""`config wifi-device`: radios with their band, PHY and width."""

from typing import TypeVar

from auditor.model import Band, Fact, Listed, Phy, Radio, Unknown, known_like
from auditor.platforms.openwrt.config import Config, Located, netifd_bool
from auditor.services.reading import printable

T = TypeVar("T")


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
        enabled=enabled(config, located),
        band=modelled(config, located, band(config, located)),
        phy=modelled(config, located, phy(config, located)),
        width=config.fact(located, "htmode", _width, default="wireless.htmode"),
        ax_required=ax_required(config, located),
    )


def enabled(config: Config, located: Located) -> Fact[bool]:
    """A radio is set up if it is not disabled and has a driver type: netifd passes over one without."""
    disabled = config.fact(located, "disabled", netifd_bool, default="wireless.disabled")
    kind = config.fact(located, "type", str, default="wireless.type")
    if not isinstance(kind, Unknown) and not kind.value:
        return known_like(False, kind)
    if isinstance(disabled, Unknown):
        return disabled
    return known_like(not disabled.value, disabled)


def modelled(config: Config, located: Located, fact: Fact[T]) -> Fact[T]:
    """Vendor drivers read other keys: of a radio whose type is not mac80211 nothing is certain."""
    kind = config.fact(located, "type", str, default="wireless.type")
    match kind:
        case Unknown() as unknown:
            return unknown
        case known if known.value not in ("mac80211", ""):
            why = f"radio {located.id} uses the driver type '{printable(known.value)}', whose options are not modelled"
            return Unknown(why, known.spans, "look at the access point's own status page")
        case _:
            return fact


def band(config: Config, located: Located) -> Fact[Band]:
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
    if text.isdecimal() and 1 <= int(text[:4]) <= 14:
        return Band.GHZ_2_4
    if text.isdecimal() and 36 <= int(text[:4]) <= 177:
        return Band.GHZ_5
    raise ValueError("the channel does not tell the band")


def phy(config: Config, located: Located) -> Fact[Phy]:
    """The newest PHY: raw hostapd lines first, `htmode` else; without it, plain 802.11a/b/g."""
    for statement in config.values(located, "hostapd_options"):
        if "ieee80211ax" in statement.value or "ieee80211be" in statement.value:
            why = "raw hostapd options speak of 802.11ax"
            return Unknown(why, (config.span(located, statement),), "move the setting to option htmode")
    return config.fact(located, "htmode", _phy_word, default="wireless.htmode")


def _phy_word(text: str) -> Phy:
    for prefix, found in (("EHT", Phy.BE), ("HE", Phy.AX), ("VHT", Phy.AC), ("HT", Phy.N)):
        if text.upper().startswith(prefix):
            return found
    if text.upper() in ("", "NONE", "NOHT"):
        return Phy.LEGACY
    raise ValueError("not a mode that OpenWrt knows")


def _width(text: str) -> int:
    digits = "".join(c for c in text if c.isdecimal())
    return int(digits[:6]) if digits else 20


def ax_required(config: Config, located: Located) -> Fact[bool]:
    """Whether stations without 802.11ax are kept out, by `require_mode` or because they cannot see the SSID.

    With `mbssid`, one beacon announces all SSIDs of a radio; stations that do not know such beacons see one only.
    """
    required = config.fact(located, "require_mode", lambda text: text == "ax", default="wireless.require_mode")
    joined = [
        config.span(located, statement)
        for name in ("mbssid", "multiple_bssid")
        for statement in config.values(located, name)
        if statement.value not in ("0", "false")
    ]
    newest = phy(config, located)
    has_ax = isinstance(newest, Unknown) or newest.value.includes_ax
    if joined and has_ax and (isinstance(required, Unknown) or not required.value):
        why = f"radio {located.id} announces its SSIDs in one beacon (mbssid), which older stations do not understand"
        return Unknown(why, tuple(joined), "set mbssid to 0, or see whether the readers find the SSID")
    return required
