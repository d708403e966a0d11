"""What saved rules say of a host, which of several outputs count, and how they are mended."""

from ipaddress import IPv4Network
from typing import Any

import pytest

from auditor.capture import Gap
from auditor.intents import StopDnsRedirect
from auditor.model import Stated
from auditor.services import Instance, NotPossible, Part
from auditor.services.iptables import SERVICE
from tests.judges.iptables import complaint, loaded, why_not
from tests.services.hosts import host_of
from tests.services.nftables.behaviour import question, says
from tests.services.nftables.test_edit import allow
from tests.services.nftables.test_read import SHOP

FILE, RUNNING, LEGACY = "/etc/iptables/rules.v4", "commands/iptables-save.txt", "commands/iptables-legacy-save.txt"
BRIDGE = "commands/ebtables-save.txt"
INSTANCE = Instance("iptables", "iptables", FILE, (), Stated(True, ()))
REASON = why_not("iptables-restore")
HEALTHY = """*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i guest -p udp -m udp --dport 53 -j REDIRECT --to-ports 53
-A POSTROUTING -s 192.168.0.0/16 -o wan -j MASQUERADE
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:shop - [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -i br-lan -p udp -m multiport --dports 53,67 -j ACCEPT
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW -j DROP
-A FORWARD -o wan -j shop
-A shop -i br-lan -j ACCEPT
-A shop -m comment --comment "no way out" -j REJECT --reject-with icmp-port-unreachable
COMMIT
"""


def part(files: dict[str, str], **more: Any) -> Part:
    return SERVICE.read(host_of(files, "iptables", interfaces=SHOP, **more), INSTANCE)


def forwarded(found: Part, entering: str, leaving: str, port: int = 443) -> bool | None:
    addresses = {"br-lan": "192.168.10.50", "guest": "192.168.20.60", "wan": "198.51.100.7"}
    return says(
        found.forward_filters, question(entering, leaving, addresses[entering], addresses[leaving], "tcp", port)
    )


@pytest.mark.parametrize("path", [FILE, RUNNING, LEGACY])
def test_a_healthy_set_of_rules_leaves_nothing_open(path: str) -> None:
    found = part({path: HEALTHY})
    assert [forwarded(found, "br-lan", "wan"), forwarded(found, "guest", "wan")] == [True, False]
    assert forwarded(found, "br-lan", "guest") is False
    asked = question("br-lan", None, "192.168.10.50", "192.168.10.1", "udp", 67)
    assert says(found.input_filters, asked) is True
    (redirect,) = found.dns_redirects.items
    assert redirect.interfaces == Stated(("guest",), redirect.interfaces.spans)
    assert [set(nat.leaving.value) for nat in found.source_nats if isinstance(nat.leaving, Stated)] == [{"wan"}]


def test_every_line_of_it_is_understood() -> None:
    host = host_of({FILE: HEALTHY}, "iptables", interfaces=SHOP)
    SERVICE.read(host, INSTANCE)
    assert [each.unknown for each in host.reading.coverage()] == [()]


@pytest.mark.skipif(bool(REASON), reason=REASON)
def test_iptables_takes_it_and_shows_the_same() -> None:
    assert complaint({FILE: HEALTHY}, FILE) == ""
    both = part({FILE: HEALTHY, RUNNING: loaded({FILE: HEALTHY}, FILE)})
    assert both.disagreements == ()
    assert both.forward_filters.items[0].default.spans[0].file == FILE


def test_older_and_newer_rules_both_count() -> None:
    closed = "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n"
    assert forwarded(part({RUNNING: HEALTHY, LEGACY: closed}), "br-lan", "wan") is False
    assert len(part({RUNNING: HEALTHY, LEGACY: HEALTHY}).forward_filters) == 1


def test_what_runs_counts_where_the_file_says_otherwise() -> None:
    found = part({FILE: HEALTHY, RUNNING: HEALTHY.replace("-i br-lan -j ACCEPT", "-i br-lan -j DROP")})
    assert len(found.disagreements) == 1
    assert forwarded(found, "br-lan", "wan") is False


@pytest.mark.parametrize(
    "rule",
    [
        "-m mark --mark 5 -j DROP",
        "-m set --match-set list src -j DROP",
        "-j NFQUEUE --queue-num 1",
        "-m time -j DROP",
        "-m mac --mac-source 00:00:5e:00:53:01 -j DROP",
        "-j TARPIT",
        "-m owner --uid-owner 1 -j DROP",
    ],
)
def test_what_is_not_modelled_leaves_the_answer_open(rule: str) -> None:
    text = f"*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD {rule}\nCOMMIT\n"
    assert forwarded(part({RUNNING: text}), "br-lan", "wan") is None


def test_a_comment_is_no_option() -> None:
    text = '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m comment --comment "-j ACCEPT" -j DROP\nCOMMIT\n'
    assert forwarded(part({RUNNING: text}), "br-lan", "wan") is False


def test_what_was_refused_is_a_hole() -> None:
    found = part({}, gaps=[Gap(RUNNING, "permission denied", "add a line to sudoers")])
    assert [hole.settle for hole in found.forward_filters.holes] == ["add a line to sudoers"]


def test_ebtables_is_about_bridges() -> None:
    text = "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n-A FORWARD -p IPv4 -i wlan0 -o eth1 -j DROP\n"
    found = part({BRIDGE: text, "commands/sysctl.txt": "a = 1\n"})
    # Whoever connects the other way round gets no replies.
    assert [
        (filter_.key, next(set(r.entering.value or ()) for r in filter_.rules if isinstance(r.entering, Stated)))
        for filter_ in found.bridge_filters
    ] == [
        ("ebtables/filter FORWARD", {"wlan0"}),
        ("ebtables/filter FORWARD (later packets)", {"wlan0"}),
        ("ebtables/filter FORWARD (replies)", {"eth1"}),
    ]
    assert forwarded(found, "br-lan", "wan") is True


