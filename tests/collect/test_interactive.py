"""Sessions on a terminal, against a device that behaves like IOS, by the real netmiko."""

import asyncio
import contextlib
import re
from pathlib import Path

import pytest

from auditor.capture import Capture, Failure, FailureKind
from auditor.collect.credentials import Credentials
from auditor.collect.gate import gate_of
from auditor.collect.hostkeys import HostKeys
from auditor.collect.interactive import InteractiveConnector
from auditor.collect.lockout import LockoutGuard
from auditor.collect.recipe import Limits, Recipe
from auditor.collect.ssh import SshConnector, SshLimits
from auditor.collect.target import Target
from auditor.credentials import CredentialRef, Environment
from auditor.errors import CommandRefused
from auditor.platforms.cisco_ios.extract import extract
from auditor.profiles import Transport, load_profile
from tests.fakes.collecting import run as collecting
from tests.fakes.ios_ssh import ENABLE, PASSWORD, Device, FakeIos, Fault

PROFILE = load_profile("cisco_ios")
assert PROFILE.terminal is not None
OWN = {"", PROFILE.terminal.enable, *PROFILE.terminal.preamble}

CONFIG = """\
Building configuration...

Current configuration : 2222 bytes
!
version 17.9
hostname gw
banner motd ^C
gw#
 gw#
gw#show running-config
 --More-- is what no pager says here
^C
wireless profile policy tills
 vlan 30
!
wireless profile policy back office
!
line vty 0 4
 transport input ssh
!
end
"""
TEXTS = {
    "running-config.txt": CONFIG,
    "commands/version.txt": "Cisco IOS XE Software, Version 17.09.04a\n",
    "commands/clock.txt": "*10:00:00.000 UTC Mon Nov 23 2026\n",
    "commands/arp.txt": "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n",
    "commands/interfaces.txt": "Vlan1 is up, line protocol is up\n",
    "commands/ip-interface-brief.txt": "Interface  IP-Address  OK? Method Status Protocol\n",
    "commands/policy-profile-tills.txt": "Policy Profile Name : tills\n",
    "commands/policy-profile-back office.txt": "Policy Profile Name : back office\n",
}


def ssh(tmp_path: Path, *, seconds: float = 5, accept_new: bool = True) -> SshConnector:
    (tmp_path / "ssh_config").touch()
    return SshConnector(
        HostKeys(tmp_path / "known_hosts", accept_new=accept_new),
        Credentials({"PASSWORD": PASSWORD, "ENABLE": ENABLE, "WRONG": "wrong"}),
        LockoutGuard(),
        SshLimits(connect=5, login=seconds),
        tmp_path / "ssh_config",
    )


async def _collected(
    device: Device, tmp_path: Path, limits: Limits | None, transport: Transport, changes: dict[str, object]
) -> tuple[Capture | Failure, FakeIos]:
    profile = PROFILE.over_napalm() if transport is Transport.NAPALM else PROFILE
    algorithms = {key: changes.pop(key) for key in ("kex_algs", "encryption_algs") if key in changes}
    async with FakeIos(device, **algorithms) as ios:  # type: ignore[arg-type]
        settings = {"credential": Environment("PASSWORD"), "username": "audit", "transport": transport} | changes
        target = Target("gw", "cisco_ios", "127.0.0.1", port=ios.port, **settings)  # type: ignore[arg-type]
        interactive = InteractiveConnector(ssh(tmp_path), {target.recipe: profile})
        recipe = Recipe(profile, extract, lambda _, text: text)
        found = await collecting([target], interactive.connect, recipe=recipe, limits=limits)
        return found["gw"], ios


def collected(
    device: Device,
    tmp_path: Path,
    *,
    limits: Limits | None = None,
    transport: Transport = Transport.SSH,
    **changes: object,
) -> tuple[Capture | Failure, FakeIos]:
    return asyncio.run(_collected(device, tmp_path, limits, transport, changes))


def device(tmp_path: Path, **settings: object) -> Device:
    return Device(tmp_path, **({"texts": TEXTS} | settings))  # type: ignore[arg-type]


