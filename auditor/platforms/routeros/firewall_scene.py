"""What conditions of packet filters need to know of the rest of a configuration: names, lists, marks, IPsec."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from auditor.model import AddressSource, Fact, Interface, Listed, Port, Span, Unknown
from auditor.platforms.routeros import interface_lists
from auditor.platforms.routeros.address_lists import AddressList, lists_of
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.services.base import Host
from auditor.services.netfilter.boxes import ADDRESSES, Box, merged
from auditor.services.netfilter.conditions import Clause, address, doubted
from auditor.services.netfilter.links import Links

_MARKS = ("packet", "connection", "routing")
_PPP = ("pppoe-client", "pptp-client", "l2tp-client", "sstp-client", "ovpn-client", "ppp-client")
_PROVISIONING = ("caps-man provisioning", "interface wifi provisioning")
_WIRELESS = ("interface wireless", "interface wifi", "caps-man interface")


class Networked(Protocol):
    """What is read of a device's networks."""

    @property
    def interfaces(self) -> Listed[Interface]: ...

    @property
    def ports(self) -> Listed[Port]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One device as its packet filters see it.

    `marks` are the names that some rule marks packets, connections or routes with, by kind; None: any. `vrf` are
    interfaces of routing tables of their own, for which rules see another interface. `hotspot`: one may be there.
    `provisioned`: interfaces of a Wi-Fi manager come and go. `offloaded`: the line by which a switch chip routes.
    `bridge_asks`: whether frames within a bridge pass the IPv4 filter; `bridge_vlans`: tagged ones too.
    """

    config: Config
    host: Host
    links: Links
    lists: dict[str, AddressList]
    marks: dict[str, frozenset[str] | None]
    vrf: frozenset[str]
    uplinks: frozenset[str]
    hotspot: bool
    provisioned: bool
    offloaded: Span | None
    bridges: frozenset[str]
    bridge_asks: Fact[bool]
    bridge_vlans: Fact[bool]
    ipsec: dict[str, tuple[Clause, ...]]
    _members: dict[str, Fact[frozenset[str]]] = field(default_factory=dict)

    def members(self, name: str) -> Fact[frozenset[str]]:
        """The interfaces of an interface list."""
        if name not in self._members:
            self._members[name] = interface_lists.members(self.config, name)
        return self._members[name]

    def named(self, word: str) -> frozenset[str] | None:
        """The interfaces that a word of `in-interface` stands for; None if that is not known."""
        match word:
            case "all-ethernet":
                return frozenset(port.key for port in self.host.ports) if not self.host.ports.holes else None
            case "all-ppp":
                return _names(self.config, *(f"interface {kind}" for kind in _PPP))
            case "all-vlan":
                return _names(self.config, "interface vlan")
            case "all-wireless":
                return _names(self.config, *_WIRELESS)
            case _:
                return frozenset({word})

    def written(self, name: str) -> bool:
        """Whether the export itself gives an interface this name: what else exists came about on the device."""
        return name in self.links.behind or any(
            self.config.named(menu, name) is not None for menu in self.config.menus("*interface*")
        )


def scene_of(config: Config, network: Networked) -> Scene:
    """Gather what conditions ask about."""
    bridges = _names(config, "interface bridge")
    masters = tuple(sorted(_masters(config)))
    keys = frozenset(interface.key for interface in network.interfaces)
    behind = keys | bridges | {port.key for port in network.ports} | {port for port, _ in masters}
    links = Links(
        routed=keys,
        routed_complete=not network.interfaces.holes,
        behind=behind | _names(config, *_WIRELESS),
        behind_complete=not network.ports.holes and not network.interfaces.holes,
        masters=masters,
    )
    host = Host(
        config.device,
        config.reading,
        replace(network.interfaces, items=tuple(i for i in network.interfaces if _routes(i))),
        network.ports,
        None,
    )
    uplinks = frozenset(i.key for i in network.interfaces if isinstance(i.uplink, Unknown) or i.uplink.value)
    inside = _inside(network.interfaces)
    return Scene(
        config=config,
        host=host,
        links=links,
        lists=lists_of(config, lambda item: _from_outside(config, item, uplinks), inside),
        marks=_marks(config),
        vrf=frozenset(
            word
            for menu in ("ip vrf", "ip route vrf")
            for item in _enabled(config, menu)
            for word, _ in config.words(item, "interfaces")
        ),
        uplinks=uplinks,
        hotspot=bool(_enabled(config, "ip hotspot")) or bool(config.holes("ip hotspot")),
        provisioned=any(_enabled(config, menu) for menu in _PROVISIONING),
        offloaded=_offloaded(config),
        bridges=bridges,
        bridge_asks=config.setting("interface bridge settings", "use-ip-firewall", _yes),
        bridge_vlans=config.setting("interface bridge settings", "use-ip-firewall-for-vlan", _yes),
        ipsec=_ipsec(config, uplinks),
    )


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError("neither yes nor no")
    return text == "yes"


def _enabled(config: Config, menu: str) -> list[Item]:
    """The items of a menu that are, or may be, switched on."""
    found = []
    for item in config.items(menu):
        enabled = config.enabled(item)
        if isinstance(enabled, Unknown) or enabled.value:
            found.append(item)
    return found


def _offloaded(config: Config) -> Span | None:
    """`l3-hw-offloading` of a switch, which exports name by its number; see "L3 Hardware Offloading" in the manual."""
    for path, document in config.documents.items():
        for statement in document.statements:
            said = statement.property("l3-hw-offloading")
            if statement.menu == "interface ethernet switch" and said is not None and said.value == "yes":
                return Span(config.device, path, said.first, said.last)
    return None


def _names(config: Config, *menus: str) -> frozenset[str]:
    return frozenset(item.name for menu in menus for item in config.items(menu) if item.name)


def _routes(interface: Interface) -> bool:
    """A segment without any address is no network of the router: nothing is routed from or to it."""
    if isinstance(interface.uplink, Unknown) or interface.uplink.value:
        return True
    source, addresses = interface.address_source, interface.addresses
    if isinstance(source, Unknown) or source.value is not AddressSource.NONE:
        return True
    return isinstance(addresses, Unknown) or bool(addresses.value)


def _masters(config: Config) -> Iterable[tuple[str, str]]:
    for item in config.items("interface bridge port"):
        bridge, name = config.text(item, "bridge"), config.text(item, "interface")
        if not bridge or not name:
            continue
        members = frozenset({name})
        if config.named("interface list", name) is not None:
            listed = interface_lists.members(config, name)
            members = frozenset() if isinstance(listed, Unknown) else listed.value
        yield from ((member, bridge) for member in members)


def _inside(interfaces: Listed[Interface]) -> tuple[tuple[int, int], ...]:
    """The networks that are not reached by an uplink."""
    return merged(
        (int(each.network.network_address), int(each.network.broadcast_address))
        for interface in interfaces
        if not isinstance(interface.uplink, Unknown) and not interface.uplink.value
        if not isinstance(interface.addresses, Unknown)
        for each in interface.addresses.value
    )


def _from_outside(config: Config, item: Item, uplinks: frozenset[str]) -> bool:
    """Whether a rule only sees packets that come in by an uplink."""
    word = item.text("in-interface")
    if word is not None and not word.startswith("!"):
        return word in uplinks
    listed = item.text("in-interface-list")
    if listed is None or listed.startswith("!"):
        return False
    members = interface_lists.members(config, listed)
    return not isinstance(members, Unknown) and members.value <= uplinks


# -- marks -----------------------------------------------------------------------------------------------------


def _marks(config: Config) -> dict[str, frozenset[str] | None]:
    found: dict[str, frozenset[str] | None] = {}
    rules = [
        item
        for menu in ("ip firewall mangle", "interface bridge filter", "interface bridge nat")
        for item in _enabled(config, menu)
    ]
    for kind in _MARKS:
        names = {text for item in rules if (text := config.text(item, f"new-{kind}-mark"))}
        found[kind] = frozenset(names)
    others = (*config.items("ip hotspot user profile"), *config.items("ppp profile"))
    if any(item.text(f"{way}-packet-mark") for item in others for way in ("incoming", "outgoing")):
        found["packet"] = None
    if config.holes("ip firewall mangle"):
        found = dict.fromkeys(_MARKS)
    if any(_enabled(config, menu) for menu in ("routing rule", "ip route rule", "ip route vrf", "ip vrf")):
        found["routing"] = None
    return found


# -- IPsec -----------------------------------------------------------------------------------------------------


def _ipsec(config: Config, uplinks: frozenset[str]) -> dict[str, tuple[Clause, ...]]:
    """Packets that may be within IPsec, coming in and going out: those of the policies, by the uplinks alone.

    Clients of the shop's own networks send nothing encrypted to the router, so that what they send is never `in,ipsec`.
    Without policies, and without anybody who makes some, nothing is.
    """
    why = "which packets go through IPsec is not followed"
    if any(_makes_policies(config)):
        return {
            "in": doubted(why, Box(entering=uplinks)) if uplinks else (),
            "out": doubted(why, Box(leaving=uplinks)) if uplinks else (),
        }
    out: list[Clause] = []
    back: list[Clause] = []
    for item in _enabled(config, "ip ipsec policy"):
        if item.text("template") == "yes" or not uplinks or _is_template(item):
            continue
        try:
            source, target = ((address(item.text(f"{side}-address") or "0.0.0.0/0"),) for side in ("src", "dst"))
        except ValueError:
            source = target = ADDRESSES
        out.append(Clause(Box(leaving=uplinks, sources=source, destinations=target), why))
        back.append(Clause(Box(entering=uplinks, sources=target, destinations=source), why))
    return {"in": tuple(back), "out": tuple(out)}


def _is_template(item: Item) -> bool:
    """The built-in template, which exports change as `set 0` or `set [ find default=yes ]`."""
    return item.statements[0].verb == "set" and item.text("dst-address") is None


def _makes_policies(config: Config) -> Iterable[bool]:
    """Who makes policies by himself: clients that dial in, and tunnels with a secret."""
    for item in _enabled(config, "ip ipsec identity"):
        yield (item.text("generate-policy") or "no") != "no" or item.text("mode-config") is not None
    for item in _enabled(config, "ip ipsec peer"):
        yield (item.text("generate-policy") or "no") != "no"
    for menu in config.menus("interface *"):
        for item in _enabled(config, menu):
            yield (item.text("use-ipsec") or "no") != "no" or item.text("ipsec-secret") is not None
    yield bool(config.holes("ip ipsec peer", "ip ipsec identity"))
    # `set 0` is about the built-in template; without peers there is nothing that a policy could be for.
    yield bool(config.items("ip ipsec peer")) and bool(config.holes("ip ipsec policy"))
