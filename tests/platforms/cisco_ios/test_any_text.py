"""No text makes the platform raise, no line is lost, and reading twice gives the same."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Device, leaves
from auditor.platforms.cisco_ios.extract import extract
from auditor.platforms.cisco_ios.parse import parse
from auditor.platforms.cisco_ios.recognise import recognise
from auditor.platforms.cisco_ios.redaction import redact
from auditor.profiles import Command, load_profile
from auditor.secrets import Redactor
from tests.platforms.counted_lines import assert_whole, line_count
from tests.syntax.ios_texts import PIECES, TEXTS, TIDY, real_files

SHOPS = Path(__file__).parents[2] / "shops" / "cisco_ios"
REDACTOR = Redactor(b"k" * 32)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
RUNNING = "running-config.txt"

DEVICES = sorted(path.parent for path in SHOPS.glob(f"*/*/{RUNNING}"))
CONFIGURATIONS = [(folder / RUNNING).read_bytes().decode() for folder in DEVICES]
OUTPUTS = sorted({each.read_bytes().decode() for each in SHOPS.glob("*/*/commands/*")} - {""})
STORED = [each.stores for each in load_profile("cisco_ios").commands if "{" not in each.stores]
_MORE = ["more.txt", "startup-config.txt", "commands/unheard-of.txt", "commands/policy-profile-pos.txt"]
PATHS = st.sampled_from([RUNNING, *_MORE, "commands/wireless-client-0200.5e10.0001.txt", *STORED])


@cache
def _pieces() -> tuple[str, ...]:
    """Commands of the shops with their indentation, and words, to be put together anew."""
    lines = sorted({line for text in CONFIGURATIONS for line in text.split("\n") if line})
    words = sorted({word for line in lines for word in line.split(" ") if word})
    return (*(f"{line}\n" for line in lines), *(f" {word}" for word in words), *PIECES)


_ODD_VALUES = st.sampled_from(
    ["", "-1", "0", "no", "default", "infinite", "any", "host", "eq", "range", "permit", "999999999999999999999", "²",
     "255.255.255.0", "0.0.0.255", "255.0.255.0", "10.0.0.1", "1.2.3.4/33", "::/0", "\ud800", "\x00", "4095", "1-5,2",
     "1,,2", "5-1", "1-4294967295", "GigabitEthernet", "Gi0/0", "Vlan", "^C", "!", "?", '"', "log", "vrf", "reflect"]
)  # fmt: skip


@st.composite
def _mutated(draw: st.DrawFn, texts: list[str]) -> str:
    """A real text with a few lines gone, twice, moved, cut, negated, or with another word somewhere."""
    lines = draw(st.sampled_from(texts)).split("\n")
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        indent = line[: len(line) - len(line.lstrip())]
        match draw(st.integers(0, 7)):
            case 0:
                lines[at] = ""
            case 1:
                lines.insert(draw(st.integers(0, len(lines))), line)
            case 2:
                lines[at] = line[: draw(st.integers(0, len(line)))]
            case 3:
                lines[at] = f"{line.rpartition(' ')[0]} {draw(_ODD_VALUES)}"
            case 4:
                lines[at] = line[: len(line) // 2] + draw(st.text(max_size=3)) + line[len(line) // 2 :]
            case 5:
                lines[at] = f"{indent}no {line.strip()}"
            case 6:
                lines[at] = f" {line}"
            case _:
                lines = lines[: at + 1]
    return "\n".join(lines)


JUMBLED = st.lists(st.sampled_from(_pieces()), max_size=30).map("".join)
ANY_TEXT = st.one_of(
    TEXTS,
    TIDY.map(lambda made: made[0]),
    JUMBLED,
    _mutated(CONFIGURATIONS),
    _mutated(OUTPUTS),
    st.sampled_from(OUTPUTS),
)


def capture(files: dict[str, str]) -> Capture:
    captured = tuple(
        CapturedFile(path, text, Kind.STATE if path.startswith("commands/") else Kind.CONFIGURATION)
        for path, text in files.items()
    )
    return Capture("gw", "cisco_ios", captured, (), NOW, False, "test")


def read(captured: Capture) -> Device:
    return parse(captured, load_profile("cisco_ios"))


def _files(folder: Path) -> dict[str, str]:
    return {
        each.relative_to(folder).as_posix(): each.read_bytes().decode()
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }


def _assert_keys_are_unique(device: Device) -> None:
    keys = [key for key, _ in leaves(device)]
    assert len(keys) == len(set(keys)), [key for key in keys if keys.count(key) > 1][:3]


@given(st.dictionaries(PATHS, ANY_TEXT, max_size=5))
def test_any_text_as_any_file(files: dict[str, str]) -> None:
    captured = capture(files)
    device = read(captured)
    assert_whole(captured, device)
    _assert_keys_are_unique(device)
    assert dict(leaves(device)) == dict(leaves(read(captured)))


@given(st.sampled_from(DEVICES), st.sampled_from([RUNNING, *STORED]), st.data())
def test_a_device_with_one_damaged_file(folder: Path, path: str, data: st.DataObject) -> None:
    files = _files(folder)
    files[path] = data.draw(_mutated([files.get(path, "")]) if files.get(path) else ANY_TEXT)
    captured = capture(files)
    device = read(captured)
    assert_whole(captured, device)
    _assert_keys_are_unique(device)


@given(st.sampled_from(CONFIGURATIONS), JUMBLED)
def test_keys_are_unique(text: str, more: str) -> None:
    """Facts are compared by their keys, so that two things with one key would hide each other."""
    _assert_keys_are_unique(read(capture({RUNNING: text.removesuffix("end\n") + more})))


@given(PATHS, ANY_TEXT)
def test_what_is_redacted_keeps_its_lines(path: str, text: str) -> None:
    for name in {path, RUNNING}:
        hidden = redact(name, text, REDACTOR)
        assert line_count(hidden) == line_count(text)
        captured = capture({name: hidden})
        assert_whole(captured, read(captured))


@given(st.text(max_size=20) | st.sampled_from(["x.txt", "commands/arp.txt", "commands/../x", "/"]), ANY_TEXT)
def test_any_file_is_recognised_or_not(name: str, text: str) -> None:
    found = recognise(name, text)
    assert found is None or found[0] == name


@pytest.mark.parametrize("command", [each for each in load_profile("cisco_ios").commands if "{" in each.stores])
@given(ANY_TEXT)
def test_names_are_taken_from_any_output(command: Command, text: str) -> None:
    """What is extracted fills holes of commands, so that each name is there once and none is empty."""
    names = extract(command, dict.fromkeys(command.taken_from, text))
    assert all(names)
    assert len(names) == len(set(names))


@pytest.mark.skipif(not real_files(), reason="the collection of real configurations is not here")
def test_real_files() -> None:
    for path in real_files():
        captured = capture({RUNNING: path.read_bytes().decode(errors="replace")})
        device = read(captured)
        assert_whole(captured, device)
        _assert_keys_are_unique(device)
