"""Take the secrets out of dhcpd.conf: keys of OMAPI and of updates, the password of LDAP, and what comments may hold.

Lines mean nothing in this grammar, so a secret is found by the first word of its statement.
"""

import re

from auditor.secrets import Redactor
from auditor.syntax.secret_names import (
    is_secret,
    mask,
    mask_assigned_secrets,
    mask_behind_secret_words,
    mask_private_keys,
    redact_hashes,
)

_TOKEN = re.compile(
    r"""(?P<blank>\s++)|(?P<comment>\#[^\n]*+)|(?P<mark>[{};])
    |(?P<word>"(?>(?:[^"\\]++|\\.)*)(?:"|\Z)|[^\s{};"\#]++|.)""",
    re.VERBOSE | re.DOTALL,
)
_NAMES_OF_KEYS = frozenset({"key", "omapi_key"})


def redact(text: str, redactor: Redactor) -> str:
    """Return the text with tokens in place of secrets; every line keeps its number, twice is once."""
    done: list[str] = []
    keyword = ""
    for found in _TOKEN.finditer(mask_private_keys(text)):
        written = found[0]
        match found.lastgroup:
            case "comment":
                written = mask_behind_secret_words(written)
            case "mark":
                keyword = ""
            case "word" if not keyword:
                keyword = written.lower().replace("-", "_")
            case "word" if keyword not in _NAMES_OF_KEYS and is_secret(keyword, written.strip('"')):
                written = _hidden(written, redactor)
            case "word" if written.startswith('"'):
                written = mask_assigned_secrets(written)
            case _:
                pass
        done.append(written)
    return redact_hashes("".join(done), redactor)


def _hidden(written: str, redactor: Redactor) -> str:
    if "\n" in written:
        return mask(written)
    quote = '"' if written.startswith('"') else ""
    return f"{quote}{redactor.token(written.strip(chr(34)))}{quote}"
