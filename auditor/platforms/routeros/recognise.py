"""Which file of a saved capture is what: exports by name, header or menus, and the outputs of commands."""

import re

from auditor.capture import Kind
from auditor.profiles import load_profile
from auditor.syntax.routeros import LineKind, parse

_HEADER = re.compile(r"^[ \t]*#[^\n]*\bby RouterOS v?\d", re.MULTILINE)
_TOP_MENUS = re.compile(
    r"(?:caps-man|certificate|container|disk|file|interface|iot|ip|ipv6|lora|mpls|openflow|port|ppp|queue|radius|routing"
    r"|rip|snmp|special-login|system|tool|tr069-client|user|user-manager|zerotier)(?: |\Z)"
)
_ENOUGH = 64 * 1024


def recognise(name: str, text: str) -> tuple[str, Kind] | None:
    """Return path and kind of a file by its name in the capture and its text, None if it is not of RouterOS.

    The path is what evidence names; an export keeps the name under which it was saved.
    """
    if name.startswith("commands/"):
        return name, _kind(name)
    if name.endswith(".rsc") or _HEADER.search(text[:_ENOUGH]) or _holds_statements(text):
        return name, Kind.CONFIGURATION
    return None


def _kind(name: str) -> Kind:
    return next((each.kind for each in load_profile("routeros").commands if each.stores == name), Kind.STATE)


def _holds_statements(text: str) -> bool:
    """Whether a text without a header speaks of menus that RouterOS has, and of little else."""
    if "/" not in text[:_ENOUGH]:
        return False
    # The last line may be cut by looking at the beginning only.
    document = parse(text[:_ENOUGH].rpartition("\n")[0] if len(text) > _ENOUGH else text)
    menus = [each.menu for each in document.statements if not each.damaged]
    foreign = sum(kind is LineKind.UNREADABLE for kind in document.line_kinds())
    return bool(menus) and all(map(_TOP_MENUS.match, menus)) and foreign < len(menus)
