from datetime import date, time, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address

import pytest

from auditor.errors import DataError
from auditor.model import Akm, Severity
from auditor.policies import Consumer, Medium, Policy, Quality, ReaderClass, ResolverKind, Support, load_policy

REQUIREMENTS = {f"R{number}" for number in range(1, 17)} | {"R4a", "R4b", "R4c", "R7a", "R8a"}
STEPS = {f"T{number}" for number in range(1, 14)}


@pytest.fixture
def policy() -> Policy:
    return load_policy("stripe-terminal")


def test_holds_every_requirement_and_every_step_once(policy: Policy) -> None:
    ids = [item.id for item in policy.items]
    assert set(ids) == REQUIREMENTS | STEPS
    assert len(ids) == 34


def test_each_item_is_one_sentence_of_its_own(policy: Policy) -> None:
    texts = [item.text for item in policy.items]
    assert all(text.endswith(".") and len(text) < 200 and text.count(". ") == 0 for text in texts)
    assert len(set(texts)) == len(texts)


def test_each_datum_has_a_dated_source(policy: Policy) -> None:
    places = (
        [f"items.{item.id}" for item in policy.items]
        + [f"thresholds.{name}" for name in policy.thresholds.__slots__]
        + [
            f"models.{model.slug}.{key}"
            for model in policy.models
            for key in ("akms", "wifi6", "wpa3_only", "ethernet")
        ]
        + [f"hosts.{number}" for number, _ in enumerate(policy.hosts)]
        + [f"integrations.{integration.slug}" for integration in policy.integrations]
        + [f"severities.{severity.key}" for severity in policy.severities]
        + [f"options.{option.name}" for option in policy.options]
        + [f"private_networks.{number}" for number, _ in enumerate(policy.private_networks)]
        + [f"resolvers.{number}" for number, _ in enumerate(policy.resolvers)]
        + ["lan_ports.0", "lan_ports.1", "published_ranges", "reader_domain", "test_name", "test_answer"]
        + [f"advice.{key}" for key in policy.advice]
    )
    assert all(type(policy.source(place).read) is date for place in places)
    used = {policy.source(place).id for place in places}
    assert used <= set(policy.sources)


def test_no_source_was_read_after_the_version_of_the_policy(policy: Policy) -> None:
    assert all(source.read <= policy.version for source in policy.sources.values())
    assert policy.published_ranges.as_of <= policy.version


def test_our_own_limits_are_not_sold_as_those_of_the_vendor(policy: Policy) -> None:
    assert policy.source("thresholds.working_day_margin").quality is Quality.OURS
    assert policy.source("thresholds.signal_warning").quality is Quality.OURS
    assert policy.source("severities.lease-below-margin").quality is Quality.OURS
    assert policy.source("items.R12").quality is Quality.VENDOR


def test_thresholds(policy: Policy) -> None:
    limits = policy.thresholds
    assert (limits.lease_error_unknown_hours, limits.lease_warning_unknown_hours) == (
        timedelta(hours=12),
        timedelta(hours=24),
    )
    assert (limits.working_day_margin, limits.proposed_lease) == (timedelta(hours=2), timedelta(hours=24))
    assert (limits.signal_warning, limits.signal_error, limits.snr_error) == (-67, -75, 15)
    assert limits.receive_errors == 100
    assert limits.nightly_restart == time(0, 0)


def test_the_test_name_spells_its_answer_and_lies_in_the_reader_domain(policy: Policy) -> None:
    assert policy.test_name.endswith(f".device.{policy.reader_domain}")
    assert IPv4Address(policy.test_name.split(".")[0].replace("-", ".")) == policy.test_answer


