"""`auditor path`: whether some clients may reach others or the internet, and the hop that says no."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address

from rich.console import Console

from auditor.cli.asking import End, Shop, clients, end, found, groups_of, joined, only_told, source_of
from auditor.errors import UsageError
from auditor.inventory import SiteEntry
from auditor.inventory.formats import parse_host
from auditor.model import Unknown
from auditor.pipeline import SiteReport
from auditor.policies import Policy
from auditor.report import question_json
from auditor.report.question import Asked, Way, render_ways
from auditor.rules import load_rules
from auditor.rules.engine import Lines, judge
from auditor.site import Egress, Passage, Pos, Readers, Site, owner
from auditor.site.trace import Trace, trace_egress, trace_path, unplaced
from auditor.verdicts import Finding, Result, badness

INTERNET = "internet"
_PROTOCOLS = ("tcp", "udp", "icmp")
_HTTPS = 443
CODES = {Passage.OPEN: 0, Passage.BLOCKED: 1, Passage.UNKNOWN: 3}
_INSIDE = frozenset({"reader-port-blocked", "station-isolation", "port-isolation"})
_PING = frozenset({"ping-blocked", "station-isolation", "port-isolation"})
_OUTSIDE = frozenset({"egress-blocked"})


@dataclass(frozen=True, slots=True)
class Question:
    """What the command line said."""

    source: str
    target: str
    port: int | None
    protocol: str
    json: bool


def run(shop: Shop, question: Question) -> int:
    """Answer one question for every pair that it is about; returns the exit code."""
    if question.protocol not in _PROTOCOLS:
        raise UsageError(f"--protocol takes {', '.join(_PROTOCOLS)}, not '{question.protocol}'")
    if question.protocol == "icmp" and question.port is not None:
        raise UsageError("--protocol icmp has no ports; leave --port out")
    inventory, entry = found(shop)
    source = source_of(question.source, entry)
    target = end(question.target, option="--to", entry=entry)
    host = "" if target is not None else _host(question.target, entry)
    if only_told(shop, inventory, entry):
        return 0
    report = joined(shop, inventory, entry, [source, *([target] if target is not None else ())])
    ways = tuple(_Asking(report, question, source, target, host).ways())
    if not ways:
        raise UsageError(_nobody(question, entry))
    console = Console()
    if question.json:
        console.out(question_json.ways(report, ways), end="", highlight=False)
    else:
        render_ways(report, ways, console, now=datetime.now(UTC), command=shop.command)
    return CODES[question_json.worst(way.trace.passage for way in ways)]


def _host(text: str, entry: SiteEntry) -> str:
    """Read the name of a host on the internet."""
    if text == INTERNET:
        return text
    try:
        name = parse_host(text)
    except ValueError:
        name = ""
    if "." not in name:
        names = ", ".join(groups_of(entry))
        kinds = "readers, pos, internet, a host such as api.stripe.com, an address or a selector such as vlan=30"
        raise UsageError(f"--to takes {kinds}; there is no group '{text}'; groups: {names or 'none'}")
    return name.lower()


def _nobody(question: Question, entry: SiteEntry) -> str:
    empty = [word for word in (question.source, question.target) if word in ("pos", "readers")]
    kind = next((word for word in empty if not getattr(entry, word)), empty[0] if empty else question.source)
    return f"{entry.name} declares no {kind}; write them in the inventory, or name a selector such as ssid=SHOP-POS"


@dataclass(frozen=True, slots=True)
class _Asking:
    """One question to one joined shop; `host` is '' unless `target` is None."""

    report: SiteReport
    question: Question
    source: End
    target: End | None
    host: str

    @property
    def site(self) -> Site:
        return self.report.site

    @property
    def undeclared(self) -> frozenset[str]:
        """Names of clients that only the question knows: no audit speaks of them."""
        ends = (self.source, self.target)
        return frozenset(each.group.name for each in ends if each is not None and each.group is not None)

    def ways(self) -> Iterator[Way]:
        target = self.target
        ends = tuple(each for each in (self.source, self.target) if each is not None)
        for client in clients(self.site, self.source, ends):
            if target is None:
                yield from self._to_host(client)
            elif target.address is not None and (way := self._to_address(client, target.address)):
                yield way
            else:
                others = clients(self.site, target, ends, readers_first=True)
                yield from (self._to_clients(client, other) for other in others if other is not client)

    def _to_clients(self, client: Pos | Readers, other: Pos | Readers) -> Way:
        policy = self.site.policy
        port = None if self.question.protocol == "icmp" else self.question.port or policy.lan_ports[0].number
        asked = Asked(client.name, other.name, self.question.protocol, port)
        trace = trace_path(self.site, client, other, protocol=asked.protocol, port=port)
        if not isinstance(client, Pos) or not isinstance(other, Readers):
            return Way(asked, trace)
        judged = {(each.protocol.value, each.number) for each in policy.lan_ports}
        if port is not None and (asked.protocol, port) not in judged:
            return Way(asked, trace)
        subject = f"{client.name} → {other.name}"
        return Way(asked, trace, finding=self._finding(trace, client, subject, _PING if port is None else _INSIDE))

    def _to_host(self, client: Pos | Readers) -> Iterator[Way]:
        """The way to the internet: to the addresses of a host as far as they are published, else to any."""
        known = next((each for each in self.site.policy.hosts if each.covers(self.host)), None)
        ports = [self._port] if self.question.port is not None or self._port is None else []
        if not ports and known is not None:
            ports = [each.number for each in known.ports if each.protocol.value == self.question.protocol]
        for port in ports or [self._port]:
            asked = Asked(client.name, self.host, self.question.protocol, port)
            if isinstance(client.place, Unknown):
                yield Way(asked, unplaced(client))
                continue
            name = known.name if known is not None else self.host
            answer = self.site.egress(client, name, protocol=asked.protocol, port=port)
            trace = trace_egress(self.site, client, answer, self.host)
            judged = known is not None and port is not None
            finding = self._finding(trace, client, client.name, _OUTSIDE) if judged else None
            yield Way(asked, trace, _where(self.site.policy, self.host, name), finding)

    def _to_address(self, client: Pos | Readers, address: IPv4Address) -> Way | None:
        """The way to an address of a device of the shop, or outside of it; None if a client may have it."""
        outside = not any(segment.holds(address) for segment in self.site.segments)
        owned = owner(address, self.site.devices)
        if owned is None and not outside:
            return None
        port = self._port
        asked = Asked(client.name, str(address), self.question.protocol, port)
        if isinstance(client.place, Unknown):
            return Way(asked, unplaced(client))
        answer = self.site.reach(client, address, protocol=asked.protocol, port=port)
        if answer is None:
            name = owned[0].name if owned is not None else ""
            why = (
                f"{address} is an address of {name} in another network; what its own filters say there is not modelled"
            )
            unknown = Unknown(why, settle=f"ask for an address that {name} has in the network of {client.name}")
            answer = Egress(Passage.UNKNOWN, name, (), unknown)
        note = f"{address} is {owned[0].name} itself: its own filters decide" if owned is not None else ""
        trace = trace_egress(self.site, client, answer, str(address), inside=owned is not None)
        return Way(asked, trace, note)

    @property
    def _port(self) -> int | None:
        """The port to ask for outside of the shop's clients; ICMP has none."""
        return None if self.question.protocol == "icmp" else self.question.port or _HTTPS

    def _finding(self, trace: Trace, client: Pos | Readers, subject: str, rules: frozenset[str]) -> Finding | None:
        """The worst failure of the rules that ask the same question, if it is about what decides here."""
        step = trace.decisive
        if step is None or trace.passage is not Passage.BLOCKED or client.name in self.undeclared:
            return None
        chosen = tuple(rule for rule in load_rules() if rule.id in rules)
        failed = [
            each
            for each in judge(self.site, chosen, Lines.of(self.report.captures))
            if each.result is Result.FAIL and each.subject == subject and each.device in ("", step.device)
        ]
        return max(failed, key=badness, default=None)


def _where(policy: Policy, host: str, name: str) -> str:
    if networks := policy.networks_of(name):
        return f"to the {len(networks)} published networks of {name} (as of {policy.published_ranges.as_of})"
    return "to any address of the internet" + ("" if host == INTERNET else ": no addresses of this host are published")
