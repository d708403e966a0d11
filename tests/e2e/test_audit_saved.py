"""Audits of saved configurations: the same verdicts as live, without any network."""

import os
import shutil
from pathlib import Path

import pytest

from auditor.cli.keeping import kept
from auditor.cli.workplace import Workplace
from auditor.collect.store import store_capture
from auditor.inventory import load
from tests.e2e.command_line import KEYS, SHOP, User, inventory, judged, line_of, verdicts
from tests.e2e.conftest import Audited

PACKAGES = ("network", "dhcp", "wireless", "firewall", "system")


def _exported(folder: Path) -> str:
    """The whole configuration as `uci export` prints it."""
    texts = (f"package {name}\n{(folder / 'etc/config' / name).read_text(encoding='utf-8')}\n" for name in PACKAGES)
    return "".join(texts)


def test_a_saved_capture_gives_the_verdicts_of_the_live_one(audited: Audited, user: User, shop: Path) -> None:
    user.write("inventory.yaml", inventory(f"{{gw: {{captures: {shop}, platform: openwrt}}}}"))
    done = user.run("audit", "inventory.yaml", "--report", "json=report.json")
    assert done.code == 1, done.output
    assert judged(user.report()) == judged(audited.user.report())


def test_collected_captures_give_the_verdicts_of_the_live_one(audited: Audited, user: User) -> None:
    file = audited.user.folder / "inventory.yaml"
    (site,) = load(file).sites
    (capture,) = kept(Workplace(file), site).captures
    store_capture(capture, user.folder / "gw")
    user.write("inventory.yaml", inventory("{gw: {captures: gw/, platform: openwrt}}"))
    assert user.run("audit", "inventory.yaml", "--report", "json=report.json").code == 1
    assert judged(user.report()) == judged(audited.user.report())


def test_the_files_of_etc_config_may_lie_in_the_directory_itself(user: User, shop: Path) -> None:
    flat = user.folder / "flat"
    shutil.copytree(shop / "etc" / "config", flat)
    user.write("inventory.yaml", inventory("{gw: {captures: flat/, platform: openwrt}}"))
    assert user.run("audit", "inventory.yaml", "--report", "json=report.json").code == 1
    (lease,) = verdicts(user.report(), "dhcp-lease-too-short")
    assert lease["result"] == "fail"
    assert lease["evidence"][0]["line"] == line_of("etc/config/dhcp", "option leasetime '2h'")


def test_one_file_of_uci_export_needs_no_inventory(user: User, shop: Path) -> None:
    text = _exported(shop)
    user.write("gw.txt", text)
    done = user.run(
        *("audit", "gw.txt", "--platform", "openwrt", "--readers", "ssid=BAKERY-TILLS,model=bbpos-wisepos-e"),
        *("--pos", "subnet=192.168.30.0/24", "--integration", "javascript-sdk", "--open", "07:00-19:30"),
        *("--report", "json=report.json"),
    )
    assert done.code == 1, done.output
    (lease,) = verdicts(user.report(), "dhcp-lease-too-short")
    (rebind,) = verdicts(user.report(), "dns-rebind")
    assert (lease["result"], rebind["result"]) == ("fail", "fail")
    assert lease["evidence"][0]["file"] == "gw.txt"
    assert text.splitlines()[lease["evidence"][0]["line"] - 1].strip() == "option leasetime '2h'"
    assert not (user.folder / ".auditor").exists(), "nothing is kept of a single file"


def test_a_single_file_is_audited_with_what_it_holds(user: User, shop: Path) -> None:
    """Only the Wi-Fi: what the other files would say is unknown, never fine."""
    shutil.copy(shop / "etc" / "config" / "wireless", user.folder / "wireless")
    done = user.run(
        *("audit", "wireless", "--platform", "openwrt", "--readers", "ssid=BAKERY-TILLS"),
        "--report",
        "json=report.json",
    )
    assert done.code in (1, 3), done.output
    for rule in ("dhcp-lease-too-short", "dns-rebind", "egress-blocked", "reader-port-blocked"):
        assert {each["result"] for each in verdicts(user.report(), rule)} == {"unknown"}, rule


@pytest.mark.parametrize(
    "text",
    ["/interface bridge\nadd name=bridge1\n/ip pool\n", "hostname SW1\n!\ninterface Gi0/1\n switchport\n", "nothing\n"],
)
def test_a_text_of_another_platform_is_one_clear_error(user: User, text: str) -> None:
    user.write("backup", text)
    alone = user.run("audit", "backup", "--platform", "openwrt", "--readers", "ssid=BAKERY-TILLS")
    user.write("inventory.yaml", inventory("{gw: {captures: backup, platform: openwrt}}"))
    listed = user.run("audit", "inventory.yaml")
    assert (alone.code, listed.code) == (2, 3), alone.output
    for done in (alone, listed):
        assert " ".join(done.output.split()).count("holds no configuration of openwrt") == 1, done.output
    assert len(alone.output.splitlines()) < 4


