"""The command line against a real OpenSSH server that has the outputs of an OpenWrt router."""

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.profiles import load_profile
from tests.e2e.command_line import KEYS, SHOP, User, inventory, judged
from tests.e2e.conftest import Audited
from tests.fakes.openssh import Server, needs_sshd, openssh
from tests.fakes.openwrt_ssh import Shell

pytestmark = needs_sshd

INTERFACES = ("phy0-ap0", "phy0-ap1", "phy1-ap0", "phy1-ap1")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with openssh(tmp_path_factory.mktemp("sshd"), Shell(SHOP, load_profile("openwrt")), INTERFACES) as server:
        yield server


def _device(server: Server) -> str:
    where = f"host: 127.0.0.1, port: {server.port}, username: {getpass.getuser()}"
    return f"{{gw: {{{where}, platform: openwrt, credentials: {{key_file: {server.key}}}}}}}"


def test_an_audit_through_openssh_gives_the_same_verdicts(server: Server, audited: Audited, user: User) -> None:
    user.write("inventory.yaml", inventory(_device(server)))
    done = user.run(
        *("audit", "inventory.yaml", "--accept-new-host-keys", "--out", "fixes", "--report", "json=report.json")
    )
    assert done.code == 1, done.output
    assert judged(user.report()) == judged(audited.user.report())
    assert (user.folder / "fixes" / "gw.commands").is_file()
    asked = server.asked.read_text().splitlines()
    shell = Shell(SHOP, load_profile("openwrt"))
    assert len(asked) == len(set(asked)) > 15
    assert [line for line in asked if shell.answer(line).status == 127] == []
    for key in KEYS:
        assert key not in done.output
        assert [file for file, text in user.texts().items() if key in text] == []


def test_the_host_of_an_ssh_configuration_is_honoured(server: Server, user: User, tmp_path: Path) -> None:
    folder = tmp_path / "home" / ".ssh"
    folder.mkdir(mode=0o700)
    (folder / "config").write_text(
        f"Host bakery-router\n  HostName 127.0.0.1\n  Port {server.port}\n  User {getpass.getuser()}\n"
        f"  IdentityFile {server.key}\n"
    )
    user.write("inventory.yaml", inventory("{gw: {host: bakery-router, platform: openwrt}}"))
    done = user.run("audit", "inventory.yaml", "--accept-new-host-keys")
    assert done.code == 1, done.output
    assert "dhcp-lease-too-short" in done.stdout
