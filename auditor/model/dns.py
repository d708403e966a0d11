"""DNS resolvers on a device: what they drop, where they forward, what they answer themselves."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address

from auditor.model.facts import Fact, Listed, Stated, Unknown
from auditor.model.name_pattern import NamePattern


@dataclass(frozen=True, slots=True)
class Forwarder:
    """Where a resolver sends questions: for one domain, or for all (`domain` is None).

    `address` None with a domain: answered locally only, so that the outside never gets asked. `unread` says why
    nothing is known of who answers at an address of the device itself. With a `pattern` it is asked, before all others,
    for the names that this covers.
    """

    key: str
    domain: str | None
    address: IPv4Address | IPv6Address | None
    port: int
    fact: Fact[str]
    unread: Unknown | None = None
    pattern: NamePattern | None = None

    @property
    def meant(self) -> str:
        """The names that it is asked for, in words."""
        return self.pattern.expression if self.pattern is not None else self.domain or "."


@dataclass(frozen=True, slots=True)
class LocalAnswer:
    """A domain that a resolver answers itself, or sinks (`address` None), with all names below it unless `exact`.

    Domains of `except_for` and the names below them are not meant. `foremost`: it counts before all that is
    not, and whatever forwarders there are; otherwise one for a longer domain goes before it. With a `pattern` only
    names of the domain that it covers are meant; names that one of `unless` covers are decided before.
    """

    key: str
    domain: str
    address: str | None
    fact: Fact[str]
    exact: bool = False
    except_for: tuple[str, ...] = ()
    foremost: bool = False
    pattern: NamePattern | None = None
    unless: tuple[NamePattern, ...] = ()

    @property
    def meant(self) -> str:
        """The names that it is for, in words."""
        return self.pattern.expression if self.pattern is not None else self.domain


_BY_ANY: Stated[tuple[str, ...] | None] = Stated(None, ())
_EVERYBODY: Stated[tuple[IPv4Network, ...] | None] = Stated(None, ())


@dataclass(frozen=True, slots=True)
class Resolver:
    """One resolver process.

    `serving`: it answers clients at all. `interfaces` None: on all interfaces. `drops_private` is rebind
    protection: answers from outside that hold addresses of `private_ranges` are dropped, except for names in
    or below `exempt_domains`. `unread_ranges` say what else may be dropped. `drops_ipv4`: no A records are given out.
    `clients` are the networks whose questions it answers, None: everybody's. A program that answers clients of
    different networks in different ways (views) is several resolvers with clients of their own.
    """

    device: str
    key: str
    software: str
    port: Fact[int]
    serving: Fact[bool]
    interfaces: Fact[tuple[str, ...] | None]
    drops_private: Fact[bool]
    private_ranges: tuple[IPv4Network, ...]
    exempt_domains: Fact[tuple[str, ...]]
    drops_ipv4: Fact[bool]
    forwarders: Listed[Forwarder]
    local_answers: Listed[LocalAnswer]
    clients: Fact[tuple[IPv4Network, ...] | None] = _EVERYBODY
    unread_ranges: tuple[Unknown, ...] = ()

    def doubted(self, doubts: tuple[Unknown, ...]) -> "Resolver":
        """Return the resolver with reasons why its own questions may not get out."""
        return replace(self, forwarders=Listed(self.forwarders.items, self.forwarders.holes + doubts))


@dataclass(frozen=True, slots=True)
class Ipv6Resolver:
    """A resolver that clients of an interface are told by router advertisements (RFC 8106) or DHCPv6 (RFC 3646).

    `address` None: the device itself. Clients may ask any resolver that they are told, by either protocol.
    """

    device: str
    key: str
    interface: Fact[str]
    address: Fact[IPv6Address | None]


@dataclass(frozen=True, slots=True)
class DnsRedirect:
    """Questions to any address on port 53 from these interfaces end at another resolver.

    `interfaces` None: from all. `to_address` None: at the device itself, where `to_port` says which resolver.
    """

    device: str
    key: str
    interfaces: Fact[tuple[str, ...] | None]
    to_address: Fact[IPv4Address | None]
    to_port: Fact[int]


@dataclass(frozen=True, slots=True)
class Blocklist:
    """A service that makes names or addresses unreachable by lists which are not part of the configuration.

    `interfaces`: it looks at packets that enter by these only (None: by any), and at those of stations of the BSSs of
    which `bsses` are the keys, although access points put them elsewhere (`Bss.local_vlan`).
    """

    device: str
    key: str
    software: str
    enabled: Fact[bool]
    interfaces: Fact[tuple[str, ...] | None] = _BY_ANY
    bsses: tuple[str, ...] = ()
