"""Captive portals: whom they ask to log in, when they cut a session off, and whom they let pass."""

from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import intents
from auditor.model import Fact, Portal, Stated, Unknown
from auditor.secrets import Redactor
from auditor.services.base import Host, Instance, NotPossible, Part, Service
from auditor.services.chilli import SERVICE as CHILLI
from auditor.services.nodogsplash import SERVICE as NODOGSPLASH
from auditor.services.opennds import SERVICE as OPENNDS
from tests.services.hosts import host_of

NDS = """# a remark
GatewayInterface br-lan
FirewallRuleSet users-to-router {
    FirewallRule allow udp port 53
}
SessionTimeout 600
AuthIdleTimeout 30
TrustedMACList 02:00:00:00:00:01, 02-00-00-00-00-02
"""
MAIN = "include /etc/chilli/main.conf\ninclude /etc/chilli/hs.conf\ninclude /etc/chilli/local.conf\n"
CHILLI_MAIN = """# written by a script
net\t\t192.168.10.0/255.255.255.0
uamlisten\t192.168.10.1
dhcpif\t\tbr-lan
dns1 192.168.10.1
macallowed 020000000001,02-00-00-00-00-02
macallowlocal
radiussecret    S3CRET
defsessiontimeout 3600
"""
FILES = {
    "/etc/chilli.conf": MAIN,
    "/etc/chilli/main.conf": CHILLI_MAIN,
    "/etc/chilli/hs.conf": "",
    "/etc/chilli/local.conf": "",
}
ELSEWHERE = "what authenticates the clients may give each of them a time of its own"
NOWHERE = "the portal's interface 'br-nowhere' is not among those of the host"
MINUTES = [(OPENNDS, "/etc/opennds/opennds.conf"), (NODOGSPLASH, "/etc/nodogsplash/nodogsplash.conf")]
SERVICES = pytest.mark.parametrize(("service", "path"), MINUTES)
RUNNING: Fact[bool] = Stated(True, ())


def host(service: Service, files: dict[str, str]) -> Host:
    return host_of(files, service.name)


def instance(service: Service, path: str, running: Fact[bool] = RUNNING) -> Instance:
    return Instance(service.name, service.name, path, (), running)


def read(service: Service, path: str, files: dict[str, str]) -> Part:
    return service.read(host(service, files), instance(service, path))


def portal(service: Service, path: str, text: str) -> Portal:
    (found,) = read(service, path, {path: text}).portals
    return found


def value(fact: Fact[object]) -> object:
    return fact.why if isinstance(fact, Unknown) else fact.value


@SERVICES
def test_a_portal_with_timers_in_minutes(service: Service, path: str) -> None:
    at = host(service, {path: NDS})
    (found,) = service.read(at, instance(service, path)).portals
    assert (found.key, value(found.enabled), value(found.interfaces)) == (service.name, True, ("br-lan",))
    assert (value(found.session_timeout), value(found.idle_timeout)) == (timedelta(hours=10), timedelta(minutes=30))
    assert value(found.bypass_macs) == ("02:00:00:00:00:01", "02:00:00:00:00:02")
    assert not any(coverage.unknown for coverage in at.reading.coverage())


@SERVICES
@pytest.mark.parametrize(
    ("lines", "name", "expected"),
    [
        ("sessiontimeout 0", "session_timeout", None),
        ("SESSIONTIMEOUT 60\nsessiontimeout 90", "session_timeout", timedelta(minutes=90)),
        ("sessiontimeout soon", "session_timeout", "cannot read sessiontimeout 'soon': not a number"),
        ("sessiontimeout 60\nbinauth /etc/login.sh", "session_timeout", ELSEWHERE),
        ("", "idle_timeout", timedelta(hours=2)),
        ("authedidletimeout 10", "idle_timeout", timedelta(minutes=10)),
        ("trustedmaclist 02:00:00:00:00:01\ntrustedmaclist x", "bypass_macs", ("02:00:00:00:00:01",)),
        ("GatewayInterface br-nowhere", "interfaces", NOWHERE),
    ],
)  # fmt: skip
def test_options(service: Service, path: str, lines: str, name: str, expected: object) -> None:
    assert value(getattr(portal(service, path, lines + "\n"), name)) == expected


