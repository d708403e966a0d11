"""Intents about names as edits of `/ip dns static`."""

from collections.abc import Mapping
from dataclasses import replace

from auditor import intents
from auditor.model import Device
from auditor.platforms.base import Edit
from auditor.platforms.routeros.changes import Builder, Texts
from auditor.platforms.routeros.dhcp_edit import Menus
from auditor.platforms.routeros.dns_static import STATIC, key_of
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


BUILDERS: Mapping[type, Builder] = {intents.RemoveLocalAnswer: _local_answer}
