"""DHCP options that clients get: of a scope, of an instance of dnsmasq, and of clients with a tag.

Source: openwrt/openwrt package/network/services/dnsmasq/files/dnsmasq.init, dhcp_option_add, dhcp_tag_add and the
functions of the other sections with a `networkid`; dnsmasq man page, --dhcp-option.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from auditor.model import Fact, Span, Stated, Unknown, combine
from auditor.platforms.openwrt.config import Config, Located
from auditor.services.reading import printable

# Sections that give a tag to the clients that they match, and options to clients with that tag.
_MATCHING = ("mac", "vendorclass", "userclass", "circuitid", "remoteid", "subscrid", "match")
_CODES = {"dns-server": "6", "router": "3", "lease-time": "51", "ipv6-only": "108"}


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its number, or its name if that is not read here; its values; its tag ('': all clients)."""

    code: str
    values: tuple[str, ...]
    tag: str
    span: Span


@dataclass(frozen=True, slots=True)
class TaggedOptions:
    """Options of clients with a tag. `address` is that of the one client, None if it may be any client."""

    tag: str
    options: tuple[Option, ...]
    address: IPv4Address | None
    why: str


def options(config: Config, located: Located) -> tuple[Option, ...]:
    """Options of a section, in their order."""
    return tuple(
        option(word, span)
        for name in ("dhcp_option", "dhcp_option_force")
        for word, span in config.words(located, name)
    )


def option(word: str, span: Span) -> Option:
    """Read `6,192.0.2.1`, `option:dns-server,192.0.2.1`, `tag:pos,6,…`; other words in front are tags as well."""
    parts = word.split(",")
    tag = ""
    while len(parts) > 1 and not parts[0].isdecimal() and not parts[0].startswith(("option:", "option6:")):
        tag = parts.pop(0)
    code = parts[0].removeprefix("option:")
    return Option(_CODES.get(code, code), tuple(parts[1:]), tag, span)


def tagged_options(config: Config) -> tuple[TaggedOptions, ...]:
    """Options of all tags that some client has."""
    found: list[TaggedOptions] = []
    setters: list[tuple[str, IPv4Address | None, str]] = []
    for located in config.sections("dhcp", "host"):
        address = _address(config, located)
        tags = [word for name in ("tag", "networkid") for word, _ in config.words(located, name)]
        setters += [(tag, address, located.title) for tag in tags]
        found += [TaggedOptions(tag, options(config, located), address, located.title) for tag in tags[-1:]]
    for type_ in (*_MATCHING, "boot"):
        for located in config.sections("dhcp", type_):
            for tag, _ in config.words(located, "networkid"):
                setters.append((tag, None, located.title))
                found.append(TaggedOptions(tag, options(config, located), None, located.title))
            _recognise(config, located)
    for located in config.sections("dhcp", "dhcp"):
        names = config.words(located, "networkid") or config.words(located, "interface")
        setters += [(tag, None, located.title) for tag, _ in names]
    for located in config.sections("dhcp", "tag"):
        own = options(config, located)
        _recognise(config, located)
        found += [TaggedOptions(tag, own, where, who) for tag, where, who in setters if tag == located.id]
    return tuple(each for each in found if each.options)


def _recognise(config: Config, located: Located) -> None:
    """What these sections match, and what they boot, is nobody's business here."""
    for name in located.written:
        config.values(located, name)


def _address(config: Config, located: Located) -> IPv4Address | None:
    try:
        return IPv4Address("".join(word for word, _ in config.words(located, "ip")))
    except ValueError:
        return None


def for_some(tagged: tuple[TaggedOptions, ...], code: str, subnet: Fact[IPv4Network]) -> Unknown | None:
    """Return why an option is not the same for all clients of a subnet, or None."""
    for each in tagged:
        if each.address is not None and not isinstance(subnet, Unknown) and each.address not in subnet.value:
            continue
        mine = [one for one in each.options if one.code == code]
        if mine:
            why = f"clients with the tag '{printable(each.tag)}' ({each.why}) get an option {code} of their own"
            return Unknown(why, tuple(one.span for one in mine), "look at the option that the client got")
    return None


def addresses(
    config: Config,
    located: Located,
    found: tuple[Option, ...],
    code: str,
    own: Fact[tuple[IPv4Interface, ...]],
) -> Fact[tuple[IPv4Address, ...]]:
    """Addresses that an option hands out; without one the server names itself, as 0.0.0.0 does too."""
    mine = [each for each in found if each.code == code]
    tagged = next((each for each in mine if each.tag), None)
    if tagged is not None:
        why = f"only clients with {printable(tagged.tag)} get this option {code}"
        return Unknown(why, (tagged.span,), "look at the option that a client got")
    damaged = config.damage(located)
    if damaged is not None:
        return damaged
    itself: Fact[tuple[IPv4Address, ...]] = combine(lambda addresses: (addresses[0].ip,), own)
    if not mine:
        entry = "dhcp.option6" if code == "6" else "dhcp.option3"
        return combine(lambda value, _: value, itself, config.default(entry, str, config.header(located)))
    handed: list[IPv4Address] = []
    for each in mine:
        for value in each.values:
            try:
                address = IPv4Address(value)
            except ValueError:
                return Unknown(
                    f"cannot read option {code} '{printable(value)}'", (each.span,), settle="correct the dhcp_option"
                )
            if address == IPv4Address(0):
                if isinstance(itself, Unknown):
                    return itself
                handed.extend(itself.value)
            else:
                handed.append(address)
    return Stated(tuple(dict.fromkeys(handed)), tuple(dict.fromkeys(each.span for each in mine)))
