"""Intents about ports as edits: how an Ethernet port negotiates, and `switchport protected`."""

from collections.abc import Mapping

from auditor import intents
from auditor.model import Device
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios.changes import Builder, Texts, combine, drop_line, set_line
from auditor.services.base import NotPossible
from auditor.services.reading import printable
from auditor.syntax.ios_operations import Path

_SPEED = ("port-speed",)
_ISOLATION = ("port-isolation",)
_PROTECTED = "switchport protected"
_BUNDLE = "Port-channel"


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


BUILDERS: Mapping[type, Builder] = {
    intents.NegotiateSpeed: _negotiate,
    intents.DisablePortIsolation: _port_isolation,
}
