"""Edits of exports change what they are told, and nothing else."""

import difflib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auditor.syntax.routeros import parse
from auditor.syntax.routeros_edit import apply
from auditor.syntax.routeros_items import items_in
from auditor.syntax.routeros_operations import (
    AddItem,
    EditError,
    Operation,
    RemoveItem,
    RemoveProperty,
    SetProperty,
    Where,
)
from auditor.syntax.routeros_write import quoted, written
from tests.syntax.routeros_texts import PLAIN, TEXTS, TIDY

EXPORT = r"""# 2023-07-07 14:39:19 by RouterOS 7.10.1
# software id = ABCD-EFGH
#
/interface wifi
set [ find default-name=wifi1 ] channel.band=5ghz-ax .width=20/40mhz \
    configuration.mode=ap .ssid="My Shop"
/ip dhcp-server
add address-pool=dhcp interface=bridge lease-time=\
    10m name=defconf
/ip firewall filter
add action=accept chain=forward comment="let \"in\""
# in/out-interface matcher not possible
add action=drop chain=forward comment=last
/ip dns static
add address=192.0.2.1 name=a.example
add address=192.0.2.2 name=a.example
/system identity
set name=shop
"""
SERVER = Where("ip dhcp-server", (("name", "defconf"),))
WIFI = Where("interface wifi", (("default-name", "wifi1"),))
LAST = Where("ip firewall filter", (("comment", "last"),))
DNS = Where("ip dns")


