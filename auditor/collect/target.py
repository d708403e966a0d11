"""One device to collect, as the collector needs it."""

from dataclasses import dataclass

from auditor.credentials import CredentialRef


@dataclass(frozen=True, slots=True)
class Target:
    """Where a device is and how to log in.

    `name` is its name in the inventory; its host key is stored under it. What is None is taken from
    `~/.ssh/config`, then from the defaults of SSH. `jump_host` is written as `[user@]host[:port]`, several
    with commas.
    """

    name: str
    platform: str
    host: str
    credential: CredentialRef
    port: int | None = None
    username: str | None = None
    jump_host: str | None = None

    @property
    def source(self) -> str:
        """Where a capture of this device came from, for people: `ssh audit@192.0.2.1`."""
        user = f"{self.username}@" if self.username else ""
        port = f" port {self.port}" if self.port not in (None, 22) else ""
        via = f" via {self.jump_host}" if self.jump_host else ""
        return f"ssh {user}{self.host}{port}{via}"