def texts(capture: Capture | Failure) -> dict[str, str]:
    assert isinstance(capture, Capture), capture
    return {file.path: file.text for file in capture.files}


def gaps(capture: Capture | Failure) -> dict[str, str]:
    assert isinstance(capture, Capture), capture
    return {gap.path: f"{gap.why}; {gap.settle}" for gap in capture.gaps}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"echo": False},
        {"width": 20},
        {"honours": False, "pages": 3},
        {"banner": "gw#\ngw#\n######\n######\n"},
        {"fault": Fault.SLOW, "on": "show running-config"},
        {"hostname": "a-name-that-is-longer-than-the-twenty-characters-of-a-prompt"},
        {"keyboard_interactive": True},
    ],
    ids=str,
)
def test_a_device_is_collected_as_it_is_whatever_its_terminal_does(tmp_path: Path, settings: dict[str, object]) -> None:
    capture, ios = collected(device(tmp_path, **settings), tmp_path)
    got = texts(capture)
    assert gaps(capture) == {}
    assert {path: got[path].lstrip("\n") for path in TEXTS} == TEXTS
    assert got["commands/wlan-summary.txt"] == "", "the device does not have it"
    assert ios.log.logins == 1


def test_nothing_is_sent_but_what_is_announced(tmp_path: Path) -> None:
    _, ios = collected(device(tmp_path), tmp_path)
    gate = gate_of(PROFILE)
    assert len(ios.log.commands) > 15
    for line in ios.log.lines:
        assert line in OWN or gate.check(line)
        assert not re.match(r"conf|set|no |copy|write|reload|exit", line)
    assert ios.log.commands[:2] == list(PROFILE.terminal.preamble) if PROFILE.terminal else False


def test_a_pager_that_runs_all_the_same_is_told_to_go_on_and_nothing_else(tmp_path: Path) -> None:
    _, ios = collected(device(tmp_path, honours=False, pages=2), tmp_path)
    assert set(ios.log.keys) == {" "}


def test_privileged_commands_are_asked_for_with_the_secret(tmp_path: Path) -> None:
    capture, ios = collected(device(tmp_path, level=1), tmp_path, enable=Environment("ENABLE"))
    assert texts(capture)["running-config.txt"] == CONFIG
    assert ios.log.secrets == 1
    assert ENABLE not in str(capture)
    assert ENABLE not in ios.log.lines


def test_a_wrong_enable_secret_is_sent_once(tmp_path: Path) -> None:
    failure, ios = collected(device(tmp_path, level=1), tmp_path, enable=Environment("WRONG"))
    assert isinstance(failure, Failure)
    assert "refused the enable secret" in failure.why
    assert ios.log.secrets == 1
    assert ios.log.logins == 1


@pytest.mark.parametrize("fault", [Fault.DROP_AT_ENABLE, Fault.STALL_AT_ENABLE])
def test_a_device_that_does_not_answer_the_enable_secret_counts_as_refusing_it(fault: Fault, tmp_path: Path) -> None:
    async def run() -> None:
        async with contextlib.AsyncExitStack() as stack:
            devices = [
                await stack.enter_async_context(FakeIos(device(tmp_path, level=1, fault=fault))) for _ in range(5)
            ]
            targets = [
                Target(
                    f"sw{n}",
                    "cisco_ios",
                    "127.0.0.1",
                    Environment("PASSWORD"),
                    ios.port,
                    "audit",
                    enable=Environment("WRONG"),
                )
                for n, ios in enumerate(devices)
            ]
            connector = InteractiveConnector(ssh(tmp_path, seconds=2), {"cisco_ios": PROFILE})
            recipe = Recipe(PROFILE, extract, lambda _, text: text)
            found = await collecting(targets, connector.connect, recipe=recipe)
            kinds = [each.kind for each in found.values() if isinstance(each, Failure)]
        assert sum(ios.log.secrets for ios in devices) == 3
        assert sorted(kinds) == [FailureKind.NOT_TRIED] * 2 + [FailureKind.REFUSED] * 3

    asyncio.run(run())


