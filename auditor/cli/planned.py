"""What a command would do on the network, from the inventory and the device profiles alone.

Whom it logs in to, how and through what, and each line that may be sent. Nothing here can connect, look up a name or
read a credential; what could is not even loaded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from auditor.cli.gathering import is_live
from auditor.collect.recipe import Limits
from auditor.credentials import Agent
from auditor.inventory import DeviceEntry, Inventory, SiteEntry
from auditor.inventory.reaching import AtOnce, JumpHost, Timeouts
from auditor.platforms import PLATFORMS
from auditor.profiles import Command, Profile, Transport, load_profile

CONNECT = 10.0
LOGIN = 20.0
"""Seconds, as in `auditor.collect.ssh.SshLimits`, which loads asyncssh; a test holds them equal."""
_SSH_CONFIG = "what ~/.ssh/config says"


@dataclass(frozen=True, slots=True)
class Way:
    """All about reaching a device but where it is: what devices that are named together have in common."""

    recipe: str
    user: str
    credential: str
    enable: str
    path: tuple[str, ...]
    old_ssh: bool
    timeouts: Timeouts


@dataclass(frozen=True, slots=True)
class Sent:
    """One line that may be sent: the template, why, and when. `by_root`: how it is asked once more if refused."""

    line: str
    why: str
    when: str = ""
    holes: str = ""
    by_root: str = ""
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Login:
    """One device that is logged in to. `sites` are those of the selection that have it."""

    device: DeviceEntry
    way: Way
    sites: tuple[str, ...]

    @property
    def place(self) -> str:
        port = f" port {self.device.port}" if self.device.port not in (None, 22) else ""
        return f"{self.device.host}{port}"


@dataclass(frozen=True)
class Plan:
    """What a command would do on the network, for some sites of an inventory.

    `servers` were asked for the inventory itself. `kept` are devices that are not asked, because the last audit kept
    what they gave.
    """

    inventory: str
    sites: tuple[SiteEntry, ...]
    at_once: AtOnce
    servers: tuple[str, ...] = ()
    kept: tuple[DeviceEntry, ...] = ()

    @classmethod
    def of(cls, found: Inventory, sites: tuple[SiteEntry, ...], kept: tuple[DeviceEntry, ...] = ()) -> "Plan":
        return cls(str(found.path), sites, found.at_once, found.servers, kept)

    @cached_property
    def logins(self) -> tuple[Login, ...]:
        """Each device once, in the order of the inventory."""
        kept = {device.key for device in self.kept}
        return tuple(
            Login(device, way_of(device), sites)
            for device, sites in self._users.values()
            if is_live(device) and device.key not in kept
        )

    @cached_property
    def saved(self) -> tuple[DeviceEntry, ...]:
        """Devices whose saved captures are read."""
        return tuple(each for each, _ in self._users.values() if not is_live(each) and _supported(each))

    @cached_property
    def left_out(self) -> tuple[DeviceEntry, ...]:
        """Devices of platforms that this version does not know."""
        return tuple(each for each, _ in self._users.values() if not _supported(each))

    @cached_property
    def recipes(self) -> Mapping[str, tuple[Sent, ...]]:
        """What is sent, by platform and transport."""
        by_recipe: dict[str, list[DeviceEntry]] = {}
        for login in self.logins:
            by_recipe.setdefault(login.way.recipe, []).append(login.device)
        return {
            recipe: tuple(sent_to(_profile(devices[0]), enable=any(each.enable is not None for each in devices)))
            for recipe, devices in by_recipe.items()
        }

    @cached_property
    def _users(self) -> dict[str, tuple[DeviceEntry, tuple[str, ...]]]:
        users: dict[str, list[str]] = {}
        devices: dict[str, DeviceEntry] = {}
        for site in self.sites:
            for device in site.devices:
                devices.setdefault(device.key, device)
                users.setdefault(device.key, []).append(site.name)
        return {key: (device, tuple(users[key])) for key, device in devices.items()}


def way_of(device: DeviceEntry) -> Way:
    """Say how a device is reached, in words; never more about a credential than where it is."""
    limits = Limits()
    own = Timeouts(CONNECT, LOGIN, limits.command, limits.slow_command, limits.device)
    hops = tuple(map(_hop, device.path)) or tuple((device.jump_host or "").split(",") if device.jump_host else ())
    return Way(
        recipe=_recipe(device),
        user=device.username or _SSH_CONFIG,
        credential=str(device.credentials or Agent()),
        enable="" if device.enable is None or _profile(device).terminal is None else str(device.enable),
        path=hops,
        old_ssh=device.old_ssh,
        timeouts=device.timeouts.over(own),
    )


def sent_to(profile: Profile, *, enable: bool) -> Iterator[Sent]:
    """All lines that may be sent to one device, in order, as templates."""
    if profile.terminal is not None:
        yield Sent("", "finds the prompt, and the end of each answer", "an empty line, many times")
        if enable:
            why = "asks for the rights that the enable secret gives; the secret is the answer to its question"
            yield Sent(profile.terminal.enable, why, "first, if the prompt shows that they are missing")
        for line in profile.terminal.preamble:
            yield Sent(line, "so that nothing is paged or wrapped", "at the beginning")
    for command in profile.commands:
        yield from _lines(command)


def _lines(command: Command) -> Iterator[Sent]:
    when = f"only where {command.program} is installed" if command.shown_by else ""
    for number, line in enumerate(command.sends):
        yield Sent(line, command.why, f"by napalm's {command.run}" + (", if it knew none before" if number else ""))
    if not command.sends:
        yield Sent(command.run, command.why, when, _holes(command), command.elevated, command.slow)


def _holes(command: Command) -> str:
    for hole, kind in command.holes.items():
        if hole in command.values:
            return f"{hole}: {', '.join(command.values[hole])}"
        return f"{hole}: each {kind.replace('-', ' ')} that earlier answers name"
    return ""


def _hop(jump: JumpHost) -> str:
    credential = jump.credentials or "SSH agent, ~/.ssh/config, or the key file of the device behind it"
    old = ", old algorithms allowed" if jump.old_ssh else ""
    name = f"{jump.name} = " if jump.name != jump.host else ""
    return f"{name}{jump} ({credential}{old})"


def _recipe(device: DeviceEntry) -> str:
    napalm = device.transport is Transport.NAPALM
    return f"{device.platform} {Transport.NAPALM}" if napalm else device.platform


def _profile(device: DeviceEntry) -> Profile:
    profile = load_profile(device.platform)
    return profile.over_napalm() if device.transport is Transport.NAPALM else profile


def _supported(device: DeviceEntry) -> bool:
    return any(known.name == device.platform for known in PLATFORMS)
