"""Asking a person at the terminal that the program was started on."""

import os
import select
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

_TERMINAL = Path("/dev/tty")
_LOOK = 0.2  # seconds after which a question looks whether the run is over
_LONGEST = 4096


class NobodyAnswers(Exception):
    """The question was not answered: the end of input, or the end of the run."""


class Asker(Protocol):
    """Shows a question and returns the answer without its end of line; called in a thread, one at a time.

    Only with `echo` is what is typed seen. Raises `NobodyAnswers`.
    """

    def __call__(self, prompt: str, *, echo: bool = False) -> str: ...


@contextmanager
def terminal(
    aside: Callable[[], AbstractContextManager[object]] = nullcontext, *, path: Path = _TERMINAL
) -> Iterator[Asker | None]:
    """Give what asks on the terminal, or None where there is none, as in a scheduled run.

    Each question stands inside `aside()`, which makes room where the display of the run's progress is. When the block
    ends, a question that still waits is given up, and the terminal echoes again.
    """
    try:
        device = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        if not os.isatty(device):
            yield None
            return
        over, free = threading.Event(), threading.Lock()

        def ask(prompt: str, *, echo: bool = False) -> str:
            with free, aside():
                return _asked(device, prompt, over, echo=echo)

        try:
            yield ask
        finally:
            over.set()
            with free:  # a question that waits ends by itself now
                pass
    finally:
        os.close(device)


def _asked(device: int, prompt: str, over: threading.Event, *, echo: bool) -> str:
    if over.is_set():
        raise NobodyAnswers
    before = termios.tcgetattr(device)
    try:
        # In canonical mode the terminal hands over whole lines and lets the person correct them.
        quiet = termios.tcgetattr(device)
        quiet[3] |= termios.ICANON
        quiet[3] = quiet[3] | termios.ECHO if echo else quiet[3] & ~termios.ECHO
        termios.tcsetattr(device, termios.TCSAFLUSH, quiet)  # what was typed ahead is no answer
        os.write(device, prompt.encode())
        while not select.select([device], [], [], _LOOK)[0]:
            if over.is_set():
                raise NobodyAnswers
        line = os.read(device, _LONGEST)
    except OSError as error:
        raise NobodyAnswers from error
    finally:
        termios.tcsetattr(device, termios.TCSADRAIN, before)
        if not echo:
            os.write(device, b"\n")
    if not line:
        raise NobodyAnswers
    return line.decode(errors="surrogateescape").rstrip("\r\n")
