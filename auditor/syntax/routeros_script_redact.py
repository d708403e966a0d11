"""Take the secrets out of commands for RouterOS: scripts, schedules, hooks, addresses that are fetched."""

import re

from auditor.secrets import Redactor, is_token
from auditor.syntax.routeros_secrets import is_secret_property
from auditor.syntax.secret_names import MASK
from auditor.syntax.text_redact import redact_text

_ASSIGNED = re.compile(
    r"""(?<![A-Za-z0-9_-])(?P<name>[A-Za-z][A-Za-z0-9-]*+)(?P<sign>[ \t]*+=[ \t]*+)"""
    r"""(?P<value>\\?"(?>(?:[^"\\]++|\\[^"])*)\\?"|[^\s;"\]})]+)"""
)
_VARIABLE = re.compile(
    r"""(?P<head>(?::(?:local|global|set)[ \t]+"?|->[ \t]*+"?|")(?P<name>[A-Za-z][A-Za-z0-9_-]*+)"?\)?"""
    r"""(?:[ \t]*+=[ \t]*+|[ \t]++))(?P<value>"(?>(?:[^"\\]++|\\[^"])*)"?|\{(?>(?:[^{}\n]++|\{[^{}\n]*+\})*)\}?"""
    r"""|\((?>(?:[^()\n]++|\([^()\n]*+\))*)\)?|[^\s;"]+)"""
)
_PASSED_ON = re.compile(
    r"(?<![A-Za-z0-9_-])(?P<name>[A-Za-z][A-Za-z0-9-]*+)=\(?\$\"?(?P<variable>[A-Za-z][A-Za-z0-9]*+)"
)
_WORDY = re.compile(r".*(?:pass|pwd|passwd|psk|token|apikey|secret)", re.IGNORECASE)
_STRINGS = re.compile(r"""[^\s"\\;(){}\[\]$.,=]+""")
# Services that messages go through know the sender by a word in the path: bots, and hooks of chats and dynamic names.
_IN_PATH = re.compile(r"""(://[^\s"\\?]{1,200}?/(?:bot|(?:services|webhooks?|hooks?|u)/))([^\s"\\?;]+)""")


def redact_commands(value: str, redactor: Redactor) -> str:
    """Return a script without the secrets that its commands, variables and addresses hold."""
    passed_on = {
        found["variable"] for found in _PASSED_ON.finditer(value) if is_secret_property(found["name"].lower(), "x")
    }

    def hidden(found: re.Match[str]) -> str:
        secret, name = found["value"].strip('"\\'), found["name"]
        begin = found.start("value") - found.start()
        if not (is_secret_property(name.lower(), secret) or (found.re is _VARIABLE and _names(name, passed_on))):
            return found[0]
        if found["value"][0] in "({":
            return found[0][:begin] + _STRINGS.sub(lambda word: word[0] if is_token(word[0]) else MASK, found["value"])
        if is_token(secret) or not secret or secret.startswith("$"):
            return found[0]
        return found[0][:begin] + found["value"].replace(secret, redactor.token(secret))

    value = _VARIABLE.sub(hidden, _ASSIGNED.sub(hidden, value))
    if "://" in value:
        value = _IN_PATH.sub(lambda found: found[1] + redactor.token(found[2]), value)
    return redact_text(value, redactor)


def _names(name: str, passed_on: set[str]) -> bool:
    """Whether a variable of this name holds a secret: by its name, or as a property of a secret takes it."""
    return name in passed_on or _WORDY.fullmatch(name) is not None
