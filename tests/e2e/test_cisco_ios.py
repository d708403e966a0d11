"""Live audits of IOS devices on their terminals: the healthy shop passes, and nothing is sent but what is announced."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.platforms import PLATFORMS
from tests.e2e.command_line import ROOT, Done, User, verdicts
from tests.fakes.ios_ssh import ENABLE, PASSWORD, Device, Log, serving

SHOP = ROOT / "tests" / "shops" / "cisco_ios" / "healthy"
NAMES = tuple(sorted(folder.name for folder in SHOP.iterdir() if folder.is_dir())) if SHOP.is_dir() else ()

pytestmark = [
    pytest.mark.skipif(not NAMES, reason="the healthy shop of IOS is not there"),
    pytest.mark.skipif(all(p.name != "cisco_ios" for p in PLATFORMS), reason="cisco_ios is not among the platforms"),
]


@dataclass(frozen=True, slots=True)
class Audited:
    """A finished live audit: the user, how it ended, and what each device was told."""

    user: User
    done: Done
    logs: dict[str, Log]


def audit(folder: Path, more: str = "", **settings: object) -> Audited:
    """Audit the healthy shop over SSH; `more` are further keys of its devices, `settings` change each device."""
    user = User.at(folder, SHOP_PASSWORD=PASSWORD, SHOP_ENABLE=ENABLE)
    text = (SHOP / "inventory.yaml").read_text(encoding="utf-8")
    devices = [Device(SHOP / name, hostname=name, **settings) for name in NAMES]  # type: ignore[arg-type]
    with serving(*devices) as fakes:
        for name, fake in zip(NAMES, fakes, strict=True):
            login = f"username: audit, credentials: {{env: SHOP_PASSWORD}}{more}"
            live = f"{name}: {{host: 127.0.0.1, port: {fake.port}, platform: cisco_ios, {login}}}"
            text, times = re.subn(rf"\b{name}: \{{captures: [^}}]*\}}", live, text)
            assert times == 1, text
        user.write("inventory.yaml", text)
        reports = ("--report", "json=report.json", "--out", "fixes")
        done = user.run("audit", "inventory.yaml", "--accept-new-host-keys", *reports)
        return Audited(user, done, {name: fake.log for name, fake in zip(NAMES, fakes, strict=True)})


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    return audit(tmp_path_factory.mktemp("ios"))


def found(audited: Audited) -> list[str]:
    """What is wrong; notes may stand in any shop."""
    wrong = [each for each in verdicts(audited.user.report()) if each["result"] in ("fail", "error")]
    return [each["message"] for each in wrong if each["severity"] != "note"]


def test_the_healthy_shop_has_no_finding(audited: Audited) -> None:
    assert audited.done.code in (0, 3), audited.done.output
    assert found(audited) == []


def test_the_devices_are_told_only_what_is_announced(audited: Audited) -> None:
    announced = audited.user.run("platforms", "cisco_ios", "--commands").stdout.splitlines()
    for log in audited.logs.values():
        assert log.logins == 1
        assert len(log.commands) > 15
        for line in log.commands:
            assert line in announced or line.startswith("show wireless profile policy detailed "), line


def test_it_is_what_an_audit_of_the_saved_files_says(audited: Audited, tmp_path: Path) -> None:
    user = User.at(tmp_path)
    text = (SHOP / "inventory.yaml").read_text(encoding="utf-8").replace("captures: ", f"captures: {SHOP}/")
    user.write("inventory.yaml", text)
    user.run("audit", "inventory.yaml", "--report", "json=report.json")
    saved = {(each["rule"], each["subject"]): each["result"] for each in verdicts(user.report())}
    live = {(each["rule"], each["subject"]): each["result"] for each in verdicts(audited.user.report())}
    assert live == saved


def test_napalm_gives_the_same_verdicts_but_for_what_its_getters_do_not_tell(audited: Audited, tmp_path: Path) -> None:
    by_napalm = audit(tmp_path, ", transport: napalm")
    assert by_napalm.done.code in (0, 3), by_napalm.done.output
    assert found(by_napalm) == []
    passed = {(e["rule"], e["subject"]) for e in verdicts(audited.user.report()) if e["result"] == "pass"}
    still = {(e["rule"], e["subject"]) for e in verdicts(by_napalm.user.report()) if e["result"] == "pass"}
    assert len(passed & still) >= len(passed) - 4, passed - still


def test_a_login_that_may_not_see_everything_leaves_nothing_passed(tmp_path: Path) -> None:
    limited = audit(tmp_path, level=7)
    assert "privilege level" in str(limited.user.report())
    isolation = verdicts(limited.user.report(), "station-isolation")
    assert isolation
    assert {each["result"] for each in isolation} <= {"unknown", "not_applicable"}


def test_a_login_with_an_enable_secret_sees_everything(tmp_path: Path) -> None:
    enabled = audit(tmp_path, ", enable: {env: SHOP_ENABLE}", level=1)
    assert found(enabled) == []
    assert enabled.done.code in (0, 3), enabled.done.output
    assert {log.secrets for log in enabled.logs.values()} == {1}
    texts = enabled.user.texts()
    assert not any(ENABLE in text or PASSWORD in text for text in texts.values())
