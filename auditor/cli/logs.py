"""The log on standard error. What is logged may quote a device: its SSH greeting, a reason for hanging up."""

import logging
from types import TracebackType
from typing import TypeAlias

from auditor.report.text import visible

_Error: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _Visible(logging.Formatter):
    """Writes a record as one line, and a traceback as it stands, without anything that controls a terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging calls
        return visible(super().formatMessage(record))

    def formatException(self, ei: _Error) -> str:  # noqa: N802
        return "\n".join(map(visible, super().formatException(ei).split("\n")))


def start(*, debug: bool) -> None:
    """Log everything with `debug`, else only what ends the program."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Visible("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.DEBUG if debug else logging.CRITICAL, handlers=[handler])
