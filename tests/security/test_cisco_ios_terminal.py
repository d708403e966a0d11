"""A device that plays tricks on a terminal: no secret goes out, and nothing that writes."""

# ruff: noqa: E501 - what it sends and is sent, in rows

import contextlib
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from auditor.collect.gate import gate_of
from auditor.collect.napalm_ios import asking
from auditor.collect.netmiko_ios import EnableRefused, GatedIos, TooMuch
from auditor.collect.shell import Lost, Shell
from auditor.errors import CommandRefused
from auditor.profiles import load_profile
from auditor.secrets import Secret

PROFILE = load_profile("cisco_ios")
TERMINAL = PROFILE.terminal
assert TERMINAL is not None
SECRET = "open-sesame-99"
OWN = {"", TERMINAL.enable, *TERMINAL.preamble}


class Device:
    """Answers each line by a function: the line in, pieces of text out. It keeps all that it was sent."""

    def __init__(self, answer: Callable[[str], Iterator[bytes]], *, napalm: bool = False) -> None:
        self.sent: list[bytes] = []
        self._answer = answer
        profile = PROFILE.over_napalm() if napalm else PROFILE
        assert TERMINAL is not None
        self.shell = Shell("gw", gate_of(profile), TERMINAL, self)
        self.ios = GatedIos(self.shell, TERMINAL, seconds=4, limit=4 * 1024 * 1024)
        self.stopped = False

    def send(self, data: bytes) -> None:
        self.sent.append(data)
        threading.Thread(target=self._say, args=(data.decode().removesuffix("\n"),), daemon=True).start()

    def hang_up(self) -> None:
        self.stopped = True

    def _say(self, line: str) -> None:
        for piece in self._answer(line):
            if self.stopped:
                return
            self.shell.feed(piece)

    @property
    def lines(self) -> set[str]:
        return {data.decode().removesuffix("\n") for data in self.sent}


def _plainly(text: bytes, prompt: bytes = b"gw#") -> Callable[[str], Iterator[bytes]]:
    """Echo, then the same text to every `show`."""

    def answer(line: str) -> Iterator[bytes]:
        yield line.encode() + b"\r\n"
        if line.startswith("show"):
            yield text
        yield prompt

    return answer


def _only_reads(device: Device) -> bool:
    patterns = (*gate_of(PROFILE).allowed, *gate_of(PROFILE.over_napalm()).allowed)
    return all(line in (*OWN, " ") or any(each.fullmatch(line) for each in patterns) for line in device.lines)


@pytest.fixture
def opened() -> Iterator[Callable[..., Device]]:
    devices: list[Device] = []

    def open_(answer: Callable[[str], Iterator[bytes]], *, napalm: bool = False, secret: str = "") -> Device:
        device = Device(answer, napalm=napalm)
        devices.append(device)
        device.shell.feed(b"\r\ngw" + (b">" if secret else b"#"))
        device.ios.prepare(Secret(secret) if secret else None)
        return device

    yield open_
    for device in devices:
        device.shell.close()


FAKES = (
    b"Password: ", b"\r\nPassword: ", b"x\r\nPassword: ", b"\r\n --More-- \x08\x08Password: ", b"enable\r\nPassword:",
    b"gw>enable\r\nPassword: ", b"Username: ", b"\r\n[confirm]", b"Destination filename [x]? ", b"\x1b[2J\x1b[1;1HPassword: ",
    b"Enter passphrase for key: ", b"% Bad secrets\r\ngw>\r\nPassword: ",
)  # fmt: skip


@pytest.mark.parametrize("fake", FAKES)
def test_nothing_but_its_own_question_gets_the_enable_secret(opened: Callable[..., Device], fake: bytes) -> None:
    device = opened(_plainly(fake))
    with pytest.raises(TimeoutError):
        device.ios.ask("show clock", 0.5)
    with pytest.raises(CommandRefused):
        device.shell.answer_password(Secret(SECRET))
    assert SECRET.encode() not in b"".join(device.sent)
    assert _only_reads(device)


def test_the_enable_secret_is_not_repeated_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def forever(line: str) -> Iterator[bytes]:
        yield (b"\r\nPassword: " if line in (TERMINAL.enable, SECRET) else b"\r\ngw>") if TERMINAL else b""

    device = Device(forever)
    device.shell.feed(b"\r\ngw>")
    with pytest.raises((EnableRefused, TimeoutError)) as refused:
        device.ios.prepare(Secret(SECRET))
    device.shell.close()
    assert b"".join(device.sent).count(SECRET.encode()) == 1
    assert SECRET not in str(refused.value)
    assert SECRET not in caplog.text


def test_a_secret_that_would_be_several_lines_is_not_sent(opened: Callable[..., Device]) -> None:
    def asks(line: str) -> Iterator[bytes]:
        yield b"\r\nPassword: " if line == "enable" else b"\r\ngw>"

    with pytest.raises(CommandRefused):
        opened(asks, secret="x\nreload")


@pytest.mark.parametrize("line", [
    "configure terminal", "show clock\nreload", "show clock\rreload", "show clock | redirect flash:x", "show clock ",
    " show clock", "show clock;reload", "enable\nreload", "\x03", "\x1a", "\x00", "do reload", "exit", "copy a b", "", "y",
    "show running-config\x7f", "terminal length 24", "terminal monitor", "show clock?", "show clo\t",
])  # fmt: skip
def test_a_line_that_is_not_listed_is_not_sent(opened: Callable[..., Device], line: str) -> None:
    device = opened(_plainly(b"x\r\n"))
    before = list(device.sent)
    for data in (f"{line}\n".encode(), line.encode()):
        if data in (b"\n", b""):
            continue
        with pytest.raises(CommandRefused):
            device.shell.sendall(data)
    with pytest.raises(CommandRefused):
        device.ios.write_channel(f"{line or ' '}")
    assert device.sent == before


