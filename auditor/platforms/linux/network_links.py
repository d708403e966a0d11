"""`ip -j -p -d addr`: the links of a host with what joins them – bridges, bonds, VLANs – and their addresses.

Source: iproute2 ip/ipaddress.c, print_linkinfo and print_addrinfo; ip/iplink_vlan.c; ip/iplink_bridge.c.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface

from auditor.model import Fact, Listed, Stated, Unknown
from auditor.platforms.linux.outputs import ADDRESSES, RADIOS, VLANS, at, json_of, text
from auditor.services.reading import Reading, printable
from auditor.syntax.json_text import Node

# Bridges that container and virtual machine managers make for themselves, by the names that they give them.
_OF_CONTAINERS = re.compile(
    r"docker\d+|docker_gwbridge|br-[0-9a-f]{12}|virbr\d+|lxcbr\d+|lxdbr\d+|incusbr\d+|podman\d+|cni\d+|cni-podman\d+"
    r"|nerdctl\d+|kube-bridge|flannel\.\d+|cali[0-9a-f]+"
)
_RADIO = re.compile(r"/sys/class/net/([^/\s]+)/phy80211")
_PLAIN = ("", "dsa", "veth")
_BESIDE = ("macvlan", "ipvlan")
"""Links that share the network of the one below them."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link. `parent` is what a VLAN lies on, `vid` its id, 0 for other links. `master`: bridge or bond above it."""

    name: str
    kind: str
    master: str
    parent: str
    vid: int
    node: Node
    wireless: bool

    @property
    def named(self) -> Node:
        """Where the link is named."""
        return self.node.get("ifname") or self.node

    @property
    def flags(self) -> frozenset[str]:
        found = self.node.get("flags")
        items = found.items if found is not None else ()
        return frozenset(item.value for item in items if isinstance(item.value, str))

    @property
    def filtering(self) -> Node | None:
        """`vlan_filtering` of a bridge."""
        return self.node.get("linkinfo", "info_data", "vlan_filtering")

    @property
    def filters(self) -> bool:
        """Whether a bridge looks at VLANs."""
        return self.filtering is not None and self.filtering.value in (1, True)

    @property
    def is_port(self) -> bool:
        """Whether it is a socket for a cable: hardware, or the end of a virtual cable."""
        return self.kind in _PLAIN and not self.wireless and text(self.node, "link_type") == "ether"


@dataclass(frozen=True, slots=True)
class Membership:
    """One VLAN of a port: `untagged` frames leave without a tag, `pvid`: those that come without one belong to it."""

    vid: int
    pvid: bool
    untagged: bool
    node: Node


@dataclass(frozen=True, slots=True)
class Links:
    """All links of a host by name, and the VLANs of bridge ports."""

    by_name: dict[str, Link]
    vlans: "dict[str, tuple[Membership, ...]] | Unknown"

    def __iter__(self) -> Iterator[Link]:
        return iter(self.by_name.values())

    def bridge_of(self, link: Link) -> Link | None:
        """The bridge that a link is a port of."""
        master = self.by_name.get(link.master)
        return master if master is not None and master.kind == "bridge" else None

    def on(self, link: Link) -> Iterator[Link]:
        """VLANs that lie on a link."""
        return (other for other in self if other.vid and other.parent == link.name)

    def members(self, bridge: Link) -> Iterator[Link]:
        """The ports of a bridge."""
        return (other for other in self if other.master == bridge.name)


def read(reading: Reading) -> Links | Unknown:
    """Read all links."""
    output = json_of(reading, ADDRESSES)
    if isinstance(output, Unknown):
        return output
    radios = _radios(reading)
    found: dict[str, Link] = {}
    for node in output.items:
        name = text(node, "ifname")
        if not name:
            continue
        kind = text(node, "linkinfo", "info_kind")
        vid = node.get("linkinfo", "info_data", "id") if kind == "vlan" else None
        found[name] = Link(
            name=name,
            kind=kind,
            master=text(node, "master"),
            parent=text(node, "link"),
            vid=vid.value if vid is not None and isinstance(vid.value, int) and 0 < vid.value < 4095 else 0,
            node=node,
            wireless=name in radios if radios is not None else re.match(r"wl|ath|phy\d", name) is not None,
        )
    vlans = _vlans(reading)
    filtering = any(link.filters for link in found.values())
    return Links(found, vlans if filtering else {})


