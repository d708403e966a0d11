"""Intents about ports as edits: `horizon` of `/interface bridge port`, and how an Ethernet port negotiates."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from auditor import intents
from auditor.model import Device
from auditor.platforms.base import Edit
from auditor.platforms.routeros.changes import Builder, Texts, combine, set_property, where_of
from auditor.platforms.routeros.items import Item, items_of
from auditor.services.base import NotPossible
from auditor.services.reading import printable

_ETHERNET = "interface ethernet"
_PORT = "interface bridge port"
_NEW_MODES = "10M-baseT-half,10M-baseT-full,100M-baseT-half,100M-baseT-full"
_OLD_MODES = "10M-half,10M-full,100M-half,100M-full"


def _negotiate(texts: Texts, device: Device, intent: intents.NegotiateSpeed) -> Edit:
    """`auto-negotiation=yes`; a port that offers fast modes only gets the ones of readers beside them."""
    among = tuple(_items(texts, device, _ETHERNET))
    item = next((each for each in among if each.name == intent.port), None)
    if item is None:
        raise NotPossible(f"port {printable(intent.port)} is not in the export", "look at `/interface ethernet print`")
    edits = []
    where = where_of(item, among, "auto-negotiation", "advertise", "speed")
    if item.text("auto-negotiation") in ("no", "false"):
        edits.append(set_property(texts, where, "auto-negotiation", "yes", default_text="yes"))
    offered = [word for word in (item.text("advertise") or "").split(",") if word]
    if offered and not any(word.startswith(("10M-", "100M-")) for word in offered):
        slow = _NEW_MODES if any("-base" in word for word in offered) else _OLD_MODES
        edits.append(set_property(texts, where, "advertise", ",".join((slow, *offered)), default_text=None))
    if not edits:
        why = f"no line fixes the speed of {printable(intent.port)}"
        raise NotPossible(why, "look at `/interface ethernet monitor`")
    return replace(combine(edits), services=("ethernet",))


def _port_isolation(texts: Texts, device: Device, intent: intents.DisablePortIsolation) -> Edit | None:
    """`horizon=none` for the bridge port; what managers and profiles give to many SSIDs is left to people."""
    name = intent.bss or intent.port
    among = tuple(_items(texts, device, _PORT))
    mine = [item for item in among if item.text("interface") == name]
    set_ = [item for item in mine if item.text("horizon") not in (None, "none")]
    if not set_:
        if intent.bss:
            advice = "set bridge-horizon=none in the datapath that it uses, for every SSID with this datapath"
            raise NotPossible(f"no bridge port of its own isolates '{printable(name)}'", advice)
        advice = f"look at `/interface ethernet switch port-isolation print`, and at what lies on {printable(name)}"
        raise NotPossible(f"no horizon of its own isolates port {printable(name)}", advice)
    edits = (
        set_property(texts, where_of(item, among, "horizon"), "horizon", "none", default_text="none") for item in set_
    )
    return replace(combine(edits), services=("bridge-port",))


def _items(texts: Texts, device: Device, menu: str) -> Iterator[Item]:
    for path, document in texts.documents:
        yield from (item for item in items_of(device.name, path, document, {}) if item.menu == menu)


BUILDERS: Mapping[type, Builder] = {
    intents.NegotiateSpeed: _negotiate,
    intents.DisablePortIsolation: _port_isolation,
}