def test_a_saved_capture_without_a_platform_is_told_what_is_missing(user: User, shop: Path) -> None:
    done = user.run("audit", str(shop))
    assert done.code == 2
    assert "add --platform, one of: openwrt" in done.output


def test_the_command_line_knows_the_models_of_readers(user: User, shop: Path) -> None:
    done = user.run("audit", str(shop), "--platform", "openwrt", "--readers", "ssid=BAKERY-TILLS,model=verifone-p40")
    assert done.code == 2
    assert "did you mean 'verifone-p400'?" in done.output


def test_mobile_readers_stand_beside_others_and_get_no_verdicts_on_a_network(user: User, shop: Path) -> None:
    done = user.run(
        *("audit", str(shop), "--platform", "openwrt", "--integration", "javascript-sdk"),
        *("--readers", "ssid=BAKERY-TILLS,model=bbpos-wisepos-e", "--readers", "model=stripe-m2"),
        *("--pos", "subnet=192.168.30.0/24", "--report", "json=report.json"),
    )
    assert done.code == 1, done.output
    mobile = [each for each in user.report()["verdicts"] if each["subject"] == "readers-2"]
    assert {each["result"] for each in mobile} == {"not_applicable", "not_checked"}


def test_an_old_capture_decides_nothing(user: User, shop: Path) -> None:
    for file in shop.rglob("*"):
        os.utime(file, (1_600_000_000, 1_600_000_000))
    user.write("inventory.yaml", inventory(f"{{gw: {{captures: {shop}, platform: openwrt, max_capture_age: 30d}}}}"))
    done = user.run("audit", "inventory.yaml", "--report", "json=report.json")
    assert done.code == 3, done.output
    assert "max_capture_age" in done.stdout
    assert {each["result"] for each in verdicts(user.report(), "dhcp-lease-too-short")} <= {"unknown"}


def test_no_key_of_a_saved_capture_is_written(user: User) -> None:
    shutil.copytree(SHOP, user.folder / "gw")
    user.write("inventory.yaml", inventory("{gw: {captures: gw/, platform: openwrt}}"))
    done = user.run(
        *("audit", "inventory.yaml", "--verbose", "--checklist", "--out", "fixes"),
        *("--report", "json=report.json", "--report", "html=report.html"),
    )
    shown = user.run("model", "gw/", "--platform", "openwrt")
    shutil.rmtree(user.folder / "gw")
    for key in KEYS:
        assert key not in done.output + shown.output
        assert [file for file, text in user.texts().items() if key in text] == []


def test_a_saved_device_of_two_sites_is_told_once_and_a_part_that_it_lacks_is_said(user: User, shop: Path) -> None:
    sites = {"bakery": "{gw: {}}", "tea-room": "{gw: }", "zoo": "{gw: {part: floor 1}}"}
    texts = [inventory(devices, site=site).removeprefix("sites:\n") for site, devices in sites.items()]
    user.write("inventory.yaml", f"devices:\n  gw: {{captures: {shop}, platform: openwrt}}\nsites:\n{''.join(texts)}")
    done = user.run("audit", "inventory.yaml", "--report", "json=report.json", "--report", "html=report.html")
    assert done.code == 1, done.output
    report = user.report()
    (lease,) = (each for each in report["shared"]["findings"] if each["rule"] == "dhcp-lease-too-short")
    assert lease["sites"] == ["bakery", "tea-room"]
    (fix,) = (each["fix"] for each in report["shared"]["fixes"] if "lease_time" in each["fix"]["title"])
    assert (fix["sites"], fix["proven_for"]) == (["bakery", "tea-room", "zoo"], ["bakery", "tea-room"])
    (failure,) = report["failures"]
    assert (failure["site"], failure["why"]) == ("zoo", "it has no parts, and the inventory names 'floor 1'")
    assert done.stdout.count("uci set 'dhcp.pos.leasetime=24h'") == 1
    alone = user.run("audit", "inventory.yaml", "--site", "bakery", "--out", "fixes")
    assert alone.code == 1, alone.output
    assert "proven for this site" in alone.stdout
    (commands,) = (user.folder / "fixes").glob("gw*.commands")
    assert "# NOT TRIED AT 2 sites: tea-room, zoo" in commands.read_text(encoding="utf-8")
