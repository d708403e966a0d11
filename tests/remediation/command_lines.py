"""What judges the commands of each platform that is changed by commands: something that runs them, and compares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from auditor.capture import Capture
from tests.remediation import ios_console, routeros_shell, uci_shell


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A model of a device's command line.

    `run(device, lines, shown)` runs lines on a device, given as a capture or as what an earlier run made of it;
    `shown` is what the device shows to commands that look something up. `differences` compares with a capture.
    """

    run: Callable[[Any, Sequence[str], Capture], Any]
    differences: Callable[[Any, Capture], list[str]]


def _uci(device: Any, lines: Sequence[str], shown: Capture) -> uci_shell.Tree:
    return uci_shell.run(device, uci_shell.words(lines, shown))


def _routeros(device: Any, lines: Sequence[str], shown: Capture) -> routeros_shell.Tree:
    return routeros_shell.run(device, lines).tree


def _cisco_ios(device: Any, lines: Sequence[str], shown: Capture) -> ios_console.Node:
    return ios_console.run(device, lines).tree


COMMAND_LINES: Mapping[str, CommandLine] = MappingProxyType(
    {
        "openwrt": CommandLine(_uci, uci_shell.differences),
        "routeros": CommandLine(_routeros, routeros_shell.differences),
        "cisco_ios": CommandLine(_cisco_ios, ios_console.differences),
    }
)
