"""What really passes saved rules, against what our filters say, and what iptables itself shows of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from auditor.services.iptables import SERVICE
from tests.judges.lab import Lab, why_not
from tests.services.nftables.behaviour import part_of, question, routed, says
from tests.services.nftables.test_behaviour import compare

FILE = "/etc/iptables/rules.v4"
REASON = why_not("iptables-restore")
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)
QUICK = settings(max_examples=max(8, settings().max_examples // 5), suppress_health_check=[*HealthCheck])

_not = st.sampled_from(["", "", "! "])
_ports = st.sampled_from(["53", "80", "4443", "1:100", "4443:", "domain"])
MATCHES = st.one_of(
    st.builds("{}-i {}".format, _not, st.sampled_from(["lan", "rdr", "wan", "la+"])),
    st.builds("{}-o {}".format, _not, st.sampled_from(["lan", "rdr", "wan", "w+"])),
    st.builds("{}-s {}".format, _not, st.sampled_from(["192.168.10.0/24", "192.168.10.50", "198.18.0.0/15"])),
    st.builds("{}-d {}".format, _not, st.sampled_from(["192.168.20.60", "192.168.20.0/24", "10.0.0.0/8"])),
    st.builds("-p {} {}--dport {}".format, st.sampled_from(["tcp", "udp"]), _not, _ports),
    st.builds("-p {}".format, st.sampled_from(["tcp", "udp", "17", "all"])),
    st.builds("{}-p tcp".format, _not),
    st.builds("-p tcp -m multiport {}--dports 80,4443".format, _not),
    st.builds("-p tcp {}--syn".format, _not),
    st.builds("-m conntrack {}--ctstate {}".format, _not, st.sampled_from(["NEW", "RELATED,ESTABLISHED", "INVALID"])),
    st.just("-m state --state ESTABLISHED"),
    st.builds("-m iprange {}--src-range 192.168.10.0-192.168.20.9".format, _not),
    st.just("-p tcp --tcp-flags FIN,SYN,RST,ACK SYN"),
    st.just('-m comment --comment "! -j ACCEPT"'),
)
ENDS = st.sampled_from(["-j ACCEPT", "-j DROP", "-j REJECT", "-j RETURN", "-j LOG"])
VERDICTS = st.one_of(ENDS, st.sampled_from(["-j one", "-g two"]))


def _rules(chain: str, verdicts: st.SearchStrategy[str], most: int) -> st.SearchStrategy[list[str]]:
    one = st.builds("-A {} {} {}".format, st.just(chain), st.lists(MATCHES, max_size=2).map(" ".join), verdicts)
    replies = st.just(f"-A {chain} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")
    return st.lists(st.one_of(one, one, one, replies), max_size=most)


@st.composite
def saved(draw: Any) -> str:
    """A file for iptables-restore with built-in chains and two to jump to."""
    policies = [draw(st.sampled_from(["ACCEPT", "DROP"])) for _ in range(2)]
    lines = [f":INPUT {policies[0]} [0:0]", f":FORWARD {policies[1]} [0:0]", ":OUTPUT ACCEPT [0:0]", ":one - [0:0]"]
    lines += [":two - [0:0]", *draw(_rules("FORWARD", VERDICTS, 5)), *draw(_rules("INPUT", VERDICTS, 3))]
    lines += [*draw(_rules("one", ENDS, 3)), *draw(_rules("two", ENDS, 2))]
    return "\n".join(["*filter", *lines, "COMMIT", ""])


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@QUICK
@given(text=saved())
def test_routed_packets(lab: Lab, text: str) -> None:
    try:
        lab.inside("iptables-restore", text=text)
    except RuntimeError:
        reject()
    shown = lab.inside("iptables-save")
    _, written = part_of(SERVICE, {FILE: text})
    _, running = part_of(SERVICE, {"commands/iptables-save.txt": shown})
    _, both = part_of(SERVICE, {FILE: text, "commands/iptables-save.txt": shown})
    ours = routed(written)
    assert ours == routed(running), f"file and output differ\n{text}\n{shown}"
    assert both.disagreements == (), f"{text}\n{shown}"
    compare(lab, ours, text)


def test_one_question_and_one_reply_need_no_later_packets(lab: Lab) -> None:
    text = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m state --state ESTABLISHED -j DROP\nCOMMIT\n"
    lab.inside("iptables-restore", text=text)
    ours = routed(part_of(SERVICE, {FILE: text})[1])
    assert (ours["pos", "192.168.10.1", "tcp", 80], ours["pos", "192.168.10.1", "udp", 53]) == (False, None)
    assert lab.passes("pos", [("tcp", "192.168.10.1", 80), ("udp", "192.168.10.1", 53)]) == [False, True]


def test_ebtables_keeps_the_ports_of_a_bridge_apart(lab: Lab) -> None:
    lab.inside("sysctl", "-w", "net.bridge.bridge-nf-call-iptables=0")
    for rule, passes in (("-p IPv4 -i pa -o pb -j DROP", False), ("-p IPv4 -i pa -o ! pb -j DROP", True)):
        lab.inside("ebtables", "-F")
        lab.inside("ebtables", "-A", "FORWARD", *rule.split())
        shown = lab.inside("ebtables-save")
        _, part = part_of(SERVICE, {"commands/ebtables-save.txt": shown, "commands/sysctl.txt": "a = 1\n"})
        ours = says(part.bridge_filters, question("pa", "pb", "192.168.30.1", "192.168.30.2", "tcp", 80))
        assert ours is passes
        assert lab.passes("a", [("tcp", "192.168.30.2", 80)]) == [passes]
