"""Places of a Kea configuration by what they are about, so that edits of one file compose.

* `("member", kind, id, key)`: a member of a map; its value as written.
* `("option", kind, id, code)`: the entry of an option in a map.
* `("reservation", kind, id, identifier)`: an entry of `reservations`.

`kind` and `id` name the map: `subnet` and its prefix, `pool` and its first address, `network` or `class` and a name,
`global` and ''.
"""

from ipaddress import IPv4Network

from auditor.services.base import Place
from auditor.services.kea.config import address_range
from auditor.services.kea.options import NAMES
from auditor.services.kea.reservations import mac_of
from auditor.syntax.kea_json import Element, KeaJsonError, Node, parse, walk
from auditor.syntax.kea_json_edit import replaced, with_item, with_member, without

_LISTS = {"option": "option-data", "reservation": "reservations"}
_ANCHORS = {"subnet": "subnet", "pool": "pool", "network": "name", "class": "name", "global": ""}


def get(text: str, place: Place) -> str | None:
    """Return what stands at a place, as it is written; None if nothing does."""
    owner = owner_of(text, place[1], place[2])
    found = _found(owner, place) if owner is not None else None
    return text[found.start : found.end] if found is not None else None


def put(text: str, place: Place, value: str | None) -> str:
    """Return the text with another value at a place; None takes it out."""
    owner = owner_of(text, place[1], place[2])
    if owner is None:
        return text
    found = _found(owner, place)
    if found is not None and value is not None:
        return replaced(text, found, value)
    if place[0] == "member":
        if value is not None:
            return with_member(text, owner, place[3], value, behind=_ANCHORS[place[1]])
        member = owner.member(place[3])
        return text if member is None else without(text, owner, member)
    key = _LISTS[place[0]]
    listed = owner.member(key)
    if value is not None:
        if listed is None:
            return with_member(text, owner, key, f"[ {value} ]", behind=_ANCHORS[place[1]])
        return with_item(text, listed.node, value)
    if found is None or listed is None:
        return text
    if text[listed.node.start : listed.node.end] == f"[ {text[found.start : found.end]} ]":
        # A list that was put in along with its first item goes along with it.
        return without(text, owner, listed)
    return without(text, listed.node, found)


def owner_of(text: str, kind: str, name: str) -> Node | None:
    """The map that a place is in, in one file; None if it is not there."""
    try:
        elements = parse("", text)
    except KeaJsonError:
        return None
    return next((node for node in walk(elements) if _is(node, kind, name, elements)), None)


def _is(node: Node, kind: str, name: str, elements: tuple[Element, ...]) -> bool:
    match kind:
        case "global":
            first = elements[0] if len(elements) == 1 else None
            return isinstance(first, Node) and first.get("Dhcp4") is node
        case "subnet":
            return _text(node, "subnet") is not None and _network(str(_text(node, "subnet"))) == name
        case "pool":
            pool = address_range(_text(node, "pool") or "")
            return pool is not None and str(pool.first) == name
        case "network":
            return _text(node, "name") == name and node.get("subnet4") is not None
        case _:
            return _text(node, "name") == name and not any(node.get(key) for key in ("subnet4", "data", "code"))


def _network(text: str) -> str:
    try:
        return str(IPv4Network(text.strip(), strict=False))
    except ValueError:
        return ""


def _text(node: Node, key: str) -> str | None:
    found = node.get(key)
    return found.value if found is not None and isinstance(found.value, str) else None


def _found(owner: Node, place: Place) -> Node | None:
    kind, _, _, name = place
    if kind == "member":
        return owner.get(name)
    listed = owner.get(_LISTS[kind])
    if listed is None:
        return None
    same = [item for item in listed.items if name in (_code(item) if kind == "option" else _identifiers(item))]
    return same[-1] if same else None


def _code(entry: Node) -> tuple[str, ...]:
    code, name, space = entry.get("code"), _text(entry, "name"), _text(entry, "space")
    if space not in (None, "dhcp4"):
        return ()
    return (str(code.value),) if code is not None else (str(NAMES.get(name or "", "")),)


def _identifiers(entry: Node) -> tuple[str, ...]:
    mac = _text(entry, "hw-address")
    return (mac_of(mac) or mac,) if mac is not None else ()
