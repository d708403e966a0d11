"""Collecting RouterOS over real SSH: complaints on the output, absent menus, rights, and answers that are cut off."""

import asyncio
import re
from pathlib import Path

import asyncssh
import pytest

from auditor.capture import Capture, Failure
from auditor.collect.answers import Absent, Answer, Refused, Text, answer
from auditor.collect.gate import gate_for, rendered
from auditor.collect.recipe import Limits, Recipe
from auditor.collect.session import Output
from auditor.collect.target import Target
from auditor.credentials import Environment
from auditor.errors import CommandRefused
from auditor.platforms.routeros.extract import extract
from auditor.profiles import load_profile
from tests.fakes.collecting import connector
from tests.fakes.collecting import run as collecting
from tests.fakes.routeros_ssh import PASSWORD, Device, FakeRouterOS, Fault

PROFILE = load_profile("routeros")
assert PROFILE.end_mark is not None
MARK = PROFILE.end_mark
RECIPE = Recipe(PROFILE, extract, lambda _, text: text)

SHOPS = Path(__file__).parents[1] / "shops" / "routeros"
_SECRET = re.compile(r' [\w.-]*(?:passphrase|password|pre-shared-key|private-key|secret)=(?:"[^"]*"|\S+)')

EXPORT = """\
# 2026-11-23 10:00:00 by RouterOS 7.16.1
/interface wifi add name=wifi1 security.passphrase=spoken-word ssid="Bad command name"
/ip dhcp-server add comment="failure: not enough permissions (9)" interface=bridge name=tills
"""
TEXTS = {
    "commands/resource.txt": "                   uptime: 1w\n                  version: 7.16.1 (stable)\n",
    "export.rsc": EXPORT,
    "commands/packages.txt": ' 0   name="routeros" version="7.16.1"\n',
    "commands/clock.txt": "  time: 10:00:00\n  time-zone-name: Europe/Paris\n",
    "commands/dhcp-servers.txt": ' 0   name="tills" interface=bridge lease-time=1d\n',
    "commands/dhcp-leases.txt": "",
    "commands/arp.txt": "",
    "commands/addresses.txt": "",
    "commands/dhcp-clients.txt": "",
    "commands/dns.txt": "  servers: 192.0.2.53\n",
    "commands/connection-tracking.txt": "  tcp-established-timeout: 1d\n",
    "commands/filter-count.txt": "0\n",
    "commands/nat-count.txt": "0\n",
    "commands/bridge-ports.txt": "",
    "commands/wifi.txt": ' 0   name="wifi1" security.passphrase="spoken-word"\n',
    "commands/wifi-radios.txt": "",
    "commands/wifi-stations.txt": "",
    "commands/ethernet.txt": ' 0 R name="ether1 wan"\n 1   name="a/b"\n',
    "commands/link-ether1 wan.txt": "    name: ether1 wan\n  status: link-ok\n",
    "commands/interface-counters.txt": "",
}
MENUS_OF_OTHERS = ("device-mode", "wifiwave2", "wifiwave2-radios", "wireless-stations", "capsman")


async def _collected(device: Device, tmp_path: Path, limits: Limits | None, kex: str) -> Capture | Failure:
    async with FakeRouterOS(device, kex=kex) as router:
        target = Target("gw", "openwrt", "127.0.0.1", Environment("PASSWORD"), port=router.port, username="audit")
        connect = connector(tmp_path / "known_hosts").connect
        return (await collecting([target], connect, recipe=RECIPE, limits=limits))["gw"]


def collected(
    device: Device, tmp_path: Path, *, limits: Limits | None = None, kex: str = "curve25519-sha256"
) -> Capture | Failure:
    return asyncio.run(_collected(device, tmp_path, limits, kex))


def device(tmp_path: Path, **settings: object) -> Device:
    return Device(tmp_path, **({"texts": TEXTS} | settings))  # type: ignore[arg-type]


def texts(capture: Capture | Failure) -> dict[str, str]:
    assert isinstance(capture, Capture), capture
    return {file.path: file.text for file in capture.files}


@pytest.mark.parametrize("exit_status", [0, None, 1])
def test_a_device_is_collected_whatever_exit_status_it_gives(tmp_path: Path, exit_status: int | None) -> None:
    capture = collected(device(tmp_path, exit_status=exit_status), tmp_path)
    got = texts(capture)
    assert got["export.rsc"] == EXPORT.replace(" security.passphrase=spoken-word", "")
    assert got["commands/link-ether1 wan.txt"].endswith("  status: link-ok\n")
    assert "*****" in got["commands/wifi.txt"]
    assert not any(MARK.shows in text or "\r" in text for text in got.values())


@pytest.mark.parametrize("shop", sorted(SHOPS.iterdir()), ids=lambda shop: shop.name)
def test_a_made_up_shop_comes_over_the_wire_as_it_lies_there(shop: Path, tmp_path: Path) -> None:
    capture = collected(Device(shop / "gw"), tmp_path)
    assert isinstance(capture, Capture)
    assert capture.gaps == ()
    for path, text in texts(capture).items():
        there = shop / "gw" / path
        assert (_SECRET.sub("", text), path) == (_SECRET.sub("", there.read_text(encoding="utf-8")), path)


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
@pytest.mark.parametrize("kex", ["diffie-hellman-group-exchange-sha256", "diffie-hellman-group14-sha1"])
def test_a_login_works_with_what_old_releases_offer(tmp_path: Path, kex: str) -> None:
    """Old releases, and those with `strong-crypto`, offer no elliptic curves; the host key is RSA, the MAC SHA-1."""
    assert "export.rsc" in texts(collected(device(tmp_path), tmp_path, kex=kex))


