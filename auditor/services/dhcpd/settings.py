"""The value of a setting for clients of a scope: which statements may count, conditions and classes included.

Within a block the last statement counts; a condition that cannot be decided leaves both ways open.
"""

from collections.abc import Iterator

from auditor.model import Span
from auditor.services.dhcpd.config import Config, Range, Subnet
from auditor.syntax.dhcpd_conf import Statement

_SETTERS = ("supersede", "default", "append", "prepend", "send")


def named(statement: Statement) -> tuple[str, bool]:
    """The setting that a statement is about, and whether it states it plainly: `option routers`, `max-lease-time`."""
    words = [word.text.lower() for word in statement.words[:4]]
    plain = True
    if words and words[0] in _SETTERS:
        # `append option routers …` and the like work on what other scopes say.
        words, plain = words[1:], False
        if words and words[0] != "option" and not words[0].endswith("lease-time"):
            words = ["option", *words]
    if len(words) > 1 and words[0] == "option":
        return f"option {words[1].removeprefix('dhcp.')}", plain and "=" not in words[2:3]
    return (words[0] if words else ""), plain and "=" not in words[1:2]


def is_definition(statement: Statement) -> bool:
    """Whether it defines an option: `option name code 108 = …`."""
    words = [word.text.lower() for word in statement.words[:4]]
    return len(words) == 4 and words[0] == "option" and words[2] == "code"


def names_of(config: Config, code: int, *names: str) -> frozenset[str]:
    """All settings that send an option: its names, those that the configuration gives it, and its number."""
    own = {
        f"option {each.words[1].text.lower()}"
        for each in config.settings
        if is_definition(each) and each.words[3].text == str(code)
    }
    return frozenset({*(f"option {name}" for name in names), f"option unknown-{code}", f"option option-{code}", *own})


def possible(statements: tuple[Statement, ...], settings: frozenset[str]) -> tuple[Statement | None, ...]:
    """The statements of one block that may count for a setting; None among them: perhaps none does."""
    found: tuple[Statement | None, ...] = (None,)
    number = 0
    while number < len(statements):
        statement = statements[number]
        number += 1
        if statement.keyword in ("if", "switch"):
            branches = [statement]
            while number < len(statements) and statements[number].keyword in ("elsif", "else"):
                branches.append(statements[number])
                number += 1
            found = _either(branches, settings, found)
        elif statement.block is None and not is_definition(statement) and named(statement)[0] in settings:
            found = (statement,)
    return found


def _either(
    branches: list[Statement], settings: frozenset[str], before: tuple[Statement | None, ...]
) -> tuple[Statement | None, ...]:
    whole = branches[-1].keyword == "else" and branches[-1].words[1:2] == ()
    found: list[Statement | None] = [] if whole else list(before)
    for branch in branches:
        inside = possible(tuple(each for each in branch.block or ()), settings)
        for each in inside:
            found += before if each is None else (each,)
    return tuple(dict.fromkeys(found))


def candidates(config: Config, scopes: tuple[Statement, ...], settings: frozenset[str]) -> tuple[Statement | None, ...]:
    """The statements that may count for clients in some scopes, inner first; None: perhaps the default."""
    found: list[Statement | None] = []
    for block in (*(scope.block or () for scope in scopes), config.settings):
        here = possible(block, settings)
        found += [each for each in here if each is not None]
        if None not in here:
            return tuple(dict.fromkeys(found))
    return (*dict.fromkeys(found), None)


def in_classes(config: Config, settings: frozenset[str]) -> Iterator[Statement]:
    """Classes that state a setting: they count before pools, and who is in them is not known."""
    for each in config.classes:
        if any(found is not None for found in possible(each.block or (), settings)):
            yield each


def scopes_of(subnet: Subnet, found: Range | None) -> tuple[Statement, ...]:
    """The blocks around a range, or around a subnet without one, inner first."""
    return subnet.scopes if found is None else found.scopes


def spans(config: Config, *statements: Statement | None) -> tuple[Span, ...]:
    """The lines of statements that may count."""
    return config.span(*(each for each in statements if each is not None))
