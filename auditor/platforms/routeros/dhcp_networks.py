"""`/ip dhcp-server network`: what clients are told besides their address, by the network that the address lies in.

The entry of the narrowest network that holds an address counts for it.
Source: MikroTik's manual, "DHCP", DHCP Server, Network; "The address field uses netmask to specify the range of
addresses the given entry is valid for" (RouterOS 3 configuration and user guide, DHCP Networks).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from auditor.model import AddressRange, Fact, Span, Stated, Unknown, combine
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.dhcp_options import DOMAIN_NAME_SERVERS, ROUTERS, Given, Options
from auditor.platforms.routeros.dns_servers import OwnServers
from auditor.platforms.routeros.items import Item

NETWORK = "ip dhcp-server network"


@dataclass(frozen=True, slots=True)
class Network:
    """One entry: the addresses that it is for, and the subnet that clients are told. `spans` are the lines of both."""

    item: Item
    address: IPv4Network
    subnet: Fact[IPv4Network]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Networks:
    """All entries. `unread`: one of them cannot be read, or lines are missing, so any address may be in another one."""

    entries: Mapping[IPv4Network, Network]
    ordered: tuple[Network, ...]
    unread: Unknown | None

    @classmethod
    def listed(cls, entries: Iterable[Network], unread: Unknown | None) -> "Networks":
        by_address = {each.address: each for each in entries}
        return cls(by_address, tuple(sorted(by_address.values(), key=lambda each: each.address)), unread)

    def of(self, addresses: AddressRange) -> Network | None:
        """The entry that counts for all of these addresses, as far as none is narrower."""
        for prefix in range(32, -1, -1):
            network = IPv4Network((addresses.first, prefix), strict=False)
            if network in self.entries and addresses.last in network:
                return self.entries[network]
        return None

    def within(self, network: Network) -> tuple[Network, ...]:
        """Entries for a part of a network."""
        address = network.address
        first = bisect_left(self.ordered, address.network_address, key=lambda each: each.address.network_address)
        last = bisect_right(self.ordered, address.broadcast_address, key=lambda each: each.address.network_address)
        return tuple(each for each in self.ordered[first:last] if each.address.prefixlen > address.prefixlen)


def networks(config: Config) -> Networks:
    """Read all entries."""
    found: list[Network] = []
    seen: dict[IPv4Network, tuple[Span, ...]] = {}
    unread: Unknown | None = next(iter(config.holes(NETWORK)), None)
    for item in config.items(NETWORK):
        address = config.stated(item, "address", _network)
        if address is None or isinstance(address, Unknown):
            missing = Unknown(f"{item.title} names no network", (item.header,), f"correct it on {config.device}")
            unread = unread or address or missing
            continue
        mask = config.stated(item, "netmask", _prefix)
        subnet: Fact[IPv4Network] = address
        if mask is not None and (isinstance(mask, Unknown) or mask.value):
            subnet = combine(_with_prefix, address, mask)
        if address.value in seen:
            why = f"two entries of /{item.path} are for {address.value}"
            unread = unread or Unknown(why, (*seen[address.value], *address.spans), f"keep one, on {config.device}")
        seen[address.value] = address.spans
        found.append(Network(item, address.value, subnet, address.spans))
    return Networks.listed(found, unread)


def _network(text: str) -> IPv4Network:
    try:
        return IPv4Network(text, strict=False)
    except ValueError as error:
        raise ValueError("not an IPv4 network") from error


def _prefix(text: str) -> int:
    if text.isascii() and text.isdecimal() and int(text[:3]) <= 32 and len(text) < 3:
        return int(text)
    try:
        return IPv4Network(f"0.0.0.0/{text}").prefixlen
    except ValueError as error:
        raise ValueError("neither 0 to 32 nor a netmask") from error


def _with_prefix(network: IPv4Network, prefix: int) -> IPv4Network:
    return IPv4Network((network.network_address, prefix), strict=False)


def domain_name_servers(
    config: Config, options: Options, server: Item, network: Network, own: OwnServers
) -> Fact[tuple[IPv4Address, ...]]:
    """What clients are told to ask (option 6).

    Without servers of its own a network gets those that the router itself was given (`dynamic-servers`), and if there
    are none, those of `/ip dns`; `dns-none` stops that.
    """
    written = _addresses(config, network.item, "dns-server")
    chosen = _option(options, server, network, DOMAIN_NAME_SERVERS, written)
    if chosen is not None:
        return chosen
    none = config.fact(network.item, "dns-none", yes_no)
    if isinstance(none, Unknown):
        return none
    if none.value:
        if written is None:
            return combine(lambda _: (), none)
        why = f"{network.item.title} names resolvers and has dns-none=yes; what clients get is not documented"
        return Unknown(why, (*written.spans, *none.spans), "set dns-none=no, or look at what a client was told")
    if written is not None:
        return written
    near = network.spans
    if isinstance(own.dynamic, Unknown):
        why = f"clients get the resolvers that {config.device} itself is given: {own.dynamic.why}"
        return Unknown(why, (*near, *own.dynamic.near), own.dynamic.settle)
    handed = own.dynamic if _ipv4(own.dynamic.value) else own.static
    told: Fact[tuple[IPv4Address, ...]] = combine(lambda _, addresses: _ipv4(addresses), Stated(None, near), handed)
    return told


def _ipv4(addresses: tuple[object, ...]) -> tuple[IPv4Address, ...]:
    return tuple(address for address in addresses if isinstance(address, IPv4Address))


def routers(config: Config, options: Options, server: Item, network: Network) -> Fact[tuple[IPv4Address, ...]]:
    """The gateways that clients are told (option 3); 0.0.0.0 is none."""
    written = _addresses(config, network.item, "gateway")
    chosen = _option(options, server, network, ROUTERS, written)
    if chosen is not None:
        return chosen
    return written if written is not None else Stated((), network.spans)


def _option(
    options: Options, server: Item, network: Network, code: int, written: Fact[tuple[IPv4Address, ...]] | None
) -> Fact[tuple[IPv4Address, ...]] | None:
    """What an option says instead of the network's own setting, None if there is no such option.

    A set of options replaces what the server would say by default; of an option that is only added to a network that
    has the setting as well, nothing is documented.
    """
    by_set = options.given(server, code, names="") or options.given(network.item, code, names="")
    added = options.given(network.item, code, set_="")
    for each in (by_set, added):
        if isinstance(each, Unknown):
            return each
    if isinstance(by_set, Given):
        return by_set.addresses()
    if not isinstance(added, Given):
        return None
    told = added.addresses()
    if written is None or isinstance(told, Unknown) or isinstance(written, Unknown) or told.value == written.value:
        return told
    why = f"{network.item.title} names other addresses than its option {code}; which of them clients get is not known"
    return Unknown(why, (*written.spans, *told.spans), "look at the option that a client got")


def _addresses(config: Config, item: Item, name: str) -> Fact[tuple[IPv4Address, ...]] | None:
    """A list of addresses; None if it is not set, or empty."""
    stated = config.stated(item, name, addresses)
    return None if isinstance(stated, Stated) and not stated.value else stated


def addresses(text: str) -> tuple[IPv4Address, ...]:
    """Read `10.0.0.1,10.0.0.2`; 0.0.0.0 is none."""
    try:
        found = tuple(IPv4Address(word.strip()) for word in text.split(",") if word.strip())
    except ValueError as error:
        raise ValueError("not IPv4 addresses") from error
    return tuple(address for address in found if int(address))
