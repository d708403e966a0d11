"""Reads what may stand in `defaults`, in a group and in a site alike, and lays one over the other.

Precedence is `defaults < groups (in order) < site < device`: a single value replaces what is below it; named
entries (`readers`, `pos`, `declared`, days of `opening_hours`, `policy_options`, `timeouts`) are joined by name and the
later one wins whole; a list replaces everything below it, except `tags`, which are joined.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from auditor.credentials import CredentialRef
from auditor.inventory import formats
from auditor.inventory.clients import INTEGRATION, read_pos, read_readers
from auditor.inventory.document import Items, Node, Table, Text, join
from auditor.inventory.entries import (
    Declaration,
    Integration,
    PosGroup,
    ReaderGroup,
    SameLan,
    Sessions,
    Wifi6,
)
from auditor.inventory.fields import Fields, kind
from auditor.inventory.formats import Format, choice, one_of
from auditor.inventory.hours import Interval, clash, parse_days, parse_intervals, week
from auditor.inventory.logins import CREDENTIALS, read_credentials, read_enable
from auditor.inventory.mistakes import Mistakes, shown
from auditor.inventory.reaching import Timeouts
from auditor.inventory.waiting import read_timeouts
from auditor.profiles import Transport

T = TypeVar("T")
_DECLARATION = "{value: …, by: who answers for it, until: a date}"
_HOURS = "hours like 08:00-20:00 (past midnight: 18:00-02:00), a list of them, `24h` or `closed`"
_DAYS = Format("days like mon, mon-fri, sat or daily", parse_days)


class Declarable(StrEnum):
    """What an operator can attest about things that are not collected."""

    EGRESS = "egress"
    DNS_UPSTREAM = "dns-upstream"
    DHCP = "dhcp"
    RADIUS_EAP = "radius-eap"
    RADIUS_SESSION = "radius-session"
    ISOLATION = "isolation"


class Egress(StrEnum):
    """What lies between the shop and the internet."""

    OPEN = "open"
    FILTERED = "filtered"


_EGRESS = choice(Egress)


@dataclass(frozen=True, slots=True)
class Words:
    """The names that other parts of the program know; a kind that is left empty takes every slug.

    `mobile_models` are those of `models` that have no network connection of their own.
    """

    platforms: Collection[str] = ()
    policies: Collection[str] = ()
    models: Collection[str] = ()
    mobile_models: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The same names as formats, made once for a whole inventory."""

    platform: Format[str]
    policy: Format[str]
    model: Format[str]
    mobile_models: Collection[str]

    @classmethod
    def of(cls, words: Words) -> "Known":
        return cls(
            one_of("a platform", words.platforms),
            one_of("a policy", words.policies),
            one_of("a reader model", words.models),
            frozenset(words.mobile_models),
        )


@dataclass(frozen=True, slots=True)
class Access:
    """How devices are reached and what they are, as far as one layer says so."""

    platform: str | None = None
    port: int | None = None
    username: str | None = None
    credentials: CredentialRef | None = None
    jump_host: str | None = None
    transport: Transport | None = None
    enable: CredentialRef | None = None
    old_ssh: bool | None = None
    managed_by: str | None = None
    max_capture_age: timedelta | None = None
    timeouts: Timeouts | None = None

    def over(self, lower: "Access") -> "Access":
        """Lay this over a lower layer: what this one says wins, time-outs key by key."""
        if self is NOTHING_SAID:
            return lower
        if lower is NOTHING_SAID:
            return self
        return Access(
            platform=_first(self.platform, lower.platform),
            port=_first(self.port, lower.port),
            username=_first(self.username, lower.username),
            credentials=lower.credentials if self.credentials is None else self.credentials,
            jump_host=_first(self.jump_host, lower.jump_host),
            transport=_first(self.transport, lower.transport),
            enable=lower.enable if self.enable is None else self.enable,
            old_ssh=_first(self.old_ssh, lower.old_ssh),
            managed_by=_first(self.managed_by, lower.managed_by),
            max_capture_age=_first(self.max_capture_age, lower.max_capture_age),
            timeouts=(
                self.timeouts.over(lower.timeouts)
                if self.timeouts is not None and lower.timeouts is not None
                else _first(self.timeouts, lower.timeouts)
            ),
        )