def test_defaults_differ() -> None:
    opennds, nodogsplash = (portal(service, path, "webroot /srv\n") for service, path in MINUTES)
    assert isinstance(opennds.session_timeout, Unknown)
    assert value(opennds.interfaces) == ("br-lan",)
    assert value(nodogsplash.session_timeout) is None
    assert isinstance(nodogsplash.interfaces, Unknown)


def test_a_number_sign_in_a_line_is_a_comment_for_nodogsplash_only() -> None:
    found = [portal(service, path, "GatewayInterface br-lan # shop\n") for service, path in MINUTES]
    assert isinstance(found[0].interfaces, Unknown)
    assert value(found[1].interfaces) == ("br-lan",)


@SERVICES
@pytest.mark.parametrize("line", ["NoSuchOption 1", "sessiontimeout"])
def test_a_line_that_it_does_not_know_leaves_open_whether_it_runs(service: Service, path: str, line: str) -> None:
    found = portal(service, path, f"GatewayInterface br-lan\n{line}\n")
    assert isinstance(found.enabled, Unknown) or isinstance(found.session_timeout, Unknown)


@SERVICES
def test_what_was_not_captured_is_there_with_nothing_known(service: Service, path: str) -> None:
    (found,) = read(service, path, {}).portals
    assert isinstance(found.session_timeout, Unknown)
    assert value(found.enabled) is True


def test_opennds_10_reads_uci() -> None:
    path = "/etc/config/opennds"
    options = ("option gatewayinterface br-lan", "option sessiontimeout '60'", "list trustedmac 02:00:00:00:00:01")
    text = "config opennds\n" + "".join(f"\t{option}\n" for option in options)
    found = portal(OPENNDS, path, text)
    assert (value(found.session_timeout), value(found.interfaces)) == (timedelta(hours=1), ("br-lan",))
    assert value(found.bypass_macs) == ("02:00:00:00:00:01",)
    with pytest.raises(NotPossible, match="not changed here"):
        OPENNDS.edit(
            host(OPENNDS, {path: text}), instance(OPENNDS, path), intents.RemovePortalTimers("opennds", True, True)
        )


TIMERS, BYPASS = intents.RemovePortalTimers, intents.BypassPortal
WITHOUT = NDS.replace("Timeout 600", "Timeout 0").replace("Timeout 30", "Timeout 0")
TRUSTED = "TrustedMACList 02:00:00:00:00:0A"


@SERVICES
@pytest.mark.parametrize(
    ("text", "kind", "wanted", "after"),
    [
        (NDS, TIMERS, (True, True), WITHOUT),
        ("MaxClients 9\n", TIMERS, (True, False), "MaxClients 9\nsessiontimeout 0\n"),
        ("AuthedIdleTimeout 9", TIMERS, (False, True), "AuthedIdleTimeout 0"),
        (f"{TRUSTED}\n", BYPASS, (("02:00:00:00:00:0a", "02-00-00-00-00-0b"),), f"{TRUSTED},02:00:00:00:00:0b\n"),
        ("MaxClients 9\n", BYPASS, (("02:00:00:00:00:0a",),), "MaxClients 9\ntrustedmaclist 02:00:00:00:00:0a\n"),
    ],
)
def test_one_line_for_one_option(
    service: Service, path: str, text: str, kind: Callable[..., intents.Intent], wanted: tuple[object, ...], after: str
) -> None:
    puts = service.edit(host(service, {path: text}), instance(service, path), kind(service.name, *wanted))
    assert puts
    found = text
    for put in puts:
        found = service.put(found, put.place, put.value)
        assert service.put(found, put.place, put.value) == found
    assert found == after
    for put in reversed(puts):
        found = service.put(found, put.place, service.get(text, put.place))
    assert found == text


