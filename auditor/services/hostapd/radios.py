"""Radios: band, newest PHY, channel width, and whether stations without 802.11ax are refused.

Source: hostap 2.10 src/ap/ap_config.c (hostapd_config_check_bss takes 802.11n and newer from a BSS without CCMP or
GCMP) and hostapd/hostapd.conf, and for keys that came later the hostapd.conf of hostap's main branch.
"""

from auditor.model import Assumed, Band, Cipher, Fact, Phy, Stated, Unknown, combine, known_like
from auditor.services.hostapd.security import ciphers
from auditor.services.hostapd.settings import Settings
from auditor.services.reading import printable
from auditor.syntax.hostapd_conf import atoi

_SWITCHES = (
    (Phy.BE, "ieee80211be", "disable_11be"),
    (Phy.AX, "ieee80211ax", "disable_11ax"),
    (Phy.AC, "ieee80211ac", "disable_11ac"),
    (Phy.N, "ieee80211n", "disable_11n"),
)
_MODES = {"b": Band.GHZ_2_4, "g": Band.GHZ_2_4, "ad": Band.GHZ_60}
_WIDTHS_OF_6_GHZ = {131: 20, 132: 40, 133: 80, 134: 160, 135: 160, 136: 20, 137: 320}
_WIDTHS = {1: 80, 2: 160, 3: 160, 9: 320}
_TRY = "see on which channel it sends"


def band(view: Settings) -> Fact[Band]:
    """`hw_mode`; `a` stands for 5 GHz, and with an operating class of 6 GHz for that."""
    mode, channel = view.word("hw_mode"), view.stated("channel")
    operating_class = view.stated("op_class")
    if isinstance(mode, Unknown):
        return mode
    if mode.value in _MODES:
        return known_like(_MODES[mode.value], mode)
    if mode.value == "a":
        if operating_class is not None and operating_class.value in _WIDTHS_OF_6_GHZ:
            return known_like(Band.GHZ_6, mode, operating_class)
        return known_like(Band.GHZ_5, mode)
    if mode.value == "any" and channel is not None and operating_class is None:
        if 1 <= channel.value <= 14:
            return known_like(Band.GHZ_2_4, mode, channel)
        if 36 <= channel.value <= 177:
            return known_like(Band.GHZ_5, mode, channel)
    return Unknown(f"hw_mode {printable(mode.value)} does not tell the band", mode.spans, _TRY)


def phy_of_radio(view: Settings) -> Fact[Phy]:
    """The newest PHY that the file switches on."""
    return _newest(view, of_bss=False)


def phy_of_bss(view: Settings) -> Fact[Phy]:
    """The same, less what the BSS goes without: by `disable_11ax` and the like, or for want of CCMP."""
    offered = ciphers(view)
    if isinstance(offered, Unknown):
        return offered
    newest = _newest(view, of_bss=True)
    wep = not offered.value and any((key := view.last(f"wep_key{n}")) is not None and key.value for n in range(4))
    if wep or (offered.value and offered.value <= {Cipher.TKIP}):
        return known_like(Phy.LEGACY, offered)
    return newest


def _newest(view: Settings, *, of_bss: bool) -> Fact[Phy]:
    """802.11be needs 802.11ax, 802.11n another mode than 802.11b.

    Below 802.11ax a missing line counts as evidence too, by its default.
    """
    evidence: list[Stated[int] | Assumed[int]] = []
    by_mode = _mode_b(view)
    for phy, switch, disable in _SWITCHES:
        stated = view.stated(switch)
        off = view.stated(disable) if of_bss else None
        if phy is Phy.N and by_mode is not None:
            evidence.append(by_mode)
            continue
        if off is not None and off.value != 0:
            evidence.append(off)
            continue
        if stated is not None and stated.value != 0:
            if phy is Phy.BE and not (_on(view, "ieee80211ax") and not (of_bss and _on(view, "disable_11ax"))):
                evidence.append(stated)
                continue
            return known_like(phy, stated, *evidence)
        if stated is not None:
            evidence.append(stated)
        elif phy in (Phy.AX, Phy.N):
            default = view.number(switch)
            if isinstance(default, Unknown):
                return default
            evidence.append(_known(default))
    return known_like(Phy.LEGACY, *evidence)


def _mode_b(view: Settings) -> Stated[int] | Assumed[int] | None:
    """802.11b, which is also what hw_mode is without a line, takes 802.11n from the radio."""
    mode = view.word("hw_mode")
    return _known(known_like(0, mode)) if not isinstance(mode, Unknown) and mode.value == "b" else None


def _known(fact: Fact[int]) -> Assumed[int] | Stated[int]:
    """Narrow a fact that is known: a line or a default."""
    assert isinstance(fact, Stated | Assumed)
    return fact


def _on(view: Settings, key: str) -> bool:
    stated = view.stated(key)
    return stated is not None and stated.value != 0


def width(view: Settings) -> Fact[int]:
    """The channel width in MHz of the newest PHY that says one."""
    newest = phy_of_radio(view)
    if isinstance(newest, Unknown):
        return newest
    operating_class = view.stated("op_class")
    if operating_class is not None and operating_class.value in _WIDTHS_OF_6_GHZ:
        return known_like(_WIDTHS_OF_6_GHZ[operating_class.value], newest, operating_class)
    by_phy = {Phy.BE: "eht_oper_chwidth", Phy.AX: "he_oper_chwidth", Phy.AC: "vht_oper_chwidth"}
    for phy, key in by_phy.items():
        stated = view.stated(key)
        if newest.value is phy and stated is not None and stated.value in _WIDTHS:
            return known_like(_WIDTHS[stated.value], newest, stated)
    capabilities = view.text("ht_capab")
    wide = capabilities is not None and ("[HT40+]" in capabilities.value or "[HT40-]" in capabilities.value)
    if capabilities is None or newest.value is Phy.LEGACY:
        return known_like(20, newest)
    return known_like(40 if wide else 20, newest, capabilities)


def ax_required(view: Settings) -> Fact[bool]:
    """Whether stations without 802.11ax are kept out: by `require_he` and its like, or by `mbssid`.

    With `mbssid`, one beacon announces all SSIDs of a radio; stations that do not know such beacons see one only.
    """
    newest = phy_of_radio(view)
    required = view.on("require_he")
    if isinstance(newest, Unknown):
        return newest
    if not newest.value.includes_ax:
        return known_like(False, newest)
    newer = view.switched_on("require_eht", "bss_require_eht")
    if newer and newest.value is Phy.BE:
        return known_like(True, newest, Stated(None, newer))
    joined = view.switched_on("mbssid")
    if joined and (isinstance(required, Unknown) or not required.value):
        why = f"the radio of {printable(view.section.name)} announces its SSIDs in one beacon (mbssid)"
        return Unknown(
            f"{why}, which older stations do not understand", joined, "set mbssid to 0, or try with a reader"
        )
    return combine(lambda on: on, required)


def six_ghz(view: Settings) -> bool:
    """Whether the radio is told to use 6 GHz."""
    setting = view.last("op_class")
    return setting is not None and atoi(setting.value) in _WIDTHS_OF_6_GHZ
