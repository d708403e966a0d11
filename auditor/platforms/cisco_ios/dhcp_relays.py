"""`ip helper-address`: clients of an interface get their addresses from a server elsewhere.

The server of the device itself answers first; what it cannot serve is handed on. `no service dhcp` stops both.
Source: Cisco, "Configuring the Cisco IOS DHCP Relay Agent"; "Configuring the Cisco IOS DHCP Server": "can forward the
request to one or more secondary DHCP servers"; `no service dhcp`; ip forward-protocol (bootps); Catalyst 9800
Configuration Guide, "DHCP for WLANs" (a server of the policy profile; the controller's own pools are asked so, too).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor.model import DhcpScope, Fact, Span, Stated, Unknown
from auditor.platforms.cisco_ios.blocks import true_false
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.dhcp_places import Interfaces, of_policy, own_addresses
from auditor.platforms.cisco_ios.dhcp_pools import Pools
from auditor.services.reading import printable

HELPER = "ip helper-address"
_FORWARD = "ip forward-protocol udp bootps"


def read(
    config: Config, service: Fact[bool], served: frozenset[str], pools: Pools, network: Interfaces
) -> Iterator[DhcpScope | Unknown]:
    """Return a scope of which nothing is known for each interface that hands requests on.

    `served` are interfaces for which the device has addresses itself. Pools that hand requests on are holes: which
    interface they are for follows from their clients' addresses.
    """
    relays = (*_of_interfaces(config), *_of_policies(config, network))
    running = isinstance(service, Unknown) or service.value
    own = {str(address) for each in own_addresses(network, {}).values() for address in each}
    for relay in relays if running else ():
        # What is handed to an address of the device itself is answered by its own pools, which are read besides.
        if relay.interface not in served or not all(target in own for target in relay.targets):
            yield _scope(config, relay, relay.interface in served) if relay.interface else _hole(relay)
    for pool in pools.pools:
        if pool.is_relay:
            config.taken(pool.block)
            why = f"{pool.block.title} hands requests for addresses on to another server"
            if running:
                yield Unknown(why, (pool.head,), "audit the DHCP server as well, or declare dhcp")


@dataclass(frozen=True, slots=True)
class _Relay:
    """Servers to which requests from an interface are handed ('': which one is not known).

    `plain`: nothing is said but their addresses.
    """

    interface: str
    title: str
    targets: tuple[str, ...]
    spans: tuple[Span, ...]
    plain: bool

    @property
    def servers(self) -> tuple[IPv4Address, ...]:
        """The servers by their addresses; none if one of them has no address here, or stands in another VRF."""
        try:
            return tuple(IPv4Address(target) for target in self.targets) if self.plain else ()
        except ValueError:
            return ()

    @property
    def where(self) -> str:
        return ", ".join(dict.fromkeys(map(printable, self.targets[:4]))) or "a server"


def _of_interfaces(config: Config) -> Iterator[_Relay]:
    """`ip helper-address [global | vrf NAME] SERVER`."""
    forward = config.top.said(_FORWARD)
    for block in config.blocks("interface"):
        lines = block.lines(HELPER)
        if lines and not (forward is not None and forward.no):
            targets = tuple(line.words[-1] for line in lines if line.words)
            plain = all(len(line.words) == 1 for line in lines)
            yield _Relay(block.name, block.name, targets, (block.header, *(line.span for line in lines[:8])), plain)


def _of_policies(config: Config, network: Interfaces) -> Iterator[_Relay]:
    """`ipv4 dhcp server SERVER` of a policy profile: the controller asks that server for clients of its VLAN."""
    for block in config.blocks("wireless profile policy"):
        lines = block.lines("ipv4 dhcp server")
        if not lines:
            continue
        vlan = block.said("vlan")
        names = of_policy(network, block)
        targets = tuple(line.words[0] for line in lines if line.words)
        spans = tuple(line.span for line in (*lines[:8], *((vlan,) if vlan is not None else ())))
        for name in names or ("",):
            yield _Relay(
                name, f"{name} policy {block.name}", targets, spans, all(len(line.words) == 1 for line in lines)
            )


def _hole(relay: _Relay) -> Unknown:
    why = f"requests for addresses are relayed to {relay.where} for '{printable(relay.title.strip())}'"
    return Unknown(why, relay.spans, f"audit the DHCP server at {relay.where} as well, or declare dhcp")


def _scope(config: Config, relay: _Relay, served: bool) -> DhcpScope:
    why = f"requests for addresses are relayed to {relay.where}, where the lease is decided"
    if served:
        why = f"where {config.device} has no address left for a client, it asks {relay.where}, which decides"
    unknown = Unknown(why, relay.spans, f"audit the DHCP server at {relay.where} as well, or declare dhcp")
    return DhcpScope.relay(
        config.device,
        f"relay {printable(relay.title, 200)}",
        Stated(relay.interface, relay.spans[:1]),
        unknown,
        hears_past_filters=config.default("ip dhcp.hears-past-filters", true_false, *relay.spans[:1]),
        relays_to=relay.servers,
    )
