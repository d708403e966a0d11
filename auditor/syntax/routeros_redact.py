"""Take the secrets out of RouterOS exports and outputs, and leave everything else as it is.

Which properties are secrets is MikroTik's own list ("List of menus with sensitive parameters"), joined with the names
that are secrets anywhere. Lines keep their numbers; redacting twice is redacting once.
"""

import re

from auditor.secrets import Redactor, is_token
from auditor.syntax.routeros import Property, Statement, parse, unescape
from auditor.syntax.routeros_write import quoted
from auditor.syntax.secret_names import (
    MASK,
    is_secret,
    mask,
    mask_behind_secret_word,
    mask_private_keys,
    redact_hashes,
    secret_word_end,
)
from auditor.syntax.text_redact import redact_text

_MORE_SECRETS = re.compile(
    r"static-key-[0-3]|cak|key-val|secrets|sim-pin|trap-community|show-client-config|client-config|paypal-signature"
    r"|[a-z0-9-]*(?:password|passphrase|secret|psk)",
)
_IN_MENU = {("snmp community", "name"), ("zerotier", "identity"), ("container envs", "value")}
"""Names that are secrets in one menu: who knows the name of an SNMP community may read."""

_HARMLESS_IN_MENU = {("container envs", "key")}
"""What the variable of a container is called."""

_REMARKS = frozenset(["comment", "contents", "note", "value", "regexp", "content", "message", "subject"])
"""Texts of people, of which what stands behind the name of a secret is masked."""

_SCRIPTS = re.compile(
    r"source|script|on-[a-z-]+|[a-z-]+-script|command|url|http-data|http-headers?(?:-field)?|dst-path|src-path|body"
    r"|cmd|entrypoint|envs?|attributes"
)
"""Properties that hold commands, in which a secret may stand: scripts, schedules, hooks, containers."""


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
        swallows = bool(statement.damaged) and _OPEN.search(text[statement.begin : position]) is not None
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
        whole = any(menu == statement.menu for menu, _ in _IN_MENU) or any(
            is_secret_property(each.name.rpartition(".")[2], each.value) for each in statement.properties
        )
        rest = mask(rest) if whole else _loose(rest, redactor)
    pieces.append(rest)
    return "".join(pieces)


def _value(statement: Statement, each: Property, raw: str, redactor: Redactor) -> str:
    """The written value of a property, redacted if it has to be."""
    value, name = each.value, each.name.rpartition(".")[2]
    if each.unset or not value:
        return raw
    if (statement.menu, name) in _HARMLESS_IN_MENU:
        return raw
    if is_secret_property(name, value) or (statement.menu, name) in _IN_MENU or "PRIVATE KEY-----" in value:
        return raw if is_token(value) else _over_lines(redactor.token(value), raw)
    if name in _REMARKS or _SCRIPTS.fullmatch(name):
        said = _commands(value, redactor) if name not in _REMARKS else _remark(value, redactor)
    elif ("://" in value or "$" in value) and name != "ssid":
        said = redact_hashes(redact_text(value, redactor) if "://" in value else value, redactor)
    else:
        return raw
    return raw if said == value else _over_lines(_encoded(said), raw)


def is_secret_property(name: str, value: str) -> bool:
    """Whether a property of this name, without what stands before its last dot, holds a secret."""
    if not value:
        return False
    return _MORE_SECRETS.fullmatch(name) is not None or is_secret(name.replace("-", "_"), value)


def _remark(value: str, redactor: Redactor) -> str:
    return redact_hashes(mask_behind_secret_word(value), redactor)


_ASSIGNED = re.compile(
    r"""(?<![A-Za-z0-9_-])(?P<name>[A-Za-z][A-Za-z0-9-]*+)(?P<sign>[ \t]*+=[ \t]*+)"""
    r"""(?P<value>\\?"(?:[^"\\]++|\\[^"])*+\\?"|[^\s;"\]})]+)"""
)
_VARIABLE = re.compile(
    r"""(?P<head>(?::(?:local|global|set)[ \t]+"?|->[ \t]*+"?|")(?P<name>[A-Za-z][A-Za-z0-9_-]*+)"?\)?"""
    r"""(?:[ \t]*+=[ \t]*+|[ \t]++))(?P<value>"(?:[^"\\]++|\\[^"])*+"?|\{(?:[^{}\n]++|\{[^{}\n]*+\})*+\}?"""
    r"""|\((?:[^()\n]++|\([^()\n]*+\))*+\)?|[^\s;"]+)"""
)
_PASSED_ON = re.compile(
    r"(?<![A-Za-z0-9_-])(?P<name>[A-Za-z][A-Za-z0-9-]*+)=\(?\$\"?(?P<variable>[A-Za-z][A-Za-z0-9]*+)"
)
_WORDY = re.compile(r".*(?:pass|pwd|passwd|psk|token|apikey|secret)", re.IGNORECASE)
_STRINGS = re.compile(r"""[^\s"\\;(){}\[\]$.,=]+""")
# Services that messages go through know the sender by a word in the path: bots, and hooks of chats and dynamic names.
_IN_PATH = re.compile(r"""(://[^\s"\\?]{1,200}?/(?:bot|(?:services|webhooks?|hooks?|u)/))([^\s"\\?;]+)""")


