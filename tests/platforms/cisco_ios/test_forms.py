"""In whatever form a running configuration is written, the device is the same: each form of a base is one model."""

import re
from collections import Counter
from functools import cache

import pytest

from auditor.capture import Capture, CapturedFile
from auditor.model import Assumed, Stated, Unknown, content, leaves
from auditor.pipeline import read as model_of
from auditor.platforms.cisco_ios.recognise import recognise
from auditor.platforms.cisco_ios.redaction import redact
from auditor.secrets import Redactor
from tests.platforms.cisco_ios import config_forms as forms
from tests.platforms.cisco_ios.config_forms import Form
from tests.platforms.cisco_ios.test_any_text import DEVICES, NOW, RUNNING

NAMES = {f"{folder.parent.name}/{folder.name}": folder for folder in DEVICES}

_BACK = "\x08" * 9
FORMS: dict[str, Form] = {
    "CRLF": forms.windows_ends,
    "no last line end": forms.no_last_end,
    "on a terminal": forms.on_a_terminal,
    "with time stamps": forms.with_time_stamps,
    "pager, overwritten": forms.paged(f" --More-- {_BACK}        {_BACK}"),
    "pager, short": forms.paged(f" --More--         {_BACK}"),
    "pager, bare": forms.paged("--More-- "),
    "in colours": forms.in_colours,
    "trailing blanks": forms.trailing_blanks,
    "wrapped at 80": forms.wrapped(80),
    "no preamble": forms.without_preamble,
    "Oxidized": forms.of_oxidized,
    "RANCID": forms.of_rancid,
    "byte order mark": forms.with_a_mark_of_bytes,
    "no separators": forms.without_separators,
    "more separators": forms.more_separators,
    "two blanks": forms.indented(2),
    "three blanks": forms.indented(3),
    "banner between $": forms.banner_between("$"),
    "banner between ETX": forms.banner_between("\x03"),
    **{f"blocks shuffled {seed}": forms.in_another_order(seed) for seed in range(3)},
    **{f"settings shuffled {seed}": forms.settings_in_another_order(seed) for seed in range(3)},
    "VLAN lists in pieces": forms.lists_in_pieces,
    "lists without numbers": forms.lists_without_numbers,
    "lists with numbers": forms.lists_with_numbers,
    "numbered lists as named": forms.numbered_lists_as_named,
    "ip domain-name": forms.words_run_together,
}  # fmt: skip


@cache
def _files(name: str) -> tuple[tuple[str, str], ...]:
    folder = NAMES[name]
    return tuple(
        (each.relative_to(folder).as_posix(), each.read_bytes().decode())
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    )


def captured(name: str, form: Form = str, *, alone: bool = False) -> Capture:
    """A device of a base shop, its configuration in another form; `alone`: without any output of a command."""
    files = []
    for path, text in _files(name):
        if alone and path != RUNNING:
            continue
        written = form(text) if path == RUNNING else text
        known = recognise(path, written)
        assert known is not None
        files.append(CapturedFile(known[0], redact(known[0], written, Redactor(b"k" * 32)), known[1]))
    return Capture("gw", "cisco_ios", tuple(files), (), NOW, False, "test")


def _without_lines(found: tuple[str, object]) -> tuple[str, object]:
    origin, value = found
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return origin, sorted(value)
    return (origin, re.sub(r"\d+", "…", str(value))) if origin == "Unknown" else found


def facts(capture: Capture) -> dict[str, tuple[str, object]]:
    """All facts by key; of what is unknown, why, but for the lines."""
    return {key: _without_lines(content(fact)) for key, fact in leaves(model_of(capture))}


def values(capture: Capture) -> dict[str, Counter[str]]:
    """All values by key; whether a line says them or they are defaults does not count."""
    found: dict[str, Counter[str]] = {}
    for key, fact in leaves(model_of(capture)):
        match fact:
            case Stated(value) | Assumed(value):
                said = repr(value)
            case Unknown(why):
                said = re.sub(r"\d+", "…", why)
            case declared:
                said = repr(declared.value)
        found.setdefault(key, Counter())[said] += 1
    return found


def unread(capture: Capture) -> list[str]:
    """The lines of the configuration that nobody understood."""
    file = capture.file(RUNNING)
    assert file is not None
    lines = file.text.split("\n")
    (coverage,) = (each for each in model_of(capture).coverage if each.file == RUNNING)
    assert coverage.understood + coverage.irrelevant + len(coverage.unknown) == len(lines) - (not lines[-1])
    return [f"{each.keywords}: {lines[each.line - 1]}" for each in coverage.unknown]


@pytest.mark.parametrize("name", NAMES)
def test_bases_are_read_whole(name: str) -> None:
    assert unread(captured(name)) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_the_same_device(name: str, form: str) -> None:
    other = captured(name, FORMS[form])
    assert facts(other) == facts(captured(name))
    assert unread(other) == []


@pytest.mark.parametrize("form", FORMS)
def test_each_form_without_any_output_of_a_command(form: str) -> None:
    """The same, where only the configuration was saved, so that nothing that the device shows can stand in for it."""
    for name in NAMES:
        assert facts(captured(name, FORMS[form], alone=True)) == facts(captured(name, alone=True))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("head", ["interface", *forms.WRITTEN_OUT])
def test_defaults_that_are_written_out_change_no_value(name: str, head: str) -> None:
    other = captured(name, forms.written_out(head))
    assert values(other) == values(captured(name))
    assert unread(other) == []


def test_each_form_is_another_text() -> None:
    """A form that changes no base would prove nothing."""
    texts = [dict(_files(name))[RUNNING] for name in NAMES]
    assert [form for form, write in FORMS.items() if all(write(text) == text for text in texts)] == []


@pytest.mark.parametrize("name", NAMES)
def test_ports_by_number_or_by_name(name: str) -> None:
    """Rules are named by what they say, so that their keys differ; what they match does not."""

    def matched(form: Form) -> Counter[tuple[str, str]]:
        found = facts(captured(name, form))
        return Counter(
            (re.sub(r"rules\[.*\]", "rules[]", key), repr(fact)) for key, fact in found.items() if "order" not in key
        )

    assert matched(forms.ports_as_numbers) == matched(str)
