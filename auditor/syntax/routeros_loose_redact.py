"""Mask what may be a secret in texts of RouterOS that follow no grammar: remarks, tables, lines that cannot be read."""

import re

from auditor.secrets import Redactor
from auditor.syntax.routeros_secrets import is_secret_property
from auditor.syntax.secret_names import mask, mask_private_keys, redact_hashes, secret_word_end

_LOGICAL = re.compile(r"(?:[^\n\\]++|\\\r?\n|\\)+")
_UNCOMMON = re.compile(r"(?<![A-Za-z0-9])(?:cak|secrets|client-config)=")
CONTINUED = re.compile(r"\\\r?\n[ \t]*")
OPEN = re.compile(r"(?<![A-Za-z0-9])(?:key(?:-[0-9])?|key-val|cak|password|passphrase|secrets?|psk|pin)=\"[^\"]*\Z")
_COLUMN = re.compile(r"[A-Z][A-Z0-9-]+")


def mask_loose(text: str, redactor: Redactor) -> str:
    """Mask what stands behind the name of a secret, to the end of its line and of those that continue it."""
    text = mask_columns(mask_private_keys(_mask_open(text)))
    masked = _LOGICAL.sub(lambda found: mask_behind_secret_property(found[0]), text)
    return redact_hashes(masked, redactor)


def mask_behind_secret_property(line: str) -> str:
    """Mask a logical line behind the name of a secret, which may be cut by the end of a line that is continued."""
    joined = CONTINUED.sub("", line)
    ends = [end for end in (secret_word_end(joined), *(found.end() for found in _UNCOMMON.finditer(joined))) if end]
    if not ends:
        return line
    end = min(ends)
    for found in CONTINUED.finditer(line):
        if found.start() >= end:
            break
        end += found.end() - found.start()
    return line[:end] + mask(line[end:])


def _mask_open(text: str) -> str:
    """A quote that is never closed makes a secret of all that follows."""
    found = OPEN.search(text)
    if found is None:
        return text
    begin = text.index("=", found.start()) + 1
    return text[:begin] + mask(text[begin:])


def mask_columns(text: str) -> str:
    """Mask the rows of a table that has a column of secrets, up to the next blank line."""
    if "#" not in text and "Columns:" not in text:
        return text
    lines = text.split("\n")
    inside = False
    for number, line in enumerate(lines):
        if not line.strip():
            inside = False
        elif inside:
            lines[number] = mask(line)
        elif line.lstrip().startswith(("#", "Columns:")):
            inside = any(is_secret_property(word.lower(), "x") for word in _COLUMN.findall(line))
    return "\n".join(lines)
