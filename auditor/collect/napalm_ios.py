"""napalm's IOS driver on a gated terminal: its getters where the profile names them, plain commands for the rest.

What the driver sends by itself goes through the same gate. This module loads napalm, so it is imported late.
"""

import json
from collections.abc import Callable
from typing import Any

from napalm.ios.ios import IOSDriver

from auditor.collect.answers import complaint_in, printable
from auditor.collect.netmiko_ios import GatedIos, TooMuch
from auditor.collect.session import Output, decoded
from auditor.collect.shell import Lost
from auditor.errors import AuditorError
from auditor.profiles import Complaint, Profile, Terminal

CONFIGURATION = "get_config"
_RUNNING = "show running-config"  # what that getter sends; no getter of state may take so much time
_MOST = 4 * 1024 * 1024
_LONGEST = 511  # the columns that the terminal is told to have


class GatedDriver(IOSDriver):  # type: ignore[misc]  # napalm carries no types
    """napalm's driver with our connection. It opens none, and at the end it sends nothing."""

    def __init__(self, ios: GatedIos) -> None:
        super().__init__(ios.host, "", "", optional_args={"auto_file_prompt": False, "force_no_enable": True})
        self._ios = ios
        self.open()

    def _netmiko_open(self, device_type: str, netmiko_optional_args: dict[str, Any] | None = None) -> GatedIos:
        self._netmiko_device = self._ios
        return self._ios

    def _send_command(self, command: str | list[str]) -> str:
        """As napalm does, but its regular expressions see no text that would keep them busy for hours."""
        text: str = super()._send_command(command)
        if command != _RUNNING and (len(text) > _MOST or max(map(len, text.split("\n"))) > _LONGEST):
            raise ValueError(f"more than {_MOST} characters, or a line of more than {_LONGEST}")
        return text


def asking(ios: GatedIos, profile: Profile, terminal: Terminal) -> Callable[[str, float], Output]:
    """Return what answers a command of the profile: by its getter, or as it stands."""
    driver = GatedDriver(ios)
    getters = {getter.getter for getter in profile.napalm}

    def ask(command: str, seconds: float) -> Output:
        if command not in getters:
            return Output(_text(ios.ask(command, seconds)), status=None)
        return _got(driver, ios, terminal, command, seconds)

    return ask


def _got(driver: GatedDriver, ios: GatedIos, terminal: Terminal, getter: str, seconds: float) -> Output:
    """Run one getter. Where the device refused what it sent, its words are the answer, not what napalm made of them."""
    ios.answers.clear()
    ios.give(seconds)
    try:
        found = driver.get_config(retrieve="running") if getter == CONFIGURATION else getattr(driver, getter)()
    except (AuditorError, TimeoutError, TooMuch, Lost):
        raise
    except Exception as error:  # noqa: BLE001 - whatever napalm makes of a text that it did not expect
        if (said := _complaint(ios, terminal)) is not None:
            return said
        why = f"napalm cannot read what the device answered ({type(error).__name__}: {printable(str(error))})"
        return Output("", why, 1)
    if (said := _complaint(ios, terminal)) is not None:
        return said
    if getter == CONFIGURATION:
        return Output(f"{_text(found['running'])}\n", status=None)
    return Output(json.dumps(found, indent=1, sort_keys=True) + "\n", status=None)


def _complaint(ios: GatedIos, terminal: Terminal) -> Output | None:
    """The words of the device if it refused something; of spellings of one command, only if it knew none."""
    said = [text for text in ios.answers if complaint_in(text, terminal) is not None]
    known = len(said) < len(ios.answers)
    refused = [text for text in said if not known or (complaint_in(text, terminal) or ("",))[0] != Complaint.UNKNOWN]
    return Output(_text(refused[-1]), status=None) if refused else None


def _text(text: str) -> str:
    return decoded(text.encode("latin-1"))
