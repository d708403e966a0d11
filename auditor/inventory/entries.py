"""What the operator says, as frozen values: sites, devices, readers, points of sale, declarations."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import Literal

from auditor.credentials import CredentialRef
from auditor.inventory.hours import OpeningHours
from auditor.inventory.reaching import AtOnce, JumpHost, Timeouts
from auditor.model.facts import Span
from auditor.profiles import Transport


class Integration(StrEnum):
    """How the point of sale talks to the reader; it decides which requirements apply."""

    JAVASCRIPT_SDK = "javascript-sdk"
    IOS_SDK = "ios-sdk"
    ANDROID_SDK = "android-sdk"
    REACT_NATIVE_SDK = "react-native-sdk"
    SERVER_DRIVEN = "server-driven"
    ON_READER_APP = "on-reader-app"
    MOBILE_READER = "mobile-reader"
    TAP_TO_PAY = "tap-to-pay"
    UNKNOWN = "unknown"


class Connection(StrEnum):
    """How a reader is attached."""

    WIFI = "wifi"
    ETHERNET = "ethernet"
    BLUETOOTH = "bluetooth"


class Addressing(StrEnum):
    """Where a reader has its address from."""

    DHCP = "dhcp"
    STATIC = "static"


class Role(StrEnum):
    """What a device does for its shop."""

    ROUTER = "router"
    FIREWALL = "firewall"
    ACCESS_POINT = "access-point"
    CONTROLLER = "controller"
    SWITCH = "switch"
    DHCP = "dhcp"
    DNS = "dns"
    RADIUS = "radius"


@dataclass(frozen=True, slots=True)
class Selector:
    """Which clients are meant: all fields that are given must hold; none is given only for mobile readers.

    MAC addresses are lower case with colons. `line` is where the selector stands in the inventory.
    """

    ssid: str | None
    vlan: int | None
    subnet: IPv4Network | IPv6Network | None
    mac: str | None
    mac_ethernet: str | None
    ip: IPv4Address | IPv6Address | None
    line: Span

    @property
    def is_empty(self) -> bool:
        """Whether nothing is given: there is no network to look for."""
        return all(key is None for key in (self.ssid, self.vlan, self.subnet, self.mac, self.mac_ethernet, self.ip))


@dataclass(frozen=True, slots=True)
class ReaderEntry:
    """Readers of one kind; `connection` is None if it is not stated, `count` if nobody counted them."""

    selector: Selector
    model: str | None
    count: int | None
    connection: Connection | None
    addressing: Addressing


@dataclass(frozen=True, slots=True)
class ReaderGroup:
    """Readers under one name; a reader belongs to it if any entry selects it.

    `integration` and `sdk_version` are None unless this group says otherwise than its site.
    """

    name: str
    entries: tuple[ReaderEntry, ...]
    integration: Integration | None
    sdk_version: str | None


@dataclass(frozen=True, slots=True)
class PosEntry:
    """Points of sale of one kind, and the resolvers that they ask: what DHCP gives them, or fixed ones.

    `connection` None: nobody said; with an SSID in the selector it is Wi-Fi.
    """

    selector: Selector
    dns: Literal["dhcp"] | tuple[IPv4Address | IPv6Address, ...]
    connection: Connection | None = None


@dataclass(frozen=True, slots=True)
class PosGroup:
    """Points of sale under one name; any entry may select them."""

    name: str
    entries: tuple[PosEntry, ...]


@dataclass(frozen=True, slots=True)
class GitCapture:
    """A saved configuration in a git repository: a file of it, as a commit has it.

    `file` is its path in the repository; `commit` None is the newest.
    """

    repository: Path
    file: str
    commit: str | None = None

    def __str__(self) -> str:
        return f"{self.repository} {self.commit or 'HEAD'}:{self.file}"


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """One device of a shop: exactly one of `host` (live, over SSH) and `captures` (saved) is given.

    `key` is unique in the inventory: `lyon-01/gw`, or the bare name of a device that sites share; `part` is
    the part of a shared device that serves this site. `on_site`: the device stands in this site's own network, so that
    VLANs of one id are one network; a shared one only if the site says so. `port`, `username` and `credentials` are
    None if nobody says anything, so that `~/.ssh/config` decides. `enable` is where the secret is that a device asks
    for before privileged commands; `old_ssh` allows algorithms that only old devices still need. `jump_host` is what
    the inventory says, `path` the hosts that it means, the first one first. `tags` are those of the device alone.
    """

    name: str
    key: str
    host: str | None
    captures: Path | GitCapture | None
    platform: str
    port: int | None
    username: str | None
    credentials: CredentialRef | None
    jump_host: str | None
    roles: tuple[Role, ...]
    managed_by: str | None
    shared: bool
    part: str | None
    max_capture_age: timedelta | None
    span: Span
    on_site: bool = True
    transport: Transport | None = None
    enable: CredentialRef | None = None
    old_ssh: bool = False
    path: tuple[JumpHost, ...] = ()
    timeouts: Timeouts = field(default_factory=Timeouts)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the operator attests about something that is not collected; `by` says who or what answers for it.

    It holds up to and including the day `until`.
    """

    name: str
    value: str
    by: str
    until: date | None
    span: Span


class SameLan(StrEnum):
    """Whether tills and readers must share a subnet, or an open routed path between them is only a warning."""

    STRICT = "strict"
    ROUTED_OK = "routed-ok"


class Wifi6(StrEnum):
    """Whether 802.11ax that still serves older clients is a warning or an error."""

    COMPAT = "compat"
    STRICT = "strict"


class Sessions(StrEnum):
    """Whether idle timers are judged by what they do or by the letter of the requirement."""

    PRAGMATIC = "pragmatic"
    LITERAL = "literal"


@dataclass(frozen=True, slots=True)
class PolicyOptions:
    """Readings of the policy that a shop may choose; members compare equal to their words."""

    same_lan: SameLan = SameLan.STRICT
    wifi6: Wifi6 = Wifi6.COMPAT
    sessions: Sessions = Sessions.PRAGMATIC


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """One shop with everything that applies to it; `integration_from` says which part of the inventory said so.

    `integration_from` is `site`, `group mall`, `defaults` or `not declared`. `tags` are those of the site and of its
    groups.
    """

    name: str
    groups: tuple[str, ...]
    timezone: str | None
    hours: OpeningHours | None
    integration: Integration
    sdk_version: str | None
    integration_from: str
    readers: tuple[ReaderGroup, ...]
    pos: tuple[PosGroup, ...]
    devices: tuple[DeviceEntry, ...]
    declared: tuple[Declaration, ...]
    policy: str
    policy_options: PolicyOptions
    span: Span
    tags: tuple[str, ...] = ()

    def integration_of(self, group: ReaderGroup) -> tuple[Integration, str | None]:
        """Return the integration and SDK version of one reader group: its own, else those of the site."""
        if group.integration is None or group.integration is self.integration:
            return self.integration, group.sdk_version or self.sdk_version
        return group.integration, group.sdk_version


@dataclass(frozen=True, slots=True)
class Inventory:
    """All sites of an inventory; `shared` are all devices that sites can share.

    `files` are all files that it was read from, `path` first; `sha256` is a hash over what stands in them and what
    other sources gave. `servers` were asked for a part of it. `notes` say, each with its place, what other inventories
    state and this program leaves out.
    """

    path: Path
    sites: tuple[SiteEntry, ...]
    shared: tuple[DeviceEntry, ...]
    sha256: str
    at_once: AtOnce = field(default_factory=AtOnce)
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
