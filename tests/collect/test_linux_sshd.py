"""A Linux host behind a real OpenSSH server: what is found, followed, read through `sudo -n`, and what is refused."""

import asyncio
import getpass
from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.capture import Capture, Kind
from auditor.collect.collector import collect
from auditor.collect.credentials import Credentials
from auditor.collect.hostkeys import HostKeys
from auditor.collect.lockout import LockoutGuard
from auditor.collect.recipe import Limits, Recipe
from auditor.collect.saved import load_capture
from auditor.collect.ssh import SshConnector, SshLimits
from auditor.collect.store import store_capture
from auditor.collect.target import Target
from auditor.credentials import KeyFile
from auditor.platforms.linux.extract import extract
from auditor.platforms.linux.recognise import recognise
from auditor.platforms.linux.redaction import redact
from auditor.profiles import load_profile
from auditor.secrets import Redactor
from tests.fakes.collecting import Notes, Pauses
from tests.fakes.linux_host import LinuxHost, allowed
from tests.fakes.openssh import needs_sshd, serving
from tests.platforms.linux.host_outputs import HEADER, INIT, PS, bridge, link, outputs, port, process

pytestmark = needs_sshd

REDACTOR = Redactor(b"the key of the tests")
PASSPHRASE = "a passphrase of the tests"
FILES = outputs(
    link("eth0", "198.18.0.2/24", dynamic=True),
    bridge("br-lan", "192.168.10.1/24"),
    port("eth1"),
    processes=HEADER
    + INIT
    + process(300, "/usr/sbin/hostapd -B /etc/hostapd/tills.conf")
    + process(301, "/usr/sbin/unbound -d -p", uid=110)
    + process(302, "/usr/bin/backup --password=hunter22hunter22")
    + PS,
) | {
    "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    "commands/listing/usr/sbin": "bridge\nethtool\nhostapd_cli\niptables-save\nnft\nsysctl\n",
    "commands/sockets.txt": "udp UNCONN 0 0 192.168.10.1:53 0.0.0.0:*\n",
    "commands/iptables-save.txt": "",
    "commands/neighbours.txt": "",
    "commands/clock.txt": "1772443800\n",
    "commands/ethtool-eth1.txt": "Settings for eth1:\n\tAuto-negotiation: on\n",
    "commands/stations-wlan0.txt": "",
    "/etc/hostapd/tills.conf": (
        f"interface=wlan0\nssid=TILLS\nwpa=2\nwpa_passphrase={PASSPHRASE}\naccept_mac_file=/etc/hostapd/accept\n"
    ),
    "/etc/hostapd/accept": "02:00:00:00:00:01\n",
    "/etc/unbound/unbound.conf": 'include: "/etc/unbound/unbound.conf.d/*.conf"\n',
    "/etc/unbound/unbound.conf.d/shop.conf": "server:\n    interface: 192.168.10.1\n",
    "/etc/unbound/unbound.conf.d/README": "nothing\n",
}
ROOTS_OWN = frozenset(
    {"/etc/hostapd/tills.conf", "/etc/hostapd/accept", "commands/nft-ruleset.json", "commands/iptables-save.txt"}
)
ALLOWED = (
    allowed("configuration", "/etc/hostapd/tills.conf"),
    allowed("configuration", "/etc/hostapd/accept"),
    allowed("nft"),
    allowed("iptables"),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit brought, and what was asked."""

    capture: Capture
    asked: list[str]


def visit(host: LinuxHost, folder: Path) -> Visit:
    """Collect a host through a real server."""
    (folder / "ssh_config").touch()
    with serving(folder, host.script(folder)) as server:
        ssh = SshConnector(
            HostKeys(folder / "known_hosts", accept_new=True),
            Credentials({}),
            LockoutGuard(),
            SshLimits(10, 10),
            folder / "ssh_config",
        )
        gw = Target("gw", "linux", "127.0.0.1", KeyFile(server.key), server.port, getpass.getuser())
        recipe = Recipe(load_profile("linux"), extract, lambda path, text: redact(path, text, REDACTOR))

        async def go() -> Capture:
            results = collect(
                [gw],
                connect=ssh.connect,
                recipes={"linux": recipe},
                clock=Pauses().clock,
                progress=Notes(),
                limits=Limits(command=20),
            )
            (result,) = [each async for each in results]
            assert isinstance(result, Capture), result
            return result

        return Visit(asyncio.run(go()), server.asked.read_text().splitlines())


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    return visit(LinuxHost(FILES, ROOTS_OWN, ALLOWED), tmp_path_factory.mktemp("linux"))


def test_everything_is_found_and_followed(seen: Visit) -> None:
    assert seen.capture.gaps == ()
    paths = {file.path for file in seen.capture.files}
    assert set(FILES) - paths == {"/etc/unbound/unbound.conf.d/README"}
    assert "commands/listing/etc/unbound/unbound.conf.d" in paths
    kinds = {file.path: file.kind for file in seen.capture.files}
    assert kinds["commands/ip-addr.json"] is kinds["/etc/hostapd/accept"] is Kind.CONFIGURATION
    assert kinds["commands/processes.txt"] is Kind.STATE
    assert len(seen.asked) == len(set(seen.asked))


def test_root_is_asked_for_only_what_was_refused(seen: Visit) -> None:
    elevated = [line for line in seen.asked if line.startswith("sudo")]
    assert sorted(elevated) == [
        "sudo -n /usr/bin/cat '/etc/hostapd/accept'",
        "sudo -n /usr/bin/cat '/etc/hostapd/tills.conf'",
        "sudo -n /usr/sbin/iptables-save",
        "sudo -n /usr/sbin/nft -j list ruleset",
    ]


def test_programs_that_are_not_installed_are_not_asked(seen: Visit) -> None:
    assert not any(name in line for line in seen.asked for name in ("ipset", "ebtables", "legacy"))


def test_secrets_are_not_kept(seen: Visit) -> None:
    assert PASSPHRASE not in repr(seen.capture)
    assert "hunter22" not in repr(seen.capture)


def test_a_capture_that_was_saved_is_the_same(seen: Visit, tmp_path: Path) -> None:
    folder = store_capture(seen.capture, tmp_path / "saved")
    again = load_capture(
        "gw", "linux", folder, recognise=recognise, redact=lambda path, text: redact(path, text, REDACTOR)
    )
    assert {(file.path, file.text, file.kind) for file in again.files} == {
        (file.path, file.text, file.kind) for file in seen.capture.files
    }
    assert again.sha256 == seen.capture.sha256


def test_without_sudo_each_refusal_names_its_line(tmp_path: Path) -> None:
    capture = visit(LinuxHost(FILES, ROOTS_OWN), tmp_path).capture
    # What the file that was refused pulls in is not known, so the list of addresses is not even asked for.
    refused = {"/etc/hostapd/tills.conf", "commands/nft-ruleset.json", "commands/iptables-save.txt"}
    assert {gap.path for gap in capture.gaps} == refused
    user = getpass.getuser()
    settle = {gap.path: gap.settle for gap in capture.gaps}
    assert settle["/etc/hostapd/tills.conf"].endswith(
        f"{user} ALL=(root) NOPASSWD: /usr/bin/cat /etc/hostapd/tills.conf"
    )
    assert settle["commands/iptables-save.txt"].endswith(f'{user} ALL=(root) NOPASSWD: /usr/sbin/iptables-save ""')
    assert all("Permission denied" in gap.why and "sudo -n wants a password" in gap.why for gap in capture.gaps)


def test_an_included_file_that_is_not_there_is_a_gap(tmp_path: Path) -> None:
    files = {path: text for path, text in FILES.items() if path != "/etc/hostapd/accept"}
    capture = visit(LinuxHost(files, ROOTS_OWN, ALLOWED), tmp_path).capture
    assert [gap.path for gap in capture.gaps] == ["/etc/hostapd/accept"]
    assert "does not have it" in capture.gaps[0].why
