"""`/caps-man`: the SSIDs that an old CAPsMAN puts on its access points.

Stations of one CAP interface reach each other only with `client-to-client-forwarding=yes`, and the default is no. With
`local-forwarding=no` (the default) all frames come to the manager, which keeps stations of one CAP interface apart
itself; with `local-forwarding=yes` the access point does. In both cases it is about one interface: frames to another
access point, or another SSID, go through a bridge, of the manager or of the access point, which does not know of it.

Source: MikroTik's manual, "AP Controller (CAPsMAN)" (Datapath Configuration, Local and Manager Forwarding Mode).
"""

from datetime import timedelta

from auditor.model import (
    Akm,
    Band,
    Bss,
    Cipher,
    Fact,
    IsolationScope,
    Known,
    Listed,
    Passphrase,
    Phy,
    Radio,
    Stated,
    Unknown,
    combine,
    known_like,
    spans_of,
)
from auditor.platforms.routeros import access_admission, capsman_asked, capsman_caps, legacy_entries, legacy_security
from auditor.platforms.routeros import legacy_words as words
from auditor.platforms.routeros.capsman_caps import Cap
from auditor.platforms.routeros.capsman_settings import CAPSMAN, Settings
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.inheritance import Level
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network import Network
from auditor.platforms.routeros.sensitive import shows_secrets

_READ = {
    "configuration": ("ssid", "max-sta-count"),
    "channel": ("band", "frequency", "extension-channel", "control-channel-width"),
    "datapath": ("bridge", "bridge-horizon", "client-to-client-forwarding", "local-forwarding", "vlan-id", "vlan-mode"),
    "security": ("authentication-types", "eap-methods", "encryption", "passphrase"),
}
"""The settings that are read, by their group."""


def read(config: Config, network: Network) -> tuple[Listed[Radio], Listed[Bss]]:
    """Read what a manager does; a device without these menus does nothing of the kind."""
    _mark(config)
    caps = capsman_caps.read(config)
    access = legacy_entries.read(config, legacy_entries.CAPSMAN)
    found = Listed(tuple(_bss(config, network, cap, access) for cap in caps.found), caps.holes)
    masters = {cap.radio: cap for cap in reversed(caps.found) if cap.is_master}
    return Listed(tuple(_radio(config, cap) for cap in reversed(masters.values())), caps.holes), found


def _mark(config: Config) -> None:
    """What profiles and configurations say was read, be it that nothing uses them."""
    for group, names in _READ.items():
        for item in config.items(f"{CAPSMAN} {group}"):
            config.span(item, *names)
    for item in config.items(f"{CAPSMAN} configuration"):
        config.span(item, *_READ, *(f"{group}.{name}" for group, names in _READ.items() for name in names))


# -- radios ----------------------------------------------------------------------------------------------------


def _radio(config: Config, cap: Cap) -> Radio:
    return Radio(
        device=config.device,
        key=cap.radio,
        enabled=cap.enabled,
        band=_band(cap),
        phy=_phy(cap),
        width=_width(cap),
        ax_required=cap.settings.default("ax-required", words.on_off),
    )


def _band(cap: Cap) -> Fact[Band]:
    """`channel.band`, else the frequency, else the modes that provisioning asks for."""
    stated = cap.master.stated("channel", "band", words.band)
    if stated is not None:
        return stated
    frequency = cap.master.stated("channel", "frequency", words.band_of_frequency)
    if isinstance(frequency, Unknown):
        return frequency
    if frequency is not None and frequency.value is not None:
        return known_like(frequency.value, frequency)
    if isinstance(cap.bands, Unknown):
        return cap.bands
    if len(cap.bands.value) == 1:
        return known_like(next(iter(cap.bands.value)), cap.bands)
    why = f"{cap.master.title} names neither band nor frequency, so that each radio has its own"
    return Unknown(why, cap.master.near, "set channel.band", (Band.GHZ_2_4, Band.GHZ_5))


def _phy(cap: Cap) -> Fact[Phy]:
    """The newest PHY of `channel.band`; without it the newest that the package has, which is no more than 802.11ac."""
    stated = cap.master.stated("channel", "band", words.phy)
    return stated if stated is not None else cap.master.default("phy", Phy)


def _width(cap: Cap) -> Fact[int]:
    extension = cap.master.stated("channel", "extension-channel", words.extension)
    control = cap.master.stated("channel", "control-channel-width", words.width)
    if extension is not None and (control is None or isinstance(extension, Unknown) or extension.value > 20):
        return extension
    why = f"{cap.master.title} names no width of the channel"
    return control or Unknown(why, cap.master.near, "set channel.extension-channel")


