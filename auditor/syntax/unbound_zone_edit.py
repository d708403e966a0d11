"""Add one `forward-zone` to unbound.conf or take it out again, and touch nothing else.

A clause goes on over the ends of files, so that a new one belongs behind everything: at the end of the main file.
"""

from collections.abc import Iterator
from ipaddress import ip_address

from auditor.syntax.unbound_conf import Document, Statement, parse
from auditor.syntax.unbound_conf_edit import is_domain


def forward_zone(text: str, domain: str) -> str | None:
    """Return the servers of a `forward-zone`, with blanks between them; None if there is none of this name."""
    found = _zone(parse(text), domain)
    if found is None:
        return None
    return " ".join(each.values[0].text for each in found if each.keyword == "forward-addr")


def with_forward_zone(text: str, domain: str, servers: str) -> str:
    """Add a clause at the end; one of this name gives way. Raises `ValueError` for what is no name or no address."""
    if forward_zone(text, domain) == servers:
        return text
    if not is_domain(domain):
        raise ValueError(f"{domain!r} is not a domain name")
    addresses = [str(ip_address(word)) for word in servers.split()]
    text = without_forward_zone(text, domain)
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text or text.endswith("\n") else end
    lines = ["forward-zone:", f'    name: "{domain}"', *(f"    forward-addr: {each}" for each in addresses)]
    edited = text + gap + end.join(lines) + (end if text.endswith("\n") or not text else "")
    if forward_zone(edited, domain) != " ".join(addresses):
        raise ValueError("the file cannot be read to its end")
    return edited


def without_forward_zone(text: str, domain: str) -> str:
    """Take a clause out with all that stands in it."""
    found = _zone(parse(text), domain)
    if found is None:
        return text
    begin = text.rfind("\n", 0, found[0].start) + 1
    stop = text.find("\n", found[-1].end)
    stop = len(text) if stop < 0 else stop
    before, after = text[begin : found[0].start], text[found[-1].end : stop]
    if before.strip() or (after.strip() and not after.lstrip().startswith("#")):
        return text[: found[0].start] + text[found[-1].end :]
    if stop < len(text):
        return text[:begin] + text[stop + 1 :]
    return text[: max(begin - (2 if text[begin - 2 : begin] == "\r\n" else 1), 0)]


def _zone(document: Document, domain: str) -> list[Statement] | None:
    for clause in _clauses(document):
        names = [each.values[0].text for each in clause if each.keyword == "name"]
        if clause[0].keyword == "forward-zone" and names and _plain(names[-1]) == _plain(domain):
            return clause
    return None


def _clauses(document: Document) -> Iterator[list[Statement]]:
    clause: list[Statement] = []
    for statement in document.statements:
        if statement.is_clause or statement.is_include:
            if clause:
                yield clause
            clause = [statement] if statement.is_clause else []
        elif clause:
            clause.append(statement)
    if clause:
        yield clause


def _plain(name: str) -> str:
    return name.rstrip(".").lower()
