"""Routing as a filter of doubts: rules that say of packets whether they go the usual way."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network

from auditor.model import Action, Fact, FilterRule, Interface, Listed, PortRange, Stated, Unknown


def matching(
    key: str,
    action: Fact[Action],
    *,
    entering: Fact[frozenset[str] | None] | None = None,
    leaving: Fact[frozenset[str] | None] | None = None,
    sources: Fact[tuple[IPv4Network, ...] | None] | None = None,
    destinations: Fact[tuple[IPv4Network, ...] | None] | None = None,
) -> FilterRule:
    """A rule that looks at nothing but what is given."""
    nothing: Stated[None] = Stated(None, action.spans)
    ports: Fact[tuple[PortRange, ...] | None] = nothing
    return FilterRule(
        key=key,
        name=key,
        entering=entering or nothing,
        leaving=leaving or nothing,
        sources=sources or nothing,
        destinations=destinations or nothing,
        protocols=nothing,
        destination_ports=ports,
        narrow=Stated(False, action.spans),
        action=action,
    )


def connected(interfaces: Listed[Interface]) -> Iterator[tuple[IPv4Network, FilterRule]]:
    """The subnets of a device itself, to which it has a route of its own."""
    for interface in interfaces:
        for address in () if isinstance(interface.addresses, Unknown) else interface.addresses.value:
            own: Fact[tuple[IPv4Network, ...] | None] = Stated((address.network,), interface.addresses.spans)
            accept = Stated(Action.ACCEPT, interface.addresses.spans)
            yield address.network, matching(f"subnet {address.network}", accept, destinations=own)


def told_apart(rules: list[FilterRule]) -> tuple[FilterRule, ...]:
    """Number rules of one key."""
    seen: dict[str, int] = {}
    found = []
    for rule in rules:
        number = seen[rule.key] = seen.get(rule.key, 0) + 1
        found.append(rule if number == 1 else replace(rule, key=f"{rule.key} ({number})"))
    return tuple(found)
