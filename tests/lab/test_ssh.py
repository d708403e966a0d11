"""The command line, over a real OpenSSH server on the router of a running shop."""

import os
from pathlib import Path

import asyncssh
import pytest

from tests.e2e.command_line import User
from tests.lab.auditing import audited, entry, inventory
from tests.lab.forwarding import forwarded
from tests.lab.scenario import ROUTER, scenarios
from tests.lab.shop import Machine, Shop, why_not
from tests.lab.units import UNITS

_SETTINGS = """\
ListenAddress 0.0.0.0
HostKey /etc/ssh/host_key
PidFile none
UsePAM no
StrictModes no
AuthorizedKeysFile /etc/ssh/keys
PasswordAuthentication no
PermitRootLogin prohibit-password
SetEnv PATH=/run/lab/bin:/usr/sbin:/usr/bin:/sbin:/bin
"""

MANY_FAULTS = next(scenario for scenario in scenarios() if scenario.name == "two faults at once")


@pytest.mark.skipif(os.geteuid() != 0, reason="a real sshd that logs people in needs root")
def test_an_audit_over_ssh_gives_the_same_verdicts(tmp_path: Path) -> None:
    if why := why_not("sshd", *(unit.program for unit in MANY_FAULTS.units)):
        pytest.skip(why)
    user = User.at(tmp_path)
    own, host = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    key = user.write("key", own.export_private_key().decode())
    key.chmod(0o600)
    login = {
        "/etc/ssh/sshd_config": _SETTINGS,
        "/etc/ssh/host_key": host.export_private_key().decode(),
        "/etc/shadow": "root:*:20000:0:99999:7:::\n",  # no password, and not locked
        "/etc/ssh/keys": own.export_public_key().decode(),
    }
    units = (*MANY_FAULTS.units, UNITS["sshd"])
    with (
        Shop(MANY_FAULTS.wires.script, {ROUTER: Machine(MANY_FAULTS.files | login, units)}, own_users=False) as shop,
        forwarded(shop, ROUTER, "127.0.0.1", 22) as port,
    ):
        device = {"host": "127.0.0.1", "port": port, "username": "root", "credentials": {"key_file": str(key)}}
        user.write("inventory.yaml", inventory(MANY_FAULTS.inventory, device | {"platform": "linux"}))
        done = user.run("audit", "inventory.yaml", "--accept-new-host-keys", "--report", "json=report.json")
        assert done.code == 1, done.output
        here = audited(shop, entry(MANY_FAULTS))
    told = {(each["rule"], each["subject"], each["result"]) for each in user.report()["verdicts"]}
    assert told == {(each.rule, each.subject, each.result.value) for each in here.report.findings}
    assert {rule for rule, _, result in told if result == "fail"} >= MANY_FAULTS.fails
