"""Take the secrets out of unbound.conf: few attributes hold one, and comments may."""

from auditor.secrets import Redactor
from auditor.syntax.secret_names import (
    is_secret,
    mask,
    mask_assigned_secrets,
    mask_behind_secret_words,
    mask_private_keys,
    redact_hashes,
)
from auditor.syntax.unbound_conf import parse

_SECRET = frozenset({"secret-seed", "cookie-secret", "redis-server-password", "redis-replica-server-password"})


def redact(text: str, redactor: Redactor) -> str:
    """Return the text with tokens in place of secrets; every line keeps its number."""
    document = parse(mask_private_keys(text))
    pieces = [(start, end, mask_behind_secret_words(document.text[start:end])) for start, end in document.comments]
    pieces += [(stray.start, stray.end, mask(document.text[stray.start : stray.end])) for stray in document.strays]
    for statement in document.statements:
        if statement.keyword in _SECRET or _looks_secret(
            statement.keyword, statement.values[0].text if statement.values else ""
        ):
            for word in statement.values:
                written = document.text[word.start : word.end]
                quote = written[0] if written[0] in "\"'" else ""
                pieces.append((word.start, word.end, f"{quote}{redactor.token(word.text)}{quote}"))
            continue
        for word in statement.values:
            written = document.text[word.start : word.end]
            pieces.append((word.start, word.end, mask_assigned_secrets(written)))
    position, done = 0, []
    for start, end, new in sorted(pieces):
        if start >= position:
            done += [document.text[position:start], new]
            position = end
    return redact_hashes("".join((*done, document.text[position:])), redactor)


def _looks_secret(keyword: str, value: str) -> bool:
    """A keyword that this program does not know may hold a secret; names of files of keys are none."""
    return is_secret(keyword.replace("-", "_"), value) and not keyword.endswith(("-key", "-file", "-size"))
