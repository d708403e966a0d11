"""Audits the machines of a running shop as in production, and applies what the audit emits: in the laboratory only."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from auditor.capture import Capture
from auditor.collect.collector import collect
from auditor.collect.gate import Gate
from auditor.collect.recipe import Clock, Recipe
from auditor.collect.session import Output
from auditor.collect.target import Target
from auditor.credentials import Agent
from auditor.inventory import SiteEntry, loads
from auditor.pipeline import SiteReport, audit
from auditor.platforms import platform
from auditor.policies import load_policy
from auditor.profiles import load_profile
from auditor.report.fixes import why_not
from auditor.report.snippets import DeviceSteps, commands, undo
from auditor.secrets import Redactor
from auditor.verdicts import Result
from tests.lab.scenario import ROUTER, Scenario
from tests.lab.shop import Shop

POLICY = "stripe-terminal"

_REDACTOR = Redactor(b"the key of the tests")

_SITE: dict[str, Any] = {
    "timezone": "UTC",
    "opening_hours": {"daily": "08:00-20:00"},
    "integration": "javascript-sdk",
    "readers": {"counter": {"subnet": "192.168.10.0/24", "connection": "ethernet"}},
    "pos": {"till": {"subnet": "192.168.10.0/24", "connection": "ethernet"}},
    "devices": {ROUTER: {"host": "192.0.2.1", "platform": "linux"}},
}

_WORST = (Result.ERROR, Result.FAIL, Result.UNKNOWN, Result.PASS, Result.NOT_CHECKED, Result.NOT_APPLICABLE)


def inventory(changes: Mapping[str, Any], router: Mapping[str, Any] | None = None) -> str:
    """Return the inventory of the shop, with what a scenario says differently."""
    site = over(_SITE, changes)
    if router is not None:
        site["devices"] = {ROUTER: dict(router)}
    return yaml.safe_dump({"sites": {"lab": site}}, sort_keys=False)


def over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    joined = dict(below)
    for key, value in above.items():
        # One reader is one entry, and what says where it is replaces what said so.
        inner = key not in ("counter", "till") and isinstance(value, Mapping) and isinstance(joined.get(key), Mapping)
        joined[key] = over(joined[key], value) if inner else value
    return joined


@dataclass(frozen=True, slots=True)
class ShopSession:
    """A session that runs commands in a machine's namespaces; nothing goes round the gate."""

    shop: Shop
    machine: str
    gate: Gate

    async def run(self, command: str, timeout: float) -> Output:
        done = self.shop.on(self.machine, self.gate.check(command), timeout)
        if done["status"] is None:
            raise TimeoutError
        return Output(done["out"], done["err"], done["status"])

    async def close(self) -> None:
        pass


class _Quiet:
    def started(self, target: Target) -> None:
        pass

    def asking(self, target: Target, what: str) -> None:
        pass

    def finished(self, capture: Capture) -> None:
        pass

    def failed(self, failure: object) -> None:
        pass


def collected(shop: Shop) -> tuple[Capture, ...]:
    """Collect all machines with the commands of their profile."""
    kind, profile = platform("linux"), load_profile("linux")
    recipe = Recipe(profile, kind.extract, lambda path, text: kind.redact(path, text, _REDACTOR))

    async def connect(target: Target, gate: Gate) -> ShopSession:
        return ShopSession(shop, target.name, gate)

    async def run() -> tuple[Capture, ...]:
        clock = Clock(lambda: datetime.now(UTC), time.monotonic, asyncio.sleep, lambda: 0.5)
        targets = [Target(name, "linux", "192.0.2.1", Agent()) for name in shop.machines]
        found = {}
        async for result in collect(
            targets, connect=connect, recipes={"linux": recipe}, clock=clock, progress=_Quiet()
        ):
            assert isinstance(result, Capture), result
            found[result.device] = result
        return tuple(found[name] for name in shop.machines)

    return asyncio.run(run())


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit of the shop: by rule its worst result, and what of the fixes can be pasted."""

    captures: Mapping[str, Capture]
    report: SiteReport

    @property
    def verdicts(self) -> dict[str, Result]:
        """The worst result of each rule."""
        worst: dict[str, Result] = {}
        for finding in self.report.findings:
            known = worst.get(finding.rule, finding.result)
            worst[finding.rule] = min(known, finding.result, key=_WORST.index)
        return worst

    @property
    def fails(self) -> frozenset[str]:
        """The rules that fail."""
        return frozenset(rule for rule, result in self.verdicts.items() if result is Result.FAIL)

    def blamed(self, rule: str) -> set[str]:
        """The machines at which the failures of a rule are."""
        failures = (each for each in self.report.findings if each.rule == rule and each.result is Result.FAIL)
        return {each.device for each in failures}

    @property
    def words(self) -> list[str]:
        """What was said other than a pass, for people who look at a test that failed."""
        told = (Result.FAIL, Result.UNKNOWN, Result.ERROR)
        return [f"{f.rule}: {f.result.value}: {f.message}" for f in self.report.findings if f.result in told]

    @property
    def by_hand(self) -> dict[str, str]:
        """The fixes without a snippet, and why."""
        return {fix.fix.title: why_not(fix) for fix in self.report.remediation.fixes if why_not(fix)}

    @property
    def steps(self) -> tuple[DeviceSteps, ...]:
        """What each machine gets, in the order of the fixes."""
        usable = tuple(fix for fix in self.report.remediation.fixes if not why_not(fix))
        order = dict.fromkeys(change.change.device for fix in usable for change in fix.changes)
        return tuple(DeviceSteps(name, self.captures[name], usable) for name in order)

    @property
    def snippets(self) -> dict[str, str]:
        """The commands to paste, by machine."""
        return {steps.device: "\n".join(commands(steps)) for steps in self.steps}

    @property
    def way_back(self) -> dict[str, str]:
        """The commands that take all of it back, by machine, the last one first."""
        return {steps.device: "\n".join(undo(steps)) for steps in reversed(self.steps)}


def audited(shop: Shop, described: SiteEntry) -> Audited:
    """Audit the running shop, as its inventory describes it."""
    captures = {capture.device: capture for capture in collected(shop)}
    now = datetime.now(UTC)
    return Audited(captures, audit(described, tuple(captures.values()), (), load_policy(POLICY), now))


def entry(scenario: Scenario) -> SiteEntry:
    """Return the shop as its inventory describes it."""
    return described(inventory(scenario.inventory))


def described(text: str) -> SiteEntry:
    """Return the only site of an inventory."""
    return loads(text.encode(), Path("inventory.yaml")).sites[0]


def paste(shop: Shop, snippets: Mapping[str, str]) -> str:
    """Run commands on machines as a person who pastes them; returns what they printed."""
    printed = []
    for machine, lines in snippets.items():
        done = shop.on(machine, f"cd /root 2>/dev/null || cd /\n{lines}\n", 60)
        printed.append(f"{machine}:\n{lines}\n--- exit {done['status']}\n{done['out']}{done['err']}")
    shop.wait()
    return "\n".join(printed)
