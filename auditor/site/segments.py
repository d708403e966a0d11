"""Segments: which interfaces, SSIDs and ports of which devices are one layer-2 domain."""

from dataclasses import dataclass, field, replace
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
from auditor.site.subnet_index import SubnetIndex

_BY_VLAN = Default("site.vlan", "same VLAN id", "IEEE 802.1Q: one id is one LAN where a trunk carries it")
_BY_SUBNET = Default("site.subnet", "address in the same subnet", "RFC 1122, section 3.3.1.1: one subnet is one link")
_ONLY_LAN = Default("site.only-lan", "the only inside network", "no other untagged network is known at this site")


@dataclass(frozen=True, slots=True)
class Segment:
    """One layer-2 domain, over all devices.

    `joins` says why parts on several devices are taken for one segment. `subnets` are the IPv4 networks of
    its interfaces. `bsses` includes disabled ones. `uncarried` says why no cable leads out of it, '' if one may.
    `adrift` says why only the name of the network is known, where access points put stations into it themselves and no
    audited device of the site has it. `devices` are the names of those that have an interface in it.
    """

    key: str
    interfaces: tuple[Interface, ...]
    bsses: tuple[Bss, ...]
    vlan: Fact[int | None]
    subnets: Fact[tuple[IPv4Network, ...]]
    joins: tuple[Fact[str], ...]
    uncarried: str = ""
    adrift: Unknown | None = None
    devices: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Asked for at every hop, so it is made once.
        object.__setattr__(self, "devices", tuple(dict.fromkeys(each.device for each in self.interfaces)))

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
    inside = _Joining(elsewhere)
    for device in devices:
        for part in _parts(device):
            inside.add(part)
    return _with_local([growing.whole() for growing in inside.all], devices, elsewhere)


@dataclass(slots=True)
class _Growing:
    """A segment to which parts of further devices are joined; what decides about the next one is kept at hand."""

    parts: list[Segment]
    joins: list[Fact[str]]
    vlan: Fact[int | None]
    networks: dict[IPv4Network, None]
    devices: dict[str, None]
    asks_dhcp: bool

    @classmethod
    def of(cls, part: Segment) -> "_Growing":
        devices = dict.fromkeys(part.devices)
        return cls([part], [], part.vlan, dict.fromkeys(_networks(part)), devices, _asks_dhcp(part))

    @property
    def label(self) -> str:
        vlan = _value(self.vlan)
        return self.parts[0].key if vlan is None else f"VLAN {vlan} of {self.parts[0].devices[0]}"

    @property
    def is_lan(self) -> bool:
        """Whether it is an untagged network with addresses: where it is the only one, devices that ask DHCP are in it.

        Uplinks are never asked.
        """
        return _value(self.vlan) is None and bool(self.networks)

    def join(self, part: Segment, reason: Fact[str]) -> None:
        self.parts.append(part)
        self.joins.append(reason)
        self.vlan = _first_known([self.vlan, part.vlan])
        self.networks |= dict.fromkeys(_networks(part))
        self.devices |= dict.fromkeys(part.devices)
        self.asks_dhcp = self.asks_dhcp or _asks_dhcp(part)

    def whole(self) -> Segment:
        """The segment with all its parts."""
        if len(self.parts) == 1:
            return self.parts[0]
        interfaces = [interface for part in self.parts for interface in part.interfaces]
        return replace(
            self.parts[0],
            interfaces=tuple(interfaces),
            bsses=tuple(bss for part in self.parts for bss in part.bsses),
            vlan=self.vlan,
            subnets=_subnets(interfaces),
            joins=tuple(self.joins),
        )


@dataclass(slots=True)
class _Joining:
    """Segments in the making, found by what may join a part to them: a VLAN id, a subnet, or neither tag nor address.

    A part joins the first segment for which there is a reason, in the order in which they came.
    """

    elsewhere: frozenset[str]
    all: list[_Growing] = field(default_factory=list)
    _by_vlan: dict[int, list[int]] = field(default_factory=dict)
    _by_subnet: SubnetIndex = field(default_factory=SubnetIndex)
    _untagged: list[int] = field(default_factory=list)
    _lans: set[int] = field(default_factory=set)
    _lans_cut_off: int = 0

    @property
    def _number_of_lans(self) -> int:
        return len(self._lans) + self._lans_cut_off

    def add(self, part: Segment) -> None:
        """Join a part to a segment, or begin one with it."""
        if part.is_uplink or part.uncarried:
            self.all.append(_Growing.of(part))
            self._lans_cut_off += not part.is_uplink and self.all[-1].is_lan
            return
        for number in self._near(part):
            reason = _join_reason(self.all[number], part, self._number_of_lans, self.elsewhere)
            if reason is not None:
                self.all[number].join(part, reason)
                self._index(number, part)
                return
        self.all.append(_Growing.of(part))
        self._index(len(self.all) - 1, part)

    def _near(self, part: Segment) -> list[int]:
        """The segments that a part may join, in order; no other one shares a VLAN id or a subnet with it."""
        vlan, networks = _value(part.vlan), _networks(part)
        found = {number for network in networks for number in self._by_subnet.overlapping(network)}
        if vlan is not None:
            found.update(self._by_vlan.get(vlan, ()))
        elif self._number_of_lans <= 1:
            found.update(self._untagged if networks else self._lans)
        return sorted(found)

    def _index(self, number: int, part: Segment) -> None:
        growing = self.all[number]
        vlan = _value(part.vlan)
        if vlan is not None:
            numbers = self._by_vlan.setdefault(vlan, [])
            numbers += [] if number in numbers[-1:] else [number]
        for network in _networks(part):
            self._by_subnet.add(network, number)
        if len(growing.parts) == 1 and vlan is None:
            self._untagged.append(number)
        (self._lans.add if growing.is_lan else self._lans.discard)(number)


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


def _join_reason(segment: _Growing, part: Segment, lans: int, elsewhere: frozenset[str]) -> Assumed[str] | None:
    """Say why two parts on different devices are one segment, or None if nothing shows it.

    Between the site's own network and a device elsewhere only an address in the same subnet does. `lans` is how many
    untagged networks with addresses there are.
    """
    if not segment.devices.keys().isdisjoint(part.devices):
        return None
    spans = tuple(span for s in (segment.parts[0], part) for i in s.interfaces[:1] for span in i.link.spans)
    left, right = _value(segment.vlan), _value(part.vlan)
    apart = elsewhere and elsewhere.issuperset(segment.devices) != elsewhere.issuperset(part.devices)
    if not apart and left is not None and left == right:
        return Assumed(f"{part.devices[0]} has VLAN {left} as {next(iter(segment.devices))} has", _BY_VLAN, spans)
    mine, theirs = tuple(segment.networks), _networks(part)
    if any(a.overlaps(b) for a in mine for b in theirs):
        return Assumed(f"{part.label} has an address in the subnet of {segment.label}", _BY_SUBNET, spans)
    untagged = left is None and right is None
    asks = _asks_dhcp(part) or segment.asks_dhcp
    if not apart and untagged and bool(mine) != bool(theirs) and asks and lans <= 1:
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
