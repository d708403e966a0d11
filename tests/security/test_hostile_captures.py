"""Captures that somebody made to hurt: each costs its device at most, and tells in one line why."""

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auditor.collect import layout
from auditor.collect.layout import place
from auditor.collect.saved import load_capture
from auditor.errors import CaptureError
from auditor.platforms import platform
from tests.e2e.command_line import SHOP, User, inventory

OPENWRT = platform("openwrt")
HONEST: dict[str, Any] = {
    "version": 1,
    "device": "gw",
    "platform": "openwrt",
    "taken_at": "2024-05-01T08:00:00+00:00",
    "time_is_weak": False,
    "source": "ssh audit@192.0.2.1",
    "sha256": "",
    "gaps": [],
    "files": {},
}


def _load(shop: Path) -> Any:
    return load_capture("gw", "openwrt", shop, recognise=OPENWRT.recognise, redact=lambda _, text: text)


def test_an_honest_one_is_read(shop: Path) -> None:
    (shop / "capture.json").write_text(json.dumps(HONEST))
    assert _load(shop).source == "ssh audit@192.0.2.1"


NOT_OURS: tuple[dict[str, Any], ...] = (
    {"version": "\x1b[2J"},
    {"taken_at": 5},
    {"taken_at": "2024-05-01T08:00:00"},
    {"taken_at": "9999-12-31T23:59:59-23:59"},
    {"taken_at": "0001-01-01T00:00:00+23:59"},
    {"source": ["x"]},
    {"files": []},
    {"files": {"etc/config/dhcp": None}},
    {"files": {"etc/config/dhcp": {"path": "/etc/config/dhcp", "kind": "code"}}},
    {"files": {"etc/config/dhcp": {"path": "/etc/../../root/x", "kind": "configuration"}}},
    {"files": {"etc/config/dhcp": {"path": "/etc//config/dhcp", "kind": "configuration"}}},
    {"files": {"etc/config/wireless": {"path": "commands/x.txt", "kind": "state"}}},
    {"files": {"etc/config/dhcp": {"path": "/etc/config/" + "a" * 300, "kind": "configuration"}}},
    {"files": {"../x": {"path": "../x", "kind": "configuration"}}},
    {"gaps": [{"path": "x"}]},
    {"gaps": {"a": 1}},
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        "[" * 100_000,
        '{"version":' + "9" * 5000 + "}",
        "\ufeff{}",
        *(json.dumps(HONEST | change) for change in NOT_OURS),
    ],
)
def test_metadata_that_is_not_ours_is_refused(shop: Path, text: str) -> None:
    (shop / "capture.json").write_text(text, encoding="utf-8")
    with pytest.raises(CaptureError, match=r"capture\.json"):
        _load(shop)


def test_one_hostile_capture_costs_one_device(user: User, shop: Path) -> None:
    hostile = HONEST | {"files": {"etc/config/dhcp": {"path": "/etc/../../x", "kind": "configuration"}}}
    (shop / "capture.json").write_text(json.dumps(hostile))
    user.write(
        "inventory.yaml",
        inventory(f"{{ap: {{captures: {shop}, platform: openwrt}}, gw: {{captures: {SHOP}, platform: openwrt}}}}"),
    )
    collected = user.run("collect", "inventory.yaml", "--out", "captures")
    assert collected.code == 3, collected.output
    assert (user.folder / "captures" / "bakery" / "gw" / "capture.json").is_file()
    assert user.run("audit", "inventory.yaml").code in (1, 3)


