"""A fleet of fake devices over SSH on loopback: ours against netmiko's threads and nornir, and with faulty devices.

Ours is the command itself, `auditor audit`: it logs in, collects, redacts, parses, judges and reports. The others log
in, ask the same commands and throw the answers away. The fleet is served by processes of its own on the same cores.
"""

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from auditor.inventory import load
from bench.measure import ROOT
from bench.watched import Watched, watch
from tests.fakes.fleet import PASSWORD, Device, Fault, Fleet, Seen, addresses

EXEC = ("openwrt", "linux", "routeros")
INTERACTIVE = ("cisco_ios",)
PEERS = ("netmiko", "nornir")
_SHOPS = {
    "openwrt": "openwrt/healthy/gw",
    "linux": "linux/healthy/gw",
    "routeros": "routeros/healthy/gw",
    "cisco_ios": "cisco_ios/router/gw",
}
# What netmiko calls them. It has no driver for a command on a channel: it types into the shell of a Linux host.
_DRIVERS = {"openwrt": "linux", "linux": "linux", "routeros": "mikrotik_routeros", "cisco_ios": "cisco_ios"}
_THREADS = 50  # more in one process are slower
_FAULTS = (
    Fault.CLOSE_AT_ONCE,
    Fault.STALL,
    Fault.REFUSE_LOGIN,
    Fault.GARBLE,
    Fault.CLOSE_EARLY,
    Fault.SILENT_LOGIN,
    Fault.SLOW,
    Fault.FLOOD,
    Fault.DROP_DURING_LOGIN,
    Fault.DENY,
)
_TIMEOUTS = "{connect: 3s, login: 5s, command: 5s, slow_command: 10s, device: 20s}"
_SITE = """  {name}:
    devices:
      gw: {{host: {address}, platform: {platform}{more}}}
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one program took for a fleet; `lost` devices gave nothing, `asked` is the mean number of commands."""

    who: str
    devices: int
    seconds: float
    client: float
    server: float
    memory_mb: float
    lost: int
    asked: float


def print_fleet(size: int, *, workers: int | None, peers: int = 0, kinds: Sequence[str] = EXEC) -> None:
    """Measure a fleet of so many exec devices of some kinds, with peers at `peers` devices (0: the same, at most 300).

    What peers do is what `auditor collect` does; the audit does more.
    """
    small = peers or min(size, 300)
    for platforms, what in ((kinds, "commands on channels"), (INTERACTIVE, "a terminal")):
        print(f"fleet: {what} ({', '.join(platforms)}); SSH on loopback, served on the same cores")
        _head()
        ours = _ours(platforms, small, workers, collect=True)
        _print(ours, ours)
        for name in PEERS:
            _print(_peer(name, platforms, small), ours)
        _print(_ours(platforms, small, workers), ours)
        print()
    _print_faulty(size, workers, kinds)


def print_inventory(sites: int = 2000, devices: int = 5) -> None:
    """Say how long an inventory takes to load: a CSV file with a row for each site, devices by a group."""
    with tempfile.TemporaryDirectory(prefix="auditor-bench-") as name:
        folder = Path(name)
        rows = "".join(f"shop-{i:04},10.{i // 256}.{i % 256},Europe/Paris\n" for i in range(sites))
        (folder / "shops.csv").write_text(f"site,net,timezone\n{rows}", encoding="utf-8")
        listed = "".join(f'      d{i}: {{host: "{{net}}.{i + 1}", platform: openwrt}}\n' for i in range(devices))
        (folder / "inventory.yaml").write_text(
            f"defaults: {{username: audit, groups: [shops]}}\ngroups:\n  shops:\n    devices:\n{listed}"
            "sites_from: {file: shops.csv, site: {groups: [shops]}}\n".replace(
                ", groups: [shops]}\ngroups", "}\ngroups"
            ),
            encoding="utf-8",
        )
        begin = time.perf_counter()
        found = load(folder / "inventory.yaml")
        seconds = time.perf_counter() - begin
    count = sum(len(site.devices) for site in found.sites)
    print(f"inventory: {len(found.sites)} sites of a CSV file, {count} devices: {seconds:.2f} s\n")