def test_a_secret_is_not_sent_to_a_device_that_is_privileged_already(tmp_path: Path) -> None:
    _, ios = collected(device(tmp_path), tmp_path, enable=Environment("ENABLE"))
    assert ios.log.secrets == 0
    assert "enable" not in ios.log.commands


def test_without_the_rights_what_the_device_does_not_know_is_a_gap_with_advice(tmp_path: Path) -> None:
    capture, _ = collected(device(tmp_path, level=7), tmp_path)
    why = gaps(capture)["commands/wlan-summary.txt"]
    assert "or not for this account" in why
    assert "'show wlan summary'" in why


def test_what_aaa_refuses_is_a_gap_that_names_the_command_to_authorise(tmp_path: Path) -> None:
    capture, _ = collected(device(tmp_path, unauthorised=("show ip arp", "terminal")), tmp_path)
    assert texts(capture)["running-config.txt"] == CONFIG
    why = gaps(capture)
    assert set(why) == {"commands/arp.txt"}
    assert "may not run it" in why["commands/arp.txt"]
    assert "'show ip arp'" in why["commands/arp.txt"]


@pytest.mark.parametrize("reply", [
    "% Incomplete command.\n\n",
    '% Ambiguous command:  "show x"\n',
    'Translating "show"...domain server (255.255.255.255)\n% Unknown command or computer name, or unable to find '
    "computer address\n",
    "%Error opening nvram:/startup-config (Permission denied)\n",
    "% Authorization failed.\n",
])  # fmt: skip
def test_a_complaint_is_no_content(tmp_path: Path, reply: str) -> None:
    capture, _ = collected(device(tmp_path, replies={"show clock": reply}), tmp_path)
    assert "commands/clock.txt" in gaps(capture)
    assert "commands/clock.txt" not in texts(capture)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault.CUT, "cut off before its end"),
        (Fault.GARBLE, "binary"),
        (Fault.STALL, "no complete answer"),
        (Fault.RENAME, "no complete answer"),
    ],
)
def test_what_is_not_whole_is_not_captured(tmp_path: Path, fault: Fault, why: str) -> None:
    limits = Limits(command=4, slow_command=1, device=30)
    capture, _ = collected(device(tmp_path, fault=fault, on="show running-config"), tmp_path, limits=limits)
    assert why in gaps(capture)["running-config.txt"]
    got = texts(capture)
    assert "running-config.txt" not in got
    assert ("commands/clock.txt" in got) is (fault is not Fault.STALL), "a new prompt is learned"


def test_an_endless_answer_ends(tmp_path: Path) -> None:
    limits = Limits(command=2, slow_command=20, device=30)
    capture, _ = collected(device(tmp_path, fault=Fault.FLOOD, on="show clock"), tmp_path, limits=limits)
    assert re.search("no complete answer|longer than", gaps(capture)["commands/clock.txt"])


def test_a_lost_connection_is_tried_again(tmp_path: Path) -> None:
    failure, ios = collected(device(tmp_path, fault=Fault.LOSE_CONNECTION, on="show clock"), tmp_path)
    assert isinstance(failure, Failure)
    assert "lost during 'show clock'" in failure.why
    assert ios.log.logins == 3


def test_a_refused_login_is_not_tried_again(tmp_path: Path) -> None:
    failure, ios = collected(device(tmp_path, fault=Fault.REFUSE_LOGIN), tmp_path)
    assert isinstance(failure, Failure)
    assert "refused the login" in failure.why
    assert ios.log.logins == 1


def test_a_device_without_a_prompt_is_a_failure(tmp_path: Path) -> None:
    failure, _ = collected(device(tmp_path, hostname="Username: "), tmp_path)
    assert isinstance(failure, Capture | Failure)


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
@pytest.mark.parametrize("old_ssh", [True, False])
def test_algorithms_of_old_devices_are_only_used_where_asked_for(tmp_path: Path, old_ssh: bool) -> None:
    kex, cipher = ["diffie-hellman-group14-sha1"], ["aes128-cbc"]
    found, _ = collected(device(tmp_path), tmp_path, old_ssh=old_ssh, kex_algs=kex, encryption_algs=cipher)
    assert isinstance(found, Capture) is old_ssh, found


