"""What Wi-Fi radios of a RouterOS device can do: bands and standards, as far as the capture tells.

`/interface wifi radio print detail` says it for each radio. Without it the product code in the header of an export
does, as it spells out the built-in radios (`C52iG-5HaxD2HaxD`: one for 5 GHz and one for 2.4 GHz, both 802.11ax), or
the installed driver. Source: MikroTik's manual, "Product Naming", "WiFi" (Radios; driver packages).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.model import Band, Fact, Phy, Span, Stated, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.outputs import PACKAGES, WIFI_RADIOS, WIFIWAVE2_RADIOS
from auditor.services.reading import printable
from auditor.syntax.routeros_print import Row, parse_rows

BANDS = {"2ghz": Band.GHZ_2_4, "5ghz": Band.GHZ_5, "6ghz": Band.GHZ_6}
PHYS = {
    "a": Phy.LEGACY,
    "b": Phy.LEGACY,
    "g": Phy.LEGACY,
    "n": Phy.N,
    "an": Phy.N,
    "ac": Phy.AC,
    "ax": Phy.AX,
    "be": Phy.BE,
}
ORDER = (Phy.LEGACY, Phy.N, Phy.AC, Phy.AX, Phy.BE)
"""The standards from the oldest to the newest."""

_MODE = re.compile(r"(?<![\w-])([256]ghz)-([a-z]{1,2})(?![\w-])")
_CARDS = re.compile(r"[-+]((?:(?:52|[256])(?:SHP|HP|H)?(?:be|ax|ac|n)[DTQO]?)+)(?=[-+&]|$)")
_CARD = re.compile(r"(52|[256])(?:SHP|HP|H)?(be|ax|ac|n)[DTQO]?")
_CARD_BANDS = {
    "2": (Band.GHZ_2_4,),
    "5": (Band.GHZ_5,),
    "6": (Band.GHZ_6,),
    "52": (Band.GHZ_2_4, Band.GHZ_5),
}
_PACKAGE = re.compile(r"^\s*\d+\s+(?:([XA]{1,2})\s+)?(?:name=\")?(wifi[a-z0-9-]*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Modes:
    """What one radio, or each of several that are not told apart, can do: pairs of band and standard.

    `one` is False where only all radios of the device together are known.
    """

    pairs: frozenset[tuple[Band, Phy]]
    one: bool

    def bands(self) -> frozenset[Band]:
        return frozenset(band for band, _ in self.pairs)

    def newest(self, band: Band | None) -> tuple[Phy, ...]:
        """The newest standard in a band (None: in any): one if it is certain, else all that it could be."""
        found = {each: max((p for b, p in self.pairs if b is each), key=ORDER.index) for each in self.bands()}
        if band is not None:
            return (found[band],) if band in found else ()
        return tuple(dict.fromkeys(found.values()))


def mode(word: str) -> tuple[Band, Phy]:
    """Read `5ghz-ac`; ValueError for what is no band of the menu."""
    band, _, standard = word.partition("-")
    if band not in BANDS or standard not in PHYS:
        raise ValueError("not a band that RouterOS knows")
    return BANDS[band], PHYS[standard]


def word_for(band: Band, phy: Phy) -> str:
    """Return `channel.band` for a standard in a band; ValueError if there is none."""
    words = {
        (Band.GHZ_2_4, Phy.LEGACY): "2ghz-g", (Band.GHZ_2_4, Phy.N): "2ghz-n", (Band.GHZ_2_4, Phy.AX): "2ghz-ax",
        (Band.GHZ_5, Phy.LEGACY): "5ghz-a", (Band.GHZ_5, Phy.N): "5ghz-an", (Band.GHZ_5, Phy.AC): "5ghz-ac",
        (Band.GHZ_5, Phy.AX): "5ghz-ax",
    }  # fmt: skip
    if (band, phy) not in words:
        raise ValueError(f"RouterOS has no such band: {phy.value} in {band.value}")
    return words[band, phy]


@dataclass(frozen=True, slots=True)
class Hardware:
    """What is known of radios: by name of a local interface, by MAC address, those of other devices, all others."""

    of_interfaces: Mapping[str, Fact[Modes]]
    of_macs: Mapping[str, Fact[Modes]]
    remote: tuple[Fact[Modes], ...]
    of_device: Fact[Modes]

    @classmethod
    def of(cls, config: Config) -> "Hardware":
        """Take it from the outputs, the header of the export, and the list of packages."""
        rows = [(row, _shown(config, path, row)) for path, row in _rows(config)]
        return cls(
            {row.text("interface") or "": modes for row, modes in reversed(rows)},
            {(row.text("radio-mac") or "").lower(): modes for row, modes in reversed(rows)},
            tuple(modes for row, modes in rows if "L" not in row.flags),
            _of_device(config),
        )

    def of_interface(self, name: str) -> Fact[Modes]:
        """What the radio of a local interface can do."""
        return self.of_interfaces.get(name, self.of_device)

    def of_radio(self, mac: str) -> Fact[Modes]:
        """What the radio with a MAC address can do; it need not be one of this device."""
        unknown = Unknown(f"what the radio {printable(mac)} can do was not captured", (), _SETTLE)
        return self.of_macs.get(mac.lower(), unknown)


def _of_device(config: Config) -> Fact[Modes]:
    """What the radios of the device can do, by its product code or its driver."""
    for path, document in config.documents.items():
        if document.header.model is not None:
            model, line = document.header.model
            found = _CARDS.search(model)
            if found is not None:
                cards = [(_CARD_BANDS[band], PHYS[word]) for band, word in _CARD.findall(found[1])]
                pairs = frozenset((band, phy) for bands, phy in cards for band in bands)
                return Stated(Modes(pairs, len(cards) == 1), (Span(config.device, path, line, line),))
    return _by_driver(config)


_SETTLE = "add the output of `/interface wifi radio print detail` as commands/wifi-radios.txt"


def _by_driver(config: Config) -> Fact[Modes]:
    file = config.capture.file(PACKAGES)
    found = list(_PACKAGE.finditer(file.text)) if file is not None else []
    names = {match[2] for match in found if not match[1]}
    if names == {"wifi-qcom-ac"} and file is not None:
        line = file.text.count("\n", 0, found[0].start(2)) + 1
        pairs = frozenset({(Band.GHZ_2_4, Phy.N), (Band.GHZ_5, Phy.AC)})
        return Stated(Modes(pairs, one=False), (Span(config.device, PACKAGES, line, line),))
    return Unknown("neither the export nor its header tells what the radios of the device can do", (), _SETTLE)


def _rows(config: Config) -> Iterator[tuple[str, Row]]:
    for path in (WIFI_RADIOS, WIFIWAVE2_RADIOS):
        file = config.capture.file(path)
        for row in parse_rows(file.text) if file is not None else ():
            if row.text("bands"):
                yield path, row


def _shown(config: Config, path: str, row: Row) -> Fact[Modes]:
    span = Span(config.device, path, row.line("bands"), row.line("bands"))
    words = _MODE.findall(row.text("bands") or "")
    pairs = frozenset((BANDS[band], PHYS[word]) for band, word in words if word in PHYS)
    if not pairs:
        return Unknown("the bands of the radio cannot be read", (span,), "collect the device again")
    return Stated(Modes(pairs, one=True), (span,))