def _head() -> None:
    columns = f"{'devices':>8}{'devices/s':>11}{'client ms':>11}{'server ms':>11}{'MB':>7}{'lost':>6}{'commands':>10}"
    print(f"{'':<22}{columns}{'× slower':>10}")


def _print(row: Measured, ours: Measured) -> None:
    each = 1000 / row.devices
    slower = row.seconds / row.devices / (ours.seconds / ours.devices)
    print(
        f"{row.who:<22}{row.devices:>8,}{row.devices / row.seconds:>11.1f}{row.client * each:>11.1f}"
        f"{row.server * each:>11.1f}{row.memory_mb:>7.0f}{row.lost:>6}{row.asked:>10.1f}{slower:>10.2f}",
        flush=True,
    )


def _print_faulty(size: int, workers: int | None, kinds: Sequence[str]) -> None:
    print(f"fleet of {size:,} ({', '.join(kinds)}): audited whole, then with every tenth faulty, ten kinds in turn")
    _head()
    healthy = _ours(kinds, size, workers, who="all healthy")
    faulty = _ours(kinds, size, workers, who="10 % faulty", faults=_FAULTS)
    _print(healthy, healthy)
    _print(faulty, healthy)
    print(f"run time with faulty devices: {faulty.seconds / healthy.seconds:.2f} times that without\n")


