"""Take the secrets out of named.conf: keys, cookies, and what comments may hold."""

import re
from collections.abc import Iterator

from auditor.secrets import Redactor
from auditor.syntax.named_conf import Document, Word, parse, walk
from auditor.syntax.secret_names import (
    is_secret,
    mask,
    mask_assigned_secrets,
    mask_behind_secret_word,
    mask_private_keys,
    redact_hashes,
)

_OPEN = re.compile(r"""\"(?>(?:[^"\\\n]|\\[^\n])*)\\?(?=\n|\Z)|/\*(?>(?:[^*]|\*(?!/))*)\*?\Z""")
_NAMES_OF_KEYS = frozenset({"key", "keys", "server-key", "session-key"})


def redact(text: str, redactor: Redactor) -> str:
    """Return the text with tokens in place of secrets; every line keeps its number."""
    document = parse(mask_private_keys(text))
    pieces: list[tuple[int, int, str]] = []
    for start, end, _ in document.comments:
        written = document.text[start:end]
        tail = "*/" if written.startswith("/*") else ""
        pieces.append((start, end, mask_behind_secret_word(written.removesuffix(tail)) + tail))
    pieces += _open_ended(document)
    for statement in walk(document.statements):
        for part in statement.parts[1:]:
            if isinstance(part, Word):
                quote = '"' if document.text[part.start] == '"' else ""
                secret = _is_secret(statement.keyword, part.text)
                hidden = redactor.token(part.text) if secret else mask_assigned_secrets(part.text)
                if hidden != part.text:
                    pieces.append((part.start, part.end, f"{quote}{hidden}{quote}"))
    position, done = 0, []
    for start, end, new in sorted(pieces):
        if start >= position:
            done += [document.text[position:start], new]
            position = end
    return redact_hashes("".join((*done, document.text[position:])), redactor)


def _open_ended(document: Document) -> Iterator[tuple[int, int, str]]:
    """Strings and comments without an end; whatever else cannot be read is there as a statement, too."""
    for stray in document.strays:
        found = _OPEN.match(document.text, stray.start)
        if found is not None:
            hidden = mask(found[0]) if found[0].startswith('"') else mask_behind_secret_word(found[0])
            yield found.start(), found.end(), hidden


def _is_secret(keyword: str, value: str) -> bool:
    return keyword not in _NAMES_OF_KEYS and is_secret(keyword.replace("-", "_"), value)
