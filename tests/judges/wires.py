"""A router in a network namespace whose cables end in our hands: packets from any address, hundreds at a time.

The router has `lan`, `rdr` and `wan`; what lies behind them is one machine that sends and sees frames. It runs in a
user namespace of its own, and ends with the process that began it.
"""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from tests.judges.agents import Agents
from tests.judges.frames import ACK, PUSH, SYN, Packet, frame, read
from tests.judges.rooted import why_not as _why_not

NETWORKS = {
    "lan": IPv4Network("192.168.10.0/24"),
    "rdr": IPv4Network("192.168.20.0/24"),
    "wan": IPv4Network("198.18.0.0/24"),
}
"""What is behind each of the router's links; everything else is behind `wan`. The router is the first address."""

PORTS = (53, 80, 443, 4443)
"""What the router itself answers on."""

_AGENT, _SERVER = (Path(__file__).with_name(name) for name in ("packets_agent.py", "lab_agent.py"))
_PATIENCE = 0.02
"""Seconds of silence after which all has come that will: the kernel hands frames on while they are sent."""

_BEGIN = 1000
"""The first sequence number of both sides."""
_DATA = b"hello"


@dataclass(frozen=True)
class Connection:
    """A client behind one link asks a server behind another one, or the router itself (`leaving` None)."""

    entering: str
    leaving: str | None
    protocol: str
    source: IPv4Address
    destination: IPv4Address
    port: int
    """The server's port; of no meaning for ICMP."""


def gateway(link: str) -> IPv4Address:
    """The router's own address on a link."""
    return NETWORKS[link][1]


@dataclass
class Wires(Agents):
    """The namespaces with one agent each. Use it as a context."""

    asked: int = 0
    """How many connections there were: each has a port of its own, so that no state of an earlier one counts."""

    def __enter__(self) -> "Wires":
        self.begin("router", ["unshare", "-rn"], _SERVER)
        self.order("router", run=[["ip", "link", "set", "lo", "up"]])
        enter = ["nsenter", "-t", str(self.agents["router"].pid), "-U", "--preserve-credentials", "unshare", "-n"]
        self.begin("ends", enter, _AGENT)
        self.order("ends")  # it answers once it is in its own namespace
        for number, link in enumerate(NETWORKS):
            self._attach(number, link)
        settings = ("net/ipv4/ip_forward 1", "net/ipv4/icmp_ratelimit 0", "net/ipv4/icmp_echo_ignore_broadcasts 1")
        write = "\n".join(f"echo {value} > /proc/sys/{name}" for name, value in map(str.split, settings))
        filters = "for one in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $one; done"
        self.order("router", run=[["sh", "-c", f"{write}\n{filters}"]], serve=list(PORTS))
        return self

    def _attach(self, number: int, link: str) -> None:
        ours, theirs = _mac(number, 1), _mac(number, 2)
        far, network = NETWORKS[link][254], NETWORKS[link]
        pid = str(self.agents["ends"].pid)
        peer = ["peer", "name", link, "address", _text(theirs), "netns", pid]
        commands = [["ip", "link", "add", link, "address", _text(ours), "type", "veth", *peer]]
        commands += [["sh", "-c", f"echo 1 > /proc/sys/net/ipv6/conf/{link}/disable_ipv6"]]
        commands += [["ip", "link", "set", link, "up"], ["ip", "addr", "add", f"{gateway(link)}/24", "dev", link]]
        commands += [["ip", "neigh", "replace", str(far), "lladdr", _text(theirs), "dev", link, "nud", "permanent"]]
        halves = [str(half) for half in network.subnets()]
        for target in (*halves, *(["default"] if link == "wan" else [])):
            commands += [["ip", "route", "add", target, "via", str(far), "dev", link, "onlink"]]
        run = [["sh", "-c", f"echo 1 > /proc/sys/net/ipv6/conf/{link}/disable_ipv6"]]
        self.order("router", run=commands[:1])
        self.order("ends", run=[*run, ["ip", "link", "set", link, "up"]], listen=[link])
        self.order("router", run=commands[1:])

    def load(self, ruleset: str) -> str:
        """Load a ruleset of nftables into the router; returns why it is refused, '' if it is not."""
        pid = str(self.agents["router"].pid)
        enter = ["nsenter", "-t", pid, "-U", "-n", "--preserve-credentials", "nft", "-f", "-"]
        done = subprocess.run(enter, input=ruleset, capture_output=True, text=True, timeout=30)
        return done.stderr if done.returncode else ""

    def passing(self, connections: Sequence[Connection]) -> list[bool]:
        """Which connections come about: the first packet passes, the answer, and what follows over TCP."""
        flows = dict(enumerate(connections))
        numbers = {index: 32768 + (self.asked + index) % 28000 for index in flows}
        self.asked += len(connections)
        answered = self._there_and_back(flows, numbers)
        tcp = {index: _later(flows[index], numbers[index], seen) for index, seen in answered.items() if _tcp(seen)}
        ended = self._send({i: (flows[i].entering, p) for i, p in tcp.items()})
        on = {i for i in tcp if any(_follows(flows[i], link, p) for link, p in ended.get(numbers[i], ()))}
        # The router's own services close what they have no more use for.
        resets = {i: replace(p, flags=0x14, sequence=p.sequence + len(_DATA), data=b"") for i, p in tcp.items()}
        self._send({i: (flows[i].entering, p) for i, p in resets.items() if flows[i].leaving is None})
        return [index in answered and (index not in tcp or index in on) for index in flows]

    def _there_and_back(self, flows: Mapping[int, Connection], numbers: Mapping[int, int]) -> dict[int, Packet]:
        """The answers that came back to clients."""
        first = {index: _first(flow, numbers[index]) for index, flow in flows.items()}
        seen = self._send({index: (flows[index].entering, packet) for index, packet in first.items()})
        answered: dict[int, Packet] = {}
        answers: dict[int, tuple[str, Packet]] = {}
        for index, flow in flows.items():
            for link, packet in seen.get(numbers[index], ()):
                if flow.leaving is None and link == flow.entering and _answers(packet, first[index]):
                    answered[index] = packet
                if link == flow.leaving and _same_way(packet, first[index]):
                    answers[index] = (link, _answer(first[index]))
        back = self._send(answers)
        for index, (_, answer) in answers.items():
            for link, packet in back.get(numbers[index], ()):
                if link == flows[index].entering and _same_way(packet, answer):
                    answered[index] = packet
        return answered

    def _send(self, packets: Mapping[int, tuple[str, Packet]]) -> dict[int, list[tuple[str, Packet]]]:
        """Send packets into links; what came out of which link, by the client's port."""
        if not packets:
            return {}
        links = list(NETWORKS)
        frames = [
            (link, frame(packet, _mac(links.index(link), 2), _mac(links.index(link), 1)).hex())
            for link, packet in packets.values()
        ]
        found: dict[int, list[tuple[str, Packet]]] = {}
        for link, text in self.order("ends", send=frames, patience=_PATIENCE):
            packet = read(bytes.fromhex(text))
            if packet is not None:
                for number in {packet.source_port, packet.destination_port}:
                    found.setdefault(number, []).append((link, packet))
        return found


