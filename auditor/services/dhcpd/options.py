"""Options that clients of a range get: domain name servers (6), routers (3), IPv6-only preferred (108)."""

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TypeVar

from auditor.model import Fact, Stated, Unknown
from auditor.services.dhcpd.config import Config, Range, Subnet
from auditor.services.dhcpd.settings import candidates, in_classes, named, names_of, possible, scopes_of, spans
from auditor.syntax.dhcpd_conf import Statement

T = TypeVar("T")

NAMES = {6: "domain-name-servers", 3: "routers", 108: "v6-only-preferred"}


def settings(config: Config, code: int) -> frozenset[str]:
    """All names that an option goes by."""
    return names_of(config, code, NAMES[code])


def option(
    config: Config, subnet: Subnet, found: Range | None, code: int, convert: Callable[[Statement | None], T]
) -> Fact[T]:
    """What clients are told; `convert` gets the statement, None where none is sent, and raises `ValueError`."""
    wanted, scopes = settings(config, code), scopes_of(subnet, found)
    classes = tuple(in_classes(config, wanted))
    own = [each for block in classes for each in possible(block.block or (), wanted) if each is not None]
    statements = tuple(dict.fromkeys((*candidates(config, scopes, wanted), *own)))
    facts: list[Fact[T]] = []
    for statement in statements:
        if statement is None:
            near = spans(config, *scopes[:1])
            facts.append(config.reading.default(f"dhcpd.{NAMES[code]}", lambda _: convert(None), *near))
        else:
            facts.append(_stated(config, statement, code, convert))
    unread = next((fact for fact in facts if isinstance(fact, Unknown)), None)
    if unread is not None:
        return unread
    values = [fact.value for fact in facts if not isinstance(fact, Unknown)]
    if all(value == values[0] for value in values):
        return facts[0]
    why = f"which option {code} a client gets depends on a condition or class that cannot be decided here"
    return Unknown(why, (*config.span(*classes), *spans(config, *statements)), "look at the option that a client got")


def _stated(config: Config, statement: Statement, code: int, convert: Callable[[Statement | None], T]) -> Fact[T]:
    where = config.span(statement)
    if not named(statement)[1]:
        return Unknown(f"option {code} is computed, which is not followed here", where, "look at what a client got")
    try:
        return Stated(convert(statement), where)
    except ValueError as error:
        return Unknown(f"cannot read option {code}: {error}", where, "write addresses with dots")


def addresses(statement: Statement | None) -> tuple[IPv4Address, ...]:
    """Read a list of addresses; a name is looked up by dhcpd when it starts."""
    if statement is None:
        return ()
    words = [word for word in statement.arguments[1:] if word != ","]
    try:
        return tuple(IPv4Address(word) for word in words)
    except ValueError:
        raise ValueError("not a list of IPv4 addresses") from None


def is_sent(statement: Statement | None) -> bool:
    """Whether the option is sent at all."""
    return statement is not None
