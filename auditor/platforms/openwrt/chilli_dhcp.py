"""CoovaChilli as a DHCP server: it gives the clients of its portal their addresses itself.

Source: coova/coova-chilli src/cmdline.ggo; openwrt/packages net/coova-chilli/files/chilli.init.
"""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

from auditor.model import DhcpScope, Fact, Interface, Listed, Stated, Unknown, combine, known_like
from auditor.platforms.openwrt.config import Config, Located, script_bool
from auditor.platforms.openwrt.portals import chilli_interfaces, chilli_runs


def scopes(config: Config, services: Fact[frozenset[str]], interfaces: Listed[Interface]) -> Iterator[DhcpScope]:
    """Read every `config chilli` that may run as the scope of its interface."""
    for located in config.sections("chilli", "chilli"):
        runs = chilli_runs(config, located, services)
        if isinstance(runs, Unknown) or runs.value:
            yield _scope(config, located, runs, interfaces)


def _scope(config: Config, located: Located, runs: Fact[bool], interfaces: Listed[Interface]) -> DhcpScope:
    near = (config.header(located),)
    places = chilli_interfaces(config, located, interfaces)
    store = "CoovaChilli keeps its leases in memory or in a status file, which was not established"
    return DhcpScope(
        device=config.device,
        key=f"chilli.{located.id}",
        interface=_first(places),
        serving=_serving(config, located, runs),
        subnet=config.stated(located, "net", IPv4Network)
        or Unknown("CoovaChilli's network is not written, and its default has changed", near, "set option net"),
        pool=Unknown("the pool of CoovaChilli is not modelled", near, "look at `chilli_query list` on the device"),
        lease_time=config.fact(located, "lease", _seconds, default="chilli.lease"),
        domain_name_servers=_servers(config, located),
        routers=_gateway(config, located),
        ipv6_only_preferred=config.default("chilli.ipv6_only_preferred", script_bool, *near),
        lease_store_persistent=Unknown(store, near, "look whether clients keep their addresses after a restart"),
    )


def _first(places: Fact[tuple[str, ...]]) -> Fact[str]:
    match places:
        case Unknown() as unknown:
            return unknown
        case known:
            return known_like(known.value[0], known)


def _serving(config: Config, located: Located, runs: Fact[bool]) -> Fact[bool]:
    """With `nodynip` or a DHCP gateway of its own, others decide about addresses."""
    elsewhere = config.lines(located, "nodynip", "dhcpgateway", "dhcprelayagent", "statip", "uamanyip", "dhcpradius")
    if elsewhere:
        why = "CoovaChilli does not give out all addresses of its network itself"
        return Unknown(why, elsewhere, "audit the server that does as well, or declare dhcp")
    return runs


def _seconds(text: str) -> timedelta:
    if not text.isdecimal():
        raise ValueError("not a number of seconds")
    return timedelta(seconds=min(int(text[:10]), 0xFFFFFFFE))


def _servers(config: Config, located: Located) -> Fact[tuple[IPv4Address, ...]]:
    """`dns1` and `dns2`; without them the resolvers of the device itself are handed out."""
    found = [fact for name in ("dns1", "dns2") if (fact := config.stated(located, name, IPv4Address)) is not None]
    if not found:
        why = "CoovaChilli hands out the resolvers of the device, which are not in its configuration"
        return Unknown(why, (config.header(located),), "set option dns1, or look at what a client was told")
    return combine(lambda *addresses: addresses, *found)


def _gateway(config: Config, located: Located) -> Fact[tuple[IPv4Address, ...]]:
    """`uamlisten` is CoovaChilli's own address, through which its clients go."""
    match config.stated(located, "uamlisten", IPv4Address):
        case None:
            why = "CoovaChilli's own address is not written (uamlisten)"
            return Unknown(why, (config.header(located),), "write uamlisten, or look at what a client was told")
        case Unknown() as unknown:
            return unknown
        case known:
            return Stated((known.value,), known.spans)
