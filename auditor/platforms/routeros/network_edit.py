"""Intents about ports as edits: `horizon` of `/interface bridge port`, VLANs, and how an Ethernet port negotiates."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from auditor import intents
from auditor.model import Device
from auditor.platforms.base import Edit
from auditor.platforms.routeros.changes import Builder, Texts, add_item, combine, set_property, where_of
from auditor.platforms.routeros.items import Item, items_of
from auditor.services.base import NotPossible
from auditor.services.reading import printable

_ETHERNET = "interface ethernet"
_PORT = "interface bridge port"
_VLAN = "interface bridge vlan"
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


def _carry_vlan(texts: Texts, device: Device, intent: intents.CarryVlan) -> Edit:
    """The port is one more of `tagged` in the VLAN's line of its bridge; where there is no line, it gets one.

    Source: MikroTik's manual, "Bridging and Switching", Bridge VLAN table.
    """
    port, vid = intent.port, str(intent.vlan)
    bridges = [each.text("bridge") for each in _items(texts, device, _PORT) if each.text("interface") == port]
    if len(bridges) != 1 or not bridges[0]:
        why = f"no line says which bridge port {printable(port)} belongs to"
        raise NotPossible(why, "give VLAN interfaces of the port to the bridge of the VLAN, or look at its switch chip")
    among = tuple(_items(texts, device, _VLAN))
    mine = [item for item in among if item.text("bridge") == bridges[0] and item.text("disabled") != "yes"]
    found = [item for item in mine if _holds(item.text("vlan-ids") or "", intent.vlan)]
    if not found:
        properties = (("bridge", bridges[0]), ("tagged", port), ("vlan-ids", vid))
        added = add_item(texts, _VLAN, properties, known_by=("bridge", "vlan-ids"))
        return replace(added, services=("bridge-vlan",))
    if len(found) > 1 or found[0].text("vlan-ids") != vid:
        why = f"VLAN {vid} stands in a line of /{_VLAN} with other VLANs"
        raise NotPossible(why, f"give VLAN {vid} a line of its own, with {printable(port)} among its tagged ports")
    tagged = [word for word in (found[0].text("tagged") or "").split(",") if word]
    where = where_of(found[0], among, "tagged", "untagged")
    value = ",".join(tagged if port in tagged else (*tagged, port))
    return replace(set_property(texts, where, "tagged", value, default_text=""), services=("bridge-vlan",))


def _holds(ids: str, vid: int) -> bool:
    """Whether `10,20-25` holds a VLAN; what cannot be read may hold any."""
    for word in ids.split(","):
        low, dash, high = word.partition("-")
        ends = (low, high if dash else low)
        if not all(end.isdecimal() for end in ends) or int(ends[0]) <= vid <= int(ends[1]):
            return True
    return False


def _items(texts: Texts, device: Device, menu: str) -> Iterator[Item]:
    for path, document in texts.documents:
        yield from (item for item in items_of(device.name, path, document, {}) if item.menu == menu)


BUILDERS: Mapping[type, Builder] = {
    intents.NegotiateSpeed: _negotiate,
    intents.DisablePortIsolation: _port_isolation,
    intents.CarryVlan: _carry_vlan,
}
