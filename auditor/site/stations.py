"""The devices that the audit is for: groups of readers and of points of sale, each in its place."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

from auditor.capture import Failure
from auditor.inventory import (
    Addressing,
    Connection,
    Integration,
    PosGroup,
    ReaderEntry,
    ReaderGroup,
    Selector,
    SiteEntry,
)
from auditor.model import Device, Fact, Span, Unknown
from auditor.policies import Policy, ReaderModel
from auditor.site.attachment import Attachment, Media, attach
from auditor.site.segments import Segment


@dataclass(frozen=True, slots=True)
class Readers:
    """Readers of one declared group that share place, model and connection; the subject of most verdicts.

    `model` is None if none was declared or the policy does not know it. `connection` None: either may be
    used. `macs` are the MAC addresses that matter for the declared connection, `macs_ethernet` the wired ones.
    The hash is that of the name, which no other group of a site has: it only has to be quick.
    """

    name: str
    place: Fact[Attachment] = field(hash=False)
    model: ReaderModel | None = field(hash=False)
    model_name: str | None = field(hash=False)
    connection: Connection | None = field(hash=False)
    addressing: Addressing = field(hash=False)
    count: int | None = field(hash=False)
    macs: tuple[str, ...] = field(hash=False)
    macs_ethernet: tuple[str, ...] = field(hash=False)
    addresses: tuple[IPv4Address, ...] = field(hash=False)
    integration: Integration = field(hash=False)
    sdk_version: str | None = field(hash=False)
    line: Span = field(hash=False)

    @property
    def attachment(self) -> Attachment:
        """Where they are; the engine calls rules that need it only if it is known."""
        assert not isinstance(self.place, Unknown)
        return self.place.value

    @property
    def wireless(self) -> bool:
        """Whether Wi-Fi requirements concern them: declared so, or not declared and the segment may have Wi-Fi."""
        if self.connection is not None:
            return self.connection is Connection.WIFI
        return not isinstance(self.place, Unknown) and bool(self.place.value.bsses or self.place.value.unseen)

    @property
    def media(self) -> Media:
        """What they may be attached with."""
        return Media(self.wireless, not self.wireless or self.connection is None)

    @property
    def wired_macs(self) -> tuple[str, ...]:
        """The MAC addresses by which switches know them at a cable."""
        return self.macs_ethernet or self.macs


@dataclass(frozen=True, slots=True)
class Pos:
    """Points of sale that share a place. `dns`: `dhcp`, or the resolvers that are set on them by hand.

    `connection` None: the inventory does not say; then they may use Wi-Fi where there is some, or a cable. The hash is
    that of the name, as with readers.
    """

    name: str
    place: Fact[Attachment] = field(hash=False)
    dns: Literal["dhcp"] | tuple[IPv4Address | IPv6Address, ...] = field(hash=False)
    connection: Connection | None = field(hash=False)
    macs: tuple[str, ...] = field(hash=False)
    addresses: tuple[IPv4Address, ...] = field(hash=False)
    line: Span = field(hash=False)

    @property
    def wireless(self) -> bool:
        """Whether they may use Wi-Fi: tills are tablets more often than not, so a cable must not be assumed."""
        if self.connection is not None:
            return self.connection is Connection.WIFI
        return not isinstance(self.place, Unknown) and bool(self.place.value.bsses)

    @property
    def media(self) -> Media:
        """What they may be attached with."""
        return Media(self.wireless, self.connection is not Connection.WIFI)

    @property
    def wired_macs(self) -> tuple[str, ...]:
        """The MAC addresses by which switches know them at a cable."""
        return self.macs

    @property
    def attachment(self) -> Attachment:
        """Where they are; ask only if the place is known."""
        assert not isinstance(self.place, Unknown)
        return self.place.value


@dataclass(slots=True)
class _Bucket:
    place: Fact[Attachment]
    entries: list[ReaderEntry] = field(default_factory=list)


def readers_of(
    entry: SiteEntry,
    policy: Policy,
    segments: tuple[Segment, ...],
    devices: tuple[Device, ...],
    missing: tuple[Failure, ...],
) -> tuple[Readers, ...]:
    """Find the declared readers in the model; entries of a group that share their place become one subject."""
    found: list[Readers] = []
    beside = _beside((item.selector for pos in entry.pos for item in pos.entries), segments, devices)
    for group in entry.readers:
        buckets: dict[tuple[object, ...], _Bucket] = {}
        for item in group.entries:
            place = attach(item.selector, segments, devices, missing, beside)
            key = (_place_key(place), item.model, item.connection, item.addressing, item.selector.ssid is None)
            buckets.setdefault(key, _Bucket(place)).entries.append(item)
        for number, bucket in enumerate(buckets.values(), start=1):
            name = group.name if len(buckets) == 1 else f"{group.name}/{number}"
            found.append(_readers(name, group, bucket, entry, policy))
    return tuple(found)


def _place_key(place: Fact[Attachment]) -> str:
    return place.why if isinstance(place, Unknown) else place.value.segment.key


def _readers(name: str, group: ReaderGroup, bucket: _Bucket, entry: SiteEntry, policy: Policy) -> Readers:
    first = bucket.entries[0]
    selectors = [item.selector for item in bucket.entries]
    model = policy.model(first.model) if first.model else None
    connection = first.connection
    if connection is None and first.selector.ssid is not None:
        connection = Connection.WIFI
    counts = [item.count for item in bucket.entries if item.count is not None]
    macs = tuple(dict.fromkeys(s.mac for s in selectors if s.mac))
    integration, sdk_version = entry.integration_of(group)
    return Readers(
        name=name,
        place=bucket.place,
        model=model,
        model_name=first.model,
        connection=connection,
        addressing=first.addressing,
        count=max(sum(counts), len(macs)) or None,
        macs=macs,
        macs_ethernet=tuple(dict.fromkeys(s.mac_ethernet for s in selectors if s.mac_ethernet)),
        addresses=tuple(s.ip for s in selectors if isinstance(s.ip, IPv4Address)),
        integration=integration,
        sdk_version=sdk_version,
        line=first.selector.line,
    )


def pos_of(
    entry: SiteEntry, segments: tuple[Segment, ...], devices: tuple[Device, ...], missing: tuple[Failure, ...]
) -> tuple[Pos, ...]:
    """Find the declared points of sale in the model, one subject an entry."""
    found: list[Pos] = []
    beside = _beside((item.selector for readers in entry.readers for item in readers.entries), segments, devices)
    for group in entry.pos:
        for number, item in enumerate(group.entries, start=1):
            place = attach(item.selector, segments, devices, missing, beside)
            found.append(
                Pos(
                    name=_pos_name(group, number),
                    place=place,
                    dns=item.dns,
                    connection=Connection.WIFI if item.selector.ssid is not None else item.connection,
                    macs=(item.selector.mac,) if item.selector.mac else (),
                    addresses=(item.selector.ip,) if isinstance(item.selector.ip, IPv4Address) else (),
                    line=item.selector.line,
                )
            )
    return tuple(found)


def _beside(
    selectors: Iterable[Selector], segments: tuple[Segment, ...], devices: tuple[Device, ...]
) -> Callable[[], tuple[Segment, ...]]:
    """Find the segments in which some clients certainly are, once, and only if somebody wants to know."""

    @cache
    def placed() -> tuple[Segment, ...]:
        places = (attach(selector, segments, devices, ()) for selector in selectors)
        return tuple(place.value.segment for place in places if not isinstance(place, Unknown))

    return placed


def _pos_name(group: PosGroup, number: int) -> str:
    return group.name if len(group.entries) == 1 else f"{group.name}/{number}"
