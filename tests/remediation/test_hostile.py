"""What stands in a configuration can hold anything; none of it may become a command, or more than one word."""

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from ipaddress import IPv4Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor import intents
from auditor.capture import Capture
from auditor.pipeline import read
from auditor.platforms import ByHand, Edit, platform
from auditor.platforms.cisco_ios import changes as ios_changes
from auditor.platforms.cisco_ios.changes import SHUT, add_block, drop_line, replace_line, set_line
from auditor.platforms.cisco_ios.changes import Texts as IosTexts
from auditor.platforms.cisco_ios.changes import combine as ios_combine
from auditor.platforms.cisco_ios.entries import insert_entries
from auditor.platforms.cisco_ios.shell import FILTERS as IOS_FILTERS
from auditor.platforms.cisco_ios.shell import comment as ios_comment
from auditor.platforms.cisco_ios.shell import quote as ios_quote
from auditor.platforms.routeros.changes import Texts, add_item, combine, remove_item, set_property
from auditor.platforms.routeros.shell import FILTERS as ROUTEROS_FILTERS
from auditor.platforms.routeros.shell import quote as routeros_quote
from auditor.remediation.render import Snippet, render
from auditor.services.base import NotPossible
from auditor.syntax.routeros_operations import Where
from auditor.syntax.uci_edit import quote
from tests.remediation import ios_console
from tests.remediation.routeros_shell import run, tree_of
from tests.remediation.samples import cisco_ios_capture, openwrt_capture, routeros_capture
from tests.remediation.shops import like
from tests.remediation.uci_shell import words

OPENWRT = platform("openwrt")
IOS = like("cisco_ios", ios_quote, IOS_FILTERS)
ROUTEROS = like("routeros", routeros_quote, ROUTEROS_FILTERS)

TRICKS = (
    "'; touch owned; '",
    '"; touch owned; "',
    "$(touch owned)",
    "`touch owned`",
    "a b\tc",
    "# expect: nothing",
    "a\\",
    "\\'",
    "!!",
    "*",
    "~root",
    "-x",
    "--",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "<b>&amp;",
    "\x1b[2J",
    "\x9b2J",
    "\u202egnp.exe",
    "line one\ntouch owned",
    "carriage\rreturn",
    "é ü 中",
    "|| reboot",
    "& reboot &",
    "> owned",
    "]; /system reboot",
    '"]; /system reboot; :put ["',
    "[/system reboot]",
    "$[/system reboot]",
    "} /system reboot",
    "what?",
    "place-before=0",
    "yes",
    "0",
    "*1",
    "!x",
    "10m",
    "a\nend\nreload",
    "a\n do reload",
    "a | redirect flash:owned",
    "a|tee flash:owned",
    "a ^C",
    "\x03",
    "^V^C",
    "! a",
    "$ a",
    "a  b",
    "exit",
    "x y z\n!\nenable secret 0 owned",
)
_values = st.one_of(
    st.sampled_from(TRICKS),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20),
    st.text(st.sampled_from("'\"`$(){};|&<>#!*?~\\ \n\t\x1b"), min_size=1, max_size=12),
)


def capture_with(value: str) -> Capture:
    """A router where every value that a snippet may quote is this one."""
    shown = quote(value)
    return openwrt_capture(
        {
            "network": """
config interface 'lan'
	option device 'br-lan'
	option proto 'static'
	option ipaddr '192.168.1.1/24'
""",
            "dhcp": f"""
config dnsmasq 'main'
	list rebind_domain {shown}
	list address '/device.example.net/192.168.1.9'
	list address {shown}

config dhcp 'lan'
	option interface 'lan'
	option leasetime {shown}
	list dhcp_option {shown}
""",
            "wireless": f"""
config wifi-device 'radio0'
	option type 'mac80211'

config wifi-iface 'tills'
	option device 'radio0'
	option ssid {shown}
	option encryption {shown}
	option isolate {shown}
	list maclist {shown}
""",
            "firewall": f"""
config zone
	option name {shown}
	list network 'lan'

config rule
	option name {shown}
	option src {shown}
	option target 'REJECT'
""",
        }
    )


