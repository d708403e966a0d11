"""Which file of a saved capture is what: running configurations by their lines, and the outputs of commands."""

import re

from auditor.capture import Kind
from auditor.profiles import load_profile
from auditor.syntax.ios import LineKind, parse

_ENOUGH = 256 * 1024
_CONFIGURATION = re.compile(
    r"^(?:Building configuration\.\.\.|Current configuration ?: |Using \d+ out of )", re.MULTILINE
)
# What the top level of a running configuration always has some of, and other platforms have not in this form.
_TELLING = re.compile(
    r"version \d{2}\.\d{1,2}|hostname \S+|service timestamps |boot-start-marker|enable secret |aaa new-model"
    r"|line (?:con|vty) "
    r"|interface (?:[A-Z][A-Za-z]*Ethernet|Vlan|Dot11Radio|BVI|Loopback|Port-channel|Tunnel|Dialer|Cellular)\d"
    r"|ip dhcp pool \S|ip (?:nat|route|forward-protocol|access-list|ssh) |access-list \d+ |no ip http "
    r"|wlan \S+ \d|wireless (?:tag|profile) |dot11 ssid \S|control-plane|spanning-tree mode |vlan \d"
)


def recognise(name: str, text: str) -> tuple[str, Kind] | None:
    """Return path and kind of a file by its name in the capture and its text, None if it is not of IOS.

    The path is what evidence names; a configuration keeps the name under which it was saved. A terminal log and a file
    with the headers of Oxidized or RANCID are configurations, too.
    """
    if name.startswith("commands/"):
        return name, _kind(name)
    if name == "running-config.txt" or _CONFIGURATION.search(text[:_ENOUGH]) or _holds_commands(text):
        return name, Kind.CONFIGURATION
    return None


def _kind(name: str) -> Kind:
    return next((each.kind for each in load_profile("cisco_ios").commands if each.stores == name), Kind.STATE)


def _holds_commands(text: str) -> bool:
    """Whether a text has several commands that only a running configuration has, at its top level."""
    document = parse(text[:_ENOUGH].rpartition("\n")[0] if len(text) > _ENOUGH else text)
    telling = {found[0] for each in document.top if (found := _TELLING.match(each.text))}
    commands = sum(kind is LineKind.COMMAND for kind in document.kinds)
    return bool(telling) and (len(telling) > 1 or commands == 1 or document.ended)
