"""Which name servers clients are told by router advertisements and DHCPv6: odhcpd's part of `/etc/config/dhcp`.

Where nothing is written, odhcpd names the router itself, by both protocols. If odhcpd is not started, a dnsmasq that
can DHCPv6 offers the same; another one offers nothing.
Source: openwrt/odhcpd src/config.c, set_interface_defaults; src/router.c, send_router_advert; src/dhcpv6.c;
src/odhcpd.c, odhcpd_get_interface_dns_addr6; README.md; openwrt/openwrt dnsmasq.init, dnsmasq_start.
"""

from collections.abc import Iterator
from ipaddress import IPv6Address

from auditor.model import Fact, Interface, Ipv6Resolver, Listed, Span, Stated, Unknown, known_like, spans_of
from auditor.platforms.openwrt.config import Config, Located, init_bool, script_bool
from auditor.platforms.openwrt.raw_dnsmasq import RawLine, not_read
from auditor.platforms.openwrt.services import stopped
from auditor.services.reading import printable

_OFF, _SERVER = ("", "disabled", "0"), "server"
_READ = ("ra", "dhcpv6", "ra_dns", "dns", "dns_service", "dhcpv6_raw", "master")
_SETTLE = "see which name servers a client there got"


def resolvers(
    config: Config, services: Fact[frozenset[str]], interfaces: Listed[Interface], raw: Listed[RawLine]
) -> Listed[Ipv6Resolver]:
    """Return the resolvers that clients of each interface are told."""
    missing = config.missing("dhcp")
    if missing is not None:
        return Listed((), (missing,))
    left = {interface.key for interface in interfaces}
    found: dict[str, Ipv6Resolver] = {}
    for located in config.sections("dhcp", "dhcp"):
        config.lines(located, *_READ)  # understood, also where they change nothing
        word, span = next(iter(config.words(located, "interface")), (located.id, config.header(located)))
        if word in left:  # the first section of an interface, as for `Interface.ipv6_offered`
            left.discard(word)
            found |= {each.key: each for each in _told(config, located, services, Stated(word, (span,)))}
    ranges = (line for line in raw if line.key == "dhcp-range" and ("::" in line.value or "constructor:" in line.value))
    return Listed(tuple(found.values()), tuple(not_read(line, "may offer IPv6 and name resolvers") for line in ranges))


def _told(
    config: Config, located: Located, services: Fact[frozenset[str]], interface: Stated[str]
) -> Iterator[Ipv6Resolver]:
    """The resolvers of one section, in the order of its lines; none where it offers no IPv6."""
    damaged = config.damage(located)
    if damaged is not None:
        yield _one(config, interface, damaged)
        return
    off = config.stated(located, "ignore", init_bool(default=False))
    master = config.stated(located, "master", script_bool)
    if any(isinstance(fact, Stated) and fact.value for fact in (off, master)):
        return  # a master is the interface towards the router whose advertisements are relayed
    modes = [config.fact(located, name, str, default="dhcp.ipv6") for name in ("ra", "dhcpv6")]
    on = [mode for mode in modes if isinstance(mode, Unknown) or mode.value not in _OFF]
    if not on:
        return
    doubt = _doubt(config, located, services, on, interface.value)
    if doubt is not None:
        yield _one(config, interface, doubt)
        return
    by_ra = config.fact(located, "ra_dns", init_bool(default=True), default="dhcp.ra_dns")
    if modes[1] not in on and not isinstance(by_ra, Unknown) and not by_ra.value:
        return
    written = [(word, span) for word, span in config.words(located, "dns") if ":" in word]
    for word, span in written:
        yield _one(config, interface, _address(word, span, located), printable(word))
    if written:
        return
    itself = config.fact(located, "dns_service", init_bool(default=True), default="dhcp.dns_service")
    if isinstance(itself, Unknown):
        yield _one(config, interface, itself)
    elif itself.value:
        known = [mode for mode in on if not isinstance(mode, Unknown)]
        yield _one(config, interface, known_like(None, itself, *known))


def _one(config: Config, interface: Stated[str], address: Fact[IPv6Address | None], named: str = "") -> Ipv6Resolver:
    key = f"{interface.value}/{named}" if named else interface.value
    return Ipv6Resolver(config.device, key, interface, address)


def _doubt(
    config: Config, located: Located, services: Fact[frozenset[str]], modes: list[Fact[str]], name: str
) -> Unknown | None:
    """Why it is not known what clients are told, although something may be."""
    near = spans_of(*modes)
    other = [mode for mode in modes if isinstance(mode, Unknown) or mode.value != _SERVER]
    if other and isinstance(other[0], Unknown):
        return other[0]
    if other:
        modes_shown = ", ".join(printable(mode.value) for mode in other if not isinstance(mode, Unknown))
        why = f"what clients of {name} are told comes from another router (ra, dhcpv6: {modes_shown})"
        return Unknown(why, near, _SETTLE)
    raw = config.lines(located, "dhcpv6_raw")
    if raw:
        return Unknown(f"clients of {name} get options of DHCPv6 that are not read (dhcpv6_raw)", raw, _SETTLE)
    if stopped(services, "odhcpd"):
        why = f"odhcpd is not started; whether dnsmasq offers IPv6 on {name} instead depends on how it was built"
        only = () if config.words(located, "dns") else (None,)
        return Unknown(why, spans_of(*modes, services), f"set ra and dhcpv6 to disabled, or {_SETTLE}", only)
    return None


def _address(word: str, span: Span, located: Located) -> Fact[IPv6Address | None]:
    try:
        return Stated(IPv6Address(word), (span,))
    except ValueError:
        return Unknown(f"cannot read the name server '{printable(word)}' of {located.title}", (span,), "correct dns")
