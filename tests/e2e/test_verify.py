"""The whole way round: audit, paste the commands into the device, verify; then back again."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.command_line import SHOP, User, inventory, live, verdicts
from tests.e2e.serving import serving
from tests.e2e.uci_device import Different, UciDevice
from tests.fakes.openwrt_ssh import PASSWORD, Device


@dataclass(frozen=True, slots=True)
class Shop:
    """A live shop that was audited once; what is written below `router` is what it serves from then on."""

    user: User
    router: Path

    def fixes(self, *kinds: str) -> list[str]:
        """The texts of the files of commands or undo that were written, risky ones last."""
        folder = self.user.folder / "fixes"
        names = [name for kind in kinds for name in (f"gw.{kind}", f"gw.risky.{kind}")]
        return [(folder / name).read_text(encoding="utf-8") for name in names if (folder / name).is_file()]

    def audit(self, report: str = "report.json") -> int:
        return self.user.run("audit", "inventory.yaml", "--out", "fixes", "--report", f"json={report}").code


@pytest.fixture
def live_shop(tmp_path: Path) -> Iterator[Shop]:
    router = Path(shutil.copytree(SHOP, tmp_path / "router"))
    user = User.at(tmp_path, SHOP_PASSWORD=PASSWORD)
    with serving(Device(router)) as (served,):
        user.write("inventory.yaml", inventory(f"{{gw: {live(served.port)}}}"))
        done = user.run(
            *("audit", "inventory.yaml", "--accept-new-host-keys", "--out", "fixes", "--report", "json=report.json")
        )
        assert done.code == 1, done.output
        yield Shop(user, router)


def _failed(shop: Shop, report: str) -> set[str]:
    return {each["rule"] for each in verdicts(shop.user.report(report)) if each["result"] == "fail"}


def test_pasted_commands_fix_what_they_promise_and_verify_says_so(live_shop: Shop) -> None:
    device = UciDevice(live_shop.router)
    for text in live_shop.fixes("commands"):
        device.paste(text)
    assert {"dnsmasq", "wifi"} <= set(device.reloaded)
    assert device.armed == [], "every way back that was armed is called off in the end"
    done = live_shop.user.run("verify", "bakery", "--rule", "dhcp-lease-too-short,dns-rebind,station-isolation")
    assert done.code == 0, done.output
    for rule in ("dhcp-lease-too-short", "dns-rebind", "station-isolation"):
        assert rule in done.stdout
    before = _failed(live_shop, "report.json")
    live_shop.audit("after.json")
    after = _failed(live_shop, "after.json")
    assert {"dhcp-lease-too-short", "dns-rebind", "station-isolation"} <= before - after
    assert after <= before


def test_the_commands_say_what_they_expect_and_a_changed_device_stops_the_person(live_shop: Shop) -> None:
    _replace(live_shop.router / "etc/config/dhcp", "leasetime '2h'", "leasetime '3h'")
    device = UciDevice(live_shop.router)
    with pytest.raises(Different, match=r"dhcp\.pos\.leasetime.*the device says '3h'"):
        device.paste(live_shop.fixes("commands")[0])


def test_pasting_twice_is_pasting_once(live_shop: Shop) -> None:
    device = UciDevice(live_shop.router)
    texts = live_shop.fixes("commands")
    changes = [_without_reads(text) for text in texts]
    for text in texts:
        device.paste(text)
    once = device.settings()
    for text in changes:
        device.paste(text)
    assert device.settings() == once


def test_undo_brings_every_setting_back(live_shop: Shop) -> None:
    device = UciDevice(live_shop.router)
    before = device.settings()
    for text in live_shop.fixes("commands"):
        device.paste(text)
    assert device.settings() != before
    for text in reversed(live_shop.fixes("undo")):
        device.paste(text)
    assert device.settings() == before
    done = live_shop.user.run("verify")
    assert done.code == 1, done.output
    assert "dhcp-lease-too-short" in done.stdout


def test_without_any_change_nothing_is_fixed(live_shop: Shop) -> None:
    done = live_shop.user.run("verify", "bakery", "--rule", "dhcp-lease-too-short")
    assert done.code == 1, done.output
    assert "dhcp-lease-too-short" in done.stdout


def test_what_else_moved_is_named(live_shop: Shop) -> None:
    device = UciDevice(live_shop.router)
    for text in live_shop.fixes("commands"):
        device.paste(text)
    _replace(live_shop.router / "etc/config/dhcp", "leasetime '12h'", "leasetime '7h'")
    done = live_shop.user.run("verify", "bakery", "--rule", "dhcp-lease-too-short")
    assert done.code == 1, done.output
    (moved,) = (line.strip() for line in done.stdout.splitlines() if "moved as well" in line)
    assert re.search(r"dhcp_scopes\[lan\]\.lease_time: stated 12h → stated 7h", moved)


def test_what_could_not_be_seen_again_is_not_fixed(live_shop: Shop) -> None:
    wireless = live_shop.router / "etc/config/wireless"
    wireless.write_text(wireless.read_text(encoding="utf-8").replace("BAKERY-TILLS", "RENAMED"), encoding="utf-8")
    done = live_shop.user.run("verify", "bakery")
    assert "still there" in done.stdout or "undecided" in done.stdout
    assert not re.search(r"fixed +\w+ +station-isolation", done.stdout)
    shutil.rmtree(live_shop.router / "etc/config")
    done = live_shop.user.run("verify", "bakery")
    assert done.code != 0, done.output
    assert not re.search(r"^ +fixed ", done.stdout, re.MULTILINE)


def test_another_inventory_than_the_audit_had_is_refused(live_shop: Shop) -> None:
    _replace(live_shop.user.folder / "inventory.yaml", "BAKERY-TILLS", "BAKERY-TILS")
    done = live_shop.user.run("verify", "--rule", "dhcp-lease-too-short")
    assert done.code == 2, done.output
    assert "audit` again" in done.stderr


def test_notes_do_not_count_unless_asked_for(live_shop: Shop) -> None:
    command = ("verify", "bakery", "--rule", "dhcp-lease-store-volatile")
    assert live_shop.user.run(*command).code == 0
    assert live_shop.user.run(*command, "--fail-on", "note").code == 1


def test_verify_can_be_repeated_until_the_change_is_made(live_shop: Shop) -> None:
    command = ("verify", "bakery", "--rule", "dhcp-lease-too-short")
    assert live_shop.user.run(*command).code == 1
    _replace(live_shop.router / "etc/config/dhcp", "leasetime '2h'", "leasetime '24h'")
    assert live_shop.user.run(*command).code == 0


def test_a_site_that_was_never_audited_cannot_be_verified(user: User) -> None:
    user.write("inventory.yaml", inventory(f"{{gw: {{captures: {SHOP}, platform: openwrt}}}}"))
    done = user.run("verify")
    assert done.code == 2
    assert "auditor audit" in done.output


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def _without_reads(text: str) -> str:
    """A file of commands from its first change on: what it expects before holds only once."""
    lines = text.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("# 2. change"))
    return "\n".join(lines[begin:])
