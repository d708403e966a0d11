"""`/ip dhcp-server option`: options that are given out besides the settings of a network, and who gives them out.

A value is written as `0x0a000001`, `'10.0.0.1'` (an address), `'10'` (one octet), `'text'`, `s'10.0.0.1'` (text), or
several of these behind each other; `$(NAME)` is filled in for each client. Where an option comes from several places,
that of a lease goes before that of the server, and that before that of the network.

Source: MikroTik's manual, "DHCP", DHCP Options (values, precedence, option sets) and Option matcher.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.services.reading import printable

OPTION = "ip dhcp-server option"
SETS = "ip dhcp-server option sets"
DOMAIN_NAME_SERVERS, ROUTERS, LEASE_TIME, IPV6_ONLY = 6, 3, 51, 108

_NUMBER = re.compile(r"\d{1,3}", re.ASCII)
_PART = re.compile(r"0x(?P<hex>(?>(?:[0-9A-Fa-f]{2})*))|(?P<text>s?)'(?P<quoted>[^']*+)'", re.ASCII)


@dataclass(frozen=True, slots=True)
class Given:
    """One option that somebody gives out. `spans` are the lines that give it, and the one that says what it holds."""

    name: str
    value: str
    spans: tuple[Span, ...]

    def addresses(self) -> Fact[tuple[IPv4Address, ...]]:
        """The IPv4 addresses that it holds."""
        try:
            held = octets(self.value)
            if not held or len(held) % 4:
                raise ValueError("not IPv4 addresses")
        except ValueError as error:
            why = f"cannot read the value of option '{printable(self.name)}': {error}"
            return Unknown(why, self.spans, "look at the option that a client got")
        return Stated(tuple(IPv4Address(held[at : at + 4]) for at in range(0, len(held), 4)), self.spans)


def octets(value: str) -> bytes:
    """Return what an option holds on the wire; `ValueError` if the device makes it up or it cannot be read."""
    found, at = b"", 0
    while at < len(value):
        part = _PART.match(value, at)
        if part is None:
            raise ValueError("it is made for each client" if "$(" in value else "neither 0x… nor in single quotes")
        at = part.end()
        if part["hex"] is not None:
            found += bytes.fromhex(part["hex"])
            continue
        text = part["quoted"]
        if not part["text"] and _NUMBER.fullmatch(text):
            if int(text) > 255:
                raise ValueError("a number above 255")
            found += bytes([int(text)])
        elif not part["text"] and _is_address(text):
            found += IPv4Address(text).packed
        else:
            found += text.encode("utf-8", "surrogatepass")
    return found


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Options:
    """All options and sets of options, by name."""

    config: Config
    named: Mapping[str, tuple[Item, ...]]
    sets: Mapping[str, tuple[Item, ...]]
    holes: tuple[Unknown, ...]

    @classmethod
    def of(cls, config: Config) -> "Options":
        return cls(config, by_name(config.items(OPTION)), by_name(config.items(SETS)), config.holes(OPTION, SETS))

    def given(
        self, item: Item, code: int, *, names: str = "dhcp-option", set_: str = "dhcp-option-set"
    ) -> Given | Unknown | None:
        """Return what an item (a server, network, lease or matcher) gives out for a code, None if nothing.

        `Unknown` if it gives out two different ones, or options that cannot be told.
        """
        found: list[Given] = []
        told = [(word, span) for word, span in self.config.words(item, names)] if names else []
        for word, span in self.config.words(item, set_) if set_ else ():
            told += self._in_set(word, span)
        for name, span in told:
            for option in self._named(name, span):
                if isinstance(option, Unknown):
                    return option
                number, each = option
                if number == code:
                    found.append(each)
        if told and self.holes:
            return self.holes[0]
        if len({each.value for each in found}) > 1:
            spans = tuple(dict.fromkeys(span for each in found for span in each.spans))
            return Unknown(f"{item.title} gives out option {code} twice", spans, "keep one of the two")
        return found[0] if found else None

    def _in_set(self, name: str, span: Span) -> Iterator[tuple[str, Span]]:
        """The options of a set; one that was deleted, or `none`, has none."""
        for item in self.sets.get(name, ()):
            yield from ((word, span) for word, _ in self.config.words(item, "options"))

    def _named(self, name: str, span: Span) -> Iterator[tuple[int, Given] | Unknown]:
        for item in self.named.get(name, ()):
            code = self.config.stated(item, "code", option_code)
            if code is None or isinstance(code, Unknown):
                why = f"{item.title} has no code"
                yield code or Unknown(why, (item.header,), f"correct it on {self.config.device}")
                continue
            spans = tuple(dict.fromkeys((span, *self.config.span(item, "value"), *code.spans)))
            yield code.value, Given(name, self.config.text(item, "value") or "", spans)


def by_name(items: tuple[Item, ...]) -> Mapping[str, tuple[Item, ...]]:
    """Items of a menu by their names, in their order."""
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.name, []).append(item)
    return {name: tuple(same) for name, same in found.items()}


def option_code(text: str) -> int:
    """Read the code of an option, 1 to 254, or `vendor-specific` (43)."""
    if text == "vendor-specific":
        return 43
    if not _NUMBER.fullmatch(text) or not 0 < int(text) < 255:
        raise ValueError("not a code from 1 to 254")
    return int(text)
