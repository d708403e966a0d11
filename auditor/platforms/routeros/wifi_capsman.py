"""The CAPsMAN of `/interface wifi`: what it makes of the radios of other access points.

A rule of `/interface wifi provisioning` gives radios a master interface and further ones, each from a configuration;
the first rule that fits a radio counts. With `create-dynamic-enabled` these interfaces appear in no export; the other
actions make static ones, which do. On the access point, a radio with `configuration.manager=capsman` takes all from the
manager. Source: MikroTik's manual, "WiFi CAPsMAN", "WiFi" (Configuration properties).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.model import Band, Fact, Phy, Stated, Unknown
from auditor.platforms.routeros import wifi_hardware as hardware
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.wifi_hardware import ORDER, Hardware, Modes
from auditor.platforms.routeros.wifi_menus import WIFI, Menus
from auditor.platforms.routeros.wifi_settings import Settings
from auditor.services.reading import printable

PROVISIONING = f"{WIFI} provisioning"
CAPSMAN = f"{WIFI} capsman"
_MATCHERS = (
    "supported-bands",
    "radio-mac",
    "identity-regexp",
    "common-name-regexp",
    "address-ranges",
    "supported-hw-caps",
)
_READ = (*_MATCHERS, "action", "master-configuration", "slave-configurations", "disabled")


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What one rule makes of a radio: its key, the settings of its master and of all interfaces, by key.

    `band` is what the rule asks for, None if nothing or several. `modes`: what the radios that it fits can do.
    """

    key: str
    rule: Item
    enabled: Fact[bool]
    master: Settings
    bsses: tuple[tuple[str, Settings], ...]
    band: Fact[Band] | None
    modes: Fact[Modes]


def is_managed(settings: Settings) -> Fact[bool]:
    """Whether another device gives a radio its settings, `manager=capsman-or-local` only while the CAP is on."""
    manager = settings.fact("configuration", "manager", _manager)
    if isinstance(manager, Unknown) or manager.value != "capsman-or-local":
        return manager if isinstance(manager, Unknown) else _as_flag(manager.value == "capsman", manager)
    return settings.menus.cap


def _as_flag(value: bool, fact: Fact[str]) -> Fact[bool]:
    return Stated(value, fact.spans)


def _manager(text: str) -> str:
    if text not in ("local", "capsman", "capsman-or-local"):
        raise ValueError("not one of capsman capsman-or-local local")
    return text


def hole(settings: Settings, managed: Fact[bool]) -> Unknown:
    """Why the SSIDs of a radio are not in this export."""
    if isinstance(managed, Unknown):
        return managed
    why = f"{settings.title} is managed by CAPsMAN: its SSIDs are in the configuration of the manager"
    return Unknown(why, managed.spans, "audit the manager (CAPsMAN) as a device of this site as well")


def provisioned(menus: Menus, radios: Hardware) -> tuple[tuple[Provisioned, ...], tuple[Unknown, ...]]:
    """What the rules make of radios, and why there may be more."""
    config = menus.config
    on = config.setting(CAPSMAN, "enabled", yes_no)
    rules = config.items(PROVISIONING)
    for rule in rules:
        config.span(rule, *_READ)
    if not rules or (not isinstance(on, Unknown) and not on.value):
        return (), ()
    found: list[Provisioned] = []
    keys: set[str] = set()
    holes: list[Unknown] = []
    earlier: list[Item] = []
    for rule in rules:
        enabled = config.enabled(rule)
        if not isinstance(enabled, Unknown) and not enabled.value:
            continue
        if any(_leaves_nothing(config, before, rule) for before in earlier):
            continue
        made = _made(menus, radios, rule, tuple(earlier), on, enabled)
        if isinstance(made, Unknown):
            holes.append(made)
        elif made is not None and made.key not in keys:
            # Two rules may give the same configuration to radios that they choose by other words of the same text.
            bsses = tuple((f"{key} ({made.key})" if key in keys else key, each) for key, each in made.bsses)
            found.append(replace(made, bsses=bsses))
            keys.update(key for key, _ in bsses)
        if not isinstance(enabled, Unknown):
            earlier.append(rule)
    return tuple(found), tuple(holes)


def _leaves_nothing(config: Config, before: Item, rule: Item) -> bool:
    """Whether a rule before asks for no more than this one does, so that no radio comes to this one."""
    asked = ((config.text(before, name) or "", config.text(rule, name) or "") for name in _MATCHERS)
    return not before.damaged and all(theirs in ("", ours) for theirs, ours in asked)


def _made(
    menus: Menus, radios: Hardware, rule: Item, earlier: tuple[Item, ...], on: Fact[bool], enabled: Fact[bool]
) -> Provisioned | Unknown | None:
    config = menus.config
    action = config.fact(rule, "action", _action)
    if isinstance(action, Unknown):
        return action
    if action.value in ("none", "create-disabled"):
        return None
    if action.value == "use-network-config":
        return Unknown(
            f"{rule.title} takes SSIDs from /{WIFI} network, which is not modelled",
            action.spans,
            f"see what `/{WIFI} print detail` shows",
        )
    master = _configuration(menus, rule, config.text(rule, "master-configuration") or "")
    if isinstance(master, Unknown):
        return master
    if action.value == "create-enabled" and _stands_there(menus, master):
        return None
    slaves = [_configuration(menus, rule, word) for word, _ in config.words(rule, "slave-configurations")]
    unknown = next((each for each in slaves if isinstance(each, Unknown)), None)
    if unknown is not None:
        return unknown
    ends = _ends(config, rule)
    items = [master, *(each for each in slaves if not isinstance(each, Unknown))]
    bsses = {f"{printable(item.name)}{ends}": Settings(menus, None, item) for item in items}
    asked = _asked(config, rule)
    bands = frozenset(band for band, _ in asked)
    return Provisioned(
        key=f"{printable(master.name)}{ends}",
        rule=rule,
        enabled=on if isinstance(on, Unknown) else enabled,
        master=Settings(menus, None, master),
        bsses=tuple(bsses.items()),
        band=Stated(next(iter(bands)), config.span(rule, "supported-bands")) if len(bands) == 1 else None,
        modes=_modes(config, radios, rule, earlier),
    )


