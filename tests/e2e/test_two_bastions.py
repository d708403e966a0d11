"""A device behind two jump hosts, by the command line; and what happens when one of them shows another key."""

import pytest

from tests.e2e.command_line import SHOP, User, inventory
from tests.fakes.bastion import PASSWORD, FakeBastion
from tests.fakes.openwrt_ssh import Device, FakeOpenWrt
from tests.fakes.ssh_server import beside

_AUDIT = ("audit", "inventory.yaml", "--accept-new-host-keys", "--report", "json=report.json")


@pytest.mark.parametrize("swapped", ["outer", "inner"])
def test_a_swapped_key_is_a_loud_finding_and_nobody_is_sent_a_password(user: User, swapped: str) -> None:
    user.environment["BASTION"] = PASSWORD
    outer, inner, new, router = FakeBastion(), FakeBastion(), FakeBastion(), FakeOpenWrt(Device(SHOP))
    with beside(outer, inner, new, router):
        login = "host: 127.0.0.1, username: hop, credentials: {env: BASTION}"
        text = (
            f"jump_hosts:\n  outer: {{{login}, port: {outer.port}}}\n"
            f"  inner: {{{login}, port: {inner.port}, jump_host: outer}}\n"
            + inventory(
                f"{{gw: {{host: 127.0.0.1, port: {router.port}, platform: openwrt, username: audit, "
                "credentials: {env: SHOP_PASSWORD}, jump_host: inner}}"
            )
        )
        user.write("inventory.yaml", text)
        assert user.run(*_AUDIT).code == 1
        assert (outer.seen.logins, inner.seen.logins, router.log.logins) == (1, 1, 1)
        assert (outer.seen.forwarded, inner.seen.forwarded) == ([inner.port], [router.port])
        old = {"outer": outer, "inner": inner}[swapped]
        user.write("inventory.yaml", text.replace(str(old.port), str(new.port)))
        done = user.run(*_AUDIT)
    assert done.code == 3
    assert f"host key of {swapped} changed" in done.output
    assert [each["kind"] for each in user.report()["failures"]] == ["host-key-changed"]
    assert (new.seen.logins, new.seen.refused, router.log.logins) == (0, 0, 1)
