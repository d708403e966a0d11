"""One device to collect, as the collector needs it."""

from dataclasses import dataclass, field

from auditor.credentials import CredentialRef
from auditor.inventory.reaching import JumpHost, Timeouts
from auditor.profiles import Transport


@dataclass(frozen=True, slots=True)
class Target:
    """Where a device is and how to log in.

    `name` is its name in the inventory; its host key is stored under it. What is None is taken from
    `~/.ssh/config`, then from the defaults of SSH. `jump_host` is written as `[user@]host[:port]`, several
    with commas; `path` are the hosts that it means, the first one first. `enable` is where the secret is that a device
    asks for before privileged commands. `old_ssh` allows the algorithms that only old devices still need. `site` is
    empty for a device that several sites share.
    """

    name: str
    platform: str
    host: str
    credential: CredentialRef
    port: int | None = None
    username: str | None = None
    jump_host: str | None = None
    transport: Transport = Transport.SSH
    enable: CredentialRef | None = None
    old_ssh: bool = False
    path: tuple[JumpHost, ...] = ()
    timeouts: Timeouts = field(default_factory=Timeouts)
    site: str = ""

    @property
    def recipe(self) -> str:
        """The name of what is asked: that of the platform, and of the transport where that changes it."""
        return self.platform if self.transport is Transport.SSH else f"{self.platform} {self.transport}"

    @property
    def source(self) -> str:
        """Where a capture of this device came from, for people: `ssh audit@192.0.2.1`."""
        user = f"{self.username}@" if self.username else ""
        port = f" port {self.port}" if self.port not in (None, 22) else ""
        via = f" via {self.jump_host}" if self.jump_host else ""
        return f"{self.transport} {user}{self.host}{port}{via}"
