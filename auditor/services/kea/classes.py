"""Client classes: who is in one, as far as a configuration tells without knowing the client.

Source: isc-projects/kea doc/sphinx/arm/classify.rst; src/lib/dhcpsrv/alloc_engine.h, getValidLft.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from auditor.services.kea.config import Config, items
from auditor.syntax.kea_json import Node

_ALL = re.compile(r"""\s*member\s*\(\s*'ALL'\s*\)\s*""")
_BUILT_IN = ("KNOWN", "UNKNOWN", "BOOTP", "DROP", "VENDOR_CLASS_", "HA_", "AFTER_", "EXTERNAL_", "SPAWN_", "SKIP_")


class Belongs(StrEnum):
    """Whether an ordinary client, of which nothing is known, is in a class."""

    YES = "yes"
    NO = "no"
    PERHAPS = "perhaps"


@dataclass(frozen=True, slots=True)
class ClientClass:
    """One class. `late`: it is looked at when the lease is decided already, and adds options only where asked for."""

    name: str
    node: Node
    belongs: Belongs
    late: bool


def classes_of(config: Config) -> tuple[ClientClass, ...]:
    """All classes in the order in which the server asks them: ALL first."""
    found = []
    for node in items(config.root, "client-classes"):
        name = config.text(node, "name") or ""
        late = bool(config.bool(node, "only-if-required") or config.bool(node, "only-in-additional-list"))
        found.append(ClientClass(name, node, _belongs(config, node, name), late))
    return tuple(sorted(found, key=lambda each: each.name != "ALL"))


def belongs(classes: tuple[ClientClass, ...], name: str) -> Belongs:
    """Whether an ordinary client is in a class that something is reserved for."""
    if name == "ALL":
        return Belongs.YES
    found = next((each for each in classes if each.name == name), None)
    return found.belongs if found is not None and found.belongs is Belongs.YES else Belongs.PERHAPS


def _belongs(config: Config, node: Node, name: str) -> Belongs:
    if name == "ALL":
        return Belongs.YES
    if name.startswith(_BUILT_IN):
        return Belongs.PERHAPS
    test = config.text(node, "test")
    if test is None:
        # Without a test only a reservation, which names its classes, puts a client into it.
        return Belongs.PERHAPS if node.get("template-test") is not None else Belongs.NO
    return Belongs.YES if _ALL.fullmatch(test) else Belongs.PERHAPS
