from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Listed
from auditor.model.keys import numbered


@dataclass(frozen=True, slots=True)
class Leaf:
    key: str


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    leaves: Listed[Leaf]


@dataclass(frozen=True, slots=True)
class Whole:
    parts: Listed[Part]


def whole(*keys: str) -> Whole:
    return Whole(Listed(tuple(Part(key, Listed((Leaf(key), Leaf(key)))) for key in keys)))


def test_the_second_of_one_name_gets_a_number() -> None:
    found = numbered(whole("pos", "lan", "pos", "pos"))
    assert [part.key for part in found.parts] == ["pos", "lan", "pos (2)", "pos (3)"]
    assert [leaf.key for part in found.parts for leaf in part.leaves][:2] == ["pos", "pos (2)"]


def test_what_is_told_apart_already_stays_as_it_is() -> None:
    given = Whole(Listed((Part("pos", Listed()), Part("lan", Listed()))))
    assert numbered(given) is given


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "b"]), max_size=8))
def test_no_key_is_there_twice(keys: list[str]) -> None:
    found = [part.key for part in numbered(whole(*keys)).parts]
    assert len(set(found)) == len(found) == len(keys)


@pytest.mark.parametrize("keys", [("a", "a"), ("a", "b")])
def test_doing_it_twice_is_doing_it_once(keys: tuple[str, ...]) -> None:
    once = numbered(replace(whole(*keys)))
    assert numbered(once) == once
