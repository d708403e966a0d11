"""Whether an export shows passwords and keys: RouterOS writes all that it has, or none.

Version 6 shows them unless `hide-sensitive` is asked for, version 7 hides them unless `show-sensitive` is. So one that
is shown says that another one, which is not, is not set. Source: MikroTik's manual, "Configuration Management", "List
of menus with sensitive parameters". Of that list only what has been hidden in every release of version 7 counts here;
keys of WireGuard, for one, have not.
"""

from auditor.platforms.routeros.completeness import canonical
from auditor.platforms.routeros.config import Config
from auditor.syntax.routeros import Document

_SENSITIVE = {
    "interface wifi": ("passphrase", "eap-password"),
    "interface wireless": (
        "wpa-pre-shared-key",
        "wpa2-pre-shared-key",
        "static-key-0",
        "static-key-1",
        "static-key-2",
        "static-key-3",
        "private-key",
        "private-pre-shared-key",
        "mschapv2-password",
    ),
    "caps-man": ("passphrase", "private-passphrase"),
    "interface l2tp-client": ("password", "ipsec-secret"),
    "interface l2tp-server": ("ipsec-secret",),
    "interface ovpn-client": ("password",),
    "interface ppp-client": ("password",),
    "interface pppoe-client": ("password",),
    "interface pptp-client": ("password",),
    "interface sstp-client": ("password",),
    "ip hotspot": ("password", "mac-auth-password"),
    "ip ipsec": ("secret", "password"),
    "ppp secret": ("password",),
    "radius": ("secret",),
    "tool e-mail": ("password",),
}
"""Menu, with those below it, → properties."""


def shows_secrets(config: Config, menu: str) -> bool:
    """Whether each export that speaks of a menu, or of those below it, shows its secrets."""
    documents = [each for each in config.documents.values() if _speaks_of(each, menu)]
    return bool(documents) and all(map(_shows, documents))


def _speaks_of(document: Document, menu: str) -> bool:
    return any(_is_in(canonical(each), menu) for each in dict.fromkeys(s.menu for s in document.statements))


def _shows(document: Document) -> bool:
    names: dict[str, frozenset[str]] = {}
    for statement in document.statements:
        if statement.menu not in names:
            names[statement.menu] = _names(canonical(statement.menu))
        for each in statement.properties if names[statement.menu] else ():
            if each.value and each.name.rpartition(".")[2] in names[statement.menu]:
                return True
    return False


def _names(menu: str) -> frozenset[str]:
    return frozenset(name for top, names in _SENSITIVE.items() if _is_in(menu, top) for name in names)


def _is_in(menu: str, top: str) -> bool:
    return menu == top or menu.startswith(f"{top} ")
