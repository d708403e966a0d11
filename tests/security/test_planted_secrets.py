"""Secrets planted wherever a router keeps some: none comes out anywhere, in any medium, by any command."""

import json
from pathlib import Path

import pytest

from auditor.collect.answers import Absent, Refused, Text, answer
from auditor.collect.session import Output
from tests.e2e.command_line import KEYS, User, inventory, live
from tests.e2e.serving import serving
from tests.fakes.openwrt_ssh import Device

MARK = "Zq7"
"""Stands in every planted secret, and in nothing else."""

WIREGUARD = "/" + "Zq7abc" * 7 + "="  # base64 may begin like a path

PLANTED = {
    "etc/config/wireless": f"""
config wifi-iface 'planted'
	option device 'radio0'
	option mode 'ap'
	option ssid 'PLANTED'
	option network 'lan'
	option key '{MARK}-key-of-the-planted'
	list sae_password '{MARK}-sae|mac=02:00:5e:10:00:01'
	option auth_secret "{MARK}-radius"
	list hostapd_bss_options 'wpa_passphrase={MARK}-hostapd'
	option wps_pin {MARK}1234 # the key was {MARK}-comment
	# option key '{MARK}-outcommented'
	option key '{MARK}-not-closed
""",
    "etc/config/network": f"""
config interface 'wg0'
	option proto 'wireguard'
	option private_key '{WIREGUARD}'

config interface 'dsl'
	option proto 'pppoe'
	option username 'shop'
	option password '{MARK}-pppoe with blanks'
""",
    "etc/config/https-dns-proxy": f"""
config https-dns-proxy
	option resolver_url 'https://shop:{MARK}@with-at@192.0.2.53/dns-query?token={MARK}-query'
	option authkey '{MARK}-authkey'
	option user_agent 'x --auth-token {MARK}-option'
""",
    "etc/crontabs/root": f"""
0 12 * * 2 curl -u shop:{MARK}-curl https://192.0.2.9/ && /sbin/reboot
5 12 * * 2 curl -H 'Authorization: Bearer {MARK}-bearer' https://192.0.2.9/; /sbin/reboot
6 12 * * 2 sshpass -p {MARK}-sshpass ssh 192.0.2.9; wifi down
7 12 * * 2 uci set wireless.pos.key='{MARK} of words'; wifi
8 12 * * 2 wget --password {MARK}-wget https://192.0.2.9/; reboot
""",
    "etc/firewall.user": f"curl --user shop:{MARK}-firewall https://192.0.2.9/ | sh\n",
    "etc/board.json": json.dumps({"credentials": {"root_password_plain": f"{MARK}-plain"}}),
    "commands/pending-changes.txt": f"wireless.pos.key='{MARK}-staged\n{MARK}-second line'\nnetwork.lan.mtu='1400'\n",
    "commands/made-up.txt": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{MARK}{MARK}\n-----END OPENSSH PRIVATE KEY-----\n",
}


@pytest.fixture
def planted(shop: Path) -> Path:
    for name, text in PLANTED.items():
        file = shop / name
        before = file.read_text(encoding="utf-8") if file.exists() and not name.endswith(".json") else ""
        file.write_text(before + text, encoding="utf-8")
    status = json.loads((shop / "commands" / "wireless-status.txt").read_text(encoding="utf-8"))
    for radio in status.values():
        for interface in radio.get("interfaces", ()):
            interface.setdefault("config", {})["key"] = f'{MARK}-"quoted" and \\'
    (shop / "commands" / "wireless-status.txt").write_text(json.dumps(status), encoding="utf-8")
    return shop


def _nothing_came_out(user: User, *outputs: str) -> None:
    for text in outputs:
        for secret in (MARK, *KEYS):
            assert secret not in text
    texts = user.texts()
    for file, text in texts.items():
        if user.folder in file.parents or user.folder.parent / "home" in file.parents:
            for secret in (MARK, *KEYS):
                assert secret not in text, file


