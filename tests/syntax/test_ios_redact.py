"""No secret is left in running configurations, and nothing else changes."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.secrets import Redactor, has_token, is_token
from auditor.syntax.ios import parse
from auditor.syntax.ios_redact import redact_configuration
from auditor.syntax.ios_type7 import plain
from tests.syntax.ios_texts import real_files

REDACTOR = Redactor(b"a key of the tests")
TOKEN = REDACTOR.token
SECRET = "open-sesame-99"

FORMS = [
    "enable secret 5 {}",
    "enable secret level 7 9 {}",
    "enable password {}",
    "enable password level 5 7 {}",
    "username till privilege 15 secret 9 {}",
    "username till password 0 {}",
    "username till secret {}",
    "tacacs-server key 7 {}",
    "tacacs-server host 192.0.2.9 port 49 key {}",
    "radius-server host 192.0.2.9 auth-port 1812 acct-port 1813 key 7 {}",
    "radius server ise\n key 7 {}",
    "tacacs server ise\n key {}",
    "aaa server radius dynamic-author\n client 192.0.2.9 server-key 7 {}",
    "aaa group server tacacs+ a\n server-private 192.0.2.9 key 7 {}",
    "aaa group server tacacs+ a\n server-private 192.0.2.9 key {}",
    "ldap server a\n something new key 7 {}",
    "crypto isakmp key {} address 192.0.2.1",
    "crypto isakmp key 6 {} hostname hq.example.net",
    "crypto keyring hq\n  pre-shared-key address 192.0.2.1 key 6 {}",
    "crypto keyring hq\n  pre-shared-key address 0.0.0.0 0.0.0.0 key {}",
    "crypto ikev2 keyring hq\n peer hq\n  pre-shared-key local 6 {}",
    "crypto ikev2 keyring hq\n peer hq\n  pre-shared-key {}",
    "crypto ikev2 keyring hq\n peer hq\n  pre-shared-key hex {}",
    "crypto ikev2 profile hq\n authentication local pre-share key {}",
    "crypto isakmp client configuration group shops\n key {}",
    "key chain rip\n key 1\n  key-string 7 {}",
    "router bgp 64512\n neighbor 192.0.2.1 password 7 {}",
    "interface Vlan10\n standby 1 authentication {}",
    "interface Vlan10\n standby 1 authentication md5 key-string 7 {}",
    "interface Vlan10\n vrrp 1 authentication text {}",
    "interface Vlan10\n ip ospf authentication-key 7 {}",
    "interface Vlan10\n ip ospf message-digest-key 1 md5 7 {}",
    "interface Tunnel1\n ip nhrp authentication {}",
    "interface Tunnel1\n ip rip authentication string {}",
    "dot11 ssid S\n wlccp psk 7 {}",
    "interface Dialer1\n ppp chap password 7 {}",
    "interface Dialer1\n ppp pap sent-username shop@example.net password 0 {}",
    "interface Dot11Radio0\n encryption vlan 30 key 1 size 128bit 7 {} transmit-key",
    "interface Gi0/1\n cts manual\n  sap pmk {} mode-list gcm-encrypt",
    "dot11 ssid SHOP-POS\n   wpa-psk ascii 7 {}",
    "dot11 ssid SHOP-POS\n   wpa-psk ascii {}",
    "wlan pos 1 SHOP-POS\n security wpa psk set-key ascii 8 {}",
    "wlan pos 1 SHOP-POS\n security wpa psk set-key hex 0 {}",
    "wlan pos 1 SHOP-POS\n security wpa akm psk set-key ascii 0 {}",
    "wlan pos 1 SHOP-POS\n security static-wep-key encryption 104 ascii 0 {} 1",
    "wlan pos 1 SHOP-POS\n mpsk\n  priority 0 set-key ascii 0 {}",
    "ap profile default-ap-profile\n mgmtuser username u password 0 {} secret 0 another",
    "ap profile default-ap-profile\n mgmtuser username u password 0 another secret 0 {}",
    "ap profile default-ap-profile\n dot1x username u password 8 {}",
    "snmp-server community {} RO 10",
    "snmp-server host 192.0.2.9 version 2c {} config",
    "snmp-server host 192.0.2.9 vrf mgmt informs version 3 priv {}",
    "snmp-server host 192.0.2.9 {}",
    "snmp-server user u g v3 auth sha {} priv aes 128 another-one",
    "snmp-server user u g v3 auth sha another-one priv aes 128 {}",
    "snmp mib community-map {} engineid 80",
    "ntp authentication-key 1 md5 {} 7",
    "ip ftp password 7 {}",
    "ip http client password 0 {}",
    "line vty 0 4\n password 7 {}",
    "line con 0\n password {}",
    "archive\n path ftp://backup:{}@192.0.2.9/$h",
    'event manager applet a\n action 1.0 cli command "username x password 0 {}"',
    "event manager environment _mail_password {}",
    "parameter-map type umbrella global\n token {}",
    "license smart register idtoken {} force",
    "interface Gi0/1\n description password is {}",
    "! the secret is {}",
    "dot1x credentials shop\n password 7 {}",
    "cts credentials id shop password 7 {}",
    "shop-gw(config)#username till privilege 15 password {}",
    "sip-ua\n authentication username u password 7 {} realm example.net",
    "banner motd ^C password {}^C",
    "banner login # password: {}#",
    "banner exec ^C\npassword {}\n^C",
]

HARMLESS = [
    "service password-encryption",
    "password encryption aes",
    "no service password-recovery",
    "aaa authentication login default group tacacs+ local",
    "key chain rip\n key 1",
    "dot11 ssid S\n   authentication open \n   authentication key-management wpa version 2",
    "wlan pos 1 SHOP-POS\n security wpa akm psk\n no security wpa akm dot1x\n security ft adaptive",
    "interface Vlan30\n ip access-group POS-IN in\n no shutdown",
    "crypto key generate rsa",
    "interface Tunnel1\n tunnel key 42",
    "router eigrp 1\n authentication key-chain rip",
    "ip dhcp pool POS\n client-identifier 0102.005e.1000.01",
    "interface GigabitEthernet1/0/5\n description guests' meeting room",
    "ntp trusted-key 1",
    "username till privilege 15",
]


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_of_each_form_is_taken_out(form: str) -> None:
    text = f"hostname gw\n{form.format(SECRET)}\nend\n"
    shown = redact_configuration(text, REDACTOR)
    assert SECRET not in shown
    assert has_token(shown)
    assert redact_configuration(shown, REDACTOR) == shown
    lines = list(zip(text.split("\n"), shown.split("\n"), strict=True))
    assert sum(before != after for before, after in lines) == 1
    before, after = next(pair for pair in lines if pair[0] != pair[1])
    assert before.split()[0] == after.split()[0]


@pytest.mark.parametrize(
    "form", ["enable password 0 {}", "dot11 ssid S\n   wpa-psk ascii 0 {}", "line vty 0\n password {}"]
)
def test_a_secret_with_blanks_is_one_secret(form: str) -> None:
    shown = redact_configuration(form.format("open sesame 99"), REDACTOR)
    assert shown == form.format(TOKEN("open sesame 99"))


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact_configuration(text, REDACTOR) == text


def test_the_number_of_a_key_is_no_secret_in_a_key_chain_only() -> None:
    text = "key chain rip\n key 1\nradius server ise\n key 1\n"
    assert redact_configuration(text, REDACTOR) == f"key chain rip\n key 1\nradius server ise\n key {TOKEN('1')}\n"


def test_type_7_hides_nothing_and_keeps_equality() -> None:
    one, other = "130816160E4C113A6B22272175361B025617085A554B", "082C4D4A0C591007520D03166A2A643C3A392E"
    assert plain(one) == "made up for the tills"
    assert plain(other) == "made up for a till"
    shown = redact_configuration(f"dot11 ssid S\n   wpa-psk ascii 7 {one}\n   wpa-psk ascii 0 {plain(one)}", REDACTOR)
    words = [line.split()[-1] for line in shown.split("\n")[1:]]
    assert words[0] == words[1] == TOKEN("made up for the tills")


@pytest.mark.parametrize("text", ["", "1", "991234", "0", "zz", "0812345", "08GG"])
def test_what_is_not_type_7_is_not_turned_back(text: str) -> None:
    assert plain(text) is None


def test_certificates_and_private_keys_leave() -> None:
    text = (
        "crypto pki certificate chain TP\n certificate self-signed 01\n  30820330 30820218 A0030201\n  0123\n  \tquit\n"
        "-----BEGIN RSA PRIVATE KEY-----\nabcdefgh\n-----END RSA PRIVATE KEY-----\n"
    )
    shown = redact_configuration(text, REDACTOR)
    assert "30820330" not in shown
    assert "abcdefgh" not in shown
    assert "quit" in shown
    assert shown.count("\n") == text.count("\n")


def test_a_secret_that_a_terminal_carried_on_is_taken_out_whole() -> None:
    head = "username till privilege 15 secret 9 "
    secret = "x" * (80 - len(head)) + "opensesame99"
    text = f"{head}{secret[: 80 - len(head)]}\n{secret[80 - len(head) :]}\nhostname gw\n"
    shown = redact_configuration(text, REDACTOR)
    assert shown == f"{head}{TOKEN(secret)}\n\nhostname gw\n"


_LINES = st.one_of(
    st.sampled_from(FORMS).map(lambda form: form.format(SECRET)),
    st.sampled_from(HARMLESS),
    st.text(st.sampled_from("password secret key 7 0 ^C\"'!#> \t\r\x08\x1babc$9$:/@"), max_size=60),
    st.sampled_from(
        ["crypto pki certificate chain TP", " certificate 01", "  30820330 30820218", "\tquit", "end", "!"]
    ),
)


@given(st.lists(_LINES, max_size=12).map("\n".join))
@example('action 1.0 cli command "enable password')
@example("password")
@example("x" * 80 + "\nsecret y")
def test_redacting_twice_is_redacting_once_and_lines_keep_their_numbers(text: str) -> None:
    shown = redact_configuration(text, REDACTOR)
    assert shown.count("\n") == text.count("\n")
    assert redact_configuration(shown, REDACTOR) == shown
    assert SECRET not in shown


@given(st.lists(st.sampled_from(FORMS), min_size=1, max_size=6))
def test_a_redacted_configuration_has_the_same_shape(forms: list[str]) -> None:
    text = "\n".join(form.format(SECRET) for form in forms)
    before, after = parse(text), parse(redact_configuration(text, REDACTOR))
    assert before.kinds == after.kinds
    assert [(one.line, one.indent) for one in before.walk()] == [(one.line, one.indent) for one in after.walk()]


@pytest.mark.growth
@pytest.mark.parametrize(
    "line", ["password " + "a " * 900, "key " + " \t" * 900 + "x", '"' * 1900, "auth md5 " * 200, "secret " * 280]
)
def test_time_is_linear(line: str) -> None:
    begin = time.perf_counter()
    redact_configuration("\n".join([line] * 20), REDACTOR)
    assert time.perf_counter() - begin < 5


@pytest.mark.skipif(not real_files(), reason="the collection of real configurations is not here")
def test_real_configurations_keep_their_shape() -> None:
    files = [path for path in real_files() if path.stat().st_size < 400_000]
    assert files
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")
        shown = redact_configuration(text, REDACTOR)
        assert shown.count("\n") == text.count("\n"), path
        assert redact_configuration(shown, REDACTOR) == shown, path
        words = [line.split() for line in shown.split("\n") if line.startswith((" wpa-psk ", "enable secret "))]
        assert all(len(each) < 2 or is_token(each[-1]) for each in words), path
