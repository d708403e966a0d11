"""Networks and clients of the diagram: those that readers or points of sale use, and how these are attached."""

from auditor.inventory import Connection
from auditor.model import Unknown
from auditor.report.diagram.view import ClientBox, NetworkBar
from auditor.rules.concerns import is_mobile
from auditor.site import Pos, Readers, Segment, Site

OTHERS = "other networks"
"""Key of the bar that stands for all networks that nobody selected."""

_MOST_ROWS = 5
_LONGEST_KEY = 12


def used_networks(site: Site) -> tuple[Segment, ...]:
    """The segments of readers and points of sale, in the order in which the site has them."""
    used = {each.place.value.segment.key for each in everybody(site) if not isinstance(each.place, Unknown)}
    return tuple(segment for segment in site.segments if segment.key in used)


def network_bars(site: Site) -> tuple[NetworkBar, ...]:
    """One bar for all networks that nobody selected, then one for each that is in use: nearest to its clients."""
    used = used_networks(site)
    bars: list[NetworkBar] = []
    others = [each for each in site.segments if each not in used and not each.is_uplink]
    if others:
        title = "1 other network" if len(others) == 1 else f"{len(others)} other networks"
        bars.append(NetworkBar(OTHERS, title, tuple(each.name for each in others), others=True))
    return (*bars, *map(_bar, used))


def bars_of(device: str, site: Site, bars: tuple[NetworkBar, ...]) -> tuple[str, ...]:
    """Keys of the bars that a device is in, by an interface or by an SSID of its own."""
    keys = {bar.key for bar in bars}
    inside = (
        segment.key if segment.key in keys else OTHERS
        for segment in site.segments
        if not segment.is_uplink and (device in segment.devices or any(bss.device == device for bss in segment.bsses))
    )
    return tuple(dict.fromkeys(key for key in inside if key in keys))


def _bar(segment: Segment) -> NetworkBar:
    vlan = None if isinstance(segment.vlan, Unknown) else segment.vlan.value
    subnets = () if isinstance(segment.subnets, Unknown) else segment.subnets.value
    names = tuple(dict.fromkeys(i.key for i in segment.interfaces if i.addresses.spans)) or (segment.key,)
    title = f"VLAN {vlan}" if vlan is not None else names[0]
    shown = tuple(map(str, subnets[:2])) or ("no address known",)
    more = (f"and {len(subnets) - 2} more subnets",) if len(subnets) > 2 else ()
    named = names[0].replace(" ", "").lower() != title.replace(" ", "").lower()
    own = (names[0],) if vlan is not None and named and len(names[0]) <= _LONGEST_KEY else ()
    return NetworkBar(segment.key, title, (*shown, *more, *own))


def client_boxes(site: Site) -> tuple[ClientBox, ...]:
    """Points of sale first, then readers; those that are attached alike share a box."""
    found: dict[tuple[str, str, str], list[Pos | Readers]] = {}
    for each in everybody(site):
        found.setdefault(_box(each), []).append(each)
    order = {segment.key: number for number, segment in enumerate(used_networks(site))}
    keys = sorted(found, key=lambda key: (key[0] != "Points of sale", order.get(key[2], len(order))))
    return tuple(_client_box(key, found[key]) for key in keys)


def box_key(client: Pos | Readers) -> str:
    """Key of the box that shows a client."""
    return "\n".join(_box(client))


def _box(client: Pos | Readers) -> tuple[str, str, str]:
    title = "Points of sale" if isinstance(client, Pos) else "Readers"
    return title, _medium(client), "" if isinstance(client.place, Unknown) else client.place.value.segment.key


def _client_box(key: tuple[str, str, str], clients: list[Pos | Readers]) -> ClientBox:
    title, medium, network = key
    rows = [_row(client) for client in clients]
    if len(rows) > _MOST_ROWS:
        rows = [*rows[: _MOST_ROWS - 1], f"and {len(rows) - _MOST_ROWS + 1} more groups"]
    lost = not network and not any(isinstance(client, Readers) and is_mobile(client) for client in clients)
    return ClientBox("\n".join(key), title, medium, network, tuple(rows), lost)


def _row(client: Pos | Readers) -> str:
    if isinstance(client, Pos):
        return client.name
    number = "" if client.count is None else f" × {client.count}"
    kind = client.model.title if client.model is not None else client.model_name or ""
    return f"{client.name}{number}{', ' + kind if kind else ''}"


def _medium(client: Pos | Readers) -> str:
    if isinstance(client, Readers) and is_mobile(client):
        return "by way of their point of sale"
    if isinstance(client.place, Unknown):
        return "place not known"
    if not client.wireless:
        return "cable" if client.connection is Connection.ETHERNET else "cable, as no Wi-Fi is here"
    bsses = client.attachment.bsses
    names = list(dict.fromkeys(bss.key if isinstance(bss.ssid, Unknown) else bss.ssid.value for bss in bsses))
    ssids = ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")
    wifi = f"Wi-Fi {ssids}".rstrip()
    return f"{wifi}, or cable" if client.connection is None else wifi


def everybody(site: Site) -> tuple[Pos | Readers, ...]:
    """Points of sale, then readers."""
    return (*site.pos, *site.readers)
