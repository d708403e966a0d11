"""What is particular to collecting from IOS: its complaints, names with blanks, the made-up shops, jump hosts."""

import asyncio
from pathlib import Path

import asyncssh
import pytest

from auditor.capture import Capture
from auditor.collect.answers import Absent, Answer, Refused, Rights, Text, rights_of, typed_answer
from auditor.collect.gate import gate_of, rendered
from auditor.collect.interactive import InteractiveConnector
from auditor.collect.recipe import Recipe
from auditor.collect.session import Output
from auditor.collect.target import Target
from auditor.credentials import Environment, KeyFile
from auditor.errors import CommandRefused, DeviceError, Unreachable
from auditor.platforms.cisco_ios.extract import extract
from auditor.profiles import Command, load_profile
from tests.collect.test_interactive import TEXTS, collected, device, gaps, ssh, texts
from tests.fakes.collecting import run as collecting
from tests.fakes.ios_ssh import Device, FakeIos, Fault

PROFILE = load_profile("cisco_ios")
assert PROFILE.terminal is not None
TERMINAL = PROFILE.terminal
SHOPS = Path(__file__).parents[1] / "shops" / "cisco_ios"
DEVICES = sorted(file.parent for file in SHOPS.glob("*/*/running-config.txt"))
CARET = "               ^\n% Invalid input detected at '^' marker.\n\n"


def command(name: str) -> Command:
    found = PROFILE.command(name)
    assert found is not None
    return found


def judged(text: str, name: str = "wlan-summary", *, full: bool = True) -> Answer:
    return typed_answer(Output(text, status=None), command(name), command(name).run, TERMINAL, Rights(full))


@pytest.mark.parametrize("folder", DEVICES, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_a_made_up_device_comes_over_the_wire_as_it_lies_there(folder: Path, tmp_path: Path) -> None:
    capture, _ = collected(Device(folder, hostname=folder.name), tmp_path)
    assert gaps(capture) == {}
    got = texts(capture)
    for file in folder.rglob("*.txt"):
        path = file.relative_to(folder).as_posix()
        assert got[path].strip("\n") == file.read_text(encoding="utf-8").strip("\n"), path


@pytest.mark.parametrize(
    ("text", "full", "answer"),
    [
        (CARET, True, Absent),
        (CARET, False, Refused),
        ("% Unknown command or computer name, or unable to find computer address\n", True, Absent),
        ("Command authorization failed.\n\n", True, Refused),
        ("% Authorization failed.\n", True, Refused),
        ("% Incomplete command.\n\n", True, Refused),
        ('% Ambiguous command:  "show wlan"\n', True, Refused),
        ("Number of WLANs: 1\n\n" + CARET, True, Absent),
        ("row\n" * 9 + "Command authorization failed.\n", True, Refused),
        ("", True, Text),
        ("Number of WLANs: 0\n", True, Text),
        ("1  % Invalid input  SHOP  UP\n", True, Text),
        ("description % Incomplete command.\n" * 9, True, Text),
    ],
)
def test_a_complaint_is_told_from_an_answer(text: str, full: bool, answer: type[Answer]) -> None:
    assert isinstance(judged(text, full=full), answer)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("hostname gw\nend\n", True),
        ("hostname gw\nend\n\n", True),
        ("hostname gw\n", False),
        ("the end\n", False),
        ("", False),
    ],
)
def test_a_running_configuration_ends_with_its_end(text: str, whole: bool) -> None:
    assert isinstance(judged(text, "running-config"), Text) is whole


@pytest.mark.parametrize(
    ("privilege", "view", "full"),
    [
        ("Current privilege level is 15\n", "No view is active ! Currently in Privilege Level Context\n", True),
        ("Current privilege level is 15\n", "Current view is 'root'\n", True),
        ("Current privilege level is 15\n", "", True),
        ("Current privilege level is 15\n", "Current view is 'helpdesk'\n", False),
        ("Current privilege level is 1\n", "", False),
        ("Current privilege level is 150\n", "", False),
        ("", "", False),
    ],
)
def test_only_level_15_without_a_view_sees_everything(privilege: str, view: str, full: bool) -> None:
    shown = {"privilege": {"p": privilege}, "parser-view": {"v": view}}
    assert rights_of(TERMINAL, shown) == Rights(full)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("tills", "show wireless profile policy detailed tills"),
        ("back office", 'show wireless profile policy detailed "back office"'),
        ("a/b", 'show wireless profile policy detailed "a/b"'),
    ],
)
def test_names_with_blanks_stand_in_quotes(name: str, line: str) -> None:
    assert gate_of(PROFILE).check(rendered(command("policy-profile"), name)) == line


