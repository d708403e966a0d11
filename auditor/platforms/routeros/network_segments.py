"""Segments: the link that a routed interface sits on, and the one that a port or an SSID joins.

Links are named as the model wants them: `bridge` for what a bridge's own interface hears untagged, `bridge.30` for
VLAN 30 of it, `ether1.20` for a VLAN on a port, or the interface's own name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from auditor.model import Fact, Span, Stated, Unknown, known_like
from auditor.platforms.routeros.bridges import Bridge, Bridges
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network_links import Kind, Links, both, enabled
from auditor.services.reading import printable

_DEEPEST = 8
_DATAPATHS = (
    ("caps-man datapath", "bridge", "vlan-id"),
    ("caps-man configuration", "datapath.bridge", "datapath.vlan-id"),
    ("interface wifi datapath", "bridge", "vlan-id"),
    ("interface wifi configuration", "datapath.bridge", "datapath.vlan-id"),
    ("interface wifi", "datapath.bridge", "datapath.vlan-id"),
)
"""Where radios are given a bridge, and the VLAN that they use in it."""


@dataclass(frozen=True, slots=True)
class Vlan:
    """`/interface vlan`: a VLAN on a bridge, a port or a bonding. `service`: with a service tag (802.1ad)."""

    name: str
    item: Item
    parent: str
    vid: Fact[int]
    service: bool
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Segments:
    """Where interfaces are in layer 2."""

    config: Config
    links: Links
    bridges: Bridges
    vlans: Mapping[str, Vlan]
    bonding_of: Mapping[str, str]
    _radios: dict[str, tuple[Span, ...]] = field(default_factory=dict, repr=False)

    @property
    def vlans_on(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """VLAN interfaces by what they lie on."""
        found: dict[str, list[tuple[str, int]]] = {}
        for vlan in self.vlans.values():
            on = self.enabled(vlan.name)
            if not isinstance(vlan.vid, Unknown) and (isinstance(on, Unknown) or on.value):
                found.setdefault(vlan.parent, []).append((vlan.name, vlan.vid.value))
        return {parent: tuple(each) for parent, each in found.items()}

    def actual(self, name: str) -> str:
        """The interface to which what is set on a name belongs."""
        for _ in range(_DEEPEST):
            above = self.bonding_of.get(name)
            if above is None:
                port = self.bridges.port_of.get(name)
                above = port.bridge if port is not None else None
            if above is None or above == name:
                return name
            name = above
        return name

    def is_slave(self, name: str) -> bool:
        """Whether an interface is a port of a bridge or a bonding."""
        return self.actual(name) != name

    def existing(self, name: str) -> str | None:
        """The routed interface behind a name; None if no line knows the name."""
        known = name in self.links.by_name or name in self.bridges.by_name
        return self.actual(name) if known else None

    def enabled(self, name: str) -> Fact[bool]:
        """Whether an interface is on, with what it lies on."""
        link = self.links.by_name.get(name)
        facts = [enabled(self.config, link)]
        vlan = self.vlans.get(name)
        if vlan is not None:
            if vlan.parent.startswith("*") or not vlan.parent:
                return Stated(False, vlan.spans)
            facts.append(enabled(self.config, self.links.by_name.get(vlan.parent)))
        known = [fact for fact in facts if isinstance(fact, Unknown) or fact.spans]
        return both(*known) if known else facts[0]

    def place(self, name: str) -> tuple[Fact[str], Fact[int | None]]:
        """The link of a routed interface, and the VLAN id that it has on the wire."""
        vlan = self.vlans.get(name)
        if vlan is not None:
            return self._of_vlan(vlan)
        bridge = self.bridges.by_name.get(name)
        if bridge is not None:
            return self._of_bridge(bridge)
        link = self.links.by_name.get(name)
        if link is not None and link.kind is Kind.BESIDE and link.item is not None:
            below = self.config.text(link.item, "interface") or ""
            if below in self.links.by_name and below != name and self.links.kind(below) is not Kind.BESIDE:
                return self.place(self.actual(below))
        near = (link.item.header,) if link is not None and link.item is not None else ()
        return Stated(name, near), Stated(None, near)

    def _of_bridge(self, bridge: Bridge) -> tuple[Fact[str], Fact[int | None]]:
        near = bridge.spans
        if isinstance(bridge.filters, Unknown):
            return bridge.filters, bridge.filters
        if not bridge.filters.value:
            return known_like(bridge.name, bridge.filters), self._common_vlan(bridge)
        if isinstance(bridge.pvid, Unknown):
            return bridge.pvid, bridge.pvid
        link: Fact[str] = Stated(bridge.name, (*near, *bridge.filters.spans))
        tagged = [port for port in bridge.tagged.members(bridge.pvid.value) if self._is_wired(port)]
        if tagged:
            lines = tuple(span for port in tagged for span in bridge.tagged.by_port[port][bridge.pvid.value])
            return link, Stated(bridge.pvid.value, tuple(dict.fromkeys(lines)))
        return link, Stated(None, near)

    def _is_wired(self, name: str) -> bool:
        return name not in self.bridges.by_name and self.links.kind(name) is not Kind.WIRELESS

    def _common_vlan(self, bridge: Bridge) -> Fact[int | None]:
        """The VLAN that all cables of a bridge carry, where its ports are VLANs of one id."""
        wired = [port.name for port in bridge.ports if self._is_wired(port.name)]
        found = [self.vlans[name] for name in wired if name in self.vlans]
        ids = {None if isinstance(vlan.vid, Unknown) else vlan.vid.value for vlan in found}
        vid = ids.pop() if len(ids) == 1 and len(found) == len(wired) else None
        if vid is None:
            return Stated(None, bridge.spans)
        return Stated(vid, tuple(dict.fromkeys(span for vlan in found for span in vlan.spans)))

    def _of_vlan(self, vlan: Vlan) -> tuple[Fact[str], Fact[int | None]]:
        if isinstance(vlan.vid, Unknown):
            return vlan.vid, vlan.vid
        on_vlan = vlan.parent in self.vlans
        if vlan.service or on_vlan:
            why = f"VLAN {printable(vlan.name)} has two tags on the wire"
            unread = Unknown(why, vlan.spans, "declare where readers and point of sale are by their subnet")
            return unread, unread
        vid: Fact[int | None] = Stated(vlan.vid.value, vlan.spans)
        bridge = self.bridges.by_name.get(vlan.parent)
        if bridge is None:
            return self._on_port(vlan, vlan.vid.value), vid
        if isinstance(bridge.filters, Unknown):
            return bridge.filters, vid
        if not bridge.filters.value:
            return Stated(f"{bridge.name}.{vlan.vid.value}", vlan.spans), vid
        doubt = bridge.doubt or self._unheard(bridge, vlan, vlan.vid.value)
        link = Stated(bridge.link(vlan.vid.value), (*vlan.spans, *bridge.filters.spans))
        return doubt or link, vid

    def _on_port(self, vlan: Vlan, vid: int) -> Fact[str]:
        name = self.bonding_of.get(vlan.parent, vlan.parent)
        if name not in self.bridges.port_of:
            return Stated(f"{name}.{vid}", vlan.spans)
        why = f"VLAN {printable(vlan.name)} lies on {printable(name)}, which is a port of a bridge"
        advice = 'put the VLAN on the bridge (MikroTik\'s manual, "Layer2 misconfiguration")'
        return Unknown(f"{why}: whether frames reach it was not established", vlan.spans, advice)

    def _unheard(self, bridge: Bridge, vlan: Vlan, vid: int) -> Unknown | None:
        """A filtering bridge must be a tagged member of a VLAN itself; from 7.16 on it makes itself one."""
        if vid in bridge.tagged.by_port.get(bridge.name, {}):
            return None
        by_itself = self.config.default("interface vlan.joins-bridge", yes_no, *vlan.spans)
        if not isinstance(by_itself, Unknown) and by_itself.value:
            return None
        why = f"{printable(vlan.name)} hears nothing: bridge {printable(bridge.name)} is no tagged member of VLAN {vid}"
        advice = f"add {printable(bridge.name)} to tagged= of VLAN {vid} in /interface bridge vlan"
        return Unknown(why, vlan.spans, advice)

    def joined(self, name: str, vid: int | None) -> Fact[str]:
        """The link that stations of an interface join, with frames of a VLAN of its own if `vid` is given."""
        name = self.bonding_of.get(name, name)
        port = self.bridges.port_of.get(name)
        bridge = self.bridges.by_name.get(name) or self.bridges.bridge_of(name)
        if bridge is None:
            return Stated(name if vid is None else f"{name}.{vid}", ())
        if isinstance(bridge.filters, Unknown):
            return bridge.filters
        spans = port.spans if port is not None else bridge.spans
        if not bridge.filters.value:
            return Stated(bridge.link(vid), spans)
        if bridge.doubt is not None or isinstance(bridge.pvid, Unknown):
            return bridge.doubt or bridge.pvid  # type: ignore[return-value]
        if vid is not None:
            return self._tagged(bridge, name, vid, spans)
        if port is None:
            pvid = self.config.default("interface bridge port.pvid", int, *spans)
            return pvid if isinstance(pvid, Unknown) else Stated(bridge.link(pvid.value), spans)
        carried = self.bridges.carried(name)
        if isinstance(carried, Unknown):
            return carried
        untagged = [each for each, tagged in carried.value if not tagged]
        if not untagged:
            why = f"port {printable(name)} takes tagged frames only, and its own have no tag"
            return Unknown(why, carried.spans, "give the port a pvid, and frame-types=admit-all")
        return Stated(bridge.link(untagged[0]), carried.spans)

    def _tagged(self, bridge: Bridge, name: str, vid: int, spans: tuple[Span, ...]) -> Fact[str]:
        """Frames that come tagged; radios of the older package must be tagged members by a line."""
        link = self.links.by_name.get(name)
        if link is not None and link.item is not None and link.item.menu == "interface wireless":
            carried = self.bridges.carried(name)
            if isinstance(carried, Unknown):
                return carried
            if (vid, True) not in carried.value:
                why = f"{printable(name)} tags frames with VLAN {vid}, of which it is no tagged member in the bridge"
                return Unknown(why, (*spans, link.item.header), f"add {printable(name)} to tagged= of VLAN {vid}")
        return Stated(bridge.link(vid), spans)

    def vids(self, bridge: Bridge) -> Iterator[tuple[int, tuple[Span, ...]]]:
        """The VLANs of a bridge that something speaks of, with the lines of a port that carries each."""
        if isinstance(bridge.filters, Unknown):
            return
        spans: dict[int, tuple[Span, ...]] = {}
        if bridge.filters.value:
            for port in bridge.ports:
                if not isinstance(port.pvid, Unknown):
                    spans.setdefault(port.pvid.value, port.spans)
            for lines in bridge.tagged.by_port.values():
                for vid, each in lines.items():
                    spans.setdefault(vid, each)
        for vid in sorted({*spans, *bridge.wanted}):
            yield vid, spans.get(vid, bridge.spans)

    def radios_in(self, link: Fact[str]) -> tuple[Span, ...]:
        """Lines by which radios are in the segment of a link."""
        if isinstance(link, Unknown):
            return ()
        if not self._radios:
            self._radios[""] = ()  # read once, be there no radio at all
            for each in self.links.of(Kind.WIRELESS):
                if each.name in self.bridges.port_of:
                    self._note(self.joined(each.name, None))
            self._note_profiles()
        return self._radios.get(link.value, ())

    def _note(self, joined: Fact[str], *spans: Span) -> None:
        if not isinstance(joined, Unknown):
            self._radios.setdefault(joined.value, (*joined.spans, *spans))

    def _note_profiles(self) -> None:
        """Bridges that profiles put radios into when they appear."""
        for menu, bridge, vlan in _DATAPATHS:
            for item in self.config.items(menu):
                name, text = item.text(bridge) or "", item.text(vlan) or ""
                if name in self.bridges.by_name:
                    vid = int(text) if text.isdecimal() and len(text) < 5 else None
                    self._note(self.joined(name, vid), item.header)
