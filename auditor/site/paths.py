"""Whether a packet gets from one attachment to another, and which hop says no."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import Any

from auditor.model import NO_ROUTER, Bss, Device, Fact, IsolationScope, Stated, Unknown, spans_of
from auditor.site.addresses import Addresses, whole
from auditor.site.attachment import Attachment, Media
from auditor.site.bridge_filters import Sides, bridge_filters
from auditor.site.filter_hops import filter_hops
from auditor.site.filters import Question
from auditor.site.hops import Hop, HopKind, Passage, decisive
from auditor.site.port_isolation import port_isolation
from auditor.site.segments import Segment
from auditor.site.station_filters import station_filters


@dataclass(frozen=True, slots=True)
class Path:
    """All hops in order. `same_segment`: the packets never meet a router. `translated`: some NAT changes them."""

    same_segment: bool
    translated: bool
    hops: tuple[Hop, ...]

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
) -> Path:
    """Follow packets between two attachments; the media say which ends use Wi-Fi, a cable, or either.

    Without `sources` and `targets` any address of the networks counts. `routers` are those that the source is told.
    """
    wifi_from = source.bsses if source_media.wireless else ()
    wifi_to = target.bsses if target_media.wireless else ()
    if source.segment.key == target.segment.key:
        hops = _isolation(wifi_from, wifi_to)
        hops += port_isolation(
            source.segment, devices, wifi_from, wifi_to, from_cable=source_media.wired, to_cable=target_media.wired
        )
        hops += bridge_filters(
            source.segment,
            devices,
            Sides(wifi_from, source_media.wired, sources or whole(source.segment)),
            Sides(wifi_to, target_media.wired, targets or whole(target.segment)),
            protocol=protocol,
            port=port,
        )
        hops += station_filters((*wifi_from, *wifi_to))
        return Path(same_segment=True, translated=False, hops=hops)
    found = [d for d in devices if _interface_on(d, source.segment) and _interface_on(d, target.segment) and _routes(d)]
    if not found:
        why = f"no audited device routes between {source.segment.name} and {target.segment.name}"
        hop = Hop(HopKind.ROUTER, "", "", Passage.UNKNOWN, Unknown(why, settle="audit the router between them"))
        return Path(same_segment=False, translated=False, hops=(hop,))
    own = [d for d in found if set(addresses_on(d, source.segment)) & routers]
    own = own or [d for d in found if not _passes_nothing(d)]
    routed = _routed(
        (own or found)[0], source.segment, target.segment, protocol, port,
        sources or whole(source.segment), targets or whole(target.segment),
    )  # fmt: skip
    return replace(routed, hops=(*routed.hops, *station_filters((*wifi_from, *wifi_to))))


def _isolation(wifi_from: tuple[Bss, ...], wifi_to: tuple[Bss, ...]) -> tuple[Hop, ...]:
    """Hops by station isolation: whether its scope covers a pair of stations of these BSSs, or Wi-Fi to wired."""
    hops: list[Hop] = []
    for bss in dict.fromkeys(wifi_from + wifi_to):
        others = wifi_to if bss in wifi_from else wifi_from
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
            return bss in others
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


def _routed(
    router: Device,
    source: Segment,
    target: Segment,
    protocol: str,
    port: int | None,
    sources: Addresses,
    targets: Addresses,
) -> Path:
    """Follow packets through a router that has an interface in both segments."""
    entering, leaving = _interface_on(router, source), _interface_on(router, target)
    fact = Stated("both networks", spans_of(source.subnets, target.subnets))
    hops = [Hop(HopKind.ROUTER, router.name, entering, Passage.OPEN, fact, entering, leaving)]
    hops += [
        Hop(HopKind.FILTER, router.name, "", Passage.UNKNOWN, hole, entering, leaving)
        for hole in router.forward_filters.holes
    ]
    hops += filter_hops(
        router,
        Question(entering, leaving, sources.possible, targets.possible, protocol, port, sources.certain),
        router.forward_filters.items,
    )
    translated = False
    hops += [
        Hop(HopKind.SOURCE_NAT, router.name, "", Passage.UNKNOWN, hole, entering, leaving)
        for hole in router.source_nats.holes
    ]
    for nat in router.source_nats:
        if isinstance(nat.leaving, Unknown):
            hops.append(Hop(HopKind.SOURCE_NAT, router.name, nat.key, Passage.UNKNOWN, nat.leaving, entering, leaving))
        elif leaving in nat.leaving.value:
            translated = True
            hops.append(Hop(HopKind.SOURCE_NAT, router.name, nat.key, Passage.OPEN, nat.leaving, entering, leaving))
    return Path(same_segment=False, translated=translated, hops=tuple(hops))


def _routes(device: Device) -> bool:
    """A device with an address in several inside networks may route between them; an access point has one."""
    return len(device.interfaces) > 1


def _passes_nothing(device: Device) -> bool:
    """Whether it certainly hands no packet on, as a server with a leg in each network: another one is the router."""
    defaults = (f.default for f in device.forward_filters if f.key == NO_ROUTER)
    return any(not isinstance(default, Unknown) and default.value.blocks for default in defaults)


def addresses_on(device: Device, segment: Segment) -> tuple[IPv4Address, ...]:
    """The addresses of a device in a segment, as far as they are known."""
    return tuple(
        address.ip
        for interface in segment.interfaces
        if interface.device == device.name and not isinstance(interface.addresses, Unknown)
        for address in interface.addresses.value
    )


def _interface_on(device: Device, segment: Segment) -> str:
    """Key of the addressed interface of a device in a segment, '' if it has none."""
    for interface in segment.interfaces:
        if interface.device != device.name or isinstance(interface.addresses, Unknown):
            continue
        if interface.addresses.value:
            return interface.key
    return ""