def _commands(value: str, redactor: Redactor) -> str:
    """A script without the secrets that its commands, variables and addresses hold."""
    passed_on = {
        found["variable"] for found in _PASSED_ON.finditer(value) if is_secret_property(found["name"].lower(), "x")
    }

    def hidden(found: re.Match[str]) -> str:
        secret, name = found["value"].strip('"\\'), found["name"]
        begin = found.start("value") - found.start()
        if not (is_secret_property(name.lower(), secret) or (found.re is _VARIABLE and _names(name, passed_on))):
            return found[0]
        if found["value"][0] in "({":
            return found[0][:begin] + _STRINGS.sub(lambda word: word[0] if is_token(word[0]) else MASK, found["value"])
        if is_token(secret) or not secret or secret.startswith("$"):
            return found[0]
        return found[0][:begin] + found["value"].replace(secret, redactor.token(secret))

    value = _VARIABLE.sub(hidden, _ASSIGNED.sub(hidden, value))
    if "://" in value:
        value = _IN_PATH.sub(lambda found: found[1] + redactor.token(found[2]), value)
    return redact_text(value, redactor)


def _names(name: str, passed_on: set[str]) -> bool:
    """Whether a variable of this name holds a secret: by its name, or as a property of a secret takes it."""
    return name in passed_on or _WORDY.fullmatch(name) is not None


_FOUND_BY = re.compile(
    r"""(?P<name>\b[A-Za-z][A-Za-z0-9.-]*+)=(?P<value>"(?:[^"\\]++|\\.)*+"|[^\s\]\["=]++)(?=[\s\]]|\Z)"""
)
_NAMED = re.compile(r"""(?P<name>\bset)[ \t]+(?P<value>"(?:[^"\\]++|\\.)*+"|[^\s\]\["=]++)(?=[\s\]]|\Z)""")


def _head(head: str, statement: Statement, redactor: Redactor) -> str:
    """Menu, verb and target: what items are found by may be a secret, such as the name of an SNMP community."""

    def token(found: re.Match[str]) -> str:
        raw, name = found["value"], found["name"].rpartition(".")[2]
        value = unescape(raw[1:-1]) if raw.startswith('"') else raw
        if name != "set" and (statement.menu, name) not in _IN_MENU and not is_secret_property(name, value):
            return found[0]
        begin = found.start("value") - found.start()
        return found[0] if is_token(value) or not value else found[0][:begin] + redactor.token(value)

    head = _FOUND_BY.sub(token, head)
    return _NAMED.sub(token, head) if (statement.menu, "name") in _IN_MENU else head


def _between(text: str, redactor: Redactor, *, swallows: bool) -> str:
    """What is no statement: comments, menu lines, noise of a terminal, lines that cannot be read.

    `swallows`: the statement before it ends within the quotes of a secret, which may go on here.
    """
    if not text.strip():
        return text
    found = _SWALLOWED.match(text) if swallows else None
    end = found.end() if found else 0
    return mask(text[:end]) + _loose(text[end:], redactor)


_SWALLOWED = re.compile(r"\r?\n(?:(?![ \t]*[/#])[^\n\"]*\S[^\n\"]*\n)*(?:(?![ \t]*[/#])[^\n\"]+(?:\"|\Z))?")


def _loose(text: str, redactor: Redactor) -> str:
    """Mask what stands behind the name of a secret, to the end of its line and of those that continue it."""
    text = _mask_columns(mask_private_keys(_mask_open(text)))
    masked = _LOGICAL.sub(lambda found: _behind_secret_word(found[0]), text)
    return redact_hashes(masked, redactor)


_LOGICAL = re.compile(r"(?:[^\n\\]++|\\\r?\n|\\)+")
_UNCOMMON = re.compile(r"(?<![A-Za-z0-9])(?:cak|secrets|client-config)=")
_CONTINUED = re.compile(r"\\\r?\n[ \t]*")


