"""The inventory that the wizard writes always loads, and says what was answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.credentials import Environment
from auditor.errors import UsageError
from auditor.inventory import Integration, Inventory, SiteEntry, loads
from auditor.inventory.wizard import Hints, quoted, take_default, write_inventory


def read(text: str) -> Inventory:
    return loads(text.encode(), Path("inventory.yaml"))


def site(text: str) -> SiteEntry:
    return read(text).sites[0]


class Person:
    """Answers by the beginning of the question, else takes the default; each answer of a list once."""

    def __init__(self, **answers: str | list[str]) -> None:
        self.answers = {begin.replace("_", " "): answer for begin, answer in answers.items()}
        self.asked: list[tuple[str, str, tuple[str, ...]]] = []

    def __call__(self, question: str, default: str, choices: tuple[str, ...]) -> str:
        self.asked.append((question, default, choices))
        for begin, answer in self.answers.items():
            if begin in question:
                if isinstance(answer, str):
                    return answer
                return answer.pop(0) if answer else ""
        return default


def test_taking_every_default_gives_a_shop_that_says_little() -> None:
    entry = site(write_inventory(take_default))
    assert (entry.name, entry.readers, entry.devices) == ("shop-01", (), ())
    assert entry.integration is Integration.UNKNOWN


def test_what_is_known_is_proposed() -> None:
    hints = Hints(
        ssids=("SHOP-POS", "GUESTS"), subnets=("192.168.30.0/24",), timezone="Europe/Paris", captures="saved/gw",
        platforms=("openwrt",), models=("bbpos-wisepos-e",),
    )  # fmt: skip
    person = Person()
    entry = site(write_inventory(person, hints))
    assert entry.timezone == "Europe/Paris"
    assert entry.readers[0].entries[0].selector.ssid == "SHOP-POS"
    assert (entry.devices[0].captures, entry.devices[0].platform) == (Path("saved/gw"), "openwrt")
    proposed = {question: choices for question, _, choices in person.asked}
    assert proposed["Wi-Fi name (SSID) of the readers"] == ("SHOP-POS", "GUESTS")
    assert proposed["Model of the readers"] == ("bbpos-wisepos-e",)


def test_answers_arrive() -> None:
    person = Person(
        Name_of_the_shop="lyon-01",
        Time_zone="Europe/Paris",
        Opening_hours="mon-fri 08:00-12:00 14:00-20:00; sat 09:00-19:00",
        How_does="ios-sdk",
        Version="3.10",
        SSID="SHOP: #1 'POS'",
        Subnet_of_the_tills="192.168.30.0/24",
        Subnet_of_the_readers="",
        VLAN="30",
        How_many="4",
        next_device=["ap", ""],
        Address_of_gw="192.0.2.1",
        Address_of_ap="",
        saved_configuration_of_ap="saved/ap of Lyon",
        User_name="audit",
        Where="env",
        environment="AUDIT_PASSWORD",
    )
    person.answers["Name of the shop's router"] = "gw"
    person.answers = dict(sorted(person.answers.items(), key=lambda item: -len(item[0])))
    text = write_inventory(person, Hints(platforms=("openwrt",)))
    entry = site(text)
    assert (entry.name, entry.timezone, entry.integration, entry.sdk_version) == (
        "lyon-01",
        "Europe/Paris",
        Integration.IOS_SDK,
        "3.10",
    )
    assert entry.hours is not None
    assert [len(day) for day in entry.hours.days] == [2, 2, 2, 2, 2, 1, 0]
    reader = entry.readers[0].entries[0]
    assert (reader.selector.ssid, reader.selector.vlan, reader.count) == ("SHOP: #1 'POS'", 30, 4)
    assert str(entry.pos[0].entries[0].selector.subnet) == "192.168.30.0/24"
    assert [(each.name, each.host, each.captures) for each in entry.devices] == [
        ("gw", "192.0.2.1", None),
        ("ap", None, Path("saved/ap of Lyon")),
    ]
    assert (entry.devices[0].username, entry.devices[0].credentials) == ("audit", Environment("AUDIT_PASSWORD"))


def test_a_wrong_answer_is_explained_and_asked_again() -> None:
    person = Person(Time_zone=["Paris", "Europe/Paris"])
    assert site(write_inventory(person)).timezone == "Europe/Paris"
    asked = [question for question, _, _ in person.asked if "Time zone" in question]
    assert len(asked) == 2
    assert "did you mean 'Europe/Paris'?" in asked[1]


def test_somebody_who_never_answers_usably_is_not_asked_for_ever() -> None:
    with pytest.raises(UsageError, match="no usable answer to 'Time zone"):
        write_inventory(Person(Time_zone="nowhere"))


@pytest.mark.parametrize(
    "answer", ["mon", "08:00-20:00", "mon 08:00-20:00; mon 09:00-10:00", "mon closed", ";", "mon 8", "mon-fri,x 24h"]
)
def test_hours_that_would_not_load_are_not_taken(answer: str) -> None:
    person = Person(Opening_hours=[answer, ""])
    assert site(write_inventory(person)).hours is None
    assert len([None for question, _, _ in person.asked if "Opening hours" in question]) == 2


ANSWERS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["gw", "ap", "192.0.2.1", "10.0.0.0/8", "24", "mon-fri 08:00-20:00", "daily 24h; sun closed", "-"]),
    st.sampled_from(["{a: b}", "# x", "'", '"', "\\", "null", "yes", "~", "&a", "*a", "!x", "a: b", "\u2028", "\x85"]),
    st.sampled_from(["ios-sdk", "env", "key_file", "keyring", "A", "~/k", "secret", "password", "token", "x@y", "1.2"]),
)


@settings(deadline=None)
@given(st.lists(ANSWERS, max_size=60), st.builds(Hints, ssids=st.lists(ANSWERS, max_size=2).map(tuple), host=ANSWERS))
def test_whatever_is_answered_loads(answers: list[str], hints: Hints) -> None:
    given_answers: Iterator[str] = iter(answers)

    def ask(question: str, default: str, choices: tuple[str, ...]) -> str:
        # After a complaint the wizard gets no further answer, so that it goes on to the next question.
        return "" if question.startswith("(") else next(given_answers, default)

    read(write_inventory(ask, hints))


@given(st.text(min_size=1))
def test_a_quoted_text_comes_back(text: str) -> None:
    body = f"sites: {{s: {{declared: {{dhcp: {{value: x, by: {quoted(text)}}}}}}}}}"
    if text.strip() and len(text) <= 200 and text.isprintable():
        assert site(body).declared[0].by == text.strip()
