"""Which device is next, and what may be under way at the same time."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collect.permits import TERMINALS, Sort, places
from auditor.collect.schedule import Schedule, Turn, in_order
from auditor.collect.target import Target
from auditor.credentials import Agent
from auditor.inventory.reaching import AtOnce, JumpHost


def device(name: str, *, site: str = "", host: str = "", path: tuple[JumpHost, ...] = ()) -> Target:
    return Target(name, "openwrt", host or name, Agent(), site=site, path=path)


def scheduled(targets: list[Target], at_once: AtOnce, *, terminal: bool = False) -> Schedule:
    schedule = Schedule()
    for turn in in_order((target, places(target, at_once, terminal=terminal)) for target in targets):
        schedule.add(turn)
    return schedule


def started(schedule: Schedule, most: int = 1000) -> list[Turn]:
    turns = []
    while (turn := schedule.next(most)) is not None:
        turns.append(turn)
    return turns


def names(turns: list[Turn]) -> list[str]:
    return [turn.target.name for turn in turns]


def test_a_slow_jump_host_holds_nobody_back_who_does_not_need_it() -> None:
    bastion = (JumpHost("bastion", "192.0.2.1"),)
    behind = [device(f"behind{number}", path=bastion) for number in range(2000)]
    schedule = scheduled([*behind, device("free")], AtOnce(devices=100, jump_host=3))
    begun = started(schedule)
    assert names(begun) == ["behind0", "behind1", "behind2", "free"]
    schedule.ended(begun[1])
    assert names(started(schedule)) == ["behind3"]


def test_a_site_that_has_begun_goes_before_later_ones_and_shared_devices_before_all() -> None:
    shops = [device(f"{shop}/{number}", site=shop) for number in range(3) for shop in ("a", "b", "c")]
    schedule = scheduled([*shops, device("controller")], AtOnce(site=2))
    begun = started(schedule, most=4)
    assert names(begun) == ["controller", "a/0", "a/1", "b/0"]
    schedule.ended(begun[1])
    assert names(started(schedule, most=4)) == ["a/2"]
    schedule.ended(begun[0])
    assert names(started(schedule, most=4)) == ["b/1"]


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (device("a", host="192.0.2.1"), device("b", host="192.0.2.1"), False),
        (device("a", host="GW.example"), device("b", host="gw.example"), False),
        (device("a", host="192.0.2.1"), device("b", host="192.0.2.2"), True),
        # Shops like to have the same addresses behind routers of their own.
        (
            device("a", host="10.0.0.1", path=(JumpHost("x", "192.0.2.1"),)),
            device("b", host="10.0.0.1", path=(JumpHost("y", "192.0.2.2"),)),
            True,
        ),
        # Two names of one jump host share what it bears.
        (
            device("a", path=(JumpHost("x", "192.0.2.1", at_once=1),)),
            device("b", path=(JumpHost("y", "192.0.2.1", at_once=1),)),
            False,
        ),
        # Each host of a chain counts.
        (
            device("a", path=(JumpHost("x", "192.0.2.1"), JumpHost("y", "192.0.2.2", at_once=1))),
            device("b", path=(JumpHost("y", "192.0.2.2", at_once=1),)),
            False,
        ),
    ],
)
def test_what_goes_through_the_same_place_waits(first: Target, second: Target, *, together: bool) -> None:
    schedule = scheduled([first, second], AtOnce())
    begun = started(schedule)
    assert len(begun) == (2 if together else 1)
    for turn in begun:
        schedule.ended(turn)
    assert len(started(schedule)) == (0 if together else 1)


def test_no_more_terminals_than_threads() -> None:
    fleet = [device(f"sw{number}") for number in range(TERMINALS + 10)]
    schedule = scheduled([*fleet], AtOnce(devices=100), terminal=True)
    assert len(started(schedule)) == TERMINALS


BASTIONS = tuple(JumpHost(f"j{number}", f"192.0.2.{number}", at_once=number + 1) for number in range(3))


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 6), st.sets(st.sampled_from(BASTIONS), max_size=2)), max_size=40
    ),
    st.integers(1, 6),
    st.integers(0, 2**16),
)
def test_all_come_no_limit_is_passed_and_nobody_waits_for_nothing(
    fleet: list[tuple[int, int, set[JumpHost]]], most: int, seed: int
) -> None:
    at_once = AtOnce(site=2, address=1)
    targets = [
        device(f"d{number}", site=f"s{site}" if site else "", host=f"h{host}", path=tuple(sorted(path, key=str)))
        for number, (site, host, path) in enumerate(fleet)
    ]
    schedule, chance = scheduled(targets, at_once), Random(seed)
    under_way: list[Turn] = []
    waiting = {target.name: places(target, at_once, terminal=False) for target in targets}
    while waiting or under_way:
        begun = started(schedule, most)
        under_way += begun
        for turn in begun:
            del waiting[turn.target.name]
        taken = Counter((place.sort, place.name) for turn in under_way for place in turn.places)
        bears = {(place.sort, place.name): place.most for turn in under_way for place in turn.places}
        assert len(under_way) <= most
        assert all(count <= bears[place] for place, count in taken.items())
        if len(under_way) < most:
            for wanted in waiting.values():
                assert any(taken[place.sort, place.name] >= place.most for place in wanted)
        assert under_way
        schedule.ended(under_way.pop(chance.randrange(len(under_way))))
    assert schedule.under_way == 0


def test_a_jump_host_that_is_only_text_counts_too() -> None:
    target = Target("gw", "openwrt", "10.0.0.1", Agent(), jump_host="me@one.example, two.example:2222")
    found = places(target, AtOnce(jump_host=7), terminal=False)
    assert [(place.name, place.most) for place in found if place.sort is Sort.JUMP_HOST] == [
        ("me@one.example", 7),
        ("two.example:2222", 7),
    ]