# -- SSIDs -----------------------------------------------------------------------------------------------------


def _bss(config: Config, network: Network, cap: Cap, access: tuple[legacy_entries.Listed, ...]) -> Bss:
    settings = cap.settings
    akms = settings.fact("security", "authentication-types", _akms)
    nameless = Unknown(f"{settings.title} names no SSID", settings.near, "set configuration.ssid")
    ssid = settings.stated("configuration", "ssid", str) or nameless
    forwarding = settings.fact("datapath", "client-to-client-forwarding", words.on_off)
    whom = legacy_entries.Whom(cap.name, ssid, forwarding)
    listed = list(legacy_entries.entries(access, whom))
    admitted = _admission(config, settings, listed, forwarding)
    local = settings.fact("datapath", "local-forwarding", words.on_off)
    isolated = _port_isolated(network, cap, local)
    apart = not cap.name and not isinstance(isolated, Unknown) and isolated.value
    return Bss(
        device=config.device,
        key=cap.key,
        radio=cap.radio,
        ssid=ssid,
        enabled=cap.enabled,
        networks=legacy_entries.own_vlans(listed) or _networks(network, cap, local),
        band=_band(cap),
        phy=_phy(cap),
        ax_required=settings.default("ax-required", words.on_off),
        akms=akms,
        ciphers=_ciphers(settings, akms),
        pmf=settings.default("pmf", words.pmf),
        passphrase=_passphrase(settings, akms),
        isolation=combine(lambda on: IsolationScope.NONE if on else IsolationScope.SAME_BSS, admitted.forwards),
        port_isolated=isolated,
        fast_transition=settings.default("fast-transition", words.on_off),
        mac_policy=admitted.policy,
        mac_list=admitted.listed,
        station_limit=settings.fact("configuration", "max-sta-count", words.count),
        idle_timeout=settings.default("idle-timeout", legacy_security.none),
        session_timeout=_session_timeout(settings, akms, listed),
        reauth_period=settings.default("reauthentication", legacy_security.none),
        passphrase_identity=legacy_entries.own_keys(listed) or _identity(settings, akms),
        # Interfaces that one configuration makes on several access points meet at the bridge.
        relays_itself=not apart,
        given_by=capsman_asked.LEGACY,
    )


def _akms(text: str) -> frozenset[Akm]:
    return words.akms(text) or frozenset({Akm.OPEN})


def _ciphers(settings: Settings, akms: Fact[frozenset[Akm]]) -> Fact[frozenset[Cipher]]:
    if isinstance(akms, Unknown):
        return akms
    if akms.value == {Akm.OPEN}:
        return known_like(frozenset(), akms)
    stated = settings.stated("security", "encryption", words.ciphers)
    if stated is not None:
        return stated
    could_be = (frozenset({Cipher.CCMP}), frozenset({Cipher.CCMP, Cipher.TKIP}))
    why = f"{settings.title} names no encryption, and the manual no default"
    return Unknown(why, settings.where("security"), "set security.encryption", could_be)


def _passphrase(settings: Settings, akms: Fact[frozenset[Akm]]) -> Fact[Passphrase]:
    if isinstance(akms, Unknown):
        return akms
    if not akms.value & words.PERSONAL:
        return known_like(Passphrase.ABSENT, akms)
    stated = settings.stated("security", "passphrase", words.passphrase)
    if stated is not None:
        return stated
    shown = shows_secrets(settings.config, "caps-man")
    return Stated(Passphrase.ABSENT if shown else Passphrase.HIDDEN, settings.where("security"))


def _identity(settings: Settings, akms: Fact[frozenset[Akm]]) -> Fact[str]:
    if isinstance(akms, Unknown):
        return akms
    if not akms.value & words.PERSONAL:
        return known_like("", akms)
    level = settings.level("security", "passphrase")
    if isinstance(level, Level):
        return legacy_security.key_identity(settings.config, level.item, level.name)
    if shows_secrets(settings.config, "caps-man"):
        return Stated("", settings.near)
    why = f"the passphrase of {settings.title} is not shown to this login"
    return Unknown(why, settings.where("security"), "compare it with that of the other access points")


def _session_timeout(
    settings: Settings, akms: Fact[frozenset[Akm]], entries: list[access_admission.Entry]
) -> Fact[timedelta | None]:
    handed_on = settings.fact("security", "eap-methods", legacy_security.relays)
    asked = next((entry.admits for entry in entries if isinstance(entry.admits, Unknown)), None)
    asks: Fact[bool] = asked or Stated(False, settings.near)
    return legacy_security.session_timeout(
        settings.default("session-timeout", legacy_security.none), akms, handed_on, asks
    )


