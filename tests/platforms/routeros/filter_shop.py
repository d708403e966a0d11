"""A small made-up shop for tests of packet filters: exports, networks, and what becomes of packets between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Interface, IPv4Network

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import AddressSource, Filter, Interface, Listed, Port, Stated
from auditor.platforms.routeros import firewall
from auditor.platforms.routeros.config import Config
from auditor.profiles import load_profile
from auditor.services import Part
from auditor.site.filters import Question, evaluate, interval

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DEVICE = "gw"
HEADER = "# 2026-03-02 10:30:00 by RouterOS 7.16.1\n"
LISTS = """\
/interface bridge add name=bridge
/interface list add name=WAN
/interface list add name=LAN
/interface bridge port add bridge=bridge interface=ether2
/interface bridge port add bridge=bridge interface=ether3
/interface bridge port add bridge=bridge interface=wlan1
/interface list member add interface=bridge list=LAN
/interface list member add interface=vlan30 list=LAN
/interface list member add interface=ether1 list=WAN
"""
ENDS = "/system identity set name=gw\n"


@dataclass(frozen=True)
class Networks:
    """What the reader of networks gives."""

    interfaces: Listed[Interface]
    ports: Listed[Port]


def interface(key: str, *addresses: str, uplink: bool = False, link: str = "") -> Interface:
    source = AddressSource.STATIC if addresses else AddressSource.DHCP if uplink else AddressSource.NONE
    return Interface(
        device=DEVICE,
        key=key,
        enabled=Stated(True, ()),
        link=Stated(link or key, ()),
        vlan=Stated(None, ()),
        address_source=Stated(source, ()),
        addresses=Stated(tuple(map(IPv4Interface, addresses)), ()),
        gateway=Stated(None, ()),
        uplink=Stated(uplink, ()),
        ipv6_offered=Stated(False, ()),
    )


def port(key: str, *links: str) -> Port:
    return Port(DEVICE, key, Stated(links, ()), Stated(False, ()), Stated(None, ()))


SHOP = Networks(
    Listed(
        (
            interface("bridge", "192.168.1.1/24"),
            interface("vlan30", "192.168.30.1/24", link="bridge.30"),
            interface("ether1", uplink=True),
        )
    ),
    Listed((port("ether1", "ether1"), port("ether2", "bridge"), port("ether3", "bridge"))),
)


def capture_of(text: str, **outputs: str) -> Capture:
    """A capture of these lines below the shop's interfaces and lists; outputs by the id of their command."""
    export = CapturedFile("export.rsc", f"{HEADER}{LISTS}{text}{ENDS}", Kind.CONFIGURATION)
    shown = (CapturedFile(f"commands/{id.replace('_', '-')}.txt", out, Kind.STATE) for id, out in outputs.items())
    return Capture(DEVICE, "routeros", (export, *shown), (), NOW, False, "a test")


def config_of(text: str, **outputs: str) -> Config:
    return Config.of(capture_of(text, **outputs), load_profile("routeros"))


def part_of(text: str, networks: Networks = SHOP, **outputs: str) -> Part:
    return firewall.read(config_of(text, **outputs), networks)


def question(
    entering: str,
    leaving: str | None,
    protocol: str = "tcp",
    number: int | None = 443,
    *,
    source: str = "",
    target: str = "203.0.113.9",
    within: Iterable[str] = (),
) -> Question:
    """Packets from an interface of the shop to another one."""
    usual = {"bridge": "192.168.1.0/24", "vlan30": "192.168.30.0/24", "ether1": "198.51.100.0/24"}
    network = IPv4Network(source or usual.get(entering, "192.168.30.0/24"))
    return Question(
        entering, leaving, (interval(network),), (interval(IPv4Network(target)),), protocol, number, (),
        frozenset(within),
    )  # fmt: skip


def says(filters: Listed[Filter], asked: Question) -> str:
    """`pass`, `stop`, `some` (not all packets fare alike) or `unknown`; what one filter stops, no other lets pass."""
    found = {_one(each, asked) for each in filters} | ({"unknown"} if filters.holes else set())
    return next((word for word in ("stop", "unknown", "some") if word in found), "pass")


def _one(filter_: Filter, asked: Question) -> str:
    outcome = evaluate(filter_, asked)
    if outcome.gave_up or outcome.undecided():
        return "unknown"
    blocked = outcome.blocked()
    return "pass" if not blocked else "stop" if len(blocked) == len(outcome.boxes) else "some"


def forward(
    part: Part, entering: str, leaving: str, protocol: str = "tcp", number: int | None = 443, **more: str
) -> str:
    return says(part.forward_filters, question(entering, leaving, protocol, number, **more))
