"""What a ruleset says of a host: filters, translations, redirects, and what is not known."""

import json
from datetime import timedelta
from typing import Any

import pytest

from auditor.capture import Gap
from auditor.model import Action, Stated, Unknown
from auditor.services import Instance, Part
from auditor.services.nftables import SERVICE
from tests.judges.nftables import complaint, loaded, why_not
from tests.services.hosts import host_of, interface_of
from tests.services.nftables.behaviour import question, says

FILE, RUNNING, SYSCTL = "/etc/nftables.conf", "commands/nft-ruleset.txt", "commands/sysctl.txt"
NFT = why_not("nft")
INSTANCE = Instance("nftables", "nftables", FILE, (), Stated(True, ()))
SHOP = (
    interface_of("br-lan", "192.168.10.1/24"),
    interface_of("guest", "192.168.20.1/24"),
    interface_of("wan", "198.18.0.2/24", uplink=True),
)
HEALTHY = """#!/usr/sbin/nft -f
flush ruleset

define INSIDE = { "br-lan", "guest" }

table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state vmap { established : accept, related : accept, invalid : drop }
		iifname "lo" accept
		iifname $INSIDE udp dport { 53, 67 } accept
		iifname $INSIDE tcp dport { 22, 53 } accept
		icmp type echo-request limit rate 5/second accept
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		tcp flags syn tcp option maxseg size set rt mtu
		ct state established,related accept
		ct state invalid drop
		ct state new tcp flags & (fin|syn|rst|ack) != syn drop
		iifname $INSIDE oifname "wan" accept
		iifname "wan" ct status dnat accept
		counter
	}
}
table ip nat {
	chain prerouting {
		type nat hook prerouting priority dstnat;
		iifname "wan" tcp dport 8443 dnat to 192.168.10.9:443
	}
	chain postrouting {
		type nat hook postrouting priority srcnat;
		ip saddr 192.168.0.0/16 oifname "wan" masquerade
	}
}
"""


def chain(hook: str, *rules: str, policy: str = "accept", kind: str = "filter", family: str = "inet") -> str:
    body = "\n".join(f"\t\t{rule}" for rule in (f"type {kind} hook {hook} priority 0; policy {policy};", *rules))
    return f"table {family} t{hook} {{\n\tchain c {{\n{body}\n\t}}\n}}\n"


def part(files: dict[str, str] | str, **more: Any) -> Part:
    texts = {FILE: files} if isinstance(files, str) else files
    return SERVICE.read(host_of(texts, "nftables", **{"interfaces": SHOP, **more}), INSTANCE)


def forwarded(found: Part, entering: str, leaving: str, protocol: str = "tcp", port: int = 443) -> bool | None:
    addresses = {"br-lan": "192.168.10.50", "guest": "192.168.20.60", "wan": "198.51.100.7"}
    asked = question(entering, leaving, addresses[entering], addresses[leaving], protocol, port)
    return says(found.forward_filters, asked)


def test_a_healthy_ruleset_leaves_nothing_open() -> None:
    found = part({FILE: HEALTHY, SYSCTL: "net.netfilter.nf_conntrack_tcp_timeout_established = 432000\n"})
    assert forwarded(found, "br-lan", "wan") is True
    assert forwarded(found, "guest", "br-lan") is False
    assert forwarded(found, "wan", "guest") is False
    asked = question("guest", None, "192.168.20.60", "192.168.20.1", "udp", 53)
    assert says(found.input_filters, asked) is True
    nat = found.source_nats.items[0]
    assert nat.leaving == Stated(frozenset({"wan"}), nat.leaving.spans)
    assert found.dns_redirects.items == ()
    assert str(found.port_forwards.items[0].to_address.value) == "192.168.10.9/32"  # type: ignore[union-attr]
    assert found.connection_tracking.items[0].tcp_established == Stated(
        timedelta(days=5), found.connection_tracking.items[0].tcp_established.spans
    )
    lists = (found.forward_filters, found.input_filters, found.bridge_filters, found.source_nats, found.port_forwards)
    assert [each.holes for each in lists[:2] + lists[3:]] == [()] * 4


def test_every_line_of_it_is_understood_and_evidence_names_the_line() -> None:
    host = host_of({FILE: HEALTHY}, "nftables", interfaces=SHOP)
    found = SERVICE.read(host, INSTANCE)
    assert [each.unknown for each in host.reading.coverage()] == [()]
    accept = next(r for r in found.forward_filters.items[0].rules if r.action == Stated(Action.ACCEPT, r.action.spans))
    assert [span.first for span in accept.action.spans] == [21]


@pytest.mark.skipif(bool(NFT), reason=NFT)
def test_nft_takes_it_and_what_runs_is_the_same() -> None:
    assert complaint({FILE: HEALTHY}, FILE) == ""
    shown = loaded({FILE: HEALTHY}, FILE)
    both = part({FILE: HEALTHY, RUNNING: shown})
    assert both.disagreements == ()
    assert both.forward_filters.items[0].default.spans[0].file == FILE
    alone = part({RUNNING: shown})
    assert alone.forward_filters.items[0].default.spans[0].file == RUNNING
    text = loaded({FILE: HEALTHY}, FILE, text=True)
    assert part({FILE: HEALTHY, RUNNING: text}).disagreements == ()


