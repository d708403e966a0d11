"""`/interface wireless`: radios and SSIDs of the `wireless` package.

A physical radio is found by its `default-name` and carries one SSID of its own; virtual access points name it as
`master-interface`. Radios are off, and clients of another access point, until lines say otherwise, so that one that the
export leaves out carries nothing. Radios that a CAPsMAN manages carry what the manager says.

`default-forwarding=no` keeps the stations of one interface apart: frames to stations of another interface go through
the bridge, which knows nothing of it. Source: MikroTik's manual, "Wireless Interface", "VLANs on Wireless", "AP
Controller (CAPsMAN)" (client-to-client-forwarding, of the same driver: "clients connected to interface").
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from auditor.model import (
    Band,
    Bss,
    ControlledRadio,
    Fact,
    IsolationScope,
    Listed,
    Phy,
    Radio,
    Stated,
    Unknown,
    combine,
    known_like,
)
from auditor.platforms.routeros import access_admission, legacy_entries, legacy_security
from auditor.platforms.routeros import legacy_words as words
from auditor.platforms.routeros.capsman_asked import LEGACY, managers
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network import Network
from auditor.platforms.routeros.network_links import both
from auditor.services.reading import printable

MENU = "interface wireless"
_CAP = "interface wireless cap"
_NSTREME = "interface wireless nstreme"

_ACCESS_POINT = frozenset(["ap-bridge", "bridge", "wds-slave"])
_NO_ACCESS_POINT = frozenset(
    [
        *("station", "station-wds", "station-pseudobridge", "station-pseudobridge-clone", "station-bridge"),
        *("alignment-only", "nstreme-dual-slave"),
    ]
)
_STANDARD = frozenset(["802.11", "any", "unspecified"])
_PROPRIETARY = frozenset(["nv2", "nstreme", "nv2-nstreme", "nv2-nstreme-802.11"])
_ODD_WIDTHS = ("5mhz", "10mhz", "40mhz-turbo")


def read(config: Config, network: Network) -> tuple[Listed[Radio], Listed[Bss]]:
    """Read the radios and their SSIDs; a device without this menu has none."""
    items = {item.name: item for item in config.items(MENU) if item.name}
    managed = {radio.key: radio.hole for radio in controlled(config)}
    masters = {name: item for name, item in items.items() if not _is_virtual(item)}
    radios = [_radio(config, item) for name, item in masters.items() if name not in managed]
    access = legacy_entries.read(config, legacy_entries.WIRELESS)
    found = [bss for item in items.values() for bss in _bss(config, network, item, items, managed, access)]
    holes = config.holes(MENU)
    return Listed(tuple(radios), holes), Listed(tuple(found), (*holes, *managed.values()))


def _is_virtual(item: Item) -> bool:
    return item.statements[0].verb == "add" and not item.text("default-name")


def controlled(config: Config) -> tuple[ControlledRadio, ...]:
    """Radios that take all their settings from a CAPsMAN (`/interface wireless cap`)."""
    item = config.settings(_CAP)
    enabled = config.setting(_CAP, "enabled", words.on_off)
    if item is None or (not isinstance(enabled, Unknown) and not enabled.value):
        return ()
    found = {}
    for name, span in config.words(item, "interfaces"):
        near = (span, *enabled.spans)
        why = f"radio {printable(name)} of {config.device} is managed by a CAPsMAN, which holds its SSIDs"
        hole = Unknown(why, near, "audit the manager as a device of the shop")
        asked = enabled if isinstance(enabled, Unknown) else managers(config, item, *near)
        found[name] = ControlledRadio(config.device, name, LEGACY, asked, hole)
    return tuple(found.values())


# -- radios ----------------------------------------------------------------------------------------------------


def _radio(config: Config, item: Item) -> Radio:
    return Radio(
        device=config.device,
        key=item.name,
        enabled=config.enabled(item),
        band=_band(config, item),
        phy=_phy(config, item),
        width=config.fact(item, "channel-width", words.width),
        ax_required=config.default(f"{MENU}.ax-required", words.on_off, item.header),
    )


def _band(config: Config, item: Item) -> Fact[Band]:
    """`band`, else the frequency; without either it is that of the card, which no export names."""
    stated = config.stated(item, "band", words.band)
    if stated is not None:
        return stated
    frequency = config.stated(item, "frequency", words.band_of_frequency)
    if isinstance(frequency, Unknown):
        return frequency
    if frequency is not None and frequency.value is not None:
        return known_like(frequency.value, frequency)
    why = f"{item.title} names neither band nor frequency, and takes what its card has"
    settle = f"set its band, or add the output of `/{MENU} print detail` as commands/wireless.txt"
    return Unknown(why, (item.header,), settle, (Band.GHZ_2_4, Band.GHZ_5))


def _phy(config: Config, item: Item) -> Fact[Phy]:
    """The newest PHY of `band`; without it the newest that the package has, which is no more than 802.11ac."""
    stated = config.stated(item, "band", words.phy)
    return stated if stated is not None else config.default(f"{MENU}.phy", Phy, item.header)


def _off_air(config: Config, item: Item) -> Fact[bool] | None:
    """Lines by which a radio sends what no station of 802.11 understands; None if there are none."""
    protocol = config.fact(item, "wireless-protocol", _protocol)
    if isinstance(protocol, Unknown) or not protocol.value:
        return protocol
    nstreme = config.named(_NSTREME, item.name)
    polls = config.stated(nstreme, "enable-nstreme", words.on_off) if nstreme is not None else None
    if polls is not None and config.text(item, "wireless-protocol") != "802.11":
        if isinstance(polls, Unknown):
            return polls
        if polls.value:
            return known_like(False, polls)
    if config.text(item, "channel-width") in _ODD_WIDTHS:
        return Stated(False, config.span(item, "channel-width"))
    frequency = config.stated(item, "frequency", words.band_of_frequency)
    return frequency if isinstance(frequency, Unknown) else None


def _protocol(text: str) -> bool:
    """Whether stations of 802.11 hear an access point with this `wireless-protocol`."""
    if text not in _STANDARD | _PROPRIETARY:
        raise ValueError("not a protocol of the wireless package")
    return text in _STANDARD


# -- SSIDs -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an SSID is: its lines, those of its radio, and what the access list says of it."""

    config: Config
    network: Network
    item: Item
    master: Item | None
    listed: tuple[legacy_entries.Listed, ...]


