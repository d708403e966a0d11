"""What really passes a ruleset, against what our filters say. A decided answer that is wrong is a failure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, event, given, reject, settings

from auditor.services.nftables import SERVICE
from tests.judges import nftables as judge
from tests.judges.lab import PORTS, Lab, why_not
from tests.services.nftables.behaviour import (
    PROTOCOLS,
    bridge_rulesets,
    part_of,
    question,
    routed,
    rulesets,
    says,
)

FILE = "/etc/nftables.conf"
REASON = why_not("nft")
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)
QUICK = settings(
    max_examples=max(12, settings().max_examples // 4),
    suppress_health_check=[*HealthCheck],
)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


def load(lab: Lab, text: str) -> None:
    """Load a ruleset; one that nft refuses (two protocols in one rule) is no example."""
    try:
        lab.inside("nft", "-f", "-", text=text)
    except RuntimeError:
        reject()


def compare(lab: Lab, ours: dict[tuple[str, str, str, int], bool | None], text: str) -> Counter[str]:
    """Ask all questions in the lab; returns how many of our answers were open."""
    counted: Counter[str] = Counter()
    for source in dict.fromkeys(key[0] for key in ours):
        asked = [key for key in ours if key[0] == source]
        counted.update("open" if ours[key] is None else "decided" for key in asked)
        wrong = [key for key in asked if ours[key] is not None]
        for _ in range(2):  # a slow machine may lose an answer once
            passed = lab.passes(source, [(protocol, address, port) for _, address, protocol, port in wrong])
            wrong = [key for key, real in zip(wrong, passed, strict=True) if ours[key] is not real]
        assert not wrong, f"{[(key, f'we say {ours[key]}') for key in wrong]}\n{text}"
    return counted


def test_a_filter_that_stops_nothing_and_one_that_stops_all_but_one(lab: Lab) -> None:
    for text, passing in (
        ("flush ruleset\n", 42),
        (
            "flush ruleset\ntable inet f {\n\tchain c {\n\t\ttype filter hook forward priority 0; policy drop;\n"
            '\t\tct state established accept\n\t\tiifname "lan" tcp dport 4443 accept\n\t}\n}\n',
            2 + 12,
        ),
    ):
        lab.inside("nft", "-f", "-", text=text)
        _, part = part_of(SERVICE, {FILE: text})
        ours = routed(part)
        assert sum(answer is True for answer in ours.values()) == passing
        assert compare(lab, ours, text)["open"] == 0


@QUICK
@given(text=rulesets())
def test_routed_packets(lab: Lab, text: str) -> None:
    load(lab, text)
    shown = lab.inside("nft", "-j", "list", "ruleset")
    _, written = part_of(SERVICE, {FILE: text})
    _, running = part_of(SERVICE, {"commands/nft-ruleset.txt": shown})
    _, both = part_of(SERVICE, {FILE: text, "commands/nft-ruleset.txt": shown})
    ours = routed(written)
    assert ours == routed(running), f"file and output differ\n{text}"
    assert both.disagreements == (), text
    counted = compare(lab, ours, text)
    event(f"open answers: {counted['open'] * 10 // counted.total() * 10} %")


@pytest.mark.parametrize("asked", [False, True], ids=["bridge only", "bridge and IPv4 filter"])
@QUICK
@given(text=bridge_rulesets(), more=rulesets())
def test_frames_within_a_bridge(lab: Lab, asked: bool, text: str, more: str) -> None:
    if asked:
        text = more + text.removeprefix("flush ruleset\n")
    switch = f"net.bridge.bridge-nf-call-iptables={int(asked)}"
    try:
        lab.inside("sysctl", "-w", switch)
    except RuntimeError:
        pytest.skip("the kernel has no br_netfilter here")
    load(lab, text)
    for name in ("a", "b"):
        lab.order(name, run=[["ip", "neigh", "flush", "all"]])
    _, part = part_of(SERVICE, {FILE: text, "commands/sysctl.txt": switch.replace("=", " = ") + "\n"})
    ours: dict[tuple[str, str, str, int], bool | None] = {}
    for protocol in PROTOCOLS:
        for port in PORTS:
            frame = question("pa", "pb", "192.168.30.1", "192.168.30.2", protocol, port)
            frame = replace(frame, within=frozenset({"br0"}))
            arp = replace(frame, protocol="arp", port=None)
            answers = [says(part.bridge_filters, each) for each in (frame, arp)]
            passes = None if None in answers and False not in answers else all(answers)
            ours["a", "192.168.30.2", protocol, port] = passes
    compare(lab, ours, text)


def test_the_judge_takes_what_is_generated() -> None:
    assert judge.complaint({FILE: "flush ruleset\ntable ip x {\n}\n"}, FILE) == ""
    assert judge.complaint({FILE: "table ip x {\n"}, FILE) != ""
