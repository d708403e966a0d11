"""Whether a packet gets from one attachment to another, and which hop says no."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, summarize_address_range
from itertools import islice, product
from typing import Any

from auditor.model import Bss, Device, Fact, Filter, IsolationScope, Stated, Unknown, spans_of
from auditor.site.addresses import Addresses, whole
from auditor.site.attachment import Attachment, Media
from auditor.site.filters import Box, Interval, Outcome, Question, concern, evaluate, explain, shut_in
from auditor.site.hops import Hop, HopKind, Passage, decisive
from auditor.site.port_isolation import port_isolation
from auditor.site.segments import Segment


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
    if source.segment.key == target.segment.key:
        wifi_from = source.bsses if source_media.wireless else ()
        wifi_to = target.bsses if target_media.wireless else ()
        hops = _isolation(wifi_from, wifi_to)
        hops += port_isolation(
            source.segment, devices, wifi_from, wifi_to, from_cable=source_media.wired, to_cable=target_media.wired
        )
        return Path(same_segment=True, translated=False, hops=hops)
    found = [d for d in devices if _interface_on(d, source.segment) and _interface_on(d, target.segment) and _routes(d)]
    if not found:
        why = f"no audited device routes between {source.segment.name} and {target.segment.name}"
        hop = Hop(HopKind.ROUTER, "", "", Passage.UNKNOWN, Unknown(why, settle="audit the router between them"))
        return Path(same_segment=False, translated=False, hops=(hop,))
    own = [d for d in found if set(addresses_on(d, source.segment)) & routers]
    return _routed(
        (own or found)[0], source.segment, target.segment, protocol, port,
        sources or whole(source.segment), targets or whole(target.segment),
    )  # fmt: skip


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


def filter_hops(device: Device, question: Question, filters: tuple[Filter, ...]) -> list[Hop]:
    """Ask each filter on the way; the hop names the rule that decides for the part that is blocked or unknown."""
    return [hop for filter_ in filters for hop in _filter_hop(device, question, filter_)]


def _filter_hop(device: Device, question: Question, filter_: Filter) -> Iterator[Hop]:
    outcome = evaluate(filter_, question)
    passage, boxes = Passage.UNKNOWN, tuple[Box, ...]()
    if outcome.gave_up:
        why = "the packet filter cuts this question into too many parts"
        fact: Fact[Any] = Unknown(why, settle="check by hand from a POS")
    else:
        passage, boxes = _worst(outcome)
        if not boxes:
            return
        fact = explain(boxes)
        if passage is Passage.BLOCKED and not concern(boxes, question):
            passage, fact = Passage.UNKNOWN, _some(boxes, fact)
    yield Hop(
        HopKind.FILTER,
        device.name,
        filter_.key,
        passage,
        fact,
        question.entering,
        question.leaving or "",
        boxes[0].rules[-1] if boxes and boxes[0].rules else "",
        "" if len(boxes) == len(outcome.boxes) else ", ".join(_words(*pair) for pair in islice(_pairs(boxes), 4)),
        _size(boxes) / _size(outcome.boxes) if boxes else 1.0,
        passage is Passage.BLOCKED and shut_in(boxes, question),
    )


def _some(boxes: tuple[Box, ...], fact: Fact[Any]) -> Unknown:
    """Say that only some clients are stopped, and that they may be ours."""
    shown = ", ".join(dict.fromkeys(_range(*source) for source, _ in islice(_pairs(boxes), 4)))
    settle = "declare mac or ip of every device in the inventory, and reserve their addresses"
    return Unknown(f"{shown} is blocked, and may be among the addresses of these devices", spans_of(fact), settle)


def _worst(outcome: Outcome) -> tuple[Passage, tuple[Box, ...]]:
    """What becomes of the question as a whole, and the boxes that make it so."""
    if blocked := outcome.blocked():
        return Passage.BLOCKED, blocked
    if undecided := outcome.undecided():
        return Passage.UNKNOWN, undecided
    return Passage.OPEN, outcome.boxes


def _size(boxes: tuple[Box, ...]) -> int:
    """How many pairs of addresses boxes hold."""
    return sum(_count(box.sources) * _count(box.destinations) for box in boxes)


def _count(intervals: tuple[Interval, ...]) -> int:
    return sum(last - first + 1 for first, last in intervals)


def _pairs(boxes: tuple[Box, ...]) -> Iterator[tuple[Interval, Interval]]:
    return (pair for box in boxes for pair in product(box.sources, box.destinations))


def _words(source: Interval, destination: Interval) -> str:
    """Name a pair of intervals as networks: `192.168.30.0/24 to 192.168.20.0/24`."""
    return f"{_range(*source)} to {_range(*destination)}"


def _range(low: int, high: int) -> str:
    networks = list(summarize_address_range(IPv4Address(low), IPv4Address(high)))
    return str(networks[0]) if len(networks) == 1 else f"{IPv4Address(low)}-{IPv4Address(high)}"