def test_no_command_lets_a_secret_out(user: User, planted: Path) -> None:
    user.write("inventory.yaml", inventory(f"{{gw: {{captures: {planted}, platform: openwrt}}}}"))
    audited = user.run(
        *("--debug", "audit", "inventory.yaml", "--verbose", "--checklist", "--out", "fixes"),
        *("--report", "html=report.html", "--report", "json=report.json"),
    )
    assert audited.code in (1, 3), audited.output
    assert "/etc/crontabs/root" in audited.stdout  # the lines with planted secrets are quoted
    verified = user.run("--debug", "verify", "--inventory", "inventory.yaml")
    shown = user.run("--debug", "model", planted, "--platform", "openwrt")
    begun = user.run("--debug", "init", "--from", planted, "--platform", "openwrt", "--defaults", "-o", "new.yaml")
    collected = user.run("--debug", "collect", "inventory.yaml", "--out", "captures")
    assert (shown.code, begun.code, collected.code) == (0, 0, 0)
    assert (user.folder / ".auditor").is_dir()
    _nothing_came_out(user, *(done.output for done in (audited, verified, shown, begun, collected)))


def test_neither_the_login_nor_a_key_comes_out_of_a_live_run(tmp_path: Path, planted: Path) -> None:
    user = User.at(tmp_path, SHOP_PASSWORD=f"{MARK}-login")
    with serving(Device(planted, password=f"{MARK}-login")) as (router,):
        user.write("inventory.yaml", inventory(f"{{gw: {live(router.port)}}}"))
        audited = user.run(
            *("--debug", "audit", "inventory.yaml", "--accept-new-host-keys", "--verbose", "--out", "fixes"),
            *("--report", "json=report.json"),
        )
        collected = user.run("--debug", "collect", "inventory.yaml", "--out", "captures")
    assert audited.code in (1, 3), audited.output
    assert collected.code == 0, collected.output
    _nothing_came_out(user, audited.output, collected.output)


def test_a_refused_login_does_not_show_the_password(tmp_path: Path, shop: Path) -> None:
    user = User.at(tmp_path, SHOP_PASSWORD=f"{MARK}-wrong")
    with serving(Device(shop, password="another")) as (router,):
        user.write("inventory.yaml", inventory(f"{{gw: {live(router.port)}}}"))
        done = user.run("--debug", "audit", "inventory.yaml", "--accept-new-host-keys", "--report", "json=report.json")
    assert "refused" in done.output
    _nothing_came_out(user, done.output)


def test_raw_captures_are_readable_by_their_owner_only(user: User, planted: Path) -> None:
    user.write("inventory.yaml", inventory(f"{{gw: {{captures: {planted}, platform: openwrt}}}}"))
    assert user.run("collect", "inventory.yaml", "--out", "raw", "--with-secrets").code == 0
    kept = user.folder / "raw" / "bakery" / "gw"
    assert MARK in (kept / "etc" / "config" / "wireless").read_text(encoding="utf-8")
    assert not [path for path in (kept, *kept.rglob("*")) if path.stat().st_mode & 0o077]


@pytest.mark.parametrize("status", [None, 1, 126, 127])
@pytest.mark.parametrize(
    "said",
    [
        f"option key '{MARK}'",
        f'{{"key": "{MARK}"}}',
        f"wireless.pos.key='{MARK}'",
        f"wpa_psk={MARK}",
        f"  password: {MARK}",
    ],
)
def test_why_there_is_no_text_quotes_no_secret(said: str, status: int | None) -> None:
    """A command may fail after it said half of a file."""
    for output in (Output(said, "", status), Output("", said, status)):
        judged = answer(output)
        assert isinstance(judged, Refused | Absent)
        assert MARK not in judged.why


def test_a_complete_output_is_left_to_the_redactor() -> None:
    assert answer(Output(f"option key '{MARK}'\n")) == Text(f"option key '{MARK}'\n")
