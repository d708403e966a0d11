"""Scenarios of shops with several machines that are audited together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from auditor.inventory import SiteEntry
from tests.lab.auditing import described, over
from tests.lab.expected import Expected
from tests.lab.plan import Cabling
from tests.lab.scenario import files_of, rules_of
from tests.lab.shop import Machine
from tests.lab.units import UNITS, Unit

HERE = Path(__file__).parent / "sites"

USUAL = {"fw": "nftables", "core": "dnsmasq nftables", "dns": "dnsmasq-dns", "dhcp": "kea", "ap": ""}
"""What runs on a machine unless the scenario says otherwise."""

_ROUTES = {"fw": "1", "core": "1", "dns": "0", "dhcp": "0", "ap": "0"}

_ENTRY: dict[str, Any] = {
    "timezone": "UTC",
    "opening_hours": {"daily": "08:00-20:00"},
    "integration": "javascript-sdk",
    "policy_options": {"same_lan": "routed-ok"},
    "readers": {"counter": {"subnet": "192.168.30.0/24", "connection": "ethernet"}},
    "pos": {"till": {"subnet": "192.168.20.0/24", "connection": "ethernet"}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteScenario(Expected):
    """A shop of several machines.

    * `machines`: which ones; `runs`: what runs on them, if it is not the usual.
    * `change`, `add`: by machine, as of a shop with one router.
    * `plan`: what is wired differently; None takes something away.
    * `blames`: by rule, the machines at which its failures are.
    """

    machines: tuple[str, ...]
    runs: Mapping[str, str] = field(default_factory=dict)
    change: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    add: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)
    blames: Mapping[str, str] = field(default_factory=dict)

    @property
    def cabling(self) -> Cabling:
        """How it is wired."""
        whole = _laid(yaml.safe_load((HERE / "plan.yaml").read_text(encoding="utf-8")), self.plan)
        return Cabling({name: whole[name] for name in self.machines})

    @property
    def running(self) -> dict[str, Machine]:
        """The machines with what is on them."""
        found = {}
        for name in self.machines:
            services = tuple(self.runs.get(name, USUAL[name]).split())
            files = files_of(HERE / name, services, self.change.get(name, {}), self.add.get(name, {}))
            units = tuple(UNITS[service] for service in services)
            found[name] = Machine(files, units, {"net.ipv4.ip_forward": _ROUTES[name]})
        return found

    @property
    def units(self) -> tuple[Unit, ...]:
        """What runs on any of them."""
        return tuple(unit for machine in self.running.values() for unit in machine.units)

    @property
    def entry(self) -> SiteEntry:
        """The shop as its inventory describes it."""
        devices = {
            name: {"host": f"192.0.2.{number}", "platform": "linux"} for number, name in enumerate(self.machines, 1)
        }
        site = over(_ENTRY | {"devices": devices}, self.inventory)
        return described(yaml.safe_dump({"sites": {"lab": site}}, sort_keys=False))


def _laid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    joined = dict(below)
    for key, value in above.items():
        if value is None and key in joined:
            joined.pop(key)
        elif isinstance(value, Mapping) and isinstance(joined.get(key), Mapping):
            joined[key] = _laid(joined[key], value)
        else:
            joined[key] = value
    return joined


@cache
def site_scenarios() -> tuple[SiteScenario, ...]:
    """Return all of them."""
    return tuple(_all())


def _all() -> Iterator[SiteScenario]:
    for file in sorted((HERE / "scenarios").glob("*.yaml")):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        for entry in document["scenarios"]:
            told = rules_of({"machines": document["machines"], **entry})
            for key, value in rules_of(document.get("always", {})).items():
                mine = told.get(key, type(value)())
                told[key] = value | mine if isinstance(value, frozenset) else _laid(value, mine)
            yield SiteScenario(**told | {"machines": tuple(told["machines"].split())})