def _intents(capture: Capture) -> tuple[intents.Intent, ...]:
    blocking = next((rule.key for f in read(capture).forward_filters for rule in f.rules), None)
    return (
        intents.SetLeaseTime("lan", timedelta(hours=24)),
        intents.SetDomainNameServers("lan", (IPv4Address("1.1.1.1"),)),
        intents.ExemptFromRebindProtection("main", "example.com"),
        intents.ForwardDomain("main", "example.com", (IPv4Address("192.0.2.53"),)),
        intents.RemoveLocalAnswer("main", "/device.example.net/192.168.1.9", "device.example.net"),
        intents.DisableStationIsolation("tills"),
        intents.UseCcmpOnly("tills"),
        intents.AllowTraffic("forward", "web", "lan", "lan", None, None, "tcp", 443, blocking),
        intents.AllowTraffic("forward", "web", "lan", "lan", None, None, "tcp", 443, None),
    )


def _snippets(value: str) -> list[Snippet]:
    """The snippets that are given at all; refused are those that cannot be pasted."""
    capture = capture_with(value)
    device = read(capture)
    found: list[Snippet] = []
    for intent in _intents(capture):
        edit = OPENWRT.edit(capture, device, intent)
        if isinstance(edit, ByHand):
            continue
        assert isinstance(edit, Edit)
        try:
            found.append(render(OPENWRT, intent, edit))
        except ValueError:
            assert not value.isprintable(), "a value that can be pasted was refused"
    return found


@given(_values)
@example("'; touch owned; '")
@example("$(touch owned)")
@example("a\nb")
def test_no_value_becomes_a_command(value: str) -> None:
    capture = capture_with(value)
    for snippet in _snippets(value):
        lines = (*snippet.reads, *snippet.apply, *snippet.checks, *snippet.undo)
        assert all(line.isprintable() for line in lines)
        commands = words(lines, capture)
        assert commands
        for command in commands:
            verb, *rest = command[1:] if command[0] == "-q" else command
            assert verb in ("get", "set", "add_list", "del_list", "delete", "reorder")
            assert len(rest) == 1, "a value became more than one word"


@given(_values)
@example("'; touch owned; '")
def test_another_reader_of_words_sees_the_same(value: str) -> None:
    capture = capture_with(value)
    for snippet in _snippets(value):
        plain = [line for line in (*snippet.apply, *snippet.undo) if "$" not in re.sub(r"'[^']*'", "", line)]
        read_by_shlex = [tuple(shlex.split(line)[1:]) for line in plain]
        assert read_by_shlex == list(words(plain, capture))


@given(_values)
def test_values_come_back_as_they_were(value: str) -> None:
    """The words of the undo hold the value itself, not what a shell makes of it."""
    if not value.isprintable() or not value:
        return
    capture = capture_with(value)
    edit = OPENWRT.edit(capture, read(capture), intents.DisableStationIsolation("tills"))
    assert isinstance(edit, Edit)
    snippet = render(OPENWRT, intents.DisableStationIsolation("tills"), edit)
    assert words(snippet.undo, capture) == (("set", f"wireless.tills.isolate={value}"),)


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "\x1b[2J", "\x9b", "\x7f", "\u202e", "\u2028", "\u200b"])
def test_control_characters_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        OPENWRT.quote(value)
    with pytest.raises(ValueError, match="control character"):
        OPENWRT.filters["comment"](value)


@pytest.mark.parametrize("value", [trick for trick in TRICKS if trick.isprintable()])
def test_a_quoted_value_is_one_word_and_the_same(value: str) -> None:
    assert shlex.split(OPENWRT.quote(value)) == [value]
    assert words((f"uci set {OPENWRT.quote(value)}",), openwrt_capture()) == (("set", value),)


def test_a_template_in_a_value_stays_text() -> None:
    (snippet, *_) = _snippets("{{ 7 * 7 }}")
    assert any("{{ 7 * 7 }}" in line for line in snippet.undo)


# -- RouterOS --------------------------------------------------------------------------------------------------

_SERVER_MENU, _RULES = "ip dhcp-server", "ip firewall filter"