def changed(operation: Operation, text: str = EXPORT) -> list[str]:
    """The lines that come and go."""
    lines = difflib.unified_diff(text.split("\n"), apply(text, operation).split("\n"), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


@pytest.mark.parametrize(
    ("operation", "lines"),
    [
        pytest.param(
            SetProperty(SERVER, "lease-time", "1d"),
            ["-    10m name=defconf", "+    1d name=defconf"],
            id="value",
        ),
        pytest.param(
            SetProperty(SERVER, "comment", 'a "b"'),
            ["-    10m name=defconf", r'+    10m name=defconf comment="a \"b\""'],
            id="new property",
        ),
        pytest.param(
            SetProperty(WIFI, "configuration.ssid", "Café"),
            ['-    configuration.mode=ap .ssid="My Shop"', r'+    configuration.mode=ap .ssid="Caf\C3\A9"'],
            id="value behind a prefix",
        ),
        pytest.param(
            RemoveProperty(WIFI, "channel.width"),
            [
                "-set [ find default-name=wifi1 ] channel.band=5ghz-ax .width=20/40mhz \\",
                "+set [ find default-name=wifi1 ] channel.band=5ghz-ax \\",
            ],
            id="property goes",
        ),
        pytest.param(
            RemoveProperty(WIFI, "channel.band"),
            [
                "-set [ find default-name=wifi1 ] channel.band=5ghz-ax .width=20/40mhz \\",
                "+set [ find default-name=wifi1 ] channel.width=20/40mhz \\",
            ],
            id="property goes, its prefix stays",
        ),
        pytest.param(
            SetProperty(DNS, "allow-remote-requests", "yes", create=True),
            ["+/ip dns", "+set allow-remote-requests=yes"],
            id="menu that was not there",
        ),
        pytest.param(
            SetProperty(Where("interface wifi", (("default-name", "wifi2"),)), "disabled", "yes", create=True),
            ["+set [ find default-name=wifi2 ] disabled=yes"],
            id="item with its defaults",
        ),
        pytest.param(
            AddItem("ip firewall filter", (("action", "accept"), ("comment", "new")), before=LAST),
            ["+add action=accept comment=new"],
            id="item before another",
        ),
        pytest.param(
            RemoveItem(SERVER),
            ["-/ip dhcp-server", "-add address-pool=dhcp interface=bridge lease-time=\\", "-    10m name=defconf"],
            id="only item of its menu",
        ),
        pytest.param(
            RemoveItem(Where("ip dns static", (("address", "192.0.2.2"),))),
            ["-add address=192.0.2.2 name=a.example"],
            id="one of two with a name",
        ),
        pytest.param(SetProperty(SERVER, "lease-time", "10m"), [], id="already so"),
        pytest.param(RemoveProperty(SERVER, "comment"), [], id="not there"),
        pytest.param(
            AddItem("ip dns static", (("name", "a.example"), ("address", "192.0.2.1"))), [], id="there already"
        ),
        pytest.param(RemoveItem(Where("ip dns static", (("name", "b"),)), missing_ok=True), [], id="nothing to remove"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_edits(operation: Operation, lines: list[str], ending: str) -> None:
    text = EXPORT.replace("\n", ending)
    assert [line.removesuffix("\r") for line in changed(operation, text)] == lines
    after = apply(text, operation)
    assert after.count("\r\n") == (after.count("\n") if ending == "\r\n" else 0)


def test_an_item_goes_above_the_remarks_of_the_one_behind_it() -> None:
    after = apply(EXPORT, AddItem("ip firewall filter", (("comment", "new"),), before=LAST))
    assert "add comment=new\n# in/out-interface matcher" in after


def test_a_full_line_in_an_export_of_full_lines() -> None:
    text = "/ip dhcp-server add name=a\n/system identity set name=x\n"
    assert changed(SetProperty(DNS, "servers", "192.0.2.1", create=True), text) == ["+/ip dns set servers=192.0.2.1"]
    assert changed(AddItem("ip dhcp-server", (("name", "b"),)), text) == ["+/ip dhcp-server add name=b"]


def test_a_full_line_where_the_menu_is_named_in_parts() -> None:
    text = "/ip\ndhcp-server add name=a\n"
    assert changed(AddItem("ip dhcp-server", (("name", "b"),)), text) == ["+/ip dhcp-server add name=b"]


def test_an_export_without_any_statement() -> None:
    assert apply("# nothing", SetProperty(DNS, "servers", "", create=True)) == '# nothing\n/ip dns\nset servers=""\n'


def test_several_statements_about_one_item() -> None:
    text = "/ip dhcp-server\nadd name=a lease-time=1h\nset [ find name=a ] lease-time=2h\n"
    where = Where("ip dhcp-server", (("name", "a"),))
    assert "add name=a lease-time=1h\nset [ find name=a ] lease-time=3h" in apply(
        text, SetProperty(where, "lease-time", "3h")
    )
    assert apply(text, RemoveProperty(where, "lease-time")) == "/ip dhcp-server\nadd name=a\n"
    assert apply(text, RemoveItem(where)) == ""


def test_an_item_is_found_by_what_it_is_now() -> None:
    text = "/interface ethernet\nset [ find default-name=ether1 ] name=WAN speed=100Mbps\n"
    for conditions in ((("name", "WAN"),), (("default-name", "ether1"),)):
        assert changed(SetProperty(Where("interface ethernet", conditions), "speed", "1Gbps"), text)


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        (EXPORT, Where("ip dns static", (("name", "a.example"),)), "2 items are alike"),
        (EXPORT, Where("ip dhcp-server", (("name", "other"),)), "no such item"),
        ("/ip pool\nadd name=a\nset 0 ranges=x\n", Where("ip pool", (("name", "a"),)), "line 3: which items"),
        ("/ip pool\nadd name=a\nremove [ find ]\n", Where("ip pool", (("name", "a"),)), "line 3: which items"),
        ("/ip pool\nadd name=a\nadd name=b\nset [ find ] x=1\n", Where("ip pool", (("name", "a"),)), "which items"),
        ("/ip pool\nadd name=a x=[y] z=1\n", Where("ip pool", (("name", "a"),)), "cannot be read"),
        ("/ip pool\nadd name=a\nadd x=[y] name=b\n", Where("ip pool", (("name", "a"),)), "cannot be read"),
    ],
)
def test_what_cannot_be_told_is_refused(text: str, where: Where, reason: str) -> None:
    with pytest.raises(EditError, match=reason):
        apply(text, SetProperty(where, "ranges", "192.0.2.1-192.0.2.9"))


def test_nothing_is_put_behind_a_cut() -> None:
    with pytest.raises(EditError, match="cut"):
        apply("/ip pool\nadd name=a \\", SetProperty(DNS, "servers", "", create=True))


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "\x1b[2J", "\x7f", "\x9b", "\u202e", "\ud800"])
def test_control_characters_are_refused_and_not_shown(value: str) -> None:
    with pytest.raises(EditError, match="control character") as caught:
        apply(EXPORT, SetProperty(SERVER, "comment", f"geheim{value}"))
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "a=b", "[x]", "a\n", '"'])
def test_names_are_names(name: str) -> None:
    with pytest.raises(EditError):
        apply(EXPORT, SetProperty(SERVER, name, "x"))


