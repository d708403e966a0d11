"""Random rulesets, read by us and asked about whole subnets, against single packets through a real router.

Most packets go to and come from addresses and ports at the edge of something in the rules.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import product

import pytest

from auditor.model import Filter, Listed
from auditor.services.nftables import SERVICE
from auditor.site.filters import Outcome, Question, evaluate, interval
from tests.judges.wires import NETWORKS, PORTS, Connection, Wires, gateway, why_not
from tests.services.nftables.behaviour import part_of
from tests.services.nftables.dice import Ruleset

RULESETS = 60
PACKETS = 120
FILE = "/etc/nftables.conf"
OUTSIDE = IPv4Network("203.0.113.0/24")
LINKS = '[{"ifname":"lo"},{"ifname":"lan"},{"ifname":"rdr"},{"ifname":"wan"}]'
REASON = why_not("nft")
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)


@pytest.fixture(scope="module")
def wires() -> Iterator[Wires]:
    with Wires() as wires:
        yield wires


def connections(dice: random.Random, text: str) -> Iterator[Connection]:
    """Connections between all networks and to the router, most of them at an edge of what the text names."""
    words = re.findall(r"\d+\.\d+\.\d+\.\d+(?:/\d+)?", text)
    bounds = [interval(IPv4Network(word)) for word in words]
    edges = [IPv4Address(n) for low, high in bounds for n in (low - 1, low, high, high + 1) if 0 < n < 2**32]
    ports = {int(word) for word in re.findall(r"(?<![\d./])\d{1,5}(?![\d./])", text)} | set(PORTS)
    near = sorted(port + step for port in ports for step in (-1, 0, 1) if 0 < port + step < 65536)

    def address(network: IPv4Network, *, ours: bool) -> IPv4Address:
        found = [each for each in edges if each in network]
        chosen = dice.choice(found) if found and dice.random() < 0.75 else network[dice.randrange(2, 254)]
        # The network's own addresses and those of the router and of the machine behind it are no clients.
        return network[60] if ours and int(chosen) % 256 in (0, 1, 254, 255) else chosen

    for _ in range(PACKETS):
        entering = dice.choice(tuple(NETWORKS))
        leaving = dice.choice((*(link for link in NETWORKS if link != entering), None))
        protocol = dice.choice(("tcp", "tcp", "udp", "udp", "icmp"))
        source = address(NETWORKS[entering], ours=True)
        if leaving is None:
            yield Connection(entering, None, protocol, source, gateway(entering), dice.choice(PORTS))
            continue
        inside = leaving != "wan" or dice.random() < 0.5
        destination = address(NETWORKS[leaving] if inside else OUTSIDE, ours=inside)
        yield Connection(entering, leaving, protocol, source, destination, dice.choice(near))


class Answers:
    """What our filters say: asked once for whole subnets, then looked up for each packet."""

    def __init__(self, forward: Listed[Filter], input_: Listed[Filter]) -> None:
        assert not forward.holes
        assert not input_.holes
        self._filters = {True: forward.items, False: input_.items}
        self._outcomes: dict[tuple[object, ...], tuple[Outcome, ...]] = {}

    def passes(self, one: Connection) -> bool | None:
        """Whether a connection comes about; None where our filters leave it open."""
        answers = [self._of(outcome, one) for outcome in self._asked(one)]
        return False if False in answers else None if None in answers else True

    def _asked(self, one: Connection) -> tuple[Outcome, ...]:
        port = None if one.protocol == "icmp" else one.port
        key = one.entering, one.leaving, one.protocol, port
        if key not in self._outcomes:
            targets = [NETWORKS[one.leaving]] if one.leaving else [IPv4Network(gateway(one.entering))]
            targets += [OUTSIDE] if one.leaving == "wan" else []
            bounds = tuple(map(interval, targets))
            question = Question(
                one.entering, one.leaving, (interval(NETWORKS[one.entering]),), bounds, one.protocol, port
            )
            self._outcomes[key] = tuple(evaluate(each, question) for each in self._filters[one.leaving is not None])
        return self._outcomes[key]

    def _of(self, outcome: Outcome, one: Connection) -> bool | None:
        assert not outcome.gave_up
        source, destination = int(one.source), int(one.destination)
        (box,) = (
            box
            for box in outcome.boxes
            for (first, last), (low, high) in product(box.sources, box.destinations)
            if first <= source <= last and low <= destination <= high
        )
        return None if box.undecided else box not in outcome.blocked()


@pytest.mark.parametrize("tenth", range(10))
def test_what_our_boxes_say_is_what_the_kernel_does(wires: Wires, tenth: int) -> None:
    counted: Counter[str] = Counter()
    for number in range(RULESETS // 10):
        seed = tenth * 1000 + number
        ruleset = Ruleset(seed)
        refused = wires.load(ruleset.text)
        assert not refused, f"seed {seed}\n{refused}"
        _, part = part_of(SERVICE, {FILE: ruleset.text, "commands/ip-addr.json": LINKS})
        ours = Answers(part.forward_filters, part.input_filters)
        sent = tuple(connections(random.Random(seed), ruleset.text))
        answers = [ours.passes(one) for one in sent]
        counted.update({True: "pass", False: "stop", None: "open"}[answer] for answer in answers)
        wrong = [(one, answer) for one, answer in zip(sent, answers, strict=True) if answer is not None]
        for _ in range(3):  # a busy machine may be late once
            real = wires.passing([one for one, _ in wrong])
            wrong = [pair for pair, passed in zip(wrong, real, strict=True) if pair[1] is not passed]
        assert not wrong, f"seed {seed}: we say {wrong}\n{ruleset.text}"
    assert counted.total() == PACKETS * RULESETS // 10
    assert min(counted["pass"], counted["stop"]) > counted.total() // 20, counted
    assert counted["open"] < counted.total() // 4, counted


THROUGH = Connection("lan", "rdr", "tcp", IPv4Address("192.168.10.50"), IPv4Address("192.168.20.60"), 4443)
TO_ROUTER = Connection("lan", None, "udp", IPv4Address("192.168.10.50"), gateway("lan"), 53)
EARLY = "type filter hook prerouting priority raw; policy accept;"
AHEAD = "type filter hook forward priority filter; policy accept;"
BEHIND = "type filter hook postrouting priority filter; policy accept;"


@pytest.mark.parametrize(
    ("chain", "through", "to_router"),
    [
        # Before connections are known every packet is invalid, and has no direction.
        (f"{EARLY} ct direction reply drop", True, True),
        (f"{EARLY} ct direction != original drop", True, True),
        (f"{EARLY} ct state invalid drop", False, False),
        (f"{EARLY} ct state established drop", True, True),
        # A router's own answers do not come in from anywhere, but they leave.
        (f"{EARLY} ip daddr 192.168.10.50 drop", False, True),
        (f"{BEHIND} ip daddr 192.168.10.50 drop", False, False),
        # A list of bits without braces is one value, which no connection's state is.
        (f"{AHEAD} ct state != established,related drop", False, True),
        (f"{AHEAD} ct state != {{ new, established }} drop", True, True),
        (f"{AHEAD} ct state == established,related drop", True, True),
        (f"{AHEAD} ct state established,related drop", False, True),
    ],
)
def test_where_packets_are_in_their_connection(wires: Wires, chain: str, through: bool, to_router: bool) -> None:
    head, _, rule = chain.rpartition("; ")
    text = f"flush ruleset\ntable ip shop {{\n\tchain one {{\n\t\t{head};\n\t\t{rule}\n\t}}\n}}\n"
    assert wires.load(text) == ""
    _, part = part_of(SERVICE, {FILE: text, "commands/ip-addr.json": LINKS})
    ours = Answers(part.forward_filters, part.input_filters)
    assert wires.passing([THROUGH, TO_ROUTER]) == [through, to_router]
    assert [ours.passes(one) for one in (THROUGH, TO_ROUTER)] == [through, to_router]
