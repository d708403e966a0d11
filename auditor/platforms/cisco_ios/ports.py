"""Ethernet ports: the segments that a cable reaches, isolation, and a speed that is fixed.

A bundle (`Port-channel1`) is one port: what its members say of VLANs follows it. Ports that are shut carry nothing and
are listed apart. Source: Cisco, "Configuring Interface Characteristics", Catalyst 9300 configuration guide (`speed`:
10, 100, 1000, 2500, 5000, `auto` with the speeds that are offered, `nonegotiate`); the same, "Troubleshooting Cisco
Catalyst Switches to NIC Compatibility Issues" (a port of which speed and duplex are set does not negotiate).
"""

from collections.abc import Iterator, Mapping

from auditor.model import Fact, Listed, Port, Stated, Unknown, known_like, spans_of
from auditor.platforms.cisco_ios.bridging import Bridging
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.interface_names import Kind, type_of
from auditor.platforms.cisco_ios.network_links import Link, Links
from auditor.platforms.cisco_ios.switchports import Switchport
from auditor.services.reading import printable

_SLOW = 100
_GIGABIT = 1000
_DUPLEX = {"auto": None, "full": True, "half": False}
_NOMINAL = {
    "FastEthernet": 100, "GigabitEthernet": 1000, "TwoGigabitEthernet": 2500, "FiveGigabitEthernet": 5000,
    "TenGigabitEthernet": 10_000, "TwentyFiveGigE": 25_000, "FortyGigabitEthernet": 40_000, "HundredGigE": 100_000,
}  # fmt: skip


def link_of(vid: int) -> str:
    """The link of a VLAN of the switching part."""
    return f"vlan.{vid}"


def read(
    config: Config, links: Links, switchports: Mapping[str, Switchport], bridges: Bridging, vids: frozenset[int]
) -> Listed[Port]:
    """Read every port that is not shut; `vids` are the VLANs that have an interface in the model."""
    found = tuple(_ports(config, links, switchports, bridges, vids))
    return Listed(found, config.holes())


def read_shut(
    config: Config, links: Links, switchports: Mapping[str, Switchport], vids: frozenset[int]
) -> Listed[Port]:
    """Read the switch ports that are shut, with what they would carry."""
    found: list[Port] = []
    for link in links.of(Kind.ETHERNET, Kind.CHANNEL):
        port = switchports.get(link.name)
        if link.channel or port is None or isinstance(link.on, Unknown) or link.on.value or not port.trunk:
            continue
        names = _names(port.vlans, vids)
        if not isinstance(names, Unknown):
            names = known_like(names.value, Stated(None, spans_of(names, link.on)))
        found.append(Port(config.device, link.name, names, port.isolated, Stated(None, (link.header,))))
    return Listed(tuple(found))


def _names(carried: Fact[frozenset[int]], vids: frozenset[int]) -> Fact[tuple[str, ...]]:
    match carried:
        case Unknown():
            could_be = (tuple(link_of(vid) for vid in sorted(each & vids)) for each in carried.could_be)
            return Unknown(carried.why, carried.near, carried.settle, tuple(could_be))
        case known:
            return known_like(tuple(link_of(vid) for vid in sorted(known.value & vids)), known)


def _ports(
    config: Config, links: Links, switchports: Mapping[str, Switchport], bridges: Bridging, vids: frozenset[int]
) -> Iterator[Port]:
    for link in links.of(Kind.ETHERNET, Kind.CHANNEL):
        if link.channel or (not isinstance(link.on, Unknown) and not link.on.value):
            continue
        members = links.members.get(link.name, ()) if link.kind is Kind.CHANNEL else (link,)
        working = [member for member in members if isinstance(member.on, Unknown) or member.on.value]
        if not working:
            continue
        switched = links.switched(link.name)
        port = switchports.get(link.name)
        if port is not None and not isinstance(switched, Unknown):
            names = _names(port.vlans, vids)
            isolated = port.isolated
        elif isinstance(switched, Unknown):
            default: tuple[str, ...] = (link_of(1),)
            names = Unknown(switched.why, switched.near, switched.settle, (default, (link.name,)))
            isolated = Stated(False, switched.near)
        else:
            names = _routed(links, link, bridges)
            isolated = _protected(links, link, bridges)
        yield Port(config.device, link.name, names, isolated, _slowest(config, working), _any_full(config, working))


