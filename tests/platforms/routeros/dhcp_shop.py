"""A small made-up shop for tests of DHCP and DNS: its export, read, changed, and read again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from ipaddress import IPv4Interface
from typing import Any

from auditor.capture import Capture, CapturedFile, Kind
from auditor.intents import Intent
from auditor.model import (
    AddressSource,
    Blocklist,
    Device,
    DhcpScope,
    Interface,
    Listed,
    Reservation,
    Resolver,
    Stated,
    Unknown,
    leaves,
)
from auditor.platforms.base import Edit
from auditor.platforms.routeros import dhcp, dhcp_edit, dns, dns_edit
from auditor.platforms.routeros.changes import Texts, apply
from auditor.platforms.routeros.config import Config
from auditor.profiles import load_profile
from auditor.syntax.routeros_operations import Operation

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DEVICE = "gw"
V7 = "# 2026-03-02 10:30:00 by RouterOS 7.16.1\n"
V6 = "# mar/02/2026 10:30:00 by RouterOS 6.49.10\n"
ENDS = "/system identity set name=gw\n"
POOL = "/ip pool add name=pool-pos ranges=192.168.30.100-192.168.30.149\n"
SERVER = "/ip dhcp-server add address-pool=pool-pos interface=vlan30 lease-time=1d name=pos\n"
NETWORK = "/ip dhcp-server network add address=192.168.30.0/24 dns-server=192.168.30.1 gateway=192.168.30.1\n"
SHOP = POOL + SERVER + NETWORK
DNS = "/ip dns set allow-remote-requests=yes servers=1.1.1.1\n"


def interface(key: str, *addresses: str) -> Interface:
    return Interface(
        device=DEVICE,
        key=key,
        enabled=Stated(True, ()),
        link=Stated(key, ()),
        vlan=Stated(None, ()),
        address_source=Stated(AddressSource.STATIC, ()),
        addresses=Stated(tuple(map(IPv4Interface, addresses)), ()),
        gateway=Stated(None, ()),
        uplink=Stated(False, ()),
        ipv6_offered=Stated(False, ()),
    )


@dataclass(frozen=True)
class Networks:
    """What the reader of networks gives."""

    interfaces: Mapping[str, Interface] = field(
        default_factory=lambda: {"vlan30": interface("vlan30", "192.168.30.1/24"), "ether9": interface("ether9")}
    )

    def known(self, name: str) -> Interface | None:
        return self.interfaces.get(name)


def capture_of(export: str, *, header: str = V7, ends: str = ENDS, **outputs: str) -> Capture:
    """One export, and outputs of commands by their ids."""
    files = [CapturedFile("export.rsc", header + export + ends, Kind.CONFIGURATION)]
    files += [CapturedFile(f"commands/{name}.txt", text, Kind.STATE) for name, text in outputs.items()]
    return Capture(DEVICE, "routeros", tuple(files), (), NOW, False, "test")


@dataclass(frozen=True)
class Read:
    """What was read of a capture."""

    capture: Capture
    config: Config
    scopes: Listed[DhcpScope]
    reservations: Listed[Reservation]
    resolvers: Listed[Resolver]
    blocklists: Listed[Blocklist]

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

    def line(self, number: int) -> str:
        return self.capture.files[0].text.split("\n")[number - 1]


def read(export: str, *, header: str = V7, ends: str = ENDS, **outputs: str) -> Read:
    return read_capture(capture_of(export, header=header, ends=ends, **outputs))


def read_capture(capture: Capture) -> Read:
    config = Config.of(capture, load_profile("routeros"))
    networks = Networks()
    return Read(capture, config, *dhcp.read(config, networks), *dns.read(config, networks))


def device_of(found: Read) -> Device:
    """A device of which only DHCP and DNS are known."""
    names = [each.name for each in fields(Device) if each.name not in ("name", "platform", "version", "coverage")]
    nothing: dict[str, Any] = dict.fromkeys(names, Listed())
    device = Device(
        name=DEVICE,
        platform="routeros",
        version=found.config.version,
        coverage=(),
        **{**nothing, "pending_changes": Stated(False, ())},
    )
    return replace(
        device,
        dhcp_scopes=found.scopes,
        reservations=found.reservations,
        resolvers=found.resolvers,
        blocklists=found.blocklists,
    )


def edit(found: Read, intent: Intent) -> Edit:
    builders = {**dhcp_edit.BUILDERS, **dns_edit.BUILDERS}
    made = builders[type(intent)](Texts.of(found.capture), device_of(found), intent)
    assert made is not None
    return made


def applied(found: Read, operations: tuple[Operation, ...]) -> Read:
    return read_capture(apply(found.capture, operations))