def _bss(
    config: Config,
    network: Network,
    item: Item,
    items: dict[str, Item],
    managed: dict[str, Unknown],
    access: tuple[legacy_entries.Listed, ...],
) -> Iterator[Bss]:
    """Yield the SSID of an interface, unless it is a client, or a manager rules over it."""
    master = item
    if _is_virtual(item):
        name = config.text(item, "master-interface") or ""
        found = items.get(name)
        if name in managed or found is None:
            why = f"{item.title} is on radio {printable(name)}, which is not in the export"
            here = Unknown(why, config.span(item, "master-interface"), "correct master-interface")
            if name not in managed:
                yield _one(_Place(config, network, item, None, access), here)
            else:
                config.understood(item)
            return
        master = found
    elif item.name in managed:
        config.understood(item)
        return
    mode = config.fact(item, "mode", _mode, default=f"{MENU} virtual.mode" if master is not item else "")
    if isinstance(mode, Unknown) or mode.value in _ACCESS_POINT:
        yield _one(_Place(config, network, item, master, access), mode if isinstance(mode, Unknown) else None)
    else:
        config.understood(item)


def _mode(text: str) -> str:
    if text not in _ACCESS_POINT | _NO_ACCESS_POINT:
        raise ValueError("not a mode of the wireless package")
    return text


