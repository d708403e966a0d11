"""No text makes the platform raise, no line is lost, and reading twice gives the same."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Device, leaves
from auditor.platforms.routeros.extract import extract
from auditor.platforms.routeros.parse import parse
from auditor.platforms.routeros.recognise import recognise
from auditor.platforms.routeros.redaction import redact
from auditor.profiles import load_profile
from auditor.secrets import Redactor
from tests.platforms.counted_lines import assert_whole, line_count
from tests.syntax.routeros_texts import TEXTS, TIDY, real_files, real_text

SHOPS = Path(__file__).parents[2] / "shops" / "routeros"
REDACTOR = Redactor(b"k" * 32)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def _shop_texts() -> list[str]:
    return [each.read_bytes().decode() for each in sorted(SHOPS.glob("*/gw/export.rsc"))]


def _outputs() -> list[str]:
    found = {each.read_bytes().decode() for each in SHOPS.glob("*/gw/commands/*.txt")}
    return sorted(text for text in found if text)


EXPORTS, OUTPUTS = _shop_texts(), _outputs()
STORED = [each.stores for each in load_profile("routeros").commands if "{" not in each.stores]
PATHS = st.sampled_from(
    ["export.rsc", "more.rsc", "export.txt", "commands/unheard-of.txt", "commands/link-ether1.txt", *STORED]
)


@cache
def _pieces() -> tuple[str, ...]:
    """Statements and properties of the shops, to be put together anew."""
    statements = [line for text in EXPORTS for line in text.replace("\\\n    ", "").split("\n") if line]
    words = sorted({word for line in statements for word in line.split(" ") if "=" in word})
    return (*(f"{line}\n" for line in statements), *(f" {word}" for word in words))


_ODD_VALUES = st.sampled_from(
    ["", "-1", "0", "*1", "999999999999999999999", "1w999d", "²", "::/0", "0.0.0.0/0", "10.0.0.1-10.0.0.0", "!", "!!a",
     "1-2-3", "a,,b", '"', '"a\\"b"', "yes", "no", "none", "auto", "1.2.3.4/33", "\ud800", "\x00", "4095", "00:00", "~"]
)  # fmt: skip


@st.composite
def _mutated(draw: st.DrawFn, texts: list[str]) -> str:
    """A real text with a few lines gone, twice, moved, cut, or with another value somewhere."""
    lines = draw(st.sampled_from(texts)).split("\n")
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        match draw(st.integers(0, 5)):
            case 0:
                lines[at] = ""
            case 1:
                lines.insert(draw(st.integers(0, len(lines))), line)
            case 2:
                lines[at] = line[: draw(st.integers(0, len(line)))]
            case 3:
                name, sign, _ = line.rpartition("=")
                lines[at] = f"{name}{sign}{draw(_ODD_VALUES)}"
            case 4:
                lines[at] = line[: len(line) // 2] + draw(st.text(max_size=3)) + line[len(line) // 2 :]
            case _:
                lines = lines[: at + 1]
    return "\n".join(lines)


JUMBLED = st.lists(st.sampled_from(_pieces()), max_size=25).map("".join)
ANY_TEXT = st.one_of(TEXTS, TIDY, JUMBLED, _mutated(EXPORTS), _mutated(OUTPUTS), st.sampled_from(OUTPUTS))


def capture(files: dict[str, str]) -> Capture:
    captured = tuple(
        CapturedFile(path, text, Kind.CONFIGURATION if path.endswith(".rsc") or path == "export.txt" else Kind.STATE)
        for path, text in files.items()
    )
    return Capture("gw", "routeros", captured, (), NOW, False, "test")


def read(captured: Capture) -> Device:
    return parse(captured, load_profile("routeros"))


@given(st.dictionaries(PATHS, ANY_TEXT, max_size=5))
def test_any_text_as_any_file(files: dict[str, str]) -> None:
    captured = capture(files)
    device = read(captured)
    assert_whole(captured, device)
    assert dict(leaves(device)) == dict(leaves(read(captured)))


@given(st.sampled_from(sorted(SHOPS.glob("*/gw"))), st.sampled_from(["export.rsc", *STORED]), st.data())
def test_a_shop_with_one_damaged_file(folder: Path, path: str, data: st.DataObject) -> None:
    files = {
        each.relative_to(folder).as_posix(): each.read_bytes().decode()
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }
    files[path] = data.draw(_mutated([files.get(path, "")]) if files.get(path) else ANY_TEXT)
    captured = capture(files)
    assert_whole(captured, read(captured))


@given(JUMBLED)
def test_keys_are_unique(text: str) -> None:
    """Facts are compared by their keys, so that two things with one key would hide each other."""
    device = read(capture({"export.rsc": EXPORTS[0] + text}))
    keys = [key for key, _ in leaves(device)]
    assert len(keys) == len(set(keys))


@given(PATHS, ANY_TEXT)
def test_what_is_redacted_keeps_its_lines(path: str, text: str) -> None:
    found = recognise(path, text)
    kind = found[1] if found is not None else Kind.STATE
    for name in {path, "export.rsc"}:
        hidden = redact(name, text, REDACTOR)
        assert line_count(hidden) == line_count(text)
        captured = replace(capture({name: hidden}), files=(CapturedFile(name, hidden, kind),))
        read(captured)


@given(st.text(max_size=20) | st.sampled_from(["x.rsc", "commands/wifi.txt", "commands/../x", "/"]), ANY_TEXT)
def test_any_file_is_recognised_or_not(name: str, text: str) -> None:
    found = recognise(name, text)
    assert found is None or found[0] == name


@given(ANY_TEXT)
def test_names_are_taken_from_any_output(text: str) -> None:
    """What is extracted fills holes of commands, so that each name is there once and none is empty."""
    command = next(each for each in load_profile("routeros").commands if "{" in each.stores)
    names = extract(command, {"ethernet": text})
    assert all(names)
    assert len(names) == len(set(names))


@pytest.mark.skipif(not real_files(), reason="the collection of real configurations is not here")
def test_real_files() -> None:
    for path in real_files():
        captured = capture({"export.rsc": real_text(path)})
        assert_whole(captured, read(captured))
