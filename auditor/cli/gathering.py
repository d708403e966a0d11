"""Captures for sites: live ones over SSH, saved ones from disk; a site is ready when all its devices are."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.capture import Capture, Failure, FailureKind
from auditor.cli.progress import Shown
from auditor.cli.recording import Recording
from auditor.cli.workplace import Workplace, redactor
from auditor.collect.collector import Connect, collect
from auditor.collect.gate import Gate
from auditor.collect.recipe import Clock, Limits, Recipe
from auditor.collect.repository import Repositories
from auditor.collect.saved import load_capture
from auditor.collect.session import Session
from auditor.collect.target import Target
from auditor.credentials import Agent
from auditor.errors import CaptureError, DeviceError, StorageError
from auditor.inventory import DeviceEntry, GitCapture, SiteEntry
from auditor.inventory.reaching import AtOnce
from auditor.platforms import PLATFORMS, platform
from auditor.profiles import Profile, Transport, load_profile
from auditor.secrets import Redactor

if TYPE_CHECKING:
    from auditor.collect.interactive import InteractiveConnector
    from auditor.collect.ssh import SshConnector


_IN_MEMORY = 200
"""Captures that wait in memory for the rest of their sites; more wait on disk, if the run keeps them there."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """One site with what its devices gave; `captures` and `failures` carry the names that the site uses."""

    site: SiteEntry
    captures: tuple[Capture, ...]
    failures: tuple[Failure, ...]


async def gather(
    sites: Iterable[SiteEntry],
    workplace: Workplace,
    progress: Shown,
    *,
    accept_new: bool,
    raw: bool = False,
    strict: bool = False,
    at_once: AtOnce = AtOnce(),  # noqa: B008 - a frozen value
    recording: Recording | None = None,
) -> AsyncIterator[Gathered]:
    """Yield each site as soon as its devices are collected; a shared device is collected once.

    With `raw` the texts are not redacted; only `auditor collect --with-secrets` asks for that. A saved capture that
    cannot be used is a failure of its device, or with `strict` a `CaptureError`. What arrives is kept by the
    `recording`, and what it has already is not asked for. Once the run is told to stop, each site that is not complete
    comes with failures that say so.
    """
    recorded = recording or Recording()
    with Repositories() as repositories:
        pending = _Pending(list(sites), _FromDisk(redactor(), repositories, raw=raw, strict=strict), recorded)
        for ready in pending.without_ssh():
            yield ready
        live = live_devices(pending.sites.values())
        if not live:
            return
        targets = {key: _target(device) for key, device in live.items()}
        profiles = {target.recipe: _profile(target) for target in targets.values()}
        for key, known in recorded.begin(tuple(targets.values()), profiles).items():
            del targets[key]
            _tell(progress, recorded, key, known)
            for ready in pending.arrived(key, known):
                yield ready
        if targets:
            with recorded.interruption.watched():
                asking = _collect(
                    list(targets.values()),
                    profiles,
                    workplace,
                    progress,
                    recorded,
                    accept_new=accept_new,
                    raw=raw,
                    at_once=at_once,
                )
                async for result in recorded.interruption.until_stopped(asking):
                    recorded.arrived(result)
                    for ready in pending.arrived(result.device, result):
                        yield ready
        for key in pending.missing():
            for ready in pending.arrived(key, _interrupted(live[key])):
                yield ready


@dataclass(slots=True)
class _Pending:
    """Sites that are not complete, and what their devices gave so far; a device goes when its last site is complete."""

    listed: list[SiteEntry]
    from_disk: "_FromDisk"
    recorded: Recording
    sites: dict[int, SiteEntry] = field(init=False)
    _waiting: dict[int, set[str]] = field(init=False)
    _users: dict[str, set[int]] = field(init=False)
    _results: dict[str, Capture | Failure | None] = field(default_factory=dict)
    _in_memory: int = 0

    def __post_init__(self) -> None:
        self.sites = dict(enumerate(self.listed))
        self._waiting = {number: set(live_devices([site])) for number, site in self.sites.items()}
        self._users = {}
        for number, keys in self._waiting.items():
            for key in keys:
                self._users.setdefault(key, set()).add(number)

    def without_ssh(self) -> Iterator[Gathered]:
        """Complete the sites that need no login."""
        for number in [number for number, keys in self._waiting.items() if not keys]:
            yield self._complete(number)

    def arrived(self, key: str, result: Capture | Failure | None) -> Iterator[Gathered]:
        """Take what a device gave (None: a capture that the run keeps), and complete the sites that waited for it."""
        ready = []
        for number in sorted(self._users[key]):
            self._waiting[number].discard(key)
            if not self._waiting[number]:
                ready.append(number)
        waits = len(ready) < len(self._users[key])
        if waits and isinstance(result, Capture) and self.recorded.run is not None and self._in_memory >= _IN_MEMORY:
            result = None
        self._results[key] = result
        self._in_memory += isinstance(result, Capture)
        for number in ready:
            yield self._complete(number)

    def missing(self) -> list[str]:
        """The devices that some site still waits for."""
        return sorted({key for keys in self._waiting.values() for key in keys})

    def _complete(self, number: int) -> Gathered:
        site = self.sites.pop(number)
        del self._waiting[number]
        results = [self._of(device) for device in site.devices]
        for key in live_devices([site]):
            self._users[key].discard(number)
            if not self._users[key]:
                self._in_memory -= isinstance(self._results.pop(key), Capture)
        return _named(site, results)

    def _of(self, device: DeviceEntry) -> Capture | Failure:
        if not is_live(device):
            return self.from_disk(device)
        result = self._results[device.key]
        if result is None and self.recorded.run is not None:
            result = self.recorded.run.capture(device.key)
        if result is None:
            why = "what was collected is damaged on this machine's disk"
            return Failure(device.key, device.platform, why, "resume the run: it is collected again", 0)
        return result


def _tell(progress: Shown, recorded: Recording, key: str, known: Capture | Failure | None) -> None:
    """Tell what is there already as if it had just arrived."""
    if isinstance(known, Failure):
        progress.failed(known)
    elif recorded.run is not None and (capture := recorded.run.capture(key)) is not None:
        progress.finished(capture)


def _interrupted(device: DeviceEntry) -> Failure:
    why = "the run was stopped before this device was collected"
    hint = "resume the run with --resume"
    return Failure(device.key, device.platform, why, hint, 0, FailureKind.INTERRUPTED)


def live_devices(sites: Iterable[SiteEntry]) -> dict[str, DeviceEntry]:
    """The devices of sites that SSH is needed for, by key, so that a shared one is there once."""
    return {device.key: device for site in sites for device in site.devices if is_live(device)}


def is_live(device: DeviceEntry) -> bool:
    """Whether SSH is needed: a host, and a platform that this version knows what to ask."""
    return device.host is not None and any(known.name == device.platform for known in PLATFORMS)


@dataclass(slots=True)
class _FromDisk:
    """Reads saved captures; one of a shared device is read once for all its sites."""

    hide: Redactor
    repositories: Repositories
    raw: bool = field(kw_only=True)
    strict: bool = field(kw_only=True)
    _shared: dict[str, Capture | Failure] = field(default_factory=dict)

    def __call__(self, device: DeviceEntry) -> Capture | Failure:
        if device.shared and device.key in self._shared:
            return self._shared[device.key]
        result = _saved(device, self.hide, self.repositories, raw=self.raw, strict=self.strict)
        if device.shared:
            self._shared[device.key] = result
        return result


def _named(site: SiteEntry, results: list[Capture | Failure]) -> Gathered:
    captures: list[Capture] = []
    failures: list[Failure] = []
    for device, result in zip(site.devices, results, strict=True):
        match result:
            case Capture():
                captures.append(replace(result, device=device.name))
            case Failure():
                failures.append(replace(result, device=device.name))
    return Gathered(site, tuple(captures), tuple(failures))


def _saved(
    device: DeviceEntry, hide: Redactor, repositories: Repositories, *, raw: bool, strict: bool
) -> Capture | Failure:
    if not any(known.name == device.platform for known in PLATFORMS):
        names = ", ".join(known.name for known in PLATFORMS)
        why = f"platform '{device.platform}' is not supported by this version; supported: {names}"
        return Failure(device.key, device.platform, why, "declare what it does, or audit it by other means", 0)
    try:
        where = device.captures or Path()
        return saved_capture(device.key, device.platform, where, hide, raw=raw, repositories=repositories)
    except CaptureError as error:
        if strict:
            raise
        return Failure(device.key, device.platform, str(error), "correct captures: in the inventory", 0)


def saved_capture(
    name: str,
    platform_name: str,
    path: Path | GitCapture,
    hide: Redactor,
    *,
    raw: bool = False,
    repositories: Repositories | None = None,
) -> Capture:
    """Read a saved capture of a platform, redacted; raises `CaptureError`."""
    reader = platform(platform_name)
    return load_capture(
        name,
        platform_name,
        path,
        recognise=reader.recognise,
        repositories=repositories,
        redact=(lambda _, text: text) if raw else (lambda where, text: reader.redact(where, text, hide)),
    )


async def _collect(
    targets: list[Target],
    profiles: dict[str, Profile],
    workplace: Workplace,
    progress: Shown,
    recorded: Recording,
    *,
    accept_new: bool,
    raw: bool,
    at_once: AtOnce,
) -> AsyncGenerator[Capture | Failure, None]:
    """Collect live devices; SSH is loaded only here, and netmiko only if a device needs its terminal."""
    from auditor.collect.asking import terminal
    from auditor.collect.credentials import Credentials
    from auditor.collect.hostkeys import HostKeys
    from auditor.collect.lockout import LockoutGuard
    from auditor.collect.ssh import SshConnector

    try:
        workplace.host_keys.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError.of(workplace.root, error) from error
    hide = redactor()
    recipes = {
        target.recipe: Recipe(
            profiles[target.recipe],
            (known := platform(target.platform)).extract,
            (lambda _, text: text) if raw else (lambda where, text, p=known: p.redact(where, text, hide)),  # type: ignore[misc]
        )
        for target in targets
    }
    clock = Clock(now=lambda: datetime.now(UTC), monotonic=time.monotonic, sleep=asyncio.sleep, random=random.random)
    host_keys = HostKeys(workplace.host_keys, accept_new=accept_new)
    async with AsyncExitStack() as stack:
        ask = stack.enter_context(terminal(progress.aside))
        guard = LockoutGuard(refusals=recorded.refusals(), tell=recorded.login)
        ssh = SshConnector(host_keys, Credentials(ask=ask), guard)
        stack.push_async_callback(ssh.close)
        connect = stack.enter_context(_choosing(ssh, profiles))
        results = collect(
            targets,
            connect=recorded.interruption.guarded(connect),
            recipes=recipes,
            clock=clock,
            progress=progress,
            limits=Limits(),
            at_once=at_once,
        )
        stack.push_async_callback(results.aclose)
        async for result in results:
            yield result


def _on_terminals(ssh: "SshConnector", profiles: dict[str, Profile]) -> "InteractiveConnector":
    """Return what drives terminals; its libraries are loaded only where a device needs one."""
    from auditor.collect.interactive import InteractiveConnector

    return InteractiveConnector(ssh, profiles)


@contextmanager
def _choosing(ssh: "SshConnector", profiles: dict[str, Profile]) -> Iterator[Connect]:
    """Connect by exec channels, or on a terminal where the profile says that there is nothing else."""
    on_terminals = {name: profile for name, profile in profiles.items() if profile.terminal is not None}
    terminals = _on_terminals(ssh, on_terminals) if on_terminals else None

    async def connect(target: Target, gate: Gate) -> Session:
        if target.transport is Transport.NAPALM and not profiles[target.recipe].napalm:
            raise DeviceError(f"this version reads no {target.platform} by napalm", hint="remove `transport: napalm`")
        if terminals is not None and target.recipe in on_terminals:
            return await terminals.connect(target, gate)
        return await ssh.connect(target, gate)

    try:
        yield connect
    finally:
        if terminals is not None:
            terminals.stop()


def _profile(target: Target) -> Profile:
    profile = load_profile(target.platform)
    return profile.over_napalm() if target.transport is Transport.NAPALM else profile


def _target(device: DeviceEntry) -> Target:
    return Target(
        name=device.key,
        platform=device.platform,
        host=device.host or "",
        credential=device.credentials or Agent(),
        port=device.port,
        username=device.username,
        jump_host=device.jump_host,
        transport=device.transport or Transport.SSH,
        enable=device.enable,
        old_ssh=device.old_ssh,
        path=device.path,
        timeouts=device.timeouts,
        site="" if device.shared else device.key.partition("/")[0],
    )