def _routed(links: Links, link: Link, bridges: Bridging) -> Fact[tuple[str, ...]]:
    """A routed port carries itself and its sub-interfaces, or what these are bridged to."""
    names: list[str] = []
    spans = [link.header]
    for name in (link.name, *link.subs):
        on = links.enabled(name)
        if not isinstance(on, Unknown) and not on.value:
            continue
        names += bridges.joined.get(name, (name,))
        spans.append(links.by_name[name].header)
    return Stated(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(spans)))


def _protected(links: Links, link: Link, bridges: Bridging) -> Fact[bool]:
    places = [name for name in (link.name, *link.subs) if name in bridges.joined]
    marked = [bridges.protected[name] for name in places if name in bridges.protected]
    for name in places:
        silent = (
            None if name in bridges.protected else links.by_name[name].settings.unsaid("bridge-group port-protected")
        )
        if silent is not None:
            return silent
    if not marked:
        return Stated(False, (link.header,))
    if len(marked) == len(places):
        return Stated(True, tuple(marked))
    why = f"only some networks of port {printable(link.name)} are protected"
    return Unknown(why, tuple(marked), "compare `port-protected` of its sub-interfaces")


# -- speed -----------------------------------------------------------------------------------------------------


def _slowest(config: Config, members: list[Link]) -> Fact[int | None]:
    """A speed that is fixed on any of the ports of a bundle; None if all negotiate."""
    facts = [_speed(config, member) for member in members]
    for fact in facts:
        if isinstance(fact, Unknown) or fact.value is not None:
            return fact
    return facts[0]


def _speed(config: Config, link: Link) -> Fact[int | None]:
    """A speed that is fixed, or the slowest that is offered if readers do not know it; None if it negotiates."""
    settings = link.settings
    line = settings.said("speed")
    if line is not None and not line.no:
        return config.converted(line.rest, _rate, line.span, what=f"speed of {settings.title}")
    negotiation = settings.said("negotiation auto")
    if negotiation is not None and negotiation.no:
        # Without negotiation a port keeps its nominal speed, that of its kind.
        nominal = _NOMINAL.get(type_of(link.name))
        if nominal is not None:
            return Stated(nominal, (negotiation.span,))
        why = f"{settings.title} does not negotiate, and no line says its speed"
        return Unknown(why, (negotiation.span,), "look at `show interfaces status`")
    if negotiation is not None:
        return Stated(None, (negotiation.span,))
    return settings.unsaid("speed") or config.default("interface.speed", _rate, link.header)


def _any_full(config: Config, members: list[Link]) -> Fact[bool | None]:
    """Whether any of the ports of a bundle is set to full duplex; None if all negotiate."""
    facts = [_full_duplex(config, member) for member in members]
    return next((fact for fact in facts if isinstance(fact, Unknown) or fact.value), facts[0])


def _full_duplex(config: Config, link: Link) -> Fact[bool | None]:
    """What a port is set to of which the speed is set as well; `full-duplex` on routers before `duplex full`."""
    settings = link.settings
    speed, duplex, old = settings.said("speed"), settings.said("duplex"), settings.said("full-duplex")
    if old is not None and not old.no:
        said: Fact[bool | None] = Stated(True, (old.span,))
    elif duplex is not None and not duplex.no:
        said = config.converted(duplex.rest, _duplex, duplex.span, what=f"duplex of {settings.title}")
    else:
        said = settings.unsaid("duplex") or Stated(None, (link.header,))
    negotiation = settings.said("negotiation auto")
    fixed = speed is not None and not speed.no and speed.rest.split()[:1] != ["auto"]
    return said if fixed or (negotiation is not None and negotiation.no) else Stated(None, said.spans)


def _duplex(text: str) -> bool | None:
    if text not in _DUPLEX:
        raise ValueError("not a duplex mode")
    return _DUPLEX[text]


def _rate(text: str) -> int | None:
    """`auto`, `auto 100 1000`, `1000`, `nonegotiate`; `forced 1000` of some line cards."""
    words = text.split()
    if words[:1] == ["auto"]:
        offered = [_number(word) for word in words[1:]]
        return min(offered) if offered and min(offered) > _SLOW else None
    if words == ["nonegotiate"]:
        return _GIGABIT
    if len(words) == 2 and words[0] == "forced":
        words = words[1:]
    if len(words) != 1:
        raise ValueError("not a speed")
    return _number(words[0])


def _number(text: str) -> int:
    if text.isdecimal() and 0 < len(text) <= 6:
        return int(text)
    raise ValueError("not a speed in Mbit/s")
