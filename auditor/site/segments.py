"""Segments: which interfaces, SSIDs and ports of which devices are one layer-2 domain."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from auditor.model import (
    AddressSource,
    Assumed,
    Bss,
    Default,
    Device,
    Fact,
    Interface,
    Stated,
    Unknown,
    known_like,
    spans_of,
)

_BY_VLAN = Default("site.vlan", "same VLAN id", "IEEE 802.1Q: one id is one LAN where a trunk carries it")
_BY_SUBNET = Default("site.subnet", "address in the same subnet", "RFC 1122, section 3.3.1.1: one subnet is one link")
_ONLY_LAN = Default("site.only-lan", "the only inside network", "no other untagged network is known at this site")


@dataclass(frozen=True, slots=True)
class Segment:
    """One layer-2 domain, over all devices.

    `joins` says why parts on several devices are taken for one segment. `subnets` are the IPv4 networks of
    its interfaces. `bsses` includes disabled ones. `uncarried` says why no cable leads out of it, '' if one may.
    `adrift` says why only the name of the network is known, where access points put stations into it themselves and no
    audited device of the site has it.
    """

    key: str
    interfaces: tuple[Interface, ...]
    bsses: tuple[Bss, ...]
    vlan: Fact[int | None]
    subnets: Fact[tuple[IPv4Network, ...]]
    joins: tuple[Fact[str], ...]
    uncarried: str = ""
    adrift: Unknown | None = None

    @property
    def devices(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(interface.device for interface in self.interfaces))

    @property
    def is_uplink(self) -> bool:
        """Whether one of its interfaces leads to the internet."""
        return any(not isinstance(i.uplink, Unknown) and i.uplink.value for i in self.interfaces)

    def holds(self, address: IPv4Address) -> bool:
        """Say whether an address is in one of the segment's known subnets."""
        match self.subnets:
            case Unknown():
                return False
            case known:
                return any(address in subnet for subnet in known.value)

    @property
    def name(self) -> str:
        """What people call it: its subnet if one is known, else its VLAN on its first device."""
        match self.subnets:
            case Unknown():
                return self.label
            case known:
                return ", ".join(map(str, known.value)) or self.label

    @property
    def label(self) -> str:
        """Where it is, in words: its VLAN on its first device, else its key; two of a device may have one label."""
        vlan = _value(self.vlan)
        return self.key if vlan is None else f"VLAN {vlan} of {self.devices[0]}"


def segments_of(devices: tuple[Device, ...], elsewhere: frozenset[str] = frozenset()) -> tuple[Segment, ...]:
    """Join the networks of all devices of a site into segments; uplinks are segments of their own.

    `elsewhere` are devices that need not stand in the site's own network: one VLAN id there and here need not be one
    LAN. BSSs whose access points switch frames themselves come last, because they join what is there.
    """
    parts = [segment for device in devices for segment in _parts(device)]
    joined: list[Segment] = []
    for part in parts:
        for index, segment in enumerate(joined):
            reason = _join_reason(segment, part, joined, elsewhere)
            if reason is not None:
                joined[index] = _merge(segment, part, reason)
                break
        else:
            joined.append(part)
    return _with_local(joined, devices, elsewhere)


def _with_local(joined: list[Segment], devices: tuple[Device, ...], elsewhere: frozenset[str]) -> tuple[Segment, ...]:
    """Put BSSs that access points switch locally into the one network of the site that has their VLAN.

    Where none has it, the VLAN is a network of its own, of which no address is known. Untagged frames are in whatever
    network the port has: known only if the site has no other one.
    """
    by_vlan: dict[int | None, list[Bss]] = {}
    for bss in (bss for device in devices for bss in device.bsses):
        if bss.local_vlan is not None and not isinstance(bss.local_vlan, Unknown):
            by_vlan.setdefault(bss.local_vlan.value, []).append(bss)
    for vlan, bsses in by_vlan.items():
        inside = [n for n, s in enumerate(joined) if not s.is_uplink and not elsewhere.issuperset(s.devices)]
        places = [number for number in inside if vlan is None or _value(joined[number].vlan) == vlan]
        if len(places) == 1:
            (index,) = places
            joined[index] = replace(joined[index], bsses=(*joined[index].bsses, *bsses))
        elif vlan is not None and not places:
            joined.append(_unseen(vlan, tuple(bsses)))
    return tuple(joined)


def _unseen(vlan: int, bsses: tuple[Bss, ...]) -> Segment:
    """A VLAN that only access points are said to have: one LAN at one site, and nothing else is known of it."""
    device = bsses[0].device
    spans = spans_of(*(bss.local_vlan for bss in bsses if bss.local_vlan is not None))
    why = f"access points put the stations of '{bsses[0].key}' on their own ports, in VLAN {vlan}"
    settle = f"audit the router or switch of the shop that has VLAN {vlan}"
    unknown = Unknown(f"{why}, and no audited device of the shop has it", spans, settle)
    interface = Interface(
        device=device,
        key=f"VLAN {vlan} of access points",
        enabled=Stated(True, spans),
        link=unknown,
        vlan=Stated(vlan, spans),
        address_source=unknown,
        addresses=unknown,
        gateway=unknown,
        uplink=Stated(False, spans),
        ipv6_offered=unknown,
    )
    key = f"{device}/access points/vlan.{vlan}"
    return Segment(key, (interface,), bsses, interface.vlan, unknown, joins=(), adrift=unknown)