NOTHING_SAID = Access()
ACCESS_KEYS = tuple(each.name for each in fields(Access))
_ACCESS = frozenset(ACCESS_KEYS)
_TRANSPORT = choice(Transport)
_SAME_LAN, _WIFI6, _SESSIONS = choice(SameLan), choice(Wifi6), choice(Sessions)
LAYER_KEYS = (
    *("policy", "policy_options", "timezone", "opening_hours", "integration", "sdk_version"),
    *("readers", "pos", "declared", "tags"),
    *ACCESS_KEYS,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What one layer says; None or empty where it says nothing.

    `origin` names the layer for people. `replaces` holds the keys that were given as a list or a single value
    and so replace what lower layers say instead of joining it.
    """

    origin: str
    policy: str | None = None
    same_lan: SameLan | None = None
    wifi6: Wifi6 | None = None
    sessions: Sessions | None = None
    timezone: str | None = None
    hours: Mapping[int, tuple[Interval, ...]] = field(default_factory=dict)
    integration: Integration | None = None
    integration_from: str = ""
    sdk_version: str | None = None
    readers: Mapping[str, ReaderGroup] = field(default_factory=dict)
    pos: Mapping[str, PosGroup] = field(default_factory=dict)
    declared: Mapping[str, Declaration] = field(default_factory=dict)
    access: Access = NOTHING_SAID
    tags: tuple[str, ...] = ()
    replaces: frozenset[str] = frozenset()

    def over(self, lower: "Settings") -> "Settings":
        """Lay this over a lower layer.

        An SDK version belongs to its integration: it is not inherited by a layer that names another one.
        """
        same = self.integration is None or self.integration is lower.integration
        return Settings(
            origin=self.origin,
            policy=_first(self.policy, lower.policy),
            same_lan=_first(self.same_lan, lower.same_lan),
            wifi6=_first(self.wifi6, lower.wifi6),
            sessions=_first(self.sessions, lower.sessions),
            timezone=_first(self.timezone, lower.timezone),
            hours={**lower.hours, **self.hours},
            integration=_first(self.integration, lower.integration),
            integration_from=self.integration_from or lower.integration_from,
            sdk_version=_first(self.sdk_version, lower.sdk_version if same else None),
            readers=self.readers if "readers" in self.replaces else {**lower.readers, **self.readers},
            pos=self.pos if "pos" in self.replaces else {**lower.pos, **self.pos},
            declared={**lower.declared, **self.declared},
            access=self.access.over(lower.access),
            tags=joined(lower.tags, self.tags),
            replaces=self.replaces | lower.replaces,
        )


def read_settings(layer: Fields, origin: str, known: Known) -> Settings:
    """Read the keys that every layer may have; the caller asks for its own and calls `finish`."""
    integration = layer.scalar("integration", INTEGRATION)
    readers, pos = layer.node("readers"), layer.node("pos")
    mistakes = layer.mistakes
    same_lan, wifi6, sessions = _policy_options(layer)
    return Settings(
        origin=origin,
        policy=layer.scalar("policy", known.policy),
        same_lan=same_lan,
        wifi6=wifi6,
        sessions=sessions,
        timezone=layer.scalar("timezone", formats.TIMEZONE),
        hours=_hours(layer),
        integration=integration,
        integration_from="" if integration is None else origin,
        sdk_version=layer.scalar("sdk_version", formats.VERSION),
        readers=(
            {}
            if readers is None
            else read_readers(readers, join(layer.path, "readers"), known.model, known.mobile_models, mistakes)
        ),
        pos={} if pos is None else read_pos(pos, join(layer.path, "pos"), mistakes),
        declared=_declared(layer),
        access=read_access(layer, known),
        tags=read_tags(layer),
        replaces=frozenset(name for name, node in (("readers", readers), ("pos", pos)) if isinstance(node, Items)),
    )


def read_tags(layer: Fields) -> tuple[str, ...]:
    """Read tags, which are joined with those of other layers and never replaced."""
    return tuple(dict.fromkeys(layer.scalars("tags", formats.TAG) or ()))


def read_access(layer: Fields, known: Known) -> Access:
    """Read the keys about reaching devices, which stand in any layer and at a device."""
    if _ACCESS.isdisjoint(layer.table.entries):
        layer.knows(ACCESS_KEYS)
        return NOTHING_SAID
    return Access(
        platform=layer.scalar("platform", known.platform),
        port=layer.scalar("port", formats.PORT),
        username=layer.scalar("username", formats.USERNAME),
        credentials=read_credentials(layer, "credentials", CREDENTIALS),
        jump_host=layer.scalar("jump_host", formats.JUMP_HOST),
        transport=layer.scalar("transport", _TRANSPORT),
        enable=read_enable(layer),
        old_ssh=layer.scalar("old_ssh", formats.TRUE),
        managed_by=layer.scalar("managed_by", formats.LINE),
        max_capture_age=layer.scalar("max_capture_age", formats.DURATION),
        timeouts=read_timeouts(layer),
    )


def _policy_options(layer: Fields) -> tuple[SameLan | None, Wifi6 | None, Sessions | None]:
    inside = layer.fields("policy_options", "a mapping with same_lan, wifi6 or sessions")
    if inside is None:
        return None, None, None
    same_lan = inside.scalar("same_lan", _SAME_LAN)
    wifi6 = inside.scalar("wifi6", _WIFI6)
    sessions = inside.scalar("sessions", _SESSIONS)
    inside.finish()
    return same_lan, wifi6, sessions


def _hours(layer: Fields) -> dict[int, tuple[Interval, ...]]:
    """Read opening hours by day; of two keys that name the same day, the one for fewer days wins."""
    node = layer.node("opening_hours")
    path = join(layer.path, "opening_hours")
    if node is None:
        return {}
    if not isinstance(node, Table):
        daily = _intervals(node, path, layer.mistakes)
        return {} if daily is None else dict.fromkeys(range(7), daily)
    named: list[tuple[tuple[int, ...], tuple[Interval, ...]]] = []
    for key, (place, value) in node.entries.items():
        below = join(path, key)
        try:
            days = _DAYS.parse(key)
        except ValueError as error:
            layer.mistakes.add(place, below, _DAYS.complaint(key, error))
            continue
        if clash(days, (other for other, _ in named)):
            layer.mistakes.add(place, below, "another key as wide as this one names the same day")
        intervals = _intervals(value, below, layer.mistakes)
        if intervals is not None:
            named.append((days, intervals))
    return week(named)


def _intervals(node: Node, path: str, mistakes: Mistakes) -> tuple[Interval, ...] | None:
    nodes = node.nodes if isinstance(node, Items) else (node,)
    texts = [each.value for each in nodes if isinstance(each, Text) and not each.empty]
    if len(texts) != len(nodes):
        found = next(each for each in nodes if not isinstance(each, Text) or each.empty)
        mistakes.add(found, path, f"expected {_HOURS}, found {kind(found)}")
        return None
    try:
        return parse_intervals(texts)
    except ValueError as error:
        hint = f"; {error}" if str(error) else ""
        found_text = shown(", ".join(texts)) if texts else "an empty list"
        mistakes.add(node, path, f"expected {_HOURS}, found {found_text}{hint}")
        return None


def _declared(layer: Fields) -> dict[str, Declaration]:
    declared: dict[str, Declaration] = {}
    inside = layer.fields("declared", "a mapping of declarations")
    if inside is None:
        return declared
    for name in Declarable:
        if inside.has(name) and inside.node(name) is None:
            inside.wrong(name, f"has no value; expected {_DECLARATION}")
        entry = inside.fields(name, _DECLARATION)
        if entry is None:
            continue
        value: str | None
        if name is Declarable.EGRESS:
            value = entry.scalar("value", _EGRESS)
        else:
            value = entry.scalar("value", formats.LINE)
        by = entry.scalar("by", formats.LINE)
        until = entry.scalar("until", formats.DATE)
        entry.finish()
        for key in ("value", "by"):
            if not entry.has(key):
                inside.wrong(name, f"`{key}` is missing; expected {_DECLARATION}")
        if value is not None and by is not None:
            declared[name.value] = Declaration(name.value, str(value), by, until, inside.span_of(name))
    inside.finish()
    return declared


def joined(lower: tuple[str, ...], upper: tuple[str, ...]) -> tuple[str, ...]:
    """Join two lists without repeating what stands in both."""
    return tuple(dict.fromkeys((*lower, *upper))) if lower and upper else lower or upper


def _first(upper: T | None, lower: T | None) -> T | None:
    return lower if upper is None else upper
