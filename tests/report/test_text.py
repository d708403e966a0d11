"""What a device says can be seen, and can do nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.report.text import encodable, file_name, visible

SURROGATES = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("SHOP-POS", "SHOP-POS"),
        ("Café 中文 🛒", "Café 中文 🛒"),
        ("\toption isolate '1'", "    option isolate '1'"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\r\nb", "a\\r\\nb"),
        ("\x9b2J", "\\x9b2J"),
        ("\u202eSOP", "\\u202eSOP"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("a\u2028b", "a\\u2028b"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 5, "e" + "\u0301" * 3 + "\\u0301\\u0301"),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(SURROGATES)
def test_a_shown_text_is_one_line_without_controls(text: str) -> None:
    shown = visible(text)
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len(shown.splitlines()) <= 1
    assert visible(shown) == shown


@given(SURROGATES)
def test_an_encodable_text_is_utf8(text: str) -> None:
    assert encodable(text).encode("utf-8").decode("utf-8") == encodable(text)


@given(SURROGATES)
def test_a_file_name_stays_in_its_folder(text: str) -> None:
    name = file_name(text)
    assert name
    assert name[0] not in ".-"
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def test_names_that_had_to_change_do_not_meet() -> None:
    assert file_name("lyon-01") == "lyon-01"
    assert len({file_name(name) for name in ("a/b", "a_b", "a:b", "../a", "..", "")}) == 6
