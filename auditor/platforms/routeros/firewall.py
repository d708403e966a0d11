"""`/ip firewall` and `/interface bridge filter` of a RouterOS device: what passes, and which addresses are changed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from auditor.model import Filter, Listed, Span, Unknown
from auditor.platforms.routeros import bridge_filter, tracking
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.firewall_chains import FILTER, NAT, RAW, ip_bases, rules_of
from auditor.platforms.routeros.firewall_matches import clauses_of
from auditor.platforms.routeros.firewall_scene import Networked, Scene, scene_of
from auditor.services.base import Part
from auditor.services.netfilter.assemble import Ruleset, assemble, output_doubts
from auditor.services.netfilter.conditions import Context, View

T = TypeVar("T")

_CONNECTIONS = frozenset({"tcp", "udp", "icmp"})


def read(config: Config, network: Networked) -> Part:
    """Read all packet filters, translations and timers of a device."""
    scene = scene_of(config, network)
    rules = ruleset_of(scene)
    part = assemble(scene.host, rules)
    hardware = bridge_filter.switch_rules(config)
    unseen = (*hardware, *_dynamic(config))
    return replace(
        part,
        forward_filters=_with(part.forward_filters, unseen),
        input_filters=_with(part.input_filters, hardware),
        bridge_filters=_with(part.bridge_filters, hardware),
        source_nats=_lacking(part.source_nats, config),
        port_forwards=_lacking(part.port_forwards, config),
        dns_redirects=_lacking(part.dns_redirects, config),
        connection_tracking=tracking.connection_tracking(config, scene.host.reading),
        output_doubts=(*output_doubts(scene.host, rules), *_own_questions(config)),
    )


def ruleset_of(scene: Scene) -> Ruleset:
    """All chains of a device, as the engine of netfilter wants them."""
    config = scene.config
    bases = (*ip_bases(scene), *bridge_filter.bases(scene))
    first = next((item.header for item in config.items(FILTER)), None)
    spans = (first,) if first is not None else tuple(_first_lines(config))
    tracked, holes = tracking.tracked(config, scene.host.reading)
    return Ruleset(
        service="ip firewall",
        bases=bases,
        tracked=tracked and not _untracks(scene),
        spans=spans,
        holes=holes if config.items(NAT) else (),
        links=scene.links,
        asked=bridge_filter.asked(scene),
    )


def _with(listed: Listed[Filter], more: tuple[Unknown, ...]) -> Listed[Filter]:
    return Listed(listed.items, (*listed.holes, *more))


def _lacking(listed: Listed[T], config: Config) -> Listed[T]:
    """What is read of translations, and why the exports may not show all of them."""
    return Listed(listed.items, tuple(dict.fromkeys((*listed.holes, *config.holes(NAT)))))


def _first_lines(config: Config) -> Iterator[Span]:
    for path in list(config.documents)[:1]:
        yield Span(config.device, path, 1, 1)


def _untracks(scene: Scene) -> bool:
    """Whether a rule of `/ip firewall raw` keeps packets that matter here from connection tracking."""
    context = Context("prerouting", View.FIRST, scene.links)
    for rule in rules_of(scene.config, RAW, ()):
        if rule.item.text("action") != "notrack" or rule.chain == "output":
            continue
        for clause in clauses_of(rule.item, context, scene):
            if clause.box.protocols is None or clause.box.protocols & _CONNECTIONS:
                return True
    return False


def _dynamic(config: Config) -> Iterator[Unknown]:
    """Rules that the device makes by itself, and that no export holds."""
    for item in config.items("ip kid-control device"):
        enabled = config.enabled(item)
        if isinstance(enabled, Unknown) or enabled.value:
            why = "kid control stops devices at some times of the day"
            yield Unknown(
                why, (item.header,), "see that no reader or point of sale is in `/ip kid-control device print`"
            )
            return


def _own_questions(config: Config) -> Iterator[Unknown]:
    """Translation of what the device itself sends, its resolver's questions among it (chain `output`, RouterOS 7)."""
    for rule in rules_of(config, NAT, ()):
        if rule.chain == "output" and rule.item.text("action") in ("dst-nat", "redirect", "netmap", "same"):
            why = f"'{rule.key}' may send questions of the device's own resolver elsewhere"
            yield Unknown(why, (rule.item.header,), "look a name up from a POS that asks this device")
