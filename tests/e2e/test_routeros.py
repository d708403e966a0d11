"""A live audit of a RouterOS device over SSH: the healthy shop passes, and nothing is sent but what is announced."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.platforms import PLATFORMS
from auditor.profiles import load_profile
from tests.e2e.command_line import ROOT, Done, User, verdicts
from tests.fakes.routeros_ssh import PASSWORD, Device, Fault, Log, serving

SHOP = ROOT / "tests" / "shops" / "routeros" / "healthy"
GATEWAY = SHOP / "gw"
_EXPORT = GATEWAY / "export.rsc"

pytestmark = [
    pytest.mark.skipif(not _EXPORT.is_file(), reason="the healthy shop of RouterOS is not there"),
    pytest.mark.skipif(all(p.name != "routeros" for p in PLATFORMS), reason="routeros is not among the platforms"),
]


@dataclass(frozen=True, slots=True)
class Audited:
    """A finished live audit: the user, how it ended, and what the device was asked."""

    user: User
    done: Done
    log: Log


def inventory(port: int) -> str:
    """The inventory of the healthy shop, with its gateway reached over SSH."""
    text = (SHOP / "inventory.yaml").read_text(encoding="utf-8")
    login = "username: audit, credentials: {env: SHOP_PASSWORD}"
    live = f"gw: {{host: 127.0.0.1, port: {port}, platform: routeros, {login}}}"
    changed, times = re.subn(r"gw: \{captures: [^}]*\}", live, text)
    assert times == 1, text
    return changed


def audited_device(folder: Path, device: Device) -> Audited:
    user = User.at(folder, SHOP_PASSWORD=PASSWORD)
    with serving(device) as router:
        user.write("inventory.yaml", inventory(router.port))
        reports = ("--report", "json=report.json", "--out", "fixes")
        done = user.run("audit", "inventory.yaml", "--accept-new-host-keys", *reports)
        return Audited(user, done, router.log)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    return audited_device(tmp_path_factory.mktemp("routeros"), Device(GATEWAY))


def test_the_healthy_shop_has_no_finding(audited: Audited) -> None:
    assert audited.done.code in (0, 3), audited.done.output
    found = [each for each in verdicts(audited.user.report()) if each["result"] in ("fail", "error")]
    assert found == []


def test_the_device_is_asked_only_what_is_announced(audited: Audited) -> None:
    announced = audited.user.run("platforms", "routeros", "--commands").stdout
    profile = load_profile("routeros")
    assert profile.end_mark is not None
    assert len(audited.log.commands) > 15
    for asked in audited.log.commands:
        plain = asked.removesuffix(profile.end_mark.sends)
        begin = plain if "monitor" not in plain else "/interface ethernet monitor"
        assert begin in " ".join(announced.split()), asked
        assert not re.search(r"\b(?:add|set|remove|enable|disable|import|show-sensitive)\b", asked)
    assert audited.log.logins == 1


def test_the_capture_holds_the_export_without_the_mark_of_its_end(audited: Audited) -> None:
    kept = [text for file, text in audited.user.texts().items() if file.parent.parent.name == "objects"]
    assert any("by RouterOS" in text for text in kept)
    assert not any("# end of output" in text for text in kept)


def test_an_account_without_rights_leaves_nothing_passed(tmp_path: Path) -> None:
    """What the account may not read is unknown, and the report says which policies it needs."""
    refused = audited_device(tmp_path, Device(GATEWAY, forbidden=("/export",)))
    report = refused.user.report()
    (lease,) = verdicts(report, "dhcp-lease-too-short") or [{"result": "unknown"}]
    assert lease["result"] == "unknown", lease
    assert "policies ssh and read" in refused.done.output + str(report)


def test_an_export_that_is_cut_off_is_not_judged(tmp_path: Path) -> None:
    cut = audited_device(tmp_path, Device(GATEWAY, fault=Fault.CUT, on="/export"))
    report = cut.user.report()
    assert "cut off before its end" in str(report)
    assert [each for each in verdicts(report, "station-isolation") if each["result"] == "pass"] == []
