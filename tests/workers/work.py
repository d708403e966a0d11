"""Work for worker processes: what a task says is what happens."""

import logging
import os
import signal
import time
from pathlib import Path
from typing import Any, NoReturn

from auditor.errors import UsageError

PRELOAD = ("tests.workers.work",)


def do(task: str) -> Any:
    """Do what the first word says; the answer is the whole task and the process."""
    word, _, rest = task.partition(" ")
    match word:
        case "die":
            os.kill(os.getpid(), int(rest))
            time.sleep(60)
        case "die-once":
            if not Path(rest).exists():
                Path(rest).touch()
                os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(60)
        case "leave":
            os._exit(int(rest))
        case "raise":
            raise ValueError(rest)
        case "usage":
            raise UsageError(rest)
        case "unpicklable" | "unreadable":
            return Unreadable() if word == "unreadable" else lambda: None
        case "log":
            try:
                raise ValueError(rest)
            except ValueError:
                logging.getLogger("tests.workers").exception("it says %s", rest)
        case "touch":
            Path(rest).touch()
        case "sleep":
            time.sleep(float(rest))
        case _:
            pass
    return task, os.getpid()


class Unreadable:
    """An answer that can be sent, and not be read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _refuse, ()


def _refuse() -> NoReturn:
    raise TypeError


class Stillborn:
    """Work that no worker can take over."""

    def __call__(self, task: str) -> str:
        return task

    def __reduce__(self) -> tuple[Any, ...]:
        return _leave, ()


def _leave() -> NoReturn:
    os._exit(7)