def _one(place: _Place, doubt: Unknown | None) -> Bss:
    config, item, master = place.config, place.item, place.master
    security = legacy_security.security(config, item)
    ssid = _ssid(config, item)
    forwarding = config.fact(item, "default-forwarding", words.on_off)
    whom = legacy_entries.Whom(item.name, ssid, forwarding)
    listed = list(legacy_entries.entries(place.listed, whom))
    admitted = _admission(config, item, listed, forwarding, security)
    radio = master if master is not None else item
    lost = doubt if master is None else None
    return Bss(
        device=config.device,
        key=item.name,
        radio=radio.name if master is not None else "",
        ssid=ssid,
        enabled=doubt or _enabled(config, item, radio),
        networks=legacy_entries.own_vlans(listed) or _networks(place),
        band=lost or _band(config, radio),
        phy=lost or _phy(config, radio),
        ax_required=config.default(f"{MENU}.ax-required", words.on_off, item.header),
        akms=security.akms,
        ciphers=security.ciphers,
        pmf=security.pmf,
        passphrase=security.passphrase,
        isolation=combine(_scope, admitted.forwards),
        port_isolated=place.network.port_isolated(item.name),
        fast_transition=config.default(f"{MENU}.fast-transition", words.on_off, item.header),
        mac_policy=admitted.policy,
        mac_list=admitted.listed,
        station_limit=_limit(config, item),
        idle_timeout=_idle(config, item),
        session_timeout=security.session_timeout,
        reauth_period=security.reauth_period,
        passphrase_identity=legacy_entries.own_keys(listed) or security.identity,
        relays_itself=True,
    )


def _scope(forwards: bool) -> IsolationScope:
    return IsolationScope.NONE if forwards else IsolationScope.SAME_BSS


def _ssid(config: Config, item: Item) -> Fact[str]:
    """`ssid`; the manual gives the device's identity as its default, exports always name one."""
    stated = config.stated(item, "ssid", str)
    return stated or Unknown(f"{item.title} names no SSID", (item.header,), f"look at `/{MENU} print`")


def _enabled(config: Config, item: Item, radio: Item) -> Fact[bool]:
    """An SSID is on the air if its interface and its radio are on and the radio speaks 802.11."""
    own = (config.enabled(item),) if item is radio else (config.enabled(item), config.enabled(radio))
    off = _off_air(config, radio)
    return both(*own, *((off,) if off is not None else ()))


def _admission(
    config: Config,
    item: Item,
    entries: list[access_admission.Entry],
    forwarding: Fact[bool],
    security: legacy_security.Security,
) -> access_admission.Admission:
    """The access list, behind it `default-authentication`, or the RADIUS server where the profile asks one."""
    holes = config.holes(legacy_entries.WIRELESS)
    if holes:
        return access_admission.Admission(holes[0], holes[0], holes[0])
    otherwise = config.fact(item, "default-authentication", words.on_off)
    asks = security.asks_radius
    if isinstance(asks, Unknown):
        otherwise = forwarding = asks
    elif asks.value:
        why = f"a RADIUS server is asked about stations of {item.title} that are not on its access list"
        otherwise = Unknown(why, asks.spans, "look at the RADIUS server, or see whether the readers are let in")
        forwarding = Unknown(f"{why}, and may keep them apart", asks.spans, otherwise.settle)
    return access_admission.admission(entries, otherwise, forwarding)


def _networks(place: _Place) -> Fact[tuple[str, ...]]:
    """The networks of the bridge port, or of the VLAN with which the driver itself tags frames."""
    config, item = place.config, place.item
    mode = config.fact(item, "vlan-mode", str)
    config.span(item, "vlan-id")  # says nothing without `use-tag`
    match mode:
        case Unknown():
            return mode
        case known if known.value == "no-tag":
            return place.network.networks_of(item.name)
        case known if known.value == "use-tag":
            return place.network.networks_of(item.name, config.fact(item, "vlan-id", words.vlan_id))
        case known:
            why = f"{item.title} tags frames with vlan-mode={printable(known.value)}, which is not followed"
            return Unknown(why, known.spans, "see which address a station gets there")


def _limit(config: Config, item: Item) -> Fact[int | None]:
    """`max-station-count`; an access point in mode `bridge` takes one station."""
    if config.text(item, "mode") == "bridge":
        return Stated(1, config.span(item, "mode"))
    return config.fact(item, "max-station-count", words.count)


def _idle(config: Config, item: Item) -> Fact[timedelta | None]:
    """A silent station is asked by keepalive frames; `disconnect-timeout` is about lost frames, not about silence."""
    return config.default(f"{MENU}.idle-timeout", legacy_security.none, item.header)
