"""Captures for sites: live ones over SSH, saved ones from disk; a site is ready when all its devices are."""

import asyncio
import getpass
import random
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.capture import Capture, Failure
from auditor.cli.workplace import Workplace, redactor
from auditor.collect.collector import Clock, Connect, Limits, Progress, Recipe, collect
from auditor.collect.gate import Gate
from auditor.collect.saved import load_capture
from auditor.collect.session import Session
from auditor.collect.target import Target
from auditor.credentials import Agent
from auditor.errors import CaptureError, DeviceError
from auditor.inventory import DeviceEntry, SiteEntry
from auditor.platforms import PLATFORMS, platform
from auditor.profiles import Profile, Transport, load_profile
from auditor.secrets import Redactor

if TYPE_CHECKING:
    from auditor.collect.interactive import InteractiveConnector
    from auditor.collect.ssh import SshConnector


@dataclass(frozen=True, slots=True)
class Gathered:
    """One site with what its devices gave; `captures` and `failures` carry the names that the site uses."""

    site: SiteEntry
    captures: tuple[Capture, ...]
    failures: tuple[Failure, ...]


async def gather(
    sites: Iterable[SiteEntry],
    workplace: Workplace,
    progress: Progress,
    *,
    accept_new: bool,
    raw: bool = False,
    strict: bool = False,
) -> AsyncIterator[Gathered]:
    """Yield each site as soon as its devices are collected; a shared device is collected once.

    With `raw` the texts are not redacted; only `auditor collect --with-secrets` asks for that. A saved capture that
    cannot be used is a failure of its device, or with `strict` a `CaptureError`.
    """
    listed = list(sites)
    hide = redactor()
    waiting = {site.name: set(live_devices([site])) for site in listed}
    users: dict[str, set[str]] = {}
    for name, keys in waiting.items():
        for key in keys:
            users.setdefault(key, set()).add(name)
    arrived: dict[str, Capture | Failure] = {}
    by_name = {site.name: site for site in listed}
    from_disk = _FromDisk(hide, raw=raw, strict=strict)

    def complete(name: str) -> Gathered:
        site = by_name.pop(name)
        results = [arrived[device.key] if is_live(device) else from_disk(device) for device in site.devices]
        for key in live_devices([site]):
            users[key].discard(name)
            if not users[key]:
                del arrived[key]
        return _named(site, results)

    for name in [name for name, keys in waiting.items() if not keys]:
        yield complete(name)
    live = live_devices(by_name.values())
    if not live:
        return
    async for result in _collect(list(live.values()), workplace, progress, hide, accept_new=accept_new, raw=raw):
        arrived[result.device] = result
        for name in sorted(users[result.device]):
            waiting[name].discard(result.device)
            if not waiting[name]:
                yield complete(name)


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
    raw: bool = field(kw_only=True)
    strict: bool = field(kw_only=True)
    _shared: dict[str, Capture | Failure] = field(default_factory=dict)

    def __call__(self, device: DeviceEntry) -> Capture | Failure:
        if device.shared and device.key in self._shared:
            return self._shared[device.key]
        result = _saved(device, self.hide, raw=self.raw, strict=self.strict)
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


def _saved(device: DeviceEntry, hide: Redactor, *, raw: bool, strict: bool) -> Capture | Failure:
    if not any(known.name == device.platform for known in PLATFORMS):
        names = ", ".join(known.name for known in PLATFORMS)
        why = f"platform '{device.platform}' is not supported by this version; supported: {names}"
        return Failure(device.key, device.platform, why, "declare what it does, or audit it by other means", 0)
    try:
        return saved_capture(device.key, device.platform, device.captures or Path(), hide, raw=raw)
    except CaptureError as error:
        if strict:
            raise
        return Failure(device.key, device.platform, str(error), "correct captures: in the inventory", 0)


def saved_capture(name: str, platform_name: str, path: Path, hide: Redactor, *, raw: bool = False) -> Capture:
    """Read a saved capture of a platform, redacted; raises `CaptureError`."""
    reader = platform(platform_name)
    return load_capture(
        name,
        platform_name,
        path,
        recognise=reader.recognise,
        redact=(lambda _, text: text) if raw else (lambda where, text: reader.redact(where, text, hide)),
    )


async def _collect(
    devices: list[DeviceEntry],
    workplace: Workplace,
    progress: Progress,
    hide: Redactor,
    *,
    accept_new: bool,
    raw: bool,
) -> AsyncIterator[Capture | Failure]:
    """Collect live devices; SSH is loaded only here, and netmiko only if a device needs its terminal."""
    from auditor.collect.credentials import Credentials
    from auditor.collect.hostkeys import HostKeys
    from auditor.collect.lockout import LockoutGuard
    from auditor.collect.ssh import SshConnector

    workplace.host_keys.parent.mkdir(parents=True, exist_ok=True)
    ssh = SshConnector(
        HostKeys(workplace.host_keys, accept_new=accept_new), Credentials(ask=getpass.getpass), LockoutGuard()
    )
    targets = [_target(device) for device in devices]
    profiles = {target.recipe: _profile(target) for target in targets}
    recipes = {
        target.recipe: Recipe(
            profiles[target.recipe],
            (known := platform(target.platform)).extract,
            (lambda _, text: text) if raw else (lambda where, text, p=known: p.redact(where, text, hide)),  # type: ignore[misc]
        )
        for target in targets
    }
    clock = Clock(now=lambda: datetime.now(UTC), monotonic=time.monotonic, sleep=asyncio.sleep, random=random.random)
    with _choosing(ssh, profiles) as connect:
        async for result in collect(
            targets, connect=connect, recipes=recipes, clock=clock, progress=progress, limits=Limits()
        ):
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
    )
