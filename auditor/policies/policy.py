"""What a policy holds, as frozen values for rules to read.

Times are `timedelta`, networks `ipaddress` objects. Where a datum was read is asked by its place in the
document: `policy.source("thresholds.working_day_margin")`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import TypeVar

from auditor.errors import DataError
from auditor.model import Akm, Severity

Entry = TypeVar("Entry")


class Quality(StrEnum):
    """How far a source can be trusted; `OURS` must never be shown as the vendor's word."""

    VENDOR = "vendor"
    THIRD_PARTY = "third-party"
    INFERRED = "inferred"
    OURS = "ours"


class Responsible(StrEnum):
    """Who has to act when an item is not met."""

    NETWORK = "network"
    SHOP = "shop"
    INTEGRATOR = "integrator"


class ReaderClass(StrEnum):
    """Mobile readers reach the internet through the point of sale, smart ones by themselves."""

    MOBILE = "mobile"
    SMART = "smart"
    SOFTWARE = "software"


class Medium(StrEnum):
    """What a reader is attached with, where an item speaks of one only."""

    WIFI = "wifi"
    ETHERNET = "ethernet"


class SettledBy(StrEnum):
    """What can decide an item."""

    CONFIGURATION = "configuration"
    STATE = "state"
    PROBE = "probe"
    PERSON = "person"


class Consumer(StrEnum):
    """Who needs a host."""

    READERS = "readers"
    POS = "pos"


class HostKind(StrEnum):
    """What a host is: a reader's own service, Stripe in general, or a clock."""

    TERMINAL = "terminal"
    STRIPE = "stripe"
    TIME = "time"


class Protocol(StrEnum):
    """Transport protocol of a port."""

    TCP = "tcp"
    UDP = "udp"


class Support(StrEnum):
    """Whether a reader can do something. `DOUBTFUL`: one source says yes, another gives reason to doubt."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"


class ResolverKind(StrEnum):
    """What a public resolver does with private answers: passes them, or may drop them by an account setting."""

    PASSES = "passes"
    MAY_FILTER = "may_filter"


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was read, and when."""

    id: str
    title: str
    where: str
    read: date
    quality: Quality

    def __str__(self) -> str:
        return f"{self.where}, read {self.read}"


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement (`R…`) or troubleshooting step (`T…`), in our words.

    `lan`: only where an SDK on a separate point of sale talks to the reader. `medium` and `models` narrow it
    further; None and empty mean all.
    """

    id: str
    text: str
    responsible: Responsible
    readers: frozenset[ReaderClass]
    lan: bool
    medium: Medium | None
    models: frozenset[str]
    settled_by: tuple[SettledBy, ...]
    source: Source

    def concerns(self, integration: "Integration") -> bool:
        """Say whether a shop with this integration has to meet the item at all."""
        return bool(self.readers & integration.readers) and (integration.lan or not self.lan)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of the policy; signal in dBm, signal to noise in dB, use of a pool in per cent."""

    working_day_margin: timedelta
    lease_error_unknown_hours: timedelta
    lease_warning_unknown_hours: timedelta
    proposed_lease: timedelta
    pool_use_warning: int
    tcp_idle: timedelta
    reauthentication: timedelta
    signal_warning: int
    signal_error: int
    snr_error: int
    receive_errors: int
    nightly_restart: time
    nightly_restart_before: timedelta
    nightly_restart_after: timedelta


@dataclass(frozen=True, slots=True)
class Port:
    """One port of a service."""

    protocol: Protocol
    number: int

    def __str__(self) -> str:
        return f"{self.number}/{self.protocol}"


@dataclass(frozen=True, slots=True)
class Host:
    """A name on the internet; `*.example.com` stands for every name below example.com, not for it."""

    name: str
    kind: HostKind
    ports: tuple[Port, ...]
    needed_by: frozenset[Consumer]
    purpose: str
    source: Source

    @property
    def is_wildcard(self) -> bool:
        return self.name.startswith("*.")

    def covers(self, name: str) -> bool:
        """Say whether a DNS name is this host, or lies below it if this is a wildcard."""
        lowered = name.rstrip(".").lower()
        if not self.is_wildcard:
            return lowered == self.name
        return lowered.endswith(self.name[1:]) and lowered != self.name[1:]


