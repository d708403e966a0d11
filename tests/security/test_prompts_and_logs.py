"""What a device said neither controls the terminal through a prompt nor through the log."""

import logging
import sys
from pathlib import Path

import pytest

from auditor.cli import main
from auditor.cli.logs import _Visible
from tests.e2e.command_line import User


def _record(message: str, *, failed: bool = False) -> logging.LogRecord:
    info = None
    if failed:
        try:
            raise ValueError("\x1b[2J from a device")
        except ValueError:
            info = sys.exc_info()
    return logging.LogRecord("asyncssh", logging.DEBUG, __file__, 1, "Received version %s", (message,), info)


def test_a_log_line_stays_a_line() -> None:
    line = _Visible("%(levelname)s %(name)s: %(message)s").format(_record("SSH-2.0-x\x1b]0;owned\x07\nERROR\u202e"))
    assert line == r"DEBUG asyncssh: Received version SSH-2.0-x\x1b]0;owned\x07\nERROR\u202e"


def test_a_traceback_keeps_its_lines_and_no_control_character() -> None:
    text = _Visible("%(message)s").format(_record("x", failed=True))
    assert text.count("\n") > 2
    assert "\x1b" not in text


def test_a_fault_of_the_program_tells_where_and_not_what(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "the key is Zq7 \x1b[2J"

    def broken() -> None:
        raise RuntimeError(said)

    monkeypatch.setattr("auditor.cli.app", broken)
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 70
    assert "in broken" in told
    assert "RuntimeError" in told
    assert "Zq7" not in told
    assert "\x1b" not in told


def test_a_prompt_proposes_no_name_that_it_cannot_show(user: User, shop: Path) -> None:
    wireless = shop / "etc" / "config" / "wireless"
    text = wireless.read_text(encoding="utf-8")
    wireless.write_text(text.replace("'BAKERY-TILLS'", "'T\x1b]0;owned\x07\u202eX'"), encoding="utf-8")
    done = user.run("init", "--from", shop, "--platform", "openwrt", "-o", "new.yaml", stdin="\n" * 40)
    assert "BAKERY-OFFICE" in done.output
    assert not set("\x1b\x07\u202e") & set(done.output)
    assert not set("\x1b\x07\u202e") & set((user.folder / "new.yaml").read_text(encoding="utf-8"))
