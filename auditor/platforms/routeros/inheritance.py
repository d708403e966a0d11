"""Which value of a Wi-Fi setting counts, in `/interface wifi` and in `/caps-man`: it can be written in four places.

1. the interface itself: `security.authentication-types=…`
2. a profile that the interface names: `security=sec1`
3. the configuration that the interface names: `configuration=cfg`, there `security.authentication-types=…`
4. a profile that the configuration names: there `security=sec1`

What a manager provisions has no interface of its own in the export, and begins with the third.

Source: MikroTik's manual, "WiFi" (Configuration profiles) and "AP Controller (CAPsMAN)" (CAPsMAN Configuration
Concepts).
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from auditor.model import Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item


@dataclass(frozen=True, slots=True)
class Level:
    """One place where a setting may be written: an item, and what the setting is called there."""

    item: Item
    name: str


@dataclass(frozen=True, slots=True)
class Inheritance:
    """Where the settings of one interface may be written, or of what a configuration makes of a radio.

    `groups` have a menu of profiles of their own. `named` returns the profile of a group that an item names: None if
    it names none, `Unknown` for one that is not there.
    """

    config: Config
    interface: Item | None
    provisioned: Item | None
    groups: Collection[str]
    named: Callable[[Item, str], Item | Unknown | None]

    @property
    def configuration(self) -> Item | Unknown | None:
        """The configuration; None if there is none."""
        return self.provisioned if self.interface is None else self.named(self.interface, "configuration")

    def levels(self, group: str, name: str) -> Iterator[Level | Unknown]:
        """Yield the places of a setting from the one that counts most; `Unknown` for a profile that is not there."""
        if self.interface is not None:
            yield Level(self.interface, f"{group}.{name}")
            yield from self._profile(self.interface, group, name)
        configuration = self.configuration
        if isinstance(configuration, Unknown):
            yield configuration
        elif configuration is not None:
            yield Level(configuration, name if group == "configuration" else f"{group}.{name}")
            yield from self._profile(configuration, group, name)

    def level(self, group: str, name: str) -> Level | Unknown | None:
        """Return the place whose value counts; None if the setting is written nowhere."""
        for level in self.levels(group, name):
            if isinstance(level, Unknown):
                return level
            if self.config.text(level.item, level.name) is not None:
                return level
            if level.item.damaged:
                return Unknown(f"{level.item.title}: {level.item.damaged}", (level.item.header,), "correct that line")
        return None

    def _profile(self, item: Item, group: str, name: str) -> Iterator[Level | Unknown]:
        found = self.named(item, group) if group in self.groups else None
        if isinstance(found, Unknown):
            yield found
        elif found is not None:
            yield Level(found, name)
