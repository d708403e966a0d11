"""Places of a dhcpd configuration by what they are about, so that edits of one file compose.

* `("setting", kind, id, name)`: the words behind `option routers`, `max-lease-time` and the like in a block.
* `("range", first)`: the words of the range with that first address.
* `("host", network, name)`: a whole host entry of a subnet.

`kind` and `id` name the block: `subnet` and its network, `pool` and the first address of its first range,
`shared-network` or `class` and a name, `global` and ''.
"""

from auditor.services.base import Place
from auditor.services.dhcpd.settings import is_definition, named
from auditor.syntax.dhcpd_conf import Statement, Word, parse, walk
from auditor.syntax.dhcpd_conf_edit import arguments_of, with_arguments, with_statement, without


def get(text: str, place: Place) -> str | None:
    """Return what stands at a place, as it is written; None if nothing does."""
    _, found = _find(text, place)
    if found is None:
        return None
    return text[found.start : found.end] if place[0] == "host" else arguments_of(text, found, _skipped(place))


def put(text: str, place: Place, value: str | None) -> str:
    """Return the text with another value at a place; None takes it out."""
    owner, found = _find(text, place)
    if found is not None:
        if value is None:
            return without(text, found)
        if place[0] == "host":
            return text[: found.start] + value + text[found.end :]
        return with_arguments(text, found, value, _skipped(place))
    if owner is None or value is None or owner.block is None or owner.keyword == "":
        return text
    if place[0] == "host":
        return with_statement(text, owner, value, _last(owner, ("host",)) or _last(owner, ()))
    return with_statement(text, owner, f"{place[3]} {value};", _last(owner, ("range", "option", "default-lease-time")))


def _last(owner: Statement, keywords: tuple[str, ...]) -> Statement | None:
    """The last statement of some kind, or of any, behind which a new one is put."""
    found = [each for each in owner.block or () if not keywords or each.keyword in keywords]
    return found[-1] if found else None


def _skipped(place: Place) -> int:
    return 2 if place[0] == "setting" and place[3].startswith("option ") else 1


def _find(text: str, place: Place) -> tuple[Statement | None, Statement | None]:
    """The block of a place and the statement there."""
    statements = parse("", text).statements
    if place[0] == "range":
        found = [each for each in walk(statements) if each.keyword == "range" and first_of(each) == place[1]]
        return None, found[0] if found else None
    kind, name = ("subnet", place[1]) if place[0] == "host" else (place[1], place[2])
    owner = owner_of(statements, kind, name)
    if owner is None or owner.block is None:
        return None, None
    if place[0] == "host":
        same = [each for each in owner.block if each.keyword == "host" and " ".join(each.arguments) == place[2]]
    else:
        same = [s for s in owner.block if s.block is None and not is_definition(s) and named(s) == (place[3], True)]
    return owner, same[-1] if same else None


def owner_of(statements: tuple[Statement, ...], kind: str, name: str) -> Statement | None:
    """The block that a place is in; for the global level a stand-in that holds all statements."""
    if kind == "global":
        return Statement("", (Word("", 0, 0),), statements, 0, 0, 1, 1)
    for each in walk(statements):
        if each.keyword != kind or each.block is None:
            continue
        if kind == "pool":
            ranges = [first_of(inside) for inside in each.block if inside.keyword == "range"]
            if ranges and ranges[0] == name:
                return each
        elif " ".join(each.arguments[:1]) == name:
            return each
    return None


def first_of(statement: Statement) -> str:
    """The first address of a range as it is written."""
    words = [word for word in statement.arguments if word.lower() != "dynamic-bootp"]
    return words[0] if words else ""
