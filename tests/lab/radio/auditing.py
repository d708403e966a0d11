"""What an audit says of a scenario's access point, and the files with what it emits applied."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from auditor.capture import Capture, CapturedFile, Kind
from auditor.inventory import loads
from auditor.model import Bss, Severity
from auditor.pipeline import SiteReport, audit
from auditor.platforms import platform
from auditor.policies import load_policy
from auditor.secrets import Redactor
from auditor.verdicts import Result
from tests.lab.radio.scenarios import DHCP, MAIN, READER, SSID, Scenario

AP = "ap"
_NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_REDACTOR = Redactor(b"the key of the tests")
_PROCESSES = f"""\
    PID   UID ELAPSED      NETNS CGROUP                         COMMAND
      1     0    9000 4026531840 0::/init.scope                 /sbin/init
    412     0    8900 4026531840 0::/system.slice/ap.service    /usr/sbin/hostapd {MAIN}
    433     0    8900 4026531840 0::/system.slice/dhcp.service  /usr/sbin/dnsmasq -d -C {DHCP}
    978     0       0 4026531840 0::/user.slice/session-1.scope ps -A -ww -o pid,uid,etimes,netns,cgroup:120,args
"""


@dataclass(frozen=True, slots=True)
class Audited:
    """The audit of an access point whose files are `texts`, secrets included."""

    texts: Mapping[str, str]
    report: SiteReport

    @property
    def fails(self) -> frozenset[str]:
        """The rules that fail; isolation that keeps nobody from anybody is none that stations feel."""
        return frozenset(
            finding.rule
            for finding in self.report.findings
            if finding.result is Result.FAIL
            and not (finding.rule == "station-isolation" and finding.severity is not Severity.ERROR)
        )

    @property
    def undecided(self) -> frozenset[str]:
        """The rules that cannot tell, or gave no verdict."""
        told = (Result.UNKNOWN, Result.ERROR)
        return frozenset(finding.rule for finding in self.report.findings if finding.result in told)

    @property
    def bss(self) -> Bss:
        """The BSS of the readers."""
        (device,) = self.report.site.devices
        (found,) = (bss for bss in device.bsses if getattr(bss.ssid, "value", "") == SSID)
        return found

    @property
    def words(self) -> str:
        """What was said other than a pass, for people who look at a test that failed."""
        told = (Result.FAIL, Result.UNKNOWN, Result.ERROR)
        said = [f"{f.rule}: {f.result.value}: {f.message}" for f in self.report.findings if f.result in told]
        said += [f"{fix.fix.title}: {fix.withheld}" for fix in self.report.remediation.fixes if fix.withheld]
        return "\n".join(said)

    def mended(self) -> dict[str, str] | None:
        """The files with the emitted diffs applied, None if there are none."""
        diffs = {path: diff for change in self.report.remediation.devices for path, diff in change.diffs.items()}
        if not diffs:
            return None
        return {path: _patched(text, diffs[path]) if path in diffs else text for path, text in self.texts.items()}


def audited(scenario: Scenario, texts: Mapping[str, str]) -> Audited:
    """Audit an access point with these files; secrets are taken out first, as when it is collected."""
    inventory = yaml.safe_dump({"sites": {"lab": _site(scenario)}}).encode()
    entry = loads(inventory, Path("inventory.yaml")).sites[0]
    return Audited(texts, audit(entry, (_capture(texts),), (), load_policy("stripe-terminal"), _NOW))


def _site(scenario: Scenario) -> dict[str, object]:
    return {
        "timezone": "UTC",
        "opening_hours": {"daily": "08:00-20:00"},
        "integration": "javascript-sdk",
        "readers": {"counter": {"ssid": SSID, "mac": READER, "model": scenario.model}},
        "pos": {"till": {"ssid": scenario.pos.ssid, "connection": "wifi"}},
        "devices": {AP: {"host": "192.0.2.1", "platform": "linux"}},
    }


def _capture(texts: Mapping[str, str]) -> Capture:
    kind = platform("linux")
    interfaces = [
        line.partition("=")[2] for line in texts[MAIN].splitlines() if line.startswith(("interface=", "bss="))
    ]
    outputs = {
        "commands/ip-addr.json": json.dumps(_links(interfaces), indent=4) + "\n",
        "commands/wireless-links.txt": "".join(f"/sys/class/net/{name}/phy80211\n" for name in interfaces),
    }
    outputs["commands/processes.txt"] = _PROCESSES
    files = [
        CapturedFile(path, kind.redact(path, text, _REDACTOR), Kind.STATE if path in outputs else Kind.CONFIGURATION)
        for path, text in {**texts, **outputs}.items()
    ]
    return Capture(AP, "linux", tuple(files), (), _NOW, False, "the laboratory")


def _links(interfaces: list[str]) -> list[dict[str, object]]:
    """The links of the access point as `ip -j -p -d addr` shows them, as far as they are read."""
    bridge: dict[str, object] = {
        "ifname": "br-lan",
        "flags": ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
        "link_type": "ether",
        "linkinfo": {"info_kind": "bridge", "info_data": {"vlan_filtering": 0}},
        "addr_info": [{"family": "inet", "local": "192.168.10.1", "prefixlen": 24, "scope": "global"}],
    }
    port = {"info_slave_kind": "bridge", "info_slave_data": {"isolated": False}}
    return [bridge] + [
        {
            "ifname": name,
            "flags": ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
            "link_type": "ether",
            "master": "br-lan",
            "linkinfo": port,
            "addr_info": [],
        }
        for name in interfaces
    ]


def _patched(text: str, diff: str) -> str:
    """The file as a person has it who applied the diff; one that shows a redacted line would not fit."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "file")
        file.write_text(text, encoding="utf-8")
        done = subprocess.run(["patch", "-s", str(file)], input=diff, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return file.read_text(encoding="utf-8")
