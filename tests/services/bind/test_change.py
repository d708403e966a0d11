"""Changes in named.conf: the file and statement that are changed, the way back, and what is refused."""

from ipaddress import IPv4Address

import pytest

from auditor.intents import ExemptFromRebindProtection, ForwardDomain, GiveOutIpv4Answers, Intent, RemoveLocalAnswer
from auditor.model import Stated
from auditor.services import Instance, NotPossible
from auditor.services.bind import MAIN, SERVICE
from tests.judges import bind as judge
from tests.services.hosts import host_of

INSTANCE = Instance("bind", "bind", MAIN, (), Stated(True, ()))
DENY = "deny-answer-addresses { 10.0.0.0/8; };"
OPTIONS = "/etc/bind/named.conf.options"
FILES = {MAIN: f'include "{OPTIONS}";\n', OPTIONS: f"options {{\n\t{DENY}\n}};\n"}
INCLUDED = {MAIN: 'options {\n include "/etc/bind/deny";\n};\n', "/etc/bind/deny": f"{DENY}\n"}


def edited(files: dict[str, str], intent: Intent) -> dict[str, str]:
    puts = SERVICE.edit(host_of(files, "bind"), INSTANCE, intent)
    assert puts is not None
    after = dict(files)
    for put in puts:
        after[put.path] = SERVICE.put(after[put.path], put.place, put.value)
        assert SERVICE.put(after[put.path], put.place, SERVICE.get(files[put.path], put.place)) == files[put.path]
    assert judge.WHY_NOT or judge.complaint(after, MAIN) == ""
    return after


@pytest.mark.parametrize(
    ("files", "key", "path"),
    [
        (FILES, "bind", OPTIONS),
        (INCLUDED, "bind", "/etc/bind/deny"),
        ({MAIN: f'view "a" {{\n {DENY}\n}};\nview "b" {{\n {DENY}\n}};\n'}, "bind/b", MAIN),
    ],
)  # fmt: skip
def test_the_statement_that_denies_is_changed(files: dict[str, str], key: str, path: str) -> None:
    after = edited(files, ExemptFromRebindProtection(key, "reader.example"))
    assert [each for each in after if after[each] != files[each]] == [path]
    found = {r.key: r for r in SERVICE.read(host_of(after, "bind"), INSTANCE).resolvers}
    assert found[key].exempt_domains == Stated(("reader.example",), found[key].exempt_domains.spans)
    others = [r for r in found.values() if r.key != key]
    assert not any(isinstance(other.exempt_domains, Stated) for other in others)


SERVERS = (IPv4Address("192.0.2.53"), IPv4Address("192.0.2.54"))
VIEWS = {MAIN: 'view "a" {\n\trecursion yes;\n};\nview "b" { recursion yes; };\n'}


@pytest.mark.parametrize(
    ("files", "key"), [(FILES, "bind"), ({MAIN: "options { };"}, "bind"), (VIEWS, "bind/a"), (VIEWS, "bind/b")]
)
def test_a_domain_gets_servers_of_its_own(files: dict[str, str], key: str) -> None:
    intent = ForwardDomain(key, "reader.example", SERVERS)
    after = edited(files, intent)
    puts = [SERVICE.edit(host_of(each, "bind"), INSTANCE, intent) for each in (files, after)]
    assert puts[0] == puts[1]
    for resolver in SERVICE.read(host_of(after, "bind"), INSTANCE).resolvers:
        asked = [(f.domain, str(f.address)) for f in resolver.forwarders if f.domain is not None]
        wanted = [("reader.example", "192.0.2.53"), ("reader.example", "192.0.2.54")]
        assert asked == (wanted if resolver.key == key else [])


@pytest.mark.parametrize(
    ("files", "intent"),
    [
        (FILES, ForwardDomain("bind", 'a"; };', SERVERS)),
        (
            {MAIN: 'zone "A." { type forward; forwarders { 192.0.2.9; }; };\n'},
            ForwardDomain("bind", "a", SERVERS),
        ),
        (FILES, RemoveLocalAnswer("bind", "zone a", "a")),
        (FILES, GiveOutIpv4Answers("bind")),
        (FILES, ExemptFromRebindProtection("bind", "a;b")),
        ({MAIN: "options { };\n"}, ExemptFromRebindProtection("bind", "a")),
        ({MAIN: f"options {{ {DENY} }};\nview a {{ }};\nview b {{ }};\n"}, ExemptFromRebindProtection("bind/a", "a")),
    ],
)
def test_what_is_not_done_has_advice(files: dict[str, str], intent: Intent) -> None:
    with pytest.raises(NotPossible) as refused:
        SERVICE.edit(host_of(files, "bind"), INSTANCE, intent)
    assert refused.value.advice


def test_the_intents_of_others_are_left_to_them() -> None:
    assert SERVICE.edit(host_of(FILES, "bind"), INSTANCE, ExemptFromRebindProtection("unbound", "a")) is None
