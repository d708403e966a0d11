"""What a hostile host, or anybody with a login on an honest one, can make the tool read with root's rights."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from auditor.capture import Capture
from auditor.collect.collector import collect
from auditor.collect.elevation import sudoers_line
from auditor.collect.gate import Gate, gate_for, rendered
from auditor.collect.recipe import Recipe
from auditor.collect.session import Output, Session
from auditor.collect.target import Target
from auditor.credentials import Agent
from auditor.errors import CommandRefused
from auditor.platforms.linux.discovery_processes import processes
from auditor.platforms.linux.extract import extract
from auditor.platforms.linux.outputs import PROCESSES
from auditor.profiles import load_profile
from tests.fakes.collecting import Notes, Pauses
from tests.platforms.linux.host_outputs import HEADER, INIT, PS

PROFILE = load_profile("linux")
GATE = gate_for(PROFILE.commands)
PATHS = [command for command in PROFILE.commands if "path" in command.holes]

PRIVATE = (
    "/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc//shadow", "/etc/./shadow", "/etc/x/../shadow", "/etc/passwd",
    "/etc/security/opasswd", "/etc/sudoers", "/etc/sudoers.d/x", "/root", "/root/x", "/home/shop/x.conf", "//root/x",
    "/etc/ssh/sshd_config", "/etc/ssl/private/x.key", "/etc/letsencrypt/live/x/privkey.pem", "/srv/.ssh/id_rsa",
    "/srv/id_ed25519", "/opt/.netrc", "/etc/ppp/chap-secrets", "/etc/ipsec.secrets", "/etc/wireguard/wg0.conf",
    "/etc/NetworkManager/system-connections/x", "/etc/krb5.keytab", "/run/credentials/x", "/etc/x.p12",
    "/proc/1/environ", "/proc", "/sys/x", "/dev/zero", "/dev/tty",
)  # fmt: skip
NOT_FOR_ROOT = (
    "/tmp/x.conf", "/var/tmp/x.conf", "/run/user/1000/x", "/var/run/user/1000/x", "/run/lock/x", "/mnt/x", "/x.conf",
    "/var/spool/mail/x", "/var/log/x", "/boot/x",
)  # fmt: skip
USUAL = (
    "/etc/dnsmasq.d/10-shop.conf", "/etc/bind/rndc.key", "/var/lib/misc/dnsmasq.leases", "/etc/hostapd/tills.accept",
    "/run/dnsmasq/resolv.conf", "/usr/local/etc/kea/kea-dhcp4.conf", "/opt/chilli/chilli.conf", "/etc/default/x",
    "/var/spool/cron/crontabs/root", "/var/named/chroot/etc/named.conf", "/etc/kea/tokens/..data/x",
    "/usr/share/dns/root.key",
)  # fmt: skip


@pytest.mark.parametrize("path", PRIVATE)
@pytest.mark.parametrize("elevated", [False, True])
def test_what_is_private_is_asked_by_nobody(path: str, elevated: bool) -> None:
    for command in PATHS:
        with pytest.raises(CommandRefused):
            rendered(command, path, elevated=elevated)
        with pytest.raises(CommandRefused):
            GATE.check(command.filled(command.elevated if elevated else command.run, f"'{path}'"))


@pytest.mark.parametrize("path", NOT_FOR_ROOT)
def test_where_anybody_could_lay_a_link_root_does_not_read(path: str) -> None:
    for command in PATHS:
        assert GATE.check(rendered(command, path))
        with pytest.raises(CommandRefused):
            rendered(command, path, elevated=True)
        with pytest.raises(CommandRefused):
            GATE.check(command.filled(command.elevated, f"'{path}'"))


@pytest.mark.parametrize("path", [*USUAL, *(path for command in PATHS for path in command.values.get("path", ()))])
def test_where_configurations_lie_root_reads(path: str) -> None:
    for command in PATHS:
        assert GATE.check(rendered(command, path, elevated=True)).startswith("sudo -n /usr/bin/")


@pytest.mark.parametrize("user", ["%wheel", "+all", "ALL", "ADMINS"])
def test_no_line_for_sudo_speaks_of_many_users(user: str) -> None:
    assert sudoers_line(PATHS[0], "/etc/x", user).startswith("<user> ALL=(root)")


def _line(uid: int, cgroup: str) -> str:
    return f"    300 {uid:>5}     100 4026531840 {cgroup} unbound -c /etc/x.conf\n"


@pytest.mark.parametrize(
    ("uid", "cgroup", "person"),
    [
        (0, "0::/system.slice/unbound.service", None),
        (110, "0::/system.slice/unbound.service", None),
        (65534, "0::/system.slice/unbound.service", None),
        (61200, "0::/system.slice/unbound.service", None),
        (0, "0::/user.slice/user-0.slice/session-3.scope", None),
        (1000, "0::/", 1000),
        (60001, "0::/", 60001),
        (70000, "0::/", 70000),
        (1234567, "0::/", 1234567),
        # `su` runs as root whoever starts it, under any name: exec -a unbound su -c /etc/x.conf
        (0, "0::/user.slice/user-1000.slice/session-7.scope", 1000),
        (0, "12:pids:/user.slice/user-1000.slice/session-7.scope,0::/user.slice/user-1000.slice", 1000),
        (0, "0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope", 1000),
    ],
)
def test_a_program_that_a_person_started_names_no_file(uid: int, cgroup: str, person: int | None) -> None:
    line = _line(uid, cgroup)
    (process,) = processes(line)
    assert process.person == person
    command = PROFILE.command("configuration")
    assert command is not None
    assert ("/etc/x.conf" in extract(command, {PROCESSES: HEADER + INIT + line + PS})) is (person is None)


@dataclass(slots=True)
class Host(Session):
    """Refuses every file to the user, and gives any to root; takes a note of what it was asked."""

    gate: Gate
    outputs: Mapping[str, str]
    asked: list[str] = field(default_factory=list)

    async def run(self, command: str, timeout: float) -> Output:
        self.asked.append(self.gate.check(command))
        plain = command.removeprefix("sudo -n /usr/bin/")
        if plain in self.outputs and (plain != command or not plain.startswith("cat '")):
            return Output(self.outputs[plain])
        if plain.startswith("cat '") and plain == command:
            return Output("", "cat: Permission denied", 1)
        return Output("", "No such file or directory", 1)

    async def close(self) -> None:
        pass


def _collected(outputs: Mapping[str, str]) -> tuple[Capture, list[str]]:
    sessions: list[Host] = []

    async def connect(_target: Target, gate: Gate) -> Host:
        sessions.append(Host(gate, outputs))
        return sessions[0]

    async def go() -> Capture:
        target = Target("gw", "linux", "192.0.2.1", Agent(), 22, "audit")
        recipe = Recipe(PROFILE, extract, lambda _, text: text)
        results = collect([target], connect=connect, recipes={"linux": recipe}, clock=Pauses().clock, progress=Notes())
        (result,) = [each async for each in results]
        assert isinstance(result, Capture), result
        return result

    return asyncio.run(go()), sessions[0].asked


def test_a_configuration_that_names_other_files() -> None:
    """Each of them costs a gap that says why, and none is read."""
    named = ("/etc/shadow", "/tmp/x.conf", "/proc/kcore", "/etc/x'; touch owned; '", "/home/shop/x", "/etc/shop.conf")
    main = "".join(f"conf-file={path}\n" for path in named)
    line = "    300     0     100 4026531840 0::/system.slice/x /usr/sbin/dnsmasq -C /etc/dnsmasq.conf\n"
    ps = "ps -A -ww -o pid,uid,etimes,netns,cgroup:120,args"
    capture, asked = _collected(
        {
            ps: HEADER + INIT + line + PS,
            "cat '/etc/dnsmasq.conf'": main,
            "cat '/etc/shadow'": "root:secret\n",
            "cat '/etc/shop.conf'": "bogus-priv\n",
        }
    )
    by_root = {command for command in asked if command.startswith("sudo") and "cat" in command}
    assert {command for command in by_root if not any(path in command for path in USUAL)} >= {
        "sudo -n /usr/bin/cat '/etc/dnsmasq.conf'",
        "sudo -n /usr/bin/cat '/etc/shop.conf'",
    }
    for path in set(named) - {"/etc/shop.conf"}:
        assert not any(path in command for command in by_root)
    assert {file.path for file in capture.files} & set(named) == {"/etc/shop.conf"}
    whys = {gap.path: gap.why for gap in capture.gaps}
    assert "root is not asked" in whys["/tmp/x.conf"]
    assert any("may not be sent" in why for why in whys.values())
