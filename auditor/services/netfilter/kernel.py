"""What the kernel itself says: whether bridges ask the packet filter, and its timers."""

import re
from datetime import timedelta

from auditor.model import ConnectionTracking, Fact, Listed, Span, Stated, Unknown
from auditor.services.base import Host

SYSCTL = "commands/sysctl.txt"
_LINE = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*=\s*(\S{1,40})\s*")
_LONGEST = 100 * 365 * 86_400
_TCP_IDLE = "net.netfilter.nf_conntrack_tcp_timeout_established"
_BRIDGES = "net.bridge.bridge-nf-call-iptables"


def setting(host: Host, name: str) -> Fact[str] | None:
    """The value of a kernel setting; None if it was not captured."""
    reading = host.reading
    for number, line in enumerate(reading.lines(SYSCTL), start=1):
        found = _LINE.fullmatch(line)
        if found is not None and found[1] == name:
            return Stated(found[2], reading.understood(reading.span(SYSCTL, number)))
    return None


def connection_tracking(host: Host) -> Listed[ConnectionTracking]:
    """After which silence a TCP connection is forgotten; nothing where connections are not tracked."""
    found = setting(host, _TCP_IDLE)
    if found is None:
        gap = next((gap for gap in host.reading.capture.gaps if gap.path == SYSCTL), None)
        return Listed() if gap is None else Listed((), (host.reading.missing(SYSCTL),))
    if isinstance(found, Unknown) or not re.fullmatch(r"[0-9]{1,10}", found.value):
        hole = Unknown(f"cannot read {_TCP_IDLE}", found.spans, f"look at `sysctl {_TCP_IDLE}`")
        return Listed((), (hole,))
    timer = Stated(timedelta(seconds=min(int(found.value), _LONGEST)), found.spans)
    return Listed((ConnectionTracking(host.name, "conntrack", timer),))


def own_timers(spans: tuple[Span, ...]) -> tuple[Unknown, ...]:
    """What rules with timers of their own (`ct timeout`, `-j CT --timeout`) leave open: those are in no ruleset whole.

    Source: nft(8), CT TIMEOUT; iptables-extensions(8), CT.
    """
    why = "rules give some connections timers of their own, which may end silent TCP connections earlier"
    return (Unknown(why, spans, "compare their time for established TCP with the working day"),) if spans else ()


def bridges_ask(host: Host) -> Fact[bool]:
    """Whether frames within a bridge pass the IPv4 packet filter; without the module there is no such setting."""
    found = setting(host, _BRIDGES)
    if found is not None and not isinstance(found, Unknown):
        return Stated(found.value != "0", found.spans)
    file = host.reading.file(SYSCTL)
    if file is None:
        return Unknown(
            "whether frames within a bridge pass the IPv4 packet filter was not captured",
            settle=f"capture `sysctl {_BRIDGES}`",
        )
    return Stated(False, ())
