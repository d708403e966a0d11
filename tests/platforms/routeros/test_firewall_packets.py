"""Made-up rule sets against a simulation of single packets that shares nothing with the reader."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.platforms.routeros.filter_shop import forward, part_of

LISTS = {"LAN": {"bridge", "vlan30"}, "WAN": {"ether1"}}
ADDRESSES = {"inside": ["192.168.0.0/16"], "one": ["203.0.113.9"], "empty": []}
PORT = 40000
WAYS = (
    ("vlan30", "192.168.30.7", "ether1", "203.0.113.9"),
    ("vlan30", "192.168.30.7", "bridge", "192.168.1.9"),
    ("ether1", "198.51.100.4", "bridge", "192.168.1.9"),
)


@dataclass(frozen=True)
class Packet:
    """One packet in one direction of a connection."""

    entering: str
    leaving: str
    source: str
    target: str
    protocol: str
    source_port: int
    port: int
    state: str

    @property
    def answer(self) -> "Packet":
        ends = (self.leaving, self.entering, self.target, self.source)
        return Packet(*ends, self.protocol, self.port, self.source_port, "established")


def _holds(name: str, value: str, packet: Packet) -> bool:
    """One condition, word for word as the manual explains it."""
    no, value = value.startswith("!"), value.removeprefix("!")
    conditions: dict[str, Callable[[], bool]] = {
        "in-interface": lambda: packet.entering == value,
        "out-interface": lambda: packet.leaving == value,
        "in-interface-list": lambda: packet.entering in LISTS[value],
        "out-interface-list": lambda: packet.leaving in LISTS[value],
        "src-address": lambda: _within(packet.source, value),
        "dst-address": lambda: _within(packet.target, value),
        "src-address-list": lambda: any(_within(packet.source, each) for each in ADDRESSES[value]),
        "dst-address-list": lambda: any(_within(packet.target, each) for each in ADDRESSES[value]),
        "protocol": lambda: packet.protocol == value,
        "src-port": lambda: _among(packet.source_port, value),
        "dst-port": lambda: _among(packet.port, value),
        "port": lambda: _among(packet.port, value) or _among(packet.source_port, value),
        "connection-state": lambda: packet.state in value.split(","),
    }
    return conditions[name]() != no


def _within(address: str, words: str) -> bool:
    if "-" in words:
        low, high = map(IPv4Address, words.split("-"))
        return low <= IPv4Address(address) <= high
    return IPv4Address(address) in IPv4Network(words)


def _among(port: int, words: str) -> bool:
    for word in words.split(","):
        low, _, high = word.partition("-")
        if int(low) <= port <= int(high or low):
            return True
    return False


Rule = dict[str, str]


def _verdict(rules: list[Rule], chain: str, packet: Packet) -> str:
    """`accept`, `drop`, or `` if no rule of the chain decides."""
    for rule in rules:
        conditions = {k: v for k, v in rule.items() if k not in ("chain", "action", "jump-target")}
        if rule["chain"] != chain or not all(_holds(k, v, packet) for k, v in conditions.items()):
            continue
        match rule["action"]:
            case "accept":
                return "accept"
            case "drop" | "reject":
                return "drop"
            case "return":
                return ""
            case "jump":
                if found := _verdict(rules, rule["jump-target"], packet):
                    return found
            case _:
                pass
    return ""


def _passes(rules: list[Rule], packet: Packet) -> bool:
    return _verdict(rules, "forward", packet) != "drop"


_not = st.sampled_from(["", "", "!"])
_links = st.builds("{}{}".format, _not, st.sampled_from(["bridge", "vlan30", "ether1", "ether2"]))
_lists = st.builds("{}{}".format, _not, st.sampled_from(["LAN", "WAN"]))
_nets = ["192.168.30.0/24", "192.168.1.9", "203.0.113.0/24", "0.0.0.0/0", "192.168.1.1-192.168.30.200"]
_networks = st.builds("{}{}".format, _not, st.sampled_from(_nets))
_named = st.builds("{}{}".format, _not, st.sampled_from(list(ADDRESSES)))
_ports = st.builds("{}{}".format, _not, st.sampled_from(["443", "53,443", "1-100", "1024-65535", "53"]))
_states = st.builds("{}{}".format, _not, st.sampled_from(["new", "established,related", "invalid", "established,new"]))
_one = st.one_of(
    st.tuples(st.sampled_from(["out-interface"]), _links),
    st.tuples(st.sampled_from(["in-interface"]), _links.filter(lambda word: word != "!ether2")),
    st.tuples(st.sampled_from(["in-interface-list", "out-interface-list"]), _lists),
    st.tuples(st.sampled_from(["src-address", "dst-address"]), _networks),
    st.tuples(st.sampled_from(["src-address-list", "dst-address-list"]), _named),
    st.tuples(st.just("connection-state"), _states),
    st.tuples(st.just("protocol"), st.builds("{}{}".format, _not, st.sampled_from(["tcp", "udp", "icmp"]))),
).filter(lambda pair: pair != ("out-interface", "!ether2"))
_of_ports = st.tuples(
    st.tuples(st.just("protocol"), st.sampled_from(["tcp", "udp"])),
    st.tuples(st.sampled_from(["dst-port", "src-port", "port"]), _ports),
).map(list)
_conditions = st.one_of(
    st.lists(_one, max_size=2), st.lists(_one, max_size=1).flatmap(lambda a: _of_ports.map(a.__add__))
)
_actions = st.sampled_from(["accept", "accept", "drop", "drop", "reject", "return", "log", "passthrough", "jump"])


@st.composite
def rule_sets(draw: Any) -> list[Rule]:
    """Rules of the chain forward, and of chains that they jump to."""
    found = []
    for chain, most in (("forward", 5), ("one", 3), ("two", 2)):
        for conditions in draw(st.lists(_conditions, max_size=most)):
            rule = {"chain": chain, "action": draw(_actions), **dict(conditions)}
            if rule["action"] == "jump":
                rule |= {"jump-target": {"forward": "one", "one": "two", "two": "three"}[chain]}
            found.append(rule)
    return found


def written(rules: list[Rule]) -> str:
    """The rules as an export has them, with their address lists."""
    entries = [f"/ip firewall address-list add address={a} list={k}" for k, v in ADDRESSES.items() for a in v]
    lines = ["/ip firewall filter add " + " ".join(f"{k}={v}" for k, v in rule.items()) for rule in rules]
    return "\n".join([*entries, *lines, ""])


@given(rules=rule_sets(), way=st.sampled_from(WAYS), protocol=st.sampled_from(["tcp", "udp"]))
def test_what_passes(rules: list[Rule], way: tuple[str, str, str, str], protocol: str) -> None:
    entering, source, leaving, target = way
    first = Packet(entering, leaving, source, target, protocol, PORT, 443 if protocol == "tcp" else 53, "new")
    onward = Packet(entering, leaving, source, target, protocol, PORT, first.port, "established")
    needed = _passes(rules, first) and _passes(rules, first.answer)
    # A question and one answer, as over UDP, do without later packets.
    expected = {"stop"} if not needed else {"pass"} if _passes(rules, onward) else {"stop", "unknown"}
    got = forward(
        part_of(written(rules)), entering, leaving, protocol, first.port, source=f"{source}/32", target=f"{target}/32"
    )
    assert got in expected, written(rules)
