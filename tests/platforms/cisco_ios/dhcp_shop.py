"""A small made-up shop for tests of DHCP, DNS and schedules: its configuration, read, changed, and read again."""

from dataclasses import dataclass, field, fields, replace
from ipaddress import IPv4Interface
from typing import Any

from auditor.capture import Capture
from auditor.intents import Intent
from auditor.model import (
    AddressSource,
    Blocklist,
    Device,
    DhcpScope,
    DnsRedirect,
    Fact,
    Interface,
    Listed,
    Reservation,
    Resolver,
    Schedule,
    Stated,
    Unknown,
    leaves,
)
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios import dhcp, dhcp_edit, dns, dns_edit, dns_umbrella, schedules
from auditor.platforms.cisco_ios.changes import Texts, apply
from auditor.platforms.cisco_ios.config import Config
from auditor.profiles import load_profile
from auditor.services.reading import Reading
from auditor.syntax.ios_operations import Operation
from tests.platforms.cisco_ios.configs import HEAD, capture

DEVICE = "gw"
EXCLUDED = "ip dhcp excluded-address 192.168.30.1 192.168.30.99\n"
POOL = (
    "ip dhcp pool POS\n"
    " network 192.168.30.0 255.255.255.0\n"
    " default-router 192.168.30.1 \n"
    " dns-server 1.1.1.1 1.0.0.1 \n"
)
SHOP = EXCLUDED + POOL


def interface(key: str, *addresses: str, uplink: bool = False, enabled: bool = True) -> Interface:
    return Interface(
        device=DEVICE,
        key=key,
        enabled=Stated(enabled, ()),
        link=Stated(key, ()),
        vlan=Stated(None, ()),
        address_source=Stated(AddressSource.STATIC, ()),
        addresses=Stated(tuple(map(IPv4Interface, addresses)), ()),
        gateway=Stated(None, ()),
        uplink=Stated(uplink, ()),
        ipv6_offered=Stated(False, ()),
    )


@dataclass(frozen=True)
class Networks:
    """What the reader of networks gives."""

    interfaces: Listed[Interface] = field(
        default_factory=lambda: Listed(
            (
                interface("Vlan30", "192.168.30.1/24"),
                interface("GigabitEthernet9", "192.0.2.2/30", uplink=True),
            )
        )
    )

    def vlan_named(self, name: str) -> Fact[int]:
        return Stated(int(name), ()) if name.isdecimal() else Unknown(f"no VLAN is called {name}")

    def networks_of_vlan(self, vlan: Fact[int]) -> Fact[tuple[str, ...]]:
        if isinstance(vlan, Unknown):
            return vlan
        same = (each.key for each in self.interfaces if each.vlan == Stated(vlan.value, ()))
        return Stated(tuple(same), vlan.spans)


@dataclass(frozen=True)
class Read:
    """What was read of a capture."""

    capture: Capture
    config: Config
    networks: Networks
    scopes: Listed[DhcpScope]
    reservations: Listed[Reservation]
    resolvers: Listed[Resolver]
    blocklists: Listed[Blocklist]
    redirects: Listed[DnsRedirect]
    schedules: Listed[Schedule]

    @property
    def scope(self) -> DhcpScope:
        (scope,) = self.scopes
        return scope

    @property
    def resolver(self) -> Resolver:
        (resolver,) = self.resolvers
        return resolver

    @property
    def said(self) -> dict[str, object]:
        """All that is known by key, without the lines; `Unknown` by why."""
        return {key: fact.why if isinstance(fact, Unknown) else fact.value for key, fact in leaves(device_of(self))}

    @property
    def unknown(self) -> dict[str, object]:
        """Why facts are not known, by key."""
        return {key: fact.why for key, fact in leaves(device_of(self)) if isinstance(fact, Unknown)}

    def lines(self, fact: Fact[Any]) -> tuple[str, ...]:
        """The lines that a fact rests on."""
        text = self.capture.files[0].text.split("\n")
        return tuple(text[span.first - 1].strip() for span in fact.spans)


def read(text: str, networks: Networks | None = None, *, head: str = HEAD) -> Read:
    return read_capture(capture(f"{head}{text}end\n"), networks)


def read_capture(given: Capture, networks: Networks | None = None) -> Read:
    """Read twice, as the platform does: the second time with the lines known that nobody understood."""
    networks = networks or Networks()
    first = _read(given, networks, frozenset())
    spoilers = first.config.spoilers()
    return _read(given, networks, spoilers) if spoilers else first


def _read(given: Capture, networks: Networks, spoilers: frozenset[int]) -> Read:
    config = Config.of(Reading(given, load_profile("cisco_ios")), not_understood=spoilers)
    return Read(
        given,
        config,
        networks,
        *dhcp.read(config, networks),
        *dns.read(config, networks),
        dns_umbrella.redirects(config, networks),
        schedules.read(config, networks),
    )


def device_of(found: Read) -> Device:
    """A device of which only DHCP, DNS and schedules are known."""
    names = [each.name for each in fields(Device) if each.name not in ("name", "platform", "version", "coverage")]
    nothing: dict[str, Any] = dict.fromkeys(names, Listed())
    device = Device(
        name=DEVICE,
        platform="cisco_ios",
        version=found.config.version,
        coverage=(),
        **{**nothing, "pending_changes": Stated(False, ())},
    )
    return replace(
        device,
        interfaces=found.networks.interfaces,
        dhcp_scopes=found.scopes,
        reservations=found.reservations,
        resolvers=found.resolvers,
        blocklists=found.blocklists,
        dns_redirects=found.redirects,
        schedules=found.schedules,
    )


def edit(found: Read, intent: Intent) -> Edit:
    builders = {**dhcp_edit.BUILDERS, **dns_edit.BUILDERS}
    made = builders[type(intent)](Texts.of(found.capture), device_of(found), intent)
    assert made is not None
    return made


def applied(found: Read, operations: tuple[Operation, ...]) -> Read:
    return read_capture(apply(found.capture, operations), found.networks)


def value(fact: Fact[Any]) -> Any:
    """The value of a fact; what is unknown fails with its reason."""
    assert not isinstance(fact, Unknown), fact.why
    return fact.value


def why(fact: Fact[Any]) -> str:
    """Why a fact is not known."""
    assert isinstance(fact, Unknown), fact
    return fact.why
