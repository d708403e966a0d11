"""What passes `/ip firewall filter` and `raw` of RouterOS, from the default configuration to each matcher."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Assumed, Listed, Unknown
from auditor.platforms.routeros import firewall
from auditor.platforms.routeros.config import Config
from auditor.profiles import load_profile
from tests.platforms.routeros.filter_shop import (
    SHOP,
    Networks,
    config_of,
    forward,
    interface,
    part_of,
    port,
    question,
    says,
)

DEFCONF = """\
/ip firewall filter
add action=accept chain=input comment="defconf: accept established,related,untracked" connection-state=\\
    established,related,untracked
add action=drop chain=input comment="defconf: drop invalid" connection-state=invalid
add action=accept chain=input comment="defconf: accept ICMP" protocol=icmp
add action=accept chain=input comment="defconf: accept to local loopback (for CAPsMAN)" dst-address=127.0.0.1
add action=drop chain=input comment="defconf: drop all not coming from LAN" in-interface-list=!LAN
add action=accept chain=forward comment="defconf: accept in ipsec policy" ipsec-policy=in,ipsec
add action=accept chain=forward comment="defconf: accept out ipsec policy" ipsec-policy=out,ipsec
add action=fasttrack-connection chain=forward comment="defconf: fasttrack" connection-state=established,related \\
    hw-offload=yes
add action=accept chain=forward comment="defconf: accept established,related, untracked" connection-state=\\
    established,related,untracked
add action=drop chain=forward comment="defconf: drop invalid" connection-state=invalid
add action=drop chain=forward comment="defconf: drop all from WAN not DSTNATed" connection-nat-state=!dstnat \\
    connection-state=new in-interface-list=WAN