def test_a_changed_host_key_ends_it_before_the_login(tmp_path: Path) -> None:
    collected(device(tmp_path), tmp_path)
    failure, ios = collected(device(tmp_path), tmp_path)
    assert isinstance(failure, Failure)
    assert "host key of gw changed" in failure.why
    assert ios.log.logins == 0


@pytest.mark.parametrize("credential", [Environment("WRONG"), Environment("UNSET")], ids=str)
def test_a_wrong_password_reaches_no_terminal(tmp_path: Path, credential: CredentialRef) -> None:
    failure, ios = collected(device(tmp_path), tmp_path, credential=credential)
    assert isinstance(failure, Failure)
    assert ios.log.lines == []


async def _session_refuses(tmp_path: Path, lines: list[str]) -> list[str]:
    async with FakeIos(device(tmp_path)) as ios:
        target = Target("gw", "cisco_ios", "127.0.0.1", Environment("PASSWORD"), port=ios.port, username="audit")
        interactive = InteractiveConnector(ssh(tmp_path), {"cisco_ios": PROFILE})
        session = await interactive.connect(target, gate_of(PROFILE))
        for line in lines:
            with pytest.raises(CommandRefused):
                await session.run(line, 2)
        await session.run("show clock", 2)
        await session.close()
        return ios.log.commands


def test_the_session_refuses_what_writes(tmp_path: Path) -> None:
    lines = [
        "configure terminal",
        "show clock\nconfigure terminal",
        "reload",
        "terminal length 0 ",
        "show clock | append",
    ]
    sent = asyncio.run(_session_refuses(tmp_path, lines))
    assert sent == ["terminal length 0", "terminal width 511", "show clock"]


def test_a_text_that_shows_the_prompt_twice_and_waits_does_not_become_another_answer(tmp_path: Path) -> None:
    """The worst that a banner can do is that something is missing."""
    evil = CONFIG.replace(" gw#\ngw#show", "gw#\ngw#show")
    slow = device(tmp_path, texts={**TEXTS, "running-config.txt": evil}, fault=Fault.SLOW, on="show running", pause=0.3)
    capture, _ = collected(slow, tmp_path)
    got = texts(capture)
    assert "cut off before its end" in gaps(capture)["running-config.txt"]
    assert {path: got[path] for path in TEXTS if path in got} == {p: t for p, t in TEXTS.items() if p in got}


@pytest.mark.parametrize(("right", "least", "most"), [(0, 3, 3), (6, 3, 5)])
def test_a_wrong_enable_secret_reaches_few_devices_of_a_fleet(
    tmp_path: Path, right: int, least: int, most: int
) -> None:
    """Three while it was never accepted; five where it was, and devices differ."""

    async def go() -> tuple[int, dict[str, Capture | Failure]]:
        fakes = [FakeIos(device(tmp_path, level=1, **({} if n < right else {"enable": "other"}))) for n in range(24)]
        for fake in fakes:
            await fake.start()
        connector = ssh(tmp_path)
        interactive = InteractiveConnector(connector, {"cisco_ios": PROFILE})
        try:
            targets = [
                Target(
                    f"sw{n}", "cisco_ios", "127.0.0.1", Environment("PASSWORD"), fake.port, "audit",
                    enable=Environment("ENABLE"),
                )
                for n, fake in enumerate(fakes)
            ]  # fmt: skip
            recipe = Recipe(PROFILE, extract, lambda _, text: text)
            found = await collecting(targets[:right], interactive.connect, recipe=recipe)
            found |= await collecting(targets[right:], interactive.connect, recipe=recipe)
        finally:
            interactive.stop()
            await connector.close()
            for fake in fakes:
                await fake.stop()
        assert all(fake.log.secrets <= 1 for fake in fakes)
        return sum(fake.log.secrets for fake in fakes[right:]), found

    sent, found = asyncio.run(asyncio.wait_for(go(), 120))
    assert sum(isinstance(each, Capture) for each in found.values()) == right
    assert least <= sent <= most
