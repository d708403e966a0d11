"""netmiko's connection to IOS on a terminal that is already logged in, reading answers by proof and not by guess.

netmiko finds the end of an answer by a pattern of the prompt, which a banner in a configuration matches too, and turns
to configuration mode for some settings. Here the prompt is learned, an answer is over when the device answers an empty
line behind it, and every write passes the gate of the `Shell`. This module loads netmiko, so it is imported late.
"""

import re
import time
from collections.abc import Callable
from typing import Any

from netmiko.channel import SSHChannel
from netmiko.cisco.cisco_ios import CiscoIosSSH

from auditor.collect.shell import Shell
from auditor.collect.terminal_text import (
    erased,
    is_at_the_end,
    is_twice_at_the_end,
    last_line,
    paged,
    plain,
    without_echo,
)
from auditor.profiles import Terminal
from auditor.secrets import Secret

_QUIET = 2.0  # seconds without a sign after which a terminal is asked again
_SETTLED = 0.5
_SHORT = 10.0
_TIMES = 3
_LONGEST_BANNER = 65536
_TAIL = 4096  # characters at the end of an answer in which a prompt or a pager is looked for


class TooMuch(Exception):
    """The device says more than is read."""


class EnableRefused(Exception):
    """The device did not take the enable secret."""


class GatedIos(CiscoIosSSH):
    """An IOS terminal. All that netmiko or napalm do with it goes through `send_command` or the gate.

    Text is Latin-1 here, one character for each byte, so that no byte is lost; `limit` is for one answer.
    """

    def __init__(self, shell: Shell, terminal: Terminal, *, seconds: float, limit: int) -> None:
        self._shell = shell
        self._terminal = terminal
        self._seconds = seconds
        self._limit = limit
        self._prompt_pattern = re.compile(terminal.prompt)
        self._pager = re.compile(terminal.pager)
        self._in_step = True
        self._echoes: bool | None = None
        self._fit = True
        self._ends = 0.0
        self.prompt = ""
        self.answers: list[str] = []
        super().__init__(
            host=shell.name,
            device_type="cisco_ios",
            encoding="latin-1",
            disable_lf_normalization=True,
            auto_connect=False,
        )

    # -- what netmiko does by itself, replaced -----------------------------------------------------------------

    def establish_connection(self, width: int = 511, height: int = 1000) -> None:
        """Take the terminal that is there: host key and login were checked before."""
        self.remote_conn = self._shell
        self.channel = SSHChannel(conn=self._shell, encoding=self.encoding)

    def session_preparation(self) -> None:
        """Learn the prompt; send nothing else yet."""
        self.prompt = self.base_prompt = self._learned(time.monotonic() + self._seconds)

    def read_channel(self) -> str:
        """Read without netmiko's debug log, which would hold the configuration with its secrets.

        And once: netmiko would read on as long as more comes, without a look at the time.
        """
        return self._shell.recv().decode(self.encoding)

    def cleanup(self, command: str = "") -> None:
        """Send nothing at the end: closing the connection ends the session."""

    def paramiko_cleanup(self) -> None:
        """Hang up; there is no connection of paramiko."""
        self._shell.close()

    def check_config_mode(self, check_string: str = ")#", pattern: str = "", force_regex: bool = False) -> bool:
        """No session gets into configuration mode: the gate lets nothing through that leads there."""
        return False

    def check_enable_mode(self, check_string: str = "#") -> bool:
        """Read the mode from the prompt that was learned."""
        return self.prompt.endswith(check_string)

    def find_prompt(self, delay_factor: float = 1.0, pattern: str | None = None) -> str:
        """Return the prompt that was learned."""
        return self.prompt

    def is_alive(self) -> bool:
        """Say whether the terminal is open, without netmiko's NUL byte."""
        return not self._shell.closed

    # -- a session ---------------------------------------------------------------------------------------------

    def prepare(self, secret: Secret | None, turn: Callable[[float], None] = lambda _: None) -> None:
        """Bring the session to where it can be asked: privileged if there is a secret, no pager, wide lines.

        `turn` waits, for at most so many seconds, until the secret may be sent.
        """
        self.establish_connection()
        self.session_preparation()
        if secret is not None and re.fullmatch(self._terminal.unprivileged, self.prompt):
            self._be_privileged(secret, turn)
        for line in self._terminal.preamble:
            self.ask(line, self._seconds)

    def give(self, seconds: float) -> None:
        """Set how long `send_command` may take from now on, for all lines together."""
        self._ends = time.monotonic() + seconds

    def send_command(self, command_string: str, *args: Any, **options: Any) -> str:
        """What napalm and netmiko call: the answer to one line."""
        answer = self.ask(command_string, self._ends - time.monotonic())
        self.answers.append(answer)
        return answer

    def ask(self, command: str, seconds: float) -> str:
        """Send one line and return its answer without echo and prompt.

        Raises `TimeoutError`, `TooMuch`, `Lost`, and `CommandRefused` if the gate does not let the line through.
        """
        ends = time.monotonic() + seconds
        if not self._fit:
            raise TimeoutError
        if not self._in_step:
            self._get_in_step(ends)
        self.read_channel()
        self.write_channel(command + self.RETURN)
        self._in_step = False
        try:
            text = self._answer(ends)
        except TooMuch:
            self._fit = False
            raise
        answer = without_echo(text, self.prompt, command)
        if self._echoes is None:
            self._echoes = answer != text
        elif self._echoes and answer == text:
            raise TimeoutError  # this is the end of an earlier answer, and the one to this command is to come
        self._in_step = True
        return answer

    def _answer(self, ends: float) -> str:
        """Read to the proof that the answer is over, turning the pages of a pager that was not to be."""
        pieces: list[str] = []  # what is settled, so that long answers are not searched again and again
        text, size, asked = "", 0, False
        page, turned = -1, 0
        while True:
            come = self._more(ends, _QUIET if is_at_the_end(text, self.prompt) else None)
            size += len(come)
            if size > self._limit:
                raise TooMuch
            text = plain(text + come)
            if page >= 0:
                next_page = text[turned:]
                if not next_page.strip("\x08\r "):
                    continue
                gone = erased(next_page)
                text = text[:page] + next_page[gone:] if gone else text
                page = -1
            over = is_twice_at_the_end(text, self.prompt) if asked else -1
            if over >= 0:
                return "".join(pieces) + text[:over]
            if is_at_the_end(text, self.prompt):
                if not asked or not come:
                    self.write_channel(self.RETURN)
                    asked = True
            elif (page := paged(text, self._pager)) >= 0:
                turned = len(text)
                self.write_channel(" ")
            keep = text.rfind("\n", 0, max(len(text) - _TAIL, 0)) + 1 or (len(text) - _TAIL) * (len(text) > 16 * _TAIL)
            if page < 0 and keep:
                pieces.append(text[:keep])
                text = text[keep:]

    def _more(self, ends: float, quiet: float | None = None) -> str:
        """Return what comes next; '' if nothing comes for `quiet` seconds. Raises `TimeoutError` at the end."""
        left = ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if not self._shell.wait(left if quiet is None else min(quiet, left)):
            if quiet is None:
                raise TimeoutError
            return ""
        return self.read_channel()

    def _learned(self, ends: float) -> str:
        """Return the prompt: what the device shows at the end, and again for each of two empty lines, and only that.

        A banner may hold lines that look like prompts; what answers an empty line is no banner.
        """
        text, candidate, seen = "", "", 0
        while seen < _TIMES:
            come = self._more(ends, _QUIET)
            text = plain(text + come)[-_LONGEST_BANNER:]
            found = last_line(text)
            if come and not self._prompt_pattern.fullmatch(found):
                continue
            if come:
                candidate, seen = found, seen + 1 if seen and text.strip("\n ") == candidate else 1
                text = ""
            if seen < _TIMES:
                self.write_channel(self.RETURN)
        return candidate

    def _get_in_step(self, ends: float) -> None:
        """After an answer that did not end in time: wait until the device is silent, and learn the prompt anew."""
        try:
            while self._more(ends, _SETTLED):
                pass
            self.write_channel(self.RETURN)
            self.prompt = self._learned(min(ends, time.monotonic() + _SHORT))
        except TimeoutError:
            self._fit = False
            raise
        self._in_step = True

    def _be_privileged(self, secret: Secret, turn: Callable[[float], None]) -> None:
        """Ask for privileged commands. The secret is sent once: further tries could lock an account."""
        ends = time.monotonic() + self._seconds
        self.write_channel(self._terminal.enable + self.RETURN)
        text, told = "", False
        while True:
            come = self._more(ends, _QUIET)
            text = plain(text + come)[-_LONGEST_BANNER:]
            if self._shell.asks_for_password() and not told:
                turn(self._seconds)
                ends = time.monotonic() + self._seconds
                self._shell.answer_password(secret)
                text, told = "", True
            elif told and re.fullmatch(self._terminal.password, text[text.rfind("\n") + 1 :]):
                raise EnableRefused
            elif text.count("\n") and self._prompt_pattern.fullmatch(last_line(text)):
                break
        self.write_channel(self.RETURN)
        self.prompt = self._learned(ends)
        if re.fullmatch(self._terminal.unprivileged, self.prompt):
            raise EnableRefused
