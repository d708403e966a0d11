"""Whether a packet gets from one attachment to another, and which hop says no."""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from auditor.model import Bss, Device, Fact, IsolationScope, Unknown
from auditor.site.addresses import Addresses, whole
from auditor.site.attachment import Attachment, Media
from auditor.site.bridge_filters import Sides, bridge_filters
from auditor.site.crossing import Crossing, crossed
from auditor.site.hops import Hop, HopKind, Leg, Passage, decisive
from auditor.site.neighbourhood import Neighbourhood, neighbourhood
from auditor.site.plugs import Plug
from auditor.site.port_isolation import port_isolation
from auditor.site.segments import segments_of
from auditor.site.station_filters import station_filters


@dataclass(frozen=True, slots=True)
class Path:
    """All hops in order. `same_segment`: the packets never meet a router. `translated`: some NAT changes them.

    `legs` are the routers that they pass, in order, as far as the way is known.
    """

    same_segment: bool
    translated: bool
    hops: tuple[Hop, ...]
    legs: tuple[Leg, ...] = ()

    @property
    def passage(self) -> Passage:
        """Blocked if any hop certainly blocks, unknown if any may, else open."""
        kinds = {hop.passage for hop in self.hops}
        if Passage.BLOCKED in kinds:
            return Passage.BLOCKED
        return Passage.UNKNOWN if Passage.UNKNOWN in kinds else Passage.OPEN

    @property
    def decisive(self) -> Hop | None:
        """The hop that decides; None on an open path."""
        return decisive(self.hops)

    @property
    def translating(self) -> tuple[Hop, ...]:
        """The address translations on the way that certainly happen."""
        return tuple(h for h in self.hops if h.kind is HopKind.SOURCE_NAT and h.passage is Passage.OPEN)

    @property
    def evidence(self) -> tuple[Fact[Any], ...]:
        return tuple(hop.fact for hop in self.hops)


def path(
    source: Attachment,
    target: Attachment,
    devices: tuple[Device, ...],
    *,
    source_media: Media,
    target_media: Media,
    protocol: str,
    port: int | None,
    sources: Addresses | None = None,
    targets: Addresses | None = None,
    routers: frozenset[IPv4Address] = frozenset(),
    routers_back: frozenset[IPv4Address] = frozenset(),
    around: Neighbourhood | None = None,
    source_plugs: tuple[Plug, ...] = (),
    target_plugs: tuple[Plug, ...] = (),
) -> Path:
    """Follow packets between two attachments; the media say which ends use Wi-Fi, a cable, or either.

    Without `sources` and `targets` any address of the networks counts. `routers` are those that the source is told,
    `routers_back` those of the target. `around` is the site, indexed; without it, it is made of the devices. Plugs are
    the ports behind which wired ends are known to be.
    """
    wifi_from = source.bsses if source_media.wireless else ()
    wifi_to = target.bsses if target_media.wireless else ()
    sender = Sides(wifi_from, source_media.wired, sources or whole(source.segment), source_plugs)
    receiver = Sides(wifi_to, target_media.wired, targets or whole(target.segment), target_plugs)
    if source.segment.key == target.segment.key:
        hops = _isolation(wifi_from, wifi_to)
        hops += port_isolation(
            source.segment, devices, wifi_from, wifi_to,
            from_cable=source_media.wired, to_cable=target_media.wired, from_plugs=source_plugs, to_plugs=target_plugs,
        )  # fmt: skip
        hops += bridge_filters(source.segment, devices, sender, receiver, protocol=protocol, port=port)
        hops += station_filters((*wifi_from, *wifi_to))
        return Path(same_segment=True, translated=False, hops=hops)
    found = crossed(
        Crossing(
            source.segment,
            target.segment,
            sender,
            receiver,
            protocol,
            port,
            devices,
            around or neighbourhood(devices, segments_of(devices)),
            routers,
            routers_back,
        )
    )
    hops = (*found.hops, *station_filters((*wifi_from, *wifi_to)))
    return Path(same_segment=False, translated=found.translated, hops=hops, legs=found.legs)


def _isolation(wifi_from: tuple[Bss, ...], wifi_to: tuple[Bss, ...]) -> tuple[Hop, ...]:
    """Hops by station isolation: whether its scope covers a pair of stations of these BSSs, or Wi-Fi to wired."""
    hops: list[Hop] = []
    sending = {(bss.device, bss.key) for bss in wifi_from}
    for bss in {(bss.device, bss.key): bss for bss in wifi_from + wifi_to}.values():
        others = wifi_to if (bss.device, bss.key) in sending else wifi_from
        match bss.isolation:
            case Unknown() as unknown:
                hops.append(Hop(HopKind.STATION_ISOLATION, bss.device, bss.key, Passage.UNKNOWN, unknown))
            case known:
                covered = _covers(known.value, bss, others)
                passage = Passage.BLOCKED if covered else Passage.OPEN
                hops.append(Hop(HopKind.STATION_ISOLATION, bss.device, bss.key, passage, known))
    return tuple(hops)


def _covers(scope: IsolationScope, bss: Bss, others: tuple[Bss, ...]) -> bool:
    """Whether isolation of a BSS keeps its stations from stations of `others`; no others: from the wire."""
    match scope:
        case IsolationScope.NONE:
            return False
        case IsolationScope.SAME_BSS:
            return any((bss.device, bss.key) == (other.device, other.key) for other in others)
        case IsolationScope.SAME_SSID:
            return any(_same_ssid(bss, other) for other in others)
        case IsolationScope.SAME_AP:
            return any(bss.device == other.device for other in others)
        case IsolationScope.ALL_WIRELESS:
            return bool(others)
        case IsolationScope.ALL_LAN_EXCEPT_GATEWAY:
            return True


def _same_ssid(one: Bss, other: Bss) -> bool:
    if isinstance(one.ssid, Unknown) or isinstance(other.ssid, Unknown):
        return True
    return one.ssid.value == other.ssid.value
