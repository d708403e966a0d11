"""A chain of shops, made up: inventory, devices that answer over SSH, what an audit has to find; the same for a seed.

Shops are of four kinds (a router alone of OpenWrt, Linux or RouterOS; a Cisco router with a switch and a controller
that head office shares with all of them). Regions have a jump host each, the far ones behind another
one. Most shops are in order; some have a short lease or a rebind filter, and some devices do not answer as they should.
"""

import csv
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.fakes.fleet import PASSWORD, Device, Fault, addresses

_SHOPS = Path(__file__).resolve().parents[1] / "shops"
_REGIONS = ("north", "south", "east", "west")
_FAULTS = (Fault.CLOSE_AT_ONCE, Fault.STALL, Fault.CLOSE_EARLY, Fault.GARBLE)
CREDENTIAL = "CHAIN_PASSWORD"
ENVIRONMENT = {CREDENTIAL: PASSWORD}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is made wrong in a kind of shop: which file says it, and the rule that must tell it."""

    file: str
    before: str
    after: str
    rule: str


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of shop: its devices as name, platform and saved capture; `central` is the name of a shared one."""

    name: str
    devices: tuple[tuple[str, str, str], ...]
    wrong: Wrong
    central: str = ""


FORMATS = (
    Format(
        "kiosk",
        (("gw", "openwrt", "openwrt/healthy/gw"),),
        Wrong("etc/config/dhcp", "option leasetime '24h'", "option leasetime '30m'", "dhcp-lease-too-short"),
    ),
    Format(
        "corner",
        (("gw", "routeros", "routeros/healthy/gw"),),
        Wrong("export.rsc", "lease-time=1d", "lease-time=30m", "dhcp-lease-too-short"),
    ),
    Format(
        "outlet",
        (("gw", "linux", "linux/healthy/gw"),),
        Wrong("etc/dnsmasq.d/leases.conf", ",24h", ",30m", "dhcp-lease-too-short"),
    ),
    Format(
        "store",
        (
            ("gw", "cisco_ios", "cisco_ios/healthy/gw"),
            ("sw", "cisco_ios", "cisco_ios/healthy/sw"),
            ("hq-wlc", "cisco_ios", "cisco_ios/healthy/wlc"),
        ),
        Wrong(
            "running-config.txt",
            "ip dhcp pool POS\n network 192.168.30.0 255.255.255.0\n",
            "ip dhcp pool POS\n network 192.168.30.0 255.255.255.0\n lease 0 0 30\n",
            "dhcp-lease-too-short",
        ),
        central="hq-wlc",
    ),
)


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain that was written to a folder. `findings` are (site, rule) that must fail; `failing` devices by key."""

    inventory: Path
    devices: tuple[Device, ...]
    sites: tuple[str, ...]
    findings: tuple[tuple[str, str], ...]
    failing: dict[str, Fault]


def chain(
    folder: Path,
    port: int,
    *,
    shops: int,
    seed: int = 1,
    wrong: float = 0.1,
    faulty: float = 0.05,
    jump_hosts: bool = True,
) -> Chain:
    """Write the inventory and the captures of a chain; its devices listen at `port`, see `planned`."""
    return planned(folder, shops=shops, seed=seed, wrong=wrong, faulty=faulty).written(port, jump_hosts=jump_hosts)


@dataclass(frozen=True, slots=True)
class Plan:
    """A chain before its port is known: the devices can be served, then the inventory be written."""

    folder: Path
    rows: tuple[dict[str, str], ...]
    devices: tuple[Device, ...]
    bastions: tuple[Device, ...]
    central: tuple[Device, ...]
    findings: tuple[tuple[str, str], ...]
    failing: dict[str, Fault]

    @property
    def served(self) -> tuple[Device, ...]:
        """All that has to be served."""
        return (*self.devices, *self.bastions, *self.central)

    def written(self, port: int, *, jump_hosts: bool = True) -> Chain:
        """Write `inventory.yaml` and `shops.csv`."""
        with (self.folder / "shops.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, ("site", "groups", "tags", "store", *_COLUMNS))
            table.writeheader()
            table.writerows(self.rows)
        inventory = self.folder / "inventory.yaml"
        inventory.write_text("".join(self._text(port, jump_hosts)), encoding="utf-8")
        names = tuple(row["site"] for row in self.rows)
        return Chain(inventory, self.served, names, self.findings, self.failing)

    def _text(self, port: int, jump_hosts: bool) -> Iterator[str]:
        yield f"""limits: {{devices: 50, site: 5, jump_host: 20}}
defaults:
  username: audit
  port: {port}
  credentials: {{env: {CREDENTIAL}}}
  timeouts: {{connect: 3s, login: 10s, command: 10s, device: 60s}}
  timezone: Europe/Paris
  opening_hours: {{daily: "08:00-20:00"}}
  integration: javascript-sdk
  readers:
    tills: {{ssid: SHOP-POS, model: bbpos-wisepos-e, count: 2}}
  pos:
    tablets: {{subnet: 192.168.30.0/24, dns: dhcp}}
