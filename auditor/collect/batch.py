"""Several commands in one go, for devices with a POSIX shell: one channel instead of one for each command.

A channel costs a round trip, a process on the device and most of the work of a session, and a device is asked some
forty things. Every command has passed the gate by itself; what is added here is fixed: before the first command and
behind each one a line with a mark, its number and the exit status on standard output, and mark and number on standard
error.

The mark is random; no output holds it, and the script itself holds it only in two halves, so that a device which
repeats what it was asked makes no mark. What a login shell says of its own accord stands before the first mark. An
answer counts only between two marks whose numbers follow each other: a shell that leaves one out, or says one twice,
has not answered what comes then.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

MOST = 40
LONGEST = 6000
"""Characters of a script; Dropbear takes 9,000 (MAX_CMD_LEN of its options), OpenSSH far more."""


def script(commands: Sequence[str], mark: str) -> str:
    """Return the lines that run the commands one after the other, each with its mark."""
    left, right = mark[:8], mark[8:]
    # Named by the mark: a device may have a word of its own for anything shorter.
    name = f"m{left}"
    told = (
        f"{name}(){{ printf '\\n%s%s %d %d\\n' {left} {right} $1 $?; printf '\\n%s%s %d\\n' {left} {right} $1 >&2; }}"
    )
    numbered = (line for number, command in enumerate(commands, 1) for line in (command, f"{name} {number}"))
    return "\n".join((told, f"{name} 0", *numbered))


def first_batch(commands: Sequence[str]) -> tuple[str, ...]:
    """Return as many commands, from the first one on, as are sent in one go."""
    chosen: list[str] = []
    size = 0
    for command in commands[:MOST]:
        size += len(command) + len("\nm01234567 40\n")
        if size > LONGEST:
            break
        chosen.append(command)
    return tuple(chosen)


@dataclass(slots=True)
class Pieces:
    """Cuts what comes on one stream at its marks; `statuses` says whether each has an exit status.

    `done` are the answers so far; `begun` says that the first mark came, behind which they stand.
    """

    mark: str
    statuses: bool
    done: list[tuple[bytes, int]] = field(default_factory=list)
    begun: bool = False
    _broken: bool = False
    _rest: bytearray = field(default_factory=bytearray)
    _searched: int = 0
    _pattern: re.Pattern[bytes] = field(init=False)

    def __post_init__(self) -> None:
        status = rb" ([0-9]{1,3})" if self.statuses else rb"()"
        self._pattern = re.compile(rb"\n" + self.mark.encode("ascii") + rb" ([0-9]{1,2})" + status + rb"\n")

    def feed(self, data: bytes) -> None:
        """Take what has come; behind a mark out of turn nothing counts any more."""
        if self._broken:
            return
        self._rest += data
        start = 0
        while (found := self._pattern.search(self._rest, self._searched)) is not None:
            if int(found[1]) != len(self.done) + self.begun:
                self._broken = True
                self._rest.clear()
                return
            if self.begun:
                self.done.append((bytes(self._rest[start : found.start()]), int(found[2] or 0)))
            self.begun = True
            start = self._searched = found.end()
        del self._rest[:start]
        # A mark may have come in part.
        self._searched = max(0, len(self._rest) - len(self.mark) - len("\n 40 255\n"))

    @property
    def waiting(self) -> int:
        """How many bytes have come behind the last mark."""
        return len(self._rest)
