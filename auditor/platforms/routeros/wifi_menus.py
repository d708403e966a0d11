"""The menus of `/interface wifi`, taken from the exports once: a manager may have hundreds of interfaces."""

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.model import Fact, Unknown
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.sensitive import shows_secrets

WIFI = "interface wifi"
CONFIGURATION = f"{WIFI} configuration"
CAP = f"{WIFI} cap"
PASSPHRASES = f"{WIFI} security multi-passphrase"
PROFILES = ("aaa", "channel", "datapath", "interworking", "security", "steering")
"""Groups of settings that have a menu of profiles of their own."""

_READ = {
    "configuration": ("mode", "ssid", "manager", "max-clients"),
    "channel": ("band", "frequency", "width"),
    "datapath": ("bridge", "vlan-id", "client-isolation", "bridge-horizon", "interface-list", "traffic-processing"),
    "security": (
        "authentication-types",
        "encryption",
        "ft",
        "management-protection",
        "multi-passphrase-group",
        "passphrase",
    ),
}
"""The settings that are read, by their group."""


@dataclass(frozen=True, slots=True)
class Menus:
    """Interfaces in their order, profiles by group and name (configurations included), and what else is asked often.

    `shows_secrets`: the exports show passwords and keys, so that one that is not there is not set.
    """

    config: Config
    interfaces: tuple[Item, ...]
    profiles: Mapping[str, Mapping[str, Item]]
    holes: Mapping[str, tuple[Unknown, ...]]
    passphrases: Mapping[str, tuple[Item, ...]]
    cap: Fact[bool]
    shows_secrets: bool

    @classmethod
    def of(cls, config: Config) -> "Menus":
        """Take the menus, and count what they say of the settings that are read as understood, used or not."""
        groups = ("configuration", *PROFILES)
        profiles = {group: _by_name(config.items(f"{WIFI} {group}")) for group in groups}
        _mark(config)
        return cls(
            config,
            config.items(WIFI),
            profiles,
            {group: config.holes(f"{WIFI} {group}") for group in groups},
            _passphrases(config),
            config.setting(CAP, "enabled", yes_no),
            shows_secrets(config, WIFI),
        )


def _by_name(items: tuple[Item, ...]) -> dict[str, Item]:
    return {item.name: item for item in reversed(items) if item.name}


def _mark(config: Config) -> None:
    for group, names in _READ.items():
        for item in config.items(f"{WIFI} {group}"):
            config.span(item, "name", "disabled", *names)
    for menu in (WIFI, CONFIGURATION):
        for item in config.items(menu):
            config.span(item, "name", "disabled", "configuration", *PROFILES)
            config.span(item, *(f"{group}.{name}" for group, names in _READ.items() for name in names))


def _passphrases(config: Config) -> dict[str, tuple[Item, ...]]:
    """Passphrases of single stations by their group; those that are switched off are left out."""
    found: dict[str, list[Item]] = {}
    for item in config.items(PASSPHRASES):
        config.span(item, "group", "isolation", "vlan-id", "expires", "passphrase", "disabled")
        enabled = config.enabled(item)
        if isinstance(enabled, Unknown) or enabled.value:
            found.setdefault(config.text(item, "group") or "", []).append(item)
    return {group: tuple(items) for group, items in found.items()}