# -- fixes -----------------------------------------------------------------------------------------------------

FORWARD = "iptables/filter FORWARD"
ONE = {"filter": FORWARD, "destinations": None}


@pytest.mark.parametrize("running", [False, True])
def test_traffic_is_let_in_before_what_stops_it(running: bool) -> None:
    files = {FILE: HEALTHY, RUNNING: HEALTHY} if running else {FILE: HEALTHY}
    host = host_of(files, "iptables", interfaces=SHOP)
    blocking = next(r.key for r in part(files).forward_filters.items[0].rules if "no way out" in r.key)
    for before, leaving in ((blocking, "wan"), (None, "guest")):
        puts = SERVICE.edit(host, INSTANCE, allow(before, **ONE, leaving=leaving))
        assert puts is not None
        after = {path: _put(files[path], puts, path) for path in files}
        found = part(after)
        assert forwarded(found, "br-lan", leaving, port=4443) is True
        assert found.disagreements == ()
        assert {_put(after[path], puts, path) for path in files} == set(after.values())
        back = {p.path: SERVICE.put(after[p.path], p.place, SERVICE.get(files[p.path], p.place)) for p in puts}
        assert back == files
        assert REASON or complaint({FILE: after[FILE]}, FILE) == ""


def _put(text: str, puts: tuple[Any, ...], path: str) -> str:
    for put in puts:
        text = SERVICE.put(text, put.place, put.value) if put.path == path else text
    return text


def test_a_redirect_goes() -> None:
    files = {FILE: HEALTHY, RUNNING: HEALTHY}
    (redirect,) = part(files).dns_redirects.items
    puts = SERVICE.edit(host_of(files, "iptables", interfaces=SHOP), INSTANCE, StopDnsRedirect(redirect.key))
    assert puts is not None
    after = {path: _put(files[path], puts, path) for path in files}
    assert part(after).dns_redirects.items == ()
    back = {p.path: SERVICE.put(after[p.path], p.place, SERVICE.get(files[p.path], p.place)) for p in puts}
    assert [each.key for each in part(back).dns_redirects] == [redirect.key]
    assert part(back).disagreements == ()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({RUNNING: HEALTHY}, "not in /etc/iptables"),
        ({FILE: HEALTHY, RUNNING: HEALTHY.replace("DROP [", "ACCEPT [")}, "what runs is not"),
        ({FILE: HEALTHY, RUNNING: HEALTHY.replace(":shop", ":DOCKER-USER - [0:0]\n:shop")}, "written by Docker"),
    ],
)
def test_where_loading_the_file_would_do_more_a_person_must(files: dict[str, str], why: str) -> None:
    with pytest.raises(NotPossible, match=why):
        SERVICE.edit(host_of(files, "iptables", interfaces=SHOP), INSTANCE, allow(**ONE))


def test_each_network_gets_a_rule_of_its_own_as_iptables_shows_them() -> None:
    files = {FILE: HEALTHY, RUNNING: HEALTHY}
    networks = tuple(map(IPv4Network, ("192.0.2.0/24", "198.51.100.1/32", "203.0.113.0/24")))
    host = host_of(files, "iptables", interfaces=SHOP)
    blocking = next(r.key for r in part(files).forward_filters.items[0].rules if "no way out" in r.key)
    intent = allow(blocking, filter=FORWARD, destinations=networks, leaving="wan")
    puts = SERVICE.edit(host, INSTANCE, intent)
    assert puts is not None
    after = {path: _put(files[path], puts, path) for path in files}
    keys = [rule.key for rule in part(after).forward_filters.items[0].rules]
    assert [key for key in keys if key.startswith(intent.name)] == list(intent.rules(3))
    assert part(after).disagreements == ()
    assert {_put(after[path], puts, path) for path in files} == set(after.values())
    back = dict(after)
    for one in reversed(puts):
        back[one.path] = SERVICE.put(back[one.path], one.place, SERVICE.get(files[one.path], one.place))
    assert back == files
    if not REASON:
        assert part({FILE: after[FILE], RUNNING: loaded({FILE: after[FILE]}, FILE)}).disagreements == ()
    many = tuple(IPv4Network(f"192.0.2.{number}/32") for number in range(65))
    with pytest.raises(NotPossible, match="it would take 65 rules"):
        SERVICE.edit(host, INSTANCE, allow(blocking, filter=FORWARD, destinations=many))


def test_replies_are_let_pass_where_the_chain_forgot_them() -> None:
    text = "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i br-lan -p udp -j ACCEPT\nCOMMIT\n"
    puts = SERVICE.edit(host_of({FILE: text}, "iptables", interfaces=SHOP), INSTANCE, allow(**ONE, leaving="wan"))
    assert puts is not None
    after = _put(text, puts, FILE)
    assert forwarded(part({FILE: text}), "br-lan", "wan", port=4443) is False
    assert forwarded(part({FILE: after}), "br-lan", "wan", port=4443) is True
    assert "--ctstate RELATED,ESTABLISHED -m comment --comment terminal_following_packets -j ACCEPT" in after
    assert REASON or complaint({FILE: after}, FILE) == ""


def test_ebtables_are_changed_by_hand() -> None:
    text = "*filter\n:FORWARD ACCEPT\n-A FORWARD -p IPv4 --ip-proto tcp --ip-dport 4443 -j DROP\n"
    with pytest.raises(NotPossible, match="no file that is read") as error:
        SERVICE.edit(host_of({BRIDGE: text}, "iptables"), INSTANCE, allow(filter="ebtables/filter FORWARD"))
    assert "ebtables -I FORWARD -p IPv4" in error.value.advice