@dataclass(frozen=True, slots=True)
class PublishedRanges:
    """Addresses that the vendor publishes for some of its hosts, as of a day."""

    hosts: tuple[str, ...]
    as_of: date
    networks: tuple[IPv4Network, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class PrivateNetwork:
    """A block that counts as private. `accepted` is False where only part of the world agrees: a warning."""

    network: IPv4Network
    accepted: bool
    source: Source


@dataclass(frozen=True, slots=True)
class PublicResolver:
    """A public DNS service that is known by its addresses."""

    title: str
    kind: ResolverKind
    networks: tuple[IPv4Network, ...]
    source: Source
    ipv6_addresses: tuple[IPv6Address, ...] = ()

    def has(self, address: IPv4Address | IPv6Address) -> bool:
        """Say whether an address is one of the service."""
        return address in self.ipv6_addresses or any(address in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class ReaderModel:
    """One model of reader. `akms` is what it can join; `wpa3_only`: whether WPA3 without WPA2 is enough."""

    slug: str
    title: str
    reader_class: ReaderClass
    akms: frozenset[Akm]
    wifi6: Support
    wpa3_only: Support
    ethernet: Support
    cellular: Support = Support.UNKNOWN


@dataclass(frozen=True, slots=True)
class Relaxation:
    """From this SDK version on, DNS matters less."""

    version: str
    dns: Severity


@dataclass(frozen=True, slots=True)
class Integration:
    """How a point of sale talks to its reader. `dns` is None where no name of a reader is ever asked for."""

    slug: str
    title: str
    readers: frozenset[ReaderClass]
    lan: bool
    dns: Severity | None
    relaxed_from: Relaxation | None
    source: Source

    def dns_severity(self, sdk_version: str | None) -> Severity | None:
        """Return how bad a resolver is that drops private answers; None: it does not matter.

        A version that is not declared, or that cannot be read, counts as an old one.
        """
        if self.relaxed_from is None or sdk_version is None:
            return self.dns
        declared, needed = read_version(sdk_version), read_version(self.relaxed_from.version)
        if declared is None or needed is None or declared < needed:
            return self.dns
        return self.relaxed_from.dns


@dataclass(frozen=True, slots=True)
class Option:
    """A reading of the policy that a shop may choose."""

    name: str
    choices: tuple[str, ...]
    default: str


@dataclass(frozen=True, slots=True)
class SeverityOf:
    """How bad one kind of failure is; `chosen` holds the choices of `option` that make it another severity."""

    key: str
    severity: Severity
    items: tuple[str, ...]
    option: str | None
    chosen: Mapping[str, Severity]


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """One policy, whole. Compared by identity: a run loads each policy once."""

    name: str
    title: str
    version: date
    main_source: Source
    sources: Mapping[str, Source]
    items: tuple[Item, ...]
    thresholds: Thresholds
    reader_domain: str
    test_name: str
    test_answer: IPv4Address
    private_networks: tuple[PrivateNetwork, ...]
    lan_ports: tuple[Port, ...]
    lan_ports_optional: tuple[Port, ...]
    hosts: tuple[Host, ...]
    published_ranges: PublishedRanges
    resolvers: tuple[PublicResolver, ...]
    models: tuple[ReaderModel, ...]
    integrations: tuple[Integration, ...]
    fallback_integration: str
    options: tuple[Option, ...]
    severities: tuple[SeverityOf, ...]
    advice: Mapping[str, str]
    source_of: Mapping[str, Source]
    _severities: Mapping[str, SeverityOf] = field(init=False, repr=False)
    _needed: Mapping[Consumer, tuple[Host, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Asked for many times at every site, so they are made once.
        first = {each.key: each for each in reversed(self.severities)}
        needed = {each: tuple(host for host in self.hosts if each in host.needed_by) for each in Consumer}
        object.__setattr__(self, "_severities", first)
        object.__setattr__(self, "_needed", needed)

    def item(self, id: str) -> Item:
        """Return the requirement or step with this id, such as `R12`; `DataError` if there is none."""
        return self._entry(self.items, id, lambda item: item.id)

    def model(self, slug: str) -> ReaderModel | None:
        """Return the reader model with this slug, or None if the policy does not know it."""
        return next((model for model in self.models if model.slug == slug), None)

    def integration(self, slug: str) -> Integration:
        """Return the integration with this slug; `unknown` is judged as the strictest one."""
        wanted = self.fallback_integration if slug == "unknown" else slug
        return self._entry(self.integrations, wanted, lambda integration: integration.slug)

    def severity(self, key: str, choice: str | None = None) -> Severity:
        """Return how bad one kind of failure is, under the shop's choice of the option that it depends on.

        The choice is ignored where the severity depends on no option.
        """
        found = self._severities.get(key)
        if found is None:
            raise DataError(f"policy {self.name}: no entry {key!r}")
        if choice is None or found.option is None:
            return found.severity
        choices = self._entry(self.options, found.option, lambda option: option.name).choices
        if choice not in choices:
            raise DataError(f"policy {self.name}: option {found.option} has no choice {choice!r}")
        return found.chosen.get(choice, found.severity)

    def hosts_for(self, consumer: Consumer | str) -> tuple[Host, ...]:
        """Return the hosts that `readers` or `pos` must reach."""
        return self._needed[Consumer(consumer)]

    def resolver(self, address: IPv4Address | IPv6Address) -> PublicResolver | None:
        """Return the public DNS service that has this address, or None if the policy does not know it."""
        return next((each for each in self.resolvers if each.has(address)), None)

    @property
    def public_resolvers(self) -> frozenset[IPv4Address]:
        """Addresses of the public DNS servers that the policy names as a remedy: they pass private answers on."""
        return _addresses(
            tuple(n for each in self.resolvers if each.kind is ResolverKind.PASSES for n in each.networks)
        )

    def passes_private_answers(self, address: IPv4Address | IPv6Address) -> bool:
        """Say whether an address is one of a service that the policy names as a remedy, over IPv4 or IPv6."""
        known = self.resolver(address)
        return known is not None and known.kind is ResolverKind.PASSES

    def filtering_resolver(self, address: IPv4Address | IPv6Address) -> str | None:
        """Return the name of the DNS service at this address if a setting there can drop private answers."""
        known = self.resolver(address)
        return known.title if known is not None and known.kind is ResolverKind.MAY_FILTER else None

    def networks_of(self, host: str) -> tuple[IPv4Network, ...]:
        """Return the published networks of a host; empty if none are published, so that it may be anywhere."""
        return self.published_ranges.networks if host in self.published_ranges.hosts else ()

    def source(self, place: str) -> Source:
        """Return where a datum was read, by its place: `thresholds.tcp_idle`, `models.verifone-p400.wifi6`."""
        if place not in self.source_of:
            raise DataError(f"policy {self.name}: nothing stands at {place!r}")
        return self.source_of[place]

    def _entry(self, entries: tuple[Entry, ...], wanted: str, key: Callable[[Entry], str]) -> Entry:
        for entry in entries:
            if key(entry) == wanted:
                return entry
        raise DataError(f"policy {self.name}: no entry {wanted!r}")


@cache
def _addresses(networks: tuple[IPv4Network, ...]) -> frozenset[IPv4Address]:
    return frozenset(address for network in networks for address in network)


def read_version(text: str) -> tuple[int, ...] | None:
    """Read `3.1.0` as numbers, without trailing zeros so that 3.1 is 3.1.0; None for anything else."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9}){0,5}", text):
        return None
    numbers = [int(part) for part in text.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
