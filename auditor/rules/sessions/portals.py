"""Captive portals on the readers' network, and which readers they let pass without login."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from auditor.intents import BypassPortal, RemovePortalTimers, duration
from auditor.inventory import Connection
from auditor.model import Fact, Known, Portal, Severity, Unknown
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, Pass, Undecided, Verdict


@dataclass(frozen=True, slots=True)
class Limit:
    """One timer of a portal: its word, its value, and whether it is the hard limit or that for silence."""

    word: str
    value: Fact[timedelta | None]
    hard: bool


def portals_of(site: Site, readers: Readers) -> Iterator[Portal | Undecided | Pass]:
    """The portals that clients of the readers' network meet, and in their stead what is unknown of them."""
    segment = readers.attachment.segment
    keys = {(interface.device, interface.key) for interface in segment.interfaces}
    bsses = {(bss.device, bss.key) for bss in readers.attachment.bsses if readers.wireless}
    some = False
    for device in site.devices:
        # A device of which interfaces are missing may have one on the readers' network.
        here = device.name in segment.devices or bool(device.interfaces.holes)
        if not here and all(name != device.name for name, _ in bsses):
            continue
        for hole in device.portals.holes:
            some = True
            yield Undecided(hole, about=f"{device.name}/portals")
        for portal in device.portals:
            met = _met(portal, keys, bsses) if here or portal.bsses else False
            some = some or bool(met)
            if isinstance(met, Unknown):
                yield Undecided(met, about=label(portal))
            elif met:
                yield portal
    if not some:
        yield Pass("no captive portal on the readers' network", readers.place)


def _met(portal: Portal, keys: set[tuple[str, str]], bsses: set[tuple[str, str]]) -> bool | Unknown:
    """A portal that is off, or on other networks, is met by no reader; one known fact is enough for that."""
    if not isinstance(portal.enabled, Unknown) and not portal.enabled.value:
        return False
    if any((portal.device, key) in bsses for key in portal.bsses):
        return portal.enabled if isinstance(portal.enabled, Unknown) else True
    if not isinstance(portal.interfaces, Unknown):
        if all((portal.device, key) not in keys for key in portal.interfaces.value):
            return False
        return portal.enabled if isinstance(portal.enabled, Unknown) else True
    return portal.interfaces


def label(portal: Portal) -> str:
    """What tells portals apart in a fingerprint."""
    return f"{portal.device}/{portal.key}"


def addresses(readers: Readers) -> tuple[str, ...]:
    """The MAC addresses by which a portal knows the readers: those of the connection that they use."""
    wired = readers.connection is Connection.ETHERNET
    return readers.macs_ethernet if wired else readers.macs or readers.macs_ethernet


def admitted(readers: Readers, portal: Portal) -> bool | Unknown:
    """Whether all readers pass without login; unknown if some may, because their addresses are not declared."""
    if isinstance(portal.bypass_macs, Unknown):
        return portal.bypass_macs
    listed = frozenset(portal.bypass_macs.value)
    macs = addresses(readers)
    if any(mac not in listed for mac in macs) or not listed:
        return portal.others if isinstance(portal.others, Unknown) else portal.others.value
    if macs and (readers.count or 0) <= len(macs):
        return True
    some = "one address" if len(listed) == 1 else f"{len(listed)} addresses"
    why = f"portal '{portal.key}' lets {some} pass, and not all readers' addresses are declared"
    return Unknown(why, portal.bypass_macs.spans, "declare mac of every reader")


def bypass(readers: Readers, portal: Portal) -> tuple[Fix, ...]:
    """Let the declared readers pass without login; nothing to offer if none or not all are declared."""
    if not addresses(readers) or (readers.count or 0) > len(addresses(readers)):
        return ()
    listed = () if isinstance(portal.bypass_macs, Unknown) else portal.bypass_macs.value
    macs = tuple(mac for mac in addresses(readers) if mac not in listed)
    weakens = "whoever takes on the MAC address of a reader passes without login too"
    return (Fix.one(portal.device, BypassPortal(portal.key, macs), weakens=weakens),)


def judge_limits(site: Site, readers: Readers, limit_of: Callable[[Portal], Limit]) -> Iterator[Verdict]:
    """Judge one timer of every portal that the readers meet; say what is unknown of the others."""
    for found in portals_of(site, readers):
        yield _judge_limit(site, readers, found, limit_of(found)) if isinstance(found, Portal) else found


def _judge_limit(site: Site, readers: Readers, portal: Portal, limit: Limit) -> Verdict:
    """Compare one timer of a portal with the working day, unless the readers pass the portal anyway."""
    about = label(portal)
    match limit.value:
        case Unknown() as unknown:
            value: Known[timedelta | None] | None = None
            reason = unknown
        case known:
            value, reason = known, Unknown("")
            if known.value is None:
                return Pass(f"portal '{portal.key}' has no {limit.word}", known, about=about)
            if known.value >= site.working_day(readers).with_margin:
                words = f"{limit.word} of portal '{portal.key}' is {duration(known.value)}"
                return Pass(f"{words}: it covers the working day", known, about=about)
    passes = admitted(readers, portal)
    if passes is True:
        return Pass(f"all readers pass portal '{portal.key}' without login", portal.bypass_macs, about=about)
    if value is None or value.value is None:
        return Undecided(reason, portal.bypass_macs, about=about)
    if isinstance(passes, Unknown):
        return Undecided(passes, value, about=about)
    return _too_short(site, readers, portal, limit, value, value.value)


def _too_short(
    site: Site, readers: Readers, portal: Portal, limit: Limit, fact: Known[timedelta | None], value: timedelta
) -> Fail:
    timers = RemovePortalTimers(portal.key, session=limit.hard, idle=not limit.hard)
    weakens = "clients of the portal stay logged in until it restarts"
    fixes = (*bypass(readers, portal), Fix.one(portal.device, timers, weakens=weakens))
    words = f"{limit.word} of portal '{portal.key}' is {duration(value)}; {need(site, readers)}"
    return Fail(words, fact, too_short(site, readers, value), fixes, about=label(portal))


def too_short(site: Site, readers: Readers, value: timedelta) -> Severity:
    """How bad a limit is that ends sessions before the working day with its margin is over."""
    below_day = value < site.working_day(readers).length
    return site.policy.severity("session-below-day" if below_day else "session-below-margin")


def need(site: Site, readers: Readers) -> str:
    """Say how long a session must last, and why."""
    day = site.working_day(readers)
    if not day.known:
        return f"opening hours are not declared, {duration(day.with_margin)} is safe for any shop"
    return f"the working day is {duration(day.length)}, {duration(day.with_margin)} with margin"