def test_chilli() -> None:
    at = host(CHILLI, FILES)
    part = CHILLI.read(at, instance(CHILLI, "/etc/chilli.conf"))
    (found,), (scope,) = part.portals, part.dhcp_scopes
    assert (value(found.session_timeout), value(found.interfaces)) == (timedelta(hours=1), ("br-lan",))
    assert isinstance(found.idle_timeout, Unknown)
    assert value(found.bypass_macs) == ("02:00:00:00:00:01", "02:00:00:00:00:02")
    assert (value(scope.subnet), value(scope.interface)) == (IPv4Network("192.168.10.0/24"), "br-lan")
    assert (value(scope.lease_time), value(scope.serving)) == (timedelta(minutes=10), True)
    assert value(scope.domain_name_servers) == value(scope.routers) == (IPv4Address("192.168.10.1"),)
    assert not any(coverage.unknown for coverage in at.reading.coverage())


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"/etc/chilli/main.conf": CHILLI_MAIN.replace("macallowlocal\n", "")}, "bypass_macs"),
        ({"/etc/chilli/local.conf": "defsessiontimeout 60\n"}, "session_timeout"),
        ({"/etc/chilli/main.conf": CHILLI_MAIN.replace("3600", "0")}, "session_timeout"),
        ({"/etc/chilli/local.conf": "dhcpif eth9\n"}, "interfaces"),
    ],
)
def test_what_chilli_may_do_otherwise_is_unknown(files: dict[str, str], name: str) -> None:
    (found,) = read(CHILLI, "/etc/chilli.conf", FILES | files).portals
    assert isinstance(getattr(found, name), Unknown)


def test_an_include_that_is_missing_hides_defaults() -> None:
    (found,) = read(CHILLI, "/etc/chilli.conf", {"/etc/chilli.conf": MAIN}).portals
    assert isinstance(found.interfaces, Unknown)
    assert "/etc/chilli/main.conf" in found.interfaces.why
    names = [include.path for include in CHILLI.includes("/etc/chilli.conf", MAIN, ())]
    assert names[:3] == ["/etc/chilli/main.conf", "/etc/chilli/hs.conf", "/etc/chilli/local.conf"]


def test_chilli_is_changed_where_no_script_writes_the_file() -> None:
    intent = intents.RemovePortalTimers("chilli", session=True, idle=False)
    with pytest.raises(NotPossible, match="written anew") as refused:
        CHILLI.edit(host(CHILLI, FILES), instance(CHILLI, "/etc/chilli.conf"), intent)
    assert "HS_DEFSESSIONTIMEOUT=0" in refused.value.advice
    one = {"/etc/chilli.conf": CHILLI_MAIN}
    puts = CHILLI.edit(host(CHILLI, one), instance(CHILLI, "/etc/chilli.conf"), intent)
    assert puts
    after = CHILLI.put(CHILLI_MAIN, puts[0].place, puts[0].value)
    assert after == CHILLI_MAIN.replace("3600", "0")
    with pytest.raises(NotPossible):
        CHILLI.edit(
            host(CHILLI, one),
            instance(CHILLI, "/etc/chilli.conf"),
            intents.BypassPortal("chilli", ("02:00:00:00:00:01",)),
        )
    assert CHILLI.edit(host(CHILLI, one), instance(CHILLI, "/etc/chilli.conf"), intents.StopDnsRedirect("x")) is None


@pytest.mark.parametrize(
    "line",
    [
        "faskey S3CRET",
        "#faskey S3CRET",
        "radiussecret\tS3CRET",
        'HS_RADSECRET="S3CRET" # x',
        "HS_UAMSECRET=S3CRET",
        "adminpasswd S3CRET",
        "HS_ADMPWD=S3CRET",
        "option faskey 'S3CRET'",
    ],
)
@pytest.mark.parametrize("service", [OPENNDS, NODOGSPLASH, CHILLI])
def test_secrets_go(service: Service, line: str) -> None:
    redacted = service.redact(f"{line}\nuamport 3990\n", Redactor(b"k" * 32))
    assert "S3CRET" not in redacted
    assert redacted.endswith("\nuamport 3990\n")
    assert service.redact(redacted, Redactor(b"k" * 32)) == redacted


TEXTS = st.lists(
    st.one_of(
        st.sampled_from((*NDS.split("\n"), *CHILLI_MAIN.split("\n"), "}", 'a "b" # c', "a=b")), st.text(max_size=9)
    )
).map("\n".join)


@given(TEXTS, st.sampled_from((OPENNDS, NODOGSPLASH, CHILLI)))
def test_any_text_is_read_and_no_line_is_lost(text: str, service: Service) -> None:
    path = service.files[0]
    at = host(service, {path: text})
    assert len(service.read(at, instance(service, path)).portals) == 1
    (coverage,) = at.reading.coverage()
    lines = text.split("\n")
    assert coverage.understood + coverage.irrelevant + len(coverage.unknown) == len(lines) - (not lines[-1])
    place = ("option", "sessiontimeout")
    put = service.put(text, place, "0")
    assert service.get(put, place) == "0"
    assert service.put(put, place, "0") == put
    if service.get(text, place) is None:
        assert service.put(put, place, None) == text
