"""`ip dns view`: whom the DNS server of a device asks, by the name that is asked for.

The server goes through a list of views in order; the first whose restrictions fit a question decides. A name list holds
regular expressions that are compared without regard to capital letters. Without a list the default view counts, whose
resolvers are those of `ip name-server` unless it has forwarders of its own.
Source: Cisco, IP Addressing: DNS Configuration Guide, "Split DNS".
"""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model import Forwarder, Listed, NamePattern, Span, Stated, Unknown
from auditor.platforms.cisco_ios import dns_servers
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.dns_servers import Server, Servers
from auditor.services.reading import printable

VIEW, VIEW_LIST, NAME_LIST = "ip dns view", "ip dns view-list", "ip dns name-list"
DEFAULT = "default"
_PORT = 53
_MOST_VIEWS = 32
_MOST_PATTERNS = 64
_MOST_SERVERS = 16
"""IOS asks six forwarders and six name servers at most."""


@dataclass(frozen=True, slots=True)
class Member:
    """A view in a list: its name, the expressions that names must match (None: any), and why it is in doubt."""

    view: str
    patterns: tuple[str, ...] | None
    span: Span
    unread: Unknown | None = None


def members(config: Config, name: str, near: Span) -> tuple[Member, ...]:
    """The views of a list in the order in which they are tried."""
    block = config.top.block(VIEW_LIST, name)
    if block is None:
        why = f"there is no view list '{printable(name)}'"
        return (
            Member(DEFAULT, None, near, Unknown(why, (near,), f"look at `show ip dns view-list` on {config.device}")),
        )
    listed = block.blocks("view")
    found = [_member(config, each) for each in listed[:_MOST_VIEWS]]
    if len(listed) > _MOST_VIEWS:
        why = f"{block.title} holds {len(listed)} views, more than are worked out here"
        found.append((0, Member("", (), block.header, Unknown(why, (block.header,), "look the names up from a POS"))))
    return tuple(member for _, member in sorted(found, key=lambda one: one[0]))


def _member(config: Config, block: Block) -> tuple[int, Member]:
    """`view NAME ORDER`, with what restricts it."""
    words = block.name.split()
    order = (
        int(words[-1]) if len(words) > 1 and words[-1].isascii() and words[-1].isdecimal() and len(words[-1]) < 7 else 0
    )
    unread: Unknown | None = None
    if len(words) != 2:
        unread = Unknown(f"{block.title} is not read", (block.header,), "look the names up from a POS")
    restricted = [line for line in block.lines("restrict") if line.words[:1] != ("name-group",)]
    if restricted:
        why = f"{block.title} is for some questions only (`{printable(restricted[0].text)}`)"
        unread = Unknown(why, (restricted[0].span,), "look the names up from a POS")
    groups = [
        line.words[1] for line in block.lines("restrict") if line.words[:1] == ("name-group",) and len(line.words) == 2
    ]
    patterns = _patterns(config, groups[-1]) if groups else None
    if isinstance(patterns, Unknown):
        return order, Member(words[0] if words else "", (), block.header, patterns)
    return order, Member(words[0] if words else "", patterns, block.header, unread)


def _patterns(config: Config, number: str) -> tuple[str, ...] | Unknown:
    """The expressions of a name list; one that takes names out of it is not worked out."""
    lines = config.top.lines(f"{NAME_LIST} {number}")
    if any(line.words[:1] == ("deny",) for line in lines):
        why = f"name list {printable(number)} leaves names out (`deny`), which is not worked out here"
        return Unknown(why, tuple(line.span for line in lines[:4]), "look the names up from a POS")
    if len(lines) > _MOST_PATTERNS:
        why = f"name list {printable(number)} holds {len(lines)} expressions, more than are worked out here"
        return Unknown(why, (lines[0].span,), "look the names up from a POS")
    found = tuple(line.rest.removeprefix("permit").strip().lower() for line in lines)
    odd = next((line for line, each in zip(lines, found, strict=True) if not each or "_" in each), None)
    if odd is not None or not found:
        near = (odd.span,) if odd is not None else ()
        why = f"name list {printable(number)} is empty, or an expression in it is not read here"
        return Unknown(why, near, "look the names up from a POS")
    return found


def forwarders(config: Config, views: tuple[Member, ...]) -> Listed[Forwarder]:
    """Whom the server asks: for names of each view, those of the view."""
    found: list[Forwarder] = []
    holes: list[Unknown] = []
    for member in views:
        servers = of_view(config, member.view, member.span)
        holes += servers.holes[:_MOST_SERVERS]
        if len(servers.servers) > _MOST_SERVERS:
            why = f"view '{printable(member.view)}' names {len(servers.servers)} resolvers, more than IOS asks"
            holes.append(Unknown(why, (member.span,), "look the names up from a POS"))
        asked = servers.servers[:_MOST_SERVERS]
        if member.unread is not None:
            holes.append(member.unread)
            continue
        if member.patterns is None:
            found += [_forwarder(each, None, "") for each in asked]
            break
        for pattern in member.patterns:
            found += [_forwarder(each, NamePattern(pattern), pattern) for each in asked]
            found += [_doubtful(config, member, pattern, each) for each in asked[:1]]
    else:
        if views and all(member.unread is None for member in views):
            why = "names that no view of the list is for get no answer"
            holes.append(Unknown(why, tuple(member.span for member in views), "add a view without restrictions"))
    once = {each.key: each for each in reversed(found)}
    return Listed(tuple(reversed(once.values())), tuple(dict.fromkeys(holes)))


def of_view(config: Config, name: str, *near: Span) -> Servers:
    """The resolvers of a view: its forwarders, else its name servers; a provider's may come with those."""
    block = config.top.block(VIEW, name)
    own = block.lines("dns forwarder") if block is not None else ()
    plain = [line for line in block.each("dns forwarding") if not line.rest] if block is not None else []
    if plain and plain[-1].no:
        why = f"the DNS server asks nobody in view '{printable(name)}' (`no dns forwarding`)"
        return Servers((), (Unknown(why, (plain[-1].span,), "look the names up from a POS"),))
    if own:
        return dns_servers.of_lines(config, own, "dns forwarder")
    named = block.lines("domain name-server") if block is not None else ()
    listed = dns_servers.of_lines(config, named, "domain name-server")
    if name == DEFAULT:
        usual = dns_servers.written(config)
        found = Servers((*usual.servers, *listed.servers), (*usual.holes, *listed.holes, *dns_servers.given(config)))
    else:
        found = listed
    return found if found.servers or found.holes else Servers((), tuple(_nobody(config, name, near)))


def _nobody(config: Config, name: str, near: tuple[Span, ...]) -> Iterator[Unknown]:
    why = f"no line says whom the DNS server of {config.device} asks in view '{printable(name)}'"
    yield Unknown(why, near, "name resolvers with `ip name-server`")


def _forwarder(server: Server, pattern: NamePattern | None, key: str) -> Forwarder:
    name = f"{printable(key, 200)} {server.address}" if key else str(server.address)
    return Forwarder(name, None, server.address, _PORT, Stated(str(server.address), (server.span,)), pattern=pattern)


def _doubtful(config: Config, member: Member, pattern: str, server: Server) -> Forwarder:
    """Names that an expression matches or not, depending on how it is read."""
    why = f"which names the expression '{printable(pattern)}' matches depends on how IOS reads it"
    unread = Unknown(why, (member.span,), f"look the names up at {config.device}")
    doubt = NamePattern(pattern, doubtful=True)
    return Forwarder(f"{printable(pattern, 200)} (in doubt)", None, server.address, _PORT, unread, unread, doubt)
