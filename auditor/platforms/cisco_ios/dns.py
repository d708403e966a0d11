"""`ip dns server`: the DNS server of a router or switch, and Umbrella, to which a device can send all questions.

Source: Cisco, IP Addressing: DNS Configuration Guide, "Configuring DNS", "Split DNS"; Cisco IOS IP Addressing Services
Command Reference: ip dns server, ip dns server view-group, ip dns view-group, ip dns spoofing (which answers only
while the provider's line is down).
"""

from dataclasses import replace

from auditor.model import Blocklist, Fact, Forwarder, Listed, Resolver, Span, Stated, Unknown, combine
from auditor.platforms.cisco_ios import dns_hosts, dns_umbrella, dns_views
from auditor.platforms.cisco_ios.blocks import true_false
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.dhcp_places import Interfaces
from auditor.platforms.cisco_ios.dns_views import DEFAULT, Member
from auditor.services.reading import printable

SERVER = "ip dns server"
KEY = "dns"
"""The server of a device; a list of views of some interfaces is a resolver of its own."""

_MOST_LISTS = 16
_PORT = 53
_LOOKUP = ("ip domain lookup", "ip domain-lookup")


def read(config: Config, network: Interfaces) -> tuple[Listed[Resolver], Listed[Blocklist]]:
    """Return the DNS server, also where nobody may ask it, and services that make names unreachable."""
    holes = config.holes()
    config.top.each("ip dns spoofing")
    serving = _serving(config)
    groups = [line for line in config.top.lines(SERVER) if line.words[:1] == ("view-group",) and len(line.words) > 1]
    usual = (
        dns_views.members(config, groups[-1].words[1], groups[-1].span)
        if groups
        else (Member(DEFAULT, None, config.whole),)
    )
    server = _resolver(config, KEY, serving, usual)
    lists = _lists(config)
    own = tuple(_of_list(config, serving, name, listed) for name, listed in tuple(lists.items())[:_MOST_LISTS])
    if lists:
        named = {name for listed in lists.values() for name, _ in listed}
        others = tuple(each.key for each in network.interfaces if each.key not in named)
        server = replace(server, interfaces=Stated(others, ()))
    if len(lists) > _MOST_LISTS:
        why = f"{config.device} has {len(lists)} lists of views for its interfaces, more than are worked out here"
        holes = (*holes, Unknown(why, settle="look the test name up from a POS"))
    return Listed((server, *own), holes), Listed(tuple(dns_umbrella.blocklists(config, network)), config.holes())


def _serving(config: Config) -> Fact[bool]:
    lines = [line for line in config.top.each(SERVER) if not line.rest]
    if lines:
        return Stated(not lines[-1].no, (lines[-1].span,))
    return config.top.unsaid(SERVER) or config.default(SERVER, true_false)


def _lists(config: Config) -> dict[str, list[tuple[str, Span]]]:
    """Lists of views that interfaces have instead of the usual one, with these interfaces."""
    found: dict[str, list[tuple[str, Span]]] = {}
    for block in config.blocks("interface"):
        line = block.said("ip dns view-group")
        if line is not None and not line.no and line.rest:
            found.setdefault(line.rest, []).append((block.name, line.span))
    return found


def _of_list(config: Config, serving: Fact[bool], name: str, interfaces: list[tuple[str, Span]]) -> Resolver:
    """The DNS server as clients behind these interfaces see it."""
    spans = tuple(span for _, span in interfaces)
    views = dns_views.members(config, name, spans[0])
    resolver = _resolver(config, f"{KEY} {printable(name, 200)}", serving, views)
    return replace(resolver, interfaces=Stated(tuple(name for name, _ in interfaces), spans))


def _resolver(config: Config, key: str, serving: Fact[bool], views: tuple[Member, ...]) -> Resolver:
    drops = config.default("ip dns.rebind-protection", true_false)
    off = not isinstance(serving, Unknown) and not serving.value
    asked = dns_views.forwarders(config, views)
    return Resolver(
        device=config.device,
        key=key,
        software="Cisco IOS",
        port=Stated(_PORT, ()),
        serving=serving,
        interfaces=Stated(None, ()),
        drops_private=drops,
        private_ranges=(),
        exempt_domains=combine(_none, drops),
        drops_ipv4=config.default("ip dns.filters-ipv4", true_false),
        # Where the server is off, it does not matter whether the device looks names up.
        forwarders=Listed(asked.items) if off else _with_lookup(config, asked),
        local_answers=dns_hosts.answers(config, views),
    )


def _none(_: bool) -> tuple[str, ...]:
    return ()


def _with_lookup(config: Config, asked: Listed[Forwarder]) -> Listed[Forwarder]:
    """Whether a server forwards questions on a device that is told not to look names up is not documented."""
    near: tuple[Span, ...] = tuple(
        line.span for prefix in _LOOKUP for line in config.top.each(prefix) if line.no and not line.rest
    )
    if not near:
        return asked
    why = f"whether the DNS server of {config.device} asks others in spite of `no ip domain lookup` is not documented"
    hole = Unknown(why, near, f"look at `show ip dns view` on {config.device}: is forwarding enabled?")
    return Listed(asked.items, (*asked.holes, hole))
