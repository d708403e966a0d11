"""Which sites, devices and rules names and globs choose."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cli import selection
from auditor.cli.selection import Selection
from auditor.errors import UsageError
from auditor.inventory import Inventory, loads

DOCUMENT = """\
defaults: {platform: openwrt}
groups: {mall: {}, street: {}}
devices:
  wlc: {host: 192.0.2.250, platform: cisco_ios}
sites:
  lyon-01:
    groups: [mall]
    devices: {gw: {host: 192.0.2.1}, sw: {host: 192.0.2.2, platform: cisco_ios}, wlc: }
  lyon-02:
    groups: [street]
    devices: {gw: {host: 192.0.2.3}, ap: {host: 192.0.2.4, platform: routeros}}
  metz:
    groups: [mall, street]
    devices: {gw: {host: 192.0.2.5, platform: linux}, wlc: }
  empty: {}
"""


@pytest.fixture(scope="module")
def found() -> Inventory:
    """Site `lyon-01` is tagged `pilot`, the access point of `lyon-02` is tagged `new`."""
    read = loads(DOCUMENT.encode(), Path("inventory.yaml"))
    lyon, second, *rest = read.sites
    gw, ap = second.devices
    tagged = (replace(lyon, tags=("pilot",)), replace(second, devices=(gw, replace(ap, tags=("new",)))))
    return replace(read, sites=(*tagged, *rest))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Selection(), "lyon-01: gw sw wlc; lyon-02: gw ap; metz: gw wlc; empty:"),
        (Selection(sites=("lyon-*",)), "lyon-01: gw sw wlc; lyon-02: gw ap"),
        (Selection(sites=("metz", "empty")), "metz: gw wlc; empty:"),
        (Selection(sites=("!lyon-*",)), "metz: gw wlc; empty:"),
        (Selection(sites=("lyon-*", "!lyon-02")), "lyon-01: gw sw wlc"),
        (Selection(groups=("mall",)), "lyon-01: gw sw wlc; metz: gw wlc"),
        (Selection(groups=("mall", "!street")), "lyon-01: gw sw wlc"),
        (Selection(tags=("pilot",)), "lyon-01: gw sw wlc"),
        (Selection(tags=("new",)), "lyon-02: ap"),
        (Selection(tags=("!new",)), "lyon-01: gw sw wlc; lyon-02: gw; metz: gw wlc; empty:"),
        (Selection(tags=("!pilot", "!new")), "lyon-02: gw; metz: gw wlc; empty:"),
        (Selection(devices=("gw",)), "lyon-01: gw; lyon-02: gw; metz: gw"),
        (Selection(devices=("lyon-0?/gw", "wlc")), "lyon-01: gw wlc; lyon-02: gw; metz: wlc"),
        (Selection(devices=("!gw",)), "lyon-01: sw wlc; lyon-02: ap; metz: wlc; empty:"),
        (Selection(platforms=("cisco_ios",)), "lyon-01: sw wlc; metz: wlc"),
        (Selection(platforms=("cisco_*",), groups=("street",)), "metz: wlc"),
        (Selection(platforms=("openwrt",), devices=("gw",), tags=("pilot",)), "lyon-01: gw"),
    ],
    ids=lambda value: value.words if isinstance(value, Selection) else "",
)
def test_names_and_globs_choose(found: Inventory, asked: Selection, expected: str) -> None:
    chosen = asked.of(found)
    told = (f"{site.name}: {' '.join(device.name for device in site.devices)}".strip() for site in chosen.narrowed)
    assert "; ".join(told) == expected
    whole = {site.name: site for site in found.sites}
    assert chosen.sites == tuple(whole[site.name] for site in chosen.narrowed), "a site is judged whole"


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        (Selection(sites=("lyon-1",)), "no site is called 'lyon-1'; did you mean lyon-01 or"),
        (Selection(sites=("!paris-*",)), "no site is called 'paris-*'; there are: lyon-01, lyon-02, metz, empty"),
        (Selection(groups=("malls",)), "no site is in a group called 'malls'; did you mean mall?"),
        (Selection(tags=("old",)), "no site and no device has the tag 'old'; there are: pilot, new"),
        (Selection(devices=("lyon-01/gv",)), "no device is called 'lyon-01/gv'; did you mean lyon-01/gw"),
        (Selection(platforms=("junos",)), "no device of the inventory has the platform 'junos'"),
        (Selection(sites=("metz",), tags=("pilot",)), "nothing fits all of --site metz --tag pilot"),
        (Selection(sites=("!*",)), "nothing fits all of --site '!*'"),
    ],
    ids=lambda value: value.words if isinstance(value, Selection) else "",
)
def test_what_fits_nothing_is_a_mistake_with_names_that_are_like_it(
    found: Inventory, asked: Selection, complaint: str
) -> None:
    with pytest.raises(UsageError) as error:
        asked.of(found)
    assert complaint in str(error.value)


_NAMES = st.sampled_from(["lyon-01", "lyon-*", "*", "metz", "[lm]*", "?etz"])


@given(st.lists(_NAMES, min_size=1), st.lists(_NAMES, min_size=1))
def test_what_is_left_out_is_what_would_be_chosen(taken: list[str], dropped: list[str]) -> None:
    document = loads(DOCUMENT.encode(), Path("inventory.yaml"))

    def names(patterns: list[str]) -> set[str]:
        try:
            return {site.name for site in Selection(sites=tuple(patterns)).of(document).sites}
        except UsageError:
            return set()

    assert names([*taken, *(f"!{name}" for name in dropped)]) == names(taken) - names(dropped)


def test_rules_are_chosen_in_the_same_way() -> None:
    every = {rule.id for rule in selection.rules(())}
    dns = {rule.id for rule in selection.rules(("dns-*",))}
    assert dns == {name for name in every if name.startswith("dns-")}
    assert {rule.id for rule in selection.rules(("!dns-*",))} == every - dns
    with pytest.raises(UsageError, match="no rule is called 'dns-rebnd'; did you mean dns-rebind"):
        selection.rules(("dns-rebnd",))
    with pytest.raises(UsageError, match="all that there are"):
        selection.rules(("!*",))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("shops.yaml", "sites:\n  lyon: {}\n", True),
        ("shops", "# all shops\ndefaults: {}\nsites_from: shops.csv\n", True),
        ("shops.yml", "include: [more.yaml]\n", True),
        ("shops", "sources:\n  - {ansible: hosts}\n", True),
        ("shops.json", '{"sites": {"lyon": {}}}', True),
        ("unbound.conf", 'include: "/etc/unbound/unbound.conf.d/*.conf"\nserver:\n', False),
        ("dhcp", "config dhcp 'lan'\n\toption sites '1'\n", False),
        ("missing.yaml", None, True),
        ("missing", None, False),
    ],
)
def test_an_inventory_is_told_from_a_saved_configuration(
    tmp_path: Path, name: str, text: str | None, expected: bool
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert selection.is_inventory(tmp_path / name) is expected
    assert selection.is_inventory(tmp_path) is False


def test_of_a_saved_configuration_a_platform_is_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "gw.cfg"
    file.write_text("hostname gw\n", encoding="utf-8")
    assert selection.saved_platform(file, ()) is None
    assert selection.saved_platform(file, ("cisco_ios",)) == "cisco_ios"
    for typed in (("cisco_ios", "openwrt"), ("cisco_*",), ("!openwrt",)):
        with pytest.raises(UsageError):
            selection.saved_platform(file, typed)


def test_what_was_asked_for_can_be_typed_again() -> None:
    asked = Selection(sites=("lyon-*",), tags=("pilot",), platforms=("!linux",))
    assert asked.words == " --site 'lyon-*' --tag pilot --platform '!linux'"
