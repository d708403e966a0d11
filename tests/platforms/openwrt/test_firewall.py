"""Order and meaning of the packet filter, asked through the sets that rules ask."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from auditor.capture import Gap
from auditor.model import Action, Assumed, Device, FilterRule, PortRange, Stated, Unknown
from auditor.site.filters import Question, evaluate, interval
from tests.platforms.openwrt.captures import ZONES, capture, line, model, rule

LAN, GUEST, ANYWHERE = "192.168.30.0/24", "192.168.40.0/24", "198.51.100.0/24"
FILE = "/etc/config/firewall"


def firewall(text: str, *, zones: str = ZONES, release: str = "DISTRIB_RELEASE='23.05.3'\n", **files: str) -> Device:
    return model({"firewall": zones + text, **files}, release=release)


def fate(
    device: Device,
    *,
    entering: str = "lan",
    leaving: str | None = "wan",
    source: str = LAN,
    destination: str = ANYWHERE,
    protocol: str = "tcp",
    port: int | None = 443,
) -> set[Action]:
    """All that can become of packets, over all of the addresses."""
    listed = device.input_filters if leaving is None else device.forward_filters
    assert not listed.holes
    (filter_,) = listed.items
    question = Question(
        entering, leaving, (interval(IPv4Network(source)),), (interval(IPv4Network(destination)),), protocol, port
    )
    return {action for box in evaluate(filter_, question).boxes for action in box.actions}


def rules(device: Device) -> list[FilterRule]:
    return list(device.forward_filters.items[0].rules)


FORWARDING = "config forwarding\n\toption src 'lan'\n\toption dest 'wan'\n"


def test_without_a_forwarding_a_zone_is_closed() -> None:
    assert fate(firewall("")) == {Action.REJECT}
    assert fate(firewall(FORWARDING)) == {Action.ACCEPT}


def test_the_answer_names_its_lines() -> None:
    text = ZONES + FORWARDING
    forwarding = rule(model({"firewall": text}).forward_filters.items[0].rules, "forwarding lan->wan")
    assert forwarding.action == Stated(
        Action.ACCEPT,
        (
            line(text, "config forwarding", FILE),
            line(text, "option src 'lan'", FILE),
            line(text, "option dest 'wan'", FILE),
        ),
    )


def test_policies_come_from_zone_then_defaults_then_documentation() -> None:
    lan_to_itself = {"leaving": "lan", "destination": LAN}
    assert fate(firewall(""), entering="lan", leaving="lan", destination=LAN) == {Action.ACCEPT}
    guests = firewall("", zones=ZONES.replace("option forward 'REJECT'", "option forward 'drop'", 1))
    assert fate(guests, entering="guest", leaving="guest", source=GUEST, destination=GUEST) == {Action.DROP}
    bare = firewall("config zone\n\toption name lan\n\toption network lan\n", zones="")
    assert fate(bare, leaving=lan_to_itself["leaving"]) == {Action.DROP}
    assert isinstance(bare.forward_filters.items[0].default, Assumed)


def test_packets_to_the_router_have_their_own_filter() -> None:
    device = firewall("config rule 'dns'\n\toption src guest\n\toption dest_port 53\n\toption target ACCEPT\n")
    assert fate(device, leaving=None, destination=LAN) == {Action.ACCEPT}
    ask = {"entering": "guest", "leaving": None, "source": GUEST, "destination": GUEST}
    assert fate(device, **ask, protocol="udp", port=53) == {Action.ACCEPT}  # type: ignore[arg-type]
    assert fate(device, **ask, protocol="tcp", port=80) == {Action.REJECT}  # type: ignore[arg-type]


def test_rules_of_no_zone_come_first_then_rules_of_the_zone_then_forwardings() -> None:
    device = firewall(
        FORWARDING
        + "config rule 'mine'\n\toption src lan\n\toption dest wan\n\toption target DROP\n"
        + "config rule 'all'\n\toption src '*'\n\toption dest '*'\n\toption target ACCEPT\n\toption dest_port 80\n"
    )
    keys = [one.key for one in rules(device)]
    assert keys == [
        "all", "mine", "forwarding lan->wan", "zone lan forward", "zone guest forward", "zone wan forward",
    ]  # fmt: skip
    assert fate(device, port=80) == {Action.ACCEPT}
    assert fate(device, port=443) == {Action.DROP}


RULE = "config rule 'r'\n\toption src lan\n\toption dest wan\n"
BLOCK = RULE + "\toption target REJECT\n"


@pytest.mark.parametrize(
    ("options", "protocol", "port", "hit"),
    [
        ("", "tcp", 443, True),
        ("", "udp", 123, True),
        ("", "icmp", None, False),
        ("\toption proto any\n", "icmp", None, True),
        ("\toption proto '*'\n", "icmp", None, True),
        ("\toption proto tcp\n", "udp", 443, False),
        ("\toption proto 17\n", "udp", 123, True),
        ("\tlist proto tcp\n\tlist proto icmp\n", "icmp", None, True),
        ("\toption proto icmpv6\n", "icmp", None, False),
        ("\toption dest_port 443\n", "tcp", 443, True),
        ("\toption dest_port 443\n", "tcp", 444, False),
        ("\toption dest_port '80 440-450'\n", "tcp", 443, True),
        ("\toption dest_port '440:450'\n", "tcp", 451, False),
        ("\tlist dest_port '80'\n\tlist dest_port '443'\n", "tcp", 443, True),
        ("\toption dest_port '!443'\n", "tcp", 443, False),
        ("\toption dest_port '!443'\n", "tcp", 80, True),
        ("\toption dest_port '400-500 !443'\n", "tcp", 443, False),
        ("\toption proto 'tcp icmp'\n\toption dest_port 443\n", "icmp", None, True),
        ("\toption proto 'tcp icmp'\n\toption dest_port 443\n", "tcp", 80, False),
        ("\toption proto all\n\toption dest_port 443\n", "tcp", 80, True),
        ("\toption family ipv6\n", "tcp", 443, False),
        ("\toption family ipv4\n", "tcp", 443, True),
        ("\toption enabled 0\n", "tcp", 443, False),
        ("\toption enabled no\n", "tcp", 443, False),
    ],
)
def test_protocol_port_family(options: str, protocol: str, port: int | None, hit: bool) -> None:
    device = firewall(FORWARDING + BLOCK + options)
    assert fate(device, protocol=protocol, port=port) == {Action.REJECT if hit else Action.ACCEPT}


@pytest.mark.parametrize(
    ("option", "value", "address", "hit"),
    [
        ("src_ip", "192.168.30.10", "192.168.30.10/32", True),
        ("src_ip", "192.168.30.10", "192.168.30.11/32", False),
        ("src_ip", "192.168.30.99/24", "192.168.30.11/32", True),
        ("src_ip", "192.168.30.0/255.255.255.0", "192.168.30.11/32", True),
        ("src_ip", "192.168.30.10-192.168.30.12", "192.168.30.12/32", True),
        ("src_ip", "192.168.30.10-192.168.30.12", "192.168.30.13/32", False),
        ("src_ip", "!192.168.30.10", "192.168.30.10/32", False),
        ("src_ip", "!192.168.30.10", "192.168.30.11/32", True),
        ("src_ip", "192.168.30.0/24 !192.168.30.10", "192.168.30.10/32", False),
        ("src_ip", "lan", "192.168.30.11/32", True),
        ("src_ip", "guest", "192.168.30.11/32", False),
        ("src_ip", "fd00::/8", "192.168.30.11/32", False),
        ("src_ip", "fd00::1-fd00::9", "192.168.30.11/32", False),
    ],
)
def test_addresses(option: str, value: str, address: str, hit: bool) -> None:
    device = firewall(FORWARDING + BLOCK + f"\toption {option} '{value}'\n")
    assert fate(device, source=address) == {Action.REJECT if hit else Action.ACCEPT}


def test_an_address_cuts_the_answer_into_parts() -> None:
    device = firewall(FORWARDING + BLOCK + "\tlist dest_ip '198.51.100.0/25'\n")
    assert fate(device) == {Action.REJECT, Action.ACCEPT}
    assert fate(device, destination="198.51.100.128/25") == {Action.ACCEPT}


@pytest.mark.parametrize(
    "options",
    [
        "\toption src_ip 'pos.example'\n",
        "\toption src_ip '192.168.30.0/255.0.255.0'\n",
        "\toption src_ip '192.168.30.0/0.0.0.255'\n",
        "\toption src_ip '192.168.30.9-192.168.30.1'\n",
        "\toption dest_ip wan\n",
        "\toption dest_port https\n",
        "\toption dest_port 70000\n",
        "\toption dest_port 90-80\n",
        "\toption proto '!udp'\n",
        "\toption src_mac '02:00:00:00:00:01'\n",
        "\toption src_port 1024\n",
        "\toption ipset blocked\n",
        "\toption mark 0x1\n",
        "\toption limit 10/minute\n",
        "\toption start_time 09:00\n",
        "\toption weekdays 'Mon Tue'\n",
        "\toption device tun9\n",
        "\toption enabled maybe\n",
        "\toption target LOG\n",
        "\toption extra '-m owner'\n",
    ],
)
def test_what_is_not_modelled_may_match_or_not(options: str) -> None:
    actions = fate(firewall(FORWARDING + BLOCK + options))
    assert {action.blocks for action in actions} == {True, False}


@pytest.mark.parametrize(
    "target", ["", "\toption target MARK\n", "\toption target NOTRACK\n", "\toption target dscp\n"]
)
def test_a_rule_without_a_deciding_target_lets_packets_go_on(target: str) -> None:
    device = firewall(FORWARDING + RULE + target)
    assert rules(device)[0].action.value is Action.NEXT  # type: ignore[union-attr]
    assert fate(device) == {Action.ACCEPT}


def test_an_icmp_type_says_nothing_about_tcp() -> None:
    device = firewall(FORWARDING + BLOCK + "\toption proto 'icmp tcp'\n\toption icmp_type echo-request\n")
    assert fate(device, protocol="icmp", port=None) == {Action.REJECT, Action.ACCEPT}
    assert fate(device, protocol="tcp") == {Action.REJECT}


def test_ports_of_all_protocols_depend_on_the_version() -> None:
    text = FORWARDING + BLOCK + "\toption proto all\n\toption dest_port 443\n"
    old = firewall(text, release="DISTRIB_RELEASE='19.07.10'\n")
    assert fate(old) == {Action.REJECT, Action.ACCEPT}


def test_a_device_narrows_a_rule_to_the_interfaces_on_it() -> None:
    device = firewall(
        "config rule 'r'\n\toption src '*'\n\toption dest '*'\n\toption device br-guest\n\toption target DROP\n"
    )
    assert fate(device, entering="guest", source=GUEST) == {Action.DROP}
    assert fate(device) == {Action.REJECT}


@pytest.mark.parametrize(
    "zone",
    [
        "\toption network '!wan'\n",
        "\toption network guest\n\toption subnet 192.168.40.0/24\n",
        "\toption network guest\n\toption enabled perhaps\n",
    ],
)
def test_a_zone_whose_members_are_unclear_may_take_any_packet(zone: str) -> None:
    zones = ZONES.replace("\tlist network 'guest'\n", zone + "\toption forward ACCEPT\n")
    assert isinstance(
        rule(firewall("", zones=zones).forward_filters.items[0].rules, "zone guest forward").entering, Unknown
    )


def test_a_zone_takes_all_interfaces_on_its_device() -> None:
    zones = ZONES.replace("list network 'lan'", "list device 'br-lan'")
    assert fate(firewall(FORWARDING, zones=zones)) == {Action.ACCEPT}
    wild = ZONES.replace("list network 'lan'", "list device 'br-l+'")
    assert fate(firewall(FORWARDING, zones=wild)) == {Action.ACCEPT}


@pytest.mark.parametrize("change", ["\toption enabled 0\n", "\toption family ipv6\n"])
def test_a_zone_that_is_off_takes_its_rules_and_forwardings_along(change: str) -> None:
    zones = ZONES.replace("\toption name 'lan'\n", "\toption name 'lan'\n" + change)
    device = firewall(FORWARDING + BLOCK, zones=zones)
    assert [one.key for one in rules(device)] == ["zone guest forward", "zone wan forward"]
    assert fate(device) == {Action.REJECT}
    assert not next(c for c in device.coverage if c.file == FILE).unknown


def test_a_rule_for_a_zone_that_does_not_exist_is_not_there() -> None:
    device = firewall("config rule 'r'\n\toption src lan\n\toption dest nowhere\n\toption target ACCEPT\n")
    assert [one.key for one in rules(device)] == ["zone lan forward", "zone guest forward", "zone wan forward"]


def test_a_damaged_rule_may_do_anything() -> None:
    device = firewall(FORWARDING + BLOCK + "\tnonsense here\n")
    assert fate(device) == {Action.ACCEPT, Action.DROP}


def test_keys_are_unique_and_do_not_move_with_lines() -> None:
    device = firewall(FORWARDING * 2)
    assert [one.key for one in rules(device)][:2] == ["forwarding lan->wan", "forwarding lan->wan (2)"]
    moved = firewall("\n\n" + FORWARDING)
    assert {one.key for one in rules(moved)} == {one.key for one in rules(firewall(FORWARDING))}


def test_without_the_package_nothing_is_known_and_without_the_service_nothing_is_stopped() -> None:
    missing = model()
    assert missing.forward_filters.holes
    assert not missing.forward_filters.items
    off = firewall("", **{"commands/enabled-services.txt": "S19dnsmasq\nS20network\n"})
    assert fate(off, port=25) == {Action.ACCEPT}
    default = off.forward_filters.items[0].default
    assert default.spans[0].file == "commands/enabled-services.txt"
    assert not off.source_nats.items


COMMENT = "# rules go here\n\n"


def test_files_beside_uci_that_say_nothing_change_nothing() -> None:
    device = firewall(
        FORWARDING + "config include\n\toption path /etc/firewall.user\n",
        **{
            "/etc/firewall.user": COMMENT,
            "/etc/nftables.d/10-custom-filter-chains.nft": COMMENT,
            "commands/nftables-fragments.txt": "10-custom-filter-chains.nft\nREADME\n",
        },
    )
    assert fate(device) == {Action.ACCEPT}


@pytest.mark.parametrize(
    ("text", "files", "release"),
    [
        ("", {"/etc/nftables.d/90-mine.nft": "# x\nchain c {}\n"}, "23.05.3"),
        ("", {"commands/nftables-fragments.txt": "90-mine.nft\n"}, "23.05.3"),
        ("config include\n\toption path /root/fw.sh\n", {}, "23.05.3"),
        ("config include\n\toption path /root/fw.sh\n\toption fw4_compatible 0\n", {}, "21.02.7"),
        ("config include\n\toption path /etc/firewall.user\n", {"/etc/firewall.user": "iptables -F\n"}, "21.02.7"),
        (
            "config include\n\toption path /etc/firewall.user\n\toption fw4_compatible 1\n",
            {"/etc/firewall.user": "nft flush ruleset\n"},
            "23.05.3",
        ),
    ],
)
def test_files_that_say_something_may_change_everything(text: str, files: dict[str, str], release: str) -> None:
    device = firewall(FORWARDING + text, release=f"DISTRIB_RELEASE='{release}'\n", **files)
    assert fate(device) == {Action.ACCEPT, Action.DROP}


@pytest.mark.parametrize(
    ("text", "files", "release"),
    [
        ("config include\n\toption path /root/fw.sh\n\toption enabled 0\n", {}, "23.05.3"),
        ("config include\n\toption path /root/fw.sh\n\toption fw4_compatible 0\n", {}, "23.05.3"),
        ("config include\n\toption path /etc/firewall.user\n", {"/etc/firewall.user": "iptables -F\n"}, "23.05.3"),
        ("config include miniupnpd\n\toption path /usr/share/miniupnpd/firewall.include\n", {}, "21.02.7"),
    ],
)
def test_files_that_the_firewall_does_not_read_change_nothing(text: str, files: dict[str, str], release: str) -> None:
    assert fate(firewall(FORWARDING + text, release=f"DISTRIB_RELEASE='{release}'\n", **files)) == {Action.ACCEPT}


def test_masquerading() -> None:
    (nat,) = firewall("").source_nats.items
    assert nat.leaving.value == {"wan", "wan6"}  # type: ignore[union-attr]
    (some,) = firewall("", zones=ZONES + "\toption masq_dest '!192.0.2.0/24'\n").source_nats.items
    assert isinstance(some.leaving, Unknown)
    exempt = firewall("config nat\n\toption src wan\n\toption target ACCEPT\n\toption dest_ip 192.0.2.9\n")
    assert [type(one.leaving) for one in exempt.source_nats] == [Unknown]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("config nat 'n'\n\toption src guest\n", True),
        ("config nat 'n'\n\toption src guest\n\toption src_ip 192.168.30.7\n", False),
        ("config redirect 'n'\n\toption target SNAT\n\toption dest guest\n\toption src_dip 192.168.40.1\n", True),
        ("config nat 'n'\n\toption src '*'\n", False),
    ],
)
def test_source_nat_by_sections(text: str, known: bool) -> None:
    nat = next(one for one in firewall(text).source_nats if one.key == "n")
    assert (not isinstance(nat.leaving, Unknown) and nat.leaving.value == {"guest"}) is known


def test_port_forward() -> None:
    text = (
        "config redirect 'web'\n\toption src wan\n\toption dest lan\n\toption src_dport 8443\n"
        "\toption dest_ip 192.168.30.5\n\toption dest_port 443\n\toption proto tcp\n"
    )
    device = firewall(text)
    (forward,) = device.port_forwards.items
    assert forward.entering.value == {"wan", "wan6"}  # type: ignore[union-attr]
    assert forward.port.value == PortRange(8443, 8443)  # type: ignore[union-attr]
    assert forward.to_address.value == IPv4Network("192.168.30.5")  # type: ignore[union-attr]
    assert not device.dns_redirects.items
    assert not firewall(text + "\toption enabled 0\n").port_forwards.items
    assert not firewall(text.replace("src wan", "src '*'")).port_forwards.items


DNS = "config redirect 'dns'\n\toption src lan\n\toption src_dport 53\n"


def test_dns_redirect_to_the_router_itself() -> None:
    (redirect,) = firewall(DNS).dns_redirects.items
    assert redirect.key == "dns"
    assert redirect.interfaces.value == ("lan",)  # type: ignore[union-attr]
    assert redirect.to_address.value is None  # type: ignore[union-attr]
    assert redirect.to_port.value == 53  # type: ignore[union-attr]
    assert not firewall(DNS + "\toption enabled 0\n").dns_redirects.items


def test_dns_redirect_elsewhere() -> None:
    (lan,) = firewall(DNS + "\toption src_dip '!192.168.30.53'\n\toption dest_ip 192.168.30.53\n").dns_redirects.items
    assert lan.to_address.value == IPv4Address("192.168.30.53")  # type: ignore[union-attr]
    (port,) = firewall(DNS + "\toption dest_port 5353\n").dns_redirects.items
    assert port.to_port.value == 5353  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "options", ["\toption src_dip 192.0.2.8\n", "\toption src_mac 02:00:00:00:00:01\n", "\toption weekdays Mon\n"]
)
def test_a_dns_redirect_of_some_packets_may_concern_anyone(options: str) -> None:
    (redirect,) = firewall(DNS + options).dns_redirects.items
    assert isinstance(redirect.interfaces, Unknown)


@pytest.mark.parametrize(
    "text",
    [
        DNS.replace("src_dport 53", "src_dport 54"),
        DNS + "\toption proto icmp\n",
        "config redirect 'dns'\n\toption src wan\n\toption src_dport 53\n\toption dest_ip 192.168.30.9\n",
    ],
)
def test_no_dns_redirect(text: str) -> None:
    assert not firewall(text).dns_redirects.items


def test_a_whole_firewall_has_no_unknown_line() -> None:
    device = firewall(FORWARDING + BLOCK + "\toption proto tcp\n\toption name 'No mail'\n\toption dest_port 25\n" + DNS)
    assert next(c for c in device.coverage if c.file == FILE).unknown == ()
    assert capture({}).files == ()


@pytest.mark.parametrize(
    ("release", "action"), [("19.07.10", Action.REJECT), ("21.02.7", Action.REJECT), ("22.03.0", Action.NEXT)]
)
def test_a_rule_without_target_rejects_in_fw3_and_only_counts_in_fw4(release: str, action: Action) -> None:
    device = firewall(FORWARDING + RULE, release=f"DISTRIB_RELEASE='{release}'\n")
    found = rule(device.forward_filters.items[0].rules, "r").action
    assert isinstance(found, Assumed)
    assert found.value is action
    assert fate(device) == {Action.REJECT if action is Action.REJECT else Action.ACCEPT}


def test_without_a_version_a_rule_without_target_may_do_either() -> None:
    device = firewall(FORWARDING + RULE, release="DISTRIB_RELEASE='SNAPSHOT'\n")
    assert isinstance(rule(device.forward_filters.items[0].rules, "r").action, Unknown)
    assert isinstance(
        rule(firewall(RULE + "\toption target none\n").forward_filters.items[0].rules, "r").action, Unknown
    )


def test_a_refused_user_file_is_a_hole_where_it_is_run() -> None:
    include = "config include\n\toption path /etc/firewall.user\n"
    refused = (Gap("/etc/firewall.user", "refused", "collect again"),)
    files = {"firewall": ZONES + include}
    older = model(files, gaps=refused, release="DISTRIB_RELEASE='21.02.7'\n")
    assert older.forward_filters.items[0].rules.holes
    assert not model(files, gaps=refused).forward_filters.items[0].rules.holes


def test_a_refused_package_says_why() -> None:
    (hole,) = model(gaps=(Gap("/etc/config/firewall", "permission denied", "log in as root"),)).forward_filters.holes
    assert "permission denied" in hole.why
    assert hole.settle == "log in as root"
