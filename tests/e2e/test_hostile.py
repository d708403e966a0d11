"""Names on a device that carry tricks: they become no command, no markup, and control no terminal."""

import json
import re
import shlex
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.e2e.command_line import User

TRICKS = (
    "TILLS$(reboot)`reboot`;reboot",
    "TILLS<script>alert(1)</script><img src=x onerror=alert(1)>",
    "TILLS{{ 7*7 }}{% raw %}",
    "TILLS\x1b[2J\x1b]0;owned\x07\x9b31m",
    "TILLS\u202egnp.exe\u2066",
    "[bold red]TILLS[/] :smiley:",
)


class _Tags(HTMLParser):
    """Collects the tags of a document and the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}


@pytest.mark.parametrize("trick", TRICKS)
def test_an_ssid_stays_a_name(user: User, shop: Path, trick: str) -> None:
    wireless = shop / "etc" / "config" / "wireless"
    text = wireless.read_text(encoding="utf-8").replace("'BAKERY-TILLS'", f"'{trick}'")
    wireless.write_text(text.replace("option isolate '1'", f"option isolate '1' # {trick}"), encoding="utf-8")
    escaped = json.dumps(trick)
    user.write(
        "inventory.yaml",
        f"""\
sites:
  bakery:
    opening_hours: {{daily: "07:00-19:30"}}
    integration: javascript-sdk
    readers: {{counter: {{ssid: {escaped}}}}}
    pos: {{tablets: {{subnet: 192.168.30.0/24}}}}
    devices: {{gw: {{captures: {shop}, platform: openwrt}}}}
""",
    )
    done = user.run(
        *("audit", "inventory.yaml", "--verbose", "--checklist", "--out", "fixes"),
        *("--report", "html=report.html", "--report", "json=report.json"),
    )
    assert done.code in (1, 2), done.output
    _cannot_control_a_terminal(done.output)
    if done.code == 2:  # the inventory does not take control characters
        assert "inventory.yaml:5" in done.stderr
        return
    isolation = next(each for each in user.report()["verdicts"] if each["rule"] == "station-isolation")
    assert isolation["result"] == "fail"
    for file in (user.folder / "fixes").iterdir():
        written = file.read_text(encoding="utf-8")
        _cannot_control_a_terminal(written)
        if file.suffix in (".commands", ".undo"):
            for line in written.splitlines():
                if not line.startswith("#"):
                    assert "reboot" not in line
                    assert "TILLS" not in shlex.split(line, comments=True)
    html = (user.folder / "report.html").read_text(encoding="utf-8")
    tags = _Tags()
    tags.feed(html)
    assert tags.seen.isdisjoint({"script", "img", "onerror", "iframe", "object", "link"})
    assert "49" not in re.findall(r"TILLS(\S+)", html)
    _cannot_control_a_terminal((user.folder / "report.json").read_text(encoding="utf-8"))


def _cannot_control_a_terminal(text: str) -> None:
    """No control character but line feed and tab, none that turns the direction of reading."""
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)
