"""The live line of a run: gone while something else is printed."""

import io

from rich.console import Console

from auditor.cli.progress import Shown

ERASED = "\x1b[2K"


def test_the_live_line_makes_way_for_what_is_printed() -> None:
    stream = io.StringIO()
    with Shown(Console(file=stream, force_terminal=True, width=60), 2) as progress:
        with progress.aside():
            before = stream.getvalue()
            stream.write("lab  FAIL\n")
        after = stream.getvalue()
    assert "collecting" in before
    assert before.endswith(ERASED)
    assert after.partition("lab  FAIL\n")[2], "the line comes back while devices are still awaited"


def test_without_a_terminal_nothing_is_erased() -> None:
    stream = io.StringIO()
    with Shown(Console(file=stream, width=60), 2) as progress, progress.aside():
        pass
    assert stream.getvalue() == ""