@pytest.mark.parametrize(
    "name", ["", "x?", "x | redirect flash:y", 'x" y', "x\nreload", "x\ty", "-x", "x ", "é", "x\\y", "!x", "x;y z"]
)
def test_other_names_are_not_sent(name: str) -> None:
    with pytest.raises(CommandRefused):
        rendered(command("policy-profile"), name)


def test_policy_profiles_are_asked_for_by_their_names() -> None:
    text = "wireless profile policy tills\n vlan 30\nwireless profile policy back office \nwireless profile flex x\n"
    twice = f"{text}{text} wireless profile policy indented\n"
    assert extract(command("policy-profile"), {"running-config.txt": twice}) == ("tills", "back office")


class _Hop(asyncssh.SSHServer):
    """A jump host that takes any key and forwards to loopback."""

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return True

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        return True


async def _through_a_hop(tmp_path: Path) -> tuple[Capture, str, int]:
    key = tmp_path / "key"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(key)
    hop = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=_Hop, server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")]
    )
    async with hop, FakeIos(device(tmp_path)) as ios:
        port = hop.get_port()
        target = Target(
            "gw",
            "cisco_ios",
            "127.0.0.1",
            Environment("PASSWORD"),
            port=ios.port,
            username="audit",
            jump_host=f"audit@127.0.0.1:{port}",
        )
        config = tmp_path / "ssh_config"
        config.write_text(f"IdentityFile {key}\n", encoding="utf-8")
        logins = ssh(tmp_path)
        connector = InteractiveConnector(logins, {"cisco_ios": PROFILE})
        recipe = Recipe(PROFILE, extract, lambda _, text: text)
        capture = (await collecting([target], connector.connect, recipe=recipe))["gw"]
        await logins.close()  # the connection to the jump host lasts as long as the run
    assert isinstance(capture, Capture), capture
    return capture, (tmp_path / "known_hosts").read_text(encoding="utf-8"), port


def test_a_jump_host_is_used_and_its_key_recorded(tmp_path: Path) -> None:
    capture, known, port = asyncio.run(_through_a_hop(tmp_path))
    assert texts(capture)["running-config.txt"] == TEXTS["running-config.txt"]
    assert {line.split()[0] for line in known.splitlines()} == {"gw", f"127.0.0.1:{port}"}


async def _interrupted(tmp_path: Path) -> float:
    """Stop waiting for a session in the middle of a command that takes long."""
    async with FakeIos(device(tmp_path, fault=Fault.STALL, on="show running-config")) as ios:
        target = Target("gw", "cisco_ios", "127.0.0.1", Environment("PASSWORD"), port=ios.port, username="audit")
        connector = InteractiveConnector(ssh(tmp_path), {"cisco_ios": PROFILE})
        session = await connector.connect(target, gate_of(PROFILE))
        loop = asyncio.get_running_loop()
        begin = loop.time()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.run("show running-config", 60), 0.3)
        with pytest.raises(Unreachable):
            await session.run("show clock", 5)
        await session.close()
        connector.stop()
        return loop.time() - begin


def test_who_stops_waiting_leaves_no_thread_behind(tmp_path: Path) -> None:
    assert asyncio.run(_interrupted(tmp_path)) < 5


async def _wrong_enable_secrets(tmp_path: Path) -> list[str]:
    """One wrong secret for many devices is not tried on all of them."""
    told: list[str] = []
    connector = InteractiveConnector(ssh(tmp_path), {"cisco_ios": PROFILE})
    for number in range(5):
        async with FakeIos(device(tmp_path, level=1)) as ios:
            target = Target(
                f"gw{number}",
                "cisco_ios",
                "127.0.0.1",
                Environment("PASSWORD"),
                port=ios.port,
                username="audit",
                enable=Environment("WRONG"),
            )
            try:
                await connector.connect(target, gate_of(PROFILE))
            except DeviceError as error:
                told.append(type(error).__name__)
    return told


def test_a_wrong_enable_secret_is_given_up_after_three_devices(tmp_path: Path) -> None:
    assert asyncio.run(_wrong_enable_secrets(tmp_path)) == ["LoginRefused"] * 3 + ["NotTried"] * 2


def test_a_key_is_no_enable_secret(tmp_path: Path) -> None:
    key = KeyFile(tmp_path / "key")
    failure, ios = collected(device(tmp_path, level=1), tmp_path, enable=key)
    assert "no enable secret" in str(failure)
    assert ios.log.logins == 0