"""
        yield from self._jump_hosts(port) if jump_hosts else ()
        yield "devices:\n"
        for device in self.central:
            yield f"  {device.hostname}: {{host: {device.address}, platform: {device.platform}}}\n"
        yield "groups:\n"
        for number, region in enumerate(_REGIONS):
            far = f"{{jump_host: {_bastion(number)}}}" if jump_hosts else "{tags: [region]}"
            yield f"  {region}: {far}\n"
        for kind in FORMATS:
            yield f"  {kind.name}:\n    devices:\n"
            for column, (name, platform, _) in zip(_COLUMNS, kind.devices, strict=False):
                said = (
                    "{part: shop, on_site: true}"
                    if name == kind.central
                    else f'{{host: "{{{column}}}", platform: {platform}}}'
                )
                yield f"      {name}: {said}\n"
        yield "sites_from: shops.csv\n"

    def _jump_hosts(self, port: int) -> Iterator[str]:
        yield "jump_hosts:\n"
        for number, device in enumerate(self.bastions):
            # The last one is reached through the first, so that a chain of two is there.
            through = f", jump_host: {_bastion(0)}" if number == len(self.bastions) - 1 and number else ""
            login = f"username: audit, credentials: {{env: {CREDENTIAL}}}"
            yield f"  {_bastion(number)}: {{host: {device.address}, port: {port}, {login}{through}}}\n"


_COLUMNS = ("a1", "a2", "a3")


def planned(folder: Path, *, shops: int, seed: int = 1, wrong: float = 0.1, faulty: float = 0.05) -> Plan:
    """Make up a chain; the captures that its devices answer from are written below the folder."""
    dice = random.Random(f"chain/{seed}")
    free = addresses()
    kinds = {kind.name: _captures(folder / "captures", kind) for kind in FORMATS}
    bastions = tuple(
        Device(next(free), "linux", str(_SHOPS / "linux/healthy/gw"), _bastion(number), forwards=True)
        for number in range(len(_REGIONS))
    )
    central = tuple(
        Device(next(free), platform, str(kinds[kind.name][name, False]), name)
        for kind in FORMATS
        for name, platform, _ in kind.devices
        if name == kind.central
    )
    rows, devices, findings, failing = [], [], [], {}
    for number in range(shops):
        kind = dice.choice(FORMATS)
        site = f"shop-{number:04}"
        is_wrong, fails = dice.random() < wrong, dice.random() < faulty
        region = _REGIONS[number % len(_REGIONS)]
        row = {"site": site, "groups": f"{kind.name} {region}", "tags": kind.name, "store": f"{number:04}"}
        for column, (name, platform, _) in zip(_COLUMNS, kind.devices, strict=False):
            row[column] = ""
            if name == kind.central:
                continue
            device = Device(next(free), platform, str(kinds[kind.name][name, is_wrong]), f"{name}-{number:04}")
            if fails and name == "gw":
                device = replace(device, fault=(fault := dice.choice(_FAULTS)))
                failing[f"{site}/{name}"] = fault
            row[column] = device.address
            devices.append(device)
        if is_wrong and not fails:
            findings.append((site, kind.wrong.rule))
        rows.append({**dict.fromkeys(_COLUMNS, "-"), **{key: value or "-" for key, value in row.items()}})
    return Plan(folder, tuple(rows), tuple(devices), bastions, central, tuple(findings), failing)


def _captures(folder: Path, kind: Format) -> dict[tuple[str, bool], Path]:
    """Write the captures of a kind of shop, in order and with what is wrong; by device and whether it is wrong."""
    made: dict[tuple[str, bool], Path] = {}
    for name, platform, source in kind.devices:
        made[name, False] = made[name, True] = _SHOPS / source
        if platform == "linux":  # its dnsmasq names a file that the saved shop leaves out
            made[name, False] = folder / kind.name / f"{name}-in-order"
            _copied(_SHOPS / source, made[name, False])
        file = _SHOPS / source / kind.wrong.file
        if not file.is_file() or kind.wrong.before not in (text := file.read_text(encoding="utf-8")):
            continue
        made[name, True] = folder / kind.name / name
        _copied(made[name, False], made[name, True])
        (made[name, True] / kind.wrong.file).write_text(
            text.replace(kind.wrong.before, kind.wrong.after), encoding="utf-8"
        )
    if not any(made[name, True] != made[name, False] for name, _, _ in kind.devices):
        raise ValueError(f"nothing can be made wrong in {kind.name}: no {kind.wrong.before!r}")
    return made


def _copied(source: Path, goal: Path) -> None:
    shutil.copytree(source, goal, dirs_exist_ok=True)
    if (source / "etc/dnsmasq.conf").exists():
        file = goal / "run/dnsmasq/resolv.conf"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("nameserver 1.1.1.1\n", encoding="utf-8")


def _bastion(number: int) -> str:
    return f"bastion-{_REGIONS[number]}"
