"""The quick look for what a secret's name may hold never says no where the patterns say yes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.secrets import Redactor
from auditor.syntax import secret_names
from auditor.syntax.secret_names import SECRET_NAME, may_hold_secret, may_name_secret, redact_hashes
from auditor.syntax.uci_redact import redact as redact_uci

REDACTOR = Redactor(b"k" * 32)
SHORT = re.compile(SECRET_NAME.replace("]*", "]{0,3}").replace("]+", "]{1,3}"), re.IGNORECASE)


AROUND = st.text(max_size=8)


@given(before=AROUND, name=st.from_regex(SHORT, fullmatch=True), after=AROUND)
def test_every_name_of_a_secret_is_seen(before: str, name: str, after: str) -> None:
    assert may_name_secret(_as_word(before, name, after))


@given(before=AROUND, name=st.sampled_from(["pin", "PIN", "pincode", "wps_pin", "sim_pin"]), after=AROUND)
def test_a_pin_is_seen_where_it_is_a_word(before: str, name: str, after: str) -> None:
    assert may_name_secret(_as_word(before, name, after))


def _as_word(before: str, name: str, after: str) -> str:
    """A name with what may stand around it: no pattern takes a part of a word for a name."""
    return f"{before}{' ' if before[-1:].isalpha() else ''}{name}{' ' if after[:1].isalpha() else ''}{after}"


@pytest.mark.parametrize("text", ["ping", "hairpin=no", "unknown-unicast-flood", "aa:bb:cc:dd:ee:ff 01:aa:bb:cc:dd"])
def test_what_devices_say_all_the_time_is_passed_over(text: str) -> None:
    assert not may_hold_secret(text)


def _said() -> st.SearchStrategy[str]:
    names = st.from_regex(SHORT, fullmatch=True)
    found = names | st.from_regex(secret_names._ON_COMMAND_LINE) | st.from_regex(secret_names._CRYPT)
    return st.lists(
        found | st.from_regex(secret_names._SHADOW) | st.text(alphabet=" \n:='\"/-upingx#", max_size=8)
    ).map("".join)


@given(_said())
def test_what_a_pattern_would_change_may_hold_a_secret(text: str) -> None:
    named = re.search(rf"(?<![A-Za-z0-9_])(?:{SECRET_NAME})(?![A-Za-z0-9_])", text, re.IGNORECASE) is not None
    assert may_hold_secret(text) or not (named or _without_quick_looks(text) != text)


@pytest.mark.parametrize("text", ["option 'k''ey' 'hidden12'", "option ke\\y hidden12", "list x 'wpa_''psk=hidden12'"])
def test_names_that_uci_puts_together_are_seen(text: str) -> None:
    assert "hidden12" not in redact_uci(f"config wifi-iface\n\t{text}\n", REDACTOR, package="wireless")


@pytest.mark.parametrize("name", ["pſk", "PASſWORD", "\u212aEY", "pın"])
def test_letters_that_patterns_take_for_ours_are_seen(name: str) -> None:
    assert may_name_secret(name)


@given(found=st.from_regex(secret_names._ON_COMMAND_LINE), after=st.text(max_size=8))
def test_every_secret_of_a_command_line_is_looked_for(found: str, after: str) -> None:
    line = found + after
    assert redact_hashes(line, REDACTOR) == _without_quick_looks(line)


@given(
    st.from_regex(secret_names._SHADOW).filter(lambda text: len(text) < 200)
    | st.text(alphabet=":x$5-u \n", max_size=60)
)
def test_every_line_of_shadow_is_looked_for(text: str) -> None:
    assert redact_hashes(text, REDACTOR) == _without_quick_looks(text)


def _without_quick_looks(text: str) -> str:
    text = secret_names._SHADOW.sub(lambda found: found[1] + REDACTOR.token(found[2]), text)
    text = secret_names._CRYPT.sub(lambda found: REDACTOR.token(found[0]), text)
    text = secret_names._URL_PASSWORD.sub(lambda found: found[1] + REDACTOR.token(found[2]), text)
    return secret_names._ON_COMMAND_LINE.sub(lambda found: found[1] + REDACTOR.token(found[2]), text)
