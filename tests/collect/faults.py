"""What happens when a device misbehaves: the table that the tests hold and `docs/faults.md` shows."""

from dataclasses import dataclass
from enum import StrEnum

from tests.fakes.faulty import Fault


class Way(StrEnum):
    """What carries the questions."""

    COMMANDS = "single commands"
    TERMINAL = "a terminal"


class Result(StrEnum):
    """What is kept of the device."""

    NOTHING = "nothing"
    WITHOUT_IT = "everything but the answer in question and what it would have named"
    WITHOUT_REST = "what was answered before"
    ALL = "everything"


class Cost(StrEnum):
    """How long the device is worked at."""

    CONNECT = "`connect` for each of 3 attempts"
    LOGIN = "`login` for each of 3 attempts"
    ATTEMPTS = "3 attempts, no time-out"
    COMMAND = "`command` (or `slow_command`) once or twice"
    DEVICE = "`device` at most"
    NONE = "nothing"


@dataclass(frozen=True, slots=True)
class Row:
    """One fault: what is kept, what the report says (a part of it, word for word), and what it costs."""

    fault: Fault
    ways: tuple[Way, ...]
    result: Result
    says: str
    cost: Cost

    @property
    def verdicts(self) -> str:
        """What that means for the verdicts."""
        match self.result:
            case Result.NOTHING:
                return "the device is not audited; what needs it is unknown"
            case Result.WITHOUT_IT | Result.WITHOUT_REST:
                return "what needs the missing answers is unknown, the rest is decided"
            case Result.ALL:
                return "decided; lines that nobody understands are unknown"


BOTH = (Way.COMMANDS, Way.TERMINAL)
EXEC = (Way.COMMANDS,)
TYPED = (Way.TERMINAL,)

FAULTS = (
    Row(Fault.FULL, BOTH, Result.NOTHING, "did not answer in", Cost.CONNECT),
    Row(Fault.HANGS_UP, BOTH, Result.NOTHING, "no SSH session came up", Cost.ATTEMPTS),
    Row(Fault.SILENT, BOTH, Result.NOTHING, "no answer in", Cost.LOGIN),
    Row(Fault.HTTP, BOTH, Result.NOTHING, "no SSH session came up", Cost.ATTEMPTS),
    Row(Fault.SSH_1, BOTH, Result.NOTHING, "no SSH session came up", Cost.ATTEMPTS),
    Row(Fault.ENDLESS_BANNER, BOTH, Result.NOTHING, "no SSH session came up", Cost.ATTEMPTS),
    Row(Fault.DRIPPING_BANNER, BOTH, Result.NOTHING, "no answer in", Cost.LOGIN),
    Row(Fault.HANGS_UP_IN_KEX, BOTH, Result.NOTHING, "no SSH session came up", Cost.ATTEMPTS),
    Row(Fault.GARBLES_KEX, BOTH, Result.NOTHING, "no SSH session came up", Cost.LOGIN),
    Row(Fault.HANGS_UP_AFTER_LOGIN, EXEC, Result.NOTHING, "the connection was lost", Cost.ATTEMPTS),
    Row(Fault.HANGS_UP_AFTER_LOGIN, TYPED, Result.NOTHING, "no terminal came up", Cost.ATTEMPTS),
    Row(Fault.NO_CHANNEL, EXEC, Result.NOTHING, "answered none of the commands", Cost.DEVICE),
    Row(Fault.NO_CHANNEL, TYPED, Result.NOTHING, "no terminal came up", Cost.LOGIN),
    Row(Fault.REFUSES_CHANNELS, EXEC, Result.NOTHING, "answered none of the commands", Cost.NONE),
    Row(Fault.REFUSES_CHANNELS, TYPED, Result.NOTHING, "no terminal came up", Cost.ATTEMPTS),
    Row(Fault.LOSES, BOTH, Result.NOTHING, "the connection was lost during", Cost.ATTEMPTS),
    Row(Fault.STALLS, EXEC, Result.WITHOUT_IT, "no complete answer in", Cost.COMMAND),
    Row(Fault.STALLS, TYPED, Result.WITHOUT_REST, "no complete answer in", Cost.DEVICE),
    Row(Fault.DRIPS, EXEC, Result.WITHOUT_IT, "no complete answer in", Cost.COMMAND),
    Row(Fault.FLOODS, EXEC, Result.WITHOUT_IT, "longer than is read", Cost.NONE),
    Row(Fault.FLOODS, TYPED, Result.WITHOUT_REST, "longer than is read", Cost.NONE),
    Row(Fault.LONG, EXEC, Result.WITHOUT_IT, "longer than is read", Cost.NONE),
    Row(Fault.COMPLAINS, EXEC, Result.WITHOUT_IT, "no complete answer in", Cost.COMMAND),
    Row(Fault.GARBLES, BOTH, Result.WITHOUT_IT, "the output is binary", Cost.NONE),
    Row(Fault.ESCAPES, EXEC, Result.ALL, "", Cost.NONE),
    Row(Fault.LATIN, EXEC, Result.ALL, "", Cost.NONE),
    Row(Fault.SIGNAL, EXEC, Result.WITHOUT_IT, "the command failed with exit status", Cost.NONE),
    Row(Fault.RENAMES, TYPED, Result.WITHOUT_IT, "no complete answer in", Cost.COMMAND),
    Row(Fault.CUTS, TYPED, Result.WITHOUT_IT, "cut off before its end", Cost.NONE),
    Row(Fault.SLOW, TYPED, Result.ALL, "", Cost.NONE),
)