def _action(text: str) -> str:
    if text not in ("none", "create-enabled", "create-disabled", "create-dynamic-enabled", "use-network-config"):
        raise ValueError("not an action that RouterOS knows")
    return text


def _configuration(menus: Menus, rule: Item, name: str) -> Item | Unknown:
    found = menus.profiles["configuration"].get(name)
    if found is not None:
        return found
    why = f"{rule.title} names the configuration '{printable(name)}', which the export does not hold"
    spans = menus.config.span(rule, "master-configuration", "slave-configurations") or (rule.header,)
    return Unknown(why, spans, "correct the rule, or capture the whole export")


def _stands_there(menus: Menus, master: Item) -> bool:
    """Whether static interfaces that a rule made are in the export already."""
    return any(
        item.text("radio-mac") is not None and item.text("configuration") == master.name for item in menus.interfaces
    )


def _ends(config: Config, rule: Item) -> str:
    """What tells the radios of a rule from others that get the same configuration."""
    said = [config.text(rule, name) for name in _MATCHERS]
    words = " ".join(text for text in said if text)
    return f" {printable(words)}" if words else ""


def _asked(config: Config, rule: Item) -> frozenset[tuple[Band, Phy]]:
    """The bands that a radio must have for a rule to fit; a radio must have all of them."""
    found: set[tuple[Band, Phy]] = set()
    for word, _ in config.words(rule, "supported-bands"):
        try:
            found.add(hardware.mode(word))
        except ValueError:
            continue
    return frozenset(found)


def _modes(config: Config, radios: Hardware, rule: Item, earlier: tuple[Item, ...]) -> Fact[Modes]:
    """What the radios that a rule fits can do: as the manager lists them, else as the rules before it leave over.

    Where an earlier rule takes every radio that has 802.11ax in a band, the others there have something older.
    """
    spans = config.span(rule, *_MATCHERS) or (rule.header,)
    mac = config.text(rule, "radio-mac")
    if mac:
        return radios.of_radio(mac)
    asked = _asked(config, rule)
    listed = [each for each in radios.remote if not isinstance(each, Unknown)]
    fitting = [each for each in listed if asked <= each.value.pairs and not _taken(config, earlier, each.value)]
    if fitting:
        pairs = [frozenset((band, phy) for band, phy in each.value.pairs) for each in fitting]
        same = all(each == pairs[0] for each in pairs)
        if same:
            return Stated(Modes(pairs[0], one=True), tuple(span for each in fitting for span in each.spans))
    could_be = _could_be(config, asked, earlier)
    if len(could_be) == 1:
        return Stated(could_be[0], (*spans, *(span for each in earlier for span in config.span(each, *_MATCHERS))))
    why = f"which standards the radios have that {rule.title} fits is not in this export"
    return Unknown(why, spans, f"add the output of `/{WIFI} radio print detail` as commands/wifi-radios.txt", could_be)


def _could_be(config: Config, asked: frozenset[tuple[Band, Phy]], earlier: tuple[Item, ...]) -> tuple[Modes, ...]:
    found: list[Modes] = []
    for band in dict.fromkeys(band for band, _ in asked):
        oldest = max((phy for b, phy in asked if b is band), key=ORDER.index)
        for newest in ORDER[ORDER.index(oldest) :]:
            pairs = frozenset((band, phy) for phy in ORDER[: ORDER.index(newest) + 1])
            modes = Modes(pairs | asked, one=True)
            if not _taken(config, earlier, modes) and not (band is Band.GHZ_2_4 and newest is Phy.AC):
                found.append(modes)
    return tuple(found)


def _taken(config: Config, earlier: tuple[Item, ...], modes: Modes) -> bool:
    """Whether a rule before takes every radio that can do this."""
    return any(
        all(name == "supported-bands" or not config.text(rule, name) for name in _MATCHERS)
        and not rule.damaged
        and _asked(config, rule) <= modes.pairs
        and len(_asked(config, rule)) == len(config.words(rule, "supported-bands"))
        for rule in earlier
    )


def networks_hole(config: Config) -> Iterator[Unknown]:
    """`/interface wifi network` (from 7.22 on) makes SSIDs on all radios with a label, past interfaces and profiles."""
    for menu in (f"{WIFI} network", f"{WIFI} network radio"):
        for item in config.items(menu):
            config.span(item, *item.properties)
            enabled = config.enabled(item)
            if isinstance(enabled, Unknown) or enabled.value:
                why = f"{item.title} sets up SSIDs on every radio with its labels, which is not modelled"
                yield Unknown(why, (item.header,), f"see what `/{WIFI} print detail` shows")
