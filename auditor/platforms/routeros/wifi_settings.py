"""`/interface wifi`: the settings of one wireless interface.

What a profile says that is switched off is not known. Source: MikroTik's manual, "WiFi" (Configuration profiles).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.routeros.config import Config, Convert, yes_no
from auditor.platforms.routeros.inheritance import Inheritance, Level
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.wifi_menus import PROFILES, WIFI, Menus
from auditor.services.reading import printable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one wireless interface, or of what a configuration makes of a radio (`interface` None)."""

    menus: Menus
    interface: Item | None
    provisioned: Item | None = None

    @property
    def config(self) -> Config:
        return self.menus.config

    @property
    def item(self) -> Item:
        """Where it begins: the interface, else the configuration."""
        found = self.interface or self.provisioned
        assert found is not None
        return found

    @property
    def title(self) -> str:
        return self.item.title

    @property
    def header(self) -> Span:
        return self.item.header

    @property
    def configuration(self) -> Item | Unknown | None:
        """The configuration profile; None if there is none."""
        return self._inheritance.configuration

    def levels(self, group: str, name: str) -> Iterator[Level | Unknown]:
        """Yield the places of a setting from the one that counts most; `Unknown` for a profile that is not there."""
        return self._inheritance.levels(group, name)

    def level(self, group: str, name: str) -> Level | Unknown | None:
        """Return the place whose value counts; None if the setting is written nowhere."""
        level = self._inheritance.level(group, name)
        return (self._off(level) or level) if isinstance(level, Level) else level

    def stated(self, group: str, name: str, convert: Convert[T]) -> Fact[T] | None:
        """Return what lines say of a setting, else what the device shows of it; None if nothing does."""
        level = self.level(group, name)
        match level:
            case Unknown():
                return level
            case Level(item, written):
                return self.config.stated(item, written, convert)
            case None if self.interface is not None:
                return self.config.stated(self.interface, f"{group}.{name}", convert)
            case None:
                return None

    def fact(self, group: str, name: str, convert: Convert[T]) -> Fact[T]:
        """Return a setting, or its documented default."""
        stated = self.stated(group, name, convert)
        return stated if stated is not None else self.config.default(f"{WIFI}.{group}.{name}", convert, self.header)

    @property
    def _inheritance(self) -> Inheritance:
        return Inheritance(self.config, self.interface, self.provisioned, PROFILES, self._named)

    def _named(self, item: Item, group: str) -> Item | Unknown | None:
        """The profile that an item names. An internal id stands for one that was deleted: RouterOS goes without."""
        reference = self.config.text(item, group)
        if not reference:
            return None
        found = self.menus.profiles[group].get(reference)
        if found is not None:
            return found
        spans = self.config.span(item, group)
        holes = self.menus.holes[group]
        if holes:
            return holes[0]
        if reference.startswith("*"):
            return None
        why = f"{item.title} names the {group} profile '{printable(reference)}', which the export does not hold"
        return Unknown(why, spans, f"correct {group} there, or capture the whole export")

    def _off(self, level: Level) -> Unknown | None:
        """A profile can be switched off; what RouterOS does then is not documented."""
        if level.item is self.interface:
            return None
        off = self.config.stated(level.item, "disabled", yes_no)
        if isinstance(off, Stated) and not off.value:
            return None
        if off is None:
            return None
        why = f"{level.item.title} is switched off; what RouterOS makes of a profile that is off is not documented"
        return Unknown(why, off.spans, f"see what `/{WIFI} print detail` shows, or switch the profile on")
