"""Intents about names as edits of `/ip dns static`."""

from collections.abc import Mapping
from dataclasses import replace

from auditor import intents
from auditor.model import Device, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.routeros.changes import Builder, Texts, add_item
from auditor.platforms.routeros.dhcp_edit import Menus
from auditor.platforms.routeros.dns_static import STATIC, key_of
from auditor.platforms.routeros.items import Item
from auditor.services.base import NotPossible
from auditor.services.reading import printable


def _local_answer(texts: Texts, device: Device, intent: intents.RemoveLocalAnswer) -> Edit:
    """The entry is switched off: entries are tried in their order, and it keeps its place."""
    menus = Menus.of(texts, device)
    listed = menus.items(STATIC)
    found = [item for item in listed if key_of(item) == intent.answer and item.text("disabled") != "yes"]
    if not found:
        found = [item for item in listed if key_of(item) == intent.answer]
    if len(found) != 1:
        raise NotPossible(
            f"{len(found) or 'no'} lines of /{STATIC} are alike for {printable(intent.domain)}",
            f"switch the entries for {printable(intent.domain)} off by hand",
        )
    return replace(menus.set(found[0], "disabled", "yes", "no"), services=("dns",))


def _forward(texts: Texts, device: Device, intent: intents.ForwardDomain) -> Edit:
    """An entry that asks the first server for the domain and all names below it: `forward-to` takes one address.

    Source: MikroTik's manual, "DNS", DNS Static; its release notes name entries that forward from 6.47 on, of
    `match-subdomain` only those of version 7 are certain.
    """
    server, domain = intent.servers[0], intent.domain
    asked = f"let the router ask {server} for {domain} and the names below it"
    if isinstance(device.version, Unknown) or not _from_seven(device.version.value):
        raise NotPossible("only RouterOS 7 is known to ask other resolvers for a whole domain", asked)
    properties = (
        ("forward-to", str(server)),
        ("match-subdomain", "yes"),
        ("name", domain),
        ("type", "FWD"),
    )
    for item in Menus.of(texts, device).items(STATIC):
        if _is_for(item, domain) and dict(item.terms) != dict(properties):
            raise NotPossible(f"another line says who answers {printable(domain)}", "take it out, then audit again")
    return replace(add_item(texts, STATIC, properties, known_by=("forward-to", "name", "type")), services=("dns",))


def _from_seven(version: str) -> bool:
    major = version.partition(".")[0]
    return major.isdecimal() and int(major) >= 7


def _is_for(item: Item, domain: str) -> bool:
    name = (item.text("name") or "").lower().rstrip(".")
    return item.text("disabled") != "yes" and name == domain.lower()


BUILDERS: Mapping[type, Builder] = {
    intents.RemoveLocalAnswer: _local_answer,
    intents.ForwardDomain: _forward,
}
