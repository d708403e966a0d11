"""One shop: its devices joined, and the questions that rules ask of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network

from auditor.capture import Failure, Gap
from auditor.inventory import Addressing, Role, SiteEntry, WorkingDay, working_day
from auditor.model import Bss, Declared, Device, DhcpScope, DnsRedirect, Interface, Listed, Port, Unknown
from auditor.policies import Policy
from auditor.site.addresses import Addresses, by_dhcp, whole
from auditor.site.bridge_filters import Sides
from auditor.site.controllers import with_controllers
from auditor.site.dhcp import (
    ProposedReservation,
    Reserved,
    has_address,
    is_on,
    may_serve,
    proposed_reservations,
    reservations,
    scopes_serving,
)
from auditor.site.egress import (
    INTERNET,
    Egress,
    beyond,
    egress,
    internet,
    reached,
    to_device,
    to_dhcp_server,
    uplinks,
    ways_out,
)
from auditor.site.elsewhere import apart
from auditor.site.filters import Interval, interval
from auditor.site.frames import to_router
from auditor.site.hops import Hop, Leg, Passage
from auditor.site.inside import from_relay, to_server
from auditor.site.memory import Memory
from auditor.site.neighbourhood import Neighbourhood, first_routers, neighbourhood
from auditor.site.outward import outward
from auditor.site.parts import served
from auditor.site.paths import Path, path
from auditor.site.plugs import Plug, by_access_points, macs_of, plugs
from auditor.site.ports import ports_of
from auditor.site.resolvers import Chain, Lookup, owner, resolver_chain
from auditor.site.routing import End, Way
from auditor.site.segments import Segment, segments_of
from auditor.site.stations import Pos, Readers, pos_of, readers_of
from auditor.site.subnets import apart as apart_within
from auditor.site.subnets import used as used_subnets
from auditor.site.translated import translated_out

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
        return reservations(readers.attachment.segment, macs, readers.count, self.dhcp_servers(readers))

    def dhcp_servers(self, clients: Pos | Readers) -> tuple[Device, ...]:
        """The devices that give these clients addresses, be it by a relay.

        Where that is not known, those in their network count that have addresses reserved, or may have.
        """
        scopes = self.scopes_serving(clients)
        names = dict.fromkeys(scope.device for scope in scopes)
        here = clients.attachment.segment.devices if scopes.holes else ()
        for device in self.devices:
            if device.name in here and (device.reservations.items or device.reservations.holes):
                names[device.name] = None
        return tuple(map(self.device, names))

    def possible_dhcp_servers(self, clients: Pos | Readers) -> tuple[Device, ...]:
        """The devices that give these clients addresses, and those in their network of which that is not known."""
        known, here = self.dhcp_servers(clients), clients.attachment.segment.devices
        return tuple(d for d in self.devices if d in known or (d.name in here and may_serve(d)))

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

    def plugs(self, clients: Readers | Pos) -> tuple[Plug, ...]:
        """The ports of switches behind which all of these clients are; none of wired ones if not all are declared."""
        return self._memory.once(("plugs", clients), lambda: self._plugs(clients))

    def _plugs(self, clients: Readers | Pos) -> tuple[Plug, ...]:
        if clients.media.wireless:
            place = clients.attachment
            return () if clients.media.wired else by_access_points(place.bsses, place.segment, self.devices)
        macs = clients.wired_macs or macs_of(clients.addresses, self.devices)
        unknown = isinstance(clients, Readers) and clients.count is not None and clients.count > len(macs)
        return () if unknown else plugs(macs, clients.attachment.segment, self.devices)

    def bsses_of_radio(self, bss: Bss) -> tuple[Bss, ...]:
        """All BSSs on the radio of a BSS, itself included."""
        return tuple(other for other in self.device(bss.device).bsses if other.radio == bss.radio)

    def path(self, source: Pos | Readers, target: Pos | Readers, *, protocol: str, port: int | None) -> Path:
        """Follow packets of one protocol and port between two groups, hop by hop."""
        return self._memory.once(
            ("path", source, target, protocol, port), lambda: self._path(source, target, protocol, port)
        )

    def _path(self, source: Pos | Readers, target: Pos | Readers, protocol: str, port: int | None) -> Path:
        found = path(
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
            routers_back=self._routers(target),
            around=self._around,
            source_plugs=self.plugs(source),
            target_plugs=self.plugs(target),
        )
        if not found.same_segment:
            return found
        between = apart_within(source.attachment.segment, self.subnets_of(source), self.subnets_of(target))
        return replace(found, hops=(*found.hops, *between))

    def subnets_of(self, clients: Pos | Readers) -> frozenset[IPv4Network] | None:
        """In which subnets of their segment clients have addresses; None if that is not known."""
        return used_subnets(
            clients.attachment.segment, clients.addresses, self.scopes_serving(clients), dynamic=_is_dynamic(clients)
        )

    def resolver_chain(self, clients: Pos | Readers, lookup: Lookup | None = None) -> Chain:
        """Every resolver that may answer a question of these clients.

        The default is the policy's test name, and the names of the readers with it.
        """
        question = lookup or self._test_question
        dns = clients.dns if isinstance(clients, Pos) else "dhcp"
        segment, scopes = clients.attachment.segment, self.scopes_serving(clients)
        legs = self._way_out(clients)
        return self._memory.once(
            ("resolvers", segment.key, dns, question, legs),
            lambda: resolver_chain(segment, dns, scopes, self.devices, self.policy, question, legs),
        )

    def _way_out(self, clients: Pos | Readers) -> tuple[Leg, ...]:
        """The routers that questions to the internet pass, if any behind the first may redirect them."""
        here = clients.attachment.segment.devices
        if all(name in here for name in self._redirecting):
            return ()
        return self._egress(clients, (), "udp", 53).legs

    @property
    def _test_question(self) -> Lookup:
        return self._memory.once(
            ("test question",),
            lambda: Lookup(self.policy.test_name, self.policy.test_answer, self._networks_of_readers()),
        )

    def _networks_of_readers(self) -> tuple[IPv4Network, ...]:
        """Where readers that are found by a name have their addresses, as far as it is known."""
        placed = [readers.attachment.segment for readers in self.readers if not isinstance(readers.place, Unknown)]
        known = [segment.subnets.value for segment in placed if not isinstance(segment.subnets, Unknown)]
        return tuple(dict.fromkeys(network for networks in known for network in networks))

    def egress(self, clients: Pos | Readers, host: str, *, protocol: str, port: int | None) -> Egress:
        """May these clients reach a host of the policy? Its published networks are used where there are some."""
        networks = self.policy.networks_of(host)
        # Published networks are many, and all hosts with some have the same ones.
        destinations = self._memory.once(("intervals", bool(networks)), lambda: tuple(map(interval, networks)))
        return self._egress(clients, networks, protocol, port, host if host in self.named_hosts else "", destinations)

    @property
    def _redirecting(self) -> tuple[str, ...]:
        """The devices that send questions for names elsewhere, or may."""
        return self._memory.once(("redirecting",), lambda: tuple(
            device.name for device in self.devices if device.dns_redirects.items or device.dns_redirects.holes
        ))  # fmt: skip

    @property
    def named_hosts(self) -> frozenset[str]:
        """The hosts that packet filters name, so that their fate may be another one than that of hosts beside them."""
        return self._memory.once(("named hosts",), lambda: frozenset(
            name for device in self.devices for each in device.forward_filters for rule in each.rules
            for name in rule.destination_names
        ))  # fmt: skip

    def _egress(
        self,
        clients: Pos | Readers,
        networks: tuple[IPv4Network, ...],
        protocol: str,
        port: int | None,
        host: str = "",
        destinations: tuple[Interval, ...] | None = None,
    ) -> Egress:
        """Follow packets out; `destinations` are the networks as intervals, if somebody has made them already."""
        there = tuple(map(interval, networks)) if destinations is None else destinations
        segment, sources, routers = clients.attachment.segment, self._addresses(clients), self._routers(clients)
        found = self._memory.once(
            ("egress", segment.key, there, protocol, port, sources, routers, host),
            lambda: egress(
                segment,
                self.devices,
                self.missing,
                networks=networks,
                protocol=protocol,
                port=port,
                sources=sources,
                routers_told=routers,
                around=self._around,
                host=host,
                found=self._ways_out(clients, networks, there),
                destinations=there or self._memory.once(("internet",), lambda: internet(self._around)),
            ),
        )
        before = self._before_router(clients, there or INTERNET, protocol, port)
        return beyond(before, found, somewhere=not networks)

    def _before_router(
        self,
        clients: Pos | Readers,
        destinations: tuple[Interval, ...],
        protocol: str,
        port: int | None,
        sources: Addresses | None = None,
        server: str = "",
    ) -> tuple[Hop, ...]:
        """What packets of these clients meet before their router, or before the device `server`."""
        # Isolation is the same for all packets: without a filter in any bridge it does not matter which they are.
        which = (destinations, protocol, port, sources) if self._bridges_filter else ()
        return self._memory.once(
            ("to router", clients, which, server),
            lambda: self._met_before_router(clients, destinations, protocol, port, sources, server),
        )

    @property
    def _bridges_filter(self) -> bool:
        """Whether a bridge of some device has packet filters, or may have."""
        return self._memory.once(("bridges filter",), lambda: any(
            device.bridge_filters.items or device.bridge_filters.holes for device in self.devices
        ))  # fmt: skip

    def _met_before_router(
        self,
        clients: Pos | Readers,
        destinations: tuple[Interval, ...],
        protocol: str,
        port: int | None,
        sources: Addresses | None,
        server: str,
    ) -> tuple[Hop, ...]:
        media = clients.media
        bsses = clients.attachment.bsses if media.wireless else ()
        return to_router(
            clients.attachment.segment,
            self.devices,
            Sides(bsses, media.wired, sources or self._addresses(clients), self.plugs(clients)),
            destinations,
            protocol=protocol,
            port=port,
            routers=frozenset([server]) if server else self._first_routers(clients),
        )

    def relays(self, clients: Pos | Readers) -> tuple[DhcpScope, ...]:
        """The DHCP relays in the network of these clients."""
        segment = clients.attachment.segment
        return tuple(
            scope for each in self.devices for scope in each.dhcp_scopes if scope.relays_to and is_on(scope, segment)
        )

    def relayed_to(self, clients: Pos | Readers, scope: DhcpScope) -> tuple[IPv4Address, ...]:
        """The addresses at which relays in the network of these clients ask the server of a scope."""
        if is_on(scope, clients.attachment.segment):
            return ()
        server = self.device(scope.device)
        asked = (address for relay in self.relays(clients) for address in relay.relays_to)
        return tuple(address for address in dict.fromkeys(asked) if has_address(server, address))

    def uplinks(self, clients: Pos | Readers) -> Listed[Interface]:
        """The interfaces by which the last routers of these clients lead to the internet, switched off or not."""
        segment, told = clients.attachment.segment, self._routers(clients)
        return self._memory.once(
            ("uplinks", segment.key),
            lambda: uplinks(segment, self.devices, told, self._around, self._ways_out(clients)),
        )

    def translated_out(self, clients: Pos | Readers, uplink: Interface) -> Listed[Hop]:
        """The translations of addresses that packets of these clients meet until they leave by an uplink."""
        return translated_out(uplink, self._ways_out(clients), self._around)

    def gateways(self, clients: Pos | Readers) -> tuple[Device, ...]:
        """The devices by which these clients leave for the internet: all routers on the way, their own first."""
        names = dict.fromkeys(leg.device for leg in self.legs_out(clients))
        return tuple(map(self.device, names))

    def legs_out(self, clients: Pos | Readers) -> tuple[Leg, ...]:
        """The routers that packets of these clients pass on their way to the internet, by every way that leads there.

        What comes in at a router further out comes in by `entering` of its leg.
        """
        return self._memory.once(("legs out", clients.attachment.segment.key), lambda: tuple(dict.fromkeys(
            leg for way in self._ways_out(clients) if way.end is End.OUT for leg in way.legs
        )))  # fmt: skip

    def _ways_out(
        self,
        clients: Pos | Readers,
        networks: tuple[IPv4Network, ...] = (),
        destinations: tuple[Interval, ...] = (),
    ) -> tuple[Way, ...]:
        """The ways out to some networks, which are also given as intervals; none: to a host that may be anywhere."""
        segment = clients.attachment.segment
        return self._memory.once(
            ("ways out", segment.key, destinations),
            lambda: ways_out(segment, self.devices, self._routers(clients), self._around, networks),
        )

    def _first_routers(self, clients: Pos | Readers) -> frozenset[str]:
        """The routers in the network of these clients by which they leave, or else all there."""
        segment = clients.attachment.segment
        leading = frozenset(way.legs[0].device for way in self._ways_out(clients) if way.legs)
        return leading or self._memory.once(("first routers", segment.key), lambda: frozenset(
            each.device for each in first_routers(segment, self._routers(clients), self._around).routers
        ))  # fmt: skip

    @property
    def _around(self) -> Neighbourhood:
        """The routing tables and addresses of all devices."""
        return self._memory.once(("around",), lambda: neighbourhood(self.devices, self.segments))

    def dhcp_request(self, clients: Pos | Readers, scope: DhcpScope) -> Egress | None:
        """Ask whether the question of a DHCP client gets to the server or relay, and past the filter of its device.

        None where nothing stands in its way, or where that is out of sight. A relay hands the question on: one of them
        is enough.
        """
        if not is_on(scope, clients.attachment.segment):
            server = self.device(scope.device)
            relays = (each for each in self.relays(clients) if any(has_address(server, to) for to in each.relays_to))
            asked = [self._relayed(clients, relay, scope) for relay in relays]
            closed = [each for each in asked if each is not None]
            return closed[0] if closed and len(closed) == len(asked) else None
        hears = not isinstance(scope.hears_past_filters, Unknown) and scope.hears_past_filters.value
        found = None if hears else to_dhcp_server(clients.attachment.segment, self.device(scope.device))
        if found is not None and found.passage is Passage.BLOCKED and isinstance(scope.hears_past_filters, Unknown):
            found = replace(found, passage=Passage.UNKNOWN, fact=scope.hears_past_filters)
        everybody = int(IPv4Address("255.255.255.255"))
        before = self._before_router(clients, ((everybody, everybody),), "udp", 67, Addresses(((0, 0),)), scope.device)
        return reached(before, found, scope.device)

    def _relayed(self, clients: Pos | Readers, relay: DhcpScope, scope: DhcpScope) -> Egress | None:
        """What becomes of questions that a relay hands on to the server of a scope; None if they get there."""
        server = self.device(scope.device)
        hears = not isinstance(scope.hears_past_filters, Unknown) and scope.hears_past_filters.value
        address = next((each for each in relay.relays_to if has_address(server, each)), None)
        owned = None if address is None else owner(address, self.devices)
        if address is None or owned is None:
            return None
        found = self._memory.once(
            ("relayed", clients.attachment.segment.key, relay.device, relay.key, scope.device, hears, address),
            lambda: from_relay(
                clients.attachment.segment,
                self.device(relay.device),
                owned,
                address,
                self.devices,
                self._around,
                hears_past_filters=hears,
            ),
        )
        if found is None or found.passage is Passage.OPEN:
            return None
        # What is not known of the way to a device that need not stand in the network of the site is out of sight.
        return None if found.passage is Passage.UNKNOWN and server.name in self.elsewhere else found

    def _routers(self, clients: Pos | Readers) -> frozenset[IPv4Address]:
        """The routers that clients of a segment are told by DHCP; none if no server is known."""
        return self._memory.once(("routers", clients.attachment.segment.key), lambda: frozenset(
            address
            for scope in self.scopes_serving(clients)
            if not isinstance(scope.routers, Unknown)
            for address in scope.routers.value
        ))  # fmt: skip

    def _addresses(self, clients: Pos | Readers) -> Addresses:
        """The addresses that these clients may have."""
        return self._memory.once(("addresses", clients), lambda: self._addresses_of(clients))

    def _addresses_of(self, clients: Pos | Readers) -> Addresses:
        segment, scopes = clients.attachment.segment, self.scopes_serving(clients)
        macs = clients.macs + (clients.macs_ethernet if isinstance(clients, Readers) else ())
        dynamic = _is_dynamic(clients)
        known = by_dhcp(segment, scopes, self.devices, macs, clients.addresses)
        if isinstance(clients, Pos) and clients.addresses:
            # A point of sale that is selected by its address has no other one.
            own = tuple(interval(IPv4Network(address)) for address in clients.addresses)
            return Addresses(own, clients.addresses)
        return known if dynamic else Addresses(whole(segment).possible, known.certain)

    def reach(self, clients: Pos | Readers, address: IPv4Address, *, protocol: str, port: int | None) -> Egress | None:
        """Ask whether these clients may reach one address, at a device of the site or on the internet.

        None: the address is inside the site but on no audited device, or on one whose network is out of sight.
        """
        segment = clients.attachment.segment
        owned = owner(address, self.devices)
        if owned is not None:
            found = to_device(segment, owned[0], address, protocol=protocol, port=port)
            found = found or self._to_server(clients, owned, address, protocol, port)
            if found is None:
                return None
            before = self._before_router(clients, ((int(address), int(address)),), protocol, port)
            return beyond(before, found, somewhere=False)
        if any(other.holds(address) for other in self.segments):
            return None
        return self._egress(clients, (IPv4Network(address),), protocol, port)

    def _to_server(
        self,
        clients: Pos | Readers,
        server: tuple[Device, Interface],
        address: IPv4Address,
        protocol: str,
        port: int | None,
    ) -> Egress | None:
        """Follow packets of these clients to a device in another network of the site."""
        bsses = clients.attachment.bsses if clients.media.wireless else ()
        found = self._memory.once(
            ("to server", clients, address, protocol, port),
            lambda: to_server(
                clients.attachment.segment,
                Sides(bsses, clients.media.wired, self._addresses(clients), self.plugs(clients)),
                self._routers(clients),
                server,
                address,
                self.devices,
                self._around,
                protocol=protocol,
                port=port,
            ),
        )
        unseen = found is not None and found.passage is Passage.UNKNOWN and server[0].name in self.elsewhere
        return None if unseen else found

    def asks(self, device: str, address: IPv4Address, *, protocol: str, port: int) -> Egress | None:
        """Say what stops questions of a device to an address elsewhere; None if nothing does, or not for certain."""
        return self._memory.once(
            ("asks", device, address, protocol, port),
            lambda: outward(self.device(device), address, self._around, protocol=protocol, port=port),
        )

    def redirected(self, clients: Pos | Readers, redirect: DnsRedirect) -> Egress | None:
        """Say what stops questions of clients behind the device that sends them elsewhere; None as for `asks`."""
        if isinstance(redirect.to_address, Unknown) or isinstance(redirect.to_port, Unknown):
            return None
        address, port = redirect.to_address.value, redirect.to_port.value
        if address is None or (owned := owner(address, self.devices)) is None or owned[0].name == redirect.device:
            return None
        return self._memory.once(
            ("redirected", clients, redirect.device, address, port),
            lambda: outward(
                self.device(redirect.device),
                address,
                self._around,
                protocol="udp",
                port=port,
                clients=self._addresses(clients),
            ),
        )

    def declared(self, name: str) -> Declared[str] | Unknown | None:
        """What the operator attests under a name: the declaration, `Unknown` once it expired, or None."""
        entry = next((item for item in self.entry.declared if item.name == name), None)
        if entry is None:
            return None
        if entry.until is not None and entry.until < self.now.date():
            return Unknown(f"the declaration of {name} by {entry.by} expired on {entry.until}", (entry.span,))
        return Declared(entry.value, entry.span, entry.by, entry.until)


def _is_dynamic(clients: Pos | Readers) -> bool:
    """Whether clients get their addresses by DHCP, as far as the inventory says."""
    return clients.dns == "dhcp" if isinstance(clients, Pos) else clients.addressing is not Addressing.STATIC


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