def test_a_menu_that_the_device_does_not_have_is_empty_and_no_gap(tmp_path: Path) -> None:
    capture = collected(device(tmp_path), tmp_path)
    got = texts(capture)
    assert {got[f"commands/{name}.txt"] for name in MENUS_OF_OTHERS} == {""}
    assert isinstance(capture, Capture)
    assert [gap.path for gap in capture.gaps] == ["commands/link-{port}.txt"], "a name with a slash is not sent"


def test_an_account_without_the_rights_is_told_which(tmp_path: Path) -> None:
    capture = collected(device(tmp_path, forbidden=("/ip firewall", "/interface wifi")), tmp_path)
    assert isinstance(capture, Capture)
    missing = {gap.path: gap for gap in capture.gaps}
    assert {"commands/nat-count.txt", "commands/wifi.txt"} <= set(missing)
    assert "not enough permissions (9)" in missing["commands/wifi.txt"].why
    assert "policies ssh and read" in missing["commands/wifi.txt"].settle


def test_an_account_that_may_read_nothing_is_a_failure(tmp_path: Path) -> None:
    failure = collected(device(tmp_path, policies=frozenset({"ssh"})), tmp_path)
    assert isinstance(failure, Failure)
    assert "not enough permissions (9)" in failure.why


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.STALL])
def test_an_export_that_does_not_reach_its_end_is_a_gap(tmp_path: Path, fault: Fault) -> None:
    limits = Limits(command=5, slow_command=0.3)
    capture = collected(device(tmp_path, fault=fault, on="/export"), tmp_path, limits=limits)
    assert "export.rsc" not in texts(capture)
    assert isinstance(capture, Capture)
    assert "export.rsc" in {gap.path for gap in capture.gaps}


def test_a_slow_export_has_more_time_than_other_commands(tmp_path: Path) -> None:
    limits = Limits(command=5, slow_command=10)
    slow = device(tmp_path, fault=Fault.SLOW, on="/export", slowness=0.5)
    assert "export.rsc" in texts(collected(slow, tmp_path, limits=limits))


def test_a_lost_connection_is_tried_again_and_then_a_failure(tmp_path: Path) -> None:
    failure = collected(device(tmp_path, fault=Fault.LOSE_CONNECTION, on="/ip arp"), tmp_path)
    assert isinstance(failure, Failure)
    assert failure.attempts == 3
    assert "connection was lost" in failure.why


def test_a_refused_login_is_tried_once(tmp_path: Path) -> None:
    failure = collected(device(tmp_path, fault=Fault.REFUSE_LOGIN), tmp_path)
    assert isinstance(failure, Failure)
    assert failure.attempts == 1


def test_the_terminal_asks_with_its_identity(tmp_path: Path) -> None:
    """The fake is like the device also where nothing of this program goes: in a person's terminal."""

    async def typed() -> str:
        async with (
            FakeRouterOS(device(tmp_path)) as router,
            asyncssh.connect(
                "127.0.0.1",
                router.port,
                known_hosts=None,
                username="audit",
                password=PASSWORD,
                client_keys=None,
                config=(),
            ) as connection,
        ):
            return str((await connection.run(input="/system clock print\n/quit\n")).stdout)

    assert asyncio.run(typed()).count("[audit@Front desk] > ") == 2


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", Refused("the output was cut off before its end")),
        (f"{MARK.shows}\r\n", Text("")),
        (f" 0 name=a\r\n{MARK.shows}", Text(" 0 name=a\n")),
        (
            f"bad command name wifi (line 1 column 12)\r\n{MARK.shows}\r\n",
            Text("bad command name wifi (line 1 column 12)\n"),
        ),
        (f"{MARK.shows}\r\n 0 name=a\r\n", Refused("the output was cut off before its end")),
        (
            "bad command name wifi (line 1 column 12)\r\n",
            Absent("the device does not have it: bad command name wifi (line 1 column 12)"),
        ),
        (
            "not enough permissions (9)\r\n",
            Refused("the account may not read it: not enough permissions (9)", MARK.rights),
        ),
        (
            "expected end of command (line 1 column 32)\r\n",
            Refused("the device refused the command: expected end of command (line 1 column 32)"),
        ),
        ("# by RouterOS 7.16\r\n#interrupted", Refused("the output was cut off before its end")),
        (
            " 0 name=a\r\nbad command name wifi (line 1 column 12)\r\n",
            Refused("the device refused the command: bad command name wifi (line 1 column 12)"),
        ),
        (" 0 name=a\r\nfailure: busy\r\n", Refused("the device refused the command: failure: busy")),
    ],
)
def test_an_answer_is_judged_by_its_last_line(said: str, expected: Answer) -> None:
    assert answer(Output(said), MARK) == expected


def test_without_an_end_mark_an_exit_status_is_still_needed() -> None:
    assert isinstance(answer(Output("text\n", status=None)), Refused)


@pytest.mark.parametrize(
    "name", ['x" ; /system reboot; "', "$x", "a\\", "a[find]", "a/../b", "", " ether1", "a\nb", "a?"]
)
def test_a_name_that_could_be_more_than_a_name_is_not_sent(name: str) -> None:
    command = PROFILE.command("link")
    assert command is not None
    with pytest.raises(CommandRefused):
        rendered(command, name)
    with pytest.raises(CommandRefused):
        gate_for(PROFILE.commands).check(command.run.replace("{port}", f'"{name}"'))


def test_every_command_only_reads() -> None:
    for command in PROFILE.commands:
        asked = command.run.removesuffix(MARK.sends)
        assert asked != command.run
        assert asked == "/export terse" or " print" in asked or asked.endswith(" once")
        assert "sensitive" not in asked
