"""Switch ports: the VLANs that a port carries, and whether it is kept apart from others.

A port without lines is an access port in VLAN 1; what `switchport trunk allowed vlan` does not limit carries all VLANs.
Private VLANs: hosts of a secondary VLAN stand in the segment of the primary one. Isolated hosts reach promiscuous
ports only, as protected ports reach unprotected ones only; where a primary VLAN has hosts of several kinds, one mark
per port does not say who reaches whom. Source: Cisco, "Configuring VLAN Trunks", "Configuring Private VLANs" and
"Configuring Port-Based Traffic Control", Catalyst 9300 configuration guide.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from auditor.model import Fact, Span, Stated, Unknown, combine, known_like, spans_of
from auditor.platforms.cisco_ios.blocks import Line
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.templates import Settings
from auditor.platforms.cisco_ios.vlans import LAST, Vlans, vlan_id, vlan_list
from auditor.services.reading import printable

_EVERY = frozenset(range(1, LAST + 1))
# A port keeps the lines of the mode that it is not in.
_OF_EITHER_MODE = ("switchport access vlan", "switchport trunk native vlan", "switchport trunk allowed vlan")
_WHICH = "see what `show interfaces switchport` shows for it"


@dataclass(frozen=True, slots=True)
class Switchport:
    """One port of the switching part. `vlans` are its VLANs; of a private VLAN the primary one.

    `host` is the kind of secondary VLAN whose hosts are behind it, with its id: ("isolated", 101), or None.
    """

    vlans: Fact[frozenset[int]]
    isolated: Fact[bool]
    host: tuple[str, int] | None = None
    trunk: bool = False


def read(settings: Settings, vlans: Vlans, owner: Settings | None = None) -> Switchport:
    """Read one port; `owner` is the bundle whose lines count instead."""
    port = owner or settings
    for words in _OF_EITHER_MODE:
        port.each(words)
    mode = port.fact("switchport mode", _mode, "interface.switchport mode")
    if isinstance(mode, Unknown):
        return Switchport(mode, _protected(port))
    words = mode.value
    if words.startswith("private-vlan"):
        return _private(port, words, vlans, mode)
    carried = _carried(port, words, vlans, mode)
    return Switchport(carried, _protected(port), trunk=words == "trunk")


def _mode(text: str) -> str:
    words = " ".join(text.split())
    known = (
        "access", "trunk", "dynamic", "dynamic auto", "dynamic desirable", "private-vlan host",
        "private-vlan promiscuous", "private-vlan trunk", "private-vlan trunk secondary",
        "private-vlan trunk promiscuous", "dot1q-tunnel",
    )  # fmt: skip
    if words not in known:
        raise ValueError("not a mode of a switch port")
    return words


def _protected(port: Settings) -> Fact[bool]:
    return port.flag("switchport protected", "interface.switchport protected")


# -- VLANs -----------------------------------------------------------------------------------------------------


def _carried(port: Settings, mode: str, vlans: Vlans, said: Fact[str]) -> Fact[frozenset[int]]:
    if mode == "dot1q-tunnel":
        why = f"{port.title} puts what it gets, tags and all, into a second VLAN"
        return Unknown(why, said.spans, "nothing that is plugged into it is in a network of this shop; leave it out")
    mapping = port.said("switchport vlan mapping")
    if mapping is not None and not mapping.no:
        return Unknown(f"{port.title} changes the VLANs of frames", (mapping.span,), _WHICH)
    if mode == "trunk":
        return _existing(_trunk(port), vlans)
    access = _access(port, vlans)
    if mode.startswith("dynamic") and _has_limits(port):
        return _negotiated(port, _existing(access, vlans), _existing(_trunk(port), vlans), said)
    if mode.startswith("dynamic") and port.said("switchport mode") is not None:
        # Nobody wrote which networks a trunk would have here; a reader makes it none.
        access = combine(lambda one, more: one | more, access, _trunk(port))
    return _existing(access, vlans)


def _negotiated(
    port: Settings, access: Fact[frozenset[int]], trunk: Fact[frozenset[int]], said: Fact[str]
) -> Fact[frozenset[int]]:
    """The other end decides: a switch that speaks DTP may make it a trunk, a reader or an access point does not.

    Source: Cisco, "Configuring VLAN Trunks", Catalyst 9300 configuration guide, on Dynamic Trunking Protocol.
    """
    for fact in (access, trunk):
        if isinstance(fact, Unknown):
            return fact
    assert not isinstance(access, Unknown)
    assert not isinstance(trunk, Unknown)
    if access.value == trunk.value:
        return access
    why = f"whether {port.title} is a trunk, the other end decides (DTP)"
    settle = "set `switchport mode trunk` or `switchport mode access`, or see what `show interfaces trunk` shows"
    near = tuple(dict.fromkeys((*said.spans, *trunk.spans, *access.spans)))
    return Unknown(why, near, settle, (access.value, trunk.value))


def _has_limits(port: Settings) -> bool:
    return any(line.rest not in ("all", f"1-{LAST}") for line in port.each("switchport trunk allowed vlan"))


def _access(port: Settings, vlans: Vlans) -> Fact[frozenset[int]]:
    """The access VLAN, and that of a phone."""
    line = port.said("switchport access vlan")
    if line is not None and line.rest == "dynamic":
        why = f"the VLAN of {port.title} depends on who is plugged in"
        return Unknown(why, (line.span,), _WHICH)
    if line is not None and line.words[:1] == ("name",):
        access: Fact[int] = vlans.named(line.rest.partition(" ")[2])
        if not isinstance(access, Unknown):
            access = Stated(access.value, (line.span,))
    else:
        access = port.fact("switchport access vlan", vlan_id, "interface.switchport access vlan")
    voice = port.said("switchport voice vlan")
    if voice is None or voice.no or not voice.rest.isdecimal():
        return combine(lambda vid: frozenset((vid,)), access)
    phone = port.config.converted(voice.rest, vlan_id, voice.span, what=f"switchport voice vlan of {port.title}")
    return combine(lambda vid, more: frozenset((vid, more)), access, phone)


def _trunk(port: Settings) -> Fact[frozenset[int]]:
    """The VLANs that a trunk may carry; the native one is one of them, without a tag."""
    native = port.fact("switchport trunk native vlan", vlan_id, "interface.switchport trunk native vlan")
    if isinstance(native, Unknown):
        return native
    allowed = port.each("switchport trunk allowed vlan")
    if not allowed or allowed[-1].no:
        near = allowed[-1].span if allowed else port.header
        default = port.config.default("interface.switchport trunk allowed vlan", _allowed_by_default, near)
        return port.unsaid("switchport trunk allowed vlan") or default
    spans = tuple(line.span for line in allowed)
    found: frozenset[int] = frozenset()
    for line in allowed:
        try:
            found = _allowed(line, found)
        except ValueError as error:
            why = f"cannot read '{printable(line.rest)}' of {port.title}: {error}"
            return Unknown(why, spans, _WHICH)
    return Stated(found, spans)


def _allowed_by_default(text: str) -> frozenset[int]:
    return _EVERY if text == "all" else vlan_list(text)


def _allowed(line: Line, before: frozenset[int]) -> frozenset[int]:
    """What the list says after one more line: IOS writes long lists as several lines with `add`."""
    if line.no:
        return _EVERY
    word, _, rest = line.rest.partition(" ")
    match word:
        case "all":
            return _EVERY
        case "none":
            return frozenset()
        case "add":
            return before | vlan_list(rest.strip())
        case "remove":
            return before - vlan_list(rest.strip())
        case "except":
            return _EVERY - vlan_list(rest.strip())
        case _:
            return vlan_list(line.rest)


def _existing(ids: Fact[frozenset[int]], vlans: Vlans) -> Fact[frozenset[int]]:
    """Only those that exist on this device, as far as that is known, and are not suspended."""
    if isinstance(ids, Unknown):
        return ids
    there = ids.value & {1, *vlans.by_id} if vlans.whole else ids.value
    stopped: list[Span] = [] if there == ids.value or len(ids.value) == LAST else [vlans.near]
    for vid in sorted(there & vlans.stopped):
        forwards = vlans.by_id[vid].forwards
        if isinstance(forwards, Unknown):
            return forwards
        if not forwards.value:
            there -= {vid}
            stopped += forwards.spans
    if not stopped:
        return known_like(there, ids)
    return known_like(there, ids, Stated(None, tuple(stopped)))


# -- private VLANs ---------------------------------------------------------------------------------------------


def _private(port: Settings, mode: str, vlans: Vlans, said: Fact[str]) -> Switchport:
    nothing: Fact[bool] = Stated(False, said.spans)
    words = "switchport private-vlan " + ("host-association" if mode.endswith("host") else "mapping")
    line = port.said(words)
    if "trunk" in mode or line is None or line.no or not line.words:
        why = f"{port.title} is a port of private VLANs whose lines do not say which ones"
        doubt = Unknown(why, said.spans, _WHICH)
        return Switchport(doubt, doubt)
    try:
        primary = vlan_id(line.words[0])
        secondary = vlan_id(line.words[1]) if mode.endswith("host") else 0
    except (ValueError, IndexError):
        doubt = Unknown(f"cannot read '{printable(line.rest)}' of {port.title}", (line.span,), _WHICH)
        return Switchport(doubt, doubt)
    carried: Fact[frozenset[int]] = Stated(frozenset((primary,)), (*said.spans, line.span))
    if not secondary:
        return Switchport(carried, nothing)
    vlan = vlans.by_id.get(secondary)
    kind = vlan.secondary if vlan is not None else ""
    if vlan is None or not kind:
        why = f"{port.title} is a host of VLAN {secondary}, of which no line says whether it is isolated"
        doubt = Unknown(why, (line.span,), "add the output of `show vlan private-vlan`, or name the kind in the VLAN")
        return Switchport(carried, doubt)
    isolated: Fact[bool] = Stated(kind == "isolated", (*carried.spans, *vlan.spans))
    return Switchport(carried, isolated, (kind, secondary))


def mixed(config: Config, ports: Mapping[str, Switchport], vlans: Vlans) -> dict[str, Switchport]:
    """Doubt isolation where a primary VLAN has hosts of several kinds, some of which never reach others.

    A trunk may bring hosts of any secondary VLAN from other switches.
    """
    kinds: dict[int, set[tuple[str, int]]] = {}
    for vlan in vlans.by_id.values():
        for vid in vlan.associated:
            secondary = vlans.by_id.get(vid)
            kinds.setdefault(vlan.vid, set()).add((secondary.secondary if secondary is not None else "", vid))
    for port in ports.values():
        if port.host is not None and not isinstance(port.vlans, Unknown):
            for vid in port.vlans.value:
                kinds.setdefault(vid, set()).add(port.host)
    found: dict[str, Switchport] = {}
    for name, port in ports.items():
        vids = frozenset[int]() if port.host is None or isinstance(port.vlans, Unknown) else port.vlans.value
        if any(len(kinds.get(vid, ())) > 1 for vid in vids):
            why = f"port {printable(name)} is in a private VLAN with hosts of several kinds, which do not all meet"
            settle = "name the ports of reader and point of sale to the person who checks this"
            doubt = Unknown(why, spans_of(port.isolated), settle)
            found[name] = replace(port, isolated=doubt)
        else:
            found[name] = port
    return found


def private_doubts(interfaces: Mapping[int, tuple[Settings, Span]], vlans: Vlans) -> tuple[Unknown, ...]:
    """A primary VLAN whose own interface is not mapped to its secondary ones: their hosts do not reach the gateway."""
    found = []
    for vid, (settings, span) in interfaces.items():
        vlan = vlans.by_id.get(vid)
        if vlan is None or not vlan.associated:
            continue
        mapping = settings.said("private-vlan mapping")
        if mapping is None or mapping.no:
            why = f"{settings.title} is not mapped to the secondary VLANs of VLAN {vid}"
            found.append(Unknown(why, (span, *vlan.spans), "ping the gateway from a reader"))
    return tuple(found)
