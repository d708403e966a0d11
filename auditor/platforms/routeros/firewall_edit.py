"""Intents about packet filters as edits: a rule before the one that blocks, and a redirect that is switched off.

Rules are found on the device by their comment if no other rule of the menu has it, else by all that they say. Each
takes effect with its line, for open connections too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Network
from itertools import product

from auditor.intents import AllowTraffic, StopDnsRedirect
from auditor.model import Device
from auditor.platforms.base import Edit
from auditor.platforms.routeros import bridge_filter
from auditor.platforms.routeros.changes import Builder, Texts, add_item, combine, set_property, where_of
from auditor.platforms.routeros.firewall import ruleset_of
from auditor.platforms.routeros.firewall_chains import NAT, rules_of
from auditor.platforms.routeros.firewall_scene import Scene, scene_of
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.parse import captured
from auditor.services.base import NotPossible
from auditor.services.netfilter.assemble import Ruleset, context_of
from auditor.services.netfilter.conditions import ARP, Context
from auditor.services.netfilter.filters import Base, entry_of, flat_of, label
from auditor.services.netfilter.opening import FOLLOWING, Opening, opening
from auditor.services.netfilter.program import Nat
from auditor.services.netfilter.wording import check, listed
from auditor.syntax.routeros_operations import Where

_DNS = 53
_MOST_RULES = 64
"""A fix of more lines than these is better made otherwise."""

Properties = tuple[tuple[str, str], ...]


def _scene(texts: Texts, device: Device) -> Scene:
    config = captured(texts.capture)
    return scene_of(config, device)


# -- traffic ---------------------------------------------------------------------------------------------------


def allow_traffic(texts: Texts, device: Device, intent: AllowTraffic) -> Edit:
    """Rules that accept one kind of traffic, in front of the rule that stops it."""
    scene = _scene(texts, device)
    rules = ruleset_of(scene)
    check(replace(intent, entering="", leaving=""))
    context, _ = context_of(scene.host, rules)
    wanted = opening(intent, rules.bases, context, answers_by_port=True)
    if rules.holes or wanted.base.holes:
        hole = (*wanted.base.holes, *rules.holes)[0]
        raise NotPossible("the rules were not captured whole", hole.settle or "capture the whole export")
    menu = wanted.base.key.removesuffix(f" {wanted.base.chain}")
    within = menu == bridge_filter.FILTER
    new = list(_bridged(intent, wanted, context) if within else _routed(intent, wanted))
    if len(new) > _MOST_RULES:
        raise NotPossible(f"it would take {len(new)} rules", "add a rule with an address list by hand")
    edits = [
        add_item(texts, menu, properties, known_by=("comment",), before=_place(scene, menu, wanted.base, before))
        for before, properties in new
    ]
    return replace(combine(edits), services=("bridge-filter" if within else "firewall",))


def _place(scene: Scene, menu: str, base: Base, key: str) -> Where | None:
    """The rule of a chain with this key, or the nearest one above it that can be found; None for the chain's end.

    What is let in passes the rules between, or one of them would be the one that stops it.
    """
    if not key:
        return None
    items = scene.config.items(menu)
    chain = [rule for rule in rules_of(scene.config, menu, ()) if rule.chain == base.chain]
    number = next((number for number, rule in enumerate(chain) if rule.key == key), None)
    if number is None:
        raise NotPossible(f"the rule '{key}' is none that was written", "add the rule by hand")
    for rule in reversed(chain[:number]):
        try:
            return where_of(chain[number].item, items)
        except NotPossible:
            chain[number] = rule
    return where_of(chain[number].item, items)


def _networks(networks: tuple[IPv4Network, ...] | None) -> tuple[str, ...]:
    return listed(networks) or ("",)


def _routed(intent: AllowTraffic, wanted: Opening) -> Iterator[tuple[str, Properties]]:
    """Where each rule of `/ip firewall filter` belongs, and what it says."""
    chain = wanted.base.chain
    if wanted.following is not None:
        states = (("chain", chain), ("comment", FOLLOWING), ("connection-state", "established,related"))
        yield wanted.following, (("action", "accept"), *states)
    if wanted.first is None:
        return
    pairs = list(product(_networks(intent.sources), _networks(intent.destinations)))
    for name, (source, destination) in zip(intent.rules(len(pairs)), pairs, strict=True):
        port = "" if intent.port is None else str(intent.port)
        leaving = intent.leaving if wanted.base.hook == "forward" else ""
        icmp = "8:0" if intent.protocol == "icmp" else ""
        yield wanted.first, _said(
            action="accept", chain=chain, comment=name, dst_address=destination, dst_port=port, icmp_options=icmp,
            in_interface=intent.entering, out_interface=leaving, protocol=intent.protocol, src_address=source,
        )  # fmt: skip


def _bridged(intent: AllowTraffic, wanted: Opening, context: Context) -> Iterator[tuple[str, Properties]]:
    """The same for `/interface bridge filter`, which knows no connections, and through which ARP must pass as well."""
    by_hand = f"let {intent.protocol} between these networks, its answers and ARP pass before that rule"
    if wanted.first is not None and _stops_arp(intent, wanted, context):
        if intent.sources is None or intent.sources != intent.destinations or len(intent.sources) != 1:
            raise NotPossible("the rule stops ARP too", by_hand)
        network = _networks(intent.sources)[0]
        yield wanted.first, _said(
            action="accept", arp_dst_address=network, arp_src_address=network, chain=wanted.base.chain,
            comment=intent.arp_rule, mac_protocol="arp",
        )  # fmt: skip
    pairs = list(product(_networks(intent.sources), _networks(intent.destinations)))
    if (wanted.following is not None) and (intent.port is None or len(pairs) > 1):
        raise NotPossible("the rule stops answers too, and a bridge knows no connections", by_hand)
    for name, (source, destination) in zip(intent.rules(len(pairs)), pairs, strict=True):
        port = "" if intent.port is None else str(intent.port)
        chain, protocol = wanted.base.chain, intent.protocol
        if wanted.first is not None:
            yield wanted.first, _said(
                action="accept", chain=chain, comment=name, dst_address=destination, dst_port=port,
                ip_protocol=protocol, mac_protocol="ip", src_address=source,
            )  # fmt: skip
        if wanted.following is not None:
            yield wanted.following, _said(
                action="accept", chain=chain, comment=f"{name}_back", dst_address=source, ip_protocol=protocol,
                mac_protocol="ip", src_address=destination, src_port=port,
            )  # fmt: skip


def _stops_arp(intent: AllowTraffic, wanted: Opening, context: Context) -> bool:
    at = replace(context, hook=wanted.base.hook, bridged=True)
    entry = entry_of(wanted.base, at, intent.before or "")
    return entry is not None and (entry.clause.box.protocols is None or ARP in entry.clause.box.protocols)


def _said(**properties: str) -> Properties:
    return tuple((name.replace("_", "-"), value) for name, value in properties.items() if value)


# -- DNS -------------------------------------------------------------------------------------------------------


def stop_dns_redirect(texts: Texts, device: Device, intent: StopDnsRedirect) -> Edit | None:
    """Switch the rule of `/ip firewall nat` off; None if no such rule redirects."""
    if not intent.redirect.startswith(f"{NAT} "):
        return None
    scene = _scene(texts, device)
    item = _redirecting(scene, ruleset_of(scene), intent.redirect)
    where = where_of(item, scene.config.items(NAT), "disabled")
    edit = set_property(texts, where, "disabled", "yes", default_text="no")
    return replace(edit, services=("firewall",))


def _redirecting(scene: Scene, rules: Ruleset, redirect: str) -> Item:
    """The rule behind a redirect of the model."""
    context, _ = context_of(scene.host, rules)
    for base in rules.bases:
        if not redirect.startswith(f"{base.key}/"):
            continue
        for entry in flat_of(base, replace(context, hook=base.hook)).entries:
            key = f"{base.key}/{label(entry.source, base.chain)}"
            if not isinstance(entry.does, Nat) or redirect not in (key, f"{key} (2)", f"{key} (3)"):
                continue
            if entry.clause.box.ports != ((_DNS, _DNS),):
                raise NotPossible("the rule translates more than DNS questions", "take port 53 out of the rule")
            for rule in rules_of(scene.config, NAT, ()):
                if rule.chain == entry.source.chain and rule.key == entry.source.key:
                    return rule.item
    raise NotPossible(f"no rule is called {redirect}", "switch the rule off where it comes from")


BUILDERS: Mapping[type, Builder] = {AllowTraffic: allow_traffic, StopDnsRedirect: stop_dns_redirect}
