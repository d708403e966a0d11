"""Autonomous access points: `interface Dot11RadioN` and the SSIDs (`dot11 ssid NAME`) that it carries.

An SSID is defined once and named by each radio that carries it. Its VLAN leads to the sub-interface of the radio with
that `encapsulation dot1Q`, and from there to a bridge group. Public Secure Packet Forwarding (`bridge-group N
port-protected`) keeps stations of the access point apart; it knows nothing of those of other access points. Source:
Cisco, "Configuration Guide for Autonomous Aironet Access Points", release 15.3(3), "Configuring Radio Settings" and
"Configuring Multiple SSIDs".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.model import (
    Band,
    Bss,
    Fact,
    IsolationScope,
    Listed,
    MacPolicy,
    Phy,
    Radio,
    Stated,
    Unknown,
    known_like,
)
from auditor.platforms.cisco_ios import dot11_security as security
from auditor.platforms.cisco_ios import dot11_timers as timers
from auditor.platforms.cisco_ios.blocks import Block, Line, true_false
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.network import Network
from auditor.services.reading import printable

_RADIO = re.compile(r"Dot11Radio\d+(?:/\d+)*")
_ROLES = re.compile(
    r"(root(?: access-point| ap-only)?(?: fallback .+)?|repeater|(?:non-)?root bridge wireless-clients)"
    r"|(?:non-)?root(?: bridge)?|workgroup-bridge(?: .+)?|scanner|spectrum(?: .+)?|install(?: .+)?"
)
"""Roles, and in the group those in which a radio serves stations; others serve bridges, or are stations themselves."""
_BANDS = {"Dot11Radio0": Band.GHZ_2_4, "Dot11Radio1": Band.GHZ_5}
"""Radio 0 is the one of 2.4 GHz and radio 1 that of 5 GHz on access points ("Configuring Radio Settings")."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where stations of one SSID on one radio are: the interface whose bridge group they join, with its block.

    `vlan` is what the SSID calls its VLAN, a name or a number; '' if it has none.
    """

    vlan: str
    number: str
    interface: str
    block: Block | None

    @property
    def names(self) -> frozenset[str]:
        """What lines of the radio may call the VLAN."""
        return frozenset({self.vlan, self.number})


@dataclass(frozen=True, slots=True)
class Carried:
    """An SSID that a radio carries, with the lines of the radio that say so."""

    radio: Block
    ssid: Block
    named: tuple[Line, ...]
    place: Place

    @property
    def key(self) -> str:
        return f"{self.ssid.name} {self.radio.name}"


def read(config: Config, network: Network) -> tuple[Listed[Radio], Listed[Bss]]:
    """Read the radios and their SSIDs; a device without radios has none."""
    found = tuple(_bss(config, network, each) for each in carried(config))
    holes = config.holes()
    return Listed(tuple(_radio(config, radio) for radio in _radios(config)), holes), Listed(found, holes)


def _radios(config: Config) -> tuple[Block, ...]:
    return tuple(block for block in config.blocks("interface") if _RADIO.fullmatch(block.name))


def carried(config: Config) -> Iterator[Carried]:
    """Every SSID on each radio that carries it, once it is defined; old releases define it within the radio."""
    interfaces = {b.name: b for b in config.blocks("interface") if b.name.startswith("Dot11Radio")}
    ssids = {block.name: block for block in config.blocks("dot11 ssid")}
    for radio in _radios(config):
        named: dict[str, list[Line]] = {}
        for line in radio.lines("ssid"):
            named.setdefault(line.rest, []).append(line)
        for name, lines in named.items():
            ssid = ssids.get(name) or next((block for block in radio.blocks("ssid") if block.name == name), None)
            if ssid is not None:
                yield Carried(radio, ssid, tuple(lines), _place(config, radio, ssid, interfaces))


# -- radios ----------------------------------------------------------------------------------------------------


def _radio(config: Config, radio: Block) -> Radio:
    return Radio(
        device=config.device,
        key=radio.name,
        enabled=_on_air(config, radio),
        band=_band(config, radio),
        phy=config.default("dot11.phy", Phy, radio.header),
        width=_width(config, radio),
        ax_required=config.default("dot11.ax-required", true_false, radio.header),
    )


def _on_air(config: Config, radio: Block) -> Fact[bool]:
    """Switched on, and in a role that takes clients."""
    shut = radio.said("shutdown")
    if shut is not None and not shut.no:
        return Stated(False, (shut.span,))
    role = radio.stated("station-role", str)
    doubt = radio.unsaid("shutdown")
    if doubt is not None:
        return doubt
    if role is None:
        return config.default("dot11.station-role", lambda text: text == "root", radio.header)
    if isinstance(role, Unknown):
        return role
    known = _ROLES.fullmatch(role.value)
    if known is None:
        why = f"whether {printable(radio.name)} serves stations in its role is not known"
        return Unknown(why, role.spans, f"see what stations join on {config.device}")
    return known_like(known[1] is not None, role)


def _band(config: Config, radio: Block) -> Fact[Band]:
    for line in reversed(radio.lines("channel")):
        number = re.match(r"\d{1,4}\b", line.rest)
        if number is not None:
            # Either the number of a channel or its frequency in MHz.
            low = int(number[0]) <= 14 or 2400 <= int(number[0]) < 2500
            return Stated(Band.GHZ_2_4 if low else Band.GHZ_5, (line.span,))
    if radio.name in _BANDS:
        return Stated(_BANDS[radio.name], (radio.header,))
    why = f"which band {printable(radio.name)} has is not in the configuration"
    return Unknown(why, (radio.header,), f"set its channel on {config.device}", (Band.GHZ_2_4, Band.GHZ_5))


def _width(config: Config, radio: Block) -> Fact[int]:
    line = radio.said("channel width")
    if line is None or line.no:
        return config.default("dot11.width", int, radio.header)
    number = re.match(r"(20|40|80|160)\b", line.rest)
    if number is not None:
        return Stated(int(number[1]), (line.span,))
    return Unknown(f"cannot read the channel width of {printable(radio.name)}", (line.span,))


# -- SSIDs -----------------------------------------------------------------------------------------------------


def _bss(config: Config, network: Network, on: Carried) -> Bss:
    radio, ssid, place = on.radio, on.ssid, on.place
    akms = security.akms(config, radio, ssid, place.names)
    return Bss(
        device=config.device,
        key=on.key,
        radio=radio.name,
        ssid=Stated(ssid.name, (on.named[-1].span, ssid.header)),
        enabled=_on_air(config, radio),
        networks=networks_of(network, on),
        band=_band(config, radio),
        phy=config.default("dot11.phy", Phy, radio.header),
        ax_required=config.default("dot11.ax-required", true_false, radio.header),
        akms=akms,
        ciphers=security.ciphers(config, radio, place.names),
        pmf=security.pmf(config, ssid),
        passphrase=security.passphrase(config, ssid, akms),
        passphrase_identity=security.identity(config, ssid),
        isolation=_isolation(config, network, place),
        port_isolated=config.default("dot11.port-isolated", true_false, radio.header),
        fast_transition=_fast_transition(config, radio, ssid),
        mac_policy=_mac_policy(config, ssid),
        mac_list=Stated((), (ssid.header,)),
        station_limit=_station_limit(config, ssid),
        idle_timeout=timers.idle(config, ssid),
        session_timeout=timers.session(config, radio, ssid, akms),
        reauth_period=timers.reauthentication(config, radio, akms),
    )


def _place(config: Config, radio: Block, ssid: Block, interfaces: Mapping[str, Block]) -> Place:
    """Where stations of an SSID on a radio are: the sub-interface with its VLAN, which may go by a name."""
    line = ssid.said("vlan")
    if line is None or line.no or not line.words:
        return Place("", "", radio.name, radio)
    said = line.words[0]
    number = _number(config, said)
    for name, block in interfaces.items():
        if name.startswith(f"{radio.name}.") and any(
            each.words[:1] == (number,) for each in block.lines("encapsulation dot1Q")
        ):
            return Place(said, number, name, block)
    return Place(said, number, "", None)


def _number(config: Config, vlan: str) -> str:
    """The id of a VLAN that goes by its name (`dot11 vlan-name TILLS vlan 30`)."""
    for line in config.top.lines("dot11 vlan-name"):
        name, word, number = (*line.words, "", "", "")[:3]
        if name == vlan and word == "vlan":
            return number
    return vlan


def networks_of(network: Network, on: Carried) -> Fact[tuple[str, ...]]:
    """The networks that the stations join."""
    ssid, place = on.ssid, on.place
    assigned = ssid.unsaid("vlan") if not place.vlan else None
    if assigned is not None:
        return assigned
    tunnel = ssid.said("mobility network-id")
    if tunnel is not None and not tunnel.no:
        why = f"layer 3 mobility takes the stations of SSID {printable(ssid.name)} to another network"
        return Unknown(why, (tunnel.span,), "look at the wireless services module that the access point registers with")
    if place.block is None:
        why = f"no sub-interface of the radio carries VLAN {printable(place.vlan)} of SSID {printable(ssid.name)}"
        return Unknown(why, (ssid.header,), f"look at the sub-interfaces of the radios of {ssid.config.device}")
    return network.networks_of(place.interface)


def _isolation(config: Config, network: Network, place: Place) -> Fact[IsolationScope]:
    if place.block is None:
        return Unknown("where the stations are is not known, nor whether they are kept apart", settle="see its VLAN")
    protected = network.bridges.protected.get(place.interface)
    if protected is not None:
        return Stated(IsolationScope.SAME_AP, (protected,))
    doubt = place.block.unsaid("bridge-group port-protected")
    return doubt or config.default("dot11.port-protected", IsolationScope, place.block.header)


def _fast_transition(config: Config, radio: Block, ssid: Block) -> Fact[bool]:
    managed = ssid.said("authentication key-management")
    if managed is not None and not managed.no and "dot11r" in managed.words:
        return Stated(True, (managed.span,))
    line = radio.said("dot11 dot11r")
    if line is not None:
        return Stated(not line.no, (line.span,))
    return radio.unsaid("dot11 dot11r") or config.default("dot11.dot11r", true_false, radio.header)


def _mac_policy(config: Config, ssid: Block) -> Fact[MacPolicy]:
    """Lists of MAC addresses are asked of a RADIUS server or of local users, or are an access list for all radios."""
    for line in ssid.lines("authentication"):
        if "mac-address" in line.words:
            why = f"SSID {printable(ssid.name)} asks an authentication list for the MAC address of each station"
            return Unknown(why, (line.span,), "see whether the readers' MAC addresses are known there")
    listed = config.top.said("dot11 association mac-list")
    if listed is not None and not listed.no:
        why = "an access list decides which MAC addresses may associate with the access point"
        return Unknown(why, (listed.span,), f"look at access list {printable(listed.rest)} on {config.device}")
    return Stated(MacPolicy.OFF, (ssid.header,))


def _station_limit(config: Config, ssid: Block) -> Fact[int | None]:
    return ssid.fact("max-associations", int, "dot11 ssid.max-associations")