def _parts(device: Device) -> list[Segment]:
    """The segments that one device shows by itself: interfaces on one link, and the BSSs that name them."""
    links: dict[str, list[Interface]] = {}
    for interface in device.interfaces:
        links.setdefault(_link(interface), []).append(interface)
    parts = []
    for link, interfaces in links.items():
        keys = {interface.key for interface in interfaces}
        bsses = tuple(bss for bss in device.bsses if _first_network(bss) in keys)
        parts.append(
            Segment(
                key=f"{device.name}/{link}",
                interfaces=tuple(interfaces),
                bsses=bsses,
                vlan=_first_known([interface.vlan for interface in interfaces]),
                subnets=_subnets(interfaces),
                joins=(),
                uncarried=_uncarried(link, device),
            )
        )
    return parts


def _uncarried(link: str, device: Device) -> str:
    """Why no cable carries a VLAN of a bridge: the bridge's Ethernet ports are known, and none is a member."""
    bridge = link.partition(".")[0]
    members = [port.links for port in device.ports]
    if device.ports.holes or any(isinstance(links, Unknown) for links in members):
        return ""
    links = [one for fact in members if not isinstance(fact, Unknown) for one in fact.value]
    if link in links or not any(one.partition(".")[0] == bridge for one in links):
        return ""
    return f"no Ethernet port of {device.name} carries {link}"


def _link(interface: Interface) -> str:
    match interface.link:
        case Unknown():
            return f"?{interface.key}"
        case known:
            return known.value


def _first_network(bss: Bss) -> str | None:
    """A BSS joins one bridge; of several networks the first counts. Not if its access points put frames elsewhere."""
    if bss.local_vlan is not None:
        return None
    match bss.networks:
        case Unknown():
            return None
        case known:
            return known.value[0] if known.value else None


def _first_known(facts: list[Fact[int | None]]) -> Fact[int | None]:
    known = [fact for fact in facts if not isinstance(fact, Unknown) and fact.value is not None]
    return known[0] if known else facts[0]


def _subnets(interfaces: list[Interface]) -> Fact[tuple[IPv4Network, ...]]:
    known = [i.addresses for i in interfaces if not isinstance(i.addresses, Unknown)]
    if not known:
        return interfaces[0].addresses if isinstance(interfaces[0].addresses, Unknown) else Stated((), ())
    networks = dict.fromkeys(address.network for fact in known for address in fact.value)
    return known_like(tuple(networks), *known)


def _join_reason(
    segment: Segment, part: Segment, all_segments: list[Segment], elsewhere: frozenset[str]
) -> Assumed[str] | None:
    """Say why two parts on different devices are one segment, or None if nothing shows it.

    Between the site's own network and a device elsewhere only an address in the same subnet does.
    """
    if segment.is_uplink or part.is_uplink or set(segment.devices) & set(part.devices):
        return None
    if segment.uncarried or part.uncarried:
        return None
    spans = tuple(span for s in (segment, part) for i in s.interfaces[:1] for span in i.link.spans)
    left, right = _value(segment.vlan), _value(part.vlan)
    apart = elsewhere and elsewhere.issuperset(segment.devices) != elsewhere.issuperset(part.devices)
    if not apart and left is not None and left == right:
        return Assumed(f"{part.devices[0]} has VLAN {left} as {segment.devices[0]} has", _BY_VLAN, spans)
    mine, theirs = _networks(segment), _networks(part)
    if any(a.overlaps(b) for a in mine for b in theirs):
        return Assumed(f"{part.label} has an address in the subnet of {segment.label}", _BY_SUBNET, spans)
    if (
        not apart
        and left is None
        and right is None
        and bool(mine) != bool(theirs)
        and (_asks_dhcp(part) or _asks_dhcp(segment))
    ):
        candidates = [s for s in all_segments if not s.is_uplink and _value(s.vlan) is None and _networks(s)]
        if len(candidates) <= 1:
            return Assumed(f"{part.key} gets its address by DHCP on the only inside network", _ONLY_LAN, spans)
    return None


def _asks_dhcp(segment: Segment) -> bool:
    return any(
        not isinstance(i.address_source, Unknown) and i.address_source.value is AddressSource.DHCP
        for i in segment.interfaces
    )


def _value(fact: Fact[int | None]) -> int | None:
    return None if isinstance(fact, Unknown) else fact.value


def _networks(segment: Segment) -> tuple[IPv4Network, ...]:
    return () if isinstance(segment.subnets, Unknown) else segment.subnets.value


def _merge(segment: Segment, part: Segment, reason: Assumed[str]) -> Segment:
    interfaces = segment.interfaces + part.interfaces
    return replace(
        segment,
        interfaces=interfaces,
        bsses=segment.bsses + part.bsses,
        vlan=_first_known([segment.vlan, part.vlan]),
        subnets=_subnets(list(interfaces)),
        joins=(*segment.joins, reason),
    )
