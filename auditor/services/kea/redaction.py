"""Take the secrets out of Kea's JSON: passwords of databases and of the control channel, and what comments may hold.

It reads the text token by token, so what a name is for is found whatever stands between, and in a text that Kea would
refuse as well.
"""

import json
import re

from auditor.secrets import Redactor
from auditor.syntax.remarks_redact import redact_remarks
from auditor.syntax.secret_names import (
    is_secret,
    mask_assigned_secrets,
    mask_behind_secret_word,
    mask_private_keys,
    redact_hashes,
)

_TOKEN = re.compile(
    r"""(?P<blank>\s++)|(?P<comment>//[^\n]*+|\#[^\n]*+|/\*(?>(?:[^*]++|\*(?!/))*)(?:\*/|\Z))
    |(?P<string>"(?>(?:[^"\\\n]++|\\[^\n])*)"?)|(?P<mark>[{}\[\]:,])|(?P<bare>[^\s"{}\[\]:,/\#]++|.)""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = frozenset({"true", "false", "null"})


def redact(text: str, redactor: Redactor) -> str:
    """Return the text with tokens in place of secrets; every line keeps its number, twice is once."""
    done: list[str] = []
    last = name = ""
    listed = False
    for found in _TOKEN.finditer(mask_private_keys(text)):
        written = found[0]
        match found.lastgroup:
            case "comment":
                written = _comment(written)
            case "mark":
                name, listed = _expected(written, last, name, listed=listed)
                last = ""
            case "string" | "bare" if is_secret(name, _inner(written)) and written not in _WORDS:
                written = _hidden(written, redactor)
            case "string" | "bare":
                last = _plain(written)
                written = mask_assigned_secrets(written) if written.startswith('"') else written
            case _:
                pass
        done.append(written)
    return redact_remarks(redact_hashes("".join(done), redactor))


def _comment(written: str) -> str:
    tail = "*/" if written.startswith("/*") and written.endswith("*/") else ""
    return mask_behind_secret_word(written.removesuffix(tail)) + tail


def _expected(mark: str, last: str, name: str, *, listed: bool) -> tuple[str, bool]:
    """Which name the next value has, and whether it is one of a list."""
    match mark:
        case ":":
            return last, False
        case "[":
            return name, True
        case ",":
            return (name if listed else ""), listed
        case _:
            return "", False


def _inner(written: str) -> str:
    return written.removeprefix('"').removesuffix('"')


def _hidden(written: str, redactor: Redactor) -> str:
    if not written.startswith('"'):
        token = redactor.token(written)
        return f'"{token}"' if re.fullmatch(r"-?[0-9][0-9.eE+-]*", written) else token
    return f'"{redactor.token(_inner(written))}"'


def _plain(written: str) -> str:
    """A name without quotes and escapes, in the words of settings."""
    try:
        found = json.loads(written)
    except ValueError:
        found = None
    return (found if isinstance(found, str) else _inner(written).strip("'")).replace("-", "_")
