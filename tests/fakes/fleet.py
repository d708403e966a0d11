"""A fleet of fake devices on one port of loopback, in processes of their own: the address dialled is the device.

`with Fleet(devices, folder) as fleet:` serves thousands of devices of all platforms without a socket for each. What
they were asked can be read while they run, over all processes, and so can the CPU time that serving took.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncssh

PASSWORD = "not-a-secret"
FILES = 65536
_ROOT = Path(__file__).resolve().parents[2]


class Fault(StrEnum):
    """What a device does instead of what it should; all but the first five hit the commands that start with `on`."""

    NONE = "none"
    CLOSE_AT_ONCE = "closes each connection at once"
    SILENT_LOGIN = "says nothing during the login"
    DROP_DURING_LOGIN = "drops the connection during the login"
    REFUSE_LOGIN = "refuses the login"
    STALL = "stalls in the middle"
    CLOSE_EARLY = "closes the connection in the middle"
    FLOOD = "never stops"
    GARBLE = "bytes that are no text"
    SLOW = "slow, line by line"
    DENY = "permission denied"
    RENAME = "another prompt from then on"


@dataclass(frozen=True, slots=True)
class Device:
    """One device: where it answers, what it is, and the directory of the saved capture that it answers from."""

    address: str
    platform: str
    directory: str
    hostname: str = "gw"
    fault: Fault = Fault.NONE
    on: str = ""
    pause: float = 0.2
    forwards: bool = False  # it is a jump host


@dataclass(slots=True)
class Log:
    """What happened to one device."""

    connections: int = 0
    logins: int = 0
    refused: int = 0
    channels: int = 0
    asked: int = 0
    forwarded: int = 0
    open: int = 0
    most_open: int = 0
    commands: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    def plus(self, other: "Log") -> "Log":
        """Join what two processes saw of one device; `most_open` is then at least, not exactly."""
        return Log(
            self.connections + other.connections,
            self.logins + other.logins,
            self.refused + other.refused,
            self.channels + other.channels,
            self.asked + other.asked,
            self.forwarded + other.forwarded,
            self.open + other.open,
            max(self.most_open, other.most_open),
            self.commands + other.commands,
        )


@dataclass(frozen=True, slots=True)
class Spec:
    """What a serving process is told, in a file."""

    port: int
    key: str
    devices: tuple[Device, ...]
    password: str = PASSWORD
    remember: bool = True  # each command line, not only how many there were

    def write(self, file: Path) -> None:
        """Write it down for the processes."""
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read what was written."""
        data = json.loads(file.read_text(encoding="utf-8"))
        devices = tuple(Device(**{**each, "fault": Fault(each["fault"])}) for each in data.pop("devices"))
        return cls(devices=devices, **data)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the serving processes report: CPU seconds and peak memory of all of them, and a log by address."""

    cpu: float
    rss_mb: float
    logs: Mapping[str, Log]


class Fleet:
    """Serves devices until its block ends; `port` is the same for all of them."""

    def __init__(self, devices: Iterable[Device], folder: Path, *, processes: int = 1, remember: bool = True) -> None:
        self._devices = tuple(devices)
        self._folder = folder
        self._count = processes
        self._remember = remember
        self._processes: list[subprocess.Popen[str]] = []
        self.port = 0

    def __enter__(self) -> Self:
        self.port = _free_port()
        key = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode("ascii")
        file = self._folder / "fleet.json"
        Spec(self.port, key, self._devices, remember=self._remember).write(file)
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        try:
            for _ in range(self._count):
                self._processes.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "tests.fakes.fleet_server", str(file)],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        text=True,
                        cwd=_ROOT,
                        env=environment,
                    )
                )
            for process in self._processes:
                assert _line(process) == "ready"
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that serve."""
        return tuple(process.pid for process in self._processes)

    def seen(self, *, reset: bool = False) -> Seen:
        """Ask what was seen so far; with `reset` the logs begin anew."""
        logs: dict[str, Log] = {}
        cpu, memory = 0.0, 0.0
        for process in self._processes:
            told = self._told(process, "reset" if reset else "log")
            cpu += told["cpu"]
            memory += told["rss_kb"] / 1024
            for address, values in told["logs"].items():
                log = Log(**values)
                logs[address] = logs[address].plus(log) if address in logs else log
        return Seen(cpu, memory, logs)

    def _told(self, process: subprocess.Popen[str], order: str) -> dict[str, Any]:
        assert process.stdin is not None
        process.stdin.write(f"{order}\n")
        process.stdin.flush()
        told: dict[str, Any] = json.loads(_line(process))
        return told

    def _stop(self) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdout is not None
            process.stdout.close()
        self._processes.clear()


def addresses() -> Iterator[str]:
    """Return addresses of loopback, a different one for each device, without those that programs use by themselves."""
    for number in range(250 * 250 * 60):
        yield f"127.{1 + number // 62500}.{number // 250 % 250 + 1}.{number % 250 + 1}"


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
