"""What one Kea server adds to the model of its host: a scope for each pool, reservations, leases."""

from ipaddress import IPv4Address

from auditor.model import AddressRange, DhcpScope, Fact, Listed, Stated, Unknown
from auditor.services.base import Host, Instance, Part
from auditor.services.kea.classes import ClientClass, classes_of
from auditor.services.kea.config import Config, Pool, Subnet, items, load
from auditor.services.kea.hooks import Hooks, hooks_of
from auditor.services.kea.leases import leases, store_persistent
from auditor.services.kea.lifetimes import bad_bounds, lease_time
from auditor.services.kea.options import addresses, is_sent, option, sources
from auditor.services.kea.reservations import bad_reservations, reservations
from auditor.services.kea.serving import hears_past_filters, interface_of, not_listening, serving


def read(host: Host, instance: Instance) -> Part:
    """Read the configuration of one server with its state."""
    config = load(host.reading, instance.file)
    if isinstance(config, Unknown):
        hole = (config,)
        return Part(Listed((), hole), Listed((), hole), Listed((), hole))
    classes, hooks = classes_of(config), hooks_of(config)
    bad = (*config.refusals, *bad_bounds(config), *bad_reservations(config))
    stored = config.root.member("config-control")
    holes = []
    if stored is not None and items(stored.node, "config-databases"):
        why = "subnets and settings come from a database too, which is not read (config-control)"
        holes.append(Unknown(why, config.span(stored), "look into the database, or `config-get` on the control socket"))
    kept = reservations(config, classes)
    if hooks.leases is not None:
        kept = Listed(kept.items, (*kept.holes, hooks.leases))
    if holes:
        # The database may change any subnet of the file.
        return Part(Listed((), tuple(holes)), Listed(kept.items, (*kept.holes, *holes)), leases(config))
    if config.refusals and not config.subnets:
        holes = list(config.refusals)
    scopes = [
        _scope(config, host, instance, subnet, pool, classes, hooks, bad)
        for subnet in config.subnets
        for pool in subnet.pools or (None,)
    ]
    # Kea refuses a pool that is there twice; its scope is one all the same.
    once = {scope.key: scope for scope in reversed(scopes)}
    once = dict(reversed(once.items()))
    return Part(
        Listed(tuple(once.values()), tuple(holes)),
        kept,
        leases(config),
        disagreements=_disagreements(host, instance, scopes),
    )


def scope_key(instance: str, subnet: Subnet, pool: Pool | None) -> str:
    """The key of a scope: the network, and the first address of the pool where there are several."""
    key = f"{instance}/{subnet.network.network_address}"
    if pool is None or len(subnet.pools) < 2:
        return key
    first = pool.range.first if pool.range is not None else f"pool of line {pool.node.first}"
    return f"{key}/{first}"


def _scope(
    config: Config,
    host: Host,
    instance: Instance,
    subnet: Subnet,
    pool: Pool | None,
    classes: tuple[ClientClass, ...],
    hooks: Hooks,
    bad: tuple[Unknown, ...],
) -> DhcpScope:
    interface = interface_of(config, host, subnet)
    header = config.header(subnet)
    answers = bad if hooks.answers is None else (*bad, hooks.answers)

    def told(code: int) -> Fact[tuple[IPv4Address, ...]]:
        found = sources(config, subnet, pool, classes, code)
        return hooks.options or option(config, found, code, addresses, subnet)

    preferred = sources(config, subnet, pool, classes, 108)
    return DhcpScope(
        device=host.reading.device,
        key=scope_key(instance.key, subnet, pool),
        interface=interface,
        serving=_serving(config, host, instance, subnet, pool, interface, classes, answers),
        subnet=Stated(subnet.network, header),
        pool=_pool(config, subnet, pool),
        lease_time=hooks.leases or lease_time(config, subnet, classes),
        domain_name_servers=told(6),
        routers=told(3),
        ipv6_only_preferred=hooks.options or option(config, preferred, 108, is_sent, subnet),
        lease_store_persistent=store_persistent(config),
        hears_past_filters=hears_past_filters(config, header),
    )


def _serving(
    config: Config,
    host: Host,
    instance: Instance,
    subnet: Subnet,
    pool: Pool | None,
    interface: Fact[str],
    classes: tuple[ClientClass, ...],
    bad: tuple[Unknown, ...],
) -> Fact[bool]:
    reserved = subnet.node.get("reservations")
    if pool is None and (reserved is None or not reserved.items):
        return Stated(False, config.header(subnet))
    return serving(config, host, instance, subnet, pool, interface, classes, bad)


def _pool(config: Config, subnet: Subnet, pool: Pool | None) -> Fact[AddressRange | None]:
    if pool is None:
        return Stated(None, config.header(subnet))
    member = pool.node.member("pool")
    spans = config.span(member if member is not None else pool.node)
    if pool.range is None:
        return Unknown("cannot read the pool: neither 'first - last' nor a prefix", spans, "correct the pool")
    return Stated(pool.range, spans)


def _disagreements(host: Host, instance: Instance, scopes: list[DhcpScope]) -> tuple[Fact[str], ...]:
    """Each interface once on which the server should be heard and is not."""
    found: dict[str, Fact[str]] = {}
    for scope in scopes:
        silent = not_listening(host, instance, scope.interface)
        if silent is not None and silent == scope.serving:
            found[silent.why] = Stated(silent.why, silent.near)
    return tuple(found.values())