def _exported(value: str) -> str:
    """Write a value as an export does, by the manual's escapes."""
    octets = value.encode("utf-8", "surrogateescape")
    return '"' + "".join(chr(o) if chr(o).isalnum() and o < 128 else f"\\{o:02X}" for o in octets) + '"'


def _routeros_snippet(value: str) -> Snippet | None:
    """Changes of a router where every name, comment and SSID is this value; None if it cannot be pasted."""
    shown = _exported(value)
    capture = _routeros(shown)
    texts = Texts.of(capture)
    server, rule = Where(_SERVER_MENU, (("name", value),)), Where(_RULES, (("comment", value),))
    wifi = Where("interface wifi", (("default-name", "wifi1"),))
    try:
        edit = combine(
            (
                set_property(texts, server, "lease-time", "1d", default_text=None),
                set_property(texts, wifi, "configuration.ssid", "SHOP", default_text=None),
                add_item(texts, _RULES, (("action", "accept"), ("comment", f"{value} too")), before=rule),
                remove_item(texts, Where("ip pool", (("name", value),))),
            )
        )
        return render(ROUTEROS, intents.SetLeaseTime("lan", timedelta(hours=24)), edit)
    except NotPossible:
        return None


def _routeros(shown: str) -> Capture:
    return routeros_capture(
        f"""/interface wifi
set [ find default-name=wifi1 ] configuration.ssid={shown}
/ip pool
add name={shown} ranges={shown}
add name=other
/ip dhcp-server
add lease-time=10m name={shown}
/ip firewall filter
add action=drop comment={shown}
"""
    )


