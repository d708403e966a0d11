"""Radios of `/interface wifi`: band, standard and width, which the master interface sets for all its SSIDs.

Source: MikroTik's manual, "WiFi" (Channel properties; master-interface).
"""

from auditor.model import Band, Fact, Phy, Radio, Unknown, known_like
from auditor.platforms.routeros.wifi_hardware import ORDER, Modes, mode
from auditor.platforms.routeros.wifi_menus import WIFI
from auditor.platforms.routeros.wifi_settings import Settings

_LIMITS = ((2400, 2500, Band.GHZ_2_4), (4900, 5895, Band.GHZ_5), (5925, 7125, Band.GHZ_6))


def radio(settings: Settings, key: str, enabled: Fact[bool], modes: Fact[Modes], rule: Fact[Band] | None) -> Radio:
    """One radio. `rule` is the band that a rule of provisioning asks for, None if there is none."""
    config = settings.config
    where = band(settings, modes, rule)
    return Radio(
        device=config.device,
        key=key,
        enabled=enabled,
        band=where,
        phy=phy(settings, modes, where),
        width=width(settings),
        ax_required=config.default(f"{WIFI}.ax-required", lambda text: text == "yes", settings.header),
    )


def band(settings: Settings, modes: Fact[Modes], rule: Fact[Band] | None = None) -> Fact[Band]:
    """`channel.band`, else the frequencies, else the only band that the radio has."""
    stated = settings.stated("channel", "band", lambda text: mode(text)[0])
    if stated is not None:
        return stated
    by_frequency = settings.stated("channel", "frequency", _bands_of)
    if isinstance(by_frequency, Unknown):
        return by_frequency
    possible = frozenset(Band) - {Band.GHZ_60} if by_frequency is None else by_frequency.value
    if by_frequency is not None and len(possible) == 1:
        return known_like(next(iter(possible)), by_frequency)
    if rule is not None and not isinstance(rule, Unknown):
        return rule
    if isinstance(modes, Unknown):
        return _unknown_band(settings, possible)
    both = modes.value.bands() & possible
    if len(both) == 1:
        return known_like(next(iter(both)), modes)
    return _unknown_band(settings, both or possible)


def _unknown_band(settings: Settings, possible: frozenset[Band]) -> Unknown:
    why = f"{settings.title} names neither channel.band nor a frequency: which band its radio has is not known"
    settle = f"write channel.band, or add the output of `/{WIFI} radio print detail` as commands/wifi-radios.txt"
    return Unknown(why, (settings.header,), settle, tuple(sorted(possible, key=list(Band).index)))


def _bands_of(text: str) -> frozenset[Band]:
    """The bands of a list of frequencies: `2412`, `5180-5240:20`, `2300-7300`."""
    found: set[Band] = set()
    for part in text.split(","):
        first, _, last = part.partition(":")[0].partition("-")
        if not (first.isdecimal() and len(first) < 6 and (not last or (last.isdecimal() and len(last) < 6))):
            raise ValueError("not a list of frequencies")
        low, high = int(first), int(last or first)
        found |= {each for begin, end, each in _LIMITS if low <= end and high >= begin}
    if not found:
        raise ValueError("in no band that Wi-Fi uses")
    return frozenset(found)


def phy(settings: Settings, modes: Fact[Modes], where: Fact[Band]) -> Fact[Phy]:
    """`channel.band`, else the newest standard that the radio has."""
    stated = settings.stated("channel", "band", lambda text: mode(text)[1])
    if stated is not None:
        return stated
    newest = settings.config.default(f"{WIFI}.channel.band", str, settings.header)
    known = None if isinstance(where, Unknown) else where.value
    if isinstance(modes, Unknown):
        return Unknown(
            f"{settings.title} names no channel.band, and {modes.why}",
            (settings.header, *modes.near),
            f"write channel.band, or {modes.settle}",
            modes.could_be and _newest_of(modes.could_be, known),
        )
    possible = modes.value.newest(known)
    if isinstance(newest, Unknown) or len(possible) != 1:
        why = f"{settings.title} names no channel.band, and the radios of the device differ"
        return Unknown(
            why, (settings.header, *modes.spans), "write channel.band", tuple(sorted(possible, key=ORDER.index))
        )
    return known_like(possible[0], newest, modes)


def _newest_of(modes: tuple[Modes, ...], known: Band | None) -> tuple[Phy, ...]:
    return tuple(dict.fromkeys(phy for each in modes for phy in each.newest(known)))


def width(settings: Settings) -> Fact[int]:
    """`channel.width`, the widest of the list; by default the widest that the radio has."""
    stated = settings.stated("channel", "width", _width)
    if stated is not None:
        return stated
    why = f"{settings.title} names no channel.width: it is the widest that the radio has"
    return Unknown(why, (settings.header,), "write channel.width")


def _width(text: str) -> int:
    """`20/40/80mhz-Ceee` is 80 MHz wide at most, `20/40/80+80mhz` 160."""
    parts = text.lower().partition("mhz")[0].split("/")
    sums = [each.split("+") for each in parts]
    if any(not part.isdecimal() or len(part) > 3 for each in sums for part in each):
        raise ValueError("not a width of a channel")
    return max(sum(map(int, each)) for each in sums)
