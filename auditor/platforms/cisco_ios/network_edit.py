"""Intents about ports as edits: how an Ethernet port negotiates, `switchport protected`, and the VLANs of a trunk."""

from collections.abc import Mapping

from auditor import intents
from auditor.model import Device
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios.changes import Builder, Texts, combine, drop_line, replace_line, set_line
from auditor.platforms.cisco_ios.vlans import vlan_list
from auditor.services.base import NotPossible
from auditor.services.reading import printable
from auditor.syntax.ios_operations import Path

_SPEED = ("port-speed",)
_ISOLATION = ("port-isolation",)
_PROTECTED = "switchport protected"
_BUNDLE = "Port-channel"
_ALLOWED = "switchport trunk allowed vlan"
_VLANS = ("port-vlans",)


def _negotiate(texts: Texts, device: Device, intent: intents.NegotiateSpeed) -> Edit:
    """`speed auto` and `duplex auto`; `negotiation auto` where the port says that it does not negotiate."""
    edits = [edit for path in _places(texts, intent.port) for edit in _speed(texts, path)]
    if not edits:
        why = f"no line of {printable(intent.port)} itself fixes its speed"
        raise NotPossible(why, "look at its template, and at `show interfaces status`")
    return combine(edits)


def _speed(texts: Texts, path: Path) -> list[Edit]:
    """IOS-XE and switches show nothing where a port negotiates; routers of classic IOS show `speed auto`."""
    words = [word for word in ("speed", "duplex") if texts.lines(path, word)[-1:] not in ((), (f"{word} auto",))]
    if "no negotiation auto" in texts.entries(path):
        # A fixed speed goes first: beside it, the port does not take `negotiation auto`.
        edits = [drop_line(texts, path, texts.lines(path, word)[-1], services=_SPEED) for word in words]
        return [*edits, set_line(texts, path, "negotiation auto", instead="negotiation auto", services=_SPEED)]
    hidden = not _shows(texts)
    return [
        set_line(texts, path, f"{word} auto", instead=word, services=_SPEED, hidden=hidden)
        for word in words
        if not texts.lines(path, word)[-1].startswith("no ")
    ]


def _shows(texts: Texts) -> bool:
    heads = (head for head in texts.entries(()) if head.startswith("interface "))
    return any("speed auto" in texts.entries((head,)) for head in heads)


def _places(texts: Texts, port: str) -> tuple[Path, ...]:
    """The blocks of a port; of a bundle, those of its members too."""
    heads = [head for head in texts.entries(()) if head.startswith("interface ")]
    own = [(head,) for head in heads if head.split(" ")[1:2] == [port]]
    number = port.removeprefix(_BUNDLE)
    if port.startswith(_BUNDLE) and number.isdecimal():
        own += [(head,) for head in heads if _is_member(texts, head, number)]
    return tuple(dict.fromkeys(own))


def _is_member(texts: Texts, head: str, number: str) -> bool:
    return any(line.split()[1:2] == [number] for line in texts.lines((head,), "channel-group"))


def _port_isolation(texts: Texts, device: Device, intent: intents.DisablePortIsolation) -> Edit | None:
    """`no switchport protected`; hosts of private VLANs are left to people, since the port loses its link."""
    if not intent.port:
        return None
    places = _places(texts, intent.port)
    edits = [
        drop_line(texts, path, _PROTECTED, services=_ISOLATION) for path in places if _PROTECTED in texts.entries(path)
    ]
    if edits:
        return combine(edits)
    for path in places:
        if any(line.startswith("switchport private-vlan host-association") for line in texts.entries(path)):
            advice = "give the port a community VLAN, or make it promiscuous; it loses its link meanwhile"
            raise NotPossible(f"port {printable(intent.port)} is isolated by its private VLAN", advice)
    why = f"no line of {printable(intent.port)} itself isolates it"
    raise NotPossible(why, "look at its template, and at `show interfaces switchport`")


def _carry_vlan(texts: Texts, device: Device, intent: intents.CarryVlan) -> Edit:
    """`switchport trunk allowed vlan add`, which leaves the others in the list; of a bundle, members follow.

    Source: Cisco, "Configuring VLAN Trunks", Catalyst 9300 configuration guide.
    """
    edits = [
        _one_more(texts, path, line, intent.vlan)
        for path in _places(texts, intent.port)
        for line in texts.lines(path, _ALLOWED)[-1:]
    ]
    if not edits:
        why = f"no line of {printable(intent.port)} itself limits its VLANs"
        advice = (
            f"look at its template, and at `show interfaces trunk`; VLAN {intent.vlan} must be in the VLAN database"
        )
        raise NotPossible(why, advice)
    return combine(edits)


def _one_more(texts: Texts, path: Path, line: str, vid: int) -> Edit:
    """The list as IOS shows it with one more VLAN; lists of several lines are put together anew by the device."""
    words = line.removeprefix(_ALLOWED).strip()
    by_hand = f"enter `{_ALLOWED} add {vid}` there"
    try:
        before = frozenset[int]() if words == "none" else vlan_list(words)
    except ValueError:
        raise NotPossible(f"the list of VLANs of {printable(path[-1])} is not a plain one", by_hand) from None
    if len(texts.lines(path, _ALLOWED)) > 1:
        raise NotPossible(f"the list of VLANs of {printable(path[-1])} takes several lines", by_hand)
    if vid in before:
        raise NotPossible(f"{printable(path[-1])} carries VLAN {vid} already", "look at the VLAN database")
    new = f"{_ALLOWED} {_written(before | {vid})}"
    enter = (f"{_ALLOWED} add {vid}", f"{_ALLOWED} remove {vid}")
    return replace_line(texts, path, line, new, services=_VLANS, commands=enter)


def _written(vids: frozenset[int]) -> str:
    """`10,20-22`: a row of three or more is written by its ends."""
    rows: list[list[int]] = []
    for vid in sorted(vids):
        if rows and rows[-1][-1] == vid - 1:
            rows[-1].append(vid)
        else:
            rows.append([vid])
    return ",".join(f"{row[0]}-{row[-1]}" if len(row) > 2 else ",".join(map(str, row)) for row in rows)


BUILDERS: Mapping[type, Builder] = {
    intents.NegotiateSpeed: _negotiate,
    intents.DisablePortIsolation: _port_isolation,
    intents.CarryVlan: _carry_vlan,
}
