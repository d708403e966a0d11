"""No secret is left, and nothing else changes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.secrets import Redactor, is_token
from auditor.syntax.secret_names import MASK
from auditor.syntax.uci import Document, parse
from auditor.syntax.uci_redact import redact
from tests.syntax.uci_texts import TEXTS, TIDY_TEXTS, real_files, real_text

REDACTOR = Redactor(b"a key of the tests")
TOKEN = REDACTOR.token
WIFI = "config wifi-iface 'w'\n"
SECRET = "open-sesame-99"

SECRETS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="'\\\"#;=:@"), min_size=4, max_size=20
).map(lambda secret: "Zq9" + secret)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("\toption key 'S'\n", "\toption key 'T'\n", id="single quotes"),
        pytest.param('\toption key "S" # c\n', f'\toption key "T" # {MASK}\n', id="double quotes"),
        pytest.param("\toption key S\n", "\toption key T\n", id="bare"),
        pytest.param("\tlist sae_password 'S'\r\n", "\tlist sae_password 'T'\r\n", id="list, CRLF"),
        pytest.param("\toption auth_secret 'S'\n", "\toption auth_secret 'T'\n", id="radius"),
        pytest.param("\toption vpn_key 'S'\n", "\toption vpn_key 'T'\n", id="name with suffix"),
        pytest.param("\toption x 1; option key S\n", f"\toption x 1; option key {MASK}\n", id="hidden by a semicolon"),
        pytest.param("\toption key a#S\n", f"\toption key {TOKEN('a')}#{MASK}\n", id="cut by a comment"),
        pytest.param("\toption key a S\n", f"\toption key {TOKEN('a')} {MASK}\n", id="several words"),
        pytest.param("#\toption key 'S'\n", f"#\toption key '{MASK}'\n", id="comment"),
        pytest.param("# password: S\n", f"# password: {MASK}\n", id="note"),
        pytest.param("\toption key-x 'S'\n", f"\toption key-x '{MASK}'\n", id="unreadable"),
        pytest.param("\toption key 'S\n\tx\n", f"\toption key '{MASK}\n\t{MASK}\n", id="unterminated"),
        pytest.param("\tlist o 'wpa_psk=S'\n", "\tlist o 'wpa_psk=T'\n", id="line for hostapd"),
        pytest.param("\toption o '-a --token=S b'\n", f"\toption o '-a --token={MASK} {MASK}'\n", id="argument"),
        pytest.param("\toption u 'https://me:S@192.0.2.1/'\n", "\toption u 'https://me:T@192.0.2.1/'\n", id="URL"),
        pytest.param(
            "\toption n 'a\n\toption key 'S'\n\tb'\n", f"\toption n 'a\n\toption key '{MASK}'\n\tb'\n", id="swallowed"
        ),
    ],
)
def test_secret(before: str, after: str) -> None:
    redacted = redact(WIFI + before.replace("S", SECRET), REDACTOR)
    assert redacted == WIFI + after.replace("T", TOKEN(SECRET))
    assert SECRET not in redacted


@pytest.mark.parametrize(
    "line",
    [
        "option key '1'",
        "option key_file '/etc/ssl/x.key'",
        "option private_key '/etc/ssl/x.key'",
        "option public_key 'bm90IHNlY3JldA=='",
        "option wpa_psk_file '/etc/psk'",
        "option encryption 'psk2'",
        "option ssid 'key=1 password taco'",
        "option ppsk '1'",
        "option wpa_group_rekey '600'",
        "option key ''",
        "option key",
        f"option key '{TOKEN(SECRET)}'",
    ],
)
def test_no_secret(line: str) -> None:
    assert redact(WIFI + line + "\n", REDACTOR) == WIFI + line + "\n"


def test_hashes_anywhere() -> None:
    digest = "$6$saltsalt$abcdefghijklmnopqrstuvwxyz./0123456789"
    text = f"config x\n\toption note 'user:{digest}'\n# {digest}\n"
    assert redact(text, REDACTOR) == text.replace(digest, TOKEN(digest))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_secret_over_lines_keeps_the_numbers_of_the_lines_behind(quote: str, ending: str) -> None:
    text = f"config x\n\toption password {quote}one{ending}two{ending}{quote}{ending}\toption b 1{ending}"
    before, after = parse(text).sections[0].statements, parse(redact(text, REDACTOR)).sections[0].statements
    assert is_token(after[0].value)
    assert after[1].first == before[1].first == 5


def test_equal_secrets_are_equal_tokens() -> None:
    text = WIFI + "\toption key 'S'\nconfig wifi-iface 'v'\n\toption key \"S\"\n"
    one, two = parse(redact(text.replace("S", SECRET), REDACTOR)).sections
    assert one.values("key")[0].value == two.values("key")[0].value == TOKEN(SECRET)


def shape(document: Document) -> list[tuple[object, ...]]:
    return [
        (
            section.package,
            section.type,
            section.id,
            [(heading.first, heading.last) for heading in section.headings],
            [(each.keyword, each.name, each.first, not each.value) for each in section.statements],
        )
        for section in document.sections
    ]


def check(text: str) -> None:
    redacted = redact(text, REDACTOR, package="p")
    before, after = parse(text, package="p"), parse(redacted, package="p")
    assert redact(redacted, REDACTOR, package="p") == redacted
    assert redacted.count("\n") == text.count("\n")
    assert shape(after) == shape(before)
    assert after.strict == before.strict
    # The reason may be another one where the word that was wrong is masked; the lines are the same.
    assert [(each.first, each.last) for each in after.unreadable] == [
        (each.first, each.last) for each in before.unreadable
    ]
    for old, new in zip(before.sections, after.sections, strict=True):
        for one, two in zip(old.statements, new.statements, strict=True):
            assert one.value == two.value or "redacted-" in two.value


@given(TEXTS)
def test_only_secrets_change_in_odd_texts(text: str) -> None:
    check(text)


@given(TIDY_TEXTS)
def test_only_secrets_change_in_tidy_texts(text: str) -> None:
    check(text)


@pytest.mark.parametrize("path", real_files(), ids=lambda path: "/".join(path.parts[-3:]))
def test_real_files(path: Path) -> None:
    check(real_text(path))


@given(
    SECRETS,
    st.sampled_from(["key", "password", "sae_password", "auth_secret", "private_key", "pin", "my_token", "wpakey"]),
    st.sampled_from(
        [
            "\toption {name} '{secret}'\n",
            '\toption {name} "{secret}" # {secret}\n',
            "\tlist {name} {secret}\n",
            "\toption {name} x {secret} y\n",
            "\to {name} a#{secret}\n",
            "\toption {name} x 'y\n{secret} {secret}\nz'\n",
            "\toption {name} 'x\n{secret}\n'\n",
            "\toption {name}-x {secret}\n",
            "# option {name} {secret}\n",
            "option x 1 # {name}: {secret}\n",
            "{name}={secret}\n",
            "\toption {name} '{secret}\n",
            "\toption {name} 'x\n{secret}\n",
            "\toption x 'y\n\toption {name} '{secret}'\n\tz'\n",
            "\toption x 1; option {name} {secret}\n",
        ]
    ),
    TIDY_TEXTS,
)
def test_no_planted_secret_is_left(secret: str, name: str, shape: str, text: str) -> None:
    redacted = redact(text + shape.format(name=name, secret=secret), REDACTOR)
    assert secret not in redacted
    assert redact(redacted, REDACTOR) == redacted