def test_private_networks(policy: Policy) -> None:
    accepted = {each.network for each in policy.private_networks if each.accepted}
    assert accepted == {IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16")}
    doubtful = [each.network for each in policy.private_networks if not each.accepted]
    assert doubtful == [IPv4Network("100.64.0.0/10")]


def test_ports_of_the_reader(policy: Policy) -> None:
    assert list(map(str, policy.lan_ports)) == ["4443/tcp"]
    assert list(map(str, policy.lan_ports_optional)) == ["4427/tcp"]


def test_readers_and_points_of_sale_need_different_hosts(policy: Policy) -> None:
    readers = {host.name for host in policy.hosts_for("readers")}
    pos = {host.name for host in policy.hosts_for(Consumer.POS)}
    assert {"armada.stripe.com", "gator.stripe.com", "api.stripe.com", "time.android.com"} <= readers
    assert {"api.stripe.com", "js.stripe.com"} <= pos
    assert "armada.stripe.com" not in pos
    assert "js.stripe.com" not in readers
    assert all(host.needed_by and host.ports for host in policy.hosts)
    with pytest.raises(ValueError, match="guests"):
        policy.hosts_for("guests")


def test_a_wildcard_covers_what_lies_below_it_only(policy: Policy) -> None:
    events = next(host for host in policy.hosts if host.is_wildcard and "events" in host.name)
    assert events.covers("a.terminal-events.stripe.com")
    assert events.covers("A.B.Terminal-Events.stripe.com.")
    assert not events.covers("terminal-events.stripe.com")
    assert not events.covers("evilterminal-events.stripe.com")
    api = next(host for host in policy.hosts if host.name == "api.stripe.com")
    assert api.covers("API.stripe.com")
    assert not api.covers("x.api.stripe.com")


def test_published_ranges_are_dated_and_public(policy: Policy) -> None:
    ranges = policy.published_ranges
    assert len(ranges.networks) == 38
    assert all(network.is_global for network in ranges.networks)
    assert policy.networks_of("gator.stripe.com") == ranges.networks
    assert policy.networks_of("api.emms.bbpos.com") == ()


def test_resolvers_are_known_by_address(policy: Policy) -> None:
    cloudflare, nextdns = policy.resolver(IPv4Address("1.0.0.1")), policy.resolver(IPv4Address("45.90.28.77"))
    assert cloudflare is not None
    assert cloudflare.kind is ResolverKind.PASSES
    assert nextdns is not None
    assert nextdns.kind is ResolverKind.MAY_FILTER
    assert policy.filtering_resolver(IPv4Address("45.90.28.77")) == "NextDNS"
    assert policy.filtering_resolver(IPv4Address("1.0.0.1")) is None
    assert policy.public_resolvers == set(map(IPv4Address, ("1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4")))
    assert policy.resolver(IPv4Address("192.0.2.53")) is None
    assert policy.resolver(IPv6Address("2001:db8::53")) is None
    assert policy.passes_private_answers(IPv6Address("2606:4700:4700::1001"))
    assert policy.passes_private_answers(IPv6Address("2001:4860:4860::8888"))
    assert not policy.passes_private_answers(IPv6Address("2001:db8::53"))
    assert not policy.passes_private_answers(IPv4Address("45.90.28.77"))


def test_reader_models(policy: Policy) -> None:
    p400, wisepos, t600 = (policy.model(slug) for slug in ("verifone-p400", "bbpos-wisepos-e", "stripe-t600"))
    assert p400 is not None
    assert wisepos is not None
    assert t600 is not None
    assert p400.akms == {Akm.WPA_PSK, Akm.WPA2_PSK}
    assert (p400.wpa3_only, wisepos.wpa3_only) == (Support.UNSUPPORTED, Support.DOUBTFUL)
    assert (wisepos.wifi6, t600.wifi6) == (Support.UNSUPPORTED, Support.UNKNOWN)
    assert policy.model("of-tomorrow") is None


def test_no_reader_joins_what_the_requirements_do_not_list(policy: Policy) -> None:
    forbidden = {Akm.OPEN, Akm.OWE, Akm.WEP, Akm.WPA_EAP, Akm.WPA3_EAP_192}
    assert not any(model.akms & forbidden for model in policy.models)


def test_only_readers_that_join_a_wifi_themselves_have_a_list_of_encryptions(policy: Policy) -> None:
    assert all(bool(model.akms) == (model.reader_class is ReaderClass.SMART) for model in policy.models)


@pytest.mark.parametrize(
    ("integration", "version", "expected"),
    [
        ("javascript-sdk", None, Severity.ERROR),
        ("javascript-sdk", "9.9.9", Severity.ERROR),
        ("react-native-sdk", "1.0.0", Severity.ERROR),
        ("unknown", None, Severity.ERROR),
        ("android-sdk", None, Severity.ERROR),
        ("android-sdk", "2.9.9", Severity.ERROR),
        ("android-sdk", "2.10.0", Severity.WARNING),
        ("android-sdk", "2.10", Severity.WARNING),
        ("android-sdk", "10.0.0", Severity.WARNING),
        ("android-sdk", "2.10.0-beta", Severity.ERROR),
        ("ios-sdk", "3.0.9", Severity.ERROR),
        ("ios-sdk", "3.1.0", Severity.WARNING),
        ("ios-sdk", "latest", Severity.ERROR),
        ("server-driven", None, None),
        ("on-reader-app", "3.1.0", None),
        ("mobile-reader", None, None),
    ],
)
def test_how_much_dns_matters(policy: Policy, integration: str, version: str | None, expected: Severity | None) -> None:
    assert policy.integration(integration).dns_severity(version) is expected


@pytest.mark.parametrize(
    ("integration", "without"),
    [
        ("javascript-sdk", {"R1", "R2", "R3"}),
        ("unknown", {"R1", "R2", "R3"}),
        ("server-driven", {"R1", "R2", "R3", "R14", "R15", "R16", "T11", "T12", "T13"}),
        ("on-reader-app", {"R1", "R2", "R3", "R14", "R15", "R16", "T11", "T12", "T13"}),
        ("mobile-reader", REQUIREMENTS - {"R1", "R2", "R3"} | {"T10", "T11", "T12", "T13"}),
        ("tap-to-pay", REQUIREMENTS - {"R1", "R2", "R3"} | {"T10", "T11", "T12", "T13"}),
    ],
)
def test_which_items_concern_an_integration(policy: Policy, integration: str, without: set[str]) -> None:
    chosen = policy.integration(integration)
    assert {item.id for item in policy.items if not item.concerns(chosen)} == without


def test_wifi_items_are_marked_as_such(policy: Policy) -> None:
    wifi = {item.id for item in policy.items if item.medium is Medium.WIFI}
    assert wifi == {"R7a", "R8", "R8a", "R9", "R10", "T8"}
    assert policy.item("R10").models == {"verifone-p400"}


def test_severities_follow_the_choice_of_the_shop(policy: Policy) -> None:
    assert policy.severity("wifi6-compatible") is Severity.WARNING
    assert policy.severity("wifi6-compatible", "compat") is Severity.WARNING
    assert policy.severity("wifi6-compatible", "strict") is Severity.ERROR
    assert policy.severity("other-subnet", "strict") is Severity.ERROR
    assert policy.severity("other-subnet", "routed-ok") is Severity.WARNING
    assert policy.severity("idle-below-day", "literal") is Severity.ERROR
    assert policy.severity("nat-between", "routed-ok") is Severity.ERROR


def test_what_hurts_less_than_the_failure_beside_it(policy: Policy) -> None:
    assert policy.severity("other-bss-unfit") is Severity.WARNING
    assert policy.severity("service-restart-while-open") is Severity.WARNING
    assert policy.severity("fast-transition") is Severity.NOTE


def test_a_typing_mistake_in_a_rule_is_an_error_and_not_a_default(policy: Policy) -> None:
    with pytest.raises(DataError, match="no entry 'R99'"):
        policy.item("R99")
    with pytest.raises(DataError, match="no entry 'laese-below-day'"):
        policy.severity("laese-below-day")
    with pytest.raises(DataError, match="no entry 'cobol-sdk'"):
        policy.integration("cobol-sdk")
    with pytest.raises(DataError, match="nothing stands at"):
        policy.source("thresholds.luck")
    with pytest.raises(DataError, match="option wifi6 has no choice 'sctrict'"):
        policy.severity("wifi6-compatible", "sctrict")
