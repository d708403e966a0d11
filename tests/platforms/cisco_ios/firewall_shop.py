"""A small made-up router for tests of packet filters, and what becomes of packets between its networks."""

from collections.abc import Iterable
from ipaddress import IPv4Network

from auditor.capture import Capture
from auditor.model import Filter, Listed
from auditor.platforms.cisco_ios import firewall, network
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.firewall import Firewall
from auditor.profiles import load_profile
from auditor.services.reading import Reading
from auditor.site.filters import Question, evaluate, interval
from tests.platforms.cisco_ios.configs import capture

LAN, POS, WAN = "GigabitEthernet0/0/1.10", "GigabitEthernet0/0/1.30", "GigabitEthernet0/0/0"
NETWORKS = {LAN: "192.168.1.0/24", POS: "192.168.30.0/24", WAN: "198.51.100.0/24"}
HOST = "203.0.113.9"


def router(
    text: str = "", *, wan: str = "", pos: str = "", lan: str = "", nat: bool | str = False, version: str = "17.9"
) -> str:
    """A configuration: lines of the top level, and lines of the three interfaces, parted by `|`."""
    sides = {WAN: "ip nat outside", POS: "ip nat inside", LAN: "ip nat inside"} if nat else {}
    said = [f"version {version}", "hostname gw"]
    for name, address, lines in (
        (WAN, "ip address 192.0.2.2 255.255.255.252", wan),
        (LAN, "encapsulation dot1Q 10|ip address 192.168.1.1 255.255.255.0", lan),
        (POS, "encapsulation dot1Q 30|ip address 192.168.30.1 255.255.255.0", pos),
    ):
        said.append(f"interface {name}")
        said += (f" {line}" for line in f"{address}|{sides.get(name, '')}|{lines}".split("|") if line)
    if nat:
        said += ["ip nat inside source list INSIDE interface GigabitEthernet0/0/0 overload"]
        said += ["ip access-list standard INSIDE", " 10 permit 192.168.0.0 0.0.255.255"]
    return "\n".join((*said, "ip route 0.0.0.0 0.0.0.0 192.0.2.1", text.strip("\n"), "end\n"))


def firewall_of(given: Capture | str) -> Firewall:
    """What the platform makes of a configuration."""
    taken = capture(given) if isinstance(given, str) else given
    config = Config.of(Reading(taken, load_profile("cisco_ios")))
    return firewall.read(config, network.read(config, config.reading))


def question(
    entering: str,
    leaving: str | None,
    protocol: str = "tcp",
    port: int | None = 443,
    *,
    source: str = "",
    target: str = "",
    within: Iterable[str] = (),
) -> Question:
    """Packets from one network of the router to another; of the internet, one host."""
    usual = HOST if leaving == WAN else NETWORKS.get(leaving or "", "192.168.30.1")
    networks = IPv4Network(source or NETWORKS.get(entering, "192.168.30.0/24")), IPv4Network(target or usual)
    ends = tuple((interval(each),) for each in networks)
    return Question(entering, leaving, ends[0], ends[1], protocol, port, (), frozenset(within))


def says(filters: Listed[Filter], asked: Question) -> str:
    """`pass`, `stop`, `some` (not all packets fare alike) or `unknown`; what one filter stops, no other lets pass."""
    found = {_one(each, asked) for each in filters} | ({"unknown"} if filters.holes else set())
    return next((word for word in ("stop", "unknown", "some") if word in found), "pass")


def _one(filter_: Filter, asked: Question) -> str:
    outcome = evaluate(filter_, asked)
    if outcome.gave_up or outcome.undecided():
        return "unknown"
    blocked = outcome.blocked()
    return "pass" if not blocked else "stop" if len(blocked) == len(outcome.boxes) else "some"


def forward(text: str, entering: str, leaving: str, protocol: str = "tcp", port: int | None = 443, **more: str) -> str:
    """What becomes of a connection through the router."""
    return says(firewall_of(text).forward_filters, question(entering, leaving, protocol, port, **more))


def inward(text: str, entering: str, protocol: str = "udp", port: int | None = 53, **more: str) -> str:
    """What becomes of packets to the router itself."""
    return says(firewall_of(text).input_filters, question(entering, None, protocol, port, **more))
