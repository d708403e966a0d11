"""A reader is connected by Wi-Fi and by Ethernet at once.

## What it checks
For each reader whose two MAC addresses are declared: whether both are seen by the audited devices. It is an
error if the Wi-Fi address is associated while the wired one is a neighbour that answers; leases, and neighbours that
were last heard some time ago, may be left over from before the reader changed its connection: a warning.

## Why it matters
A reader that is on two networks has two addresses; the point of sale may keep the one that went away when
the reader is taken off its dock.
Source: stripe-terminal R7.

## About the fix
By hand: take the network cable out of the dock, or remove the Wi-Fi network on the reader. Server-driven
integrations are said to take both.
"""

from collections.abc import Iterator

from auditor.inventory import Integration
from auditor.model import Fact, Neighbour, Severity, Stated, Unknown
from auditor.policies import Support
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.site import Readers, Site
from auditor.verdicts import Card, Fail, Fix, NotApplicable, NotChecked, Pass, Verdict

_CHOOSE = Fix(
    "take the cable out of the reader's dock, or remove the Wi-Fi network on the reader",
    manual="how a reader is connected is set on the reader",
)


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    if readers.model is not None and readers.model.ethernet is Support.UNSUPPORTED:
        yield NotApplicable(f"a {readers.model.title} has no Ethernet")
        return
    pairs = _declared_pairs(site, readers)
    if not pairs or not _state_is_known(site):
        yield NotChecked(_card())
        return
    for wifi, wired in pairs:
        yield _judge(site, readers, wifi, wired)


def _declared_pairs(site: Site, readers: Readers) -> tuple[tuple[str, str], ...]:
    """Both MAC addresses of each reader that has both in its entry."""
    own = {*readers.macs, *readers.macs_ethernet}
    selectors = [entry.selector for group in site.entry.readers for entry in group.entries]
    pairs = ((s.mac, s.mac_ethernet) for s in selectors if s.mac and s.mac_ethernet and s.mac in own)
    return tuple(dict.fromkeys(pairs))


def _state_is_known(site: Site) -> bool:
    return any(not device.neighbours.holes and not device.leases.holes for device in site.devices)


def _judge(site: Site, readers: Readers, wifi: str, wired: str) -> Verdict:
    associated, near = _associated(site, wifi), _neighbours(site, wired, answering=True)
    wireless = (*associated, *_neighbours(site, wifi), *_leases(site, wifi))
    cabled = (*near, *_neighbours(site, wired), *_leases(site, wired))
    if not wireless and not cabled:
        return NotChecked(_card(), about=wifi)
    if not wireless or not cabled:
        return Pass(f"reader {wifi} is seen on one network only", (wireless or cabled)[:1], about=wifi)
    evidence = (wireless[0], cabled[0])
    if associated and near:
        words, key = "is on Wi-Fi and on Ethernet", "connected-twice"
    else:
        words, key = "holds addresses on Wi-Fi and on Ethernet", "connected-twice-lately"
    if readers.integration is Integration.SERVER_DRIVEN:
        key = "connected-twice-without-lan"
    words = f"reader {wifi} (Ethernet {wired}) {words}"
    return Fail(words, evidence, site.policy.severity(key), (_CHOOSE,), about=wifi)


def _associated(site: Site, mac: str) -> tuple[Fact[str], ...]:
    return tuple(station.bss for device in site.devices for station in device.stations if station.mac == mac)


def _neighbours(site: Site, mac: str, *, answering: bool = False) -> tuple[Fact[str], ...]:
    """Where an address is a neighbour; `answering`: only where it certainly is one now."""
    return tuple(
        known.link
        for device in site.devices
        for known in device.neighbours
        if known.mac == mac and (not answering or _answers(known))
    )


def _answers(known: Neighbour) -> bool:
    return not isinstance(known.reachable, Unknown) and known.reachable.value


def _leases(site: Site, mac: str) -> tuple[Fact[str], ...]:
    return tuple(
        Stated(str(lease.address.value), lease.address.spans)
        for device in site.devices
        for lease in device.leases
        if lease.mac == mac and isinstance(lease.address, Stated)
    )


def _card() -> Card:
    return Card(
        title="Look whether a reader uses Wi-Fi and Ethernet at once",
        steps=(
            "On each reader, look at the network settings: only one of Wi-Fi and Ethernet may show an address.",
            "If both do, take the cable out of the dock or remove the Wi-Fi network.",
            "To have it checked next time, declare mac and mac_ethernet of each reader and collect over SSH.",
        ),
        expect="each reader shows one address",
        note="readers that showed two, and what was unplugged",
    )


RULE = Rule(
    id="reader-on-two-networks",
    items=("R7",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
    needs_place=False,
    state=("stations", "leases", "neighbours"),
)
