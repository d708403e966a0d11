"""The command line as a user runs it: `python -m auditor` in a process and a directory of its own."""

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "demo" / "shop" / "gw"
"""The faulty shop of the demo, in the layout of a saved capture."""

KEYS = ("demo-passphrase-of-the-tills", "demo-passphrase-of-the-office", "demo-passphrase-of-the-tea-room")
"""The Wi-Fi keys of that shop, which nothing that the program writes may hold."""

WIDE = 160


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an empty home directory who works in a directory of their own."""

    folder: Path
    environment: dict[str, str]

    @classmethod
    def at(cls, folder: Path, **environment: str) -> "User":
        home, work = folder / "home", folder / "work"
        home.mkdir()
        work.mkdir()
        kept = {
            name: os.environ[name]
            for name in ("PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_START")
            if name in os.environ
        }
        own = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "COLUMNS": str(WIDE), "PYTHONPATH": str(ROOT)}
        return cls(work, kept | own | environment)

    def run(self, *arguments: str | Path, python: Sequence[str] = (), stdin: str = "") -> Done:
        """Run `auditor` with these arguments; relative paths begin in the user's directory."""
        done = subprocess.run(
            [sys.executable, *python, "-m", "auditor", *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def report(self, name: str = "report.json") -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return loaded

    def texts(self) -> dict[Path, str]:
        """All files below home and working directory, with their texts; kept objects are unpacked."""
        files = (file for file in self.folder.parent.rglob("*") if file.is_file())
        return {file: unpacked(file).decode("utf-8", errors="replace") for file in files}


def unpacked(file: Path) -> bytes:
    """What a file says; kept objects are unpacked."""
    data = file.read_bytes()
    return zlib.decompress(data) if file.parent.parent.name == "objects" else data


def verdicts(report: dict[str, Any], rule: str = "", *, site: str = "") -> list[dict[str, Any]]:
    """The verdicts of a JSON report, of one rule or all."""
    return [
        each
        for each in report["verdicts"]
        if each["rule"] in (rule or each["rule"]) and each["site"] in (site or each["site"])
    ]


def judged(report: dict[str, Any]) -> dict[tuple[str, ...], str]:
    """What was judged and how, without what differs between two ways to the same texts."""
    return {
        (each["rule"], each["subject"], each["device"], each["message"], *_lines(each)): each["result"]
        for each in report["verdicts"]
    }


def _lines(verdict: dict[str, Any]) -> tuple[str, ...]:
    return tuple(f"{each['file']}:{each['line']}" for each in verdict["evidence"])


def line_of(file: str, text: str, *, after: str = "") -> int:
    """The number of the one line of a file of the shop that is this text, or of the first one after another."""
    lines = (SHOP / file).read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if after in line)
    return next(number for number, line in enumerate(lines[start:], start=start + 1) if line.strip() == text)


def inventory(devices: str, *, site: str = "bakery") -> str:
    """The inventory of the shop; `devices` is the flow mapping behind `devices:`."""
    return f"""\
sites:
  {site}:
    timezone: Europe/Paris
    opening_hours: {{tue-fri: "07:00-19:30", sat-sun: "08:00-18:00"}}
    integration: javascript-sdk
    readers:
      counter: {{ssid: BAKERY-TILLS, model: bbpos-wisepos-e, count: 2}}
    pos:
      tablets: {{subnet: 192.168.30.0/24, dns: dhcp}}
    devices: {devices}
"""


def live(port: int, *, more: str = "") -> str:
    """A device that is reached over SSH on loopback with the password of the fake router."""
    where = f"host: 127.0.0.1, port: {port}, platform: openwrt, username: audit"
    return f"{{{where}, credentials: {{env: SHOP_PASSWORD}}{more}}}"
