"""The quick looks before the forms of secrets on Cisco IOS never say no where a form says yes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.syntax.ios_secrets import FORMS, TRIGGER, Form, triggers_in


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.words[0])
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_what_a_form_matches_holds_one_of_its_words(form: Form, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(form.pattern, alphabet=st.characters(codec="ascii")))
    assert form.may_stand_in(text.lower())


@given(st.from_regex(TRIGGER, alphabet=st.characters(codec="ascii")), st.text(max_size=8))
def test_what_triggers_is_found_in_the_whole_text(line: str, around: str) -> None:
    triggers = triggers_in(f"{around}\n{line}")
    assert triggers is None or any(trigger in line.lower() for trigger in triggers)


def test_letters_that_patterns_take_for_ours_are_not_passed_over() -> None:
    assert TRIGGER.search("ſecret") is not None
    assert triggers_in("ſecret") is None
