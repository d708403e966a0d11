"""Which properties of RouterOS are secrets, and which hold texts in which one may stand.

Source: MikroTik's manual ("List of menus with sensitive parameters"), joined with the names that are secrets anywhere.
"""

import re

from auditor.syntax.secret_names import is_secret, may_hold_secret

_MORE_SECRETS = re.compile(
    r"static-key-[0-3]|cak|key-val|secrets|sim-pin|trap-community|show-client-config|client-config|paypal-signature"
    r"|[a-z0-9-]*(?:password|passphrase|secret|psk)",
)
IN_MENU = {("snmp community", "name"), ("zerotier", "identity"), ("container envs", "value")}
"""Names that are secrets in one menu: who knows the name of an SNMP community may read."""

HARMLESS_IN_MENU = {("container envs", "key")}
"""What the variable of a container is called."""

REMARKS = frozenset(["comment", "contents", "note", "value", "regexp", "content", "message", "subject"])
"""Texts of people, of which what stands behind the name of a secret is masked."""

SCRIPTS = re.compile(
    r"source|script|on-[a-z-]+|[a-z-]+-script|command|url|http-data|http-headers?(?:-field)?|dst-path|src-path|body"
    r"|cmd|entrypoint|envs?|attributes"
)
"""Properties that hold commands, in which a secret may stand: scripts, schedules, hooks, containers."""


def may_hold_secret_property(text: str) -> bool:
    """Say whether what commands print could hold a secret; False is certain, True is not."""
    # A backslash may stand for any letter, or within a name that goes on in the next line.
    if "\\" in text or may_hold_secret(text):
        return True
    lowered = text.lower()
    # Heads of tables are taken letter by letter: what is in capital letters there may stand in a longer word.
    return "PIN" in text or "cak" in lowered or "client-config" in lowered or "paypal-signature" in lowered


def is_secret_property(name: str, value: str) -> bool:
    """Whether a property of this name, without what stands before its last dot, holds a secret."""
    if not value:
        return False
    return _MORE_SECRETS.fullmatch(name) is not None or is_secret(name.replace("-", "_"), value)