def test_what_a_capture_says_of_itself_is_hidden_and_harmless(user: User, shop: Path) -> None:
    gap = {"path": "/etc/config/x\x1b[2J", "why": "password=Zq7-in-a-gap\x1b[2J", "settle": "\u202ethe key is Zq7"}
    hostile = HONEST | {"source": "ssh \x1b]0;owned\x07<script>", "gaps": [gap]}
    (shop / "capture.json").write_text(json.dumps(hostile))
    user.write("inventory.yaml", inventory(f"{{gw: {{captures: {shop}, platform: openwrt}}}}"))
    done = user.run(
        *("audit", "inventory.yaml", "--verbose", "--out", "fixes"),
        *("--report", "html=report.html", "--report", "json=report.json"),
    )
    assert done.code in (1, 3), done.output
    texts = [done.output, *(text for file, text in user.texts().items() if user.folder in file.parents)]
    for text in texts:
        assert "Zq7" not in text
        assert not set("\x1b\x07\u202e") & set(text)
    assert "<script" not in (user.folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("seconds", [-(10**9), 10**11, 10**15])
def test_a_file_time_that_no_calendar_has(shop: Path, seconds: int) -> None:
    try:
        os.utime(shop / "etc" / "config" / "dhcp", (seconds, seconds))
    except (OverflowError, OSError):
        pytest.skip("this file system has no such time")
    capture = _load(shop)
    assert capture.time_is_weak
    assert datetime(1970, 1, 1, tzinfo=UTC) <= capture.taken_at < layout.LATEST


def test_names_of_files_stay_names(user: User, shop: Path) -> None:
    text = (shop / "etc" / "config" / "dhcp").read_text(encoding="utf-8")
    for name in (b"x\xe9", b"x\x1b[2J", b"x\nconfig", b"$(reboot)", b"x;reboot", "\u202ex".encode(), b"-rf"):
        with open(os.fsencode(shop) + b"/" + name, "w", encoding="utf-8") as stream:
            stream.write(text)
    user.write("inventory.yaml", inventory(f"{{gw: {{captures: {shop}, platform: openwrt}}}}"))
    done = user.run("audit", "inventory.yaml", "--verbose", "--out", "fixes", "--report", "json=report.json")
    assert done.code in (1, 3), done.output
    assert not set("\x1b\u202e") & set(done.output)
    json.dumps(user.report()).encode("utf-8")
    again = user.run("verify", "--inventory", "inventory.yaml")
    assert again.code in (0, 1, 3), again.output


@pytest.mark.parametrize("path", ["/etc/../x", "..", "", "/", "a//b", "/etc/./x", "x" * 300])
def test_no_path_leads_out_of_a_capture(path: str) -> None:
    with pytest.raises(CaptureError):
        place(path)


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../outside", "/dev/zero"])
def test_links_lead_nowhere(shop: Path, target: str) -> None:
    (shop.parent / "outside").write_text("config system\n")
    (shop / "etc" / "config" / "system2").symlink_to(target)
    with pytest.raises(CaptureError, match="leads out"):
        _load(shop)


def test_pipes_and_circles_do_not_stop_a_run(shop: Path) -> None:
    (shop / "etc" / "circle").symlink_to("..")
    _load(shop)
    os.mkfifo(shop / "etc" / "pipe")
    with pytest.raises(CaptureError, match="not a file"):
        _load(shop)


def test_what_is_kept_is_not_written_through_a_link(user: User, shop: Path) -> None:
    precious = user.write("precious", "do not touch\n")
    digest = hashlib.sha256(precious.read_bytes()).digest()
    user.write("inventory.yaml", inventory(f"{{gw: {{captures: {shop}, platform: openwrt}}}}"))
    last = user.folder / ".auditor" / "last" / "inventory" / "bakery"
    last.mkdir(parents=True)
    for link in (last / "audited_at.json", user.folder / "report.json", user.folder / ".auditor" / ".gitignore"):
        link.symlink_to(precious)
    (user.folder / "fixes").mkdir()
    (user.folder / "fixes" / "gw.commands").symlink_to(precious)
    done = user.run("audit", "inventory.yaml", "--out", "fixes", "--report", "json=report.json")
    assert done.code in (1, 3), done.output
    assert hashlib.sha256(precious.read_bytes()).digest() == digest
    assert not (user.folder / "fixes" / "gw.commands").is_symlink()
