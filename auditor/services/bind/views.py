"""Views: which clients get which answers. Without a view there is one for all."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from auditor.model import Fact, Span, Stated, Unknown, combine
from auditor.services.address_sets import EVERYTHING, NOTHING, AddressSet
from auditor.services.bind.matching import Matching
from auditor.services.bind.settings import Item, Settings
from auditor.services.reading import Reading

_DESTINATIONS = ("allow-query-on", "allow-recursion-on", "allow-query-cache-on", "match-destinations")

_MOST = 100
"""Views that are told apart: what each matches rests on the lines of all before it."""
_OTHER_CLASSES = frozenset({"ch", "chaos", "hs", "hesiod"})


@dataclass(frozen=True, slots=True)
class View:
    """One view, `name` '' for the only one; its statements go before those of `options`."""

    name: str
    own: Item | None
    options: Item | None
    zones: tuple[Item, ...]
    matched: Fact[AddressSet]
    spans: tuple[Span, ...]

    def last(self, keyword: str) -> Item | None:
        found = self.own.last(keyword) if self.own is not None else None
        if found is None and self.options is not None:
            found = self.options.last(keyword)
        return found

    def all(self, keyword: str) -> tuple[Item, ...]:
        """Statements of the view and of `options` that do not replace each other."""
        return tuple(item for block in (self.own, self.options) if block is not None for item in block.all(keyword))


def views_of(settings: Settings, matching: Matching) -> Iterator[View]:
    """The views for the internet, in order: a client gets the first one that it matches."""
    found = [view for view in settings.all("view") if not _OTHER_CLASSES & {word.lower() for word in view.words[2:]}]
    options = settings.options
    spans = () if options is None else (options.header,)
    if not settings.all("view"):
        yield View("", None, options, settings.all("zone"), Stated(EVERYTHING, ()), spans)
        return
    taken: Fact[AddressSet] = Stated(NOTHING, ())
    for number, item in enumerate(found):
        if number >= _MOST:
            many = Unknown(f"more than {_MOST} views: who gets the answers of this one", (item.header,))
            yield View(item.argument, item, options, item.all("zone"), many, (item.header,))
            continue
        clients = item.last("match-clients")
        here: Fact[AddressSet] = Stated(EVERYTHING, ()) if clients is None else matching.addresses(clients.block)
        mine = combine(lambda all_, before: all_ - before, here, taken)
        yield View(item.argument, item, options, item.all("zone"), mine, (item.header,))
        taken = combine(lambda before, all_: before | all_, taken, here)


def clients_of(reading: Reading, view: View, matching: Matching) -> Fact[tuple[IPv4Network, ...] | None]:
    """The networks that get answers of a view from outside: matched, and allowed to ask and to recurse."""
    for keyword in _DESTINATIONS:
        found = view.last(keyword)
        if found is not None and _words(found.block) != ["any"]:
            why = f"who gets answers depends on the address that is asked ({keyword})"
            return Unknown(why, (found.span,), "look the test name up from a POS")
    query, cache, recursion = (view.last(key) for key in ("allow-query", "allow-query-cache", "allow-recursion"))
    # Each stands in for the others where they are not written (BIND 9 ARM, allow-recursion and allow-query-cache).
    effective = (recursion or cache or query, cache or recursion or query)
    allowed = [_allowed(reading, view, each, matching) for each in effective]
    if query is not None:
        allowed.append(matching.addresses(query.block))
    refused = view.last("blackhole")
    barred: Fact[AddressSet] = Stated(NOTHING, ()) if refused is None else matching.addresses(refused.block)
    met = combine(lambda first, *rest: _meet(first, rest), view.matched, *allowed)
    return combine(lambda all_, none: _networks(all_ - none), met, barred)


def _allowed(reading: Reading, view: View, found: Item | None, matching: Matching) -> Fact[AddressSet]:
    if found is not None:
        stated = matching.addresses(found.block)
        return stated if isinstance(stated, Unknown) else Stated(stated.value, (found.span, *stated.spans))
    default = reading.default("bind.allow-recursion", str, *view.spans)
    return combine(lambda addresses, _: addresses, matching.home, default)


def _meet(first: AddressSet, rest: tuple[AddressSet, ...]) -> AddressSet:
    for each in rest:
        first &= each
    return first


def _networks(addresses: AddressSet) -> tuple[IPv4Network, ...] | None:
    return None if addresses == EVERYTHING else addresses.networks


def _words(items: tuple[Item, ...]) -> list[str]:
    return [" ".join(item.words).lower() for item in items]