def _behind_secret_word(line: str) -> str:
    """A word may be cut by the end of a line that is continued, so it is looked for in the whole of them."""
    joined = _CONTINUED.sub("", line)
    ends = [end for end in (secret_word_end(joined), *(found.end() for found in _UNCOMMON.finditer(joined))) if end]
    if not ends:
        return line
    end = min(ends)
    for found in _CONTINUED.finditer(line):
        if found.start() >= end:
            break
        end += found.end() - found.start()
    return line[:end] + mask(line[end:])


_OPEN = re.compile(r"(?<![A-Za-z0-9])(?:key(?:-[0-9])?|key-val|cak|password|passphrase|secrets?|psk|pin)=\"[^\"]*\Z")


def _mask_open(text: str) -> str:
    """A quote that is never closed makes a secret of all that follows."""
    found = _OPEN.search(text)
    if found is None:
        return text
    begin = text.index("=", found.start()) + 1
    return text[:begin] + mask(text[begin:])


def _over_lines(value: str, raw: str) -> str:
    """Write a value over as many lines as the one that it replaces."""
    breaks = re.findall(r"\\(\r?\n)[ \t]*", raw)
    inner = value[1:-1] if value.startswith('"') else value
    if breaks:
        return f'"{inner}{"".join(f"{chr(92)}{each}    " for each in breaks)}"'
    return f'"{inner}"' if raw.startswith('"') or value.startswith('"') else inner


_CONTROL = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def _encoded(value: str) -> str:
    """Write any text as a quoted value, with its line ends."""
    pieces = re.split(r"([\x00-\x1f\x7f-\x9f]|[^\x00-\x7f])", value)
    return f'"{"".join(_piece(piece) for piece in pieces)}"'


def _piece(piece: str) -> str:
    if piece in _CONTROL:
        return _CONTROL[piece]
    if len(piece) == 1 and not " " <= piece <= "~":
        return "".join(f"\\{octet:02X}" for octet in piece.encode("utf-8", "surrogateescape"))
    return quoted(piece)[1:-1]


# -- outputs ---------------------------------------------------------------------------------------------------

_SHOWN = re.compile(
    r"""(?<![A-Za-z0-9-])(?P<name>\.?[A-Za-z][A-Za-z0-9.-]*+)=(?P<gap>\r?\n[ \t]*+(?=["A-Za-z0-9/+]))?+"""
    r"""(?P<value>"(?:[^"\\]++|\\.)*+"|"[\s\S]*|[^\s"][^\s]*(?:[^\S\n]+(?![A-Za-z0-9._/-]*+=)[^\s"]+)*+)""",
    re.DOTALL,
)
"""A value without quotes goes up to the next name. One in quotes that are never closed goes to the end."""

_NEXT = re.compile(r"[A-Za-z0-9.][A-Za-z0-9._/-]*+=")
_WRAPPED = re.compile(r"\\\r?\n[ \t]*|[ \t]*\r?\n[ \t]*")
# A remark goes on in lines that are indented and begin no property.
_REMARK = re.compile(r";;;[^\n]*(?:\n(?=[ \t]{3})(?![ \t]*+[A-Za-z0-9.][A-Za-z0-9._/-]*+=)[^\n]*\S[^\n]*)*")
_COLUMN = re.compile(r"[A-Z][A-Z0-9-]+")


def redact_output(text: str, redactor: Redactor) -> str:
    """Return the output of a `print` command without secrets: `name=value`, `name: value`, tables, remarks (`;;;`)."""
    text = _mask_cut_names(_mask_columns(mask_private_keys(text)))
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
    return is_secret_property(last, "x") or last in _REMARKS or _SCRIPTS.fullmatch(last) is not None


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
    if name in _REMARKS:
        return mask_behind_secret_word(raw)
    if _SCRIPTS.fullmatch(name):
        before = unescape(value)
        said = _commands(before, redactor)
        return raw if said == before else f'{_encoded(said)[:-1]}{breaks}"'
    return raw


def _mask_columns(text: str) -> str:
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


_CUT = re.compile(r"[A-Za-z0-9.-]*\\\r?\n[^\n]*")


def _mask_cut_names(text: str) -> str:
    """Mask behind the name of a secret that is cut by the end of a line."""

    def masked(found: re.Match[str]) -> str:
        joined = _CONTINUED.sub("", found[0])
        name = re.match(r"[A-Za-z0-9.-]*+=", joined)
        if name is None or not is_secret_property(name[0][:-1].lower().rpartition(".")[2], "x"):
            return found[0]
        return _behind_secret_word(found[0]) if "=" not in found[0].partition("\n")[0] else found[0]

    return _CUT.sub(masked, text) if "\\" in text else text