def _first(flow: Connection, number: int) -> Packet:
    port = 0 if flow.protocol == "icmp" else flow.port
    return Packet(flow.protocol, flow.source, flow.destination, number, port, SYN, _BEGIN)


def _answer(first: Packet) -> Packet:
    turned = replace(first, source=first.destination, destination=first.source, reply=True)
    turned = replace(turned, source_port=first.destination_port, destination_port=first.source_port)
    return replace(turned, flags=SYN | ACK, acknowledged=_BEGIN + 1)


def _later(flow: Connection, number: int, answer: Packet) -> Packet:
    packet = replace(_first(flow, number), flags=PUSH | ACK, sequence=_BEGIN + 1, data=_DATA)
    return replace(packet, acknowledged=answer.sequence + 1)


def _tcp(packet: Packet) -> bool:
    return packet.protocol == "tcp"


def _same_way(seen: Packet, sent: Packet) -> bool:
    """Whether a packet came out as it was sent; a refusal (RST) goes the other way."""
    return (seen.source, seen.destination, seen.flags, seen.reply) == (
        sent.source,
        sent.destination,
        sent.flags if sent.protocol == "tcp" else 0,
        sent.reply if sent.protocol == "icmp" else False,
    )


def _answers(seen: Packet, first: Packet) -> bool:
    return _same_way(seen, _answer(first))


def _follows(flow: Connection, link: str, seen: Packet) -> bool:
    """Whether data went on to the server, or came back from the router's own service."""
    if seen.data != _DATA:
        return False
    if flow.leaving is None:
        return link == flow.entering and seen.destination == flow.source
    return link == flow.leaving and seen.destination == flow.destination


def _mac(number: int, end: int) -> bytes:
    return bytes((2, 0, 0, 0, number, end))


def _text(mac: bytes) -> str:
    return ":".join(f"{each:02x}" for each in mac)


@cache
def why_not(program: str) -> str:
    """Say why there can be no such router here, '' if there can."""
    reason = _why_not(program)
    if reason:
        return reason
    ways = (("lan", "rdr", NETWORKS["rdr"][60]), ("lan", None, gateway("lan")))
    wanted = [
        Connection(entering, leaving, protocol, NETWORKS["lan"][50], address, PORTS[0])
        for entering, leaving, address in ways
        for protocol in ("tcp", "udp", "icmp")
    ]
    try:
        with Wires() as wires:
            return (
                ""
                if wires.load("flush ruleset\n") == "" and all(wires.passing(wanted))
                else "the router hands nothing on"
            )
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        return f"this machine does not allow network namespaces: {error}"
