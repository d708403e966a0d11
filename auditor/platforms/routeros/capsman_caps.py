"""Which CAP interfaces a manager of `/caps-man` has: static ones, those that are shown, and those of provisioning.

A static master interface is one radio of one access point. Provisioning makes interfaces of a configuration for each
radio that fits, on as many access points as there are: they are one here, named after their configurations (`cfg-pos`,
and `cfg-pos/cfg-guest` for a further SSID on the same radios), unless the manager shows under which name it made them.

Source: MikroTik's manual, "AP Controller (CAPsMAN)" (Radio Provisioning, Interface Configuration).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from auditor.model import Band, Fact, Stated, Unknown, known_like
from auditor.platforms.routeros import legacy_words as words
from auditor.platforms.routeros.capsman_settings import CAPSMAN, Settings
from auditor.platforms.routeros.config import Config, Shown
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network_links import both
from auditor.services.reading import printable

INTERFACE = f"{CAPSMAN} interface"
PROVISIONING = f"{CAPSMAN} provisioning"
CONFIGURATION = f"{CAPSMAN} configuration"
SHOWN = f"{CAPSMAN} actual-interface-configuration"

_ACTIONS = frozenset(["none", "create-disabled", "create-enabled", "create-dynamic-enabled"])
_Row = Mapping[str, Shown]
_BOTH = frozenset({Band.GHZ_2_4, Band.GHZ_5})


@dataclass(frozen=True, slots=True)
class Cap:
    """One SSID on one kind of radio.

    `name` is that of its interface, '' if provisioning makes it up; then it may be on several access points. `radio`
    is the key of the one that carries it, `master` the settings of that one. `bands` are those of the radios that fit.
    """

    key: str
    name: str
    settings: Settings
    radio: str
    master: Settings
    enabled: Fact[bool]
    bands: Fact[frozenset[Band]]

    @property
    def is_master(self) -> bool:
        return self.key == self.radio


@dataclass(frozen=True, slots=True)
class Caps:
    """All of them, and why there may be more."""

    found: tuple[Cap, ...]
    holes: tuple[Unknown, ...]


def read(config: Config) -> Caps:
    """Find the CAP interfaces of a manager."""
    holes: list[Unknown] = list(config.holes(INTERFACE, PROVISIONING, CONFIGURATION))
    if not (config.items(INTERFACE) or config.items(PROVISIONING)):
        return Caps((), tuple(holes))
    manager = config.setting(f"{CAPSMAN} manager", "enabled", words.on_off)
    static = list(_static(config, manager, holes))
    provisioned = list(_provisioned(config, manager, static, holes))
    return Caps((*static, *_named(config, manager, provisioned)), tuple(holes))


# -- static interfaces -----------------------------------------------------------------------------------------


def _static(config: Config, manager: Fact[bool], holes: list[Unknown]) -> Iterator[Cap]:
    items = {item.name: item for item in config.items(INTERFACE) if item.name}
    for name, item in items.items():
        config.span(item, "radio-mac", "mac-address", "radio-name")
        above = config.text(item, "master-interface")
        master = item if above in (None, "", "none") else items.get(above or "")
        if master is None:
            why = f"{item.title} is on {printable(above or '')}, which is not in the export"
            holes.append(Unknown(why, config.span(item, "master-interface"), f"look at `/{INTERFACE} print`"))
            continue
        on = (config.enabled(item),) if master is item else (config.enabled(item), config.enabled(master))
        bands: Fact[frozenset[Band]] = Stated(_BOTH, (master.header,))
        radio = Settings(config, interface=master)
        yield Cap(name, name, Settings(config, interface=item), master.name, radio, both(manager, *on), bands)


# -- provisioning ----------------------------------------------------------------------------------------------


def _provisioned(config: Config, manager: Fact[bool], static: list[Cap], holes: list[Unknown]) -> Iterator[Cap]:
    """What the rules make of their configurations; one configuration for both bands is one, whatever the rules."""
    found: dict[str, Cap] = {}
    for rule in config.items(PROVISIONING):
        config.span(rule, "radio-mac", "name-format", "name-prefix", "identity-regexp", "common-name-regexp")
        config.span(rule, "ip-address-ranges")
        for cap in _of_rule(config, rule, manager, static, holes):
            known = found.get(cap.key)
            found[cap.key] = cap if known is None else replace(known, bands=_joined(known.bands, cap.bands))
    yield from found.values()


def _joined(one: Fact[frozenset[Band]], other: Fact[frozenset[Band]]) -> Fact[frozenset[Band]]:
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return one if isinstance(one, Unknown) else other
    return known_like(one.value | other.value, one, other)


def _of_rule(config: Config, rule: Item, manager: Fact[bool], static: list[Cap], holes: list[Unknown]) -> Iterator[Cap]:
    enabled = config.enabled(rule)
    action = config.fact(rule, "action", _action)
    if not isinstance(enabled, Unknown) and not enabled.value:
        config.understood(rule)
        return
    if isinstance(action, Unknown):
        holes.append(action)
        return
    bands = config.stated(rule, "hw-supported-modes", words.bands_of_modes) or Stated(_BOTH, (rule.header,))
    master = _configuration(config, rule, config.text(rule, "master-configuration"), holes)
    slaves = [_configuration(config, rule, word, holes) for word, _ in config.words(rule, "slave-configurations")]
    if action.value == "none" or master is None:
        return
    if action.value != "create-dynamic-enabled" and _is_used(config, static, master):
        return  # the interfaces that it made are static, and in the export
    if action.value == "create-disabled":
        return
    carrier = Settings(config, provisioned=master)
    on = both(manager, enabled)
    yield Cap(master.name, "", carrier, master.name, carrier, on, bands)
    for slave in slaves:
        if slave is not None:
            key = f"{master.name}/{slave.name}"
            yield Cap(key, "", Settings(config, provisioned=slave), master.name, carrier, on, bands)


def _is_used(config: Config, static: list[Cap], configuration: Item) -> bool:
    items = (cap.settings.interface for cap in static)
    return any(item is not None and config.text(item, "configuration") == configuration.name for item in items)


def _action(text: str) -> str:
    if text not in _ACTIONS:
        raise ValueError("not an action of provisioning")
    return text


def _configuration(config: Config, rule: Item, name: str | None, holes: list[Unknown]) -> Item | None:
    if not name or name == "none" or name.startswith("*"):
        return None
    found = config.named(CONFIGURATION, name)
    if found is None:
        why = f"{rule.title} names the configuration '{printable(name)}', which the export does not hold"
        near = config.span(rule, "master-configuration", "slave-configurations")
        holes.append(Unknown(why, near, "name a configuration that exists"))
    return found


# -- what the manager shows ------------------------------------------------------------------------------------


def _named(config: Config, manager: Fact[bool], provisioned: list[Cap]) -> Iterator[Cap]:
    """Provisioned interfaces under the names that the manager shows; the rest under those of their configurations.

    The export says which settings they have, so that a change of it shows. What is shown and fits none of them has the
    settings that are shown.
    """
    static = {item.name for item in config.items(INTERFACE)}
    shown = {name: row for name, row in config.effective.get(SHOWN, {}).items() if name not in static}
    fits = {name: _fitting(row, shown, provisioned) for name, row in shown.items()}
    for name, row in shown.items():
        above = _text(row, "master-interface")
        radio = name if above in ("", "none") else above
        cap, carrier = fits[name], fits.get(radio)
        near = tuple(dict.fromkeys(each.span for each in row.values()))[:1]
        on = both(manager, Stated(_text(row, "disabled") != "yes", near))
        if cap is not None and carrier is not None:
            yield Cap(name, name, cap.settings, radio, carrier.settings, on, cap.bands)
            continue
        there = Settings(config, shown=(name, row))
        master = there if radio == name else Settings(config, shown=(radio, shown.get(radio, {})))
        yield Cap(name, name, there, radio, master, on, Stated(_BOTH, near))
    used = {cap.key for cap in fits.values() if cap is not None}
    yield from (cap for cap in provisioned if cap.key not in used)


def _fitting(row: _Row, shown: Mapping[str, _Row], caps: list[Cap]) -> Cap | None:
    """The one provisioned interface that has the SSID, the place and the band of a shown one."""
    above = _text(row, "master-interface")
    master = above in ("", "none")
    fitting = [cap for cap in caps if cap.is_master == master and _agrees(cap.settings, row, "configuration", "ssid")]
    carrier = row if master else shown.get(above, {})
    narrower = [cap for cap in fitting if _agrees(cap.master, carrier, "channel", "band")]
    narrower = [cap for cap in narrower if _agrees(cap.master, carrier, "configuration", "ssid")]
    return narrower[0] if len(narrower) == 1 else None


def _agrees(settings: Settings, row: _Row, group: str, name: str) -> bool:
    stated = settings.stated(group, name, str)
    written = None if stated is None or isinstance(stated, Unknown) else stated.value
    return written == (_text(row, f"{group}.{name}") or None)


def _text(row: _Row, name: str) -> str:
    return row[name].text if name in row else ""
