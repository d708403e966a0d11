"""The words in which the way of a question is told: resolvers on it, and why one of them gives no answer."""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Any, TypeAlias

from auditor.model import DnsRedirect, Fact, Forwarder, LocalAnswer, Resolver, Unknown
from auditor.site.hops import Passage

Address: TypeAlias = IPv4Address | IPv6Address


class ResolverKind(StrEnum):
    """What is known of a resolver."""

    INSPECTED = "inspected"
    PUBLIC = "public, gives private answers"
    FILTERING = "public, filters by an account's settings"
    UNINSPECTED = "not inspected"


class Refusal(StrEnum):
    """Why a resolver does not give the answer."""

    NONE = ""
    REBIND = "drops private answers"
    LOCAL = "answers the name itself"
    NO_IPV4 = "gives out no A records"
    OFF = "does not answer"
    CLIENTS = "does not answer these clients"
    LOOP = "asks in a circle, so that no answer comes back"


@dataclass(frozen=True, slots=True)
class Refused:
    """One reason why an inspected resolver does not give the answer; `local` is what answers in its stead."""

    refusal: Refusal
    fact: Fact[Any]
    local: LocalAnswer | Forwarder | None = None


@dataclass(frozen=True, slots=True)
class ResolverHop:
    """One resolver on the way. `resolver` is set for inspected ones.

    A resolver may refuse for several `reasons` at once; `refusal`, `fact` and `local` are those of the first. The
    large parts stay out of the hash, which only has to be quick.
    """

    kind: ResolverKind
    device: str
    address: Address | None
    passage: Passage
    refusal: Refusal
    fact: Fact[Any] = field(hash=False)
    resolver: Resolver | None = field(default=None, hash=False)
    local: LocalAnswer | Forwarder | None = field(default=None, hash=False)
    also: tuple[Fact[Any], ...] = field(default=(), hash=False)
    reasons: tuple[Refused, ...] = field(default=(), hash=False)

    @classmethod
    def uninspected(cls, device: str, address: Address | None, why: Unknown) -> "ResolverHop":
        """A resolver of which nothing is known; `device` '' if it is at none of the site."""
        return cls(ResolverKind.UNINSPECTED, device, address, Passage.UNKNOWN, Refusal.NONE, why)


@dataclass(frozen=True, slots=True)
class Chain:
    """All resolvers that may answer, in order; every one of them must give the answer, as any may be asked.

    `asked` are the resolvers that clients know. `redirected` are devices' orders to send every question to
    their own resolver, whatever the client was told.
    """

    hops: tuple[ResolverHop, ...]
    holes: tuple[Unknown, ...]
    redirected: tuple[DnsRedirect, ...]
    asked: tuple[tuple[Address, Fact[Any]], ...] = ()

    @property
    def inspected(self) -> tuple[ResolverHop, ...]:
        return tuple(hop for hop in self.hops if hop.kind is ResolverKind.INSPECTED)

    @property
    def upstream(self) -> tuple[ResolverHop, ...]:
        return tuple(hop for hop in self.hops if hop.kind is not ResolverKind.INSPECTED)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question with the answer that it must get; questions of its kind get addresses of the `networks` too."""

    name: str
    answer: IPv4Address
    networks: tuple[IPv4Network, ...] = ()

    def met_by(self, block: IPv4Network) -> bool:
        """Say whether a block of addresses holds the answer, or one of a question of its kind."""
        return self.answer in block or any(block.overlaps(network) for network in self.networks)
