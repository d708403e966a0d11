"""Take the secrets out of the outputs of `print` commands of RouterOS, and leave everything else as it is.

Lines keep their numbers; redacting twice is redacting once.
"""

import re

from auditor.secrets import Redactor, is_token
from auditor.syntax.routeros_loose_redact import CONTINUED, mask_behind_secret_property, mask_columns
from auditor.syntax.routeros_script_redact import redact_commands
from auditor.syntax.routeros_secrets import REMARKS, SCRIPTS, is_secret_property, may_hold_secret_property
from auditor.syntax.routeros_write import quoted_text, unescape
from auditor.syntax.secret_names import mask_behind_secret_word, mask_private_keys
from auditor.syntax.text_redact import redact_text

_SHOWN = re.compile(
    r"""(?<![A-Za-z0-9-])(?P<name>\.?[A-Za-z][A-Za-z0-9.-]*+)=(?>(?P<gap>\r?\n[ \t]*+(?=["A-Za-z0-9/+]))?)"""
    r"""(?P<value>"(?>(?:[^"\\]++|\\.)*)"|"[\s\S]*|[^\s"][^\s]*(?>(?:[^\S\n]+(?![A-Za-z0-9._/-]*+=)[^\s"]+)*))""",
    re.DOTALL,
)
"""A value without quotes goes up to the next name. One in quotes that are never closed goes to the end."""

_NEXT = re.compile(r"[A-Za-z0-9.][A-Za-z0-9._/-]*+=")
_WRAPPED = re.compile(r"\\\r?\n[ \t]*|[ \t]*\r?\n[ \t]*")
# A remark goes on in lines that are indented and begin no property.
_REMARK = re.compile(r";;;[^\n]*(?:\n(?=[ \t]{3})(?![ \t]*+[A-Za-z0-9.][A-Za-z0-9._/-]*+=)[^\n]*\S[^\n]*)*")


def redact_output(text: str, redactor: Redactor) -> str:
    """Return the output of a `print` command without secrets: `name=value`, `name: value`, tables, remarks (`;;;`)."""
    if not may_hold_secret_property(text):
        return text
    text = _mask_cut_names(mask_columns(mask_private_keys(text)))
    pieces: list[str] = []
    at = 0
    while found := _SHOWN.search(text, at):
        following = found["gap"] and _NEXT.match(found["value"])
        if following or (not _holds_secrets(found["name"]) and found["value"].startswith('"')):
            # Nothing stands behind the sign, and the next line begins with another property; or it is a text in quotes,
            # which may not end where it seems to.
            pieces.append(text[at : found.start("value") + (0 if following else 1)])
            at = found.start("value") + (0 if following else 1)
            continue
        pieces += [text[at : found.start("value")], _shown(found, redactor)]
        at = found.end()
    text = "".join((*pieces, text[at:]))
    return redact_text(_REMARK.sub(lambda found: mask_behind_secret_word(found[0]), text), redactor)


def _holds_secrets(name: str) -> bool:
    last = name.lower().rpartition(".")[2]
    return is_secret_property(last, "x") or last in REMARKS or SCRIPTS.fullmatch(last) is not None


def _shown(found: re.Match[str], redactor: Redactor) -> str:
    """The shown value of a property, redacted if it has to be; one that is wrapped keeps its lines."""
    raw, name = found["value"], found["name"].lower().rpartition(".")[2]
    closed = len(raw) > 1 and raw.startswith('"') and raw.endswith('"')
    inner = raw[1 : -1 if closed else None] if raw.startswith('"') else raw.rstrip()
    value = _WRAPPED.sub(lambda each: "" if each[0].startswith("\\") else " ", inner)
    breaks = "".join(re.findall(r"\r?\n[ \t]*", raw))
    quote = '"' if raw.startswith('"') else ""
    if is_secret_property(name, value):
        if is_token(value.strip()):
            return raw
        end = quote if closed else "" if quote else raw[len(inner) :]
        return f"{quote}{redactor.token(unescape(value))}{breaks}{end}"
    if name in REMARKS:
        return mask_behind_secret_word(raw)
    if SCRIPTS.fullmatch(name):
        before = unescape(value)
        said = redact_commands(before, redactor)
        return raw if said == before else f'{quoted_text(said)[:-1]}{breaks}"'
    return raw


_CUT = re.compile(r"[A-Za-z0-9.-]*\\\r?\n[^\n]*")


def _mask_cut_names(text: str) -> str:
    """Mask behind the name of a secret that is cut by the end of a line."""

    def masked(found: re.Match[str]) -> str:
        joined = CONTINUED.sub("", found[0])
        name = re.match(r"[A-Za-z0-9.-]*+=", joined)
        if name is None or not is_secret_property(name[0][:-1].lower().rpartition(".")[2], "x"):
            return found[0]
        return mask_behind_secret_property(found[0]) if "=" not in found[0].partition("\n")[0] else found[0]

    return _CUT.sub(masked, text) if "\\" in text else text
