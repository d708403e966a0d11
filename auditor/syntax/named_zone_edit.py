"""Add one zone of type `forward` to named.conf or take it out again, and touch nothing else.

Source: BIND 9 ARM, zone types (`forward`), `forward only`, `forwarders`. With views, every zone stands in a view.
"""

from ipaddress import ip_address

from auditor.syntax.named_conf import Block, Statement, Word, parse
from auditor.syntax.named_conf_edit import is_domain


def forward_zone(text: str, view: str, domain: str) -> str | None:
    """Return the forwarders of a zone, with blanks between them; None if there is no zone of this name."""
    found = _zone(text, view, domain)
    if found is None:
        return None
    listed = (each for block in found.blocks for each in block.statements if each.keyword == "forwarders")
    servers = [inner for each in listed for block in each.blocks for inner in block.statements]
    return " ".join(" ".join(part.text for part in each.parts if isinstance(part, Word)) for each in servers)


def with_forward_zone(text: str, view: str, domain: str, servers: str) -> str:
    """Add a zone at the end of a view, or of the file for the view ''; one of this name gives way.

    Raises `ValueError` for what is no name or no address, and where the view is not to be found.
    """
    if forward_zone(text, view, domain) == servers:
        return text
    if not is_domain(domain):
        raise ValueError(f"{domain!r} is not a domain name")
    addresses = [str(ip_address(word)) for word in servers.split()]
    text = without_forward_zone(text, view, domain)
    end = "\r\n" if "\r\n" in text else "\n"
    indent = "\t" if view else ""
    forwarders = "".join(f" {each};" for each in addresses)
    lines = [
        f'{indent}zone "{domain}" {{',
        f"{indent}\ttype forward;",
        f"{indent}\tforward only;",
        f"{indent}\tforwarders {{{forwarders} }};",
        f"{indent}}};",
    ]
    zone = end.join(lines)
    if not view:
        gap = "" if not text or text.endswith("\n") else end
        edited = text + gap + zone + (end if text.endswith("\n") or not text else "")
    else:
        place = _inside(text, view)
        begin = text.rfind("\n", 0, place) + 1
        if begin and not text[begin:place].strip():
            edited = text[:begin] + zone + end + text[begin:]
        else:  # the brace that ends the view stands behind something
            edited = f"{text[:place]}{' '.join(line.strip() for line in lines)} {text[place:]}"
    if forward_zone(edited, view, domain) != " ".join(addresses):
        raise ValueError("the file cannot be read to its end")
    return edited


def without_forward_zone(text: str, view: str, domain: str) -> str:
    """Take a zone out with all that stands in it."""
    found = _zone(text, view, domain)
    if found is None:
        return text
    begin = text.rfind("\n", 0, found.start) + 1
    stop = text.find("\n", found.end)
    rest = text[found.end : stop if stop >= 0 else len(text)]
    if text[begin : found.start].strip() or rest.strip():
        return text[: found.start] + text[found.end :].removeprefix(" ")
    if stop >= 0:
        return text[:begin] + text[stop + 1 :]
    return text[: max(begin - (2 if text[begin - 2 : begin] == "\r\n" else 1), 0)]


def _zone(text: str, view: str, domain: str) -> Statement | None:
    top = parse(text).statements
    if not view:
        among = top
    else:
        block = _view(text, view)
        among = block.statements if block is not None else ()
    for statement in among:
        if statement.keyword == "zone" and _name(statement).rstrip(".").lower() == domain.rstrip(".").lower():
            return statement
    return None


def _view(text: str, view: str) -> Block | None:
    found = [each for each in parse(text).statements if each.keyword == "view" and _name(each) == view and each.blocks]
    return found[0].blocks[0] if len(found) == 1 else None


def _inside(text: str, view: str) -> int:
    """The place before the brace that ends a view."""
    block = _view(text, view)
    if block is None or text[block.end - 1 : block.end] != "}":
        raise ValueError(f"view {view!r} cannot be read to its end")
    return block.end - 1


def _name(statement: Statement) -> str:
    second = statement.parts[1] if len(statement.parts) > 1 else None
    return second.text if isinstance(second, Word) else ""
