"""How devices are reached: jump hosts, seconds to wait, and how many connections there may be at once."""

from dataclasses import dataclass

from auditor.credentials import CredentialRef
from auditor.model.facts import Span


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that are waited; None: nobody says, and the collector's own default holds.

    `connect` is for the TCP connection, `login` for the login, `command` for one command, `slow_command` for those
    that the profile calls slow, and `device` for all commands of one device together.
    """

    connect: float | None = None
    login: float | None = None
    command: float | None = None
    slow_command: float | None = None
    device: float | None = None

    def over(self, lower: "Timeouts") -> "Timeouts":
        """Lay this over a lower layer: what this one says wins."""
        return Timeouts(
            connect=lower.connect if self.connect is None else self.connect,
            login=lower.login if self.login is None else self.login,
            command=lower.command if self.command is None else self.command,
            slow_command=lower.slow_command if self.slow_command is None else self.slow_command,
            device=lower.device if self.device is None else self.device,
        )


NO_TIMEOUTS = Timeouts()


@dataclass(frozen=True, slots=True)
class JumpHost:
    """A host that connections go through; its host key is recorded under `name`.

    `credentials` None: those of the SSH agent and of `~/.ssh/config`, or the key file of the device behind it; a
    device's password is never sent to it. `at_once` is how many devices may be connected through it at the same
    time; None: the limit of the inventory holds. Of `timeouts`, those for the connection and for the login count.
    """

    name: str
    host: str
    port: int | None = None
    username: str | None = None
    credentials: CredentialRef | None = None
    at_once: int | None = None
    old_ssh: bool = False
    span: Span | None = None
    timeouts: Timeouts = NO_TIMEOUTS

    def __str__(self) -> str:
        user = f"{self.username}@" if self.username else ""
        return f"{user}{self.host}" + (f":{self.port}" if self.port not in (None, 22) else "")


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How many devices may be connected at the same time, and how the first connections are spread.

    `devices` in all, `site` of one site, `jump_host` through one jump host, `address` at one address and port (several
    entries may lead to one machine, and Dropbear refuses more than five logins of one client that are under way).
    Each first connection waits a random time of at most `jitter` seconds.
    """

    devices: int = 100
    site: int = 10
    jump_host: int = 20
    address: int = 1
    jitter: float = 0.0
