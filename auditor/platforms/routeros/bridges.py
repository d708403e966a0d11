"""Bridges: their ports, which VLANs each port carries, and which ports refuse frames of which others.

A bridge without `vlan-filtering` hands frames on as they are, tags included. With it, each port belongs untagged to the
VLAN of its `pvid`, and tagged to those whose entry in `/interface bridge vlan` lists it; what only `untagged=` lists is
not enough, as frames that come in go to the VLAN of the `pvid`. The bridge itself is a port too: the one of the
processor. Ports with one `horizon` send each other nothing. `auto-isolate` is about spanning tree, not isolation.
Source: MikroTik's manual, "Bridging and Switching" and "Bridge VLAN Table".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from auditor.model import Fact, Span, Stated, Unknown, known_like
from auditor.platforms.routeros import interface_lists
from auditor.platforms.routeros.bridge_vlans import Tagged, vlans_of
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network_links import both
from auditor.services.reading import printable

_SHOWN = 16  # lines of a group of ports that are evidence for each of them
_PORT = "interface bridge port"
_BRIDGE = "interface bridge"
_TAGGED_ONLY = "admit-only-vlan-tagged"
_UNTAGGED_ONLY = "admit-only-untagged-and-priority-tagged"
_AT_RUN_TIME = (
    ("caps-man datapath", "bridge-horizon"),
    ("caps-man configuration", "datapath.bridge-horizon"),
    ("interface wifi datapath", "bridge-horizon"),
    ("interface wifi configuration", "datapath.bridge-horizon"),
    ("interface wifi", "datapath.bridge-horizon"),
    ("ppp profile", "bridge-horizon"),
)
"""Where interfaces that join a bridge at run time are given a horizon."""


@dataclass(frozen=True, slots=True)
class BridgePort:
    """One interface in a bridge. `horizon` None: none. `item` is None for what an older release calls a slave."""

    name: str
    bridge: str
    item: Item | None
    enabled: Fact[bool]
    pvid: Fact[int]
    frames: Fact[str]
    horizon: Fact[str | None]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """One bridge. `doubt` says why its VLANs are not what its lines say."""

    name: str
    item: Item | None
    enabled: Fact[bool]
    filters: Fact[bool]
    pvid: Fact[int]
    frames: Fact[str]
    ports: tuple[BridgePort, ...]
    tagged: Tagged
    doubt: Unknown | None
    spans: tuple[Span, ...]
    wanted: frozenset[int] = frozenset()

    def link(self, vid: int | None) -> str:
        """The name of a segment of the bridge: `bridge` where its own frames are, `bridge.30` for another VLAN."""
        own = None if isinstance(self.pvid, Unknown) else self.pvid.value
        plain = not isinstance(self.filters, Unknown) and not self.filters.value
        return self.name if vid is None or (vid == own and not plain) else f"{self.name}.{vid}"


@dataclass(frozen=True, slots=True)
class Bridges:
    """All bridges; `port_of` is by the name of the port. `horizons`: bridge → horizon → the lines of its ports.

    `unread` is a line about ports of which it is not known which one it is about.
    """

    by_name: Mapping[str, Bridge]
    port_of: Mapping[str, BridgePort]
    holes: tuple[Unknown, ...]
    horizons: Mapping[str, Mapping[str, tuple[Span, ...]] | Unknown] = field(default_factory=dict)
    dynamic_horizons: Mapping[str, Span] = field(default_factory=dict)
    unread: Unknown | None = None

    def __iter__(self) -> Iterator[Bridge]:
        return iter(self.by_name.values())

    def bridge_of(self, name: str) -> Bridge | None:
        """The bridge that an interface is a port of."""
        port = self.port_of.get(name)
        return self.by_name.get(port.bridge) if port is not None else None

    def carried(self, name: str) -> Fact[tuple[tuple[int, bool], ...]]:
        """The VLANs that a port of a filtering bridge carries both ways, each with whether tagged."""
        port = self.port_of[name]
        bridge = self.by_name[port.bridge]
        unknown = next(
            (u for u in (bridge.doubt, bridge.filters, port.pvid, port.frames) if isinstance(u, Unknown)), None
        )
        if unknown is not None:
            return unknown
        assert not isinstance(port.pvid, Unknown)
        assert not isinstance(port.frames, Unknown)
        spans = list(port.spans)
        found: list[tuple[int, bool]] = []
        if port.frames.value != _UNTAGGED_ONLY:
            for vid, lines in bridge.tagged.of(name):
                found.append((vid, True))
                spans += lines
        if port.frames.value != _TAGGED_ONLY and all(vid != port.pvid.value for vid, _ in found):
            found.append((port.pvid.value, False))
            spans += port.pvid.spans
        return Stated(tuple(found), tuple(dict.fromkeys(spans)))

    def isolated(self, name: str) -> Fact[bool]:
        """Whether a port sends nothing to other isolated ports of its bridge."""
        port = self.port_of.get(name)
        if port is None:
            return Stated(False, ())
        return self.isolated_by(port.bridge, port.horizon)

    def isolated_by(self, bridge: str, horizon: Fact[str | None]) -> Fact[bool]:
        """The same for a port with this horizon, such as one that a Wi-Fi manager adds (`datapath.bridge-horizon`)."""
        if self.unread is not None:
            return self.unread
        if isinstance(horizon, Unknown) or horizon.value is None:
            return horizon if isinstance(horizon, Unknown) else known_like(False, horizon)
        groups = self.horizons.get(bridge, {})
        if isinstance(groups, Unknown):
            return groups
        members = groups.get(horizon.value, ())
        at_run_time = self.dynamic_horizons.get(horizon.value)
        several = len({*groups, *self.dynamic_horizons}) > 1
        if several and len(members) < 2 and at_run_time is None:
            return known_like(False, horizon)
        spans = tuple(dict.fromkeys((*horizon.spans, *members[:_SHOWN], *((at_run_time,) if at_run_time else ()))))
        if several:
            why = f"ports of bridge {printable(bridge)} have several horizons: only those with the same one are apart"
            return Unknown(why, spans, "see which ports readers and point of sale use, and compare their horizon")
        return Stated(True, spans)


def port_isolated(config: Config, name: str) -> Fact[bool]:
    """Whether the bridge port of an interface sends nothing to other isolated ports (split horizon)."""
    return read(config).isolated(name)


def horizons(config: Config) -> Mapping[str, Fact[str | None]]:
    """The horizon of each bridge port; None: none."""
    return {name: port.horizon for name, port in read(config).port_of.items()}


def read(
    config: Config,
    wanted: Mapping[str, frozenset[int]] | None = None,
    dynamic: tuple[BridgePort, ...] = (),
) -> Bridges:
    """Read all bridges. `wanted` are VLANs of a bridge that something else names, `dynamic` are further ports."""
    holes = list(config.holes(_BRIDGE, _PORT, "interface bridge vlan"))
    unread = next(iter(config.holes(_PORT)), None)
    bridges = {item.name: item for item in config.items(_BRIDGE) if item.name}
    ports: dict[str, list[BridgePort]] = {}
    seen: dict[str, BridgePort] = {}
    for port in (*_ports(config, holes), *_slaves(config), *dynamic):
        if port.name not in seen:
            seen[port.name] = port
            ports.setdefault(port.bridge, []).append(port)
    found = {}
    for name in dict.fromkeys((*bridges, *ports)):
        mine = tuple(ports.get(name, ()))
        found[name] = _bridge(config, name, bridges.get(name), mine, (wanted or {}).get(name, frozenset()))
    horizons = {name: _groups(bridge.ports) for name, bridge in found.items()}
    return Bridges(found, seen, tuple(holes), horizons, dict(_horizons_at_run_time(config)), unread)


def _groups(ports: tuple[BridgePort, ...]) -> Mapping[str, tuple[Span, ...]] | Unknown:
    """The ports of a bridge that are switched on, by their horizon."""
    found: dict[str, list[Span]] = {}
    for port in ports:
        if isinstance(port.horizon, Unknown):
            return port.horizon
        on = isinstance(port.enabled, Unknown) or port.enabled.value
        if port.horizon.value is not None and on:
            found.setdefault(port.horizon.value, []).extend(port.horizon.spans)
    return {horizon: tuple(spans) for horizon, spans in found.items()}


def _bridge(
    config: Config, name: str, item: Item | None, ports: tuple[BridgePort, ...], wanted: frozenset[int]
) -> Bridge:
    """A bridge; a group of old switch ports is one too, without lines of its own."""
    if item is None:
        plain: Fact[bool] = Stated(False, ())
        return Bridge(
            name, None, Stated(True, ()), plain, Stated(1, ()), Stated("admit-all", ()), ports, Tagged(), None, ()
        )
    filters = config.fact(item, "vlan-filtering", yes_no)
    pvid = config.fact(item, "pvid", vlan_id)
    ids = {port.pvid.value for port in ports if not isinstance(port.pvid, Unknown)}
    tagged: Tagged = Tagged()
    doubt = _doubt(config, item)
    if isinstance(filters, Unknown) or filters.value:
        read = vlans_of(config, name, frozenset(ids) | wanted)
        if isinstance(read, Unknown):
            doubt = doubt or read
        else:
            tagged = read
    return Bridge(
        name, item, config.enabled(item), filters, pvid, config.fact(item, "frame-types", _frames),
        ports, tagged, doubt, (item.header,), wanted,
    )  # fmt: skip


def _doubt(config: Config, item: Item) -> Unknown | None:
    """Settings by which VLANs come from somewhere else than the lines, or are other ones."""
    filters = item.text("vlan-filtering") in ("yes", "true")
    for name, usual in (("mvrp", ("no", "false")), ("ether-type", ("0x8100", "33024"))):
        written = config.text(item, name)
        if written is not None and written not in usual and filters:
            why = f"{item.title} has {name}={printable(written)}: which VLANs its ports carry was not established"
            return Unknown(why, config.span(item, name), "look at `/interface bridge vlan print` on the device")
    return None


def _ports(config: Config, holes: list[Unknown]) -> Iterator[BridgePort]:
    lists = {item.name for item in config.items("interface list")} | {"all", "static", "dynamic"}
    sockets = {item.name: item for item in config.items("interface ethernet")}
    for item in config.items(_PORT):
        bridge, name = config.text(item, "bridge") or "", config.text(item, "interface") or ""
        enabled = config.enabled(item)
        if bridge.startswith("*") or name.startswith("*") or not bridge or not name:
            # What was deleted is a port of nothing; a damaged line may name anything.
            if item.damaged:
                holes.append(
                    Unknown(f"{item.title}: {item.damaged}", (item.header,), f"correct the line in {item.file}")
                )
            config.understood(item)
            continue
        if not isinstance(enabled, Unknown) and not enabled.value:
            config.understood(item)
            continue
        if name not in lists:
            yield _port(config, item, name, bridge, both(enabled, _socket(config, sockets.get(name))))
            continue
        members = interface_lists.members(config, name)
        if isinstance(members, Unknown) or name in ("all", "static", "dynamic"):
            why = f"bridge {printable(bridge)} takes its ports from list {printable(name)}"
            holes.append(members if isinstance(members, Unknown) else Unknown(why, (item.header,), "name the ports"))
            continue
        for member in sorted(members.value):
            yield _port(config, item, member, bridge, both(enabled, _socket(config, sockets.get(member))))


def _socket(config: Config, item: Item | None) -> Fact[bool]:
    """Whether the socket itself is switched on."""
    return Stated(True, ()) if item is None else config.enabled(item)


def _port(config: Config, item: Item, name: str, bridge: str, enabled: Fact[bool]) -> BridgePort:
    pvid: Fact[int] = config.fact(item, "pvid", vlan_id)
    stacked = config.stated(item, "tag-stacking", yes_no)
    if stacked is not None and (isinstance(stacked, Unknown) or stacked.value):
        why = f"port {printable(name)} puts a second tag on frames (tag-stacking)"
        pvid = Unknown(why, stacked.spans, "look at `/interface bridge vlan print` on the device")
    return BridgePort(
        name, bridge, item, enabled, pvid, config.fact(item, "frame-types", _frames),
        config.fact(item, "horizon", _horizon), config.span(item, "interface", "bridge"),
    )  # fmt: skip


def _slaves(config: Config) -> Iterator[BridgePort]:
    """`master-port` (before 6.41): a port that the switch chip joins with another one."""
    bridged = {port.text("interface"): port.text("bridge") for port in config.items(_PORT)}
    for item in config.items("interface ethernet"):
        master = config.text(item, "master-port")
        if master in (None, "none", ""):
            continue
        spans = config.span(item, "master-port")
        bridge = bridged.get(master) or master
        for name in (item.name, *((master,) if master not in bridged else ())):
            yield BridgePort(
                name, bridge, None, config.enabled(item), Stated(1, spans), Stated("admit-all", spans),
                Stated(None, spans), spans,
            )  # fmt: skip


def _horizons_at_run_time(config: Config) -> Iterator[tuple[str, Span]]:
    for menu, name in _AT_RUN_TIME:
        for item in config.items(menu):
            value = item.text(name)
            if value not in (None, "none", ""):
                yield value, (config.span(item, name) or (item.header,))[0]


def vlan_id(text: str) -> int:
    """Read an 802.1Q VLAN id."""
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 0 < int(text) < 4095):
        raise ValueError("no VLAN id from 1 to 4094")
    return int(text)


def _frames(text: str) -> str:
    if text not in ("admit-all", _TAGGED_ONLY, _UNTAGGED_ONLY):
        raise ValueError("no kind of frames")
    return text


def _horizon(text: str) -> str | None:
    if text == "none":
        return None
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("neither a number nor none")
    return text.lstrip("0") or "0"
