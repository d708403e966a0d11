"""Whom the rules on names and on the internet are about: readers with a connection of their own, and tills."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from auditor.intents import AllowTraffic
from auditor.model import Unknown
from auditor.policies import Consumer
from auditor.rules.concerns import is_mobile, separate_pos
from auditor.site import Hop, Pos, Readers, ResolverHop, ResolverKind, Site
from auditor.verdicts import Change, NotApplicable, Undecided, Verdict

NO_POS = Unknown("no point of sale is declared", settle="declare pos in the inventory")


def consumer(client: Readers | Pos) -> Consumer:
    """As whom the policy counts a client."""
    return Consumer.POS if isinstance(client, Pos) else Consumer.READERS


def clients(site: Site) -> tuple[Readers | Pos, ...]:
    """Everybody who needs the internet, as far as their place is known."""
    everybody: tuple[Readers | Pos, ...] = (*(r for r in site.readers if not is_mobile(r)), *site.pos)
    return tuple(client for client in everybody if not isinstance(client.place, Unknown))


def out_of_sight(site: Site) -> Iterator[Verdict]:
    """Yield a verdict for everybody who needs the internet and is not found in the network."""
    for readers in site.readers:
        if not is_mobile(readers) and isinstance(readers.place, Unknown):
            yield Undecided(readers.place, subject=readers.name, about="readers")
    if not site.pos and any(is_mobile(r) or not separate_pos(site, r) for r in site.readers):
        yield Undecided(NO_POS, about="pos")
    for pos in site.pos:
        if isinstance(pos.place, Unknown):
            yield Undecided(pos.place, subject=pos.name, about="pos")


def lan_readers(site: Site) -> tuple[Readers, ...]:
    """Readers that a point of sale finds by name in the local network."""
    return tuple(readers for readers in site.readers if not separate_pos(site, readers))


def asking_pos(site: Site) -> tuple[Pos, ...]:
    """Points of sale that ask for readers by name, as far as their place is known."""
    return tuple(pos for pos in site.pos if not isinstance(pos.place, Unknown)) if lan_readers(site) else ()


def not_asking(site: Site) -> Iterator[Verdict]:
    """Yield a verdict for readers that nobody asks for by name, and for points of sale that were not found."""
    concerned = lan_readers(site)
    for readers in site.readers:
        if readers not in concerned:
            yield NotApplicable(separate_pos(site, readers), subject=readers.name)
    if concerned and not site.pos:
        yield Undecided(NO_POS)
    for pos in site.pos if concerned else ():
        if isinstance(pos.place, Unknown):
            yield Undecided(pos.place, subject=pos.name)


def is_inside(site: Site, hop: ResolverHop) -> bool:
    """Say whether a resolver that was not inspected stands in the shop: on a device of it, or in its networks."""
    if hop.kind is not ResolverKind.UNINSPECTED or hop.address is None:
        return False
    if hop.device:
        return True
    return any(
        hop.address.version == 4 and hop.address in network
        for segment in site.segments
        if not isinstance(segment.subnets, Unknown) and not segment.is_uplink
        for network in segment.subnets.value
    )


def allow(
    client: Readers | Pos,
    hop: Hop,
    destinations: tuple[IPv4Network, ...] | None,
    protocol: str,
    port: int,
    *,
    addressless: bool = False,
) -> Change:
    """Let a client's network pass a filter, by a rule before the one that stops it, whose name it carries.

    A client that is `addressless` as yet sends from 0.0.0.0, so that no source may be named.
    """
    subnets = client.attachment.segment.subnets
    sources = None if isinstance(subnets, Unknown) or addressless else subnets.value
    words = f"terminal_{hop.entering}_{protocol}_{port}_before_{hop.rule or 'default'}"
    name = re.sub(r"[^A-Za-z0-9]+", "_", words)
    intent = AllowTraffic(
        hop.item, name, hop.entering, hop.leaving, sources, destinations, protocol, port, hop.rule or None
    )
    return Change(hop.device, intent)
