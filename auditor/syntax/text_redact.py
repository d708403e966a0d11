"""Take the secrets out of texts that have no reader of their own: JSON, `name=value` files, command outputs."""

import re

from auditor.secrets import Redactor, is_token
from auditor.syntax.remarks_redact import redact_remarks
from auditor.syntax.secret_names import (
    SECRET_NAME,
    is_secret,
    mask_private_keys,
    may_hold_secret,
    may_name_secret,
    redact_hashes,
)

_NAME = SECRET_NAME.replace("[a-z0-9_]", "[a-z0-9_-]")

# Possessive where a text can be long: else a match remembers 200 times the size of the text, to give it back.
_JSON_STRING = re.compile(r'"(?P<name>[A-Za-z0-9_-]+)"(?P<colon>\s*:\s*)"(?P<value>(?>(?:[^"\\\n]++|\\.)+))"')
# The same inside another JSON string, where every quote and backslash carries one more.
_NESTED_STRING = re.compile(
    r"""(?P<head>\\"(?P<name>[A-Za-z0-9_-]+)\\"\s*:\s*\\")(?P<value>(?>(?:[^"\\\n]++|\\\\(?:\\"|\\\\|[^"\\\n]))+))(?=\\")"""
)
_JSON_NUMBER = re.compile(r'"(?P<name>[A-Za-z0-9_-]+)"(?P<colon>\s*:\s*)(?P<value>-?[0-9][0-9.eE+-]*)')
_JSON_LIST = re.compile(
    r'"(?P<name>[A-Za-z0-9_-]+)"\s*:\s*\[(?P<items>(?>(?:[^"\[\]{}]++|"(?>(?:[^"\\\n]++|\\.)*)")*))\]'
)
_JSON_ITEM = re.compile(r'"((?>(?:[^"\\\n]++|\\.)+))"')
# nft's JSON names what an expression looks at `key`: {"meta": {"key": "iifname"}}.
_NFT_SELECTOR = re.compile(r'"(?:meta|ct|rt|socket|osf|ipsec|xfrm|numgen|tunnel)"\s*:\s*\{[^{}]*\Z')
_SELECTOR_REACH = 200

# `wpa_psk=…`, `wireless.lan.key='…'`, `password: …`: the first sign of the line, so the value goes to its end.
_ASSIGNMENT = re.compile(
    r"""(?P<head>[^=:\n]*?(?<![A-Za-z0-9_-])(?P<name>[A-Za-z0-9_-]+)(?:["']?[ \t]*=|'?[ \t]*:)[ \t]*)(?P<value>\S.*)""",
    re.DOTALL,
)
# `--password=…` and the like further right. Only names of secrets are tried, so none hides in the value of another.
_INLINE = re.compile(
    rf"""(?<![A-Za-z0-9_-])(?P<head>-{{0,2}}(?P<name>(?:[a-z0-9]{{1,32}}-){{0,4}}{_NAME})"""
    r"""(?:["']?[ \t]*=|'?[ \t]*:(?!//))[ \t]*)"""
    r"""(?P<value>"[^"]*"|'[^']*'|[^\s"',;&]+)""",
    re.IGNORECASE,
)
# `option key '…'`, `password …`, `set psk "…"`: a name and the rest of the line.
_SPACED = re.compile(
    rf"(?P<head>[ \t#!;-]*+(?:[A-Za-z0-9_.-]+[ \t]+){{0,2}}?(?P<name>{_NAME})[ \t]+)(?P<value>[^\s=:].*)",
    re.IGNORECASE | re.DOTALL,
)


def redact_text(text: str, redactor: Redactor) -> str:
    """Return the text with tokens in place of secrets; every line keeps its number, twice is as good as once."""
    if not may_hold_secret(text):
        return text
    text = mask_private_keys(_json(text, redactor))
    lines = text.split("\n")
    open_quote = False
    for number, line in enumerate(lines):
        if open_quote:
            # The rest of a secret that `uci show` prints over several lines; its token stands on the first.
            open_quote = not _ends_quoted(line)
            lines[number] = ""
            continue
        lines[number], open_quote = _line(line, redactor)
    return redact_remarks("\n".join(lines))


_UCI_SHOW = re.compile(r"[A-Za-z0-9_-]+\.[^\s=]+=")


def _line(line: str, redactor: Redactor) -> tuple[str, bool]:
    """Redact one line; say whether a secret of `uci show` goes on behind it."""
    line = redact_hashes(line, redactor)
    if not may_name_secret(line):
        return line, False
    found = _ASSIGNMENT.fullmatch(line)
    if found is not None and is_secret(_plain(found["name"]), found["value"].strip()):
        value = found["value"]
        goes_on = _UCI_SHOW.match(line) is not None and value.startswith("'") and _ends_quoted(value)
        return found["head"] + _token(value, redactor), goes_on
    line = _INLINE.sub(lambda each: _redacted(each, redactor), line)
    spaced = _SPACED.fullmatch(line)
    return line if spaced is None else _redacted(spaced, redactor), False


def _ends_quoted(text: str) -> bool:
    """Say whether a text that begins outside quotes ends inside them; an escaped apostrophe does not count."""
    return text.replace("\\'", "").count("'") % 2 == 1


def _redacted(found: re.Match[str], redactor: Redactor) -> str:
    if not is_secret(_plain(found["name"]), found["value"].strip()):
        return found[0]
    return found["head"] + _token(found["value"], redactor)


def _token(value: str, redactor: Redactor) -> str:
    """Replace a value, but not its quotes and the blanks behind it."""
    inner = value.rstrip()
    quote = inner[0] if len(inner) > 1 and inner[0] in "'\"" and inner[-1] == inner[0] else ""
    secret = inner[1:-1] if quote else inner
    return f"{quote}{redactor.token(secret)}{quote}{value[len(inner) :]}"


def _json(text: str, redactor: Redactor) -> str:
    if '"' not in text or not may_name_secret(text):
        return text

    def string(found: re.Match[str]) -> str:
        name, value = _plain(found["name"]), found["value"]
        if not is_secret(name, value) or is_token(value) or _selects(found):
            return found[0]
        return f'"{found["name"]}"{found["colon"]}"{redactor.token(value)}"'

    def nested(found: re.Match[str]) -> str:
        if not is_secret(_plain(found["name"]), found["value"]):
            return found[0]
        return found["head"] + redactor.token(found["value"])

    def number(found: re.Match[str]) -> str:
        if not is_secret(_plain(found["name"]), found["value"]):
            return found[0]
        return f'"{found["name"]}"{found["colon"]}"{redactor.token(found["value"])}"'

    def items(found: re.Match[str]) -> str:
        if not is_secret(_plain(found["name"]), "x"):
            return found[0]
        start = found.start("items") - found.start()
        return found[0][:start] + _JSON_ITEM.sub(lambda item: f'"{redactor.token(item[1])}"', found[0][start:])

    if '\\"' in text:
        text = _NESTED_STRING.sub(nested, text)
    return _JSON_LIST.sub(items, _JSON_NUMBER.sub(number, _JSON_STRING.sub(string, text)))


def _plain(name: str) -> str:
    return name.strip("-").replace("-", "_")


def _selects(found: re.Match[str]) -> bool:
    before = found.string[max(0, found.start() - _SELECTOR_REACH) : found.start()]
    return found["name"] == "key" and _NFT_SELECTOR.search(before) is not None
