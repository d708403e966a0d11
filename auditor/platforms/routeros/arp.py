"""How a router finds hosts, and they find it: `arp=` of an interface.

`reply-only`: the router asks nobody, so that it reaches only hosts that `/ip arp` or a lease (`add-arp=yes`) names;
`disabled`: it does not even answer. `local-proxy-arp`: it answers for neighbours within a network, so that what they
send each other may go through the router and its packet filter.
Source: MikroTik's manual, "ARP" (ARP modes), "DHCP" (add-arp).
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, ip_network, summarize_address_range

from auditor.model import Action, Fact, Filter, FilterRule, Listed, Span, Stated, Unknown, spans_of
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.network import Network
from auditor.services.routes import matching, told_apart

_NO_ANSWER = ("reply-only", "disabled")
_FOR_NEIGHBOURS = ("local-proxy-arp",)
_MENUS = (
    "interface bridge", "interface vlan", "interface ethernet", "interface bonding", "interface wireless",
    "interface wifi",
)  # fmt: skip
_MOST_RANGES = 200
_SETTLE = "let the DHCP server add its leases (add-arp=yes), or add the device to /ip arp"
_PING = "ping the reader from the point of sale"


def unanswered(config: Config, network: Network) -> Filter | None:
    """What comes from hosts that get no answer: neither a static entry nor a lease (`add-arp=yes`) names them."""
    return _filter(config, "arp", list(_told(config, network, leaving=False)))


def unknown(config: Config, network: Network) -> Filter | None:
    """What goes to hosts that the router does not ask for: the same, seen from the other side."""
    return _filter(config, "arp (leaving)", list(_told(config, network, leaving=True)))


def between(config: Config, network: Network) -> Filter | None:
    """Networks in which the router answers for neighbours, so that it may stand between them."""
    rules: list[FilterRule] = []
    for key, title, mode, spans in _modes(config, network, _FOR_NEIGHBOURS):
        why = f"{title} has arp={mode}: what neighbours send each other may go through the router and its filter"
        names: Fact[frozenset[str] | None] = Stated(frozenset({key}), spans)
        rules.append(matching(f"arp {key}", Unknown(why, spans, _PING), entering=names))
    return _filter(config, "arp", rules)


def _filter(config: Config, key: str, rules: list[FilterRule]) -> Filter | None:
    if not rules:
        return None
    return Filter(config.device, key, Listed(told_apart(rules)), Stated(Action.ACCEPT, spans_of(rules[-1].action)))


def _modes(
    config: Config, network: Network, modes: tuple[str, ...]
) -> Iterator[tuple[str, str, str, tuple[Span, ...]]]:
    """Key, title, mode and lines of the interfaces with one of these modes; what a port of a bridge says is void."""
    for menu in _MENUS:
        for item in config.items(menu):
            mode = config.text(item, "arp")
            if mode in modes and item.name and network.actual(item.name) == item.name:
                yield item.name, item.title, mode, config.span(item, "arp")


def _told(config: Config, network: Network, *, leaving: bool) -> Iterator[FilterRule]:
    for key, title, mode, spans in _modes(config, network, _NO_ANSWER):
        names: Fact[frozenset[str] | None] = Stated(frozenset({key}), spans)
        told, lines = _leased(config, network, key)
        interface = network.known(key)
        uplink = interface is not None and not isinstance(interface.uplink, Unknown) and interface.uplink.value
        if uplink and (told or not leaving):
            continue  # a static entry is that of the next router
        into, out = (None, names) if leaving else (names, None)
        if told:
            accept = Stated(Action.ACCEPT, (*spans, *lines))
            known: Fact[tuple[IPv4Network, ...] | None] = Stated(told, lines)
            sources, destinations = (None, known) if leaving else (known, None)
            rule = f"arp {key} (leases)"
            yield matching(rule, accept, entering=into, leaving=out, sources=sources, destinations=destinations)
        why = f"{title} has arp={mode}: the router reaches only devices that a line or a lease names"
        doubt = Unknown(why, spans, _SETTLE)
        yield matching(f"arp {key}", doubt, entering=into, leaving=out)


def _leased(config: Config, network: Network, key: str) -> tuple[tuple[IPv4Network, ...], tuple[Span, ...]]:
    """The addresses for which a DHCP server of an interface adds ARP entries (`add-arp=yes`), and static ones.

    A question that comes from no address yet is one of DHCP.
    """
    pools = {item.name: item for item in config.items("ip pool")}
    found: list[IPv4Network] = []
    spans: list[Span] = []
    for item in config.items("ip dhcp-server"):
        if item.text("add-arp") not in ("yes", "true") or network.actual(item.text("interface") or "") != key:
            continue
        on = config.enabled(item)
        pool = pools.get(item.text("address-pool") or "")
        if isinstance(on, Unknown) or not on.value:
            continue
        spans += config.span(item, "add-arp")
        found.append(IPv4Network("0.0.0.0/32"))
        for word, span in config.words(pool, "ranges") if pool is not None else ():
            found += _range(word)
            spans.append(span)
    for item in config.items("ip arp"):
        if network.actual(item.text("interface") or "") == key:
            found += _range(config.text(item, "address") or "")
            spans += config.span(item, "address", "interface", "mac-address")
    return tuple(found[:_MOST_RANGES]), tuple(dict.fromkeys(spans))


def _range(word: str) -> list[IPv4Network]:
    """`192.168.88.10-192.168.88.254`, one address, or a network."""
    first, dash, last = word.partition("-")
    try:
        if dash:
            return list(summarize_address_range(IPv4Address(first.strip()), IPv4Address(last.strip())))
        network = ip_network(word, strict=False)
    except (ValueError, TypeError):
        return []
    return [network] if isinstance(network, IPv4Network) else []
