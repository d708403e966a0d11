"""What the stations of a scenario experienced, read from what the virtual machine reported."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

STATIONS = {"sta1": "reader", "sta2": "pos"}

AKMS = {"": "none", "00-0f-ac-2": "WPA2-PSK", "00-0f-ac-6": "WPA2-PSK-SHA256", "00-0f-ac-8": "SAE"}
"""AKM suite selectors of IEEE 802.11-2020, table 9-151."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A station that is in: its AKM, its ciphers, whether it uses 802.11ax and protected management frames.

    `lease` is in seconds, None if it got none.
    """

    akm: str
    pairwise: str
    group: str
    he: bool
    mfp: bool
    lease: int | None
    router: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A station that is not in, and the last reason that it or the access point gave."""

    why: str


@dataclass(frozen=True, slots=True)
class Experience:
    """Both stations, and whether they reach each other; None: one of them is not there to try."""

    reader: Joined | Refused
    pos: Joined | Refused
    together: bool | None

    @property
    def joined(self) -> tuple[Joined, ...]:
        return tuple(station for station in (self.reader, self.pos) if isinstance(station, Joined))


def experience(reported: Mapping[str, str]) -> Experience:
    """Read one scenario; `ValueError` if its access point did not come up, or the air itself did not work."""
    if "AP-ENABLED" not in reported.get("hostapd", ""):
        raise ValueError(f"the access point did not come up:\n{reported.get('hostapd')}")
    stations = {who: _station(reported, name) for name, who in STATIONS.items()}
    for who, station in stations.items():
        if isinstance(station, Joined) and station.lease is not None and not station.router:
            raise ValueError(f"the {who} does not even reach the router")
    ways = {reported[way].strip() == "yes" for way in ("sta1 sta2", "sta2 sta1") if way in reported}
    if len(ways) > 1:
        raise ValueError("the stations reach each other in one direction only")
    return Experience(stations["reader"], stations["pos"], ways.pop() if ways else None)


def _station(reported: Mapping[str, str], name: str) -> Joined | Refused:
    status = _values(reported[f"{name} status"])
    if status.get("wpa_state") != "COMPLETED":
        return Refused(_why(reported[f"{name} events"]))
    seen = _seen_by_ap(reported["all_sta"], status["address"])
    flags = seen.get("flags", "")
    lease = re.search(r"^lease=(\d+) ", reported[f"{name} dhcp"], re.MULTILINE)
    selector = seen.get("AKMSuiteSelector", "")
    return Joined(
        akm=AKMS.get(selector, selector),
        pairwise=status["pairwise_cipher"],
        group=status["group_cipher"],
        he="[HE]" in flags,
        mfp="[MFP]" in flags,
        lease=int(lease[1]) if lease else None,
        router=reported.get(f"{name} router", "").strip() == "yes",
    )


_REASONS = (
    ("no mgmt frame protection enabled", "needs protected management frames"),
    ("status_code=17", "refused: no place for another station"),
    ("CTRL-EVENT-AUTH-REJECT", "refused"),
    ("CTRL-EVENT-ASSOC-REJECT", "refused"),
    ("key mgmt mismatch", "no common AKM"),
    ("WRONG_KEY", "the key does not fit"),
)


def _why(events: str) -> str:
    return next((words for sign, words in _REASONS if sign in events), "sees no such network")


def _values(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _seen_by_ap(all_stations: str, mac: str) -> dict[str, str]:
    """The part of `hostapd_cli all_sta` that is about a station, in the BSS where it is associated."""
    parts = re.split(r"^((?:[0-9a-f]{2}:){5}[0-9a-f]{2})$", all_stations, flags=re.MULTILINE)[1:]
    own = [_values(part) for address, part in zip(parts[::2], parts[1::2], strict=True) if address == mac]
    return next(values for values in own if "[ASSOC]" in values.get("flags", ""))
