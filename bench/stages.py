"""The stages that are measured, each from the same texts; every stage holds the ones before it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from auditor.capture import Capture, CapturedFile
from auditor.collect.saved import load_capture
from auditor.inventory import SiteEntry, loads
from auditor.model import Device, Listed
from auditor.pipeline import SiteReport, audit, read
from auditor.platforms import platform
from auditor.policies import Policy
from auditor.rules import load_rules
from auditor.rules.engine import Lines, judge
from auditor.secrets import Redactor
from auditor.site import join
from auditor.syntax import ios
from auditor.verdicts import Finding

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_REDACTOR = Redactor(b"the key of the benchmark")
_INVENTORY = """
sites:
  shop:
    timezone: Europe/Paris
    opening_hours: {daily: "08:00-20:00"}
    integration: javascript-sdk
    readers:
      tills: {ssid: SHOP-POS, model: bbpos-wisepos-e}
    pos:
      tablets: {subnet: 192.168.30.0/24, dns: dhcp}
    devices:
      gw: {captures: gw/, platform: PLATFORM}
"""


def entry(name: str = "openwrt") -> SiteEntry:
    """Return what the inventory says of every shop of the fleet of a platform."""
    return loads(_INVENTORY.replace("PLATFORM", name).encode(), Path("inventory.yaml")).sites[0]


def capture_of(texts: Mapping[str, str], name: str = "openwrt", device: str = "gw") -> Capture:
    """Make a capture as collecting does: kinds recognised, secrets redacted."""
    kind = platform(name)
    files: list[CapturedFile] = []
    for path, text in texts.items():
        known = kind.recognise(path.removeprefix("/"), text)
        assert known is not None, path
        files.append(CapturedFile(known[0], kind.redact(known[0], text, _REDACTOR), known[1]))
    return Capture(device, name, tuple(files), (), NOW, False, "generated")


def split(folder: Path) -> int:
    """Do the least that anything can do with a saved configuration: read it and split it into lines."""
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in folder.rglob("*") if file.is_file())


def load(folder: Path, name: str = "openwrt") -> Capture:
    """Read a saved configuration: recognise its files, redact its secrets."""
    kind = platform(name)
    return load_capture(
        "gw",
        name,
        folder,
        recognise=kind.recognise,
        redact=lambda path, text: kind.redact(path, text, _REDACTOR),
    )


def parse(capture: Capture) -> int:
    """Parse into the model; returns the number of lines that the model speaks of."""
    device = read(capture)
    return sum(each.understood for each in device.coverage)


def read_ios(text: str) -> int:
    """Make a tree of a running configuration, as other programs' readers do."""
    return len(ios.parse(text).top)


def check(capture: Capture, site: SiteEntry, policy: Policy) -> tuple[Finding, ...]:
    """Parse, join the site, ask every rule."""
    device = read(capture)
    return judge(join(site, policy, (device,), (), NOW), load_rules(), Lines.of((capture,)))


def fix(capture: Capture, site: SiteEntry, policy: Policy) -> SiteReport:
    """Do the whole audit: parse, rules, and each fix rendered, proven alone and with the others."""
    return audit(site, (capture,), (), policy, NOW)


def check_site(site: SiteEntry, policy: Policy, devices: tuple[Device, ...], captures: tuple[Capture, ...]) -> int:
    """Join the devices of one site and ask every rule; returns the number of verdicts."""
    return len(judge(join(site, policy, tuple(map(_unasked, devices)), (), NOW), load_rules(), Lines.of(captures)))


def _unasked(device: Device) -> Device:
    """The same device with filters that no earlier run asked: answers that are remembered would flatter the number."""
    filters = (device.forward_filters, device.input_filters, device.bridge_filters)
    forward, input_, bridge = (Listed(tuple(map(replace, each)), each.holes) for each in filters)
    return replace(device, forward_filters=forward, input_filters=input_, bridge_filters=bridge)
