"""Whether a scope gives out addresses, with the conditions that dnsmasq and odhcpd make of its section."""

from collections.abc import Callable

from auditor.model import AddressSource, Fact, Interface, Stated, Unknown, combine, known_like
from auditor.platforms.openwrt.config import Config, Located, script_bool
from auditor.platforms.openwrt.dhcp_servers import Instance, Servers
from auditor.platforms.openwrt.listening import Keys


def serving(
    config: Config, located: Located, servers: Servers, instances: tuple[Instance, ...], interface: Interface | None
) -> Fact[bool]:
    """Whether clients of the scope's interface get addresses from it."""
    off = config.fact(located, "ignore", script_bool, default="dhcp.ignore")
    used = off if isinstance(off, Unknown) else known_like(not off.value, off)
    return servers.by_main(
        _all((used, _odhcpd_server(config, located, servers), servers.odhcpd_runs)),
        _all(
            (
                used,
                _names_interface(config, located),
                config.fact(located, "dhcpv4", lambda text: text != "disabled", default="dhcp.dhcpv4"),
                _static(located, interface),
                _by_some(instances, lambda each: _instance_serves(each, interface)),
                _for_all_clients(config, located),
            )
        ),
    )


def _all(conditions: tuple[Fact[bool], ...]) -> Fact[bool]:
    """Whether all conditions hold; the first that certainly does not decides.

    Where lines state some of them, defaults that merely permit the rest are no evidence beside them.
    """
    for condition in conditions:
        if not isinstance(condition, Unknown) and not condition.value:
            return condition
    stated = [condition for condition in conditions if isinstance(condition, Stated)]
    if stated and not any(isinstance(condition, Unknown) for condition in conditions):
        return known_like(True, *stated)
    return combine(lambda *_: True, *conditions)


def _names_interface(config: Config, located: Located) -> Fact[bool]:
    """Dnsmasq passes over a section without `interface`; odhcpd takes the section's name for it."""
    lines = config.lines(located, "interface")
    damaged = config.damage(located)
    if lines or damaged is not None:
        return damaged or Stated(True, lines)
    return config.default("dhcp.interface", script_bool, config.header(located))


def _static(located: Located, interface: Interface | None) -> Fact[bool]:
    if interface is None:
        return Unknown(
            f"the interface of scope {located.id} is not in the captured network configuration",
            settle="correct the interface of the scope, or capture /etc/config/network as well",
        )
    return combine(lambda source: source is AddressSource.STATIC, interface.address_source)


def _instance_serves(instance: Instance, interface: Interface | None) -> Fact[bool]:
    return _all((instance.runs, _reaches(instance.interfaces, interface)))


def _reaches(listening: Keys, interface: Interface | None) -> Fact[bool]:
    match listening:
        case Unknown() as unknown:
            return unknown
        case known:
            inside = known.value is None or interface is None or interface.key in known.value
            return known_like(inside, known)


def _by_some(instances: tuple[Instance, ...], holds: Callable[[Instance], Fact[bool]]) -> Fact[bool]:
    """Whether it holds for one of the instances at least."""
    found = [holds(each) for each in instances]
    if not found:
        why = "no `config dnsmasq` section serves this scope"
        return Unknown(why, settle="capture `ls /etc/rc.d` and the processes of the device")
    known = [fact for fact in found if not isinstance(fact, Unknown)]
    return next((fact for fact in known if fact.value), found[0] if len(known) == len(found) else _unknown(found))


def _unknown(facts: list[Fact[bool]]) -> Unknown:
    return next(fact for fact in facts if isinstance(fact, Unknown))


def _for_all_clients(config: Config, located: Located) -> Fact[bool]:
    """`list tag` keeps the scope for clients that have these tags."""
    lines = config.lines(located, "tag")
    if lines:
        why = f"scope {located.id} serves clients with a tag only"
        return Unknown(why, lines, "look at the leases that clients got")
    return Stated(True, (config.header(located),))


def _odhcpd_server(config: Config, located: Located, servers: Servers) -> Fact[bool]:
    """Odhcpd serves only where `dhcpv4 server` says so; in legacy mode `start` says so too."""

    def server(text: str) -> bool:
        if text not in ("disabled", "server", "relay"):
            raise ValueError("not one of disabled server relay")
        return text == "server"

    written = config.stated(located, "dhcpv4", server)
    start = config.lines(located, "start")
    if written is None and servers.odhcpd_is_legacy and start:
        return Stated(True, start)
    return written or config.default("odhcpd.dhcpv4", server, config.header(located))
