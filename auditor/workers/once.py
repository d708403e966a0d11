"""Values that many tasks have in common, sent to each worker once.

Tasks say the name of such a value in its place. Both ends remember the values that were used last; the sender decides
which are forgotten, and says so.
"""

import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Naming: TypeAlias = Callable[[object], str | None]
"""Names a value that is sent once; None for everything else. It is asked about each value in a task, in any thread."""

_MOST = 64
"""So many values are remembered at both ends."""


def nothing(_: object) -> None:
    """Name nothing: all that is in a task is sent with it."""


class Dumping(pickle.Pickler):
    """Pickles, and leaves out what has a name; `met` is what was left out."""

    def __init__(self, file: io.BytesIO, naming: Naming) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self.met: dict[str, object] = {}
        self._naming = naming

    def persistent_id(self, obj: object) -> str | None:
        name = self._naming(obj)
        if name is not None:
            self.met[name] = obj
        return name


class Loading(pickle.Unpickler):
    """Unpickles what `Dumping` wrote."""

    def __init__(self, data: bytes, known: Callable[[str], object]) -> None:
        super().__init__(io.BytesIO(data))
        self._known = known

    def persistent_load(self, name: str) -> object:
        return self._known(name)


@dataclass(slots=True)
class Sender:
    """The parent's end, for one worker."""

    naming: Naming
    _sent: dict[str, None] = field(default_factory=dict)

    def packed(self, tasks: tuple[Any, ...]) -> bytes:
        """Return a message with tasks, and with what they name and the worker does not know yet."""
        stream = io.BytesIO()
        dumping = Dumping(stream, self.naming)
        dumping.dump(tasks)
        new = {name: value for name, value in dumping.met.items() if name not in self._sent}
        for name in dumping.met:
            self._sent.pop(name, None)
            self._sent[name] = None
        over = max(0, len(self._sent) - max(_MOST, len(dumping.met)))
        gone = tuple(self._sent)[:over]
        for name in gone:
            del self._sent[name]
        return pickle.dumps((new, gone, stream.getbuffer().tobytes()), protocol=pickle.HIGHEST_PROTOCOL)


@dataclass(slots=True)
class Receiver:
    """The worker's end."""

    _known: dict[str, object] = field(default_factory=dict)

    def tasks(self, message: bytes) -> tuple[Any, ...]:
        """Return the tasks of a message. A value with a name is the same object in all of them."""
        new, gone, data = pickle.loads(message)  # noqa: S301 - from the process that started this one
        for name in gone:
            self._known.pop(name, None)
        self._known |= new
        tasks: tuple[Any, ...] = Loading(data, self._known.__getitem__).load()
        return tasks
