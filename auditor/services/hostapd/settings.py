"""The settings of one BSS as facts: what its lines say, what those of its radio say, and hostapd's defaults.

Each `bss=` begins with hostapd's own defaults and takes nothing over from the BSS before it, whatever the sample file
says. Source: hostap 2.10 hostapd/config_file.c, hostapd_config_bss.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model import Fact, Span, Stated, combine
from auditor.services.reading import Reading
from auditor.syntax.hostapd_conf import Document, Section, Setting, atoi

_OF_RADIO = (
    "channel country_code driver eht_oper_chwidth he_oper_chwidth ht_capab hw_mode ieee80211ac ieee80211ax ieee80211be"
    " ieee80211d ieee80211h ieee80211n interface mbssid op_class require_eht require_he vht_oper_chwidth"
)
OF_RADIO = frozenset(_OF_RADIO.split())
"""Settings of the radio that are read here; they count for all its BSSs wherever they stand."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One BSS of one file. `generated`: another program writes the file, and a hostapd built for that one reads it."""

    reading: Reading
    path: str
    document: Document
    section: Section
    generated: bool = False

    @property
    def header(self) -> Span:
        """The line that begins the BSS; near it a missing setting would stand."""
        header = self.section.header
        return self.reading.span(self.path, header.line if header is not None else 1)

    def span(self, setting: Setting) -> Span:
        return self.reading.span(self.path, setting.line)

    def all(self, key: str) -> tuple[Setting, ...]:
        """Return the lines of a setting."""
        return (self.document if key in OF_RADIO else self.section).all(key)

    def last(self, key: str) -> Setting | None:
        """Return the line of a setting that counts."""
        return next(reversed(self.all(key)), None)

    def text(self, key: str) -> Stated[str] | None:
        """Return what a line says, None if no line does."""
        setting = self.last(key)
        return None if setting is None else Stated(setting.value, (self.span(setting),))

    def stated(self, key: str) -> Stated[int] | None:
        """Return the number that a line says, None if no line does."""
        text = self.text(key)
        return None if text is None else Stated(atoi(text.value), text.spans)

    def number(self, key: str) -> Fact[int]:
        """Return a number, or hostapd's default."""
        return self.stated(key) or self.reading.default(f"hostapd.{key}", atoi, self.header)

    def word(self, key: str) -> Fact[str]:
        """Return a text, or hostapd's default."""
        return self.text(key) or self.reading.default(f"hostapd.{key}", str, self.header)

    def on(self, key: str) -> Fact[bool]:
        """Return whether a number is not 0."""
        return combine(lambda number: number != 0, self.number(key))

    def switched_on(self, *keys: str) -> tuple[Span, ...]:
        """Return the lines that set one of these to something other than 0."""
        found = ((self.stated(key)) for key in keys)
        return tuple(span for fact in found if fact is not None and fact.value != 0 for span in fact.spans)


def views(reading: Reading, path: str, document: Document, *, generated: bool) -> Iterator[Settings]:
    """Yield the settings of each BSS of a file."""
    for section in document.sections:
        yield Settings(reading, path, document, section, generated)
