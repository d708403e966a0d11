"""Which commands are recognised as irrelevant: by leading words, in their blocks."""

import pytest

from auditor.platforms.cisco_ios.irrelevant import Irrelevant
from auditor.profiles import load_profile

LISTED = load_profile("cisco_ios").irrelevant
GIVEN = Irrelevant(
    {
        "": {"": frozenset({"logging", "ap dot11 * rrm", "ap dot11 * dot11n mcs"})},
        "ap dot11 * rf-profile": {"": frozenset({"*"})},
        "ap dot11 5ghz rf-profile": {"": frozenset({"trap"}), "coverage": frozenset({"data"})},
    }
)


@pytest.mark.parametrize(
    ("path", "text", "covered"),
    [
        ((), "logging host 192.0.2.1", True),
        ((), "no logging console", True),
        ((), "loggings", False),
        ((), "ap dot11 5ghz rrm", True),
        ((), "no ap dot11 24ghz rrm channel dca 1", True),
        ((), "ap dot11 5ghz dot11n mcs tx 0", True),
        ((), "ap dot11 5ghz dot11n", False),
        ((), "ap dot11 rrm", False),
        ((), "ap dot11 5ghz more rrm", False),
        ((), "ap dot15 5ghz rrm", False),
        (("ap dot11 24ghz rf-profile busy",), "coverage level 1", True),
        # What is named counts before what `*` stands for, as the longer does before the shorter.
        (("ap dot11 5ghz rf-profile busy",), "trap threshold", True),
        (("ap dot11 5ghz rf-profile busy",), "shutdown", False),
        (("ap dot11 5ghz rf-profile busy", "coverage hole"), "data rssi", True),
        (("ap dot11 5ghz rf-profile busy", "coverage hole"), "voice rssi", False),
        (("ap dot11 5ghz shutdown",), "trap threshold", False),
        (("logging rules",), "trap threshold", True),
    ],
)
def test_leading_words_decide(path: tuple[str, ...], text: str, covered: bool) -> None:
    assert GIVEN.covers(path, text) is covered


def test_no_words_stand_behind_shorter_ones_that_say_it_already() -> None:
    for kinds in LISTED.values():
        for words in kinds.values():
            shorter = {" ".join(each.split()[:count]) for each in words for count in range(1, len(each.split()))}
            assert not shorter & words


def test_any_word_stands_behind_two_and_before_the_last() -> None:
    listed = {words for kinds in LISTED.values() for some in kinds.values() for words in some} | LISTED.keys()
    for words in (each.split() for each in listed - {"", "*"}):
        assert words.count("*") <= 1
        assert "*" not in (*words[:2], words[-1])
        assert len(words) <= 6
