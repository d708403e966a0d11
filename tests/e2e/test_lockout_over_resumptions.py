"""Refusals are counted over a whole run: who stops it and takes it up again gets no three more tries at an account."""

import re
import signal

import pytest

from tests.e2e.command_line import SHOP, User, inventory
from tests.e2e.serving import serving
from tests.e2e.test_interrupted import _journal, _started, _until
from tests.fakes.openwrt_ssh import PASSWORD, Device, FakeOpenWrt

_AUDIT = ("audit", "inventory.yaml", "--accept-new-host-keys", "--report", "json=report.json")
_TRUE = "the-password-that-was-set-yesterday"


def _shops(routers: tuple[FakeOpenWrt, ...], variables: tuple[str, ...]) -> str:
    shops = [
        inventory(
            f"{{gw: {{host: 127.0.0.1, port: {router.port}, platform: openwrt, username: audit, "
            f"credentials: {{env: {variable}}}}}}}",
            site=f"shop-{number}",
        ).removeprefix("sites:\n")
        for number, (router, variable) in enumerate(zip(routers, variables, strict=True))
    ]
    return "limits: {devices: 1}\nsites:\n" + "".join(shops)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_three_refusals_hold_over_a_run_and_its_resumptions(user: User, number: signal.Signals) -> None:
    refusing = Device(SHOP, password=_TRUE)
    between = Device(SHOP, login_seconds=2)  # another account: the run is stopped while it is asked
    with serving(refusing, refusing, between, refusing, refusing, refusing) as routers:
        variables = ("SHOP_PASSWORD", "SHOP_PASSWORD", "OTHER_PASSWORD", *("SHOP_PASSWORD",) * 3)
        user.write("inventory.yaml", _shops(routers, variables))
        user.environment["OTHER_PASSWORD"] = PASSWORD
        accounts = [router for router, name in zip(routers, variables, strict=True) if name == "SHOP_PASSWORD"]

        def tries() -> int:
            return sum(router.log.logins for router in accounts)

        process = _started(user, *_AUDIT)
        _until(lambda: routers[2].log.logins > 0)
        process.send_signal(number)
        process.communicate(timeout=60)
        assert tries() == 2
        user.run(*_AUDIT, "--resume", "last")
        assert tries() == 3
        done = user.run(*_AUDIT, "--resume", "last")
        assert tries() == 3
        assert sum("not tried: 3 devices in a row refused" in each["why"] for each in user.report()["failures"]) == 2
        user.run(*_AUDIT, "--resume", "last", "--retry-refused")
        assert tries() == 4, "who wants another try gets one, and not three"
        user.environment["SHOP_PASSWORD"] = _TRUE
        done = user.run(*_AUDIT, "--resume", "last", "--retry-refused")
        assert tries() == 4 + len(accounts), done.output
        assert not user.report()["failures"]
        told = re.findall(r'^{"credential": "(.*)", "accepted": (\w+)}$', _journal(user), re.MULTILINE)
        who = "user audit with environment variable SHOP_PASSWORD"
        assert told == [(who, "false")] * 4 + [(who, "true")]
        assert PASSWORD not in _journal(user)
        assert _TRUE not in _journal(user)
