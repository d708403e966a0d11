"""Fixes: which lines they change, that the running ruleset follows, and when a person must do it."""

from datetime import timedelta
from ipaddress import IPv4Network
from typing import Any

import pytest

from auditor.capture import Gap
from auditor.intents import AllowTraffic, SetLeaseTime, StopDnsRedirect
from auditor.services import Host, NotPossible, Put
from auditor.services.nftables import SERVICE
from tests.judges.nftables import complaint, loaded, why_not
from tests.services.hosts import host_of
from tests.services.nftables.test_read import FILE, HEALTHY, INSTANCE, RUNNING, SHOP, chain, forwarded

FORWARD = "nftables/inet filter forward"
NFT = why_not("nft")


def allow(before: str | None = None, **more: Any) -> AllowTraffic:
    wanted: dict[str, Any] = {
        "filter": FORWARD,
        "name": "pos_to_readers",
        "entering": "br-lan",
        "leaving": "guest",
        "sources": (IPv4Network("192.168.10.0/24"),),
        "destinations": (IPv4Network("192.168.20.0/24"), IPv4Network("192.0.2.1/32")),
        "protocol": "tcp",
        "port": 4443,
        "before": before,
    }
    return AllowTraffic(**(wanted | more))


def host(files: dict[str, str], **more: Any) -> Host:
    return host_of(files, "nftables", interfaces=SHOP, **more)


def applied(files: dict[str, str], puts: tuple[Put, ...]) -> dict[str, str]:
    after = dict(files)
    for put in puts:
        after[put.path] = SERVICE.put(after[put.path], put.place, put.value)
    return after


def undone(files: dict[str, str], after: dict[str, str], puts: tuple[Put, ...]) -> dict[str, str]:
    for put in reversed(puts):
        after = {**after, put.path: SERVICE.put(after[put.path], put.place, SERVICE.get(files[put.path], put.place))}
    return after


def captured(text: str) -> dict[str, str]:
    """The file, and where nft can be asked what it shows of it."""
    return {FILE: text} if NFT else {FILE: text, RUNNING: loaded({FILE: text}, FILE)}


LINE = (
    '\t\tiifname "br-lan" oifname "guest" ip saddr 192.168.10.0/24 ip daddr { 192.168.20.0/24, 192.0.2.1 } '
    'tcp dport 4443 accept comment "pos_to_readers"\n'
)


@pytest.mark.parametrize("judged", [False, True])
def test_traffic_is_let_in_at_the_end_of_a_chain_with_a_policy(judged: bool) -> None:
    files = captured(HEALTHY) if judged else {FILE: HEALTHY}
    before = SERVICE.read(host(files), INSTANCE)
    assert forwarded(before, "br-lan", "guest", port=4443) is False
    puts = SERVICE.edit(host(files), INSTANCE, allow())
    assert puts is not None
    after = applied(files, puts)
    assert after[FILE] == HEALTHY.replace("\t\tcounter\n", f"\t\tcounter\n{LINE}")
    found = SERVICE.read(host(after), INSTANCE)
    assert forwarded(found, "br-lan", "guest", port=4443) is True
    assert found.disagreements == ()
    old, new = ({r.key for r in part.forward_filters.items[0].rules} for part in (before, found))
    assert new - old == {"pos_to_readers"}
    assert applied(after, puts) == after
    assert undone(files, after, puts) == files
    if judged and not NFT:
        assert complaint({FILE: after[FILE]}, FILE) == ""


def test_traffic_is_let_in_before_the_rule_that_stops_it_even_behind_a_jump() -> None:
    text = "flush ruleset\n" + chain("forward", "jump deep").replace(
        "\tchain c", '\tchain deep {\n\t\tudp dport 1 accept\n\t\tiifname "br-lan" drop\n\t}\n\tchain c'
    )
    found = SERVICE.read(host({FILE: text}), INSTANCE).forward_filters.items[0]
    blocking = next(rule.key for rule in found.rules if rule.key.startswith("deep: iif"))
    puts = SERVICE.edit(host({FILE: text}), INSTANCE, allow(blocking, filter=found.key, sources=None))
    assert puts is not None
    after = applied({FILE: text}, puts)
    line = after[FILE].split("\n").index("\t\tjump deep")
    assert "pos_to_readers" in after[FILE].split("\n")[line - 1]
    assert undone({FILE: text}, after, puts) == {FILE: text}


def test_a_redirect_goes() -> None:
    rule = 'iifname "guest" udp dport 53 redirect'
    files = captured("flush ruleset\n" + chain("prerouting", 'iifname "lo" return', rule, "counter", kind="nat"))
    (redirect,) = SERVICE.read(host(files), INSTANCE).dns_redirects.items
    puts = SERVICE.edit(host(files), INSTANCE, StopDnsRedirect(redirect.key))
    assert puts is not None
    after = applied(files, puts)
    assert after[FILE] == files[FILE].replace(f"\t\t{rule}\n", "")
    found = SERVICE.read(host(after), INSTANCE)
    assert (found.dns_redirects.items, found.disagreements) == ((), ())
    again = SERVICE.read(host(undone(files, after, puts)), INSTANCE)
    assert [each.key for each in again.dns_redirects] == [redirect.key]
    assert again.disagreements == ()


DOCKER = "table ip docker {\n chain DOCKER {\n  drop\n }\n}\n"


