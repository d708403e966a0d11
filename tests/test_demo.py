"""`make demo` as a user runs it: it shows the faults with their lines, writes its files, and stops."""

import json
import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.command_line import unpacked

ROOT = Path(__file__).parent.parent
SHOP = ROOT / "demo" / "shop"
KEY = "demo-passphrase-of-the-tills"


@dataclass(frozen=True, slots=True)
class Demo:
    """A finished demo: what it printed, and where it wrote."""

    code: int
    output: str
    folder: Path
    session: int


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run the demo from a checkout of links, so that it writes nothing into this one."""
    checkout = tmp_path_factory.mktemp("checkout")
    for name in ("auditor", "tests", "templates", "device_profiles"):
        (checkout / name).symlink_to(ROOT / name)
    demo = checkout / "demo"
    demo.mkdir()
    for file in (ROOT / "demo").iterdir():
        if file.name != "__pycache__":
            (demo / file.name).symlink_to(file)
    (demo / "__main__.py").unlink()  # where the checkout lies is told by this file, so it must be real
    (demo / "__main__.py").write_bytes((ROOT / "demo" / "__main__.py").read_bytes())
    process = subprocess.Popen(
        [sys.executable, "-m", "demo"],
        cwd=checkout,
        env={**os.environ, "COLUMNS": "160", "TMPDIR": str(tmp_path_factory.mktemp("temporary"))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=120)
    finally:
        if process.poll() is None:
            process.kill()
    return Demo(process.returncode, output, checkout / "demo-output", process.pid)


def _line(file: str, text: str, *, after: str = "") -> int:
    lines = (SHOP / file).read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if after in line)
    return next(number for number, line in enumerate(lines[start:], start=start + 1) if text in line)


def test_it_ends_well_although_the_shop_is_faulty(demo: Demo) -> None:
    assert demo.code == 0, demo.output
    assert "faulty on purpose" in demo.output


@pytest.mark.parametrize(
    ("rule", "file", "text", "after"),
    [
        ("dhcp-lease-too-short", "gw/etc/config/dhcp", "option leasetime '2h'", ""),
        ("station-isolation", "gw/etc/config/wireless", "option isolate '1'", "'pos_2g'"),
        ("wifi-ax", "gw/etc/config/wireless", "option htmode 'HE80'", ""),
        ("schedule-cuts-readers", "gw/etc/crontabs/root", "0 12 * * 2,5 /sbin/reboot", ""),
        ("station-isolation", "ap/export.rsc", "/interface wifi datapath add bridge=bridge client-isolation=yes", ""),
        ("schedule-cuts-readers", "ap/export.rsc", "/system scheduler add", "name=wifi-off"),
        ("station-isolation", "wlc/running-config.txt", "peer-blocking drop", "wlan tills 1"),
        ("wifi-session-timeout", "wlc/commands/policy-profile-tills.txt", "Session Timeout", ""),
    ],
)
def test_it_shows_each_fault_with_the_offending_line(demo: Demo, rule: str, file: str, text: str, after: str) -> None:
    """A file of the router lies in its file system; what the other devices print are texts of their own."""
    assert rule in demo.output
    device, _, path = file.partition("/")
    place = f"{device}:{'/' if device == 'gw' else ''}{path}:{_line(file, text, after=after)} "
    shown = next(line for line in demo.output.splitlines() if place in line)
    assert text in shown


def test_one_fault_is_shown_and_mended_on_all_three_devices(demo: Demo) -> None:
    lines = (demo.folder / "fixes" / "gw.risky.commands").read_text(encoding="utf-8")
    assert "uci set 'wireless.pos_2g.isolate=0'" in lines
    lines = (demo.folder / "fixes" / "ap.risky.commands").read_text(encoding="utf-8")
    assert '/interface wifi datapath set [find name="dp-tills"] client-isolation=no' in lines
    lines = (demo.folder / "fixes" / "wlc.risky.commands").read_text(encoding="utf-8")
    assert "wlan tills 1 BAKERY-TILLS\nshutdown\nno peer-blocking\nno shutdown\n" in lines


def test_a_policy_profile_is_shut_changed_and_opened_again(demo: Demo) -> None:
    lines = (demo.folder / "fixes" / "wlc.commands").read_text(encoding="utf-8")
    assert "wireless profile policy tills\nshutdown\nsession-timeout 86400\nno shutdown\n" in lines


def test_it_shows_a_default_and_what_could_not_be_decided(demo: Demo) -> None:
    assert re.search(r"ERROR +dns-rebind +R16", demo.output)
    assert "UNKNOWN" in demo.output
    assert "10.20.0.53" in demo.output


def test_the_guests_are_nobodys_finding(demo: Demo) -> None:
    report = json.loads((demo.folder / "report.json").read_text(encoding="utf-8"))
    failed = [each for each in report["verdicts"] if each["result"] == "fail"]
    assert len({each["rule"] for each in failed}) >= 6
    assert "TEA-ROOM" not in json.dumps([[each["message"], each["evidence"]] for each in failed])


def test_it_asks_one_question_and_names_the_first_step_that_says_no(demo: Demo) -> None:
    assert "ssid=BAKERY-OFFICE → counter  tcp/4443  BLOCKED at step 4, gw" in demo.output
    place = f"gw:/etc/config/firewall:{_line('gw/etc/config/firewall', 'option forward')} "
    assert place in demo.output.partition("> 4 BLOCKED")[2]


def test_the_report_draws_the_site(demo: Demo) -> None:
    page = (demo.folder / "report.html").read_text(encoding="utf-8")
    assert "each number is explained below" in page


def test_the_files_that_it_names_are_there(demo: Demo) -> None:
    named = {line.strip() for line in demo.output.splitlines() if line.startswith("  demo-output/")}
    wanted = ("report.html", "report.json", "fixes/gw.commands", "fixes/ap.risky.commands")
    assert {str(Path("demo-output") / name) for name in wanted} <= named
    assert [name for name in named if not (demo.folder.parent / name).is_file()] == []
    files = [file for file in demo.folder.rglob("*") if file.is_file()]
    assert any(file.parent.parent.name == "objects" for file in files)
    assert not any(KEY in unpacked(file).decode("utf-8", errors="replace") for file in files)
    assert KEY not in demo.output


def test_nothing_is_left_running(demo: Demo) -> None:
    ports = [int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", demo.output)]
    assert len(ports) == 3
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
    with pytest.raises(ProcessLookupError):
        os.killpg(demo.session, 0)
