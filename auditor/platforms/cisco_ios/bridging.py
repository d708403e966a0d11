"""Bridge groups of routers and autonomous access points, and bridge domains: what they join, with which VLAN.

`bridge-group 30` on two interfaces joins them; `BVI30` is the router's own place in it. A sub-interface with
`encapsulation dot1Q 30` brings the VLAN of its wire. `bridge-domain 30` below `service instance` does the same for
Ethernet virtual connections, with `BDI30`. Source: Cisco, "Bridging and IBM Networking Configuration Guide", "Carrier
Ethernet Configuration Guide", and "Configuration Guide for Autonomous Aironet Access Points", "Configuring VLANs".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.interface_names import Kind
from auditor.platforms.cisco_ios.network_links import Link, Links
from auditor.platforms.cisco_ios.vlans import vlan_id
from auditor.services.reading import printable

# What a member may say of its group without keeping frames back; lists of addresses (`input-address-list`) do.
_MEMBER = re.compile(
    r"(no )?bridge-group (\d{1,4})(?: (port-protected|subscriber-loop-control|spanning-disabled|block-unknown-source"
    r"|source-learning|unicast-flooding|path-cost \d+|priority \d+))?"
)
_RUNS = re.compile(
    r"bridge \d{1,4} (?:route ip|protocol \S+|priority \d+|(?:aging|forward|hello)-time \d+|max-age \d+)"
)
_TAG = re.compile(r"dot1[qQ] (\d{1,4})(?: exact)?")
_POP = "ingress tag pop 1 symmetric"


@dataclass(frozen=True, slots=True)
class Group:
    """One bridge group or bridge domain: its link, the wire VLANs of its Ethernet members, and its own interface."""

    link: str
    own: str
    vlan: Fact[int | None]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Bridging:
    """Groups by link, and for each interface the links that it joins (several with service instances)."""

    groups: Mapping[str, Group]
    joined: Mapping[str, tuple[str, ...]]
    protected: Mapping[str, Span] = field(default_factory=dict)
    """Members of a group that exchange nothing with other protected ones (`bridge-group 30 port-protected`)."""


def read(links: Links) -> Bridging:
    """Read all groups and their members."""
    _recognise(links.config)
    joined: dict[str, tuple[str, ...]] = {}
    protected: dict[str, Span] = {}
    wires: dict[str, list[tuple[Fact[int | None], bool]]] = {}
    spans: dict[str, list[Span]] = {}
    for link in links.by_name.values():
        for target, vlan, span in (*_grouped(link, protected), *_instances(link)):
            joined[link.name] = tuple(dict.fromkeys((*joined.get(link.name, ()), target)))
            wires.setdefault(target, []).append((vlan, _is_wired(links, link)))
            spans.setdefault(target, []).append(span)
    for link in links.of(Kind.BRIDGE, Kind.DOMAIN):
        target = _target(link)
        wires.setdefault(target, [])
        spans.setdefault(target, []).append(link.header)
    groups = {target: _group(links, target, wires[target], tuple(found)) for target, found in spans.items()}
    return Bridging(groups, joined, protected)


def _recognise(config: Config) -> None:
    """Count how a group runs as understood; what a group throws away (`bridge 1 address … discard`) is not."""
    for command in config.top.children():
        if _RUNS.fullmatch(command.text):
            config.understood(command)


def target_of(link: Link) -> str:
    """The group that a BVI or BDI belongs to, '' for other interfaces."""
    return _target(link) if link.kind in (Kind.BRIDGE, Kind.DOMAIN) else ""


def _target(link: Link) -> str:
    kind = "bridge-group" if link.kind is Kind.BRIDGE else "bridge-domain"
    return f"{kind}.{link.name.lstrip('BVIDbvid')}"


def wire_vlan(link: Link) -> Fact[int | None]:
    """The 802.1Q id of an interface on its wire; None if it has no tag.

    The native VLAN goes without a tag and has its id all the same.
    """
    line = link.settings.said("encapsulation")
    if line is None or line.no or not link.parent:
        silent = link.settings.unsaid("encapsulation") if link.parent and line is None else None
        return silent or Stated(None, (link.header,))
    words = line.words
    if words[:1] not in (("dot1Q",), ("dot1q",)) or len(words) < 2 or "second-dot1q" in words:
        if words[:1] in (("dot1Q",), ("dot1q",), ("isl",), ("dot1ad",)):
            why = f"{link.settings.title} has '{printable(line.text)}', which is more than one 802.1Q tag"
            return Unknown(why, (line.span,), "leave the interface out, or give it one VLAN")
        return Stated(None, (line.span,))
    return links_vlan(link, words[1], line.span)


def links_vlan(link: Link, text: str, span: Span) -> Fact[int | None]:
    """Read the VLAN id of an encapsulation."""
    return link.settings.config.converted(text, vlan_id, span, what=f"encapsulation of {link.settings.title}")


def _grouped(link: Link, protected: dict[str, Span]) -> Iterator[tuple[str, Fact[int | None], Span]]:
    config = link.settings.config
    for command in link.settings.glance("bridge-group"):
        found = _MEMBER.fullmatch(command.text)
        if found is None:
            continue
        config.understood(command)
        if found[1]:
            continue
        if not found[3]:
            yield f"bridge-group.{found[2]}", wire_vlan(link), config.span(command)
        elif found[3] == "port-protected":
            protected[link.name] = config.span(command)


def _instances(link: Link) -> Iterator[tuple[str, Fact[int | None], Span]]:
    """Service instances: the VLAN of a frame is that of its tag only if the tag is taken off at the door."""
    for block in link.settings.blocks[0].blocks("service instance"):
        domain, tag = block.said("bridge-domain"), block.said("encapsulation")
        rewrite = block.said("rewrite")
        if domain is None or domain.no or not domain.words:
            continue
        found = _TAG.fullmatch(tag.rest) if tag is not None and not tag.no else None
        spans = tuple(line.span for line in (tag, rewrite) if line is not None)
        vlan: Fact[int | None]
        if tag is not None and tag.rest == "untagged":
            vlan = Stated(None, spans)
        elif found is not None and rewrite is not None and rewrite.rest == _POP:
            vlan = links_vlan(link, found[1], tag.span if tag is not None else link.header)
        else:
            why = f"a service instance of {link.settings.title} changes tags in a way that is not followed"
            vlan = Unknown(why, spans or (link.header,), f"look at `show bridge-domain {printable(domain.words[0])}`")
        yield f"bridge-domain.{domain.words[0]}", vlan, domain.span


def _is_wired(links: Links, link: Link) -> bool:
    return link.kind in (Kind.ETHERNET, Kind.CHANNEL)


def _group(links: Links, target: str, wires: list[tuple[Fact[int | None], bool]], spans: tuple[Span, ...]) -> Group:
    kind, _, number = target.partition(".")
    own = f"{'BVI' if kind == 'bridge-group' else 'BDI'}{number}"
    facts = [fact for fact, wired in wires if wired] or [fact for fact, _ in wires]
    unknown = next((fact for fact in facts if isinstance(fact, Unknown)), None)
    tags = {fact.value: fact for fact in facts if not isinstance(fact, Unknown)}
    vlan: Fact[int | None]
    if unknown is not None:
        vlan = unknown
    elif len(tags) == 1:
        vlan = next(iter(tags.values()))
    elif not tags:
        vlan = Stated(None, spans)
    else:
        seen = tuple(span for fact in tags.values() for span in fact.spans)
        shown = ", ".join("none" if tag is None else str(tag) for tag in tags)
        why = f"{kind} {printable(number)} joins wires with different VLANs ({shown})"
        vlan = Unknown(why, seen, "look at what is plugged into them")
    return Group(target, own if own in links.by_name else f"{kind} {number}", vlan, spans)