def test_bytes_that_are_no_text_come_back() -> None:
    text = r'/ip pool add name="caf\E9"' + "\n"
    value = parse(text).statements[0].properties[0].value
    assert quoted(value) == r'"caf\E9"'
    assert apply("/ip pool\nadd name=a\n", AddItem("ip pool", (("name", value),))).endswith('add name="caf\\E9"\n')


# -- any export ------------------------------------------------------------------------------------------------


def meaning(text: str) -> list[tuple[object, ...]]:
    return [
        (each.menu, each.verb, each.target, tuple((p.name, p.value, p.unset) for p in each.properties))
        for each in parse(text).statements
    ]


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, Where]:
    text = draw(TIDY)
    statements = parse(text).statements
    assume(statements)
    statement = draw(st.sampled_from(statements))
    named = statement.property("name")
    conditions = statement.target.conditions or ((("name", named.value),) if named else ())
    return text, Where(statement.menu, conditions)


_PROPERTIES = st.sampled_from(["comment", "lease-time", "configuration.ssid", "security.ft", "security.wps"])


@given(cases(), _PROPERTIES, PLAIN)
def test_set_then_read(case: tuple[str, Where], name: str, value: str) -> None:
    text, where = case
    after = apply(text, SetProperty(where, name, value))
    (item,) = (each for each in items_in(parse(after), where.menu) if each.meets(where.conditions))
    assert item.value(name) == value
    assert apply(after, SetProperty(where, name, value)) == after
    others = [line for line in difflib.ndiff(meaning_lines(text), meaning_lines(after)) if line[:1] in "+-"]
    assert len(others) <= 2


def meaning_lines(text: str) -> list[str]:
    return list(map(repr, meaning(text)))


@given(cases(), PLAIN)
def test_set_then_remove_is_nothing(case: tuple[str, Where], value: str) -> None:
    text, where = case
    after = apply(text, SetProperty(where, "new-one", value))
    assert apply(after, RemoveProperty(where, "new-one")) == text


@given(cases(), PLAIN, st.booleans())
def test_add_then_remove_is_nothing(case: tuple[str, Where], value: str, placed: bool) -> None:
    text, where = case
    for menu in (where.menu, "queue simple"):
        new = (("comment", value), ("name", "fresh"))
        before = where if placed and menu == where.menu else None
        after = apply(text, AddItem(menu, new, before))
        assert apply(after, AddItem(menu, new, before)) == after
        assert apply(after, RemoveItem(Where(menu, (("name", "fresh"),)))) == text


@given(TEXTS, st.sampled_from(["ip dns", "ip dhcp-server"]))
def test_in_any_text_it_is_done_or_refused(text: str, menu: str) -> None:
    operation = SetProperty(Where(menu), "servers", "192.0.2.1", create=True)
    try:
        after = apply(text, operation)
    except EditError:
        return
    assert apply(after, operation) == after


@given(PLAIN)
def test_what_is_written_is_read(value: str) -> None:
    for shape in (written, quoted):
        (statement,) = parse(f"/ip pool add name={shape(value)} x=1").statements
        assert [each.value for each in statement.properties] == [value, "1"]
        assert shape(value).isascii()
        assert "?" not in shape(value)
