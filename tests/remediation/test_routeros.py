"""Changes of RouterOS: the commands do what the edit does, twice is once, and the way back leads back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.capture import Capture
from auditor.intents import SetLeaseTime
from auditor.model import INFINITE
from auditor.platforms.base import Edit
from auditor.platforms.routeros import changes
from auditor.platforms.routeros.changes import Texts, WayBack, add_item, combine, remove_item, set_property, where_of
from auditor.platforms.routeros.items import items_of
from auditor.platforms.routeros.shell import FILTERS, duration, shown
from auditor.remediation.render import Snippet, render
from auditor.services.base import NotPossible
from auditor.syntax.routeros import parse
from auditor.syntax.routeros_operations import Where
from auditor.syntax.routeros_write import quoted
from tests.remediation.routeros_shell import Console, Refused, differences, run
from tests.remediation.samples import routeros_capture
from tests.remediation.shops import like

ROUTEROS = like("routeros", quoted, FILTERS)
ANY = SetLeaseTime("defconf", timedelta(days=1))
"""Every template of the platform is made of the same pieces, so one stands for all."""

DEFAULTS = {"ip dhcp-server.lease-time": "30m", "ip dns.allow-remote-requests": "no", "interface wifi datapath.x": "no"}

FILTER = "ip firewall filter"
SERVER = Where("ip dhcp-server", (("name", "defconf"),))
GUESTS = Where("ip dhcp-server", (("name", "guests"),))
WIFI = Where("interface wifi", (("default-name", "wifi1"),))
BLOCKING = Where(FILTER, (("comment", "what? $5 & more"),))
RULE = (("action", "accept"), ("chain", "forward"), ("comment", "readers: web"), ("dst-port", "443"))

Build = Callable[[Texts], Edit]


def _lease(texts: Texts) -> Edit:
    return set_property(texts, SERVER, "lease-time", "1d", default_text="30m")


SHAPES: dict[str, Build] = {
    "stated": _lease,
    "default": lambda t: set_property(t, GUESTS, "lease-time", "1d", default_text="30m"),
    "unset": lambda t: set_property(t, WIFI, "security.ft", "no", default_text=WayBack.UNSET),
    "prefix": lambda t: set_property(t, WIFI, "channel.band", "5ghz-ac", default_text=WayBack.UNSET),
    "text": lambda t: set_property(t, WIFI, "configuration.ssid", "x [y] {z}; /reboot", default_text=None),
    "settings": lambda t: set_property(
        t, Where("ip dns"), "allow-remote-requests", "yes", default_text="no", create=True
    ),
    "item-with-defaults": lambda t: set_property(
        t, Where("interface ethernet", (("default-name", "ether2"),)), "auto-negotiation", "yes",
        default_text=WayBack.UNSET, create=True,
    ),
    "switched-off": lambda t: set_property(t, BLOCKING, "disabled", "yes", default_text="no"),
    "added": lambda t: add_item(t, "ip hotspot ip-binding", (("comment", "r 1"), ("mac-address", "02:00:5E:10:00:01"))),
    "added-before": lambda t: add_item(t, FILTER, RULE, before=BLOCKING),
    "added-with-a-name": lambda t: add_item(t, "ip pool", (("name", "é"), ("ranges", "192.0.2.1-192.0.2.9"))),
    "removed": lambda t: remove_item(
        t, Where("ip dns static", (("address", "192.0.2.1"), ("name", "pos.example.net")))
    ),
    "removed-last": lambda t: remove_item(t, BLOCKING),
    "several": lambda t: combine((_lease(t), add_item(t, FILTER, RULE, before=BLOCKING), remove_item(t, GUESTS))),
}  # fmt: skip


def _snippet(edit: Edit) -> Snippet:
    return render(ROUTEROS, ANY, edit)


def _facts(capture: Capture) -> list[tuple[object, ...]]:
    """Everything that the exports say, in order."""
    return [
        (each.menu, each.verb, each.target, tuple((p.name, p.value) for p in each.properties))
        for file in capture.files
        for each in parse(file.text).statements
    ]


@pytest.mark.parametrize("shape", SHAPES)
class TestShape:
    """What holds for each kind of change."""

    def test_it_changes_something_once(self, shape: str) -> None:
        edit, capture = SHAPES[shape](Texts.of(routeros_capture())), routeros_capture()
        after = changes.apply(capture, edit.operations)
        assert after != capture
        assert changes.apply(after, edit.operations) == after

    def test_the_undo_gives_the_export_back(self, shape: str) -> None:
        capture = routeros_capture()
        edit = SHAPES[shape](Texts.of(capture))
        undone = changes.apply(changes.apply(capture, edit.operations), edit.undo)
        assert _facts(undone) == _facts(capture)

    def test_the_commands_do_what_the_edit_does(self, shape: str) -> None:
        capture = routeros_capture()
        edit = SHAPES[shape](Texts.of(capture))
        lines, after = _snippet(edit).apply, changes.apply(capture, edit.operations)
        once = run(capture, lines).tree
        assert differences(once, after, DEFAULTS) == []
        assert differences(run(once, lines).tree, after, DEFAULTS) == []

    def test_the_undo_commands_lead_back(self, shape: str) -> None:
        capture = routeros_capture()
        snippet = _snippet(SHAPES[shape](Texts.of(capture)))
        done = run(capture, snippet.apply).tree
        assert differences(done, capture, DEFAULTS) != []
        back = run(done, snippet.undo).tree
        assert differences(back, capture, DEFAULTS) == []
        assert differences(run(back, snippet.undo).tree, capture, DEFAULTS) == []

    def test_reads_and_checks_say_what_is_shown(self, shape: str) -> None:
        capture = routeros_capture()
        edit = SHAPES[shape](Texts.of(capture))
        snippet = _snippet(edit)
        for lines, when in ((snippet.reads, capture), (snippet.checks, changes.apply(capture, edit.operations))):
            printed = run(when, lines).printed
            assert printed
            for value, expected in printed:
                first = expected.partition(", or ")[0]
                assert first in (value or "nothing", quoted(value)) or (not value and first in DEFAULTS.values())


def test_the_lines_are_those_that_people_type() -> None:
    snippet = _snippet(SHAPES["several"](Texts.of(routeros_capture())))
    assert snippet.reads[:2] == (
        "# expect: 10m, or 00:10:00",
        ':put [/ip dhcp-server get [find name="defconf"] lease-time]',
    )
    assert snippet.apply == (
        '/ip dhcp-server set [find name="defconf"] lease-time=1d',
        ':if ([:len [/ip firewall filter find comment="readers: web"]] = 0) do={ /ip firewall filter add action=accept'
        r' chain=forward comment="readers: web" dst-port=443 place-before=[find comment="what\3F \$5 & more"] }',
        '/ip dhcp-server remove [find name="guests"]',
    )
    assert snippet.undo[-1] == '/ip dhcp-server set [find name="defconf"] lease-time=10m'


def test_a_property_without_a_default_comes_back_by_unset() -> None:
    snippet = _snippet(SHAPES["unset"](Texts.of(routeros_capture())))
    assert snippet.undo == ('/interface wifi unset [find default-name="wifi1"] value-name=security.ft',)


# -- what is refused -------------------------------------------------------------------------------------------


def _set(where: Where, name: str, value: str, default: str | None = "") -> Build:
    return lambda texts: set_property(texts, where, name, value, default_text=default)


def _named(menu: str, name: str) -> Where:
    return Where(menu, (("name", name),))


@pytest.mark.parametrize(
    ("export", "build", "reason"),
    [
        ("", _set(GUESTS, "lease-time", "1d", None), "no line says"),
        ("", _set(_named("ip dhcp-server", "x"), "lease-time", "1d"), "not in"),
        ("", _set(_named("ip dns static", "pos.example.net"), "ttl", "1d"), "alike"),
        ("", lambda t: add_item(t, "ip pool", (("name", "pool"), ("ranges", "192.0.2.1"))), "there already"),
        ("", lambda t: add_item(t, FILTER, RULE, before=Where(FILTER, (("comment", "gone"),))), "belongs before"),
        ("", _set(SERVER, "comment", "redacted-passphrase-0123abcd"), "secret"),
        ("", _set(SERVER, "comment", "a\nb"), "control character"),
        (r'/ip pool set pool comment="a\r\nb"', _set(_named("ip pool", "pool"), "comment", "c"), "control character"),
        ("/ip dhcp-server set 0 lease-time=1h", _lease, "which items"),
    ],
)
def test_what_cannot_be_done_says_why(export: str, build: Build, reason: str) -> None:
    capture = routeros_capture()
    file = replace(capture.files[0], text=capture.files[0].text + export)
    with pytest.raises(NotPossible, match=reason) as caught:
        build(Texts.of(replace(capture, files=(file,))))
    assert caught.value.advice


# -- how items are found ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("menu", "number", "changing", "conditions"),
    [
        ("ip dhcp-server", 0, (), (("name", "defconf"),)),
        ("interface wifi", 0, (), (("default-name", "wifi1"),)),
        ("interface wifi", 1, (), (("name", "wifi 2.4"),)),
        ("interface wifi", 1, ("name",), (("default-name", "wifi2"),)),
        (FILTER, 0, (), (("comment", "defconf: accept"),)),
        (FILTER, 1, (), (("action", "drop"), ("chain", "forward"), ("dst-port", "443"), ("protocol", "tcp"))),
        (FILTER, 1, ("dst-port",), (("action", "drop"), ("chain", "forward"), ("protocol", "tcp"))),
        ("system identity", 0, (), ()),
    ],
)
def test_an_item_is_found_by(menu: str, number: int, changing: tuple[str, ...], conditions: object) -> None:
    file = routeros_capture().files[0]
    items = [each for each in items_of("gw", file.path, parse(file.text), {}) if each.path == menu]
    assert where_of(items[number], items, *changing) == Where(menu, conditions)  # type: ignore[arg-type]


def test_items_that_are_alike_are_not_found() -> None:
    text = "/ip firewall filter\nadd action=drop chain=forward\nadd action=drop chain=forward disabled=yes\n"
    items = list(items_of("gw", "export.rsc", parse(text), {}))
    with pytest.raises(NotPossible, match="alike"):
        where_of(items[0], items)


def test_an_item_is_not_found_by_a_secret() -> None:
    text = "/radius\nadd address=192.0.2.1 secret=redacted-short-01234567 service=wireless\n"
    (item,) = items_of("gw", "export.rsc", parse(text), {})
    assert where_of(item, [item]).conditions == (("address", "192.0.2.1"), ("service", "wireless"))


# -- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (90, "1m30s"), (43200, "12h"), (86400, "1d"), (604800, "1w"), (694861, "1w1d1h1m1s")],
)
def test_durations(seconds: int, text: str) -> None:
    assert duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize("value", [INFINITE, timedelta(seconds=-1), timedelta(milliseconds=5)])
def test_durations_that_cannot_be_written(value: timedelta) -> None:
    with pytest.raises(ValueError, match="whole seconds"):
        duration(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        ("", "nothing"),
        ("yes", "yes, or true"),
        ("10m", "10m, or 00:10:00"),
        ("26h", "26h, or 1d02:00:00"),
        ("a,b", "a,b, or a;b"),
        ("My Shop", "My Shop"),
        ("what?", r'"what\3F"'),
        ("back\\", r'"back\\"'),
        ("é", r'"\C3\A9"'),
        (" x", '" x"'),
    ],
)
def test_what_a_read_shows(value: str | None, text: str) -> None:
    assert shown(value) == text


# -- the judge itself ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "/system reboot",
        "/ip pool set [find] ranges=x",
        "/ip pool set 0 ranges=x",
        '/ip pool set [find name="pool"] ranges=x; /system reboot',
        '/ip pool set [find name="pool"] comment="$x"',
        '/ip pool set [find name="pool"] comment="a?b"',
        '/ip pool set [find name="pool"] comment="é"',
        r'/ip pool set [find name="pool"] comment="\q"',
        r'/ip pool set [find name="pool"] comment="\0A"',
        '/ip pool set [find name="pool"] comment="open',
        '/ip pool set [find name="pool"] comment=[/system reboot]',
        ":put [/system reboot]",
        ":execute x",
        '/ip pool set [find name="pool"] comment=x # a comment',
        '/ip dns static set [find name="pos.example.net"] ttl=1d',
        '/ip pool get [find name="pool"] name',
    ],
)
def test_the_judge_takes_nothing_else(line: str) -> None:
    with pytest.raises(Refused):
        run(routeros_capture(), (line,))


def test_the_judge_sees_a_difference() -> None:
    done = run(routeros_capture(), ('/ip pool set [find name="pool"] comment=x',))
    assert isinstance(done, Console)
    assert len(differences(done.tree, routeros_capture(), {})) == 1
