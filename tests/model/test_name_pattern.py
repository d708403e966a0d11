"""Names that POSIX expressions match, and those that are in doubt."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import NamePattern
from auditor.model.name_pattern import _finds


@pytest.mark.parametrize(
    ("expression", "name", "covers", "doubtful"),
    [
        (".*stripe.*", "api.stripe.com", True, False),
        (".*facebook.*", "api.stripe.com", False, False),
        (r".*\.lan$", "api.stripe.com", False, False),
        (r"(^|\.)stripe\.com$", "api.stripe.com", False, True),
        (r"(^|\.)facebook\.com$", "api.stripe.com", False, False),
        (r"^api\.[rst]tripe\.com$", "API.stripe.com.", True, False),
        (r"^[^a].*", "api.stripe.com", False, False),
        (r"st?ripe\.", "api.stripe.com", False, True),
        (r"a{2}", "api.stripe.com", False, True),
        (r"\w+", "api.stripe.com", False, True),
        ("[[:alpha:]]", "api.stripe.com", False, True),
        ("(" * 50 + ")" * 50, "api.stripe.com", False, True),
        ("a" * 1000, "api.stripe.com", False, True),
        ("", "api.stripe.com", True, False),
    ],
)
def test_names_that_match(expression: str, name: str, covers: bool, doubtful: bool) -> None:
    assert NamePattern(expression).covers(name) is covers
    assert NamePattern(expression, doubtful=True).covers(name) is doubtful


@pytest.mark.parametrize(
    ("expression", "may"),
    [
        (r".*r\.stripe\.com$", True),
        (r"^[a-z]*\.stripe\.", True),
        (r"^[^.]*\..*p", True),
        (r"^[^.]*..*p.*", True),
        (r"^.*\..*\.", True),
        (r"\.com$", True),
        (r".*\.lan$", False),
        # Found below any domain: these say nothing of this one.
        (r"^files\.", False),
        (".*facebook", False),
        (".*facebook.*", False),
        (".*facebook.*|.*doubleclick.*", False),
        (r"x\.net$", False),
    ],
)
def test_names_below_a_domain(expression: str, may: bool) -> None:
    assert NamePattern(expression, doubtful=True).may_cover_below("stripe.com") is may


def test_no_expression_takes_long() -> None:
    assert not NamePattern("(a*)*" * 30 + "b").covers("a" * 255)
    assert not NamePattern("(a|a)*" * 30 + "b", doubtful=True).covers("a" * 255)
    assert not NamePattern(".*a" * 60 + "!", doubtful=True).may_cover_below("stripe.com")


_ATOMS = st.sampled_from(["a", "b", r"\.", ".", "[ab]", "[^a]", "^", "$"])
_PARTS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, st.sampled_from("*+?")).map(lambda pair: f"({pair[0]}){pair[1]}"),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: f"({'|'.join(each)})"),
    ),
    max_leaves=8,
)


@given(_PARTS, st.text(alphabet="ab.", max_size=8))
def test_extended_expressions_match_as_elsewhere(expression: str, name: str) -> None:
    assert _finds(expression, True, name) is (re.search(expression, name) is not None)


@given(_PARTS, st.text(alphabet="ab", min_size=1, max_size=3))
def test_a_name_below_that_matches_is_seen(expression: str, label: str) -> None:
    if _finds(expression, True, f"{label}.a.b"):
        label_alone = (
            _finds(expression, True, f"{label}.c.c") or _finds(expression, True, f"{label}.") or ("$" in expression)
        )
        assert label_alone or NamePattern(expression).may_cover_below("a.b")


@given(st.text(alphabet="ab.*+?()[]^$|\\{}-", max_size=20), st.text(alphabet="ab.", max_size=8))
def test_any_text_is_read_or_in_doubt(expression: str, name: str) -> None:
    assert not (NamePattern(expression).covers(name) and NamePattern(expression, doubtful=True).covers(name))
