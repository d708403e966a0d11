"""`sysctl -e` with fixed names: settings of the kernel, one `name = value` a line; what it does not have is not shown.

Source: procps-ng sysctl(8), option -e: unknown keys are left out, and the exit status is 0 all the same.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from auditor.model import Fact, Unknown
from auditor.platforms.linux.outputs import SYSCTL
from auditor.services.reading import Reading

T = TypeVar("T")

_SETTING = re.compile(r"(?P<name>[A-Za-z0-9_./-]+)\s*=(?P<value>.*)")


def setting(reading: Reading, name: str, convert: Callable[[str], T]) -> Fact[T] | None:
    """Return a setting of the kernel; None if the kernel was asked and does not have it."""
    if reading.file(SYSCTL) is None:
        return reading.missing(SYSCTL)
    lines = [_SETTING.fullmatch(line) for line in reading.lines(SYSCTL)]
    reading.irrelevant(SYSCTL, (number for number, found in enumerate(lines, start=1) if found is not None))
    for number, found in enumerate(lines, start=1):
        if found is not None and found["name"].replace("/", ".") == name:
            return reading.stated(found["value"].strip(), convert, reading.span(SYSCTL, number), what=name)
    return None


def on(text: str) -> bool:
    """A switch of the kernel: 0 is off, any other number on."""
    return int(text) != 0


def forwards(reading: Reading) -> Fact[bool]:
    """Whether the host passes IPv4 packets on between its interfaces."""
    found = setting(reading, "net.ipv4.ip_forward", on)
    if found is not None:
        return found
    lines = reading.lines(SYSCTL)
    near = (reading.span(SYSCTL, 1, len(lines)),) if lines else ()
    return Unknown("the kernel shows no net.ipv4.ip_forward", near, "look at `sysctl net.ipv4.ip_forward`")