def _radios(reading: Reading) -> frozenset[str] | None:
    """Links with a radio below them; None if that was not captured."""
    if reading.file(RADIOS) is None:
        return None
    lines = reading.lines(RADIOS)
    reading.irrelevant(RADIOS, range(1, len(lines) + 1))
    return frozenset(found[1] for found in map(_RADIO.match, lines) if found)


def _vlans(reading: Reading) -> dict[str, tuple[Membership, ...]] | Unknown:
    """`bridge -j -p vlan show`: the VLANs of each port, and of the bridge itself."""
    output = json_of(reading, VLANS)
    if isinstance(output, Unknown):
        return output
    found: dict[str, list[Membership]] = {}
    for port in output.items:
        vlans = port.get("vlans")
        found.setdefault(text(port, "ifname"), []).extend(
            each for node in (vlans.items if vlans is not None else ()) for each in _memberships(node)
        )
    return {name: tuple(vlans) for name, vlans in found.items()}


def _memberships(node: Node) -> Iterator[Membership]:
    first, last, flags = node.get("vlan"), node.get("vlanEnd"), node.get("flags")
    if first is None or not isinstance(first.value, int):
        return
    end = last.value if last is not None and isinstance(last.value, int) else first.value
    words = {item.value for item in flags.items} if flags is not None else set()
    for vid in range(max(first.value, 1), min(end, 4094) + 1):
        yield Membership(vid, "PVID" in words, "Egress Untagged" in words, first)


def addresses(reading: Reading, link: Link) -> Fact[tuple[IPv4Interface, ...]]:
    """The IPv4 addresses that a link has now."""
    found: list[IPv4Interface] = []
    spans = list(at(reading, ADDRESSES, link.named))
    for node in ipv4(link):
        local, length = node.get("local"), node.get("prefixlen")
        words = f"{text(node, 'local')}/{length.value if length is not None else ''}"
        spans += at(reading, ADDRESSES, local or node, length)
        try:
            found.append(IPv4Interface(words))
        except ValueError:
            why = f"cannot read the address '{printable(words)}' of {printable(link.name)}"
            return Unknown(why, tuple(spans), f"capture {ADDRESSES} again")
    return Stated(tuple(found), tuple(dict.fromkeys(spans)))


def ipv4(link: Link) -> tuple[Node, ...]:
    """Entries of IPv4 addresses."""
    info = link.node.get("addr_info")
    return tuple(node for node in (info.items if info is not None else ()) if text(node, "family") == "inet")


def routed(links: Links) -> Listed[Link]:
    """The links that carry networks of their own: no ports of bridges and bonds, nothing of containers, no loopback."""
    return Listed(tuple(link for link in links if _is_routed(link)))


def _is_routed(link: Link) -> bool:
    if "LOOPBACK" in link.flags or link.master or _OF_CONTAINERS.fullmatch(link.name):
        return False
    usual = link.kind in ("", "dsa", "bridge", "vlan", "bond", "team", "macvlan") and text(link.node, "link_type") in (
        "ether",
        "",
    )
    return bool(ipv4(link)) or usual


def ipv6(link: Link) -> tuple[Node, ...]:
    """Entries of IPv6 addresses that routers further away know too; every link has one of its own besides."""
    info = link.node.get("addr_info")
    nodes = info.items if info is not None else ()
    return tuple(node for node in nodes if text(node, "family") == "inet6" and text(node, "scope") != "link")


def layer2(links: Links, link: Link) -> tuple[str, tuple[Node, ...]]:
    """The name of the segment below a link, as ports name it too: `br-lan`, `br-lan.30`, `eth0.30`; lines of VLANs."""
    if link.vid and link.parent:
        return f"{link.parent}.{link.vid}", ()
    below = links.by_name.get(link.parent)
    if link.kind in _BESIDE and below is not None and below is not link and below.kind not in _BESIDE:
        return layer2(links, below)
    if link.filters and not isinstance(links.vlans, Unknown):
        own = [each for each in links.vlans.get(link.name, ()) if each.pvid]
        if own:
            return f"{link.name}.{own[0].vid}", (own[0].node,)
    return link.name, ()
