"""One shop: its devices joined, and the questions that rules ask of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network

from auditor.capture import Failure, Gap
from auditor.inventory import Addressing, Role, SiteEntry, WorkingDay, working_day
from auditor.model import Bss, Declared, Device, DhcpScope, Interface, Listed, Port, Unknown
from auditor.policies import Policy
from auditor.site.addresses import Addresses, by_dhcp, whole
from auditor.site.bridge_filters import Sides
from auditor.site.controllers import with_controllers
from auditor.site.dhcp import ProposedReservation, Reserved, is_on, proposed_reservations, reservations, scopes_serving
from auditor.site.egress import (
    INTERNET,
    Egress,
    beyond,
    egress,
    gateways,
    reached,
    to_device,
    to_dhcp_server,
    to_router,
    uplinks,
)
from auditor.site.elsewhere import apart
from auditor.site.filters import Interval, interval
from auditor.site.hops import Hop
from auditor.site.memory import Memory
from auditor.site.parts import served
from auditor.site.paths import Path, path
from auditor.site.ports import ports_of
from auditor.site.resolvers import Chain, Lookup, owner, resolver_chain
from auditor.site.segments import Segment, segments_of
from auditor.site.stations import Pos, Readers, pos_of, readers_of

_CARRIES_SSIDS = frozenset({Role.ACCESS_POINT, Role.CONTROLLER})


@dataclass(frozen=True, slots=True)
class Site:
    """The devices that serve one shop.

    `missing` are devices of the inventory that could not be audited: what they would tell is unknown. `gaps` are
    texts that an audited device was asked for and did not give. `elsewhere` are shared devices that need not stand in
    the network of the site.
    `now` is the time of the audit (aware); it decides which declarations have expired. Answers that take long are
    kept in a memory, which is no part of what the site is.
    """

    entry: SiteEntry
    policy: Policy
    devices: tuple[Device, ...]
    missing: tuple[Failure, ...]
    now: datetime
    segments: tuple[Segment, ...]
    readers: tuple[Readers, ...]
    pos: tuple[Pos, ...]
    gaps: Mapping[str, tuple[Gap, ...]] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()
    _memory: Memory = field(default_factory=Memory, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        return self.entry.name

    def device(self, name: str) -> Device:
        """Return an audited device by name; KeyError if there is none."""
        for device in self.devices:
            if device.name == name:
                return device
        raise KeyError(name)

    def working_day(self, readers: Readers) -> WorkingDay:
        """How long a reader must be able to work in one go at this shop."""
        thresholds = self.policy.thresholds
        return working_day(
            self.entry.hours,
            margin=thresholds.working_day_margin,
            unknown_error=thresholds.lease_error_unknown_hours,
            unknown_warning=thresholds.lease_warning_unknown_hours,
            proposed=thresholds.proposed_lease,
        )

    def scopes_serving(self, clients: Readers | Pos) -> Listed[DhcpScope]:
        """The DHCP scopes that give addresses where clients are; holes say what is missing."""
        segment = clients.attachment.segment
        return self._memory.once(("scopes", segment.key), lambda: self._scopes_serving(segment))

    def _scopes_serving(self, segment: Segment) -> Listed[DhcpScope]:
        found = scopes_serving(segment, self.devices, self.missing)
        cut_off = None if found.items or found.holes else apart(segment, self.segments, self.elsewhere)
        return found if cut_off is None else Listed((), (cut_off,))

    def unplaced(self, segment: Segment) -> Unknown | None:
        """Why a network without an address may be one of another device: a cable leads out of it, and no VLAN tells."""
        cut_off = apart(segment, self.segments, self.elsewhere)
        if cut_off is not None:
            return cut_off
        others = [device.name for device in self.devices if device.name not in segment.devices]
        no_address = isinstance(segment.subnets, Unknown) or not segment.subnets.value
        tagged = not isinstance(segment.vlan, Unknown) and segment.vlan.value is not None
        if not others or not no_address or tagged or segment.uncarried or segment.is_uplink:
            return None
        elsewhere = f"whether it leads to a network of {', '.join(others)}"
        why = f"no device has a known IPv4 address in {segment.name}; {elsewhere}"
        settle = f"give {segment.devices[0]} an address there, or carry the network as a VLAN of one id on both"
        return Unknown(f"{why} is not in the configuration", segment.subnets.spans, settle)

    def reservations(self, readers: Readers) -> Reserved:
        """Which of the declared readers have a valid reservation."""
        macs = readers.macs or readers.macs_ethernet
        return reservations(readers.attachment.segment, macs, readers.count, self.devices)

    def proposed_reservations(self, readers: Readers, scope: DhcpScope) -> tuple[ProposedReservation, ...]:
        """Addresses that the declared readers without a reservation could keep."""
        unreserved = self.reservations(readers).unreserved
        return proposed_reservations(readers.attachment.segment, scope, unreserved, self.devices)

    def bsses(self, clients: Readers | Pos) -> Listed[Bss]:
        """The BSSs that clients may join; devices that could not be audited are holes."""
        holes = tuple(
            Unknown(f"{failure.device} was not audited ({failure.why})", settle=failure.hint)
            for failure in self.missing_access_points
        )
        return Listed(clients.attachment.bsses, holes)

    @property
    def missing_access_points(self) -> tuple[Failure, ...]:
        """Devices that could not be audited and may carry the readers' SSID."""
        return tuple(failure for failure in self.missing if self._may_be_access_point(failure.device))

    def _may_be_access_point(self, name: str) -> bool:
        entry = next((device for device in self.entry.devices if device.name == name), None)
        return entry is None or not entry.roles or not _CARRIES_SSIDS.isdisjoint(entry.roles)

    def ports(self, clients: Readers | Pos) -> Listed[Port]:
        """The Ethernet ports of their segment; which of them a client uses, no configuration tells."""
        return ports_of(clients.attachment.segment, self.devices)

    def bsses_of_radio(self, bss: Bss) -> tuple[Bss, ...]:
        """All BSSs on the radio of a BSS, itself included."""
        return tuple(other for other in self.device(bss.device).bsses if other.radio == bss.radio)

    def path(self, source: Pos | Readers, target: Pos | Readers, *, protocol: str, port: int | None) -> Path:
        """Follow packets of one protocol and port between two groups, hop by hop."""
        return self._memory.once(
            ("path", source, target, protocol, port),
            lambda: path(
                source.attachment,
                target.attachment,
                self.devices,
                source_media=source.media,
                target_media=target.media,
                protocol=protocol,
                port=port,
                sources=self._addresses(source),
                targets=self._addresses(target),
                routers=self._routers(source),
            ),
        )

    def resolver_chain(self, clients: Pos | Readers, lookup: Lookup | None = None) -> Chain:
        """Every resolver that may answer a question of these clients.

        The default is the policy's test name, and the names of the readers with it.
        """
        question = lookup or Lookup(self.policy.test_name, self.policy.test_answer, self._networks_of_readers())
        dns = clients.dns if isinstance(clients, Pos) else "dhcp"
        segment, scopes = clients.attachment.segment, self.scopes_serving(clients)
        return self._memory.once(
            ("resolvers", segment.key, dns, question),
            lambda: resolver_chain(segment, dns, scopes, self.devices, self.policy, question),
        )

    def _networks_of_readers(self) -> tuple[IPv4Network, ...]:
        """Where readers that are found by a name have their addresses, as far as it is known."""
        placed = [readers.attachment.segment for readers in self.readers if not isinstance(readers.place, Unknown)]
        known = [segment.subnets.value for segment in placed if not isinstance(segment.subnets, Unknown)]
        return tuple(dict.fromkeys(network for networks in known for network in networks))

    def egress(self, clients: Pos | Readers, host: str, *, protocol: str, port: int) -> Egress:
        """May these clients reach a host of the policy? Its published networks are used where there are some."""
        networks = self.policy.networks_of(host)
        return self._egress(clients, networks, protocol, port)

    def _egress(self, clients: Pos | Readers, networks: tuple[IPv4Network, ...], protocol: str, port: int) -> Egress:
        segment, sources, routers = clients.attachment.segment, self._addresses(clients), self._routers(clients)
        found = self._memory.once(
            ("egress", segment.key, networks, protocol, port, sources, routers),
            lambda: egress(
                segment,
                self.devices,
                self.missing,
                networks=networks,
                protocol=protocol,
                port=port,
                sources=sources,
                routers_told=routers,
            ),
        )
        destinations = tuple(map(interval, networks)) or INTERNET
        before = self._before_router(clients, destinations, protocol, port)
        return beyond(before, found, somewhere=not networks)

    def _before_router(
        self,
        clients: Pos | Readers,
        destinations: tuple[Interval, ...],
        protocol: str,
        port: int,
        sources: Addresses | None = None,
        server: str = "",
    ) -> tuple[Hop, ...]:
        """What packets of these clients meet before their router, or before the device `server`."""
        segment, media = clients.attachment.segment, clients.media
        bsses = clients.attachment.bsses if media.wireless else ()
        return self._memory.once(
            ("to router", clients, destinations, protocol, port, sources, server),
            lambda: to_router(
                segment,
                self.devices,
                Sides(bsses, media.wired, sources or self._addresses(clients)),
                destinations,
                protocol=protocol,
                port=port,
                routers=frozenset([server] if server else (device.name for device in self.gateways(clients))),
            ),
        )

    def relays(self, clients: Pos | Readers) -> tuple[DhcpScope, ...]:
        """The DHCP relays in the network of these clients."""
        segment = clients.attachment.segment
        return tuple(
            scope for each in self.devices for scope in each.dhcp_scopes if scope.relays_to and is_on(scope, segment)
        )

    def uplinks(self, clients: Pos | Readers) -> Listed[Interface]:
        """The interfaces by which the routers of these clients lead to the internet, switched off or not."""
        return uplinks(clients.attachment.segment, self.devices, self._routers(clients))

    def gateways(self, clients: Pos | Readers) -> tuple[Device, ...]:
        """The devices by which these clients leave for the internet."""
        found = gateways(clients.attachment.segment, self.devices, self._routers(clients))
        return tuple(device for device, _, _ in found)

    def dhcp_request(self, clients: Pos | Readers, scope: DhcpScope) -> Egress | None:
        """Ask whether the question of a DHCP client gets to the server or relay, and past the filter of its device.

        None where nothing stands in its way, or where the question comes by way of a relay.
        """
        if not is_on(scope, clients.attachment.segment):
            return None
        hears = not isinstance(scope.hears_past_filters, Unknown) and scope.hears_past_filters.value
        found = None if hears else to_dhcp_server(clients.attachment.segment, self.device(scope.device))
        everybody = int(IPv4Address("255.255.255.255"))
        before = self._before_router(clients, ((everybody, everybody),), "udp", 67, Addresses(((0, 0),)), scope.device)
        return reached(before, found, scope.device)

    def _routers(self, clients: Pos | Readers) -> frozenset[IPv4Address]:
        """The routers that clients of a segment are told by DHCP; none if no server is known."""
        told = (scope.routers for scope in self.scopes_serving(clients))
        return self._memory.once(
            ("routers", clients.attachment.segment.key),
            lambda: frozenset(address for fact in told if not isinstance(fact, Unknown) for address in fact.value),
        )

    def _addresses(self, clients: Pos | Readers) -> Addresses:
        """The addresses that these clients may have."""
        return self._memory.once(("addresses", clients), lambda: self._addresses_of(clients))

    def _addresses_of(self, clients: Pos | Readers) -> Addresses:
        segment, scopes = clients.attachment.segment, self.scopes_serving(clients)
        macs = clients.macs + (clients.macs_ethernet if isinstance(clients, Readers) else ())
        dynamic = clients.dns == "dhcp" if isinstance(clients, Pos) else clients.addressing is not Addressing.STATIC
        known = by_dhcp(segment, scopes, self.devices, macs, clients.addresses)
        if isinstance(clients, Pos) and clients.addresses:
            # A point of sale that is selected by its address has no other one.
            own = tuple(interval(IPv4Network(address)) for address in clients.addresses)
            return Addresses(own, clients.addresses)
        return known if dynamic else Addresses(whole(segment).possible, known.certain)

    def reach(self, clients: Pos | Readers, address: IPv4Address, *, protocol: str, port: int) -> Egress | None:
        """Ask whether these clients may reach one address, at a device of the site or on the internet.

        None: the address is inside the site but not on a device of the clients' own segment.
        """
        segment = clients.attachment.segment
        owned = owner(address, self.devices)
        if owned is not None:
            found = to_device(segment, owned[0], address, protocol=protocol, port=port)
            if found is None:
                return None
            before = self._before_router(clients, ((int(address), int(address)),), protocol, port)
            return beyond(before, found, somewhere=False)
        if any(other.holds(address) for other in self.segments):
            return None
        return self._egress(clients, (IPv4Network(address),), protocol, port)

    def declared(self, name: str) -> Declared[str] | Unknown | None:
        """What the operator attests under a name: the declaration, `Unknown` once it expired, or None."""
        entry = next((item for item in self.entry.declared if item.name == name), None)
        if entry is None:
            return None
        if entry.until is not None and entry.until < self.now.date():
            return Unknown(f"the declaration of {name} by {entry.by} expired on {entry.until}", (entry.span,))
        return Declared(entry.value, entry.span, entry.by, entry.until)


def join(
    entry: SiteEntry,
    policy: Policy,
    devices: tuple[Device, ...],
    missing: tuple[Failure, ...],
    now: datetime,
    gaps: Mapping[str, tuple[Gap, ...]] | None = None,
) -> Site:
    """Join the devices of a shop: controllers and segments first, then readers and points of sale in their places."""
    elsewhere = frozenset(each.name for each in entry.devices if not each.on_site)
    here = with_controllers(served(entry, devices))
    segments = segments_of(here, elsewhere)
    return Site(
        entry=entry,
        policy=policy,
        devices=tuple(_whole(whole, part) for whole, part in zip(devices, here, strict=True)),
        missing=missing,
        now=now,
        segments=segments,
        readers=readers_of(entry, policy, segments, here, missing),
        pos=pos_of(entry, segments, here, missing),
        gaps=gaps or {},
        elsewhere=elsewhere,
    )


def _whole(device: Device, joined: Device) -> Device:
    """A joined device with the BSSs of all its parts: a change of a radio or a profile touches them all."""
    return (
        joined
        if joined.bsses.items == device.bsses.items
        else replace(joined, bsses=Listed(device.bsses.items, joined.bsses.holes))
    )
