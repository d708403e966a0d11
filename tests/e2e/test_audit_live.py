"""A live audit over SSH: verdicts with their lines, files, and nothing sent but what is announced."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from auditor import report as report_package
from tests.e2e.command_line import KEYS, SHOP, User, inventory, line_of, live, verdicts
from tests.e2e.conftest import Audited
from tests.e2e.serving import serving
from tests.fakes.openwrt_ssh import PASSWORD, Device, Fault

WIRELESS = "etc/config/wireless"

FAULTS = {
    "dhcp-lease-too-short": ("etc/config/dhcp", "option leasetime '2h'", ""),
    "station-isolation": (WIRELESS, "option isolate '1'", "'pos_2g'"),
    "wifi-ax": (WIRELESS, "option htmode 'HE80'", ""),
    "schedule-cuts-readers": ("etc/crontabs/root", "0 12 * * 2,5 /sbin/reboot", ""),
}


def test_findings_give_exit_code_1(audited: Audited) -> None:
    assert audited.done.code == 1, audited.done.output


@pytest.mark.parametrize("rule", FAULTS)
def test_a_fault_is_found_on_its_line(audited: Audited, rule: str) -> None:
    file, text, after = FAULTS[rule]
    (failed,) = (each for each in verdicts(audited.user.report(), rule) if each["result"] == "fail")
    places = {(each["device"], each["file"], each["line"]) for each in failed["evidence"]}
    line = line_of(file, text, after=after)
    assert ("gw", f"/{file}", line) in places
    assert f"gw:/{file}:{line}" in audited.done.stdout


def test_a_default_that_no_line_overrides_is_named_as_such(audited: Audited) -> None:
    (failed,) = (each for each in verdicts(audited.user.report(), "dns-rebind") if each["result"] == "fail")
    assert failed["items"] == ["R16"]
    assert any("rebind_protection 1" in str(each) for each in failed["evidence"])


def test_the_guests_network_is_nobodys_finding(audited: Audited) -> None:
    """A short lease and isolation are meant there; only as somebody whom a fix interrupts it is named."""
    for verdict in verdicts(audited.user.report()):
        if verdict["result"] in ("fail", "unknown", "error"):
            told = json.dumps([verdict["subject"], verdict["message"], verdict["evidence"]])
            assert "TEA-ROOM" not in told
            assert "guest" not in told


def test_what_was_not_audited_is_unknown_and_says_what_would_settle_it(audited: Audited) -> None:
    unknown = [each for each in verdicts(audited.user.report()) if each["result"] == "unknown"]
    assert any("10.20.0.53" in json.dumps(each) for each in unknown), unknown


def test_no_rule_breaks(audited: Audited) -> None:
    assert [each for each in verdicts(audited.user.report()) if each["result"] == "error"] == []


def test_the_json_report_is_valid(audited: Audited) -> None:
    schema = json.loads(Path(report_package.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(audited.user.report(), schema)
    for verdict in audited.user.report()["verdicts"]:
        assert {"site", "device", "rule", "items", "result", "severity", "subject", "message"} <= set(verdict)
        for evidence in verdict["evidence"]:
            assert {"device", "file", "line", "end_line", "text"} <= set(evidence)


def test_each_device_gets_commands_diff_and_undo_and_the_site_a_run_sheet(audited: Audited) -> None:
    names = {file.name for file in (audited.user.folder / "fixes").iterdir()}
    assert {"gw.commands", "gw.diff", "gw.undo", "bakery.runsheet.txt"} <= names
    commands = (audited.user.folder / "fixes" / "gw.commands").read_text(encoding="utf-8")
    assert re.search(r"^uci set '?dhcp\.pos\.leasetime='?24h'$", commands, re.MULTILINE)
    diff = (audited.user.folder / "fixes" / "gw.diff").read_text(encoding="utf-8")
    assert "-\toption leasetime '2h'\n+\toption leasetime '24h'\n" in diff


def test_the_router_is_asked_only_what_is_announced(audited: Audited) -> None:
    announced = audited.user.run("platforms", "openwrt", "--commands").stdout.splitlines()
    begins = {line.partition("{")[0] for line in announced if line and not line.startswith(" ")}
    assert len(audited.log.commands) > 15
    assert [asked for asked in audited.log.commands if not any(asked.startswith(begin) for begin in begins)] == []
    assert audited.log.extras == []
    assert audited.log.logins == 1


def test_no_key_of_the_device_is_in_anything_that_was_written(audited: Audited) -> None:
    assert any(KEYS[0] in text.read_text(encoding="utf-8") for text in SHOP.rglob("wireless"))
    texts = audited.user.texts()
    assert any(file.suffix == ".html" for file in texts)
    assert any(
        file.parent.parent.name == "objects" and "/etc/config/wireless" in text for file, text in texts.items()
    ), "captures are kept for verify"
    for key in (*KEYS, PASSWORD):
        assert key not in audited.done.output
        assert [file for file, text in texts.items() if key in text] == []


def test_a_new_host_key_must_be_accepted(user: User, shop: Path) -> None:
    with serving(Device(shop)) as (router,):
        user.write("inventory.yaml", inventory(f"{{gw: {live(router.port)}}}"))
        done = user.run("audit", "inventory.yaml")
        assert done.code == 3
        assert router.fingerprint in done.stdout.replace("\n", "").replace(" ", "")
        assert router.log.commands == []


def test_a_changed_host_key_is_refused_although_new_ones_are_accepted(user: User, shop: Path) -> None:
    """Two routers behind one name: host keys belong to the device's name, not to its address."""
    with serving(Device(shop), Device(shop)) as (router, another):
        codes: list[int] = []
        for served in (router, another):
            user.write("inventory.yaml", inventory(f"{{gw: {live(served.port)}}}"))
            codes.append(user.run("audit", "inventory.yaml", "--accept-new-host-keys").code)
        assert codes == [1, 3]
        assert another.log.commands == []


