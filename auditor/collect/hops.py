"""Whom to log in to on the way to a device: its jump hosts, the first one first, and the device itself."""

from dataclasses import dataclass

from auditor.collect.target import Target
from auditor.credentials import Agent, CredentialRef, KeyFile
from auditor.inventory.reaching import NO_TIMEOUTS, JumpHost, Timeouts


@dataclass(frozen=True, slots=True)
class Hop:
    """One login: where, as whom, with what, and how long it may take. The host key is recorded under `name`."""

    name: str
    host: str
    port: int | None
    username: str | None
    credential: CredentialRef
    old_ssh: bool = False
    timeouts: Timeouts = NO_TIMEOUTS


def device(target: Target) -> Hop:
    """Return the device itself."""
    return Hop(
        target.name, target.host, target.port, target.username, target.credential, target.old_ssh, target.timeouts
    )


def resolved(path: tuple[JumpHost, ...], target: Target) -> tuple[Hop, ...]:
    """Return the jump hosts that the inventory describes. A password of the device is never sent to one of them."""
    return tuple(
        Hop(
            jump.name,
            jump.host,
            jump.port,
            jump.username,
            jump.credentials or _keys(target),
            jump.old_ssh,
            jump.timeouts,
        )
        for jump in path
    )


def written(text: str, target: Target) -> tuple[Hop, ...]:
    """Return the jump hosts of `[user@]host[:port]`, several with commas, as `~/.ssh/config` writes them, too."""
    return tuple(_written(hop.strip(), target) for hop in text.split(","))


def _written(text: str, target: Target) -> Hop:
    user, _, place = text.rpartition("@")
    host, colon, port = place.rpartition(":")
    if not colon or not port.isdigit():
        host, port = place, ""
    number = int(port) if port else None
    # Several jump hosts may share an address, each behind a port of its own, and each has its own key.
    name = host if number in (None, 22) else f"{host}:{number}"
    return Hop(name, host.strip("[]"), number, user or None, _keys(target))


def _keys(target: Target) -> Agent | KeyFile:
    """What a jump host is shown where nobody says anything else: keys, which it cannot use elsewhere."""
    return target.credential if isinstance(target.credential, KeyFile) else Agent()
