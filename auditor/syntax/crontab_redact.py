"""Take the secrets out of crontabs, and nothing else: what is left of a line must still show all that it does."""

import re

from auditor.secrets import Redactor
from auditor.syntax.secret_names import SECRET_NAME, is_secret, mask, redact_hashes
from auditor.syntax.text_redact import redact_text

_SETTING = re.compile(r"[ \t]*(?:#.*|[A-Za-z_][A-Za-z0-9_]*[ \t]*=.*)", re.DOTALL)
# One word of a shell behind `name=`; behind `name:` it stands inside quotes that were opened before.
_ASSIGNED = re.compile(
    rf"(?<![A-Za-z0-9_])(?P<head>(?P<name>{SECRET_NAME})(?:=|:[ \t]*(?!//)))"
    r"""(?P<value>(?<==)(?>(?:"(?>(?:[^"\\\n]|\\.)*)"|'[^'\n]*+'|\\.|[^\s"';&|\\])+)|(?<!=)[^\s"';&|]++)""",
    re.IGNORECASE,
)
# A word that names a secret, and the words behind it up to the end of the command, or of the quotes it stands in.
_BEHIND = re.compile(
    rf"(?<![A-Za-z0-9_./-])(?P<head>{SECRET_NAME}[ \t]+)"
    r"""(?P<rest>(?>(?:"(?>(?:[^"\\\n]|\\.)*)"|'[^'\n]*+'|(?<=[ \t])['"][^\n]*+|\\.|[^\n;&|"'\\])+))""",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""(["'])([^"'\\]*)\1""")


def redact(text: str, redactor: Redactor) -> str:
    """Return the text with tokens in place of secrets; every line keeps its number and its commands, twice is once."""
    return "\n".join(_line(line, redactor) for line in text.split("\n"))


def _line(line: str, redactor: Redactor) -> str:
    if _SETTING.fullmatch(line) is not None:
        return redact_text(line, redactor)
    line = _ASSIGNED.sub(lambda found: _assigned(found, redactor), redact_hashes(line, redactor))
    return _BEHIND.sub(lambda found: found["head"] + mask(found["rest"]), line)


def _assigned(found: re.Match[str], redactor: Redactor) -> str:
    value = found["value"]
    if not is_secret(found["name"], value):
        return found[0]
    quoted = _QUOTED.fullmatch(value)
    token = redactor.token(value) if quoted is None else f"{quoted[1]}{redactor.token(quoted[2])}{quoted[1]}"
    return found["head"] + token
