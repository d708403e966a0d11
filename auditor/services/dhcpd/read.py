"""What one dhcpd adds to the model of its host: a scope for each range, reservations, leases."""

from ipaddress import IPv4Address

from auditor.model import AddressRange, DhcpScope, Fact, Listed, Stated, Unknown
from auditor.services.base import Host, Instance, Part
from auditor.services.dhcpd.config import Config, Range, Subnet, load
from auditor.services.dhcpd.leases import leases, store_persistent
from auditor.services.dhcpd.lifetimes import lease_time
from auditor.services.dhcpd.options import addresses, is_sent, option
from auditor.services.dhcpd.reservations import reservations
from auditor.services.dhcpd.serving import interface_of, not_listening, serving


def read(host: Host, instance: Instance) -> Part:
    """Read the configuration of one server with its state."""
    config = load(host.reading, instance.file)
    if isinstance(config, Unknown):
        hole = (config,)
        return Part(Listed((), hole), Listed((), hole), Listed((), hole))
    kept = reservations(config)
    reserved = tuple(
        each.address.value for each in kept if not isinstance(each.address, Unknown) and each.address.value
    )
    scopes = [
        _scope(config, host, instance, subnet, found, reserved)
        for subnet in _once(config.subnets)
        for found in subnet.ranges or (None,)
    ]
    # An address that is declared twice is one.
    once = {scope.key: scope for scope in reversed(scopes)}
    once = dict(reversed(once.items()))
    holes = () if config.subnets else config.refusals
    silent = not_listening(host, instance)
    disagreements = () if silent is None else (Stated(silent.why, silent.near),)
    return Part(
        Listed(tuple(once.values()), holes), kept, leases(config, instance.arguments), disagreements=disagreements
    )


def _once(subnets: tuple[Subnet, ...]) -> tuple[Subnet, ...]:
    """One subnet a network: a second declaration is refused or adds nothing of its own key."""
    return tuple({subnet.network.network_address: subnet for subnet in reversed(subnets)}.values())[::-1]


def scope_key(instance: str, subnet: Subnet, found: Range | None) -> str:
    """The key of a scope: the network, and the first address of the range where there are several."""
    key = f"{instance}/{subnet.network.network_address}"
    if found is None or len(subnet.ranges) < 2:
        return key
    return f"{key}/{found.addresses.first if found.addresses is not None else ' '.join(found.statement.arguments)}"


def _scope(
    config: Config,
    host: Host,
    instance: Instance,
    subnet: Subnet,
    found: Range | None,
    reserved: tuple[IPv4Address, ...],
) -> DhcpScope:
    interface = interface_of(config, host, subnet)
    head = config.span(subnet.statement)
    if found is None and not any(address in subnet.network for address in reserved):
        # Such a subnet only says that dhcpd need not complain of the network.
        answers: Fact[bool] = Stated(False, head)
    else:
        answers = serving(config, host, instance, subnet, found, interface)
    return DhcpScope(
        device=host.reading.device,
        key=scope_key(instance.key, subnet, found),
        interface=interface,
        serving=answers,
        subnet=Stated(subnet.network, head),
        pool=_pool(config, subnet, found),
        lease_time=lease_time(config, subnet, found),
        domain_name_servers=option(config, subnet, found, 6, addresses),
        routers=option(config, subnet, found, 3, addresses),
        ipv6_only_preferred=option(config, subnet, found, 108, is_sent),
        lease_store_persistent=store_persistent(config, instance.arguments),
        hears_past_filters=host.reading.default("dhcpd.raw-sockets", lambda text: text == "true", *head),
    )


def _pool(config: Config, subnet: Subnet, found: Range | None) -> Fact[AddressRange | None]:
    if found is None:
        return Stated(None, config.span(subnet.statement))
    spans = config.span(found.statement)
    if found.addresses is None:
        return Unknown("cannot read the range", spans, "write its first and its last address")
    return Stated(found.addresses, spans)