def test_a_device_that_cannot_be_reached_is_reported_and_the_other_audited(user: User, shop: Path) -> None:
    with serving(Device(shop, fault=Fault.REFUSE_LOGIN), Device(shop)) as (closed, router):
        devices = f"{{gw: {live(router.port)}, ap2: {live(closed.port)}}}"
        user.write("inventory.yaml", inventory(devices))
        done = user.run("audit", "inventory.yaml", "--accept-new-host-keys", "--report", "json=report.json")
        assert closed.log.logins == 1, "a refused login is never tried again"
    assert done.code == 1
    assert "ap2" in done.stdout
    assert "NOT AUDITED" in done.stdout
    assert [each["result"] for each in verdicts(user.report(), "dhcp-lease-too-short")] == ["fail"]
    assert "ap2" in json.dumps({name: value for name, value in user.report().items() if name != "verdicts"})


def test_a_site_whose_only_device_is_down_gives_exit_code_3(user: User, shop: Path) -> None:
    with serving(Device(shop, fault=Fault.REFUSE_LOGIN)) as (closed,):
        user.write("inventory.yaml", inventory(f"{{gw: {live(closed.port)}}}"))
        done = user.run("audit", "inventory.yaml", "--accept-new-host-keys")
    assert done.code == 3, done.output
    assert "refused the login" in done.stdout


def test_a_shared_device_is_collected_once_for_both_sites(user: User, shop: Path) -> None:
    with serving(Device(shop)) as (router,):
        first = inventory("{gw: {}}", site="bakery")
        second = inventory("{gw: {}}", site="tea-room").removeprefix("sites:\n")
        user.write("inventory.yaml", f"devices:\n  gw: {live(router.port)}\n{first}{second}")
        done = user.run(
            *("audit", "inventory.yaml", "--accept-new-host-keys", "--report", "json=report.json", "--out", "fixes")
        )
        assert done.code == 1, done.output
        assert router.log.logins == 1
    for site in ("bakery", "tea-room"):
        assert [each["result"] for each in verdicts(user.report(), "dhcp-lease-too-short", site=site)] == ["fail"]
    sheets = {str(file.relative_to(user.folder / "fixes")) for file in (user.folder / "fixes").rglob("*.runsheet.txt")}
    assert sheets == {"bakery/bakery.runsheet.txt", "tea-room/tea-room.runsheet.txt", "_shared/gw/gw.runsheet.txt"}
    assert "2 sites" in (user.folder / "fixes" / "bakery" / "bakery.runsheet.txt").read_text(encoding="utf-8")
    assert {file.parent.name for file in (user.folder / "fixes").rglob("*.commands")} == {"gw"}, "one snippet for both"
    commands = (user.folder / "fixes" / "_shared" / "gw" / "gw.risky.commands").read_text(encoding="utf-8")
    assert "proven   2 sites: bakery, tea-room" in commands
    assert commands.count("uci set 'dhcp.pos.leasetime=24h'") == 1
    (lease,) = (each for each in user.report()["shared"]["findings"] if each["rule"] == "dhcp-lease-too-short")
    assert lease["sites"] == ["bakery", "tea-room"]


def test_a_shared_device_that_cannot_be_reached_is_one_line_for_all_sites(user: User, shop: Path) -> None:
    with serving(Device(shop, fault=Fault.REFUSE_LOGIN)) as (closed,):
        first = inventory("{gw: {}}", site="bakery")
        second = inventory("{gw: {}}", site="tea-room").removeprefix("sites:\n")
        user.write("inventory.yaml", f"devices:\n  gw: {live(closed.port)}\n{first}{second}")
        done = user.run("audit", "inventory.yaml", "--accept-new-host-keys", "--report", "json=report.json")
        assert closed.log.logins == 1
    assert done.code == 3, done.output
    assert {each["site"] for each in user.report()["failures"]} == {"bakery", "tea-room"}
    (common,) = user.report()["shared"]["failures"]
    assert (common["device"], common["sites"]) == ("gw", ["bakery", "tea-room"])
    assert "1 of 1 device not audited" in done.stdout