@given(_values)
@example("\udce9 of an old code page")
@example('"]; /system reboot; :put ["')
@example("$[/system reboot]")
def test_no_value_becomes_a_command_of_routeros(value: str) -> None:
    snippet = _routeros_snippet(value)
    capture = _routeros(_exported(value))
    if snippet is None:
        assert any(not c.isprintable() and not "\udc80" <= c <= "\udcff" for c in value)
        return
    lines = (*snippet.reads, *snippet.apply, *snippet.checks, *snippet.undo)
    assert all(line.isascii() and line.isprintable() and "?" not in line for line in lines)
    # The console refuses whatever is not one command that a snippet may hold.
    run(capture, snippet.reads)
    done = run(capture, snippet.apply)
    assert [item.properties.get("comment") for item in done.tree[_RULES]] == [f"{value} too", value]
    assert done.tree[_SERVER_MENU][0].properties == {"lease-time": "1d", "name": value}
    assert [item.properties["name"] for item in done.tree["ip pool"]] == ["other"]
    assert run(done.tree, snippet.undo).tree == tree_of(capture)


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\tb", "\x1b[2J", "\x9b", "\x7f", "\u202e", "\u2028", "\u200b"])
def test_control_characters_are_refused_for_routeros(value: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        routeros_quote(value)
    for name in ("find", "assignments"):
        with pytest.raises(ValueError, match="control character"):
            ROUTEROS_FILTERS[name]((("comment", value),))
    with pytest.raises(ValueError, match="control character"):
        ROUTEROS_FILTERS["shown"](value)


@pytest.mark.parametrize("name", ["a b", "a=b", "x]", "", "a;b", "$x"])
def test_names_from_a_device_are_names(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        ROUTEROS_FILTERS["assignments"](((name, "x"),))
    with pytest.raises(ValueError, match="no name"):
        ROUTEROS_FILTERS["menu"](f"ip {name};")


# -- IOS -------------------------------------------------------------------------------------------------------


def _running(value: str) -> str:
    return f"""version 17.9
!
ip dhcp pool {value}
 lease 0 2
 domain-name {value}
!
interface Vlan30
 description {value}
 switchport protected
!
ip access-list extended {value.replace(" ", "_")}
 10 remark {value}
 20 deny ip any any
!
wireless profile policy {value}
 session-timeout 1800
 no shutdown
wlan pos 3 {value}
 peer-blocking drop
 no shutdown
ip host {value} 192.0.2.9
end
"""


def _changes_of_ios(texts: IosTexts, value: str) -> Iterator[Callable[[], Edit]]:
    """A change at each place where the name stands: in a head, in a line that goes, in one that comes."""
    yield lambda: set_line(texts, (f"ip dhcp pool {value}",), "lease 1", instead="lease", services=())
    yield lambda: set_line(
        texts, (f"ip dhcp pool {value}",), f"domain-name x{value}", instead="domain-name", services=()
    )
    yield lambda: drop_line(texts, ("interface Vlan30",), "switchport protected", services=())
    yield lambda: set_line(
        texts, (f"wireless profile policy {value}",), "session-timeout 86400", instead="session-timeout", services=(),
        around=SHUT,
    )  # fmt: skip
    yield lambda: drop_line(
        texts, (f"wlan pos 3 {value}",), "peer-blocking drop", command="no peer-blocking", services=(), around=SHUT
    )
    yield lambda: insert_entries(
        texts, (f"ip access-list extended {value.replace(' ', '_')}",), (f"remark {value}2", "permit udp any any"),
        before="20 deny ip any any", services=(),
    )  # fmt: skip
    yield lambda: drop_line(texts, (), f"ip host {value} 192.0.2.9", services=())
    yield lambda: replace_line(texts, (), f"ip host {value} 192.0.2.9", f"ip host {value} 192.0.2.8", services=())
    yield lambda: add_block(texts, (f"ip dhcp pool {value}-2",), (f"domain-name {value}", "lease 1"), services=())


def _possible(texts: IosTexts, value: str) -> list[Edit]:
    found: list[Edit] = []
    for change in _changes_of_ios(texts, value):
        with suppress(NotPossible):
            found.append(change())
    return found


@given(_values)
@example("a\nend\nreload")
@example("a | redirect flash:owned")
@example("what?")
@example(" 0")
@example("plain")
@example("a b")
def test_no_value_becomes_a_command_of_ios(value: str) -> None:
    capture = cisco_ios_capture(_running(value))
    texts = IosTexts.of(capture)
    possible = _possible(texts, value)
    if re.fullmatch(r"[a-z][a-z0-9 ]*(?<! )", value) and "  " not in value:
        assert len(possible) == 9, "a plain name was refused"
    for edit in possible:
        snippet = render(IOS, intents.SetLeaseTime("lan", timedelta(hours=24)), edit)
        for line in (*snippet.reads, *snippet.apply, *snippet.checks, *snippet.undo):
            assert line.isascii()
            assert line.isprintable()
            assert "?" not in line
            assert "|" not in line.partition(" | ")[2] or not line.startswith("show ")
        # The console refuses whatever is not one command that a snippet may hold.
        assert ios_console.run(capture, snippet.reads).reads
        try:
            after = ios_changes.apply(capture, edit.operations)
        except ValueError:
            continue  # never shown: what cannot be proven is no fix
        done = ios_console.run(capture, snippet.apply).tree
        assert ios_console.differences(done, after) == []
        assert ios_console.differences(ios_console.run(done, snippet.undo).tree, capture) == []


@given(_values)
def test_a_comment_of_ios_is_one_line_that_asks_for_nothing(value: str) -> None:
    line = ios_comment(value)
    assert line.startswith("!")
    assert line.isascii()
    assert line.isprintable()
    assert "?" not in line


@given(st.lists(_values, min_size=2, max_size=3))
def test_several_changes_of_ios_are_one_visit(values: list[str]) -> None:
    """Whatever names stand in it, a snippet enters configuration mode once and leaves it by its last line."""
    edits: list[Edit] = []
    for value in values:
        edits += _possible(IosTexts.of(cisco_ios_capture(_running(value))), value)
    snippet = render(IOS, intents.SetLeaseTime("lan", timedelta(hours=24)), ios_combine(edits))
    for lines in (snippet.apply, snippet.undo):
        assert [line for line in lines if line in ("configure terminal", "end")] == ["configure terminal", "end"]
        assert (lines[0], lines[-1]) == ("configure terminal", "end")


@pytest.mark.parametrize(
    "value", ["a\nb", "a\rb", "a\tb", "\x1b[2J", "\x9b", "\x7f", "\u202e", "\u2028", "\x03", "\x16"]
)
def test_control_characters_are_refused_for_ios(value: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        ios_quote(value)
