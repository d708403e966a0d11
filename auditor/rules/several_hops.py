"""Fixes that open a way at several places: which changes they need, and how people call them."""

from collections.abc import Iterable

from auditor.intents import AllowTraffic
from auditor.site import Hop
from auditor.verdicts import Change


def at_each_hop(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Keep changes in the order of the way, one for each chain and pair of interfaces.

    What a chain does with packets that follow the first one is a filter of its own, and opened together with it.
    """
    kept: dict[tuple[object, ...], Change] = {}
    for change in changes:
        kept.setdefault(_place(change), change)
    return tuple(kept.values())


def _place(change: Change) -> tuple[object, ...]:
    intent = change.intent
    if not isinstance(intent, AllowTraffic):
        return (change,)
    return (change.device, intent.chain, intent.entering, intent.leaving, intent.protocol, intent.port)


def on_devices(changes: Iterable[Change]) -> str:
    """Name the devices of changes in their order: `on core and fw`."""
    *before, last = dict.fromkeys(change.device for change in changes)
    return f"on {', '.join(before)} and {last}" if before else f"on {last}"


def then_stopped(first: Hop, closed: Iterable[Hop]) -> str:
    """Say which devices behind the first hop stop the same packets; '' if none does."""
    names = dict.fromkeys(hop.device for hop in closed if hop.device != first.device)
    return f"; behind it {', '.join(names)} would stop it as well" if names else ""
