"""The resolvers that dnsmasq asks: those that interfaces name, and what stops its questions."""

import pytest

from auditor.model import LocalAnswer, Resolver
from tests.platforms.openwrt.captures import NETWORK, RELEASE, ZONES, line, model

NAMED = NETWORK.replace(
    "option proto 'dhcp'", "option proto 'dhcp'\n\toption peerdns '0'\n\tlist dns '1.1.1.1'"
).replace("option proto 'dhcpv6'", "option proto 'dhcpv6'\n\toption peerdns '0'")


def resolver(**files: str) -> Resolver:
    (found,) = model(files).resolvers.items
    return found


def whys(found: Resolver) -> list[str]:
    return [hole.why for hole in found.forwarders.holes]


def test_resolvers_that_every_uplink_names_are_all_that_are_asked() -> None:
    found = resolver(network=NAMED)
    assert [str(each.address) for each in found.forwarders] == ["1.1.1.1"]
    assert found.forwarders.items[0].fact.spans == (line(NAMED, "list dns", "/etc/config/network"),)
    assert not whys(found)


@pytest.mark.parametrize(
    "network",
    [
        NETWORK,
        NAMED.replace("option peerdns '0'\n\tlist", "list"),
        NAMED.replace("\tlist dns '1.1.1.1'\n", ""),
        NAMED + "\nconfig interface 'lte'\n\toption proto 'wwan'\n",
    ],
    ids=["handed out", "one of them hands out more", "nobody names any", "a protocol that may hand some out"],
)
def test_otherwise_something_is_asked_that_no_line_names(network: str) -> None:
    assert any("the uplink hands out" in why for why in whys(resolver(network=network)))


def test_a_file_of_resolvers_of_somebodys_own() -> None:
    found = resolver(network=NAMED, dhcp="config dnsmasq\n\toption resolvfile /etc/resolv.mine\n")
    assert any("/etc/resolv.mine" in why for why in whys(found))
    assert not found.forwarders.items


def test_a_file_of_servers_may_keep_names_inside() -> None:
    dhcp = "config dnsmasq\n\toption noresolv 1\n\toption serversfile {}\n"
    found = resolver(dhcp=dhcp.format("/etc/mine.servers"))
    assert [hole.why for hole in found.local_answers.holes] == whys(found)
    listed = resolver(dhcp=dhcp.format("/var/run/adblock-fast/dnsmasq.servers"))
    assert whys(listed)
    assert not listed.local_answers.holes


NO_DNS = "\nconfig rule\n\toption name 'No-Out'\n\toption dest 'wan'\n\toption dest_port '{}'\n\toption target '{}'\n"


@pytest.mark.parametrize(("port", "target"), [("53", "DROP"), ("1-1024", "REJECT"), ("53 853", "drop")])
def test_a_rule_about_the_routers_own_packets_may_stop_its_questions(port: str, target: str) -> None:
    found = resolver(network=NAMED, firewall=ZONES + NO_DNS.format(port, target))
    (why,) = whys(found)
    assert "packets of the router itself" in why
    assert found.forwarders.holes[0].settle


@pytest.mark.parametrize(("port", "target"), [("25", "DROP"), ("53", "ACCEPT"), ("53", "MARK")])
def test_other_rules_about_them_do_not(port: str, target: str) -> None:
    assert not whys(resolver(network=NAMED, firewall=ZONES + NO_DNS.format(port, target)))


def test_the_output_policy_counts_where_an_uplink_is() -> None:
    closed = ZONES.replace("option masq '1'", "option masq '1'\n\toption output 'DROP'")
    assert len(whys(resolver(network=NAMED, firewall=closed))) == 1
    inside = ZONES.replace("\toption input 'ACCEPT'\n", "\toption input 'ACCEPT'\n\toption output 'DROP'\n")
    assert not whys(resolver(network=NAMED, firewall=inside))
    everywhere = ZONES.replace("config defaults\n", "config defaults\n\toption output 'REJECT'\n")
    assert len(whys(resolver(network=NAMED, firewall=everywhere))) == 1
    off = {"commands/enabled-services.txt": "S19dnsmasq\n"}
    assert not whys(resolver(network=NAMED, firewall=closed, **off))


RECORDS = (
    "config dnsmasq\n\tlist address '/sunk.example.net/'\n\nconfig domain\n\toption name a.example.net\n\toption ip "
    "192.168.30.9\n\nconfig hostrecord\n\toption name b.example.net\n\toption ip 192.168.30.9\n"
)


@pytest.mark.parametrize(
    ("release", "exact"),
    [(RELEASE, {"a.example.net", "b.example.net"}), ("DISTRIB_RELEASE='15.05'\n", {"b.example.net"})],
)
def test_a_record_is_for_one_name_where_the_release_writes_it_as_a_host(release: str, exact: set[str]) -> None:
    (found,) = model({"dhcp": RECORDS}, release=release).resolvers.items
    answers: tuple[LocalAnswer, ...] = found.local_answers.items
    assert {answer.domain for answer in answers if answer.exact} == exact
    assert len(answers) == 3


def test_a_listing_of_fragments_with_whole_paths_names_each_once() -> None:
    device = model({"firewall": ZONES, "commands/nftables-fragments.txt": "/etc/nftables.d/20-mine.nft\n"})
    (hole,) = device.forward_filters.items[0].rules.holes
    assert hole.why == "/etc/nftables.d/20-mine.nft was not captured"
