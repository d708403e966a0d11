"""Made-up access lists against a simulation of single packets that shares nothing with the reader.

The oracle reads the words of each entry anew for each packet and compares addresses bit by bit, as Cisco's manual
explains wildcards.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.platforms.cisco_ios.firewall_shop import LAN, POS, WAN, firewall_of, question, router, says

CLIENT = 40000
PORTS = {"domain": 53, "www": 80, "bootps": 67, "ntp": 123}
WAYS = (
    (POS, "192.168.30.7", WAN, "203.0.113.9"),
    (POS, "192.168.30.130", LAN, "192.168.1.9"),
    (LAN, "192.168.1.255", POS, "192.168.30.0"),
)


@dataclass(frozen=True)
class Packet:
    """One packet of a connection."""

    source: str
    target: str
    protocol: str
    source_port: int
    port: int
    flags: frozenset[str]


def _address(words: list[str], address: str) -> bool:
    """Take one end off the words, and compare."""
    word = words.pop(0)
    if word == "any":
        return True
    if word == "host":
        return words.pop(0) == address
    wanted, wildcard, given_ = (int(IPv4Address(each)) for each in (word, words.pop(0), address))
    return all((wanted >> bit ^ given_ >> bit) & 1 == 0 or wildcard >> bit & 1 for bit in range(32))


def _number(word: str) -> int:
    return PORTS[word] if word in PORTS else int(word)


def _port(words: list[str], port: int) -> bool:
    if not words or words[0] not in ("eq", "neq", "gt", "lt", "range"):
        return True
    operator = words.pop(0)
    if operator == "range":
        return _number(words.pop(0)) <= port <= _number(words.pop(0))
    wanted = _number(words.pop(0))
    return {"eq": port == wanted, "neq": port != wanted, "gt": port > wanted, "lt": port < wanted}[operator]


def matches(entry: str, packet: Packet) -> bool:
    """Whether an entry, word by word, is about a packet."""
    words = entry.split()[1:]
    protocol = words.pop(0)
    answers = [protocol in ("ip", packet.protocol), _address(words, packet.source)]
    if protocol in ("tcp", "udp"):
        answers.append(_port(words, packet.source_port))
    answers.append(_address(words, packet.target))
    if protocol in ("tcp", "udp"):
        answers.append(_port(words, packet.port))
    if words[:1] == ["established"]:
        answers.append(bool(packet.flags & {"ack", "rst"}))
    return all(answers)


def permits(entries: list[str], packet: Packet) -> bool:
    """The first entry that matches decides; behind the last one everything is denied."""
    return next((entry.startswith("permit") for entry in entries if matches(entry, packet)), False)


def passes(lists: dict[tuple[str, str], list[str]], way: tuple[str, ...], protocol: str, port: int) -> bool:
    """Whether a connection works: its first packet, what follows, and the replies pass all lists on their way."""
    entering, source, leaving, target = way
    tcp = protocol == "tcp"
    first = Packet(source, target, protocol, CLIENT, port, frozenset({"syn"}) if tcp else frozenset())
    later = Packet(source, target, protocol, CLIENT, port, frozenset({"ack"}))
    replies = [Packet(target, source, protocol, port, CLIENT, frozenset({"syn", "ack"}) if tcp else frozenset())]
    replies += [Packet(target, source, protocol, port, CLIENT, frozenset({"ack"}))] if tcp else []
    there = [lists[key] for key in ((entering, "in"), (leaving, "out")) if key in lists]
    back = [lists[key] for key in ((leaving, "in"), (entering, "out")) if key in lists]
    going = [first, later] if tcp else [first]
    return all(permits(one, packet) for one in there for packet in going) and all(
        permits(one, packet) for one in back for packet in replies
    )


_ends = st.sampled_from(
    [
        "any",
        "any",
        "host 192.168.30.7",
        "host 203.0.113.9",
        "192.168.30.0 0.0.0.255",
        "192.168.0.0 0.0.31.255",
        "192.168.1.0 0.0.254.255",
        "192.168.30.128 0.0.0.127",
        "0.0.0.0 255.255.255.255",
        "203.0.113.0 0.0.0.15",
        "192.168.30.1 0.0.0.254",
        "192.168.1.255 0.0.255.0",
        "192.168.30.0 0.0.0.0",
    ]
)
_port_words = st.sampled_from(
    [
        "",
        "",
        "eq 443",
        "eq domain",
        "neq 443",
        "gt 442",
        "gt 443",
        "lt 443",
        "lt 444",
        "range 1 442",
        "range 80 443",
        "range 1024 65535",
        "gt 1023",
        "eq 53",
    ]
)
_with_ports = st.builds(
    "{} {} {} {} {} {}".format,
    st.sampled_from(["permit", "permit", "deny"]),
    st.sampled_from(["tcp", "udp"]),
    _ends,
    # A client takes any high port: lists that know some of them only are in doubt, and not compared here.
    st.sampled_from(["", "", "eq 443", "eq domain", "gt 1023", "lt 1024", "range 1 1023"]),
    _ends,
    _port_words,
)
_tcp = st.builds("{} tcp {} {} established".format, st.sampled_from(["permit", "deny"]), _ends, _ends)
_whole = st.builds(
    "{} {} {} {}".format, st.sampled_from(["permit", "deny"]), st.sampled_from(["ip", "icmp"]), _ends, _ends
)
_lists = st.lists(st.one_of(_with_ports, _with_ports, _tcp, _whole), min_size=1, max_size=7)


@st.composite
def filters(draw: Any) -> dict[tuple[str, str], list[str]]:
    """Up to three lists on interfaces of the router."""
    places = st.tuples(st.sampled_from([WAN, POS, LAN]), st.sampled_from(["in", "out"]))
    return {place: draw(_lists) for place in draw(st.lists(places, min_size=1, max_size=3, unique=True))}


def configured(lists: dict[tuple[str, str], list[str]]) -> str:
    """The lists in a configuration, named by where they are applied."""
    names = {place: f"LIST-{number}" for number, place in enumerate(lists)}
    lines = {name: [f"ip access-group {names[p]} {p[1]}" for p in lists if p[0] == name] for name in (WAN, POS, LAN)}
    text = ""
    for place, entries in lists.items():
        numbered = (f" {10 * number} {' '.join(entry.split())}" for number, entry in enumerate(entries, start=1))
        text += "\n".join((f"ip access-list extended {names[place]}", *numbered, ""))
    return router(text, wan="|".join(lines[WAN]), pos="|".join(lines[POS]), lan="|".join(lines[LAN]))


@given(filters())
def test_what_single_packets_meet_is_what_the_filters_say(lists: dict[tuple[str, str], list[str]]) -> None:
    found = firewall_of(configured(lists))
    for way in WAYS:
        for protocol, port in (("tcp", 443), ("tcp", 442), ("udp", 53), ("udp", 443)):
            asked = question(way[0], way[2], protocol, port, source=way[1], target=way[3])
            expected = "pass" if passes(lists, way, protocol, port) else "stop"
            assert says(found.forward_filters, asked) == expected, (way, protocol, port)
