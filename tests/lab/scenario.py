"""Scenarios: shops as a few lines of data, with what must come out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.lab.expected import Expected
from tests.lab.shop import Machine, Wires
from tests.lab.units import UNITS, Unit

HERE = Path(__file__).parent
ROUTER = "router"

MAIN_FILES = {
    "dnsmasq": ("/etc/dnsmasq.conf", "dnsmasq.conf"),
    "dnsmasq-dns": ("/etc/dnsmasq.conf", "dnsmasq-dns.conf"),
    "dnsmasq-dhcp": ("/etc/dnsmasq.conf", "dnsmasq-dhcp.conf"),
    "kea": ("/etc/kea/kea-dhcp4.conf", "kea.conf"),
    "dhcpd": ("/etc/dhcp/dhcpd.conf", "dhcpd.conf"),
    "unbound": ("/etc/unbound/unbound.conf", "unbound.conf"),
    "bind": ("/etc/bind/named.conf", "named.conf"),
    "nftables": ("/etc/nftables.conf", "nftables.conf"),
    "iptables": ("/etc/iptables/rules.v4", "iptables.rules"),
}
"""Where the main file of each service lies, and its healthy text in a folder; others have their command line only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Expected):
    """A shop with one router.

    * `runs`: the services of the router, with the healthy texts of their main files. `stopped` of them do not run.
    * `change`: in the main file of a service, each text becomes another. `add`: further lines at its end, or the
      text of a further file by its absolute path.
    * `wires`: how the shop is wired.
    """

    runs: tuple[str, ...]
    change: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    add: Mapping[str, str] = field(default_factory=dict)
    stopped: tuple[str, ...] = ()
    wires: Wires = field(default_factory=Wires)

    @property
    def machines(self) -> dict[str, Machine]:
        """The router."""
        return {ROUTER: Machine(self.files, self.units, self.wires.sysctl)}

    @property
    def units(self) -> tuple[Unit, ...]:
        """What runs."""
        return tuple(UNITS[name] for name in self.runs if name not in self.stopped)

    @property
    def files(self) -> dict[str, str]:
        """The files of the router, by path."""
        return files_of(HERE / "router", self.runs, self.change, self.add)


def files_of(
    texts: Path, runs: tuple[str, ...], change: Mapping[str, Mapping[str, str]], add: Mapping[str, str]
) -> dict[str, str]:
    """Return the files of a machine by path: the healthy texts of its services' main files, with what is different."""
    files: dict[str, str] = {}
    for name in (each for each in runs if each in MAIN_FILES):
        path, source = MAIN_FILES[name]
        text = (texts / source).read_text(encoding="utf-8")
        for old, new in change.get(name, {}).items():
            if text.count(old) != 1:
                raise ValueError(f"{texts.name}/{source} has {old!r} {text.count(old)} times")
            text = text.replace(old, new)
        files[path] = text + add.get(name, "")
    files |= {path: text for path, text in add.items() if path.startswith("/")}
    if "dhcpd" in runs:
        files["/var/lib/dhcp/dhcpd.leases"] = ""
    return files


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Return all scenarios."""
    return tuple(_all())


def _all() -> Iterator[Scenario]:
    for file in sorted((HERE / "scenarios").glob("*.yaml")):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        for entry in document["scenarios"]:
            yield _scenario({"runs": document["runs"], **entry})


def _scenario(entry: dict[str, Any]) -> Scenario:
    for key in ("runs", "stopped"):
        if key in entry:
            entry[key] = tuple(entry[key].split())
    wires = entry.pop("wires", {})
    if "isolated" in wires:
        wires["isolated"] = tuple(wires["isolated"].split())
    return Scenario(**rules_of(entry), wires=Wires(**wires))


def rules_of(entry: dict[str, Any]) -> dict[str, Any]:
    """Make sets of the lists of rules of a scenario."""
    lists = {key: frozenset(entry[key].split()) for key in ("fails", "unknown", "by_hand") if key in entry}
    return entry | lists
