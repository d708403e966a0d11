"""Changes in unbound.conf: the file that is changed, the way back, and what is refused."""

from ipaddress import IPv4Address

import pytest

from auditor.intents import ExemptFromRebindProtection, ForwardDomain, GiveOutIpv4Answers, RemoveLocalAnswer
from auditor.model import Stated
from auditor.services import Instance, NotPossible, Put
from auditor.services.unbound import MAIN, SERVICE
from tests.judges import unbound as judge
from tests.services.hosts import host_of

INSTANCE = Instance("unbound", "unbound", MAIN, (), Stated(True, ()))
INTENT = ExemptFromRebindProtection("unbound", "reader.example")
MORE = "/etc/unbound/unbound.conf.d/private.conf"
FILES = {
    MAIN: 'server:\n port: 53\ninclude: "/etc/unbound/unbound.conf.d/*.conf"\n',
    MORE: "  private-address: 10.0.0.0/8\n  private-address: 192.168.0.0/16\n",
}


def test_the_line_stands_behind_the_private_addresses_wherever_they_are() -> None:
    assert SERVICE.edit(host_of(FILES, "unbound"), INSTANCE, INTENT) == (
        Put("unbound", MORE, ("private-domain", "reader.example"), "reader.example"),
    )
    edited = SERVICE.put(FILES[MORE], ("private-domain", "reader.example"), "reader.example")
    assert edited == FILES[MORE] + '  private-domain: "reader.example"\n'
    assert judge.WHY_NOT or judge.complaint(FILES | {MORE: edited}, MAIN) == ""
    found = SERVICE.read(host_of(FILES | {MORE: edited}, "unbound"), INSTANCE).resolvers.items[0]
    assert found.exempt_domains == Stated(("reader.example",), found.exempt_domains.spans)
    assert SERVICE.put(edited, ("private-domain", "reader.example"), None) == FILES[MORE]


def test_two_edits_of_a_file_compose_in_any_order() -> None:
    one, other = ("private-domain", "a.example"), ("private-domain", "b.example")
    both = SERVICE.put(SERVICE.put(FILES[MORE], one, "a.example"), other, "b.example")
    assert SERVICE.put(SERVICE.put(both, one, None), other, None) == FILES[MORE]
    assert [SERVICE.get(both, place) for place in (one, other)] == ["a.example", "b.example"]


FORWARD = ForwardDomain("unbound", "reader.example", (IPv4Address("192.0.2.53"), IPv4Address("192.0.2.54")))


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
@pytest.mark.parametrize(
    "more", ["", "  private-domain: x.example", 'forward-zone:\n name: "."\n forward-addr: 192.0.2.1']
)
def test_a_domain_gets_servers_of_its_own_behind_everything(more: str, ending: str) -> None:
    text = FILES[MAIN].replace("\n", ending or "\n") + more + ending
    files = FILES | {MAIN: text}
    (put,) = SERVICE.edit(host_of(files, "unbound"), INSTANCE, FORWARD) or ()
    edited = SERVICE.put(text, put.place, put.value)
    assert SERVICE.put(edited, put.place, put.value) == edited
    assert judge.WHY_NOT or judge.complaint(files | {MAIN: edited}, MAIN) == ""
    found = SERVICE.read(host_of(files | {MAIN: edited}, "unbound"), INSTANCE).resolvers.items[0]
    asked = [(f.domain, str(f.address)) for f in found.forwarders if f.domain is not None]
    assert asked == [("reader.example", "192.0.2.53"), ("reader.example", "192.0.2.54")]
    assert SERVICE.edit(host_of(files | {MAIN: edited}, "unbound"), INSTANCE, FORWARD) == (put,)
    assert SERVICE.put(edited, put.place, None).rstrip() == text.rstrip()


@pytest.mark.parametrize("kind", ["forward", "stub"])
def test_a_domain_that_another_clause_is_for_is_left_to_people(kind: str) -> None:
    files = FILES | {MORE: f"{FILES[MORE]}{kind}-zone:\n name: Reader.example.\n {kind}-addr: 192.0.2.9\n"}
    with pytest.raises(NotPossible, match="another clause"):
        SERVICE.edit(host_of(files, "unbound"), INSTANCE, FORWARD)


@pytest.mark.parametrize(
    "intent",
    [
        ForwardDomain("unbound", 'a"b', FORWARD.servers),
        RemoveLocalAnswer("unbound", "local-zone a", "a"),
        GiveOutIpv4Answers("unbound"),
        ExemptFromRebindProtection("unbound", "a b"),
    ],
)
def test_what_is_not_done_has_advice(intent: RemoveLocalAnswer) -> None:
    with pytest.raises(NotPossible) as refused:
        SERVICE.edit(host_of(FILES, "unbound"), INSTANCE, intent)
    assert refused.value.advice


def test_the_intents_of_others_are_left_to_them() -> None:
    assert SERVICE.edit(host_of(FILES, "unbound"), INSTANCE, ExemptFromRebindProtection("dnsmasq", "a")) is None
