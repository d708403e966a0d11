"""The journal: whatever a kill leaves of it, whole lines are read and nothing else is."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import Failure, FailureKind
from auditor.errors import StorageError
from auditor.runs.journal import Failed, Journal, Line, Login, Saved, lines

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ANY = st.text(max_size=5)
LINES: st.SearchStrategy[Line] = st.one_of(
    st.builds(Login, ANY, st.booleans()),
    st.builds(Saved, ANY, ANY, ANY, st.just(NOW), st.booleans(), ANY),
    st.builds(
        lambda device, asked, why, kind: Failed(device, asked, Failure(device, "openwrt", why, "look", 2, kind)),
        *(ANY, ANY, ANY, st.sampled_from(FailureKind)),
    ),
)


def written(path: Path, added: list[Line]) -> list[int]:
    """Write lines and return where each ends."""
    journal, ends = Journal(path), [0]
    for line in added:
        journal.add(line)
        ends.append(path.stat().st_size)
    journal.close()
    return ends


@given(st.lists(LINES, min_size=1, max_size=2), LINES)
def test_cut_at_every_byte_it_holds_the_lines_that_are_whole_and_takes_more(added: list[Line], more: Line) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal"
        ends = written(path, added)
        data = path.read_bytes()
        assert list(lines(path)) == added
        for cut in range(len(data) + 1):
            path.write_bytes(data[:cut])
            whole = added[: sum(end <= cut for end in ends[1:])]
            assert list(lines(path)) == whole
            if cut % 64 == 0 or cut in ends:
                written(path, [more])
                assert list(lines(path)) == [*whole, more]


def test_lines_that_a_power_cut_spoilt_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    good = Saved("a/gw", "1", "2", NOW, False, "ssh a")
    written(path, [good])
    path.write_bytes(b"\0" * 40 + b'\n{"device": 1}\n[]\n' + path.read_bytes())
    assert list(lines(path)) == [good]


def test_a_line_that_does_not_fit_on_the_disk_leaves_nothing_of_itself(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    path = tmp_path / "journal"
    good = Saved("a/gw", "1", "2", NOW, False, "ssh a")
    journal = Journal(path)
    journal.add(good)
    before, old = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, before[1]))
        with pytest.raises(StorageError, match=r"journal cannot be written: .*; "):
            journal.add(good)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    assert list(lines(path)) == [good]
    journal.add(good)
    journal.close()
    assert list(lines(path)) == [good, good]