@pytest.mark.parametrize(
    ("rules", "policy", "passes"),
    [
        ((), "accept", True),
        ((), "drop", False),
        (("drop",), "accept", False),
        (("ct state established accept", "tcp dport 443 accept"), "drop", True),
        (("tcp dport 443 accept",), "drop", False),  # the replies do not pass
        (("tcp dport 443 accept", "tcp sport 443 accept"), "drop", True),
        (("ct state new accept",), "drop", False),  # all later packets are dropped
        (("ct state invalid drop",), "accept", True),
        (("ip saddr 192.168.10.0/25 accept", "ct state established accept", "drop"), "accept", True),
        (("meta mark 7 drop",), "accept", None),
        (("tcp dport 443 limit rate 5/second drop",), "accept", None),
        (("ip saddr @gone drop",), "accept", None),
        (("frobnicate drop",), "accept", None),
        (("queue",), "accept", None),
        (("ip6 saddr fe80::/10 drop",), "accept", True),
        (("udp dport 443 drop",), "accept", True),
        (("ether saddr 00:00:5e:00:53:01 drop",), "accept", None),
    ],
)
def test_what_passes(rules: tuple[str, ...], policy: str, passes: bool | None) -> None:
    assert forwarded(part(chain("forward", *rules, policy=policy)), "br-lan", "wan") is passes


def test_an_accept_does_not_stop_a_later_chain_and_a_drop_is_final() -> None:
    late = chain("forward", "drop").replace("tforward", "late").replace("priority 0", "priority 10")
    assert forwarded(part(chain("forward", "accept") + late), "br-lan", "wan") is False


@pytest.mark.parametrize("family", ["netdev", "inet"])
def test_ingress_that_may_drop_is_a_hole(family: str) -> None:
    text = chain("ingress device wan", "ip saddr 10.0.0.1 drop", family=family).replace("tingress device wan", "t")
    assert part(text).forward_filters.holes
    assert not part(text.replace("drop\n\t}", "accept\n\t}")).forward_filters.holes


def test_raw_prerouting_that_drops_counts() -> None:
    text = chain("prerouting", 'iifname "br-lan" tcp dport 443 drop')
    assert forwarded(part(text), "br-lan", "wan") is False
    assert forwarded(part(text), "guest", "wan") is True


def test_notrack_leaves_states_open() -> None:
    text = chain("prerouting", "tcp dport 80 notrack") + chain(
        "forward", "ct state established,new accept", policy="drop"
    )
    assert forwarded(part(text), "br-lan", "wan") is None


def test_a_dormant_table_does_nothing() -> None:
    text = chain("forward", policy="drop").replace("{\n", "{\n\tflags dormant\n", 1)
    assert forwarded(part(text), "br-lan", "wan") is True


@pytest.mark.parametrize(
    ("rule", "caught", "address", "port"),
    [
        ('iifname "br-lan" udp dport 53 redirect', ("br-lan",), None, 53),
        ("udp dport 53 redirect to :5353", ("br-lan", "guest"), None, 5353),
        ('iifname "guest" udp dport 53 dnat ip to 192.168.10.1', ("guest",), None, 53),
        ('iifname "guest" udp dport 53 dnat ip to 192.168.10.7:54', ("guest",), "192.168.10.7", 54),
        ('iifname "guest" ip daddr != 192.168.20.1 udp dport 53 redirect', ("guest",), None, 53),
        ('iifname "guest" ip saddr 192.168.20.7 udp dport 53 redirect', "redirects only some packets", None, 53),
        ('iifname "guest" meta mark 3 udp dport 53 redirect', "may or may not match", None, 53),
    ],
)
def test_redirects_of_questions(rule: str, caught: object, address: str | None, port: int) -> None:
    (redirect,) = part(chain("prerouting", rule, kind="nat")).dns_redirects.items
    if isinstance(redirect.interfaces, Unknown):
        assert isinstance(caught, str)
        assert caught in redirect.interfaces.why
    else:
        assert redirect.interfaces.value == caught
    assert isinstance(redirect.to_address, Stated)
    assert (None if redirect.to_address.value is None else str(redirect.to_address.value)) == address
    assert redirect.to_port == Stated(port, redirect.to_port.spans)


def test_questions_that_come_from_outside_are_nobodys() -> None:
    assert part(chain("prerouting", 'iifname "wan" udp dport 53 redirect', kind="nat")).dns_redirects.items == ()


