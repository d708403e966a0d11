"""Changes of IOS: the commands do what the edit does, twice is once, and the way back leads back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.capture import Capture
from auditor.intents import SetLeaseTime
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios import changes
from auditor.platforms.cisco_ios.changes import (
    SHUT,
    Around,
    Texts,
    add_block,
    add_line,
    combine,
    drop_line,
    replace_line,
    set_line,
)
from auditor.platforms.cisco_ios.edit import ARCHIVE, meets
from auditor.platforms.cisco_ios.entries import insert_entries
from auditor.platforms.cisco_ios.shell import FILTERS, LONGEST, comment, expected, pattern, quote
from auditor.profiles import Effect
from auditor.remediation.render import Snippet, render
from auditor.report.snippets import DeviceSteps, recipes
from auditor.services.base import NotPossible
from auditor.syntax.ios_operations import Path
from tests.remediation.ios_console import Refused, differences, run
from tests.remediation.samples import CISCO_IOS, cisco_ios_capture
from tests.remediation.shops import like

IOS = like("cisco_ios", quote, FILTERS)
ANY = SetLeaseTime("POS", timedelta(days=1))
"""Every template of the platform is made of the same pieces, so one stands for all."""

POOL = ("ip dhcp pool POS",)
GUESTS = ("ip dhcp pool GUESTS AND STAFF",)
PORT = ("interface GigabitEthernet1/0/5",)
TRUNK, ALLOWED = ("interface GigabitEthernet1/0/24",), "switchport trunk allowed vlan"
POLICY, SPARE = ("wireless profile policy POS",), ("wireless profile policy SPARE",)
WLAN = ("wlan pos 3 SHOP POS",)
SHOWN = ("ip access-list extended SHOWN",)
NUMBERED, OLD, REMARKED = (
    ("ip access-list extended POS-IN",),
    ("ip access-list extended OLD",),
    ("ip access-list extended REMARKED",),
)
BLOCKING = "deny   tcp any any eq 443"
WEB, QUIC = "permit tcp any any eq www", "permit udp any any eq 443"
KEY = "security wpa psk set-key ascii 8 redacted-passphrase-0123abcd"
FIVE = Around("ap dot11 5ghz shutdown", "no ap dot11 5ghz shutdown", path=(), up_unless_said=True, answer="y")
TWO = replace(FIVE, down="ap dot11 24ghz shutdown", up="no ap dot11 24ghz shutdown")

Build = Callable[[Texts], Edit]


def _lease(texts: Texts, path: Path = POOL) -> Edit:
    return set_line(texts, path, "lease 1 12", instead="lease", services=("dhcp",))


def _two_timers(texts: Texts) -> Edit:
    session = set_line(
        texts, POLICY, "session-timeout 86400", instead="session-timeout", services=("wlan",), around=SHUT
    )
    idle = set_line(texts, POLICY, "idle-timeout 43200", instead="idle-timeout", services=("wlan",), around=SHUT)
    return combine((session, idle))


SHAPES: dict[str, Build] = {
    "stated": _lease,
    "unstated": lambda t: _lease(t, GUESTS),
    "hidden": lambda t: set_line(t, POOL, "lease 1", instead="lease", services=(), hidden=True),
    "way-back-by-name": lambda t: set_line(
        t, PORT, "duplex full", instead="duplex", services=(), default="no duplex"
    ),
    "default-on": lambda t: set_line(
        t, (), "no service dhcp", instead="service dhcp", services=(), default="service dhcp"
    ),
    "created": lambda t: set_line(
        t, ("parameter-map type inspect READERS",), "tcp idle-time 86400", instead="tcp idle-time", services=(),
        create=True,
    ),
    "dropped": lambda t: drop_line(t, PORT, "switchport protected", services=("port",)),
    "dropped-by-less": lambda t: drop_line(
        t, WLAN, "peer-blocking drop", services=(), command="no peer-blocking", around=SHUT
    ),
    "dropped-entry": lambda t: drop_line(t, NUMBERED, f"30 {BLOCKING}", services=()),
    "added": lambda t: add_line(t, (), "ip dhcp excluded-address 192.168.40.1", services=()),
    "narrowed": lambda t: replace_line(
        t, (), "ip dhcp excluded-address 192.168.30.1 192.168.30.99", "ip dhcp excluded-address 192.168.30.1",
        services=(),
    ),
    "made-anew-by-the-device": lambda t: replace_line(
        t, TRUNK, f"{ALLOWED} 1,20,21", f"{ALLOWED} 1,20-22", services=(),
        commands=(f"{ALLOWED} add 22", f"{ALLOWED} remove 22"),
    ),
    "timers-behind-one-guard": _two_timers,
    "no-guard-needed": lambda t: set_line(
        t, SPARE, "session-timeout 86400", instead="session-timeout", services=(), around=SHUT
    ),
    "band-up": lambda t: set_line(
        t, (), "no ap dot11 5ghz dot11ax", instead="ap dot11 5ghz dot11ax", services=(),
        default="ap dot11 5ghz dot11ax", around=FIVE,
    ),
    "band-down": lambda t: set_line(
        t, (), "no ap dot11 24ghz dot11ax", instead="ap dot11 24ghz dot11ax", services=(),
        default="ap dot11 24ghz dot11ax", around=TWO,
    ),
    "block": lambda t: add_block(
        t, ("ip dhcp pool r1",), ("host 192.168.30.9 255.255.255.0", "client-identifier 0102.005e.1000.01"), services=()
    ),
    "entry-between": lambda t: insert_entries(t, NUMBERED, (WEB,), before=f"30 {BLOCKING}", services=()),
    "entries-first": lambda t: insert_entries(
        t, NUMBERED, (WEB, QUIC, "remark new"), before="10 remark readers | tills", services=()
    ),
    "remark-and-entry": lambda t: insert_entries(
        t, SHOWN, ("remark new", WEB, QUIC), before=f"20 {BLOCKING}", services=()
    ),
    "dropped-below-a-remark": lambda t: drop_line(t, SHOWN, f"20 {BLOCKING}", services=()),
    "entry-last": lambda t: insert_entries(t, NUMBERED, (WEB,), before=None, services=()),
    "entries-without-numbers": lambda t: insert_entries(t, OLD, (WEB, QUIC), before=BLOCKING, services=()),
    "entry-last-without-numbers": lambda t: insert_entries(t, OLD, (WEB,), before=None, services=()),
    "entry-of-flat-list": lambda t: insert_entries(
        t, ("access-list 101",), (WEB,), before=f"access-list 101 {BLOCKING}", services=()
    ),
    "entry-last-of-flat-list": lambda t: insert_entries(t, ("access-list 101",), (WEB,), before=None, services=()),
    "several": lambda t: combine(
        (
            _lease(t),
            drop_line(t, PORT, "speed 100", services=()),
            drop_line(t, PORT, "switchport protected", services=()),
        )
    ),
}  # fmt: skip


def snippet_of(edit: Edit) -> Snippet:
    return render(IOS, ANY, edit)


def _text(capture: Capture) -> str:
    return capture.files[0].text


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "terminal"])
@pytest.mark.parametrize("shape", SHAPES)
class TestShape:
    """What holds for each kind of change."""

    def test_it_changes_something_once_and_comes_back_byte_for_byte(self, shape: str, ending: str) -> None:
        capture = cisco_ios_capture(CISCO_IOS.replace("\n", ending))
        edit = SHAPES[shape](Texts.of(capture))
        after = changes.apply(capture, edit.operations)
        assert after != capture
        assert changes.apply(after, edit.operations) == after
        assert _text(changes.apply(after, edit.undo)) == _text(capture)

    def test_other_lines_stay_as_they_were(self, shape: str, ending: str) -> None:
        capture = cisco_ios_capture(CISCO_IOS.replace("\n", ending))
        after = changes.apply(capture, SHAPES[shape](Texts.of(capture)).operations)
        lines, kept = _text(capture).split("\n"), _text(after).split("\n")
        assert len([line for line in lines if line not in kept]) <= (3 if shape == "several" else 2)
        assert all(line.endswith("\r") for line in kept[:-1]) == (ending == "\r\n")

    def test_the_commands_do_what_the_edit_does(self, shape: str, ending: str) -> None:
        capture = cisco_ios_capture(CISCO_IOS.replace("\n", ending))
        edit = SHAPES[shape](Texts.of(capture))
        lines, after = snippet_of(edit).apply, changes.apply(capture, edit.operations)
        once = run(capture, lines).tree
        assert differences(once, capture) != []
        assert differences(once, after) == []
        assert differences(run(once, lines).tree, after) == []

    def test_the_undo_commands_lead_back(self, shape: str, ending: str) -> None:
        capture = cisco_ios_capture(CISCO_IOS.replace("\n", ending))
        snippet = snippet_of(SHAPES[shape](Texts.of(capture)))
        back = run(run(capture, snippet.apply).tree, snippet.undo).tree
        assert differences(back, capture) == []
        assert differences(run(back, snippet.undo).tree, capture) == []

    def test_reads_ask_and_change_nothing(self, shape: str, ending: str) -> None:
        capture = cisco_ios_capture(CISCO_IOS.replace("\n", ending))
        snippet = snippet_of(SHAPES[shape](Texts.of(capture)))
        for lines in (snippet.reads, snippet.checks):
            console = run(capture, lines)
            assert len(console.reads) == sum(line.startswith("! expect ") for line in lines) > 0
            assert differences(console.tree, capture) == []


def test_a_change_is_one_visit_to_configuration_mode() -> None:
    snippet = snippet_of(_two_timers(Texts.of(cisco_ios_capture())))
    assert snippet.apply == (
        "configure terminal",
        "wireless profile policy POS",
        "shutdown",
        "session-timeout 86400",
        "idle-timeout 43200",
        "no shutdown",
        "exit",
        "end",
    )
    assert snippet.undo[2:6] == ("shutdown", "no idle-timeout", "session-timeout 1800", "no shutdown")
    assert snippet.reads[:2] == (
        "! expect session-timeout 1800",
        "show running-config | section ^wireless profile policy POS",
    )
    assert snippet.checks[2] == "! expect idle-timeout 43200"


def test_a_band_is_shut_with_an_answer_and_stays_down_if_it_was() -> None:
    texts = Texts.of(cisco_ios_capture())
    assert snippet_of(SHAPES["band-up"](texts)).apply[1:-1] == (
        "ap dot11 5ghz shutdown",
        "y",
        "no ap dot11 5ghz dot11ax",
        "no ap dot11 5ghz shutdown",
    )
    assert snippet_of(SHAPES["band-down"](texts)).apply[1:-1] == ("no ap dot11 24ghz dot11ax",)


def test_entries_get_numbers() -> None:
    texts = Texts.of(cisco_ios_capture())
    assert f"25 {WEB}" in snippet_of(SHAPES["entry-between"](texts)).apply
    assert snippet_of(SHAPES["remark-and-entry"](texts)).apply[2:5] == ("13 remark new", f"13 {WEB}", f"16 {QUIC}")
    assert f"50 {WEB}" in snippet_of(SHAPES["entry-last"](texts)).apply
    assert snippet_of(SHAPES["entries-without-numbers"](texts)).apply[1:5] == (
        "ip access-list resequence OLD 10 10",
        "ip access-list extended OLD",
        f"13 {WEB}",
        f"16 {QUIC}",
    )


CROWDED = CISCO_IOS.replace(f" 30 {BLOCKING}", f" 21 {BLOCKING}")


@pytest.mark.parametrize(
    ("text", "build", "why"),
    [
        (CISCO_IOS, lambda t: drop_line(t, PORT, "switchport blocked", services=()), "not there"),
        (CISCO_IOS, lambda t: drop_line(t, ("interface Vlan9",), "shutdown", services=()), "not in the running"),
        (CISCO_IOS, lambda t: drop_line(t, WLAN, KEY, services=(), around=SHUT), "secret"),
        (CISCO_IOS, lambda t: add_block(t, POOL, ("lease 1",), services=()), "already"),
        (CISCO_IOS, lambda t: add_line(t, POOL, "lease 0 2", services=()), "already"),
        (CISCO_IOS, lambda t: drop_line(t, OLD, BLOCKING, services=()), "no numbers"),
        (CISCO_IOS, lambda t: insert_entries(t, REMARKED, (WEB,), before=BLOCKING, services=()), "remarks"),
        (CISCO_IOS, lambda t: insert_entries(t, NUMBERED, (WEB,), before="30 deny ip any any", services=()), "blocks"),
        (CISCO_IOS, lambda t: insert_entries(t, NUMBERED, ("permit ip any any",), before=None, services=()), "already"),
        (CROWDED, lambda t: insert_entries(t, NUMBERED, (WEB,), before=f"21 {BLOCKING}", services=()), "no number"),
        ("version 17.9\n", _lease, "not in the running"),
    ],
)
def test_what_cannot_be_done_safely_is_refused(text: str, build: Build, why: str) -> None:
    with pytest.raises(NotPossible, match=why):
        build(Texts.of(cisco_ios_capture(text)))


@pytest.mark.parametrize(
    "line",
    ["lease\n1", "a\x03", "what?", "caf\xe9", "a  b", " x", "x ", "", "! x", "do reload", "exit", "END",
     "banner motd x", "x" * (LONGEST + 1), "key redacted-passphrase-0123abcd"],
)  # fmt: skip
def test_lines_that_cannot_be_pasted_are_refused(line: str) -> None:
    with pytest.raises(NotPossible):
        set_line(Texts.of(cisco_ios_capture()), POOL, line, instead="lease", services=())


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (("lease 1",), "exec mode"),
        (("configure terminal", "wlan pos 3 SHOP POS", "no peer-blocking"), "is up"),
        (("configure terminal", "no ap dot11 5ghz dot11ax"), "band is up"),
        (("configure terminal", "ap dot11 5ghz shutdown", "no ap dot11 5ghz dot11ax"), "y or n"),
        (("configure terminal", "ip dhcp pool POS", "made-up 1"), "nobody said"),
        (("configure terminal", "ip dhcp pool POS"), "within configuration mode"),
        (("configure terminal", "exit"), "leaves"),
        (("configure terminal", "ip access-list extended OLD", f"15 {WEB}"), "not known"),
        (("show running-config | redirect flash:x",), "exec mode"),
        (("configure terminal", "ip dhcp pool what?"), "something else"),
    ],
)
def test_the_console_refuses_what_the_device_would(typed: tuple[str, ...], why: str) -> None:
    with pytest.raises(Refused, match=why):
        run(cisco_ios_capture(), typed)


@pytest.mark.parametrize(
    ("lines", "met"),
    [
        ("archive\n path bootflash:before\n", True),
        ("archive\n path flash:/a-\n maximum 5\n", True),
        ("archive\n path tftp://192.0.2.9/x\n", False),
        ("archive\n log config\n", False),
        ("", False),
    ],
)
def test_a_timer_reverts_only_from_an_archive_on_the_device(lines: str, met: bool) -> None:
    capture = cisco_ios_capture(f"version 17.9\n{lines}end\n")
    assert meets(capture, ARCHIVE) is met
    assert not meets(capture, "something else")


@pytest.mark.parametrize(
    ("archive", "armed"), [("archive\n path flash:a\n", "configure terminal revert timer 5"), ("", "reload in 10")]
)
def test_the_way_back_that_the_device_can_is_armed_once(archive: str, armed: str) -> None:
    effect = Effect("port-speed", (), "the port's link", "what is plugged in", 5, cuts_management=True)
    quiet = replace(effect, service="dhcp", cuts_management=False)
    steps = DeviceSteps("gw", cisco_ios_capture(f"version 17.9\n{archive}end\n"), ())
    ((recipe, services),) = recipes((effect, quiet, effect), steps)
    assert recipe.arm[0] == armed
    assert set(services) == {"port-speed"}


@pytest.mark.parametrize(
    ("said", "about", "words"),
    [
        (("peer-blocking drop",), "peer-blocking drop", "peer-blocking drop"),
        ((), "peer-blocking drop", "no line peer-blocking drop"),
        (("session-timeout 1800",), "session-timeout", "session-timeout 1800"),
        (("no shutdown",), "shutdown", "shutdown: no shutdown"),
        (("ip dhcp pool A", "lease 1"), "ip dhcp pool A", "ip dhcp pool A; lease 1"),
    ],
)
def test_what_a_read_should_show_is_said_once(said: tuple[str, ...], about: str, words: str) -> None:
    assert expected(said, about) == words


def test_comments_and_patterns_hold_nothing_that_means_something() -> None:
    assert comment("what? caf\xe9\n\x03!") == "! what. caf...!"
    assert len(comment("x" * 999)) < LONGEST
    assert pattern("ip dhcp pool A|redirect flash:x$_(.*)") == "ip dhcp pool A.redirect flash:x......"
