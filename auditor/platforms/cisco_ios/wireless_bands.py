"""The bands of a Catalyst 9800: whether their radios are on, and the newest standard that they may offer.

The commands are those of the top level (`ap dot11 5ghz shutdown`, `no ap dot11 5ghz dot11ax`). What an access point
offers in the end is bounded by its hardware; the controller lets all of them offer 802.11ax unless it is switched off,
for a band or for a WLAN. Source of the defaults: YANG, Cisco-IOS-XE-wireless-dot11-cfg.
"""

from dataclasses import dataclass

from auditor.model import Band, Fact, Phy, Radio, Stated, Unknown, combine, known_like
from auditor.platforms.cisco_ios.blocks import Line, true_false
from auditor.platforms.cisco_ios.config import Config

BANDS = {"24ghz": Band.GHZ_2_4, "5ghz": Band.GHZ_5, "6ghz": Band.GHZ_6}
"""The word of IOS for each band, which is also the key of its radio."""


@dataclass(frozen=True, slots=True)
class WirelessBand:
    """One band of all access points. `ax`: whether its radios may offer 802.11ax."""

    word: str
    band: Band
    enabled: Fact[bool]
    ax: Fact[bool]
    be: Fact[bool]

    def phy(self, ax_of_wlan: Fact[bool]) -> Fact[Phy]:
        """The newest standard that a WLAN has in this band; one line that switches 802.11ax off decides."""
        for ax in (ax_of_wlan, self.ax):
            if not isinstance(ax, Unknown) and not ax.value:
                return known_like(_phy(self.band, ax=False, be=False), ax)
        return combine(lambda band, be, wlan: _phy(self.band, ax=band and wlan, be=be), self.ax, self.be, ax_of_wlan)


def _phy(band: Band, *, ax: bool, be: bool) -> Phy:
    if ax:
        return Phy.BE if be else Phy.AX
    return Phy.N if band is Band.GHZ_2_4 else Phy.AC


def read(config: Config) -> tuple[WirelessBand, ...]:
    """Read all bands."""
    return tuple(_band(config, word, band) for word, band in BANDS.items())


def _band(config: Config, word: str, band: Band) -> WirelessBand:
    top = f"ap dot11 {word}"
    shut = _flag(config, f"{top} shutdown", "ap dot11.shutdown")
    # 802.11ax cannot be switched off in the 6 GHz band, whose only standards it and its successors are.
    ax = _flag(config, f"{top} dot11ax", "ap dot11.dot11ax") if band is not Band.GHZ_6 else _always(config)
    be = _flag(config, f"{top} dot11be", "ap dot11.dot11be")
    for older in ("dot11n", "dot11ac", "dot11g"):
        exactly(config, f"{top} {older}")
    return WirelessBand(word, band, combine(lambda off: not off, shut), ax, be)


def _always(config: Config) -> Fact[bool]:
    return config.default("ap dot11 6ghz.dot11ax", true_false)


def exactly(config: Config, command: str) -> Line | None:
    """The last line that says just this, or negates it. Lines that go on, such as `… dot11ax mcs tx`, say less."""
    return next((line for line in reversed(config.top.each(command)) if not line.rest), None)


def _flag(config: Config, command: str, entry: str) -> Fact[bool]:
    line = exactly(config, command)
    if line is not None:
        return Stated(not line.no, (line.span,))
    return config.top.unsaid(command) or config.default(entry, true_false)


def radio(config: Config, band: WirelessBand) -> Radio:
    """The radios of one band of all access points, which follow the same lines."""
    on: Fact[bool] = Stated(True, ())
    why = f"the width of {band.band} channels is chosen for each access point"
    return Radio(
        device=config.device,
        key=band.word,
        enabled=band.enabled,
        band=Stated(band.band, ()),
        phy=band.phy(on),
        width=Unknown(why, settle="see `show ap dot11 24ghz summary`"),
        ax_required=Stated(band.band is Band.GHZ_6, ()),
    )