@pytest.mark.parametrize(
    ("rule", "leaving"),
    [
        ('oifname "wan" masquerade', [{"wan"}]),
        ("masquerade", [{"br-lan", "guest", "wan", "lo"}]),
        ('oifname != "guest" ip saddr 172.17.0.0/16 masquerade', []),
        ('oifname "wan" ip saddr 192.168.0.0/16 masquerade', [{"wan"}]),
        ('oifname "wan" ip saddr 192.168.10.0/24 masquerade', [None]),
        ('oifname "guest" ip saddr 192.168.10.0/24 masquerade', [{"guest"}]),
        ('oifname "guest" ip saddr 192.168.10.7 masquerade', [None]),
    ],
)
def test_source_nat(rule: str, leaving: list[set[str] | None]) -> None:
    found = part(chain("postrouting", rule, kind="nat")).source_nats.items
    values = [None if isinstance(each.leaving, Unknown) else set(each.leaving.value) - {"lo"} for each in found]
    assert values == [None if one is None else one - {"lo"} for one in leaving]


@pytest.mark.parametrize(("asks", "within"), [("1", False), ("0", None), ("", None)])
def test_frames_within_a_bridge_meet_the_ipv4_filter_where_the_kernel_says_so(asks: str, within: bool | None) -> None:
    sysctl = {SYSCTL: f"net.bridge.bridge-nf-call-iptables = {asks}\n" if asks else "net.ipv4.ip_forward = 1\n"}
    found = part({FILE: chain("forward", policy="drop"), **sysctl})
    kinds = () if within is None else ("", " (later packets)", " (replies)")
    wanted = [f"nftables/inet tforward c{kind} (bridged)" for kind in kinds]
    assert [each.key for each in found.bridge_filters] == wanted
    assert found.bridge_filters.holes == ()
    assert bool(part(chain("forward", policy="drop")).bridge_filters.holes) is True


def test_what_was_refused_is_a_hole_everywhere() -> None:
    gap = Gap(RUNNING, "permission denied", "add a line for nft to sudoers")
    found = part({}, gaps=[gap])
    for each in (found.forward_filters, found.input_filters, found.bridge_filters, found.dns_redirects):
        assert [hole.settle for hole in each.holes][:1] == ["add a line for nft to sudoers"]


def test_an_include_that_was_not_captured_is_a_hole() -> None:
    text = f'include "/etc/nftables.d/shop.nft"\n{chain("forward")}'
    assert part(text).forward_filters.holes
    whole = {FILE: text, "/etc/nftables.d/shop.nft": chain("input", "drop")}
    assert part(whole).forward_filters.holes == ()
    assert len(part(whole).input_filters.items[0].rules) == 1


def running(*tables: str) -> str:
    """What nft shows of tables, as it prints it without -j."""
    return "".join(tables)


def test_another_ruleset_runs() -> None:
    written, live = chain("forward", policy="drop"), chain("forward", "accept", policy="drop")
    found = part({FILE: written, RUNNING: running(live)})
    assert [fact.value for fact in found.disagreements if isinstance(fact, Stated)] == [
        f"table inet tforward runs otherwise than {FILE} says"
    ]
    assert forwarded(found, "br-lan", "wan") is True


def test_tables_of_others_are_no_disagreement_but_count() -> None:
    docker = "table ip docker {\n chain DOCKER-FORWARD {\n type filter hook forward priority 0; policy drop;\n }\n}\n"
    found = part({FILE: chain("forward"), RUNNING: running(chain("forward"), docker)})
    assert found.disagreements == ()
    assert forwarded(found, "br-lan", "wan") is False
    mine = docker.replace("DOCKER-FORWARD", "mine")
    assert len(part({FILE: chain("forward"), RUNNING: running(chain("forward"), mine)}).disagreements) == 1


def test_tables_of_iptables_are_left_to_its_own_output() -> None:
    table = "table ip filter {\n chain FORWARD {\n type filter hook forward priority 0; policy drop;\n }\n}\n"
    assert forwarded(part({RUNNING: table}), "br-lan", "wan") is False
    assert forwarded(part({RUNNING: table, "commands/iptables-save.txt": "*filter\nCOMMIT\n"}), "br-lan", "wan") is True


def test_an_output_that_cannot_be_read_is_a_hole() -> None:
    assert part({RUNNING: '{"nftables": [{"rule"'}).forward_filters.holes
    assert part({RUNNING: json.dumps({"nftables": [{"miracle": {}}]})}).forward_filters.holes


@pytest.mark.parametrize(
    ("rules", "policy", "doubts"),
    [((), "accept", 0), ((), "drop", 1), (("udp dport 53 drop",), "accept", 1), (("udp dport 80 drop",), "accept", 0)],
)
def test_the_hosts_own_questions(rules: tuple[str, ...], policy: str, doubts: int) -> None:
    host = host_of({FILE: chain("output", *rules, policy=policy)}, "nftables", interfaces=SHOP)
    assert len(SERVICE.read(host, INSTANCE).output_doubts) == doubts


def test_rules_are_named_by_comment_or_text_and_do_not_move() -> None:
    text = chain("forward", 'drop comment "nobody"', "tcp dport 80 accept", policy="drop")
    more = text.replace("\t\tdrop", "\t\tudp dport 9 drop\n\t\tdrop")
    one, other = ([rule.key for rule in part(each).forward_filters.items[0].rules] for each in (text, more))
    assert one == ["nobody"]
    assert other[1:] == one
