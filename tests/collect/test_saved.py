"""Captures that a person saved: any name, weak time, no surprises from the file system."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.capture import Capture, Kind
from auditor.collect.saved import SavedLimits, load_capture
from auditor.errors import CaptureError
from tests.fakes.collecting import ROUTER, SECRET, redact

DHCP = "config dhcp 'lan'\n\toption leasetime '2h'\n"


def _recognise(name: str, text: str) -> tuple[str, Kind] | None:
    """Know texts that begin like UCI, by the last part of their name."""
    known = text.startswith(("config ", "package ", "DISTRIB_"))
    return (f"/etc/config/{name.rsplit('/', 1)[-1]}", Kind.CONFIGURATION) if known else None


def _load(path: Path, limits: SavedLimits | None = None) -> Capture:
    return load_capture("ap2", "openwrt", path, recognise=_recognise, redact=redact, limits=limits or SavedLimits())


def test_a_directory_of_files_of_any_name(tmp_path: Path) -> None:
    (tmp_path / "dhcp").write_text(DHCP)
    (tmp_path / "etc" / "config").mkdir(parents=True)
    (tmp_path / "etc" / "config" / "wireless").write_text("config wifi-iface\n")
    (tmp_path / "commands").mkdir()
    (tmp_path / "commands" / "dhcp-leases.txt").write_text("what a device printed\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("hidden")
    os.utime(tmp_path / "dhcp", (1_795_000_000, 1_795_000_000))
    for name in ("etc/config/wireless", "commands/dhcp-leases.txt"):
        os.utime(tmp_path / name, (1_795_400_000, 1_795_400_000))
    capture = _load(tmp_path)
    assert {(file.path, file.kind) for file in capture.files} == {
        ("/etc/config/dhcp", Kind.CONFIGURATION),
        ("/etc/config/wireless", Kind.CONFIGURATION),
        ("commands/dhcp-leases.txt", Kind.STATE),
    }
    assert capture.gaps == ()
    assert (capture.taken_at, capture.time_is_weak) == (datetime.fromtimestamp(1_795_400_000, UTC), True)
    assert capture.source == str(tmp_path)


def test_a_single_file(tmp_path: Path) -> None:
    (tmp_path / "router.txt").write_text("package dhcp\n\n" + DHCP)
    assert [file.path for file in _load(tmp_path / "router.txt").files] == ["/etc/config/router.txt"]


def test_secrets_are_redacted() -> None:
    capture = _load(ROUTER)
    assert SECRET not in repr(capture)
    assert "redacted-passphrase" in repr(capture)


def test_a_file_that_is_not_recognised_is_reported(tmp_path: Path) -> None:
    (tmp_path / "dhcp").write_text(DHCP)
    (tmp_path / "notes.md").write_text("to do\n")
    capture = _load(tmp_path)
    assert [gap.path for gap in capture.gaps] == ["notes.md"]
    assert [file.path for file in capture.files] == ["/etc/config/dhcp"]


def test_text_of_another_platform_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "sw1.cfg").write_text("hostname sw1\n!\n")
    with pytest.raises(CaptureError, match="holds no configuration of openwrt"):
        _load(tmp_path / "sw1.cfg")


def test_outputs_alone_are_no_capture(tmp_path: Path) -> None:
    (tmp_path / "commands").mkdir()
    (tmp_path / "commands" / "clock.txt").write_text("1795400000\n")
    with pytest.raises(CaptureError, match="holds no configuration"):
        _load(tmp_path)


def test_an_empty_directory_and_a_missing_one(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="is empty"):
        _load(tmp_path)
    with pytest.raises(CaptureError, match="does not exist"):
        _load(tmp_path / "lost")


def test_two_files_for_one_path(tmp_path: Path) -> None:
    (tmp_path / "dhcp").write_text(DHCP)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "dhcp").write_text(DHCP)
    with pytest.raises(CaptureError, match="two files hold /etc/config/dhcp"):
        _load(tmp_path)


@pytest.mark.parametrize("folder", [False, True])
def test_a_link_may_not_lead_out(tmp_path: Path, folder: bool) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "dhcp").write_text(DHCP)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "network").write_text("config interface\n")
    (shop / "link").symlink_to(outside if folder else outside / "network")
    with pytest.raises(CaptureError, match="leads out of"):
        _load(shop)


def test_a_link_inside_is_followed_and_the_directory_may_be_one(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "dhcp-2026").write_text(DHCP)
    (shop / "wireless").symlink_to("dhcp-2026")
    (tmp_path / "current").symlink_to(shop)
    assert {file.path for file in _load(tmp_path / "current").files} == {
        "/etc/config/dhcp-2026", "/etc/config/wireless"
    }  # fmt: skip


@pytest.mark.parametrize("data", [b"config\0dhcp", "config dhcp\n".encode("utf-16")])
def test_a_binary_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "dhcp").write_bytes(data)
    with pytest.raises(CaptureError, match="not a text file"):
        _load(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "dhcp")
    with pytest.raises(CaptureError, match="is not a file"):
        _load(tmp_path)


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (SavedLimits(file=10), "larger than"),
        (SavedLimits(total=len(DHCP) + 1), "holds more than"),
        (SavedLimits(files=1), "holds more than 1 files"),
    ],
)
def test_what_is_too_much_is_refused(tmp_path: Path, limits: SavedLimits, says: str) -> None:
    (tmp_path / "dhcp").write_text(DHCP)
    (tmp_path / "network").write_text("config interface\n")
    with pytest.raises(CaptureError, match=says):
        _load(tmp_path, limits)


def test_bytes_that_are_not_utf8_stay_visible(tmp_path: Path) -> None:
    (tmp_path / "dhcp").write_bytes(b"config dhcp 'caf\xe9'\r\n")
    assert _load(tmp_path).files[0].text == "config dhcp 'caf\\xe9'\r\n"
