"""What ends sessions: captive portals, connection tracking, schedules."""

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from auditor.model.facts import Fact, Stated

_NOBODY: Fact[bool] = Stated(False, ())
_EVERYBODY: Fact[frozenset[str] | None] = Stated(None, ())


@dataclass(frozen=True, slots=True)
class Portal:
    """A captive portal on some interfaces. Timers None: never. `bypass_macs` need not log in.

    `others`: whether it lets in clients that are not listed without asking them, by RADIUS or for some places only.
    `bsses` are the keys of BSSs whose stations meet it although access points put them elsewhere (`Bss.local_vlan`).
    """

    device: str
    key: str
    software: str
    enabled: Fact[bool]
    interfaces: Fact[tuple[str, ...]]
    session_timeout: Fact[timedelta | None]
    idle_timeout: Fact[timedelta | None]
    bypass_macs: Fact[tuple[str, ...]]
    others: Fact[bool] = _NOBODY
    bsses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectionTracking:
    """Timers of the stateful firewall.

    `entering` are the interfaces whose clients' connections it remembers, None: those of all.
    """

    device: str
    key: str
    tcp_established: Fact[timedelta]
    entering: Fact[frozenset[str] | None] = _EVERYBODY


class Disturbance(StrEnum):
    """What a schedule does to readers."""

    REBOOT = "reboot"
    WIRELESS_OFF = "Wi-Fi off"
    UPLINK_DOWN = "uplink reconnect"
    SERVICE_RESTART = "service restart"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Something that a device does by the clock. `days`: 0 is Monday.

    `at` is the local time of the device; `timezone` names its zone (`Europe/Paris`), or is a POSIX rule for it.
    """

    device: str
    key: str
    disturbance: Fact[Disturbance]
    at: Fact[tuple[time, ...]]
    days: Fact[frozenset[int]]
    timezone: Fact[str]
