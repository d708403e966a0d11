"""A report is there whole, or the old one stays."""

import stat
from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.report.writing import PRIVATE, write, written


def test_folders_are_made_and_the_mode_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "a" / "b.txt", "text", mode=PRIVATE)
    assert path.read_text() == "text"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_breaks_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("old")

    def half() -> None:
        with written(tmp_path / "b.txt", mode=PRIVATE) as stream:
            stream.write("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write(tmp_path / "file" / "b.txt", "text", mode=PRIVATE)
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        write(tmp_path / "folder", "text", mode=PRIVATE)


def test_what_is_no_character_is_written_as_an_escape(tmp_path: Path) -> None:
    assert write(tmp_path / "a", "x\udc80", mode=PRIVATE).read_text() == "x\\udc80"
