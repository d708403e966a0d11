"""An Ethernet port of the readers' network reports a bad link, which is often a bad cable.

## What it checks
What the ports of the readers' network report now: half duplex, 10 Mbit/s, and receive errors. Without captured
state a person looks at the cables.

## Why it matters
A damaged cable still carries small packets and loses large ones: payments time out now and then. An access
point behind such a cable spoils Wi-Fi readers as well.
Source: stripe-terminal T9.

## About the fix
By hand: another cable, then another port.
"""

from collections.abc import Iterator

from auditor.model import Known, PortState, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.site import Readers, Site
from auditor.verdicts import Card, Fail, Fix, NotChecked, Pass, Verdict

_SWAP = Fix("use another cable, then another port", manual="a cable is no configuration")


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    ports = {(port.device, port.key) for port in site.ports(readers)}
    states = [s for d in site.devices for s in d.port_states if (s.device, s.key) in ports and _has_link(s)]
    if not states:
        yield NotChecked(_card())
    for state in states:
        about = f"{state.device}/{state.key}"
        if found := _complaints(site, state):
            words = f"port '{state.key}': {', '.join(text for text, _ in found)}"
            facts = tuple(fact for _, fact in found)
            yield Fail(words, facts, site.policy.severity("link-unhealthy"), (_SWAP,), about=about)
        else:
            yield Pass(f"port '{state.key}' reports a good link", (state.up, state.speed), about=about)


def _has_link(state: PortState) -> bool:
    return not isinstance(state.up, Unknown) and state.up.value


def _complaints(site: Site, state: PortState) -> list[tuple[str, Known[object]]]:
    found: list[tuple[str, Known[object]]] = []
    if not isinstance(state.full_duplex, Unknown) and state.full_duplex.value is False:
        found.append(("half duplex", state.full_duplex))
    if not isinstance(state.speed, Unknown) and state.speed.value == 10:
        found.append(("10 Mbit/s", state.speed))
    limit = site.policy.thresholds.receive_errors
    if not isinstance(state.receive_errors, Unknown) and state.receive_errors.value >= limit:
        found.append((f"{state.receive_errors.value} receive errors", state.receive_errors))
    return found


def _card() -> Card:
    return Card(
        title="Try other network cables",
        steps=(
            "Look at the cables of the readers' docks, of the access points and of the points of sale.",
            "Replace one at a time by a new one of category 5e or better, at most 100 m long.",
            "Look whether the lights of the port show a link, and pay once.",
        ),
        expect="the fault goes away with one of the cables, or stays with all of them",
        note="which cable was replaced, what changed, date and time",
    )


RULE = Rule(
    id="port-errors",
    items=("T9",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
    state=("port_states",),
)
