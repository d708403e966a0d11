"""Take the secrets out of named.conf: keys, cookies, and what comments may hold."""

from auditor.secrets import Redactor
from auditor.syntax.named_conf import Word, parse, walk
from auditor.syntax.secret_names import (
    is_secret,
    mask_assigned_secrets,
    mask_behind_secret_word,
    mask_behind_secret_words,
    mask_private_keys,
    redact_hashes,
)

_NAMES_OF_KEYS = frozenset({"key", "keys", "server-key", "session-key"})


def redact(text: str, redactor: Redactor) -> str:
    """Return the text with tokens in place of secrets; every line keeps its number."""
    document = parse(mask_private_keys(text))
    pieces: list[tuple[int, int, str]] = []
    for start, end, _ in document.comments:
        written = document.text[start:end]
        tail = "*/" if written.startswith("/*") else ""
        pieces.append((start, end, mask_behind_secret_word(written.removesuffix(tail)) + tail))
    pieces += [(s.start, s.end, mask_behind_secret_words(document.text[s.start : s.end])) for s in document.strays]
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


def _is_secret(keyword: str, value: str) -> bool:
    return keyword not in _NAMES_OF_KEYS and is_secret(keyword.replace("-", "_"), value)