def _admission(
    config: Config, settings: Settings, entries: list[access_admission.Entry], forwarding: Fact[bool]
) -> access_admission.Admission:
    """The access list; whoever no entry is about may join."""
    holes = config.holes(legacy_entries.CAPSMAN)
    if holes:
        return access_admission.Admission(holes[0], holes[0], holes[0])
    return access_admission.admission(entries, settings.default("access-list", words.on_off), forwarding)


def _port_isolated(network: Network, cap: Cap, local: Fact[bool]) -> Fact[bool]:
    """Split horizon of the port that the manager adds to its bridge; in local forwarding it adds none."""
    if isinstance(local, Unknown):
        return local
    if local.value:
        return known_like(False, local)
    bridge = cap.settings.stated("datapath", "bridge", str)
    horizon = cap.settings.stated("datapath", "bridge-horizon", _horizon)
    if horizon is None:
        if cap.name and bridge is None:
            return network.port_isolated(cap.name)
        return known_like(False, local)
    if isinstance(bridge, Unknown):
        return bridge
    if isinstance(horizon, Unknown):
        return horizon
    return network.bridges.isolated_by(bridge.value if bridge is not None else "", horizon)


def _horizon(text: str) -> str | None:
    if text == "none":
        return None
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("neither a number nor none")
    return text.lstrip("0") or "0"


def _networks(network: Network, cap: Cap, local: Fact[bool]) -> Fact[tuple[str, ...]]:
    """The network of the manager's bridge; in local forwarding that of the access point, told by its VLAN alone."""
    vlan = _vlan(cap.settings)
    if isinstance(local, Unknown):
        return local
    if isinstance(vlan, Unknown):
        return vlan
    bridge = cap.settings.stated("datapath", "bridge", str)
    if local.value:
        return _on_access_point(network, cap, local, vlan)
    if isinstance(bridge, Unknown):
        return bridge
    name = bridge.value if bridge is not None else ""
    if not name or name == "none":
        if cap.name:
            return network.networks_of(cap.name)
        why = f"{cap.settings.title} names no bridge, so that its stations join no network"
        return Unknown(why, cap.settings.near, "set datapath.bridge")
    found = network.networks_of(name, vlan if vlan.value is not None else None)
    if isinstance(found, Unknown) or bridge is None:
        return found
    return known_like(found.value, found, bridge)


def _vlan(settings: Settings) -> Fact[int | None]:
    """The VLAN with which frames are tagged; None: none is."""
    mode = settings.fact("datapath", "vlan-mode", str)
    if isinstance(mode, Unknown):
        return mode
    if mode.value == "no-tag":
        return known_like(None, mode)
    if mode.value != "use-tag":
        return Unknown(f"{settings.title} uses a vlan-mode that is not followed", mode.spans, "use use-tag")
    number = settings.stated("datapath", "vlan-id", words.vlan_id)
    if number is None:
        return Unknown(f"{settings.title} tags frames and names no vlan-id", mode.spans, "set datapath.vlan-id")
    return number if isinstance(number, Unknown) else known_like(number.value, number, mode)


def _with_vlan(network: Network, config: Config, number: int) -> Fact[tuple[str, ...]]:
    """The networks of the manager that have a VLAN: by `/interface vlan`, be it the port of a bridge, or as such."""
    named = [item for item in config.items("interface vlan") if (item.text("vlan-id") or "1") == str(number)]
    joined = combine(
        lambda *keys: tuple(dict.fromkeys(k for each in keys for k in each)), *_networks_of(network, named)
    )
    if isinstance(joined, Unknown) or joined.value:
        return joined
    known = (each for each in network.interfaces if not isinstance(each.vlan, Unknown) and each.vlan.value == number)
    return Stated(tuple(each.key for each in known), ())


def _networks_of(network: Network, items: list[Item]) -> list[Fact[tuple[str, ...]]]:
    return [network.networks_of(item.name) for item in items]


def _on_access_point(network: Network, cap: Cap, local: Known[bool], vlan: Known[int | None]) -> Fact[tuple[str, ...]]:
    """A VLAN has one id in the whole shop; frames without one are in whatever network the access point's bridge is."""
    spans = spans_of(local, vlan)
    if vlan.value is not None:
        here = _with_vlan(network, cap.settings.config, vlan.value)
        if isinstance(here, Unknown) or here.value:
            return here if isinstance(here, Unknown) else known_like(here.value, local, vlan)
    why = f"stations of {cap.settings.title} join the network of the access point's own bridge (local-forwarding)"
    return Unknown(why, spans, "audit the access point as a device of the shop, or give the datapath a VLAN")
