"""The healthy shop with faults put in, and rules of the tests' own that ask for exact values."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from auditor.capture import Capture
from auditor.model import Device, Unknown
from auditor.pipeline import SiteReport, audit
from auditor.platforms import Platform
from auditor.policies import load_policy
from auditor.rules import Rule
from auditor.site import Site
from auditor.verdicts import Fail, Fix, Pass, Severity, Undecided, Verdict
from tests.rules.harness import Case, shop_of
from tests.rules.harness.shop import NOW

HEALTHY = shop_of(Case(Path("healthy.md"), "healthy", 1, "openwrt/healthy"))


def like(name: str, quote: Callable[[str], str], filters: Mapping[str, Callable[..., str]]) -> Platform:
    """A platform of which only the templates are used."""

    def unused(*arguments: Any) -> Any:
        raise AssertionError(f"{name} is here for its templates")

    return Platform(name, unused, unused, unused, unused, unused, unused, quote, filters)


def capture(changes: Mapping[str, tuple[str, str]] | None = None) -> Capture:
    """The healthy router with one replacement in each of some packages."""
    (healthy,) = HEALTHY.captures
    return edited(healthy, changes or {})


def edited(before: Capture, changes: Mapping[str, tuple[str, str]]) -> Capture:
    """A capture with one replacement in each of some packages."""
    files = []
    for file in before.files:
        old, new = changes.get(file.path.rpartition("/")[2], ("", ""))
        assert old in file.text
        files.append(replace(file, text=file.text.replace(old, new, 1)) if old else file)
    return replace(before, files=tuple(files))


def report(
    rules: tuple[Rule, ...],
    captured: Capture | None = None,
    *,
    managed_by: str | None = None,
    sites_of: Mapping[str, tuple[str, ...]] | None = None,
) -> SiteReport:
    """Audit the shop with these rules only."""
    entry = HEALTHY.entry
    devices = tuple(replace(device, managed_by=managed_by) for device in entry.devices)
    entry = replace(entry, devices=devices)
    taken = captured or capture()
    return audit(entry, (taken,), (), load_policy(entry.policy), NOW, rules=rules, sites_of=sites_of)


Look = Callable[[Device], Any]
"""Finds a fact of the router."""


def wants(name: str, look: Look, value: Any, *fixes: Fix, severity: Severity = Severity.ERROR, extra: str = "") -> Rule:
    """A rule that wants a fact to have one value, and offers fixes where it has another."""

    def check(site: Site) -> Iterator[Verdict]:
        fact = look(site.device("gw"))
        if isinstance(fact, Unknown):
            yield Undecided(fact)
        elif fact.value == value:
            yield Pass("as wanted", fact)
        else:
            yield Fail(f"{name} is {fact.value}", fact, severity, fixes=fixes)

    return Rule(id=name, items=(), severity=Severity.ERROR, doc=name, check_site=check)


def lease(scope: str) -> Look:
    return lambda device: next(item.lease_time for item in device.dhcp_scopes if item.key == scope)


def pool(scope: str) -> Look:
    return lambda device: next(item.pool for item in device.dhcp_scopes if item.key == scope)


def isolation(bss: str) -> Look:
    return lambda device: next(item.isolation for item in device.bsses if item.key == bss)
