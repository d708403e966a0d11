"""The command line: wiring only. Each command imports what it needs when it runs, so that `--version` is quick."""

import errno
import sys
import traceback
from typing import NoReturn

from auditor.cli.app import app
from auditor.errors import AuditorError

__all__ = ["main"]

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SOFTWARE_FAULT = 70
"""EX_SOFTWARE of sysexits.h: none of the exit codes that say something about shops."""


def main() -> None:
    """Run the command line; an error that a person can act on is one message and exit code 2."""
    try:
        app()
    except AuditorError as error:
        print(f"error: {_safe(str(error))}", file=sys.stderr)  # noqa: T201 - the console may not be loaded yet
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            _fault(error)
        what = f"{error.filename or 'a temporary file'} cannot be written: {error.strerror}"
        print(f"error: {_safe(what)}; make room, then run again", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - the last stop: 1 would say "findings" to whoever reads exit codes
        _fault(error)


def _fault(error: Exception) -> NoReturn:
    """Say where the program failed, and end it."""
    # Where, not what: the message of the error could quote a secret, or what a terminal obeys.
    where = "".join(traceback.format_tb(error.__traceback__))
    print(f"Traceback (most recent call last):\n{where}{type(error).__name__}", file=sys.stderr)  # noqa: T201
    print("this is a fault of auditor itself; nothing was changed on any device", file=sys.stderr)  # noqa: T201
    sys.exit(_SOFTWARE_FAULT)


def _safe(text: str) -> str:
    """Escape control characters: messages may quote what a file or a device said."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
