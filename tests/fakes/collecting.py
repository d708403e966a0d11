"""What a live run passes in, for tests: a recipe for OpenWrt, a clock that does not wait, a progress that notes."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from auditor.capture import Capture, Failure
from auditor.collect.collector import Connect, collect
from auditor.collect.credentials import Credentials
from auditor.collect.hostkeys import HostKeys
from auditor.collect.lockout import LockoutGuard
from auditor.collect.recipe import Clock, Limits, Recipe
from auditor.collect.ssh import SshConnector, SshLimits
from auditor.collect.target import Target
from auditor.credentials import CredentialRef, Environment
from auditor.inventory.reaching import AtOnce
from auditor.profiles import Command, load_profile
from tests.fakes.openwrt_ssh import PASSWORD, FakeOpenWrt

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROUTER = Path(__file__).parents[1] / "collect" / "router"
SECRET = "correct horse battery"


def extract(command: Command, outputs: Mapping[str, str]) -> tuple[str, ...]:
    """Return interface names from the wireless status, else one value for each line."""
    text = "".join(outputs.values())
    if command.id == "stations":
        radios = json.loads(text or "{}").values()
        return tuple(interface["ifname"] for radio in radios for interface in radio["interfaces"])
    return tuple(text.splitlines())


def redact(_path: str, text: str) -> str:
    """Replace the one secret of the test router."""
    return text.replace(SECRET, "redacted-passphrase-00000000")


@dataclass(slots=True)
class Notes:
    """A progress that notes what it is told."""

    told: list[tuple[str, str]] = field(default_factory=list)

    def started(self, target: Target) -> None:
        self.told.append(("started", target.name))

    def asking(self, target: Target, what: str) -> None:
        """What a device is asked is not noted."""

    def finished(self, capture: Capture) -> None:
        self.told.append(("finished", capture.device))

    def failed(self, failure: Failure) -> None:
        self.told.append(("failed", failure.device))


@dataclass(slots=True)
class Pauses:
    """A clock whose pauses take no time and are noted."""

    seconds: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: NOON, monotonic=time.monotonic, sleep=self.sleep, random=lambda: 0.5)


RECIPE = Recipe(load_profile("openwrt"), extract, redact)


def connector(host_keys: Path, *, accept_new: bool = True, limits: SshLimits | None = None) -> SshConnector:
    """A connector that knows one password and nothing of the machine's own SSH configuration."""
    empty = host_keys.with_name("ssh_config")
    empty.touch()
    return SshConnector(
        HostKeys(host_keys, accept_new=accept_new),
        Credentials({"PASSWORD": PASSWORD, "WRONG": "wrong"}),
        LockoutGuard(),
        limits or SshLimits(connect=5, login=5),
        empty,
    )


def target(router: FakeOpenWrt | int, name: str = "gw", credential: CredentialRef | None = None) -> Target:
    """The target of a fake router, or of a port."""
    port = router if isinstance(router, int) else router.port
    return Target(name, "openwrt", "127.0.0.1", credential or Environment("PASSWORD"), port=port, username="audit")


async def run(
    targets: list[Target],
    connect: Connect,
    *,
    limits: Limits | None = None,
    pauses: Pauses | None = None,
    notes: Notes | None = None,
    recipe: Recipe = RECIPE,
    at_once: AtOnce | None = None,
) -> dict[str, Capture | Failure]:
    """Collect and return the results by device name."""
    results = collect(
        targets,
        connect=connect,
        recipes=dict.fromkeys(("openwrt", "cisco_ios", "cisco_ios napalm"), recipe),
        clock=(pauses or Pauses()).clock,
        progress=notes or Notes(),
        limits=limits or Limits(command=5),
        at_once=at_once or AtOnce(),
    )
    return {result.device: result async for result in results}
