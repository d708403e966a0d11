"""The files that people type from: complete, in order, with the way back, and nothing dangerous in them."""

import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest

from auditor.cli.gathering import saved_capture
from auditor.inventory import loads
from auditor.pipeline import SiteReport, audit
from auditor.policies import load_policy
from auditor.profiles import load_profile
from auditor.report import files
from auditor.secrets import Redactor
from tests.report import shop

SHELL = ["busybox", "ash"] if shutil.which("busybox") else ["sh"]


@pytest.fixture(scope="module")
def report() -> SiteReport:
    return shop.report()


@pytest.fixture(scope="module")
def texts(report: SiteReport, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    directory = tmp_path_factory.mktemp("out")
    return {path.name: path.read_text() for path in files.write(report, directory)}


def runnable(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_safe_and_risky_fixes_are_in_separate_files(texts: dict[str, str]) -> None:
    assert list(texts) == [
        "lyon-01.runsheet.txt",
        *(f"gw.{kind}" for kind in ("commands", "undo", "diff")),
        *(f"gw.risky.{kind}" for kind in ("commands", "undo", "diff")),
    ]
    assert "htmode" not in texts["gw.commands"]
    assert "leasetime" not in texts["gw.risky.commands"]


def test_commands_read_first_then_change_activate_check(texts: dict[str, str]) -> None:
    assert runnable(texts["gw.commands"]) == [
        "uci changes    # expect: nothing",
        "uci -q get 'dhcp.main.rebind_domain'    # expect: nothing",
        "uci -q get 'dhcp.pos.leasetime'    # expect: 2h",
        "uci -q del_list 'dhcp.main.rebind_domain=example.net'",
        "uci add_list 'dhcp.main.rebind_domain=example.net'",
        "uci set 'dhcp.pos.leasetime=24h'",
        "uci commit dhcp",
        "/etc/init.d/dnsmasq reload",
        "/etc/init.d/odhcpd reload",
        "uci -q get 'dhcp.main.rebind_domain'    # expect: example.net",
        "uci -q get 'dhcp.pos.leasetime'    # expect: 24h",
    ]


def test_the_header_says_for_what_and_from_what(texts: dict[str, str], report: SiteReport) -> None:
    head = texts["gw.commands"].split("\n\n")[0]
    assert "for gw of site lyon-01" in head
    assert "captured 2026-11-23 02:14 CET, ssh audit@192.0.2.1" in head
    assert report.captures[0].sha256 in head
    assert "by hand" in head
    assert "# F2 lease_time" in head


def test_undo_is_the_reverse_with_the_same_activation(texts: dict[str, str]) -> None:
    assert runnable(texts["gw.undo"]) == [
        "uci set 'dhcp.pos.leasetime=2h'",
        "uci -q del_list 'dhcp.main.rebind_domain=example.net'",
        "uci commit dhcp",
        "/etc/init.d/dnsmasq reload",
        "/etc/init.d/odhcpd reload",
    ]


def test_what_may_cut_the_connection_takes_itself_back(texts: dict[str, str]) -> None:
    text = texts["gw.risky.commands"]
    assert "THIS MAY CUT YOUR OWN CONNECTION" in text
    lines = runnable(text)
    recipe = load_profile("openwrt").snippet.dead_man["wireless"]
    assert lines[2:7] == [*recipe.arm, "uci set 'wireless.radio0.htmode=VHT80'", "uci commit wireless", "wifi reload"]
    assert lines[-1] == recipe.call_off[0]
    assert "# expect: VHT80" in lines[-2]


@pytest.mark.parametrize("service", ["wireless", "network"])
@pytest.mark.parametrize("called_off", [False, True])
def test_the_way_back_by_itself_works_in_a_shell(tmp_path: Path, service: str, called_off: bool) -> None:
    """The recipe with other paths and a short sleep; the shell that armed it is gone when it acts."""
    config, copy, done = tmp_path / "config", tmp_path / "copy", tmp_path / "reloaded"
    config.write_text("before")
    recipe = load_profile("openwrt").snippet.dead_man[service]

    def here(line: str) -> str:
        line = line.replace(f"/etc/config/{service}", str(config)).replace(f"/tmp/auditor.{service}", str(copy))
        line = line.replace(f"sleep {60 * recipe.minutes}", "sleep 0.5")
        return line.replace("wifi reload", f"touch {done}").replace("/etc/init.d/network reload", f"touch {done}")

    script = [*map(here, recipe.arm), f"echo after > {config}", *(map(here, recipe.call_off) if called_off else ())]
    assert "sleep 0.5" in script[1]
    subprocess.run([*SHELL, "-c", "\n".join(script)], check=True, timeout=10)
    assert config.read_text() == "after\n"
    time.sleep(1.2)
    assert config.read_text() == ("after\n" if called_off else "before")
    assert done.exists() is not called_off


def test_two_fixes_of_one_list_expect_what_both_leave_behind(tmp_path: Path) -> None:
    report = shop.report(rules=(shop.exempting("a.example"), shop.exempting("b.example")))
    files.write(report, tmp_path)
    lines = runnable((tmp_path / "gw.commands").read_text())
    asked = [line for line in lines if line.startswith("uci -q get")]
    assert asked == [
        "uci -q get 'dhcp.main.rebind_domain'    # expect: nothing",
        "uci -q get 'dhcp.main.rebind_domain'    # expect: a.example b.example",
    ]
    assert runnable((tmp_path / "gw.undo").read_text())[:2] == [
        "uci -q del_list 'dhcp.main.rebind_domain=b.example'",
        "uci -q del_list 'dhcp.main.rebind_domain=a.example'",
    ]


def test_a_device_of_many_sites_says_how_many_are_touched(tmp_path: Path) -> None:
    sheet, *_ = files.write(shop.report(sites=("lyon-01", "nice-02", "metz-03")), tmp_path)
    assert "sites: 3" in sheet.read_text()
    assert "risk: gw serves 3 sites: lyon-01, nice-02, metz-03" in sheet.read_text()
    assert not (tmp_path / "gw.commands").exists()


def test_every_file_of_commands_is_a_valid_script(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        if name.endswith((".commands", ".undo")):
            subprocess.run([*SHELL, "-n"], input=text, text=True, check=True, timeout=10)


def test_the_diff_is_that_of_the_safe_fixes_alone(texts: dict[str, str]) -> None:
    assert "+\toption leasetime '24h'" in texts["gw.diff"]
    assert "htmode" not in texts["gw.diff"]
    assert "+\toption htmode 'VHT80'" in texts["gw.risky.diff"]
    assert texts["gw.diff"].startswith("--- a/etc/config/dhcp\n+++ b/etc/config/dhcp\n@@")


def test_the_run_sheet_is_complete(texts: dict[str, str], report: SiteReport) -> None:
    sheet = texts["lyon-01.runsheet.txt"]
    for piece in (
        "run sheet lyon-01",
        "ticket ____",
        f"gw: capture sha256 {report.captures[0].sha256[:16]}… (2026-11-23 02:14 CET)",
        "after 20:00 Europe/Paris",
        " 1 [ ] F1+F2    gw   gw.commands   about 2 min   back-out: gw.undo",
        "interrupted: DNS out for about 1 s (~2 s)",
        "disconnected: nobody",
        "proof         simulated only",
        "sites: 1",
        " 2 [ ] F3       gw   gw.risky.commands",
        "RISKY",
        "risk: the radio also serves SHOP-GUEST",
        "disconnected: SHOP-POS, SHOP-GUEST",
        "auditor verify lyon-01 --rule ax,lease,rebind",
        "[ ] save    gw: nothing to do",
        "done by ____",
        "[ ] F4 move the readers to a VLAN of their own",
        "moving anything between VLANs is for a person to plan",
        "[ ] the reader shows an address (R12)",
    ):
        assert piece in sheet, piece


def test_a_healthy_site_gets_a_sheet_that_says_so(tmp_path: Path) -> None:
    (sheet,) = files.write(shop.healthy(), tmp_path)
    assert "There is nothing to paste." in sheet.read_text()


def test_files_are_for_their_owner_only_and_nothing_is_left_over(report: SiteReport, tmp_path: Path) -> None:
    paths = files.write(report, tmp_path / "out")
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in paths)


def test_snippets_of_an_earlier_run_that_hold_no_more_are_removed(report: SiteReport, tmp_path: Path) -> None:
    files.write(report, tmp_path)
    (tmp_path / "ap2.commands").write_text("# somebody's own notes\n")
    files.write(shop.healthy("lyon-01"), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ap2.commands", "lyon-01.runsheet.txt"]


def test_several_sites_do_not_meet(report: SiteReport, tmp_path: Path) -> None:
    paths = files.write(report, tmp_path, several_sites=True)
    assert {path.parent for path in paths} == {tmp_path / "lyon-01"}


def test_a_link_in_the_way_is_replaced_and_not_followed(report: SiteReport, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "gw.commands").symlink_to(victim)
    files.write(report, tmp_path / "out")
    assert victim.read_text() == "mine"
    assert not (tmp_path / "out" / "gw.commands").is_symlink()


def test_a_linux_host_is_told_who_pastes_and_nothing_is_read_where_lines_are_only_added(tmp_path: Path) -> None:
    saved = shutil.copytree(Path(__file__).parents[1] / "shops/linux/kea-unbound/gw", tmp_path / "gw")
    unbound = saved / "etc/unbound/unbound.conf.d/shop.conf"
    exempt = '    private-domain: "stripe-terminal-local-reader.net"\n'
    unbound.write_text(unbound.read_text(encoding="utf-8").replace(exempt, ""), encoding="utf-8")
    device = f"{{gw: {{captures: {saved}, platform: linux}}}}"
    clients = "readers: {r: {ssid: SHOP-POS}}, pos: {t: {subnet: 192.168.30.0/24}}"
    site = loads(f"sites: {{s: {{{clients}, devices: {device}}}}}".encode(), saved)
    capture = saved_capture("gw", "linux", saved, Redactor(b"the key of the tests"))
    found = audit(site.sites[0], (capture,), (), load_policy("stripe-terminal"), capture.taken_at)
    written = {path.name: path.read_text() for path in files.write(found, tmp_path / "out")}
    for kind in ("commands", "undo"):
        assert "\n# paste as root (sudo -i); the program patch must be installed\n" in written[f"gw.{kind}"]
    assert "read first" not in written["gw.commands"]
    assert "\n# 1. change\n" in written["gw.commands"]
    assert "\n# activate unbound; interrupted: DNS out for about 1 s; " in written["gw.commands"]
