"""Objects and runs: what is kept comes back as it was, what is damaged counts as missing, and old runs go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import Capture, CapturedFile, Failure, Gap, Kind
from auditor.errors import StorageError, UsageError
from auditor.runs import Manifest, Objects, Run, find, runs, tidy
from auditor.runs.listing import KEPT
from auditor.runs.texts import packed, unpacked

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ANY = st.text(st.characters(), max_size=20)
CAPTURES = st.builds(
    Capture,
    *(ANY, ANY),
    st.lists(st.builds(CapturedFile, ANY, ANY, st.sampled_from(Kind)), max_size=3).map(tuple),
    st.lists(st.builds(Gap, ANY, ANY, ANY), max_size=2).map(tuple),
    *(st.just(NOW), st.booleans(), ANY),
)


def capture(device: str = "a/gw", text: str = "text") -> Capture:
    return Capture(device, "openwrt", (CapturedFile("/etc/x", text, Kind.STATE),), (), NOW, False, "ssh a")


def created(root: Path, *, hours: int = 0, numbers: str = "0001") -> Run:
    about = Manifest("", NOW + timedelta(hours=hours), "1", "audit", ("inventory.yaml",), "", "key")
    return Run.create(root / "runs" / "shops", Objects(root / "objects"), about, random=iter(numbers.split()).__next__)


@given(CAPTURES)
def test_a_capture_comes_back_as_it_was(given: Capture) -> None:
    back = unpacked(
        packed(given),
        device=given.device,
        taken_at=given.taken_at,
        time_is_weak=given.time_is_weak,
        source=given.source,
    )
    assert back == given


def test_what_arrives_is_there_when_the_run_is_taken_up_again(tmp_path: Path) -> None:
    failure = Failure("b/gw", "openwrt", "refused", "look", 1)
    with created(tmp_path) as run:
        run.arrived(capture(), "asked")
        run.arrived(capture("a/ap"), "asked")
        run.arrived(failure, "asked")
    with Run.at(find(tmp_path / "runs" / "shops", "20260302T10"), run.objects) as again:
        assert again.manifest == run.manifest
        assert again.capture("a/gw") == capture()
        assert again.capture("a/ap") == capture("a/ap")
        assert (again.capture("b/gw"), again.known["b/gw"].asked) == (None, "asked")
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {file.stat().st_mode & 0o077 for file in files} == {0}
    assert len(list((tmp_path / "objects").glob("??/*"))) == 1, "equal texts are kept once"


@pytest.mark.parametrize("spoil", [b"", b"\0" * 30, b"x\x9c"])
def test_a_damaged_object_counts_as_missing_and_is_written_anew(tmp_path: Path, spoil: bytes) -> None:
    objects = Objects(tmp_path)
    name = objects.put(b"content")
    (file,) = tmp_path.glob("??/*")
    file.write_bytes(spoil)
    assert objects.get(name) is None
    assert objects.put(b"content") == name
    assert objects.get(name) == b"content"


def test_two_runs_at_once_have_folders_of_their_own_and_none_is_taken_up_twice(tmp_path: Path) -> None:
    with created(tmp_path, numbers="0001") as one, created(tmp_path, numbers="0001 0002") as two:
        assert [folder.name[-4:] for folder in runs(tmp_path / "runs" / "shops")] == ["0001", "0002"]
        with pytest.raises(UsageError, match="under way in another process"), Run.at(one.folder, one.objects):
            pass
        one.arrived(capture(text="one"), "")
        two.arrived(capture(text="two"), "")
        tidy([tmp_path / "runs" / "shops"], one.objects, lambda: ())
        assert one.capture("a/gw") == capture(text="one")
        assert two.capture("a/gw") == capture(text="two")


def test_old_runs_go_with_what_only_they_name(tmp_path: Path) -> None:
    root = tmp_path / "runs" / "shops"
    for number in range(KEPT + 2):
        with created(tmp_path, hours=number) as run:
            run.arrived(capture(text=f"text {number}"), "")
            run.arrived(capture("a/ap", "same"), "")
            run.finish(NOW)
    with created(tmp_path, hours=-5) as early:
        early.arrived(capture(text="early"), "")
    elsewhere = early.objects.put(b"named by the last audit")
    early.objects.put(b"named by nothing")
    tidy([root], early.objects, lambda: (elsewhere,))
    there = runs(root)
    assert len(there) == KEPT + 1
    assert there[0] == early.folder, "a run that ended early can still be resumed"
    assert len(list(early.objects.root.glob("??/*"))) == KEPT + 3
    assert early.objects.has(elsewhere)
    assert find(root, "last") == there[-1]


@pytest.mark.parametrize(("name", "complaint"), [("2026", "several runs begin"), ("2027", "no run begins")])
def test_a_name_that_means_no_run_is_told_with_those_that_there_are(tmp_path: Path, name: str, complaint: str) -> None:
    for hours in (0, 1):
        created(tmp_path, hours=hours)
    with pytest.raises(UsageError, match=f"{complaint}.*20260302T110000Z-0001"):
        find(tmp_path / "runs" / "shops", name)


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file in the way")
    with pytest.raises(StorageError, match=r"objects.* cannot be written"):
        Objects(tmp_path / "objects").put(b"content")
