"""Ethernet ports of the readers' network do not accept 10 or 100 Mbit/s, or fix full duplex.

## What it checks
The configured speed of each port of the readers' network: negotiated, or fixed at 100 Mbit/s or less; then not at
full duplex as well. What a port says that it offers counts too, where that was captured.

## Why it matters
Docks and hubs of readers have 10/100 Ethernet. A port that is fixed at a higher speed gets no link with them:
the reader finds no network at all. With a port that is fixed at their speed and at full duplex, readers get a link:
they sense the speed, but not the duplex mode, and fall back to half duplex (IEEE 802.3, clause 28, parallel
detection). Then both ends lose frames, the more the busier the port is.
Source: stripe-terminal R11.

## About the fix
The port negotiates its speed again. It loses its link for some seconds; if it leads to another switch, so does
everything behind it.
"""

from collections.abc import Iterator

from auditor.intents import NegotiateSpeed
from auditor.inventory import Connection
from auditor.model import Port, PortState, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wired_readers
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict

_FASTEST = 100


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    ports = site.ports(readers)
    for hole in ports.holes:
        yield Undecided(hole)
    if not ports.items and not ports.holes:
        yield _without_ports(readers)
    states = {(state.device, state.key): state for d in site.devices for state in d.port_states}
    bad = [port for port in ports if _is_too_fast(port) or _offers_too_much(states.get((port.device, port.key)))]
    severity = site.policy.severity("port-speed" if len(bad) == len(ports) else "port-speed-of-some")
    for port in ports:
        yield _judge(site, port, states.get((port.device, port.key)), severity)


def _without_ports(readers: Readers) -> Verdict:
    """A network without a port of an audited device: readers that may use Wi-Fi do so here, others have a switch."""
    if readers.connection is not Connection.ETHERNET and readers.attachment.bsses:
        return NotApplicable("no Ethernet port of an audited device belongs to their network")
    why = f"no Ethernet port of an audited device belongs to {readers.attachment.segment.name}"
    return Undecided(Unknown(why, settle="add the switch that the readers are plugged into as a device"))


def _is_too_fast(port: Port) -> bool:
    return not isinstance(port.speed, Unknown) and port.speed.value is not None and port.speed.value > _FASTEST


def _offers_too_much(state: PortState | None) -> bool:
    """A port that offers speeds, and none that a reader knows; one that reports no speeds says nothing."""
    if state is None or isinstance(state.advertised, Unknown) or not state.advertised.value:
        return False
    return min(state.advertised.value) > _FASTEST


def _judge(site: Site, port: Port, state: PortState | None, severity: Severity) -> Verdict:
    about = f"{port.device}/{port.key}"
    risks = (f"what is plugged into '{port.key}' now loses its link for some seconds",)
    negotiate = (Fix.one(port.device, NegotiateSpeed(port.key), risks=risks),)
    match port.speed:
        case Unknown() as unknown:
            return Undecided(unknown, about=about)
        case known if _is_too_fast(port):
            words = f"port '{port.key}' is fixed at {known.value} Mbit/s; readers have 10/100 Ethernet"
            return Fail(words, known, severity, negotiate, about=about)
        case known if state is not None and _offers_too_much(state) and not isinstance(state.advertised, Unknown):
            offered = ", ".join(map(str, sorted(state.advertised.value)))
            words = f"port '{port.key}' offers {offered} Mbit/s only; readers have 10/100 Ethernet"
            fix = Fix("plug the readers into a port that offers 100 Mbit/s", manual="no configured value says so")
            return Fail(words, state.advertised, severity, (fix,), about=about)
        case known if known.value is None:
            return Pass(f"port '{port.key}' negotiates its speed", known, about=about)
        case known:
            words, duplex = f"port '{port.key}' is fixed at {known.value} Mbit/s", port.full_duplex
            if isinstance(duplex, Unknown):
                return Undecided(duplex, known, about=about)
            if duplex.value:
                words = f"{words} and full duplex; readers that negotiate fall back to half duplex"
                return Fail(words, (known, duplex), site.policy.severity("port-duplex"), negotiate, about=about)
            return Pass(words, known, about=about)


RULE = Rule(
    id="port-speed-fixed",
    items=("R11",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(wired_readers,),
)