def _devices(platforms: Sequence[str], size: int, faults: Sequence[Fault] = ()) -> list[Device]:
    shops = ROOT / "tests" / "shops"
    made = []
    for number, address in zip(range(size), addresses(), strict=False):
        platform = platforms[number % len(platforms)]
        device = Device(address, platform, str(shops / _SHOPS[platform]), f"shop-{number:05}")
        if faults and number % 10 == 9:
            device = replace(device, fault=faults[number // 10 % len(faults)])
        made.append(device)
    return made


def _ours(
    platforms: Sequence[str],
    size: int,
    workers: int | None,
    *,
    who: str = "",
    faults: Sequence[Fault] = (),
    collect: bool = False,
) -> Measured:
    devices = _devices(platforms, size, faults)
    with tempfile.TemporaryDirectory(prefix="auditor-bench-") as name:
        folder = Path(name)
        with Fleet(devices, folder, remember=False) as fleet:
            inventory = folder / "inventory.yaml"
            inventory.write_text("".join(_inventory(devices, fleet.port)), encoding="utf-8")
            before = fleet.seen(reset=True).cpu
            took = _collect(inventory, folder) if collect else _audit(inventory, folder, workers)
            seen = fleet.seen()
            if collect:
                total, lost = size, size - len(list((folder / "captures").glob("*/gw")))
            else:
                total, lost = _summary(took)
                _all_healthy_audited(folder / "report.json", devices)
    if total != size:
        raise SystemExit(f"auditor spoke of {total} devices of {size}:\n{took.output[-2000:]}")
    asked = _asked(seen, size)
    who = who or ("auditor collect" if collect else "auditor audit")
    return Measured(who, size, took.seconds, took.cpu, seen.cpu - before, took.peak_mb, lost, asked)


def _audit(inventory: Path, folder: Path, workers: int | None) -> Watched:
    command = [sys.executable, "-m", "auditor", "audit", str(inventory), "--accept-new-host-keys"]
    command += ["--report", f"json={folder / 'report.json'}"]
    if workers is not None:
        command += ["--workers", str(workers)]
    return watch(command, _environment(folder), folder)


def _collect(inventory: Path, folder: Path) -> Watched:
    command = [sys.executable, "-m", "auditor", "collect", str(inventory), "--accept-new-host-keys"]
    return watch([*command, "--out", str(folder / "captures")], _environment(folder), folder)


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "FLEET": PASSWORD, "XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": str(ROOT)}


def _all_healthy_audited(report: Path, devices: Iterable[Device]) -> None:
    """Stop if a device without a fault was not audited: the figures would mean nothing."""
    failed = {failure["site"] for failure in json.loads(report.read_text(encoding="utf-8"))["failures"]}
    lost = sorted(device.hostname for device in devices if device.fault is Fault.NONE and device.hostname in failed)
    if lost:
        print(f"healthy devices that were not audited: {len(lost)}, the first {lost[0]}")


def _summary(took: Watched) -> tuple[int, int]:
    """How many devices there were, and how many of them were not audited, as the command itself tells it."""
    told = re.search(r"(\d+)\s+of\s+(\d+)\s+devices?\s+not\s+audited", took.output)
    if told is None:
        raise SystemExit(f"auditor failed:\n{took.output[-2000:]}")
    return int(told[2]), int(told[1])


def _inventory(devices: Iterable[Device], port: int) -> Iterator[str]:
    yield f"""limits: {{devices: 100}}
defaults:
  username: audit
  port: {port}
  credentials: {{env: FLEET}}
  timeouts: {_TIMEOUTS}
  timezone: Europe/Paris
  opening_hours: {{daily: "08:00-20:00"}}
  integration: javascript-sdk
  readers:
    tills: {{ssid: SHOP-POS, model: bbpos-wisepos-e, count: 2}}
  pos:
    tablets: {{subnet: 192.168.30.0/24, dns: dhcp}}
sites:
"""
    for device in devices:
        # A refused login counts against its user, and three of them end the use of the credential.
        own = device.fault in (Fault.REFUSE_LOGIN, Fault.DROP_DURING_LOGIN, Fault.SILENT_LOGIN)
        more = f", username: {device.hostname}" if own else ""
        yield _SITE.format(name=device.hostname, address=device.address, platform=device.platform, more=more)


def _peer(name: str, platforms: Sequence[str], size: int) -> Measured:
    devices = _devices(platforms, size)
    with tempfile.TemporaryDirectory(prefix="auditor-bench-") as place:
        folder = Path(place)
        commands = {platform: _commands(platform) for platform in platforms}
        with Fleet(devices, folder, remember=False) as fleet:
            hosts = [
                {
                    "device_type": _DRIVERS[device.platform],
                    "host": device.address,
                    "port": fleet.port,
                    "username": "audit",
                    "password": PASSWORD,
                    "commands": commands[device.platform],
                }
                for device in devices
            ]
            (folder / "hosts.json").write_text(json.dumps(hosts), encoding="utf-8")
            before = fleet.seen(reset=True).cpu
            script = str(ROOT / "bench" / "fleet_peer.py")
            took = watch([sys.executable, script, name, str(folder / "hosts.json"), str(_THREADS)], os.environ, folder)
            seen = fleet.seen()
    if took.status:
        raise SystemExit(f"{name} failed:\n{took.output[-2000:]}")
    told = json.loads(took.output.splitlines()[-1])
    asked = _asked(seen, size)
    who = "nornir + netmiko" if name == "nornir" else "netmiko, threads"
    return Measured(who, size, took.seconds, took.cpu, seen.cpu - before, took.peak_mb, told["lost"], asked)


def _commands(platform: str) -> list[str]:
    """What we ask a device of a platform; what netmiko sets by itself is left out."""
    device = Device(next(addresses()), platform, str(ROOT / "tests" / "shops" / _SHOPS[platform]))
    with tempfile.TemporaryDirectory(prefix="auditor-bench-") as name, Fleet([device], folder := Path(name)) as fleet:
        inventory = folder / "one.yaml"
        inventory.write_text("".join(_inventory([device], fleet.port)), encoding="utf-8")
        took = _audit(inventory, folder, 1)
        if _summary(took)[1]:
            raise SystemExit(f"auditor failed:\n{took.output[-2000:]}")
        lines = fleet.seen().logs[device.address].commands
    return [line for line in dict.fromkeys(lines) if not line.startswith("terminal ")]


def _asked(seen: Seen, size: int) -> float:
    return sum(log.asked for log in seen.logs.values()) / size
