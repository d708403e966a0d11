"""Take the secrets out of a UCI text and leave everything else as it is: lines, quotes, comments, mistakes."""

import re

from auditor.secrets import Redactor, is_token
from auditor.syntax.secret_names import (
    is_secret,
    mask,
    mask_assigned_secrets,
    mask_behind_secret_words,
    mask_private_keys,
    may_hold_secret,
    may_name_secret,
    redact_hashes,
    secret_word_end,
)
from auditor.syntax.uci import PASSED_OVER, Document, Heading, Section, Statement, parse

# hostapd lines inside one option: `list hostapd_bss_options 'wpa_passphrase=…'`.
_ASSIGNMENT = re.compile(r"\s*([A-Za-z0-9_]+)=(.+)", re.DOTALL)
_WEP_INDEX = frozenset("1234")


def redact(text: str, redactor: Redactor, *, package: str = "") -> str:
    """Return the text with tokens in place of secrets; every line keeps its number.

    Values of secret options become tokens. Where the extent of a secret cannot be known (comments, unreadable
    lines, words behind a value), everything behind the name of a secret is masked. Redacting twice is redacting once.
    """
    document = parse(text, package=package)
    if not may_hold_secret(text) and not _names_secret(document):
        return text
    drawn_in = frozenset(each.first for each in document.unreadable if each.why == PASSED_OVER)
    pieces: list[str] = []
    position = 0
    secret: Statement | None = None
    for start, section, item in _items(document):
        pieces.append(_between(document, position, start, redactor, drawn_in, behind=secret))
        position = item.end
        written = text[start:position]
        secret = None
        if isinstance(item, Statement) and section is not None:
            secret = item if _holds_secret(section, item) else None
            written = text[start : item.value_start] + _value(document, section, item, redactor)
        pieces.append(written)
    pieces.append(_between(document, position, len(text), redactor, drawn_in, behind=secret))
    return "".join(pieces)


def _names_secret(document: Document) -> bool:
    """Say whether what statements come to could name a secret: quotes and backslashes can stand within a word."""
    words = (word for section in document.sections for each in section.statements for word in (each.name, each.value))
    return may_name_secret("\n".join(words))


def _items(document: Document) -> list[tuple[int, Section | None, Heading | Statement]]:
    items: list[tuple[int, Section | None, Heading | Statement]] = [
        (line.start, None, line) for line in document.package_lines
    ]
    for section in document.sections:
        items += [(heading.start, section, heading) for heading in section.headings]
        items += [(statement.start, section, statement) for statement in section.statements]
    items.sort(key=lambda item: item[0])
    return items


def _holds_secret(section: Section, statement: Statement) -> bool:
    if statement.name == "key":
        if section.type == "wifi-iface" and statement.value in _WEP_INDEX:
            return False  # WEP: which of key1..key4 is used
        if section.type == "uhttpd" and statement.value.startswith("/"):
            return False  # the file of the TLS key
    return is_secret(statement.name, statement.value)


def _value(document: Document, section: Section, statement: Statement, redactor: Redactor) -> str:
    raw = document.text[statement.value_start : statement.value_end]
    value = statement.value
    if _holds_secret(section, statement) or "PRIVATE KEY" in value:
        return raw if is_token(value) else _written(redactor.token(value), raw)
    if statement.name != "ssid" and (found := _ASSIGNMENT.fullmatch(value)) and is_secret(found[1], found[2]):
        return raw if is_token(found[2]) else _written(value[: found.start(2)] + redactor.token(found[2]), raw)
    if "\n" in raw:
        # A forgotten quote may have swallowed lines with secrets.
        raw = mask_behind_secret_words(raw)
    elif statement.name != "ssid":
        raw = mask_assigned_secrets(raw)
    return redact_hashes(raw, redactor)


def _written(value: str, raw: str) -> str:
    """Write a stand-in with the quotes and over as many lines as the secret had."""
    quote = raw[0] if raw[0] in "'\"" else ("'" if re.search(r"[\s'\"\\]", raw) else "")
    # A backslash at the end of a line joins the next one and adds nothing to the value.
    joins = "".join("\\\r\n" if found == "\r\n" else "\\\n" for found in re.findall(r"\r?\n", raw))
    return f"{quote}{value}{quote}{joins}"


def _between(
    document: Document, start: int, end: int, redactor: Redactor, drawn_in: frozenset[int], *, behind: Statement | None
) -> str:
    """Redact what no statement claims: comments, unreadable lines, words behind a value.

    `behind` is the statement before it if that holds a secret; `drawn_in` are the lines that too many arguments
    drew into the line before them.
    """
    text = document.text[start:end]
    if not text.strip():
        return text
    done = ""
    if behind is not None:
        # `option key my secret phrase`, `option key ab#cd`: the rest of the line was meant as the secret.
        cut = _rest_of_command(behind, drawn_in, text)
        done, text = mask(text[:cut]), text[cut:]
    swallowed = _swallowed(document, end, len(text))
    if swallowed is not None:
        head, tail = text[:swallowed], text[swallowed:]
        name_end = secret_word_end(tail.partition("\n")[0])
        if name_end is not None:
            kept = mask_behind_secret_words(head) + tail[:name_end]
            return done + redact_hashes(kept, redactor) + mask(tail[name_end:])
    return done + redact_hashes(mask_behind_secret_words(mask_private_keys(text)), redactor)


def _rest_of_command(statement: Statement, drawn_in: frozenset[int], text: str) -> int:
    """Return where the line break behind a statement is, with the lines that too many arguments drew into it."""
    line = statement.last
    end = text.find("\n")
    while end >= 0 and line + 1 in drawn_in:
        line += 1
        end = text.find("\n", end + 1)
    return len(text) if end < 0 else end


def _swallowed(document: Document, end: int, size: int) -> int | None:
    """Return where, in the last `size` characters of the text, an unterminated quote begins to swallow everything."""
    last = document.unreadable[-1] if document.unreadable else None
    if last is None or end != len(document.text) or not last.why.startswith("unterminated"):
        return None
    offset = 0
    for _ in range(last.first - 1):
        offset = document.text.index("\n", offset) + 1
    return max(offset - (end - size), 0)
