"""Configurations that other people published: every rule runs on all of them, and nothing breaks."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.capture import Capture, CapturedFile
from auditor.inventory import Inventory, loads
from auditor.model import Unknown
from auditor.pipeline import audit, read
from auditor.platforms.openwrt.recognise import recognise
from auditor.platforms.openwrt.redaction import redact
from auditor.policies import load_policy
from auditor.secrets import Redactor
from auditor.verdicts import Result
from tests.syntax.uci_texts import real_files, real_text

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FILES = real_files()


def _capture(path: Path) -> Capture | None:
    text = real_text(path)
    found = recognise(path.name, text)
    if found is None:
        return None
    hidden = redact(found[0], text, Redactor(b"k" * 32))
    return Capture("gw", "openwrt", (CapturedFile(found[0], hidden, found[1]),), (), NOW, True, "published")


def _inventory(capture: Capture) -> Inventory:
    """A shop whose readers use the first SSID of the device, or its first network, or whatever there may be."""
    device = read(capture)
    ssids = [bss.ssid.value for bss in device.bsses if not isinstance(bss.ssid, Unknown)]
    subnets = [
        str(address.network)
        for interface in device.interfaces
        if not isinstance(interface.addresses, Unknown)
        for address in interface.addresses.value
    ]
    if ssids and ssids[0].isprintable():
        quoted = ssids[0].replace("'", "''")
        where = f"ssid: '{quoted}'"
    else:
        where = f"subnet: {subnets[0] if subnets else '192.168.1.0/24'}"
    text = f"""
sites:
  shop:
    integration: javascript-sdk
    opening_hours: {{daily: "08:00-20:00"}}
    readers: {{tills: {{{where}, model: bbpos-wisepos-e}}}}
    pos: {{tablets: {{subnet: {subnets[0] if subnets else "192.168.1.0/24"}}}}}
    devices: {{gw: {{captures: gw, platform: openwrt}}}}
"""
    return loads(text.encode(), Path("inventory.yaml"))


@pytest.mark.skipif(not FILES, reason="the collection of real configurations is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_rule_runs_on_it(path: Path) -> None:
    capture = _capture(path)
    if capture is None:
        pytest.skip("not a text of OpenWrt")
    site = _inventory(capture).sites[0]
    report = audit(site, (capture,), (), load_policy(site.policy), NOW)
    assert [f.message for f in report.findings if f.result is Result.ERROR] == []
    for coverage in report.coverage["gw"]:
        lines = next(file.text.splitlines() for file in capture.files if file.path == coverage.file)
        assert coverage.understood + coverage.irrelevant + len(coverage.unknown) == len(lines)
