"""Rulesets of all kinds, and what our filters say of the lab's questions."""

from ipaddress import IPv4Address
from typing import Any

from hypothesis import strategies as st

from auditor.model import Filter, Listed, Stated
from auditor.services import Host, Instance, Part, Service
from auditor.site.filters import Question, evaluate
from tests.judges.lab import CLIENTS, PORTS
from tests.services.hosts import host_of, interface_of

ROUTER = (
    interface_of("lan", "192.168.10.1/24"),
    interface_of("rdr", "192.168.20.1/24"),
    interface_of("wan", "198.18.0.1/24", uplink=True),
    interface_of("br0"),
)
LINKS = '[{"ifname":"lo"},{"ifname":"lan"},{"ifname":"rdr"},{"ifname":"wan"},{"ifname":"br0"}'
LINKS += ',{"ifname":"pa","master":"br0"},{"ifname":"pb","master":"br0"}]'
ROUTES = (("pos", "reader"), ("reader", "pos"), ("pos", "internet"), ("internet", "reader"), ("reader", "internet"))
PROTOCOLS = ("tcp", "udp")

_links = st.sampled_from(["lan", "rdr", "wan", "br0", "lo"])
_nets = st.sampled_from(
    [
        "192.168.10.0/24",
        "192.168.20.60",
        "192.168.0.0/16",
        "198.18.0.9",
        "192.168.10.50",
        "0.0.0.0/0",
        "10.0.0.0/8",
        "192.168.10.0-192.168.20.255",
        "192.168.20.0/25",
    ]
)
_numbers = st.sampled_from(["53", "80", "4443", "1-100", "443", "1000-65535", "domain"])


