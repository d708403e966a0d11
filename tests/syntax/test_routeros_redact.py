"""No secret is left in exports and outputs, and nothing else changes."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.secrets import Redactor, is_token
from auditor.syntax.routeros import parse
from auditor.syntax.routeros_print_redact import redact_output
from auditor.syntax.routeros_redact import redact_export
from auditor.syntax.secret_names import MASK
from tests.syntax.routeros_texts import TEXTS, TIDY, real_files, real_text, shown

REDACTOR = Redactor(b"a key of the tests")
TOKEN = REDACTOR.token
SECRET = "open-sesame-99"

SENSITIVE = [
    ("interface wireless security-profiles", "wpa-pre-shared-key"),
    ("interface wireless security-profiles", "wpa2-pre-shared-key"),
    ("interface wireless security-profiles", "static-key-0"),
    ("interface wireless security-profiles", "static-sta-private-key"),
    ("interface wireless security-profiles", "management-protection-key"),
    ("interface wireless security-profiles", "mschapv2-password"),
    ("interface wireless access-list", "private-pre-shared-key"),
    ("interface wireless nstreme", "nv2-preshared-key"),
    ("interface wifi security", "passphrase"),
    ("interface wifi", "security.passphrase"),
    ("interface wifi", "security.eap-password"),
    ("interface wifi security multi-passphrase", "passphrase"),
    ("caps-man security", "passphrase"),
    ("caps-man access-list", "private-passphrase"),
    ("caps-man configuration", "security.passphrase"),
    ("ppp secret", "password"),
    ("ppp l2tp-secret", "secret"),
    ("ip hotspot user", "password"),
    ("ip hotspot user", "otp-secret"),
    ("ip hotspot profile", "mac-auth-password"),
    ("interface pppoe-client", "password"),
    ("interface l2tp-server server", "ipsec-secret"),
    ("interface wireguard", "private-key"),
    ("interface wireguard peers", "preshared-key"),
    ("interface macsec", "cak"),
    ("interface lte apn", "password"),
    ("interface lte", "pin"),
    ("ip ipsec identity", "secret"),
    ("radius", "secret"),
    ("snmp community", "name"),
    ("snmp community", "authentication-password"),
    ("snmp community", "encryption-password"),
    ("snmp", "trap-community"),
    ("system ntp key", "key-val"),
    ("routing ospf interface-template", "auth-key"),
    ("routing bgp connection", "tcp-md5-key"),
    ("tool romon", "secrets"),
    ("tool sms", "sim-pin"),
    ("tool e-mail", "password"),
    ("tr069-client", "connection-request-password"),
    ("user-manager router", "shared-secret"),
    ("user-manager user", "password"),
    ("disk", "encryption-key"),
    ("zerotier", "identity"),
]


@pytest.mark.parametrize(("menu", "name"), SENSITIVE)
@pytest.mark.parametrize("written", ["S", '"S"'])
def test_a_sensitive_property(menu: str, name: str, written: str) -> None:
    text = f"/{menu}\nadd disabled=no {name}={written} comment=x\n"
    assert redact_export(_with(text, SECRET), REDACTOR) == text.replace("S", TOKEN(SECRET))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "/interface wifi set wifi1 security.ft=no .passphrase=S .wps=disable",
            "/interface wifi set wifi1 security.ft=no .passphrase=T .wps=disable",
            id="prefix",
        ),
        pytest.param('/radius add secret="S" address=x', '/radius add secret="T" address=x', id="quotes"),
        pytest.param(
            '/radius add secret="op\\\n    en-sesame-99" address=x',
            '/radius add secret="T\\\n    " address=x',
            id="over two lines",
        ),
        pytest.param(
            "/radius add secret=op\\\n    en-sesame-99 address=x",
            '/radius add secret="T\\\n    " address=x',
            id="over two lines without quotes",
        ),
        pytest.param(
            "/snmp community set [ find default=yes ] name=S",
            "/snmp community set [ find default=yes ] name=T",
            id="snmp",
        ),
        pytest.param(
            "/snmp community set [ find name=S ] addresses=::/0", "/snmp community set [ find name=T ] addresses=::/0",
            id="found by it",
        ),
        pytest.param(
            '/ip pool add comment="password S x"', f'/ip pool add comment="password {MASK} {MASK}"', id="comment"
        ),
        pytest.param(
            "/ip dns adlist add url=https://me:S@192.0.2.1/x",
            '/ip dns adlist add url="https://me:T@192.0.2.1/x"',
            id="URL",
        ),
        pytest.param(
            '/ip dns adlist add url="https://192.0.2.1/\\3Ftoken=S"', r'/ip dns adlist add url="https://192.0.2.1/\3Ftoken=T"',
            id="token in a URL",
        ),
        pytest.param(
            r'/system script add name=x source="/tool fetch user=a password=S url=b\r\n:put done"',
            r'/system script add name=x source="/tool fetch user=a password=T url=b\r\n:put done"',
            id="script",
        ),
        pytest.param(
            r'/system scheduler add on-event=":local password \"S\"; /system reboot"',
            r'/system scheduler add on-event=":local password \"T\"; /system reboot"',
            id="variable of a schedule",
        ),
        pytest.param(
            r'/tool netwatch add down-script="/interface wifi set wifi1 security.passphrase=\"S\""',
            r'/tool netwatch add down-script="/interface wifi set wifi1 security.passphrase=\"T\""',
            id="hook",
        ),
        pytest.param("# the password is S", f"# the password {MASK} {MASK}", id="remark"),
        pytest.param("/radius add x=[y] secret=S z", f"/radius add x=[y] secret={MASK} {MASK}", id="cannot be read"),
        pytest.param('/radius add secret="S and', f'/radius add secret="{MASK} {MASK}', id="cut"),
        pytest.param(
            "/radius add x=[y] sec\\\n    ret=op\\\n    en-sesame-99",
            f"/radius add x=[y] sec\\\n    ret={MASK}\\\n    {MASK}",
            id="cannot be read, over lines",
        ),
        pytest.param("[a@b] > /radius add secret=S", f"[a@b] > /radius add secret={MASK}", id="prompt"),
        pytest.param("this secret S is nothing", f"this secret {MASK} {MASK} {MASK}", id="noise"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_secret(before: str, after: str, ending: str) -> None:
    frame = "# 2026-01-01 10:00:00 by RouterOS 7.16\n{}\n/ip dns set servers=192.0.2.1\n"
    text, expected = (
        frame.format(each).replace("\n", ending) for each in (_with(before, SECRET), _with(after, SECRET))
    )
    assert redact_export(text, REDACTOR) == expected


def _with(line: str, secret: str) -> str:
    """The line with the secret in place of `S`, and its token in place of `T`."""
    return re.sub(r"(?<![A-Za-z])[ST](?![A-Za-z])", lambda found: secret if found[0] == "S" else TOKEN(secret), line)


def test_a_quote_that_is_never_closed_hides_what_follows() -> None:
    redacted = redact_export('/radius\nadd secret="one\ntwo\nthree"\n/ip dns\nset servers=x\n', REDACTOR)
    assert redacted == f'/radius\nadd secret="{MASK}\n{MASK}\n{MASK}"\n/ip dns\nset servers=x\n'


@pytest.mark.parametrize(
    "line",
    [
        'set secret=""',
        "set secret=",
        "set !secret",
        'set ssid="password: taco"',
        'set ssid="http://me:you@here"',
        "set public-key=bm90IHNlY3JldA==",
        "set group-key-update=1h security.multi-passphrase-group=staff",
        "set authentication-types=wpa2-psk,wpa3-psk key-usage=x",
        "set on-event=/system\\_reboot",
        f"set secret={TOKEN(SECRET)}",
        f'set secret="{TOKEN(SECRET)}"',
    ],
)
def test_no_secret(line: str) -> None:
    text = f"/interface wifi\n{line}\n"
    assert redact_export(text, REDACTOR) == text


def test_equal_secrets_are_equal_tokens_however_they_are_written() -> None:
    text = '/interface wifi security\nadd passphrase=caf\\C3\\A9-99\nadd passphrase="caf\\\n    \\C3\\A9-99"\n'
    one, two = parse(redact_export(text, REDACTOR)).statements
    assert one.properties[0].value == two.properties[0].value == TOKEN("café-99")


# -- outputs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('security.passphrase="S" .ft=no', 'security.passphrase="T" .ft=no'),
        ("wpa2-pre-shared-key=S mode=none", "wpa2-pre-shared-key=T mode=none"),
        ('secret="a\\"S" x=1', f'secret="{TOKEN(chr(97) + chr(34) + SECRET)}" x=1'),
        ("    password: S", "    password: T"),
        (";;; password S", f";;; password {MASK}"),
        ('passphrase="', 'passphrase="'),
        ('passphrase=""', 'passphrase=""'),
    ],
)
def test_outputs(before: str, after: str) -> None:
    text = f"Flags: X - disabled\r\n 0   name=a {before}\r\n 1   name=b\r\n"
    if before.startswith((" ", ";")):
        text = f"{before}\r\n 1   name=b\r\n"
    redacted = redact_output(_with(text, SECRET), REDACTOR)
    assert _with(after, SECRET) in redacted
    assert SECRET not in redacted


# -- any text --------------------------------------------------------------------------------------------------


def meaning(text: str) -> list[tuple[object, ...]]:
    return [
        (each.menu, each.verb, each.target.kind, each.first, each.last, properties)
        for each in parse(text).statements
        for properties in [[(p.name, p.first, not p.value) for p in each.properties]]
    ]


def check(text: str) -> None:
    redacted = redact_export(text, REDACTOR)
    assert redacted.count("\n") == text.count("\n")
    assert redact_export(redacted, REDACTOR) == redacted
    assert meaning(redacted) == meaning(text)


@given(TEXTS)
@example('/ip dns add comment="password\\\n    x" y=z')
def test_odd_texts_keep_their_lines(text: str) -> None:
    redacted = redact_export(text, REDACTOR)
    assert redacted.count("\n") == text.count("\n")
    assert redact_output(text, REDACTOR).count("\n") == text.count("\n")


@given(TIDY)
def test_tidy_exports_keep_their_meaning(text: str) -> None:
    check(text)


@pytest.mark.parametrize("path", real_files(), ids=lambda path: path.name)
def test_real_files(path: Path) -> None:
    check(real_text(path))


SECRETS = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=["Cc"]), max_size=20).map(
    lambda secret: f"Zq9{secret}9qZ"
)


@given(SECRETS, st.sampled_from(SENSITIVE), st.integers(0, 30), st.booleans())
@example('Zq9" or \\ and $x9qZ', SENSITIVE[0], 3, False)
def test_no_planted_secret_survives(secret: str, place: tuple[str, str], at: int, broken: bool) -> None:
    menu, name = place
    quoted = shown(secret)
    if at < len(quoted) - 2 and quoted[at] != "\\" and at > 1 and quoted[at - 1] != "\\":
        quoted = f"{quoted[:at]}\\\n    {quoted[at:]}" if quoted[at] not in " \t" else quoted
    tail = "x=[y]" if broken else "x=y"
    text = f"/{menu}\nadd {tail} {name}={quoted} {tail}\nset [ find x=y ] {name}={quoted}\n"
    redacted = redact_export(text, REDACTOR)
    assert "Zq9" not in redacted
    assert "9qZ" not in redacted
    assert redacted.count("\n") == text.count("\n")
    values = [p.value for each in parse(redacted).statements for p in each.properties if p.name == name]
    assert all(map(is_token, values))
    printed = f' 0   name="x" {name.rpartition(".")[2]}={shown(secret)} running=yes\r\n'
    if name not in ("name", "identity"):
        assert re.search("Zq9|9qZ", redact_output(printed, REDACTOR)) is None