/ip firewall nat
add action=masquerade chain=srcnat comment="defconf: masquerade" ipsec-policy=out,none out-interface-list=WAN
"""


def _filter(*rules: str) -> str:
    return "".join(f"/ip firewall filter add chain=forward {rule}\n" for rule in rules)


# -- the default configuration ---------------------------------------------------------------------------------


def test_default_configuration_lets_clients_out_and_nobody_in() -> None:
    part = part_of(DEFCONF)
    for protocol, number in (("tcp", 443), ("udp", 53), ("udp", 123), ("icmp", None)):
        assert forward(part, "vlan30", "ether1", protocol, number) == "pass"
        assert forward(part, "bridge", "ether1", protocol, number) == "pass"
        assert forward(part, "ether1", "vlan30", protocol, number, target="192.168.30.0/24") == "stop"
    assert forward(part, "bridge", "vlan30", number=4443, target="192.168.30.0/24") == "pass"
    assert says(part.input_filters, question("vlan30", None, "udp", 53, target="192.168.30.1")) == "pass"
    assert says(part.input_filters, question("ether1", None, "udp", 53, target="198.51.100.2")) == "stop"
    assert says(part.input_filters, question("ether1", None, "icmp", None, target="198.51.100.2")) == "pass"
    assert part.output_doubts == ()
    assert part.dns_redirects == Listed()
    assert part.bridge_filters == Listed()
    assert [nat.leaving.value for nat in part.source_nats if not isinstance(nat.leaving, Unknown)] == [{"ether1"}]


def test_default_configuration_is_understood_to_the_last_word() -> None:
    config = config_of(DEFCONF)
    firewall.read(config, SHOP)
    (coverage,) = config.coverage()
    assert not [line for line in coverage.unknown if "firewall" in line.keywords]


def test_no_rules_at_all_let_everything_pass_by_the_documented_default() -> None:
    part = part_of("")
    assert forward(part, "ether1", "vlan30", target="192.168.30.0/24") == "pass"
    (filter_,) = part.forward_filters
    assert isinstance(filter_.default, Assumed)
    assert filter_.default.because.entry == "ip firewall filter.default-policy"


# -- matchers --------------------------------------------------------------------------------------------------

OUT = ("vlan30", "ether1")
DROPS = [
    # rule, out over TCP 443, out over UDP 53
    ("in-interface=vlan30", "stop", "stop"),
    ("in-interface=!vlan30", "stop", "stop"),  # the answers
    ("in-interface=!vlan30 connection-state=new", "pass", "pass"),
    ("in-interface=ether2", "pass", "pass"),  # a port of a bridge never routes
    ("in-interface=*A", "pass", "pass"),
    ("in-interface-list=LAN out-interface-list=WAN", "stop", "stop"),
    ("in-interface-list=!LAN connection-state=new", "pass", "pass"),
    ("out-interface-list=!WAN connection-state=new", "pass", "pass"),
    ("in-interface-list=all", "stop", "stop"),
    ("in-interface-list=none", "pass", "pass"),
    ("in-interface-list=GONE", "unknown", "unknown"),
    ("in-interface=all-vlan", "pass", "pass"),
    ("src-address=192.168.30.0/24", "stop", "stop"),
    ("src-address=!192.168.0.0/16 connection-state=new", "pass", "pass"),
    ("dst-address=203.0.113.1-203.0.113.20", "stop", "stop"),
    ("dst-address=!203.0.113.9 connection-state=new", "pass", "pass"),
    ("dst-address=example.net", "unknown", "unknown"),
    ("protocol=tcp", "stop", "pass"),
    ("protocol=!tcp", "pass", "stop"),
    ("protocol=17", "pass", "stop"),
    ("protocol=tcp dst-port=80,443", "stop", "pass"),
    ("protocol=tcp dst-port=400-500", "stop", "pass"),
    ("protocol=tcp dst-port=!443 connection-state=new", "pass", "pass"),
    ("protocol=udp dst-port=!443", "pass", "stop"),
    ("protocol=tcp src-port=443", "stop", "pass"),  # that is every answer
    ("protocol=tcp connection-state=new src-port=443", "pass", "pass"),
    ("protocol=tcp connection-state=new src-port=1024-65535", "stop", "pass"),
    ("protocol=udp port=53", "pass", "stop"),
    ("protocol=udp port=!53", "pass", "pass"),
    ("protocol=tcp dst-port=https", "unknown", "pass"),
    ("connection-state=new", "stop", "stop"),
    ("connection-state=invalid,untracked", "pass", "pass"),
    ("connection-state=!established,related", "stop", "stop"),
    ("connection-nat-state=dstnat", "pass", "pass"),
    ("connection-nat-state=!dstnat", "stop", "stop"),
    ("connection-nat-state=srcnat", "unknown", "unknown"),
    ("protocol=tcp tcp-flags=syn,!ack", "stop", "pass"),
    ("protocol=tcp tcp-flags=fin,syn", "pass", "pass"),
    ("protocol=icmp icmp-options=8:0-255", "pass", "pass"),
    ("fragment=yes", "pass", "pass"),
    ("ipv4-options=any", "pass", "pass"),
    ("dst-address-type=local", "pass", "pass"),
    ("dst-address-type=!local", "stop", "stop"),
    ("src-address-type=!unicast connection-state=new", "pass", "pass"),
    ("ipsec-policy=in,ipsec", "pass", "pass"),
    ("ipsec-policy=out,none", "stop", "stop"),
    ("hotspot=!auth", "stop", "stop"),
    ("hotspot=from-client,!auth", "pass", "pass"),
    ("packet-mark=guests", "pass", "pass"),
    ("connection-mark=no-mark", "stop", "stop"),
    ("in-bridge-port=ether2", "pass", "pass"),
    ("src-mac-address=00:00:5E:00:53:01", "unknown", "unknown"),
    ("protocol=tcp tls-host=*.example.net", "unknown", "pass"),
    ("layer7-protocol=video", "unknown", "unknown"),
    ("content=video", "unknown", "unknown"),
    ("time=8h-20h,mon,tue", "unknown", "unknown"),
    ("limit=10,5:packet", "unknown", "unknown"),
    ("random=50", "unknown", "unknown"),
    ("psd=21,3s,3,1", "unknown", "unknown"),
    ("a-matcher-of-next-year=1", "unknown", "unknown"),
    ("disabled=yes", "pass", "pass"),
    ("jump-target=", "stop", "stop"),
]


@pytest.mark.parametrize(("rule", "over_tcp", "over_udp"), DROPS, ids=[rule for rule, _, _ in DROPS])
def test_a_rule_that_drops(rule: str, over_tcp: str, over_udp: str) -> None:
    part = part_of(_filter(f"action=drop {rule}"))
    assert forward(part, *OUT, "tcp", 443) == over_tcp
    assert forward(part, *OUT, "udp", 53) == over_udp


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (("action=accept protocol=tcp", "action=drop"), "pass"),
        (("action=drop", "action=accept protocol=tcp"), "stop"),
        (("action=reject reject-with=tcp-reset protocol=tcp",), "stop"),
        (("action=tarpit protocol=tcp",), "stop"),
        (("action=passthrough", "action=log", "action=add-src-to-address-list address-list=seen"), "pass"),
        (("action=jump jump-target=none",), "pass"),
        (("action=jump jump-target=out", "action=drop"), "stop"),
        (("action=something-new",), "unknown"),
        (("protocol=tcp", "action=drop"), "pass"),  # accept is what a rule does that names no action
        (("src-address=192.168.30.0/24", "action=drop"), "stop"),  # the answers have another source
        # Fasttracked or not: who is accepted behind it passes, and who is dropped behind it may pass.
        (("action=fasttrack-connection connection-state=established,related", "action=accept"), "pass"),
        (
            (
                "action=fasttrack-connection connection-state=established,related",
                "action=drop connection-state=established",
            ),
            "unknown",
        ),
        (("action=drop in-interface=ether1",), "stop"),  # no answer comes back
        (("action=accept connection-state=established", "action=drop in-interface=ether1"), "pass"),
    ],
)
def test_rules_in_their_order(rules: tuple[str, ...], expected: str) -> None:
    assert forward(part_of(_filter(*rules)), *OUT) == expected


def test_chains_that_rules_jump_to_come_back() -> None:
    text = _filter("action=jump jump-target=out", "action=drop")
    text += "/ip firewall filter add chain=out action=return protocol=udp\n"
    text += "/ip firewall filter add chain=out action=accept\n"
    part = part_of(text)
    assert forward(part, *OUT, "tcp", 443) == "pass"
    assert forward(part, *OUT, "udp", 53) == "stop"


def test_a_chain_that_jumps_to_itself_ends() -> None:
    assert forward(part_of(_filter("action=jump jump-target=forward")), *OUT) == "unknown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/ip firewall raw add action=drop chain=prerouting in-interface=vlan30\n", "stop"),
        ("/ip firewall raw add action=drop chain=prerouting in-interface=ether2\n", "pass"),
        ("/ip firewall raw add action=accept chain=prerouting\n", "pass"),
        ("/ip firewall mangle add action=mark-packet chain=forward new-packet-mark=a\n", "pass"),
        ("/ip firewall mangle add action=route chain=prerouting route-dst=192.0.2.1\n", "unknown"),
        (
            "/ip firewall raw add action=notrack chain=prerouting protocol=ospf\n"
            + _filter("action=drop connection-state=invalid"),
            "pass",
        ),
        (
            "/ip firewall raw add action=notrack chain=prerouting\n" + _filter("action=drop connection-state=invalid"),
            "unknown",
        ),
        (
            "/ip firewall mangle add action=mark-packet chain=forward new-packet-mark=a\n"
            + _filter("action=drop packet-mark=a"),
            "unknown",
        ),
        ("/ip kid-control add name=kids mon=8h-20h\n", "pass"),
        ("/ip kid-control device add mac-address=02:00:5E:00:00:09 name=tablet user=kids\n", "unknown"),
        ("/ip firewall filter set 0 disabled=no\n", "unknown"),
    ],
)
def test_other_menus(text: str, expected: str) -> None:
    assert forward(part_of(text), *OUT) == expected


@pytest.mark.parametrize(
    "damaged",
    ['action=drop comment="', "action=drop src-address=[:resolve a]", "action=$a", 'copy-from=1 action="accept"'],
)
def test_a_rule_that_cannot_be_read_may_do_anything(damaged: str) -> None:
    assert forward(part_of(_filter(damaged)), *OUT) == "unknown"
    assert forward(part_of(_filter("action=accept", damaged)), *OUT) in ("pass", "unknown")


def test_a_cut_export_hides_rules() -> None:
    cut = config_of(_filter("action=accept protocol=udp")).capture
    text = cut.files[0].text.rpartition("/system")[0]
    capture = replace(cut, files=(replace(cut.files[0], text=text),))
    part = firewall.read(Config.of(capture, load_profile("routeros")), SHOP)
    assert forward(part, *OUT) == "unknown"
    assert part.source_nats.holes
    assert part.dns_redirects.holes


# -- lists of addresses ----------------------------------------------------------------------------------------


def _listed(*entries: str, rule: str = "action=drop dst-address-list=bad") -> str:
    return "".join(f"/ip firewall address-list add list=bad {entry}\n" for entry in entries) + _filter(rule)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (_listed("address=203.0.113.0/24"), "stop"),
        (_listed("address=203.0.113.1-203.0.113.9"), "stop"),
        (_listed("address=203.0.113.9 disabled=yes"), "pass"),
        (_listed("address=198.51.100.0/24"), "pass"),
        (_listed(), "pass"),
        (_listed(rule="action=drop dst-address-list=!bad"), "stop"),
        (_listed("address=203.0.113.9", rule="action=drop dst-address-list=!bad connection-state=new"), "pass"),
        (_listed("address=example.net"), "unknown"),
        (_listed("address=203.0.113.9 timeout=1h"), "unknown"),
        (_listed("address=198.51.100.9 timeout=1h"), "pass"),
        (_listed() + "/ip dns static add address-list=bad name=example.net type=FWD\n", "unknown"),
        (_listed() + _filter("action=add-dst-to-address-list address-list=bad"), "unknown"),
        (_listed() + _filter("action=add-dst-to-address-list address-list=bad disabled=yes"), "pass"),
        (_listed() + _filter("action=add-dst-to-address-list address-list=worse"), "pass"),
        (_listed() + '/system script add name=x source="/ip firewall address-list add list=bad"\n', "unknown"),
        (_listed() + '/system script add name=x source="/import bad.rsc"\n', "unknown"),
        # Who knocks from the internet is no client of the shop.
        (
            _listed(rule="action=drop src-address-list=bad")
            + "/ip firewall filter add chain=input action=add-src-to-address-list address-list=bad "
            + "in-interface-list=WAN protocol=tcp dst-port=22\n",
            "pass",
        ),
        (
            _listed(rule="action=drop src-address-list=bad")
            + "/ip firewall filter add chain=input action=add-src-to-address-list address-list=bad protocol=tcp\n",
            "unknown",
        ),
        (_listed(rule="action=drop src-address-list=bad") + "/ppp profile add name=p address-list=bad\n", "unknown"),
        (_listed() + "/radius add service=hotspot address=192.0.2.9\n", "unknown"),
        (_listed() + "/radius add service=wireless address=192.0.2.9\n", "pass"),
    ],
)
def test_address_lists(text: str, expected: str) -> None:
    assert forward(part_of(text), *OUT) == expected


_OPEN = ("action=accept connection-state=established", "action=accept dst-address-list=bad", "action=drop")


@pytest.mark.parametrize(
    ("entries", "rules", "host", "expected"),
    [
        (("address=api.example.net",), _OPEN, "api.example.net", "pass"),
        (("address=API.Example.net.",), _OPEN, "api.example.net", "pass"),
        (("address=api.example.net",), _OPEN, "www.example.net", "unknown"),
        (("address=api.example.net",), _OPEN, "", "unknown"),
        (("address=example.net",), _OPEN, "api.example.net", "unknown"),
        (("address=www.example.net", "address=api.example.net"), _OPEN, "api.example.net", "pass"),
        (("address=198.51.100.9", "address=api.example.net"), _OPEN, "api.example.net", "pass"),
        (("address=api.example.net timeout=1h",), _OPEN, "api.example.net", "unknown"),
        (("address=api.example.net disabled=yes",), _OPEN, "api.example.net", "stop"),
        (("address=api.example.net",), ("action=drop dst-address-list=bad",), "api.example.net", "stop"),
        (("address=api.example.net",), ("action=drop dst-address-list=!bad",), "api.example.net", "unknown"),
        # The host's answers come from its address.
        (("address=api.example.net",), ("action=drop src-address-list=bad",), "api.example.net", "stop"),
        (
            ("address=api.example.net",),
            ("action=drop dst-address-list=bad time=22h-6h,mon",),
            "api.example.net",
            "unknown",
        ),
    ],
)
def test_hosts_that_a_list_holds_by_name(
    entries: tuple[str, ...], rules: tuple[str, ...], host: str, expected: str
) -> None:
    text = _listed(*entries, rule=rules[0]) + "".join(map(_filter, rules[1:]))
    assert says(part_of(text).forward_filters, replace(question(*OUT), host=host)) == expected


def test_a_name_of_a_host_is_no_address_that_cannot_be_read() -> None:
    (rule,) = part_of(_listed("address=192.0.2.300")).forward_filters.items[0].rules
    assert rule.destination_names == frozenset()
    assert isinstance(rule.narrow, Unknown)


def test_a_list_of_many_names_is_one_condition() -> None:
    names = tuple(f"address=host-{number}.example.net" for number in range(600))
    (rule,) = part_of(_listed(*names)).forward_filters.items[0].rules
    assert len(rule.destination_names) == 600


# -- what the rest of the device says --------------------------------------------------------------------------


def test_hotspot_conditions_are_open_where_there_is_a_hotspot() -> None:
    text = "/ip hotspot add name=h interface=vlan30 disabled=no\n" + _filter("action=drop hotspot=!auth")
    assert forward(part_of(text), *OUT) == "unknown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/ip ipsec policy add dst-address=203.0.113.0/24 src-address=192.168.30.0/24 peer=p tunnel=yes\n", "unknown"),
        ("/ip ipsec policy add dst-address=10.0.0.0/8 src-address=192.168.30.0/24 peer=p tunnel=yes\n", "pass"),
        ("/ip ipsec policy set 0 dst-address=0.0.0.0/0 src-address=0.0.0.0/0\n", "pass"),
        ("/ip ipsec identity add generate-policy=port-strict peer=p\n", "unknown"),
        ("/interface l2tp-server server set enabled=yes use-ipsec=yes\n", "unknown"),
    ],
)
def test_ipsec(text: str, expected: str) -> None:
    assert forward(part_of(text + _filter("action=drop ipsec-policy=out,ipsec")), *OUT) == expected


def test_an_interface_in_a_routing_table_of_its_own() -> None:
    text = "/ip vrf add interfaces=vlan30 name=blue\n"
    assert forward(part_of(text + _filter("action=drop in-interface=vlan30")), *OUT) == "unknown"
    assert forward(part_of(text + _filter("action=drop in-interface=bridge")), "bridge", "ether1") == "stop"


def test_all_but_some_interfaces_are_all_others_that_are_known() -> None:
    some = Networks(Listed(SHOP.interfaces.items, (Unknown("which interfaces there are"),)), SHOP.ports)
    assert forward(part_of(_filter("action=drop in-interface=!bridge"), some), *OUT) == "stop"
    assert forward(part_of(_filter("action=drop connection-state=new in-interface=!vlan30"), some), *OUT) == "pass"


def test_a_switch_chip_that_routes_asks_no_filter() -> None:
    text = "/interface ethernet switch set 0 l3-hw-offloading=yes\n"
    assert forward(part_of(text + _filter("action=drop")), *OUT) == "unknown"
    assert forward(part_of(text + _filter("action=accept")), *OUT) == "pass"


def test_the_device_s_own_questions() -> None:
    text = "/ip firewall filter add action=drop chain=output {}\n"
    assert part_of(text.format("protocol=udp dst-port=53")).output_doubts
    assert not part_of(text.format("protocol=tcp dst-port=25")).output_doubts
    nat = "/ip firewall nat add action=dst-nat chain=output protocol=udp dst-port=53 to-addresses=192.0.2.1\n"
    assert part_of(nat).output_doubts


def test_keys_do_not_depend_on_lines() -> None:
    rules = ("action=drop protocol=udp", "action=drop protocol=tcp comment=plain_word", "action=drop protocol=udp")
    one = part_of(_filter(*rules)).forward_filters.items[0]
    other = part_of("# a line\n" + _filter("action=accept protocol=gre", *rules)).forward_filters.items[0]
    keys = [rule.key for rule in one.rules]
    assert keys[1:] == ["plain_word", f"{keys[0]} #2"]
    assert [rule.key for rule in other.rules][1:] == keys


def test_many_entries_do_not_take_long() -> None:
    entries = "".join(
        f"/ip firewall address-list add address=100.{n // 250}.{n % 250}.1 list=bad\n" for n in range(3000)
    )
    assert forward(part_of(entries + _filter("action=drop dst-address-list=bad")), *OUT) == "pass"


_words = st.sampled_from(
    [
        "chain=forward",
        "chain=x",
        "action=drop",
        "action=jump",
        "jump-target=x",
        "dst-port=1-",
        "protocol=!",
        "port=!a",
        "in-interface=!",
        "src-address=!1.2.3.4-1",
        "src-address-list=!",
        "connection-state=!",
        "icmp-options=:",
        "tcp-flags=!,",
        "in-interface-list=!",
        "!comment",
        "ipsec-policy=,",
        "hotspot=",
        "disabled=maybe",
        '"',
    ]
)
_lines = st.one_of(
    st.text(max_size=30),
    st.builds(
        "/{} add {}".format,
        st.sampled_from(["ip firewall filter", "ip firewall nat", "ip firewall raw", "interface bridge filter"]),
        st.lists(_words, max_size=5).map(" ".join),
    ),
)


@given(st.lists(_lines, max_size=6).map("\n".join))
def test_no_text_makes_it_raise(text: str) -> None:
    networks = Networks(Listed((interface("a", "192.168.1.1/24"),)), Listed((port("a", "a"),)))
    part = part_of(text + "\n", networks)
    assert part.forward_filters.items or part.forward_filters.holes
