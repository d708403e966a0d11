"""One question for a name: the answer that it must get, everybody who may be asked, and who keeps the answer back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor.model import Blocklist, Declared, Unknown
from auditor.policies import Policy
from auditor.site.asked import Asked, Tree
from auditor.site.hops import Passage
from auditor.site.resolvers import Lookup, covers
from auditor.site.site import Site
from auditor.site.stations import Pos, Readers

_LABEL = re.compile(r"(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer: what a name must be answered with (None: whatever the internet says), and all who may be asked.

    Clients may ask any resolver that they know, so every one of them must answer.
    """

    name: str
    expected: IPv4Address | None
    passage: Passage
    asked: tuple[Asked, ...]
    holes: tuple[Unknown, ...]

    def all(self) -> Iterator[Asked]:
        for each in self.asked:
            yield from each.all()

    @property
    def decisive(self) -> Asked | None:
        """The first that does not answer, or else that may not."""
        needed = [each for each in self.all() if not each.needless]
        for passage in (Passage.BLOCKED, Passage.UNKNOWN):
            if (first := next((each for each in needed if each.passage is passage), None)) is not None:
                return first
        return None


def expected_answer(name: str, policy: Policy) -> IPv4Address | None:
    """Return the address that the name of a reader stands for: its first label is the address with hyphens."""
    if not covers(policy.reader_domain, name):
        return None
    label = _LABEL.fullmatch(name.partition(".")[0])
    try:
        return IPv4Address(".".join(label.groups())) if label is not None else None
    except ValueError:
        return None


def resolution(site: Site, clients: Pos | Readers, name: str) -> Resolution:
    """Follow a question of these clients, whose place is known, through every resolver that may be asked."""
    expected = expected_answer(name, site.policy)
    # What another name is answered with nobody knows before; an address of the internet is what filters let pass.
    public = site.policy.published_ranges.networks[0].network_address
    chain = site.resolver_chain(clients, Lookup(name, expected or public))
    tree = Tree(site, clients, chain, name, anything=expected is None)
    asked = tuple(tree.roots())
    needed = [each for root in asked for each in root.all() if not each.needless]
    holes = (*chain.holes, *_lists(site, clients, {each.device for root in asked for each in root.all()}))
    passages = {each.passage for each in needed} | ({Passage.UNKNOWN} if holes or not needed else set())
    passages |= {hop.passage for hop in tree.others(asked)}
    worst = next(each for each in (Passage.BLOCKED, Passage.UNKNOWN, Passage.OPEN) if each in passages)
    return Resolution(name, expected, worst, asked, holes)


def _lists(site: Site, clients: Pos | Readers, resolving: set[str]) -> Iterator[Unknown]:
    """Yield services that may answer a name by lists which are no part of a configuration, unless that is attested."""
    attested = site.declared("egress")
    if isinstance(attested, Declared) and attested.value == "open":
        return
    bsses = clients.attachment.bsses if clients.wireless else ()
    names = resolving | set(clients.attachment.segment.devices) | {bss.device for bss in bsses}
    for device in (each for each in site.devices if each.name in names):
        yield from device.blocklists.holes
        for each in device.blocklists:
            if _looks_at(each, clients) and (isinstance(each.enabled, Unknown) or each.enabled.value):
                why = f"{each.software} on {device.name} blocks names or addresses by lists that no configuration holds"
                yield Unknown(why, each.enabled.spans, "look the name up from there; if it works, declare egress")


def _looks_at(blocklist: Blocklist, clients: Pos | Readers) -> bool:
    """Whether questions of these clients may enter where a service looks at them."""
    if isinstance(blocklist.interfaces, Unknown) or blocklist.interfaces.value is None:
        return True
    bsses = clients.attachment.bsses if clients.wireless else ()
    if any(bss.device == blocklist.device and bss.key in blocklist.bsses for bss in bsses):
        return True
    keys = {each.key for each in clients.attachment.segment.interfaces if each.device == blocklist.device}
    return not keys.isdisjoint(blocklist.interfaces.value)