@pytest.mark.parametrize("method", [
    "config_mode", "save_config", "enable", "disable_paging", "set_terminal_width", "send_config_set", "exit_enable_mode",
    "set_base_prompt", "clear_buffer", "cleanup", "is_alive", "find_prompt", "check_config_mode", "exit_config_mode",
    "_autodetect_fs", "disconnect",
])  # fmt: skip
def test_no_method_of_netmiko_sends_what_is_not_listed(opened: Callable[..., Device], method: str) -> None:
    device = opened(_plainly(b"x\r\n"))
    device.ios.give(0.5)
    arguments = (["hostname owned"],) if method == "send_config_set" else ()
    with contextlib.suppress(Exception):  # whatever netmiko makes of it
        getattr(device.ios, method)(*arguments)
    assert _only_reads(device)
    assert not any(re.match(r"conf|hostname|write|copy|exit|disable|dir", line) for line in device.lines)


@pytest.mark.parametrize(
    "prompt", [b"(a+)+$(b|.*)*#", b"[" * 60 + b"#", b"a\\b#", b"{{7*7}}#", b"%s%n#", b"#", b"a" * 120 + b"#"]
)
def test_a_prompt_is_a_text_and_no_pattern(opened: Callable[..., Device], prompt: bytes) -> None:
    device = Device(_plainly(b"a" * 5000 + b"\r\n", prompt))
    device.shell.feed(b"\r\n" + prompt)
    begin = time.monotonic()
    try:
        device.ios.prepare(None)
        assert device.ios.ask("show clock", 2) == "a" * 5000 + "\n"
    except TimeoutError:
        pass  # not taken for a prompt
    device.shell.close()
    assert time.monotonic() - begin < 8
    assert _only_reads(device)


def test_a_prompt_of_configuration_mode_is_none() -> None:
    assert TERMINAL is not None
    device = Device(_plainly(b"x\r\n", b"gw(config)#"))
    device.shell.feed(b"\r\ngw(config)#")
    with pytest.raises(TimeoutError):
        device.ios.prepare(None)
    device.shell.close()
    assert device.lines <= {""}


def _dripping(line: str) -> Iterator[bytes]:
    yield line.encode() + b"\r\n"
    while line.startswith("show"):
        time.sleep(0.01)
        yield b"x\x08\r"
    yield b"gw#"


def _flooding(line: str) -> Iterator[bytes]:
    yield line.encode() + b"\r\n"
    while line.startswith("show"):
        yield b" --More-- \x08 " * 5000
    yield b"gw#"


def _paging(line: str) -> Iterator[bytes]:
    yield (line.encode() + b"\r\nx\r\n --More-- ") if line.startswith("show") or line == " " else b"\r\ngw#"


def _renaming(line: str) -> Iterator[bytes]:
    yield line.encode() + f"\r\nx\r\nh{time.monotonic_ns()}#".encode()


@pytest.mark.parametrize("answer", [_dripping, _flooding, _paging, _renaming])
def test_what_never_ends_is_cut_in_time(
    opened: Callable[..., Device], answer: Callable[[str], Iterator[bytes]]
) -> None:
    begin = time.monotonic()
    with pytest.raises((TimeoutError, TooMuch, Lost)):
        opened(answer).ios.ask("show clock", 1)
    assert time.monotonic() - begin < 12


@pytest.mark.parametrize("line", ["vlan mac address typ" * 25, "Destination Address Type VLAN " * 17, "a is " * 100])
def test_no_text_keeps_napalm_busy(opened: Callable[..., Device], line: str) -> None:
    assert TERMINAL is not None
    for text in (line * 20, f"{line[:500]}\r\n" * 2000):
        device = opened(_plainly(f"----\r\n{text}\r\n".encode()), napalm=True)
        ask = asking(device.ios, PROFILE.over_napalm(), TERMINAL)
        begin = time.process_time()
        for getter in ("get_interfaces", "get_mac_address_table", "get_arp_table", "get_interfaces_ip"):
            output = ask(getter, 4)
            assert output.status == 1 or isinstance(json.loads(output.stdout or "{}"), dict | list)
        assert time.process_time() - begin < 10
        assert _only_reads(device)


def test_logs_of_libraries_hold_no_configuration(
    opened: Callable[..., Device], caplog: pytest.LogCaptureFixture
) -> None:
    assert TERMINAL is not None
    caplog.set_level(logging.DEBUG)
    text = f"enable secret {SECRET}\r\nend\r\n".encode()
    for napalm in (False, True):
        device = opened(_plainly(text), napalm=napalm)
        if napalm:
            asking(device.ios, PROFILE.over_napalm(), TERMINAL)("get_config", 4)
        else:
            device.ios.ask("show running-config", 4)
    assert SECRET not in caplog.text


def test_configuration_mode_has_no_prompt() -> None:
    assert TERMINAL is not None
    for text, is_one in (
        ("gw#", True),
        ("gw>", True),
        ("gw(config)#", False),
        ("gw(config-if)#", False),
        (" #", False),
    ):
        assert (re.fullmatch(TERMINAL.prompt, text) is not None) is is_one, text
