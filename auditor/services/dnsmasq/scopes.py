"""`dhcp-range`: the scopes of an instance, and what their clients are told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from auditor.model import (
    AddressRange,
    DhcpScope,
    Fact,
    Interface,
    Listed,
    Span,
    Stated,
    Unknown,
    known_like,
)
from auditor.services.base import Host, Instance
from auditor.services.dnsmasq.files import Holds
from auditor.services.dnsmasq.listening import gives_addresses
from auditor.services.dnsmasq.running import serves
from auditor.services.dnsmasq.settings import Setting, Settings
from auditor.services.dnsmasq.tags import Tags, entries, tags_of
from auditor.services.dnsmasq.values import HostEntry, Option, Range, dhcp_option, dhcp_range, lease_time
from auditor.services.reading import printable
from auditor.syntax.dnsmasq_conf import fields, shown

DHCP_PORT = 67
DNS_PORT = 53
_MOST_RANGES = 128
_LOST_AT_RESTART = ("/tmp/", "/run/", "/var/run/", "/dev/shm/")  # noqa: S108 - paths on the device


@dataclass(frozen=True, slots=True)
class Place:
    """One range with the line that it stands on, and the interface whose clients it serves."""

    setting: Setting
    range: Range
    interface: Interface | None
    own: IPv4Interface | None
    subnet: IPv4Network | None
    why: Unknown | None = None


def places(host: Host, settings: Settings) -> tuple[list[Place], list[Unknown]]:
    """All ranges of IPv4, and a hole for each that cannot be read."""
    found: list[Place] = []
    holes: list[Unknown] = []
    written = settings.of("dhcp-range")
    if len(written) > _MOST_RANGES:
        why = f"{len(written)} ranges are more than are read ({_MOST_RANGES})"
        holes.append(Unknown(why, written[_MOST_RANGES].spans, "look at the leases that clients got"))
    for setting in written[:_MOST_RANGES]:
        try:
            given = dhcp_range(setting.value)
        except ValueError as error:
            why = f"cannot read dhcp-range '{printable(setting.text)}': {error}"
            holes.append(Unknown(why, setting.spans, "correct dhcp-range"))
            continue
        if given is not None and given.mode != "proxy":
            found.append(_placed(host, settings, setting, given))
    return found, holes


def _placed(host: Host, settings: Settings, setting: Setting, given: Range) -> Place:
    """Both ends must lie in the subnet of an address of the host, by the range's mask or the address's own."""
    for interface in host.interfaces:
        if isinstance(interface.addresses, Unknown):
            continue
        for own in interface.addresses.value:
            network = own.network if given.mask is None else IPv4Network((own.ip, str(given.mask)), strict=False)
            if given.first in network:
                return Place(setting, given, interface, own, network)
    subnet = None if given.mask is None else IPv4Network((given.first, str(given.mask)), strict=False)
    shared = _shared(host, settings, given, subnet)
    if shared is not None:
        return Place(setting, given, shared, None, subnet)
    unread = [i.addresses for i in host.interfaces if isinstance(i.addresses, Unknown)]
    if host.interfaces.holes or unread:
        words = f"which interface the range from {given.first} on belongs to is not known"
        why = Unknown(words, setting.spans, "capture the addresses of the host's interfaces")
        return Place(setting, given, None, None, subnet, why)
    return Place(setting, given, None, None, subnet)


def _shared(host: Host, settings: Settings, given: Range, subnet: IPv4Network | None) -> Interface | None:
    """`shared-network=<interface or its address>,<address in another subnet>`."""
    for setting in settings.of("shared-network"):
        where, _, other = setting.text.partition(",")
        try:
            inside = subnet is not None and IPv4Address(other.strip()) in subnet
        except ValueError:
            continue
        if inside:
            for interface in host.interfaces:
                addresses = () if isinstance(interface.addresses, Unknown) else interface.addresses.value
                if interface.key == where.strip() or any(str(own.ip) == where.strip() for own in addresses):
                    return interface
    return None


def keys(instance: Instance, found: list[Place]) -> list[str]:
    """Name scopes by their subnet; ranges that share one go by their first address as written."""
    subnets = [place.subnet for place in found]
    names = []
    for place in found:
        alone = place.subnet is not None and subnets.count(place.subnet) == 1
        start = place.range.start if place.range.mode else place.range.first
        names.append(str(place.subnet.network_address) if alone and place.subnet is not None else str(start))
    made: list[str] = []
    for place, name in zip(found, names, strict=True):
        tagged = " ".join((*place.range.tags, place.range.sets)).strip() if names.count(name) > 1 else ""
        made.append(f"{instance.key}/{name}{f' {printable(tagged)}' if tagged else ''}")
    return [name if made.index(name) == at else f"{name} ({at + 1})" for at, name in enumerate(made)]


def scopes(host: Host, instance: Instance, settings: Settings) -> Listed[DhcpScope]:
    """Read every range of IPv4 and every relay."""
    found, holes = places(host, settings)
    read = [
        Scope(host, instance, settings, place, key).scope()
        for place, key in zip(found, keys(instance, found), strict=True)
    ]
    relays = [_relay(host, instance, setting, at) for at, setting in enumerate(settings.of("dhcp-relay"), start=1)]
    read += [scope for scope in relays if scope is not None]
    return Listed(tuple(read), (*settings.holes, *holes))


def reader_of(host: Host, instance: Instance, settings: Settings, place: Place) -> "Scope":
    """One range with all that is needed to read it."""
    return Scope(host, instance, settings, place, "")


@dataclass(frozen=True, slots=True)
class Scope:
    """One range, read against all other options of its instance."""

    host: Host
    instance: Instance
    settings: Settings
    place: Place
    key: str

    @property
    def spans(self) -> tuple[Span, ...]:
        return self.place.setting.spans

    @property
    def tags(self) -> Tags:
        """The tags of its clients."""
        link = self.place.interface.key if self.place.interface is not None else ""
        return tags_of(self.settings, link, self.place.range.sets, self.place.subnet)

    def scope(self) -> DhcpScope:
        """The scope in the model."""
        subnet: Fact[IPv4Network] = Unknown("the subnet of the range is not written", self.spans, "write its mask")
        if self.place.subnet is not None:
            subnet = Stated(self.place.subnet, self.spans)
        return DhcpScope(
            device=self.host.name,
            key=self.key,
            interface=self.place.why or Stated(self.place.interface.key if self.place.interface else "", self.spans),
            serving=self._serving(),
            subnet=self.place.why or subnet,
            pool=self._pool(),
            lease_time=self._lease(),
            domain_name_servers=self._addresses(6, self._own_resolver),
            routers=self._addresses(3, self._own_router),
            ipv6_only_preferred=self._option_108(),
            lease_store_persistent=store(self.host, self.settings),
        )

    # -- whether it serves ---------------------------------------------------------------------------------

    def _serving(self) -> Fact[bool]:
        return serves(self.host, self.instance, DHCP_PORT, self._configured(), f"DHCP from {self.place.range.first}")

    def _configured(self) -> Fact[bool]:
        place, tags = self.place, self.tags
        if place.subnet is not None and place.range.last not in place.subnet:
            return Stated(False, self.spans)  # dnsmasq finds no range for any client (tried)
        if self.settings.last("dhcp-alternate-port") is not None:
            near = self.settings.of("dhcp-alternate-port")[-1].spans
            return Unknown("dnsmasq gives out addresses on ports of its own (dhcp-alternate-port)", near)
        for relay in self.settings.of("dhcp-relay"):
            if place.own is not None and fields(relay.text)[0] == str(place.own.ip):
                return Stated(False, relay.spans)  # requests there go elsewhere, this range is not asked (tried)
        if place.interface is not None:
            reached = gives_addresses(self.host, self.settings, place.interface)
            if isinstance(reached, Unknown) or not reached.value:
                return reached
        for wanted, spans, when in self._conditions():
            holds = tags.holds(wanted)
            if holds is None:
                words = f"whether clients get addresses depends on their tags ({printable(', '.join(wanted))})"
                return Unknown(words, spans, "look at the leases that clients got")
            if holds is not when:
                return Stated(False, spans)
        broad = next((s for s, h in self._hosts() if h.ignore and h.is_broad), None)
        if broad is not None:
            words = f"clients that '{printable(broad.text)}' means get no address"
            return Unknown(words, broad.spans, "name the clients by their MAC addresses")
        holes = self.settings.all_holes()
        return holes[0] if holes else Stated(True, self.spans)

    def _conditions(self) -> list[tuple[tuple[str, ...], tuple[Span, ...], bool]]:
        """Tags that a client must have for the range, and those with which it is passed over."""
        found = [(self.place.range.tags, self.spans, True)] if self.place.range.tags else []
        for setting in self.settings.of("dhcp-ignore"):
            wanted = tuple(_bare(shown(word)) for word in fields(setting.value) if word)
            found.append((wanted, setting.spans, False))
        return found

    def _hosts(self) -> list[tuple[Setting, HostEntry]]:
        return entries(self.settings)

    # -- what clients get ----------------------------------------------------------------------------------

    def _pool(self) -> Fact[AddressRange | None]:
        given = self.place.range
        if given.mode == "static":
            return Stated(None, self.spans)
        pool = AddressRange(given.first, given.last)
        most = self.most()
        if isinstance(most, Unknown):
            return most
        if most.value < len(pool):
            why = f"dnsmasq gives out at most {most.value} leases in all (dhcp-lease-max), fewer than the pool holds"
            return Unknown(why, (*most.spans, *self.spans), "raise dhcp-lease-max")
        return Stated(pool, self.spans)

    def most(self) -> Fact[int]:
        """How many leases are given out in all."""
        written = self.settings.last("dhcp-lease-max")
        if written is not None:
            return self.host.reading.stated(written.text, _number, *written.spans, what="dhcp-lease-max")
        return self.host.reading.default("dnsmasq.dhcp-lease-max", int)

    def _lease(self) -> Fact[timedelta]:
        for setting, host in self._hosts():
            near = self.place.subnet is None or host.address is None or host.address in self.place.subnet
            if host.lease and host.is_broad and near:
                why = f"clients that '{printable(setting.text)}' means get a lease of their own"
                return Unknown(why, setting.spans, "name the clients by their MAC addresses")
        forced = [
            s
            for s, option in self.options(51)
            if s.key == "dhcp-option-force" and self.tags.holds(option.tags) is not False
        ]
        if forced:
            why = "dhcp-option-force sends a second lease time, and which of the two a client takes is its own choice"
            return Unknown(why, (*self.spans, *forced[0].spans), "remove the forced option 51")
        if self.place.range.lease:
            return self.host.reading.stated(self.place.range.lease, lease_time, *self.spans, what="dhcp-range")
        return self.host.reading.default("dnsmasq.dhcp-range.lease", lease_time, *self.spans)

    def options(self, number: int) -> list[tuple[Setting, Option]]:
        """All lines about an option, whoever gets it, in the order in which they are written."""
        return self.settings.once("options", lambda: _options(self.settings))[0].get(number, [])

    def in_force(self, number: int) -> tuple[Setting, Option] | Unknown | None:
        """The option that clients get: the last line whose tags they have, before the last one without tags."""
        holes = self.settings.all_holes(Holds.DHCP_OPTIONS)
        holes += tuple(self.settings.once("options", lambda: _options(self.settings))[1])
        if holes:
            return holes[0]
        tagged: list[tuple[Setting, Option]] = []
        plain: list[tuple[Setting, Option]] = []
        for setting, option in self.options(number):
            match self.tags.holds(option.tags) if option.tags else True:
                case None:
                    words = f"only clients with {printable(', '.join(option.tags))} get this option {number}"
                    return Unknown(words, setting.spans, "look at the option that the client got")
                case True:
                    (tagged if option.tags else plain).append((setting, option))
                case False:
                    continue
        chosen = tagged or plain
        return chosen[-1] if chosen else None

    def _addresses(
        self, number: int, itself: Callable[[], Fact[tuple[IPv4Address, ...]]]
    ) -> Fact[tuple[IPv4Address, ...]]:
        match self.in_force(number):
            case Unknown() as unknown:
                return unknown
            case None:
                return itself()
            case setting, option:
                return self._written(setting, option, number)

    def _written(self, setting: Setting, option: Option, number: int) -> Fact[tuple[IPv4Address, ...]]:
        handed: list[IPv4Address] = []
        for value in option.values:
            try:
                address = IPv4Address(value)
            except ValueError:
                why = f"cannot read option {number} '{printable(value)}'"
                return Unknown(why, setting.spans, f"correct {setting.key}")
            if address == IPv4Address(0):
                if self.place.own is None:
                    return Unknown("which of its addresses the server hands out is not known", setting.spans)
                address = self.place.own.ip
            handed.append(address)
        return Stated(tuple(dict.fromkeys(handed)), setting.spans)

    def _own_address(self, entry: str) -> Fact[tuple[IPv4Address, ...]]:
        own = self.place.own
        if own is None:
            return Unknown("no address of the server lies in the range's subnet", self.spans, "write the option")
        return self.host.reading.default(entry, lambda _: (own.ip,), *self.spans)

    def _own_router(self) -> Fact[tuple[IPv4Address, ...]]:
        return self._own_address("dnsmasq.dhcp-option.3")

    def _own_resolver(self) -> Fact[tuple[IPv4Address, ...]]:
        """Itself, but only if it answers DNS on port 53 (tried with other ports, and with port 0)."""
        port = dns_port(self.host, self.settings)
        if isinstance(port, Unknown):
            return port
        if port.value != DNS_PORT:
            return known_like((), port)
        return self._own_address("dnsmasq.dhcp-option.6")

    def _option_108(self) -> Fact[bool]:
        match self.in_force(108):
            case Unknown() as unknown:
                return unknown
            case None:
                return self.host.reading.default("dnsmasq.dhcp-option.108", lambda value: value == "sent", *self.spans)
            case setting, option:
                return Stated(bool(option.values), setting.spans)


def _options(settings: Settings) -> tuple[dict[int, list[tuple[Setting, Option]]], list[Unknown]]:
    """Options by their number; one that cannot be read may be any, and dnsmasq does not start with it."""
    found: dict[int, list[tuple[Setting, Option]]] = {}
    broken: list[Unknown] = []
    for setting in settings.of("dhcp-option", "dhcp-option-force"):
        try:
            option = dhcp_option(setting.value)
        except ValueError as error:
            why = f"cannot read {setting.key} '{printable(setting.text)}': {error}"
            broken.append(Unknown(why, setting.spans, f"correct {setting.key}"))
            continue
        if option is not None:
            found.setdefault(option.number, []).append((setting, option))
    return found, broken


def _bare(word: str) -> str:
    return word[4:] if word.startswith(("tag:", "net:", "set:")) else word


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("not a number")
    return int(text[:12])


def dns_port(host: Host, settings: Settings) -> Fact[int]:
    """`port`; the last line counts, and 0 switches DNS off."""
    written = settings.last("port")
    if settings.holes:
        return settings.holes[0] if written is None else _port(host, written)
    return host.reading.default("dnsmasq.port", int) if written is None else _port(host, written)


def _port(host: Host, written: Setting) -> Fact[int]:
    def port(text: str) -> int:
        number = _number(text)
        if number > 65535:
            raise ValueError("not a port number")
        return number

    return host.reading.stated(written.text, port, *written.spans, what="port")


def store(host: Host, settings: Settings) -> Fact[bool]:
    """Whether leases survive a restart of the host: by where their file lies."""
    read_only = settings.last("leasefile-ro")
    if read_only is not None:
        why = "leases are kept by a script (leasefile-ro)"
        return Unknown(why, read_only.spans, "look at where dhcp-script keeps them")
    written = settings.last("dhcp-leasefile")
    if written is not None and written.text:
        return Stated(not written.text.startswith(_LOST_AT_RESTART), written.spans)
    holes = settings.all_holes()
    if holes:
        return holes[0]
    return host.reading.default("dnsmasq.dhcp-leasefile", lambda path: not path.startswith(_LOST_AT_RESTART))


def _relay(host: Host, instance: Instance, setting: Setting, number: int) -> DhcpScope | None:
    """`dhcp-relay=<own address>,<server>`: clients there get their addresses from a server elsewhere."""
    local, *rest = fields(setting.text)
    try:
        address = IPv4Address(local)
    except ValueError:
        if ":" in local:
            return None  # DHCPv6
        address = IPv4Address(0)
    server = printable(rest[0]) if rest else "servers elsewhere"
    why = f"requests for addresses are relayed to {server}, where the lease is decided"
    unknown = Unknown(why, setting.spans, f"audit the DHCP server at {server} as well, or declare dhcp")
    owner = next((i for i in host.interfaces if _owns(i, address)), None)
    interface: Fact[str] = unknown if owner is None else Stated(owner.key, setting.spans)
    key = f"{instance.key}/relay {printable(local)}" + (f" ({number})" if number > 1 else "")
    return DhcpScope.relay(host.name, key, interface, unknown, relays_to=_servers(rest[:1]))


def _servers(words: list[str]) -> tuple[IPv4Address, ...]:
    """The server by its address; none if it cannot be read, is not named, or has a port of its own."""
    try:
        return tuple(map(IPv4Address, words))
    except ValueError:
        return ()


def _owns(interface: Interface, address: IPv4Address) -> bool:
    if isinstance(interface.addresses, Unknown):
        return False
    return any(own.ip == address for own in interface.addresses.value)
