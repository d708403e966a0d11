"""`auditor collect`: captures on disk, redacted unless somebody asks for the secrets."""

import stat

from tests.e2e.command_line import KEYS, SHOP, User, inventory, judged, live
from tests.e2e.conftest import Audited
from tests.e2e.serving import serving
from tests.fakes.openwrt_ssh import Device, Fault


def test_collecting_then_auditing_is_auditing_live(audited: Audited, user: User) -> None:
    with serving(Device(SHOP)) as (router,):
        user.write("live.yaml", inventory(f"{{gw: {live(router.port)}}}"))
        done = user.run("collect", "live.yaml", "--out", "captures", "--accept-new-host-keys")
    assert done.code == 0, done.output
    assert "captures/bakery/gw" in done.stdout
    user.write("inventory.yaml", inventory("{gw: {captures: captures/bakery/gw, platform: openwrt}}"))
    assert user.run("audit", "inventory.yaml", "--report", "json=report.json").code == 1
    assert judged(user.report()) == judged(audited.user.report())
    for key in KEYS:
        assert key not in done.output
        assert [file for file, text in user.texts().items() if key in text] == []


def test_with_secrets_the_captures_are_what_the_device_has_and_private(user: User) -> None:
    with serving(Device(SHOP)) as (router,):
        user.write("live.yaml", inventory(f"{{gw: {live(router.port)}}}"))
        done = user.run("collect", "live.yaml", "--out", "captures", "--with-secrets", "--accept-new-host-keys")
    assert done.code == 0, done.output
    folder = user.folder / "captures" / "bakery" / "gw"
    for name in ("dhcp", "firewall", "network", "system", "wireless"):
        file = folder / "etc" / "config" / name
        assert file.read_bytes() == (SHOP / "etc" / "config" / name).read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for key in KEYS:
        assert key not in done.output
        assert {file.name for file, text in user.texts().items() if key in text} == {"wireless"}


def test_captures_with_secrets_are_audited_like_redacted_ones(audited: Audited, user: User) -> None:
    user.write("inventory.yaml", inventory(f"{{gw: {{captures: {SHOP}, platform: openwrt}}}}"))
    done = user.run("audit", "inventory.yaml", "--report", "json=report.json")
    assert judged(user.report()) == judged(audited.user.report())
    assert [key for key in KEYS if key in done.output + (user.folder / "report.json").read_text(encoding="utf-8")] == []


def test_a_device_that_gives_nothing_is_exit_code_3(user: User) -> None:
    with serving(Device(SHOP, fault=Fault.REFUSE_LOGIN)) as (router,):
        user.write("live.yaml", inventory(f"{{gw: {live(router.port)}}}"))
        done = user.run("collect", "live.yaml", "--out", "captures", "--accept-new-host-keys")
    assert done.code == 3
    assert "refused the login" in done.output
    assert not list((user.folder / "captures").rglob("capture.json"))
