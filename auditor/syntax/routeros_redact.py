"""Take the secrets out of RouterOS exports, and leave everything else as it is.

Lines keep their numbers; redacting twice is redacting once.
"""

import re

from auditor.secrets import Redactor, is_token
from auditor.syntax.routeros import Property, Statement, parse
from auditor.syntax.routeros_loose_redact import OPEN, mask_loose
from auditor.syntax.routeros_script_redact import redact_commands
from auditor.syntax.routeros_secrets import HARMLESS_IN_MENU, IN_MENU, REMARKS, SCRIPTS, is_secret_property
from auditor.syntax.routeros_write import quoted_text, unescape
from auditor.syntax.secret_names import mask, mask_behind_secret_word, redact_hashes
from auditor.syntax.text_redact import redact_text


def redact_export(text: str, redactor: Redactor) -> str:
    """Return an export with tokens in place of secrets.

    Where the extent of a secret is not known (comments, lines that cannot be read), what stands behind the name of
    a secret is masked.
    """
    pieces: list[str] = []
    position = 0
    swallows = False
    for statement in parse(text).statements:
        pieces.append(_between(text[position : statement.begin], redactor, swallows=swallows))
        pieces.append(_statement(text, statement, redactor))
        position = statement.end
        swallows = bool(statement.damaged) and OPEN.search(text[statement.begin : position]) is not None
    pieces.append(_between(text[position:], redactor, swallows=swallows))
    return "".join(pieces)


def _statement(text: str, statement: Statement, redactor: Redactor) -> str:
    """A statement piece by piece: what names the items, each property, and what cannot be read at the end."""
    position = statement.properties[0].from_ if statement.properties else statement.end
    if statement.damaged and not statement.properties:
        verb = re.compile(rf"(?:^|[\s/]){statement.verb}(?=\s|$)").search(text, statement.begin, statement.end)
        position = verb.end() if verb else statement.begin
    pieces = [_head(text[statement.begin : position], statement, redactor)]
    for each in statement.properties:
        raw = text[each.begin : each.end]
        pieces.append(text[position : each.begin])
        pieces.append(_value(statement, each, raw, redactor))
        position = each.end
    rest = text[position : statement.end]
    if statement.damaged:
        # What cannot be read behind a secret may be the rest of it.
        whole = any(menu == statement.menu for menu, _ in IN_MENU) or any(
            is_secret_property(each.name.rpartition(".")[2], each.value) for each in statement.properties
        )
        rest = mask(rest) if whole else mask_loose(rest, redactor)
    pieces.append(rest)
    return "".join(pieces)


def _value(statement: Statement, each: Property, raw: str, redactor: Redactor) -> str:
    """The written value of a property, redacted if it has to be."""
    value, name = each.value, each.name.rpartition(".")[2]
    if each.unset or not value:
        return raw
    if (statement.menu, name) in HARMLESS_IN_MENU:
        return raw
    if is_secret_property(name, value) or (statement.menu, name) in IN_MENU or "PRIVATE KEY-----" in value:
        return raw if is_token(value) else _over_lines(redactor.token(value), raw)
    if name in REMARKS or SCRIPTS.fullmatch(name):
        said = redact_commands(value, redactor) if name not in REMARKS else _remark(value, redactor)
    elif ("://" in value or "$" in value) and name != "ssid":
        said = redact_hashes(redact_text(value, redactor) if "://" in value else value, redactor)
    else:
        return raw
    return raw if said == value else _over_lines(quoted_text(said), raw)


def _remark(value: str, redactor: Redactor) -> str:
    return redact_hashes(mask_behind_secret_word(value), redactor)


_FOUND_BY = re.compile(
    r"""(?P<name>\b[A-Za-z][A-Za-z0-9.-]*+)=(?P<value>"(?>(?:[^"\\]++|\\.)*)"|[^\s\]\["=]++)(?=[\s\]]|\Z)"""
)
_NAMED = re.compile(r"""(?P<name>\bset)[ \t]+(?P<value>"(?>(?:[^"\\]++|\\.)*)"|[^\s\]\["=]++)(?=[\s\]]|\Z)""")


def _head(head: str, statement: Statement, redactor: Redactor) -> str:
    """Menu, verb and target: what items are found by may be a secret, such as the name of an SNMP community."""

    def token(found: re.Match[str]) -> str:
        raw, name = found["value"], found["name"].rpartition(".")[2]
        value = unescape(raw[1:-1]) if raw.startswith('"') else raw
        if name != "set" and (statement.menu, name) not in IN_MENU and not is_secret_property(name, value):
            return found[0]
        begin = found.start("value") - found.start()
        return found[0] if is_token(value) or not value else found[0][:begin] + redactor.token(value)

    head = _FOUND_BY.sub(token, head)
    return _NAMED.sub(token, head) if (statement.menu, "name") in IN_MENU else head


_SWALLOWED = re.compile(r"\r?\n(?:(?![ \t]*[/#])[^\n\"]*\S[^\n\"]*\n)*(?:(?![ \t]*[/#])[^\n\"]+(?:\"|\Z))?")


def _between(text: str, redactor: Redactor, *, swallows: bool) -> str:
    """What is no statement: comments, menu lines, noise of a terminal, lines that cannot be read.

    `swallows`: the statement before it ends within the quotes of a secret, which may go on here.
    """
    if not text.strip():
        return text
    found = _SWALLOWED.match(text) if swallows else None
    end = found.end() if found else 0
    return mask(text[:end]) + mask_loose(text[end:], redactor)


def _over_lines(value: str, raw: str) -> str:
    """Write a value over as many lines as the one that it replaces."""
    breaks = re.findall(r"\\(\r?\n)[ \t]*", raw)
    inner = value[1:-1] if value.startswith('"') else value
    if breaks:
        return f'"{inner}{"".join(f"{chr(92)}{each}    " for each in breaks)}"'
    return f'"{inner}"' if raw.startswith('"') or value.startswith('"') else inner
