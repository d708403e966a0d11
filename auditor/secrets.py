"""A value that must never be seen."""

import hashlib
import hmac
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A credential; `reveal` is the only way to read it, and neither `repr` nor `str` shows it."""

    _value: str

    def reveal(self) -> str:
        """Return the secret itself; call it only where it is handed to a login."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__


_MARK = "redacted"
# What other tools and publishers write where a secret stood. Its length says nothing about the secret.
_MASKS = frozenset({"masked", "redacted", "removed", "hidden", "secret", "xxxxxxxx", "xxxx", "configuration"})


@dataclass(frozen=True, slots=True)
class Redactor:
    """Replaces secrets by tokens that keep what an audit may need: emptiness, length class, format, equality.

    `key` is local to the installation; equal secrets give equal tokens under one key, and without the key a
    token cannot be checked against guesses.
    """

    key: bytes

    def token(self, secret: str) -> str:
        """Return the stand-in for a secret, for example `redacted-passphrase-3f9ac2d1`; '' stays ''.

        A token is returned unchanged, so redacting twice is redacting once. It is one word of
        `[a-z0-9-]`, so that it can stand quoted or unquoted in any configuration grammar.
        """
        if not secret or is_token(secret):
            return secret
        digest = hmac.new(self.key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:8]
        return f"{_MARK}-{secret_format(secret)}-{digest}"


_OCTET = re.compile(r"\\x[89a-f][0-9a-f]")


def secret_format(secret: str) -> str:
    """Say what a secret looks like: `hex64`, `wep`, `short`, `passphrase` (8..63), `long` (> 63), `masked`.

    The classes are those that decide whether hostapd takes a WPA key (8..63 characters or 64 hex digits) and
    whether a WEP key has one of its lengths (5, 10, 13, 26). `passphrase` wins over `wep` from 8 characters.
    hostapd counts octets. One that is no UTF-8 is captured as an escape of four characters, unless it was one before:
    a key must have the right length in either case.
    """
    if is_token(secret):
        return secret.split("-")[1]
    if secret.strip("<>[]*_ ").lower() in _MASKS or not secret.strip("*"):
        return "masked"
    if len(secret) == 64 and all(c in "0123456789abcdefABCDEF" for c in secret):
        return "hex64"
    longest = len(secret.encode("utf-8", "surrogatepass"))
    if longest - 3 * len(_OCTET.findall(secret)) < 8:
        return "wep" if len(secret) == 5 else "short"
    return "passphrase" if longest <= 63 else "long"


def is_token(text: str) -> bool:
    """Say whether a text is a stand-in for a secret, as this program or a published configuration writes it."""
    parts = text.split("-")
    return len(parts) == 3 and parts[0] == _MARK and len(parts[2]) == 8


def has_token(line: str) -> bool:
    """Say whether a line holds a redacted secret; such a line never appears in a diff hunk."""
    return f"{_MARK}-" in line
