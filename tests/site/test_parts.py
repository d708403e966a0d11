"""A controller with parts: which of its BSSs are a site's, and what is said where that is not known."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.inventory import SiteEntry, loads
from auditor.model import Bss, Device, Listed, Part, Unknown
from auditor.policies import load_policy
from auditor.rules.pairs import others_there
from auditor.site import Site, join, unknown_parts
from auditor.site.parts import served
from tests.site.built import bss, device, interface, said

MAYBE = Unknown("the tags of access points were not collected", settle="capture show ap tag summary")


def entry(at: str = "{}", readers: str = "{ssid: SHOP}") -> SiteEntry:
    text = f"""
devices: {{wlc: {{captures: wlc/, platform: linux}}}}
sites: {{shop: {{readers: {{tills: {readers}}}, devices: {{wlc: {at}}}}}}}
"""
    return loads(text.encode(), Path("inventory.yaml")).sites[0]


def carried(key: str, *parts: str, doubts: tuple[str, ...] = (), holes: tuple[Unknown, ...] = (), **more: Any) -> Bss:
    """A BSS that these parts carry, and perhaps those in doubt."""
    listed = [Part(name, said(True)) for name in parts] + [Part(name, MAYBE) for name in doubts]
    return bss(key, "pos", device="wlc", parts=Listed(tuple(listed), holes), **more)


def tagged(tag: str, *holes: Unknown) -> Bss:
    """A BSS that one policy tag makes."""
    return bss(tag, "pos", device="wlc", parts=Listed((Part(tag, said(True), only=True),), holes))


def controller(*bsses: Bss, name: str = "wlc", holes: tuple[Unknown, ...] = ()) -> Device:
    return device(name, interface("pos", "192.168.30.1/24", device=name), bsses=Listed(bsses, holes))


def joined(entry: SiteEntry, *devices: Device) -> Site:
    return join(entry, load_policy(entry.policy), devices, (), datetime(2026, 3, 2, 9, 30, tzinfo=UTC))


def own(site: Site) -> tuple[set[str], int]:
    """Keys of the readers' BSSs, and how many holes they have."""
    attachment = site.readers[0].attachment
    return {each.key for each in attachment.bsses}, len(attachment.unseen)


LYON, NICE = carried("lyon", "lyon", "all", session_timeout=said(timedelta(hours=8))), carried("nice", "nice", "all")
PLAIN = bss("plain", "pos", device="wlc")


@pytest.mark.parametrize(
    ("at", "bsses", "keys", "holes"),
    [
        pytest.param("{part: lyon}", (LYON, NICE), {"lyon"}, 0, id="only its part"),
        pytest.param("{part: all}", (LYON, NICE), {"lyon", "nice"}, 0, id="a part that carries both"),
        pytest.param("{part: lyon}", (LYON, PLAIN), {"lyon", "plain"}, 0, id="what is in no part is in all"),
        pytest.param("{}", (LYON, NICE), {"lyon", "nice"}, 0, id="one part carries all"),
        pytest.param("{}", (carried("a", "a"), carried("b", "b")), {"a", "b"}, 1, id="none carries all"),
        pytest.param("{}", (carried("a", "a"), carried("b", "b", ssid="GUEST")), {"a"}, 0, id="guests are elsewhere"),
        pytest.param("{}", (carried("a", holes=(MAYBE,)),), {"a"}, 1, id="nobody knows which"),
        pytest.param("{}", (PLAIN,), {"plain"}, 0, id="no parts at all"),
        pytest.param("{part: a}", (carried("a", "a"), carried("b", "b", doubts=("a",))), {"a"}, 1, id="perhaps"),
        pytest.param("{part: a}", (carried("a", "a"), carried("b", "b", holes=(MAYBE,))), {"a"}, 1, id="perhaps more"),
        pytest.param("{part: a}", (tagged("a"), tagged("b", MAYBE)), {"a"}, 0, id="another policy tag"),
        pytest.param("{part: a}", (carried("a", "a"), tagged("b", MAYBE)), {"a"}, 1, id="maybe a site tag"),
        pytest.param(
            "{part: a}", (carried("a", "a"), carried("b", doubts=("a",), ssid="GUEST")), {"a"}, 0, id="perhaps guests"
        ),
        pytest.param(
            "{part: a}", (carried("a", "a"), carried("b", doubts=("a",), enabled=said(False))), {"a"}, 0, id="off"
        ),
    ],
)
def test_which_bsses_are_a_sites(at: str, bsses: tuple[Bss, ...], keys: set[str], holes: int) -> None:
    site = joined(entry(at), controller(*bsses))
    assert own(site) == (keys, holes)
    assert set(site.device("wlc").bsses) == set(bsses), "a change of a radio or a profile touches all parts"
    assert len(site.device("wlc").bsses.holes) == holes


