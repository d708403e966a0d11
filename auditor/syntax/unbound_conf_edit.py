"""Add one `keyword: domain` line to unbound.conf or take it out again, and touch nothing else."""

import re

from auditor.syntax.unbound_conf import Document, Statement, parse

_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?"
)


def domain_of(text: str, keyword: str, domain: str) -> str | None:
    """Return a domain as a line of this keyword writes it, None if none names it."""
    found = _lines(parse(text), keyword, domain)
    return found[-1].values[0].text if found else None


def with_domain(text: str, keyword: str, domain: str, *, behind: tuple[str, ...]) -> str:
    """Add a domain behind the last line of this keyword, of those of `behind`, or of the server clause.

    Raises `ValueError` for what is not a domain name.
    """
    if not is_domain(domain):
        raise ValueError(f"{domain!r} is not a domain name")
    document = parse(text)
    if _lines(document, keyword, domain):
        return text
    anchor = _last(document, keyword) or _last(document, *behind) or _last(document, "server")
    if anchor is None:
        end = "\r\n" if "\r\n" in text else "\n"
        gap = "" if not text or text.endswith("\n") else end
        return f'{text}{gap}server:{end}    {keyword}: "{domain}"' + (end if text.endswith("\n") or not text else "")
    return _behind(document, anchor, keyword, domain)


def without_domain(text: str, keyword: str, domain: str) -> str:
    """Take out every line of this keyword that names a domain; a line that holds more keeps the rest."""
    document = parse(text)
    for statement in reversed(_lines(document, keyword, domain)):
        text = _cut(text, statement)
    return text


def is_domain(name: str) -> bool:
    """Whether a text is a domain name that can be written without harm (RFC 1035, section 2.3.4)."""
    return len(name) <= 253 and _DOMAIN.fullmatch(name) is not None


def _lines(document: Document, keyword: str, domain: str) -> list[Statement]:
    return [s for s in document.statements if s.keyword == keyword and _same(s.values[0].text, domain)]


def _same(one: str, other: str) -> bool:
    return one.rstrip(".").lower() == other.rstrip(".").lower()


def _last(document: Document, *keywords: str) -> Statement | None:
    return next((s for s in reversed(document.statements) if s.keyword in keywords), None)


def _behind(document: Document, anchor: Statement, keyword: str, domain: str) -> str:
    """Write a line like the anchor's, or go on in its line if it holds more than the anchor."""
    text = document.text
    begin = text.rfind("\n", 0, anchor.start) + 1
    stop = text.find("\n", anchor.end)
    rest = text[anchor.end : stop if stop >= 0 else len(text)].rstrip("\r")
    if text[begin : anchor.start].strip() or (rest.strip() and not rest.lstrip().startswith("#")):
        return f'{text[: anchor.end]} {keyword}: "{domain}"{text[anchor.end :]}'
    indent = text[begin : anchor.start]
    gap, quote = " ", '"'
    if anchor.is_clause:
        indent = _indent_below(document, anchor) or f"{indent}    "
    elif anchor.first == anchor.last:
        word = anchor.values[0]
        gap = text[anchor.start + len(anchor.keyword) + 1 : word.start]
        if anchor.keyword == keyword:
            quote = text[word.start] if text[word.start] in "\"'" else ""
    new = f"{indent}{keyword}:{gap}{quote}{domain}{quote}"
    if stop < 0:
        end = "\r\n" if "\r\n" in text else "\n"
        return f"{text}{end}{new}"
    end = "\r\n" if text[stop - 1 : stop] == "\r" else "\n"
    return f"{text[: stop + 1]}{new}{end}{text[stop + 1 :]}"


def _indent_below(document: Document, clause: Statement) -> str:
    """How the first attribute of a clause is indented."""
    text = document.text
    for statement in document.statements:
        if statement.start > clause.start:
            begin = text.rfind("\n", 0, statement.start) + 1
            indent = text[begin : statement.start]
            return indent if not indent.strip() and not statement.is_clause else ""
    return ""


def _cut(text: str, statement: Statement) -> str:
    """Cut a statement out, with its line if nothing else stands there."""
    begin = text.rfind("\n", 0, statement.start) + 1
    stop = text.find("\n", statement.end)
    line = (text[begin : statement.start] + text[statement.end : stop if stop >= 0 else len(text)]).strip()
    if line:
        start = statement.start - 1 if text[statement.start - 1 : statement.start] in " \t" else statement.start
        return text[:start] + text[statement.end :]
    if stop >= 0:
        return text[:begin] + text[stop + 1 :]
    return text[: max(begin - (2 if text[begin - 2 : begin] == "\r\n" else 1), 0)]
