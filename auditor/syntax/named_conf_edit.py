"""Add one domain to the `except-from` of `deny-answer-addresses` in named.conf or take it out again."""

import re
from collections.abc import Iterator

from auditor.syntax.named_conf import Block, Statement, Word, parse

_KEYWORD = "deny-answer-addresses"
_DOMAIN = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_-]{0,62}\.)*[A-Za-z0-9_][A-Za-z0-9_-]{0,62}\.?")


def denials(text: str) -> Iterator[tuple[str, Statement]]:
    """Every `deny-answer-addresses` of a text, with where it stands: `options`, `view NAME`, '' in no block."""
    for statement in parse(text).statements:
        if statement.keyword == _KEYWORD:
            yield "", statement
        elif statement.keyword in ("options", "view"):
            second = statement.parts[1] if len(statement.parts) > 1 else None
            name = f" {second.text}" if statement.keyword == "view" and isinstance(second, Word) else ""
            for block in statement.blocks:
                for inner in block.statements:
                    if inner.keyword == _KEYWORD:
                        yield f"{statement.keyword}{name}", inner


def exempt_domain(text: str, where: str, domain: str) -> str | None:
    """Return an exempt domain as it is written, None if it is none."""
    found = _element(_denial(text, where), domain)
    return None if found is None else found[1].text


def with_exempt_domain(text: str, where: str, domain: str) -> str:
    """Exempt a domain, in the list that is there or in a new one.

    Raises `ValueError` for what is not a domain name, and where nothing is denied.
    """
    if not is_domain(domain):
        raise ValueError(f"{domain!r} is not a domain name")
    statement = _denial(text, where)
    if statement is None or not statement.blocks:
        raise ValueError(f"there is no {_KEYWORD} in {where or 'this file'}")
    if _element(statement, domain) is not None:
        return text
    edited = _added(text, statement, domain)
    if exempt_domain(edited, where, domain) is None:
        raise ValueError(f"{_KEYWORD} cannot be read to its end")
    return edited


def is_domain(name: str) -> bool:
    """Whether a text is a domain name that can be written without harm (RFC 1035, section 2.3.4)."""
    return len(name) <= 253 and _DOMAIN.fullmatch(name) is not None


def _added(text: str, statement: Statement, domain: str) -> str:
    exempt = _exempt(statement)
    if exempt is None:
        end = statement.blocks[0].end
        return f'{text[:end]} except-from {{ "{domain}"; }}{text[end:]}'
    if not exempt.statements:
        end = exempt.start + 1
        return f'{text[:end]} "{domain}";{text[end:]}'
    last = exempt.statements[-1]
    begin = text.rfind("\n", 0, last.start) + 1
    indent = text[begin : last.start]
    line_end = "\r\n" if text[begin - 2 : begin] == "\r\n" else "\n"
    gap = f"{line_end}{indent}" if begin and not indent.strip() else " "
    return f'{text[: last.end]}{gap}"{domain}";{text[last.end :]}'


def without_exempt_domain(text: str, where: str, domain: str) -> str:
    """Take a domain out; the list goes with its last domain."""
    statement = _denial(text, where)
    found = _element(statement, domain)
    if statement is None or found is None:
        return text
    element, _ = found
    exempt = _exempt(statement)
    assert exempt is not None
    if len(exempt.statements) == 1:
        return text[: statement.blocks[0].end] + text[exempt.end :]
    before = text[: element.start]
    return before.rstrip() + text[element.end :]


def _denial(text: str, where: str) -> Statement | None:
    return next((statement for place, statement in denials(text) if place == where), None)


def _exempt(statement: Statement) -> Block | None:
    """The block behind `except-from`."""
    for word, block in zip(statement.parts, statement.parts[1:], strict=False):
        if isinstance(word, Word) and word.text.lower() == "except-from" and isinstance(block, Block):
            return block
    return None


def _element(statement: Statement | None, domain: str) -> tuple[Statement, Word] | None:
    exempt = None if statement is None else _exempt(statement)
    for element in exempt.statements if exempt is not None else ():
        word = element.parts[0]
        if isinstance(word, Word) and word.text.rstrip(".").lower() == domain.rstrip(".").lower():
            return element, word
    return None
