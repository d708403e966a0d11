"""`/etc/config/firewall`: default policies and zones, as fw4 (and fw3 before it) reads them.

Source: openwrt/firewall4 root/usr/share/ucode/fw4.uc, parse_defaults, parse_zone, parse_enum, parse_family.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

from auditor.model import Action, AddressSource, Fact, Interface, Listed, Span, Stated, Unknown, known_like
from auditor.platforms.openwrt.config import Config, Located
from auditor.services.reading import printable

_TARGETS = ("accept", "reject", "drop", "notrack", "helper", "mark", "dscp", "dnat", "snat", "masquerade")
_ACTIONS = {"accept": Action.ACCEPT, "reject": Action.REJECT, "drop": Action.DROP}
# They change a packet and let it go on; fw4 puts them into other chains than those that filter.
_PASSING = frozenset({"notrack", "helper", "mark", "dscp"})


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone. `members` are the interfaces whose packets it takes; `ipv4` false: it takes no IPv4 packets.

    `masquerades` None: no line says so, which means no.
    """

    located: Located
    name: str
    members: Fact[frozenset[str]]
    input: Fact[Action]
    forward: Fact[Action]
    ipv4: bool
    masquerades: Fact[bool] | None
    restricted: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What happens to packets that no zone takes, and the policy of zones that name none."""

    input: Fact[Action]
    forward: Fact[Action]


@dataclass(frozen=True, slots=True)
class Zones:
    """All zones in order; `holes` are sections that cannot be read as a zone, though they may be one."""

    defaults: Defaults
    items: tuple[Zone, ...]
    holes: tuple[Unknown, ...]

    def named(self, name: str) -> Zone | None:
        """Return the first zone of that name, which is the one that counts."""
        return next((zone for zone in self.items if zone.name == name), None)


@dataclass(frozen=True, slots=True)
class End:
    """One end of a rule: a zone, or any (`zone` None), with the line that says so."""

    zone: Zone | None
    span: Span

    def members(self) -> Fact[frozenset[str] | None]:
        """Keys of the interfaces of this end; None: all."""
        if self.zone is None:
            return Stated(None, (self.span,))
        match self.zone.members:
            case Unknown() as unknown:
                return unknown
            case known:
                return known_like(known.value, Stated(None, (self.span,)), known)


class Nowhere(Enum):
    """An end that is no zone: not written, or one that does not exist (then fw4 skips the section)."""

    ABSENT = "absent"
    NO_SUCH_ZONE = "no such zone"


EndOrNot: TypeAlias = End | Literal[Nowhere.ABSENT, Nowhere.NO_SUCH_ZONE]


def firewall_bool(text: str) -> bool:
    """Read a boolean as fw4 does."""
    if text in ("1", "on", "true", "yes"):
        return True
    if text in ("0", "off", "false", "no"):
        return False
    raise ValueError("not one of 1 on true yes, 0 off false no")


def target(text: str) -> Action:
    """Read a target; fw4 and fw3 take any leading part of the word, in any case."""
    word = next((word for word in _TARGETS if word.startswith(text.lower())), "")
    if word in _PASSING:
        return Action.NEXT
    if word not in _ACTIONS:
        raise ValueError("not a target that decides about a packet")
    return _ACTIONS[word]


def policy(text: str) -> Action:
    """Read a policy: accept, reject or drop, or a leading part of it."""
    for word, action in _ACTIONS.items():
        if word.startswith(text.lower()):
            return action
    raise ValueError("not one of ACCEPT REJECT DROP")


def takes_ipv4(text: str) -> bool:
    """Read `family`: false if it means IPv6 alone."""
    if text in ("any", "all", "*", "inet") or "4" in text:
        return True
    if "6" in text:
        return False
    raise ValueError("not one of any ipv4 ipv6")


def concerns_ipv4(config: Config, located: Located) -> bool:
    """Whether a section can hold for IPv4; one whose family cannot be read may."""
    family = config.stated(located, "family", takes_ipv4)
    return family is None or isinstance(family, Unknown) or family.value


def recognise(config: Config, located: Located) -> None:
    """Count all lines of a section as understood: it is not in force, or it is for IPv6 alone."""
    for name in located.section.names():
        config.values(located, name)


def defaults(config: Config) -> Defaults:
    """Read `config defaults`; the first counts, and without one everything is dropped."""
    found = next(iter(config.sections("firewall", "defaults")), None)
    if found is None:
        return Defaults(config.default("firewall.input", policy), config.default("firewall.forward", policy))
    return Defaults(
        config.fact(found, "input", policy, default="firewall.input"),
        config.fact(found, "forward", policy, default="firewall.forward"),
    )


def zones(config: Config, interfaces: Listed[Interface]) -> Zones:
    """Read every `config zone` that is in force."""
    base = defaults(config)
    found: list[Zone] = []
    holes: list[Unknown] = []
    for located in config.sections("firewall", "zone"):
        enabled = config.stated(located, "enabled", firewall_bool)
        names = config.words(located, "name")
        damaged = config.damage(located)
        if (isinstance(enabled, Stated) and not enabled.value) or (not names and damaged is None):
            recognise(config, located)
        elif not names:
            holes.append(
                damaged
                or Unknown(f"{located.title} names no zone", (config.header(located),), settle="add a name to the zone")
            )
        else:
            unsure = damaged or (enabled if isinstance(enabled, Unknown) else None)
            found.append(_zone(config, located, names[0][0], base, interfaces, unsure))
    return Zones(base, tuple(found), tuple(holes))


def _zone(
    config: Config,
    located: Located,
    name: str,
    base: Defaults,
    interfaces: Listed[Interface],
    unsure: Unknown | None,
) -> Zone:
    return Zone(
        located=located,
        name=name,
        members=unsure or _members(config, located, interfaces),
        input=config.stated(located, "input", policy) or base.input,
        forward=config.stated(located, "forward", policy) or base.forward,
        ipv4=concerns_ipv4(config, located),
        masquerades=config.stated(located, "masq", firewall_bool),
        restricted=tuple(span for option in ("masq_src", "masq_dest") for _, span in config.words(located, option)),
    )


def _members(config: Config, located: Located, interfaces: Listed[Interface]) -> Fact[frozenset[str]]:
    """Keys of the interfaces that a zone takes packets from.

    A zone matches devices, so an interface that sits on the device of one that is named belongs to it as
    well; only a PPP interface has a device of its own.
    """
    networks, devices = config.words(located, "network"), config.words(located, "device")
    subnets = config.words(located, "subnet")
    spans = tuple(dict.fromkeys(span for _, span in networks + devices)) or (config.header(located),)
    if subnets:
        why = f"zone {printable(located.id)} takes packets by address (option subnet), which is not modelled"
        return Unknown(why, (subnets[0][1],), "ask from a client of that subnet")
    for word, span in networks + devices:
        if word.startswith("!"):
            return Unknown(
                f"a zone of everything but '{printable(word[1:])}' is not modelled",
                (span,),
                settle="name the networks of the zone",
            )
    named = {word for word, _ in networks}
    links = {_own_link(i) for i in interfaces if i.key in named} | {word for word, _ in devices}
    return Stated(frozenset(named | {i.key for i in interfaces if _on(_own_link(i), links)}), spans)


def _own_link(interface: Interface) -> str:
    """The device of an interface, '' if it is not known or made by PPP."""
    source = interface.address_source
    if isinstance(source, Unknown) or source.value is AddressSource.PPP or isinstance(interface.link, Unknown):
        return ""
    return interface.link.value


def _on(link: str, names: set[str]) -> bool:
    """Whether a device is one of these; `tun+` stands for all that begin with `tun`."""
    return bool(link) and any(link == name or (name.endswith("+") and link.startswith(name[:-1])) for name in names)


def end(config: Config, located: Located, option: str, all_zones: Zones) -> EndOrNot:
    """Read `src` or `dest` of a section."""
    statements = config.values(located, option)
    if not statements:
        return Nowhere.ABSENT
    span = config.span(located, statements[-1])
    if statements[-1].value == "*":
        return End(None, span)
    zone = all_zones.named(statements[-1].value)
    return Nowhere.NO_SUCH_ZONE if zone is None else End(zone, span)
