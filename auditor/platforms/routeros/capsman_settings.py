"""`/caps-man`: the settings of one CAP interface.

What no line says and only the manager shows counts last. Source: MikroTik's manual, "AP Controller (CAPsMAN)" (CAPsMAN
Configuration Concepts).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from auditor.model import Fact, Span, Unknown
from auditor.platforms.routeros.config import Config, Convert, Shown
from auditor.platforms.routeros.inheritance import Inheritance, Level
from auditor.platforms.routeros.items import Item
from auditor.services.reading import printable

T = TypeVar("T")

CAPSMAN = "caps-man"
PROFILES = ("channel", "datapath", "rates", "security")
"""Groups of settings that have a menu of profiles of their own."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one CAP interface: a static one, what a configuration makes of a radio, or what is shown of it.

    `shown` are the effective values that the manager prints of an interface; they count where nothing else is known.
    """

    config: Config
    interface: Item | None = None
    provisioned: Item | None = None
    shown: tuple[str, Mapping[str, Shown]] | None = None

    @property
    def title(self) -> str:
        item = self.interface or self.provisioned
        if item is not None:
            return item.title
        return f"/caps-man interface '{printable(self.shown[0] if self.shown else '')}'"

    @property
    def near(self) -> tuple[Span, ...]:
        """The line where it begins."""
        item = self.interface or self.provisioned
        if item is not None:
            return (item.header,)
        return tuple(dict.fromkeys(each.span for each in self.shown[1].values()))[:1] if self.shown else ()

    @property
    def configuration(self) -> Item | Unknown | None:
        """The configuration; None if there is none."""
        return self._inheritance.configuration

    def levels(self, group: str, name: str) -> Iterator[Level | Unknown]:
        """Yield the places of a setting from the one that counts most; `Unknown` for a profile that is not there."""
        return self._inheritance.levels(group, name)

    def level(self, group: str, name: str) -> Level | Unknown | None:
        """Return the place whose value counts; None if the setting is written nowhere."""
        return self._inheritance.level(group, name)

    def stated(self, group: str, name: str, convert: Convert[T]) -> Fact[T] | None:
        """Return what lines say of a setting, or the manager shows of it; None if nothing does."""
        level = self.level(group, name)
        if isinstance(level, Unknown):
            return level
        if level is not None:
            return self.config.stated(level.item, level.name, convert)
        shown = self.shown[1].get(f"{group}.{name}") if self.shown else None
        if shown is None or self.interface is not None or self.provisioned is not None:
            return None
        return self.config.converted(shown.text, convert, shown.span, what=f"{group}.{name} of {self.title}")

    def fact(self, group: str, name: str, convert: Convert[T]) -> Fact[T]:
        """Return a setting, or its documented default."""
        stated = self.stated(group, name, convert)
        return stated if stated is not None else self.default(f"{group}.{name}", convert, group)

    def default(self, entry: str, convert: Convert[T], group: str = "") -> Fact[T]:
        """Return a documented default, near the lines where the setting would stand."""
        return self.config.default(f"{CAPSMAN} {entry}", convert, *self.where(group))

    def where(self, group: str) -> tuple[Span, ...]:
        """The profile or configuration in which people would look for a setting of a group."""
        places = [level for level in self.levels(group, "") if isinstance(level, Level)] if group else []
        return (places[-1].item.header,) if places else self.near

    @property
    def _inheritance(self) -> Inheritance:
        return Inheritance(self.config, self.interface, self.provisioned, PROFILES, self._named)

    def _named(self, item: Item, group: str) -> Item | Unknown | None:
        """The profile that an item names. An internal id stands for one that was deleted: RouterOS goes without."""
        name = self.config.text(item, group)
        if not name or name == "none" or name.startswith("*"):
            return None
        menu = f"{CAPSMAN} {group}"
        found = self.config.named(menu, name)
        if found is not None:
            return found
        holes = self.config.holes(menu)
        why = f"{item.title} names /{menu} '{printable(name)}', which the export does not hold"
        return holes[0] if holes else Unknown(why, self.config.span(item, group), "name a profile that exists")
