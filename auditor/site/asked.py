"""The resolvers that may be asked for one name as a tree: who is told by whom, and what each one does.

A view of `Chain`, which judges resolver by resolver.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import Any

from auditor.model import Declared, DnsRedirect, Fact, Forwarder, LocalAnswer, Resolver, Stated, Unknown
from auditor.site.hops import Passage
from auditor.site.resolvers import Address, Chain, Refusal, Refused, ResolverHop, ResolverKind, local_answers, owner
from auditor.site.resolvers.names import asked_for
from auditor.site.site import Site
from auditor.site.stations import Pos, Readers

_DNS = 53


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that a resolver does, or that may keep its answer back, with the fact that says so."""

    words: str
    passage: Passage
    fact: Fact[Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One resolver that is asked: by whom it is told (`told`, in words and as a fact), what it does, and whom it asks.

    `key` is that of the resolver on its `device`, or an address; `device` is '' for one that is no device of the site.
    `passage` is about this one alone. `needless`: it is not asked, or its answer does not get back, because of the one
    before it.
    """

    told: str
    told_by: Fact[Any]
    words: str
    device: str
    key: str
    passage: Passage
    reasons: tuple[Reason, ...]
    asks: tuple["Asked", ...] = ()
    needless: bool = False

    def all(self) -> Iterator["Asked"]:
        yield self
        for each in self.asks:
            yield from each.all()


@dataclass(frozen=True, slots=True)
class Tree:
    """Puts the hops of a chain behind those that lead to them. `anything`: no certain answer is expected."""

    site: Site
    clients: Pos | Readers
    chain: Chain
    name: str
    anything: bool

    def roots(self) -> Iterator[Asked]:
        """Yield whom clients ask: the resolvers that they are told, and where redirects send their questions."""
        by_hand = isinstance(self.clients, Pos) and self.clients.dns != "dhcp"
        known: set[tuple[str, str]] = set()
        for address, fact in self.chain.asked:
            by = "DHCP (option 6)" if address.version == 4 else "router advertisement or DHCPv6"
            told = f"set by hand: {address}" if by_hand else f"told by {by}: {address}"
            for each in self._at(address, _DNS, told, fact, ()):
                known.add((each.device, each.key))
                yield self._reachable(each, address)
        for each in () if by_hand else self._advertised():
            if (each.device, each.key) not in known:
                yield each
        for redirect in self.chain.redirected:
            yield from self._redirected(redirect)

    def _redirected(self, redirect: DnsRedirect) -> Iterator[Asked]:
        told = f"'{redirect.key}' of {redirect.device} redirects questions to port 53"
        target = None if isinstance(redirect.to_address, Unknown) else redirect.to_address.value
        port = _DNS if isinstance(redirect.to_port, Unknown) else redirect.to_port.value
        if target is not None:
            yield from self._at(target, port, f"{told} to {target}", redirect.to_address, ())
            return
        here = self._on(redirect.device, port)
        yield from (self._inspected(hop, told, redirect.to_port, ()) for hop in here)
        if not here:
            yield from (self._leaf(hop, told, redirect.to_port) for hop in self._unread(redirect.device, None))

    def _advertised(self) -> Iterator[Asked]:
        """Yield the resolvers of devices that tell clients to ask themselves over IPv6."""
        segment = self.clients.attachment.segment
        here = {(each.device, each.key) for each in segment.interfaces}
        for device in self.site.devices:
            for each in device.ipv6_resolvers:
                if isinstance(each.address, Unknown) or each.address.value is not None:
                    continue
                if isinstance(each.interface, Unknown) or (device.name, each.interface.value) not in here:
                    continue
                told = f"told by router advertisement or DHCPv6: {device.name} itself"
                own = self._on(device.name, _DNS)
                yield from (self._inspected(hop, told, each.address, ()) for hop in own)
                if not own:
                    yield from (self._leaf(hop, told, each.address) for hop in self._unread(device.name, None))

    def others(self, asked: tuple[Asked, ...]) -> tuple[ResolverHop, ...]:
        """The hops of the chain that stand nowhere in a tree: their answers count all the same."""
        seen = {(each.device, each.key) for root in asked for each in root.all()}
        return tuple(hop for hop in self.chain.hops if (hop.device, _key(hop)) not in seen)

    def _reachable(self, asked: Asked, address: Address) -> Asked:
        """Add what keeps the clients' packets from a resolver that they are told."""
        if not isinstance(address, IPv4Address):
            return asked
        found = self.site.reach(self.clients, address, protocol="udp", port=_DNS)
        if found is None or found.passage is Passage.OPEN:
            return asked
        hop = found.decisive
        fact = hop.fact if hop is not None else found.fact
        by = f" by '{hop.item}' of {hop.device}" if hop is not None and hop.device else ""
        verb = "is stopped" if found.passage is Passage.BLOCKED else "may be stopped"
        reason = Reason(f"udp/53 to {address} {verb}{by}", found.passage, fact)
        passage = Passage.BLOCKED if Passage.BLOCKED in (asked.passage, found.passage) else Passage.UNKNOWN
        return replace(asked, reasons=(reason, *asked.reasons), passage=passage)

    def _at(
        self, address: Address, port: int, told: str, fact: Fact[Any], seen: tuple[tuple[str, str], ...]
    ) -> Iterator[Asked]:
        """Yield the resolvers at an address, as the chain has them."""
        owned = owner(address, self.site.devices)
        if owned is None:
            outside = [hop for hop in self.chain.hops if not hop.device and hop.address == address]
            yield from (self._leaf(hop, told, fact) for hop in outside[:1])
            return
        device = owned[0].name
        here = self._on(device, port)
        yield from (self._inspected(hop, told, fact, seen) for hop in here)
        if not here:
            yield from (self._leaf(hop, told, fact) for hop in self._unread(device, address))

    def _on(self, device: str, port: int) -> list[ResolverHop]:
        """The inspected resolvers of a device in the chain that listen on a port, each as it is asked first."""
        found: dict[str, ResolverHop] = {}
        for hop in self.chain.hops:
            if hop.resolver is None or hop.device != device:
                continue
            if isinstance(hop.resolver.port, Unknown) or hop.resolver.port.value == port:
                found.setdefault(hop.resolver.key, hop)
        return list(found.values())

    def _unread(self, device: str, address: Address | None) -> list[ResolverHop]:
        return [
            hop
            for hop in self.chain.hops
            if hop.resolver is None and hop.device == device and (address is None or hop.address == address)
        ][:1]

    def _leaf(self, hop: ResolverHop, told: str, fact: Fact[Any]) -> Asked:
        """One that nobody looked into: a public one, or one whose settings are not known."""
        what = str(hop.address) if hop.address is not None else "a resolver that was not read"
        at = f" on {hop.device}" if hop.device else ""
        attested = None if self.anything else self.site.declared("dns-upstream")
        if hop.passage is Passage.UNKNOWN and isinstance(attested, Declared):
            reason = Reason(f"attested: {attested.value}", Passage.OPEN, attested)
        else:
            words = _PUBLIC if hop.kind is ResolverKind.PUBLIC else hop.kind.value
            reason = Reason(words, hop.passage, self._settled(hop))
        return Asked(told, fact, f"{what}{at}", hop.device, _key(hop), reason.passage, (reason,))

    def _settled(self, hop: ResolverHop) -> Fact[Any]:
        """What would settle it for the name that is asked for."""
        if isinstance(hop.fact, Unknown) and hop.address is not None and not hop.device:
            return replace(hop.fact, settle=f"run there: nslookup {self.name} {hop.address}")
        return hop.fact

    def _inspected(self, hop: ResolverHop, told: str, fact: Fact[Any], seen: tuple[tuple[str, str], ...]) -> Asked:
        resolver = hop.resolver
        assert resolver is not None
        me = (hop.device, resolver.key)
        words = f"resolver '{resolver.key}' ({resolver.software}) on {hop.device}"
        if me in seen:
            return Asked(f"{told}, which asks in a circle", fact, words, *me, hop.passage, (), needless=True)
        reasons = tuple(self._reasons(hop))
        passage = _worst(reasons)
        # Who answers itself asks nobody, whether the answer is right or not.
        alone = bool(local_answers(resolver, self.name))
        off = any(each.refusal is Refusal.OFF for each in _certain(hop))
        asks = () if off else tuple(self._next(hop, resolver, (*seen, me)))
        if passage is Passage.BLOCKED or (alone and passage is Passage.OPEN):
            asks = tuple(_needless(each) for each in asks)
        return Asked(told, fact, words, *me, passage, reasons, asks)

    def _reasons(self, hop: ResolverHop) -> Iterator[Reason]:
        """Yield what a resolver does with this name; a local answer is an answer where none is expected."""
        for refused in hop.reasons:
            answers = self.anything and isinstance(refused.local, LocalAnswer) and refused.local.address is not None
            certain = not isinstance(refused.fact, Unknown)
            passage = Passage.OPEN if answers and certain else Passage.BLOCKED if certain else Passage.UNKNOWN
            yield Reason(_words(refused), passage, refused.fact)
        if not hop.reasons and not self.anything:
            yield Reason(hop.refusal.value or "lets private answers pass", hop.passage, hop.fact)

    def _next(self, hop: ResolverHop, resolver: Resolver, seen: tuple[tuple[str, str], ...]) -> Iterator[Asked]:
        for forwarder in asked_for(resolver, self.name):
            if forwarder.address is None:
                continue
            told = f"forwards {'everything' if forwarder.meant == '.' else forwarder.meant} to {forwarder.address}"
            if forwarder.port != _DNS:
                told = f"{told} port {forwarder.port}"
            if forwarder.unread is None and forwarder.address.is_loopback:
                behind = [each for each in self._on(hop.device, forwarder.port) if each.resolver != resolver]
                yield from (self._inspected(each, told, forwarder.fact, seen) for each in behind)
                if behind:
                    continue
            if forwarder.unread is not None or forwarder.address.is_loopback:
                unread = self._unread(hop.device, forwarder.address)
                yield from (self._leaf(each, told, forwarder.fact) for each in unread)
                continue
            yield from self._at(forwarder.address, forwarder.port, told, forwarder.fact, seen)
        for hole in resolver.forwarders.holes:
            reason = Reason(ResolverKind.UNINSPECTED.value, Passage.UNKNOWN, hole)
            words = "resolvers that were not read"
            yield Asked("may forward elsewhere", hole, words, hop.device, "", Passage.UNKNOWN, (reason,))


_PUBLIC = "a public resolver that gives private answers"


def _key(hop: ResolverHop) -> str:
    return hop.resolver.key if hop.resolver is not None else str(hop.address or "")


def _certain(hop: ResolverHop) -> tuple[Refused, ...]:
    return tuple(each for each in hop.reasons if not isinstance(each.fact, Unknown))


def _words(refused: Refused) -> str:
    """Say what a resolver does instead of giving the answer from outside."""
    local = refused.local
    match local:
        case LocalAnswer(address=None):
            return f"answers itself: nothing below {local.meant}"
        case LocalAnswer():
            return f"answers {local.meant} itself: {local.address}"
        case Forwarder():
            return f"keeps {local.meant} inside and asks nobody for it"
        case None:
            if refused.refusal is Refusal.LOOP and isinstance(refused.fact, Stated):
                return f"{refused.refusal.value}: {refused.fact.value}"
            return refused.refusal.value


def _worst(reasons: tuple[Reason, ...]) -> Passage:
    found = {each.passage for each in reasons}
    if Passage.BLOCKED in found:
        return Passage.BLOCKED
    return Passage.UNKNOWN if Passage.UNKNOWN in found else Passage.OPEN


def _needless(asked: Asked) -> Asked:
    return replace(asked, needless=True, asks=tuple(_needless(each) for each in asked.asks))
