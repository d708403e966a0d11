"""Address match lists: the first element that an address meets decides.

Source: BIND 9 ARM, Address Match Lists. Elements are addresses, prefixes, names of lists, lists in braces, keys; a
`!` in front refuses. A list inside a list only counts where it says yes.
"""

import re
from ipaddress import IPv4Network, IPv6Network

from auditor.model import Fact, Interface, Listed, Stated, Unknown, combine, spans_of
from auditor.services.address_sets import EVERYTHING, NOTHING, AddressSet, addresses_of
from auditor.services.bind.settings import Item, Settings
from auditor.services.name_service import own_addresses, own_networks
from auditor.services.reading import printable


class Matching:
    """Works out which IPv4 addresses a list means on one host."""

    def __init__(self, settings: Settings, interfaces: Listed[Interface]) -> None:
        self._named = {item.argument.lower(): item for item in settings.all("acl")}
        self._interfaces = interfaces
        self._holes = settings.holes

    @property
    def home(self) -> Fact[AddressSet]:
        """`localnets` and `localhost`."""
        return combine(lambda one, other: one | other, own_networks(self._interfaces), own_addresses(self._interfaces))

    def addresses_here(self, listened: AddressSet) -> Fact[AddressSet]:
        """Those of some addresses that the host has; everything stays everything."""
        if listened == EVERYTHING:
            return Stated(EVERYTHING, ())
        return combine(lambda own: own & listened, own_addresses(self._interfaces))

    def addresses(self, elements: tuple[Item, ...], inside: frozenset[str] = frozenset()) -> Fact[AddressSet]:
        """The addresses that a list says yes to."""
        found, left = NOTHING, EVERYTHING
        for element in elements:
            terms = element.terms
            refused = terms[0] == "!"
            terms = terms[1:] if refused else terms
            if terms and terms[0] == "none":  # the opposite of `any`, and as final
                refused, meant = not refused, EVERYTHING
            else:
                read = self._meant(Item(terms, element.span), inside) if terms else _unreadable(element)
                if isinstance(read, Unknown):
                    return read
                meant = read.value
            found = found if refused else found | (meant & left)
            left -= meant
        return Stated(found, tuple(dict.fromkeys(element.span for element in elements)))

    def _meant(self, element: Item, inside: frozenset[str]) -> Fact[AddressSet]:
        first = element.terms[0]
        if isinstance(first, tuple):
            return self._deeper(first, inside | {f"{{{len(inside)}"})
        match first.lower():
            case "any":
                return Stated(EVERYTHING, ())
            case "localhost":
                return own_addresses(self._interfaces)
            case "localnets":
                return own_networks(self._interfaces)
            case "key":
                return Stated(NOTHING, ())  # clients of a shop sign nothing
            case name if name in self._named:
                return self._list(name, inside)
            case _:
                return self._prefix(element, first)

    def _list(self, name: str, inside: frozenset[str]) -> Fact[AddressSet]:
        if name in inside:
            why = f"list '{printable(name)}' is made of itself"
            return Unknown(why, (self._named[name].span,), f"correct acl {printable(name)}")
        found = self._deeper(self._named[name].block, inside | {name})
        if isinstance(found, Unknown):
            return found
        return Stated(found.value, (self._named[name].span, *spans_of(found)))

    def _deeper(self, elements: tuple[Item, ...], inside: frozenset[str]) -> Fact[AddressSet]:
        if len(inside) > 40:
            return Unknown("lists of addresses are nested too deep", tuple(e.span for e in elements[:1]))
        return self.addresses(elements, inside)

    def _prefix(self, element: Item, text: str) -> Fact[AddressSet]:
        """`10.0.0.1`, `10.0.0.0/8`, `10/8`; IPv6 means no IPv4 address."""
        address, slash, length = text.partition("/")
        octets = address.split(".")
        plain = re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){0,3}", address) is not None
        try:
            if plain and (slash or len(octets) == 4):
                padded = ".".join(str(int(octet)) for octet in (*octets, "0", "0", "0")[:4])
                return Stated(addresses_of((IPv4Network(f"{padded}/{length if slash else 32}"),)), ())
            if ":" in address:
                IPv6Network(text.partition("%")[0])
                return Stated(NOTHING, ())
        except ValueError:
            pass
        if self._holes:
            return Unknown(f"list '{printable(text)}' may stand in a file that was not captured", (element.span,))
        return _unreadable(element)


def _unreadable(element: Item) -> Unknown:
    words = " ".join(element.words)
    why = f"cannot tell which addresses '{printable(words)}' means"
    return Unknown(why, (element.span,), "write the addresses")