def test_a_site_of_its_own_controller_has_all_its_parts() -> None:
    text = b"sites: {shop: {readers: {t: {ssid: SHOP}}, devices: {wlc: {captures: wlc/, platform: linux}}}}"
    site = joined(loads(text, Path("i.yaml")).sites[0], controller(carried("a", "a"), carried("b", "b")))
    assert own(site) == ({"a", "b"}, 0)


def test_what_only_may_be_there_is_no_place() -> None:
    place = joined(entry("{part: a}"), controller(carried("b", "b", doubts=("a",)))).readers[0].place
    assert isinstance(place, Unknown)


def test_a_fix_for_one_part_names_the_same_ssid_of_the_others() -> None:
    site = joined(entry("{part: lyon}"), controller(LYON, NICE, carried("guest", "lyon", ssid="GUEST")))
    assert others_there(site, LYON, (LYON,)) == ("nice",)


def test_readers_without_an_ssid_may_be_on_any() -> None:
    site = joined(entry("{}", "{subnet: 192.168.30.0/24}"), controller(carried("a", "a"), carried("b", "b")))
    assert own(site) == ({"a", "b"}, 1)


@pytest.mark.parametrize(
    ("part", "found", "says"),
    [
        ("lyon", controller(LYON, NICE), ""),
        ("lyn", controller(LYON, NICE), "all, lyon, nice"),
        ("lyon", controller(PLAIN), "leave `part` out"),
        ("lyn", controller(LYON, carried("b", holes=(MAYBE,))), ""),
        ("lyn", controller(LYON, holes=(MAYBE,)), ""),
        ("lyn", controller(LYON, name="other"), ""),
    ],
)
def test_a_part_that_is_not_there_is_said(part: str, found: Device, says: str) -> None:
    failures = unknown_parts(entry(f"{{part: {part}}}"), (found,))
    assert len(failures) == bool(says)
    assert all(says in each.hint and part in each.why for each in failures)


def test_many_parts_are_not_all_named() -> None:
    (failure,) = unknown_parts(entry("{part: x}"), (controller(*(carried(f"{n:02}", f"{n:02}") for n in range(30))),))
    assert failure.hint.endswith("08, 09 and 20 more")


NAMES = st.sampled_from(("a", "b", "c"))
PARTS = st.lists(NAMES, unique=True).flatmap(
    lambda names: st.tuples(st.just(tuple(names)), st.lists(st.booleans(), min_size=len(names), max_size=len(names)))
)
"""Names of parts, and of each whether it carries the BSS for certain."""


@given(st.lists(st.tuples(PARTS, st.booleans()), max_size=5), st.none() | NAMES)
def test_no_bss_that_a_part_may_carry_gets_lost(
    drawn: list[tuple[tuple[tuple[str, ...], list[bool]], bool]], part: str | None
) -> None:
    bsses = []
    for number, ((names, certain), hole) in enumerate(drawn):
        sure = tuple(name for name, known in zip(names, certain, strict=True) if known)
        maybe = tuple(name for name in names if name not in sure)
        bsses.append(carried(str(number), *sure, doubts=maybe, holes=(MAYBE,) if hole else ()))
    at = entry("{}" if part is None else f"{{part: {part}}}")
    (found,) = served(at, (controller(*bsses),))
    for each in bsses:
        doubtful = {item.key: isinstance(item.carries, Unknown) for item in each.parts}
        carries = not each.parts.holes and (not doubtful or doubtful.get(part or "") is False)
        if part is None or carries:
            assert each in found.bsses.items
        elif part in doubtful or each.parts.holes:
            assert each in found.bsses.items or found.bsses.holes
        else:
            assert each not in found.bsses.items
