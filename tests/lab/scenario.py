"""Scenarios: shops as a few lines of data, with what must come out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.lab.shop import Wires
from tests.lab.units import UNITS, Unit

HERE = Path(__file__).parent

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
"""Where the main file of each service lies on the router, and its healthy text below `router/`."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One shop.

    * `runs`: the services of the router, with the healthy texts of their main files. `stopped` of them do not run.
    * `change`: in the main file of a service, each text becomes another. `add`: further lines at its end, or the
      text of a further file by its absolute path.
    * `wires`: how the shop is wired. `inventory`: what its inventory says differently.
    * `fails`, `unknown`: the rules that fail, and those that may not be able to tell. All others pass.
    * `sees`: what clients experience that is different from a healthy shop. `idle`: try a connection that is silent.
    * `reserved`: the address that the reader is to get. `till_dns`: the resolver that is set by hand on the till.
      `needs`: a file of this machine without which it cannot be tried.
    * `by_hand`: the rules of `fails` for which no snippet is expected. `after`: what clients experience once the
      snippets were applied, where that is not a healthy shop. `undo`: try the way back, too.
    """

    name: str
    runs: tuple[str, ...]
    change: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    add: Mapping[str, str] = field(default_factory=dict)
    stopped: tuple[str, ...] = ()
    wires: Wires = field(default_factory=Wires)
    inventory: Mapping[str, Any] = field(default_factory=dict)
    fails: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    sees: Mapping[str, str] = field(default_factory=dict)
    reserved: str = ""
    till_dns: str = ""
    idle: float = 0.0
    by_hand: frozenset[str] = frozenset()
    after: Mapping[str, str] = field(default_factory=dict)
    undo: bool = False
    needs: str = ""

    @property
    def slug(self) -> str:
        """The scenario's name as a word."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.name.lower()).strip("-")

    @property
    def units(self) -> tuple[Unit, ...]:
        """What runs."""
        return tuple(UNITS[name] for name in self.runs if name not in self.stopped)

    @property
    def files(self) -> dict[str, str]:
        """The files of the router, by path."""
        files: dict[str, str] = {}
        for name in self.runs:
            path, source = MAIN_FILES[name]
            text = (HERE / "router" / source).read_text(encoding="utf-8")
            for old, new in self.change.get(name, {}).items():
                if text.count(old) != 1:
                    raise ValueError(f"{self.name}: {source} has {old!r} {text.count(old)} times")
                text = text.replace(old, new)
            files[path] = text + self.add.get(name, "")
        files |= {path: text for path, text in self.add.items() if path.startswith("/")}
        if "dhcpd" in self.runs:
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
    for key in ("runs", "stopped", "fails", "unknown", "by_hand"):
        if key in entry:
            entry[key] = (frozenset if key in ("fails", "unknown", "by_hand") else tuple)(entry[key].split())
    wires = entry.pop("wires", {})
    if "isolated" in wires:
        wires["isolated"] = tuple(wires["isolated"].split())
    return Scenario(**entry, wires=Wires(**wires))