def _set(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(values, min_size=1, max_size=3, unique=True)
    # Overlapping intervals are refused in one set, so only names and single values are put together.
    return several.map(lambda some: some[0] if len(some) == 1 else f"{{ {', '.join(some)} }}")


_op = st.sampled_from(["", "", "!= "])
_single = st.sampled_from(["53", "80", "4443", "443"])
_names = st.sampled_from(['"lan"', '"rdr"', '"wan"', '"br0"'])
MATCHES = st.one_of(
    st.builds("iifname {}{}".format, _op, _set(_names)),
    st.builds("oifname {}{}".format, _op, _set(_names)),
    st.builds('iifname {}"{}"'.format, _op, st.sampled_from(["la*", "*n", "w*", "rdr"])).filter(
        lambda m: '"*n"' not in m
    ),
    st.builds("ip saddr {}{}".format, _op, _nets),
    st.builds("ip daddr {}{}".format, _op, _nets),
    st.builds("ip saddr {}@inside".format, _op),
    st.builds("{} dport {}{}".format, st.sampled_from(PROTOCOLS), _op, _set(_single)),
    st.builds("{} dport {}".format, st.sampled_from(PROTOCOLS), _numbers),
    st.builds("tcp dport {} {}".format, st.sampled_from(["<", ">", "<=", ">="]), _single),
    st.builds("{} sport {}".format, st.sampled_from(PROTOCOLS), st.sampled_from(["1024-65535", "53", "4443"])),
    st.builds("meta l4proto {}{}".format, _op, _set(st.sampled_from(["tcp", "udp", "icmp"]))),
    st.builds("ip protocol {}{}".format, _op, st.sampled_from(PROTOCOLS)),
    st.just("meta l4proto { tcp, udp } th dport 4443"),
    st.builds("ct state {}{}".format, _op, st.sampled_from(["new", "established", "established,related", "invalid"])),
    st.just("ct direction reply"),
    st.just("tcp flags & (fin | syn | rst | ack) == syn"),
    st.just("tcp flags & (fin | syn | rst | ack) != syn"),
    st.just("ip saddr . tcp dport { 192.168.10.50 . 4443, 192.168.20.0/24 . 1-100 }"),
    st.just("iifname . oifname { lan . rdr, rdr . wan }"),
    st.builds("meta pkttype {}{}".format, _op, st.sampled_from(["unicast", "broadcast", "multicast"])),
    st.just("ip6 saddr fe80::/10"),
    st.just("meta nfproto ipv4"),
)
VERDICTS = st.sampled_from(["accept", "accept", "drop", "drop", "reject", "jump one", "jump two", "goto two", "return"])
ENDS = st.sampled_from(["accept", "drop", "reject", "return"])


def _rule(verdicts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    plain = st.builds(
        "{} {}{}".format, st.lists(MATCHES, max_size=2).map(" ".join), st.sampled_from(["", "counter "]), verdicts
    )
    return st.one_of(
        plain,
        plain,
        plain,
        st.just("ct state established,related accept"),
        st.just("ct state vmap { established : accept, related : accept, invalid : drop }"),
        st.just("iifname vmap { lan : accept, rdr : drop }"),
        st.just("tcp dport vmap { 80 : drop, 4443 : accept, 100-200 : drop }"),
        st.just("iifname . tcp dport vmap { lan . 4443 : accept, rdr . 80 : drop }"),
    )


def _chain(name: str, head: str, verdicts: st.SearchStrategy[str], most: int = 5) -> st.SearchStrategy[str]:
    rules = st.lists(_rule(verdicts), max_size=most)
    return rules.map(lambda some: "\n\t\t".join([f"\tchain {name} {{", *([head] if head else []), *some]) + "\n\t}")


@st.composite
def rulesets(draw: Any) -> str:
    """A file for nft with up to two base chains forward, one input, and chains to jump to."""
    policy = st.sampled_from(["accept", "drop"])
    parts = [draw(_chain("two", "", ENDS, 3)), draw(_chain("one", "", st.one_of(ENDS, st.just("jump two")), 3))]
    parts.append(draw(_chain("ways", f"type filter hook forward priority 0; policy {draw(policy)};", VERDICTS)))
    if draw(st.booleans()):
        parts.append(draw(_chain("late", f"type filter hook forward priority 10; policy {draw(policy)};", VERDICTS, 2)))
    parts.append(draw(_chain("inp", f"type filter hook input priority 0; policy {draw(policy)};", VERDICTS)))
    members = "elements = { 192.168.10.0/24, 192.168.20.0/24 }"
    inside = f"\tset inside {{\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\t{members}\n\t}}"
    family = draw(st.sampled_from(["inet", "ip"]))
    body = "\n".join([inside, *parts])
    if family == "ip":
        body = body.replace("ip6 saddr fe80::/10", "ip saddr 10.9.9.9").replace("meta nfproto ipv4", "counter")
    return f"flush ruleset\ntable {family} shop {{\n{body}\n}}\n"


_BRIDGED = st.one_of(
    st.builds("iifname {}{}".format, _op, _set(st.sampled_from(["pa", "pb", "wlan9"]))),
    st.builds("oifname {}{}".format, _op, st.sampled_from(["pa", "pb"])),
    st.sampled_from(["ether type ip", "ether type arp", "ether type != arp", "meta protocol ip", "ether type ip6"]),
    st.builds("ip saddr {}{}".format, _op, st.sampled_from(["192.168.30.1", "192.168.30.0/24", "192.168.30.2"])),
    st.builds("ip daddr {}{}".format, _op, st.sampled_from(["192.168.30.1", "192.168.30.2"])),
    st.builds("{} dport {}{}".format, st.sampled_from(PROTOCOLS), _op, _set(_single)),
    st.sampled_from(["meta l4proto tcp", "ip protocol udp", "ip protocol != tcp"]),
)


@st.composite
def bridge_rulesets(draw: Any) -> str:
    """A file for nft with a base chain between the ports of a bridge."""
    rules = draw(st.lists(st.builds("{} {}".format, st.lists(_BRIDGED, max_size=2).map(" ".join), ENDS), max_size=5))
    policy = draw(st.sampled_from(["accept", "accept", "drop"]))
    head = f"type filter hook forward priority 0; policy {policy};"
    return "\n\t\t".join(["flush ruleset\ntable bridge b {\n\tchain f {", head, *rules]) + "\n\t}\n}\n"


# -- what our filters say --------------------------------------------------------------------------------------


def part_of(service: Service, files: dict[str, str], **more: Any) -> tuple[Host, Part]:
    host = host_of({"commands/ip-addr.json": LINKS, **files}, service.name, interfaces=ROUTER, **more)
    return host, service.read(host, Instance(service.name, service.name, service.files[0], (), Stated(True, ())))


def says(filters: Listed[Filter], question: Question) -> bool | None:
    """Whether packets pass; None if it is not known."""
    if filters.holes:
        return None
    answer: bool | None = True
    for each in filters:
        outcome = evaluate(each, question)
        if outcome.blocked():
            return False
        if outcome.gave_up or outcome.undecided():
            answer = None
    return answer


def question(entering: str, leaving: str | None, source: str, target: str, protocol: str, port: int) -> Question:
    one, other = int(IPv4Address(source)), int(IPv4Address(target))
    return Question(entering, leaving, ((one, one),), ((other, other),), protocol, port)


def routed(part: Part) -> dict[tuple[str, str, str, int], bool | None]:
    """Our answers for all ways through the router, and to the router itself."""
    found: dict[tuple[str, str, str, int], bool | None] = {}
    for source, target in ROUTES:
        (entering, one, _), (leaving, other, _) = CLIENTS[source], CLIENTS[target]
        for protocol in PROTOCOLS:
            for port in PORTS:
                asked = question(entering, leaving, one, other, protocol, port)
                found[source, other, protocol, port] = says(part.forward_filters, asked)
    for source in ("pos", "internet"):
        entering, one, gateway = CLIENTS[source]
        for protocol in PROTOCOLS:
            for port in PORTS:
                asked = question(entering, None, one, gateway, protocol, port)
                found[source, gateway, protocol, port] = says(part.input_filters, asked)
    return found
