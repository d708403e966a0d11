"""A stored capture is a directory like the device's, reads back the same, and can lie nowhere else."""

import contextlib
import json
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.capture import Capture, CapturedFile, Gap, Kind
from auditor.collect.layout import place
from auditor.collect.saved import load_capture
from auditor.collect.store import store_capture
from auditor.errors import CaptureError, UsageError

NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
CAPTURE = Capture(
    device="gw",
    platform="openwrt",
    files=(
        CapturedFile("/etc/config/dhcp", "config dhcp 'lan'\r\n\toption x 'é'\n", Kind.CONFIGURATION),
        CapturedFile("/etc/config/wireless", "\toption key 'redacted-passphrase-00000000'", Kind.CONFIGURATION),
        CapturedFile("commands/dhcp-leases.txt", "", Kind.STATE),
        CapturedFile("/etc/board.json", "{}", Kind.STATE),
    ),
    gaps=(Gap("commands/clock.txt", "refused", "run it"),),
    taken_at=NOON,
    time_is_weak=False,
    source="ssh audit@192.0.2.1",
)


def _load(directory: Path, platform: str = "openwrt") -> Capture:
    return load_capture("gw", platform, directory, recognise=lambda _name, _text: None, redact=lambda _path, text: text)


def test_what_was_stored_reads_back_the_same(tmp_path: Path) -> None:
    back = _load(store_capture(CAPTURE, tmp_path / "new" / "gw"))
    assert set(back.files) == set(CAPTURE.files)
    assert replace(back, files=CAPTURE.files) == CAPTURE
    assert back.sha256 == CAPTURE.sha256


_NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(
    lambda name: not {"", ".", ".."} & set(name.split("/"))
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.dictionaries(_NAMES.map("/etc/{}".format), st.text(st.characters(codec="utf-8", exclude_characters="\0"))))
def test_any_names_and_texts_read_back_the_same(tmp_path: Path, texts: dict[str, str]) -> None:
    files = tuple(CapturedFile(path, text, Kind.CONFIGURATION) for path, text in texts.items())
    if not files:
        return
    capture = replace(CAPTURE, files=files)
    back = _load(store_capture(capture, tmp_path / "gw"))
    assert set(back.files) == set(files)
    assert back.taken_at == NOON
    assert [path.name for path in tmp_path.iterdir()] == ["gw"]


def test_files_mirror_the_paths_of_the_device_and_are_the_owners_only(tmp_path: Path) -> None:
    directory = store_capture(CAPTURE, tmp_path / "gw")
    files = {path.relative_to(directory).as_posix(): path for path in directory.rglob("*") if path.is_file()}
    assert set(files) == {
        "capture.json", "etc/config/dhcp", "etc/config/wireless", "commands/dhcp-leases.txt", "etc/board.json"
    }  # fmt: skip
    assert files["etc/config/dhcp"].read_bytes() == CAPTURE.files[0].text.encode()
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


@pytest.mark.parametrize("path", ["../../x", "/etc/../../x", "..", "/", "", "a//b", "./a", "/etc/.", "commands/.."])
def test_a_path_that_leads_elsewhere_is_refused_and_nothing_is_written(tmp_path: Path, path: str) -> None:
    capture = replace(CAPTURE, files=(*CAPTURE.files, CapturedFile(path, "x", Kind.STATE)))
    with pytest.raises(CaptureError, match="cannot hold the path"):
        store_capture(capture, tmp_path / "gw")
    assert list(tmp_path.iterdir()) == []


@given(st.text())
def test_no_path_leads_out_of_the_directory(path: str) -> None:
    try:
        lies = place(path)
    except CaptureError:
        return
    assert not lies.is_absolute()
    for part in lies.parts:
        assert part.isascii()
        assert part.isprintable()
        assert not part.startswith((".", "~"))
        assert not set(part) & set("\\/:*?\"'<>|; $")
    assert lies.parts[0] != "capture.json"


@given(st.text(), st.text())
def test_two_paths_never_lie_in_the_same_place(one: str, other: str) -> None:
    if one.removeprefix("/") == other.removeprefix("/"):
        return
    with contextlib.suppress(CaptureError):
        assert place(one) != place(other)


@pytest.mark.parametrize("path", ["/" + "é" * 100, "/" + "a" * 300])
def test_a_name_that_no_file_system_takes_is_refused(path: str) -> None:
    with pytest.raises(CaptureError, match="as long as"):
        place(path)


def test_an_earlier_capture_is_replaced_whole(tmp_path: Path) -> None:
    store_capture(CAPTURE, tmp_path / "gw")
    later = replace(CAPTURE, files=CAPTURE.files[:1])
    store_capture(later, tmp_path / "gw")
    assert _load(tmp_path / "gw").files == later.files
    assert not (tmp_path / "gw" / "etc/config/wireless").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["gw"]


def test_what_is_not_a_capture_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    (tmp_path / "link").symlink_to(mine)
    for place_taken in (mine, mine / "letter.txt", tmp_path / "link"):
        with pytest.raises(UsageError, match="another place"):
            store_capture(CAPTURE, place_taken)
    assert (mine / "letter.txt").read_text() == "dear"


def test_a_changed_file_makes_the_time_weak(tmp_path: Path) -> None:
    directory = store_capture(CAPTURE, tmp_path / "gw")
    file = directory / "etc/config/dhcp"
    file.write_text("config dhcp 'other'\n")
    back = _load(directory)
    assert back.time_is_weak
    assert back.taken_at == datetime.fromtimestamp(max(p.stat().st_mtime for p in directory.rglob("*/*")), UTC)


def test_a_removed_file_is_a_gap(tmp_path: Path) -> None:
    directory = store_capture(CAPTURE, tmp_path / "gw")
    (directory / "etc/config/dhcp").unlink()
    back = _load(directory)
    assert [gap.path for gap in back.gaps] == ["commands/clock.txt", "/etc/config/dhcp"]
    assert back.time_is_weak


def test_a_file_that_a_person_brought_closes_its_gap(tmp_path: Path) -> None:
    directory = store_capture(CAPTURE, tmp_path / "gw")
    (directory / "commands" / "clock.txt").write_text("1795400000\n")
    back = _load(directory)
    assert back.gaps == ()
    assert back.time_is_weak


def test_a_capture_of_another_platform_is_one_clear_error(tmp_path: Path) -> None:
    store_capture(CAPTURE, tmp_path / "gw")
    with pytest.raises(CaptureError, match="is a capture of openwrt, but the inventory says cisco_ios"):
        _load(tmp_path / "gw", "cisco_ios")


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2}, {"taken_at": "yesterday"}, {"taken_at": "2026-11-23T12:00:00"}, {"gaps": [{}]}, {"files": []},
        {"gaps": [{"path": 1, "why": "", "settle": ""}]}, {"files": {"x": {"path": "/x", "kind": "rumour"}}},
        {"platform": None},
    ],
)  # fmt: skip
def test_broken_metadata_is_named(tmp_path: Path, change: dict[str, object]) -> None:
    directory = store_capture(CAPTURE, tmp_path / "gw")
    metadata = directory / "capture.json"
    metadata.write_text(json.dumps(json.loads(metadata.read_text()) | change))
    with pytest.raises(CaptureError, match=r"capture\.json"):
        _load(directory)
    metadata.write_text("[" * 100_000)
    with pytest.raises(CaptureError, match=r"capture\.json"):
        _load(directory)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_where_nobody_may_write_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="cannot be stored"):
        store_capture(CAPTURE, tmp_path / "gw")


def test_a_place_below_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be stored"):
        store_capture(CAPTURE, tmp_path / "file" / "gw")
