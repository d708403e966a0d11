"""Which name servers dnsmasq tells clients by router advertisements and DHCPv6: `dhcp-range` with IPv6 addresses.

A range may offer one of them or both (`ra-only`, `enable-ra`, …); the name servers are the same. Where no option 23
says otherwise it names itself, but only if it answers DNS on port 53.
Source: dnsmasq 2.90 src/radv.c, send_ra_alias; src/rfc3315.c, add_options; man page, --dhcp-range, --dhcp-option.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv6Address, IPv6Network

from auditor.model import Fact, Interface, Ipv6Resolver, Listed, Span, Stated, Unknown, known_like
from auditor.services.base import Host, Instance
from auditor.services.dnsmasq.files import Holds
from auditor.services.dnsmasq.listening import gives_addresses
from auditor.services.dnsmasq.scopes import DNS_PORT, dns_port
from auditor.services.dnsmasq.settings import Setting, Settings
from auditor.services.dnsmasq.tags import tags_of
from auditor.services.reading import printable
from auditor.syntax.dnsmasq_conf import fields, shown

_ITSELF = frozenset(map(IPv6Address, ("::", "fd00::", "fe80::")))
"""What stands for an address of its own: a global, a local and a link-local one (man page, --dhcp-option)."""
_OPTION = ("option6:dns-server", "option6:23")
_USUAL_LENGTH = 64
_SETTLE = "see which name servers a client there got"


@dataclass(frozen=True, slots=True)
class _Range:
    """A range of IPv6: its first address, or the links that its prefix is taken from."""

    setting: Setting
    start: IPv6Address
    length: int
    constructor: str
    sets: str


@dataclass(frozen=True, slots=True)
class _Offer:
    """A range for clients of an interface; `reached`: whether dnsmasq serves there at all."""

    given: _Range
    interface: Interface
    reached: Fact[bool]


def links(host: Host, instance: Instance, settings: Settings) -> Listed[Fact[str]]:
    """Return the links on which IPv6 is offered."""
    offers = _offers(host, instance, settings)
    doubts = tuple(each.reached for each in offers if isinstance(each.reached, Unknown))
    sure = (each for each in offers if not isinstance(each.reached, Unknown))
    return Listed(tuple(Stated(each.interface.key, each.given.setting.spans) for each in sure), offers.holes + doubts)


def resolvers(host: Host, instance: Instance, settings: Settings) -> Listed[Ipv6Resolver]:
    """Return what clients of each interface are told; nothing where no link has an IPv6 address to take a prefix of."""
    offers = _offers(host, instance, settings)
    found = {each.key: each for offer in offers for each in _told(host, instance, settings, offer)}
    return Listed(tuple(found.values()), offers.holes)


def _offers(host: Host, instance: Instance, settings: Settings) -> Listed[_Offer]:
    running = instance.running
    if not host.ipv6 or (not isinstance(running, Unknown) and not running.value):
        return Listed()
    found: list[_Offer] = []
    holes = list(settings.all_holes())
    for setting in settings.of("dhcp-range"):
        try:
            given = _range(setting)
        except ValueError:
            near = setting.spans
            holes.append(Unknown(f"cannot read dhcp-range '{printable(setting.text)}'", near, "correct dhcp-range"))
            continue
        if given is None:
            continue
        offers = (_Offer(given, each, gives_addresses(host, settings, each)) for each in _served(host, given))
        found += [offer for offer in offers if isinstance(offer.reached, Unknown) or offer.reached.value]
    return Listed(tuple(found), tuple(holes))


def _range(setting: Setting) -> _Range | None:
    """Read `[tag:…,][set:…,]<first>[,<last>|constructor:<link>][,modes][,<length>][,<lease>]`; None: one of IPv4."""
    words = [shown(word) for word in fields(setting.value)]
    sets = next((word[4:] for word in words if word.startswith("set:")), "")
    words = [word for word in words if not word.startswith(("tag:", "net:", "set:"))]
    if not words or ":" not in words[0]:
        return None
    start = IPv6Address(words[0])
    constructor = next((word[12:] for word in words if word.startswith("constructor:")), "")
    length = next((int(word) for word in words[1:] if word.isascii() and word.isdecimal() and len(word) < 4), 0)
    return _Range(setting, start, length if 0 < length <= 128 else _USUAL_LENGTH, constructor, sets)


def _served(host: Host, given: _Range) -> Iterator[Interface]:
    """The interfaces whose prefix the range is for."""
    for interface in host.interfaces:
        own = host.ipv6.get(interface.key, ())
        if given.constructor:
            if own and fnmatchcase(interface.key, given.constructor.replace("[", "[[]").replace("?", "[?]")):
                yield interface
        elif any(address in IPv6Network((given.start, given.length), strict=False) for address in own):
            yield interface


def _told(host: Host, instance: Instance, settings: Settings, offer: _Offer) -> Iterator[Ipv6Resolver]:
    given, interface, reached = offer.given, offer.interface, offer.reached
    near = given.setting.spans
    where: Stated[str] = Stated(interface.key, near)

    def one(address: Fact[IPv6Address | None], named: str = "") -> Ipv6Resolver:
        key = f"{instance.key}/{interface.key}{f' {named}' if named else ''}"
        return Ipv6Resolver(host.name, key, where, address)

    doubts = [fact for fact in (reached, *settings.all_holes(Holds.DHCP_OPTIONS)) if isinstance(fact, Unknown)]
    option = _option(settings, interface.key, given.sets)
    if doubts or isinstance(option, Unknown):
        yield one(doubts[0] if doubts else option)  # type: ignore[arg-type]
        return
    if option is not None:
        setting, values = option
        for value in values:
            yield one(_address(value, tuple(dict.fromkeys((*near, *setting.spans)))), printable(value))
        return
    port = dns_port(host, settings)
    if isinstance(port, Unknown):
        yield one(port)
    elif port.value == DNS_PORT:
        yield one(known_like(None, where, port))


def _option(settings: Settings, link: str, sets: str) -> tuple[Setting, tuple[str, ...]] | Unknown | None:
    """Option 23 in force, as for the options of DHCPv4: the last line with their tags, then one without."""
    tags = tags_of(settings, link, sets, None)
    tagged: list[tuple[Setting, tuple[str, ...]]] = []
    plain: list[tuple[Setting, tuple[str, ...]]] = []
    for setting in settings.of("dhcp-option", "dhcp-option-force"):
        words = [shown(word) for word in fields(setting.value)]
        wanted = [word[4:] for word in words if word.startswith(("tag:", "net:"))]
        rest = [word for word in words if not word.startswith(("tag:", "net:"))]
        if not rest or rest[0] not in _OPTION:
            continue
        match tags.holds(wanted) if wanted else True:
            case None:
                why = f"only clients with {printable(', '.join(wanted))} are told these name servers"
                return Unknown(why, setting.spans, _SETTLE)
            case True:
                (tagged if wanted else plain).append((setting, tuple(word for word in rest[1:] if word)))
            case False:
                continue
    chosen = tagged or plain
    return chosen[-1] if chosen else None


def _address(value: str, near: tuple[Span, ...]) -> Fact[IPv6Address | None]:
    try:
        read = IPv6Address(value.removeprefix("[").removesuffix("]"))
    except ValueError:
        return Unknown(f"cannot read the name server '{printable(value)}'", near, "correct option6:dns-server")
    return Stated(None if read in _ITSELF else read, near)
