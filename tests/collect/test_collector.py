"""Many devices at once over real SSH on loopback: one failing device never stops the run."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.capture import Capture, Failure, Kind
from auditor.collect.collector import collect
from auditor.collect.gate import Gate
from auditor.collect.recipe import Limits
from auditor.collect.session import Output, Session
from auditor.collect.ssh import SshLimits
from auditor.collect.target import Target
from auditor.credentials import Environment
from auditor.errors import HostKeyChanged, Unreachable
from auditor.inventory.reaching import AtOnce
from tests.fakes.collecting import NOON, RECIPE, ROUTER, SECRET, Notes, Pauses, connector, run, target
from tests.fakes.openwrt_ssh import Device, FakeOpenWrt, Fault, Log


def _collect_one(tmp_path: Path, device: Device, limits: Limits | None = None) -> tuple[Capture | Failure, Log]:
    async def go() -> tuple[Capture | Failure, Log]:
        async with FakeOpenWrt(device) as router:
            results = await run([target(router)], connector(tmp_path / "known_hosts").connect, limits=limits)
            return results["gw"], router.log

    return asyncio.run(go())


def test_a_router_is_collected_whole_and_redacted(tmp_path: Path) -> None:
    capture, log = _collect_one(tmp_path, Device(ROUTER))
    assert isinstance(capture, Capture)
    assert capture.gaps == ()
    assert (capture.taken_at, capture.time_is_weak) == (NOON, False)
    assert capture.source.startswith("ssh audit@127.0.0.1 port ")
    dhcp = capture.file("/etc/config/dhcp")
    assert dhcp is not None
    assert (dhcp.text, dhcp.kind) == ((ROUTER / "etc/config/dhcp").read_text(), Kind.CONFIGURATION)
    wireless = capture.file("/etc/config/wireless")
    assert wireless is not None
    assert "redacted-passphrase" in wireless.text
    assert SECRET not in repr(capture)
    # What the listing does not show is not asked for; names come from what the device showed.
    assert "cat /etc/config/opennds" not in log.commands
    assert "iwinfo phy0-ap0 assoclist" in log.commands
    # Absent and optional: a file is not there, a command printed nothing.
    assert capture.file("/etc/dnsmasq.conf") is None
    fragments = capture.file("commands/dnsmasq-fragments.txt")
    assert fragments is not None
    assert fragments.text == ""


def test_a_fleet_with_faults_gives_one_result_for_each_device(tmp_path: Path) -> None:
    faults: list[Fault] = [*Fault, *[Fault.NONE] * 8]

    async def go() -> tuple[dict[str, Capture | Failure], Notes]:
        routers = [FakeOpenWrt(Device(ROUTER, fault, on="cat /etc/config/dhcp")) for fault in faults]
        for router in routers:
            await router.start()
        notes = Notes()
        limits = Limits(attempts=2, command=1)
        targets = [target(router, f"gw{number}") for number, router in enumerate(routers)]
        ssh = connector(tmp_path / "known_hosts", limits=SshLimits(connect=5, login=5, output=200_000))
        results = await run(targets, ssh.connect, limits=limits, notes=notes)
        for router in routers:
            await router.stop()
        return results, notes

    results, notes = asyncio.run(go())
    assert set(results) == {f"gw{number}" for number in range(len(faults))}
    for number, fault in enumerate(faults):
        result = results[f"gw{number}"]
        match fault:
            case Fault.REFUSE_LOGIN | Fault.DROP_DURING_LOGIN:
                assert isinstance(result, Failure)
                assert result.attempts == 1
            case Fault.LOSE_CONNECTION:
                assert isinstance(result, Failure)
                assert result.attempts == 2
                assert "the connection was lost during 'cat /etc/config/dhcp'" in result.why
            case Fault.NONE | Fault.SLOW:
                assert isinstance(result, Capture)
                assert result.gaps == ()
            case Fault.STALL | Fault.FLOOD | Fault.DENY:
                assert isinstance(result, Capture)
                assert [gap.path for gap in result.gaps] == ["/etc/config/dhcp"]
                assert result.file("/etc/config/dhcp") is None
                assert result.file("/etc/config/wireless") is not None
                assert "cat /etc/config/dhcp" in result.gaps[0].settle
    assert sorted(name for word, name in notes.told if word == "started") == sorted(results)
    assert sorted(name for word, name in notes.told if word != "started") == sorted(results)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault.STALL, "no complete answer in 0.3 s"),
        (Fault.FLOOD, "longer than is read"),
        (Fault.DENY, "Permission denied"),
    ],
)
def test_a_gap_says_why(tmp_path: Path, fault: Fault, why: str) -> None:
    async def go() -> Capture | Failure:
        async with FakeOpenWrt(Device(ROUTER, fault, on="cat /etc/config/dhcp")) as router:
            ssh = connector(tmp_path / "known_hosts", limits=SshLimits(connect=5, login=5, output=50_000))
            limits = Limits(command=0.3 if fault is Fault.STALL else 5)
            return (await run([target(router)], ssh.connect, limits=limits))["gw"]

    result = asyncio.run(go())
    assert isinstance(result, Capture)
    assert why in result.gaps[0].why


def test_a_refused_login_is_never_tried_again(tmp_path: Path) -> None:
    failure, log = _collect_one(tmp_path, Device(ROUTER, Fault.REFUSE_LOGIN), Limits(attempts=5))
    assert isinstance(failure, Failure)
    assert failure.attempts == 1
    assert (log.connections, log.logins) == (1, 1)


def test_a_connection_that_ends_during_the_login_may_have_been_a_refusal(tmp_path: Path) -> None:
    failure, log = _collect_one(tmp_path, Device(ROUTER, Fault.DROP_DURING_LOGIN), Limits(attempts=5))
    assert isinstance(failure, Failure)
    assert "login failed" in failure.why
    assert log.connections == 1


def test_after_three_refusals_a_credential_rests_and_others_go_on(tmp_path: Path) -> None:
    async def go() -> tuple[dict[str, Capture | Failure], Log]:
        log = Log()
        async with FakeOpenWrt(Device(ROUTER, login_seconds=0.02), log=log) as router:
            bad = [target(router, f"bad{number}", Environment("WRONG")) for number in range(12)]
            good = [target(router, f"good{number}") for number in range(3)]
            keys = tmp_path / "known_hosts"
            results = await run([*bad, *good], connector(keys).connect, limits=Limits(command=5))
        return results, log

    results, log = asyncio.run(go())
    bad = [result for name, result in results.items() if name.startswith("bad")]
    refused = [result for result in bad if isinstance(result, Failure) and "refused the login" in result.why]
    rested = [result for result in bad if isinstance(result, Failure) and result.why.startswith("not tried")]
    assert (len(refused), len(rested)) == (3, 9)
    assert all(isinstance(results[f"good{number}"], Capture) for number in range(3))
    assert log.logins == 6
    assert log.most_under_way <= 6  # three for each of the two credentials


def test_a_device_that_comes_up_late_is_tried_again_with_growing_pauses(tmp_path: Path) -> None:
    async def go() -> tuple[Capture | Failure, Pauses]:
        pauses = Pauses()
        async with FakeOpenWrt(Device(ROUTER, closes_first=2)) as router:
            connect = connector(tmp_path / "known_hosts").connect
            results = await run([target(router)], connect, limits=Limits(attempts=3, pause=2), pauses=pauses)
        return results["gw"], pauses

    result, pauses = asyncio.run(go())
    assert isinstance(result, Capture)
    assert pauses.seconds == [1.5, 3.0]


def test_attempts_are_bounded(tmp_path: Path) -> None:
    failure, log = _collect_one(tmp_path, Device(ROUTER, closes_first=99), Limits(attempts=3))
    assert isinstance(failure, Failure)
    assert (failure.attempts, log.connections) == (3, 3)
    assert "reach its SSH port" in failure.hint


def test_when_the_time_for_a_device_is_over_the_rest_is_a_gap(tmp_path: Path) -> None:
    device = Device(ROUTER, Fault.STALL, on="cat /etc/config/dhcp")
    capture, log = _collect_one(tmp_path, device, Limits(command=30, device=0.6))
    assert isinstance(capture, Capture)
    assert capture.file("/etc/config/network") is not None
    assert capture.gaps[0].path == "/etc/config/dhcp"
    assert "no complete answer" in capture.gaps[0].why
    assert capture.gaps[-1].path == "/etc/nftables.d/10-custom.nft", "it was named, and never asked for"
    assert "were over" in capture.gaps[-1].why
    assert log.commands[-1] == "cat /etc/config/dhcp"


def test_a_device_that_answers_nothing_is_a_failure(tmp_path: Path) -> None:
    failure, _ = _collect_one(tmp_path, Device(ROUTER, Fault.DENY))
    assert isinstance(failure, Failure)
    assert "answered none of the commands" in failure.why
    assert "OpenWrt" in failure.hint


def test_a_host_key_that_nobody_confirmed_is_a_failure_with_its_fingerprint(tmp_path: Path) -> None:
    async def go() -> tuple[FakeOpenWrt, Failure | Capture]:
        async with FakeOpenWrt(Device(ROUTER)) as router:
            connect = connector(tmp_path / "known_hosts", accept_new=False).connect
            return router, (await run([target(router)], connect))["gw"]

    router, failure = asyncio.run(go())
    assert isinstance(failure, Failure)
    assert router.fingerprint in failure.why
    assert "--accept-new-host-keys" in failure.hint
    assert (router.log.logins, failure.attempts) == (0, 1)


def test_a_changed_host_key_is_never_accepted(tmp_path: Path) -> None:
    async def go() -> Failure | Capture:
        keys = tmp_path / "known_hosts"
        async with FakeOpenWrt(Device(ROUTER)) as router:
            await run([target(router)], connector(keys).connect)
        async with FakeOpenWrt(Device(ROUTER)) as other:
            result = (await run([target(other)], connector(keys).connect))["gw"]
            assert other.log.logins == 0
            return result

    failure = asyncio.run(go())
    assert isinstance(failure, Failure)
    assert "changed" in failure.why
    assert failure.why.count("SHA256:") == 2
    assert not failure.why.endswith("…")
    assert failure.hint == HostKeyChanged.hint


class _Answers:
    """A session that answers from a function."""

    def __init__(self, gate: Gate, reply: Callable[[str], Output]) -> None:
        self._gate = gate
        self._reply = reply
        self.closed = False

    async def run(self, command: str, timeout: float) -> Output:
        return self._reply(self._gate.check(command))

    async def close(self) -> None:
        self.closed = True


def _answering(reply: Callable[[str], Output]) -> Capture | Failure:
    async def connect(_target: Target, gate: Gate) -> Session:
        return _Answers(gate, reply)

    return asyncio.run(run([target(22)], connect))["gw"]


@pytest.mark.parametrize("name", ["wlan0;reboot", "$(reboot)", "a b", "-x", "wlan0\nreboot", "", "x" * 16, "wlan0é"])
def test_a_hostile_name_from_a_device_is_a_gap_and_is_not_sent(name: str) -> None:
    sent: list[str] = []

    def reply(command: str) -> Output:
        sent.append(command)
        return Output("wireless-status" if command.startswith("ubus call network.wireless") else "x\n")

    async def connect(_target: Target, gate: Gate) -> Session:
        return _Answers(gate, reply)

    recipe = replace(RECIPE, extract=lambda command, _: (name,) if command.id == "stations" else ())
    result = asyncio.run(run([target(22)], connect, recipe=recipe))["gw"]
    assert isinstance(result, Capture)
    assert not any(command.startswith("iwinfo") for command in sent)
    gap = next(gap for gap in result.gaps if gap.path == "commands/stations-{ifname}.txt")
    assert "may not be sent" in gap.why
    assert gap.why.isprintable()


def test_without_the_listing_all_listed_names_are_asked_for() -> None:
    def reply(command: str) -> Output:
        if command == "ls -1 /etc/config":
            return Output("", "ls: Permission denied", 1)
        if command == "cat /etc/config/opennds":
            return Output("", "cat: can't open '/etc/config/opennds': No such file or directory", 1)
        return Output("{}" if command.startswith("ubus") else "x\n")

    result = _answering(reply)
    assert isinstance(result, Capture)
    assert result.file("/etc/config/dhcp") is not None
    assert result.file("/etc/config/opennds") is None
    assert [gap.path for gap in result.gaps] == ["commands/config-list.txt"]


def test_names_without_their_listing_are_a_gap() -> None:
    def reply(command: str) -> Output:
        if command == "ls -1 /etc/nftables.d":
            return Output("", "", None)
        return Output("{}" if command.startswith("ubus") else "x\n")

    result = _answering(reply)
    assert isinstance(result, Capture)
    assert [gap.path for gap in result.gaps] == ["commands/nftables-fragments.txt", "/etc/nftables.d/{file}"]


def test_a_device_cannot_name_or_send_without_end() -> None:
    def reply(command: str) -> Output:
        if command == "ls -1 /etc/nftables.d":
            return Output("\n".join(f"{number}.nft" for number in range(1000)))
        return Output("{}" if command.startswith("ubus") else "x" * 100 + "\n")

    async def connect(_target: Target, gate: Gate) -> Session:
        return _Answers(gate, reply)

    few = asyncio.run(run([target(22)], connect, limits=Limits(values=5)))["gw"]
    assert isinstance(few, Capture)
    assert [file.path for file in few.files if "nftables.d" in file.path] == [
        f"/etc/nftables.d/{n}.nft" for n in range(5)
    ]
    assert [gap.why for gap in few.gaps] == ["the device shows 1000 names, more than 5"]
    short = asyncio.run(run([target(22)], connect, limits=Limits(characters=250)))["gw"]
    assert isinstance(short, Capture)
    assert len(short.files) == 3
    assert {gap.why for gap in short.gaps if "already" in gap.why} == {"the device had already sent more than is read"}


def test_a_required_file_that_is_absent_is_a_gap() -> None:
    def reply(command: str) -> Output:
        if command == "cat /etc/config/network":
            return Output("", "cat: can't open '/etc/config/network': No such file or directory", 1)
        return Output("{}" if command.startswith("ubus") else "x\n")

    result = _answering(reply)
    assert isinstance(result, Capture)
    assert [gap.path for gap in result.gaps] == ["/etc/config/network"]


def test_a_bug_on_one_device_does_not_cost_the_others(caplog: pytest.LogCaptureFixture) -> None:
    def redact(path: str, text: str) -> str:
        raise ZeroDivisionError(text)

    async def connect(_target: Target, gate: Gate) -> Session:
        return _Answers(gate, lambda command: Output("{}" if command.startswith("ubus") else SECRET))

    results = asyncio.run(run([target(22, "a"), target(22, "b")], connect, recipe=replace(RECIPE, redact=redact)))
    assert [isinstance(result, Failure) and result.why for result in results.values()] == [
        "the program failed on this device: ZeroDivisionError"
    ] * 2
    assert "ZeroDivisionError" in caplog.text
    assert SECRET not in caplog.text


def test_who_stops_reading_stops_the_run() -> None:
    sessions: list[_Answers] = []

    async def connect(_target: Target, gate: Gate) -> Session:
        sessions.append(_Answers(gate, lambda command: Output("{}" if command.startswith("ubus") else "x\n")))
        return sessions[-1]

    async def go() -> None:
        results = collect(
            [target(22, f"gw{number}") for number in range(100)],
            connect=connect,
            recipes={"openwrt": RECIPE},
            clock=Pauses().clock,
            progress=Notes(),
            at_once=AtOnce(devices=2, address=2),
        )
        async for _ in results:
            break
        await results.aclose()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(go())
    assert len(sessions) < 10
    assert all(session.closed for session in sessions)


def test_a_mistake_of_the_caller_is_raised_not_swallowed() -> None:
    async def connect(_target: Target, gate: Gate) -> Session:
        raise Unreachable("no")

    with pytest.raises(KeyError):
        asyncio.run(run([replace(target(22), platform="abacus")], connect))
