"""Who is let in at a switch port: port security, 802.1X and MAC authentication, DHCP snooping, ARP and source checks.

And who is found behind one: `switchport block unicast` keeps frames away whose receiver the switch has forgotten, while
broadcasts such as questions of ARP pass.

What depends on who is plugged in, or on a RADIUS server, is a rule of unknown outcome for frames that enter by that
port; it concerns the networks of that port alone. Source: Cisco, "Configuring Port-Based Traffic Control", "Configuring
IEEE 802.1x Port-Based Authentication", "Configuring DHCP Features and IP Source Guard Features", "Configuring Dynamic
ARP Inspection", Catalyst 3750 and 9300 configuration guides.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model import Action, Fact, Filter, FilterRule, Listed, Span, Stated, Unknown
from auditor.platforms.cisco_ios.blocks import Line
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.network import Network
from auditor.platforms.cisco_ios.network_links import Link
from auditor.platforms.cisco_ios.policing import dropping
from auditor.platforms.cisco_ios.switchports import Switchport
from auditor.platforms.cisco_ios.templates import Settings
from auditor.platforms.cisco_ios.vlans import vlan_list
from auditor.services.reading import printable
from auditor.services.routes import matching

KEY = "port access"
"""Key of the filter between ports that says who is let in."""

_CONTROLS = ("authentication port-control", "access-session port-control", "dot1x port-control")
_MACS = ("switchport port-security mac-address",)
_BYPASSES = ("mab", "dot1x mac-auth-bypass")
_GUESTS = (
    "authentication event no-response action authorize vlan",
    "dot1x guest-vlan",
    "service-policy type control subscriber",
)
_PING = "plug a reader into it and ping it from the point of sale"


def filters(config: Config, network: Network) -> Listed[Filter]:
    """Return the filter between ports for those at which not everybody is let in; nothing if there is none."""
    guard = _Guard.of(config, network)
    up = {port.key for port in network.ports}
    # Those that are shut are read too: their lines are understood all the same.
    asked = {name: tuple(_rules(network, guard, name, member)) for name, member in network.switchports.items()}
    rules = [rule for name, found in asked.items() if name in up for rule in found]
    if not rules:
        return Listed()
    rest = Stated(Action.ACCEPT, rules[0].action.spans[:1])
    return Listed((Filter(config.device, KEY, Listed(tuple(rules)), rest),))


def dhcp_doubts(config: Config, network: Network) -> tuple[Unknown, ...]:
    """Networks in which DHCP snooping trusts no port: offers that come by a cable are dropped."""
    guard = _Guard.of(config, network)
    found = []
    for vid, spans in sorted(guard.snooped.items()):
        carrying = [
            port
            for port in network.ports
            if (member := network.switchports.get(port.key)) is not None
            and not isinstance(member.vlans, Unknown)
            and vid in member.vlans.value
        ]
        own = network.known(f"Vlan{vid}")
        serves = own is not None and not isinstance(own.addresses, Unknown) and bool(own.addresses.value)
        trusted = any(_trusts(network.links.by_name[port.key], "ip dhcp snooping trust") for port in carrying)
        if carrying and not trusted and not serves:
            why = f"DHCP snooping of VLAN {vid} trusts no port: the offers of a server behind a cable are dropped"
            settle = "write `ip dhcp snooping trust` on the port that leads to the DHCP server"
            found.append(Unknown(why, spans, settle))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Guard:
    """VLANs in which DHCP is snooped, ARP is inspected, and frames of some addresses are dropped, with their lines."""

    config: Config
    snooped: dict[int, tuple[Span, ...]]
    inspected: dict[int, tuple[Span, ...]]
    dropped: dict[int, tuple[Span, ...]]

    @classmethod
    def of(cls, config: Config, network: Network) -> "_Guard":
        alone = [c for c in config.top.children() if c.text.removeprefix("no ") == "ip dhcp snooping"]
        config.understood(*alone)
        vlans = _by_vlan(config, "ip dhcp snooping vlan")
        snooped = vlans if alone and not alone[-1].text.startswith("no ") else {}
        return cls(config, snooped, _by_vlan(config, "ip arp inspection vlan"), _dropped(config))


def _by_vlan(config: Config, words: str) -> dict[int, tuple[Span, ...]]:
    found: dict[int, tuple[Span, ...]] = {}
    for line in config.top.each(words):
        try:
            vids = vlan_list(line.words[0]) if line.words else frozenset[int]()
        except ValueError:
            continue
        for vid in vids:
            found[vid] = (line.span,)
            if line.no:
                del found[vid]
    return found


def _dropped(config: Config) -> dict[int, tuple[Span, ...]]:
    """`mac address-table static MAC vlan N drop`: frames from and to that address are dropped there."""
    found: dict[int, tuple[Span, ...]] = {}
    for prefix in ("mac address-table static", "mac-address-table static"):
        for line in config.top.lines(prefix):
            words = line.words
            if len(words) == 4 and words[1] == "vlan" and words[2].isdecimal() and words[3] == "drop":
                found[int(words[2])] = (*found.get(int(words[2]), ()), line.span)
    return found


def _trusts(link: Link, words: str) -> bool:
    return link.settings.has(words)


def _rules(network: Network, guard: _Guard, name: str, member: Switchport) -> Iterator[FilterRule]:
    link = network.links.by_name[name]
    doubts = [*_security(link.settings, name), *_authentication(link.settings, name)]
    trusted = _trusts(link, "ip arp inspection trust")
    _trusts(link, "ip dhcp snooping trust")
    vids = frozenset[int]() if isinstance(member.vlans, Unknown) else member.vlans.value
    inspected = sorted(vids & guard.inspected.keys())
    if inspected and not trusted:
        why = f"ARP inspection at port {printable(name)} drops answers of devices that got no lease through it"
        doubts.append(Unknown(why, guard.inspected[inspected[0]], f"use leases, not fixed addresses; {_PING}"))
    source = link.settings.said("ip verify source")
    if source is not None and not source.no:
        why = f"port {printable(name)} drops packets of devices that got no lease through it"
        doubts.append(Unknown(why, (source.span,), f"use leases, not fixed addresses; {_PING}"))
    for vid in sorted(vids & guard.dropped.keys()):
        why = f"the switch drops frames of some addresses in VLAN {vid}"
        doubts.append(Unknown(why, guard.dropped[vid], f"see whose addresses these are; {_PING}"))
    policy = link.settings.said("service-policy input")
    drops = dropping(guard.config, policy.rest) if policy is not None and not policy.no else ()
    if policy is not None and drops:
        why = f"the policy of port {printable(name)} drops some packets, whatever their rate"
        doubts.append(Unknown(why, (policy.span, *drops), f"see what its classes match; {_PING}"))
    for number, doubt in enumerate(doubts, start=1):
        key = name if number == 1 else f"{name} ({number})"
        yield matching(key, doubt, entering=Stated(frozenset((name,)), doubt.near))
    unknown = link.settings.said("switchport block unicast")
    if unknown is not None and not unknown.no:
        why = (
            f"port {printable(name)} gets no frames for addresses that the switch has forgotten since they were silent"
        )
        settle = "ping a reader that said nothing for ten minutes, or take `switchport block unicast` out"
        doubt = Unknown(why, (unknown.span,), settle)
        yield matching(f"{name} (silent)", doubt, leaving=Stated(frozenset((name,)), doubt.near))


def _security(settings: Settings, name: str) -> Iterator[Unknown]:
    """Port security with as many addresses written down as may be there: nobody else is let in."""
    said = [line for line in settings.each("switchport port-security") if not line.rest]
    if not said or said[-1].no:
        return
    most = _most(settings)
    macs = [
        line for words in _MACS for line in settings.each(words) if not line.no and line.words not in (("sticky",), ())
    ]
    settings.each("switchport port-security violation")
    if isinstance(most, Unknown):
        yield most
    elif len(macs) >= most.value:
        count = f"{len(macs)} address{'es' if len(macs) > 1 else ''}"
        why = f"port {printable(name)} lets in {count} only, which it has learned or was told"
        spans = (said[-1].span, *(line.span for line in macs))
        settle = "compare them with the MAC addresses of readers and points of sale (show port-security address)"
        yield Unknown(why, spans, settle)


def _most(settings: Settings) -> Fact[int]:
    """How many addresses may be there; a line for one VLAN (`maximum 1 vlan voice`) is not about all of them."""
    words = "switchport port-security maximum"
    for line in reversed(settings.each(words)):
        if len(line.words) == 1 and not line.no:
            return settings.config.converted(line.rest, _count, line.span, what=f"{words} of {settings.title}")
    return settings.fact(words, _count, f"interface.{words}")


def _count(text: str) -> int:
    word = text.partition(" ")[0]
    if word.isdecimal() and len(word) <= 6:
        return int(word)
    raise ValueError("not a number of addresses")


def _authentication(settings: Settings, name: str) -> Iterator[Unknown]:
    """802.1X: who may enter, and into which VLAN, a RADIUS server says; without MAC bypass only those who log in.

    Sources: Cisco, "Configuring IEEE 802.1x Port-Based Authentication" (`authentication open`, guest VLANs);
    "Identity-Based Networking Services Configuration Guide" (`access-session closed`, open without it).
    """
    settings.each("access-session closed")
    opened = _holds(settings, "authentication open")
    for words in _CONTROLS:
        line = settings.said(words)
        if line is None or line.no or line.rest == "force-authorized":
            continue
        if line.rest == "force-unauthorized":
            yield Unknown(f"port {printable(name)} lets nobody in", (line.span,), "plug readers in elsewhere")
            continue
        sessions = f"look at `show authentication sessions`; {_PING}"
        if words.startswith("access-session") and not _holds(settings, "access-session closed"):
            opened = line
        if bypass := _holds(settings, *_BYPASSES):
            why = f"the RADIUS server decides who is let in at port {printable(name)}, and into which VLAN"
            yield Unknown(why, (line.span, bypass.span), sessions)
        elif guest := _holds(settings, *_GUESTS):
            why = f"port {printable(name)} moves devices that cannot log in to another VLAN, or decides by a policy"
            yield Unknown(why, (line.span, guest.span), sessions)
        elif opened is None:
            why = f"port {printable(name)} asks for 802.1X and has no bypass for devices that cannot log in"
            yield Unknown(why, (line.span,), f"write `mab` on it, or use a port without 802.1X; {_PING}")
        return


def _holds(settings: Settings, *words: str) -> Line | None:
    """The first of these lines that says so."""
    found = (settings.said(each) for each in words)
    return next((line for line in found if line is not None and not line.no), None)