@pytest.mark.parametrize(
    ("files", "why", "advice"),
    [
        ({FILE: HEALTHY.replace("flush ruleset\n", "")}, "does not begin with", "nft insert rule inet filter forward"),
        ({RUNNING: HEALTHY}, "does not hold table", "nft insert rule"),
        ({FILE: HEALTHY, RUNNING: HEALTHY + DOCKER}, "delete the rules of Docker", "nft insert rule"),
        ({FILE: HEALTHY, RUNNING: HEALTHY.replace("counter", "drop")}, "what runs is not", "make them the same"),
        ({FILE: HEALTHY.replace("\tchain forward", "\tchain ufw-x {\n\t}\n\tchain forward")}, "written by ufw", "ufw"),
    ],
)
def test_where_loading_the_file_would_do_more_a_person_must(files: dict[str, str], why: str, advice: str) -> None:
    with pytest.raises(NotPossible, match=why) as error:
        SERVICE.edit(host(files), INSTANCE, allow())
    assert advice in error.value.advice


def test_a_ruleset_that_was_not_captured_whole_is_not_changed() -> None:
    gap = Gap(RUNNING, "permission denied", "add a line to sudoers")
    with pytest.raises(NotPossible, match="not captured whole"):
        SERVICE.edit(host({FILE: HEALTHY}, gaps=[gap]), INSTANCE, allow())


FOLLOWING = '\t\tct state established,related accept comment "terminal_following_packets"\n'


@pytest.mark.parametrize("judged", [False, True])
@pytest.mark.parametrize(
    ("rules", "policy", "about", "before", "after"),
    [
        # Nothing passes: a rule for the first packets, and one for the replies.
        ([], "drop", "", "", f"{FOLLOWING}NEW"),
        (["udp dport 1 accept"], "drop", "", "", f"\t\tudp dport 1 accept\n{FOLLOWING}NEW"),
        # What stops everything in the end does the same as a policy.
        (["drop"], "accept", "", "drop", f"{FOLLOWING}NEW\t\tdrop\n"),
        # Only replies are lost, or later packets too: first packets need no rule.
        (["tcp dport 4443 accept"], "drop", " (replies)", "", f"\t\ttcp dport 4443 accept\n{FOLLOWING}"),
        (["ct state new accept"], "drop", " (later packets)", "", f"\t\tct state new accept\n{FOLLOWING}"),
    ],
)
def test_known_connections_are_let_pass_where_a_chain_forgot_them(
    rules: list[str], policy: str, about: str, before: str, after: str, judged: bool
) -> None:
    text = "flush ruleset\n" + chain("forward", *rules, policy=policy)
    if judged and NFT:
        pytest.skip(NFT)
    files = captured(text) if judged else {FILE: text}
    part = SERVICE.read(host(files), INSTANCE)
    keys = [rule.key for rule in part.forward_filters.items[0].rules]
    key = next((key for key in keys if before and key.startswith(before)), None)
    puts = SERVICE.edit(host(files), INSTANCE, allow(key, filter=f"nftables/inet tforward c{about}"))
    assert puts is not None
    new = applied(files, puts)
    assert new[FILE].endswith(f"policy {policy};\n{after.replace('NEW', LINE)}\t}}\n}}\n")
    found = SERVICE.read(host(new), INSTANCE)
    assert forwarded(part, "br-lan", "guest", port=4443) is False
    assert forwarded(found, "br-lan", "guest", port=4443) is True or about
    assert [each.key for each in found.forward_filters] == ["nftables/inet tforward c"]
    assert found.disagreements == ()
    assert applied(new, puts) == new
    assert undone(files, new, puts) == files


@pytest.mark.parametrize("rule", ['iifname "guest" drop', "tcp sport 4443 drop"])
def test_who_stops_replies_on_purpose_is_asked(rule: str) -> None:
    text = "flush ruleset\n" + chain("forward", rule, "tcp dport 4443 accept", policy="drop")
    with pytest.raises(NotPossible, match="on purpose"):
        SERVICE.edit(host({FILE: text}), INSTANCE, allow(filter="nftables/inet tforward c (replies)"))


@pytest.mark.parametrize("judged", [False, True])
def test_a_rule_within_a_bridge_names_no_ports(judged: bool) -> None:
    text = "flush ruleset\n" + chain("forward", "tcp dport 4443 drop", family="bridge")
    if judged and NFT:
        pytest.skip(NFT)
    files = captured(text) if judged else {FILE: text}
    (filter_, *_) = SERVICE.read(host(files), INSTANCE).bridge_filters
    intent = allow(filter_.rules.items[0].key, filter=filter_.key, entering="", leaving="")
    puts = SERVICE.edit(host(files), INSTANCE, intent)
    assert puts is not None
    new = applied(files, puts)
    rule = LINE.replace('iifname "br-lan" oifname "guest" ', "")
    assert new[FILE] == text.replace("\t\ttcp dport 4443 drop\n", f"{rule}\t\ttcp dport 4443 drop\n")
    found = SERVICE.read(host(new), INSTANCE)
    assert found.disagreements == ()
    assert not judged or SERVICE.read(host(captured(new[FILE])), INSTANCE).disagreements == ()


@pytest.mark.parametrize("value", ['x" drop', "x\ny", "x;y", "$x", "x{"])
def test_no_name_becomes_a_rule(value: str) -> None:
    for intent in (allow(name=value), allow(entering=value), allow(leaving=value), allow(protocol=value)):
        with pytest.raises(NotPossible):
            SERVICE.edit(host({FILE: HEALTHY}), INSTANCE, intent)


def test_what_is_not_ours_is_left_alone() -> None:
    for intent in (SetLeaseTime("lan", timedelta(1)), allow(filter="iptables/filter FORWARD"), StopDnsRedirect("x/y")):
        assert SERVICE.edit(host({FILE: HEALTHY}), INSTANCE, intent) is None
